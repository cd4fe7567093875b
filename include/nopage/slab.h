/* SPDX-License-Identifier: MIT */
/* slab.h - small objects out of frames (mm/slab.c), and big ones (mm/vmalloc.c). */
#ifndef NOPAGE_SLAB_H
#define NOPAGE_SLAB_H

#include <nopage/mm_types.h>

struct kmem_cache;

/*
 * kmem_cache_create - a cache of objects of size bytes (1..4096 or so), aligned to align (0: 4).
 * Debug build: objects have red zones and are poisoned while free. NULL: no memory.
 */
struct kmem_cache *kmem_cache_create(const char *name, size_t size, size_t align);
/* All objects must be back: BUG otherwise. */
void kmem_cache_destroy(struct kmem_cache *cache);
void *kmem_cache_alloc(struct kmem_cache *cache, gfp_t gfp);	/* NULL: no memory */
void kmem_cache_free(struct kmem_cache *cache, void *obj);
unsigned long kmem_cache_inuse(struct kmem_cache *cache);
/* kmem_cache_shrink_all - give empty slabs back to the page allocator. */
void kmem_cache_shrink_all(void);
unsigned long slab_objects_inuse(void);		/* over all caches */
void slab_validate(void);			/* audit; BUG()s */
void slab_init(void);

/* Physically contiguous, 1 .. 4 MiB; above a page in whole pages. NULL: no memory or too big. */
void *kmalloc(size_t size, gfp_t gfp);
void *kzalloc(size_t size, gfp_t gfp);
void kfree(const void *obj);			/* NULL is allowed */
size_t ksize(const void *obj);

/* vmalloc - whole pages, contiguous only in virtual memory, followed by an unmapped guard page. */
void *vmalloc(size_t size);
void vfree(const void *addr);
/* The frame behind an address in the vmalloc area, or NULL. */
struct page *vmalloc_to_page(const void *addr);
/* Kernel stacks: THREAD_SIZE bytes with a guard page below and above; a few are kept for re-use. */
void *alloc_stack(void);			/* lowest address, or NULL */
void free_stack(void *stack);
/* vmalloc_guard_of - a sentence when addr is in a guard page ("guard page of ..."), else NULL. */
const char *vmalloc_guard_of(unsigned long addr);
unsigned long vmalloc_cache_drain(void);	/* kept stacks back to the page allocator; pages freed */
unsigned long nr_vmalloc_pages(void);
void vmalloc_init(void);

#endif
