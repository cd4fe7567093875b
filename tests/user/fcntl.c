/* SPDX-License-Identifier: MIT */
/* fcntl, and what ioctl does for files of any kind. */
#define _GNU_SOURCE
#include "tap.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>

static void test_dup(int fd)
{
	struct rlimit limit;

	is(fcntl(fd, F_DUPFD, 20), 20, "F_DUPFD");
	is(fcntl(fd, F_DUPFD, 20), 21, "the next one");
	is(fcntl(21, F_GETFD), 0, "stays over exec");
	is(fcntl(fd, F_DUPFD_CLOEXEC, 30), 30, "F_DUPFD_CLOEXEC");
	is(fcntl(30, F_GETFD), FD_CLOEXEC, "does not");
	is(fcntl(30, F_SETFD, 0), 0, "F_SETFD");
	is(fcntl(30, F_GETFD), 0, "takes it away");
	getrlimit(RLIMIT_NOFILE, &limit);
	fails(fcntl(fd, F_DUPFD, (long)limit.rlim_cur), EINVAL, "beyond the limit");
	fails(fcntl(fd, F_DUPFD, -1L), EINVAL, "a negative one");
	fails(fcntl(99, F_DUPFD, 0), EBADF, "of nothing");
	fails(fcntl(99, F_GETFD), EBADF, "F_GETFD of nothing");
	fails(fcntl(99, F_GETFL), EBADF, "F_GETFL of nothing");
	close(20);
	close(21);
	close(30);
}

static void test_flags(int fd)
{
	int null;

	is(syscall(SYS_fcntl, fd, F_GETFL, 0) & (O_ACCMODE | O_NONBLOCK | O_APPEND), O_RDWR,
	   "F_GETFL");
	is(fcntl(fd, F_SETFL, O_NONBLOCK | O_APPEND | O_CREAT | O_TRUNC | O_WRONLY), 0, "F_SETFL");
	is(fcntl(fd, F_GETFL) & (O_ACCMODE | O_NONBLOCK | O_APPEND | O_CREAT | O_TRUNC),
	   O_RDWR | O_NONBLOCK | O_APPEND, "changes two of them");
	is(fcntl(fd, F_SETFL, 0), 0, "and back");
	is(fcntl(fd, F_GETFL) & (O_NONBLOCK | O_APPEND), 0, "both are gone");
	is(fcntl(fd, F_SETFL, O_NOATIME), 0, "O_NOATIME, of a file of our own");
	is(fcntl(fd, F_GETFL) & O_NOATIME, O_NOATIME, "is set");
	is(fcntl(fd, F_SETFL, 0), 0, "and back");
	null = open("/dev/null", O_RDWR);
	fails(fcntl(null, F_SETFL, O_DIRECT), EINVAL, "O_DIRECT of a device: EINVAL");
	seteuid(1000);
	fails(fcntl(null, F_SETFL, O_NOATIME), EPERM, "O_NOATIME of another's: EPERM");
	seteuid(0);
	close(null);
	fails(open("/dev/null", O_RDONLY | O_DIRECT), EINVAL, "open with O_DIRECT: EINVAL");
	fails(open("/", O_RDONLY | O_DIRECT), EINVAL, "a directory, too");
	fails(fcntl(fd, 4711), EINVAL, "an unknown command");
	fails(fcntl(fd, F_GETPIPE_SZ), EBADF, "the size of what is no pipe");
}

static void test_append(int fd)
{
	char text[10] = "";

	write(fd, "abc", 3);
	lseek(fd, 0, SEEK_SET);
	fcntl(fd, F_SETFL, O_APPEND);
	write(fd, "def", 3);
	is(pread(fd, text, 10, 0), 6, "O_APPEND, set later");
	is_str(text, "abcdef", "works");
	fcntl(fd, F_SETFL, 0);
}

static void test_ioctl(int fd)
{
	int on = 1, off = 0, n = -1;

	is(ioctl(fd, FIOCLEX), 0, "FIOCLEX");
	is(fcntl(fd, F_GETFD), FD_CLOEXEC, "sets the flag");
	is(ioctl(fd, FIONCLEX), 0, "FIONCLEX");
	is(fcntl(fd, F_GETFD), 0, "clears it");
	is(ioctl(fd, FIONBIO, &on), 0, "FIONBIO");
	is(fcntl(fd, F_GETFL) & O_NONBLOCK, O_NONBLOCK, "on");
	is(ioctl(fd, FIONBIO, &off), 0, "FIONBIO");
	is(fcntl(fd, F_GETFL) & O_NONBLOCK, 0, "off");
	fails(ioctl(fd, FIONBIO, 8), EFAULT, "a bad address");
	lseek(fd, 2, SEEK_SET);
	is(ioctl(fd, FIONREAD, &n), 0, "FIONREAD of a file");
	is(n, 4, "what is behind the position");
	fails(ioctl(fd, 0x5401, &n), ENOTTY, "not a terminal");
	fails(ioctl(99, FIOCLEX), EBADF, "nothing");
	fails(ioctl(99, FIONREAD, &n), EBADF, "at all");
}

int main(void)
{
	char path[64];
	int fd;

	plan(42);
	snprintf(path, sizeof(path), "/tmp/fcntl-test.%d", getpid());
	fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
	unlink(path);
	test_dup(fd);
	test_flags(fd);
	test_append(fd);
	test_ioctl(fd);
	return done();
}
