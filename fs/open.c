/* SPDX-License-Identifier: MIT */
/* open.c - opening files by path, and asking about them: access, readlink. */
#include "internal.h"
#include <nopage/cred.h>
#include <nopage/exec.h>
#include <nopage/mm.h>
#include <nopage/sched.h>
#include <nopage/string.h>
#include <nopage/syscalls.h>
#include <asm/uaccess.h>

/* What an open file may do: MAY_* of O_RDONLY, O_WRONLY, O_RDWR and 3 (ioctl only: as both). */
static int open_mask(int flags)
{
	static const int masks[] = { MAY_READ, MAY_WRITE, MAY_READ | MAY_WRITE,
				     MAY_READ | MAY_WRITE };

	return masks[flags & O_ACCMODE] | (flags & O_TRUNC ? MAY_WRITE : 0);
}

/* May the existing inode be opened so? Truncates. 0 or -Exxx. */
static int may_open(struct inode *inode, int flags)
{
	int mask = open_mask(flags), error;

	if (S_ISLNK(inode->mode))
		return -ELOOP;
	if (S_ISDIR(inode->mode) && (mask & MAY_WRITE || flags & O_CREAT))
		return -EISDIR;
	error = inode_permission(inode, mask);
	if (error)
		return error;
	if (!inode->fop || (S_ISCHR(inode->mode) && inode->sb->flags & MS_NODEV))
		return S_ISCHR(inode->mode) ? -EACCES : -ENXIO;
	if (flags & O_NOATIME && !inode_owner_or_capable(inode))
		return -EPERM;
	if (i_size_read(inode) > MAX_NON_LFS && !(flags & O_LARGEFILE) && S_ISREG(inode->mode))
		return -EOVERFLOW;
	return flags & O_TRUNC && S_ISREG(inode->mode) ? do_truncate(inode, 0) : 0;
}

/* Make the file nd->last in nd->dentry, whose lock the caller holds. Its dentry or ERR_PTR. */
static struct dentry *create_last(struct nameidata *nd, mode_t mode)
{
	struct inode *dir = nd->dentry->inode;
	struct dentry *dentry;
	int error = may_create(nd->dentry);

	if (error)
		return ERR_PTR(error);
	dentry = d_alloc(nd->dentry, &nd->last);
	if (!dentry)
		return ERR_PTR(-ENOMEM);
	mode &= ~task_umask(current);
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
		if (error == -EISDIR && flags & O_EXCL)
			return -EEXIST;
		if (error)
			return error;
		if (nd->must_be_dir)
			return -EISDIR;
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
			walk_step(nd, cross_mounts(dentry));
			return 0;
		}
		error = walk_link(nd, dentry);
		dput(dentry);
		if (error)
			return min(error, 0);
	}
}

/* O_TMPFILE: a file without a name in the directory; linkat() may give it one. */
static struct file *open_tmpfile(struct dentry *dir, int flags, mode_t mode)
{
	const struct qstr name = { "#tmp", 4 };
	struct dentry *dentry;
	struct inode *inode;
	struct file *file;
	int error = inode_permission(dir->inode, MAY_WRITE | MAY_EXEC);

	if (error)
		return ERR_PTR(error);
	if (dir->inode->op != &tmpfs_dir_iops)
		return ERR_PTR(-EOPNOTSUPP);
	dentry = d_alloc(dir, &name);
	if (!dentry)
		return ERR_PTR(-ENOMEM);
	mode &= S_IALLUGO & ~task_umask(current);
	inode = tmpfs_inode(dir->sb, S_IFREG | mode, 0);
	if (IS_ERR(inode)) {
		dput(dentry);
		return ERR_PTR(PTR_ERR(inode));
	}
	inode_init_owner(inode, dir->inode);
	inode->nlink = 0;
	inode->linkable = !(flags & O_EXCL);
	dentry->inode = inode;
	file = alloc_file(dentry, flags);
	dput(dentry);
	return file;
}

/* Walk to what is to be opened, making it if flags say so. */
static struct dentry *walk_open(struct dentry *base, const char *path, int flags, mode_t mode,
				bool *created)
{
	unsigned int lookup = flags & O_NOFOLLOW ? 0 : LOOKUP_FOLLOW;
	struct nameidata nd;
	int error;

	*created = false;
	if (flags & O_DIRECTORY)
		lookup |= LOOKUP_DIRECTORY;
	if (!(flags & O_CREAT) || !*path)
		return path_lookup(base, path, lookup);
	walk_begin(&nd, base, path);
	error = walk_create(&nd, flags, mode, created);
	return error ? walk_fail(&nd, error) : walk_end(&nd);
}

struct file *open_by_path(struct dentry *base, const char *path, int flags, mode_t mode)
{
	struct dentry *dentry;
	struct file *file;
	bool created;
	int error = 0;

	dentry = walk_open(base, path, flags, mode, &created);
	if (IS_ERR(dentry))
		return ERR_PTR(PTR_ERR(dentry));
	if ((flags & O_TMPFILE) == O_TMPFILE) {
		file = open_tmpfile(dentry, flags, mode);
		dput(dentry);
		return file;
	}
	if (!created && !(flags & O_PATH))
		error = may_open(dentry->inode, flags);
	file = error ? ERR_PTR(error) : alloc_file(dentry, flags);
	dput(dentry);
	return file;
}

struct file *filp_open(const char *path, int flags, mode_t mode)
{
	return open_by_path(NULL, path, flags | O_LARGEFILE, mode);
}

struct file *open_exec(const char *path)
{
	struct dentry *dentry = path_lookup(NULL, path, LOOKUP_FOLLOW);
	struct inode *inode;
	struct file *file;
	int error = -EACCES;

	if (IS_ERR(dentry))
		return ERR_PTR(PTR_ERR(dentry));
	inode = dentry->inode;
	if (S_ISLNK(inode->mode))		/* what /proc/PID/fd leads to */
		error = -ELOOP;
	else if (S_ISREG(inode->mode) && !(inode->sb->flags & MS_NOEXEC))
		error = inode_permission(inode, MAY_EXEC);
	if (!error)
		error = deny_write_access(inode);
	file = error ? ERR_PTR(error) : alloc_file(dentry, O_RDONLY | O_LARGEFILE);
	if (!error && IS_ERR(file))
		allow_write_access(inode);
	else if (!error)
		file->mode |= FMODE_EXEC;
	dput(dentry);
	return file;
}

#define OPEN_FLAGS (O_ACCMODE | O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC | O_APPEND | O_NONBLOCK | \
		    O_LARGEFILE | O_DIRECTORY | O_NOFOLLOW | O_NOATIME | O_CLOEXEC | O_PATH | \
		    __O_TMPFILE | O_SYNC | O_DIRECT | FASYNC)

/* Bits that mean nothing are left out; those that contradict one another: -EINVAL. */
static int check_flags(long *flags)
{
	*flags &= OPEN_FLAGS;
	if (*flags & O_PATH)
		*flags &= O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
	if (*flags & __O_SYNC)
		*flags |= O_SYNC;		/* which is two bits */
	if (*flags & O_DIRECTORY && *flags & O_CREAT)
		return -EINVAL;
	if (!(*flags & __O_TMPFILE))
		return 0;
	return *flags & O_DIRECTORY && (*flags & O_ACCMODE) != O_RDONLY ? 0 : -EINVAL;
}

long sys_openat(long dirfd, long path, long flags, long mode)
{
	struct user_path p;
	struct file *file;
	long error = check_flags(&flags) ?: get_user_path(&p, dirfd, path, 0);

	if (error)
		return error;
	error = fd_room();			/* else nothing may be made or emptied */
	file = error ? ERR_PTR(error) : open_by_path(p.base, p.name, flags, mode);
	put_user_path(&p);
	return IS_ERR(file) ? PTR_ERR(file) : fd_install(file, 0, flags & O_CLOEXEC);
}

/* ------------------------------------------------------------------ access, links */

/* The rights that access() asks about: of the real user, unless AT_EACCESS. Fills *saved. */
static void take_real_rights(struct cred *saved)
{
	struct cred *c = &current->cred;

	*saved = *c;
	c->fsuid = c->uid;
	c->fsgid = c->gid;
}

static long access_at(long dirfd, long path, long mode, unsigned int lookup)
{
	struct dentry *dentry = user_lookup(dirfd, path, lookup);
	long error;

	if (IS_ERR(dentry))
		return PTR_ERR(dentry);
	error = 0;
	if (mode & MAY_EXEC && S_ISREG(dentry->inode->mode) &&
	    dentry->inode->sb->flags & MS_NOEXEC)
		error = -EACCES;
	else if (mode)
		error = inode_permission(dentry->inode, mode);
	dput(dentry);
	return error;
}

long sys_faccessat2(long dirfd, long path, long mode, long flags)
{
	unsigned int lookup = flags & AT_SYMLINK_NOFOLLOW ? 0 : LOOKUP_FOLLOW;
	struct cred saved;
	long error;

	if (mode & ~(R_OK | W_OK | X_OK))
		return -EINVAL;
	if (flags & ~(AT_EACCESS | AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
		return -EINVAL;
	if (flags & AT_EMPTY_PATH)
		lookup |= LOOKUP_EMPTY;
	if (flags & AT_EACCESS)
		return access_at(dirfd, path, mode, lookup);
	take_real_rights(&saved);
	error = access_at(dirfd, path, mode, lookup);
	current->cred = saved;
	return error;
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
	struct user_path p;
	struct dentry *dentry;
	long len = size <= 0 ? -EINVAL : get_user_path(&p, dirfd, path, LOOKUP_EMPTY);

	if (len)
		return len;
	dentry = path_lookup(p.base, p.name, LOOKUP_EMPTY);
	if (IS_ERR(dentry)) {
		len = PTR_ERR(dentry);
	} else {
		len = *p.name ? -EINVAL : -ENOENT;
		if (S_ISLNK(dentry->inode->mode)) {
			inode_accessed(dentry->inode);
			len = copy_link(dentry, (char *)buf, size);
		}
		dput(dentry);
	}
	put_user_path(&p);
	return len;
}
