/* SPDX-License-Identifier: MIT */
/* S5 - threads share one mm_struct; a vfork child borrows it.
 *
 * clone(CLONE_VM) makes a task with the same mm: mm_users counts one per task, mm_count stays 1,
 * because all users together hold one reference to the structure. vfork() is the same for a moment:
 * the child runs in the parent's memory, and the parent waits until it has exited.
 */
#define _GNU_SOURCE
#include <sched.h>
#include <signal.h>
#include <sys/wait.h>

#include "say.h"

#define STACK_SIZE 16384

static char stacks[2][STACK_SIZE] __attribute__((aligned(16)));
static volatile int arrived, go;

static int thread(void *arg)
{
	int number = (long)arg;

	while (arrived != number - 1)	/* one after the other, so that the lines have an order */
		sched_yield();
	say("s5: thread %d: running on a stack inside the same memory", number);
	arrived = number;
	while (!go)
		sched_yield();
	return 0;
}

static int start_threads(void)
{
	for (long i = 0; i < 2; i++)
		if (clone(thread, stacks[i] + STACK_SIZE,
			  CLONE_VM | CLONE_FS | CLONE_FILES | SIGCHLD,
			  (void *)(i + 1)) < 0)
			return -1;
	return 0;
}

int main(void)
{
	volatile int from_child = 0;
	pid_t child;

	say("s5: main: starting two threads beside me");
	if (start_threads() < 0)
		return 1;
	while (arrived < 2)
		sched_yield();
	say("s5: main: three threads now: mm_users 3, mm_count 1; letting the two go");
	go = 1;
	while (wait(NULL) > 0)
		;
	say("s5: main: alone again: mm_users 1, mm_count 1; now vfork");
	child = vfork();
	if (child == 0) {
		from_child = 5;
		_exit(0);
	}
	say("s5: main: while I waited, the vfork child wrote %d into my variable", from_child);
	return waitpid(child, NULL, 0) != child || from_child != 5;
}
