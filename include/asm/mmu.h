/* SPDX-License-Identifier: MIT */
/* mmu.h - what the i386 keeps for an address space besides page tables: a descriptor table. */
#ifndef ASM_MMU_H
#define ASM_MMU_H

struct desc;
struct mm_struct;

struct mm_context {
	struct desc *ldt;		/* a page of descriptors, by modify_ldt(2); mostly NULL */
};

/* copy_context - fork: mm, which is new, gets a copy of old's table. 0 or -ENOMEM. Sleeps. */
int copy_context(struct mm_struct *mm, const struct mm_struct *old);
void free_context(struct mm_struct *mm);

#endif
