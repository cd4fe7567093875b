/* SPDX-License-Identifier: MIT */
/* pagewalk.c - looking at the page tables of an address space without changing them. */
#include "internal.h"

/* The entries of [addr, end), which begin at ptep in one table. */
static void walk_table(pte_t *ptep, unsigned long addr, unsigned long end, pte_visitor visit,
		       void *arg)
{
	pte_t *stop = ptep + ((end - addr) >> PAGE_SHIFT);

	while (ptep < stop) {
		pte_t *next = pte_skip_none(ptep, stop);

		addr += (unsigned long)(next - ptep) << PAGE_SHIFT;
		if (next < stop)
			visit(arg, addr, *next);
		addr += PAGE_SIZE;
		ptep = next + 1;
	}
}

void walk_page_range(struct mm_struct *mm, unsigned long start, unsigned long end,
		     pte_visitor visit, void *arg)
{
	unsigned long stop;
	pte_t *ptep;

	BUG_ON((start | end) & ~PAGE_MASK || end > TASK_SIZE);
	spin_lock(&mm->page_table_lock);
	for (; (ptep = next_table(mm, &start, end, &stop)); start = stop)
		walk_table(ptep, start, stop, visit, arg);
	spin_unlock(&mm->page_table_lock);
}

unsigned long nr_page_tables(struct mm_struct *mm)
{
	unsigned long n = 1;

	spin_lock(&mm->page_table_lock);
	for (unsigned long i = 0; i < USER_PTRS_PER_PGD; i++)
		n += pgd_present(mm->pgd[i]);
	spin_unlock(&mm->page_table_lock);
	return n;
}

/* All address spaces together; see struct mm_usage. */
struct census {
	u64 anon, mapped;		/* frames << SHARE_SHIFT: each entry counts its share */
};

#define SHARE_SHIFT	12

unsigned int page_mapcount(const struct page *page)
{
	int count = page_count(page) - (page->mapping != NULL);

	return max(count, 1);
}

static void count_entry(void *arg, unsigned long addr __unused, pte_t pte)
{
	struct census *census = arg;
	struct page *page;

	if (!pte_present(pte))
		return;
	page = pte_page(pte);
	if (PageReserved(page))
		return;
	*(page->mapping ? &census->mapped : &census->anon) +=
		(1UL << SHARE_SHIFT) / page_mapcount(page);
}

/*
 * The list keeps every mm on it alive as long as its lock is held: mmdrop() takes it before it
 * frees the page directory.
 */
void count_mm_usage(struct mm_usage *usage)
{
	struct census census = { 0 };
	struct mm_struct *mm;

	*usage = (struct mm_usage){ 0 };
	spin_lock(&mmlist_lock);
	list_for_each_entry(mm, &mmlist, mmlist) {
		usage->page_tables += nr_page_tables(mm);
		usage->total_vm += mm->total_vm;
		walk_page_range(mm, 0, TASK_SIZE, count_entry, &census);
	}
	spin_unlock(&mmlist_lock);
	usage->anon = (census.anon + (1 << (SHARE_SHIFT - 1))) >> SHARE_SHIFT;
	usage->mapped = (census.mapped + (1 << (SHARE_SHIFT - 1))) >> SHARE_SHIFT;
}
