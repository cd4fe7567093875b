/* SPDX-License-Identifier: MIT */
/*
 * signal.c - sending signals, and what they do to the task that receives them.
 *
 * A signal is pending for one task (pending) or for any thread of a process (shared_pending); a
 * task with something to look at has TIF_SIGPENDING set and does so on its way to user mode. What
 * is known about a signal lies in a queue beside the set: one entry for a standard signal, one per
 * sending for a real-time signal; a set bit without entry came from the kernel, or memory was
 * short. A fault of the task itself is neither: it waits in `forced`, because nothing may come
 * before it and it must not need memory.
 *
 *	send_signal       ignored? make pending, wake a thread
 *	do_signal         (arch) on the way to user mode
 *	 get_signal       next one: stop, die, or back with a handler
 *	 ...              the frame on the user's stack
 *	 signal_delivered what is blocked meanwhile
 *
 * Process 1 gets no signal whose action is SIG_DFL, so that nobody can kill it; a fault of its own
 * does. Kernel threads get none at all.
 *
 * Locks: tasklist_lock to find the receiver, then its siglock.
 */
#include "internal.h"
#include "signal.h"
#include <nopage/err.h>
#include <nopage/events.h>
#include <nopage/mm.h>
#include <nopage/printk.h>
#include <nopage/slab.h>
#include <nopage/syscalls.h>
#include <uapi/wait.h>

static struct kmem_cache *sigqueue_cachep;

void signal_init(void)
{
	sigqueue_cachep = kmem_cache_create("sigqueue", sizeof(struct sigqueue), 0);
	BUG_ON(!sigqueue_cachep);
}

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

/* The threads of p's process, the leader first: for (t = leader; t; t = next_thread(t)). */
static struct task_struct *next_thread(struct task_struct *t)
{
	struct task_struct *leader = t->group_leader;
	struct list_head *next = t->thread_group.next;

	assert_spin_locked(&tasklist_lock);
	return next == &leader->thread_group ? NULL
					     : list_entry(next, struct task_struct, thread_group);
}

/* ------------------------------------------------------------------ queues of siginfo */

struct sigqueue *alloc_sigqueue(unsigned int gfp)
{
	struct sigqueue *q = kmem_cache_alloc(sigqueue_cachep, gfp);

	if (!q)
		return NULL;
	INIT_LIST_HEAD(&q->list);
	q->timer = NULL;
	return q;
}

void free_sigqueue(struct sigqueue *q)
{
	BUG_ON(!list_empty(&q->list));
	kmem_cache_free(sigqueue_cachep, q);
}

/* new_entry - for a signal about to be sent; NULL: no memory. siglock held. */
static struct sigqueue *new_entry(struct signal_struct *s)
{
	struct sigqueue *q = s->spare_entry;

	if (!q)
		return alloc_sigqueue(GFP_ATOMIC);
	s->spare_entry = NULL;
	return q;
}

/*
 * unqueue - q leaves its queue. Unless it belongs to a timer it goes, or is kept for the next
 * signal of the process. siglock held.
 */
static void unqueue(struct signal_struct *s, struct sigqueue *q)
{
	list_del_init(&q->list);
	if (q->timer)
		return;
	BUG_ON(!s->nr_queued);
	s->nr_queued--;
	if (s->spare_entry)
		free_sigqueue(q);
	else
		s->spare_entry = q;
}

/* flush_queue - forget the entries of the signals in set. siglock held, or nobody else knows s. */
static void flush_queue(struct signal_struct *s, struct list_head *queue, sigset_t set)
{
	struct sigqueue *q, *next;

	list_for_each_entry_safe(q, next, queue, list)
		if (set & SIGMASK(q->info.si_signo))
			unqueue(s, q);
}

/* drop_pending - forget pending signals of the set in all threads of p's process. */
static void drop_pending(struct task_struct *p, sigset_t set)
{
	struct signal_struct *s = p->signal;
	struct task_struct *t;

	if (s->shared_pending & set) {
		s->shared_pending &= ~set;
		flush_queue(s, &s->shared_queue, set);
	}
	for (t = p->group_leader; t; t = next_thread(t)) {
		if (!(t->pending & set))
			continue;
		t->pending &= ~set;
		flush_queue(s, &t->pending_queue, set);
	}
}

void drop_signals(sigset_t set)
{
	drop_pending(current, set);
}

void flush_sigqueue(struct task_struct *p)
{
	assert_spin_locked(&tasklist_lock);
	if (list_empty(&p->pending_queue))
		return;
	spin_lock(&p->sighand->siglock);
	flush_queue(p->signal, &p->pending_queue, ~0ULL);
	spin_unlock(&p->sighand->siglock);
}

void flush_shared_sigqueue(struct signal_struct *sig)
{
	flush_queue(sig, &sig->shared_queue, ~0ULL);
	BUG_ON(sig->nr_queued);
	if (sig->spare_entry)
		free_sigqueue(sig->spare_entry);
}

/* ------------------------------------------------------------------ sending */

bool sig_ignored(const struct task_struct *p, int sig)
{
	unsigned long handler = p->sighand->action[sig - 1].handler;

	if (p->flags & PF_KTHREAD)
		return true;
	if (handler > SIG_IGN)
		return false;
	if (is_init(p) && handler == SIG_DFL)
		return true;
	if (in_sigset(&p->blocked, sig))
		return false;		/* the action may be another by the time it is unblocked */
	return handler == SIG_IGN || (handler == SIG_DFL && (SIGMASK(sig) & IGNORED_SIGNALS));
}

/* signal_wake_up - let t look at its signals; a fatal one also ends a stop. */
static void signal_wake_up(struct task_struct *t, bool fatal)
{
	set_work(t, TIF_SIGPENDING);	/* first: who goes to sleep looks at it last */
	if (t->state != TASK_RUNNING)
		wake_up_state(t, TASK_INTERRUPTIBLE | TASK_KILLABLE | (fatal ? TASK_STOPPED : 0));
}

static bool is_job_control(int sig)
{
	return sig >= SIGCONT && sig <= SIGTTOU;
}

/*
 * stop_or_continue - what a stop signal or SIGCONT does as soon as it is sent: each cancels the
 * other, and SIGCONT lets stopped threads run. True when the parent is to hear of a continue.
 */
static bool stop_or_continue(struct task_struct *p, int sig)
{
	struct signal_struct *s = p->signal;
	struct task_struct *t;

	if (sig != SIGCONT) {
		drop_pending(p, SIGMASK(SIGCONT));
		return false;
	}
	drop_pending(p, STOP_SIGNALS);
	if (!s->group_stop)
		return false;
	s->group_stop = false;
	for (t = p->group_leader; t; t = next_thread(t))
		wake_up_state(t, TASK_STOPPED);
	if (s->stop_count)
		return false;		/* it had only begun */
	s->stop_report = W_CONTINUED;
	return true;
}

/* Would t, woken, take sig? Also when it waits for it by sigtimedwait(). */
static bool wants(const struct task_struct *t, int sig)
{
	return (!in_sigset(&t->blocked, sig) || in_sigset(&t->sigwait, sig)) &&
	       !(t->flags & PF_EXITING);
}

/* wake_receiver - let p, or with group any thread of its process, take sig. */
static void wake_receiver(struct task_struct *p, int sig, bool group)
{
	struct task_struct *t = p;

	if (group && !wants(p, sig))
		for (t = p->group_leader; t && !wants(t, sig); )
			t = next_thread(t);
	if (!t || !wants(t, sig))
		return;
	if (in_sigset(&t->blocked, sig))
		wake_up_state(t, TASK_INTERRUPTIBLE);
	else
		signal_wake_up(t, sig == SIGKILL);
}

/*
 * add_pending - make sig pending, with info unless that is NULL. -EAGAIN when a real-time signal
 * with data has no place: too many are queued, or memory is short. siglock held.
 */
static int add_pending(struct task_struct *p, int sig, const struct siginfo *info, bool group)
{
	struct signal_struct *s = p->signal;
	sigset_t *set = group ? &s->shared_pending : &p->pending;
	struct sigqueue *q = NULL;

	if (sig < SIGRTMIN && in_sigset(set, sig))
		return 0;
	if (info && (sig < SIGRTMIN || s->nr_queued < s->rlim[RLIMIT_SIGPENDING].rlim_cur))
		q = new_entry(s);
	if (q) {
		q->info = *info;
		list_add_tail(&q->list, group ? &s->shared_queue : &p->pending_queue);
		s->nr_queued++;
	} else if (info && sig >= SIGRTMIN && info->si_code != SI_USER) {
		return -EAGAIN;
	}
	add_to_sigset(set, sig);
	return 0;
}

int send_signal(int sig, const struct siginfo *info, struct task_struct *p, bool group)
{
	bool continued = false;
	int error = 0;

	BUG_ON(!valid_signal(sig));
	assert_spin_locked(&tasklist_lock);
	spin_lock(&p->sighand->siglock);
	if (is_job_control(sig))
		continued = stop_or_continue(p, sig);
	if (!sig_ignored(p, sig)) {
		error = add_pending(p, sig, info, group);
		if (!error)
			wake_receiver(p, sig, group);
		event(EV_SIGNAL, sig, p->pid, 0, 0, 0, 0);
	}
	spin_unlock(&p->sighand->siglock);
	if (continued)
		notify_parent_stop(p->group_leader, CLD_CONTINUED, SIGCONT);
	return error;
}

bool send_sigqueue(struct sigqueue *q, struct task_struct *p, bool group)
{
	int sig = q->info.si_signo;
	bool queued = false;

	assert_spin_locked(&tasklist_lock);
	spin_lock(&p->sighand->siglock);
	if (!list_empty(&q->list)) {
		q->info.timer.overrun++;
		queued = true;
	} else if (!sig_ignored(p, sig)) {
		sigset_t *set = group ? &p->signal->shared_pending : &p->pending;

		/* A standard signal that is pending already keeps the data it came with. */
		if (sig >= SIGRTMIN || !(*set & SIGMASK(sig))) {
			list_add_tail(&q->list, group ? &p->signal->shared_queue
						      : &p->pending_queue);
			*set |= SIGMASK(sig);
			queued = true;
		}
		wake_receiver(p, sig, group);
		event(EV_SIGNAL, sig, p->pid, 0, 0, 0, 0);
	}
	spin_unlock(&p->sighand->siglock);
	return queued;
}

int send_sig(int sig, struct task_struct *p)
{
	int error;

	if (!valid_signal(sig))
		return -EINVAL;
	spin_lock(&tasklist_lock);
	error = send_signal(sig, NULL, p, false);
	spin_unlock(&tasklist_lock);
	return error;
}

int send_sig_process(int sig, struct task_struct *p)
{
	int error;

	if (!valid_signal(sig))
		return -EINVAL;
	spin_lock(&tasklist_lock);
	error = send_signal(sig, NULL, p, true);
	spin_unlock(&tasklist_lock);
	return error;
}

void send_sig_kernel(int sig, struct task_struct *p)
{
	send_signal(sig, NULL, p, true);
}

void zap_other_threads(void)
{
	struct task_struct *t;

	current->signal->group_stop = false;
	for (t = current->group_leader; t; t = next_thread(t)) {
		if (t == current || (t->flags & PF_EXITING))
			continue;
		t->pending |= SIGMASK(SIGKILL);
		signal_wake_up(t, true);
	}
}

/* ------------------------------------------------------------------ telling the parent */

static struct siginfo child_info(int sig, const struct task_struct *p, int code, int status)
{
	struct task_times t;

	process_times(p, &t);
	return (struct siginfo){
		.si_signo = sig,
		.si_code = code,
		.child = { p->tgid, p->cred.uid, status, t.utime, t.stime },
	};
}

bool notify_parent_exit(struct task_struct *p)
{
	struct task_struct *parent = p->parent;
	const struct sigaction_k *act = &parent->sighand->action[SIGCHLD - 1];
	int status = p->signal->group_exit ? p->signal->group_exit_code : p->exit_code;
	int sig = p->exit_signal;
	bool unwanted = false;

	assert_spin_locked(&tasklist_lock);
	if (sig == SIGCHLD)
		unwanted = act->handler == SIG_IGN || act->flags & SA_NOCLDWAIT;
	if (valid_signal(sig) && !(sig == SIGCHLD && act->handler == SIG_IGN)) {
		int killer = WTERMSIG(status);
		struct siginfo info = child_info(sig, p, killer ? CLD_KILLED : CLD_EXITED,
						 killer ? killer : WEXITSTATUS(status));

		send_signal(sig, &info, parent, true);
	}
	wake_up_all(&parent->signal->wait_chldexit);
	return unwanted;
}

void notify_parent_stop(struct task_struct *p, int code, int sig)
{
	struct task_struct *parent = p->parent;
	const struct sigaction_k *act = &parent->sighand->action[SIGCHLD - 1];
	struct siginfo info = child_info(SIGCHLD, p, code, sig);

	assert_spin_locked(&tasklist_lock);
	if (act->handler != SIG_IGN && !(act->flags & SA_NOCLDSTOP))
		send_signal(SIGCHLD, &info, parent, true);
	wake_up_all(&parent->signal->wait_chldexit);
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

void recalc_sigpending(void)
{
	struct task_struct *p = current;

	assert_spin_locked(&p->sighand->siglock);
	if (sigpending(p))
		set_work(p, TIF_SIGPENDING);
	else if (signal_pending(p))
		clear_work(p, TIF_SIGPENDING);
}

/* take_info - the oldest entry of sig leaves the queue; if there is another, sig stays pending. */
static void take_info(int sig, sigset_t *set, struct list_head *queue, struct siginfo *info)
{
	struct sigqueue *q, *found = NULL;
	bool more = false;

	list_for_each_entry(q, queue, list) {
		if (q->info.si_signo != sig)
			continue;
		if (found) {
			more = true;
			break;
		}
		found = q;
	}
	if (!more)
		remove_from_sigset(set, sig);
	if (found) {
		*info = found->info;
		if (found->timer)
			timer_signal_taken(found);
		unqueue(current->signal, found);
	} else {
		init_siginfo(info, sig, SI_KERNEL);
	}
}

int dequeue_signal(sigset_t set, struct siginfo *info)
{
	struct task_struct *p = current;
	sigset_t own = p->pending & set;
	int sig;

	assert_spin_locked(&p->sighand->siglock);
	set = own | (p->signal->shared_pending & set);
	if (!set)
		return 0;
	sig = set & SIGMASK(SIGKILL) ? SIGKILL : lowest_signal(set);
	if (in_sigset(&p->pending, sig))
		take_info(sig, &p->pending, &p->pending_queue, info);
	else
		take_info(sig, &p->signal->shared_pending, &p->signal->shared_queue, info);
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
	notify_parent_stop(current->group_leader, CLD_STOPPED, s->stop_signal);
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

/* stay_stopped - until SIGCONT has ended the stop, or SIGKILL is pending. */
static void stay_stopped(void)
{
	struct task_struct *p = current;

	spin_lock(&tasklist_lock);
	spin_lock(&p->sighand->siglock);
	if (p->signal->group_stop)
		count_stopped();
	spin_unlock(&p->sighand->siglock);
	spin_unlock(&tasklist_lock);
	for (;;) {
		p->state = TASK_STOPPED;
		if (!READ_ONCE(p->signal->group_stop) ||
		    ((p->pending | p->signal->shared_pending) & SIGMASK(SIGKILL)))
			break;
		schedule();
	}
	p->state = TASK_RUNNING;
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
	retarget_pending(p->signal->shared_pending & ~p->blocked);
	if (p->signal->group_stop)
		count_stopped();
	spin_unlock(&p->sighand->siglock);
	spin_unlock(&tasklist_lock);
}

void retarget_pending(sigset_t set)
{
	struct task_struct *t;

	assert_spin_locked(&current->sighand->siglock);
	if (!set)
		return;
	for (t = current->group_leader; t; t = next_thread(t))
		if (t != current && (set & ~t->blocked) && !(t->flags & PF_EXITING))
			signal_wake_up(t, false);
}

/* ------------------------------------------------------------------ acting */

/* As on Linux, those that would leave a core file wait until the task is on its way out. */
bool fatal_signal_pending(void)
{
	struct task_struct *p = current;
	bool fatal = false;
	sigset_t set;

	if (!signal_pending(p))
		return false;
	spin_lock(&p->sighand->siglock);
	set = (p->pending | p->signal->shared_pending) & ~p->blocked &
	      ~(IGNORED_SIGNALS | STOP_SIGNALS | CORE_SIGNALS);
	for (; set && !fatal; set &= set - 1) {
		int sig = lowest_signal(set);

		fatal = sig == SIGKILL || (!is_init(p) &&
					   p->sighand->action[sig - 1].handler == SIG_DFL);
	}
	spin_unlock(&p->sighand->siglock);
	return fatal;
}

/* Death by a fault is worth a line: the program is wrong, or was lied to. */
static void __noreturn die_of(const struct siginfo *info, bool forced)
{
	struct task_struct *p = current;

	if (forced)
		pr_info("signal: %s[%d] %s at %08lx ip %08x: %s\n", p->comm, p->pid,
			signal_name(info->si_signo), info->fault.addr, task_pt_regs(p)->ip,
			fault_reason(info->si_signo, info->si_code));
	event(EV_SIGNAL, info->si_signo, p->pid, 0, 1, 0, 0);
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
	if (act->flags & SA_RESETHAND && act->handler > SIG_IGN)
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
		stop = p->signal->group_stop &&
		       !((p->pending | p->signal->shared_pending) & SIGMASK(SIGKILL));
		sig = stop ? 0 : take_next(ks, &forced);
		if (!sig && !stop)
			recalc_sigpending();
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
