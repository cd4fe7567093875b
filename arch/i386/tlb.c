/* SPDX-License-Identifier: MIT */
/*
 * tlb.c - forgetting translations, and loading another address space.
 *
 * Only entries of address spaces that are loaded on this CPU can be in its TLB: writing CR3
 * drops all but global ones, which only the kernel half has (Intel SDM vol. 3, 4.10.4.1).
 */
#include <asm/tlb.h>
#include "internal.h"
#include <nopage/bug.h>
#include <nopage/mm.h>

/* Beyond so many pages, one reload is cheaper than single flushes. */
#define FLUSH_PAGES_MAX	32

static inline void invlpg(unsigned long addr)
{
	__asm__ __volatile__("invlpg %0" : : "m"(*(char *)addr) : "memory");
}

static inline bool loaded_here(const struct mm_struct *mm, const struct cpu *cpu)
{
	return mm->cpu_vm_mask & BIT(cpu->id);
}

phys_t read_cr3(void)
{
	phys_t pgd;

	__asm__ __volatile__("movl %%cr3, %0" : "=r"(pgd.addr));
	return pgd;
}

void flush_tlb_page(struct mm_struct *mm, unsigned long addr)
{
	struct cpu *cpu = this_cpu();

	if (!loaded_here(mm, cpu))
		return;
	invlpg(addr);
	cpu->stat.flush_page++;
}

void flush_tlb_mm(struct mm_struct *mm)
{
	struct cpu *cpu = this_cpu();

	if (!loaded_here(mm, cpu))
		return;
	write_cr3(mm->pgd);
	cpu->stat.flush_all++;
}

/* Single pages of [start, end). */
static void flush_pages(struct cpu *cpu, unsigned long start, unsigned long end)
{
	cpu->stat.flush_page += (end - start) >> PAGE_SHIFT;
	for (; start < end; start += PAGE_SIZE)
		invlpg(start);
}

void flush_tlb_range(struct mm_struct *mm, unsigned long start, unsigned long end)
{
	struct cpu *cpu = this_cpu();

	ASSERT(!((start | end) & ~PAGE_MASK));
	if (end - start > FLUSH_PAGES_MAX * PAGE_SIZE)
		flush_tlb_mm(mm);
	else if (loaded_here(mm, cpu))
		flush_pages(cpu, start, end);
}

/* Kernel entries are global: a write to CR3 keeps them, clearing CR4.PGE does not. */
void flush_tlb_kernel_range(unsigned long start, unsigned long end)
{
	struct cpu *cpu = this_cpu();

	if (end - start > FLUSH_PAGES_MAX * PAGE_SIZE) {
		u32 cr4 = read_cr4();

		write_cr4(cr4 & ~CR4_PGE);
		write_cr4(cr4);
		cpu->stat.flush_all++;
	} else {
		flush_pages(cpu, start & PAGE_MASK, PAGE_ALIGN(end));
	}
}

void switch_mm(struct mm_struct *prev, struct mm_struct *next)
{
	unsigned long bit = BIT(this_cpu()->id);

	ASSERT(prev != next);
	__atomic_fetch_and(&prev->cpu_vm_mask, ~bit, __ATOMIC_SEQ_CST);
	__atomic_fetch_or(&next->cpu_vm_mask, bit, __ATOMIC_SEQ_CST);
	write_cr3(next->pgd);
	if (unlikely(prev->context.ldt || next->context.ldt))
		load_ldt(&next->context);
}
