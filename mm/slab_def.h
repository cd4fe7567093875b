/* SPDX-License-Identifier: MIT */
/* slab_def.h - what the slab allocator (slab.c) and its debug part (slab_debug.c) share. */
#ifndef MM_SLAB_DEF_H
#define MM_SLAB_DEF_H

#include <nopage/mm.h>
#include <nopage/slab.h>
#include <nopage/spinlock.h>

#define WORD		sizeof(void *)

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

extern spinlock_t caches_lock;
extern struct list_head caches;		/* of kmem_cache.caches */

/* Debug build: behind the second red zone of each object. */
struct track {
	void *next;			/* free objects: the freelist */
	void *alloc_ip, *free_ip;	/* who did it last; NULL: nobody yet */
};

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

/* Debug build. slab_debug_layout - room in a slot, now the object only, for what is watched. */
void slab_debug_layout(struct kmem_cache *cache, size_t align);
/* slab_debug_new - an object of a new slab: free, never used. */
void slab_debug_new(struct kmem_cache *cache, void *obj);
/* slab_debug_pass - an object goes to its owner (alloc) or comes back, by the call at ip. */
void slab_debug_pass(struct kmem_cache *cache, void *obj, bool alloc, void *ip);

#endif
