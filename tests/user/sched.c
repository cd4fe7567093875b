/* SPDX-License-Identifier: MIT */
/* Every process gets its turn: by yielding, by being preempted, while others are busy. */
#define _GNU_SOURCE
#include "tap.h"

#include <sched.h>
#include <sys/syscall.h>
#include <time.h>

#include "tmpdir.h"

static volatile int *shared;

/* Two processes pass a number to and fro; each step needs the other to run. */
static void test_yield(void)
{
	int status;
	pid_t child;

	shared[0] = 0;
	child = fork();
	if (child == 0) {
		for (int i = 0; i < 1000; i++) {
			while (shared[0] != 2 * i + 1)
				sched_yield();
			shared[0]++;
		}
		_exit(0);
	}
	for (int i = 0; i < 1000; i++) {
		while (shared[0] != 2 * i)
			sched_yield();
		shared[0]++;
	}
	waitpid(child, &status, 0);
	exits(status, 0, "a thousand rounds of yielding to one another");
	is(shared[0], 2000, "with every step counted");
}

/* The same without a system call in the waiting loop: only the timer can switch. */
static void test_preemption(void)
{
	int status;
	pid_t child;

	shared[0] = 0;
	child = fork();
	if (child == 0) {
		for (int i = 0; i < 5; i++) {
			while (shared[0] != 2 * i + 1)
				;
			shared[0]++;
		}
		_exit(0);
	}
	for (int i = 0; i < 5; i++) {
		while (shared[0] != 2 * i)
			;
		shared[0]++;
	}
	waitpid(child, &status, 0);
	exits(status, 0, "five rounds of waiting in busy loops");
	is(shared[0], 10, "both made progress");
}

static int count_until_stopped(int slot)
{
	while (!shared[0])
		shared[slot]++;
	return 0;
}

/* Four busy processes for a while: each must have had a fair part of the time. */
static void test_fairness(void)
{
	struct timespec pause = { 0, 400000000 };
	int status, least = 0x7fffffff, most = 0, clean = 0;

	for (int i = 0; i <= 64; i++)
		shared[i] = 0;
	for (int i = 1; i <= 4; i++)
		if (fork() == 0)
			_exit(count_until_stopped(16 * i));
	nanosleep(&pause, NULL);
	shared[0] = 1;
	for (int i = 0; i < 4; i++) {
		wait(&status);
		clean += status == 0;
	}
	for (int i = 1; i <= 4; i++) {
		int count = shared[16 * i];

		least = count < least ? count : least;
		most = count > most ? count : most;
	}
	is(clean, 4, "a sleeper wakes while four processes are busy, and stops them");
	ok(least > 0 && least > most / 20, "each of the four had its part");
}

int main(void)
{
	shared = shared_pages(1);
	plan(7);
	test_yield();
	test_preemption();
	test_fairness();
	is(sched_yield(), 0, "yielding alone");
	return done();
}
