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
	loff_t *in_pos;				/* moves, as the output's own does */
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
	sent = t->out->fop->write(t->out, t->buf, n, &t->out->pos);
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
	if (*t.in_pos < 0 || count < 0 || end_overflows(*t.in_pos, count))
		return -EINVAL;
	if (!out || !(out->mode & FMODE_WRITE))
		return -EBADF;
	if (*t.in_pos >= end)
		return -EOVERFLOW;
	count = min((loff_t)min(count, (long)MAX_RW_COUNT), end - *t.in_pos);
	if (S_ISFIFO(out->inode->mode)) {
		room = pipe_room(out);		/* what fits at once, but something */
		if (room < 0)
			return room;
		count = min(count, (long)room);
	} else if (out->flags & O_APPEND || !has_positions(in)) {
		return -EINVAL;
	}
	if (count && !(in->fop->flags & FOP_SEND))
		return -EINVAL;
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

/* offset: the user's, 32 bits of it or 64. */
static long sendfile_at(long out_fd, long in_fd, long offset, long count, bool large)
{
	size_t size = large ? sizeof(loff_t) : sizeof(long);
	loff_t pos = 0;
	long n;

	if (!offset)
		return do_sendfile(out_fd, in_fd, NULL, count, NO_END);
	if (copy_from_user(&pos, (void *)offset, size))
		return -EFAULT;
	if (!large)
		pos = (long)pos;
	n = do_sendfile(out_fd, in_fd, &pos, count, large ? NO_END : MAX_NON_LFS);
	return copy_to_user((void *)offset, &pos, size) ? -EFAULT : n;
}

long sys_sendfile(long out_fd, long in_fd, long offset, long count)
{
	return sendfile_at(out_fd, in_fd, offset, count, false);
}

long sys_sendfile64(long out_fd, long in_fd, long offset, long count)
{
	return sendfile_at(out_fd, in_fd, offset, count, true);
}
