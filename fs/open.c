/* SPDX-License-Identifier: MIT */
/* open.c - opening files by path, and asking about them: access, readlink. */
#include "internal.h"
#include <nopage/exec.h>
#include <nopage/mm.h>
#include <nopage/sched.h>
#include <nopage/string.h>
#include <nopage/syscalls.h>
#include <asm/uaccess.h>

/* Everybody is root: only the execute right is a right. 0 or -EACCES. */
static int may_access(const struct inode *inode, int mask)
{
	if (mask & X_OK && !S_ISDIR(inode->mode) && !(inode->mode & S_IXUGO))
		return -EACCES;
	return 0;
}

/* May the existing inode be opened so? Truncates. 0 or -Exxx. */
static int may_open(struct inode *inode, int flags)
{
	bool write = (flags & O_ACCMODE) != O_RDONLY;
	int error = 0;

	if (S_ISLNK(inode->mode))
		return -ELOOP;
	if (S_ISDIR(inode->mode) && (write || flags & (O_CREAT | O_TRUNC)))
		return -EISDIR;
	if (!S_ISDIR(inode->mode) && flags & O_DIRECTORY)
		return -ENOTDIR;
	if (!inode->fop)
		return -ENXIO;
	if (flags & O_TRUNC && inode->op->truncate) {
		mutex_lock(&inode->lock);
		error = inode->op->truncate(inode);
		mutex_unlock(&inode->lock);
	}
	return error;
}

/* Make the file nd->last in nd->dentry, whose lock the caller holds. Its dentry or ERR_PTR. */
static struct dentry *create_last(struct nameidata *nd, mode_t mode)
{
	struct inode *dir = nd->dentry->inode;
	struct dentry *dentry;
	int error;

	if (nd->must_be_dir)
		return ERR_PTR(-EISDIR);
	if (!dir_alive(nd->dentry))
		return ERR_PTR(-ENOENT);
	if (!dir->op->mknod)
		return ERR_PTR(-EPERM);
	dentry = d_alloc(nd->dentry, &nd->last);
	if (!dentry)
		return ERR_PTR(-ENOMEM);
	mode &= ~get_umask();
	error = dir->op->mknod(dir, dentry, S_IFREG | (mode & S_IALLUGO), 0);
	if (!error)
		return dentry;
	dput(dentry);
	return ERR_PTR(error);
}

/* O_CREAT: walk to the file, making it if its name does not exist. *created says which. */
static int walk_create(struct nameidata *nd, int flags, mode_t mode, bool *created)
{
	struct dentry *dentry;
	struct inode *dir;
	int error;

	for (;;) {
		error = walk_to_parent(nd);
		if (error)
			return error;
		dir = nd->dentry->inode;
		mutex_lock(&dir->lock);
		dentry = lookup_child(nd->dentry, &nd->last);
		*created = dentry == ERR_PTR(-ENOENT);
		if (*created)
			dentry = create_last(nd, mode);
		mutex_unlock(&dir->lock);
		if (IS_ERR(dentry))
			return PTR_ERR(dentry);
		if (!*created && flags & O_EXCL) {
			dput(dentry);
			return -EEXIST;
		}
		if (!S_ISLNK(dentry->inode->mode) || flags & O_NOFOLLOW) {
			dentry = cross_mounts(dentry);
			walk_step(nd, dentry);
			return nd->must_be_dir && !S_ISDIR(dentry->inode->mode) ? -ENOTDIR : 0;
		}
		error = walk_link(nd, dentry);
		dput(dentry);
		if (error)
			return min(error, 0);
	}
}

struct file *open_by_path(struct dentry *base, const char *path, int flags, mode_t mode)
{
	unsigned int follow = flags & O_NOFOLLOW ? 0 : LOOKUP_FOLLOW;
	struct dentry *dentry;
	struct nameidata nd;
	struct file *file;
	bool created = false;
	int error = 0;

	if (flags & O_CREAT && *path) {
		walk_begin(&nd, base, path);
		error = walk_create(&nd, flags, mode, &created);
		dentry = error ? walk_fail(&nd, error) : walk_end(&nd);
	} else {
		dentry = path_lookup(base, path, follow);
	}
	if (IS_ERR(dentry))
		return ERR_PTR(PTR_ERR(dentry));
	if (!created)
		error = may_open(dentry->inode, flags);
	file = error ? ERR_PTR(error) : alloc_file(dentry->inode, dentry, flags);
	dput(dentry);
	return file;
}

struct file *filp_open(const char *path, int flags, mode_t mode)
{
	return open_by_path(NULL, path, flags, mode);
}

struct file *open_exec(const char *path)
{
	struct dentry *dentry = path_lookup(NULL, path, LOOKUP_FOLLOW);
	struct file *file = ERR_PTR(-EACCES);

	if (IS_ERR(dentry))
		return ERR_PTR(PTR_ERR(dentry));
	if (S_ISREG(dentry->inode->mode) && !may_access(dentry->inode, X_OK))
		file = alloc_file(dentry->inode, dentry, O_RDONLY);
	dput(dentry);
	return file;
}

long sys_openat(long dirfd, long path, long flags, long mode)
{
	struct dentry *base;
	struct file *file;
	char *name;
	long fd;

	name = getname((const char *)path);
	if (IS_ERR(name))
		return PTR_ERR(name);
	base = base_of(dirfd, name);
	if (IS_ERR(base)) {
		putname(name);
		return PTR_ERR(base);
	}
	file = open_by_path(base, name, flags, mode);
	dput(base);
	putname(name);
	if (IS_ERR(file))
		return PTR_ERR(file);
	fd = fd_install(file, 0, flags & O_CLOEXEC);
	if (fd < 0)
		fput(file);
	return fd;
}

long sys_open(long path, long flags, long mode)
{
	return sys_openat(AT_FDCWD, path, flags, mode);
}

long sys_creat(long path, long mode)
{
	return sys_openat(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode);
}

/* ------------------------------------------------------------------ access, links */

long sys_faccessat2(long dirfd, long path, long mode, long flags)
{
	unsigned int lookup = flags & AT_SYMLINK_NOFOLLOW ? 0 : LOOKUP_FOLLOW;
	struct dentry *dentry;
	long error;

	if (mode & ~(R_OK | W_OK | X_OK))
		return -EINVAL;
	if (flags & ~(AT_EACCESS | AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
		return -EINVAL;
	if (flags & AT_EMPTY_PATH)
		lookup |= LOOKUP_EMPTY;
	dentry = user_lookup(dirfd, (const char *)path, lookup);
	if (IS_ERR(dentry))
		return PTR_ERR(dentry);
	error = may_access(dentry->inode, mode);
	dput(dentry);
	return error;
}

long sys_faccessat(long dirfd, long path, long mode)
{
	return sys_faccessat2(dirfd, path, mode, 0);
}

long sys_access(long path, long mode)
{
	return sys_faccessat2(AT_FDCWD, path, mode, 0);
}

/* The text of a link, not terminated, into size bytes of the user's. Its length or -Exxx. */
static long copy_link(struct dentry *link, char *buf, long size)
{
	const char *text = link->inode->symlink;
	char *page = NULL;
	long len;

	if (text) {
		len = strlen(text);
	} else {
		page = __get_free_pages(GFP_KERNEL, 0);
		if (!page)
			return -ENOMEM;
		text = page;
		len = link->inode->op->readlink(link, page, PAGE_SIZE);
	}
	len = min(len, size);
	if (len > 0 && copy_to_user(buf, text, len))
		len = -EFAULT;
	if (page)
		free_pages(page, 0);
	return len;
}

long sys_readlinkat(long dirfd, long path, long buf, long size)
{
	struct dentry *dentry;
	long len;

	if (size <= 0)
		return -EINVAL;
	dentry = user_lookup(dirfd, (const char *)path, LOOKUP_EMPTY);
	if (IS_ERR(dentry))
		return PTR_ERR(dentry);
	len = S_ISLNK(dentry->inode->mode) ? copy_link(dentry, (char *)buf, size) : -EINVAL;
	dput(dentry);
	return len;
}

long sys_readlink(long path, long buf, long size)
{
	return sys_readlinkat(AT_FDCWD, path, buf, size);
}
