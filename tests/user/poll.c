/* SPDX-License-Identifier: MIT */
/* poll and ppoll: what is ready, waiting, time, signals while it waits, bad arguments. */
#define _GNU_SOURCE
#include "tap.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

#define MANY 100

static int fds[2];
static char page[65536];

static int ready(int fd, int events)
{
	struct pollfd p = { fd, events, 0x5555 };

	return poll(&p, 1, 0) < 0 ? -1 : p.revents;
}

static long ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void test_ready(void)
{
	struct pollfd three[3];
	int file = open("/dev/zero", O_RDONLY);

	pipe2(fds, O_NONBLOCK);
	is(ready(fds[0], POLLIN), 0, "an empty pipe");
	is(ready(fds[1], POLLOUT), POLLOUT, "has room");
	is(ready(fds[1], POLLIN | POLLOUT | POLLWRNORM), POLLOUT | POLLWRNORM, "by two names");
	write(fds[1], "x", 1);
	is(ready(fds[0], POLLIN | POLLRDNORM | POLLPRI), POLLIN | POLLRDNORM, "can be read");
	is(ready(fds[0], 0), 0, "nothing was asked");
	while (write(fds[1], page, 4096) > 0)
		;
	is(ready(fds[1], POLLOUT), 0, "full");
	close(fds[1]);
	is(ready(fds[0], POLLIN), POLLIN | POLLHUP, "hung up, not yet empty");
	while (read(fds[0], page, sizeof(page)) > 0)
		;
	is(ready(fds[0], 0), POLLHUP, "hung up, without being asked for");
	close(fds[0]);
	pipe(fds);
	close(fds[0]);
	is(ready(fds[1], POLLOUT), POLLOUT | POLLERR, "nobody reads");
	close(fds[1]);
	is(ready(77, POLLIN), POLLNVAL, "not open");
	is(ready(-1, POLLIN), 0, "left out");
	is(ready(file, POLLIN | POLLOUT | POLLPRI), POLLIN | POLLOUT, "a device that always is");
	three[0] = (struct pollfd){ -5, POLLIN, 7 };
	three[1] = (struct pollfd){ file, POLLIN, 7 };
	three[2] = (struct pollfd){ 99, POLLIN, 7 };
	is(poll(three, 3, -1), 2, "how many");
	ok(!three[0].revents && three[1].revents == POLLIN && three[2].revents == POLLNVAL,
	   "which");
	close(file);
}

static int write_late(void *arg)
{
	usleep(30000);
	write(fds[1], "x", 1);
	return 0;
}

static int close_late(void *arg)
{
	usleep(30000);
	return 0;
}

static void test_waiting(void)
{
	struct pollfd p;
	long start;

	pipe(fds);
	p = (struct pollfd){ fds[0], POLLIN, 0 };
	start = ms();
	is(poll(&p, 1, 50), 0, "nothing comes");
	ok(ms() - start >= 50 && ms() - start < 1000, "for that time");
	is(poll(NULL, 0, 20), 0, "of no files at all");
	if (!fork())
		_exit(write_late(NULL));
	is(poll(&p, 1, -1), 1, "until something is there");
	is(p.revents, POLLIN, "to read");
	wait(NULL);
	read(fds[0], page, 1);
	if (!fork())
		_exit(close_late(NULL));
	close(fds[1]);
	is(poll(&p, 1, 5000), 1, "until the last writer is gone");
	is(p.revents, POLLHUP, "hung up");
	wait(NULL);
	close(fds[0]);
}

/* More files than are kept without allocating. */
static void test_many(void)
{
	static struct pollfd many[MANY];
	int ends[MANY][2];

	for (int i = 0; i < MANY; i++) {
		pipe(ends[i]);
		many[i] = (struct pollfd){ ends[i][0], POLLIN, 0 };
	}
	is(poll(many, MANY, 10), 0, "a hundred pipes, all empty");
	fds[1] = ends[MANY - 7][1];
	if (!fork())
		_exit(write_late(NULL));
	is(poll(many, MANY, 5000), 1, "one is written to");
	is(many[MANY - 7].revents, POLLIN, "that one");
	wait(NULL);
	for (int i = 0; i < MANY; i++) {
		close(ends[i][0]);
		close(ends[i][1]);
	}
}

static volatile int alarms;

static void on_alarm(int sig)
{
	alarms++;
}

static void test_signals(void)
{
	struct sigaction act = { .sa_handler = on_alarm, .sa_flags = SA_RESTART };
	struct timespec second = { 5, 0 }, bad = { 0, 1000000000 };
	struct pollfd p = { -1, POLLIN, 0x5555 };
	sigset_t mask, none;

	sigaction(SIGALRM, &act, NULL);
	alarm(1);
	fails(poll(NULL, 0, -1), EINTR, "a handler ends it, also with SA_RESTART");
	sigemptyset(&none);
	sigemptyset(&mask);
	sigaddset(&mask, SIGALRM);
	sigprocmask(SIG_BLOCK, &mask, NULL);
	raise(SIGALRM);
	is(alarms, 1, "blocked");
	fails(ppoll(&p, 1, &second, &none), EINTR, "ppoll lets it through");
	is(p.revents, 0, "and says what it has found");
	is(alarms, 2, "its handler ran");
	sigprocmask(SIG_BLOCK, NULL, &none);
	ok(sigismember(&none, SIGALRM), "and it is blocked again");
	second = (struct timespec){ 0, 20000000 };
	is(ppoll(NULL, 0, &second, &mask), 0, "a time that ends");
	fails(ppoll(NULL, 0, &bad, NULL), EINVAL, "no time");
}

static void test_errors(void)
{
	struct rlimit limit;

	getrlimit(RLIMIT_NOFILE, &limit);
	fails(syscall(SYS_poll, 8, 1, 0), EFAULT, "a bad address");
	fails(syscall(SYS_poll, 8, limit.rlim_cur + 1, 0), EINVAL, "more than can be open");
	fails(syscall(SYS_poll, KERNEL_ADDRESS, 2, 0), EFAULT, "the kernel's");
	fails(syscall(SYS_ppoll, 0, 0, 0, page, 4), EINVAL, "a mask of another size");
	fails(syscall(SYS_ppoll, 0, 0, 8, 0, 0), EFAULT, "a bad time");
}

int main(void)
{
	plan(37);
	alarm(30);
	test_ready();
	test_waiting();
	test_many();
	test_signals();
	test_errors();
	return done();
}
