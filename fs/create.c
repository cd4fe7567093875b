/* SPDX-License-Identifier: MIT */
/* create.c - making and removing names: directories, links, devices. */
#include "internal.h"
#include <nopage/syscalls.h>

/* Does the directory still exist? Caller holds its lock. */
bool dir_alive(const struct dentry *dir)
{
	return dir->hashed || dir->parent == dir;
}

/*
 * Walk to the place of a new name. 0: nd->dentry is its directory, locked, and *dentry a fresh
 * dentry for it; finish with end_create(). Or -Exxx, and nothing is held.
 */
static int begin_create(struct nameidata *nd, struct dentry *base, const char *path, bool dir,
			struct dentry **dentry)
{
	struct dentry *old;
	int error;

	if (!*path)
		return -ENOENT;
	walk_begin(nd, base, path);
	error = walk_to_parent(nd);
	if (error) {
		error = error == -EISDIR ? -EEXIST : error;
		goto fail;
	}
	*dentry = d_alloc(nd->dentry, &nd->last);
	error = -ENOMEM;
	if (!*dentry)
		goto fail;
	mutex_lock(&nd->dentry->inode->lock);
	old = lookup_child(nd->dentry, &nd->last);
	error = IS_ERR(old) ? PTR_ERR(old) : -EEXIST;
	if (!IS_ERR(old))
		dput(old);
	if (error == -ENOENT)
		error = nd->dentry->inode->op->mknod ? 0 : -EPERM;
	if (!error && ((nd->must_be_dir && !dir) || !dir_alive(nd->dentry)))
		error = -ENOENT;
	if (!error)
		return 0;
	mutex_unlock(&nd->dentry->inode->lock);
	dput(*dentry);
fail:
	dput(walk_end(nd));
	return error;
}

static int end_create(struct nameidata *nd, struct dentry *dentry, int error)
{
	mutex_unlock(&nd->dentry->inode->lock);
	dput(dentry);
	dput(walk_end(nd));
	return error;
}

int vfs_mknod(struct dentry *base, const char *path, mode_t mode, dev_t rdev)
{
	struct nameidata nd;
	struct dentry *dentry;
	struct inode *dir;
	int error = begin_create(&nd, base, path, S_ISDIR(mode), &dentry);

	if (error)
		return error;
	dir = nd.dentry->inode;
	error = dir->op->mknod ? dir->op->mknod(dir, dentry, mode, rdev) : -EPERM;
	return end_create(&nd, dentry, error);
}

int vfs_symlink(struct dentry *base, const char *path, const char *target)
{
	struct nameidata nd;
	struct dentry *dentry;
	struct inode *dir;
	int error = begin_create(&nd, base, path, false, &dentry);

	if (error)
		return error;
	dir = nd.dentry->inode;
	error = dir->op->symlink ? dir->op->symlink(dir, dentry, target) : -EPERM;
	return end_create(&nd, dentry, error);
}

int vfs_link(struct dentry *base, const char *path, struct inode *inode)
{
	struct nameidata nd;
	struct dentry *dentry;
	struct inode *dir;
	int error;

	if (S_ISDIR(inode->mode))
		return -EPERM;
	error = begin_create(&nd, base, path, false, &dentry);
	if (error)
		return error;
	dir = nd.dentry->inode;
	error = dir->op->link ? dir->op->link(dir, dentry, inode) : -EPERM;
	return end_create(&nd, dentry, error);
}

/* The checks of unlink and rmdir. Caller holds the directory's lock. */
static int may_remove(struct dentry *dentry, bool dir)
{
	if (dir && !S_ISDIR(dentry->inode->mode))
		return -ENOTDIR;
	if (!dir && S_ISDIR(dentry->inode->mode))
		return -EISDIR;
	if (dentry->mounted)
		return -EBUSY;
	return dir && !d_empty(dentry) ? -ENOTEMPTY : 0;
}

static int remove_last(struct nameidata *nd, bool dir)
{
	struct inode *parent = nd->dentry->inode;
	struct dentry *dentry;
	int error;

	mutex_lock(&parent->lock);
	dentry = lookup_child(nd->dentry, &nd->last);
	if (IS_ERR(dentry)) {
		mutex_unlock(&parent->lock);
		return PTR_ERR(dentry);
	}
	error = may_remove(dentry, dir);
	if (!error && nd->must_be_dir && !S_ISDIR(dentry->inode->mode))
		error = -ENOTDIR;
	if (!error && !(dir ? parent->op->rmdir : parent->op->unlink))
		error = -EPERM;
	if (!error)
		error = (dir ? parent->op->rmdir : parent->op->unlink)(parent, dentry);
	mutex_unlock(&parent->lock);
	dput(dentry);
	return error;
}

int vfs_unlink(struct dentry *base, const char *path, bool dir)
{
	struct nameidata nd;
	int error;

	if (!*path)
		return -ENOENT;
	walk_begin(&nd, base, path);
	error = walk_to_parent(&nd);
	if (error == -EISDIR && dir)
		error = -EBUSY;		/* the root, . or .. */
	if (!error)
		error = remove_last(&nd, dir);
	dput(walk_end(&nd));
	return error;
}

/* Fetch a user's path and directory, and hand both to vfs_mknod() or vfs_unlink(). */
static long user_change(int dirfd, const char *path, bool make, mode_t mode, bool dir)
{
	char *name = getname(path);
	struct dentry *base;
	long error;

	if (IS_ERR(name))
		return PTR_ERR(name);
	base = base_of(dirfd, name);
	if (IS_ERR(base))
		error = PTR_ERR(base);
	else if (make)
		error = vfs_mknod(base, name, mode, 0);
	else
		error = vfs_unlink(base, name, dir);
	if (!IS_ERR(base))
		dput(base);
	putname(name);
	return error;
}

long sys_mkdirat(long dirfd, long path, long mode)
{
	mode &= S_IRWXUGO | S_ISVTX;
	mode &= ~get_umask();
	return user_change(dirfd, (const char *)path, true, S_IFDIR | mode, true);
}

long sys_mkdir(long path, long mode)
{
	return sys_mkdirat(AT_FDCWD, path, mode);
}

long sys_unlinkat(long dirfd, long path, long flags)
{
	if (flags & ~AT_REMOVEDIR)
		return -EINVAL;
	return user_change(dirfd, (const char *)path, false, 0, flags & AT_REMOVEDIR);
}

long sys_unlink(long path)
{
	return sys_unlinkat(AT_FDCWD, path, 0);
}

long sys_rmdir(long path)
{
	return sys_unlinkat(AT_FDCWD, path, AT_REMOVEDIR);
}
