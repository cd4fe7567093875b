/* SPDX-License-Identifier: MIT */
/* S4 - copy-on-write: fork shares, the first writer copies, the last owner keeps.
 *
 * After fork() both page tables point to the same frames, all write-protected. The first to write
 * gets a copy. When the other then writes, it is the only one left with the old frame (its count is
 * 1) and just gets the write bit back.
 */
#include <sys/mman.h>
#include <sys/wait.h>

#include "say.h"

int main(void)
{
	volatile int *page = mmap((void *)0x50000000, 4096, PROT_READ | PROT_WRITE,
				  MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	int status;
	pid_t child;

	if (page == MAP_FAILED)
		return 1;
	say("s4: parent: writing 1 at 0x%08lx: a fresh frame", (unsigned long)page);
	page[0] = 1;
	say("s4: parent: fork: the frame is now shared and write-protected on both sides");
	child = fork();
	if (child == 0) {
		say("s4: child:  reading %d needs no fault", page[0]);
		say("s4: child:  writing 2: a fault, the frame is shared, so it is copied");
		page[0] = 2;
		say("s4: child:  mine is %d; exit", page[0]);
		_exit(page[0] != 2);
	}
	if (child < 0 || waitpid(child, &status, 0) != child)
		return 1;
	say("s4: parent: the child is gone, mine is still %d", page[0]);
	say("s4: parent: writing 3: a fault, but I am the last owner: no copy, just the write bit");
	page[0] = 3;
	say("s4: parent: writing 4: no fault at all");
	page[0] = 4;
	return status != 0 || page[0] != 4;
}
