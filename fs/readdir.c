/* SPDX-License-Identifier: MIT */
/*
 * readdir.c - getdents, getdents64: the directory fills a page of the kernel's with entries, which
 * then goes to the user in one piece. So no lock is held while user memory is touched.
 */
#include "internal.h"
#include <nopage/mm.h>
#include <nopage/string.h>
#include <nopage/syscalls.h>
#include <asm/uaccess.h>

struct dirent_buf {
	char *data;
	size_t used, size;
	loff_t pos;			/* behind the last entry emitted */
	bool full;			/* an entry did not fit */
	bool old;			/* struct linux_dirent */
};

/* One struct linux_dirent64 of len bytes, zeroed. */
static void fill_dirent64(struct linux_dirent64 *de, size_t len, const struct qstr *name,
			  unsigned long ino, mode_t mode, u32 next)
{
	de->d_ino = ino;
	de->d_off = next;
	de->d_reclen = len;
	de->d_type = (mode & S_IFMT) >> 12;
	memcpy(de->d_name, name->name, name->len);
}

static void fill_dirent(struct linux_dirent *de, size_t len, const struct qstr *name,
			unsigned long ino, mode_t mode, u32 next)
{
	de->d_ino = ino;
	de->d_off = next;
	de->d_reclen = len;
	memcpy(de->d_name, name->name, name->len);
	((u8 *)de)[len - 1] = (mode & S_IFMT) >> 12;
}

bool dirent_emit(struct dirent_buf *buf, const struct qstr *name, unsigned long ino, mode_t mode,
		 u32 next)
{
	void *de = buf->data + buf->used;
	size_t len;

	if (buf->old)
		len = ALIGN(offsetof(struct linux_dirent, d_name) + name->len + 2, 4);
	else
		len = ALIGN(offsetof(struct linux_dirent64, d_name) + name->len + 1, 8);
	if (len > buf->size - buf->used) {
		buf->full = true;
		return false;
	}
	memset(de, 0, len);
	if (buf->old)
		fill_dirent(de, len, name, ino, mode, next);
	else
		fill_dirent64(de, len, name, ino, mode, next);
	buf->used += len;
	buf->pos = next;
	return true;
}

bool dirent_dots(struct dirent_buf *buf, const struct file *file)
{
	const struct qstr dot = { ".", 1 }, dotdot = { "..", 2 };
	const struct dentry *dir = file->dentry;

	if (file->pos == 0 && !dirent_emit(buf, &dot, dir->inode->ino, S_IFDIR, 1))
		return false;
	return file->pos > 1 || dirent_emit(buf, &dotdot, dir->parent->inode->ino, S_IFDIR, 2);
}

/* Bytes, 0 at the end, -EINVAL if not even one entry fits: also for a count below 0. */
static long fill_and_copy(struct file *file, struct dirent_buf *buf, void *user)
{
	int error = file->fop->readdir(file, buf);

	if (error)
		return error;
	if (!buf->used)
		return buf->full ? -EINVAL : 0;
	if (copy_to_user(user, buf->data, buf->used))
		return -EFAULT;
	file->pos = buf->pos;
	return buf->used;
}

static long getdents(long fd, long user, long count, bool old)
{
	struct dirent_buf buf = { .size = min(max(count, 0L), (long)PAGE_SIZE), .old = old };
	struct file *file = fget(fd);
	long ret = -ENOTDIR;

	if (!file)
		return -EBADF;
	if (!file->fop->readdir)
		goto out;
	ret = -ENOENT;
	if (!file->inode->nlink)
		goto out;
	ret = -ENOMEM;
	buf.data = __get_free_pages(GFP_KERNEL, 0);
	if (!buf.data)
		goto out;
	ret = fill_and_copy(file, &buf, (void *)user);
	free_pages(buf.data, 0);
out:
	fput(file);
	return ret;
}

long sys_getdents(long fd, long user, long count)
{
	return getdents(fd, user, count, true);
}

long sys_getdents64(long fd, long user, long count)
{
	return getdents(fd, user, count, false);
}
