/* SPDX-License-Identifier: MIT */
/* S9 - what a page fault can mean.
 *
 * Child A touches a page that is mapped but not present: the fault brings it, the instruction
 * starts again. Child B recurses until it is below its stack's VMA: the VMA grows. Child C
 * touches an address outside every VMA: SIGSEGV.
 */
#include <sys/mman.h>
#include <sys/wait.h>

#include "say.h"

#define NOWHERE 0x60000000UL

static int touch_mapping(void)
{
	volatile char *p = mmap((void *)0x50000000, 3 * 4096, PROT_READ | PROT_WRITE,
				MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);

	say("s9: child A: 3 pages mapped at 0x%08lx; touching the second", (unsigned long)p);
	p[4096] = 'A';
	say("s9: child A: the instruction started again and has written '%c'", p[4096]);
	return 0;
}

static __attribute__((noinline)) int recurse(int depth)
{
	volatile char frame[1024];

	frame[0] = depth;
	return depth ? recurse(depth - 1) + frame[0] - (char)depth : 0;
}

static int grow_stack(void)
{
	int here;

	say("s9: child B: my stack is at 0x%08lx; recursing 20 KiB down", (unsigned long)&here);
	recurse(20);
	say("s9: child B: back again; the stack has grown by itself");
	return 0;
}

static int touch_nowhere(void)
{
	say("s9: child C: nothing is mapped at 0x%08lx; reading it", NOWHERE);
	return *(volatile char *)NOWHERE;
}

static int in_child(int (*scene)(void))
{
	int status = -1;
	pid_t child = fork();

	if (child == 0)
		_exit(scene());
	waitpid(child, &status, 0);
	return status;
}

int main(void)
{
	int a = in_child(touch_mapping), b = in_child(grow_stack), c = in_child(touch_nowhere);

	say("s9: A exited with %d, B exited with %d", WEXITSTATUS(a), WEXITSTATUS(b));
	say("s9: C was %s by signal %d, which is SIGSEGV", WIFSIGNALED(c) ? "killed" : "not killed",
	    WTERMSIG(c));
	return a || b || !WIFSIGNALED(c);
}
