/* SPDX-License-Identifier: MIT */
/*
 * tlb.h - every TLB flush of the kernel goes through these functions, which count.
 *
 * Rule (DESIGN 5): an entry that loses a right or its frame is followed by a flush before the
 * frame can be used again. No flush is needed where an entry only gains rights or was not
 * present: the processor re-walks the tables before it faults (Intel SDM vol. 3, 4.10.4.3).
 */
#ifndef ASM_TLB_H
#define ASM_TLB_H

#include <nopage/types.h>

struct mm_struct;
struct vm_area_struct;

void flush_tlb_page(struct mm_struct *mm, unsigned long addr);
/* Page aligned [start, end): single pages up to some length, then the whole TLB but global
 * pages. */
void flush_tlb_range(struct mm_struct *mm, unsigned long start, unsigned long end);
void flush_tlb_mm(struct mm_struct *mm);
void flush_tlb_kernel_range(unsigned long start, unsigned long end);

/*
 * switch_mm - make next's page tables the loaded ones: writes CR3, sets next's bit in
 * cpu_vm_mask and clears prev's. The caller has made sure that prev != next.
 */
void switch_mm(struct mm_struct *prev, struct mm_struct *next);
/* The page directory that is loaded, as CR3 says (for assertions). */
phys_t read_cr3(void);

#endif
