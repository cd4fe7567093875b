/* SPDX-License-Identifier: MIT */
/*
 * signal.c - sending signals. What they do to the task that receives them is in deliver.c.
 *
 * A signal is pending for one task (pending) or for any thread of a process (shared_pending); a
 * task with something to look at has TIF_SIGPENDING set and does so on its way to user mode. What
 * is known about a signal lies in a queue beside the set: one entry for a standard signal, one per
 * sending for a real-time signal; a set bit without entry came from the kernel, or memory was
 * short.
 *
 * Process 1 gets no signal whose action is SIG_DFL, unless it blocks it to wait for it, so that
 * nobody can kill it; a fault of its own does. Kernel threads get none at all.
 *
 * Locks: tasklist_lock to find the receiver, then its siglock.
 */
#include "internal.h"
#include "signal.h"
#include <nopage/err.h>
#include <nopage/events.h>
#include <nopage/mm.h>
#include <nopage/slab.h>
#include <uapi/wait.h>

static struct kmem_cache *sigqueue_cachep;

void signal_init(void)
{
	sigqueue_cachep = kmem_cache_create("sigqueue", sizeof(struct sigqueue), 0);
	BUG_ON(!sigqueue_cachep);
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

/* flush_pending - forget the signals in set. siglock held, or nobody else knows s. */
static void flush_pending(struct signal_struct *s, struct sigpending *pending, sigset_t set)
{
	struct sigqueue *q, *next;

	if (!(pending->signal & set))
		return;
	pending->signal &= ~set;
	list_for_each_entry_safe(q, next, &pending->list, list)
		if (set & SIGMASK(q->info.si_signo))
			unqueue(s, q);
}

void drop_pending(struct task_struct *p, sigset_t set)
{
	struct signal_struct *s = p->signal;
	struct task_struct *t;

	flush_pending(s, &s->shared_pending, set);
	for (t = p->group_leader; t; t = next_thread(t))
		flush_pending(s, &t->pending, set);
}

void flush_sigqueue(struct task_struct *p)
{
	assert_spin_locked(&tasklist_lock);
	if (list_empty(&p->pending.list))
		return;
	spin_lock(&p->sighand->siglock);
	flush_pending(p->signal, &p->pending, ~0ULL);
	spin_unlock(&p->sighand->siglock);
}

void flush_shared_sigqueue(struct signal_struct *sig)
{
	flush_pending(sig, &sig->shared_pending, ~0ULL);
	BUG_ON(sig->nr_queued);
	if (sig->spare_entry)
		free_sigqueue(sig->spare_entry);
}

/* ------------------------------------------------------------------ sending */

/* Would sig, sent to p, have no effect, because of its action? siglock held. */
static bool sig_ignored(const struct task_struct *p, int sig)
{
	unsigned long handler = p->sighand->action[sig - 1].handler;

	if (p->flags & PF_KTHREAD)
		return true;
	if (handler > SIG_IGN)
		return false;
	if (in_sigset(&p->blocked, sig))
		return false;		/* the action may be another by the time it is unblocked */
	return handler == SIG_IGN || is_init(p) || (SIGMASK(sig) & IGNORED_SIGNALS);
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

/* kill_threads - of p's process all but one (NULL: none) die. Both locks held. */
static void kill_threads(struct task_struct *p, const struct task_struct *spared)
{
	struct task_struct *t;

	p->signal->group_stop = false;
	for (t = p->group_leader; t; t = next_thread(t)) {
		if (t == spared || (t->flags & PF_EXITING))
			continue;
		t->pending.signal |= SIGMASK(SIGKILL);
		signal_wake_up(t, true);
	}
}

/*
 * is_fatal - will sig, which t can take at once, be the end of its process for certain? Not when
 * the process is ending anyway, nor when t is stopped: only SIGKILL ends that.
 */
static bool is_fatal(const struct task_struct *t, int sig)
{
	if (t->sighand->action[sig - 1].handler != SIG_DFL || is_init(t) || t->signal->group_exit)
		return false;
	return sig == SIGKILL || (t->state != TASK_STOPPED && !(SIGMASK(sig) & NOT_FATAL_AT_ONCE));
}

static struct sigpending *pending_of(struct task_struct *p, bool group)
{
	return group ? &p->signal->shared_pending : &p->pending;
}

/*
 * wake_receiver - let p, or with group any thread of its process, take sig. If that ends the
 * process, all threads are told at once: none of them does anything more, the sender included.
 */
static void wake_receiver(struct task_struct *p, int sig, bool group)
{
	struct task_struct *t = p;

	if (group && !wants(p, sig))
		for (t = p->group_leader; t && !wants(t, sig); )
			t = next_thread(t);
	if (!t || !wants(t, sig))
		return;
	if (in_sigset(&t->blocked, sig)) {
		wake_up_state(t, TASK_INTERRUPTIBLE);
	} else if (is_fatal(t, sig)) {
		t->signal->group_exit = true;
		t->signal->group_exit_code = sig;
		kill_threads(t, NULL);
	} else {
		signal_wake_up(t, false);
	}
}

/*
 * add_pending - make sig pending, with info unless that is NULL. -EAGAIN when a real-time signal
 * with data has no place: too many are queued, or memory is short. siglock held.
 */
static int add_pending(struct task_struct *p, int sig, const struct siginfo *info, bool group)
{
	struct signal_struct *s = p->signal;
	struct sigpending *pending = pending_of(p, group);
	struct sigqueue *q = NULL;

	if (sig < SIGRTMIN && in_sigset(&pending->signal, sig))
		return 0;
	if (info && (sig < SIGRTMIN || s->nr_queued < s->rlim[RLIMIT_SIGPENDING].rlim_cur))
		q = new_entry(s);
	if (q) {
		q->info = *info;
		list_add_tail(&q->list, &pending->list);
		s->nr_queued++;
	} else if (info && sig >= SIGRTMIN && info->si_code != SI_USER) {
		return -EAGAIN;
	}
	add_to_sigset(&pending->signal, sig);
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
		notify_parent_stop(p->group_leader);
	return error;
}

void send_sigqueue(struct sigqueue *q, struct task_struct *p, bool group, int missed)
{
	struct sigpending *pending = pending_of(p, group);
	int sig = q->info.si_signo;

	assert_spin_locked(&tasklist_lock);
	spin_lock(&p->sighand->siglock);
	if (!list_empty(&q->list)) {
		q->info.timer.overrun += missed + !q->stale;
	} else if (!sig_ignored(p, sig)) {
		q->info.timer.overrun = missed;
		list_add_tail(&q->list, &pending->list);
		add_to_sigset(&pending->signal, sig);
		wake_receiver(p, sig, group);
		event(EV_SIGNAL, sig, p->pid, 0, 0, 0, 0);
	}
	q->stale = false;
	spin_unlock(&p->sighand->siglock);
}

void send_sig_self(int sig)
{
	struct siginfo info = sender_info(sig, SI_USER);

	spin_lock(&tasklist_lock);
	send_signal(sig, &info, current, false);
	spin_unlock(&tasklist_lock);
}

void send_sig_kernel(int sig, struct task_struct *p)
{
	send_signal(sig, NULL, p, true);
}

void zap_other_threads(void)
{
	kill_threads(current, current);
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
