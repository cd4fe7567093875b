/* SPDX-License-Identifier: MIT */
/* slab.h - the kernel's allocator on the host's heap, with failures on demand (support.c). */
#ifndef NOPAGE_SLAB_H
#define NOPAGE_SLAB_H

#include <nopage/types.h>

void *kzalloc(size_t size, gfp_t gfp);
void kfree(const void *obj);

/* kmalloc_live - objects allocated and not freed. */
extern int kmalloc_live;
/* kmalloc_fail_at - the n-th allocation from now fails; 0: none does. */
extern int kmalloc_fail_at;

#endif
