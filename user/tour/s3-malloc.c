/* SPDX-License-Identifier: MIT */
/* S3 - malloc gives addresses, not memory.
 *
 * A big malloc becomes an mmap, a small one may move brk: either makes or grows a VMA and returns.
 * No frame is allocated before the first touch of each page, by a page fault.
 */
#include <stdlib.h>

#include "say.h"

#define PAGE_SIZE 4096
#define MIB (1024 * 1024)

int main(void)
{
	static const int touched[] = { 0, 100, 4000 };
	char *old_break = sbrk(0);
	volatile char *block;

	say("s3: asking malloc for 16 MiB: one new VMA, and two small ones, with malloc's records and");
	say("s3: a guard page; malloc writes to the records and to both ends of the 16 MiB");
	block = malloc(16 * MIB);
	if (!block)
		return 1;
	say("s3: malloc returned 0x%08lx", (unsigned long)block);
	for (int i = 0; i < 3; i++) {
		volatile char *p = block + touched[i] * PAGE_SIZE + PAGE_SIZE / 2;

		say("s3: touching page %d at 0x%08lx%s", touched[i], (unsigned long)p,
		    i ? "" : ": malloc has touched it before, no fault");
		*p = i + 1;
	}
	say("s3: 4 of its 4097 pages have frames; free gives the VMA back, and the frames with it");
	free((void *)block);
	say("s3: malloc's records stay: brk was 0x%08lx, is 0x%08lx", (unsigned long)old_break,
	    (unsigned long)sbrk(0));
	return 0;
}
