/* SPDX-License-Identifier: MIT */
/* S2 - bss costs nothing.
 *
 * `table` is 40 KiB of zeroes. The ELF file does not contain them: the segment's memory size is
 * just larger than its file size, and exec makes an anonymous VMA of the difference. Reading a
 * page of it maps the one zero page that everybody shares, read-only; rss does not change. Only a
 * write brings a frame of one's own.
 */
#include "say.h"

#define PAGE_SIZE 4096
#define PAGES 10

static volatile char table[PAGES * PAGE_SIZE] __attribute__((aligned(PAGE_SIZE)));

int main(void)
{
	int sum = 0;

	say("s2: %d pages of bss at 0x%08lx, none of them in the ELF file", PAGES,
	    (unsigned long)table);
	say("s2: reading one byte of the pages 2, 3 and 4: three faults, all map the zero page");
	for (int i = 2; i <= 4; i++)
		sum += table[i * PAGE_SIZE];
	say("s2: they read as %d; now writing to page 3 at 0x%08lx: it gets a frame of its own",
	    sum, (unsigned long)&table[3 * PAGE_SIZE]);
	table[3 * PAGE_SIZE] = 7;
	say("s2: writing to page 9 at 0x%08lx, never read before: a frame at once",
	    (unsigned long)&table[9 * PAGE_SIZE]);
	table[9 * PAGE_SIZE] = 9;
	say("s2: reading all pages: one fault for each that was never touched, the zero page again");
	for (int i = 0; i < PAGES; i++)
		sum += table[i * PAGE_SIZE];
	say("s2: their sum is %d, the 7 and the 9; of the 10 pages, 2 have a frame", sum);
	return sum != 16;
}
