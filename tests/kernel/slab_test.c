/* SPDX-License-Identifier: MIT */
/* slab_test.c - object caches and kmalloc: mm/slab.c. */
#include "../../mm/slab_def.h"
#include <nopage/ktest.h>
#include <nopage/mm.h>
#include <nopage/slab.h>
#include <nopage/string.h>

static bool says(const char *sentence, const char *want)
{
	return sentence && strstr(sentence, want);
}

/* Bytes that may be used: the size that the name of its cache says, or whole pages. */
static size_t usable_size(const void *obj)
{
	const struct page *page = virt_to_page(obj);

	return PageSlab(page) ? page->slab->size : PAGE_SIZE << page_order(page);
}

/* --- many sizes: every object is aligned, holds its size, and overlaps no other --- */

#define MANY	300

static void fill_and_check(struct kmem_cache *cache, size_t size, size_t align)
{
	u8 **obj = kzalloc(MANY * sizeof(*obj), GFP_KERNEL);
	unsigned int i;

	KT_ASSERT(obj != NULL);
	for (i = 0; i < MANY; i++) {
		obj[i] = kmem_cache_alloc(cache, GFP_KERNEL);
		if (!KT_TRUE(obj[i] != NULL))
			break;
		KT_EQ((unsigned long)obj[i] % align, 0);
		memset(obj[i], (u8)i, size);
	}
	KT_EQ(kmem_cache_inuse(cache), MANY);
	slab_validate();
	while (i--) {
		KT_TRUE(memchr_inv(obj[i], (u8)i, size) == NULL);
		kmem_cache_free(cache, obj[i]);
	}
	KT_EQ(kmem_cache_inuse(cache), 0);
	kfree(obj);
}

KTEST(slab, sizes)
{
	static const size_t size[] = { 1, 3, 4, 12, 31, 64, 100, 255, 500, 1000, 2048, 3000, 4096 };
	struct kmem_cache *cache;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(size); i++) {
		cache = kmem_cache_create("test-size", size[i], 0);
		KT_ASSERT(cache != NULL);
		fill_and_check(cache, size[i], 4);
		kmem_cache_destroy(cache);
	}
}

KTEST(slab, alignment)
{
	struct kmem_cache *cache;
	size_t align;

	for (align = 4; align <= 64; align *= 2) {
		cache = kmem_cache_create("test-align", 20, align);
		KT_ASSERT(cache != NULL);
		fill_and_check(cache, 20, align);
		kmem_cache_destroy(cache);
	}
}

/* --- random sizes and order against a model --- */

#define SLOTS	256
#define STEPS	6000

struct piece {
	u8 *p;
	size_t size;
	u8 byte;
};

static void check_and_free(struct piece *m)
{
	KT_TRUE(memchr_inv(m->p, m->byte, m->size) == NULL);
	kfree(m->p);
	m->p = NULL;
}

KTEST(slab, kmalloc_random)
{
	struct piece *piece = kzalloc(SLOTS * sizeof(*piece), GFP_KERNEL);
	unsigned int i;

	KT_ASSERT(piece != NULL);
	for (i = 0; i < STEPS; i++) {
		struct piece *m = &piece[kt_random() % SLOTS];

		if (m->p) {
			check_and_free(m);
			continue;
		}
		m->size = 1 + kt_random() % (kt_random() % 16 ? 600 : 9000);
		m->byte = (u8)kt_random();
		m->p = kmalloc(m->size, GFP_KERNEL);
		if (!KT_TRUE(m->p != NULL))
			break;
		KT_TRUE(usable_size(m->p) >= m->size);
		memset(m->p, m->byte, m->size);
		if (i % 1000 == 0)
			slab_validate();
	}
	for (i = 0; i < SLOTS; i++)
		if (piece[i].p)
			check_and_free(&piece[i]);
	kfree(piece);
}

/* The class for every size is the smallest that is large enough. */
KTEST(slab, kmalloc_classes)
{
	static const size_t class[] = { 16, 32, 64, 96, 128, 192, 256, 512, 1024, 2048 };
	unsigned int i = 0;
	size_t size;
	void *p;

	for (size = 1; size <= KMALLOC_MAX; size++) {
		if (size > class[i])
			i++;
		p = kmalloc(size, GFP_KERNEL);
		KT_ASSERT(p != NULL);
		KT_EQ(usable_size(p), class[i]);
		kfree(p);
	}
}

KTEST(slab, kmalloc_pages)
{
	unsigned long free = nr_free_pages();
	void *p = kmalloc(KMALLOC_MAX + 1, GFP_KERNEL), *q = kmalloc(2 * PAGE_SIZE, GFP_KERNEL);

	KT_ASSERT(p && q);
	KT_EQ(usable_size(p), PAGE_SIZE);
	KT_EQ(usable_size(q), 2 * PAGE_SIZE);
	kfree(q);
	q = kzalloc(5 * PAGE_SIZE, GFP_KERNEL);
	KT_ASSERT(q != NULL);
	KT_EQ(usable_size(q), 8 * PAGE_SIZE);
	KT_EQ(nr_free_pages(), free - 9);
	KT_TRUE(memchr_inv(q, 0, 8 * PAGE_SIZE) == NULL);
	KT_EQ((unsigned long)q, PAGE_OFFSET + __pa(q).addr);
	kfree(p);
	kfree(q);
	KT_EQ(nr_free_pages(), free);
	KT_TRUE(kmalloc((PAGE_SIZE << (MAX_ORDER - 1)) + 1, GFP_KERNEL) == NULL);
	kfree(NULL);
}

KTEST(slab, zeroed)
{
	u8 *p = kmalloc(200, GFP_KERNEL);

	KT_ASSERT(p != NULL);
	memset(p, 0xaa, 200);
	kfree(p);
	p = kzalloc(200, GFP_KERNEL);
	KT_ASSERT(p != NULL);
	KT_TRUE(memchr_inv(p, 0, 200) == NULL);
	kfree(p);
}

/* ------------------------------------------------------------------ damage is found */

/* Bytes around and in an object, written to and put back before the allocator looks. */
KTEST(slab, red_zones)
{
	struct kmem_cache *cache = kmem_cache_create("test-red", 21, 0);
	u8 *p, saved;

	KT_ASSERT(cache != NULL);
	p = kmem_cache_alloc(cache, GFP_KERNEL);
	KT_ASSERT(p != NULL);
	memset(p, 0, 21);
	KT_TRUE(slab_check_object(cache, p, true) == NULL);

	saved = p[21];				/* padding behind an odd size */
	p[21] = ~saved;
	KT_TRUE(says(slab_check_object(cache, p, true), "behind"));
	p[21] = saved;
	saved = p[24];				/* red zone */
	p[24] = ~saved;
	KT_TRUE(says(slab_check_object(cache, p, true), "behind"));
	p[24] = saved;
	saved = p[-1];
	p[-1] = ~saved;
	KT_TRUE(says(slab_check_object(cache, p, true), "in front"));
	p[-1] = saved;

	KT_TRUE(slab_check_object(cache, p, true) == NULL);
	kmem_cache_free(cache, p);
	kmem_cache_destroy(cache);
}

KTEST(slab, use_after_free)
{
	struct kmem_cache *cache = kmem_cache_create("test-poison", 40, 0);
	u8 *p, *other, saved;

	KT_ASSERT(cache != NULL);
	other = kmem_cache_alloc(cache, GFP_KERNEL);
	p = kmem_cache_alloc(cache, GFP_KERNEL);
	KT_ASSERT(p && other);
	KT_TRUE(slab_check_object(cache, p, false) != NULL);
	kmem_cache_free(cache, p);
	KT_TRUE(slab_check_object(cache, p, false) == NULL);
	saved = p[39];
	p[39] = 0;
	KT_TRUE(says(slab_check_object(cache, p, false), "after it was freed"));
	p[39] = saved;
	KT_TRUE(slab_check_object(cache, p, false) == NULL);
	kmem_cache_free(cache, other);
	kmem_cache_destroy(cache);
}

KTEST(slab, wrong_free)
{
	struct kmem_cache *one = kmem_cache_create("test-one", 40, 0);
	struct kmem_cache *two = kmem_cache_create("test-two", 40, 0);
	u8 *p, *other, *pages;

	KT_ASSERT(one && two);
	other = kmem_cache_alloc(one, GFP_KERNEL);
	p = kmem_cache_alloc(one, GFP_KERNEL);
	pages = __get_free_pages(GFP_KERNEL, 0);
	KT_ASSERT(p && other && pages);
	KT_TRUE(says(slab_check_object(two, p, true), "another cache"));
	KT_TRUE(says(slab_check_object(one, p + 4, true), "not the start"));
	KT_TRUE(says(slab_check_object(one, pages, true), "no slab"));
	KT_TRUE(says(slab_check_object(one, (void *)0x1000, true), "no slab"));
	kmem_cache_free(one, p);
	KT_TRUE(says(slab_check_object(one, p, true), "free already"));
	kmem_cache_free(one, other);
	KT_TRUE(says(slab_check_object(one, other, true), "free already"));
	free_pages(pages, 0);
	kmem_cache_destroy(one);
	kmem_cache_destroy(two);
}

/* ------------------------------------------------------------------ frames of a cache */

/* All but one of the empty slabs go back at once, that one when asked to. */
KTEST(slab, empty_slabs_return)
{
	struct kmem_cache *cache = kmem_cache_create("test-shrink", 500, 0);
	unsigned long free;
	unsigned int i;
	void *obj[64];

	KT_ASSERT(cache != NULL);
	kmem_cache_shrink_all();
	free = nr_free_pages();
	for (i = 0; i < ARRAY_SIZE(obj); i++)
		KT_ASSERT((obj[i] = kmem_cache_alloc(cache, GFP_KERNEL)) != NULL);
	KT_TRUE(nr_free_pages() <= free - 8);
	for (i = 0; i < ARRAY_SIZE(obj); i++)
		kmem_cache_free(cache, obj[i]);
	KT_TRUE(nr_free_pages() >= free - 2);
	KT_TRUE(nr_free_pages() < free);
	KT_TRUE(kmem_cache_shrink_all() > 0);
	KT_EQ(nr_free_pages(), free);
	kmem_cache_destroy(cache);
}

/* Freed last, handed out first: objects are re-used before a cache grows. */
KTEST(slab, reuse)
{
	void *p = kmalloc(64, GFP_KERNEL), *q;

	KT_ASSERT(p != NULL);
	kfree(p);
	q = kmalloc(64, GFP_KERNEL);
	KT_TRUE(p == q);
	kfree(q);
}
