/* SPDX-License-Identifier: MIT */
/*
 * deliver.c - what signals do to the task that receives them, on its way to user mode.
 *
 *	do_signal         (arch)
 *	 get_signal       next one: stop, die, or back with a handler
 *	 ...              the frame on the user's stack
 *	 signal_delivered what is blocked meanwhile
 *
 * A fault of the task itself is not pending as others are: it waits in `forced`, because nothing
 * may come before it and it must not need memory.
 */
#include "internal.h"
#include "signal.h"
#include <nopage/events.h>
#include <nopage/printk.h>
#include <nopage/syscalls.h>
#include <uapi/wait.h>

const char *signal_name(int sig)
{
	static const char *const names[] = {
		"SIG?", "SIGHUP", "SIGINT", "SIGQUIT", "SIGILL", "SIGTRAP", "SIGABRT", "SIGBUS",
		"SIGFPE", "SIGKILL", "SIGUSR1", "SIGSEGV", "SIGUSR2", "SIGPIPE", "SIGALRM",
		"SIGTERM", "SIGSTKFLT", "SIGCHLD", "SIGCONT", "SIGSTOP", "SIGTSTP", "SIGTTIN",
		"SIGTTOU", "SIGURG", "SIGXCPU", "SIGXFSZ", "SIGVTALRM", "SIGPROF", "SIGWINCH",
		"SIGIO", "SIGPWR", "SIGSYS",
	};

	BUILD_BUG_ON(ARRAY_SIZE(names) != SIGSYS + 1);
	return names[(unsigned int)sig < ARRAY_SIZE(names) ? sig : 0];
}

/* ------------------------------------------------------------------ faults */

/* What the log says about a fault, by signal and si_code. */
static const char *fault_reason(int sig, int code)
{
	if (sig == SIGSEGV && code == SEGV_MAPERR)
		return "nothing mapped there";
	if (sig == SIGSEGV && code == SEGV_ACCERR)
		return "mapped, but without that right";
	if (sig == SIGBUS && code == BUS_ADRERR)
		return "nothing behind the mapping";
	if (sig == SIGBUS && code == BUS_ADRALN)
		return "not aligned";
	if (sig == SIGFPE)
		return "arithmetic";
	if (sig == SIGILL)
		return "no such instruction";
	if (sig == SIGKILL)
		return "there is no memory for it";
	return "exception";
}

/* force_sig_fault - a blocked or ignored fault would only happen again, so then it kills. */
void force_sig_fault(int sig, int code, unsigned long addr)
{
	struct task_struct *p = current;
	struct sigaction_k *act = &p->sighand->action[sig - 1];

	BUG_ON(!valid_signal(sig) || (p->flags & PF_KTHREAD));
	spin_lock(&p->sighand->siglock);
	if (act->handler == SIG_IGN || (p->blocked & SIGMASK(sig))) {
		act->handler = SIG_DFL;
		p->blocked &= ~SIGMASK(sig);
	}
	init_siginfo(&p->forced, sig, code);
	p->forced.fault.addr = addr;
	set_work(p, TIF_SIGPENDING);
	spin_unlock(&p->sighand->siglock);
	event(EV_SIGNAL, sig, p->pid, addr, 0, 0, 0);
}

void force_sigsegv(int sig)
{
	if (sig == SIGSEGV) {
		spin_lock(&current->sighand->siglock);
		current->sighand->action[SIGSEGV - 1].handler = SIG_DFL;
		spin_unlock(&current->sighand->siglock);
	}
	force_sig_fault(SIGSEGV, SI_KERNEL, 0);
}

/* ------------------------------------------------------------------ taking */

/* take_info - the oldest entry of sig leaves the list; if there is another, sig stays pending. */
static void take_info(int sig, struct sigpending *pending, struct siginfo *info)
{
	struct sigqueue *q, *found = NULL;
	bool more = false;

	list_for_each_entry(q, &pending->list, list) {
		if (q->info.si_signo != sig)
			continue;
		if (found) {
			more = true;
			break;
		}
		found = q;
	}
	if (!more)
		remove_from_sigset(&pending->signal, sig);
	if (found) {
		*info = found->info;
		if (found->timer)
			timer_signal_taken(found, info);
		unqueue(current->signal, found);
	} else {
		init_siginfo(info, sig, SI_KERNEL);
	}
}

/* next_signal - of a set that is not empty: the end, then what looks like a fault, by number. */
static int next_signal(sigset_t set)
{
	u32 first = set & (SIGMASK(SIGKILL) | FAULT_SIGNALS);

	if (likely(!first))
		return lowest_signal(set);
	return first & SIGMASK(SIGKILL) ? SIGKILL : lowest_signal(first);
}

int dequeue_signal(sigset_t set, struct siginfo *info)
{
	struct task_struct *p = current;
	struct sigpending *pending = &p->pending;
	int sig;

	assert_spin_locked(&p->sighand->siglock);
	if (!(pending->signal & set))
		pending = &p->signal->shared_pending;
	set &= pending->signal;
	if (!set)
		return 0;
	sig = next_signal(set);
	take_info(sig, pending, info);
	return sig;
}

/* ------------------------------------------------------------------ stopping */

/* count_stopped - one thread less is to stop; the last tells the parent. Both locks held. */
static void count_stopped(void)
{
	struct signal_struct *s = current->signal;

	BUG_ON(!s->group_stop);
	if (!s->stop_count || --s->stop_count)
		return;
	s->stop_report = W_STOPCODE(s->stop_signal);
	spin_unlock(&current->sighand->siglock);
	notify_parent_stop(current->group_leader);
	spin_lock(&current->sighand->siglock);
}

/* start_group_stop - the default action of stop signals: every thread is to stop. */
static void start_group_stop(int sig)
{
	struct signal_struct *s = current->signal;
	struct task_struct *t;

	spin_lock(&tasklist_lock);
	spin_lock(&current->sighand->siglock);
	if (!s->group_stop && !s->group_exit) {
		s->group_stop = true;
		s->stop_signal = sig;
		s->stop_count = 0;
		for (t = current->group_leader; t; t = next_thread(t)) {
			if (t->flags & PF_EXITING)
				continue;
			s->stop_count++;
			signal_wake_up(t, false);
		}
	}
	spin_unlock(&current->sighand->siglock);
	spin_unlock(&tasklist_lock);
}

/* must_stop - siglock held. */
static bool must_stop(const struct task_struct *p)
{
	return p->signal->group_stop &&
	       !((p->pending.signal | p->signal->shared_pending.signal) & SIGMASK(SIGKILL));
}

/*
 * stay_stopped - until SIGCONT or SIGKILL wakes the task. Whoever is woken has left the stop, even
 * if the next one has begun before it runs: then it counts itself for that one.
 */
static void stay_stopped(void)
{
	struct task_struct *p = current;
	bool stop;

	spin_lock(&tasklist_lock);
	spin_lock(&p->sighand->siglock);
	stop = must_stop(p);
	if (stop) {
		p->state = TASK_STOPPED;
		count_stopped();
	}
	spin_unlock(&p->sighand->siglock);
	spin_unlock(&tasklist_lock);
	if (stop)
		schedule();
}

/*
 * exit_signals - the exiting task takes no more signals: those of the process that it was woken
 * for go to another thread, and a stop need not wait for it. PF_EXITING is set.
 */
void exit_signals(struct task_struct *p)
{
	BUG_ON(p != current || !(p->flags & PF_EXITING));
	if (thread_group_empty())
		return;
	spin_lock(&tasklist_lock);
	spin_lock(&p->sighand->siglock);
	retarget_pending(p->signal->shared_pending.signal & ~p->blocked);
	if (p->signal->group_stop)
		count_stopped();
	spin_unlock(&p->sighand->siglock);
	spin_unlock(&tasklist_lock);
}

/* ------------------------------------------------------------------ acting */

/* Whoever is to die at once has been sent a SIGKILL of its own (wake_receiver). */
bool fatal_signal_pending(void)
{
	return current->pending.signal & SIGMASK(SIGKILL);
}

/* Death by a fault is worth a line: the program is wrong, or was lied to. */
static void __noreturn die_of(const struct siginfo *info, bool forced)
{
	struct task_struct *p = current;

	if (forced)
		pr_info("signal: %s[%d] %s at %08lx ip %08x: %s\n", p->comm, p->pid,
			signal_name(info->si_signo), info->fault.addr, task_pt_regs(p)->ip,
			fault_reason(info->si_signo, info->si_code));
	event(EV_SIGNAL, WTERMSIG(exit_status(p)) ?: info->si_signo, p->pid, 0, 1, 0, 0);
	do_group_exit(info->si_signo);
}

/* May sig stop the process? Only SIGSTOP stops those that nobody would continue. */
static bool may_stop(int sig)
{
	return sig == SIGSTOP || !is_orphaned_pgrp(current->signal->pgrp);
}

/* default_action - of a signal that has no handler. Does not return when that is death. */
static void default_action(const struct siginfo *info, bool forced)
{
	int sig = info->si_signo;

	if (!forced) {
		if (SIGMASK(sig) & IGNORED_SIGNALS || (is_init(current) && sig != SIGKILL))
			return;
		if (SIGMASK(sig) & STOP_SIGNALS) {
			if (may_stop(sig))
				start_group_stop(sig);
			return;
		}
	}
	die_of(info, forced);
}

/* take_next - the next signal into ks, a fault first; 0: none. siglock held. */
static int take_next(struct ksignal *ks, bool *forced)
{
	struct task_struct *p = current;
	struct sigaction_k *act;
	int sig = p->forced.si_signo;

	*forced = sig;
	if (sig) {
		ks->info = p->forced;
		p->forced.si_signo = 0;
	} else {
		sig = dequeue_signal(~p->blocked, &ks->info);
	}
	if (!sig)
		return 0;
	act = &p->sighand->action[sig - 1];
	ks->action = *act;
	if (unlikely(!ks->info.si_signo))
		ks->action.handler = SIG_IGN;		/* stale */
	else if (act->flags & SA_RESETHAND && act->handler > SIG_IGN)
		act->handler = SIG_DFL;
	return sig;
}

bool get_signal(struct ksignal *ks)
{
	struct task_struct *p = current;

	might_sleep();
	for (;;) {
		bool forced, stop;
		int sig;

		spin_lock(&p->sighand->siglock);
		stop = must_stop(p);
		sig = stop ? 0 : take_next(ks, &forced);
		if (!sig && !stop)
			recalc_sigpending(p);
		spin_unlock(&p->sighand->siglock);
		if (stop)
			stay_stopped();
		else if (!sig)
			return false;
		else if (ks->action.handler == SIG_DFL)
			default_action(&ks->info, forced);
		else if (ks->action.handler != SIG_IGN)
			return true;
	}
}

void signal_delivered(const struct ksignal *ks)
{
	struct task_struct *p = current;
	sigset_t set = ks->action.mask;

	if (!(ks->action.flags & SA_NODEFER))
		add_to_sigset(&set, ks->info.si_signo);
	if (p->sas.ss_flags & SS_AUTODISARM)
		p->sas = (stack_t){ .ss_flags = SS_DISABLE };
	p->restore_sigmask = false;
	set_current_blocked(p->blocked | set);
}
