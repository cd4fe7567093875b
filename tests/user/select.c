/* SPDX-License-Identifier: MIT */
/* select in all its forms: sets, time that is told back, signals, bad arguments. */
#define _GNU_SOURCE
#include "tap.h"

#include <fcntl.h>
#include <sys/select.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>

static int fds[2];
static fd_set in, out, ex;

static void zero(void)
{
	FD_ZERO(&in);
	FD_ZERO(&out);
	FD_ZERO(&ex);
}

static int now(int n)
{
	struct timeval none = { 0, 0 };

	return select(n, &in, &out, &ex, &none);
}

static void test_sets(void)
{
	pipe(fds);
	zero();
	FD_SET(fds[0], &in);
	FD_SET(fds[1], &out);
	FD_SET(fds[0], &ex);
	is(now(fds[1] + 1), 1, "an empty pipe can be written");
	ok(!FD_ISSET(fds[0], &in) && FD_ISSET(fds[1], &out) && !FD_ISSET(fds[0], &ex), "only");
	write(fds[1], "x", 1);
	FD_SET(fds[0], &in);
	is(now(fds[1] + 1), 2, "and now read");
	ok(FD_ISSET(fds[0], &in) && FD_ISSET(fds[1], &out), "both");
	is(now(fds[1]), 1, "descriptors from n on are not looked at");
	is(now(0), 0, "none at all");
	FD_SET(25, &in);
	fails(now(26), EBADF, "one that is not open");
	zero();
	read(fds[0], &in, 1);
	zero();
	FD_SET(fds[0], &in);
	close(fds[1]);
	is(now(fds[0] + 1), 1, "the end can be read");
	close(fds[0]);
}

/* What only names a place can do nothing, and never will: select() has no other way to say it. */
static void test_place(void)
{
	int fd = open("/", O_PATH);

	zero();
	FD_SET(fd, &in);
	FD_SET(fd, &out);
	FD_SET(fd, &ex);
	is(now(fd + 1), 3, "O_PATH: in all sets");
	close(fd);
	FD_SET(fd, &in);
	fails(now(fd + 1), EBADF, "until it is closed");
}

static void test_high(void)
{
	int high = fcntl(0, F_DUPFD, 300);

	pipe(fds);
	dup2(fds[0], high);
	zero();
	FD_SET(high, &in);
	is(now(high + 1), 0, "a high descriptor");
	write(fds[1], "x", 1);
	FD_SET(high, &in);
	is(now(high + 1), 1, "is found");
	ok(FD_ISSET(high, &in), "in its place");
	close(high);
	close(fds[0]);
	close(fds[1]);
}

static void test_time(void)
{
	int left[2] = { 0, 30000 };		/* musl does not tell what the kernel does */
	struct timeval t = { -1, 0 };

	is(syscall(142, 0, 0, 0, 0, left), 0, "time over");
	ok(left[0] == 0 && left[1] == 0, "nothing is left");
	pipe(fds);
	zero();
	FD_SET(fds[0], &in);
	left[0] = 20;
	if (!fork()) {
		usleep(30000);
		_exit(write(fds[1], "x", 1) != 1);
	}
	is(syscall(142, fds[0] + 1, &in, 0, 0, left), 1, "something comes");
	ok(left[0] == 19 && left[1] < 980000, "what is left is told");
	wait(NULL);
	zero();
	FD_SET(fds[0], &in);
	is(select(fds[0] + 1, &in, NULL, NULL, NULL), 1, "without a time");
	fails(select(0, NULL, NULL, NULL, &t), EINVAL, "a negative time");
	close(fds[0]);
	close(fds[1]);
}

/* The call numbers themselves. */
static void test_calls(void)
{
	struct { int n; void *in, *out, *ex, *timeout; } old = { 0, NULL, NULL, NULL, NULL };
	int ts32[2] = { 0, 1000000 }, tv[2] = { 0, 2000000 };
	long long ts64[2] = { 0, 1000000 };

	old.timeout = tv;
	tv[1] = 1000;
	is(syscall(82, &old), 0, "the oldest select, with its arguments in memory");
	fails(syscall(82, 8), EFAULT, "badly");
	tv[1] = 1000;
	is(syscall(142, 0, 0, 0, 0, tv), 0, "select");
	is(syscall(308, 0, 0, 0, 0, ts32, 0), 0, "pselect6");
	is(ts32[1], 0, "tells what is left");
	is(syscall(413, 0, 0, 0, 0, ts64, 0), 0, "pselect6 with 64-bit seconds");
	is(ts64[1], 0, "too");
	ts32[1] = 1000000000;
	fails(syscall(308, 0, 0, 0, 0, ts32, 0), EINVAL, "too many nanoseconds");
	tv[1] = -1;
	fails(syscall(142, 0, 0, 0, 0, tv), EINVAL, "a negative number of microseconds");
	tv[0] = -1;
	tv[1] = 1000001;
	is(syscall(142, 0, 0, 0, 0, tv), 0, "both together count");
	tv[0] = 1;
	tv[1] = -1000000;
	is(syscall(142, 0, 0, 0, 0, tv), 0, "in whole seconds");
	tv[0] = 1;
	tv[1] = -1;
	fails(syscall(142, 0, 0, 0, 0, tv), EINVAL, "but no parts of one");
	tv[0] = 0;
	tv[1] = 0;
	fails(syscall(142, -1, 0, 0, 0, 0), EINVAL, "a negative number of descriptors");
	fails(syscall(142, 1, 8, 0, 0, tv), EFAULT, "a bad set");
	fails(syscall(142, 1, 0, 0, 0, 8), EFAULT, "a bad time");
}

static volatile int signals;

static void on_signal(int sig)
{
	signals++;
}

static void test_mask(void)
{
	struct sigaction act = { .sa_handler = on_signal };
	struct timespec t = { 10, 0 };
	sigset_t mask, none;

	sigaction(SIGUSR1, &act, NULL);
	sigemptyset(&none);
	sigemptyset(&mask);
	sigaddset(&mask, SIGUSR1);
	sigprocmask(SIG_BLOCK, &mask, NULL);
	raise(SIGUSR1);
	fails(pselect(0, NULL, NULL, NULL, &t, &none), EINTR, "pselect lets a signal through");
	is(signals, 1, "once");
	sigprocmask(SIG_BLOCK, NULL, &none);
	ok(sigismember(&none, SIGUSR1), "blocked again");
}

int main(void)
{
	plan(37);
	alarm(30);
	test_sets();
	test_place();
	test_high();
	test_time();
	test_calls();
	test_mask();
	return done();
}
