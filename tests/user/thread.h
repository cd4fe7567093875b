/* SPDX-License-Identifier: MIT */
/* Threads by bare clone(2), for programs that cannot lean on a thread library.
 *
 * A thread body started here shares its creator's thread-local storage unless CLONE_SETTLS gives it
 * another, so it keeps to the calls of rawsys.h.
 */
#ifndef TESTS_USER_THREAD_H
#define TESTS_USER_THREAD_H

#include <sched.h>
#include <stddef.h>

#include "rawsys.h"

#define THREAD_STACK 16384
#define FUTEX_WAIT_OP 0
#define FUTEX_WAKE_OP 1

#define CLONE_SHARE_ALL (CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND)

/* struct user_desc of the i386 ABI: one entry of the GDT's thread-local slots. */
struct segment {
	unsigned int entry_number;
	unsigned int base;
	unsigned int limit;
	unsigned int flags;
};

/* seg_32bit, contents 0 (data), limit_in_pages, useable. */
#define SEGMENT_FLAT_DATA 0x51

struct thread {
	char stack[THREAD_STACK] __attribute__((aligned(16)));
	volatile int ended;	/* CLONE_CHILD_CLEARTID target: 0 once the thread is gone */
};

/* thread_start - run fn(arg) on t's stack; a non-zero t->ended becomes 0 when it has ended.
 * Returns the thread's id or -1 (errno). */
static inline int thread_start(struct thread *t, int (*fn)(void *), void *arg, int flags)
{
	t->ended = 1;
	return clone(fn, t->stack + THREAD_STACK, CLONE_SHARE_ALL | CLONE_CHILD_CLEARTID | flags,
		     arg, NULL, NULL, &t->ended);
}

/* thread_join - sleep until the kernel has cleared t->ended. */
static inline void thread_join(struct thread *t)
{
	int seen;

	while ((seen = t->ended))
		sys6(SYS_futex, (long)&t->ended, FUTEX_WAIT_OP, seen, 0, 0, 0);
}

#endif
