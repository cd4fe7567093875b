/* SPDX-License-Identifier: MIT */
/* sched_test.c - round robin, time slices, sleeping for a time, timers. */
#include "task_test.h"
#include <nopage/ksyms.h>
#include <nopage/string.h>

/* --- round robin --- */

#define ORDER_THREADS	3
#define ORDER_ROUNDS	5

static int order_log[ORDER_THREADS * ORDER_ROUNDS], order_len;

static int note_order(void *arg)
{
	for (int i = 0; i < ORDER_ROUNDS; i++) {
		order_log[order_len++] = (int)(long)arg;
		schedule();
	}
	return 0;
}

KTEST(sched, yield_goes_round)
{
	struct task_struct *p[ORDER_THREADS];
	int i;

	order_len = 0;
	for (i = 0; i < ORDER_THREADS; i++)
		p[i] = test_start(note_order, (void *)(long)i);
	for (i = 0; i < ORDER_THREADS; i++)
		kthread_join(p[i]);
	KT_EQ(order_len, ORDER_THREADS * ORDER_ROUNDS);
	for (i = 0; i < order_len; i++)
		KT_EQ(order_log[i], i % ORDER_THREADS);
}

KTEST(sched, yield_alone_switches_to_nobody)
{
	u32 before = this_cpu()->stat.switches;

	schedule();
	KT_EQ(this_cpu()->stat.switches, before);
	KT_EQ(nr_running(), 1);
}

/* --- time slices --- */

#define LOAD_THREADS	4
#define LOAD_TICKS	(LOAD_THREADS * TIME_SLICE * 3)

static unsigned long load_end;

/* Its time on the CPU, in ticks. */
static int burn_kernel_time(void *arg)
{
	while ((long)(jiffies - load_end) < 0)
		cond_resched();
	return current->used.stime;
}

KTEST(sched, slices_are_fair)
{
	struct task_struct *p[LOAD_THREADS];
	int ticks[LOAD_THREADS], least = LOAD_TICKS, most = 0, sum = 0, i;
	u32 switches = this_cpu()->stat.switches;

	load_end = jiffies + LOAD_TICKS;
	for (i = 0; i < LOAD_THREADS; i++)
		p[i] = test_start(burn_kernel_time, NULL);
	for (i = 0; i < LOAD_THREADS; i++) {
		ticks[i] = kthread_join(p[i]);
		least = min(least, ticks[i]);
		most = max(most, ticks[i]);
		sum += ticks[i];
	}
	switches = this_cpu()->stat.switches - switches;
	KT_TRUE(switches <= LOAD_TICKS / TIME_SLICE + 4 * LOAD_THREADS);	/* and start and end */
	KT_TRUE(most - least <= 2 * TIME_SLICE);
	KT_TRUE(sum >= LOAD_TICKS - TIME_SLICE && sum <= LOAD_TICKS + TIME_SLICE);
}

KTEST(sched, user_loops_are_preempted)
{
	struct mm_struct *mm = test_code_enter();
	u64 utime[2];
	long pid[2];

	KT_ASSERT(mm);
	for (int i = 0; i < 2; i++)
		pid[i] = test_clone(SIGCHLD, CODE_LOOP, 0);
	test_sleep(8 * TIME_SLICE);		/* returns although both never stop */
	for (int i = 0; i < 2; i++) {
		struct task_struct *p;

		spin_lock(&tasklist_lock);
		p = find_task_by_pid(pid[i]);
		utime[i] = p ? p->used.utime : 0;
		spin_unlock(&tasklist_lock);
		test_kill(pid[i], SIGKILL);
		KT_EQ(test_wait(pid[i]), SIGKILL);
	}
	KT_TRUE(utime[0] >= 2 * TIME_SLICE && utime[1] >= 2 * TIME_SLICE);
	test_mm_leave(mm);
}

/* --- sleeping --- */

KTEST(sched, timeout_sleeps_long_enough)
{
	unsigned long start = jiffies;
	u64 idle = this_cpu()->idle->used.stime;

	current->state = TASK_UNINTERRUPTIBLE;
	KT_EQ(schedule_timeout(5), 0);
	KT_TRUE(jiffies - start >= 5);
	KT_TRUE(this_cpu()->idle->used.stime - idle >= 4);	/* nobody else ran: the CPU was halted */
	KT_EQ(current->state, TASK_RUNNING);
}

static noinline int nap(void *arg)
{
	current->state = TASK_UNINTERRUPTIBLE;
	schedule_timeout(100 * HZ);
	return current->pid;			/* no tail call */
}

/* A task sleeps in the function that decided so, not in the scheduler; one that runs nowhere. */
KTEST(sched, wchan_is_the_sleeper)
{
	struct task_struct *p = kthread_run(nap, NULL, "nap");
	const char *name;

	KT_ASSERT(!IS_ERR(p));
	current->state = TASK_UNINTERRUPTIBLE;
	schedule_timeout(2);
	name = ksym_lookup(get_wchan(p), NULL);
	KT_TRUE(name && !strcmp(name, "nap"));
	KT_EQ(get_wchan(current), 0);
	wake_up_process(p);
	kthread_join(p);
}

static int wake_creator(void *arg)
{
	wake_up_process(arg);
	return 0;
}

KTEST(sched, timeout_woken_early)
{
	struct task_struct *p = test_start(wake_creator, current);

	current->state = TASK_UNINTERRUPTIBLE;
	KT_TRUE(schedule_timeout(1000) >= 990);
	kthread_join(p);
}

KTEST(sched, waking_a_runner_is_harmless)
{
	wake_up_process(current);
	KT_EQ(nr_running(), 1);
	current->state = TASK_UNINTERRUPTIBLE;
	wake_up_process(current);
	KT_EQ(current->state, TASK_RUNNING);
	KT_EQ(nr_running(), 1);
	schedule();
}

static int timer_log[4], timer_len;

struct test_timer {
	struct timer timer;
	int id;
};

static void note_timer(struct timer *t)
{
	timer_log[timer_len++] = container_of(t, struct test_timer, timer)->id;
}

KTEST(sched, timers_fire_in_order)
{
	static const int delay[4] = { 3, 1, 4, 2 };
	struct test_timer t[4];
	unsigned long now = jiffies;

	timer_len = 0;
	for (int i = 0; i < 4; i++) {
		t[i] = (struct test_timer){ .timer.fn = note_timer, .id = delay[i] };
		INIT_LIST_HEAD(&t[i].timer.list);
		t[i].timer.expires = now + delay[i];
		add_timer(&t[i].timer);
	}
	del_timer(&t[2].timer);
	test_sleep(6);
	KT_EQ(timer_len, 3);
	for (int i = 0; i < timer_len; i++)
		KT_EQ(timer_log[i], i + 1);
	del_timer(&t[0].timer);			/* not pending any more: allowed */
}
