/* SPDX-License-Identifier: MIT */
/*
 * bootmem.c - memory before there is a page allocator.
 *
 * The boot loader's map fills two sorted tables of frame ranges: what is there and what is taken.
 * Free memory is the difference. bootmem_alloc() takes pieces of it for ever, mem_init() hands
 * the rest to the buddy allocator. One CPU, no locks. Frame 0 is left out: the BIOS keeps its data
 * there, and 0 stays free to mean "no frame".
 */
#include <nopage/mm.h>
#include <nopage/printk.h>
#include <nopage/string.h>
#include "frames.h"

#define MAX_RANGES	64
#define MIN_FREE_KIB	1024		/* below this, not even a small init can run */

#define KIB(frames)	((frames) << (PAGE_SHIFT - 10))

/* Frames [start, end). */
struct range {
	unsigned long start, end;
};

/* Sorted, disjoint, not even adjacent. */
struct range_table {
	unsigned int nr;
	struct range range[MAX_RANGES];
};

static struct range_table memory __initdata;
static struct range_table taken __initdata;

/* table_add - add [start, end), merged with all it touches. False: the table is full. */
static bool __init table_add(struct range_table *t, unsigned long start, unsigned long end)
{
	unsigned int i = 0, j;

	while (i < t->nr && t->range[i].end < start)
		i++;
	for (j = i; j < t->nr && t->range[j].start <= end; j++) {
		start = min(start, t->range[j].start);
		end = max(end, t->range[j].end);
	}
	if (i == j && t->nr == MAX_RANGES)
		return false;
	memmove(&t->range[i + 1], &t->range[j], (t->nr - j) * sizeof(t->range[0]));
	t->nr = t->nr + 1 - (j - i);
	t->range[i] = (struct range){ start, end };
	return true;
}

/* Only whole frames are usable. What lies above low memory is not ours; the caller reports it. */
void __init bootmem_add(u64 start, u64 end)
{
	struct range r;

	start = max(start, (u64)PAGE_SIZE);
	end = min(end, (u64)LOWMEM_MAX);
	if (start >= end)
		return;
	r.start = PAGE_ALIGN((unsigned long)start) >> PAGE_SHIFT;
	r.end = (unsigned long)end >> PAGE_SHIFT;
	if (r.start >= r.end)
		return;
	if (!table_add(&memory, r.start, r.end)) {
		pr_warn("mem: too many regions, %lu KiB not used\n", KIB(r.end - r.start));
		return;
	}
	max_low_pfn = max(max_low_pfn, r.end);
}

/* A frame that is reserved in part is reserved. */
void __init bootmem_reserve(u64 start, u64 end)
{
	struct range r;

	end = min(end, (u64)LOWMEM_MAX);
	if (start >= end)
		return;
	r.start = (unsigned long)start >> PAGE_SHIFT;
	r.end = PAGE_ALIGN((unsigned long)end) >> PAGE_SHIFT;
	if (!table_add(&taken, r.start, r.end))
		panic("mem: more than %u reserved regions", MAX_RANGES);
}

/*
 * next_free - the first free range at or after frame from, as long as it goes. False: none left.
 */
static bool __init next_free(unsigned long from, struct range *out)
{
	unsigned int i, j;

	for (i = 0; i < memory.nr; i++) {
		unsigned long start = max(memory.range[i].start, from);
		unsigned long end = memory.range[i].end;

		for (j = 0; j < taken.nr && taken.range[j].start <= start; j++)
			start = max(start, taken.range[j].end);
		if (start >= end)
			continue;
		if (j < taken.nr)
			end = min(end, taken.range[j].start);
		*out = (struct range){ start, end };
		return true;
	}
	return false;
}

/* Lowest first: what boot code has mapped so far is low. */
void *__init bootmem_alloc(size_t size)
{
	unsigned long frames = PAGE_ALIGN(size) >> PAGE_SHIFT;
	struct range r;
	void *piece;

	BUG_ON(size == 0 || mem_map);
	for (r.end = 0; next_free(r.end, &r); )
		if (r.end - r.start >= frames)
			goto found;
	panic("mem: too little memory: no room for %lu KiB at boot, memory ends at %lu KiB",
	      KIB(frames), KIB(max_low_pfn));
found:
	bootmem_reserve((u64)r.start << PAGE_SHIFT, (u64)(r.start + frames) << PAGE_SHIFT);
	piece = __va(pfn_to_phys(r.start));
	memset(piece, 0, frames << PAGE_SHIFT);
	return piece;
}

/* mark_reserved - frames [start, end) are not the allocator's; one holder for ever. */
static void __init mark_reserved(unsigned long start, unsigned long end)
{
	struct page *page;

	for (page = pfn_to_page(start); page < pfn_to_page(end); page++) {
		page->flags = BIT(PG_reserved);
		atomic_set(&page->count, 1);
	}
}

static unsigned long __init total_frames(void)
{
	unsigned long frames = 0;
	unsigned int i;

	for (i = 0; i < memory.nr; i++)
		frames += memory.range[i].end - memory.range[i].start;
	return frames;
}

void __init mem_init(void)
{
	size_t map_size = max_low_pfn * sizeof(struct page);
	unsigned long total = total_frames();
	unsigned long done = 0;
	struct page *map;
	struct range r;
	void *zero;

	BUILD_BUG_ON(sizeof(struct page) != 32);
	zero = bootmem_alloc(PAGE_SIZE);
	map = bootmem_alloc(map_size);
	mem_map = map;
	zero_page = virt_to_page(zero);
	page_alloc_init();
	while (next_free(done, &r)) {
		mark_reserved(done, r.start);
		page_alloc_add(r.start, r.end);
		done = r.end;
	}
	mark_reserved(done, max_low_pfn);
	atomic_set(&zero_page->count, 2);	/* nobody is its last owner: a write always copies */

	if (KIB(nr_free_pages()) < MIN_FREE_KIB)
		panic("mem: too little memory: of %lu KiB, %lu KiB are left after kernel and archives;"
		      " %u KiB are needed", KIB(total), KIB(nr_free_pages()), MIN_FREE_KIB);
	pr_info("mem: %lu KiB of memory, %lu KiB free, frame table %lu KiB\n",
		KIB(total), KIB(nr_free_pages()), (unsigned long)map_size >> 10);
}

void free_reserved_area(void *start, void *end, const char *what)
{
	unsigned long pfn = phys_to_pfn(__pa(start)), last = phys_to_pfn(__pa(end)), first;
	unsigned long freed = 0;

	BUG_ON(((unsigned long)start | (unsigned long)end) & ~PAGE_MASK);
	BUG_ON(pfn > last || last > max_low_pfn);
	while (pfn < last) {
		for (first = pfn; pfn < last && PageReserved(pfn_to_page(pfn)); pfn++)
			BUG_ON(page_count(pfn_to_page(pfn)) != 1 || pfn_to_page(pfn) == zero_page);
		page_alloc_add(first, pfn);
		freed += pfn - first;
		while (pfn < last && !PageReserved(pfn_to_page(pfn)))
			pfn++;			/* adopted */
	}
	pr_info("mem: %lu KiB freed: %s\n", KIB(freed), what);
}
