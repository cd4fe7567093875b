/* SPDX-License-Identifier: MIT */
/* buddy_test.c - the page allocator: mm/page_alloc.c. */
#include <nopage/ktest.h>
#include <nopage/mm.h>
#include <nopage/percpu.h>
#include <nopage/slab.h>
#include <nopage/string.h>

/* Free blocks by order: a function of which frames are free, and of nothing else. */
struct counts {
	unsigned long n[MAX_ORDER];
};

static struct counts take_counts(void)
{
	struct counts c;
	unsigned int i;

	drain_hot_pages();
	for (i = 0; i < MAX_ORDER; i++)
		c.n[i] = nr_free_blocks(i);
	return c;
}

static void expect_counts(const struct counts *want)
{
	struct counts got = take_counts();
	unsigned int i;

	for (i = 0; i < MAX_ORDER; i++)
		KT_EQ(got.n[i], want->n[i]);
	buddy_validate();
}

/* From order 1 on: a block comes from the smallest sufficient one; the rest of that is cut up. */
KTEST(buddy, split_exact)
{
	struct counts before = take_counts(), want;
	unsigned int order, from;
	struct page *page;

	for (order = 1; order < MAX_ORDER; order++) {
		want = before;
		for (from = order; from < MAX_ORDER && !want.n[from]; from++)
			;
		if (from == MAX_ORDER)
			break;
		want.n[from]--;
		while (from-- > order)
			want.n[from]++;
		page = alloc_pages(GFP_KERNEL, order);
		KT_ASSERT(page != NULL);
		KT_EQ(page_order(page), order);
		KT_EQ(page_to_pfn(page) & ((1UL << order) - 1), 0);
		expect_counts(&want);
		__free_pages(page, order);
		expect_counts(&before);
	}
	KT_TRUE(order > 1);
}

#define SINGLES	512

KTEST(buddy, coalesce)
{
	struct counts before = take_counts();
	struct page *page[SINGLES];
	unsigned int i, left;

	for (i = 0; i < SINGLES; i++)
		KT_ASSERT((page[i] = alloc_page(GFP_KERNEL)) != NULL);
	for (left = SINGLES; left; left--) {
		i = kt_random() % left;
		put_page(page[i]);
		page[i] = page[left - 1];
	}
	expect_counts(&before);
}

/* --- random operations against a model that knows which frames are whose --- */

#define BLOCKS		128
#define STEPS		4000

struct block {
	struct page *page;
	unsigned int order;
	u32 stamp;
};

/* The first and last word of every frame of a block hold its stamp. */
static void stamp_block(struct block *b)
{
	unsigned long words = (PAGE_SIZE / 4) << b->order, i;
	u32 *p = page_address(b->page);

	b->stamp = kt_random();
	for (i = 0; i < words; i += PAGE_SIZE / 4) {
		p[i] = b->stamp + i;
		p[i + PAGE_SIZE / 4 - 1] = ~b->stamp - i;
	}
}

static bool stamp_intact(const struct block *b)
{
	unsigned long words = (PAGE_SIZE / 4) << b->order, i;
	const u32 *p = page_address(b->page);

	for (i = 0; i < words; i += PAGE_SIZE / 4)
		if (p[i] != b->stamp + i || p[i + PAGE_SIZE / 4 - 1] != ~b->stamp - i)
			return false;
	return true;
}

static unsigned long free_model_block(struct block *b)
{
	unsigned long frames = 1UL << b->order;

	KT_TRUE(stamp_intact(b));
	KT_EQ(page_count(b->page), 1);
	__free_pages(b->page, b->order);
	b->page = NULL;
	return frames;
}

KTEST(buddy, random_model)
{
	struct block *blocks = kzalloc(BLOCKS * sizeof(*blocks), GFP_KERNEL);
	struct counts before;
	unsigned long free;
	unsigned int i;

	KT_ASSERT(blocks != NULL);
	before = take_counts();
	free = nr_free_pages();
	for (i = 0; i < STEPS; i++) {
		struct block *b = &blocks[kt_random() % BLOCKS];

		if (b->page) {
			free += free_model_block(b);
		} else {
			b->order = kt_random() % 8 ? kt_random() % 3 : kt_random() % 6;
			b->page = alloc_pages(GFP_KERNEL, b->order);
			if (!b->page)
				continue;
			free -= 1UL << b->order;
			KT_EQ(page_to_pfn(b->page) & ((1UL << b->order) - 1), 0);
			stamp_block(b);
		}
		KT_EQ(nr_free_pages(), free);
		if (i % 500 == 0)
			buddy_validate();
	}
	for (i = 0; i < BLOCKS; i++)
		if (blocks[i].page)
			free_model_block(&blocks[i]);
	expect_counts(&before);
	kfree(blocks);
}

/* Everything there is, largest blocks first, then single frames, down to nothing. */
KTEST(buddy, exhaustion)
{
	struct counts before = take_counts();
	unsigned long free = nr_free_pages(), got = 0;
	struct page *page, *next;
	int order;
	LIST_HEAD(all);

	for (order = MAX_ORDER - 1; order >= 0; order--) {
		while ((page = alloc_pages(GFP_KERNEL, order))) {
			list_add(&page->list, &all);
			got += 1UL << order;
		}
	}
	KT_EQ(got, free);
	KT_EQ(nr_free_pages(), 0);
	KT_TRUE(kmalloc(3 * PAGE_SIZE, GFP_KERNEL) == NULL);
	KT_TRUE(vmalloc(PAGE_SIZE) == NULL);
	list_for_each_entry_safe(page, next, &all, list)
		__free_pages(page, page_order(page));
	KT_EQ(nr_free_pages(), free);
	expect_counts(&before);
}

static bool is_free(const struct page *page)
{
	return page_flag(page, PG_free) || page_flag(page, PG_hot);
}

/*
 * Scattered single frames: no block of two although half of the memory is free. With one more there
 * is, even if that has only come as far as the hot list.
 */
KTEST(buddy, fragmentation)
{
	struct counts before = take_counts();
	struct page *page, *next;
	LIST_HEAD(odd);
	LIST_HEAD(even);

	while ((page = alloc_page(GFP_KERNEL)))
		list_add(&page->list, page_to_pfn(page) & 1 ? &odd : &even);
	list_for_each_entry_safe(page, next, &even, list)
		put_page(page);
	KT_TRUE(nr_free_pages() > 1);
	KT_TRUE(alloc_pages(GFP_KERNEL, 1) == NULL);
	list_for_each_entry(page, &odd, list)
		if (is_free(page - 1))
			break;
	list_del(&page->list);
	put_page(page);
	next = alloc_pages(GFP_KERNEL, 1);
	if (KT_TRUE(next == page - 1))
		__free_pages(next, 1);
	list_for_each_entry_safe(page, next, &odd, list)
		put_page(page);
	expect_counts(&before);
}

/* ------------------------------------------------------------------ wrong frees */

static bool says(const char *sentence, const char *want)
{
	return sentence && strstr(sentence, want);
}

KTEST(buddy, double_free_detected)
{
	struct page *page = alloc_page(GFP_KERNEL);

	KT_ASSERT(page != NULL);
	KT_TRUE(says(page_free_error(page, 0), "still holds"));
	put_page(page);
	KT_TRUE(says(page_free_error(page, 0), "free already"));	/* in the hot list */
	drain_hot_pages();
	KT_TRUE(says(page_free_error(page, 0), "free already"));	/* inside a free block */

	page = alloc_pages(GFP_KERNEL, 2);
	KT_ASSERT(page != NULL);
	__free_pages(page, 2);
	KT_TRUE(says(page_free_error(page, 2), "free already"));
	KT_TRUE(says(page_free_error(page + 3, 0), "free already"));
}

KTEST(buddy, bad_free_detected)
{
	struct page *page = alloc_pages(GFP_KERNEL, 2);
	void *object = kmalloc(32, GFP_KERNEL);

	KT_ASSERT(page && object);
	KT_TRUE(says(page_free_error(zero_page, 0), "reserved"));
	KT_TRUE(says(page_free_error(mem_map + max_low_pfn, 0), "no such frame"));
	KT_TRUE(says(page_free_error(mem_map - 1, 0), "no such frame"));
	KT_TRUE(says(page_free_error(page, MAX_ORDER), "no block"));
	KT_TRUE(says(page_free_error(page + 1, 1), "no block"));
	KT_TRUE(says(page_free_error(virt_to_page(object), 0), "slab"));
	atomic_set(&page->count, 0);
	KT_TRUE(says(page_free_error(page, 0), "another order"));
	KT_TRUE(says(page_free_error(page, 1), "another order"));
	KT_TRUE(says(page_free_error(page + 2, 1), "middle"));
	KT_TRUE(page_free_error(page, 2) == NULL);
	atomic_set(&page->count, 1);
	__free_pages(page, 2);
	kfree(object);
}

/* ------------------------------------------------------------------ contents and counts */

KTEST(buddy, zeroed)
{
	struct page *page = alloc_pages(GFP_KERNEL, 3);

	KT_ASSERT(page != NULL);
	memset(page_address(page), 0xaa, PAGE_SIZE << 3);
	__free_pages(page, 3);
	page = alloc_pages(GFP_KERNEL | __GFP_ZERO, 3);
	KT_ASSERT(page != NULL);
	KT_TRUE(memchr_inv(page_address(page), 0, PAGE_SIZE << 3) == NULL);
	__free_pages(page, 3);
}

KTEST(buddy, last_holder_frees)
{
	unsigned long free = nr_free_pages();
	struct page *page = alloc_page(GFP_KERNEL);

	KT_ASSERT(page != NULL);
	KT_EQ(page_count(page), 1);
	get_page(page);
	KT_EQ(page_count(page), 2);
	put_page(page);
	KT_EQ(nr_free_pages(), free - 1);
	put_page(page);
	KT_EQ(nr_free_pages(), free);
}

/* The frame freed last is the one that comes next, and the list does not grow without end. */
KTEST(buddy, hot_list)
{
	struct page *page[SINGLES], *again;
	unsigned int i;

	for (i = 0; i < SINGLES; i++)
		KT_ASSERT((page[i] = alloc_page(GFP_KERNEL)) != NULL);
	for (i = 0; i < SINGLES; i++)
		put_page(page[i]);
	KT_TRUE(this_cpu()->hot.count < SINGLES);
	again = alloc_page(GFP_KERNEL);
	KT_TRUE(again == page[SINGLES - 1]);
	put_page(again);
	drain_hot_pages();
	KT_EQ(this_cpu()->hot.count, 0);
}

KTEST(buddy, addresses)
{
	void *p = __get_free_pages(GFP_KERNEL, 1);

	KT_ASSERT(p != NULL);
	KT_EQ((unsigned long)p, PAGE_OFFSET + __pa(p).addr);
	KT_TRUE(page_address(virt_to_page(p)) == p);
	KT_TRUE(pfn_to_page(page_to_pfn(virt_to_page(p))) == virt_to_page(p));
	KT_TRUE(PageReserved(mem_map));			/* 0 means "no frame" */
	KT_TRUE(PageReserved(zero_page));
	KT_TRUE(memchr_inv(page_address(zero_page), 0, PAGE_SIZE) == NULL);
	free_pages(p, 1);
}
