/* SPDX-License-Identifier: MIT */
/* vmalloc_test.c - virtually contiguous memory and kernel stacks: mm/vmalloc.c. */
#include <nopage/ktest.h>
#include <nopage/mm.h>
#include <nopage/slab.h>
#include <nopage/string.h>

#define PAGES	16

/* S13: contiguous addresses, frames from anywhere. */
KTEST(vmalloc, scattered_frames)
{
	unsigned long free = nr_free_pages(), i;
	u8 *p = vmalloc(PAGES * PAGE_SIZE - 100);
	struct page *page, *last = NULL;
	unsigned int jumps = 0;

	KT_ASSERT(p != NULL);
	KT_TRUE((unsigned long)p >= VMALLOC_START && (unsigned long)p < VMALLOC_END);
	KT_EQ((unsigned long)p & ~PAGE_MASK, 0);
	KT_TRUE(nr_free_pages() <= free - PAGES);
	memset(p, 0x5a, PAGES * PAGE_SIZE);
	for (i = 0; i < PAGES; i++, last = page) {
		page = vmalloc_to_page(p + i * PAGE_SIZE + 17);
		KT_ASSERT(page != NULL);
		KT_EQ(page_count(page), 1);
		KT_TRUE(memchr_inv(page_address(page), 0x5a, PAGE_SIZE) == NULL);
		jumps += i && page_to_pfn(page) != page_to_pfn(last) + 1;
	}
	KT_TRUE(jumps > 0);
	vfree(p);
	KT_TRUE(vmalloc_to_page(p) == NULL);
}

KTEST(vmalloc, guard_pages)
{
	char *p = vmalloc(3 * PAGE_SIZE), *q = vmalloc(PAGE_SIZE);
	const char *text;

	KT_ASSERT(p && q);
	KT_TRUE(pte_none(*kernel_pte((unsigned long)p + 3 * PAGE_SIZE)));
	KT_TRUE(pte_none(*kernel_pte((unsigned long)q + PAGE_SIZE)));
	KT_TRUE(pte_none(*kernel_pte((unsigned long)p - PAGE_SIZE)));
	KT_TRUE(vmalloc_to_page(p + 3 * PAGE_SIZE) == NULL);
	text = vmalloc_guard_of((unsigned long)p + 3 * PAGE_SIZE + 8);
	KT_TRUE(text && strstr(text, "guard page"));
	KT_TRUE(vmalloc_guard_of((unsigned long)p) == NULL);
	KT_TRUE(vmalloc_guard_of(VMALLOC_END - 4) == NULL);
	vfree(q);
	vfree(p);
}

KTEST(vmalloc, stacks)
{
	char *a = alloc_stack(), *b = alloc_stack();
	const char *text;

	KT_ASSERT(a && b && a != b);
	KT_EQ((unsigned long)a % THREAD_SIZE, 0);
	KT_EQ((unsigned long)b % THREAD_SIZE, 0);
	KT_TRUE(vmalloc_to_page(a) && vmalloc_to_page(a + THREAD_SIZE - 1));
	KT_TRUE(vmalloc_to_page(a - 1) == NULL);
	KT_TRUE(vmalloc_to_page(a + THREAD_SIZE) == NULL);
	text = vmalloc_guard_of((unsigned long)a - 4);
	KT_TRUE(text && strstr(text, "below the kernel stack"));
	text = vmalloc_guard_of((unsigned long)b + THREAD_SIZE);
	KT_TRUE(text != NULL);
	free_stack(a);
	KT_TRUE(alloc_stack() == a);			/* it was kept, and poisoned */
	KT_TRUE(memchr_inv(a, 0xfc, THREAD_SIZE) == NULL);
	free_stack(a);
	free_stack(b);
}

/* More stacks than are kept: the others go back. */
KTEST(vmalloc, stack_cache)
{
	unsigned long mapped;
	unsigned int i;
	void *stack[24];

	vmalloc_cache_drain();
	mapped = nr_vmalloc_pages();
	for (i = 0; i < ARRAY_SIZE(stack); i++)
		KT_ASSERT((stack[i] = alloc_stack()) != NULL);
	KT_EQ(nr_vmalloc_pages(), mapped + ARRAY_SIZE(stack) * THREAD_SIZE / PAGE_SIZE);
	for (i = 0; i < ARRAY_SIZE(stack); i++)
		free_stack(stack[i]);
	KT_TRUE(nr_vmalloc_pages() <= mapped + 8 * THREAD_SIZE / PAGE_SIZE);
	KT_EQ(vmalloc_cache_drain(), 8 * THREAD_SIZE / PAGE_SIZE);
	KT_EQ(nr_vmalloc_pages(), mapped);
}

#define AREAS	64
#define STEPS	1500

/* Random areas: none overlaps another one or its guard page. */
KTEST(vmalloc, random)
{
	struct {
		u8 *p;
		unsigned long pages;
	} area[AREAS] = { };
	unsigned int i, j, k;

	for (i = 0; i < STEPS; i++) {
		j = kt_random() % AREAS;
		if (area[j].p) {
			for (k = 0; k < area[j].pages; k++)
				KT_EQ(area[j].p[k * PAGE_SIZE], j);
			KT_TRUE(!vmalloc_to_page(area[j].p + area[j].pages * PAGE_SIZE));
			vfree(area[j].p);
			area[j].p = NULL;
			continue;
		}
		area[j].pages = 1 + kt_random() % 6;
		area[j].p = vmalloc(area[j].pages * PAGE_SIZE);
		if (!area[j].p)
			continue;
		memset(area[j].p, j, area[j].pages * PAGE_SIZE);
	}
	for (j = 0; j < AREAS; j++)
		vfree(area[j].p);
}

/* A hole is filled again: addresses do not run out. */
KTEST(vmalloc, reuses_addresses)
{
	void *p = vmalloc(PAGE_SIZE), *first = p;
	unsigned int i;

	for (i = 0; i < 100; i++) {
		KT_ASSERT(p == first);
		vfree(p);
		p = vmalloc(PAGE_SIZE);
	}
	vfree(p);
}

/* So many pages that they are flushed all at once: nobody sees the frames of the area before. */
KTEST(vmalloc, large_areas_are_flushed)
{
	unsigned long size = 100 * PAGE_SIZE, i;
	u32 *p = vmalloc(size), *again;
	struct page *first = alloc_page(GFP_KERNEL);

	KT_ASSERT(p && first);
	for (i = 0; i < size / sizeof(*p); i += PAGE_SIZE / sizeof(*p))
		p[i] = i;
	vfree(p);
	put_page(first);			/* so that the next area's frames are others */
	again = vmalloc(size);
	KT_ASSERT(again == p);
	for (i = 0; i < size / sizeof(*p); i += PAGE_SIZE / sizeof(*p)) {
		p[i] = ~i;
		KT_EQ(*(u32 *)page_address(vmalloc_to_page(p + i)), ~i);
	}
	vfree(p);
}

KTEST(vmalloc, too_big)
{
	KT_TRUE(vmalloc(0) == NULL);
	KT_TRUE(vmalloc(VMALLOC_END - VMALLOC_START) == NULL);
	KT_TRUE(vmalloc(~0UL) == NULL);
	KT_TRUE(vmalloc((nr_free_pages() + 1) * PAGE_SIZE) == NULL);
	vfree(NULL);
}
