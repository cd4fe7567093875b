/* SPDX-License-Identifier: MIT */
/* slab.h - small objects out of frames (mm/slab.c), and big ones (mm/vmalloc.c). */
#ifndef NOPAGE_SLAB_H
#define NOPAGE_SLAB_H

#include <nopage/mm_types.h>

struct kmem_cache;

/*
 * kmem_cache_create - a cache of objects of size bytes (1..SLAB_MAX_SIZE), aligned to align (a
 * power of two up to 64; 0: 4). name is kept, not copied. Debug build: objects have red zones and
 * are poisoned while free. NULL: no memory. Sleeps.
 */
struct kmem_cache *kmem_cache_create(const char *name, size_t size, size_t align);
#define SLAB_MAX_SIZE	8192
/* All objects must be back: panics otherwise. */
void kmem_cache_destroy(struct kmem_cache *cache);
/* Any context; an interrupt handler says GFP_ATOMIC. NULL: no memory. __GFP_ZERO: all zeroes. */
void *kmem_cache_alloc(struct kmem_cache *cache, gfp_t gfp);
void kmem_cache_free(struct kmem_cache *cache, void *obj);
unsigned long kmem_cache_inuse(struct kmem_cache *cache);
/* kmem_cache_shrink_all - give empty slabs back to the page allocator; pages freed. */
unsigned long kmem_cache_shrink_all(void);
/* One cache, for /proc/slabinfo and whoever adds them up. */
struct slab_stat {
	const char *name;
	unsigned long inuse, objects;	/* handed out, there are */
	unsigned long slabs, empty;	/* there are, without any object in use */
	unsigned int size, per_slab, pages;	/* bytes of an object; objects, pages of a slab */
};
bool slab_stat(unsigned int n, struct slab_stat *stat);	/* cache n, from 0; false: there are less */
/*
 * Debug build (slab_debug.c): slab_validate - audit; panics on the first inconsistency.
 * slab_check_object - what is wrong with an object that should be in use (or free): a sentence, or
 * NULL. The same check that kmem_cache_free (kmem_cache_alloc) panics on.
 */
void slab_validate(void);
const char *slab_check_object(struct kmem_cache *cache, const void *obj, bool inuse);
void slab_init(void);

/* Physically contiguous, 1 .. 4 MiB; above KMALLOC_MAX whole pages. NULL: no memory, too big. */
void *kmalloc(size_t size, gfp_t gfp);
void kfree(const void *obj);			/* NULL is allowed */
static inline void *kzalloc(size_t size, gfp_t gfp)
{
	return kmalloc(size, gfp | __GFP_ZERO);
}
#define KMALLOC_MAX	2048

/* vmalloc - whole pages, contiguous only in virtual memory, followed by an unmapped guard page. */
void *vmalloc(size_t size);
void vfree(const void *addr);
/* The frame behind an address in the vmalloc area, or NULL. */
struct page *vmalloc_to_page(const void *addr);
/* Kernel stacks: THREAD_SIZE bytes with a guard page below and above; a few are kept for re-use. */
void *alloc_stack(void);			/* lowest address, or NULL */
void free_stack(void *stack);
/* vmalloc_guard_of - a sentence when addr is in a guard page ("guard page below .."), or NULL. */
const char *vmalloc_guard_of(unsigned long addr);
unsigned long vmalloc_cache_drain(void);	/* kept stacks back to the page allocator; pages freed */
unsigned long nr_vmalloc_pages(void);
/* vmalloc_next - the first area from addr on: start, bytes, is it a stack. False: there is none. */
struct vmalloc_area {
	unsigned long start, size;
	bool stack;
};
bool vmalloc_next(unsigned long addr, struct vmalloc_area *area);
void vmalloc_init(void);

#endif
