/* SPDX-License-Identifier: MIT */
/* sendfile(), readv/writev with positions. */
#define _GNU_SOURCE
#include "tmpdir.h"

#include <sys/sendfile.h>
#include <sys/syscall.h>
#include <sys/uio.h>

#define BIG 300000

static void test_sendfile(void)
{
	static char data[BIG], back[BIG];
	int in = open("in", O_CREAT | O_RDWR, 0644), out = open("out", O_CREAT | O_RDWR, 0644);
	int pipes[2];
	off_t pos = 3;

	for (int i = 0; i < BIG; i++)
		data[i] = i * 7 + i / 256;
	write(in, data, BIG);
	lseek(in, 0, SEEK_SET);
	is(sendfile(out, in, NULL, 10), 10, "sendfile of ten bytes");
	is(lseek(in, 0, SEEK_CUR), 10, "moves the input");
	is(sendfile(out, in, &pos, 7), 7, "at a position of its own");
	is(pos, 10, "which moves");
	is(lseek(in, 0, SEEK_CUR), 10, "the input does not");
	is(pread(out, back, 100, 0), 17, "what arrived");
	ok(!memcmp(back, data, 10) && !memcmp(back + 10, data + 3, 7), "is right");
	is(sendfile(out, in, NULL, BIG * 2), BIG - 10, "to the end of the input");
	is(pread(out, back, BIG, 7), BIG, "all of it");
	ok(!memcmp(back + 10, data + 10, BIG - 10), "byte by byte");
	is(sendfile(out, in, NULL, 5), 0, "at the end: 0");
	pipe(pipes);
	pos = 100;
	is(sendfile(pipes[1], in, &pos, 50), 50, "into a pipe");
	is(read(pipes[0], back, 100), 50, "read from it");
	ok(!memcmp(back, data + 100, 50), "is right");
	fails(sendfile(out, pipes[0], NULL, 5), EINVAL, "out of a pipe: EINVAL");
	fails(sendfile(99, in, NULL, 5), EBADF, "to nothing: EBADF");
	fails(sendfile(out, 99, NULL, 5), EBADF, "from nothing: EBADF");
	fails(sendfile(out, in, (void *)KERNEL_ADDRESS, 5), EFAULT, "a bad position: EFAULT");
	pos = -1;
	fails(sendfile(out, in, &pos, 5), EINVAL, "a negative one: EINVAL");
	close(out);
	out = open("out", O_RDONLY);
	fails(sendfile(out, in, NULL, 5), EBADF, "to a file to read: EBADF");
	close(out);
	out = open("out", O_WRONLY);
	fails(sendfile(in, out, NULL, 5), EBADF, "from a file to write: EBADF");
	close(out);
	close(in);
}

/* Which files can be read and written so is Linux's choice, file by file. */
static void test_kinds(void)
{
	static const struct {
		const char *path;
		int from, into;			/* bytes of five, or -errno */
	} kinds[] = {
		{ "/dev/null", -EINVAL, 5 }, { "/dev/zero", 5, 5 }, { "/dev/full", 5, -EINVAL },
		{ "/dev/urandom", 5, 5 }, { "/proc/uptime", 5, -EBADF },
		{ "/proc/mounts", 5, -EBADF }, { "/proc/sys/kernel/ostype", 5, -EBADF },
		{ "/proc/self/status", -EINVAL, -EBADF }, { "/proc/self/comm", -EINVAL, -EINVAL },
		{ "/proc/self/mem", -EINVAL, -EINVAL }, { "/proc", -EINVAL, -EBADF },
	};
	int in, pipes[2], fd;
	char name[64];
	off_t pos;
	long n;

	make_file("src", "0123456789");
	in = open("src", O_RDONLY);
	pipe(pipes);
	for (unsigned int i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		fd = open(kinds[i].path, kinds[i].into == -EBADF ? O_RDONLY : O_RDWR);
		pos = 0;
		n = sendfile(pipes[1], fd, &pos, 5);
		sprintf(name, "from %s", kinds[i].path);
		is(n < 0 ? -errno : n, kinds[i].from, name);
		pos = 0;
		n = sendfile(fd, in, &pos, 5);
		sprintf(name, "into %s", kinds[i].path);
		is(n < 0 ? -errno : n, kinds[i].into, name);
		is(sendfile(pipes[1], fd, NULL, 0), 0, "nothing");
		close(fd);
	}
	close(in);
	close(pipes[0]);
	close(pipes[1]);
}

/* A pipe takes what fits at once; it waits for room only if there is none. */
static void test_pipe(void)
{
	int in = open("in", O_RDONLY), pipes[2], null = open("/dev/null", O_RDWR);
	static char buf[4096];
	off_t pos = 0;
	long end;

	pipe(pipes);
	is(sendfile(pipes[1], in, &pos, 100000), 65536, "more than fits into a pipe");
	is(pos, 65536, "the position behind it");
	fcntl(pipes[1], F_SETFL, O_NONBLOCK);
	fails(sendfile(pipes[1], in, NULL, 5), EAGAIN, "a full one: EAGAIN");
	fails(sendfile(pipes[1], null, NULL, 5), EAGAIN, "from whatever");
	is(read(pipes[0], buf, 4096), 4096, "some room");
	is(sendfile(pipes[1], in, NULL, 5000), 4096, "is filled");
	pos = -1;
	fails(sendfile(pipes[1], pipes[0], &pos, -1), ESPIPE, "from a pipe, with a position: ESPIPE");
	fails(sendfile(99, in, &pos, 5), EINVAL, "a bad position before a bad output");
	end = 0x7fffffff;
	fails(syscall(SYS_sendfile, null, in, &end, 1), EOVERFLOW, "where 32 bits end: EOVERFLOW");
	fails(syscall(SYS_sendfile, 99, in, &end, 1), EBADF, "first, the output");
	close(pipes[0]);
	signal(SIGPIPE, SIG_IGN);
	fails(sendfile(pipes[1], in, NULL, 5), EPIPE, "nobody reads: EPIPE");
	close(pipes[1]);
	close(in);
	close(null);
}

/* One byte, with a flag. */
static long flagged(int nr, int fd, int flags)
{
	struct iovec v = { "x", 1 };
	char byte;

	if (nr == SYS_preadv2)
		v.iov_base = &byte;
	return syscall(nr, fd, &v, 1, -1, -1, flags) < 0 ? -errno : 1;
}

/* What RWF_NOWAIT and RWF_DSYNC are good for, file by file. */
static void test_flags(void)
{
	static const int none = -EOPNOTSUPP;
	const struct {
		const char *path;
		int read_nowait, read_sync, write_nowait, write_sync;
	} kinds[] = {
		{ "/dev/null", 1, 1, 1, 1 }, { "/dev/zero", 1, 1, 1, 1 },
		{ "/dev/full", none, 1, none, none }, { "/dev/urandom", 1, 1, 1, 1 },
		{ "/proc/uptime", none, 1, -EBADF, -EBADF },
		{ "/proc/self/maps", none, none, -EBADF, -EBADF },
		{ "/proc/self/comm", none, none, none, none },
		{ "/proc", none, none, -EBADF, -EBADF },
	};
	const int nowait = 8, sync = 2, append = 0x10, no_append = 0x20;
	char name[64];
	int fd, pipes[2];

	for (unsigned int i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		fd = open(kinds[i].path, kinds[i].write_sync == -EBADF ? O_RDONLY : O_RDWR);
		sprintf(name, "RWF_NOWAIT, RWF_DSYNC: %s", kinds[i].path);
		is(flagged(SYS_preadv2, fd, nowait), kinds[i].read_nowait, name);
		is(flagged(SYS_preadv2, fd, sync), kinds[i].read_sync, "read, RWF_DSYNC");
		is(flagged(SYS_pwritev2, fd, nowait), kinds[i].write_nowait, "write, RWF_NOWAIT");
		is(flagged(SYS_pwritev2, fd, sync), kinds[i].write_sync, "write, RWF_DSYNC");
		close(fd);
	}
	fd = syscall(SYS_memfd_create, "x", 0);
	is(flagged(SYS_pwritev2, fd, sync), 1, "memory: RWF_DSYNC");
	is(flagged(SYS_pwritev2, fd, nowait), none, "RWF_NOWAIT");
	is(flagged(SYS_preadv2, fd, nowait), none, "read, RWF_NOWAIT");
	is(flagged(SYS_pwritev2, fd, nowait | append | no_append), -EINVAL, "what contradicts");
	close(fd);
	pipe(pipes);
	is(flagged(SYS_preadv2, pipes[0], nowait), -EAGAIN, "a pipe: RWF_NOWAIT");
	is(flagged(SYS_pwritev2, pipes[1], sync), 1, "RWF_DSYNC");
	close(pipes[0]);
	close(pipes[1]);
}

static void test_vectors(void)
{
	char a[4] = "", b[4] = "";
	struct iovec w[2] = { { "abc", 3 }, { "def", 3 } }, r[2] = { { a, 3 }, { b, 3 } };
	int fd = open("v", O_CREAT | O_RDWR, 0644), pipes[2];

	is(pwritev(fd, w, 2, 10), 6, "pwritev");
	is(lseek(fd, 0, SEEK_CUR), 0, "does not move the file");
	is(preadv(fd, r, 2, 10), 6, "preadv");
	ok(!strcmp(a, "abc") && !strcmp(b, "def"), "is right");
	is(preadv(fd, r, 2, 14), 2, "at the end");
	fails(preadv(fd, r, 2, -1), EINVAL, "a negative position: EINVAL");
	fails(preadv(fd, r, 1025, 0), EINVAL, "too many pieces: EINVAL");
	fails(preadv(fd, (void *)KERNEL_ADDRESS, 2, 0), EFAULT, "bad pieces: EFAULT");
	pipe(pipes);
	fails(preadv(pipes[0], r, 2, 0), ESPIPE, "a pipe: ESPIPE");
	fails(pwrite(pipes[1], "x", 1, 0), ESPIPE, "pwrite to a pipe: ESPIPE");
	is(syscall(SYS_preadv2, fd, r, 2, 10, 0, 0), 6, "preadv2");
	is(syscall(SYS_preadv2, fd, r, 2, -1, -1, 0), 6, "at the file's position");
	is(lseek(fd, 0, SEEK_CUR), 6, "moves it");
	fails(syscall(SYS_preadv2, fd, r, 2, 10, 0, 0x4000), EOPNOTSUPP, "flags: EOPNOTSUPP");
	close(fd);
}

static void test_sync(void)
{
	int fd = open("in", O_RDWR), dir = open(".", O_RDONLY), null = open("/dev/null", O_RDWR);
	int pipes[2];

	pipe(pipes);
	is(fsync(fd), 0, "fsync");
	is(fdatasync(fd), 0, "fdatasync");
	is(fsync(dir), 0, "of a directory");
	fails(fsync(null), EINVAL, "of /dev/null: EINVAL");
	fails(fsync(pipes[0]), EINVAL, "of a pipe: EINVAL");
	fails(fsync(open("/proc/self/maps", O_RDONLY)), EINVAL, "of a file of proc: EINVAL");
	fails(fdatasync(open("/proc/self", O_RDONLY)), EINVAL, "of a directory: EINVAL");
	fails(fsync(99), EBADF, "of nothing: EBADF");
	is(syncfs(fd), 0, "syncfs");
	fails(syncfs(99), EBADF, "of nothing: EBADF");
	sync();
}

int main(void)
{
	plan(127);
	enter_tmpdir();
	test_sendfile();
	test_kinds();
	test_pipe();
	test_flags();
	test_vectors();
	test_sync();
	leave_tmpdir();
	return done();
}
