/* SPDX-License-Identifier: MIT */
/*
 * sendfile.c - from one file to another without a buffer of the program's.
 *
 * The pages of the input are mapped into the caller's address space for the moment, read-only, and
 * that is what is written: any output will do (a pipe, a terminal), and no byte is copied twice.
 * The input has to be something that can be mapped, as sendfile(2) demands.
 */
#include "internal.h"
#include <nopage/mm.h>
#include <nopage/sched.h>
#include <nopage/syscalls.h>
#include <asm/uaccess.h>
#include <uapi/mman.h>

#define CHUNK		(16 * PAGE_SIZE)	/* mapped at a time */
#define NO_END		0x7fffffffffffffffLL

/* [addr, addr + len) is no longer needed. */
static void unmap_chunk(unsigned long addr, unsigned long len)
{
	struct mm_struct *mm = current->mm;

	down_write(&mm->mmap_sem);
	do_munmap(mm, addr, len);
	up_write(&mm->mmap_sem);
}

/* Where reading ends: /dev/zero has no end. */
static loff_t end_of(const struct file *in)
{
	return S_ISREG(in->inode->mode) ? in->inode->size : NO_END;
}

/* Up to count bytes from in at *in_pos to out at *out_pos; both move. Bytes or -Exxx. */
static ssize_t send_chunk(struct file *in, loff_t *in_pos, struct file *out, loff_t *out_pos,
			  size_t count)
{
	struct mm_struct *mm = current->mm;
	unsigned long offset = *in_pos & ~PAGE_MASK, addr, len;
	ssize_t n;

	count = min((loff_t)min(count, (size_t)(CHUNK - offset)), end_of(in) - *in_pos);
	len = PAGE_ALIGN(offset + count);
	down_write(&mm->mmap_sem);
	addr = do_mmap(mm, in, 0, len, PROT_READ, MAP_PRIVATE, *in_pos >> PAGE_SHIFT);
	up_write(&mm->mmap_sem);
	if (IS_ERR_VALUE(addr))
		return addr;
	n = out->fop->write(out, (const char *)addr + offset, count, out_pos);
	unmap_chunk(addr, len);
	if (n > 0)
		*in_pos += n;
	return n;
}

/* The same for any count. Ends early at the end of the input, or when the output takes less. */
static ssize_t send(struct file *in, loff_t *in_pos, struct file *out, loff_t *out_pos,
		    size_t count)
{
	size_t done = 0;
	ssize_t n = 0;

	while (done < count && *in_pos < end_of(in)) {
		size_t part = min(count - done, (size_t)(CHUNK - (*in_pos & ~PAGE_MASK)));

		n = send_chunk(in, in_pos, out, out_pos, part);
		if (n <= 0)
			break;
		done += n;
		if ((size_t)n < part || signal_pending(current))
			break;
	}
	if (done)
		file_accessed(in);
	return done ? (ssize_t)done : n;
}

/* May bytes go from in to out? */
static int check_files(const struct file *in, const struct file *out)
{
	if (!(in->mode & FMODE_READ) || !(out->mode & FMODE_WRITE))
		return -EBADF;
	if (!in->fop->mmap || !out->fop->write)
		return -EINVAL;
	return 0;
}

/* pos: where to read, or NULL: at the input's own position. */
static long sendfile_files(struct file *out, struct file *in, loff_t *pos, long count)
{
	int error = check_files(in, out);

	if (pos && in->mode & FMODE_READ && !has_positions(in))
		return -ESPIPE;
	if (!error && out->flags & O_APPEND)
		error = -EINVAL;
	if (!error && ((pos && *pos < 0) || count < 0))
		error = -EINVAL;
	return error ?: send(in, pos ?: &in->pos, out, &out->pos, count);
}

static long do_sendfile(long out_fd, long in_fd, loff_t *pos, long count)
{
	struct file *in = fget(in_fd), *out = fget(out_fd);
	long n = in && out ? sendfile_files(out, in, pos, count) : -EBADF;

	if (in)
		fput(in);
	if (out)
		fput(out);
	return n;
}

long sys_sendfile(long out_fd, long in_fd, long offset, long count)
{
	loff_t pos;
	long off, n;

	if (!offset)
		return do_sendfile(out_fd, in_fd, NULL, count);
	if (get_user(off, (long *)offset))
		return -EFAULT;
	pos = off;
	n = do_sendfile(out_fd, in_fd, &pos, count);
	off = pos;
	return put_user(off, (long *)offset) ? -EFAULT : n;
}

long sys_sendfile64(long out_fd, long in_fd, long offset, long count)
{
	loff_t pos;
	long n;

	if (!offset)
		return do_sendfile(out_fd, in_fd, NULL, count);
	if (copy_from_user(&pos, (void *)offset, sizeof(pos)))
		return -EFAULT;
	n = do_sendfile(out_fd, in_fd, &pos, count);
	return copy_to_user((void *)offset, &pos, sizeof(pos)) ? -EFAULT : n;
}

/* Between regular files, each at a position of its own. */
static long copy_range(struct file *in, loff_t *in_pos, struct file *out, loff_t *out_pos,
		       size_t count)
{
	int error;

	if (S_ISDIR(in->inode->mode) || S_ISDIR(out->inode->mode))
		return -EISDIR;
	if (!S_ISREG(in->inode->mode) || !S_ISREG(out->inode->mode))
		return -EINVAL;
	error = out->flags & O_APPEND ? -EBADF : check_files(in, out);
	if (error)
		return error;
	if (*in_pos < 0 || *out_pos < 0)
		return -EINVAL;
	count = min((loff_t)count, max(in->inode->size - *in_pos, 0LL));
	if (in->inode == out->inode && *in_pos < *out_pos + (loff_t)count &&
	    *out_pos < *in_pos + (loff_t)count)
		return -EINVAL;
	return send(in, in_pos, out, out_pos, count);
}

/* *pos by the user's pointer, if there is one. */
static int get_pos(loff_t *pos, const struct file *file, long user)
{
	*pos = file->pos;
	return user && copy_from_user(pos, (void *)user, sizeof(*pos)) ? -EFAULT : 0;
}

static int put_pos(loff_t pos, struct file *file, long user)
{
	if (user)
		return copy_to_user((void *)user, &pos, sizeof(pos)) ? -EFAULT : 0;
	file->pos = pos;
	return 0;
}

long sys_copy_file_range(long in_fd, long in_off, long out_fd, long out_off, long count,
			 long flags)
{
	struct file *in = fget(in_fd), *out = fget(out_fd);
	loff_t in_pos, out_pos;
	long n = -EBADF;

	if (!in || !out)
		goto out;
	n = get_pos(&in_pos, in, in_off) ?: get_pos(&out_pos, out, out_off) ?: flags ? -EINVAL : 0;
	if (n)
		goto out;
	n = copy_range(in, &in_pos, out, &out_pos, min((size_t)count, (size_t)MAX_RW_COUNT));
	if (n > 0 && (put_pos(in_pos, in, in_off) || put_pos(out_pos, out, out_off)))
		n = -EFAULT;
out:
	if (in)
		fput(in);
	if (out)
		fput(out);
	return n;
}
