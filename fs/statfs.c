/* SPDX-License-Identifier: MIT */
/* statfs.c - about whole file systems: how full they are, and making them safe. */
#include "internal.h"
#include <nopage/mm.h>
#include <nopage/string.h>
#include <nopage/syscalls.h>
#include <asm/uaccess.h>
#include <uapi/statfs.h>

BUILD_BUG_ON(sizeof(struct statfs) != 64);
BUILD_BUG_ON(sizeof(struct statfs64) != 84);

#define ST_MOUNT_FLAGS	(MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_SYNCHRONOUS | \
			 MS_MANDLOCK | MS_NOATIME | MS_NODIRATIME)

static unsigned int st_flags(const struct super_block *sb)
{
	return ST_VALID | (sb->flags & ST_MOUNT_FLAGS) |
	       (sb->flags & MS_RELATIME ? ST_RELATIME : 0);
}

/* The two structures have the same fields, in numbers of other widths. */
#define STATFS(sb, k) {								\
	.f_type = (sb)->type->magic, .f_bsize = PAGE_SIZE, .f_frsize = PAGE_SIZE,	\
	.f_blocks = (k).blocks, .f_bfree = (k).bfree, .f_bavail = (k).bfree,	\
	.f_files = (k).files, .f_ffree = (k).ffree, .f_fsid = { (sb)->dev },	\
	.f_namelen = NAME_MAX, .f_flags = st_flags(sb),				\
}

/* To the user, as struct statfs64 if large. 0 or -EFAULT. */
static long put_statfs(struct super_block *sb, long buf, bool large)
{
	struct kstatfs k = { 0 };

	if (sb->type->statfs)
		sb->type->statfs(sb, &k);

	const struct statfs small = STATFS(sb, k);
	const struct statfs64 st = STATFS(sb, k);
	size_t left = large ? copy_to_user((void *)buf, &st, sizeof(st))
			    : copy_to_user((void *)buf, &small, sizeof(small));

	return left ? -EFAULT : 0;
}

/* Of what dentry is in, an ERR_PTR or a reference that is consumed. */
static long statfs_dentry(struct dentry *dentry, long buf, bool large)
{
	long error;

	if (IS_ERR(dentry))
		return PTR_ERR(dentry);
	error = put_statfs(dentry->sb, buf, large);
	dput(dentry);
	return error;
}

long sys_statfs(long path, long buf)
{
	return statfs_dentry(user_lookup(AT_FDCWD, path, LOOKUP_FOLLOW), buf, false);
}

long sys_fstatfs(long fd, long buf)
{
	return statfs_dentry(fd_lookup(fd, true), buf, false);
}

long sys_statfs64(long path, long size, long buf)
{
	if (size != sizeof(struct statfs64))
		return -EINVAL;
	return statfs_dentry(user_lookup(AT_FDCWD, path, LOOKUP_FOLLOW), buf, true);
}

long sys_fstatfs64(long fd, long size, long buf)
{
	if (size != sizeof(struct statfs64))
		return -EINVAL;
	return statfs_dentry(fd_lookup(fd, true), buf, true);
}

/* ------------------------------------------------------------------ sync */

/*
 * Memory is as safe as it gets: only whether there is something to be made safe is checked, which
 * devices, pipes and what proc makes up have not.
 */
long sys_sync(void)
{
	return 0;
}

long sys_fsync(long fd)
{
	struct file *file = fget(fd);
	long error = 0;

	if (!file)
		return -EBADF;
	if ((!S_ISREG(file->inode->mode) && !S_ISDIR(file->inode->mode)) ||
	    file->inode->sb->flags & SB_ON_DEMAND)
		error = -EINVAL;
	fput(file);
	return error;
}

long sys_syncfs(long fd)
{
	struct file *file = fget(fd);

	if (!file)
		return -EBADF;
	fput(file);
	return 0;
}
