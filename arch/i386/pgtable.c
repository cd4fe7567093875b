/* SPDX-License-Identifier: MIT */
/*
 * pgtable.c - the kernel half of the address space, and pages for page tables.
 *
 * The kernel half is made once, here, and never gets another directory entry: every directory
 * can carry a copy of its 256 entries for ever (S12). kernel_pg_dir, boot.S's, is init_mm's.
 *
 * Directories and tables come back empty - unmapping clears every entry - so a few of each are
 * kept per CPU and handed out again without being cleared; a directory even keeps its kernel half.
 */
#include <asm/pgtable.h>
#include "internal.h"
#include <nopage/bug.h>
#include <nopage/mm.h>
#include <nopage/printf.h>
#include <nopage/printk.h>
#include <nopage/string.h>
#include <asm/sections.h>
#include <asm/tlb.h>

#define QUICKLIST_MAX		16
#define KERNEL_PTRS		(PTRS_PER_PGD - USER_PTRS_PER_PGD)
#define KERNEL_TABLE		(_PAGE_PRESENT | _PAGE_RW | _PAGE_ACCESSED | _PAGE_DIRTY)

/* ------------------------------------------------------------------ the kernel half */

static pgd_t table_pgd(const pte_t *table, u32 bits)
{
	return (pgd_t){ __pa(table).addr | bits };
}

/*
 * The 4 MiB pages that the image lies in become tables, so that parts of it can be protected.
 * The page below the boot stack goes: an overflow is to be noticed.
 */
static void __init split_image_pages(void)
{
	unsigned long addr, last = (unsigned long)_end - 1;

	for (addr = PAGE_OFFSET; addr <= last; addr += PGDIR_SIZE) {
		unsigned long pfn = phys_to_pfn(__pa((void *)addr));
		pte_t *table = bootmem_alloc(PAGE_SIZE);

		for (unsigned int i = 0; i < PTRS_PER_PTE; i++)
			set_pte(&table[i], pfn_pte(pfn + i, PAGE_KERNEL));
		set_pgd(pgd_offset_pgd(kernel_pg_dir, addr), table_pgd(table, KERNEL_TABLE));
	}
	addr = (unsigned long)boot_stack_guard;
	pte_clear(pte_offset(pgd_offset_pgd(kernel_pg_dir, addr), addr));
}

/*
 * From boot.S's directory to the final one: no identity mapping, large pages only as far as
 * there is memory, all tables for vmalloc. bootmem knows all memory already.
 */
void __init paging_init(void)
{
	unsigned int direct_end = pgd_index(PAGE_OFFSET) +
				  DIV_ROUND_UP(max_low_pfn, (unsigned long)PTRS_PER_PTE);

	init_mm.pgd = kernel_pg_dir;
	init_mm.cpu_vm_mask = BIT(this_cpu()->id);
	split_image_pages();
	for (unsigned int i = direct_end; i < PTRS_PER_PGD; i++)
		pgd_clear(&kernel_pg_dir[i]);
	for (unsigned int i = pgd_index(VMALLOC_START); i < pgd_index(VMALLOC_END); i++)
		set_pgd(&kernel_pg_dir[i], table_pgd(bootmem_alloc(PAGE_SIZE), KERNEL_TABLE));
	pgd_clear(&kernel_pg_dir[0]);
	flush_tlb_kernel_range(0, ~0UL);
}

static void protect_range(unsigned long start, unsigned long end)
{
	for (unsigned long addr = start; addr < end; addr += PAGE_SIZE) {
		pte_t *ptep = pte_offset(pgd_offset_pgd(kernel_pg_dir, addr), addr);

		set_pte(ptep, pfn_pte(pte_pfn(*ptep), PAGE_KERNEL_RO));
	}
	flush_tlb_kernel_range(start, end);
}

/* Text and constants can no longer be written to, not even by the kernel (CR0.WP). */
void protect_kernel_image(void)
{
	protect_range((unsigned long)_text, (unsigned long)_etext);
	protect_range((unsigned long)_rodata, (unsigned long)_erodata);
}

pte_t *kernel_pte(unsigned long addr)
{
	BUG_ON(addr < VMALLOC_START || addr >= VMALLOC_END);
	return pte_offset(pgd_offset_pgd(kernel_pg_dir, addr), addr);
}

bool kernel_addr_valid(unsigned long addr)
{
	pgd_t pgd = kernel_pg_dir[pgd_index(addr)];

	if (addr < PAGE_OFFSET || !pgd_present(pgd))
		return false;
	return pgd_large(pgd) || (pgd_table(pgd)[pte_index(addr)].val & _PAGE_PRESENT);
}

/* ------------------------------------------------------------------ pages for tables */

/* The first page of a list that has one. An entry uses its first word, which is 0 otherwise. */
static inline void *quick_get(struct quicklist *list)
{
	u32 *page = list->head;

	list->head = (u32 *)page[0];
	page[0] = 0;
	list->count--;
	return page;
}

/* False: the list is long enough. */
static inline bool quick_put(struct quicklist *list, u32 *page)
{
	if (list->count >= QUICKLIST_MAX)
		return false;
	page[0] = (u32)list->head;
	list->head = page;
	list->count++;
	return true;
}

static unsigned long quick_drain(struct quicklist *list)
{
	unsigned long pages = list->count;

	while (list->head)
		free_pages(quick_get(list), 0);
	return pages;
}

pgd_t *pgd_alloc(void)
{
	struct quicklist *list = &this_cpu()->arch.pgds;
	pgd_t *pgd;

	if (list->head)
		return should_fail_alloc(GFP_KERNEL) ? NULL : quick_get(list);
	pgd = __get_free_pages(GFP_KERNEL | __GFP_ZERO, 0);
	if (pgd)
		memcpy(pgd + USER_PTRS_PER_PGD, kernel_pg_dir + USER_PTRS_PER_PGD,
		       KERNEL_PTRS * sizeof(*pgd));
	return pgd;
}

void pgd_free(pgd_t *pgd)
{
	BUG_ON(pgd == kernel_pg_dir || __pa(pgd).addr == read_cr3().addr);
	ASSERT(!memchr_inv(pgd, 0, USER_PTRS_PER_PGD * sizeof(*pgd)));
	if (!quick_put(&this_cpu()->arch.pgds, (u32 *)pgd))
		free_pages(pgd, 0);
}

pte_t *pte_alloc_one(void)
{
	struct quicklist *list = &this_cpu()->arch.ptes;

	if (list->head)
		return should_fail_alloc(GFP_KERNEL) ? NULL : quick_get(list);
	return __get_free_pages(GFP_KERNEL | __GFP_ZERO, 0);
}

void pte_free_one(pte_t *table)
{
	ASSERT(!memchr_inv(table, 0, PAGE_SIZE));
	if (!quick_put(&this_cpu()->arch.ptes, (u32 *)table))
		free_pages(table, 0);
}

void pgd_populate(pgd_t *pgd, pte_t *table)
{
	set_pgd(pgd, table_pgd(table, _PAGE_TABLE));
}

unsigned long pgtable_cache_drain(void)
{
	struct arch_cpu *arch = &this_cpu()->arch;

	return quick_drain(&arch->pgds) + quick_drain(&arch->ptes);
}

/* ------------------------------------------------------------------ the walk, for people (S15) */

/* The low count bits of value as text of zeroes and ones. */
static void bits_text(char *buf, u32 value, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++)
		buf[i] = value & BIT(count - 1 - i) ? '1' : '0';
	buf[count] = '\0';
}

/* "P W U A D S G", a '-' for each bit that is clear. */
static void entry_text(char buf[16], u32 entry)
{
	static const char names[] = "PWUADSG";
	static const u16 bits[] = { _PAGE_PRESENT, _PAGE_RW, _PAGE_USER, _PAGE_ACCESSED,
				    _PAGE_DIRTY, _PAGE_PSE, _PAGE_GLOBAL };

	for (unsigned int i = 0; i < ARRAY_SIZE(bits); i++) {
		buf[2 * i] = entry & bits[i] ? names[i] : '-';
		buf[2 * i + 1] = ' ';
	}
	buf[2 * ARRAY_SIZE(bits) - 1] = '\0';
}

/* One level of the walk; returns the entry. */
static u32 show_entry(const char *level, const u32 *base, unsigned int index)
{
	char text[16];

	entry_text(text, base[index]);
	printk("walk:   %-9s at phys %08x, entry %4u at %08x: %08x  %s\n", level, __pa(base).addr,
	       index, __pa(&base[index]).addr, base[index], text);
	return base[index];
}

void show_walk(pgd_t *pgd, unsigned long addr)
{
	char dir[11], table[11], offset[13];
	u32 entry;

	bits_text(dir, pgd_index(addr), 10);
	bits_text(table, pte_index(addr), 10);
	bits_text(offset, addr & ~PAGE_MASK, 12);
	printk("walk: linear address %08lx = %s %s %s\n", addr, dir, table, offset);
	printk("walk:   directory index %4lu, table index %4lu, offset 0x%03lx\n",
	       pgd_index(addr), pte_index(addr), addr & ~PAGE_MASK);
	entry = show_entry("directory", &pgd->val, pgd_index(addr));
	if (!(entry & _PAGE_PRESENT)) {
		printk("walk:   no page table: not mapped\n");
		return;
	}
	if (entry & _PAGE_PSE) {
		printk("walk:   4 MiB page at %08lx: physical address %08lx\n",
		       entry & PGDIR_MASK, (entry & PGDIR_MASK) | (addr & ~PGDIR_MASK));
		return;
	}
	entry = show_entry("table", &pgd_table((pgd_t){ entry })->val, pte_index(addr));
	if (entry & _PAGE_PRESENT)
		printk("walk:   page frame %05x: physical address %08lx\n", entry >> PAGE_SHIFT,
		       (entry & PAGE_MASK) | (addr & ~PAGE_MASK));
	else
		printk("walk:   not present: a page fault\n");
}
