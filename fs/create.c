/* SPDX-License-Identifier: MIT */
/* create.c - making and removing names: directories, links, devices. */
#include "internal.h"
#include <nopage/cred.h>
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
	if (error == -ENOENT && (dir || !nd->must_be_dir))
		error = may_create(nd->dentry);
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
	int error = begin_create(&nd, base, path, false, &dentry);

	if (error)
		return error;
	dir = nd.dentry->inode;
	if (dir->sb != inode->sb)
		error = -EXDEV;
	else if (S_ISDIR(inode->mode) || !dir->op->link)
		error = -EPERM;
	else
		error = dir->op->link(dir, dentry, inode);
	return end_create(&nd, dentry, error);
}

/* Caller holds the directory's lock. 0 or -Exxx. */
static int remove_locked(struct nameidata *nd, struct dentry *dentry, bool dir)
{
	struct inode *parent = nd->dentry->inode;
	int error;

	if (!dir && nd->must_be_dir)
		return S_ISDIR(dentry->inode->mode) ? -EISDIR : -ENOTDIR;
	error = may_delete(parent, dentry, dir);
	if (error)
		return error;
	if (!(dir ? parent->op->rmdir : parent->op->unlink))
		return -EPERM;
	if (dir && !d_empty(dentry))
		return -ENOTEMPTY;
	return (dir ? parent->op->rmdir : parent->op->unlink)(parent, dentry);
}

static int remove_last(struct nameidata *nd, bool dir)
{
	struct inode *parent = nd->dentry->inode;
	struct dentry *dentry;
	int error;

	if (parent->sb->flags & SB_RDONLY)
		return -EROFS;
	mutex_lock(&parent->lock);
	dentry = lookup_child(nd->dentry, &nd->last);
	error = IS_ERR(dentry) ? PTR_ERR(dentry) : remove_locked(nd, dentry, dir);
	mutex_unlock(&parent->lock);
	if (!IS_ERR(dentry))
		dput(dentry);
	return error;
}

/* rmdir of a path that ends in . or .., or of the root. */
static int no_name_error(const struct nameidata *nd)
{
	if (!nd->last.name)
		return -EBUSY;
	return nd->last.len == 1 ? -EINVAL : -ENOTEMPTY;
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
		error = no_name_error(&nd);
	if (!error)
		error = remove_last(&nd, dir);
	dput(walk_end(&nd));
	return error;
}

/* ------------------------------------------------------------------ making: system calls */

/* mkdir, mknod: the rights that are asked for, less the umask. */
static long user_mknod(long dirfd, long path, mode_t mode, dev_t rdev)
{
	char *name = getname((const char *)path);
	struct dentry *base;
	long error;

	if (IS_ERR(name))
		return PTR_ERR(name);
	base = base_of(dirfd, name);
	error = IS_ERR(base) ? PTR_ERR(base) : vfs_mknod(base, name, mode & ~get_umask(), rdev);
	if (!IS_ERR(base))
		dput(base);
	putname(name);
	return error;
}

long sys_mkdirat(long dirfd, long path, long mode)
{
	return user_mknod(dirfd, path, S_IFDIR | (mode & (S_IRWXUGO | S_ISVTX)), 0);
}

long sys_mkdir(long path, long mode)
{
	return sys_mkdirat(AT_FDCWD, path, mode);
}

/* No type means a regular file. */
long sys_mknodat(long dirfd, long path, long mode, long dev)
{
	mode_t type = mode & S_IFMT ?: S_IFREG;
	bool device = S_ISCHR(type) || S_ISBLK(type);

	if (S_ISDIR(type))
		return -EPERM;
	if (!S_ISREG(type) && !device && !S_ISFIFO(type) && !S_ISSOCK(type))
		return -EINVAL;
	if (device && !capable(CAP_MKNOD))
		return -EPERM;
	return user_mknod(dirfd, path, type | (mode & S_IALLUGO), device ? dev : 0);
}

long sys_mknod(long path, long mode, long dev)
{
	return sys_mknodat(AT_FDCWD, path, mode, dev);
}

long sys_symlinkat(long target, long dirfd, long path)
{
	char *text = getname((const char *)target), *name;
	struct dentry *base;
	long error;

	if (IS_ERR(text))
		return PTR_ERR(text);
	error = *text ? 0 : -ENOENT;
	name = error ? NULL : getname((const char *)path);
	if (IS_ERR(name))
		error = PTR_ERR(name);
	if (error)
		goto out;
	base = base_of(dirfd, name);
	error = IS_ERR(base) ? PTR_ERR(base) : vfs_symlink(base, name, text);
	if (!IS_ERR(base))
		dput(base);
	putname(name);
out:
	putname(text);
	return error;
}

long sys_symlink(long target, long path)
{
	return sys_symlinkat(target, AT_FDCWD, path);
}

/* A new name for what old is. */
static long link_to(struct dentry *old, long dirfd, long path)
{
	char *name = getname((const char *)path);
	struct dentry *base;
	long error;

	if (IS_ERR(name))
		return PTR_ERR(name);
	base = base_of(dirfd, name);
	error = IS_ERR(base) ? PTR_ERR(base) : vfs_link(base, name, old->inode);
	if (!IS_ERR(base))
		dput(base);
	putname(name);
	return error;
}

long sys_linkat(long old_dirfd, long old_path, long dirfd, long path, long flags)
{
	unsigned int lookup = flags & AT_SYMLINK_FOLLOW ? LOOKUP_FOLLOW : 0;
	struct dentry *old;
	long error;

	if (flags & ~(AT_SYMLINK_FOLLOW | AT_EMPTY_PATH))
		return -EINVAL;
	if (flags & AT_EMPTY_PATH) {
		if (!capable(CAP_DAC_READ_SEARCH))
			return -ENOENT;
		lookup |= LOOKUP_EMPTY;
	}
	old = user_lookup(old_dirfd, (const char *)old_path, lookup);
	if (IS_ERR(old))
		return PTR_ERR(old);
	error = link_to(old, dirfd, path);
	dput(old);
	return error;
}

long sys_link(long old_path, long path)
{
	return sys_linkat(AT_FDCWD, old_path, AT_FDCWD, path, 0);
}

/* ------------------------------------------------------------------ removing: system calls */

long sys_unlinkat(long dirfd, long path, long flags)
{
	struct dentry *base;
	char *name;
	long error;

	if (flags & ~AT_REMOVEDIR)
		return -EINVAL;
	name = getname((const char *)path);
	if (IS_ERR(name))
		return PTR_ERR(name);
	base = base_of(dirfd, name);
	error = IS_ERR(base) ? PTR_ERR(base) : vfs_unlink(base, name, flags & AT_REMOVEDIR);
	if (!IS_ERR(base))
		dput(base);
	putname(name);
	return error;
}

long sys_unlink(long path)
{
	return sys_unlinkat(AT_FDCWD, path, 0);
}

long sys_rmdir(long path)
{
	return sys_unlinkat(AT_FDCWD, path, AT_REMOVEDIR);
}
