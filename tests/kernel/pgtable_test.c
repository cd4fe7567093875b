/* SPDX-License-Identifier: MIT */
/* pgtable_test.c - entries as values, tables, and the kernel half: asm/pgtable.h. */
#include <nopage/ktest.h>
#include <nopage/mm.h>
#include <nopage/sched.h>
#include <nopage/slab.h>
#include <nopage/string.h>
#include <asm/tlb.h>

#define KERNEL_PTRS	(PTRS_PER_PGD - USER_PTRS_PER_PGD)

static bool user(pte_t p)
{
	return p.val & _PAGE_USER;
}

/* A builder changes its bit and nothing else. */
KTEST(pgtable, builders)
{
	pte_t p = pfn_pte(0x12345, PAGE_SHARED);

	KT_EQ(pte_pfn(p), 0x12345);
	KT_TRUE(pte_present(p) && pte_write(p) && user(p) && pte_young(p) && !pte_dirty(p));
	KT_TRUE(pte_same(pte_mkwrite(pte_wrprotect(p)), p));
	KT_TRUE(!pte_write(pte_wrprotect(p)) && pte_present(pte_wrprotect(p)));
	KT_TRUE(pte_dirty(pte_mkdirty(p)) && pte_write(pte_mkdirty(p)));
	KT_EQ(pte_mkdirty(p).val ^ p.val, _PAGE_DIRTY);
	KT_EQ(pte_pfn(pte_mkdirty(pte_wrprotect(p))), 0x12345);
	KT_TRUE(!user(pfn_pte(1, PAGE_KERNEL)) && pte_write(pfn_pte(1, PAGE_KERNEL)));
	KT_TRUE(!pte_write(pfn_pte(1, PAGE_READONLY)) && !pte_write(pfn_pte(1, PAGE_COPY)));
}

/* New rights keep the frame and its history; PROT_NONE has a frame the processor does not see. */
KTEST(pgtable, modify)
{
	pte_t p = pte_mkdirty(pfn_pte(0xabcd, PAGE_SHARED)), none;

	none = pte_modify(p, PAGE_NONE);
	KT_EQ(pte_pfn(none), 0xabcd);
	KT_TRUE(pte_present(none) && pte_dirty(none) && !pte_write(none) && !user(none));
	KT_EQ(none.val & _PAGE_PRESENT, 0);
	KT_TRUE(pte_same(pte_modify(none, PAGE_SHARED), p));
	KT_TRUE(!pte_write(pte_modify(p, PAGE_READONLY)));
	KT_TRUE(!pte_none(none) && pte_none(__pte(0)));
}

KTEST(pgtable, indices)
{
	KT_EQ(pgd_index(0), 0);
	KT_EQ(pgd_index(0x003fffff), 0);
	KT_EQ(pgd_index(0x00400000), 1);
	KT_EQ(pgd_index(0xbfffffff), 767);
	KT_EQ(pgd_index(PAGE_OFFSET), USER_PTRS_PER_PGD);
	KT_EQ(pgd_index(0xffffffff), 1023);
	KT_EQ(pte_index(0x08049123), 0x49);
	KT_EQ(pte_index(0x003ff000), 1023);
}

KTEST(pgtable, exchange)
{
	pte_t slot = pfn_pte(7, PAGE_SHARED), old;

	old = ptep_get_and_clear(&slot);
	KT_EQ(pte_pfn(old), 7);
	KT_TRUE(pte_none(slot));
	set_pte(&slot, old);
	KT_TRUE(pte_same(slot, old));
	pte_clear(&slot);
	KT_TRUE(pte_none(slot));
}

static bool table_empty(const pte_t *table)
{
	return memchr_inv(table, 0, PAGE_SIZE) == NULL;
}

/* Two levels put together by hand, then walked. */
KTEST(pgtable, walk)
{
	const unsigned long addr = 0x08049000;
	pgd_t *dir = pgd_alloc();
	pte_t *table = pte_alloc_one();
	pte_t pte = pfn_pte(0x4321, PAGE_READONLY);

	KT_ASSERT(dir && table);
	KT_TRUE(table_empty(table));
	KT_TRUE(pgd_none(*pgd_offset_pgd(dir, addr)));
	pgd_populate(pgd_offset_pgd(dir, addr), table);
	KT_TRUE(pgd_present(dir[32]) && !pgd_large(dir[32]));
	KT_TRUE(pgd_table(dir[32]) == table);
	set_pte(pte_offset(pgd_offset_pgd(dir, addr), addr), pte);
	KT_TRUE(pte_same(table[0x49], pte));
	pte_clear(&table[0x49]);
	KT_TRUE(table_empty(table));
	pgd_clear(pgd_offset_pgd(dir, addr));
	pte_free_one(table);
	pgd_free(dir);
}

/* What is kept for re-use comes back as clean as when it was new. */
KTEST(pgtable, reuse)
{
	pgd_t *dir = pgd_alloc();
	pte_t *table = pte_alloc_one();

	KT_ASSERT(dir && table);
	pte_free_one(table);
	pgd_free(dir);
	dir = pgd_alloc();
	table = pte_alloc_one();
	KT_ASSERT(dir && table);
	KT_TRUE(table_empty(table));
	KT_TRUE(memchr_inv(dir, 0, USER_PTRS_PER_PGD * sizeof(pgd_t)) == NULL);
	pte_free_one(table);
	pgd_free(dir);
	pgtable_cache_drain();
	KT_EQ(pgtable_cache_drain(), 0);
}

/* But only so many. */
KTEST(pgtable, little_is_kept)
{
	pte_t *tables[40];

	pgtable_cache_drain();
	for (unsigned int i = 0; i < ARRAY_SIZE(tables); i++)
		KT_ASSERT((tables[i] = pte_alloc_one()) != NULL);
	for (unsigned int i = 0; i < ARRAY_SIZE(tables); i++)
		pte_free_one(tables[i]);
	KT_TRUE(pgtable_cache_drain() < ARRAY_SIZE(tables));
}

static void expect_kernel_half(const pgd_t *dir)
{
	unsigned int i;

	for (i = USER_PTRS_PER_PGD; i < PTRS_PER_PGD; i++)
		if (!KT_EQ(dir[i].val & ~(_PAGE_ACCESSED | _PAGE_DIRTY),
			   init_mm.pgd[i].val & ~(_PAGE_ACCESSED | _PAGE_DIRTY)))
			return;
}

/* S12: the upper 256 entries of every directory are the same, also after more has been mapped. */
KTEST(pgtable, kernel_half)
{
	pgd_t *one = pgd_alloc(), *two;
	void *area = vmalloc(5 << 20);
	struct mm_struct *mm;

	two = pgd_alloc();
	KT_ASSERT(one && two);
	BUILD_BUG_ON(KERNEL_PTRS != 256);
	expect_kernel_half(one);
	expect_kernel_half(two);
	expect_kernel_half(__va(read_cr3()));
	spin_lock(&mmlist_lock);
	list_for_each_entry(mm, &mmlist, mmlist)
		expect_kernel_half(mm->pgd);
	spin_unlock(&mmlist_lock);
	vfree(area);
	pgd_free(two);
	pgd_free(one);
}

/*
 * The tables of the vmalloc range are there from boot on, and nothing where there is no memory: not
 * behind it, not in the user half, where a null pointer of a kernel thread must not be valid.
 */
KTEST(pgtable, kernel_tables)
{
	unsigned long addr;

	KT_TRUE(memchr_inv(init_mm.pgd, 0, USER_PTRS_PER_PGD * sizeof(pgd_t)) == NULL);
	addr = PAGE_OFFSET + ALIGN(max_low_pfn << PAGE_SHIFT, PGDIR_SIZE);
	for (; addr < VMALLOC_START; addr += PGDIR_SIZE)
		KT_TRUE(pgd_none(init_mm.pgd[pgd_index(addr)]));
	for (addr = VMALLOC_START; addr < VMALLOC_END; addr += PGDIR_SIZE) {
		pgd_t pgd = init_mm.pgd[pgd_index(addr)];

		KT_TRUE(pgd_present(pgd) && !pgd_large(pgd));
		KT_TRUE(kernel_pte(addr) == pgd_table(pgd) + pte_index(addr));
	}
	for (unsigned int i = pgd_index(VMALLOC_END); i < PTRS_PER_PGD; i++)
		KT_TRUE(pgd_none(init_mm.pgd[i]));
	/* What is not there is not looked up in the frame with number 0. */
	KT_TRUE(kernel_addr_valid((unsigned long)init_mm.pgd));
	for (addr = VMALLOC_END; addr < VMALLOC_END + PGDIR_SIZE; addr += PAGE_SIZE)
		KT_TRUE(!kernel_addr_valid(addr));
}

/* The direct map, walked by hand: virtual = physical + PAGE_OFFSET. */
KTEST(pgtable, direct_map)
{
	char *p = __get_free_pages(GFP_KERNEL, 0);
	unsigned long addr = (unsigned long)p;
	u32 frame;
	pgd_t pgd;

	KT_ASSERT(p != NULL);
	pgd = init_mm.pgd[pgd_index(addr)];
	KT_TRUE(pgd_present(pgd));
	if (pgd_large(pgd))
		frame = ((pgd.val & (u32)PGDIR_MASK) >> PAGE_SHIFT) + pte_index(addr);
	else
		frame = pte_pfn(pgd_table(pgd)[pte_index(addr)]);
	KT_EQ(frame, page_to_pfn(virt_to_page(p)));
	KT_EQ((frame << PAGE_SHIFT) + PAGE_OFFSET, addr);
	free_pages(p, 0);
}
