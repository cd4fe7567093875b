/* SPDX-License-Identifier: MIT */
/*
 * tmpfs_file.c - files that are nothing but pages in memory: reading, writing, their size.
 *
 * The data are the pages of inode->mapping: read, write and mmap all work on the same frames,
 * nothing is copied between them. A page that was never written is a hole and reads as zeroes; what
 * follows the end of the file in its last page is zeroes, too.
 *
 * Locks: inode->lock guards the size, and is not held while user memory is touched: a fault
 * takes mmap_sem, which comes before it.
 */
#include "internal.h"
#include <nopage/mm.h>
#include <nopage/sched.h>
#include <nopage/string.h>
#include <nopage/syscalls.h>
#include <asm/uaccess.h>

#define MAX_SIZE	0x7fffffff000LL		/* of one file: 32 bits hold its page numbers */

/* Whose memory is on the other side of a copy. */
enum side { USER, KERNEL };

/* Up to the end of the page that pos is in. */
static size_t page_part(loff_t pos, size_t count)
{
	return min(count, (size_t)(PAGE_SIZE - (pos & ~PAGE_MASK)));
}

/* Bytes of [pos, pos + count) before the end of the file. */
static size_t readable(const struct inode *inode, loff_t pos, size_t count)
{
	loff_t size = i_size_read(inode);

	return pos < size ? min((loff_t)count, size - pos) : 0;
}

/* ------------------------------------------------------------------ reading */

/* One piece within a page. Bytes that could not be copied to the user. */
static size_t read_part(struct inode *inode, void *buf, size_t count, loff_t pos, enum side side)
{
	struct page *page = find_get_page(&inode->mapping, pos >> PAGE_SHIFT);
	const char *from = page ? page_address(page) + (pos & ~PAGE_MASK) : NULL;
	size_t left = 0;

	if (side == USER)
		left = from ? copy_to_user(buf, from, count) : clear_user(buf, count);
	else if (from)
		memcpy(buf, from, count);
	else
		memset(buf, 0, count);
	if (page)
		put_page(page);
	return left;
}

static ssize_t read_parts(struct inode *inode, void *buf, size_t count, loff_t *pos,
			  enum side side)
{
	size_t done = 0, part, left = 0;

	count = readable(inode, *pos, count);
	while (done < count && !left) {
		part = page_part(*pos, count - done);
		left = read_part(inode, buf + done, part, *pos, side);
		done += part - left;
		*pos += part - left;
	}
	return done || !left ? (ssize_t)done : -EFAULT;
}

static ssize_t tmpfs_file_read(struct file *file, char *buf, size_t count, loff_t *pos)
{
	ssize_t done = read_parts(file->inode, buf, count, pos, USER);

	file_accessed(file);
	return done;
}

ssize_t kernel_read(struct file *file, loff_t pos, void *buf, size_t count)
{
	BUG_ON(!S_ISREG(file->inode->mode) || pos < 0);
	return read_parts(file->inode, buf, count, &pos, KERNEL);
}

/* ------------------------------------------------------------------ behind the end */

/* Zero what follows the end of the file in its last page. */
static void clear_tail(struct inode *inode)
{
	unsigned long offset = inode->size & ~PAGE_MASK;
	struct page *page = offset ? find_get_page(&inode->mapping, inode->size >> PAGE_SHIFT)
				   : NULL;

	if (!page)
		return;
	memset(page_address(page) + offset, 0, PAGE_SIZE - offset);
	put_page(page);
}

/* Drop all data behind the end of the file, also from mappings. Caller holds inode->lock. */
static void drop_behind(struct inode *inode)
{
	unsigned long index = (inode->size + PAGE_SIZE - 1) >> PAGE_SHIFT;

	unmap_mapping_range(&inode->mapping, index);
	truncate_inode_pages(&inode->mapping, index);
	clear_tail(inode);
}

/* ------------------------------------------------------------------ writing */

/*
 * How many of count bytes at pos may be written? -EFBIG: none, for the file would grow too
 * large. LFS: files opened without O_LARGEFILE end where 32 bits do.
 */
static ssize_t write_limit(const struct file *file, loff_t pos, size_t count)
{
	unsigned long limit = rlimit(RLIMIT_FSIZE);
	loff_t max = !file || file->flags & O_LARGEFILE ? MAX_SIZE : MAX_NON_LFS;

	if (limit != RLIM_INFINITY) {
		if (pos >= limit && !within_file_limit(pos + 1))
			return -EFBIG;
		max = min(max, (loff_t)limit);
	}
	if (pos >= max)
		return -EFBIG;
	return min((loff_t)count, max - pos);
}

/* One write on its way. */
struct write_op {
	struct inode *inode;
	loff_t start, pos, end;			/* where it begins, is now, is to end */
	loff_t old_size;			/* before it */
};

/*
 * Reserve count bytes at op->pos, or at the end of the file for an append: the size covers them
 * from now on, so that no other append gets the same place. file: NULL for the kernel. The bytes
 * that fit, or -EFBIG.
 */
static ssize_t write_begin(struct write_op *op, const struct file *file, size_t count)
{
	struct inode *inode = op->inode;
	ssize_t n;

	mutex_lock(&inode->lock);
	op->old_size = inode->size;
	if (file && file->flags & O_APPEND)
		op->pos = inode->size;
	n = write_limit(file, op->pos, count);
	if (n > 0) {
		op->start = op->pos;
		op->end = op->pos + n;
		i_size_write(inode, max(inode->size, op->end));
		inode->mode = mode_after_write(inode);
		inode->mtime = inode->ctime = current_time();
	}
	mutex_unlock(&inode->lock);
	return n;
}

/*
 * Give back what was reserved and not written, if nobody is behind it. Somebody may have cut the
 * file off before what we wrote afterwards: that must not come back when it grows again.
 */
static void write_end(struct write_op *op)
{
	struct inode *inode = op->inode;

	if (likely(op->pos == op->end && i_size_read(inode) >= op->end))
		return;
	mutex_lock(&inode->lock);
	if (op->pos != op->end && inode->size == op->end)
		i_size_write(inode, op->pos > op->start ? max(op->old_size, op->pos) : op->old_size);
	drop_behind(inode);
	mutex_unlock(&inode->lock);
}

/* One piece within a page. Bytes copied, or -Exxx. */
static ssize_t write_part(struct write_op *op, const void *buf, size_t count, enum side side)
{
	struct page *page = find_or_create_page(&op->inode->mapping, op->pos >> PAGE_SHIFT);
	size_t left = 0;
	char *to;

	if (IS_ERR(page))
		return PTR_ERR(page);
	to = page_address(page) + (op->pos & ~PAGE_MASK);
	if (side == USER)
		left = copy_from_user(to, buf, count);
	else
		memcpy(to, buf, count);
	set_page_dirty(&op->inode->mapping, page);
	put_page(page);
	return left == count ? -EFAULT : (ssize_t)(count - left);
}

/* count bytes at op->pos, which moves. Bytes or -Exxx. file: NULL for the kernel. */
static ssize_t write_parts(struct write_op *op, const struct file *file, const void *buf,
			   size_t count)
{
	size_t done = 0;
	ssize_t n;

	if (!count)
		return 0;
	n = write_begin(op, file, count);
	if (n < 0)
		return n;
	count = n;
	while (done < count) {
		n = write_part(op, buf + done, page_part(op->pos, count - done),
			       file ? USER : KERNEL);
		if (n < 0)
			break;
		done += n;
		op->pos += n;
	}
	write_end(op);
	return done ? (ssize_t)done : n;
}

static ssize_t tmpfs_file_write(struct file *file, const char *buf, size_t count, loff_t *pos)
{
	struct write_op op = { .inode = file->inode, .pos = *pos };
	ssize_t done = write_parts(&op, file, buf, count);

	if (done > 0)
		*pos = op.pos;
	return done;
}

ssize_t tmpfs_write(struct inode *inode, loff_t pos, const void *data, size_t size)
{
	struct write_op op = { .inode = inode, .pos = pos };

	BUG_ON(!S_ISREG(inode->mode) || pos < 0);
	return write_parts(&op, NULL, data, size);
}

/* ------------------------------------------------------------------ size */

/* The size changes first: from then on a fault behind it gets no page. */
int tmpfs_truncate(struct inode *inode, loff_t size)
{
	bool grows = size > inode->size;

	if (size > MAX_SIZE)
		return -EFBIG;
	i_size_write(inode, size);
	if (!grows)
		drop_behind(inode);
	return 0;
}

/*
 * Make pages for [pos, pos + len), of zeroes, where there are none. 0 or -Exxx; then nothing stays
 * behind the end of the file.
 */
static int fill_holes(struct inode *inode, loff_t pos, loff_t len)
{
	for (unsigned long i = pos >> PAGE_SHIFT; i <= (pos + len - 1) >> PAGE_SHIFT; i++) {
		struct page *page = find_or_create_page(&inode->mapping, i);

		if (IS_ERR(page)) {
			mutex_lock(&inode->lock);
			drop_behind(inode);
			mutex_unlock(&inode->lock);
			return PTR_ERR(page);
		}
		put_page(page);
		cond_resched();
	}
	return 0;
}

#define FALLOC_FL_KEEP_SIZE	1
/* What other file systems can do. */
#define FALLOC_FL_PUNCH_HOLE	2
#define FALLOC_FL_COLLAPSE_RANGE 8
#define FALLOC_FL_ZERO_RANGE	0x10
#define FALLOC_FL_INSERT_RANGE	0x20
#define FALLOC_FL_UNSHARE_RANGE	0x40

static bool is_fallocate_mode(long mode)
{
	switch (mode & ~FALLOC_FL_KEEP_SIZE) {
	case 0:
	case FALLOC_FL_ZERO_RANGE:
	case FALLOC_FL_UNSHARE_RANGE:
		return true;
	case FALLOC_FL_PUNCH_HOLE:
		return mode & FALLOC_FL_KEEP_SIZE;
	case FALLOC_FL_COLLAPSE_RANGE:
	case FALLOC_FL_INSERT_RANGE:
		return !(mode & FALLOC_FL_KEEP_SIZE);
	}
	return false;
}

static int do_fallocate(struct file *file, long mode, loff_t pos, loff_t len)
{
	struct inode *inode = file->inode;
	bool ours;			/* a file of proc is none of this file system */
	int error;

	if (pos < 0 || len <= 0)
		return -EINVAL;
	if (!is_fallocate_mode(mode))
		return -EOPNOTSUPP;
	if (!(file->mode & FMODE_WRITE))
		return -EBADF;
	if (S_ISFIFO(inode->mode))
		return -ESPIPE;
	if (!S_ISREG(inode->mode))
		return -ENODEV;
	ours = inode->op->truncate == tmpfs_truncate;
	if (len > (ours ? MAX_SIZE : MAX_NON_LFS) - pos)
		return -EFBIG;
	if (!ours || mode & ~FALLOC_FL_KEEP_SIZE)
		return -EOPNOTSUPP;
	if (pos + len > i_size_read(inode) && !within_file_limit(pos + len))
		return -EFBIG;
	error = fill_holes(inode, pos, len);
	if (!error && !(mode & FALLOC_FL_KEEP_SIZE) && pos + len > i_size_read(inode))
		error = do_truncate(inode, pos + len);
	if (!error) {
		mutex_lock(&inode->lock);
		inode->mtime = inode->ctime = current_time();
		mutex_unlock(&inode->lock);
	}
	return error;
}

long sys_fallocate(long fd, long mode, long pos_low, long pos_high, long len_low, long len_high)
{
	struct file *file = fget(fd);
	long error;

	if (!file)
		return -EBADF;
	error = do_fallocate(file, mode, make_loff(pos_low, pos_high),
			     make_loff(len_low, len_high));
	fput(file);
	return error;
}

/* ------------------------------------------------------------------ position */

/* The first byte from offset on that is in a page, or in none: at most the size. */
static loff_t next_data(struct inode *inode, loff_t offset)
{
	struct page *page = find_next_page(&inode->mapping, offset >> PAGE_SHIFT);

	if (!page)
		return i_size_read(inode);
	offset = max(offset, (loff_t)page->index << PAGE_SHIFT);
	put_page(page);
	return min(offset, i_size_read(inode));
}

static loff_t next_hole(struct inode *inode, loff_t offset)
{
	struct page *page;

	while ((page = find_get_page(&inode->mapping, offset >> PAGE_SHIFT))) {
		put_page(page);
		offset = (offset | ~PAGE_MASK) + 1;
	}
	return min(offset, i_size_read(inode));
}

static loff_t tmpfs_file_llseek(struct file *file, loff_t offset, int whence)
{
	struct inode *inode = file->inode;

	if (whence == SEEK_DATA || whence == SEEK_HOLE) {
		if (offset < 0 || offset >= i_size_read(inode))
			return -ENXIO;
		if (whence == SEEK_HOLE)
			offset = next_hole(inode, offset);
		else if ((offset = next_data(inode, offset)) == i_size_read(inode))
			return -ENXIO;
		whence = SEEK_SET;
	}
	return generic_llseek(file, offset, whence);
}

static int tmpfs_file_mmap(struct file *file, struct vm_area_struct *vma)
{
	file_accessed(file);
	return generic_file_mmap(file, vma);
}

const struct file_operations tmpfs_file_fops = {
	.llseek = tmpfs_file_llseek,
	.read = tmpfs_file_read,
	.write = tmpfs_file_write,
	.mmap = tmpfs_file_mmap,
	.flags = FOP_SEND | FOP_TAKE,
};
