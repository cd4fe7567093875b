/* SPDX-License-Identifier: MIT */
/* futex_test.c - waiting for a word of user memory, by threads that share an mm. */
#include "task_test.h"
#include "../../kernel/internal.h"
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
	ret = futex(FUTEX_WAIT, 0, 0);
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

/* --- moving and choosing --- */

#define WORD2	(DATA_ADDR + 256)
#define FAR	(TEST_BASE + 64 * PAGE_SIZE)	/* mapped when a test needs it */

static long futex2(long op, long val, long val2, long val3)
{
	return sys_futex(WORD, op, val, val2, WORD2, val3);
}

static int sleep_on_bits(void *bits)
{
	long ret;

	use_mm(mm);
	ret = sys_futex(WORD, FUTEX_WAIT_BITSET, 0, 0, 0, (long)bits);
	awake++;
	unuse_mm(mm);
	return ret;
}

/* start_sleepers - n threads that wait for one bit each of WORD, which is 0. */
static void start_sleepers(struct task_struct **p, int n)
{
	awake = 0;
	test_poke(WORD, 0);
	for (int i = 0; i < n; i++)
		p[i] = test_start(sleep_on_bits, (void *)(1 << i));
	while (nr_running() > 1)
		schedule();
}

static void join_sleepers(struct task_struct **p, int n)
{
	for (int i = 0; i < n; i++) {
		test_woken(p[i]);
		KT_EQ(kthread_join(p[i]), 0);
	}
	KT_EQ(awake, n);
}

KTEST(futex, bits)
{
	struct task_struct *p[4];

	mm = test_code_enter();
	KT_ASSERT(mm);
	start_sleepers(p, 4);
	KT_EQ(futex2(FUTEX_WAKE_BITSET, 9, 0, 4), 1);
	KT_EQ(kthread_join(p[2]), 0);
	KT_EQ(futex2(FUTEX_WAKE_BITSET, 9, 0, 4), 0);
	KT_EQ(futex2(FUTEX_WAKE_BITSET, 9, 0, 0), -EINVAL);
	KT_EQ(futex2(FUTEX_WAKE_BITSET, 9, 0, 11), 3);
	KT_EQ(kthread_join(p[0]), 0);
	KT_EQ(kthread_join(p[1]), 0);
	KT_EQ(kthread_join(p[3]), 0);
	test_mm_leave(mm);
}

KTEST(futex, requeue)
{
	struct task_struct *p[5];

	mm = test_code_enter();
	KT_ASSERT(mm);
	test_poke(WORD2, 0);
	start_sleepers(p, 5);
	KT_EQ(futex2(FUTEX_CMP_REQUEUE, 1, 2, 99), -EAGAIN);
	KT_EQ(futex2(FUTEX_CMP_REQUEUE, 1, 2, 0), 3);
	KT_EQ(sys_futex(WORD2, FUTEX_WAKE, 9, 0, 0, 0), 2);
	KT_EQ(futex(FUTEX_WAKE, 9, 0), 2);
	join_sleepers(p, 5);
	start_sleepers(p, 3);
	KT_EQ(futex2(FUTEX_REQUEUE, 0, 9, 0), 3);
	KT_EQ(sys_futex(WORD, FUTEX_REQUEUE, 1, 1, WORD, 0), 0);	/* onto itself */
	KT_EQ(sys_futex(WORD2, FUTEX_WAKE, 9, 0, 0, 0), 3);
	join_sleepers(p, 3);
	test_mm_leave(mm);
}

/* One that was moved is killed: it must be taken off the list where it is now. */
KTEST(futex, moved_sleeper_is_interrupted)
{
	struct task_struct *p;

	mm = test_code_enter();
	KT_ASSERT(mm);
	start_sleepers(&p, 1);
	KT_EQ(futex2(FUTEX_REQUEUE, 0, 1, 0), 1);
	set_work(p, TIF_SIGPENDING);
	wake_up_process(p);
	KT_EQ(kthread_join(p), -ERESTARTSYS);
	KT_EQ(sys_futex(WORD2, FUTEX_WAKE, 9, 0, 0, 0), 0);
	test_mm_leave(mm);
}

/* The word is not in memory when the lock is held: it is fetched without it, and tried again. */
KTEST(futex, faults_under_the_lock)
{
	mm = test_code_enter();
	KT_ASSERT(mm);
	KT_ASSERT(test_map(mm, FAR, 1, PROT_RW, MAP_ANON_PRIV | MAP_FIXED) == (long)FAR);
	KT_EQ(sys_futex(FAR, FUTEX_CMP_REQUEUE, 1, 1, WORD, 1), -EAGAIN);
	KT_EQ(sys_futex(FAR + PAGE_SIZE, FUTEX_CMP_REQUEUE, 1, 1, WORD, 0), -EFAULT);
	test_mm_leave(mm);
}

/* --- keys --- */

KTEST(futex, keys_of_shared_memory)
{
	struct futex_key a, b, c;
	struct mm_struct *one;
	int n = 0, error;

	mm = test_code_enter();
	KT_ASSERT(mm);
	one = mm;
	KT_ASSERT(test_map(mm, FAR, 2, PROT_RW, MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED) ==
		  (long)FAR);
	do {
		kt_fail_nth(++n);
		error = futex_key(FAR, true, &a);	/* the page comes in to be asked */
	} while (error == -ENOMEM && n < 10);
	kt_fail_nth(0);
	KT_TRUE(!error && n > 1);
	KT_EQ(futex_key(FAR + PAGE_SIZE + 8, true, &a), 0);
	KT_TRUE(a.object != one && a.index == 1 && a.offset == 8);
	KT_EQ(futex_key(FAR + PAGE_SIZE + 8, false, &b), 0);
	KT_TRUE(b.object == one && b.index == FAR + PAGE_SIZE + 8);
	KT_EQ(futex_key(WORD, true, &c), 0);
	KT_TRUE(c.object == one && c.index == WORD);
	KT_EQ(futex_key(FAR + 2 * PAGE_SIZE, true, &a), -EFAULT);
	KT_EQ(futex_key(FAR + 2, true, &a), -EINVAL);
	KT_EQ(futex_key(TASK_SIZE, false, &a), -EFAULT);
	test_mm_leave(mm);
}

/* Threads that hand a futex to and fro stay in one address space: CR3 is never written. */
KTEST(futex, switches_keep_cr3)
{
	struct task_struct *p;
	u32 loads;

	mm = test_code_enter();
	KT_ASSERT(mm);
	test_poke(WORD, 0);
	p = test_start(partner, NULL);
	loads = this_cpu()->stat.cr3_loads;
	for (int i = 0; i < ROUNDS; i++) {
		while (test_peek(WORD) == 0)
			futex(FUTEX_WAIT, 0, 0);
		if (i == 0)
			loads = this_cpu()->stat.cr3_loads;
		else if (i == ROUNDS - 1)
			KT_EQ(this_cpu()->stat.cr3_loads, loads);
		test_poke(WORD, 0);
		futex(FUTEX_WAKE, 1, 0);
	}
	KT_EQ(kthread_join(p), 0);
	test_mm_leave(mm);
}

/* --- robust lists --- */

#define HEAD	(DATA_ADDR + 512)
#define ENTRY	(DATA_ADDR + 544)	/* next, and behind it the mutex's word */

static int die_holding(void *arg)
{
	use_mm(mm);
	test_poke(HEAD, ENTRY);
	test_poke(HEAD + 4, 4);
	test_poke(HEAD + 8, 0);
	test_poke(ENTRY, HEAD);
	test_poke(ENTRY + 4, current->pid | FUTEX_WAITERS);
	KT_EQ(sys_set_robust_list(HEAD, 12), 0);
	exit_robust_list(current);
	unuse_mm(mm);
	return 0;
}

KTEST(futex, robust_mutex_of_a_dead_thread)
{
	mm = test_code_enter();
	KT_ASSERT(mm);
	KT_EQ(kthread_join(test_start(die_holding, NULL)), 0);
	KT_EQ((u32)test_peek(ENTRY + 4), FUTEX_OWNER_DIED | FUTEX_WAITERS);
	test_mm_leave(mm);
}
