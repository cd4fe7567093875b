/* SPDX-License-Identifier: MIT */
/* read_write.c - the calls that move bytes: checks here, the work in the file's operations. */
#include "internal.h"
#include <nopage/mm.h>
#include <nopage/sched.h>
#include <nopage/slab.h>
#include <nopage/syscalls.h>
#include <asm/uaccess.h>

#define LONG_MAX	0x7fffffffL

enum direction { READ, WRITE };

bool has_positions(const struct file *file)
{
	mode_t mode = file->inode->mode;

	return S_ISREG(mode) || S_ISDIR(mode) || file->fop->llseek;
}

/*
 * The file of fd if it is open for that direction, and has positions if it should; for
 * fput_light(). Or ERR_PTR(-EBADF, -ESPIPE).
 */
static struct file *get_open(long fd, enum direction dir, bool at_position, bool *counted)
{
	struct file *file = fget_light(fd, counted);
	int error = -EBADF;

	if (unlikely(!file))
		return ERR_PTR(error);
	if (at_position && !(file->flags & O_PATH) &&
	    (!has_positions(file) || (dir == WRITE && file->mode & FMODE_TEXT)))
		error = -ESPIPE;
	else if (likely(file->mode & (dir == READ ? FMODE_READ : FMODE_WRITE)))
		return file;
	fput_light(file, *counted);
	return ERR_PTR(error);
}

/* One piece, at *pos. Bytes or -Exxx. */
static __always_inline ssize_t do_rw(struct file *file, enum direction dir, void *buf,
				     size_t count, loff_t *pos)
{
	const struct file_operations *fop = file->fop;

	if (unlikely((ssize_t)count < 0))
		return access_ok(buf, count) ? -EINVAL : -EFAULT;
	if (unlikely(!access_ok(buf, count)))
		return -EFAULT;
	if (unlikely(!(dir == READ ? (void *)fop->read : (void *)fop->write)))
		return S_ISDIR(file->inode->mode) ? -EISDIR : -EINVAL;
	count = min(count, (size_t)MAX_RW_COUNT);
	return dir == READ ? fop->read(file, buf, count, pos) : fop->write(file, buf, count, pos);
}

/* read() and write() are worth a copy each. */
static __always_inline long rw_fd(long fd, enum direction dir, long buf, long count)
{
	bool counted;
	struct file *file = fget_light(fd, &counted);
	ssize_t done = -EBADF;

	if (unlikely(!file))
		return -EBADF;
	if (likely(file->mode & (dir == READ ? FMODE_READ : FMODE_WRITE)))
		done = do_rw(file, dir, (void *)buf, count, &file->pos);
	fput_light(file, counted);
	return done;
}

long sys_read(long fd, long buf, long count)
{
	return rw_fd(fd, READ, buf, count);
}

long sys_write(long fd, long buf, long count)
{
	return rw_fd(fd, WRITE, buf, count);
}

/* At a position of its own; the file's stays. */
static long rw_at(long fd, enum direction dir, long buf, long count, long low, long high)
{
	loff_t pos = make_loff(low, high);
	struct file *file;
	ssize_t done;
	bool counted;

	if (pos < 0)
		return -EINVAL;
	file = get_open(fd, dir, true, &counted);
	if (IS_ERR(file))
		return PTR_ERR(file);
	done = end_overflows(pos, count) ? -EINVAL : do_rw(file, dir, (void *)buf, count, &pos);
	fput_light(file, counted);
	return done;
}

long sys_pread64(long fd, long buf, long count, long pos_low, long pos_high)
{
	return rw_at(fd, READ, buf, count, pos_low, pos_high);
}

long sys_pwrite64(long fd, long buf, long count, long pos_low, long pos_high)
{
	return rw_at(fd, WRITE, buf, count, pos_low, pos_high);
}

/*
 * Copy in and check an array of count > 0 pieces, *total bytes, which are MAX_RW_COUNT at most: the
 * rest is cut off. kmalloc()ed, or ERR_PTR.
 */
static struct iovec *get_iovec(long iov, long count, unsigned long *total)
{
	struct iovec *vec = kmalloc(count * sizeof(*vec), GFP_KERNEL);
	int error = -EFAULT;

	if (!vec)
		return ERR_PTR(-ENOMEM);
	if (copy_from_user(vec, (void *)iov, count * sizeof(*vec)))
		goto fail;
	error = -EINVAL;
	for (long i = 0; i < count; i++)
		if ((long)vec[i].iov_len < 0)
			goto fail;
	error = -EFAULT;
	*total = 0;
	for (long i = 0; i < count; i++) {
		if (!access_ok(vec[i].iov_base, vec[i].iov_len))
			goto fail;
		vec[i].iov_len = min(vec[i].iov_len, MAX_RW_COUNT - *total);
		*total += vec[i].iov_len;
	}
	return vec;
fail:
	kfree(vec);
	return ERR_PTR(error);
}

/*
 * Piece by piece, up to the first that ends early; a read waits only for the first. Bytes, or the
 * error of the first piece.
 */
static ssize_t rw_pieces(struct file *file, enum direction dir, const struct iovec *vec,
			 size_t total, loff_t *pos)
{
	struct file call = *file;
	ssize_t n;

	for (size_t done = 0;; done += n, vec++) {
		call.mode = file->mode | (done ? FMODE_PART : 0);
		if (done + vec->iov_len < total)
			call.mode |= FMODE_MORE;
		if (done && dir == READ)
			call.flags |= O_NONBLOCK;
		n = vec->iov_len ? do_rw(&call, dir, vec->iov_base, vec->iov_len, pos) : 0;
		if (n < 0)
			return done ? (ssize_t)done : n;
		if ((size_t)n < vec->iov_len || done + n == total)
			return done + n;
	}
}

#define RWF_HIPRI	0x01
#define RWF_DSYNC	0x02
#define RWF_SYNC	0x04
#define RWF_NOWAIT	0x08		/* as if opened with O_NONBLOCK; where FOP_NOWAIT says so */
#define RWF_APPEND	0x10		/* with O_APPEND */
#define RWF_NOAPPEND	0x20		/* without it */
#define RWF_NOSIGNAL	0x100		/* without SIGPIPE */
#define RWF_KNOWN	0x13f

/* The same by a copy of the open file that has other flags for this one call. */
static ssize_t rw_flagged(struct file *file, enum direction dir, const struct iovec *vec,
			  size_t total, loff_t *pos, unsigned int rwf)
{
	const unsigned int can = file->fop->flags;
	struct file call = *file;

	if (rwf & ~RWF_HIPRI && !(can & (dir == READ ? FOP_SEND | FOP_NOWAIT : FOP_TAKE)))
		return -EOPNOTSUPP;
	if (rwf & ~RWF_KNOWN)
		return -EOPNOTSUPP;
	if (rwf & RWF_APPEND && rwf & RWF_NOAPPEND)
		return -EINVAL;
	if (rwf & RWF_NOWAIT && !(can & FOP_NOWAIT))
		return -EOPNOTSUPP;
	if (rwf & RWF_NOSIGNAL)
		call.mode |= FMODE_NOSIGNAL;
	if (rwf & RWF_NOWAIT)
		call.flags |= O_NONBLOCK;
	if (rwf & RWF_APPEND)
		call.flags |= O_APPEND;
	if (rwf & RWF_NOAPPEND)
		call.flags &= ~O_APPEND;
	return rw_pieces(&call, dir, vec, total, pos);
}

/* pos NULL: at the file's own position. */
static ssize_t rwv_file(struct file *file, enum direction dir, long iov, long count, loff_t *pos,
			unsigned int rwf)
{
	unsigned long total;
	struct iovec *vec;
	ssize_t done = 0;

	if (count < 0 || count > IOV_MAX)
		return -EINVAL;
	if (!count)
		return 0;
	vec = get_iovec(iov, count, &total);
	if (IS_ERR(vec))
		return PTR_ERR(vec);
	if (!pos)
		pos = &file->pos;
	if (end_overflows(*pos, total))
		done = -EINVAL;
	else if (total)
		done = rwf ? rw_flagged(file, dir, vec, total, pos, rwf)
			   : rw_pieces(file, dir, vec, total, pos);
	kfree(vec);
	return done;
}

static long rwv_fd(long fd, enum direction dir, long iov, long count, loff_t *pos,
		   unsigned int rwf)
{
	struct file *file;
	ssize_t done;
	bool counted;

	file = get_open(fd, dir, pos, &counted);
	if (IS_ERR(file))
		return PTR_ERR(file);
	done = rwv_file(file, dir, iov, count, pos, rwf);
	fput_light(file, counted);
	return done;
}

long sys_readv(long fd, long iov, long count)
{
	return rwv_fd(fd, READ, iov, count, NULL, 0);
}

long sys_writev(long fd, long iov, long count)
{
	return rwv_fd(fd, WRITE, iov, count, NULL, 0);
}

long sys_preadv(long fd, long iov, long count, long pos_low, long pos_high)
{
	loff_t pos = make_loff(pos_low, pos_high);

	return pos < 0 ? -EINVAL : rwv_fd(fd, READ, iov, count, &pos, 0);
}

long sys_pwritev(long fd, long iov, long count, long pos_low, long pos_high)
{
	loff_t pos = make_loff(pos_low, pos_high);

	return pos < 0 ? -EINVAL : rwv_fd(fd, WRITE, iov, count, &pos, 0);
}

/* Position -1: the file's own. */
static long rwv2_fd(long fd, enum direction dir, long iov, long count, loff_t pos, long flags)
{
	if (pos < -1)
		return -EINVAL;
	return rwv_fd(fd, dir, iov, count, pos == -1 ? NULL : &pos, flags);
}

long sys_preadv2(long fd, long iov, long count, long pos_low, long pos_high, long flags)
{
	return rwv2_fd(fd, READ, iov, count, make_loff(pos_low, pos_high), flags);
}

long sys_pwritev2(long fd, long iov, long count, long pos_low, long pos_high, long flags)
{
	return rwv2_fd(fd, WRITE, iov, count, make_loff(pos_low, pos_high), flags);
}

bool within_file_limit(loff_t size)
{
	unsigned long limit = rlimit(RLIMIT_FSIZE);

	if (limit == RLIM_INFINITY || size <= limit)
		return true;
	send_sig_self(SIGXFSZ);
	return false;
}

loff_t generic_llseek(struct file *file, loff_t offset, int whence)
{
	if (whence == SEEK_CUR)
		offset += file->pos;
	else if (whence == SEEK_END && !S_ISDIR(file->inode->mode))
		offset += i_size_read(file->inode);
	else if (whence != SEEK_SET)
		return -EINVAL;
	if (offset < 0)
		return -EINVAL;
	file->pos = offset;
	return offset;
}

/* The new position, or -Exxx. */
static loff_t do_llseek(struct file *file, loff_t offset, int whence)
{
	if ((unsigned int)whence > SEEK_HOLE)
		return -EINVAL;
	if (file->fop->llseek)
		return file->fop->llseek(file, offset, whence);
	return has_positions(file) ? generic_llseek(file, offset, whence) : -ESPIPE;
}

static loff_t seek_fd(long fd, loff_t offset, long whence)
{
	struct file *file = fget(fd);
	loff_t pos;

	if (!file)
		return -EBADF;
	pos = do_llseek(file, offset, whence);
	fput(file);
	return pos;
}

long sys_lseek(long fd, long offset, long whence)
{
	loff_t pos = seek_fd(fd, offset, whence);

	return pos > LONG_MAX ? -EOVERFLOW : (long)pos;
}

long sys_llseek(long fd, long offset_high, long offset_low, long result, long whence)
{
	loff_t offset = make_loff(offset_low, offset_high);
	loff_t pos = seek_fd(fd, offset, whence);

	if (pos < 0)
		return pos;
	return copy_to_user((void *)result, &pos, sizeof(pos)) ? -EFAULT : 0;
}
