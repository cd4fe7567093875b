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
 * Debug build, a slot:
 *
 *	red zone | object, rounded up to words | red zone | struct track
 *
 * The red zones say whether the object is in use; a free object is filled with poison; its link
 * to the next one is in the track, out of reach of its last user. What does not match is reported
 * with the functions that last allocated and freed the object. Release build, a slot: the object.
 *
 * Interrupts: handlers may allocate and free; cache locks are taken with interrupts off.
 */
#include <nopage/slab.h>
#include <nopage/ksyms.h>
#include <nopage/mm.h>
#include <nopage/printk.h>
#include <nopage/spinlock.h>
#include <nopage/string.h>

#define SLAB_MAX_ORDER	3
#define WORD		sizeof(void *)

#define RED_INUSE	0xa11ca7ed	/* red zone of an object in use .. */
#define RED_FREE	0xf4eef4ee	/* .. of a free one */
#define POISON_FREE	0xfd		/* bytes of a free object .. */
#define POISON_NEW	0xfa		/* .. of one not yet written to by its owner */

struct kmem_cache {
	/* constant after creation */
	const char *name;
	size_t size;			/* as the user asked for */
	size_t slot;			/* distance of two objects */
	size_t start;			/* of the first object within a slab */
	size_t track;			/* of an object's struct track; release: unused */
	unsigned int order;
	unsigned int objects;		/* per slab */
	struct list_head caches;	/* caches_lock */

	spinlock_t lock;
	/* lock */
	struct list_head partial, full;	/* of page.list */
	unsigned long inuse;		/* objects */
	unsigned long slabs;
	unsigned int empty;		/* slabs on partial without any object in use */
};

/* Debug build: behind the second red zone of each object. */
struct track {
	void *next;			/* free objects: the freelist */
	void *alloc_ip, *free_ip;	/* who did it last; NULL: nobody yet */
};

static spinlock_t caches_lock = SPINLOCK_INIT;
static LIST_HEAD(caches);			/* of kmem_cache.caches */

static struct kmem_cache cache_cache;		/* of struct kmem_cache: created without kmalloc */

/* ------------------------------------------------------------------ a slot */

static inline struct track *track_of(const struct kmem_cache *cache, const void *obj)
{
	return (struct track *)((char *)obj + cache->track);
}

/* Where a free object's link to the next one is. */
static inline void **link_of(const struct kmem_cache *cache, const void *obj)
{
	return CONFIG_DEBUG ? &track_of(cache, obj)->next : (void **)obj;
}

static inline size_t slab_size(const struct kmem_cache *cache)
{
	return PAGE_SIZE << cache->order;
}

/* slab_of - the slab that obj would be in. */
static inline struct page *slab_of(const struct kmem_cache *cache, const void *obj)
{
	return virt_to_page((void *)((unsigned long)obj & ~(slab_size(cache) - 1)));
}

static inline void *first_object(const struct kmem_cache *cache, const struct page *slab)
{
	return (char *)page_address(slab) + cache->start;
}

/* The words of both red zones; the second has the object's padding in front of it. */
static inline u32 *red_before(const void *obj)
{
	return (u32 *)obj - 1;
}

static inline u32 *red_after(const struct kmem_cache *cache, const void *obj)
{
	return (u32 *)track_of(cache, obj) - 1;
}

/* mark - debug: write the red zones and fill the object, padding included. */
static void mark(struct kmem_cache *cache, void *obj, u32 red, u8 fill)
{
	memset(obj, fill, (char *)red_after(cache, obj) - (char *)obj);
	*red_before(obj) = red;
	*red_after(cache, obj) = red;
}

/* Debug: the checks that need red zones. */
static const char *check_marks(struct kmem_cache *cache, const void *obj, bool inuse)
{
	const char *padding = (const char *)obj + (inuse ? cache->size : 0);
	u32 red = inuse ? RED_INUSE : RED_FREE;

	if (inuse && *red_before(obj) == RED_FREE && *red_after(cache, obj) == RED_FREE)
		return "it is free already";
	if (*red_before(obj) != red)
		return "something wrote in front of it";
	if (*red_after(cache, obj) != red)
		return "something wrote behind it";
	if (memchr_inv(padding, inuse ? POISON_NEW : POISON_FREE,
		       (const char *)red_after(cache, obj) - padding))
		return inuse ? "something wrote behind it" : "it was written to after it was freed";
	return NULL;
}

/* is_slab_memory - is obj in a frame of some slab? Then page->slab is its cache. */
static bool is_slab_memory(const void *obj)
{
	return (unsigned long)obj >= PAGE_OFFSET && phys_to_pfn(__pa(obj)) < max_low_pfn &&
	       PageSlab(virt_to_page(obj));
}

/* check_place - is obj where an object of the cache can be? A sentence, or NULL: it is. */
static const char *check_place(struct kmem_cache *cache, const void *obj)
{
	size_t offset;

	if (!is_slab_memory(obj))
		return "it is in no slab";
	if (virt_to_page(obj)->slab != cache)
		return "it belongs to another cache";
	offset = (unsigned long)obj - (unsigned long)first_object(cache, slab_of(cache, obj));
	if (offset % cache->slot || offset / cache->slot >= cache->objects)
		return "it is not the start of an object";
	return NULL;
}

const char *slab_check_object(struct kmem_cache *cache, const void *obj, bool inuse)
{
	const char *why = check_place(cache, obj);

	if (!why && inuse && slab_of(cache, obj)->inuse == 0)
		why = "it is free already";
	if (!why && CONFIG_DEBUG)
		why = check_marks(cache, obj, inuse);
	return why;
}

static const char *name_of(const void *ip)
{
	const char *name = ip ? ksym_lookup((unsigned long)ip, NULL) : "nobody";

	return name ? name : "?";
}

/* bad_object - stop: what is wrong with it, whose it is, and what is in it. */
static void __noreturn bad_object(struct kmem_cache *cache, const void *obj, const char *why)
{
	const struct track *track = track_of(cache, obj);

	if (check_place(cache, obj))
		panic("slab %s: object %p (of %s): %s", cache->name, obj,
		      is_slab_memory(obj) ? virt_to_page(obj)->slab->name : "no cache", why);
	if (!CONFIG_DEBUG)
		panic("slab %s: object %p: %s", cache->name, obj, why);
	pr_err("slab: object %p holds %08x, %08x in front, %08x behind\n", obj, *(const u32 *)obj,
	       *red_before(obj), *red_after(cache, obj));
	panic("slab %s: object %p: %s; allocated by %s, freed by %s", cache->name, obj, why,
	      name_of(track->alloc_ip), name_of(track->free_ip));
}

/* ------------------------------------------------------------------ slabs */

/* Chain all objects of a new slab, the first in front. */
static void link_objects(struct kmem_cache *cache, struct page *slab)
{
	char *obj = first_object(cache, slab);
	unsigned int i;

	slab->freelist = obj;
	for (i = 0; i < cache->objects; i++, obj += cache->slot) {
		if (CONFIG_DEBUG) {
			mark(cache, obj, RED_FREE, POISON_FREE);
			*track_of(cache, obj) = (struct track){ NULL };
		}
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

/* Debug: an object on its way to its new owner. */
static void noinline debug_alloc(struct kmem_cache *cache, void *obj, void *ip)
{
	const char *why = slab_check_object(cache, obj, false);

	if (why)
		bad_object(cache, obj, why);
	mark(cache, obj, RED_INUSE, POISON_NEW);
	track_of(cache, obj)->alloc_ip = ip;
}

/* Debug: an object on its way back. */
static void noinline debug_free(struct kmem_cache *cache, void *obj, void *ip)
{
	const char *why = slab_check_object(cache, obj, true);

	if (why)
		bad_object(cache, obj, why);
	mark(cache, obj, RED_FREE, POISON_FREE);
	track_of(cache, obj)->free_ip = ip;
}

static __always_inline void *alloc_object(struct kmem_cache *cache, gfp_t gfp, void *ip)
{
	unsigned long flags;
	void *obj;

	if (gfp & GFP_KERNEL)
		might_sleep();
	if (should_fail_alloc())
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
		debug_alloc(cache, obj, ip);
	if (gfp & __GFP_ZERO)
		memset(obj, 0, cache->size);
	return obj;
}

static __always_inline void free_object(struct kmem_cache *cache, void *obj, void *ip)
{
	struct page *slab = slab_of(cache, obj), *surplus = NULL;
	unsigned long flags;

	if (CONFIG_DEBUG)
		debug_free(cache, obj, ip);
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
	if (CONFIG_DEBUG) {
		cache->start = align;			/* its last word is a red zone */
		cache->track = cache->slot + WORD;
		cache->slot = cache->track + sizeof(struct track) + WORD;
	}
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

unsigned long slab_objects_inuse(void)
{
	unsigned long flags = spin_lock_irqsave(&caches_lock);
	struct kmem_cache *cache;
	unsigned long n = 0;

	list_for_each_entry(cache, &caches, caches)
		n += cache->inuse;
	spin_unlock_irqrestore(&caches_lock, flags);
	return n;
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

/* ------------------------------------------------------------------ audit */

static void validate_object(struct kmem_cache *cache, const void *obj, bool inuse)
{
	const char *why = slab_check_object(cache, obj, inuse);

	if (why)
		bad_object(cache, obj, why);
}

/* validate_slab - the freelist, the count and (debug build) the marks of all objects agree. */
static void validate_slab(struct kmem_cache *cache, struct page *slab)
{
	unsigned int i, free = 0, marked = 0;
	char *obj;

	for (obj = slab->freelist; obj; obj = *link_of(cache, obj)) {
		validate_object(cache, obj, false);
		BUG_ON(slab_of(cache, obj) != slab || ++free > cache->objects);
	}
	BUG_ON(free + slab->inuse != cache->objects);
	if (!CONFIG_DEBUG)
		return;
	obj = first_object(cache, slab);
	for (i = 0; i < cache->objects; i++, obj += cache->slot) {
		if (*red_before(obj) == RED_FREE)
			marked++;
		else
			validate_object(cache, obj, true);
	}
	BUG_ON(marked != free);
}

static void validate_cache(struct kmem_cache *cache)
{
	unsigned long flags = spin_lock_irqsave(&cache->lock);
	unsigned long inuse = 0, empty = 0, slabs = 0;
	struct page *slab;

	list_for_each_entry(slab, &cache->partial, list) {
		validate_slab(cache, slab);
		BUG_ON(slab->inuse == cache->objects);
		inuse += slab->inuse;
		empty += slab->inuse == 0;
		slabs++;
	}
	list_for_each_entry(slab, &cache->full, list) {
		validate_slab(cache, slab);
		BUG_ON(slab->inuse != cache->objects);
		inuse += slab->inuse;
		slabs++;
	}
	BUG_ON(inuse != cache->inuse || empty != cache->empty || slabs != cache->slabs);
	spin_unlock_irqrestore(&cache->lock, flags);
}

void slab_validate(void)
{
	unsigned long flags = spin_lock_irqsave(&caches_lock);
	struct kmem_cache *cache;

	list_for_each_entry(cache, &caches, caches)
		validate_cache(cache);
	spin_unlock_irqrestore(&caches_lock, flags);
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

void *kzalloc(size_t size, gfp_t gfp)
{
	if (unlikely(size > KMALLOC_MAX))
		return kmalloc_pages(size, gfp | __GFP_ZERO);
	return alloc_object(cache_for(size), gfp | __GFP_ZERO, __builtin_return_address(0));
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

size_t ksize(const void *obj)
{
	struct page *page = virt_to_page(obj);

	return PageSlab(page) ? page->slab->size : PAGE_SIZE << page_order(page);
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
