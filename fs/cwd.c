/* SPDX-License-Identifier: MIT */
/* cwd.c - where a process stands: its working directory, and the rights it takes from new files. */
#include "internal.h"
#include <nopage/cred.h>
#include <nopage/mm.h>
#include <nopage/sched.h>
#include <nopage/slab.h>
#include <nopage/string.h>
#include <nopage/syscalls.h>
#include <asm/uaccess.h>
#include <uapi/sched.h>

#define DEFAULT_UMASK	022

/* Where a process stands; shared with CLONE_FS. */
struct fs_struct {
	atomic_t count;			/* tasks */
	struct dentry *pwd, *root;	/* counted; dcache_lock */
	mode_t umask;
};

struct dentry *fs_root(void)
{
	assert_spin_locked(&dcache_lock);
	return current->fs ? current->fs->root : root_dentry;
}

/*
 * The place of any task: another's for /proc. Nothing sleeps before dcache_lock is taken, so that
 * on one CPU the task cannot have given its fs_struct up.
 */
static struct dentry *task_place(const struct task_struct *p, bool root)
{
	const struct fs_struct *fs = READ_ONCE(p->fs);
	struct dentry *dentry = ERR_PTR(-ENOENT);

	BUILD_BUG_ON(NR_CPUS != 1);
	spin_lock(&dcache_lock);
	if (fs)
		dentry = dget(root ? fs->root : fs->pwd);
	else if (p == current || p->flags & PF_KTHREAD)
		dentry = dget(root_dentry);
	spin_unlock(&dcache_lock);
	return dentry;
}

struct dentry *task_pwd(const struct task_struct *p)
{
	return task_place(p, false);
}

struct dentry *task_root(const struct task_struct *p)
{
	return task_place(p, true);
}

mode_t task_umask(const struct task_struct *p)
{
	const struct fs_struct *fs = READ_ONCE(p->fs);

	return fs ? fs->umask : DEFAULT_UMASK;
}

/* Move the current process to what dentry names, an ERR_PTR or a reference that is consumed. */
static long change_place(struct dentry **place, struct dentry *dentry, bool allowed)
{
	int error;

	if (IS_ERR(dentry))
		return PTR_ERR(dentry);
	error = S_ISDIR(dentry->inode->mode) ? inode_permission(dentry->inode, MAY_EXEC) : -ENOTDIR;
	if (!error && !allowed)
		error = -EPERM;
	if (!error) {
		spin_lock(&dcache_lock);
		swap(*place, dentry);
		spin_unlock(&dcache_lock);
	}
	put_place(dentry);
	return error;
}

long sys_chdir(long path)
{
	return change_place(&current->fs->pwd, user_lookup(AT_FDCWD, path, LOOKUP_FOLLOW), true);
}

long sys_chroot(long path)
{
	return change_place(&current->fs->root, user_lookup(AT_FDCWD, path, LOOKUP_FOLLOW),
			    capable(CAP_SYS_CHROOT));
}

long sys_fchdir(long fd)
{
	return change_place(&current->fs->pwd, fd_lookup(fd, true), true);
}

#define UNREACHABLE "(unreachable)"

/* sys_getcwd - the path with its NUL; its length, as Linux returns it. */
long sys_getcwd(long buf, long size)
{
	struct dentry *pwd = task_pwd(current);
	size_t prefix = d_reachable(pwd) ? 0 : strlen(UNREACHABLE);
	char *page = __get_free_pages(GFP_KERNEL, 0), *path;
	long len = -ENOMEM;

	if (!page)
		goto out;
	path = d_unlinked(pwd) ? ERR_PTR(-ENOENT)
			       : d_path(pwd, page + prefix, PAGE_SIZE - prefix);
	len = PTR_ERR(path);
	if (IS_ERR(path))
		goto out_page;
	path -= prefix;
	memcpy(path, UNREACHABLE, prefix);
	len = page + PAGE_SIZE - path;
	if ((unsigned long)len > (unsigned long)size)
		len = -ERANGE;
	else if (copy_to_user((char *)buf, path, len))
		len = -EFAULT;
out_page:
	free_pages(page, 0);
out:
	dput(pwd);
	return len;
}

long sys_umask(long mask)
{
	mode_t old = task_umask(current);

	current->fs->umask = mask & S_IRWXUGO;
	return old;
}

/* A copy of old; NULL: that of a kernel thread. */
static struct fs_struct *alloc_fs(const struct fs_struct *old)
{
	struct fs_struct *fs = kmalloc(sizeof(*fs), GFP_KERNEL);

	if (!fs)
		return NULL;
	atomic_set(&fs->count, 1);
	fs->umask = old ? old->umask : DEFAULT_UMASK;
	spin_lock(&dcache_lock);
	fs->pwd = dget(old ? old->pwd : root_dentry);
	fs->root = dget(old ? old->root : root_dentry);
	spin_unlock(&dcache_lock);
	return fs;
}

static void put_fs(struct fs_struct *fs)
{
	if (!atomic_dec_and_test(&fs->count))
		return;
	put_place(fs->pwd);
	put_place(fs->root);
	kfree(fs);
}

int copy_fs(unsigned long clone_flags, struct task_struct *p)
{
	struct fs_struct *fs = current->fs;

	p->fs = NULL;
	if (!fs)
		return 0;
	if (clone_flags & CLONE_FS)
		atomic_inc(&fs->count);
	else
		fs = alloc_fs(fs);
	p->fs = fs;
	return fs ? 0 : -ENOMEM;
}

void exit_fs(struct task_struct *p)
{
	struct fs_struct *fs = p->fs;

	p->fs = NULL;
	if (fs)
		put_fs(fs);
}

int unshare_fs(void)
{
	struct fs_struct *old = current->fs, *new;

	if (old && atomic_read(&old->count) == 1)
		return 0;
	new = alloc_fs(old);
	if (!new)
		return -ENOMEM;
	current->fs = new;
	if (old)
		put_fs(old);
	return 0;
}
