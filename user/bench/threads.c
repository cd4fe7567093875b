/* SPDX-License-Identifier: MIT */
/* Threads: made and joined, and handing each other the turn by futexes and pipes. */
#define _GNU_SOURCE
#include "bench.h"

#include <pthread.h>
#include <sched.h>
#include <unistd.h>

#include "echo.h"

#define THREADS 100			/* made and joined per timed loop */
#define STACK 16384
#define FUTEX_WAIT_PRIVATE 128
#define FUTEX_WAKE_PRIVATE 129
#define CLONE_LIKE_PTHREAD (CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | \
			    CLONE_SYSVSEM | CLONE_CHILD_CLEARTID)

static char stack[STACK] __attribute__((aligned(16)));
static volatile int running, turn;

static void start(int (*fn)(void *), void *arg)
{
	running = 1;
	if (clone(fn, stack + STACK, CLONE_LIKE_PTHREAD, arg, NULL, NULL, &running) < 0)
		die("clone");
}

/* The kernel clears the word when the thread is gone, and wakes with a shared futex. */
static void join(void)
{
	while (running)
		sys6(SYS_futex, (long)&running, 0, 1, 0, 0, 0);
}

static int nothing(void *arg)
{
	return 0;
}

static ticks_t clone_and_join(void *arg)
{
	ticks_t began = rdtsc();

	for (int i = 0; i < THREADS; i++) {
		start(nothing, NULL);
		join();
	}
	return rdtsc() - began;
}

static void *nothing_much(void *arg)
{
	return arg;
}

static ticks_t create_and_join(void *arg)
{
	ticks_t began = rdtsc();

	for (int i = 0; i < THREADS; i++) {
		pthread_t thread;

		if (pthread_create(&thread, NULL, nothing_much, NULL))
			die("pthread_create");
		pthread_join(thread, NULL);
	}
	return rdtsc() - began;
}

/* give_turn - say whose turn it is and sleep until it is `mine` again. */
static inline void give_turn(int mine)
{
	turn = !mine;
	sys6(SYS_futex, (long)&turn, FUTEX_WAKE_PRIVATE, 1, 0, 0, 0);
	while (turn == !mine)
		sys6(SYS_futex, (long)&turn, FUTEX_WAIT_PRIVATE, !mine, 0, 0, 0);
}

static int partner(void *arg)
{
	while (turn == 0)
		sys6(SYS_futex, (long)&turn, FUTEX_WAIT_PRIVATE, 0, 0, 0, 0);
	while (turn == 1)
		give_turn(1);
	return 0;
}

static ticks_t take_turns(void *arg)
{
	ticks_t began = rdtsc();

	for (int i = 0; i < TRIPS; i++)
		give_turn(0);
	return rdtsc() - began;
}

static void bench_futex(void)
{
	start(partner, NULL);
	measure("thread-ping-pong-futex", take_turns, NULL, TRIPS);
	turn = 2;		/* neither's: the partner leaves */
	sys6(SYS_futex, (long)&turn, FUTEX_WAKE_PRIVATE, 1, 0, 0, 0);
	join();
}

static void bench_thread_pipe(void)
{
	int there[2], back[2];
	struct ends ours, theirs;
	long error = sys1(SYS_pipe, (long)there);

	if (error) {
		unavailable("thread-ping-pong-pipe", -error);
		return;
	}
	if (sys1(SYS_pipe, (long)back))
		die("pipe");
	ours = (struct ends){ .in = back[0], .out = there[1] };
	theirs = (struct ends){ .in = there[0], .out = back[1] };
	start(echo, &theirs);
	measure("thread-ping-pong-pipe", round_trips, &ours, TRIPS);
	sys1(SYS_close, there[1]);
	join();
}

void bench_threads(void)
{
	bench_futex();
	bench_thread_pipe();
	measure("thread-create-exit", clone_and_join, NULL, THREADS);
	measure("pthread-create-join", create_and_join, NULL, THREADS);
}
