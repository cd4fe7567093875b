/* SPDX-License-Identifier: MIT */
/* cow_test.c - fork shares every frame, the first writer copies, the last owner does not. */
#include "mm_test.h"

#define PAGES	32

static struct mm_struct *filled_mm(void)
{
	struct mm_struct *mm = test_mm_enter();

	if (!mm)
		return NULL;
	test_map(mm, TEST_BASE, PAGES, PROT_RW, MAP_ANON_PRIV | MAP_FIXED);
	for (int i = 0; i < PAGES; i++)
		test_poke(TEST_BASE + i * PAGE_SIZE, 100 + i);
	return mm;
}

/* Also when the limit on the stack, by which a new mm is laid out, has changed since. */
KTEST(cow, a_child_is_laid_out_like_its_parent)
{
	struct mm_struct *mm = test_mm_enter(), *child;

	KT_ASSERT(mm);
	mm->mmap_base -= 64 << 20;
	child = test_fork_mm(mm);
	KT_ASSERT(child);
	KT_EQ(child->mmap_base, mm->mmap_base);
	KT_EQ(test_map(child, 0, 1, PROT_RW, MAP_ANON_PRIV), mm->mmap_base - PAGE_SIZE);
	mmput(child, EVM_LOOK);
	test_mm_leave(mm);
}

KTEST(cow, fork_shares_all_frames_read_only)
{
	struct mm_struct *mm = filled_mm(), *child;
	unsigned long free;

	KT_ASSERT(mm);
	drain_hot_pages();
	pgtable_cache_drain();
	free = nr_free_pages();
	child = test_fork_mm(mm);
	KT_ASSERT(child);
	KT_TRUE(free - nr_free_pages() <= 4);	/* directory, one table, slabs: no page of data */
	KT_EQ(child->rss, PAGES);
	for (int i = 0; i < PAGES; i++) {
		pte_t a = test_pte(mm, TEST_BASE + i * PAGE_SIZE);
		pte_t b = test_pte(child, TEST_BASE + i * PAGE_SIZE);

		KT_EQ(pte_pfn(a), pte_pfn(b));
		KT_TRUE(!pte_write(a) && !pte_write(b));
		KT_EQ(page_count(pte_page(a)), 2);
	}
	mmput(child, EVM_LOOK);
	KT_EQ(page_count(pte_page(test_pte(mm, TEST_BASE))), 1);
	test_mm_leave(mm);
}

KTEST(cow, first_writer_copies_last_owner_reuses)
{
	struct mm_struct *mm = filled_mm(), *child;
	unsigned long free, old;

	KT_ASSERT(mm);
	child = test_fork_mm(mm);
	KT_ASSERT(child);
	old = pte_pfn(test_pte(mm, TEST_BASE));
	free = nr_free_pages();
	KT_EQ(test_poke(TEST_BASE, 1), 0);		/* the parent is first: it gets the copy */
	KT_EQ(test_last_path(), PATH_COW_COPY);
	KT_EQ(free - nr_free_pages(), 1);
	KT_TRUE(pte_pfn(test_pte(mm, TEST_BASE)) != old);
	KT_EQ(pte_pfn(test_pte(child, TEST_BASE)), old);
	KT_EQ(page_count(pfn_to_page(old)), 1);
	test_switch_mm(mm, child);
	KT_EQ(test_peek(TEST_BASE), 100);		/* does not see the parent's write */
	free = nr_free_pages();
	KT_EQ(test_poke(TEST_BASE, 2), 0);
	KT_EQ(test_last_path(), PATH_COW_REUSE);
	KT_EQ(free, nr_free_pages());
	KT_EQ(pte_pfn(test_pte(child, TEST_BASE)), old);
	test_switch_mm(child, mm);
	KT_EQ(test_peek(TEST_BASE), 1);
	KT_EQ(mm->rss, PAGES);
	KT_EQ(child->rss, PAGES);
	mmput(child, EVM_LOOK);
	test_mm_leave(mm);
}

/* The parent had write rights in its TLB: after fork they must be gone, or the child sees this. */
KTEST(cow, parent_loses_its_tlb_write_rights)
{
	struct mm_struct *mm = filled_mm(), *child;

	KT_ASSERT(mm);
	KT_EQ(test_poke(TEST_BASE, 1), 0);
	child = test_fork_mm(mm);
	KT_ASSERT(child);
	KT_EQ(test_poke(TEST_BASE, 2), 0);
	test_switch_mm(mm, child);
	KT_EQ(test_peek(TEST_BASE), 1);
	test_switch_mm(child, mm);
	mmput(child, EVM_LOOK);
	test_mm_leave(mm);
}

KTEST(cow, three_generations)
{
	struct mm_struct *mm = filled_mm(), *child, *grandchild;
	unsigned long pfn;

	KT_ASSERT(mm);
	child = test_fork_mm(mm);
	KT_ASSERT(child);
	grandchild = test_fork_mm(child);
	KT_ASSERT(grandchild);
	pfn = pte_pfn(test_pte(mm, TEST_BASE));
	KT_EQ(page_count(pfn_to_page(pfn)), 3);
	test_switch_mm(mm, grandchild);
	KT_EQ(test_poke(TEST_BASE, 3), 0);
	KT_EQ(page_count(pfn_to_page(pfn)), 2);
	test_switch_mm(grandchild, child);
	KT_EQ(test_peek(TEST_BASE), 100);
	test_switch_mm(child, mm);
	mmput(child, EVM_LOOK);
	KT_EQ(page_count(pfn_to_page(pfn)), 1);
	KT_EQ(test_poke(TEST_BASE, 4), 0);
	KT_EQ(test_last_path(), PATH_COW_REUSE);
	mmput(grandchild, EVM_LOOK);
	test_mm_leave(mm);
}

KTEST(cow, zero_page_is_shared_uncounted)
{
	struct mm_struct *mm = test_mm_enter(), *child;
	int count = page_count(zero_page);

	KT_ASSERT(mm);
	test_map(mm, TEST_BASE, 1, PROT_RW, MAP_ANON_PRIV | MAP_FIXED);
	KT_EQ(test_peek(TEST_BASE), 0);
	child = test_fork_mm(mm);
	KT_ASSERT(child);
	KT_EQ(child->rss, 0);
	KT_EQ(page_count(zero_page), count);
	test_switch_mm(mm, child);
	KT_EQ(test_poke(TEST_BASE, 1), 0);
	KT_EQ(test_last_path(), PATH_COW_ZERO);
	test_switch_mm(child, mm);
	KT_EQ(test_peek(TEST_BASE), 0);
	mmput(child, EVM_LOOK);
	test_mm_leave(mm);
}

KTEST(cow, nth_allocation_of_fork_fails)
{
	struct mm_struct *mm = filled_mm(), *child;
	int n = 0;

	KT_ASSERT(mm);
	test_map(mm, TEST_BASE + 0x1000000, 4, PROT_RW, MAP_ANON_SHARED | MAP_FIXED);
	test_poke(TEST_BASE + 0x1000000, 1);
	for (;;) {
		kt_fail_nth(++n);
		child = dup_mm(mm);
		if (!IS_ERR(child))
			break;
		KT_EQ(PTR_ERR(child), -ENOMEM);
		KT_ASSERT(kt_fail_fired() && n < 100);
		validate_mm(mm);
		KT_EQ(page_count(pte_page(test_pte(mm, TEST_BASE))), 1);
	}
	kt_fail_nth(0);
	KT_EQ(n, 7);		/* mm, directory, 2 areas, 2 tables: 6 allocations */
	mmput(child, EVM_LOOK);
	KT_EQ(test_poke(TEST_BASE, 9), 0);
	test_mm_leave(mm);
}
