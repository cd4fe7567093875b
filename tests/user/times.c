/* SPDX-License-Identifier: MIT */
/* The three times of a file: who changes which, and utimensat() and its older forms. */
#define _GNU_SOURCE
#include "tmpdir.h"

#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <utime.h>

static const struct timespec past[2] = { { 1000000000, 123456789 }, { 1100000000, 987654321 } };

static int set_past(const char *name)
{
	return utimensat(AT_FDCWD, name, past, 0);
}

static int recent(struct timespec t)
{
	return t.tv_sec > 1200000000;
}

static void test_utimensat(void)
{
	struct timespec ts[2] = { { 5, 6 }, { 7, UTIME_OMIT } };
	struct stat st;

	make_file("f", "text");
	is(set_past("f"), 0, "utimensat");
	st = stat_of("f");
	ok(st.st_atim.tv_sec == 1000000000 && st.st_atim.tv_nsec == 123456789, "atime, exactly");
	ok(st.st_mtim.tv_sec == 1100000000 && st.st_mtim.tv_nsec == 987654321, "mtime, exactly");
	ok(recent(st.st_ctim), "ctime is now");
	is(utimensat(AT_FDCWD, "f", ts, 0), 0, "UTIME_OMIT");
	st = stat_of("f");
	ok(st.st_atim.tv_sec == 5 && st.st_mtim.tv_sec == 1100000000, "leaves one as it is");
	ts[0].tv_nsec = UTIME_NOW;
	is(utimensat(AT_FDCWD, "f", ts, 0), 0, "UTIME_NOW");
	ok(recent(stat_of("f").st_atim), "is now");
	is(utimensat(AT_FDCWD, "f", NULL, 0), 0, "NULL");
	ok(recent(stat_of("f").st_mtim), "both are now");
	ts[0].tv_nsec = 1000000000;
	fails(utimensat(AT_FDCWD, "f", ts, 0), EINVAL, "too many nanoseconds: EINVAL");
	fails(utimensat(AT_FDCWD, "f", past, 0x8000), EINVAL, "unknown flags: EINVAL");
	fails(utimensat(AT_FDCWD, "none", past, 0), ENOENT, "no such file: ENOENT");
	fails(utimensat(99, "f", past, 0), EBADF, "a bad descriptor: EBADF");
	symlink("f", "s");
	is(utimensat(AT_FDCWD, "s", past, AT_SYMLINK_NOFOLLOW), 0, "of a link itself");
	ok(stat_of("s").st_mtim.tv_sec == 1100000000 && recent(stat_of("f").st_mtim),
	   "does not change the file");
}

static void test_older(void)
{
	const struct timeval tv[2] = { { 1, 500000 }, { 2, 250000 } }, bad[2] = { { 1, 1000000 } };
	const struct utimbuf ut = { 3, 4 };
	struct stat st;
	int fd = open("f", O_RDWR);

	is(utimes("f", tv), 0, "utimes");
	st = stat_of("f");
	ok(st.st_atim.tv_nsec == 500000000 && st.st_mtim.tv_nsec == 250000000, "in microseconds");
	fails(utimes("f", bad), EINVAL, "too many microseconds: EINVAL");
	is(utime("f", &ut), 0, "utime");
	st = stat_of("f");
	ok(st.st_atim.tv_sec == 3 && st.st_mtim.tv_sec == 4, "in seconds");
	is(futimens(fd, past), 0, "futimens");
	ok(stat_of("f").st_mtim.tv_nsec == 987654321, "in nanoseconds");
	fails(futimens(99, past), EBADF, "of nothing: EBADF");
	close(fd);
}

static void test_changes(void)
{
	struct stat st;
	char c;
	int fd;

	set_past("f");
	fd = open("f", O_RDWR);
	is(read(fd, &c, 1), 1, "read");
	ok(recent(stat_of("f").st_atim), "changes atime");
	ok(!recent(stat_of("f").st_mtim), "not mtime");
	set_past("f");
	is(write(fd, "x", 1), 1, "write");
	st = stat_of("f");
	ok(recent(st.st_mtim) && !recent(st.st_atim), "changes mtime, not atime");
	set_past("f");
	is(ftruncate(fd, 2), 0, "ftruncate");
	ok(recent(stat_of("f").st_mtim), "changes mtime");
	set_past("f");
	is(chmod("f", 0600), 0, "chmod");
	st = stat_of("f");
	ok(!recent(st.st_mtim) && recent(st.st_ctim), "changes ctime only");
	close(fd);
	mkdir("d", 0755);
	set_past("d");
	make_file("d/x", "");
	ok(recent(stat_of("d").st_mtim), "a new name changes the directory");
	set_past("d");
	unlink("d/x");
	ok(recent(stat_of("d").st_mtim), "a removed one, too");
	set_past("f");
	fd = open("f", O_RDONLY | O_NOATIME);
	is(read(fd, &c, 1), 1, "read with O_NOATIME");
	ok(!recent(stat_of("f").st_atim), "does not change atime");
	close(fd);
}

/* Also what is not read or written as a file is. */
static void test_others(void)
{
	struct stat st;
	char c[4];
	int fd;

	symlink("f", "link");
	utimensat(AT_FDCWD, "link", past, AT_SYMLINK_NOFOLLOW);
	readlink("link", c, 4);
	ok(recent(stat_of("link").st_atim), "readlink changes atime");
	utimensat(AT_FDCWD, "link", past, AT_SYMLINK_NOFOLLOW);
	stat("link", &st);
	ok(recent(stat_of("link").st_atim), "so does to follow the link");
	ok(!recent(stat_of("link").st_mtim), "not mtime");
	mkfifo("fifo", 0600);
	fd = open("fifo", O_RDWR);
	set_past("fifo");
	write(fd, "abc", 3);
	st = stat_of("fifo");
	ok(recent(st.st_mtim) && !recent(st.st_atim), "write to a FIFO changes mtime");
	set_past("fifo");
	read(fd, c, 3);
	st = stat_of("fifo");
	ok(recent(st.st_atim) && !recent(st.st_mtim), "read changes atime");
	close(fd);
	fd = open("f", O_RDWR);
	set_past("f");
	munmap(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, fd, 0), PAGE);
	ok(recent(stat_of("f").st_atim), "mmap changes atime");
	fallocate(fd, 0, 0, 100);
	set_past("f");
	is(fallocate(fd, 0, 0, 10), 0, "fallocate of what is there");
	ok(recent(stat_of("f").st_mtim), "changes mtime");
	close(fd);
}

static int touch_theirs(void *name)
{
	if (utimensat(AT_FDCWD, name, past, 0) != -1 || errno != EPERM)
		return 1;
	return utimensat(AT_FDCWD, name, NULL, 0) != -1 || errno != EACCES;
}

static int touch_writable(void *name)
{
	if (utimensat(AT_FDCWD, name, past, 0) != -1 || errno != EPERM)
		return 1;
	return utimensat(AT_FDCWD, name, NULL, 0);
}

int main(void)
{
	plan(47);
	enter_tmpdir();
	test_utimensat();
	test_older();
	test_changes();
	test_others();
	chmod("f", 0644);
	is(as_user(touch_theirs, "f"), 0, "another user: EPERM, EACCES for now");
	chmod("f", 0666);
	is(as_user(touch_writable, "f"), 0, "who may write may set it to now");
	leave_tmpdir();
	return done();
}
