/* SPDX-License-Identifier: MIT */
/* internal.h - what only mm/ may see of itself. */
#ifndef MM_INTERNAL_H
#define MM_INTERNAL_H

#include <nopage/events.h>
#include <nopage/mm.h>
#include <uapi/prctl.h>

/* Callers of these hold mmap_sem of the mm for write, unless stated otherwise. */

static inline void assert_mmap_write(struct mm_struct *mm)
{
	ASSERT(rwsem_is_write_locked(&mm->mmap_sem));
}

static inline void assert_mmap_locked(struct mm_struct *mm)
{
	ASSERT(rwsem_is_locked(&mm->mmap_sem));
}

static inline unsigned long vma_pages(const struct vm_area_struct *vma)
{
	return (vma->vm_end - vma->vm_start) >> PAGE_SHIFT;
}

/* A private area that may become writable: its frames are shared read-only after fork. */
static inline bool is_cow_mapping(unsigned long vm_flags)
{
	return (vm_flags & (VM_SHARED | VM_MAYWRITE)) == VM_MAYWRITE;
}

/* imply_exec - *vm_flags get VM_EXEC if they may, and current, whose mm it is, wants it so. */
static inline void imply_exec(const struct mm_struct *mm, unsigned long *vm_flags)
{
	if (unlikely(current->personality & READ_IMPLIES_EXEC) && mm == current->mm &&
	    (*vm_flags & (VM_READ | VM_MAYEXEC)) == (VM_READ | VM_MAYEXEC))
		*vm_flags |= VM_EXEC;
}

#define STACK_GUARD_GAP	(256 * PAGE_SIZE)	/* kept free below a growing stack, as on Linux */

/* start, end: the range that came, went or changed. */
static inline void event_vma(enum vma_op op, const struct vm_area_struct *vma,
			     unsigned long start, unsigned long end)
{
	event(EV_VMA, (u32)vma->vm_mm, op, start, end, vma->vm_flags, vma->vm_mm->map_count);
}

/*
 * advise_fork - set and clear VM_DONTCOPY or VM_WIPEONFORK in [start, end) (mprotect.c). 0, or
 * -EINVAL: shared memory is not wiped, -ENOMEM: a part is not mapped; the rest is done.
 */
int advise_fork(struct mm_struct *mm, unsigned long start, unsigned long end, unsigned long set,
		unsigned long clear);

/* ---- vma.c: the set of areas; knows neither pages nor page tables ---- */

/* What a new area shall be; vma_extend() compares it with the existing ones. */
struct vma_spec {
	unsigned long start, end;
	unsigned long flags;
	unsigned long pgoff;
	struct file *file;
};

/* vma_alloc - an area filled in from spec, on no list, no reference to the file taken; or NULL. */
struct vm_area_struct *vma_alloc(struct mm_struct *mm, const struct vma_spec *spec);
/* vma_copy - an area of mm like old, with a reference to the file, opened; on no list. Or NULL. */
struct vm_area_struct *vma_copy(struct mm_struct *mm, const struct vm_area_struct *old);
void vma_free(struct vm_area_struct *vma);
void vma_cache_init(void);
/*
 * vma_link - put into list, behind prev (NULL: as the first), and tree; map_count and total_vm
 * follow. vma_unlink takes it out.
 */
void vma_link(struct mm_struct *mm, struct vm_area_struct *prev, struct vm_area_struct *vma);
void vma_unlink(struct vm_area_struct *vma);
/* vma_resize - move the borders of an area within the gap around it. */
static inline void vma_resize(struct vm_area_struct *vma, unsigned long start,
			      unsigned long end)
{
	struct mm_struct *mm = vma->vm_mm;

	assert_mmap_write(mm);
	ASSERT(start < end);
	mm->total_vm += ((end - start) >> PAGE_SHIFT) - vma_pages(vma);
	vma->vm_pgoff += (start >> PAGE_SHIFT) - (vma->vm_start >> PAGE_SHIFT);
	vma->vm_start = start;
	vma->vm_end = end;
}
/*
 * vma_extend - let a neighbour of the gap behind prev, which contains spec, grow over it when its
 * rights and backing are the same. The grown area, or NULL: link a new one.
 */
struct vm_area_struct *vma_extend(struct mm_struct *mm, struct vm_area_struct *prev,
				  const struct vma_spec *spec);
/* vma_merge - join vma with its neighbours where possible; it may be gone then. */
void vma_merge(struct vm_area_struct *vma);
/* split_vma - cut vma at addr; it keeps the lower part. 0 or -ENOMEM (memory, or map_count). */
int split_vma(struct vm_area_struct *vma, unsigned long addr);
/* remove_vma - close, drop the file, free. The area is already unlinked and its pages are gone. */
void remove_vma(struct vm_area_struct *vma);
/* get_unmapped_area - where there is room for len bytes, top-down; or -ENOMEM. */
unsigned long get_unmapped_area(struct mm_struct *mm, unsigned long len);
/* vma_gap_opened - [.., end) has been unmapped: the next search may find room there. */
static inline void vma_gap_opened(struct mm_struct *mm, unsigned long end)
{
	if (end > mm->free_area_cache)
		mm->free_area_cache = min(end, mm->mmap_base);
}
/* validate_vmas - list = tree = map_count, sorted, disjoint, total_vm; a sentence or NULL. */
const char *validate_vmas(struct mm_struct *mm);

/* vm_get_page_prot - vm_flags in a page table entry's terms: private pages never start writable. */
pgprot_t vm_get_page_prot(unsigned long vm_flags);

/* ---- memory.c: walkers over page tables ---- */

/*
 * next_table - the first page table that serves a part of [*addr, end): the entry at *addr, moved
 * up to where that part begins, and in *stop where it ends. NULL: there is none. So all entries are
 *	for (addr = start; (ptep = next_table(mm, &addr, end, &stop)); addr = stop)
 *		for (; addr < stop; ptep++, addr += PAGE_SIZE)
 */
static inline pte_t *next_table(struct mm_struct *mm, unsigned long *addr, unsigned long end,
				unsigned long *stop)
{
	for (; *addr < end; *addr = *stop) {
		pgd_t *pgd = pgd_offset(mm, *addr);

		*stop = min((*addr + PGDIR_SIZE) & PGDIR_MASK, end);
		if (!pgd_none(*pgd))
			return pte_offset(pgd, *addr);
	}
	return NULL;
}
/* pte_alloc - the entry for a user address, with a table made for it if there is none; or NULL. */
pte_t *pte_alloc(struct mm_struct *mm, unsigned long addr);
/*
 * zap_page_range - unmap [start, end): clear entries, flush, drop references. Cannot fail. Caller
 * holds mmap_sem, or for areas of a file the i_mmap_lock of its mapping.
 */
void zap_page_range(struct mm_struct *mm, unsigned long start, unsigned long end);
/* free_tables - free the tables for [first, last), borders of tables, that nothing is mapped by. */
void free_tables(struct mm_struct *mm, unsigned long first, unsigned long last);
/*
 * free_pgtables - free the tables that only serve [start, end). The areas before and after end at
 * floor and begin at ceiling: a table that reaches beyond those serves them too.
 */
static inline void free_pgtables(struct mm_struct *mm, unsigned long start, unsigned long end,
				 unsigned long floor, unsigned long ceiling)
{
	unsigned long first = start & PGDIR_MASK;
	unsigned long last = (end + PGDIR_SIZE - 1) & PGDIR_MASK;

	if (first < floor)
		first += PGDIR_SIZE;
	if (last > ceiling)
		last -= PGDIR_SIZE;
	if (first < last)
		free_tables(mm, first, last);
}
/* copy_page_range - fork: the child's entries of one area, copy-on-write. 0 or -ENOMEM. */
int copy_page_range(struct mm_struct *dst, struct mm_struct *src, struct vm_area_struct *vma);

/* ---- mmap.c ---- */

/* mmap_layout - where mmap() starts to look, from the stack limit of the current task. */
void mmap_layout(struct mm_struct *mm);

/* may_expand_vm - may the current task's limits let mm grow by so many pages? */
bool may_expand_vm(struct mm_struct *mm, unsigned long pages);

/* mm_check - debug build: audit after an operation. */
void __mm_check(struct mm_struct *mm);
static inline void mm_check(struct mm_struct *mm)
{
	if (CONFIG_DEBUG)
		__mm_check(mm);
}

#endif
