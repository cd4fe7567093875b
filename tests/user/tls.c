/* SPDX-License-Identifier: MIT */
/* Thread-local storage by segments: set_thread_area, and a %gs base of each task's own. */
#define _GNU_SOURCE
#include "tap.h"

#include "rawsys.h"
#include "thread.h"

#define ROUNDS 2000

static unsigned int blocks[3][16];
static struct thread threads[2];
static volatile int wrong[2];

static struct segment flat(int entry, void *base)
{
	return (struct segment) { entry, (unsigned long)base, 0xfffff, SEGMENT_FLAT_DATA };
}

static int selector_of(int entry)
{
	return entry * 8 + 3;
}

static unsigned int fs_word(void)
{
	unsigned int value;

	__asm__ volatile("movl %%fs:0, %0" : "=r"(value));
	return value;
}

/* Each task points %fs to its own block, then looks again and again while the others do. */
static int keep_looking(int who)
{
	struct segment segment = flat(-1, blocks[who]);
	int bad = 0;

	blocks[who][0] = 0x1000 + who;
	if (sys1(SYS_set_thread_area, (long)&segment))
		return -1;
	__asm__ volatile("movw %w0, %%fs" : : "r"(selector_of(segment.entry_number)));
	for (int i = 0; i < ROUNDS; i++) {
		bad += fs_word() != 0x1000u + who;
		sys0(SYS_sched_yield);
	}
	__asm__ volatile("movw %w0, %%fs" : : "r"(0));
	return bad;
}

static int thread_body(void *arg)
{
	wrong[(long)arg] = keep_looking((long)arg);
	return 0;
}

static void test_threads(void)
{
	for (long i = 0; i < 2; i++)
		thread_start(&threads[i], thread_body, (void *)i, CLONE_THREAD);
	is(keep_looking(2), 0, "a segment base stays while two threads have others");
	for (int i = 0; i < 2; i++)
		thread_join(&threads[i]);
	ok(!wrong[0] && !wrong[1], "theirs stay, too");
}

/* A forked child inherits the segments; what it changes is its own. */
static int change_base(void *arg)
{
	struct segment segment = flat((long)arg, blocks[1]);

	if (fs_word() != 77)
		return 1;
	blocks[1][0] = 88;
	if (sys1(SYS_set_thread_area, (long)&segment))
		return 2;
	__asm__ volatile("movw %w0, %%fs" : : "r"(selector_of((long)arg)));
	return fs_word() != 88;
}

static void test_fork(void)
{
	struct segment segment = flat(-1, blocks[0]);

	blocks[0][0] = 77;
	is(sys1(SYS_set_thread_area, (long)&segment), 0, "set_thread_area finds a free entry");
	ok(segment.entry_number != -1u, "and says which");
	__asm__ volatile("movw %w0, %%fs" : : "r"(selector_of(segment.entry_number)));
	is(fs_word(), 77, "the segment begins at its base");
	exits(in_child(change_base, (void *)(long)segment.entry_number), 0,
	      "a child inherits it and changes its own");
	is(fs_word(), 77, "the parent's stays");
	segment = flat(segment.entry_number, blocks[2]);
	blocks[2][0] = 99;
	is(sys1(SYS_set_thread_area, (long)&segment), 0, "the entry can be changed");
	__asm__ volatile("movw %w0, %%fs" : : "r"(selector_of(segment.entry_number)));
	is(fs_word(), 99, "and is used when loaded again");
	__asm__ volatile("movw %w0, %%fs" : : "r"(0));
}

/* A segment with a limit of 16 bytes. The processor is asked what limit the descriptor has, not
 * to enforce it: QEMU's TCG does not check segment limits at memory accesses. */
static int short_limit(void *arg)
{
	struct segment segment = { -1, (unsigned long)blocks, 15, 1 };
	unsigned int limit = 0;

	(void)arg;
	if (sys1(SYS_set_thread_area, (long)&segment))
		return 99;
	__asm__("lsl %1, %0" : "=r"(limit) : "r"(selector_of(segment.entry_number)) : "cc");
	return limit;
}

static int use_up(void *arg)
{
	struct segment segment;
	int got = 0, error;

	(void)arg;
	do {
		segment = flat(-1, blocks);
		error = sys1(SYS_set_thread_area, (long)&segment);
		got += !error;
	} while (!error && got < 10);
	return error == -ESRCH ? got : 99;
}

static void test_errors(void)
{
	struct segment segment = flat(0, blocks);

	is(sys1(SYS_set_thread_area, (long)&segment), -EINVAL, "an entry of the kernel's: EINVAL");
	segment.entry_number = 1000;
	is(sys1(SYS_set_thread_area, (long)&segment), -EINVAL, "an entry beyond the table: EINVAL");
	is(sys1(SYS_set_thread_area, KERNEL_ADDRESS), -EFAULT, "no segment: EFAULT");
	exits(in_child(short_limit, NULL), 15, "the descriptor has the limit asked for");
	exits(in_child(use_up, NULL), 1, "a child inherits used entries; when all are used: ESRCH");
}

/* Beside one that has them: a process without %gs and without segments gets neither. */
static int run_without(void *arg)
{
	struct segment none = { 0, 0, 0, 0x28 };	/* not present, read-only: how one is taken away */
	unsigned int gs;

	(void)arg;
	__asm__ volatile("movl %%gs, %0\n\tmovl %1, %%gs" : "=&r"(gs) : "r"(0));
	none.entry_number = gs >> 3;
	if (sys1(SYS_set_thread_area, (long)&none))
		return 1;
	for (int i = 0; i < 20; i++) {
		unsigned int now;

		sys0(SYS_sched_yield);
		__asm__ volatile("movl %%gs, %0" : "=r"(now));
		if (now)
			return 2;
	}
	__asm__ volatile("movl %0, %%gs" : : "r"(gs));
	return 3;
}

static void test_switch(void)
{
	pid_t other = fork();

	if (other == 0)
		for (;;)
			sys0(SYS_sched_yield);
	killed_by(in_child(run_without, NULL), SIGSEGV, "another's segment is not there");
	kill(other, SIGKILL);
	waitpid(other, NULL, 0);
}

int main(void)
{
	unsigned long *thread;

	plan(17);
	__asm__ volatile("movl %%gs:0, %0" : "=r"(thread));
	ok((unsigned long)thread == *thread, "libc's own thread pointer is in place");
	exits(in_child(use_up, NULL), 2, "a new program has two entries left");
	test_switch();				/* while libc's is the only one */
	test_threads();
	test_errors();
	test_fork();
	return done();
}
