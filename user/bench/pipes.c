/* SPDX-License-Identifier: MIT */
/* One byte through devices and pipes: alone, to and fro between two processes, round a ring. */
#include "bench.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "echo.h"

#define RING 8

static char byte;

static ticks_t read_zero(void *fd)
{
	ticks_t start = rdtsc();

	for (int i = 0; i < CALLS; i++)
		sys3(SYS_read, (long)fd, (long)&byte, 1);
	return minus(rdtsc() - start, call_loop_cost);
}

static void bench_zero(void)
{
	long fd = sys3(SYS_open, (long)"/dev/zero", O_RDONLY, 0);

	if (fd < 0) {
		unavailable("read-dev-zero", -fd);
		return;
	}
	measure("read-dev-zero", read_zero, (void *)fd, CALLS);
	sys1(SYS_close, fd);
}

static ticks_t write_and_read(void *arg)
{
	struct ends *pipe = arg;
	ticks_t start = rdtsc();

	for (int i = 0; i < CALLS; i++) {
		sys3(SYS_write, pipe->out, (long)&byte, 1);
		sys3(SYS_read, pipe->in, (long)&byte, 1);
	}
	return minus(rdtsc() - start, call_loop_cost);
}

ticks_t round_trips(void *arg)
{
	struct ends *ends = arg;
	ticks_t start = rdtsc();

	for (int i = 0; i < TRIPS; i++) {
		sys3(SYS_write, ends->out, (long)&byte, 1);
		sys3(SYS_read, ends->in, (long)&byte, 1);
	}
	return rdtsc() - start;
}

int echo(void *arg)
{
	struct ends *ends = arg;
	char received;

	while (sys3(SYS_read, ends->in, (long)&received, 1) == 1)
		sys3(SYS_write, ends->out, (long)&received, 1);
	return 0;
}

/* A chain of `links` pipes with a process between each two of them, from our end to our end. */
static void time_chain(const char *name, int links)
{
	int fds[RING][2];
	long children[RING];
	struct ends ours;

	for (int i = 0; i < links; i++)
		if (sys1(SYS_pipe, (long)fds[i]))
			die("pipe");
	for (int i = 0; i < links - 1; i++) {
		struct ends ends = { .in = fds[i][0], .out = fds[i + 1][1] };

		children[i] = sys0(SYS_fork);
		if (children[i] == 0)
			sys1(SYS_exit, echo(&ends));
	}
	ours = (struct ends){ .in = fds[links - 1][0], .out = fds[0][1] };
	measure(name, round_trips, &ours, links == RING ? TRIPS * RING : TRIPS);
	for (int i = 0; i < links - 1; i++) {
		sys2(SYS_kill, children[i], SIGKILL);
		sys4(SYS_wait4, children[i], 0, 0, 0);
	}
	for (int i = 0; i < links; i++) {
		sys1(SYS_close, fds[i][0]);
		sys1(SYS_close, fds[i][1]);
	}
}

void bench_pipes(void)
{
	int fds[2];
	struct ends ends;
	long error;

	bench_zero();
	error = sys1(SYS_pipe, (long)fds);
	if (error) {
		unavailable("pipe-write-read", -error);
		unavailable("pipe-ping-pong", -error);
		unavailable("pipe-ring-hop", -error);
		return;
	}
	ends = (struct ends){ .in = fds[0], .out = fds[1] };
	measure("pipe-write-read", write_and_read, &ends, CALLS);
	time_chain("pipe-ping-pong", 2);
	time_chain("pipe-ring-hop", RING);
}
