/* SPDX-License-Identifier: MIT */
/* sched.h - tasks, the round-robin scheduler, process life and death. */
#ifndef NOPAGE_SCHED_H
#define NOPAGE_SCHED_H

#include <nopage/cred.h>
#include <nopage/list.h>
#include <nopage/mm_types.h>
#include <nopage/percpu.h>
#include <nopage/sync.h>
#include <nopage/time.h>
#include <nopage/types.h>
#include <asm/processor.h>
#include <uapi/resource.h>
#include <uapi/signal.h>

#define TIME_SLICE	5			/* ticks, then it is the next one's turn */
#define TASK_COMM_LEN	16
#define PID_MAX		32768

/* task_struct.state */
#define TASK_RUNNING		0		/* runs or is on the run queue */
#define TASK_INTERRUPTIBLE	1		/* sleeps; a signal wakes it */
#define TASK_UNINTERRUPTIBLE	2
#define TASK_ZOMBIE		4		/* exited, not yet reaped by its parent */
#define TASK_DEAD		8		/* reaped; freed with its last reference */
#define TASK_STOPPED		16		/* by a stop signal, until SIGCONT or SIGKILL */
#define TASK_KILLABLE		32		/* sleeps; a signal wakes it, to see whether it dies */

/* task_struct.flags */
#define PF_KTHREAD		0x1		/* a kernel thread: gets no signals */
#define PF_EXITING		0x2		/* do_exit() has begun */
#define PF_FORKNOEXEC		0x4		/* has not executed a program since fork */

/* task_struct.fail_nth: the allocation has failed (mm/fail.c) */
#define FAIL_FIRED		(-1)

/* task_struct.work: looked at on every return to user mode */
#define TIF_NEED_RESCHED	0x1
#define TIF_SIGPENDING		0x2
#define TIF_DEFERRED		0x4		/* kernel/deferred.c has something to run */

struct files_struct;
struct fs_struct;
struct robust_list_head;
struct tty;

struct deferred {
	struct list_head list;
	void (*fn)(struct deferred *d);		/* does not sleep; locks of tasks and signals allowed */
};

/* A timer that acts for a process: setitimer(), timer_create(): kernel/itimer.c */
struct ns_timer {
	struct timer timer;
	struct deferred deferred;
	u64 deadline;				/* see clock_deadline(); 0: not set */
	u64 interval;				/* ns; 0: once */
	long clock;				/* full_clock() */
	pid_t tgid;				/* whose it is */
};

/*
 * restart_block - a call that was interrupted and must not simply start again, because part of it
 * is done: -ERESTART_RESTARTBLOCK makes restart_syscall() go on with fn.
 */
struct restart_block {
	long (*fn)(struct restart_block *r);
	u64 deadline;				/* by ktime_get_ns(), or sleep.clock */
	union {
		struct {
			long clock;		/* full_clock() */
			bool absolute;
			long rem;		/* user pointer for what is left, or 0 */
			enum time_type rem_type;
		} sleep;
		struct {
			long fds;		/* user pointer */
			unsigned long count;
		} poll;
		struct {
			unsigned long uaddr;
			int op;
			u32 val, bitset;
		} futex;
	};
};

/* What to do about each signal: shared by clone(CLONE_SIGHAND). */
struct sighand_struct {
	atomic_t count;				/* tasks that share it */
	spinlock_t siglock;			/* also guards the pending sets of those tasks */
	struct sigaction_k action[NSIG];	/* siglock; index: signal - 1 */
	sigset_t changed;			/* siglock; the actions of the others are all zero */
};

/* What a task or a family of tasks has used. */
struct task_times {
	u64 utime, stime;			/* ticks in user and kernel mode */
	unsigned long min_flt, maj_flt;
	unsigned long switches, nvcsw;		/* how often it gave the CPU away; of that, to sleep */
	unsigned long max_rss;			/* most pages in memory at a time, of mms it has left */
};

/* Signals that wait to be taken. */
struct sigpending {
	sigset_t signal;			/* which */
	struct list_head list;			/* struct sigqueue: what is known of them, oldest first */
};

/* What the threads of one process share: its signals, limits, process group, its end. */
struct signal_struct {
	atomic_t count;				/* tasks that point here, dead leader included */
	atomic_t live;				/* of those: not yet in do_exit() */
	wait_queue_head_t wait_chldexit;	/* wait4() of any thread sleeps here */
	struct rlimit rlim[RLIM_NLIMITS];	/* words: any thread reads, setrlimit writes */

	/* siglock */
	struct sigpending shared_pending;	/* for any thread of the process */
	unsigned int nr_queued;			/* entries of this and the threads' lists; timers */
	struct sigqueue *spare_entry;		/* kept for the next signal; or NULL */
	bool group_exit;			/* exit_group() or a fatal signal is under way */
	bool group_stop;			/* every thread is to enter TASK_STOPPED */
	int stop_signal;			/* which did that */
	int stop_count;				/* threads that have not done so yet */
	int group_exit_code;			/* wait4() status */
	int stop_report;			/* status of a stop or continue to wait for, or 0 */
	struct ns_timer itimer[3];		/* ITIMER_REAL, ITIMER_VIRTUAL, ITIMER_PROF */
	struct list_head posix_timers;		/* struct k_itimer */
	int next_timer_id;

	/* tasklist_lock */
	pid_t pgrp, session;
	struct tty *tty;			/* controlling terminal (drivers/tty.c), or NULL */
	struct task_times gone;			/* of threads that have been reaped */
	struct task_times children;		/* of children that were waited for */
	bool child_subreaper;			/* adopts orphans among its descendants */
};

/* One per schedulable thing: process, thread, kernel thread. */
struct task_struct {
	/* entry.S reads work (asm/offsets.h); atomic bit operations or own CPU. */
	volatile u32 work;			/* TIF_* */
	volatile int state;			/* TASK_*; run-queue lock to leave a sleep */
	u32 flags;				/* PF_*; own task only */
	atomic_t usage;				/* one until it last runs, one until it is reaped */

	/* Own task only, and the scheduler; others look at mm by get_task_mm(). */
	struct mm_struct *mm;			/* own address space, NULL for a kernel thread */
	struct mm_struct *active_mm;		/* whose page tables are loaded while it runs */

	/* Run-queue lock. */
	struct list_head run_list;
	int time_slice;				/* ticks left */
	int slice;				/* ticks of a turn, by nice */

	/* Constant after creation. */
	void *stack;				/* lowest address of THREAD_SIZE bytes */
	pid_t pid, tgid;
	struct task_struct *group_leader;

	/* tasklist_lock */
	struct list_head tasks;			/* all tasks */
	struct hlist_node pid_link;		/* pid hash */
	struct list_head thread_group;		/* the leader's list of its threads */
	struct task_struct *parent;
	struct task_struct *real_parent;	/* its thread that made us; compared, never followed */
	struct list_head children, sibling;	/* a process's children hang on its group leader */
	int exit_signal;			/* sent to the parent; -1: a thread, reaps itself */
	int exit_code;				/* wait4() status */
	int pdeath_signal;			/* own task sets it: for when the parent dies, or 0 */
	int nice;				/* -20 .. 19 */
	struct completion *vfork_done;		/* the vforking parent waits for it, or NULL */
	struct cred cred;			/* own task only changes it */

	unsigned long personality;		/* own task only: personality() */

	/* Own task only. */
	char comm[TASK_COMM_LEN];
	struct files_struct *files;
	struct fs_struct *fs;
	struct signal_struct *signal;
	struct sighand_struct *sighand;
	sigset_t blocked;			/* siglock to change */
	struct sigpending pending;		/* siglock */
	sigset_t sigwait;			/* siglock; sigtimedwait() waits for these */
	sigset_t saved_sigmask;			/* what blocked becomes after sigsuspend() and its like */
	bool restore_sigmask;			/* saved_sigmask counts */
	struct siginfo forced;			/* a fault of its own, or si_signo 0 */
	stack_t sas;				/* sigaltstack() */
	struct restart_block restart;		/* how an interrupted call goes on */
	int *set_child_tid;			/* user pointers of clone() */
	int *clear_child_tid;
	struct robust_list_head *robust_list;	/* user pointer: robust.c */
	struct task_times used;
	u64 start_time;				/* ns since boot; exec in a thread: the leader's */
	int fail_nth;				/* debug build: the n-th allocation fails */

	struct thread_struct thread;		/* arch/i386 */
};

/* Set a TIF_* bit from anywhere; clear own ones. */
static inline void set_work(struct task_struct *t, u32 bit)
{
	__atomic_fetch_or(&t->work, bit, __ATOMIC_SEQ_CST);
}

static inline void clear_work(struct task_struct *t, u32 bit)
{
	__atomic_fetch_and(&t->work, ~bit, __ATOMIC_SEQ_CST);
}

static inline bool signal_pending(const struct task_struct *t)
{
	return t->work & TIF_SIGPENDING;
}

static inline unsigned long rlimit(unsigned int which)
{
	return READ_ONCE(current->signal->rlim[which].rlim_cur);
}

/* ------------------------------------------------------------------ sched.c */
void sched_init(void);				/* makes the boot task the idle task of this CPU */
void schedule(void);				/* give the CPU away; returns at its next turn */
void wake_up_process(struct task_struct *p);	/* sleeping -> run queue; any context */
void wake_up_new_task(struct task_struct *p);
void scheduler_tick(struct pt_regs *regs);	/* timer interrupt */
#define MAX_SCHEDULE_TIMEOUT	0x7fffffffL
long schedule_timeout(long ticks);		/* set state first; ticks left when woken early */
void cpu_idle(void) __noreturn;
void wake_up_state(struct task_struct *p, int states);	/* the same for sleeps in other states */
extern spinlock_t runqueue_lock;
unsigned int nr_running(void);			/* tasks on the run queue and on the CPU */
#define LOAD_SHIFT	11
extern u32 avenrun[3];				/* loadavg.c: << LOAD_SHIFT, of 1, 5, 15 minutes */
unsigned int nr_uninterruptible(void);		/* tasks; tasklist_lock held */
/* First C of a new task (from entry.S): drops what the switch left over. */
asmlinkage void schedule_tail(struct task_struct *prev);
/* Stops of GDB and of the tests: the steps of a switch, see the comment in sched.c. */
void enter_lazy_tlb(struct mm_struct *mm, struct task_struct *next);
struct task_struct *context_switch(struct task_struct *prev, struct task_struct *next);
void finish_task_switch(struct task_struct *prev);

/* cond_resched - in long loops that may sleep: let others run if it is time. */
static inline void cond_resched(void)
{
	might_sleep();
	if (unlikely(current->work & TIF_NEED_RESCHED))
		schedule();
}

/* ------------------------------------------------------------------ pid.c */
extern spinlock_t tasklist_lock;
extern struct list_head task_list;		/* of task_struct.tasks */
extern unsigned long nr_tasks;			/* all but idle tasks; tasklist_lock to change */
extern unsigned long nr_forks;			/* tasks made since boot; the same */
extern pid_t last_pid;				/* the last number given to a task */
struct task_struct *find_task_by_pid(pid_t pid);	/* caller holds tasklist_lock */
/* find_task - the same; 0: the current task. */
static inline struct task_struct *find_task(pid_t pid)
{
	return pid ? find_task_by_pid(pid) : current;
}

/* ------------------------------------------------------------------ fork.c */
extern struct task_struct *init_task_pid1;	/* adopts orphans; NULL before it exists */
extern unsigned long max_tasks;
extern struct task_struct init_task;		/* sched.c: the boot task, later idle of CPU 0 */

/* What a new task is made from. */
struct fork_args {
	unsigned long flags;		/* CLONE_* | exit signal */
	unsigned long usp;		/* user stack pointer, 0: the caller's */
	struct pt_regs *regs;		/* user registers to start with, NULL for a kernel thread */
	void *tls;			/* CLONE_SETTLS: user pointer */
	int *parent_tid, *child_tid;	/* CLONE_PARENT_SETTID, CLONE_CHILD_*: user pointers */
	int (*fn)(void *);		/* kernel thread: what it runs */
	void *arg;
	const char *name;		/* kernel thread: comm */
	bool clear_sighand;		/* CLONE_CLEAR_SIGHAND */
};

/*
 * do_fork - a new task that runs: process, thread or vfork child, as args->flags say. With
 * CLONE_VFORK, waits until it needs the mm no more. The pid, or -EAGAIN, -ENOMEM, -EINVAL, -EFAULT.
 */
long do_fork(const struct fork_args *args);
/* kthread_run - a kernel thread running fn(arg); returns it or ERR_PTR. mm is NULL. */
struct task_struct *kthread_run(int (*fn)(void *), void *arg, const char *name);
/* Wait until a kernel thread made by kthread_run has exited, reap it; its return value. */
int kthread_join(struct task_struct *p);
/* spawn_user - a child of the caller, a kernel thread, that runs the program path; pid or -Exxx. */
pid_t spawn_user(const char *path, const char *const argv[], const char *const envp[]);
/* Temporarily give a kernel thread an mm of its own (mm_users + 1) / take it away again. */
void use_mm(struct mm_struct *mm);
void unuse_mm(struct mm_struct *mm);

static inline void get_task_struct(struct task_struct *p)	/* tasklist_lock, or p is current */
{
	atomic_inc(&p->usage);
}
/* put_task_struct - drop a reference; the last one frees the task and its stack. */
void put_task_struct(struct task_struct *p);
void mm_release(struct task_struct *p);		/* before the mm goes: clear_child_tid, vfork */
void drain_sighand_cache(void);			/* sighand.c: give back the spare table */
void fork_init(void);

/* ------------------------------------------------------------------ exit.c */
void __noreturn do_exit(int code);		/* code: wait4() status */
void __noreturn do_group_exit(int code);
/* kernel_wait - wait4() for kernel code: pid -1 or >0; status to *status (may be NULL). */
pid_t kernel_wait(pid_t pid, int *status, int options);
void exit_mm(struct task_struct *p);
/*
 * de_thread - exec: kill the other threads of the current process, wait until they are gone, become
 * its leader, and stop sharing signal actions. Sleeps. 0, -EAGAIN (the process is being killed
 * already) or -ENOMEM.
 */
int de_thread(void);

/* process_times - of all threads of p's process, gone ones included. tasklist_lock held. */
void process_times(const struct task_struct *p, struct task_times *t);

/* ------------------------------------------------------------------ exec.c */
/* Replace the current task's program. Kernel pointers. 0 (its registers are set) or -Exxx. */
int kernel_execve(const char *path, const char *const argv[], const char *const envp[]);

/* ------------------------------------------------------------------ ptrace.c */
bool task_dumpable(const struct task_struct *p);
/* ptrace_may_access - may the current task, by these numbers of its own, look into p? */
bool ptrace_may_access(const struct task_struct *p, uid_t uid, gid_t gid);

/* ------------------------------------------------------------------ signal.c, deliver.c */
void send_sig_self(int sig);	/* to the current task, as if it had sent it: SIGPIPE, SIGXFSZ */
/* A fault of the current task: cannot be blocked or ignored. */
void force_sig_fault(int sig, int code, unsigned long addr);

/* fatal_signal_pending - is current to die as soon as it returns to user mode? */
bool fatal_signal_pending(void);

/* A signal with a handler, on its way to the user's stack. */
struct ksignal {
	struct siginfo info;
	struct sigaction_k action;
};
/*
 * get_signal - the next signal of current that has a handler, in *ks; all others are acted upon:
 * current may stop, or die. False: none. No locks held.
 */
bool get_signal(struct ksignal *ks);
/* The handler's frame is written: block what it wants blocked. */
void signal_delivered(const struct ksignal *ks);
/* The handler's frame cannot be written: SIGSEGV, which kills if it was that one's handler. */
void force_sigsegv(int sig);

/* The mask that a handler's frame keeps, and sigreturn() sets again. */
static inline sigset_t sigmask_to_save(void)
{
	return current->restore_sigmask ? current->saved_sigmask : current->blocked;
}

void set_current_blocked(sigset_t set);		/* but SIGKILL and SIGSTOP */
/* do_sigaltstack - as sigaltstack(2), by kernel pointers, sp: the user's stack pointer. */
int do_sigaltstack(const stack_t *new, stack_t *old, unsigned long sp);
bool on_sig_stack(unsigned long sp);		/* is sp on the alternate stack? */

/* 0, SS_ONSTACK or SS_DISABLE: is sp on the alternate stack, is there one? */
static inline int sas_ss_flags(unsigned long sp)
{
	if (!current->sas.ss_size)
		return SS_DISABLE;
	return on_sig_stack(sp) ? SS_ONSTACK : 0;
}

/*
 * set_user_sigmask - for pselect() and its like: block *umask (user pointer to sigset_t, NULL:
 * leave all) until the call ends. 0, -EFAULT, -EINVAL. restore_user_sigmask() ends it, called with
 * whether the call returns because of a signal: then a handler still runs with the new mask.
 */
int set_user_sigmask(const void *umask, size_t size);
void restore_user_sigmask(bool interrupted);

void exit_signals(struct task_struct *p);	/* current begins to exit */
void exec_signals(void);			/* current becomes another program */
void flush_sigqueue(struct task_struct *p);	/* p is released; tasklist_lock held */
void flush_shared_sigqueue(struct signal_struct *sig);	/* nobody refers to sig any more */
void signal_init(void);

/* arch/i386/signal.c: return to user mode, TIF_SIGPENDING. */
void do_signal(struct pt_regs *regs);
/* Names for the log: "SIGSEGV"; "signal 40" has none and gives "SIG?". */
const char *signal_name(int sig);

/* ------------------------------------------------------------------ jobctl.c */
/* kill_pgrp - sig (0: only look) to every process of the group, from the kernel. 0 or -ESRCH. */
int kill_pgrp(pid_t pgrp, int sig);
/* Has no member of the group a parent outside of it in the same session? Task context, no locks. */
bool is_orphaned_pgrp(pid_t pgrp);

/* ------------------------------------------------------------------ deferred.c */
#define DEFERRED_INIT(name, fn)	{ LIST_HEAD_INIT((name).list), fn }
void defer(struct deferred *d);			/* any context; pending already: nothing */
void cancel_deferred(struct deferred *d);	/* any context; pending or not */
void run_deferred(void);			/* task context, no spinlock held */

/* ------------------------------------------------------------------ futex.c */
/* Wake up to nr sleepers of the futex at the current mm's uaddr; how many there were, or -Exxx. */
int futex_wake(unsigned long uaddr, int nr);
void futex_init(void);

#endif
