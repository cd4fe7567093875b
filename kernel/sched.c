/* SPDX-License-Identifier: MIT */
/*
 * sched.c - the round-robin scheduler and the task switch.
 *
 * One run queue holds every runnable task, the running one included; its head runs. Who gives the
 * CPU away while still runnable goes to the tail. A time slice ends in the timer interrupt, which
 * only sets TIF_NEED_RESCHED: the switch happens on the way back to user mode, because kernel
 * code is never preempted. With an empty queue the idle task runs, which is not on it.
 *
 * The switch, step by step; each step is a function of its own, so that GDB can stop there:
 *
 *	schedule            who is next?
 *	 context_switch     which page tables does next need?
 *	  enter_lazy_tlb      none of its own (kernel thread): borrow those that are loaded
 *	  switch_mm           another address space: load CR3
 *	                      (neither: a thread of the same mm, or back from a borrower)
 *	  switch_to         stack and registers; from here on the code runs as next
 *	 finish_task_switch give back what the previous task had borrowed, free it if it is dead
 *
 * A kernel thread's reference to the borrowed mm (mm_count) lasts from enter_lazy_tlb() until the
 * finish_task_switch() of whoever runs after it: only then is that mm no longer in CR3.
 */
#include "internal.h"
#include <nopage/events.h>
#include <nopage/math64.h>
#include <nopage/mm.h>
#include <nopage/syscalls.h>
#include <asm/tlb.h>
#include <asm/uaccess.h>

static struct sighand_struct init_sighand = {
	.count = ATOMIC_INIT(1),
	.siglock = SPINLOCK_INIT,
};

static struct signal_struct init_signal = {
	.count = ATOMIC_INIT(1),
	.live = ATOMIC_INIT(1),
	.wait_chldexit = WAIT_QUEUE_INIT(init_signal.wait_chldexit),
	.shared_pending.list = LIST_HEAD_INIT(init_signal.shared_pending.list),
	.posix_timers = LIST_HEAD_INIT(init_signal.posix_timers),
	.rlim = {
		[RLIMIT_CPU ... RLIMIT_DATA] = { RLIM_INFINITY, RLIM_INFINITY },
		[RLIMIT_STACK] = { 8 << 20, RLIM_INFINITY },
		[RLIMIT_CORE] = { 0, RLIM_INFINITY },
		[RLIMIT_RSS ... RLIMIT_NPROC] = { RLIM_INFINITY, RLIM_INFINITY },	/* fork_init() */
		[RLIMIT_NOFILE] = { 1024, 1024 },
		[RLIMIT_MEMLOCK ... RLIM_NLIMITS - 1] = { RLIM_INFINITY, RLIM_INFINITY },
		[RLIMIT_SIGPENDING] = { 1024, 1024 },
		[RLIMIT_MSGQUEUE] = { 819200, 819200 },
		[RLIMIT_NICE ... RLIMIT_RTPRIO] = { 0, 0 },
	},
};

struct task_struct init_task = {
	.state = TASK_RUNNING,
	.flags = PF_KTHREAD,
	.usage = ATOMIC_INIT(1),
	.active_mm = &init_mm,
	.slice = TIME_SLICE,
	.run_list = LIST_HEAD_INIT(init_task.run_list),
	.group_leader = &init_task,
	.tasks = LIST_HEAD_INIT(init_task.tasks),
	.thread_group = LIST_HEAD_INIT(init_task.thread_group),
	.parent = &init_task,
	.real_parent = &init_task,
	.children = LIST_HEAD_INIT(init_task.children),
	.sibling = LIST_HEAD_INIT(init_task.sibling),
	.comm = "idle",
	.signal = &init_signal,
	.sighand = &init_sighand,
};

spinlock_t runqueue_lock = SPINLOCK_INIT;	/* taken with interrupts off */
static LIST_HEAD(runqueue);			/* of task_struct.run_list */
static unsigned int nr_queued;

void sched_init(void)
{
	struct cpu *cpu = this_cpu();

	BUG_ON(cpu->current_task != &init_task);
	cpu->idle = &init_task;
	mmgrab(&init_mm, EVM_LAZY_GET);
}

/* The boot task runs with interrupts off; it never sleeps, it becomes the idle task. */
void __might_sleep(const char *file, int line)
{
	const struct cpu *cpu = this_cpu();
	bool booting = current == cpu->idle || !cpu->idle;

	if (cpu->preempt_count)
		bug_at(file, line, "may sleep, but a spinlock is held");
	if (cpu->irq_count || (!booting && irqs_disabled()))
		bug_at(file, line, "may sleep, but interrupts are off");
}

unsigned int nr_running(void)
{
	return READ_ONCE(nr_queued);
}

/* ------------------------------------------------------------------ waking */

static void enqueue(struct task_struct *p)
{
	assert_spin_locked(&runqueue_lock);
	BUG_ON(p == this_cpu()->idle);
	list_add_tail(&p->run_list, &runqueue);
	nr_queued++;
}

/*
 * wake_up_state - make p runnable if it sleeps in one of the given states. A task that has set its
 * state but not yet reached schedule() is still queued: for it the state alone changes.
 */
void wake_up_state(struct task_struct *p, int states)
{
	unsigned long flags = spin_lock_irqsave(&runqueue_lock);

	if (p->state & states) {
		p->state = TASK_RUNNING;
		if (list_empty(&p->run_list))
			enqueue(p);
	}
	spin_unlock_irqrestore(&runqueue_lock, flags);
}

void wake_up_process(struct task_struct *p)
{
	wake_up_state(p, TASK_INTERRUPTIBLE | TASK_UNINTERRUPTIBLE | TASK_KILLABLE);
}

void wake_up_new_task(struct task_struct *p)
{
	unsigned long flags = spin_lock_irqsave(&runqueue_lock);

	BUG_ON(p->state != TASK_RUNNING || !list_empty(&p->run_list));
	enqueue(p);
	spin_unlock_irqrestore(&runqueue_lock, flags);
}

/* ------------------------------------------------------------------ switching */

/* enter_lazy_tlb - next has no address space: it runs on mm, which is loaded, and refers to it. */
noinline void enter_lazy_tlb(struct mm_struct *mm, struct task_struct *next)
{
	BUG_ON(next->active_mm);
	next->active_mm = mm;
	mmgrab(mm, EVM_LAZY_GET);
	this_cpu()->stat.lazy++;
}

/*
 * context_switch - leave prev, run next. Returns on prev's stack when prev is switched to again,
 * and gives the task that ran until then. Locks: the run-queue lock is held; next releases it in
 * finish_task_switch().
 */
noinline struct task_struct *context_switch(struct task_struct *prev, struct task_struct *next)
{
	struct cpu_stat *stat = &this_cpu()->stat;
	struct mm_struct *oldmm = prev->active_mm;
	u32 how = 0;

	stat->switches++;
	if (!next->mm) {
		enter_lazy_tlb(oldmm, next);
		how = SW_LAZY;
	} else if (next->mm != oldmm) {
		switch_mm(oldmm, next->mm);
		how = SW_CR3;
	}
	if (how & SW_CR3)
		stat->cr3_loads++;
	else
		stat->cr3_kept++;
	event(EV_SWITCH, prev->pid, next->pid, (u32)next->active_mm, how, (u32)next->mm, 0);
	return switch_to(prev, next);
}

/*
 * finish_task_switch - first thing after a switch, already as the new task: release the run queue
 * and what prev left. Its borrowed mm may be freed here, and prev itself when it is dead and
 * reaped.
 */
noinline void finish_task_switch(struct task_struct *prev)
{
	struct mm_struct *borrowed = NULL;
	bool dead = prev->state & (TASK_ZOMBIE | TASK_DEAD);

	if (!prev->mm) {
		borrowed = prev->active_mm;
		prev->active_mm = NULL;
	}
	ASSERT(read_cr3().addr == __pa(current->active_mm->pgd).addr);
	spin_unlock(&runqueue_lock);
	local_irq_enable();
	if (borrowed)
		mmdrop(borrowed, EVM_LAZY_PUT);
	if (unlikely(dead))
		put_task_struct(prev);
}

asmlinkage void schedule_tail(struct task_struct *prev)
{
	finish_task_switch(prev);
	if (current->set_child_tid)
		(void)put_user(current->pid, current->set_child_tid);
}

/* pick_next - queue or unqueue prev as its state says, and choose. Run-queue lock held. */
static struct task_struct *pick_next(struct cpu *cpu, struct task_struct *prev)
{
	struct task_struct *next;

	if (prev->state == TASK_INTERRUPTIBLE && signal_pending(prev))
		prev->state = TASK_RUNNING;
	if (prev == cpu->idle) {
		BUG_ON(prev->state != TASK_RUNNING);
	} else if (prev->state == TASK_RUNNING) {
		list_move_tail(&prev->run_list, &runqueue);
	} else {
		list_del_init(&prev->run_list);
		nr_queued--;
		prev->used.nvcsw++;
	}
	next = list_first_entry_or_null(&runqueue, struct task_struct, run_list);
	if (!next)
		return cpu->idle;
	next->time_slice = next->slice;
	return next;
}

/* schedule - task context only, no spinlock held, interrupts on. */
void schedule(void)
{
	struct cpu *cpu = this_cpu();
	struct task_struct *prev = current, *next;

	BUG_ON(cpu->preempt_count || cpu->irq_count);
	ASSERT(!irqs_disabled());
	if (unlikely(prev->work & TIF_DEFERRED))
		run_deferred();
	local_irq_disable();
	spin_lock(&runqueue_lock);
	if (prev->work & TIF_NEED_RESCHED)
		clear_work(prev, TIF_NEED_RESCHED);
	next = pick_next(cpu, prev);
	if (next != prev) {
		prev->used.switches++;
		finish_task_switch(context_switch(prev, next));
		return;
	}
	spin_unlock(&runqueue_lock);
	local_irq_enable();
}

/* scheduler_tick - one timer interrupt's time belongs to the task it interrupted. */
void scheduler_tick(struct pt_regs *regs)
{
	struct cpu_stat *stat = &this_cpu()->stat;
	struct task_struct *p = current;

	if (user_mode(regs)) {
		p->used.utime++;
		stat->ticks_user++;
	} else {
		p->used.stime++;
	}
	if (p == this_cpu()->idle) {
		stat->ticks_idle++;
		return;
	}
	stat->ticks_system += !user_mode(regs);
	cpu_limit_tick(p);
	if (p->time_slice > 0)
		p->time_slice--;
	if (p->time_slice == 0 && nr_queued > 1)
		set_work(p, TIF_NEED_RESCHED);
}

/* cpu_idle - the boot task's end: run others, halt when there are none. */
void __noreturn cpu_idle(void)
{
	BUG_ON(current != this_cpu()->idle);
	for (;;) {
		local_irq_disable();
		if (!nr_queued && !(current->work & TIF_DEFERRED)) {
			safe_halt();
			continue;
		}
		local_irq_enable();
		schedule();
	}
}

/* ------------------------------------------------------------------ sleeping for a time */

struct sleeper {
	struct timer timer;
	struct task_struct *task;
};

static void wake_sleeper(struct timer *t)
{
	wake_up_process(container_of(t, struct sleeper, timer)->task);
}

/*
 * schedule_timeout - schedule(), woken at the latest after that many ticks (MAX_SCHEDULE_TIMEOUT:
 * no limit). The caller has set its state. Returns the ticks that were left, 0 when none.
 */
long schedule_timeout(long ticks)
{
	struct sleeper s = { .timer.fn = wake_sleeper, .task = current };
	long left;

	BUG_ON(ticks < 0);
	if (ticks == MAX_SCHEDULE_TIMEOUT) {
		schedule();
		return ticks;
	}
	INIT_LIST_HEAD(&s.timer.list);
	s.timer.expires = jiffies + ticks;
	add_timer(&s.timer);
	schedule();
	del_timer(&s.timer);
	left = (long)(s.timer.expires - jiffies);
	return left < 0 ? 0 : left;
}

unsigned long timeout_ticks(u64 ns)
{
	u32 rest;
	u64 ticks = div_u64_rem(ns, TICK_NSEC, &rest);

	return (unsigned long)min(ticks + (rest != 0), (u64)MAX_SCHEDULE_TIMEOUT - 1);
}

bool sleep_step(u64 ns)
{
	if (ns)
		schedule_timeout(ns == FOREVER ? MAX_SCHEDULE_TIMEOUT : (long)timeout_ticks(ns));
	return ns;
}

/* do_notify_resume - interrupts may be off; entry.S turns them off and looks again afterwards. */
asmlinkage void do_notify_resume(struct pt_regs *regs)
{
	u32 work = current->work;

	BUG_ON(!user_mode(regs));
	local_irq_enable();
	if (work & TIF_DEFERRED)
		run_deferred();
	if (work & TIF_NEED_RESCHED)
		schedule();
	if (work & TIF_SIGPENDING)
		do_signal(regs);
}
