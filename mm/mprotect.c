/* SPDX-License-Identifier: MIT */
/*
 * mprotect.c - change the rights of mapped memory: areas are cut so that the range is made of whole
 * ones, get new flags, and are joined again with neighbours that have become equal. So are they for
 * what fork() is to do with memory (madvise).
 *
 * Locks: mmap_sem for write.
 */
#include "internal.h"
#include <nopage/sched.h>
#include <nopage/syscalls.h>
#include <asm/tlb.h>
#include <uapi/mman.h>

/* Give every entry of the area the rights of prot; frames stay. */
static __always_inline void change_protection(struct vm_area_struct *vma, pgprot_t prot)
{
	struct mm_struct *mm = vma->vm_mm;
	unsigned long addr = vma->vm_start, stop;
	pte_t *ptep;

	spin_lock(&mm->page_table_lock);
	for (; (ptep = next_table(mm, &addr, vma->vm_end, &stop)); addr = stop)
		for (; addr < stop; ptep++, addr += PAGE_SIZE)
			if (!pte_none(*ptep))
				set_pte(ptep, pte_modify(ptep_get_and_clear(ptep), prot));
	flush_tlb_range(mm, vma->vm_start, vma->vm_end);
	spin_unlock(&mm->page_table_lock);
}

/*
 * mprotect_fixup - new flags for [start, end) of vma. Both cuts come first: if the second fails,
 * nothing has changed but that an area is in two parts, and those are joined again. 0 or -ENOMEM.
 */
static __always_inline int mprotect_fixup(struct vm_area_struct *vma, unsigned long start,
					  unsigned long end, unsigned long flags)
{
	if (flags == vma->vm_flags)
		return 0;
	if (vma->vm_start < start) {
		if (split_vma(vma, start))
			return -ENOMEM;
		vma = vma->vm_next;
	}
	if (end < vma->vm_end && split_vma(vma, end)) {
		vma_merge(vma);
		return -ENOMEM;
	}
	vma->vm_flags = flags;
	vma->vm_page_prot = vm_get_page_prot(flags);
	change_protection(vma, vma->vm_page_prot);
	event_vma(VMA_PROTECT, vma, vma->vm_start, vma->vm_end);
	vma_merge(vma);
	return 0;
}

/* The rights that prot asks for are limited by what the mapping may ever have. */
static bool may_protect(const struct vm_area_struct *vma, unsigned long prot)
{
	unsigned long may = (vma->vm_flags / VM_MAYREAD) & VM_ACCESS;

	BUILD_BUG_ON(VM_MAYREAD / VM_READ != VM_MAYEXEC / VM_EXEC);
	return !(prot & ~may);
}

#define PROT_GROWS	((unsigned long)(PROT_GROWSDOWN | PROT_GROWSUP))

/*
 * mprotect_special - prot has more than rights: PROT_SEM, which is nothing, or PROT_GROWSDOWN: from
 * the start of the stack that is found there, if it is one.
 */
static noinline int mprotect_special(struct mm_struct *mm, unsigned long start, unsigned long end,
				     unsigned long prot)
{
	unsigned long grows = prot & PROT_GROWS;
	struct vm_area_struct *vma;

	prot &= ~(PROT_GROWS | PROT_SEM);
	if (prot & ~(unsigned long)VM_ACCESS || grows == PROT_GROWS)
		return -EINVAL;
	if (grows) {
		vma = find_vma(mm, start);
		if (!vma || vma->vm_start >= end || (grows == PROT_GROWSUP && vma->vm_start > start))
			return -ENOMEM;
		if (grows == PROT_GROWSUP || !(vma->vm_flags & VM_GROWSDOWN))
			return -EINVAL;		/* nothing grows up here */
		start = vma->vm_start;
	}
	return do_mprotect(mm, start, end - start, prot);
}

/* Area by area: those before the one that fails keep the new rights. */
noinline int do_mprotect(struct mm_struct *mm, unsigned long start, unsigned long len,
			 unsigned long prot)
{
	unsigned long end = start + PAGE_ALIGN(len), stop, flags;
	struct vm_area_struct *vma;
	int error = 0;

	assert_mmap_write(mm);
	if (start & ~PAGE_MASK)
		return -EINVAL;
	if (end <= start)			/* around the end of memory, or nothing */
		return (prot & PROT_GROWS) == PROT_GROWS ? -EINVAL : len ? -ENOMEM : 0;
	if (unlikely(prot & ~(unsigned long)VM_ACCESS))
		return mprotect_special(mm, start, end, prot);
	for (; start < end && !error; start = stop) {
		vma = find_vma(mm, start);
		stop = vma ? min(end, vma->vm_end) : end;
		if (!vma || vma->vm_start > start)
			error = -ENOMEM;
		else if (!may_protect(vma, prot))
			error = -EACCES;
		if (error)
			break;
		flags = (vma->vm_flags & ~VM_ACCESS) | prot;
		imply_exec(mm, &flags);
		error = mprotect_fixup(vma, start, stop, flags);
	}
	mm_check(mm);
	return error;
}

long sys_mprotect(long start, long len, long prot)
{
	struct mm_struct *mm = current->mm;
	int error;

	down_write(&mm->mmap_sem);
	error = do_mprotect(mm, start, len, prot);
	up_write(&mm->mmap_sem);
	return error;
}

int advise_fork(struct mm_struct *mm, unsigned long start, unsigned long end, unsigned long set,
		unsigned long clear)
{
	struct vm_area_struct *vma;
	unsigned long stop;
	int error = 0, hole = 0;

	for (; start < end && !error; start = stop) {
		vma = find_vma(mm, start);
		if (!vma || vma->vm_start > start)
			hole = -ENOMEM;
		if (!vma || vma->vm_start >= end)
			break;
		start = max(start, vma->vm_start);
		if (set == VM_WIPEONFORK && (vma->vm_file || vma->vm_flags & VM_SHARED))
			return -EINVAL;
		stop = min(end, vma->vm_end);
		error = mprotect_fixup(vma, start, stop, (vma->vm_flags | set) & ~clear);
	}
	return error ?: hole;
}
