/* SPDX-License-Identifier: MIT */
/* S18 - a program that is its own pager.
 *
 * Four pages nobody may touch, and memory for two. SIGSEGV is this program's page fault: the
 * handler learns the address (si_addr) and why (si_code), throws out the page that came first,
 * brings the one that is wanted, and returns; then the instruction runs again and succeeds. What
 * the kernel does with frames and swap, one level up.
 */
#define _GNU_SOURCE
#include <signal.h>
#include <string.h>
#include <sys/mman.h>

#include "say.h"

#define REGION	((char *)0x50000000)
#define PAGES	4
#define FRAMES	2
#define PAGE	4096

static char store[PAGES];	/* the disk: of each page only its first byte */
static int resident[FRAMES] = { -1, -1 };
static int next_victim, page_ins, page_outs;

static void page_out(int page)
{
	store[page] = REGION[page * PAGE];
	madvise(REGION + page * PAGE, PAGE, MADV_DONTNEED);
	mprotect(REGION + page * PAGE, PAGE, PROT_NONE);
	page_outs++;
	say("s18: handler: page %d goes out, its frame is free", page);
}

static void page_in(int page)
{
	mprotect(REGION + page * PAGE, PAGE, PROT_READ | PROT_WRITE);
	REGION[page * PAGE] = store[page];
	page_ins++;
	say("s18: handler: page %d comes in, with '%c'", page, store[page]);
}

static void handle_fault(int signum, siginfo_t *info, void *context)
{
	int page = ((char *)info->si_addr - REGION) / PAGE;

	if (info->si_code != SEGV_ACCERR || page < 0 || page >= PAGES)
		_exit(1);
	say("s18: handler: SIGSEGV at %p, SEGV_ACCERR: an area is there, its rights forbid it",
	    info->si_addr);
	if (resident[next_victim] >= 0)
		page_out(resident[next_victim]);
	resident[next_victim] = page;
	next_victim = (next_victim + 1) % FRAMES;
	page_in(page);
}

int main(void)
{
	struct sigaction action = { .sa_sigaction = handle_fault, .sa_flags = SA_SIGINFO };
	volatile char *region = REGION;

	memset(store, '-', sizeof(store));
	if (sigaction(SIGSEGV, &action, NULL) ||
	    mmap(REGION, PAGES * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) !=
	    REGION)
		return 1;
	say("s18: main: %d pages without any rights, and a handler for SIGSEGV", PAGES);
	for (int i = 0; i < PAGES; i++) {
		say("s18: main: writing '%c' to page %d", 'a' + i, i);
		region[i * PAGE] = 'a' + i;
	}
	say("s18: main: page 3 is still there: no fault, it says '%c'", region[3 * PAGE]);
	say("s18: main: page 0 has been thrown out: a fault, but the same '%c'", region[0]);
	say("s18: main: %d pages brought in, %d thrown out", page_ins, page_outs);
	return page_ins != PAGES + 1 || page_outs != PAGES + 1 - FRAMES || region[0] != 'a';
}
