/* SPDX-License-Identifier: MIT */
/* attr.c - changing what an inode says about its file: chmod, chown, utimes, truncate. */
#include "internal.h"
#include <nopage/cred.h>
#include <nopage/sched.h>
#include <nopage/syscalls.h>
#include <asm/uaccess.h>
#include <uapi/time.h>

/* A number of the 16-bit calls; -1: leave it as it is. */
#define OLD_ID(id)	((u16)(id) == 0xffff ? -1L : (long)(u16)(id))

int generic_setattr(struct inode *inode, const struct iattr *attr)
{
	if (attr->valid & ATTR_MODE)
		inode->mode = (inode->mode & S_IFMT) | (attr->mode & S_IALLUGO);
	if (attr->valid & ATTR_UID)
		inode->uid = attr->uid;
	if (attr->valid & ATTR_GID)
		inode->gid = attr->gid;
	if (attr->valid & ATTR_ATIME)
		inode->atime = attr->atime;
	if (attr->valid & ATTR_MTIME)
		inode->mtime = attr->mtime;
	inode->ctime = current_time();
	return 0;
}

/* The checks have been made. Takes the inode's lock. 0 or -Exxx. */
static int notify_change(struct inode *inode, const struct iattr *attr)
{
	int error;

	if (!inode->op->setattr)
		return -EPERM;
	mutex_lock(&inode->lock);
	error = inode->op->setattr(inode, attr);
	mutex_unlock(&inode->lock);
	return error;
}

/* ------------------------------------------------------------------ the changes */

/* Arguments of a change, whatever found the inode. */
struct change {
	int (*fn)(struct inode *inode, const struct change *c);
	mode_t mode;
	long uid, gid;				/* -1: as it is */
	struct inode_time times[2];		/* atime, mtime */
	bool now[2], omit[2];			/* UTIME_NOW, UTIME_OMIT */
	loff_t size;
};

static int change_mode(struct inode *inode, const struct change *c)
{
	struct iattr attr = { .valid = ATTR_MODE, .mode = c->mode & S_IALLUGO };

	if (inode->sb->flags & SB_RDONLY)
		return -EROFS;
	if (!inode_owner_or_capable(inode))
		return -EPERM;
	if (S_ISLNK(inode->mode))
		return -EOPNOTSUPP;
	if (attr.mode & S_ISGID && !in_group(inode->gid) && !capable(CAP_FSETID))
		attr.mode &= ~S_ISGID;
	return notify_change(inode, &attr);
}

/* May the current task give the file that owner? Oneself, one's groups; more by CAP_CHOWN. */
static bool may_chown(const struct inode *inode, const struct change *c)
{
	bool owner = current->cred.fsuid == inode->uid;

	if (capable(CAP_CHOWN))
		return true;
	if (c->uid != -1 && (!owner || (uid_t)c->uid != inode->uid))
		return false;
	return c->gid == -1 || (owner && (in_group(c->gid) || (gid_t)c->gid == inode->gid));
}

static int change_owner(struct inode *inode, const struct change *c)
{
	struct iattr attr = { .uid = c->uid, .gid = c->gid, .mode = inode->mode };

	if (inode->sb->flags & SB_RDONLY)
		return -EROFS;
	if (!may_chown(inode, c))
		return -EPERM;
	if (c->uid != -1)
		attr.valid |= ATTR_UID;
	if (c->gid != -1)
		attr.valid |= ATTR_GID;
	if (!S_ISDIR(inode->mode) && inode->mode & (S_ISUID | S_ISGID)) {
		attr.valid |= ATTR_MODE;	/* a new owner has not agreed to lend his name */
		attr.mode &= ~S_ISUID;
		if (attr.mode & S_IXGRP)
			attr.mode &= ~S_ISGID;
	}
	return notify_change(inode, &attr);
}

static int change_times(struct inode *inode, const struct change *c)
{
	struct iattr attr = { 0 };
	int error;

	if (c->omit[0] && c->omit[1])
		return 0;
	if (inode->sb->flags & SB_RDONLY)
		return -EROFS;
	if (!inode_owner_or_capable(inode)) {
		if (!c->now[0] || !c->now[1])
			return -EPERM;
		error = inode_permission(inode, MAY_WRITE);
		if (error)
			return error;
	}
	attr.valid = (c->omit[0] ? 0 : ATTR_ATIME) | (c->omit[1] ? 0 : ATTR_MTIME);
	attr.atime = c->now[0] ? current_time() : c->times[0];
	attr.mtime = c->now[1] ? current_time() : c->times[1];
	return notify_change(inode, &attr);
}

int do_truncate(struct inode *inode, loff_t size)
{
	int error;

	if (!inode->op->truncate)
		return -EINVAL;
	if (size > inode->size && !within_file_limit(size))
		return -EFBIG;
	mutex_lock(&inode->lock);
	error = inode->op->truncate(inode, size);
	if (!error) {
		inode->mode = mode_after_write(inode);
		inode->mtime = inode->ctime = current_time();
	}
	mutex_unlock(&inode->lock);
	return error;
}

static int change_size(struct inode *inode, const struct change *c)
{
	int error;

	if (S_ISDIR(inode->mode))
		return -EISDIR;
	if (!S_ISREG(inode->mode))
		return -EINVAL;
	error = inode_permission(inode, MAY_WRITE) ?: get_write_access(inode);
	if (error)
		return error;
	error = do_truncate(inode, c->size);
	put_write_access(inode);
	return error;
}

/* ------------------------------------------------------------------ what is to be changed */

static long change_path(long dirfd, long path, unsigned int lookup, const struct change *c)
{
	struct dentry *dentry = user_lookup(dirfd, path, lookup);
	long error;

	if (IS_ERR(dentry))
		return PTR_ERR(dentry);
	error = c->fn(dentry->inode, c);
	dput(dentry);
	return error;
}

static long change_fd(long fd, const struct change *c)
{
	struct file *file = fget(fd);
	long error;

	if (!file)
		return -EBADF;
	error = c->fn(file->inode, c);
	fput(file);
	return error;
}

/* The flags of the *at() calls, in terms of a walk; -EINVAL for others. */
static int lookup_flags(long flags)
{
	if (flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
		return -EINVAL;
	return (flags & AT_SYMLINK_NOFOLLOW ? 0 : LOOKUP_FOLLOW) |
	       (flags & AT_EMPTY_PATH ? LOOKUP_EMPTY : 0);
}

/* ------------------------------------------------------------------ chmod, chown */

long sys_fchmodat2(long dirfd, long path, long mode, long flags)
{
	const struct change c = { .fn = change_mode, .mode = mode };
	int lookup = lookup_flags(flags);

	return lookup < 0 ? lookup : change_path(dirfd, path, lookup, &c);
}

long sys_fchmodat(long dirfd, long path, long mode)
{
	return sys_fchmodat2(dirfd, path, mode, 0);
}

long sys_chmod(long path, long mode)
{
	return sys_fchmodat2(AT_FDCWD, path, mode, 0);
}

long sys_fchmod(long fd, long mode)
{
	const struct change c = { .fn = change_mode, .mode = mode };

	return change_fd(fd, &c);
}

long sys_fchownat(long dirfd, long path, long uid, long gid, long flags)
{
	const struct change c = { .fn = change_owner, .uid = uid, .gid = gid };
	int lookup = lookup_flags(flags);

	return lookup < 0 ? lookup : change_path(dirfd, path, lookup, &c);
}

long sys_chown32(long path, long uid, long gid)
{
	return sys_fchownat(AT_FDCWD, path, uid, gid, 0);
}

long sys_lchown32(long path, long uid, long gid)
{
	return sys_fchownat(AT_FDCWD, path, uid, gid, AT_SYMLINK_NOFOLLOW);
}

long sys_fchown32(long fd, long uid, long gid)
{
	const struct change c = { .fn = change_owner, .uid = uid, .gid = gid };

	return change_fd(fd, &c);
}

long sys_chown(long path, long uid, long gid)
{
	return sys_chown32(path, OLD_ID(uid), OLD_ID(gid));
}

long sys_lchown(long path, long uid, long gid)
{
	return sys_lchown32(path, OLD_ID(uid), OLD_ID(gid));
}

long sys_fchown(long fd, long uid, long gid)
{
	return sys_fchown32(fd, OLD_ID(uid), OLD_ID(gid));
}

/* ------------------------------------------------------------------ times */

/* One of the two times, by utimensat()'s rules. 0 or -EINVAL. */
static int set_time(struct change *c, int which, s64 sec, s64 nsec)
{
	c->now[which] = nsec == UTIME_NOW;
	c->omit[which] = nsec == UTIME_OMIT;
	if (c->now[which] || c->omit[which])
		return 0;
	if (nsec < 0 || nsec >= 1000000000)
		return -EINVAL;
	c->times[which] = (struct inode_time){ sec, nsec };
	return 0;
}

static void set_now(struct change *c)
{
	c->now[0] = c->now[1] = true;
}

/* times of a path, or, by a path of NULL, of the descriptor itself. */
static long do_utimensat(long dirfd, long path, long flags, const struct change *c)
{
	int lookup = lookup_flags(flags);

	if (lookup < 0)
		return lookup;
	if (!path && dirfd != AT_FDCWD)
		return flags ? -EINVAL : change_fd(dirfd, c);
	return change_path(dirfd, path, lookup, c);
}

long sys_utimensat(long dirfd, long path, long times, long flags)
{
	struct change c = { .fn = change_times };
	struct timespec32 ts[2];
	int error = 0;

	if (!times)
		set_now(&c);
	else if (copy_from_user(ts, (void *)times, sizeof(ts)))
		return -EFAULT;
	for (int i = 0; times && i < 2 && !error; i++)
		error = set_time(&c, i, ts[i].tv_sec, ts[i].tv_nsec);
	return error ?: do_utimensat(dirfd, path, flags, &c);
}

long sys_utimensat64(long dirfd, long path, long times, long flags)
{
	struct change c = { .fn = change_times };
	struct timespec64 ts[2];
	int error = 0;

	if (!times)
		set_now(&c);
	else if (copy_from_user(ts, (void *)times, sizeof(ts)))
		return -EFAULT;
	for (int i = 0; times && i < 2 && !error; i++)
		error = set_time(&c, i, ts[i].tv_sec, (s32)ts[i].tv_nsec);
	return error ?: do_utimensat(dirfd, path, flags, &c);
}

long sys_futimesat(long dirfd, long path, long times)
{
	struct change c = { .fn = change_times };
	struct timeval32 tv[2];

	if (!times)
		set_now(&c);
	else if (copy_from_user(tv, (void *)times, sizeof(tv)))
		return -EFAULT;
	for (int i = 0; times && i < 2; i++) {
		if (tv[i].tv_usec < 0 || tv[i].tv_usec >= 1000000)
			return -EINVAL;
		set_time(&c, i, tv[i].tv_sec, tv[i].tv_usec * 1000);
	}
	return do_utimensat(dirfd, path, 0, &c);
}

long sys_utimes(long path, long times)
{
	return sys_futimesat(AT_FDCWD, path, times);
}

/* utime - whole seconds. */
long sys_utime(long path, long times)
{
	struct change c = { .fn = change_times };
	s32 sec[2];

	if (!times)
		set_now(&c);
	else if (copy_from_user(sec, (void *)times, sizeof(sec)))
		return -EFAULT;
	for (int i = 0; times && i < 2; i++)
		set_time(&c, i, sec[i], 0);
	return do_utimensat(AT_FDCWD, path, 0, &c);
}

/* ------------------------------------------------------------------ truncate */

static long truncate_path(long path, loff_t size)
{
	const struct change c = { .fn = change_size, .size = size };

	return size < 0 ? -EINVAL : change_path(AT_FDCWD, path, LOOKUP_FOLLOW, &c);
}

/* max: what the call, or a file opened without O_LARGEFILE, can express. */
static long truncate_fd(long fd, loff_t size, loff_t max)
{
	struct file *file;
	long error;

	if (size < 0)
		return -EINVAL;
	file = fget(fd);
	if (!file)
		return -EBADF;
	if (file->flags & O_LARGEFILE)
		max = size;
	if (!S_ISREG(file->inode->mode) || !(file->mode & FMODE_WRITE) || size > max)
		error = -EINVAL;
	else if (file->inode->sb->flags & SB_RDONLY)
		error = -EROFS;
	else
		error = do_truncate(file->inode, size);
	fput(file);
	return error;
}

long sys_truncate(long path, long size)
{
	return truncate_path(path, size);
}

long sys_ftruncate(long fd, long size)
{
	return truncate_fd(fd, size, MAX_NON_LFS);
}

long sys_truncate64(long path, long size_low, long size_high)
{
	return truncate_path(path, make_loff(size_low, size_high));
}

long sys_ftruncate64(long fd, long size_low, long size_high)
{
	return truncate_fd(fd, make_loff(size_low, size_high), MAX_NON_LFS);
}
