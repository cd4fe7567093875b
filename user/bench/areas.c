/* SPDX-License-Identifier: MIT */
/* Areas: what a thousand of them cost the others; rights changed; the heap grown and shrunk. */
#include "bench.h"

#include <sys/mman.h>
#include <unistd.h>

#define AREAS 1000UL
#define SMALL (64 * 1024UL)
#define ROUNDS 100			/* per timed loop */

/* make_areas - AREAS of them, two pages each, with a page between each two: they cannot merge,
 * and no gap between them holds a new mapping of SMALL. */
static char *make_areas(void)
{
	unsigned long length = AREAS * 3 * PAGE_SIZE;
	long p = sys6(SYS_mmap2, 0, length, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p < 0 && p > -4096)
		die("mmap");
	for (unsigned long i = 0; i < AREAS; i++)
		unmap(p + (3 * i + 2) * PAGE_SIZE, PAGE_SIZE);
	return (char *)p;
}

static ticks_t map_and_unmap(void *arg)
{
	ticks_t start = rdtsc();

	for (int i = 0; i < ROUNDS; i++) {
		long p = sys6(SYS_mmap2, 0, SMALL, PROT_READ | PROT_WRITE,
			      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		sys2(SYS_munmap, p, SMALL);
	}
	return rdtsc() - start;
}

/* The first page of each area stays present, so that page tables exist; the second is written. */
static ticks_t fault_in_each(void *areas)
{
	char *p = areas;
	ticks_t start;

	for (unsigned long i = 0; i < AREAS; i++)
		p[i * 3 * PAGE_SIZE] = 1;
	start = rdtsc();
	for (unsigned long i = 0; i < AREAS; i++)
		((volatile char *)p)[(i * 3 + 1) * PAGE_SIZE] = 1;
	start = rdtsc() - start;
	for (unsigned long i = 0; i < AREAS; i++) {
		long page = (long)p + (i * 3 + 1) * PAGE_SIZE;

		if (sys6(SYS_mmap2, page, PAGE_SIZE, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != page)
			die("mmap");
	}
	return start;
}

static void bench_thousand(void)
{
	char *areas = make_areas();

	measure("mmap-munmap-1000-areas", map_and_unmap, NULL, ROUNDS);
	measure("fault-1000-areas", fault_in_each, areas, AREAS);
	unmap((unsigned long)areas, AREAS * 3 * PAGE_SIZE);
}

/* The right to write one present page taken away and given back: two calls. */
static ticks_t change_rights(void *page)
{
	ticks_t start = rdtsc();

	for (int i = 0; i < ROUNDS; i++) {
		sys3(SYS_mprotect, (long)page, PAGE_SIZE, PROT_READ);
		sys3(SYS_mprotect, (long)page, PAGE_SIZE, PROT_READ | PROT_WRITE);
	}
	return rdtsc() - start;
}

/* One page that is all of its area, and one in the middle of an area: split, then merged. */
static void bench_mprotect(void)
{
	map_fixed((unsigned long)arena, 8 * PAGE_SIZE);
	unmap((unsigned long)arena + PAGE_SIZE, PAGE_SIZE);
	time_writes(arena, 1);
	measure("mprotect", change_rights, arena, ROUNDS * 2);
	time_writes(arena + 2 * PAGE_SIZE, 6);
	measure("mprotect-split-merge", change_rights, arena + 4 * PAGE_SIZE, ROUNDS * 2);
	unmap((unsigned long)arena, 8 * PAGE_SIZE);
}

static ticks_t grow_touch_shrink(void *end)
{
	ticks_t start = rdtsc();

	sys1(SYS_brk, (long)end + PAGES * PAGE_SIZE);
	time_writes(end, PAGES);
	sys1(SYS_brk, (long)end);
	return minus(rdtsc() - start, page_loop_cost);
}

/* There is a heap already, with a page that stays present. */
static void bench_brk(void)
{
	unsigned long end = (sys1(SYS_brk, 0) + 4095) & -PAGE_SIZE;

	sys1(SYS_brk, end + PAGE_SIZE);
	time_writes((char *)end, 1);
	measure("brk-grow-touch-shrink", grow_touch_shrink, (void *)(end + PAGE_SIZE), PAGES);
	sys1(SYS_brk, end);
}

void bench_areas(void)
{
	bench_thousand();
	bench_mprotect();
	bench_brk();
}
