/* SPDX-License-Identifier: MIT */
/*
 * futex_key.c - what a futex is known by.
 *
 * A sleeper is found by a key. For memory of one process it is the address space and the address;
 * for memory that processes share (MAP_SHARED) it is the file's inode and the place in it, so that
 * all of them come to the same key from whatever address.
 *
 * A key names its inode or mm but holds no reference: the pointer is compared, never followed. If
 * the object goes while somebody waits, a wake-up meant for its successor may reach him. That is a
 * spurious wake-up, for which every user of futexes has to be prepared.
 */
#include "internal.h"
#include <nopage/err.h>
#include <nopage/fs.h>
#include <nopage/mm.h>
#include <asm/uaccess.h>

#define KEY_PRIVATE_PAGE 1	/* offset of a shared futex in private memory; no word has it */

/*
 * page_key - of a word in vma, as its page is once it has been touched: the file's, or private; but
 * a private page that cannot be written never changes. 0, -EFAULT or -ENOMEM.
 */
static noinline int page_key(const struct vm_area_struct *vma, struct futex_key *key)
{
	unsigned long uaddr = key->index;
	bool writable = vma->vm_flags & VM_WRITE, of_file;
	struct page *page;

	if (!(vma->vm_flags & VM_ACCESS))
		return -EFAULT;
	page = get_user_page(vma->vm_mm, uaddr, writable);
	if (IS_ERR(page))
		return PTR_ERR(page);
	of_file = vma->vm_file && page->mapping == &vma->vm_file->inode->mapping;
	put_page(page);
	if (!of_file)
		return writable ? 0 : -EFAULT;
	key->object = vma->vm_file->inode;
	key->index = linear_page_index(vma, uaddr);
	key->offset = uaddr & ~PAGE_MASK;
	return 0;
}

/*
 * shared_key - key of memory that others may share: the file's, unless the page is private. Such
 * have a key that is not the one of a private futex. 0, -EFAULT or -ENOMEM.
 */
static int shared_key(struct futex_key *key)
{
	struct mm_struct *mm = current->mm;
	struct vm_area_struct *vma;
	int error = -EFAULT;

	down_read(&mm->mmap_sem);
	vma = find_vma(mm, key->index);
	if (vma && vma->vm_start <= key->index) {
		key->offset = KEY_PRIVATE_PAGE;
		error = vma->vm_flags & VM_WRITE && !vma->vm_ops ? 0 : page_key(vma, key);
	}
	up_read(&mm->mmap_sem);
	return error;
}

int futex_key(unsigned long uaddr, bool shared, struct futex_key *key)
{
	if (unlikely(uaddr % sizeof(u32)))
		return -EINVAL;
	if (unlikely(!access_ok((void *)uaddr, sizeof(u32))))
		return -EFAULT;
	key->object = current->mm;
	key->index = uaddr;
	key->offset = 0;
	return shared ? shared_key(key) : 0;
}
