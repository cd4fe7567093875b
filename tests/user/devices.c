/* SPDX-License-Identifier: MIT */
/* The devices that are made of nothing: null, zero, full, random, urandom. */
#include "tap.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

static unsigned char buf[8192];

static int zeroes(const unsigned char *p, int n)
{
	while (n--)
		if (*p++)
			return 0;
	return 1;
}

static int open_device(const char *path, int minor_number)
{
	struct stat st;
	int fd = open(path, O_RDWR);

	ok(fd >= 0 && !fstat(fd, &st) && S_ISCHR(st.st_mode) &&
	   st.st_rdev == makedev(1, minor_number), path);
	return fd;
}

static void test_null(void)
{
	int fd = open_device("/dev/null", 3);

	is(read(fd, buf, 10), 0, "reads nothing");
	is(write(fd, buf, 8000), 8000, "takes all");
	is(write(fd, (void *)8, 10), 10, "without looking");
	is(lseek(fd, 1000, SEEK_SET), 0, "has no position");
	ok(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, fd, 0) == MAP_FAILED && errno == ENODEV,
	   "cannot be mapped");
	close(fd);
}

static void test_zero(void)
{
	int fd = open_device("/dev/zero", 5);
	unsigned char *p;

	memset(buf, 'x', sizeof(buf));
	is(read(fd, buf, 5000), 5000, "reads as much as asked for");
	ok(zeroes(buf, 5000) && buf[5000] == 'x', "of zeroes");
	is(write(fd, buf, 10), 10, "takes all");
	fails(read(fd, (void *)8, 10), EFAULT, "a bad address");
	p = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	ok(p != MAP_FAILED && zeroes(p, 2 * PAGE), "mapped: zeroes");
	p[10] = 1;
	munmap(p + PAGE, PAGE);
	is(read(fd, p, 2 * PAGE), PAGE, "up to the end of what is mapped");
	ok(zeroes(p, PAGE), "overwritten");
	munmap(p, PAGE);
	p = (unsigned char *)map(300, PROT_READ | PROT_WRITE, MAP_PRIVATE);
	p[299 * PAGE] = 1;
	is(read(fd, p, 300 * PAGE), 300 * PAGE, "a long read");
	ok(zeroes(p + 298 * PAGE, 2 * PAGE), "to its end");
	close(fd);
}

static void test_full(void)
{
	int fd = open_device("/dev/full", 7);

	is(read(fd, buf, 100), 100, "reads zeroes");
	fails(write(fd, buf, 1), ENOSPC, "takes nothing");
	close(fd);
}

static void test_random(const char *path, int minor_number)
{
	static unsigned char other[8192];
	int fd = open_device(path, minor_number), kinds = 0;
	char seen[256] = "";

	is(read(fd, buf, sizeof(buf)), sizeof(buf), "gives as much as asked for");
	is(read(fd, other, sizeof(other)), sizeof(other), "again");
	ok(memcmp(buf, other, sizeof(buf)), "never the same");
	for (unsigned int i = 0; i < sizeof(buf); i++)
		seen[buf[i]] = 1;
	for (int i = 0; i < 256; i++)
		kinds += seen[i];
	ok(kinds > 250, "of all kinds");
	fails(read(fd, (void *)8, 10), EFAULT, "a bad address");
	is(write(fd, buf, 1000), 1000, "takes what it is given");
	close(fd);
}

int main(void)
{
	plan(34);
	test_null();
	test_zero();
	test_full();
	test_random("/dev/random", 8);
	test_random("/dev/urandom", 9);
	is(open("/dev/null", O_RDONLY | O_DIRECTORY), -1, "no directory");
	return done();
}
