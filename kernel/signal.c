/* SPDX-License-Identifier: MIT */
/*
 * signal.c - sending signals, and their default actions.
 *
 * A signal is pending for one task (pending) or for any thread of a process (shared_pending); a
 * task with something to look at has TIF_SIGPENDING set and does so on its way to user mode. User
 * handlers are not there yet: an action is SIG_DFL or SIG_IGN.
 *
 * Process 1 gets no signal whose action is SIG_DFL, so that nobody can kill it; a fault of its own
 * does. Kernel threads get none at all.
 *
 * Locks: tasklist_lock to find the receiver, then its siglock.
 */
#include "internal.h"
#include <nopage/err.h>
#include <nopage/events.h>
#include <nopage/printk.h>
#include <nopage/syscalls.h>
#include <asm/uaccess.h>
#include <uapi/wait.h>

#define MASK(sig)	(1ULL << ((sig) - 1))
#define STOP_SIGNALS	(MASK(SIGSTOP) | MASK(SIGTSTP) | MASK(SIGTTIN) | MASK(SIGTTOU))
#define NOT_BLOCKABLE	(MASK(SIGKILL) | MASK(SIGSTOP))
/* Signals whose default action is nothing (SIGCONT acts when it is sent). */
#define IGNORED_SIGNALS	(MASK(SIGCHLD) | MASK(SIGCONT) | MASK(SIGURG) | MASK(SIGWINCH))

const char *signal_name(int sig)
{
	static const char *const names[] = {
		[SIGHUP] = "SIGHUP", [SIGINT] = "SIGINT", [SIGQUIT] = "SIGQUIT",
		[SIGILL] = "SIGILL", [SIGTRAP] = "SIGTRAP", [SIGABRT] = "SIGABRT",
		[SIGBUS] = "SIGBUS", [SIGFPE] = "SIGFPE", [SIGKILL] = "SIGKILL",
		[SIGUSR1] = "SIGUSR1", [SIGSEGV] = "SIGSEGV", [SIGUSR2] = "SIGUSR2",
		[SIGPIPE] = "SIGPIPE", [SIGALRM] = "SIGALRM", [SIGTERM] = "SIGTERM",
		[SIGSTKFLT] = "SIGSTKFLT", [SIGCHLD] = "SIGCHLD", [SIGCONT] = "SIGCONT",
		[SIGSTOP] = "SIGSTOP", [SIGTSTP] = "SIGTSTP", [SIGTTIN] = "SIGTTIN",
		[SIGTTOU] = "SIGTTOU", [SIGURG] = "SIGURG", [SIGXCPU] = "SIGXCPU",
		[SIGXFSZ] = "SIGXFSZ", [SIGVTALRM] = "SIGVTALRM", [SIGPROF] = "SIGPROF",
		[SIGWINCH] = "SIGWINCH", [SIGIO] = "SIGIO", [SIGPWR] = "SIGPWR",
		[SIGSYS] = "SIGSYS",
	};

	if (sig < 1 || (unsigned int)sig >= ARRAY_SIZE(names))
		return "SIG?";
	return names[sig];
}

static bool valid_signal(long sig)
{
	return sig >= 1 && sig <= NSIG;
}

/* The threads of p's process, the leader first: for (t = leader; t; t = next_thread(t)). */
static struct task_struct *next_thread(struct task_struct *t)
{
	struct task_struct *leader = t->group_leader;
	struct list_head *next = t->thread_group.next;

	assert_spin_locked(&tasklist_lock);
	return next == &leader->thread_group ? NULL
					     : list_entry(next, struct task_struct, thread_group);
}

/* ------------------------------------------------------------------ sending */

bool sig_ignored(const struct task_struct *p, int sig)
{
	unsigned long handler = p->sighand->action[sig - 1].handler;

	if (p->flags & PF_KTHREAD)
		return true;
	if (is_init(p) && handler == SIG_DFL)
		return true;
	if (p->blocked & MASK(sig))
		return false;		/* the action may be another by the time it is unblocked */
	return handler == SIG_IGN || (handler == SIG_DFL && (MASK(sig) & IGNORED_SIGNALS));
}

/* signal_wake_up - let t look at its signals; a fatal one also ends a stop. */
static void signal_wake_up(struct task_struct *t, bool fatal)
{
	set_work(t, TIF_SIGPENDING);
	wake_up_state(t, TASK_INTERRUPTIBLE | (fatal ? TASK_STOPPED : 0));
}

/* drop_pending - forget pending signals of the set in all threads of p's process. */
static void drop_pending(struct task_struct *p, sigset_t set)
{
	struct task_struct *t;

	p->signal->shared_pending &= ~set;
	for (t = p->group_leader; t; t = next_thread(t))
		t->pending &= ~set;
}

/*
 * stop_or_continue - what a stop signal or SIGCONT does as soon as it is sent: each cancels the
 * other, and SIGCONT lets stopped threads run. True when the parent is to hear of a continue.
 */
static bool stop_or_continue(struct task_struct *p, int sig)
{
	struct signal_struct *s = p->signal;
	struct task_struct *t;

	if (MASK(sig) & STOP_SIGNALS)
		drop_pending(p, MASK(SIGCONT));
	if (sig != SIGCONT)
		return false;
	drop_pending(p, STOP_SIGNALS);
	if (!s->group_stop)
		return false;
	s->group_stop = false;
	s->stop_report = W_CONTINUED;
	for (t = p->group_leader; t; t = next_thread(t))
		wake_up_state(t, TASK_STOPPED);
	return true;
}

static bool wants(const struct task_struct *t, int sig)
{
	return !(t->blocked & MASK(sig)) && !(t->flags & PF_EXITING);
}

/*
 * send_signal - make sig pending for p, or with group for p's process, and wake a thread that
 * does not block it. Locks: tasklist_lock held, takes siglock.
 */
static void send_signal(int sig, struct task_struct *p, bool group)
{
	struct task_struct *t = p;
	bool continued;

	BUG_ON(!valid_signal(sig));
	assert_spin_locked(&tasklist_lock);
	spin_lock(&p->sighand->siglock);
	continued = stop_or_continue(p, sig);
	if (!sig_ignored(p, sig)) {
		*(group ? &p->signal->shared_pending : &p->pending) |= MASK(sig);
		if (group)
			for (t = p->group_leader; t && !wants(t, sig); )
				t = next_thread(t);
		if (t && wants(t, sig))
			signal_wake_up(t, sig == SIGKILL);
		event(EV_SIGNAL, sig, p->pid, 0, 0, 0, 0);
	}
	spin_unlock(&p->sighand->siglock);
	if (continued)
		notify_parent(p->group_leader, SIGCHLD);
}

int send_sig(int sig, struct task_struct *p)
{
	if (!valid_signal(sig))
		return -EINVAL;
	spin_lock(&tasklist_lock);
	send_signal(sig, p, false);
	spin_unlock(&tasklist_lock);
	return 0;
}

int send_sig_process(int sig, struct task_struct *p)
{
	if (!valid_signal(sig))
		return -EINVAL;
	spin_lock(&tasklist_lock);
	send_signal(sig, p, true);
	spin_unlock(&tasklist_lock);
	return 0;
}

void notify_parent(struct task_struct *p, int sig)
{
	struct task_struct *parent = p->parent;

	assert_spin_locked(&tasklist_lock);
	if (valid_signal(sig))
		send_signal(sig, parent, true);
	wake_up_all(&parent->signal->wait_chldexit);
}

void zap_other_threads(void)
{
	struct task_struct *t;

	current->signal->group_stop = false;
	for (t = current->group_leader; t; t = next_thread(t)) {
		if (t == current || (t->flags & PF_EXITING))
			continue;
		t->pending |= MASK(SIGKILL);
		signal_wake_up(t, true);
	}
}

/* What the log says about a fault, by signal and si_code. */
static const char *fault_reason(int sig, int code)
{
	if (sig == SIGSEGV && code == SEGV_MAPERR)
		return "nothing mapped there";
	if (sig == SIGSEGV && code == SEGV_ACCERR)
		return "mapped, but without that right";
	if (sig == SIGBUS)
		return "nothing behind the mapping";
	if (sig == SIGFPE)
		return "arithmetic";
	if (sig == SIGILL)
		return "no such instruction";
	return "exception";
}

/* force_sig_fault - a blocked or ignored fault would only happen again, so it kills in any case. */
void force_sig_fault(int sig, int code, unsigned long addr)
{
	struct task_struct *p = current;
	struct sigaction_k *act = &p->sighand->action[sig - 1];

	BUG_ON(!valid_signal(sig) || (p->flags & PF_KTHREAD));
	pr_info("signal: %s[%d] %s at %08lx ip %08x: %s\n", p->comm, p->pid, signal_name(sig), addr,
		task_pt_regs(p)->ip, fault_reason(sig, code));
	event(EV_SIGNAL, sig, p->pid, addr, 0, 0, 0);
	spin_lock(&p->sighand->siglock);
	if ((p->blocked & MASK(sig)) || act->handler == SIG_IGN)
		act->handler = SIG_DFL;
	p->blocked &= ~MASK(sig);
	p->pending |= MASK(sig);
	set_work(p, TIF_SIGPENDING);
	spin_unlock(&p->sighand->siglock);
}

/* ------------------------------------------------------------------ receiving */

void recalc_sigpending(void)
{
	struct task_struct *p = current;

	assert_spin_locked(&p->sighand->siglock);
	if (((p->pending | p->signal->shared_pending) & ~p->blocked) || p->signal->group_stop)
		set_work(p, TIF_SIGPENDING);
	else
		clear_work(p, TIF_SIGPENDING);
}

/* lowest_signal - the first of a set that is not empty. */
static int lowest_signal(sigset_t set)
{
	u32 low = set, high = set >> 32;

	return low ? __builtin_ctz(low) + 1 : __builtin_ctz(high) + 33;
}

/* dequeue_signal - take the next signal, SIGKILL first, then by number; 0: none. siglock held. */
static int dequeue_signal(void)
{
	struct task_struct *p = current;
	sigset_t own = p->pending & ~p->blocked;
	sigset_t set = own | (p->signal->shared_pending & ~p->blocked);
	int sig;

	if (!set)
		return 0;
	sig = set & MASK(SIGKILL) ? SIGKILL : lowest_signal(set);
	*(own & MASK(sig) ? &p->pending : &p->signal->shared_pending) &= ~MASK(sig);
	return sig;
}

/* start_group_stop - the default action of stop signals: every thread stops, the parent hears. */
static void start_group_stop(int sig)
{
	struct signal_struct *s = current->signal;
	struct task_struct *t;

	spin_lock(&tasklist_lock);
	spin_lock(&current->sighand->siglock);
	s->group_stop = true;
	s->stop_report = W_STOPCODE(sig);
	for (t = current->group_leader; t; t = next_thread(t))
		signal_wake_up(t, false);
	spin_unlock(&current->sighand->siglock);
	notify_parent(current->group_leader, SIGCHLD);
	spin_unlock(&tasklist_lock);
}

/* stay_stopped - until SIGCONT has ended the stop, or SIGKILL is pending. */
static void stay_stopped(void)
{
	struct task_struct *p = current;

	for (;;) {
		p->state = TASK_STOPPED;
		if (!READ_ONCE(p->signal->group_stop) ||
		    ((p->pending | p->signal->shared_pending) & MASK(SIGKILL)))
			break;
		schedule();
	}
	p->state = TASK_RUNNING;
}

/* act_on - do what the action of sig says. Does not return when that is death. */
static void act_on(int sig)
{
	if (current->sighand->action[sig - 1].handler == SIG_IGN || (MASK(sig) & IGNORED_SIGNALS))
		return;
	if (MASK(sig) & STOP_SIGNALS) {
		start_group_stop(sig);
		return;
	}
	event(EV_SIGNAL, sig, current->pid, 0, 1, 0, 0);
	do_group_exit(sig);
}

void do_signal(struct pt_regs *regs)
{
	spinlock_t *siglock = &current->sighand->siglock;

	BUG_ON(!user_mode(regs));
	for (;;) {
		bool stop;
		int sig;

		spin_lock(siglock);
		sig = dequeue_signal();
		stop = !sig && current->signal->group_stop;
		recalc_sigpending();
		spin_unlock(siglock);
		if (sig)
			act_on(sig);
		else if (stop)
			stay_stopped();
		else
			return;
	}
}

/* ------------------------------------------------------------------ kill */

/* kill_one - signal 0 only checks that the process exists. tasklist_lock held. */
static void kill_one(int sig, struct task_struct *p)
{
	if (sig)
		send_signal(sig, p, true);
}

/* kill_many - all processes of a group (pgrp), or all but process 1 and the own one (-1). */
static long kill_many(int sig, pid_t pgrp)
{
	struct task_struct *p;
	long error = -ESRCH;

	assert_spin_locked(&tasklist_lock);
	list_for_each_entry(p, &task_list, tasks) {
		if (p->group_leader != p || (p->flags & PF_KTHREAD))
			continue;
		if (pgrp == -1 ? is_init(p) || p->tgid == current->tgid : p->signal->pgrp != pgrp)
			continue;
		kill_one(sig, p);
		error = 0;
	}
	return error;
}

long sys_kill(long pid, long sig)
{
	struct task_struct *p;
	long error = 0;

	if (sig && !valid_signal(sig))
		return -EINVAL;
	spin_lock(&tasklist_lock);
	if (pid > 0) {
		p = find_task_by_pid(pid);
		if (p)
			kill_one(sig, p);
		else
			error = -ESRCH;
	} else if (pid == -1) {
		error = kill_many(sig, -1);
	} else {
		error = kill_many(sig, pid ? -pid : current->signal->pgrp);
	}
	spin_unlock(&tasklist_lock);
	return error;
}

/* kill_thread - to the thread tid; tgid 0: of any process. */
static long kill_thread(pid_t tgid, pid_t tid, long sig)
{
	struct task_struct *p;
	long error = -ESRCH;

	if (tid <= 0 || (sig && !valid_signal(sig)))
		return -EINVAL;
	spin_lock(&tasklist_lock);
	p = find_task_by_pid(tid);
	if (p && (!tgid || p->tgid == tgid)) {
		if (sig)
			send_signal(sig, p, false);
		error = 0;
	}
	spin_unlock(&tasklist_lock);
	return error;
}

long sys_tkill(long tid, long sig)
{
	return kill_thread(0, tid, sig);
}

long sys_tgkill(long tgid, long tid, long sig)
{
	return tgid <= 0 ? -EINVAL : kill_thread(tgid, tid, sig);
}

/* ------------------------------------------------------------------ actions and masks */

/* set_action - an action that ignores a signal also forgets the pending one (POSIX). */
static void set_action(int sig, const struct sigaction_k *new, struct sigaction_k *old)
{
	struct sigaction_k *act = &current->sighand->action[sig - 1];

	spin_lock(&tasklist_lock);
	spin_lock(&current->sighand->siglock);
	*old = *act;
	if (new) {
		*act = *new;
		act->mask &= ~NOT_BLOCKABLE;
		if (new->handler == SIG_IGN || (MASK(sig) & IGNORED_SIGNALS))
			drop_pending(current, MASK(sig));
	}
	spin_unlock(&current->sighand->siglock);
	spin_unlock(&tasklist_lock);
}

/* sys_rt_sigaction - handlers in user space are not supported yet: -ENOSYS. */
long sys_rt_sigaction(long sig, long act, long oact, long sigsetsize)
{
	struct sigaction_k new, old;

	if (sigsetsize != sizeof(sigset_t))
		return -EINVAL;
	if (act && copy_from_user(&new, (void *)act, sizeof(new)))
		return -EFAULT;
	if (!valid_signal(sig) || (act && (MASK(sig) & NOT_BLOCKABLE)))
		return -EINVAL;
	if (act && new.handler != SIG_DFL && new.handler != SIG_IGN)
		return -ENOSYS;
	set_action(sig, act ? &new : NULL, &old);
	if (oact && copy_to_user((void *)oact, &old, sizeof(old)))
		return -EFAULT;
	return 0;
}

static int set_mask(int how, sigset_t set)
{
	sigset_t *blocked = &current->blocked;

	set &= ~NOT_BLOCKABLE;
	if (how < SIG_BLOCK || how > SIG_SETMASK)
		return -EINVAL;
	spin_lock(&current->sighand->siglock);
	if (how == SIG_BLOCK)
		*blocked |= set;
	else if (how == SIG_UNBLOCK)
		*blocked &= ~set;
	else
		*blocked = set;
	recalc_sigpending();
	spin_unlock(&current->sighand->siglock);
	return 0;
}

long sys_rt_sigprocmask(long how, long set, long oset, long sigsetsize)
{
	sigset_t old = current->blocked, new;
	int error;

	if (sigsetsize != sizeof(sigset_t))
		return -EINVAL;
	if (set) {
		if (copy_from_user(&new, (void *)set, sizeof(new)))
			return -EFAULT;
		error = set_mask(how, new);
		if (error)
			return error;
	}
	if (oset && copy_to_user((void *)oset, &old, sizeof(old)))
		return -EFAULT;
	return 0;
}

long sys_rt_sigpending(long set, long sigsetsize)
{
	sigset_t pending;

	if (sigsetsize < 0 || (unsigned long)sigsetsize > sizeof(pending))
		return -EINVAL;
	spin_lock(&current->sighand->siglock);
	pending = (current->pending | current->signal->shared_pending) & current->blocked;
	spin_unlock(&current->sighand->siglock);
	return copy_to_user((void *)set, &pending, sigsetsize) ? -EFAULT : 0;
}

/* sys_pause - until a signal that is not ignored; those are all fatal or stops so far. */
long sys_pause(void)
{
	for (;;) {
		current->state = TASK_INTERRUPTIBLE;
		if (signal_pending(current))
			break;
		schedule();
	}
	current->state = TASK_RUNNING;
	return -ERESTARTSYS;
}
