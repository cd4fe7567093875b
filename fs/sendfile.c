/* SPDX-License-Identifier: MIT */
/*
 * sendfile.c - from one file to another without a buffer of the program's.
 *
 * The kernel lends it one: anonymous memory in the caller's address space for the length of the
 * call. So the files' own operations do all the work, of whatever kind they are.
 */
#include "internal.h"
#include <nopage/mm.h>
#include <nopage/sched.h>
#include <nopage/syscalls.h>
#include <asm/uaccess.h>
#include <uapi/mman.h>

#define CHUNK		(16 * PAGE_SIZE)	/* the largest buffer */
#define NO_END		0x7fffffffffffffffLL

struct transfer {
	struct file *in, *out;
	loff_t *in_pos, *out_pos;		/* both move */
	char *buf;				/* the user's */
};

/* Up to count bytes, which fit the buffer. What was written, 0 at the end, or -Exxx. */
static ssize_t send_chunk(struct transfer *t, size_t count)
{
	loff_t pos = *t->in_pos;
	ssize_t n = t->in->fop->read(t->in, t->buf, count, &pos), sent;

	if (n <= 0)
		return n;
	if (!(t->out->fop->flags & FOP_TAKE))
		return -EINVAL;
	sent = t->out->fop->write(t->out, t->buf, n, t->out_pos);
	if (sent > 0)
		*t->in_pos = sent == n ? pos : *t->in_pos + sent;
	return sent;
}

/* Any count. Ends early at the end of the input, or when one of the two does less. */
static ssize_t send(struct transfer *t, size_t count)
{
	struct mm_struct *mm = current->mm;
	size_t done = 0, part, size = PAGE_ALIGN(min(count, (size_t)CHUNK));
	unsigned long addr;
	ssize_t n = 0;

	if (!count)
		return 0;
	down_write(&mm->mmap_sem);
	addr = do_mmap(mm, NULL, 0, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, 0);
	up_write(&mm->mmap_sem);
	if (IS_ERR_VALUE(addr))
		return addr;
	t->buf = (char *)addr;
	do {
		part = min(count - done, size);
		n = send_chunk(t, part);
		done += max(n, 0);
		cond_resched();
	} while (n == (ssize_t)part && done < count && !signal_pending(current));
	down_write(&mm->mmap_sem);
	do_munmap(mm, addr, size);
	up_write(&mm->mmap_sem);
	return done ? (ssize_t)done : n;
}

/* pos: where to read, or NULL: at the input's own position; below end. out may be NULL. */
static long sendfile_files(struct file *out, struct file *in, loff_t *pos, long count, loff_t end)
{
	struct transfer t = { .in = in, .out = out, .in_pos = pos ?: &in->pos };
	ssize_t room;

	if (!(in->mode & FMODE_READ))
		return -EBADF;
	if (pos && !has_positions(in))
		return -ESPIPE;
	if (*t.in_pos < 0 || count < 0)
		return -EINVAL;
	if (!out || !(out->mode & FMODE_WRITE))
		return -EBADF;
	if (*t.in_pos >= end)
		return -EOVERFLOW;
	count = min((loff_t)min(count, (long)MAX_RW_COUNT), end - *t.in_pos);
	if (out->fop == &pipe_fops) {
		room = pipe_room(out);		/* what fits at once, but something */
		if (room < 0)
			return room;
		count = min(count, (long)room);
	} else if (out->flags & O_APPEND || !has_positions(in)) {
		return -EINVAL;
	}
	if (count && !(in->fop->flags & FOP_SEND))
		return -EINVAL;
	t.out_pos = &out->pos;
	return send(&t, count);
}

static long do_sendfile(long out_fd, long in_fd, loff_t *pos, long count, loff_t end)
{
	struct file *in = fget(in_fd), *out = fget(out_fd);
	long n = in ? sendfile_files(out, in, pos, count, end) : -EBADF;

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
		return do_sendfile(out_fd, in_fd, NULL, count, NO_END);
	if (get_user(off, (long *)offset))
		return -EFAULT;
	pos = off;
	n = do_sendfile(out_fd, in_fd, &pos, count, MAX_NON_LFS);
	off = pos;
	return put_user(off, (long *)offset) ? -EFAULT : n;
}

long sys_sendfile64(long out_fd, long in_fd, long offset, long count)
{
	loff_t pos;
	long n;

	if (!offset)
		return do_sendfile(out_fd, in_fd, NULL, count, NO_END);
	if (copy_from_user(&pos, (void *)offset, sizeof(pos)))
		return -EFAULT;
	n = do_sendfile(out_fd, in_fd, &pos, count, NO_END);
	return copy_to_user((void *)offset, &pos, sizeof(pos)) ? -EFAULT : n;
}

/* Between regular files of one file system, each at a position of its own. */
static long copy_range(struct transfer *t, size_t count)
{
	const struct inode *from = t->in->inode, *to = t->out->inode;
	loff_t in_pos = *t->in_pos, out_pos = *t->out_pos;

	if (S_ISDIR(from->mode) || S_ISDIR(to->mode))
		return -EISDIR;
	if (!S_ISREG(from->mode) || !S_ISREG(to->mode))
		return -EINVAL;
	if (!(t->in->mode & FMODE_READ) || !(t->out->mode & FMODE_WRITE) ||
	    t->out->flags & O_APPEND)
		return -EBADF;
	if (from->sb != to->sb)
		return -EXDEV;
	if ((u64)in_pos + count < count || (u64)out_pos + count < count)
		return -EOVERFLOW;
	if (min(in_pos, out_pos) < 0)
		return -EINVAL;
	count = min((loff_t)count, max(i_size_read(from) - in_pos, 0LL));
	if (from == to && in_pos < out_pos + (loff_t)count && out_pos < in_pos + (loff_t)count)
		return -EINVAL;
	return send(t, min(count, (size_t)MAX_RW_COUNT));
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
	n = copy_range(&(struct transfer){ in, out, &in_pos, &out_pos }, count);
	if (n > 0 && (put_pos(in_pos, in, in_off) || put_pos(out_pos, out, out_off)))
		n = -EFAULT;
out:
	if (in)
		fput(in);
	if (out)
		fput(out);
	return n;
}
