/* SPDX-License-Identifier: MIT */
/*
 * slab_debug.c - debug build: what is wrong with an object, and who had it. A slot:
 *
 *	red zone | object, rounded up to words | red zone | struct track
 *
 * The red zones say whether the object is in use; a free object is filled with poison; its link
 * to the next one is in the track, out of reach of its last user. Every object is checked when it
 * is handed out and when it comes back; what does not match is reported with the functions that
 * last allocated and freed it.
 */
#include "slab_def.h"
#include <nopage/ksyms.h>
#include <nopage/printk.h>
#include <nopage/string.h>

#define RED_INUSE	0xa11ca7ed	/* red zone of an object in use .. */
#define RED_FREE	0xf4eef4ee	/* .. of a free one */
#define POISON_FREE	0xfd		/* bytes of a free object .. */
#define POISON_NEW	0xfa		/* .. of one not yet written to by its owner */

void slab_debug_layout(struct kmem_cache *cache, size_t align)
{
	cache->start = align;			/* its last word is a red zone */
	cache->track = cache->slot + WORD;
	cache->slot = cache->track + sizeof(struct track) + WORD;
}

/* The words of both red zones; the second has the object's padding in front of it. */
static u32 *red_before(const void *obj)
{
	return (u32 *)obj - 1;
}

static u32 *red_after(const struct kmem_cache *cache, const void *obj)
{
	return (u32 *)track_of(cache, obj) - 1;
}

/* Write the red zones and fill the object, padding included. */
static void mark(struct kmem_cache *cache, void *obj, bool inuse)
{
	memset(obj, inuse ? POISON_NEW : POISON_FREE, (char *)red_after(cache, obj) - (char *)obj);
	*red_before(obj) = *red_after(cache, obj) = inuse ? RED_INUSE : RED_FREE;
}

void slab_debug_new(struct kmem_cache *cache, void *obj)
{
	mark(cache, obj, false);
	*track_of(cache, obj) = (struct track){ NULL };
}

/* ------------------------------------------------------------------ one object */

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
	const char *why = check_place(cache, obj), *padding, *end;
	u32 red = inuse ? RED_INUSE : RED_FREE;

	if (why)
		return why;
	if (inuse && *red_before(obj) == RED_FREE && *red_after(cache, obj) == RED_FREE)
		return "it is free already";
	if (*red_before(obj) != red)
		return "something wrote in front of it";
	if (*red_after(cache, obj) != red)
		return "something wrote behind it";
	padding = (const char *)obj + (inuse ? cache->size : 0);
	end = (const char *)red_after(cache, obj);
	if (memchr_inv(padding, inuse ? POISON_NEW : POISON_FREE, end - padding))
		return inuse ? "something wrote behind it" : "it was written to after it was freed";
	return NULL;
}

static const char *name_of(const void *ip)
{
	const char *name = ip ? ksym_lookup((unsigned long)ip, NULL) : "nobody";

	return name ? name : "?";
}

/* Stop when something is wrong with an object: what it is, whose it was, and what is in it. */
static void check_object(struct kmem_cache *cache, const void *obj, bool inuse)
{
	const char *why = slab_check_object(cache, obj, inuse);
	const struct track *track = track_of(cache, obj);

	if (!why)
		return;
	if (check_place(cache, obj))
		panic("slab %s: object %p (of %s): %s", cache->name, obj,
		      is_slab_memory(obj) ? virt_to_page(obj)->slab->name : "no cache", why);
	pr_err("slab: object %p holds %08x, %08x in front, %08x behind\n", obj, *(const u32 *)obj,
	       *red_before(obj), *red_after(cache, obj));
	panic("slab %s: object %p: %s; allocated by %s, freed by %s", cache->name, obj, why,
	      name_of(track->alloc_ip), name_of(track->free_ip));
}

void slab_debug_pass(struct kmem_cache *cache, void *obj, bool alloc, void *ip)
{
	check_object(cache, obj, !alloc);
	mark(cache, obj, alloc);
	*(alloc ? &track_of(cache, obj)->alloc_ip : &track_of(cache, obj)->free_ip) = ip;
}

/* ------------------------------------------------------------------ audit */

/* validate_slab - the freelist, the count and the marks of all objects agree. */
static void validate_slab(struct kmem_cache *cache, struct page *slab)
{
	unsigned int free = 0, marked = 0;
	char *obj;

	for (obj = slab->freelist; obj; obj = *link_of(cache, obj)) {
		check_object(cache, obj, false);
		BUG_ON(slab_of(cache, obj) != slab || ++free > cache->objects);
	}
	BUG_ON(free + slab->inuse != cache->objects);
	obj = first_object(cache, slab);
	for (unsigned int i = 0; i < cache->objects; i++, obj += cache->slot) {
		if (*red_before(obj) == RED_FREE)
			marked++;
		else
			check_object(cache, obj, true);
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
		BUG_ON(!slab->freelist);
		inuse += slab->inuse;
		empty += slab->inuse == 0;
		slabs++;
	}
	list_for_each_entry(slab, &cache->full, list) {
		validate_slab(cache, slab);
		BUG_ON(slab->freelist);
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
