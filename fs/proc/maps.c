/* SPDX-License-Identifier: MIT */
/*
 * maps.c - the address space of a process: maps, smaps, pagemap, mem, and the strings on its stack.
 *
 * All of them hold the mm by mm_users while they look, and its mmap_sem for read while they walk
 * the areas; the text goes to the reader after that.
 */
#include "internal.h"
#include <nopage/slab.h>
#include <nopage/string.h>
#include <asm/uaccess.h>

#define NAME_COLUMN	49		/* where the name starts in a line of maps; 32-bit Linux */

/* ------------------------------------------------------------------ maps */

/* What an area without a name is for, or NULL. */
static const char *special_name(const struct vm_area_struct *vma)
{
	const struct mm_struct *mm = vma->vm_mm;

	if (vma->vm_start <= mm->brk && vma->vm_end >= mm->start_brk && mm->start_brk < mm->brk)
		return "[heap]";
	if (mm->vdso && vma->vm_start == mm->vdso)
		return "[vdso]";
	if (vma->vm_start <= mm->start_stack && vma->vm_end >= mm->start_stack)
		return "[stack]";
	return NULL;
}

static void maps_name(struct seq *s, const struct vm_area_struct *vma, size_t column)
{
	const char *name = vma->vm_file ? NULL : special_name(vma);
	char *page = NULL;

	if (vma->vm_file) {
		page = __get_free_pages(GFP_KERNEL, 0);
		if (page)
			name = file_path(vma->vm_file, page, PAGE_SIZE);
		else
			s->error = -ENOMEM;
	}
	if (name) {
		seq_printf(s, "%*s", column < NAME_COLUMN ? (int)(NAME_COLUMN - column) : 1, "");
		seq_escape(s, name, "\n");
	}
	if (page)
		free_pages(page, 0);
	seq_puts(s, "\n");
}

static void maps_line(struct seq *s, const struct vm_area_struct *vma)
{
	const struct inode *inode = vma->vm_file ? vma->vm_file->inode : NULL;
	dev_t dev = inode ? inode->sb->dev : 0;
	unsigned long flags = vma->vm_flags;
	size_t start = s->len;

	seq_printf(s, "%08lx-%08lx %c%c%c%c %08llx %02x:%02x %lu ", vma->vm_start, vma->vm_end,
		   flags & VM_READ ? 'r' : '-', flags & VM_WRITE ? 'w' : '-',
		   flags & VM_EXEC ? 'x' : '-', flags & VM_SHARED ? 's' : 'p',
		   inode ? (u64)vma->vm_pgoff << PAGE_SHIFT : 0, MAJOR(dev), MINOR(dev),
		   inode ? inode->ino : 0);
	maps_name(s, vma, s->len - start);
}

/* Call line for every area. A process without an address space has an empty text. */
static int each_area(struct seq *s, struct task_struct *p,
		     void (*line)(struct seq *s, const struct vm_area_struct *vma))
{
	struct mm_struct *mm = get_task_mm(p);

	if (!mm)
		return 0;
	down_read(&mm->mmap_sem);
	for (struct vm_area_struct *vma = mm->mmap; vma && !s->error; vma = vma->vm_next)
		line(s, vma);
	up_read(&mm->mmap_sem);
	mmput(mm, EVM_LOOK);
	return 0;
}

int show_maps(struct seq *s, const struct proc_target *t)
{
	return each_area(s, t->task, maps_line);
}

/* ------------------------------------------------------------------ smaps */

struct count_walk {
	struct mapped *m;
	bool shmem;			/* frames of files are those of nameless ones */
};

static void count_frame(void *arg, unsigned long addr __unused, pte_t pte)
{
	struct count_walk *walk = arg;
	struct mapped *m = walk->m;
	struct page *page;
	unsigned int sharers;
	u64 share;

	if (!pte_present(pte))
		return;
	page = pte_page(pte);
	if (page == zero_page)
		return;
	sharers = page_mapcount(page);
	share = ((u32)PAGE_SIZE << PSS_SHIFT) / sharers;
	m->pss += share;
	if (pte_dirty(pte))
		m->pss_dirty += share;
	if (pte_young(pte))
		m->referenced += PAGE_SIZE;
	if (sharers > 1)
		*(pte_dirty(pte) ? &m->shared_dirty : &m->shared_clean) += PAGE_SIZE;
	else
		*(pte_dirty(pte) ? &m->private_dirty : &m->private_clean) += PAGE_SIZE;
	if (!page->mapping) {
		m->anon += PAGE_SIZE;
		m->pss_anon += share;
	} else if (walk->shmem) {
		m->shmem += PAGE_SIZE;
		m->pss_shmem += share;
	} else {
		m->file += PAGE_SIZE;
		m->pss_file += share;
	}
}

/* Shared anonymous memory, which is in a tmpfs of its own, and files of other ones. */
static bool is_shmem(const struct file *file)
{
	return file && !strcmp(file->inode->sb->type->name, "tmpfs");
}

void count_mapped(struct mapped *m, struct vm_area_struct *vma)
{
	struct count_walk walk = { m, is_shmem(vma->vm_file) };

	walk_page_range(vma->vm_mm, vma->vm_start, vma->vm_end, count_frame, &walk);
}

static void smaps_kib(struct seq *s, const char *name, unsigned long bytes)
{
	seq_printf(s, "%-16s%8lu kB\n", name, bytes >> 10);
}

static void smaps_counts(struct seq *s, const struct mapped *m, bool rollup)
{
	smaps_kib(s, "Rss:", m->anon + m->file + m->shmem);
	smaps_kib(s, "Pss:", m->pss >> PSS_SHIFT);
	smaps_kib(s, "Pss_Dirty:", m->pss_dirty >> PSS_SHIFT);
	if (rollup) {
		smaps_kib(s, "Pss_Anon:", m->pss_anon >> PSS_SHIFT);
		smaps_kib(s, "Pss_File:", m->pss_file >> PSS_SHIFT);
		smaps_kib(s, "Pss_Shmem:", m->pss_shmem >> PSS_SHIFT);
	}
	smaps_kib(s, "Shared_Clean:", m->shared_clean);
	smaps_kib(s, "Shared_Dirty:", m->shared_dirty);
	smaps_kib(s, "Private_Clean:", m->private_clean);
	smaps_kib(s, "Private_Dirty:", m->private_dirty);
	smaps_kib(s, "Referenced:", m->referenced);
	smaps_kib(s, "Anonymous:", m->anon);
	smaps_kib(s, "Swap:", 0);
	smaps_kib(s, "SwapPss:", 0);
	smaps_kib(s, "Locked:", 0);
}

static void smaps_flags(struct seq *s, unsigned long flags)
{
	static const struct {
		unsigned long bit;
		const char *name;
	} names[] = {
		{ VM_READ, "rd " }, { VM_WRITE, "wr " }, { VM_EXEC, "ex " }, { VM_SHARED, "sh " },
		{ VM_MAYREAD, "mr " }, { VM_MAYWRITE, "mw " }, { VM_MAYEXEC, "me " },
		{ VM_SHARED, "ms " }, { VM_GROWSDOWN, "gd " },
	};

	seq_puts(s, "VmFlags: ");
	for (unsigned int i = 0; i < ARRAY_SIZE(names); i++)
		if (flags & names[i].bit)
			seq_puts(s, names[i].name);
	/* What counts against the memory there is: private memory that can be written. */
	if ((flags & (VM_WRITE | VM_SHARED)) == VM_WRITE)
		seq_puts(s, "ac ");
	seq_puts(s, "\n");
}

static void smaps_area(struct seq *s, const struct vm_area_struct *vma)
{
	struct mapped m = { 0 };

	maps_line(s, vma);
	smaps_kib(s, "Size:", vma->vm_end - vma->vm_start);
	smaps_kib(s, "KernelPageSize:", PAGE_SIZE);
	smaps_kib(s, "MMUPageSize:", PAGE_SIZE);
	count_mapped(&m, (struct vm_area_struct *)vma);
	smaps_counts(s, &m, false);
	smaps_flags(s, vma->vm_flags);
}

int show_smaps(struct seq *s, const struct proc_target *t)
{
	return each_area(s, t->task, smaps_area);
}

int show_smaps_rollup(struct seq *s, const struct proc_target *t)
{
	struct mm_struct *mm = get_task_mm(t->task);
	struct vm_area_struct *vma, *last = NULL;
	struct mapped m = { 0 };

	if (!mm)
		return -ESRCH;
	down_read(&mm->mmap_sem);
	for (vma = mm->mmap; vma; last = vma, vma = vma->vm_next)
		count_mapped(&m, vma);
	if (last) {
		seq_printf(s, "%08lx-%08lx ---p 00000000 00:00 0 ", mm->mmap->vm_start,
			   last->vm_end);
		seq_printf(s, "%*s[rollup]\n", NAME_COLUMN - 40, "");
		smaps_counts(s, &m, true);
	}
	up_read(&mm->mmap_sem);
	mmput(mm, EVM_LOOK);
	return 0;
}

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

/*
 * pagemap and mem belong to the address space that the process had when they were opened: the file
 * keeps the struct (mm_count), not the memory. When the process has left it, there is nothing left.
 */
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
