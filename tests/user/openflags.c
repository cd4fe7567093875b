/* SPDX-License-Identifier: MIT */
/* The flags of open(), one by one, and what fcntl() says about them. */
#define _GNU_SOURCE
#include "tmpdir.h"

#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>

static void test_create(void)
{
	int fd;

	fd = open("f", O_CREAT | O_EXCL | O_WRONLY, 0640);
	ok(fd >= 0, "O_CREAT|O_EXCL makes a file");
	is(write(fd, "0123456789", 10), 10, "write");
	close(fd);
	fails(open("f", O_CREAT | O_EXCL | O_WRONLY, 0640), EEXIST, "only one: EEXIST");
	symlink("none", "dangling");
	fails(open("dangling", O_CREAT | O_EXCL | O_WRONLY, 0640), EEXIST, "nor a link: EEXIST");
	close(open("dangling", O_CREAT | O_WRONLY, 0640));
	is(access("none", F_OK), 0, "O_CREAT follows a dangling link");
	fd = open("zero", O_CREAT | O_RDWR, 0);
	ok(fd >= 0, "mode 0 does not matter for who makes it");
	is(write(fd, "x", 1), 1, "it can be written");
	close(fd);
	fails(open(".", O_CREAT | O_RDONLY, 0644), EISDIR, "O_CREAT of a directory: EISDIR");
	fails(open("new/", O_CREAT | O_WRONLY, 0644), EISDIR, "with a slash: EISDIR");
	fails(open("f/", O_CREAT | O_WRONLY, 0644), EISDIR, "of a file, too: EISDIR");
	fails(open("f/", O_RDONLY), ENOTDIR, "a file with a slash: ENOTDIR");
	fails(open("no/f", O_CREAT | O_WRONLY, 0644), ENOENT, "in nothing: ENOENT");
	fd = open("f", O_TRUNC | O_RDONLY);
	ok(fd >= 0, "O_TRUNC with O_RDONLY");
	is(stat_of("f").st_size, 0, "empties the file");
	close(fd);
	fails(open(".", O_TRUNC | O_RDONLY), EISDIR, "O_TRUNC of a directory: EISDIR");
}

/* Without a descriptor to be had nothing is made and nothing emptied. */
static void test_no_descriptor(void)
{
	struct rlimit old, none;
	int fd = dup(0);

	close(fd);
	make_file("kept", "text");
	getrlimit(RLIMIT_NOFILE, &old);
	none = old;
	none.rlim_cur = fd;
	setrlimit(RLIMIT_NOFILE, &none);
	fails(open("unmade", O_CREAT | O_WRONLY, 0644), EMFILE, "no descriptor: EMFILE");
	fails(open("kept", O_TRUNC | O_WRONLY), EMFILE, "with O_TRUNC: EMFILE");
	fails(open("no/f", O_RDONLY), EMFILE, "before the path is looked at: EMFILE");
	setrlimit(RLIMIT_NOFILE, &old);
	fails(access("unmade", F_OK), ENOENT, "nothing was made");
	is_str(text_of("kept"), "text", "nothing was emptied");
}

static void test_append(void)
{
	char buf[16] = "";
	int fd, second;

	make_file("a", "one");
	fd = open("a", O_RDWR | O_APPEND);
	second = open("a", O_RDWR);
	is(write(fd, "two", 3), 3, "O_APPEND");
	is(pwrite(second, "three", 5, 6), 5, "another writer goes on");
	lseek(fd, 0, SEEK_SET);
	is(write(fd, "4", 1), 1, "lseek does not matter");
	is_str(text_of("a"), "onetwothree4", "all are there");
	is(lseek(fd, 0, SEEK_CUR), 12, "the position follows");
	is(fcntl(fd, F_SETFL, 0), 0, "fcntl takes O_APPEND away");
	lseek(fd, 0, SEEK_SET);
	is(write(fd, "ONE", 3), 3, "write at the start");
	is(pread(fd, buf, 4, 0), 4, "read");
	is_str(buf, "ONEt", "is there");
	close(fd);
	close(second);
}

static void test_links(void)
{
	int fd;

	mkdir("d", 0755);
	symlink("a", "s");
	symlink("d", "sd");
	fails(open("s", O_RDONLY | O_NOFOLLOW), ELOOP, "O_NOFOLLOW of a link: ELOOP");
	fails(open("sd", O_RDONLY | O_DIRECTORY | O_NOFOLLOW), ENOTDIR, "and O_DIRECTORY: ENOTDIR");
	ok(open("sd/", O_RDONLY | O_NOFOLLOW) >= 0, "with a slash it is followed");
	fails(open("a", O_RDONLY | O_DIRECTORY), ENOTDIR, "O_DIRECTORY of a file: ENOTDIR");
	fd = open("s", O_PATH | O_NOFOLLOW);
	ok(fd >= 0, "O_PATH|O_NOFOLLOW opens the link itself");
	close(fd);
}

static void test_path(void)
{
	struct stat st;
	char buf[8];
	int fd = open("a", O_PATH), dir = open("d", O_PATH | O_DIRECTORY);

	ok(fd >= 0, "O_PATH");
	fails(read(fd, buf, 1), EBADF, "no reading: EBADF");
	fails(write(fd, buf, 1), EBADF, "no writing: EBADF");
	is(fstat(fd, &st), 0, "fstat");
	fails(syscall(SYS_fchmod, fd, 0600), EBADF, "fchmod: EBADF");
	fails(ftruncate(fd, 0), EBADF, "ftruncate: EBADF");
	fails(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, fd, 0), EBADF, "mmap: EBADF");
	fails(fsync(fd), EBADF, "fsync: EBADF");
	is(fcntl(fd, F_GETFL) & O_PATH, O_PATH, "F_GETFL");
	fails(fcntl(fd, F_SETFL, 0), EBADF, "F_SETFL: EBADF");
	fails(ioctl(fd, FIOCLEX), EBADF, "ioctl, even FIOCLEX: EBADF");
	is(fchdir(dir), 0, "fchdir");
	is(chdir(".."), 0, "back");
	fd = openat(dir, "../a", O_RDONLY);
	ok(fd >= 0, "openat relative to it");
	close(fd);
}

static void test_flags(void)
{
	int fd = open("a", O_RDWR | O_CLOEXEC | O_APPEND | O_NONBLOCK), fd2;

	is(fcntl(fd, F_GETFD), FD_CLOEXEC, "O_CLOEXEC is a flag of the descriptor");
	is(fcntl(fd, F_GETFL) & (O_ACCMODE | O_APPEND | O_NONBLOCK | O_CREAT | O_CLOEXEC),
	   O_RDWR | O_APPEND | O_NONBLOCK, "the others of the file");
	fd2 = dup(fd);
	is(fcntl(fd2, F_GETFD), 0, "dup does not take FD_CLOEXEC");
	is(fcntl(fd2, F_SETFL, 0), 0, "F_SETFL");
	is(fcntl(fd, F_GETFL) & (O_APPEND | O_NONBLOCK), 0, "is for both");
	close(fd2);
	fd2 = open("a", O_WRONLY);
	fails(read(fd2, &fd, 1), EBADF, "reading what is to write: EBADF");
	close(fd2);
	fd2 = open("a", O_RDONLY);
	fails(write(fd2, "x", 1), EBADF, "writing what is to read: EBADF");
	close(fd2);
	fails(open("a", O_TMPFILE | O_RDWR), ENOTDIR, "O_TMPFILE in a file: ENOTDIR");
	fd2 = open("a", O_RDWR | (O_SYNC & ~O_DSYNC));
	is(fcntl(fd2, F_GETFL) & O_SYNC, O_SYNC, "half of O_SYNC is O_SYNC");
	close(fd2);
	fd2 = open("/dev/null", O_RDWR | O_TRUNC);
	ok(fd2 >= 0, "O_TRUNC of a device");
	fails(openat(fd2, "x", O_RDONLY), ENOTDIR, "relative to a device: ENOTDIR");
	close(fd2);
	close(fd);
}

/* What the device says comes before what the flag is for. */
static int direct(void *path)
{
	setsid();
	return open(path, O_RDWR | O_DIRECT) < 0 ? errno : 0;
}

static int noatime(void *path)
{
	return open(path, O_RDONLY | O_NOATIME) < 0 ? errno : 0;
}

int main(void)
{
	plan(62);
	enter_tmpdir();
	test_create();
	test_no_descriptor();
	test_append();
	test_links();
	test_path();
	test_flags();
	exits(in_child(direct, "/dev/tty"), ENXIO, "O_DIRECT of no terminal: ENXIO");
	exits(in_child(direct, "/dev/null"), EINVAL, "of a device: EINVAL");
	is(as_user(noatime, "a"), EPERM, "O_NOATIME of another's file: EPERM");
	leave_tmpdir();
	return done();
}
