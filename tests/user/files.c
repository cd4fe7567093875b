/* SPDX-License-Identifier: MIT */
/* Files and directories, read-only: the shipped directory `data` beside this program is the known
 * one, /dev/null and /dev/zero the known devices. */
#define _GNU_SOURCE
#include "tap.h"

#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/uio.h>

#define TEXT "Nopage test data, first line\nsecond line, and this is the end\n"
#define TEXT_SIZE ((int)sizeof(TEXT) - 1)

static const char *text, *link_path, *data;

static void test_open(const char *self)
{
	static char name[PATH_MAX + 10];
	int fd = open(text, O_RDONLY), low = fd;

	ok(fd >= 3, "open gives a descriptor");
	is(open(text, O_RDONLY), fd + 1, "the next open the next");
	is(close(fd), 0, "close");
	is(open("/dev/null", O_RDWR), low, "the lowest free descriptor is used again");
	close(fd);
	close(fd + 1);
	fails(close(fd), EBADF, "closing twice: EBADF");
	fails(close(-1), EBADF, "closing -1: EBADF");
	fails(open("/no/such/file", O_RDONLY), ENOENT, "no such file: ENOENT");
	fails(open("", O_RDONLY), ENOENT, "the empty path: ENOENT");
	fails(open(data_path(self, "text/x", 0), O_RDONLY), ENOTDIR,
	      "a file as a directory: ENOTDIR");
	fails(open(text, O_RDONLY | O_DIRECTORY), ENOTDIR, "O_DIRECTORY on a file: ENOTDIR");
	fails(open(data, O_RDWR), EISDIR, "a directory for writing: EISDIR");
	fails(open(data_path(self, "loop", 0), O_RDONLY), ELOOP, "a link to itself: ELOOP");
	fails(open(data_path(self, "dangling", 0), O_RDONLY), ENOENT, "a link to nowhere: ENOENT");
	fails(open(link_path, O_RDONLY | O_NOFOLLOW), ELOOP, "O_NOFOLLOW on a link: ELOOP");
	memset(name, 'n', sizeof(name) - 1);
	fails(open(name, O_RDONLY), ENAMETOOLONG, "a path of over 4096 bytes: ENAMETOOLONG");
	name[300] = '\0';
	fails(open(name, O_RDONLY), ENAMETOOLONG, "a name of 300 bytes: ENAMETOOLONG");
}

static void test_openat(void)
{
	int dir = open(data, O_RDONLY | O_DIRECTORY), fd;

	ok(dir >= 3, "a directory opens for reading");
	fd = openat(dir, "text", O_RDONLY);
	ok(fd > dir, "openat relative to it");
	fails(openat(fd, "text", O_RDONLY), ENOTDIR, "openat relative to a file: ENOTDIR");
	fails(openat(9999, "text", O_RDONLY), EBADF, "relative to no descriptor: EBADF");
	close(fd);
	fd = openat(9999, "/dev/null", O_RDONLY);
	ok(fd > dir, "an absolute path does not care");
	close(fd);
	fd = openat(dir, "../data/./text", O_RDONLY);
	ok(fd > dir, "a path with . and ..");
	close(fd);
	close(dir);
}

static void test_read(void)
{
	char buffer[200] = "";
	int fd = open(text, O_RDONLY), dir, null;

	is(read(fd, buffer, 10), 10, "read ten bytes");
	is(memcmp(buffer, TEXT, 10), 0, "the first ten");
	is(read(fd, buffer, 200), TEXT_SIZE - 10, "read gives what is left");
	is(memcmp(buffer, &TEXT[10], TEXT_SIZE - 10), 0, "the rest");
	is(read(fd, buffer, 200), 0, "then the end of file");
	is(read(fd, buffer, 0), 0, "a read of nothing");
	is(pread(fd, buffer, 5, 7), 5, "pread");
	is(memcmp(buffer, &TEXT[7], 5), 0, "reads at an offset");
	is(lseek(fd, 0, SEEK_CUR), TEXT_SIZE, "and leaves the position");
	is(pread(fd, buffer, 5, 1000), 0, "pread behind the end");
	fails(pread(fd, buffer, 5, -1), EINVAL, "at a negative offset: EINVAL");
	fails(write(fd, buffer, 5), EBADF, "write to a descriptor open for reading: EBADF");
	close(fd);
	fails(read(fd, buffer, 5), EBADF, "read from a closed descriptor: EBADF");
	dir = open(data, O_RDONLY);
	fails(read(dir, buffer, 5), EISDIR, "read from a directory: EISDIR");
	null = open("/dev/null", O_WRONLY);
	fails(read(null, buffer, 5), EBADF, "read from a descriptor open for writing: EBADF");
	close(dir);
	close(null);
}

static void test_lseek(void)
{
	int fd = open(text, O_RDONLY);
	char c = 0;

	is(lseek(fd, 5, SEEK_SET), 5, "lseek from the start");
	is(lseek(fd, 3, SEEK_CUR), 8, "from here");
	is(lseek(fd, -1, SEEK_END), TEXT_SIZE - 1, "from the end");
	ok(read(fd, &c, 1) == 1 && c == '\n', "the last byte");
	is(lseek(fd, 100, SEEK_END), TEXT_SIZE + 100, "a position behind the end is allowed");
	is(read(fd, &c, 1), 0, "there is nothing to read");
	is(lseek(fd, 0x100000000LL, SEEK_SET) >> 32, 1, "so is one beyond 4 GiB");
	fails(lseek(fd, -1, SEEK_SET), EINVAL, "a negative position: EINVAL");
	fails(lseek(fd, 0, 99), EINVAL, "an unknown origin: EINVAL");
	fails(lseek(9999, 0, SEEK_SET), EBADF, "no descriptor: EBADF");
	close(fd);
}

static void test_dup(void)
{
	int fd = open(text, O_RDONLY), copy = dup(fd), count = 0, last;
	char c;

	is(copy, fd + 1, "dup takes the lowest free descriptor");
	lseek(fd, 20, SEEK_SET);
	is(lseek(copy, 0, SEEK_CUR), 20, "both share one position");
	close(fd);
	is(read(copy, &c, 1), 1, "one outlives the other");
	is(dup2(copy, 50), 50, "dup2 to a number of one's choice");
	is(dup2(copy, copy), copy, "dup2 to itself");
	is(read(50, &c, 1), 1, "the new one reads");
	is(close(50), 0, "and is closed");
	fails(dup2(9999, 50), EBADF, "dup2 of no descriptor: EBADF");
	fails(dup2(copy, -1), EBADF, "to an impossible one: EBADF");
	fails(dup(9999), EBADF, "dup of no descriptor: EBADF");
	for (last = copy; (fd = dup(copy)) >= 0; last = fd)
		count++;
	ok(errno == EMFILE && count > 16, "dup until there are no more: EMFILE");
	while (last >= copy)
		close(last--);
}

static int read_on(void *arg)
{
	char c;

	return read((long)arg, &c, 1) != 1 || close((long)arg);
}

static void test_fork(void)
{
	int fd = open(text, O_RDONLY);

	lseek(fd, 30, SEEK_SET);
	exits(in_child(read_on, (void *)(long)fd), 0,
	      "a child reads on, and closes its descriptor");
	is(lseek(fd, 0, SEEK_CUR), 31, "the position is shared with the parent");
	close(fd);
}

static void test_stat(const char *self)
{
	struct stat st, other;
	int fd = open(text, O_RDONLY);

	is(stat(text, &st), 0, "stat");
	ok(S_ISREG(st.st_mode) && (st.st_mode & 0777) == 0755, "a regular file with its mode");
	is(st.st_size, TEXT_SIZE, "and size");
	is(st.st_nlink, 1, "and one name");
	is(fstat(fd, &other), 0, "fstat");
	ok(other.st_ino == st.st_ino && other.st_dev == st.st_dev && other.st_size == st.st_size,
	   "says the same");
	close(fd);
	is(stat(link_path, &other), 0, "stat of a link");
	is(other.st_ino, st.st_ino, "is that of its target");
	is(lstat(link_path, &other), 0, "lstat of a link");
	ok(S_ISLNK(other.st_mode) && other.st_size == 4, "is that of the link");
	is(stat(data, &st), 0, "stat of a directory");
	ok(S_ISDIR(st.st_mode), "is a directory");
	is(stat("/dev/null", &st), 0, "stat of a device");
	ok(S_ISCHR(st.st_mode) && st.st_rdev == makedev(1, 3), "is a device, 1:3");
	fails(stat("/no/such/file", &st), ENOENT, "stat of nothing: ENOENT");
	fails(stat(data_path(self, "dangling", 0), &st), ENOENT, "of a link to nowhere: ENOENT");
	is(lstat(data_path(self, "dangling", 0), &st), 0, "lstat of it succeeds");
	fails(fstat(9999, &st), EBADF, "fstat of no descriptor: EBADF");
}

static void test_access(const char *self)
{
	is(access(text, F_OK | R_OK | X_OK), 0, "access");
	is(access(link_path, R_OK), 0, "access through a link");
	fails(access(data_path(self, "plain", 0), X_OK), EACCES, "not executable: EACCES");
	fails(access("/no/such/file", F_OK), ENOENT, "nothing there: ENOENT");
	fails(access(text, 99), EINVAL, "an unknown mode: EINVAL");
}

static void test_directory(void)
{
	char start[PATH_MAX], now[PATH_MAX], small[2];

	ok(getcwd(start, sizeof(start)), "getcwd");
	is(chdir(data), 0, "chdir");
	ok(getcwd(now, sizeof(now)) && strlen(now) > 5 && !strcmp(now + strlen(now) - 5, "/data"),
	   "getcwd gives the new directory");
	is(access("text", R_OK), 0, "relative paths start there");
	is(chdir("../data"), 0, "up and down again");
	is(access("./text", R_OK), 0, "leads to the same");
	fails(chdir("text"), ENOTDIR, "chdir to a file: ENOTDIR");
	fails(chdir("nowhere"), ENOENT, "to nowhere: ENOENT");
	fails(getcwd(small, 2) ? 0 : -1, ERANGE, "getcwd into too small a buffer: ERANGE");
	is(chdir("/"), 0, "chdir to the root");
	is_str(getcwd(now, sizeof(now)), "/", "which is called /");
	is(chdir("../.."), 0, "above the root");
	is_str(getcwd(now, sizeof(now)), "/", "is the root");
	is(chdir(start), 0, "and back");
}

static void test_readlink(void)
{
	char target[16] = "########";

	is(readlink(link_path, target, sizeof(target)), 4, "readlink gives the length");
	ok(!memcmp(target, "text####", 8), "and the target without an end mark");
	is(readlink(link_path, target, 2), 2, "cut off when the buffer is small");
	fails(readlink(text, target, 16), EINVAL, "readlink of a file: EINVAL");
	fails(readlink("/no/such/file", target, 16), ENOENT, "of nothing: ENOENT");
}

static void test_devices(void)
{
	struct iovec iov[3] = { { "ab", 2 }, { "", 0 }, { "cde", 3 } };
	int null = open("/dev/null", O_RDWR), zero = open("/dev/zero", O_RDWR);
	char buffer[100];
	int sum = 0;

	is(read(null, buffer, 100), 0, "/dev/null is empty");
	is(write(null, buffer, 100), 100, "and takes everything");
	memset(buffer, 1, sizeof(buffer));
	is(read(zero, buffer, 100), 100, "/dev/zero gives as much as is wanted");
	for (int i = 0; i < 100; i++)
		sum += buffer[i];
	is(sum, 0, "all zero");
	is(writev(null, iov, 3), 5, "writev writes all parts");
	is(writev(null, iov, 0), 0, "or none");
	fails(writev(null, iov, -1), EINVAL, "a negative number of parts: EINVAL");
	fails(writev(null, iov, 100000), EINVAL, "too many: EINVAL");
	iov[0].iov_len = -1;
	fails(writev(null, iov, 1), EINVAL, "a negative length: EINVAL");
	close(null);
	close(zero);
}

int main(int argc, char **argv)
{
	static char directory[256];

	(void)argc;
	text = data_path(argv[0], "text", 1);
	link_path = data_path(argv[0], "link", 2);
	snprintf(directory, sizeof(directory), "%s", data_path(argv[0], "", 3));
	directory[strlen(directory) - 1] = '\0';
	data = directory;
	plan(111);
	test_open(argv[0]);
	test_openat();
	test_read();
	test_lseek();
	test_dup();
	test_fork();
	test_stat(argv[0]);
	test_access(argv[0]);
	test_directory();
	test_readlink();
	test_devices();
	return done();
}
