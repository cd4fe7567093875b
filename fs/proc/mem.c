/* SPDX-License-Identifier: MIT */
/*
 * mem.c - the memory of a process: mem and pagemap, and the strings that its program got.
 *
 * An open mem or pagemap belongs to the address space that the process had when it was opened: the
 * file keeps the struct (mm_count), not the memory. When the process has left it, nothing is left.
 */
#include "internal.h"
#include <nopage/string.h>
#include <asm/uaccess.h>

/* ------------------------------------------------------------------ strings of the program */

/* Memory [start, end) of the process as it is; what cannot be read ends it. */
static int show_memory(struct seq *s, struct mm_struct *mm, unsigned long start, unsigned long end)
{
	char *page = __get_free_pages(GFP_KERNEL, 0);
	ssize_t n = 0;

	if (!page)
		return -ENOMEM;
	for (; start < end && !s->error; start += n) {
		n = access_process_vm(mm, start, page, min(end - start, PAGE_SIZE), false);
		if (n <= 0)
			break;
		seq_write(s, page, n);
	}
	free_pages(page, 0);
	return 0;
}

int show_cmdline(struct seq *s, const struct proc_target *t)
{
	struct mm_struct *mm = get_task_mm(t->task);
	int error;

	if (!mm)
		return 0;
	error = show_memory(s, mm, mm->arg_start, mm->arg_end);
	mmput(mm, EVM_LOOK);
	return error;
}

int show_environ(struct seq *s, const struct proc_target *t)
{
	struct mm_struct *mm = get_task_mm(t->task);
	int error;

	if (!mm)
		return 0;
	error = show_memory(s, mm, mm->env_start, mm->env_end);
	mmput(mm, EVM_LOOK);
	return error;
}

/* ------------------------------------------------------------------ an open file on an mm */

static int mm_open(struct inode *inode, struct file *file)
{
	struct task_struct *p = node_task(proc_node(inode));
	struct mm_struct *mm = NULL;
	int error = 0;

	if (!p)
		return -ESRCH;
	if (may_look_into(p))
		mm = get_task_mm(p);
	else
		error = -EACCES;
	put_task_struct(p);
	if (mm) {
		mmgrab(mm, EVM_LOOK);
		mmput(mm, EVM_LOOK);
	}
	file->private_data = mm;
	return error;
}

static void mm_release_file(struct inode *inode __unused, struct file *file)
{
	if (file->private_data)
		mmdrop(file->private_data, EVM_LOOK);
}

/* The mm of the file as its user, or NULL: it is gone. */
static struct mm_struct *file_mm(struct file *file)
{
	struct mm_struct *mm = file->private_data;

	return mm && mmget_not_zero(mm, EVM_LOOK) ? mm : NULL;
}

/* ------------------------------------------------------------------ mem */

/* Move up to a page between the user's buffer and addr. page is a page of ours. Bytes or -Exxx. */
static ssize_t mem_part(struct mm_struct *mm, unsigned long addr, char *buf, char *page,
			size_t count, bool write)
{
	ssize_t n;

	if (write && copy_from_user(page, buf, count))
		return -EFAULT;
	n = access_process_vm(mm, addr, page, count, write);
	if (n <= 0)
		return n == -EFAULT ? -EIO : n;
	if (!write && copy_to_user(buf, page, n))
		return -EFAULT;
	return n;
}

static ssize_t mem_rw(struct file *file, char *buf, size_t count, loff_t *pos, bool write)
{
	struct mm_struct *mm;
	ssize_t n = 0;
	size_t done = 0;
	char *page;

	if (*pos < 0 || *pos >= TASK_SIZE)
		return *pos < 0 ? -EINVAL : -EIO;
	page = __get_free_pages(GFP_KERNEL, 0);
	if (!page)
		return -ENOMEM;
	mm = file_mm(file);
	while (mm && done < count && *pos < TASK_SIZE) {
		n = mem_part(mm, *pos, buf + done, page, min(count - done, (size_t)PAGE_SIZE), write);
		if (n <= 0)
			break;
		done += n;
		*pos += n;
	}
	if (mm)
		mmput(mm, EVM_LOOK);
	free_pages(page, 0);
	return done ? (ssize_t)done : n;
}

static ssize_t mem_read(struct file *file, char *buf, size_t count, loff_t *pos)
{
	return mem_rw(file, buf, count, pos, false);
}

static ssize_t mem_write(struct file *file, const char *buf, size_t count, loff_t *pos)
{
	return mem_rw(file, (char *)buf, count, pos, true);
}

/* Positions are addresses: there is no end to seek from. */
static loff_t mem_llseek(struct file *file, loff_t offset, int whence)
{
	if (whence == SEEK_CUR)
		offset += file->pos;
	else if (whence != SEEK_SET)
		return -EINVAL;
	return file->pos = offset;
}

const struct file_operations proc_mem_fops = {
	.open = mm_open,
	.release = mm_release_file,
	.read = mem_read,
	.write = mem_write,
	.llseek = mem_llseek,
};

/* ------------------------------------------------------------------ pagemap */

/* An entry, one per page of the address space (Linux, admin-guide/mm/pagemap.rst). */
#define PM_PRESENT	(1ULL << 63)
#define PM_FILE		(1ULL << 61)	/* of a file, or shared anonymous memory */
#define PM_EXCLUSIVE	(1ULL << 56)	/* mapped once */
#define PM_SOFT_DIRTY	(1ULL << 55)	/* always: nothing clears it */
#define PM_PFN_MASK	((1ULL << 55) - 1)

struct pagemap_walk {
	unsigned long start;
	u64 *entries;
	bool frames;			/* may frame numbers be told? */
};

static void pagemap_entry(void *arg, unsigned long addr, pte_t pte)
{
	struct pagemap_walk *walk = arg;
	u64 *entry = &walk->entries[(addr - walk->start) >> PAGE_SHIFT];
	struct page *page;

	if (!pte_present(pte))
		return;
	page = pte_page(pte);
	*entry |= PM_PRESENT;
	if (walk->frames)
		*entry |= pte_pfn(pte) & PM_PFN_MASK;
	if (page->mapping)
		*entry |= PM_FILE;
	if (page != zero_page && page_mapcount(page) == 1)
		*entry |= PM_EXCLUSIVE;
}

/* The entries of [start, end), at most a batch of them. */
static void pagemap_fill(struct mm_struct *mm, struct pagemap_walk *walk, unsigned long end)
{
	unsigned long addr = walk->start;

	memset(walk->entries, 0, PAGE_SIZE);
	down_read(&mm->mmap_sem);
	for (struct vm_area_struct *vma = find_vma(mm, addr); vma && vma->vm_start < end;
	     vma = vma->vm_next)
		for (addr = max(vma->vm_start, addr); addr < min(vma->vm_end, end); addr += PAGE_SIZE)
			walk->entries[(addr - walk->start) >> PAGE_SHIFT] = PM_SOFT_DIRTY;
	walk_page_range(mm, walk->start, end, pagemap_entry, walk);
	up_read(&mm->mmap_sem);
}

static ssize_t pagemap_read(struct file *file, char *buf, size_t count, loff_t *pos)
{
	struct pagemap_walk walk = { .frames = capable(CAP_SYS_ADMIN) };
	const loff_t size = TASK_SIZE / PAGE_SIZE * sizeof(u64);
	struct mm_struct *mm;
	size_t done = 0, part;
	ssize_t error = 0;

	if (*pos < 0 || *pos % sizeof(u64) || count % sizeof(u64))
		return -EINVAL;
	walk.entries = __get_free_pages(GFP_KERNEL, 0);
	if (!walk.entries)
		return -ENOMEM;
	mm = file_mm(file);
	for (; mm && done < count && *pos < size; done += part, *pos += part) {
		part = min((loff_t)min(count - done, (size_t)PAGE_SIZE), size - *pos);
		walk.start = (unsigned long)*pos / sizeof(u64) << PAGE_SHIFT;
		pagemap_fill(mm, &walk, walk.start + (part / sizeof(u64) << PAGE_SHIFT));
		if (copy_to_user(buf + done, walk.entries, part)) {
			error = -EFAULT;
			break;
		}
	}
	if (mm)
		mmput(mm, EVM_LOOK);
	free_pages(walk.entries, 0);
	return done ? (ssize_t)done : error;
}

const struct file_operations proc_pagemap_fops = {
	.open = mm_open,
	.release = mm_release_file,
	.read = pagemap_read,
	.llseek = mem_llseek,
};
