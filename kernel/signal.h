/* SPDX-License-Identifier: MIT */
/* signal.h - what the files about signals in kernel/ share. */
#ifndef KERNEL_SIGNAL_H
#define KERNEL_SIGNAL_H

#include <nopage/sched.h>
#include <asm/bitops.h>

#define SIGMASK(sig)	(1ULL << ((sig) - 1))
#define STOP_SIGNALS	(SIGMASK(SIGSTOP) | SIGMASK(SIGTSTP) | SIGMASK(SIGTTIN) | SIGMASK(SIGTTOU))
#define NOT_BLOCKABLE	(SIGMASK(SIGKILL) | SIGMASK(SIGSTOP))
/* Signals whose default action is nothing (SIGCONT acts when it is sent). */
#define IGNORED_SIGNALS	(SIGMASK(SIGCHLD) | SIGMASK(SIGCONT) | SIGMASK(SIGURG) | SIGMASK(SIGWINCH))

/* Those that a fault sends: as on Linux they come first, whoever has sent them. */
#define FAULT_SIGNALS	(SIGMASK(SIGSEGV) | SIGMASK(SIGBUS) | SIGMASK(SIGILL) | SIGMASK(SIGTRAP) | \
			 SIGMASK(SIGFPE) | SIGMASK(SIGSYS))

/* Signals whose default action is death with a core file. */
#define CORE_SIGNALS	(SIGMASK(SIGQUIT) | SIGMASK(SIGILL) | SIGMASK(SIGTRAP) | SIGMASK(SIGABRT) | \
			 SIGMASK(SIGBUS) | SIGMASK(SIGFPE) | SIGMASK(SIGSEGV) | SIGMASK(SIGXCPU) | \
			 SIGMASK(SIGXFSZ) | SIGMASK(SIGSYS))

/* Whose default action is no death, or one that waits, as on Linux, until the task acts on it. */
#define NOT_FATAL_AT_ONCE (IGNORED_SIGNALS | STOP_SIGNALS | CORE_SIGNALS)

/* init_siginfo - word by word: the compiler would clear so small a struct by a loop. */
static inline void init_siginfo(struct siginfo *info, int sig, int code)
{
	info->si_signo = sig;
	info->si_errno = 0;
	info->si_code = code;
	info->word[0] = 0;
	info->word[1] = 0;
	info->word[2] = 0;
	info->word[3] = 0;
	info->word[4] = 0;
}

/* sender_info - of a signal from the current process. */
static inline struct siginfo sender_info(int sig, int code)
{
	struct siginfo info;

	init_siginfo(&info, sig, code);
	info.rt.pid = current->tgid;
	info.rt.uid = current->cred.uid;
	return info;
}

static inline bool in_sigset(const sigset_t *set, int sig)
{
	return test_bit64(set, sig - 1);
}

static inline void add_to_sigset(sigset_t *set, int sig)
{
	set_bit64(set, sig - 1);
}

static inline void remove_from_sigset(sigset_t *set, int sig)
{
	clear_bit64(set, sig - 1);
}

/* sigpending - is there anything for current to look at? siglock held. */
static inline bool sigpending(const struct task_struct *p)
{
	sigset_t all = p->pending.signal | p->signal->shared_pending.signal;

	return (all && (all & ~p->blocked)) || p->signal->group_stop || p->forced.si_signo;
}

/* recalc_sigpending - TIF_SIGPENDING of p, current, after a change of its sets. siglock held. */
static inline void recalc_sigpending(struct task_struct *p)
{
	if (unlikely(sigpending(p)))
		set_work(p, TIF_SIGPENDING);
	else if (signal_pending(p))
		clear_work(p, TIF_SIGPENDING);
}

/* lowest_signal - the first of a set that is not empty. */
static inline int lowest_signal(sigset_t set)
{
	u32 low = set, high = set >> 32;

	return low ? __builtin_ctz(low) + 1 : __builtin_ctz(high) + 33;
}

struct k_itimer;

/* One pending signal, on the list of a struct sigpending. siglock. */
struct sigqueue {
	struct list_head list;
	struct siginfo info;
	struct k_itimer *timer;		/* whose it is, queued or not; NULL: goes when it is taken */
	bool stale;			/* the timer has been set anew or deleted since it was sent */
};

static inline bool valid_signal(long sig)
{
	return sig >= 1 && sig <= NSIG;
}

struct sigqueue *alloc_sigqueue(unsigned int gfp);	/* not queued; NULL: no memory */
void free_sigqueue(struct sigqueue *q);			/* not queued */

/* posix_timers.c; siglock held. A timer's signal has been taken, into info, or left its list. */
void timer_signal_taken(struct sigqueue *q, struct siginfo *info);
void timer_signal_gone(struct signal_struct *s, struct sigqueue *q);

/*
 * unqueue - q leaves its list. Unless it belongs to a timer it goes, or is kept for the next signal
 * of the process. siglock held.
 */
static inline void unqueue(struct signal_struct *s, struct sigqueue *q)
{
	list_del_init(&q->list);
	if (q->timer) {
		timer_signal_gone(s, q);
		return;
	}
	BUG_ON(!s->nr_queued);
	s->nr_queued--;
	if (s->spare_entry)
		free_sigqueue(q);
	else
		s->spare_entry = q;
}

/* The threads of p's process, the leader first: for (t = leader; t; t = next_thread(t)). */
static inline struct task_struct *next_thread(struct task_struct *t)
{
	struct list_head *next = t->thread_group.next;

	assert_spin_locked(&tasklist_lock);
	return next == &t->group_leader->thread_group
		? NULL : list_entry(next, struct task_struct, thread_group);
}

/* signal_wake_up - let t look at its signals; a fatal one also ends a stop. */
static inline void signal_wake_up(struct task_struct *t, bool fatal)
{
	set_work(t, TIF_SIGPENDING);	/* first: who goes to sleep looks at it last */
	if (t->state != TASK_RUNNING)
		wake_up_state(t, TASK_INTERRUPTIBLE | TASK_KILLABLE | (fatal ? TASK_STOPPED : 0));
}

/*
 * send_signal - make sig pending for p, or with group for p's process, and wake a thread that does
 * not block it. info NULL: from the kernel, nothing else to say. 0, or -EAGAIN (real-time signals
 * with data, at the limit). Locks: tasklist_lock held, takes siglock.
 */
int send_signal(int sig, const struct siginfo *info, struct task_struct *p, bool group);
/*
 * send_sigqueue - the same with an entry of a timer's, be its signal pending or not, unless it is
 * ignored. missed: how often more the timer has expired; once more if the entry is still queued.
 */
void send_sigqueue(struct sigqueue *q, struct task_struct *p, bool group, int missed);
/*
 * dequeue_signal - take current's next signal of set, its own before its process's; 0: none. With
 * info->si_signo 0 it has become stale and is none: look again. siglock held.
 */
int dequeue_signal(sigset_t set, struct siginfo *info);
/*
 * retarget_pending - current will not take the process's pending signals of set: wake the threads
 * that can. tasklist_lock and siglock held.
 */
void retarget_pending(sigset_t set);
/* drop_pending - forget pending signals of set in all threads of p's process. Both locks held. */
void drop_pending(struct task_struct *p, sigset_t set);
/* exit_posix_timers - delete all of the current process's; siglock held. */
void exit_posix_timers(void);

#endif
