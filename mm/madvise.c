/* SPDX-License-Identifier: MIT */
/*
 * madvise.c - hints about the use of memory, and questions about it: madvise, mincore, msync.
 *
 * Hints about read-ahead, swapping and dumps are accepted and need nothing: files are in memory.
 * MADV_DONTNEED is more than a hint: private pages are gone at once, and come back as zeroes or as
 * in the file.
 */
#include "internal.h"
#include <nopage/fs.h>
#include <nopage/sched.h>
#include <nopage/syscalls.h>
#include <asm/uaccess.h>
#include <uapi/mman.h>

/*
 * For each area of [start, end) call fn, if any, with the part that lies in it; mmap_sem is held.
 * -ENOMEM when a part of the range is not mapped (the rest is done all the same), or fn's error.
 */
static int for_each_part(struct mm_struct *mm, unsigned long start, unsigned long end,
			 int (*fn)(struct vm_area_struct *vma, unsigned long start,
				   unsigned long end, void *arg), void *arg)
{
	struct vm_area_struct *vma = find_vma(mm, start);
	int error, hole = 0;

	for (; vma && vma->vm_start < end; vma = vma->vm_next) {
		if (start < vma->vm_start)
			hole = -ENOMEM;
		start = max(start, vma->vm_start);
		error = fn ? fn(vma, start, min(end, vma->vm_end), arg) : 0;
		if (error)
			return error;
		start = vma->vm_end;
	}
	return start < end ? -ENOMEM : hole;
}

/* [start, start + len) in whole pages, *end behind it; -EINVAL or -ENOMEM when it cannot be. */
static int page_range(unsigned long start, unsigned long len, unsigned long *end)
{
	*end = start + PAGE_ALIGN(len);
	if (start & ~PAGE_MASK)
		return -EINVAL;
	return len && *end <= start ? -ENOMEM : 0;
}

/* ------------------------------------------------------------------ madvise */

/* MADV_FREE is for anonymous private memory only; dropping at once is what it allows us to do. */
static int advise_part(struct vm_area_struct *vma, unsigned long start, unsigned long end,
		       void *arg)
{
	const long advice = *(long *)arg;

	if (advice == MADV_FREE && vma->vm_ops)
		return -EINVAL;
	if (advice == MADV_FREE || advice == MADV_DONTNEED || advice == MADV_DONTNEED_LOCKED)
		zap_page_range(vma->vm_mm, start, end);
	return 0;
}

/* Advice that does not change what fork() does. */
#define OTHER_ADVICE	(BIT(MADV_NORMAL) | BIT(MADV_RANDOM) | BIT(MADV_SEQUENTIAL) | \
			 BIT(MADV_WILLNEED) | BIT(MADV_DONTNEED) | BIT(MADV_FREE) | \
			 BIT(MADV_DONTDUMP) | BIT(MADV_DODUMP) | BIT(MADV_COLD) | \
			 BIT(MADV_PAGEOUT) | BIT(MADV_DONTNEED_LOCKED))

/* What fork() does with areas: *set and *clear are vm_flags. False: the advice is another one. */
static bool fork_advice(long advice, unsigned long *set, unsigned long *clear)
{
	*set = advice == MADV_DONTFORK ? VM_DONTCOPY : advice == MADV_WIPEONFORK ? VM_WIPEONFORK : 0;
	*clear = advice == MADV_DOFORK ? VM_DONTCOPY : advice == MADV_KEEPONFORK ? VM_WIPEONFORK : 0;
	return *set || *clear;
}

/* sys_madvise - 0, -EINVAL (alignment, unknown advice), -ENOMEM (a part is not mapped). */
long sys_madvise(long start, long len, long advice)
{
	struct mm_struct *mm = current->mm;
	unsigned long end, set, clear;
	bool fork = fork_advice(advice, &set, &clear);
	int error = page_range(start, len, &end);

	if (!fork && ((unsigned long)advice >= 32 || !(OTHER_ADVICE & BIT(advice))))
		return -EINVAL;
	if (error)
		return -EINVAL;
	if (!len)
		return 0;
	if (fork) {
		down_write(&mm->mmap_sem);
		error = advise_fork(mm, start, end, set, clear);
		mm_check(mm);
		up_write(&mm->mmap_sem);
		return error;
	}
	down_read(&mm->mmap_sem);
	error = for_each_part(mm, start, end, advise_part, &advice);
	mm_check(mm);
	up_read(&mm->mmap_sem);
	return error;
}

/* ------------------------------------------------------------------ mincore */

/* Is the page at addr in memory: mapped here, or in the cache of its file? */
static bool page_resident(struct vm_area_struct *vma, unsigned long addr)
{
	pgd_t *pgd = pgd_offset(vma->vm_mm, addr);
	struct page *page;

	if (!pgd_none(*pgd) && !pte_none(*pte_offset(pgd, addr)))
		return true;
	if (!vma->vm_file || !vma->vm_ops)
		return false;
	page = find_get_page(&vma->vm_file->inode->mapping, linear_page_index(vma, addr));
	if (page)
		put_page(page);
	return page;
}

/*
 * A byte for each page from start to end or the end of its area: how many, or -ENOMEM: none. What
 * others use of a file is nobody's business who could not write to it: all pages seem to be there.
 */
static int mincore_part(struct mm_struct *mm, unsigned long start, unsigned long end, u8 *found)
{
	struct vm_area_struct *vma = find_vma(mm, start);
	bool open;
	int n = 0;

	if (!vma || vma->vm_start > start)
		return -ENOMEM;
	open = !vma->vm_ops || (vma->vm_file && may_see_cache(vma->vm_file));
	for (end = min(end, vma->vm_end); start < end; start += PAGE_SIZE)
		found[n++] = !open || page_resident(vma, start);
	return n;
}

#define MINCORE_BATCH	256		/* pages per look, so that mmap_sem is not held for long */

/* sys_mincore - one byte for each page into vec: 1 = in memory. 0, -EINVAL, -ENOMEM, -EFAULT. */
long sys_mincore(long start, long len, long vec)
{
	struct mm_struct *mm = current->mm;
	unsigned long addr = start, end;
	u8 *out = (u8 *)vec, found[MINCORE_BATCH];
	int n = page_range(start, len, &end);

	for (; n >= 0 && addr < end; addr += n * PAGE_SIZE, out += n) {
		down_read(&mm->mmap_sem);
		n = mincore_part(mm, addr, min(end - addr, MINCORE_BATCH * PAGE_SIZE) + addr, found);
		up_read(&mm->mmap_sem);
		if (n > 0 && copy_to_user(out, found, n))
			n = -EFAULT;
	}
	return min(n, 0);
}

/* ------------------------------------------------------------------ msync */

/* sys_msync - shared writes are in the file already: only the arguments are checked. */
long sys_msync(long start, long len, long flags)
{
	struct mm_struct *mm = current->mm;
	unsigned long end;
	int error = page_range(start, len, &end);

	if (flags & ~(MS_ASYNC | MS_INVALIDATE | MS_SYNC) ||
	    (flags & (MS_ASYNC | MS_SYNC)) == (MS_ASYNC | MS_SYNC))
		return -EINVAL;
	if (error || !len)
		return error;
	down_read(&mm->mmap_sem);
	error = for_each_part(mm, start, end, NULL, NULL);
	up_read(&mm->mmap_sem);
	return error;
}
