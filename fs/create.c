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

/* What a new name is to stand for: one of the three. */
struct new_name {
	struct inode *inode;		/* another name of this one, */
	const char *target;		/* a symbolic link, */
	mode_t mode;			/* or a file, directory, device of that type and rights */
	dev_t rdev;
};

/* The name is free. Caller holds dir's lock. 0 or -Exxx. */
static int make_inode_for(struct inode *dir, struct dentry *dentry, const struct new_name *new)
{
	const struct inode_operations *op = dir->op;
	int error;

	if (new->inode && !S_ISDIR(new->inode->mode) && op->link) {
		mutex_lock(&new->inode->lock);
		error = op->link(dir, dentry, new->inode);
		mutex_unlock(&new->inode->lock);
		return error;
	}
	/* 0:0 is no device, but says that there is nothing (RENAME_WHITEOUT). */
	if ((S_ISBLK(new->mode) || (S_ISCHR(new->mode) && new->rdev)) && !capable(CAP_MKNOD))
		return -EPERM;
	if (new->target && op->symlink)
		return op->symlink(dir, dentry, new->target);
	if (new->mode && op->mknod)
		return op->mknod(dir, dentry, new->mode, new->rdev);
	return -EPERM;
}

/* The last name of the walk is made, if there is none yet. 0 or -Exxx. */
static int create_last(struct nameidata *nd, const struct new_name *new)
{
	struct dentry *dentry = d_alloc(nd->dentry, &nd->last), *old;
	struct inode *dir = nd->dentry->inode;
	int error;

	if (!dentry)
		return -ENOMEM;
	mutex_lock(&dir->lock);
	old = lookup_child(nd->dentry, &nd->last);
	error = IS_ERR(old) ? PTR_ERR(old) : -EEXIST;
	if (!IS_ERR(old))
		dput(old);
	if (error == -ENOENT && (S_ISDIR(new->mode) || !nd->must_be_dir)) {
		error = new->inode && new->inode->sb != dir->sb ? -EXDEV : may_create(nd->dentry);
		error = error ?: make_inode_for(dir, dentry, new);
	}
	mutex_unlock(&dir->lock);
	dput(dentry);
	return error;
}

static int create_name(struct dentry *base, const char *path, const struct new_name *new)
{
	struct nameidata nd;
	int error;

	if (!*path)
		return -ENOENT;
	walk_begin(&nd, base, path);
	error = walk_to_parent(&nd);
	if (error == -EISDIR)
		error = -EEXIST;
	else if (!error)
		error = create_last(&nd, new);
	dput(walk_end(&nd));
	return error;
}

int vfs_mknod(struct dentry *base, const char *path, mode_t mode, dev_t rdev)
{
	return create_name(base, path, &(struct new_name){ .mode = mode, .rdev = rdev });
}

int vfs_symlink(struct dentry *base, const char *path, const char *target)
{
	return create_name(base, path, &(struct new_name){ .target = target });
}

int vfs_link(struct dentry *base, const char *path, struct inode *inode)
{
	return create_name(base, path, &(struct new_name){ .inode = inode });
}

/* Caller holds the locks of the directory and of what is removed. 0 or -Exxx. */
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

	if (parent->sb->flags & MS_RDONLY)
		return -EROFS;
	mutex_lock(&parent->lock);
	dentry = lookup_child(nd->dentry, &nd->last);
	if (IS_ERR(dentry)) {
		mutex_unlock(&parent->lock);
		return PTR_ERR(dentry);
	}
	mutex_lock(&dentry->inode->lock);	/* nobody makes a name in it meanwhile */
	error = remove_locked(nd, dentry, dir);
	mutex_unlock(&dentry->inode->lock);
	mutex_unlock(&parent->lock);
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

static long create_by_user(long dirfd, long path, const struct new_name *new)
{
	struct user_path p;
	long error = get_user_path(&p, dirfd, path, 0);

	if (error)
		return error;
	error = create_name(p.base, p.name, new);
	put_user_path(&p);
	return error;
}

long sys_mkdirat(long dirfd, long path, long mode)
{
	const struct new_name new = {
		.mode = S_IFDIR | (mode & (S_IRWXUGO | S_ISVTX) & ~task_umask(current)),
	};

	return create_by_user(dirfd, path, &new);
}

/* No type means a regular file. */
long sys_mknodat(long dirfd, long path, long mode, long dev)
{
	mode_t type = mode & S_IFMT ?: S_IFREG;
	bool device = S_ISCHR(type) || S_ISBLK(type);
	const struct new_name new = {
		.mode = type | (mode & S_IALLUGO & ~task_umask(current)),
		.rdev = device ? dev : 0,
	};

	if (S_ISDIR(type))
		return -EPERM;
	if (!S_ISREG(type) && !device && !S_ISFIFO(type) && !S_ISSOCK(type))
		return -EINVAL;
	return create_by_user(dirfd, path, &new);
}

long sys_symlinkat(long target, long dirfd, long path)
{
	char *text = getname((const char *)target);
	long error = -ENOENT;

	if (IS_ERR(text))
		return PTR_ERR(text);
	if (*text)
		error = create_by_user(dirfd, path, &(struct new_name){ .target = text });
	putname(text);
	return error;
}

long sys_linkat(long old_dirfd, long old_path, long dirfd, long path, long flags)
{
	unsigned int lookup = flags & AT_SYMLINK_FOLLOW ? LOOKUP_FOLLOW : 0;
	struct dentry *old;
	long error;

	if (flags & ~(AT_SYMLINK_FOLLOW | AT_EMPTY_PATH))
		return -EINVAL;
	if (flags & AT_EMPTY_PATH)
		lookup |= LOOKUP_EMPTY | LOOKUP_TO_NAME;
	old = user_lookup(old_dirfd, old_path, lookup);
	if (IS_ERR(old))
		return PTR_ERR(old);
	error = create_by_user(dirfd, path, &(struct new_name){ .inode = old->inode });
	dput(old);
	return error;
}

/* ------------------------------------------------------------------ removing: system calls */

long sys_unlinkat(long dirfd, long path, long flags)
{
	struct user_path p;
	long error;

	if (flags & ~AT_REMOVEDIR)
		return -EINVAL;
	error = get_user_path(&p, dirfd, path, 0);
	if (error)
		return error;
	error = vfs_unlink(p.base, p.name, flags & AT_REMOVEDIR);
	put_user_path(&p);
	return error;
}
