/* SPDX-License-Identifier: MIT */
/*
 * memory.c - walks over page tables: copy them at fork, clear them at unmap, free them.
 *
 * All walkers have the same shape: from table to table (next_table), and through the entries of
 * each. Page tables hold a reference to every frame they map, but for PG_reserved ones (the zero
 * page), which are never counted.
 *
 * Locks: mmap_sem of the mm keeps areas and tables from going away; page_table_lock guards the
 * entries and rss.
 */
#include "internal.h"
#include <asm/tlb.h>

pte_t *pte_alloc(struct mm_struct *mm, unsigned long addr)
{
	pgd_t *pgd = pgd_offset(mm, addr);
	pte_t *table;

	BUG_ON(addr >= TASK_SIZE);
	if (pgd_none(*pgd)) {
		table = pte_alloc_one();
		if (!table)
			return NULL;
		spin_lock(&mm->page_table_lock);
		if (pgd_none(*pgd)) {
			pgd_populate(pgd, table);
			table = NULL;
		}
		spin_unlock(&mm->page_table_lock);
		if (table)			/* another thread was faster */
			pte_free_one(table);
	}
	return pte_offset(pgd, addr);
}

/* ------------------------------------------------------------------ unmap */

/*
 * Frames on their way out. They are dropped only after the TLB has forgotten them: a stale entry
 * would let the program write into somebody else's page.
 */
#define GATHER_MAX	64

struct mmu_gather {
	struct mm_struct *mm;
	unsigned long start;		/* of what was cleared; 0: nothing yet */
	unsigned int nr;
	struct page *page[GATHER_MAX];
};

/* Entries up to end are cleared: flush, then drop. The frames leave rss with the last step. */
static void gather_flush(struct mmu_gather *tlb, unsigned long end)
{
	flush_tlb_range(tlb->mm, tlb->start, end);
	tlb->mm->hiwater_rss = mm_peak_rss(tlb->mm);
	tlb->mm->rss -= tlb->nr;
	for (unsigned int i = 0; i < tlb->nr; i++)
		put_page(tlb->page[i]);
	tlb->nr = 0;
	tlb->start = 0;
}

/* Clear the entries of one table for [addr, end). */
static void zap_pte_range(struct mmu_gather *tlb, pte_t *ptep, unsigned long addr,
			  unsigned long end)
{
	pte_t *last = ptep + ((end - addr) >> PAGE_SHIFT);

	for (; ptep < last; ptep++, addr += PAGE_SIZE) {
		struct page *page;

		if (pte_none(*ptep)) {
			pte_t *next = pte_skip_none(ptep, last);

			if (next == last)
				break;
			addr += (next - ptep) << PAGE_SHIFT;
			ptep = next;
		}
		page = pte_page(ptep_get_and_clear(ptep));
		if (!tlb->start)
			tlb->start = addr;
		if (PageReserved(page))
			continue;
		tlb->page[tlb->nr] = page;
		if (++tlb->nr == GATHER_MAX)
			gather_flush(tlb, addr + PAGE_SIZE);
	}
}

void zap_page_range(struct mm_struct *mm, unsigned long start, unsigned long end)
{
	struct mmu_gather tlb;		/* the page array stays uninitialised on purpose */
	unsigned long addr, stop;
	pte_t *ptep;

	ASSERT(!((start | end) & ~PAGE_MASK) && start < end && end <= TASK_SIZE);
	tlb.mm = mm;
	tlb.start = 0;
	tlb.nr = 0;
	spin_lock(&mm->page_table_lock);
	for (addr = start; (ptep = next_table(mm, &addr, end, &stop)); addr = stop)
		zap_pte_range(&tlb, ptep, addr, stop);
	if (tlb.start)
		gather_flush(&tlb, end);
	spin_unlock(&mm->page_table_lock);
}

void free_tables(struct mm_struct *mm, unsigned long first, unsigned long last)
{
	assert_mmap_write(mm);
	for (unsigned long addr = first; addr < last; addr += PGDIR_SIZE) {
		pgd_t *pgd = pgd_offset(mm, addr);
		pte_t *table;

		if (pgd_none(*pgd))
			continue;
		table = pgd_table(*pgd);
		spin_lock(&mm->page_table_lock);
		pgd_clear(pgd);
		spin_unlock(&mm->page_table_lock);
		flush_tlb_mm(mm);	/* the processor may cache directory entries (SDM 4.10.3) */
		pte_free_one(table);
	}
}

/* ------------------------------------------------------------------ fork */

/* What the child gets for one entry. Copy-on-write takes the write bit from both. */
static inline pte_t copy_one_pte(pte_t *src, bool cow)
{
	pte_t pte = *src;

	if (cow && pte_write(pte)) {
		pte = pte_wrprotect(pte);
		set_pte(src, pte);		/* flushed once, by the caller of copy_page_range */
	}
	return pte;
}

/* Copy the entries of one table; returns the number of counted frames the child now maps. */
static unsigned long copy_pte_range(pte_t *dst, pte_t *src, unsigned long count, bool cow)
{
	pte_t *last = src + count;
	unsigned long shared = 0;

	for (; src < last; src++, dst++) {
		struct page *page;
		pte_t pte;

		if (pte_none(*src)) {
			pte_t *next = pte_skip_none(src, last);

			if (next == last)
				break;
			dst += next - src;
			src = next;
		}
		pte = copy_one_pte(src, cow);
		page = pte_page(pte);
		if (!PageReserved(page)) {
			get_page(page);
			shared++;
		}
		set_pte(dst, pte);
	}
	return shared;
}

int copy_page_range(struct mm_struct *dst, struct mm_struct *src, struct vm_area_struct *vma)
{
	bool cow = is_cow_mapping(vma->vm_flags);
	unsigned long addr = vma->vm_start, stop;
	pte_t *from, *to;

	assert_mmap_write(src);
	for (; (from = next_table(src, &addr, vma->vm_end, &stop)); addr = stop) {
		to = pte_alloc(dst, addr);
		if (!to)
			return -ENOMEM;
		spin_lock(&src->page_table_lock);
		dst->rss += copy_pte_range(to, from, (stop - addr) >> PAGE_SHIFT, cow);
		spin_unlock(&src->page_table_lock);
	}
	return 0;
}
