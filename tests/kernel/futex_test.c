/* SPDX-License-Identifier: MIT */
/* futex_test.c - waiting for a word of user memory, by threads that share an mm. */
#include "task_test.h"
#include <nopage/syscalls.h>
#include <uapi/futex.h>
#include <uapi/time.h>

#define WORD	(DATA_ADDR + 64)
#define PAUSE	(DATA_ADDR + 128)	/* a struct timespec32 */
#define ROUNDS	500

static struct mm_struct *mm;
static volatile int awake;

static long futex(long op, long val, long timeout)
{
	return sys_futex(WORD, op, val, timeout, 0, 0);
}

static int sleep_on_word(void *arg)
{
	long ret;

	use_mm(mm);
	ret = futex(FUTEX_WAIT | FUTEX_PRIVATE_FLAG, 0, 0);
	awake++;
	unuse_mm(mm);
	return ret;
}

KTEST(futex, wakes_as_many_as_asked)
{
	struct task_struct *p[4];

	mm = test_code_enter();
	KT_ASSERT(mm);
	awake = 0;
	test_poke(WORD, 0);
	for (int i = 0; i < 4; i++)
		p[i] = test_start(sleep_on_word, NULL);
	while (nr_running() > 1)
		schedule();
	KT_EQ(awake, 0);
	KT_EQ(futex(FUTEX_WAKE, 1, 0), 1);
	KT_EQ(kthread_join(p[0]), 0);			/* the first that came */
	KT_EQ(awake, 1);
	KT_EQ(futex(FUTEX_WAKE, 100, 0), 3);
	for (int i = 1; i < 4; i++)
		KT_EQ(kthread_join(p[i]), 0);
	KT_EQ(futex(FUTEX_WAKE, 100, 0), 0);
	test_mm_leave(mm);
}

static void set_pause(int sec, int nsec)
{
	struct timespec32 ts = { sec, nsec };

	KT_EQ(copy_to_user((void *)PAUSE, &ts, sizeof(ts)), 0);
}

KTEST(futex, errors)
{
	unsigned long start;

	mm = test_code_enter();
	KT_ASSERT(mm);
	test_poke(WORD, 5);
	KT_EQ(futex(FUTEX_WAIT, 4, 0), -EAGAIN);
	KT_EQ(futex(77, 5, 0), -ENOSYS);
	KT_EQ(sys_futex(WORD + 1, FUTEX_WAIT, 5, 0, 0, 0), -EINVAL);
	KT_EQ(sys_futex(0x50000000, FUTEX_WAIT, 5, 0, 0, 0), -EFAULT);
	KT_EQ(sys_futex(TASK_SIZE, FUTEX_WAKE, 5, 0, 0, 0), -EFAULT);
	KT_EQ(futex(FUTEX_WAIT, 5, 0x50000000), -EFAULT);
	set_pause(0, 1000000000);
	KT_EQ(futex(FUTEX_WAIT, 5, PAUSE), -EINVAL);
	set_pause(0, 20000000);
	start = jiffies;
	KT_EQ(futex(FUTEX_WAIT, 5, PAUSE), -ETIMEDOUT);
	KT_TRUE(jiffies - start >= 2);
	set_pause(0, 0);
	KT_EQ(futex(FUTEX_WAIT, 5, PAUSE), -ETIMEDOUT);
	test_mm_leave(mm);
}

/* The word is the turn: 0 for the partner, 1 for the test. */
static int partner(void *arg)
{
	use_mm(mm);
	for (int i = 0; i < ROUNDS; i++) {
		while (test_peek(WORD) == 1)
			futex(FUTEX_WAIT, 1, 0);
		test_poke(WORD, 1);
		if (kt_random() % 3 == 0)
			schedule();
		futex(FUTEX_WAKE, 1, 0);
	}
	unuse_mm(mm);
	return 0;
}

KTEST(futex, loses_no_wakeup)
{
	struct task_struct *p;

	mm = test_code_enter();
	KT_ASSERT(mm);
	test_poke(WORD, 0);
	p = test_start(partner, NULL);
	for (int i = 0; i < ROUNDS; i++) {
		while (test_peek(WORD) == 0)
			futex(FUTEX_WAIT, 0, 0);
		test_poke(WORD, 0);
		if (kt_random() % 3 == 0)
			schedule();
		futex(FUTEX_WAKE, 1, 0);
	}
	KT_EQ(kthread_join(p), 0);
	test_mm_leave(mm);
}

/* A thread's end clears its word and wakes who joins it. */
KTEST(futex, joins_a_thread)
{
	long tid;

	mm = test_code_enter();
	KT_ASSERT(mm);
	test_poke(DATA_ADDR, 1);
	tid = test_clone(CLONE_SHARED | CLONE_THREAD | CLONE_CHILD_CLEARTID, CODE_EXIT, 0);
	KT_TRUE(tid > 0);
	while (test_peek(DATA_ADDR) == 1)
		KT_EQ(sys_futex(DATA_ADDR, FUTEX_WAIT, 1, 0, 0, 0), 0);
	KT_EQ(test_peek(DATA_ADDR), 0);
	test_mm_leave(mm);
}
