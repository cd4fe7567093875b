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
	unsigned long flags, new_addr;	/* new_addr: if flags say that it moves */
};

/*
 * The tables that [from, from + len) has, at to: moving its entries there cannot fail then. One of
 * the old ones reaches into two new ones, unless both begin alike. 0 or -ENOMEM.
 */
static int alloc_tables(struct mm_struct *mm, unsigned long from, unsigned long to,
			unsigned long len)
{
	unsigned long addr = from, end = from + len, stop;

	for (; next_table(mm, &addr, end, &stop); addr = stop)
		if (!pte_alloc(mm, to + (addr - from)) ||
		    !pte_alloc(mm, to + (stop - PAGE_SIZE - from)))
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
 * area could still fail, and then nothing is lost but the empty remainder stays mapped. So it does
 * with MREMAP_DONTUNMAP. That both are there for a moment is no peak of the process.
 */
static long move_vma(struct remap *r, struct vm_area_struct *vma, unsigned long addr)
{
	struct mm_struct *mm = r->mm;
	unsigned long moved = min(r->old_len, r->new_len), peak = mm->hiwater_vm;
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
	if (alloc_tables(mm, r->old, addr, moved)) {
		do_munmap(mm, addr, r->new_len);
		mm->hiwater_vm = peak;
		return -ENOMEM;
	}
	move_page_tables(mm, r->old, addr, moved);
	event_vma(VMA_MAP, new, new->vm_start, new->vm_end);
	if (!(r->flags & MREMAP_DONTUNMAP)) {
		do_munmap(mm, r->old, r->old_len);
		mm->hiwater_vm = peak;
	}
	vma_merge(new);
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
	unsigned long addr;

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

/* To a new place: r->new_addr, over what is there, or where there is room. */
static long move_to(struct remap *r)
{
	int error = r->flags & MREMAP_FIXED ? do_munmap(r->mm, r->new_addr, r->new_len) : 0;
	struct vm_area_struct *vma;

	if (error)
		return error;
	vma = find_vma_intersection(r->mm, r->old, r->old + 1);
	if (!vma)
		return -EFAULT;		/* what was there was itself: old_len is 0 */
	error = shrink(r);
	if (error)
		return error;
	if (r->flags & MREMAP_DONTUNMAP && !may_expand_vm(r->mm, r->old_len >> PAGE_SHIFT))
		return -ENOMEM;
	if (!(r->flags & MREMAP_FIXED))
		r->new_addr = get_unmapped_area(r->mm, r->new_len);
	else if (r->new_addr < MMAP_MIN_ADDR)
		return -EPERM;
	return IS_ERR_VALUE(r->new_addr) ? (long)r->new_addr : move_vma(r, vma, r->new_addr);
}

/* May it be moved, and not only resized in its place? */
static bool moves(const struct remap *r)
{
	return r->flags & (MREMAP_FIXED | MREMAP_DONTUNMAP);
}

/* As on Linux, what grows or moves has to be one mapping, but not what is cut off before. */
static int check_area(const struct remap *r, const struct vm_area_struct *vma)
{
	if (!vma || vma->vm_start > r->old)
		return -EFAULT;
	if (!moves(r) && r->new_len <= r->old_len)
		return 0;
	if (!r->old_len && !(vma->vm_flags & VM_SHARED))
		return -EINVAL;		/* a second mapping of the same is no copy */
	if (min(r->old_len, r->new_len) > vma->vm_end - r->old)
		return -EFAULT;
	if (r->new_len <= r->old_len)
		return 0;
	if (vma->vm_file && linear_page_index(vma, r->old) > ~0UL - (r->new_len >> PAGE_SHIFT))
		return -EINVAL;
	return may_expand_vm(r->mm, (r->new_len - r->old_len) >> PAGE_SHIFT) ? 0 : -ENOMEM;
}

/* What only moves may be several areas: one by one, and the holes between them stay holes. */
static long move_areas(const struct remap *r)
{
	unsigned long at = r->old, end = at + min(r->old_len, TASK_SIZE - at);
	struct remap part = *r;
	long result;

	for (; at < end; at = part.old + part.old_len) {
		struct vm_area_struct *vma = find_vma_intersection(r->mm, at, end);

		if (!vma || (at == r->old && vma->vm_start > at))
			break;
		part.old = max(vma->vm_start, at);
		part.new_addr = r->new_addr + (part.old - r->old);
		part.old_len = part.new_len = min(vma->vm_end, end) - part.old;
		result = move_to(&part);
		if (IS_ERR_VALUE(result))
			return result;
	}
	return at > r->old ? (long)r->new_addr : -EFAULT;
}

static long do_mremap(struct remap *r)
{
	struct vm_area_struct *vma;
	int error;

	if (r->flags & MREMAP_FIXED && r->new_len == r->old_len)
		return move_areas(r);
	vma = find_vma(r->mm, r->old);
	error = check_area(r, vma);
	if (error)
		return error;
	if (moves(r))
		return move_to(r);
	return r->new_len > r->old_len ? grow(r, vma) : shrink(r) ?: (long)r->old;
}

/* Can it be, whatever is mapped? A new place must be one, and apart from the old. */
static bool is_valid(const struct remap *r)
{
	const unsigned long flags = MREMAP_MAYMOVE | MREMAP_FIXED | MREMAP_DONTUNMAP;

	if (r->flags & ~flags || r->old & ~PAGE_MASK || !r->new_len || r->new_len > TASK_SIZE)
		return false;
	if (!moves(r))
		return true;
	if (r->new_addr & ~PAGE_MASK || r->new_addr > TASK_SIZE - r->new_len ||
	    !(r->flags & MREMAP_MAYMOVE))
		return false;
	if (r->flags & MREMAP_DONTUNMAP && r->old_len != r->new_len)
		return false;
	return r->new_addr + r->new_len <= r->old ||
	       (r->new_addr >= r->old && r->new_addr - r->old >= r->old_len);
}

/*
 * sys_mremap - the new address, or -EINVAL, -EFAULT (not mapped, or not one mapping), -ENOMEM,
 * -EPERM (the first pages). old_len 0 maps shared memory a second time.
 */
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

	if (!is_valid(&r))
		return -EINVAL;
	down_write(&r.mm->mmap_sem);
	result = do_mremap(&r);
	mm_check(r.mm);
	up_write(&r.mm->mmap_sem);
	return result;
}
