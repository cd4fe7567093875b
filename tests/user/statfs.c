/* SPDX-License-Identifier: MIT */
/* statfs() and its kin, and statx(), on a tmpfs of our own. */
#define _GNU_SOURCE
#include "tmpdir.h"

#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/statfs.h>
#include <sys/syscall.h>

#ifndef FIGETBSZ
#define FIGETBSZ 2
#endif

struct old_statfs {
	unsigned int type, bsize, blocks, bfree, bavail, files, ffree;
	int fsid[2];
	unsigned int namelen, frsize, flags, spare[4];
};

static void test_statfs(void)
{
	struct statfs st, after;
	struct old_statfs old;
	int fd;

	is(statfs("m", &st), 0, "statfs");
	is(st.f_type, 0x01021994, "of a tmpfs");
	is(st.f_bsize, PAGE, "block size");
	is(st.f_blocks, 256, "size=1m");
	is(st.f_files, 50, "nr_inodes=50");
	is(st.f_namelen, 255, "longest name");
	make_file("m/a", "x");
	is(statfs("m/a", &after), 0, "of a file in it");
	is(st.f_bfree - after.f_bfree, 1, "which takes a block");
	is(st.f_ffree - after.f_ffree, 1, "and an inode");
	unlink("m/a");
	statfs("m", &after);
	ok(st.f_bfree == after.f_bfree && st.f_ffree == after.f_ffree, "and gives them back");
	fd = open("m", O_RDONLY);
	is(fstatfs(fd, &after), 0, "fstatfs");
	is(syscall(SYS_fstatfs, fd, &old), 0, "the old form");
	ok(old.type == 0x01021994 && old.blocks == 256, "says the same");
	close(fd);
	fails(statfs("none", &st), ENOENT, "of nothing: ENOENT");
	fails(fstatfs(99, &st), EBADF, "of no descriptor: EBADF");
	fails(syscall(SYS_statfs64, "m", 3, &st), EINVAL, "a wrong size: EINVAL");
	fails(syscall(SYS_statfs64, "m", 84, KERNEL_ADDRESS), EFAULT, "a bad buffer: EFAULT");
}

static void test_full(void)
{
	static char block[65536];
	int fd = open("m/full", O_CREAT | O_RDWR, 0644), n;
	long total = 0;
	char name[20], *p;

	while ((n = write(fd, block, sizeof(block))) > 0)
		total += n;
	ok(n == -1 && errno == ENOSPC, "a full tmpfs: ENOSPC");
	is(total, 1 << 20, "after 1 MiB");
	is(ftruncate(fd, 2 << 20), 0, "a hole costs nothing");
	p = mmap(NULL, 2 << 20, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	killed_by(in_child(write_byte, p + (1 << 20) + PAGE), SIGBUS,
		  "but its pages in a mapping: SIGBUS");
	munmap(p, 2 << 20);
	is(ftruncate(fd, 0), 0, "truncate");
	is(pwrite(fd, "x", 1, 100000), 1, "and there is room again");
	close(fd);
	unlink("m/full");
	for (n = 0; n < 100; n++) {
		snprintf(name, sizeof(name), "m/%d", n);
		fd = open(name, O_CREAT | O_WRONLY, 0644);
		if (fd < 0)
			break;
		close(fd);
	}
	ok(errno == ENOSPC, "no inodes left: ENOSPC");
	is(n, 49, "with its root, 50");
	fails(symlink("x", "m/l"), ENOSPC, "nor for a link: ENOSPC");
	fails(mkdir("m/d", 0755), ENOSPC, "nor a directory: ENOSPC");
}

static void test_statx(void)
{
	struct {
		unsigned int mask, blksize;
		unsigned long long attributes;
		unsigned int nlink, uid, gid;
		unsigned short mode, spare;
		unsigned long long ino, size, blocks, attributes_mask, atime[2], btime;
		char rest[200];
	} x;

	make_file("f", "12345");
	is(syscall(SYS_statx, AT_FDCWD, "f", 0, 0x7ff, &x), 0, "statx");
	ok((x.mask & 0x7ff) == 0x7ff && x.size == 5 && x.nlink == 1, "has the basic fields");
	is(x.mode, S_IFREG | 0644, "mode");
	ok(x.ino == stat_of("f").st_ino, "inode number");
	fails(syscall(SYS_statx, AT_FDCWD, "f", 0, 0x80000000, &x), EINVAL, "reserved: EINVAL");
	fails(syscall(SYS_statx, AT_FDCWD, "f", 0x10000, 0, &x), EINVAL, "flags: EINVAL");
	fails(syscall(SYS_statx, AT_FDCWD, "", 0, 0, &x), ENOENT, "the empty path: ENOENT");
	is(syscall(SYS_statx, AT_FDCWD, "", AT_EMPTY_PATH, 0x7ff, &x), 0, "AT_EMPTY_PATH");
	ok(S_ISDIR(x.mode), "is the directory");
	fails(syscall(SYS_statx, AT_FDCWD, "f", 0, 0, KERNEL_ADDRESS), EFAULT, "buffer: EFAULT");
	is(syscall(SYS_statx, AT_FDCWD, "/proc/stat", 0, 0, &x), 0, "of a file in /proc");
	is(x.blksize, 1024, "the size of its blocks");
	is(x.mask & 0x800, 0, "it was never made");
	is(syscall(SYS_statx, AT_FDCWD, "f", 0, 0xfff, &x), 0, "with STATX_BTIME");
	ok(x.mask & 0x800 && x.btime == stat_of("f").st_ctime, "when a file was made");
	is(x.mask & 0x1000, 0x1000, "the number of the mount");
	is(x.attributes & 0x2000, 0, "it is no root of a mount");
	is(syscall(SYS_statx, AT_FDCWD, "/proc", 0, 0, &x), 0, "of /proc");
	ok(x.attributes & x.attributes_mask & 0x2000, "which is one");
}

static long size_of(const char *name)
{
	return stat_of(name).st_size;
}

/* 20 bytes for each name, and two. */
static void test_directory(void)
{
	mkdir("m/d", 0755);
	is(size_of("m/d"), 40, "an empty directory");
	mkdir("m/d/e", 0755);
	make_file("m/d/f", "");
	symlink("x", "m/d/s");
	link("m/d/f", "m/d/g");
	is(size_of("m/d"), 120, "four names");
	is(rename("m/d/f", "m/d/s"), 0, "one over another");
	is(size_of("m/d"), 100, "is one less");
	is(rename("m/d/s", "m/d/e/s"), 0, "moved");
	is(size_of("m/d") - size_of("m/d/e"), 20, "one here, one there");
	is(syscall(SYS_renameat2, AT_FDCWD, "m/d/e/s", AT_FDCWD, "m/d/e/t", 4), 0, "a whiteout");
	is(size_of("m/d/e"), 80, "is one more");
	is(syscall(SYS_renameat2, AT_FDCWD, "m/d/e", AT_FDCWD, "m/d/g", 2), 0, "an exchange");
	is(size_of("m/d"), 80, "changes nothing");
	unlink("m/d/e");
	unlink("m/d/g/s");
	unlink("m/d/g/t");
	rmdir("m/d/g");
	is(size_of("m/d"), 40, "all are gone");
	rmdir("m/d");
}

static long get_bsz(int fd)
{
	int size = -1;

	ioctl(fd, FIGETBSZ, &size);
	close(fd);
	return size;
}

/* FIGETBSZ, of any file: what its file system calls a block. */
static void test_block_size(void)
{
	int pipes[2];

	pipe(pipes);
	is(get_bsz(pipes[0]), PAGE, "blocks: a pipe");
	close(pipes[1]);
	is(get_bsz(open("/dev/null", O_RDONLY)), PAGE, "a device");
	is(get_bsz(open("/proc", O_RDONLY)), 1024, "/proc");
	is(get_bsz(open("/proc/sys/kernel/ostype", O_RDONLY)), 1024, "a file in it");
	is(get_bsz(open("/proc", O_PATH)), -1, "not O_PATH");
	is(stat_of("/proc/uptime").st_blksize, 1024, "stat says so, too");
}

int main(void)
{
	plan(63);
	enter_tmpdir();
	mkdir("m", 0755);
	test_statx();
	test_block_size();
	if (mount("none", "m", "tmpfs", 0, "size=1m,nr_inodes=50")) {
		say("# cannot mount, errno %d", errno);		/* nothing else may be filled */
	} else {
		test_directory();
		test_statfs();
		test_full();
		umount("m");
	}
	leave_tmpdir();
	return done();
}
