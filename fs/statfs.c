/* SPDX-License-Identifier: MIT */
/* statfs.c - about whole file systems: how full they are, and making them safe. */
#include "internal.h"
#include <nopage/mm.h>
#include <nopage/string.h>
#include <nopage/syscalls.h>
#include <asm/uaccess.h>
#include <uapi/mount.h>
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

static struct kstatfs get_statfs(struct super_block *sb)
{
	struct kstatfs st = { 0 };

	if (sb->type->statfs)
		sb->type->statfs(sb, &st);
	return st;
}

static long put_statfs(struct super_block *sb, long buf)
{
	struct kstatfs k = get_statfs(sb);
	struct statfs st = {
		.f_type = sb->type->magic, .f_bsize = PAGE_SIZE, .f_frsize = PAGE_SIZE,
		.f_blocks = k.blocks, .f_bfree = k.bfree, .f_bavail = k.bfree,
		.f_files = k.files, .f_ffree = k.ffree, .f_fsid = { sb->dev },
		.f_namelen = NAME_MAX, .f_flags = st_flags(sb),
	};

	return copy_to_user((void *)buf, &st, sizeof(st)) ? -EFAULT : 0;
}

static long put_statfs64(struct super_block *sb, long buf)
{
	struct kstatfs k = get_statfs(sb);
	struct statfs64 st = {
		.f_type = sb->type->magic, .f_bsize = PAGE_SIZE, .f_frsize = PAGE_SIZE,
		.f_blocks = k.blocks, .f_bfree = k.bfree, .f_bavail = k.bfree,
		.f_files = k.files, .f_ffree = k.ffree, .f_fsid = { sb->dev },
		.f_namelen = NAME_MAX, .f_flags = st_flags(sb),
	};

	return copy_to_user((void *)buf, &st, sizeof(st)) ? -EFAULT : 0;
}

typedef long (*put_statfs_fn)(struct super_block *sb, long buf);

static long statfs_path(long path, long buf, put_statfs_fn put)
{
	struct dentry *dentry = user_lookup(AT_FDCWD, (const char *)path, LOOKUP_FOLLOW);
	long error;

	if (IS_ERR(dentry))
		return PTR_ERR(dentry);
	error = put(dentry->sb, buf);
	dput(dentry);
	return error;
}

static long statfs_fd(long fd, long buf, put_statfs_fn put)
{
	struct file *file = fget_any(fd);
	long error;

	if (!file)
		return -EBADF;
	error = put(file->inode->sb, buf);
	fput(file);
	return error;
}

long sys_statfs(long path, long buf)
{
	return statfs_path(path, buf, put_statfs);
}

long sys_fstatfs(long fd, long buf)
{
	return statfs_fd(fd, buf, put_statfs);
}

long sys_statfs64(long path, long size, long buf)
{
	if (size != sizeof(struct statfs64))
		return -EINVAL;
	return statfs_path(path, buf, put_statfs64);
}

long sys_fstatfs64(long fd, long size, long buf)
{
	if (size != sizeof(struct statfs64))
		return -EINVAL;
	return statfs_fd(fd, buf, put_statfs64);
}

/* ------------------------------------------------------------------ sync */

/* Memory is as safe as it gets: only whether there is something to be made safe is checked. */
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
	if (!S_ISREG(file->inode->mode) && !S_ISDIR(file->inode->mode))
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
