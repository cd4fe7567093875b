/* SPDX-License-Identifier: MIT */
/* counts_test.c - mm_users, mm_count, active_mm and CR3: the scenarios S5 to S8, exactly. */
#include "task_test.h"
#include <asm/tlb.h>

#define ROUNDS 20

static struct mm_struct *mm, *other;

static int users(struct mm_struct *m)
{
	return atomic_read(&m->mm_users);
}

static int count(struct mm_struct *m)
{
	return atomic_read(&m->mm_count);
}

static bool loaded(struct mm_struct *m)
{
	return read_cr3().addr == __pa(m->pgd).addr;
}

/* own - the current thread becomes the only user of m, as a process is. */
static void own(struct mm_struct *m)
{
	use_mm(m);
	mmput(m, EVM_UNUSE_MM);
}

/* --- S5: threads and vfork share --- */

KTEST(counts, threads_share_one_mm)
{
	long pid[2];

	mm = test_code_enter();
	KT_ASSERT(mm);
	mmput(mm, EVM_LOOK);				/* only this thread, as its process */
	KT_TRUE(users(mm) == 1 && count(mm) == 1);
	for (int i = 0; i < 2; i++)
		pid[i] = test_clone(CLONE_SHARED | SIGCHLD, CODE_LOOP, 0);
	KT_EQ(users(mm), 3);
	KT_EQ(count(mm), 1);
	schedule();
	KT_TRUE(users(mm) == 3 && count(mm) == 1);	/* running changes nothing */
	for (int i = 0; i < 2; i++) {
		test_kill(pid[i], SIGKILL);
		KT_EQ(test_wait(pid[i]), SIGKILL);
		KT_EQ(users(mm), 2 - i);
	}
	KT_EQ(count(mm), 1);
	unuse_mm(mm);
}

KTEST(counts, fork_has_an_mm_of_its_own)
{
	unsigned long mms;
	long pid;

	mm = test_code_enter();
	KT_ASSERT(mm);
	mms = nr_mms();
	pid = test_clone(SIGCHLD, CODE_LOOP, 0);
	KT_EQ(nr_mms(), mms + 1);
	KT_EQ(users(mm), 2);
	test_kill(pid, SIGKILL);
	test_wait(pid);
	KT_EQ(nr_mms(), mms);
	test_mm_leave(mm);
}

/* --- S6: a kernel thread borrows --- */

static int look_at_borrowed(void *arg)
{
	KT_TRUE(!current->mm);
	KT_TRUE(current->active_mm == mm);
	KT_TRUE(loaded(mm));
	KT_EQ(users(mm), 2);
	KT_EQ(count(mm), 2);			/* the users, and this thread */
	return 0;
}

KTEST(counts, kernel_thread_borrows)
{
	struct cpu_stat before;
	struct task_struct *p;

	mm = test_mm_enter();
	KT_ASSERT(mm);
	KT_EQ(count(mm), 1);
	before = this_cpu()->stat;
	p = test_start(look_at_borrowed, NULL);
	KT_EQ(count(mm), 1);			/* it has not run yet */
	kthread_join(p);
	KT_EQ(count(mm), 1);			/* it has moved on */
	KT_EQ(this_cpu()->stat.cr3_loads, before.cr3_loads);
	KT_EQ(this_cpu()->stat.cr3_kept - before.cr3_kept, 2);
	KT_EQ(this_cpu()->stat.lazy - before.lazy, 1);
	test_mm_leave(mm);
}

KTEST(counts, borrower_of_a_borrower)
{
	struct task_struct *p;

	mm = test_mm_enter();
	KT_ASSERT(mm);
	unuse_mm(mm);				/* loaded still, but borrowed by this thread */
	KT_TRUE(users(mm) == 1 && count(mm) == 2 && loaded(mm));
	mmget(mm, EVM_LOOK);
	p = test_start(look_at_borrowed, NULL);
	kthread_join(p);
	KT_EQ(count(mm), 2);
	mmput(mm, EVM_LOOK);
	mmput(mm, EVM_LOOK);
	KT_TRUE(users(mm) == 0 && count(mm) == 1);
}

/* --- S7: the dead mm lives as long as its borrower needs it --- */

static int live_and_die(void *arg)
{
	own(mm);
	KT_EQ(test_poke(DATA_ADDR, 1), 0);
	KT_TRUE(mm->rss > 0);
	return 0;				/* exits as the last user */
}

KTEST(counts, dead_mm_is_kept_by_its_borrower)
{
	unsigned long mms = nr_mms(), areas = nr_vmas();
	u32 frees = 0, seq;

	mm = test_code_enter();
	KT_ASSERT(mm);
	unuse_mm(mm);
	use_mm(&init_mm);
	KT_EQ(count(mm), 1);
	unuse_mm(&init_mm);
	kthread_join(test_start(live_and_die, NULL));

	/* This thread ran next, on the page tables of the dead. */
	KT_TRUE(current->active_mm == mm && loaded(mm));
	KT_EQ(users(mm), 0);
	KT_EQ(count(mm), 1);
	KT_EQ(nr_mms(), mms + 1);
	KT_EQ(nr_vmas(), areas);		/* but its user half is gone */
	KT_EQ(mm->rss, 0);
	KT_TRUE(!mm->mmap);
	seq = event_next;
	use_mm(&init_mm);			/* moving on frees it */
	KT_EQ(nr_mms(), mms);
	while (++seq <= event_next)
		frees += event_get(seq)->type == EV_MM && event_get(seq)->arg[0] == (u32)mm &&
			 event_get(seq)->arg[1] == EVM_FREE;
	KT_EQ(frees, 1);
	unuse_mm(&init_mm);
}

/* The same with a user task: its exit leaves it a borrower until the switch away. */
KTEST(counts, exit_of_a_process)
{
	unsigned long mms;
	long pid;

	mm = test_code_enter();
	KT_ASSERT(mm);
	mms = nr_mms();
	pid = test_clone(SIGCHLD, CODE_EXIT, 0);
	while (this_cpu()->idle && nr_running() > 1)
		schedule();
	KT_EQ(nr_mms(), mms);			/* freed although nobody has waited yet */
	KT_EQ(test_wait(pid), 0);
	test_mm_leave(mm);
}

/* --- S8: CR3 --- */

static volatile int ready;

struct player {
	struct mm_struct *mm;			/* NULL: stays a plain kernel thread */
	u32 switches, loads, kept;		/* during the rounds, counted by the first one */
};

/* Both players are on the run queue, alone: each schedule() is a switch to the other one. */
static int play(void *arg)
{
	struct player *me = arg;
	struct cpu_stat before;

	if (me->mm)
		use_mm(me->mm);
	ready++;
	while (ready < 2)
		schedule();
	schedule();
	before = this_cpu()->stat;
	for (int i = 0; i < ROUNDS; i++)
		schedule();
	me->switches = this_cpu()->stat.switches - before.switches;
	me->loads = this_cpu()->stat.cr3_loads - before.cr3_loads;
	me->kept = this_cpu()->stat.cr3_kept - before.cr3_kept;
	schedule();				/* let the other one count its last round */
	if (me->mm)
		unuse_mm(me->mm);
	return 0;
}

/* play_both - what the first of two threads counts while they take turns. */
static struct player play_both(struct mm_struct *first, struct mm_struct *second)
{
	struct player a = { .mm = first }, b = { .mm = second };
	struct task_struct *p, *q;

	ready = 0;
	p = test_start(play, &a);
	q = test_start(play, &b);
	kthread_join(p);
	kthread_join(q);
	return a;
}

KTEST(counts, cr3_between_threads_of_one_mm)
{
	struct player p;

	mm = mm_alloc();
	KT_ASSERT(mm);
	p = play_both(mm, mm);
	KT_EQ(p.switches, 2 * ROUNDS);
	KT_EQ(p.loads, 0);
	KT_EQ(p.kept, 2 * ROUNDS);
	mmput(mm, EVM_LOOK);
}

KTEST(counts, cr3_between_processes)
{
	struct player p;

	mm = mm_alloc();
	other = mm_alloc();
	KT_TRUE(mm && other);
	p = play_both(mm, other);
	KT_EQ(p.switches, 2 * ROUNDS);
	KT_EQ(p.loads, 2 * ROUNDS);
	KT_EQ(p.kept, 0);
	mmput(mm, EVM_LOOK);
	mmput(other, EVM_LOOK);
}

KTEST(counts, cr3_to_and_from_a_kernel_thread)
{
	struct player p;

	mm = mm_alloc();
	KT_ASSERT(mm);
	p = play_both(mm, NULL);
	KT_EQ(p.switches, 2 * ROUNDS);
	KT_EQ(p.loads, 0);
	KT_EQ(p.kept, 2 * ROUNDS);
	KT_EQ(users(mm), 1);
	mmput(mm, EVM_LOOK);
}
