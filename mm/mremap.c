/* SPDX-License-Identifier: MIT */
/*
 * mremap.c - grow, shrink or move a mapping. Moving costs no copy: the page table entries go to
 * the new addresses, the frames stay where they are.
 *
 * Locks: mmap_sem for write.
 */
#include "internal.h"
#include <nopage/fs.h>
#include <nopage/sched.h>
#include <nopage/syscalls.h>
#include <asm/tlb.h>
#include <uapi/mman.h>

/* What is asked for, checked and page aligned. */
struct remap {
	struct mm_struct *mm;
	unsigned long old, old_len;
	unsigned long new_len;
	unsigned long flags, new_addr;	/* new_addr: with MREMAP_FIXED only */
};

/* Tables for all of [addr, addr + len), so that moving entries there cannot fail. 0 or -ENOMEM. */
static int alloc_tables(struct mm_struct *mm, unsigned long addr, unsigned long len)
{
	unsigned long end = addr + len;

	for (; addr < end; addr = (addr + PGDIR_SIZE) & PGDIR_MASK)
		if (!pte_alloc(mm, addr))
			return -ENOMEM;
	return 0;
}

/* Every entry of [from, from + len) goes to the same place in the range at to; cannot fail. */
static void move_page_tables(struct mm_struct *mm, unsigned long from, unsigned long to,
			     unsigned long len)
{
	unsigned long addr = from, end = from + len, stop;
	pte_t *src;

	spin_lock(&mm->page_table_lock);
	for (; (src = next_table(mm, &addr, end, &stop)); addr = stop) {
		for (; addr < stop; src++, addr += PAGE_SIZE) {
			unsigned long dst = to + (addr - from);

			if (!pte_none(*src))
				set_pte(pte_offset(pgd_offset(mm, dst), dst),
					ptep_get_and_clear(src));
		}
	}
	flush_tlb_range(mm, from, end);
	spin_unlock(&mm->page_table_lock);
}

/*
 * Move the mapping to addr, where nothing is mapped. The new area and its tables come first, then
 * the entries move, then the old range, empty now, is unmapped: only a hole in the middle of an
 * area could still fail, and then nothing is lost but the empty remainder stays mapped.
 */
static long move_vma(struct remap *r, struct vm_area_struct *vma, unsigned long addr)
{
	struct mm_struct *mm = r->mm;
	unsigned long moved = min(r->old_len, r->new_len);
	struct vm_area_struct *new, *prev;

	if (mm->map_count >= sysctl_max_map_count)
		return -ENOMEM;
	new = vma_copy(mm, vma);
	if (!new)
		return -ENOMEM;
	new->vm_pgoff = linear_page_index(vma, r->old);
	new->vm_start = addr;
	new->vm_end = addr + r->new_len;
	find_vma_prev(mm, addr, &prev);
	vma_link(mm, prev, new);
	if (alloc_tables(mm, addr, moved)) {
		do_munmap(mm, addr, r->new_len);
		return -ENOMEM;
	}
	move_page_tables(mm, r->old, addr, moved);
	event_vma(VMA_MAP, new, new->vm_start, new->vm_end);
	do_munmap(mm, r->old, r->old_len);
	return addr;
}

/* Is there room right behind the mapping, and does it end where the area ends? */
static bool can_grow_in_place(const struct remap *r, const struct vm_area_struct *vma)
{
	unsigned long limit = vma->vm_next ? vma->vm_next->vm_start : TASK_SIZE;

	return vma->vm_end == r->old + r->old_len && r->new_len <= limit - r->old;
}

static long grow(struct remap *r, struct vm_area_struct *vma)
{
	unsigned long pages = (r->new_len - r->old_len) >> PAGE_SHIFT, addr;

	if (!may_expand_vm(r->mm, pages))
		return -ENOMEM;
	if (can_grow_in_place(r, vma)) {
		vma_resize(vma, vma->vm_start, r->old + r->new_len);
		event_vma(VMA_GROW, vma, vma->vm_start, vma->vm_end);
		vma_merge(vma);
		return r->old;
	}
	if (!(r->flags & MREMAP_MAYMOVE))
		return -ENOMEM;
	addr = get_unmapped_area(r->mm, r->new_len);
	return IS_ERR_VALUE(addr) ? (long)addr : move_vma(r, vma, addr);
}

/* shrink - to the new length, if that is less, whatever was mapped beyond it. 0 or -ENOMEM. */
static int shrink(struct remap *r)
{
	unsigned long cut = r->old_len - r->new_len;

	if (r->old_len <= r->new_len)
		return 0;
	r->old_len = r->new_len;
	return do_munmap(r->mm, r->old + r->new_len, cut);
}

/* MREMAP_FIXED: over what is at the new place. */
static long move_to(struct remap *r)
{
	int error = do_munmap(r->mm, r->new_addr, r->new_len) ?: shrink(r);

	if (error)
		return error;
	if (!may_expand_vm(r->mm, (r->new_len - r->old_len) >> PAGE_SHIFT))
		return -ENOMEM;
	return move_vma(r, find_vma(r->mm, r->old), r->new_addr);
}

/* As on Linux, what grows or moves has to be one mapping, but not what is cut off before. */
static long do_mremap(struct remap *r)
{
	struct vm_area_struct *vma = find_vma(r->mm, r->old);

	if (!vma || vma->vm_start > r->old)
		return -EFAULT;
	if (!(r->flags & MREMAP_FIXED) && r->new_len <= r->old_len)
		return shrink(r) ?: (long)r->old;
	if (min(r->old_len, r->new_len) > vma->vm_end - r->old)
		return -EFAULT;
	if (vma->vm_file && linear_page_index(vma, r->old) > ~0UL - (r->new_len >> PAGE_SHIFT))
		return -EINVAL;
	return r->flags & MREMAP_FIXED ? move_to(r) : grow(r, vma);
}

/* Can MREMAP_FIXED be done: is the new place one, and apart from the old? */
static bool new_place_fits(const struct remap *r)
{
	if (r->new_addr & ~PAGE_MASK || r->new_len > TASK_SIZE ||
	    r->new_addr > TASK_SIZE - r->new_len || r->new_addr < MMAP_MIN_ADDR)
		return false;
	return r->new_addr >= r->old + r->old_len || r->old >= r->new_addr + r->new_len;
}

/* sys_mremap - the new address, or -EINVAL, -EFAULT (not mapped, or not one mapping), -ENOMEM. */
long sys_mremap(long old, long old_len, long new_len, long flags, long new_addr)
{
	struct remap r = {
		.mm = current->mm,
		.old = old,
		.old_len = PAGE_ALIGN((unsigned long)old_len),
		.new_len = PAGE_ALIGN((unsigned long)new_len),
		.flags = flags,
		.new_addr = new_addr,
	};
	long result;

	if (r.flags & ~(unsigned long)(MREMAP_MAYMOVE | MREMAP_FIXED) || r.old & ~PAGE_MASK)
		return -EINVAL;
	if (r.flags & MREMAP_FIXED && !(r.flags & MREMAP_MAYMOVE && new_place_fits(&r)))
		return -EINVAL;
	if (!r.old_len || !r.new_len)
		return -EINVAL;
	if (r.new_len > TASK_SIZE)
		return -ENOMEM;
	down_write(&r.mm->mmap_sem);
	result = do_mremap(&r);
	mm_check(r.mm);
	up_write(&r.mm->mmap_sem);
	return result;
}
