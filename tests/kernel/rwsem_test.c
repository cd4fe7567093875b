/* SPDX-License-Identifier: MIT */
/* rwsem_test.c - readers together, writers alone, and neither side starves. */
#include "task_test.h"

#define THREADS	5
#define ROUNDS	150

static struct rw_semaphore sem;
static volatile int readers, writers, most_readers, reads, writes;
static char order[16];
static int order_len;

static void sleep_others(void)
{
	while (nr_running() > 1)
		schedule();
}

/* --- exclusion, at random --- */

static void read_section(void)
{
	down_read(&sem);
	readers++;
	reads++;
	most_readers = max(most_readers, readers);
	KT_EQ(writers, 0);
	schedule();
	KT_EQ(writers, 0);
	readers--;
	up_read(&sem);
}

static void write_section(void)
{
	down_write(&sem);
	writers++;
	writes++;
	KT_TRUE(writers == 1 && readers == 0);
	schedule();
	KT_TRUE(writers == 1 && readers == 0);
	writers--;
	up_write(&sem);
}

static int read_and_write(void *arg)
{
	for (int i = 0; i < ROUNDS; i++) {
		if (kt_random() % 4)
			read_section();
		else
			write_section();
		if (kt_random() % 3 == 0)
			schedule();
	}
	return 0;
}

KTEST(rwsem, exclusion)
{
	struct task_struct *p[THREADS];
	int i;

	init_rwsem(&sem);
	readers = writers = most_readers = reads = writes = 0;
	for (i = 0; i < THREADS; i++)
		p[i] = test_start(read_and_write, NULL);
	for (i = 0; i < THREADS; i++)
		kthread_join(p[i]);
	KT_EQ(reads + writes, THREADS * ROUNDS);
	KT_TRUE(most_readers > 1);
	KT_EQ(atomic_read(&sem.count), 0);
	KT_TRUE(list_empty(&sem.waiters));
}

/* --- fairness --- */

static int read_once(void *arg)
{
	down_read(&sem);
	order[order_len++] = 'r';
	schedule();
	up_read(&sem);
	return 0;
}

static int write_once(void *arg)
{
	down_write(&sem);
	order[order_len++] = 'W';
	up_write(&sem);
	return 0;
}

/* start_all - a thread per letter of plan, each asleep before the next one starts. */
static int start_all(const char *plan, struct task_struct **p)
{
	int n;

	order_len = 0;
	for (n = 0; plan[n]; n++) {
		p[n] = test_start(plan[n] == 'r' ? read_once : write_once, NULL);
		sleep_others();
	}
	return n;
}

static void expect_order(const char *plan, struct task_struct **p, int n)
{
	for (int i = 0; i < n; i++)
		kthread_join(p[i]);
	KT_EQ(order_len, n);
	for (int i = 0; i < n; i++)
		KT_EQ(order[i], plan[i]);
	KT_EQ(atomic_read(&sem.count), 0);
}

KTEST(rwsem, waiting_writer_holds_off_readers)
{
	struct task_struct *p[8];
	int n;

	init_rwsem(&sem);
	down_read(&sem);
	n = start_all("WrrWr", p);
	KT_EQ(order_len, 0);			/* readers wait although only a reader holds it */
	KT_EQ(atomic_read(&sem.count), 1 + RWSEM_WAITING);
	up_read(&sem);
	expect_order("WrrWr", p, n);
}

KTEST(rwsem, readers_come_in_together)
{
	struct task_struct *p[8];
	int n;

	init_rwsem(&sem);
	down_write(&sem);
	n = start_all("rrrW", p);
	KT_EQ(order_len, 0);
	up_write(&sem);
	KT_EQ(atomic_read(&sem.count), 3 + RWSEM_WAITING);	/* all three hold it already */
	expect_order("rrrW", p, n);
}

KTEST(rwsem, trylock)
{
	init_rwsem(&sem);
	down_read(&sem);
	down_read(&sem);
	KT_TRUE(!down_write_trylock(&sem));
	KT_TRUE(rwsem_is_locked(&sem) && !rwsem_is_write_locked(&sem));
	up_read(&sem);
	up_read(&sem);
	KT_TRUE(down_write_trylock(&sem));
	KT_TRUE(!down_write_trylock(&sem));
	KT_TRUE(rwsem_is_write_locked(&sem));
	up_write(&sem);
	KT_TRUE(!rwsem_is_locked(&sem));
}
