/* SPDX-License-Identifier: MIT */
/* S8 - a switch between threads leaves CR3 alone, one between processes loads it.
 *
 * Two tasks hand a turn to one another by sched_yield: first two threads of one mm, whose page
 * tables are loaded already; then two processes, each with its own.
 */
#define _GNU_SOURCE
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "say.h"

#define ROUNDS 5
#define STACK_SIZE 16384

static char stack[STACK_SIZE] __attribute__((aligned(16)));
static volatile int *turn;	/* in shared memory: threads and processes use it alike */

/* Take every second turn, mine being the odd or the even ones. */
static int play(int mine)
{
	for (int i = 0; i < ROUNDS; i++) {
		while (*turn % 2 != mine)
			sched_yield();
		++*turn;
	}
	return 0;
}

static int thread(void *arg)
{
	(void)arg;
	return play(1);
}

int main(void)
{
	pid_t child;

	turn = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (turn == MAP_FAILED)
		return 1;
	*turn = 0;
	say("s8: two threads of one mm take %d turns each: CR3 stays", ROUNDS);
	child = clone(thread, stack + STACK_SIZE, CLONE_VM | CLONE_FS | CLONE_FILES | SIGCHLD,
		      NULL);
	if (child < 0)
		return 1;
	play(0);
	waitpid(child, NULL, 0);
	say("s8: turn %d reached", *turn);

	*turn = 0;
	say("s8: two processes take %d turns each: CR3 is loaded at every switch", ROUNDS);
	child = fork();
	if (child == 0)
		_exit(play(1));
	if (child < 0)
		return 1;
	play(0);
	waitpid(child, NULL, 0);
	say("s8: turn %d reached", *turn);
	return *turn != 2 * ROUNDS;
}
