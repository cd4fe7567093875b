/* SPDX-License-Identifier: MIT */
/*
 * pgtable.h - two-level page tables of the i386 as typed values (Intel SDM vol. 3, 4.3).
 *
 * A linear address is 10 bits of directory index, 10 bits of table index, 12 bits of offset.
 * Entries are read and written only through the functions here, so that mm/ knows neither bit
 * positions nor the number of levels' widths.
 */
#ifndef ASM_PGTABLE_H
#define ASM_PGTABLE_H

#include <asm/page.h>

#define PGDIR_SHIFT	22
#define PTRS_PER_PGD	1024
#define PTRS_PER_PTE	1024
#define USER_PTRS_PER_PGD (TASK_SIZE >> PGDIR_SHIFT)	/* 768 */

#define _PAGE_PRESENT	0x001
#define _PAGE_RW	0x002
#define _PAGE_USER	0x004
#define _PAGE_ACCESSED	0x020
#define _PAGE_DIRTY	0x040
#define _PAGE_PSE	0x080		/* in a directory entry: a 4 MiB page */
#define _PAGE_PROTNONE	0x080		/* in a table entry, with PRESENT clear: frame kept, no access */
#define _PAGE_GLOBAL	0x100

#ifndef __ASSEMBLER__
#include <nopage/types.h>

#define PGDIR_SIZE	(1UL << PGDIR_SHIFT)
#define PGDIR_MASK	(~(PGDIR_SIZE - 1))

typedef struct { u32 val; } pte_t;
typedef struct { u32 val; } pgd_t;
typedef struct { u32 val; } pgprot_t;

#define __pte(x)	((pte_t){ (x) })
#define __pgprot(x)	((pgprot_t){ (x) })

#define _PAGE_TABLE	(_PAGE_PRESENT | _PAGE_RW | _PAGE_USER | _PAGE_ACCESSED | _PAGE_DIRTY)
#define PAGE_NONE	__pgprot(_PAGE_PROTNONE | _PAGE_ACCESSED)
#define PAGE_READONLY	__pgprot(_PAGE_PRESENT | _PAGE_USER | _PAGE_ACCESSED)
#define PAGE_SHARED	__pgprot(_PAGE_PRESENT | _PAGE_RW | _PAGE_USER | _PAGE_ACCESSED)
#define PAGE_COPY	PAGE_READONLY
#define PAGE_KERNEL	__pgprot(_PAGE_PRESENT | _PAGE_RW | _PAGE_ACCESSED | _PAGE_DIRTY | _PAGE_GLOBAL)
#define PAGE_KERNEL_RO	__pgprot(_PAGE_PRESENT | _PAGE_ACCESSED | _PAGE_GLOBAL)

/* Tests. pte_present() also holds for PROT_NONE pages: they have a frame. */
static inline bool pte_none(pte_t p)	{ return p.val == 0; }
static inline bool pte_present(pte_t p)	{ return p.val & (_PAGE_PRESENT | _PAGE_PROTNONE); }
static inline bool pte_write(pte_t p)	{ return p.val & _PAGE_RW; }
static inline bool pte_dirty(pte_t p)	{ return p.val & _PAGE_DIRTY; }
static inline bool pte_young(pte_t p)	{ return p.val & _PAGE_ACCESSED; }
static inline bool pte_same(pte_t a, pte_t b) { return a.val == b.val; }
static inline unsigned long pte_pfn(pte_t p) { return p.val >> PAGE_SHIFT; }

/* Builders: each returns a new value and changes nothing. */
static inline pte_t pte_wrprotect(pte_t p) { return __pte(p.val & ~_PAGE_RW); }
static inline pte_t pte_mkwrite(pte_t p) { return __pte(p.val | _PAGE_RW); }
static inline pte_t pte_mkdirty(pte_t p) { return __pte(p.val | _PAGE_DIRTY); }

static inline pte_t pfn_pte(unsigned long pfn, pgprot_t prot)
{
	return __pte((u32)(pfn << PAGE_SHIFT) | prot.val);
}

/* pte_modify - the same frame, accessed and dirty history with new rights. */
static inline pte_t pte_modify(pte_t p, pgprot_t prot)
{
	u32 kept = p.val & ((u32)PAGE_MASK | _PAGE_ACCESSED | _PAGE_DIRTY);

	return __pte(kept | prot.val);
}

static inline void set_pte(pte_t *ptep, pte_t pte)
{
	WRITE_ONCE(ptep->val, pte.val);
}

static inline void pte_clear(pte_t *ptep)
{
	set_pte(ptep, __pte(0));
}

/* The entry's last value, atomically: the MMU of another CPU may set DIRTY until it is gone. */
static inline pte_t ptep_get_and_clear(pte_t *ptep)
{
	return __pte(__atomic_exchange_n(&ptep->val, 0, __ATOMIC_SEQ_CST));
}

/* pte_skip_none - the first entry of [ptep, end) that is not none, or end; ptep < end. */
static inline pte_t *pte_skip_none(pte_t *ptep, pte_t *end)
{
	unsigned long left = end - ptep;
	bool none;

	__asm__ __volatile__("repe scasl" : "+D"(ptep), "+c"(left), "=@cce"(none)
			     : "a"(0) : "memory");
	return none ? end : ptep - 1;
}

static inline bool pgd_none(pgd_t p)	{ return p.val == 0; }
static inline bool pgd_present(pgd_t p)	{ return p.val & _PAGE_PRESENT; }
static inline bool pgd_large(pgd_t p)	{ return p.val & _PAGE_PSE; }

static inline void set_pgd(pgd_t *pgdp, pgd_t pgd)
{
	WRITE_ONCE(pgdp->val, pgd.val);
}

static inline void pgd_clear(pgd_t *pgdp)
{
	set_pgd(pgdp, (pgd_t){ 0 });
}

static inline unsigned long pgd_index(unsigned long addr)
{
	return addr >> PGDIR_SHIFT;
}

static inline unsigned long pte_index(unsigned long addr)
{
	return (addr >> PAGE_SHIFT) & (PTRS_PER_PTE - 1);
}

/* pgd_table - the page table a present, not large, directory entry points to. */
static inline pte_t *pgd_table(pgd_t pgd)
{
	return __va((phys_t){ pgd.val & (u32)PAGE_MASK });
}

static inline pgd_t *pgd_offset_pgd(pgd_t *pgd, unsigned long addr)
{
	return pgd + pgd_index(addr);
}
#define pgd_offset(mm, addr)	pgd_offset_pgd((mm)->pgd, addr)

/* pte_offset - the entry for addr in the table below a present directory entry. */
static inline pte_t *pte_offset(pgd_t *pgd, unsigned long addr)
{
	return pgd_table(*pgd) + pte_index(addr);
}

/* arch/i386/pgtable.c */

/* pgd_alloc - a directory with an empty user half and the kernel's entries, or NULL. */
pgd_t *pgd_alloc(void);
/* pgd_free - take back a directory whose user half is empty again. */
void pgd_free(pgd_t *pgd);
/* pte_alloc_one - a table with all entries none, or NULL. pte_free_one takes it back, empty. */
pte_t *pte_alloc_one(void);
void pte_free_one(pte_t *table);
/* pgd_populate - hang an empty table below a directory entry of the user half. */
void pgd_populate(pgd_t *pgd, pte_t *table);
/* Frees what pgd_alloc and pte_alloc_one keep for re-use; returns the number of pages. */
unsigned long pgtable_cache_drain(void);
/* kernel_pte - the entry for an address of the vmalloc range (always has a table). */
pte_t *kernel_pte(unsigned long addr);
/* kernel_addr_valid - is addr mapped in the kernel half? For reports that must not fault. */
bool kernel_addr_valid(unsigned long addr);

/* Print a two-level walk of addr in pgd: indices, both entries decoded, physical address (S15). */
void show_walk(pgd_t *pgd, unsigned long addr);
#endif
#endif
