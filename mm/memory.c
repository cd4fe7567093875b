/* SPDX-License-Identifier: MIT */
/*
 * memory.c - walks over page tables: copy them at fork, clear them at unmap, free them.
 *
 * All walkers have the same shape: step through the directory entries that cover the range; below
 * each one that has a table, step through its entries. Page tables hold a reference to every
 * frame they map, but for PG_reserved ones (the zero page), which are never counted.
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

/* The end of the part of [addr, end) that one page table covers. */
static inline unsigned long table_end(unsigned long addr, unsigned long end)
{
	unsigned long next = (addr + PGDIR_SIZE) & PGDIR_MASK;

	return next - 1 < end - 1 ? next : end;
}

/* ------------------------------------------------------------------ unmap */

/*
 * Frames on their way out. They are dropped only after the TLB has forgotten them: a stale entry
 * would let the program write into somebody else's page.
 */
#define GATHER_MAX	64

struct mmu_gather {
	struct mm_struct *mm;
	unsigned long start, end;	/* addresses whose entries were cleared */
	unsigned int nr;
	struct page *page[GATHER_MAX];
};

static void gather_flush(struct mmu_gather *tlb)
{
	if (!tlb->end)
		return;
	flush_tlb_range(tlb->mm, tlb->start, tlb->end);
	for (unsigned int i = 0; i < tlb->nr; i++)
		put_page(tlb->page[i]);
	tlb->nr = 0;
	tlb->end = 0;
}

/* One frame leaves the entry for addr. True when it is a counted one. */
static inline bool gather_page(struct mmu_gather *tlb, unsigned long addr, struct page *page)
{
	if (!tlb->end)
		tlb->start = addr;
	tlb->end = addr + PAGE_SIZE;
	if (PageReserved(page))
		return false;
	tlb->page[tlb->nr++] = page;
	if (tlb->nr == GATHER_MAX)
		gather_flush(tlb);
	return true;
}

/* Clear the entries of one table for [addr, end); returns how many counted frames they mapped. */
static unsigned long zap_pte_range(struct mmu_gather *tlb, pgd_t *pgd, unsigned long addr,
				   unsigned long end)
{
	pte_t *first = pte_offset(pgd, addr), *last = first + ((end - addr) >> PAGE_SHIFT);
	unsigned long freed = 0;

	for (pte_t *ptep = first; ptep < last; ptep++)
		if (!pte_none(*ptep))
			freed += gather_page(tlb, addr + ((ptep - first) << PAGE_SHIFT),
					     pte_page(ptep_get_and_clear(ptep)));
	return freed;
}

void zap_page_range(struct mm_struct *mm, unsigned long start, unsigned long end)
{
	struct mmu_gather tlb;		/* the page array stays uninitialised on purpose */

	assert_mmap_locked(mm);
	BUG_ON((start | end) & ~PAGE_MASK || start >= end || end > TASK_SIZE);
	tlb.mm = mm;
	tlb.nr = 0;
	tlb.end = 0;
	spin_lock(&mm->page_table_lock);
	for (unsigned long next; start < end; start = next) {
		pgd_t *pgd = pgd_offset(mm, start);

		next = table_end(start, end);
		if (!pgd_none(*pgd))
			mm->rss -= zap_pte_range(&tlb, pgd, start, next);
	}
	gather_flush(&tlb);
	spin_unlock(&mm->page_table_lock);
}

void free_pgtables(struct mm_struct *mm, unsigned long start, unsigned long end,
		   unsigned long floor, unsigned long ceiling)
{
	unsigned long first = start & PGDIR_MASK;
	unsigned long last = (end + PGDIR_SIZE - 1) & PGDIR_MASK;

	assert_mmap_write(mm);
	if (first < floor)
		first += PGDIR_SIZE;		/* shared with the area below */
	if (last > ceiling)
		last -= PGDIR_SIZE;		/* shared with the area above */
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
	unsigned long shared = 0;

	for (; count; count--, src++, dst++) {
		struct page *page;
		pte_t pte;

		if (pte_none(*src))
			continue;
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
	unsigned long addr = vma->vm_start, next;

	assert_mmap_write(src);
	for (; addr < vma->vm_end; addr = next) {
		pgd_t *pgd = pgd_offset(src, addr);
		pte_t *to;

		next = table_end(addr, vma->vm_end);
		if (pgd_none(*pgd))
			continue;
		to = pte_alloc(dst, addr);
		if (!to)
			return -ENOMEM;
		spin_lock(&src->page_table_lock);
		dst->rss += copy_pte_range(to, pte_offset(pgd, addr),
					   (next - addr) >> PAGE_SHIFT, cow);
		spin_unlock(&src->page_table_lock);
	}
	return 0;
}

/* ------------------------------------------------------------------ audit */

unsigned long count_rss(struct vm_area_struct *vma)
{
	unsigned long rss = 0, next;

	for (unsigned long addr = vma->vm_start; addr < vma->vm_end; addr = next) {
		pgd_t *pgd = pgd_offset(vma->vm_mm, addr);

		next = table_end(addr, vma->vm_end);
		if (pgd_none(*pgd))
			continue;
		for (pte_t *ptep = pte_offset(pgd, addr); addr < next; ptep++, addr += PAGE_SIZE)
			if (pte_present(*ptep) && !PageReserved(pte_page(*ptep)))
				rss++;
	}
	return rss;
}
