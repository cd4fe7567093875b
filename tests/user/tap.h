/* SPDX-License-Identifier: MIT */
/* A producer of TAP (the Test Anything Protocol) for programs that run on Linux and on Nopage.
 *
 * The two outputs are compared line by line, so nothing that may differ is printed: no addresses,
 * process numbers or times in a name. Only a failing check prints what it got, in `#` lines. Every
 * line is one write(2), because a buffer would be duplicated by fork().
 *
 * A program is: plan(N); N checks; return done().
 */
#ifndef TESTS_USER_TAP_H
#define TESTS_USER_TAP_H

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "say.h"

#define PAGE 4096UL

/* An address no user process can have on i386, neither under a 32-bit nor a 64-bit Linux. */
#define KERNEL_ADDRESS 0xfffff000UL

static int tap_planned, tap_run, tap_failed;

static inline void plan(int checks)
{
	tap_planned = checks;
	say("1..%d", checks);
}

static inline int tap_result(int passed, const char *name)
{
	tap_run++;
	tap_failed += !passed;
	say("%sok %d - %s", passed ? "" : "not ", tap_run, name);
	return passed;
}

static inline int tap_ok(int passed, const char *name, const char *what, const char *file, int line)
{
	if (!tap_result(passed, name))
		say("# %s:%d: false: %s", file, line, what);
	return passed;
}

static inline int tap_is(long got, long want, const char *name, const char *file, int line)
{
	if (!tap_result(got == want, name))
		say("# %s:%d: expected %ld (0x%lx), got %ld (0x%lx), errno %d", file, line,
			 want, want, got, got, errno);
	return got == want;
}

static inline int tap_is_str(const char *got, const char *want, const char *name, const char *file,
			     int line)
{
	int passed = got && !strcmp(got, want);

	if (!tap_result(passed, name))
		say("# %s:%d: expected \"%s\", got \"%s\"", file, line, want,
			 got ? got : "(null)");
	return passed;
}

/* A libc call that must have returned -1 and set errno. */
static inline int tap_fails(long got, int error, const char *name, const char *file, int line)
{
	int passed = got == -1 && errno == error;

	if (!tap_result(passed, name))
		say("# %s:%d: expected -1 with errno %d, got %ld with errno %d", file, line,
			 error, got, errno);
	return passed;
}

#define ok(cond, name) tap_ok(!!(cond), name, #cond, __FILE__, __LINE__)
#define is(got, want, name) tap_is((long)(got), (long)(want), name, __FILE__, __LINE__)
#define is_str(got, want, name) tap_is_str(got, want, name, __FILE__, __LINE__)
#define fails(call, error, name) \
	(errno = 0, tap_fails((long)(call), error, name, __FILE__, __LINE__))

/* done - the exit status: 0 when every planned check ran and passed. */
static inline int done(void)
{
	if (tap_run != tap_planned)
		say("# planned %d checks, ran %d", tap_planned, tap_run);
	return tap_run != tap_planned || tap_failed;
}

/* in_child - run fn(arg) in a forked child whose exit status is the function's result.
 * Returns the wait status, or -1. */
__attribute__((unused))
static int in_child(int (*fn)(void *), void *arg)
{
	int status = -1;
	pid_t pid = fork();

	if (pid == 0)
		_exit(fn(arg));
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return -1;
	return status;
}

static inline int tap_exits(int status, int want, const char *name, const char *file, int line)
{
	int passed = status != -1 && WIFEXITED(status) && WEXITSTATUS(status) == want;

	if (!tap_result(passed, name))
		say("# %s:%d: expected exit status %d, got wait status 0x%x", file, line,
			 want, status);
	return passed;
}

static inline int tap_killed(int status, int signal, const char *name, const char *file, int line)
{
	int passed = status != -1 && WIFSIGNALED(status) && WTERMSIG(status) == signal;

	if (!tap_result(passed, name))
		say("# %s:%d: expected death by signal %d, got wait status 0x%x", file, line,
			 signal, status);
	return passed;
}

/* Both take a wait status, usually that of in_child(). */
#define exits(status, want, name) tap_exits(status, want, name, __FILE__, __LINE__)
#define killed_by(status, signal, name) tap_killed(status, signal, name, __FILE__, __LINE__)

/* map - anonymous memory of so many pages, or the end of the program. */
__attribute__((unused))
static char *map(unsigned long pages, int prot, int flags)
{
	char *p = mmap(NULL, pages * PAGE, prot, flags | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED) {
		say("Bail out! no memory for %lu pages, errno %d", pages, errno);
		_exit(98);
	}
	return p;
}

/* A page or more that a forked child shares with its parent: how children report. */
__attribute__((unused))
static void *shared_pages(unsigned long pages)
{
	return map(pages, PROT_READ | PROT_WRITE, MAP_SHARED);
}

/* readable - is the byte at p mapped and readable? The kernel looks for us: access(2) says EFAULT
 * where the path cannot be read. The memory must hold a short string or zeroes. */
__attribute__((unused))
static int readable(const void *p)
{
	errno = 0;
	return !access(p, F_OK) || errno != EFAULT;
}

static inline int load(void *p)
{
	return *(volatile char *)p;
}

static int read_byte(void *p) __attribute__((unused));
static int write_byte(void *p) __attribute__((unused));

/* Bodies for in_child(): touch one byte and exit with status 0, or die trying. */
static int read_byte(void *p)
{
	load(p);
	return 0;
}

static int write_byte(void *p)
{
	*(volatile char *)p = 1;
	return 0;
}

/* data_path - the path of a file shipped with the tests: DIR/data/NAME, where DIR is the directory
 * this program was started from. The result is valid until the next call with the same slot. */
__attribute__((unused))
static const char *data_path(const char *argv0, const char *name, int slot)
{
	static char path[4][256];
	const char *slash = strrchr(argv0, '/');
	int length = slash ? slash - argv0 : 1;

	snprintf(path[slot], sizeof(path[slot]), "%.*s/data/%s", length, slash ? argv0 : ".", name);
	return path[slot];
}

#endif
