/* SPDX-License-Identifier: MIT */
/* attr.c - changing what an inode says about its file: chmod, chown, utimes, truncate. */
#include "internal.h"
#include <nopage/cred.h>
#include <nopage/sched.h>
#include <nopage/syscalls.h>
#include <asm/uaccess.h>
#include <uapi/time.h>

/* What is to be changed, whatever finds the inode. */
struct change {
	/* Called with the inode's lock held. 0 or -Exxx. */
	int (*fn)(struct inode *inode, const struct change *c);
	mode_t mode;
	long uid, gid;				/* -1: as it is */
	struct timespec64 times[2];		/* atime, mtime; tv_nsec may be UTIME_NOW, _OMIT */
};

static int change_mode(struct inode *inode, const struct change *c)
{
	mode_t mode = c->mode & S_IALLUGO;

	if (S_ISLNK(inode->mode))
		return -EOPNOTSUPP;
	if (!inode_owner_or_capable(inode))
		return -EPERM;
	if (inode->sb->flags & SB_ON_DEMAND)
		return -EPERM;
	if (mode & S_ISGID && !in_group(inode->gid) && !capable(CAP_FSETID))
		mode &= ~S_ISGID;
	inode->mode = (inode->mode & S_IFMT) | mode;
	return 0;
}

/* May the current task give the file that owner? Oneself, one's groups; more by CAP_CHOWN. */
static bool may_chown(const struct inode *inode, const struct change *c)
{
	bool owner = current->cred.fsuid == inode->uid;

	if (inode->immutable)
		return c->uid == -1 && c->gid == -1;
	if (capable(CAP_CHOWN))
		return true;
	if (c->uid != -1 && (!owner || (uid_t)c->uid != inode->uid))
		return false;
	return c->gid == -1 || (owner && (in_group(c->gid) || (gid_t)c->gid == inode->gid));
}

static int change_owner(struct inode *inode, const struct change *c)
{
	if (!may_chown(inode, c))
		return -EPERM;
	if (c->uid != -1)
		inode->uid = c->uid;
	if (c->gid != -1)
		inode->gid = c->gid;
	if (!S_ISDIR(inode->mode)) {		/* a new owner has not agreed to lend his name */
		inode->mode &= ~S_ISUID;
		if (inode->mode & S_IXGRP)
			inode->mode &= ~S_ISGID;
	}
	return 0;
}

static void set_time(struct inode_time *time, const struct timespec64 *ts)
{
	if (ts->tv_nsec == UTIME_NOW)
		*time = current_time();
	else if (ts->tv_nsec != UTIME_OMIT)
		*time = (struct inode_time){ ts->tv_sec, ts->tv_nsec };
}

static bool valid_time(const struct timespec64 *ts)
{
	return (u32)ts->tv_nsec < 1000000000 || ts->tv_nsec == UTIME_NOW || ts->tv_nsec == UTIME_OMIT;
}

/* Whoever may write to a file may say that it was used now; other times are its owner's. */
static int change_times(struct inode *inode, const struct change *c)
{
	bool now = c->times[0].tv_nsec == UTIME_NOW && c->times[1].tv_nsec == UTIME_NOW;
	int error = now ? inode_permission(inode, MAY_WRITE) : -EPERM;

	if (!valid_time(&c->times[0]) || !valid_time(&c->times[1]))
		return -EINVAL;
	if (inode->immutable || (error && !inode_owner_or_capable(inode)))
		return error;
	set_time(&inode->atime, &c->times[0]);
	set_time(&inode->mtime, &c->times[1]);
	return 0;
}

/*
 * 0 or -Exxx. What proc makes up goes with its last user, and with it what was changed, as on Linux
 * sooner or later; its rights cannot be changed at all.
 */
static int change_inode(struct inode *inode, const struct change *c)
{
	int error;

	if (inode->sb->flags & MS_RDONLY)
		return -EROFS;
	mutex_lock(&inode->lock);
	error = c->fn(inode, c);
	if (!error)
		inode->ctime = current_time();
	mutex_unlock(&inode->lock);
	return error;
}

/* Of what dentry names, an ERR_PTR or a reference that is consumed. */
static long change_dentry(struct dentry *dentry, const struct change *c)
{
	long error;

	if (IS_ERR(dentry))
		return PTR_ERR(dentry);
	error = change_inode(dentry->inode, c);
	dput(dentry);
	return error;
}

static long change_path(long dirfd, long path, long flags, const struct change *c)
{
	unsigned int lookup = flags & AT_SYMLINK_NOFOLLOW ? 0 : LOOKUP_FOLLOW;

	if (flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
		return -EINVAL;
	if (flags & AT_EMPTY_PATH)
		lookup |= LOOKUP_EMPTY;
	return change_dentry(user_lookup(dirfd, path, lookup), c);
}

/* ------------------------------------------------------------------ chmod, chown */

long sys_fchmodat2(long dirfd, long path, long mode, long flags)
{
	const struct change c = { .fn = change_mode, .mode = mode };

	return change_path(dirfd, path, flags, &c);
}

long sys_fchmod(long fd, long mode)
{
	const struct change c = { .fn = change_mode, .mode = mode };

	return change_dentry(fd_lookup(fd, false), &c);
}

long sys_fchownat(long dirfd, long path, long uid, long gid, long flags)
{
	const struct change c = { .fn = change_owner, .uid = uid, .gid = gid };

	return change_path(dirfd, path, flags, &c);
}

long sys_fchown32(long fd, long uid, long gid)
{
	const struct change c = { .fn = change_owner, .uid = uid, .gid = gid };

	return change_dentry(fd_lookup(fd, false), &c);
}

/* ------------------------------------------------------------------ times */

/*
 * do_utimes - ts: atime and mtime, or NULL: now; of a path, or, by a path of NULL, of the
 * descriptor itself.
 */
static long do_utimes(long dirfd, long path, long flags, const struct timespec64 *ts)
{
	struct change c = { .fn = change_times };

	for (int i = 0; i < 2; i++)
		c.times[i] = ts ? ts[i] : (struct timespec64){ .tv_nsec = UTIME_NOW };
	if (c.times[0].tv_nsec == UTIME_OMIT && c.times[1].tv_nsec == UTIME_OMIT)
		return 0;
	if (!path && dirfd != AT_FDCWD)
		return flags ? -EINVAL : change_dentry(fd_lookup(dirfd, false), &c);
	return change_path(dirfd, path, flags, &c);
}

long sys_utimensat(long dirfd, long path, long times, long flags)
{
	struct timespec64 ts[2];
	struct timespec32 user[2];

	if (times && copy_from_user(user, (void *)times, sizeof(user)))
		return -EFAULT;
	for (int i = 0; times && i < 2; i++)
		ts[i] = (struct timespec64){ user[i].tv_sec, user[i].tv_nsec, 0 };
	return do_utimes(dirfd, path, flags, times ? ts : NULL);
}

long sys_utimensat64(long dirfd, long path, long times, long flags)
{
	struct timespec64 ts[2];

	if (times && copy_from_user(ts, (void *)times, sizeof(ts)))
		return -EFAULT;
	return do_utimes(dirfd, path, flags, times ? ts : NULL);
}

long sys_futimesat(long dirfd, long path, long times)
{
	struct timespec64 ts[2];
	struct timeval32 tv[2];

	if (times && copy_from_user(tv, (void *)times, sizeof(tv)))
		return -EFAULT;
	for (int i = 0; times && i < 2; i++) {
		if ((u32)tv[i].tv_usec >= 1000000)
			return -EINVAL;
		ts[i] = (struct timespec64){ tv[i].tv_sec, tv[i].tv_usec * 1000, 0 };
	}
	return do_utimes(dirfd, path, 0, times ? ts : NULL);
}

/* utime - whole seconds. */
long sys_utime(long path, long times)
{
	struct timespec64 ts[2] = { 0 };
	s32 sec[2];

	if (times && copy_from_user(sec, (void *)times, sizeof(sec)))
		return -EFAULT;
	for (int i = 0; times && i < 2; i++)
		ts[i].tv_sec = sec[i];
	return do_utimes(AT_FDCWD, path, 0, times ? ts : NULL);
}

/* ------------------------------------------------------------------ truncate */

int do_truncate(struct inode *inode, loff_t size)
{
	int error;

	if (!inode->op->truncate)
		return -EINVAL;
	error = get_write_access(inode);
	if (error)
		return error;
	mutex_lock(&inode->lock);
	error = -EFBIG;
	if (size <= inode->size || within_file_limit(size))
		error = inode->op->truncate(inode, size);
	if (!error) {
		inode->mode = mode_after_write(inode);
		inode->mtime = inode->ctime = current_time();
	}
	mutex_unlock(&inode->lock);
	put_write_access(inode);
	return error;
}

static int may_truncate(const struct inode *inode)
{
	if (S_ISDIR(inode->mode))
		return -EISDIR;
	return S_ISREG(inode->mode) ? inode_permission(inode, MAY_WRITE) : -EINVAL;
}

long sys_truncate64(long path, long size_low, long size_high)
{
	loff_t size = make_loff(size_low, size_high);
	struct dentry *dentry;
	long error;

	if (size < 0)
		return -EINVAL;
	dentry = user_lookup(AT_FDCWD, path, LOOKUP_FOLLOW);
	if (IS_ERR(dentry))
		return PTR_ERR(dentry);
	error = may_truncate(dentry->inode) ?: do_truncate(dentry->inode, size);
	dput(dentry);
	return error;
}

long sys_ftruncate64(long fd, long size_low, long size_high)
{
	loff_t size = make_loff(size_low, size_high);
	struct file *file;
	long error;

	if (size < 0)
		return -EINVAL;
	file = fget(fd);
	if (!file)
		return -EBADF;
	if (!S_ISREG(file->inode->mode) || !(file->mode & FMODE_WRITE) ||
	    (size > MAX_NON_LFS && !(file->flags & O_LARGEFILE)))
		error = -EINVAL;
	else if (file->inode->sb->flags & MS_RDONLY)
		error = -EROFS;
	else
		error = do_truncate(file->inode, size);
	fput(file);
	return error;
}
