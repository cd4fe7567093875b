/* SPDX-License-Identifier: MIT */
/* frames.h - how boot memory (bootmem.c) becomes the buddy allocator's (page_alloc.c). */
#ifndef MM_FRAMES_H
#define MM_FRAMES_H

#include <nopage/mm.h>

/* page_alloc_init - empty free lists. mem_map and max_low_pfn are set. */
void page_alloc_init(void);
/* page_alloc_add - frames [start, end), used by nobody, are the allocator's from now on. */
void page_alloc_add(unsigned long start, unsigned long end);

#endif
