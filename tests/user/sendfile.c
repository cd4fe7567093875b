/* SPDX-License-Identifier: MIT */
/* sendfile(), copy_file_range(), readv/writev with positions. */
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

static long copy_range(int in, loff_t *in_pos, int out, loff_t *out_pos, size_t n, int flags)
{
	return syscall(SYS_copy_file_range, in, in_pos, out, out_pos, n, flags);
}

static void test_copy(void)
{
	int in, out = open("copy", O_CREAT | O_TRUNC | O_RDWR, 0644);
	loff_t from = 2, to = 4;

	make_file("src", "0123456789");
	in = open("src", O_RDONLY);
	is(copy_range(in, NULL, out, NULL, 4, 0), 4, "copy_file_range");
	is(copy_range(in, &from, out, &to, 3, 0), 3, "at positions");
	ok(from == 5 && to == 7, "which move");
	is_str(text_of("copy"), "0123234", "the result");
	is(copy_range(in, NULL, out, NULL, 100, 0), 6, "to the end");
	is(copy_range(in, NULL, out, NULL, 100, 0), 0, "at the end: 0");
	fails(copy_range(in, NULL, out, NULL, 1, 1), EINVAL, "flags: EINVAL");
	fails(copy_range(99, NULL, out, NULL, 1, 0), EBADF, "no input: EBADF");
	fails(copy_range(out, NULL, in, NULL, 1, 0), EBADF, "into a file to read: EBADF");
	close(in);
	close(out);
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
	fails(fsync(99), EBADF, "of nothing: EBADF");
	is(syncfs(fd), 0, "syncfs");
	fails(syncfs(99), EBADF, "of nothing: EBADF");
	sync();
}

int main(void)
{
	plan(52);
	enter_tmpdir();
	test_sendfile();
	test_copy();
	test_vectors();
	test_sync();
	leave_tmpdir();
	return done();
}
