/* SPDX-License-Identifier: MIT */
/* sched.h - tasks, the round-robin scheduler, process life and death. */
#ifndef NOPAGE_SCHED_H
#define NOPAGE_SCHED_H

#include <nopage/cred.h>
#include <nopage/list.h>
#include <nopage/mm_types.h>
#include <nopage/percpu.h>
#include <nopage/sync.h>
#include <nopage/types.h>
#include <asm/processor.h>
#include <uapi/resource.h>
#include <uapi/signal.h>

#define HZ		100			/* timer interrupts per second */
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

/* task_struct.flags */
#define PF_KTHREAD		0x1		/* a kernel thread: gets no signals */
#define PF_EXITING		0x2		/* do_exit() has begun */

/* task_struct.fail_nth: the allocation has failed (mm/fail.c) */
#define FAIL_FIRED		(-1)

/* task_struct.work: looked at on every return to user mode */
#define TIF_NEED_RESCHED	0x1
#define TIF_SIGPENDING		0x2

struct files_struct;
struct fs_struct;
struct robust_list_head;

/* What to do about each signal: shared by clone(CLONE_SIGHAND). */
struct sighand_struct {
	atomic_t count;				/* tasks that share it */
	spinlock_t siglock;			/* also guards the pending sets of those tasks */
	struct sigaction_k action[NSIG];	/* siglock; index: signal - 1 */
};

/* What the threads of one process share: its signals, limits, process group, its end. */
struct signal_struct {
	atomic_t count;				/* tasks that point here, dead leader included */
	atomic_t live;				/* of those: not yet in do_exit() */
	wait_queue_head_t wait_chldexit;	/* wait4() of any thread sleeps here */
	struct rlimit rlim[RLIM_NLIMITS];	/* words: any thread reads, setrlimit writes */

	/* siglock */
	sigset_t shared_pending;		/* for any thread of the process */
	bool group_exit;			/* exit_group() or a fatal signal is under way */
	bool group_stop;			/* every thread is to enter TASK_STOPPED */
	int group_exit_code;			/* wait4() status */
	int stop_report;			/* status of a stop or continue to wait for, or 0 */

	/* tasklist_lock */
	pid_t pgrp, session;
	u64 utime, stime;			/* ticks, of threads that are gone */
	u64 cutime, cstime;			/* of children that were waited for */
	unsigned long min_flt, maj_flt;		/* of threads that are gone */
	unsigned long cmin_flt, cmaj_flt;	/* of children that were waited for */
};

/* One per schedulable thing: process, thread, kernel thread. */
struct task_struct {
	/* entry.S reads work (asm/offsets.h); atomic bit operations or own CPU. */
	volatile u32 work;			/* TIF_* */
	volatile int state;			/* TASK_*; run-queue lock to leave a sleep */
	u32 flags;				/* PF_*; own task only */
	atomic_t usage;				/* one until it last runs, one until it is reaped */

	struct mm_struct *mm;			/* own address space, NULL for a kernel thread */
	struct mm_struct *active_mm;		/* whose page tables are loaded while it runs */

	/* Run-queue lock. */
	struct list_head run_list;
	int time_slice;				/* ticks left */

	/* Constant after creation. */
	void *stack;				/* lowest address of THREAD_SIZE bytes */
	pid_t pid, tgid;
	struct task_struct *group_leader;

	/* tasklist_lock */
	struct list_head tasks;			/* all tasks */
	struct hlist_node pid_link;		/* pid hash */
	struct list_head thread_group;		/* the leader's list of its threads */
	struct task_struct *parent;
	struct list_head children, sibling;	/* a process's children hang on its group leader */
	int exit_signal;			/* sent to the parent; -1: a thread, reaps itself */
	int exit_code;				/* wait4() status */
	struct cred cred;			/* own task only changes it */

	/* Own task only. */
	char comm[TASK_COMM_LEN];
	struct files_struct *files;
	struct fs_struct *fs;
	struct signal_struct *signal;
	struct sighand_struct *sighand;
	sigset_t blocked;			/* siglock to change */
	sigset_t pending;			/* siglock */
	int *set_child_tid;			/* user pointers of clone() */
	int *clear_child_tid;
	struct robust_list_head *robust_list;	/* user pointer: robust.c */
	struct completion *vfork_done;		/* the vforking parent waits for it */
	unsigned long min_flt, maj_flt;
	u64 utime, stime;			/* ticks in user and kernel mode */
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
void set_need_resched(void);
#define MAX_SCHEDULE_TIMEOUT	0x7fffffffL
long schedule_timeout(long ticks);		/* set state first; ticks left when woken early */
void cpu_idle(void) __noreturn;
void wake_up_state(struct task_struct *p, int states);	/* the same for sleeps in other states */
extern spinlock_t runqueue_lock;
unsigned int nr_running(void);			/* tasks on the run queue and on the CPU */
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

/* ------------------------------------------------------------------ fork.c */
extern spinlock_t tasklist_lock;
extern struct list_head task_list;		/* of task_struct.tasks */
extern struct task_struct *init_task_pid1;	/* adopts orphans; NULL before it exists */
extern struct task_struct init_task;		/* sched.c: the boot task, later idle of CPU 0 */

/*
 * do_fork - a new task: process, thread or vfork child, as clone_flags (CLONE_* | exit signal)
 * say. usp 0: same user stack. Returns the pid, or -EAGAIN, -ENOMEM, -EINVAL, -EFAULT.
 */
long do_fork(unsigned long clone_flags, unsigned long usp, struct pt_regs *regs,
	     int *parent_tid, void *tls, int *child_tid);
/* kthread_run - a kernel thread running fn(arg); returns it or ERR_PTR. mm is NULL. */
struct task_struct *kthread_run(int (*fn)(void *), void *arg, const char *name);
/* Wait until a kernel thread made by kthread_run has exited, reap it; its return value. */
int kthread_join(struct task_struct *p);
/* spawn_user - a child of the caller, a kernel thread, that runs the program path; pid or -Exxx. */
pid_t spawn_user(const char *path, const char *const argv[], const char *const envp[]);
/* Temporarily give a kernel thread an mm of its own (mm_users + 1) / take it away again. */
void use_mm(struct mm_struct *mm);
void unuse_mm(struct mm_struct *mm);
struct task_struct *find_task_by_pid(pid_t pid);	/* caller holds tasklist_lock */
/* put_task_struct - drop a reference; the last one frees the task and its stack. */
void put_task_struct(struct task_struct *p);
void mm_release(struct task_struct *p);		/* before the mm goes: clear_child_tid, vfork */
unsigned long nr_tasks(void);			/* all but idle tasks */
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

/* ------------------------------------------------------------------ exec.c */
/* Replace the current task's program. Kernel pointers. 0 (its registers are set) or -Exxx. */
int kernel_execve(const char *path, const char *const argv[], const char *const envp[]);

/* ------------------------------------------------------------------ signal.c */
int send_sig(int sig, struct task_struct *p);	/* to one task; 0 or -EINVAL */
int send_sig_process(int sig, struct task_struct *p);	/* to its process */
/* A fault of the current task: cannot be blocked or ignored. addr is logged. */
void force_sig_fault(int sig, int code, unsigned long addr);
void do_signal(struct pt_regs *regs);		/* return to user mode, TIF_SIGPENDING */
void recalc_sigpending(void);			/* TIF_SIGPENDING of current; siglock held */
/* Names for the log: "SIGSEGV"; "signal 40" has none and gives "SIG?". */
const char *signal_name(int sig);

/* ------------------------------------------------------------------ futex.c */
/* Wake up to nr sleepers of the futex at the current mm's uaddr; how many there were, or -Exxx. */
int futex_wake(unsigned long uaddr, int nr);
void futex_init(void);

/* ------------------------------------------------------------------ time.c */
extern volatile unsigned long jiffies;
u64 ktime_get_ns(void);				/* since boot, monotonic */
u64 ktime_get_real_ns(void);			/* since 1970 (the CMOS clock at boot) */
struct timer {
	struct list_head list;
	unsigned long expires;			/* jiffies */
	void (*fn)(struct timer *t);		/* interrupt context */
};
void add_timer(struct timer *t);		/* not pending; any context */
void del_timer(struct timer *t);		/* pending or not; fn will not run any more */

#endif
