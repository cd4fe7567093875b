/* SPDX-License-Identifier: MIT */
/*
 * page.h - page size and the two address spaces of the i386.
 *
 * The kernel sees physical memory at PAGE_OFFSET upward: virtual = physical + PAGE_OFFSET for
 * "low" memory, which ends where the vmalloc area begins (896 MiB).
 */
#ifndef ASM_PAGE_H
#define ASM_PAGE_H

#define PAGE_SHIFT	12
#define PAGE_OFFSET	0xc0000000
#define KERNEL_LMA	0x00100000		/* where the boot loader puts the image */
#define LOWMEM_MAX	0x38000000		/* 896 MiB */
#define VMALLOC_START	0xf8000000
#define VMALLOC_END	0xfe000000

#define TASK_SIZE	0xc0000000		/* user addresses are below */
#define MMAP_MIN_ADDR	0x00010000

#define THREAD_SIZE	8192			/* one kernel stack */

#ifndef __ASSEMBLER__
#include <nopage/types.h>

#define PAGE_SIZE	(1UL << PAGE_SHIFT)
#define PAGE_MASK	(~(PAGE_SIZE - 1))
#define PAGE_ALIGN(x)	(((x) + PAGE_SIZE - 1) & PAGE_MASK)

/* __pa - physical address of a direct-mapped kernel pointer. */
static inline phys_t __pa(const void *virt)
{
	return (phys_t){ (u32)(unsigned long)virt - PAGE_OFFSET };
}

/* __va - the direct-map pointer to a physical address below LOWMEM_MAX. */
static inline void *__va(phys_t phys)
{
	return (void *)(unsigned long)(phys.addr + PAGE_OFFSET);
}

static inline phys_t pfn_to_phys(unsigned long pfn)
{
	return (phys_t){ (u32)pfn << PAGE_SHIFT };
}

static inline unsigned long phys_to_pfn(phys_t phys)
{
	return phys.addr >> PAGE_SHIFT;
}

/* By words, with string instructions: page must be direct mapped and page aligned. */
static inline void clear_page(void *page)
{
	unsigned long count = PAGE_SIZE / 4;

	__asm__ __volatile__("rep stosl" : "+D"(page), "+c"(count) : "a"(0) : "memory");
}

static inline void copy_page(void *to, const void *from)
{
	unsigned long count = PAGE_SIZE / 4;

	__asm__ __volatile__("rep movsl" : "+D"(to), "+S"(from), "+c"(count) : : "memory");
}
#endif
#endif
