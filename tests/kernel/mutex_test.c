/* SPDX-License-Identifier: MIT */
/* mutex_test.c - one at a time, first come first served. */
#include "task_test.h"

#define THREADS	4
#define ROUNDS	200

static struct mutex mutex;
static volatile int inside, counter;
static int order[THREADS], order_len;

static int contend(void *arg)
{
	for (int i = 0; i < ROUNDS; i++) {
		int seen;

		mutex_lock(&mutex);
		KT_EQ(++inside, 1);
		seen = counter;
		schedule();		/* asleep or not: the others stay out */
		counter = seen + 1;
		inside--;
		mutex_unlock(&mutex);
		if (kt_random() % 4 == 0)
			schedule();
	}
	return 0;
}

KTEST(mutex, exclusion)
{
	struct task_struct *p[THREADS];
	int i;

	mutex_init(&mutex);
	inside = counter = 0;
	for (i = 0; i < THREADS; i++)
		p[i] = test_start(contend, NULL);
	for (i = 0; i < THREADS; i++)
		kthread_join(p[i]);
	KT_EQ(counter, THREADS * ROUNDS);
	KT_TRUE(!mutex_is_locked(&mutex));
}

static int lock_once(void *arg)
{
	mutex_lock(&mutex);
	order[order_len++] = (int)(long)arg;
	mutex_unlock(&mutex);
	return 0;
}

KTEST(mutex, first_come_first_served)
{
	struct task_struct *p[THREADS];
	int i;

	mutex_init(&mutex);
	order_len = 0;
	mutex_lock(&mutex);
	for (i = 0; i < THREADS; i++)
		p[i] = test_start(lock_once, (void *)(long)i);
	while (nr_running() > 1)
		schedule();
	KT_EQ(order_len, 0);
	mutex_unlock(&mutex);
	mutex_lock(&mutex);		/* handed over already: comes last, not first */
	KT_EQ(order_len, THREADS);
	mutex_unlock(&mutex);
	for (i = 0; i < THREADS; i++) {
		kthread_join(p[i]);
		KT_EQ(order[i], i);
	}
}

KTEST(mutex, free_lock_does_not_sleep)
{
	u32 switches = this_cpu()->stat.switches;

	mutex_init(&mutex);
	mutex_lock(&mutex);
	KT_TRUE(mutex_is_locked(&mutex) && mutex.owner == current);
	mutex_unlock(&mutex);
	KT_EQ(this_cpu()->stat.switches, switches);
}
