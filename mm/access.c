/* SPDX-License-Identifier: MIT */
/*
 * access.c - the memory of another address space, page by page, for /proc/PID/mem and its kin.
 *
 * A page that is not there is made to be by the same ladder that the owner's own faults climb. The
 * frame is held while it is copied, so that it may be unmapped meanwhile. As a debugger needs it,
 * rights do not matter as long as the owner could give them to itself: code can be read where only
 * execution is allowed, and written privately. The write then breaks the sharing of the frame, but
 * the entry is write-protected again before anybody else runs; with several processors a thread
 * could see it writable.
 */
#include "internal.h"
#include <nopage/string.h>
#include <asm/tlb.h>

#define MAX_TRIES	16		/* reclaim or a thread may take the page away meanwhile */

/* May memory of the area be looked at (written), if need be against its present rights? */
static bool may_access_area(const struct vm_area_struct *vma, bool write)
{
	if (!write)
		return vma->vm_flags & VM_MAYREAD;
	return vma->vm_flags & VM_WRITE || is_cow_mapping(vma->vm_flags);
}

/* The frame at addr with a reference, if the entry allows the access; NULL: a fault is needed. */
static struct page *follow_page(struct vm_area_struct *vma, unsigned long addr, bool write)
{
	struct mm_struct *mm = vma->vm_mm;
	pgd_t *pgd = pgd_offset(mm, addr);
	struct page *page = NULL;
	pte_t *ptep;

	spin_lock(&mm->page_table_lock);
	if (pgd_present(*pgd)) {
		ptep = pte_offset(pgd, addr);
		if (pte_present(*ptep) && (!write || pte_write(*ptep))) {
			page = pte_page(*ptep);
			get_page(page);
		}
		if (page && write && !(vma->vm_flags & VM_WRITE)) {
			set_pte(ptep, pte_wrprotect(*ptep));
			flush_tlb_page(mm, addr);
		}
	}
	spin_unlock(&mm->page_table_lock);
	return page;
}

struct page *get_user_page(struct mm_struct *mm, unsigned long addr, bool write)
{
	struct vm_area_struct *vma = find_vma(mm, addr);
	enum fault_result result;
	struct page *page;

	if (!vma || vma->vm_start > addr || !may_access_area(vma, write))
		return ERR_PTR(-EFAULT);
	for (int i = 0; i < MAX_TRIES; i++) {
		struct fault f = { .mm = mm, .vma = vma, .address = addr };

		page = follow_page(vma, addr, write);
		if (page)
			return page;
		f.how = write ? FA_USER | FA_WRITE : FA_USER;
		result = handle_mm_fault(&f);
		if (result == VM_FAULT_OOM)
			return ERR_PTR(-ENOMEM);
		if (result != VM_FAULT_MINOR && result != VM_FAULT_MAJOR)
			return ERR_PTR(-EFAULT);
	}
	return ERR_PTR(-EAGAIN);
}

ssize_t access_process_vm(struct mm_struct *mm, unsigned long addr, void *buf, size_t len,
			  bool write)
{
	size_t done = 0, part;
	ssize_t error = 0;

	might_sleep();
	down_read(&mm->mmap_sem);
	for (; done < len; done += part, addr += part) {
		struct page *page = get_user_page(mm, addr, write);
		char *at;

		if (IS_ERR(page)) {
			error = PTR_ERR(page);
			break;
		}
		part = min(len - done, (size_t)(PAGE_SIZE - (addr & ~PAGE_MASK)));
		at = (char *)page_address(page) + (addr & ~PAGE_MASK);
		if (write)
			memcpy(at, buf + done, part);
		else
			memcpy(buf + done, at, part);
		put_page(page);
	}
	up_read(&mm->mmap_sem);
	return done ? (ssize_t)done : error;
}
