/* SPDX-License-Identifier: MIT */
/* internal.h - what only kernel/ may see. */
#ifndef KERNEL_INTERNAL_H
#define KERNEL_INTERNAL_H

#include <nopage/sched.h>

/* ------------------------------------------------------------------ fork.c */

/*
 * copy_process - a new task that does not run yet: give it to wake_up_new_task(). Sleeps.
 * ERR_PTR(-EINVAL, -EAGAIN, -ENOMEM, -EFAULT) on failure, with nothing left behind.
 */
struct task_struct *copy_process(const struct fork_args *args);

/* ------------------------------------------------------------------ pid.c; tasklist_lock held */

void attach_pid(struct task_struct *p);		/* p gets a number, and is in the list of all */
void detach_pid(struct task_struct *p);		/* it is found no more */
void swap_pids(struct task_struct *a, struct task_struct *b);

/* ------------------------------------------------------------------ cred.c */

/* commit_creds - the current task's become *new, whose reference to groups is handed over. 0. */
long commit_creds(const struct cred *new);

/* ------------------------------------------------------------------ sighand.c */

void sighand_init(void);
int copy_sighand(const struct fork_args *args, struct task_struct *p);	/* 0 or -ENOMEM */
int copy_signal(unsigned long flags, struct task_struct *p);		/* the same */
void undo_signal(struct task_struct *p);	/* the fork has failed after copy_signal() */
void put_signal(struct signal_struct *sig);
void put_sighand(struct sighand_struct *sighand);
/* A copy of the actions, for a task that stops sharing them; NULL: no memory. */
struct sighand_struct *dup_sighand(struct sighand_struct *old);
/* All actions become SIG_DFL, but handler `kept` stays. siglock held, or nobody else knows it. */
void reset_actions(struct sighand_struct *sighand, unsigned long kept);

/* ------------------------------------------------------------------ exit.c */

/* is_init - is p a thread of process 1, which adopts orphans and must not die? */
static inline bool is_init(const struct task_struct *p)
{
	return p->tgid == 1;
}

/* thread_group_empty - is current the only thread of its process? */
static inline bool thread_group_empty(void)
{
	return current->group_leader == current && list_empty(&current->thread_group);
}

/* exit_status - of p, as wait4() gives it; that of the end of the whole process comes first. */
static inline int exit_status(const struct task_struct *p)
{
	return p->signal->group_exit ? p->signal->group_exit_code : p->exit_code;
}

/* describe_status - what a wait4() status is in a siginfo_t. */
void describe_status(struct siginfo *info, int status);
/*
 * notify_parent_stop - p, a group leader, has stopped or been continued, as its stop_report says:
 * its parent gets SIGCHLD if it wants it, and is woken if it waits. tasklist_lock held.
 */
void notify_parent_stop(struct task_struct *p);
/* release_task - p, which has exited, leaves all lists; its reaper's reference goes. Sleeps not. */
void release_task(struct task_struct *p);

/* ------------------------------------------------------------------ signal.c */

/* Make every other thread of current's process die. Locks: tasklist_lock and siglock held. */
void zap_other_threads(void);
/* send_sig_kernel - from the kernel, without siginfo, to p's process. tasklist_lock held. */
void send_sig_kernel(int sig, struct task_struct *p);

/* ------------------------------------------------------------------ jobctl.c */

/*
 * exit_orphans - leader's process is about to end and its children still hang on it: groups that
 * become orphaned by this, with stopped processes in them, get SIGHUP and SIGCONT. tasklist_lock
 * held.
 */
void exit_orphans(struct task_struct *leader);

/* ------------------------------------------------------------------ loadavg.c */

void load_tick(void);			/* every timer interrupt */
/* ------------------------------------------------------------------ futex_key.c, robust.c */

/* What a futex is known by. */
struct futex_key {
	const void *object;		/* mm, or inode of shared memory */
	unsigned long index;		/* address, or page within the inode */
	unsigned int offset;		/* within that page; 0 for an mm */
};

/* futex_key - of a word of the current mm; 0, -EINVAL (not aligned), -EFAULT, -ENOMEM. Sleeps. */
int futex_key(unsigned long uaddr, bool shared, struct futex_key *key);
/* exit_robust_list - current, while its mm is loaded, leaves the robust mutexes it holds. */
void exit_robust_list(struct task_struct *p);

/* ------------------------------------------------------------------ itimer.c, posix_timers.c */

void init_timers(struct signal_struct *sig);	/* a new process's */
void exit_timers(void);				/* the last thread of the current process exits */
/* cpu_limit_tick - p has run for a tick. Interrupt context. */
void cpu_limit_tick(const struct task_struct *p);

/* init_ns_timer - not set; fn looks with ns_timer_expired() what there is to do. */
void init_ns_timer(struct ns_timer *t, void (*fn)(struct deferred *d));
/*
 * ns_timer_set - for the current process, by t->clock; value 0 stops it. -ESRCH: whose clock it
 * was has gone. tasklist_lock and siglock held.
 */
int ns_timer_set(struct ns_timer *t, bool absolute, const struct interval *new);
/* ns_timer_stop - siglock held. */
void ns_timer_stop(struct ns_timer *t);
/* ns_timer_get - what is left, at least 1 ns when it is set, and its interval. Both locks held. */
void ns_timer_get(const struct ns_timer *t, struct interval *i);
/*
 * ns_timer_expired - a task of its process, when the deadline has passed; *missed is how many
 * intervals have gone by beyond it. NULL otherwise. The next tick is arranged for. tasklist_lock
 * held.
 */
struct task_struct *ns_timer_expired(struct ns_timer *t, int *missed);

/* ------------------------------------------------------------------ rlimit.c */

struct rusage;
struct task_times;
void fill_rusage(struct rusage *ru, const struct task_times *t);
/* account_reaped - p is gone: its times go to its process; if it was the process, to the parent. */
void account_reaped(const struct task_struct *p);
/* family_times - of p's process and of its children that were waited for. tasklist_lock held. */
void family_times(const struct task_struct *p, struct task_times *t);

#endif
