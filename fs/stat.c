/* SPDX-License-Identifier: MIT */
/* stat.c - what stat() and its many forms tell about an inode. */
#include "internal.h"
#include <nopage/cred.h>
#include <nopage/mm.h>
#include <nopage/string.h>
#include <nopage/syscalls.h>
#include <asm/uaccess.h>

BUILD_BUG_ON(sizeof(struct stat) != 64);
BUILD_BUG_ON(sizeof(struct stat64) != 96);
BUILD_BUG_ON(sizeof(struct statx) != 256);

/* Blocks of 512 bytes: whole pages, holes count nothing. */
static u32 blocks(const struct inode *inode)
{
	return inode->mapping.nrpages * (PAGE_SIZE / 512);
}

static long to_user(long buf, const void *st, size_t size)
{
	return copy_to_user((void *)buf, st, size) ? -EFAULT : 0;
}

/* What struct stat and stat64 have in common, in numbers of other widths. */
#define STAT_FIELDS(inode)				\
	.st_dev = (inode)->sb->dev,			\
	.st_mode = (inode)->mode,			\
	.st_nlink = (inode)->nlink,			\
	.st_rdev = (inode)->rdev,			\
	.st_size = i_size_read(inode),			\
	.st_blksize = block_size((inode)->sb),		\
	.st_blocks = blocks(inode),			\
	.st_atime = (inode)->atime.sec,			\
	.st_atime_nsec = (inode)->atime.nsec,		\
	.st_mtime = (inode)->mtime.sec,			\
	.st_mtime_nsec = (inode)->mtime.nsec,		\
	.st_ctime = (inode)->ctime.sec,			\
	.st_ctime_nsec = (inode)->ctime.nsec

static long put_stat(const struct inode *inode, long buf)
{
	struct stat st = {
		STAT_FIELDS(inode), .st_ino = inode->ino,
		.st_uid = narrow_id(inode->uid), .st_gid = narrow_id(inode->gid),
	};

	if (i_size_read(inode) > MAX_NON_LFS)
		return -EOVERFLOW;
	return to_user(buf, &st, sizeof(st));
}

static long put_stat64(const struct inode *inode, long buf)
{
	struct stat64 st = {
		STAT_FIELDS(inode), .__st_ino = inode->ino, .st_ino = inode->ino,
		.st_uid = inode->uid, .st_gid = inode->gid,
	};

	return to_user(buf, &st, sizeof(st));
}

static void fill_statx(struct statx *st, const struct inode *inode)
{
	*st = (struct statx){
		.stx_mask = STATX_BASIC_STATS | STATX_MNT_ID,
		.stx_blksize = block_size(inode->sb),
		.stx_nlink = inode->nlink,
		.stx_uid = inode->uid,
		.stx_gid = inode->gid,
		.stx_mode = inode->mode,
		.stx_ino = inode->ino,
		.stx_size = i_size_read(inode),
		.stx_blocks = blocks(inode),
		.stx_atime = { inode->atime.sec, inode->atime.nsec, 0 },
		.stx_ctime = { inode->ctime.sec, inode->ctime.nsec, 0 },
		.stx_mtime = { inode->mtime.sec, inode->mtime.nsec, 0 },
		.stx_rdev_major = MAJOR(inode->rdev),
		.stx_rdev_minor = MINOR(inode->rdev),
		.stx_dev_major = MAJOR(inode->sb->dev),
		.stx_dev_minor = MINOR(inode->sb->dev),
		.stx_mnt_id = MINOR(inode->sb->dev),
		.stx_attributes_mask = STATX_ATTR_MOUNT_ROOT,
	};

	if (inode == inode->sb->root->inode)
		st->stx_attributes = STATX_ATTR_MOUNT_ROOT;
}

static long put_statx(const struct inode *inode, long buf)
{
	struct statx st;

	fill_statx(&st, inode);
	return to_user(buf, &st, sizeof(st));
}

/* For who asks when the file was made; what proc makes up never was. */
static long put_statx_born(const struct inode *inode, long buf)
{
	struct statx st;

	fill_statx(&st, inode);
	if (!(inode->sb->flags & SB_ON_DEMAND)) {
		st.stx_mask |= STATX_BTIME;
		st.stx_btime = (struct statx_timestamp){ inode->btime.sec, inode->btime.nsec, 0 };
	}
	return to_user(buf, &st, sizeof(st));
}

typedef long (*put_stat_fn)(const struct inode *inode, long buf);

/* Of what dentry names, an ERR_PTR or a reference that is consumed. */
static long stat_dentry(struct dentry *dentry, long buf, put_stat_fn put)
{
	long error;

	if (IS_ERR(dentry))
		return PTR_ERR(dentry);
	error = put(dentry->inode, buf);
	dput(dentry);
	return error;
}

#define STAT_FLAGS	(AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_EMPTY_PATH | \
			 AT_STATX_SYNC_TYPE)

/* By path; with AT_EMPTY_PATH and "" the file that dirfd is. */
static long stat_at(long dirfd, long path, long flags, long buf, put_stat_fn put)
{
	unsigned int lookup = flags & AT_SYMLINK_NOFOLLOW ? 0 : LOOKUP_FOLLOW;

	if (flags & ~STAT_FLAGS)
		return -EINVAL;
	if (flags & AT_EMPTY_PATH)
		lookup |= LOOKUP_EMPTY;
	return stat_dentry(user_lookup(dirfd, path, lookup), buf, put);
}

long sys_newstat(long path, long buf)
{
	return stat_at(AT_FDCWD, path, 0, buf, put_stat);
}

long sys_newlstat(long path, long buf)
{
	return stat_at(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW, buf, put_stat);
}

long sys_newfstat(long fd, long buf)
{
	return stat_dentry(fd_lookup(fd, true), buf, put_stat);
}

long sys_fstat64(long fd, long buf)
{
	return stat_dentry(fd_lookup(fd, true), buf, put_stat64);
}

long sys_fstatat64(long dirfd, long path, long buf, long flags)
{
	return stat_at(dirfd, path, flags, buf, put_stat64);
}

long sys_statx(long dirfd, long path, long flags, long mask, long buf)
{
	if (mask & STATX__RESERVED || (flags & AT_STATX_SYNC_TYPE) == AT_STATX_SYNC_TYPE)
		return -EINVAL;
	return stat_at(dirfd, path, flags, buf, mask & STATX_BTIME ? put_statx_born : put_statx);
}
