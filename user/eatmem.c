/* SPDX-License-Identifier: MIT */
/* Maps and touches memory, a MiB at a time, until the system says no. Usage: eatmem [MIB]
 *
 * It either hears ENOMEM from mmap and exits with 0, or is killed when a touched page cannot be
 * had: whoever started it sees which.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define MIB (1024 * 1024)
#define PAGE_SIZE 4096

static void touch(volatile char *p)
{
	for (int i = 0; i < MIB; i += PAGE_SIZE)
		p[i] = 1;
}

int main(int argc, char **argv)
{
	int limit = argc > 1 ? atoi(argv[1]) : 4096;
	int count;

	for (count = 0; count < limit; count++) {
		char *p = mmap(NULL, MIB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
			       0);

		if (p == MAP_FAILED) {
			printf("eatmem: %d MiB, then: %s\n", count, strerror(errno));
			return 0;
		}
		touch(p);
		if ((count + 1) % 16 == 0)
			printf("eatmem: %d MiB\n", count + 1);
		fflush(stdout);
	}
	printf("eatmem: %d MiB, enough\n", count);
	return 0;
}
