/* SPDX-License-Identifier: MIT */
/* The stack grows by itself down to RLIMIT_STACK, and no further. */
#include "tap.h"

#include <fcntl.h>
#include <sys/resource.h>

#define KIB 1024UL

/* descend - use about so many bytes of stack, touching every page on the way down. */
static __attribute__((noinline)) int descend(unsigned long bytes)
{
	volatile char frame[2048];

	frame[0] = 1;
	if (bytes <= sizeof(frame))
		return 0;
	return descend(bytes - sizeof(frame)) + frame[0] - 1;
}

static int use_stack(void *kib)
{
	return descend((unsigned long)kib * KIB);
}

/* One touch far below the stack pointer's page: the area grows over everything between. */
static int leap(void *kib)
{
	volatile char here = 0;

	return *(&here - (unsigned long)kib * KIB) + here;
}

static int limit_stack(unsigned long kib)
{
	struct rlimit limit = { kib * KIB, kib * KIB };

	return setrlimit(RLIMIT_STACK, &limit);
}

struct attempt {
	unsigned long limit, use;	/* KiB */
	int (*how)(void *);
};

static int attempt(void *arg)
{
	struct attempt *a = arg;

	if (limit_stack(a->limit))
		return 1;
	return a->how((void *)a->use);
}

static int try_with(unsigned long limit, unsigned long use, int (*how)(void *))
{
	struct attempt a = { limit, use, how };

	return in_child(attempt, &a);
}

/* read(2) into a buffer that lies in stack pages never touched: the kernel's own store faults. */
static int kernel_grows(void *arg)
{
	char buffer[256 * KIB];
	int fd = open("/dev/zero", O_RDONLY);

	(void)arg;
	return read(fd, buffer, 100) != 100;
}

static int sensible_limit(void *arg)
{
	struct rlimit limit;

	(void)arg;
	if (getrlimit(RLIMIT_STACK, &limit))
		return 1;
	return limit.rlim_cur < 64 * KIB || limit.rlim_cur > limit.rlim_max;
}

static int grow_then_read_back(void *arg)
{
	volatile char frames[300 * KIB];
	int good = 0;

	(void)arg;
	for (unsigned long i = 0; i < sizeof(frames); i += 1000)
		frames[i] = i / 1000 % 100;
	for (unsigned long i = 0; i < sizeof(frames); i += 1000)
		good += frames[i] == (char)(i / 1000 % 100);
	return good != 308;
}

/* A hole in a stack: the part above it grows into it, for what is below is no stranger. */
static int hole(void *arg)
{
	char *p = map(8, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_GROWSDOWN);

	(void)arg;
	munmap(p + 2 * PAGE, 3 * PAGE);
	p[4 * PAGE] = 1;
	p[2 * PAGE] = 1;
	return p[4 * PAGE] + p[2 * PAGE] != 2;
}

static void test_limits(void)
{
	struct rlimit limit, old;

	is(getrlimit(RLIMIT_STACK, &old), 0, "getrlimit");
	limit = old;
	limit.rlim_cur = 2048 * KIB;
	is(setrlimit(RLIMIT_STACK, &limit), 0, "setrlimit lowers the soft limit");
	getrlimit(RLIMIT_STACK, &limit);
	is(limit.rlim_cur, 2048 * KIB, "which then reads back");
	is(setrlimit(RLIMIT_STACK, &old), 0, "and can be raised again");
	limit.rlim_cur = 4096;
	limit.rlim_max = 1024;
	fails(setrlimit(RLIMIT_STACK, &limit), EINVAL, "soft above hard: EINVAL");
	fails(setrlimit(99, &limit), EINVAL, "an unknown resource: EINVAL");
	fails(getrlimit(99, &limit), EINVAL, "and to read it, too");
}

int main(void)
{
	plan(18);
	exits(in_child(use_stack, (void *)64), 0, "64 KiB of stack");
	exits(in_child(use_stack, (void *)4096), 0, "4 MiB of stack, page by page");
	exits(in_child(leap, (void *)2048), 0, "one touch 2 MiB further down");
	exits(in_child(kernel_grows, NULL), 0, "the kernel's own store grows the stack");
	exits(in_child(grow_then_read_back, NULL), 0, "what is written stays");
	exits(in_child(sensible_limit, NULL), 0, "there is a sensible limit");
	exits(try_with(1024, 900, use_stack), 0, "900 KiB of stack under a limit of 1 MiB");
	killed_by(try_with(1024, 1100, use_stack), SIGSEGV, "1100 KiB are a SIGSEGV");
	killed_by(try_with(1024, 1100, leap), SIGSEGV, "at one touch, too");
	exits(try_with(6144, 6000, use_stack), 0, "6000 KiB of stack under a limit of 6 MiB");
	exits(in_child(hole, NULL), 0, "a hole in a stack is grown over");
	test_limits();
	return done();
}
