/* SPDX-License-Identifier: MIT */
/* traps.h - exceptions of the processor (Intel SDM vol. 3, 6.15). */
#ifndef ASM_TRAPS_H
#define ASM_TRAPS_H

#include <nopage/types.h>

struct pt_regs;

/* Error code of a page fault (Intel SDM vol. 3, 4.7). */
#define PF_PRESENT	1		/* the entry was present: a right was missing */
#define PF_WRITE	2
#define PF_USER		4		/* in user mode */
#define PF_RESERVED	8		/* a reserved bit is set in an entry */

/*
 * do_page_fault - arch/i386/fault.c, vector 14, called by entry.S with interrupts off: the
 * faulting address is still in CR2.
 */
void do_page_fault(struct pt_regs *regs, u32 error_code);

/* die - the kernel itself did something forbidden: report regs as they were, and stop. */
void __noreturn die(const char *what, struct pt_regs *regs, u32 error_code);

static inline unsigned long read_cr2(void)
{
	unsigned long address;

	__asm__ __volatile__("movl %%cr2, %0" : "=r"(address));
	return address;
}

#endif
