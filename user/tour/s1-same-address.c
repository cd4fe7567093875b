/* SPDX-License-Identifier: MIT */
/* S1 - one address, two processes, different bytes; and two addresses, one frame.
 *
 * An address means something only inside one address space (mm_struct): after fork(), &value is the
 * same number in parent and child, but as soon as one of them writes, it leads to two frames. The
 * other way round, a shared mapping is one frame that stands in two page tables.
 */
#include <sys/mman.h>
#include <sys/wait.h>

#include "say.h"

/* Alone in its page, so that nothing else there is written first. */
static volatile int page[1024] __attribute__((aligned(4096))) = { 1111 };
#define value page[0]

int main(void)
{
	volatile int *shared = mmap((void *)0x50000000, 4096, PROT_READ | PROT_WRITE,
				    MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	pid_t child;

	if (shared == MAP_FAILED)
		return 1;
	say("s1: parent: at 0x%08lx stands %d", (unsigned long)&value, value);
	child = fork();
	if (child == 0) {
		say("s1: child:  at 0x%08lx stands %d; writing 2222", (unsigned long)&value, value);
		value = 2222;
		say("s1: child:  at 0x%08lx stands %d", (unsigned long)&value, value);
		shared[0] = 3333;
		say("s1: child:  into the shared page at 0x%08lx I write %d", (unsigned long)shared,
		    shared[0]);
		_exit(0);
	}
	if (child < 0 || waitpid(child, NULL, 0) != child)
		return 1;
	say("s1: parent: at 0x%08lx still stands %d: same address, another frame",
	    (unsigned long)&value, value);
	say("s1: parent: at 0x%08lx stands %d: the shared frame is in both page tables",
	    (unsigned long)shared, shared[0]);
	return value != 1111 || shared[0] != 3333;
}
