/* SPDX-License-Identifier: MIT */
/*
 * dev.c - character devices by number, and those that are made of nothing: null, zero, full,
 * random and urandom.
 *
 * A device node is only a number. Opening it looks the number up here and gives the file the
 * operations of the device.
 */
#include "internal.h"
#include <nopage/mm.h>
#include <nopage/random.h>
#include <nopage/sched.h>
#include <nopage/tty.h>
#include <asm/uaccess.h>

/* ------------------------------------------------------------------ null, zero, full */

static ssize_t read_null(struct file *file, char *buf, size_t count, loff_t *pos)
{
	return 0;
}

static ssize_t write_null(struct file *file, const char *buf, size_t count, loff_t *pos)
{
	return count;
}

#define STEP	(64 * 1024U)		/* a long read looks for signals so often */

/* Bytes before what is bad, or before a signal. */
static noinline ssize_t read_zero_long(char *buf, size_t count)
{
	size_t done = 0, part, left;

	while (done < count) {
		part = min(count - done, (size_t)STEP);
		left = clear_user(buf + done, part);
		done += part - left;
		if (left)
			return done ? (ssize_t)done : -EFAULT;
		if (signal_pending(current))
			break;
		cond_resched();
	}
	return done;
}

static ssize_t read_zero(struct file *file, char *buf, size_t count, loff_t *pos)
{
	size_t left;

	if (count > STEP)
		return read_zero_long(buf, count);
	left = clear_user(buf, count);
	return left && left == count ? -EFAULT : (ssize_t)(count - left);
}

static ssize_t write_full(struct file *file, const char *buf, size_t count, loff_t *pos)
{
	return -ENOSPC;
}

/* There is no position; asking for one succeeds. */
static loff_t seek_null(struct file *file, loff_t offset, int whence)
{
	return file->pos = 0;
}

/* Private: the area keeps its empty vm_ops and is anonymous memory. Shared: a nameless file. */
static int mmap_zero(struct file *file, struct vm_area_struct *vma)
{
	return vma->vm_flags & VM_SHARED ? shmem_zero_setup(vma) : 0;
}

static const struct file_operations null_fops = {
	.read = read_null,
	.write = write_null,
	.llseek = seek_null,
	.flags = FOP_TAKE | FOP_NOWAIT,
};

static const struct file_operations zero_fops = {
	.read = read_zero,
	.write = write_null,
	.llseek = seek_null,
	.mmap = mmap_zero,
	.flags = FOP_SEND | FOP_TAKE | FOP_NOWAIT,
};

static const struct file_operations full_fops = {
	.read = read_zero,
	.write = write_full,
	.llseek = seek_null,
	.flags = FOP_SEND,
};

/* ------------------------------------------------------------------ random, urandom */

/* Bytes out; or, for a write, stirred in. */
static ssize_t move_random(char *buf, size_t count, bool write)
{
	size_t done = 0, part, left = 0;
	u8 bytes[64];

	while (done < count && !left) {
		part = min(count - done, sizeof(bytes));
		if (write) {
			left = copy_from_user(bytes, buf + done, part);
			add_entropy(bytes, part - left);
		} else {
			get_random_bytes(bytes, part);
			left = copy_to_user(buf + done, bytes, part);
		}
		done += part - left;
		if (done % PAGE_SIZE)
			continue;
		if (signal_pending(current))
			break;
		cond_resched();
	}
	return done || !left ? (ssize_t)done : -EFAULT;
}

static ssize_t read_random(struct file *file, char *buf, size_t count, loff_t *pos)
{
	return move_random(buf, count, false);
}

static ssize_t write_random(struct file *file, const char *buf, size_t count, loff_t *pos)
{
	return move_random((char *)buf, count, true);
}

/* Nobody counts the entropy. */
static long ioctl_random(struct file *file, unsigned int cmd, unsigned long arg)
{
	return -EINVAL;
}

static const struct file_operations random_fops = {
	.read = read_random,
	.write = write_random,
	.llseek = seek_null,
	.ioctl = ioctl_random,
	.flags = FOP_SEND | FOP_TAKE | FOP_NOWAIT,
};

/* ------------------------------------------------------------------ devices by number */

const struct chrdev chrdevs[] = {
	{ "null", MKDEV(1, 3), 0666, &null_fops },
	{ "zero", MKDEV(1, 5), 0666, &zero_fops },
	{ "full", MKDEV(1, 7), 0666, &full_fops },
	{ "random", MKDEV(1, 8), 0666, &random_fops },
	{ "urandom", MKDEV(1, 9), 0666, &random_fops },
	{ "ttyS0", SERIAL_DEV, 0660, &tty_fops },
	{ "tty", TTY_DEV, 0666, &tty_fops },
	{ "console", CONSOLE_DEV, 0600, &tty_fops },
	{ NULL },
};

static int chrdev_open(struct inode *inode, struct file *file)
{
	for (const struct chrdev *d = chrdevs; d->name; d++) {
		if (d->dev == inode->rdev) {
			file->fop = d->fop;
			return file->fop->open ? file->fop->open(inode, file) : 0;
		}
	}
	return -ENXIO;
}

const struct file_operations chrdev_fops = {
	.open = chrdev_open,
};
