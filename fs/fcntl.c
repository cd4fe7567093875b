/* SPDX-License-Identifier: MIT */
/* fcntl.c - fcntl() and ioctl(): what concerns a descriptor, or open files of any kind. */
#include "internal.h"
#include <nopage/syscalls.h>
#include <asm/uaccess.h>
#include <uapi/termios.h>

#define SETFL_MASK	(O_APPEND | O_NONBLOCK | O_DIRECT | O_NOATIME)

static void set_file_flags(struct file *file, unsigned int mask, unsigned int flags)
{
	file->flags = (file->flags & ~mask) | (flags & mask);
}

/* The commands that need the file only. Nobody is ever sent SIGIO, so there is no owner. */
static long file_fcntl(struct file *file, unsigned int cmd, unsigned long arg)
{
	if (cmd == F_GETFL)
		return file->flags;
	if (file->flags & O_PATH)
		return -EBADF;
	switch (cmd) {
	case F_SETFL:
		if (arg & ~file->flags & O_NOATIME && !inode_owner_or_capable(file->inode))
			return -EPERM;
		if (arg & O_DIRECT && !S_ISFIFO(file->inode->mode) && !may_be_direct(file->inode))
			return -EINVAL;
		set_file_flags(file, SETFL_MASK, arg);
		return 0;
	case F_GETOWN:
	case F_GETSIG:
		return 0;
	case F_SETPIPE_SZ:
	case F_GETPIPE_SZ:
		return pipe_fcntl(file, cmd, arg);
	case F_GETLK ... F_SETLKW:
	case F_GETLK64 ... F_SETLKW64:
	case F_OFD_GETLK ... F_OFD_SETLKW:
		return fcntl_lock(file, cmd, (void *)arg);
	}
	return -EINVAL;
}

long sys_fcntl64(long fd, long cmd, long arg)
{
	struct file *file;
	long ret;

	if (cmd == F_GETFD || cmd == F_SETFD)
		return fd_flags(fd, cmd == F_SETFD, arg);
	file = fget_any(fd);
	if (!file)
		return -EBADF;
	if (cmd != F_DUPFD && cmd != F_DUPFD_CLOEXEC)
		ret = file_fcntl(file, cmd, arg);
	else if ((unsigned long)arg >= fd_limit())
		ret = -EINVAL;
	else
		ret = dup_from(fd, arg, cmd == F_DUPFD_CLOEXEC);
	fput(file);
	return ret;
}

/* FIONBIO: O_NONBLOCK by the int at user. */
static long set_nonblock(struct file *file, const int *user)
{
	int on;

	if (get_user(on, user))
		return -EFAULT;
	set_file_flags(file, O_NONBLOCK, on ? O_NONBLOCK : 0);
	return 0;
}

static long file_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	if (cmd == FIONBIO)
		return set_nonblock(file, (int *)arg);
	if (cmd == FIGETBSZ)
		return put_user(block_size(file->inode->sb), (int *)arg);
	if (cmd == FIONREAD && S_ISREG(file->inode->mode))
		return put_user(i_size_read(file->inode) - file->pos, (int *)arg);
	return file->fop->ioctl ? file->fop->ioctl(file, cmd, arg) : -ENOTTY;
}

long sys_ioctl(long fd, long cmd, long arg)
{
	struct file *file;
	long ret;

	file = fget(fd);
	if (!file)
		return -EBADF;
	if (cmd == FIOCLEX || cmd == FIONCLEX)
		ret = fd_flags(fd, true, cmd == FIOCLEX ? FD_CLOEXEC : 0);
	else
		ret = file_ioctl(file, cmd, arg);
	fput(file);
	return ret;
}
