/* SPDX-License-Identifier: MIT */
/*
 * slab.c - objects of one size, many to a frame.
 *
 * A cache carves blocks of 2^order frames ("slabs") into slots of one size. The bookkeeping of a
 * slab is in the struct page of its first frame: freelist chains its free objects through
 * themselves, inuse counts the others. Slabs with a free object are on the cache's partial list,
 * full ones on the full list. Allocating takes from the first partial slab; slabs that become empty
 * go to the end of the list, and all but one of them back to the page allocator.
 *
 * Which slab an object is in follows from its address alone, because a block is aligned to its
 * size. All frames of a slab carry PG_slab and the cache, so that kfree() needs no size.
 *
 * A slot is the object; in the debug build it has more in it (slab_debug.c).
 *
 * Interrupts: handlers may allocate and free; cache locks are taken with interrupts off.
 */
#include "slab_def.h"
#include <nopage/mm.h>
#include <nopage/printk.h>
#include <nopage/string.h>

#define SLAB_MAX_ORDER	3
DEFINE_SPINLOCK(caches_lock);
LIST_HEAD(caches);

static struct kmem_cache cache_cache;		/* of struct kmem_cache: created without kmalloc */

/* ------------------------------------------------------------------ slabs */

/* Chain all objects of a new slab, the first in front. */
static void link_objects(struct kmem_cache *cache, struct page *slab)
{
	char *obj = first_object(cache, slab);
	unsigned int i;

	slab->freelist = obj;
	for (i = 0; i < cache->objects; i++, obj += cache->slot) {
		if (CONFIG_DEBUG)
			slab_debug_new(cache, obj);
		*link_of(cache, obj) = i + 1 < cache->objects ? obj + cache->slot : NULL;
	}
}

/* grow - one more slab of free objects. False: no memory. Takes the cache's lock. */
static bool grow(struct kmem_cache *cache, gfp_t gfp)
{
	struct page *slab = alloc_pages(gfp & ~__GFP_ZERO, cache->order);
	unsigned long flags;
	unsigned int i;

	if (!slab)
		return false;
	for (i = 0; i < 1U << cache->order; i++) {
		slab[i].flags |= BIT(PG_slab);
		slab[i].slab = cache;
	}
	slab->inuse = 0;
	link_objects(cache, slab);
	flags = spin_lock_irqsave(&cache->lock);
	list_add_tail(&slab->list, &cache->partial);
	cache->slabs++;
	cache->empty++;
	spin_unlock_irqrestore(&cache->lock, flags);
	return true;
}

/* release - an empty slab, already off the lists, goes back to the page allocator. */
static void release(struct kmem_cache *cache, struct page *slab)
{
	unsigned int i;

	BUG_ON(slab->inuse || slab->slab != cache);
	for (i = 0; i < 1U << cache->order; i++) {
		slab[i].flags &= ~BIT(PG_slab);
		slab[i].slab = NULL;
	}
	__free_pages(slab, cache->order);
}

/*
 * cut_empty - take one empty slab off the partial list, at whose end they are; NULL: none.
 * Locks: caller holds cache->lock.
 */
static struct page *cut_empty(struct kmem_cache *cache)
{
	struct page *slab;

	if (!cache->empty)
		return NULL;
	slab = list_last_entry(&cache->partial, struct page, list);
	BUG_ON(slab->inuse);
	list_del(&slab->list);
	cache->slabs--;
	cache->empty--;
	return slab;
}

/* ------------------------------------------------------------------ objects */

/* take_object - the first free object of the first partial slab. Lock held; partial not empty. */
static inline void *take_object(struct kmem_cache *cache)
{
	struct page *slab = list_first_entry(&cache->partial, struct page, list);
	void *obj = slab->freelist;

	slab->freelist = *link_of(cache, obj);
	if (slab->inuse++ == 0)
		cache->empty--;
	if (!slab->freelist)
		list_move(&slab->list, &cache->full);
	cache->inuse++;
	return obj;
}

static __always_inline void *alloc_object(struct kmem_cache *cache, gfp_t gfp, void *ip)
{
	unsigned long flags;
	void *obj;

	if (should_fail_alloc(gfp))
		return NULL;
	flags = spin_lock_irqsave(&cache->lock);
	while (unlikely(list_empty(&cache->partial))) {
		spin_unlock_irqrestore(&cache->lock, flags);
		if (!grow(cache, gfp))
			return NULL;
		flags = spin_lock_irqsave(&cache->lock);
	}
	obj = take_object(cache);
	spin_unlock_irqrestore(&cache->lock, flags);
	if (CONFIG_DEBUG)
		slab_debug_pass(cache, obj, true, ip);
	if (gfp & __GFP_ZERO)
		memset(obj, 0, cache->size);
	return obj;
}

static __always_inline void free_object(struct kmem_cache *cache, void *obj, void *ip)
{
	struct page *slab = slab_of(cache, obj), *surplus = NULL;
	unsigned long flags;

	if (CONFIG_DEBUG)
		slab_debug_pass(cache, obj, false, ip);
	BUG_ON(slab->slab != cache || !PageSlab(slab));
	flags = spin_lock_irqsave(&cache->lock);
	if (unlikely(!slab->freelist))
		list_move(&slab->list, &cache->partial);
	*link_of(cache, obj) = slab->freelist;
	slab->freelist = obj;
	cache->inuse--;
	if (unlikely(--slab->inuse == 0)) {
		if (cache->empty)
			surplus = cut_empty(cache);
		list_move_tail(&slab->list, &cache->partial);
		cache->empty++;
	}
	spin_unlock_irqrestore(&cache->lock, flags);
	if (unlikely(surplus != NULL))
		release(cache, surplus);
}

void *kmem_cache_alloc(struct kmem_cache *cache, gfp_t gfp)
{
	return alloc_object(cache, gfp, __builtin_return_address(0));
}

void kmem_cache_free(struct kmem_cache *cache, void *obj)
{
	free_object(cache, obj, __builtin_return_address(0));
}

unsigned long kmem_cache_inuse(struct kmem_cache *cache)
{
	return READ_ONCE(cache->inuse);
}

/* ------------------------------------------------------------------ caches */

/*
 * choose_order - the smallest slab of which at most a quarter is wasted, or the largest that
 * is allowed. Sets order and objects.
 */
static void choose_order(struct kmem_cache *cache)
{
	size_t room, waste;

	for (cache->order = 0; ; cache->order++) {
		room = slab_size(cache) - cache->start;
		cache->objects = room / cache->slot;
		waste = slab_size(cache) - cache->objects * cache->slot;
		if (waste <= slab_size(cache) / 4 || cache->order == SLAB_MAX_ORDER)
			break;
	}
	BUG_ON(cache->objects == 0);
}

/* cache_setup - compute the layout and put the cache on the list. */
static void cache_setup(struct kmem_cache *cache, const char *name, size_t size, size_t align)
{
	unsigned long flags;

	BUG_ON(size == 0 || size > SLAB_MAX_SIZE);
	BUG_ON(align & (align - 1) || align > 64);
	align = max(align, WORD);
	*cache = (struct kmem_cache){ .name = name, .size = size };
	cache->slot = ALIGN(size, WORD);
	if (CONFIG_DEBUG)
		slab_debug_layout(cache, align);
	cache->slot = ALIGN(cache->slot, align);
	choose_order(cache);
	spin_lock_init(&cache->lock);
	INIT_LIST_HEAD(&cache->partial);
	INIT_LIST_HEAD(&cache->full);
	flags = spin_lock_irqsave(&caches_lock);
	list_add_tail(&cache->caches, &caches);
	spin_unlock_irqrestore(&caches_lock, flags);
}

struct kmem_cache *kmem_cache_create(const char *name, size_t size, size_t align)
{
	struct kmem_cache *cache = kmem_cache_alloc(&cache_cache, GFP_KERNEL);

	if (cache)
		cache_setup(cache, name, size, align);
	return cache;
}

/* cache_shrink - release all empty slabs; returns the pages freed. */
static unsigned long cache_shrink(struct kmem_cache *cache)
{
	unsigned long flags, pages = 0;
	struct page *slab;

	for (;;) {
		flags = spin_lock_irqsave(&cache->lock);
		slab = cut_empty(cache);
		spin_unlock_irqrestore(&cache->lock, flags);
		if (!slab)
			return pages;
		release(cache, slab);
		pages += 1UL << cache->order;
	}
}

void kmem_cache_destroy(struct kmem_cache *cache)
{
	unsigned long flags;

	if (cache->inuse)
		panic("slab %s: destroyed with %lu objects in use", cache->name, cache->inuse);
	cache_shrink(cache);
	BUG_ON(!list_empty(&cache->partial) || !list_empty(&cache->full));
	flags = spin_lock_irqsave(&caches_lock);
	list_del(&cache->caches);
	spin_unlock_irqrestore(&caches_lock, flags);
	kmem_cache_free(&cache_cache, cache);
}

unsigned long kmem_cache_shrink_all(void)
{
	unsigned long flags = spin_lock_irqsave(&caches_lock);
	struct kmem_cache *cache;
	unsigned long pages = 0;

	list_for_each_entry(cache, &caches, caches)
		pages += cache_shrink(cache);
	spin_unlock_irqrestore(&caches_lock, flags);
	return pages;
}

bool slab_stat(unsigned int n, struct slab_stat *stat)
{
	unsigned long flags = spin_lock_irqsave(&caches_lock);
	struct kmem_cache *cache;
	bool found = false;

	list_for_each_entry(cache, &caches, caches) {
		if (n--)
			continue;
		*stat = (struct slab_stat){
			.name = cache->name, .inuse = cache->inuse,
			.objects = cache->slabs * cache->objects,
			.slabs = cache->slabs, .empty = cache->empty,
			.size = cache->slot, .per_slab = cache->objects, .pages = 1U << cache->order,
		};
		found = true;
		break;
	}
	spin_unlock_irqrestore(&caches_lock, flags);
	return found;
}

/* ------------------------------------------------------------------ kmalloc */

static const struct {
	const char *name;
	size_t size;
} sizes[] = {
	{ "kmalloc-16", 16 }, { "kmalloc-32", 32 }, { "kmalloc-64", 64 }, { "kmalloc-96", 96 },
	{ "kmalloc-128", 128 }, { "kmalloc-192", 192 }, { "kmalloc-256", 256 },
	{ "kmalloc-512", 512 }, { "kmalloc-1024", 1024 }, { "kmalloc-2048", KMALLOC_MAX },
};

static struct kmem_cache *kmalloc_caches[ARRAY_SIZE(sizes)];

/* Up to 192 bytes: index into sizes[] by the number of 16-byte units, rounded up. */
static const u8 small_index[] = { 0, 0, 1, 2, 2, 3, 3, 4, 4, 5, 5, 5, 5 };

/* size: up to KMALLOC_MAX. */
static inline struct kmem_cache *cache_for(size_t size)
{
	if (size <= 192)
		return kmalloc_caches[small_index[(size + 15) / 16]];
	return kmalloc_caches[6 + (24 - __builtin_clz((unsigned int)size - 1))];
}

/* kmalloc_pages - whole pages; alloc_pages() keeps the order in the first struct page. */
static void *noinline kmalloc_pages(size_t size, gfp_t gfp)
{
	unsigned int order = 0;

	while (order < MAX_ORDER && PAGE_SIZE << order < size)
		order++;
	return order < MAX_ORDER ? __get_free_pages(gfp, order) : NULL;
}

void *kmalloc(size_t size, gfp_t gfp)
{
	if (unlikely(size > KMALLOC_MAX))
		return kmalloc_pages(size, gfp);
	return alloc_object(cache_for(size), gfp, __builtin_return_address(0));
}

void kfree(const void *obj)
{
	struct page *page;

	if (!obj)
		return;
	BUG_ON((unsigned long)obj < PAGE_OFFSET || phys_to_pfn(__pa(obj)) >= max_low_pfn);
	page = virt_to_page(obj);
	if (likely(PageSlab(page)))
		free_object(page->slab, (void *)obj, __builtin_return_address(0));
	else
		free_pages((void *)obj, page_order(page));
}

void __init slab_init(void)
{
	unsigned int i;

	cache_setup(&cache_cache, "kmem_cache", sizeof(struct kmem_cache), 0);
	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		kmalloc_caches[i] = kmem_cache_create(sizes[i].name, sizes[i].size, 16);
		if (!kmalloc_caches[i])
			panic("slab: no memory for the cache %s", sizes[i].name);
	}
}
