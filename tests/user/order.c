/* SPDX-License-Identifier: MIT */
/* Calls with two bad arguments: which error Linux gives; holes in files; flags of one read. */
#define _GNU_SOURCE
#include "tmpdir.h"

#include <sys/ioctl.h>
#include <sys/syscall.h>

#include "rawsys.h"

#define BAD		((long)KERNEL_ADDRESS)
#define EMPTY		((long)"")
#define NONE		((long)"none")
#define NO_DIR		((long)"none/x")
#define NAME		((long)"file")

struct piece {
	void *base;
	long len;
};

static int file, other, dir, null, pipes[2];
static char buf[64];
static struct piece pieces[2] = { { buf, 4 }, { buf, 4 } };

static void test_paths(void)
{
	is(sys4(SYS_openat, -1, EMPTY, 0, 0), -ENOENT, "openat: no directory, the empty path");
	is(sys4(SYS_openat, -1, EMPTY, O_CREAT, 0), -ENOENT, "to create");
	is(sys3(SYS_mkdirat, -1, EMPTY, 0), -ENOENT, "mkdirat");
	is(sys3(SYS_unlinkat, -1, EMPTY, 0), -ENOENT, "unlinkat");
	is(sys4(SYS_mknodat, -1, EMPTY, S_IFREG, 0), -ENOENT, "mknodat");
	is(sys4(SYS_fstatat64, -1, EMPTY, BAD, 0), -ENOENT, "fstatat");
	is(sys4(SYS_fstatat64, -1, EMPTY, (long)buf, AT_EMPTY_PATH), -EBADF, "which may take it");
	is(sys5(SYS_statx, -1, EMPTY, 0, 0, BAD), -ENOENT, "statx");
	is(sys3(SYS_faccessat, -1, EMPTY, 0), -ENOENT, "faccessat");
	is(sys3(SYS_fchmodat, -1, EMPTY, 0), -ENOENT, "fchmodat");
	is(sys5(SYS_fchownat, -1, EMPTY, 0, 0, 0), -ENOENT, "fchownat");
	is(sys4(SYS_utimensat, -1, EMPTY, 0, 0), -ENOENT, "utimensat");
	is(sys3(SYS_symlinkat, NAME, -1, EMPTY), -ENOENT, "symlinkat");
	is(sys5(SYS_linkat, -1, EMPTY, -1, BAD, 0), -ENOENT, "linkat: the old path comes first");
	is(sys5(SYS_linkat, AT_FDCWD, NAME, -1, EMPTY, 0), -ENOENT, "then the new one");
	is(sys4(SYS_readlinkat, -1, EMPTY, (long)buf, 9), -EBADF, "readlinkat always takes it");
}

static void test_renames(void)
{
	is(sys2(SYS_rename, NO_DIR, BAD), -ENOENT, "rename: no old directory, a bad new path");
	is(sys2(SYS_rename, NONE, BAD), -EFAULT, "no old name");
	is(sys2(SYS_rename, EMPTY, BAD), -ENOENT, "the empty old path");
	is(sys4(SYS_renameat, -1, NAME, AT_FDCWD, BAD), -EBADF, "renameat: a bad descriptor");
	is(sys4(SYS_renameat, -1, NAME, -1, EMPTY), -EBADF, "comes before the new path");
	is(sys4(SYS_renameat, AT_FDCWD, NO_DIR, -1, NONE), -ENOENT, "and before the new one");
	is(sys4(SYS_renameat, AT_FDCWD, NONE, -1, NONE), -EBADF, "but not before the old name");
	is(sys4(SYS_renameat, AT_FDCWD, NONE, -1, EMPTY), -ENOENT, "the empty new path");
	is(sys2(SYS_rename, (long)".", NO_DIR), -ENOENT, "dot to no directory");
	is(sys2(SYS_rename, (long)".", (long)"/proc/x"), -EXDEV, "to another file system");
	is(sys2(SYS_rename, NONE, (long)"."), -EBUSY, "nothing to dot");
	is(sys5(SYS_renameat2, AT_FDCWD, NAME, AT_FDCWD, (long)".", 1), -EEXIST,
	   "NOREPLACE: dot is there");
	is(sys5(SYS_renameat2, AT_FDCWD, (long)".", AT_FDCWD, (long)".", 1), -EBUSY,
	   "but cannot move");
}

static void test_positions(void)
{
	long iov = (long)pieces;

	is(sys5(SYS_pread64, pipes[1], (long)buf, 1, 0, 0), -ESPIPE,
	   "pread of the end for writing of a pipe");
	is(sys5(SYS_pwrite64, pipes[0], (long)buf, 1, 0, 0), -ESPIPE, "pwrite of the other");
	is(sys5(SYS_preadv, pipes[1], BAD, -1, 0, 0), -ESPIPE, "preadv");
	is(sys5(SYS_pwritev, pipes[0], BAD, -1, 0, 0), -ESPIPE, "pwritev");
	is(sys5(SYS_preadv, -1, BAD, -1, -1, -1), -EINVAL, "a position below 0 comes first");
	is(sys6(SYS_preadv2, -1, iov, 1, -1, -1, 0x10000), -EBADF, "preadv2: no such flag, no file");
	is(sys6(SYS_preadv2, -1, iov, 1, -2, -1, 0x10000), -EINVAL, "nor position");
	is(sys6(SYS_preadv2, file, BAD, 1, -1, -1, 0x10000), -EFAULT, "nor vector");
	is(sys6(SYS_preadv2, file, iov, -1, -1, -1, 0x10000), -EINVAL, "nor count");
	is(sys6(SYS_preadv2, file, iov, 0, -1, -1, 0x10000), 0, "nothing to do");
	is(sys6(SYS_preadv2, pipes[0], iov, 1, 0, 0, 0x10000), -ESPIPE, "a position in a pipe");
	is(sys6(SYS_preadv2, file, iov, 1, -1, -1, 0x10000), -EOPNOTSUPP, "the flag alone");
	is(sys3(SYS_readv, dir, BAD, 1), -EFAULT, "readv of a directory: a bad vector");
	is(sys3(SYS_readv, dir, iov, -1), -EINVAL, "a bad count");
	is(sys3(SYS_readv, dir, iov, 0), 0, "nothing");
	is(sys5(SYS_preadv, dir, iov, 0, 0, 0), 0, "preadv");
	is(sys3(SYS_readv, dir, iov, 1), -EISDIR, "something");
}

/* More than one call moves is cut off, an end that is no position is an error. */
static void test_large(void)
{
	struct piece large[3] = { { buf, 0x40000000 }, { buf, 0x40000000 }, { buf, 0x40000000 } };
	long long pos = 0x7fffffffffffffffLL;

	is(sys3(SYS_readv, file, (long)large, 3), 4, "readv: more than 2 GiB of room");
	is(sys3(SYS_writev, null, (long)large, 3), 0x7ffff000, "writev: what one call moves");
	large[2].len = -1;
	is(sys3(SYS_writev, null, (long)large, 3), -EINVAL, "a negative length");
	is(sys5(SYS_pread64, file, (long)buf, 1, -1, 0x7fffffff), -EINVAL, "pread: its end");
	is(sys5(SYS_pread64, file, (long)buf, 1, -2, 0x7fffffff), 0, "the last position");
	is(sys5(SYS_pwrite64, null, (long)buf, 1, -1, 0x7fffffff), -EINVAL, "pwrite to a device");
	is(sys5(SYS_preadv, file, (long)pieces, 1, -2, 0x7fffffff), -EINVAL, "preadv");
	is(sys4(SYS_sendfile64, -1, file, (long)&pos, 1), -EINVAL, "sendfile: before the output");
	lseek(file, 0, SEEK_SET);
}

static void test_flags(void)
{
	long iov = (long)pieces;
	int mem = syscall(SYS_memfd_create, "flags", 0);

	is(sys6(SYS_preadv2, pipes[0], iov, 1, -1, -1, 8), -EAGAIN, "RWF_NOWAIT: an empty pipe");
	is(sys6(SYS_pwritev2, pipes[1], iov, 1, -1, -1, 8), 4, "room in it");
	is(sys6(SYS_preadv2, pipes[0], iov, 1, -1, -1, 8), 4, "bytes in it");
	is(sys6(SYS_preadv2, mem, iov, 1, 0, 0, 8), -EOPNOTSUPP, "a file in memory");
	is(lseek(file, 0, SEEK_END), 4, "a file of four bytes");
	is(sys6(SYS_pwritev2, file, iov, 1, 0, 0, 0x10), 4, "RWF_APPEND: four bytes");
	is(lseek(file, 0, SEEK_CUR), 4, "the position stays");
	is(lseek(file, 0, SEEK_END), 8, "the file grows");
	lseek(file, 0, SEEK_SET);
	is(sys6(SYS_pwritev2, file, iov, 1, -1, -1, 0x10), 4, "at the file's position");
	is(lseek(file, 0, SEEK_CUR), 12, "which is at the end now");
	is(sys6(SYS_preadv2, file, iov, 1, 0, 0, 0x10), 4, "for a read it means nothing");
	close(mem);
}

static void test_select(void)
{
	long ok[2] = { 0, 0 }, bad[2] = { 0, -1 };
	struct { long set, size; } size = { (long)buf, 4 }, set = { BAD, 8 }, none = { 0, 4 };

	is(sys6(SYS_pselect6, 0, 0, 0, 0, (long)bad, (long)&set), -EINVAL,
	   "pselect6: a bad time, a bad set");
	is(sys6(SYS_pselect6, 0, 0, 0, 0, BAD, (long)&size), -EFAULT, "no time, a bad size");
	is(sys6(SYS_pselect6, 0, 0, 0, 0, (long)bad, BAD), -EFAULT, "the pair of both comes first");
	is(sys6(SYS_pselect6, -1, 0, 0, 0, (long)ok, (long)&set), -EFAULT, "a bad count comes last");
	is(sys6(SYS_pselect6, 0, 0, 0, 0, (long)ok, (long)&none), 0, "no set: any size");
}

static void test_sendfile(void)
{
	int out = open("out", O_CREAT | O_WRONLY, 0644), zero = open("/dev/zero", O_RDONLY);

	is(sys4(SYS_sendfile, out, zero, 0, 6000), 6000, "sendfile of /dev/zero");
	is(stat_of("out").st_size, 6000, "bytes of it");
	is(sys4(SYS_sendfile, out, null, 0, 10), -EINVAL, "of /dev/null");
	is(sys4(SYS_sendfile, out, dir, 0, 10), -EINVAL, "of a directory");
	is(sys3(SYS_ioctl, file, 2, (long)buf), 0, "FIGETBSZ of a file");
	is(*(int *)buf, PAGE, "is a page");
	is(sys3(SYS_ioctl, dir, 2, 16), -EFAULT, "of a directory, nowhere");
	close(zero);
	close(out);
}

static long hole(int fd, int mode, long pos, long len)
{
	return sys6(SYS_fallocate, fd, mode, pos, 0, len, 0);
}

static long blocks(int fd)
{
	struct stat st;

	return fstat(fd, &st) ? -1 : st.st_blocks;
}

/* On a file in memory, where Linux's file systems differ. */
static void test_holes(void)
{
	int fd = syscall(SYS_memfd_create, "holes", 0);
	char page[PAGE];

	is(ftruncate(fd, 5 * PAGE + 100), 0, "a file without data");
	is(blocks(fd), 0, "takes no memory");
	fails(lseek(fd, 0, SEEK_DATA), ENXIO, "SEEK_DATA: there is none");
	is(lseek(fd, 5, SEEK_HOLE), 5, "SEEK_HOLE: here");
	memset(page, 'x', PAGE);
	is(pwrite(fd, page, PAGE, 2 * PAGE), PAGE, "data in the third page");
	is(lseek(fd, 0, SEEK_DATA), 2 * PAGE, "are found");
	is(lseek(fd, 2 * PAGE + 7, SEEK_DATA), 2 * PAGE + 7, "from the middle");
	is(lseek(fd, 2 * PAGE + 7, SEEK_HOLE), 3 * PAGE, "and their end");
	is(lseek(fd, 0, SEEK_CUR), 3 * PAGE, "the position moves there");
	fails(lseek(fd, 3 * PAGE, SEEK_DATA), ENXIO, "none behind");
	is(lseek(fd, 5 * PAGE + 99, SEEK_HOLE), 5 * PAGE + 99, "a hole up to the end");
	fails(lseek(fd, 5 * PAGE + 100, SEEK_HOLE), ENXIO, "not behind it");
	fails(lseek(fd, -1, SEEK_HOLE), ENXIO, "nor before the start");
	is(lseek(null, 5, SEEK_DATA), 0, "a device has any");
	fails(lseek(pipes[0], 0, SEEK_DATA), ESPIPE, "a pipe none");
	fails(lseek(fd, 0, 5), EINVAL, "no such way");

	is(hole(fd, 1, 10 * PAGE, PAGE), 0, "KEEP_SIZE: memory behind the end");
	is(blocks(fd), 16, "a page of it");
	is(lseek(fd, 0, SEEK_END), 5 * PAGE + 100, "the size stays");
	is(hole(fd, 2, 0, PAGE), -EOPNOTSUPP, "PUNCH_HOLE without KEEP_SIZE");
	is(hole(fd, 16, 0, PAGE), -EOPNOTSUPP, "ZERO_RANGE: not in memory");
	is(hole(fd, 3, 0, 0), -EINVAL, "no length");
	is(hole(null, 3, 0, 1), -ENODEV, "a device");
	is(hole(pipes[1], 3, 0, 1), -ESPIPE, "a pipe");
	close(fd);
	fd = open("/proc/self/comm", O_RDWR);
	is(hole(fd, 0, 0, 0x7fffffff), -EOPNOTSUPP, "a file of proc");
	is(hole(fd, 0, 1, 0x7fffffff), -EFBIG, "over 2 GiB are more than it could have");
	close(fd);
	fd = open("file", O_RDONLY);
	is(hole(fd, 16, 0, 1), -EBADF, "ZERO_RANGE of a file to read");
	is(hole(fd, 64, 0, 1), -EBADF, "UNSHARE_RANGE");
	is(hole(fd, 32, 0, 1), -EBADF, "INSERT_RANGE");
	is(hole(fd, 33, 0, 1), -EOPNOTSUPP, "with KEEP_SIZE no such thing");
	is(hole(fd, 18, 0, 1), -EOPNOTSUPP, "nor two at once");
	close(fd);
	fd = open("/proc/self/comm", O_RDWR);
	is(hole(fd, 0, 0, 1), -EOPNOTSUPP, "a file of proc");
	close(fd);
}

int main(void)
{
	plan(110);
	enter_tmpdir();
	make_file("file", "text");
	mkdir("dir", 0755);
	file = open("file", O_RDWR);
	other = open("other", O_CREAT | O_RDWR, 0644);
	dir = open("dir", O_RDONLY);
	null = open("/dev/null", O_RDWR);
	is(pipe(pipes), 0, "a pipe");
	test_paths();
	test_renames();
	test_positions();
	test_large();
	test_flags();
	test_select();
	test_sendfile();
	test_holes();
	leave_tmpdir();
	return done();
}
