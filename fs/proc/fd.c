/* SPDX-License-Identifier: MIT */
/* fd.c - the files and places of a process: fd/, fdinfo/, exe, cwd, root. */
#include "internal.h"
#include <nopage/string.h>

int show_path(struct seq *s, struct dentry *dentry, const char *special)
{
	unsigned int order = 0;
	char *buf, *path;

	for (;; order++) {			/* paths have no longest length */
		buf = order < MAX_ORDER ? __get_free_pages(GFP_KERNEL, order) : NULL;
		if (!buf)
			return -ENOMEM;
		path = d_path(dentry, buf, PAGE_SIZE << order);
		if (!IS_ERR(path))
			break;
		free_pages(buf, order);
	}
	seq_escape(s, path, special);
	free_pages(buf, order);
	return 0;
}

/* ------------------------------------------------------------------ fd, fdinfo */

static struct dentry *follow_fd(const struct proc_target *t)
{
	struct file *file = task_fget(t->task, t->fd);
	struct dentry *dentry;

	if (!file)
		return ERR_PTR(-ENOENT);
	dentry = dget(file->dentry);
	fput(file);
	return dentry;
}

static int show_fdinfo(struct seq *s, const struct proc_target *t)
{
	struct file *file = task_fget(t->task, t->fd);
	unsigned int cloexec;

	if (!file)
		return -ENOENT;
	cloexec = task_fd_cloexec(t->task, t->fd) ? O_CLOEXEC : 0;
	seq_printf(s, "pos:\t%lld\nflags:\t0%o\nmnt_id:\t%u\nino:\t%lu\n", file->pos,
		   file->flags | cloexec, MINOR(file->inode->sb->dev), file->inode->ino);
	fput(file);
	return 0;
}

/* The rights of a link are those the file was opened with: lookup_fd() adds them. */
static const struct proc_entry fd_entry = {
	.mode = S_IFLNK,
	.private = true,
	.follow = follow_fd,
};

static const struct proc_entry fdinfo_entry = {
	.mode = S_IFREG | 0444,
	.private = true,
	.show = show_fdinfo,
};

const struct proc_numbers proc_fd_numbers = {
	.entry = &fd_entry,
	.next = task_next_fd,
};

const struct proc_numbers proc_fdinfo_numbers = {
	.entry = &fdinfo_entry,
	.next = task_next_fd,
};

/* ------------------------------------------------------------------ exe, cwd, root */

/* The program: the file behind the area that the ELF loader put its first code in. */
struct dentry *follow_exe(const struct proc_target *t)
{
	struct dentry *dentry = ERR_PTR(-ENOENT);
	struct mm_struct *mm = get_task_mm(t->task);
	struct vm_area_struct *vma;

	if (!mm)
		return dentry;
	down_read(&mm->mmap_sem);
	vma = find_vma(mm, mm->start_code);
	if (vma && vma->vm_start <= mm->start_code && vma->vm_file)
		dentry = dget(vma->vm_file->dentry);
	up_read(&mm->mmap_sem);
	mmput(mm, EVM_LOOK);
	return dentry;
}

struct dentry *follow_cwd(const struct proc_target *t)
{
	return task_pwd(t->task);
}

struct dentry *follow_root(const struct proc_target *t)
{
	return task_root(t->task);
}
