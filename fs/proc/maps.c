/* SPDX-License-Identifier: MIT */
/*
 * maps.c - the areas of a process, and what is mapped in them: maps and smaps.
 *
 * The mm is held by mm_users while it is looked at, and its mmap_sem for read while the areas are
 * walked; the text goes to the reader after that.
 */
#include "internal.h"

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

	if (name || vma->vm_file)
		seq_printf(s, "%*s", column < NAME_COLUMN ? (int)(NAME_COLUMN - column) : 1, "");
	if (name)
		seq_puts(s, name);
	else if (vma->vm_file && show_path(s, vma->vm_file->dentry, "\n") == -ENOMEM)
		s->error = -ENOMEM;
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
	bool dirty;
	u64 share;

	if (!pte_present(pte))
		return;
	page = pte_page(pte);
	if (page == zero_page)
		return;
	sharers = page_mapcount(page);
	share = ((u32)PAGE_SIZE << PSS_SHIFT) / sharers;
	dirty = pte_dirty(pte) || PageDirty(page);
	m->pss += share;
	if (dirty)
		m->pss_dirty += share;
	if (pte_young(pte))
		m->referenced += PAGE_SIZE;
	if (sharers > 1)
		*(dirty ? &m->shared_dirty : &m->shared_clean) += PAGE_SIZE;
	else
		*(dirty ? &m->private_dirty : &m->private_clean) += PAGE_SIZE;
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

/* All that can be mapped is in memory: the root's files, as on a disk, and what programs make. */
static bool is_shmem(const struct file *file)
{
	return file && file->inode->sb != root_dentry->sb;
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
		unsigned long bits;
		const char *name;
	} names[] = {
		{ VM_READ, "rd " }, { VM_WRITE, "wr " }, { VM_EXEC, "ex " },
		{ VM_SHARED | VM_MAYWRITE, "sh " },	/* changes can be shared */
		{ VM_MAYREAD, "mr " }, { VM_MAYWRITE, "mw " }, { VM_MAYEXEC, "me " },
		{ VM_SHARED, "ms " }, { VM_GROWSDOWN, "gd " }, { VM_DONTCOPY, "dc " },
	};

	seq_puts(s, "VmFlags: ");
	for (unsigned int i = 0; i < ARRAY_SIZE(names); i++)
		if ((flags & names[i].bits) == names[i].bits)
			seq_puts(s, names[i].name);
	/* What counts against the memory there is: private memory that can be written. */
	if ((flags & (VM_WRITE | VM_SHARED)) == VM_WRITE)
		seq_puts(s, "ac ");
	if (flags & VM_WIPEONFORK)
		seq_puts(s, "wf ");
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
