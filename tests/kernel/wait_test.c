/* SPDX-License-Identifier: MIT */
/* wait_test.c - wait queues and completions: who is woken, and that no wake-up is lost. */
#include "task_test.h"

static wait_queue_head_t queue;
static volatile int value;		/* the condition */
static volatile int awake;		/* waiters that have come back */

/* --- no lost wake-ups --- */

#define ROUNDS 2000

static wait_queue_head_t ping, pong;
static volatile int turn;		/* 0: ping's, 1: pong's */

static int play_pong(void *arg)
{
	for (int i = 0; i < ROUNDS; i++) {
		wait_event(pong, turn == 1);
		turn = 0;
		wake_up(&ping);
		if (kt_random() % 3 == 0)
			schedule();
	}
	return ROUNDS;
}

KTEST(wait, ping_pong_loses_no_wakeup)
{
	struct task_struct *p;

	init_waitqueue_head(&ping);
	init_waitqueue_head(&pong);
	turn = 0;
	p = test_start(play_pong, NULL);
	for (int i = 0; i < ROUNDS; i++) {
		wait_event(ping, turn == 0);
		turn = 1;
		wake_up(&pong);
		if (kt_random() % 3 == 0)
			schedule();
	}
	KT_EQ(kthread_join(p), ROUNDS);
}

/* The order that naive code gets wrong: test the condition, be woken, then sleep. */
KTEST(wait, wakeup_before_sleep_is_not_lost)
{
	DEFINE_WAIT(w);

	init_waitqueue_head(&queue);
	prepare_to_wait(&queue, &w, TASK_UNINTERRUPTIBLE);
	wake_up(&queue);
	schedule();			/* would never return */
	KT_EQ(current->state, TASK_RUNNING);
	finish_wait(&queue, &w);
	KT_TRUE(list_empty(&queue.tasks));
}

static void wake_by_timer(struct timer *t)
{
	value = 1;
	wake_up(&queue);
}

KTEST(wait, woken_by_an_interrupt)
{
	struct timer t = { .fn = wake_by_timer, .expires = jiffies + 2 };

	init_waitqueue_head(&queue);
	INIT_LIST_HEAD(&t.list);
	value = 0;
	add_timer(&t);
	wait_event(queue, value);
	KT_EQ(value, 1);
}

KTEST(wait, true_condition_does_not_sleep)
{
	u32 switches = this_cpu()->stat.switches;

	init_waitqueue_head(&queue);
	wait_event(queue, true);
	KT_EQ(this_cpu()->stat.switches, switches);
}

/* --- who is woken --- */

static int wait_for_value(void *arg)
{
	DEFINE_WAIT(w);

	w.exclusive = arg != NULL;
	prepare_to_wait(&queue, &w, TASK_UNINTERRUPTIBLE);
	schedule();
	finish_wait(&queue, &w);
	awake++;
	return 0;
}

/* run_others - until all of them sleep again. */
static void run_others(void)
{
	while (nr_running() > 1)
		schedule();
}

KTEST(wait, exclusive_waiters_one_by_one)
{
	struct task_struct *p[5];
	int i;

	init_waitqueue_head(&queue);
	awake = 0;
	for (i = 0; i < 5; i++)
		p[i] = test_start(wait_for_value, i < 2 ? NULL : (void *)1L);
	run_others();
	KT_EQ(awake, 0);
	wake_up(&queue);
	run_others();
	KT_EQ(awake, 3);		/* both that are not exclusive, and one that is */
	wake_up(&queue);
	wake_up(&queue);
	run_others();
	KT_EQ(awake, 5);		/* two wake-ups before anybody ran: two woken */
	wake_up(&queue);
	for (i = 0; i < 5; i++)
		kthread_join(p[i]);
}

KTEST(wait, wake_up_all)
{
	struct task_struct *p[4];
	int i;

	init_waitqueue_head(&queue);
	awake = 0;
	for (i = 0; i < 4; i++)
		p[i] = test_start(wait_for_value, (void *)1L);
	run_others();
	wake_up_all(&queue);
	for (i = 0; i < 4; i++)
		kthread_join(p[i]);
	KT_EQ(awake, 4);
	KT_TRUE(list_empty(&queue.tasks));
}

/* --- completions --- */

static int complete_it(void *arg)
{
	value = 1;
	complete(arg);
	return 0;
}

KTEST(wait, completion)
{
	struct completion c;
	struct task_struct *p;

	init_completion(&c);
	value = 0;
	p = test_start(complete_it, &c);
	wait_for_completion(&c);	/* waits first */
	KT_EQ(value, 1);
	kthread_join(p);

	init_completion(&c);
	complete(&c);
	wait_for_completion(&c);	/* comes second */
	KT_TRUE(c.done);
}
