/* SPDX-License-Identifier: MIT */
/* Clocks and sleeping. Only bounds that hold on every machine: never early, never backwards. */
#include "tap.h"

#include <sys/time.h>
#include <time.h>

#include "rawsys.h"

#define MS 1000000LL

static long long now(clockid_t clock)
{
	struct timespec t;

	if (clock_gettime(clock, &t))
		return -1;
	return t.tv_sec * 1000 * MS + t.tv_nsec;
}

static void test_clocks(void)
{
	struct timespec t = { 0, -1 };
	struct timeval tv = { 0, -1 };
	long long last = now(CLOCK_MONOTONIC), backwards = 0, real;

	for (int i = 0; i < 5000; i++) {
		long long next = now(CLOCK_MONOTONIC);

		backwards += next < last;
		last = next;
	}
	is(backwards, 0, "the monotonic clock never goes back");
	is(clock_gettime(CLOCK_REALTIME, &t), 0, "there is a real-time clock");
	ok(t.tv_nsec >= 0 && t.tv_nsec < 1000 * MS, "with nanoseconds below a second");
	is(gettimeofday(&tv, NULL), 0, "gettimeofday");
	real = now(CLOCK_REALTIME) / MS;
	ok(tv.tv_usec >= 0 && tv.tv_usec < 1000000 &&
	   llabs(real - (tv.tv_sec * 1000LL + tv.tv_usec / 1000)) < 5000, "shows the same time");
	ok(llabs(real / 1000 - time(NULL)) < 5, "so does time");
	fails(clock_gettime(1234, &t), EINVAL, "an unknown clock: EINVAL");
}

static void test_sleep(void)
{
	struct timespec pause = { 0, 20 * MS }, nothing = { 0, 0 };
	long long before = now(CLOCK_MONOTONIC), after;

	is(nanosleep(&pause, NULL), 0, "sleep for 20 ms");
	after = now(CLOCK_MONOTONIC);
	ok(after - before >= 20 * MS, "lasts no less than that");
	ok(after - before < 20000 * MS, "and ends");
	is(nanosleep(&nothing, NULL), 0, "a sleep of nothing");
	is(clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &nothing, NULL), 0,
	   "a sleep until a time gone by");
	before = now(CLOCK_MONOTONIC);
	pause.tv_sec = (before + 30 * MS) / (1000 * MS);
	pause.tv_nsec = (before + 30 * MS) % (1000 * MS);
	is(clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &pause, NULL), 0,
	   "until 30 ms from now");
	ok(now(CLOCK_MONOTONIC) >= before + 30 * MS, "is not early");
}

static void test_errors(void)
{
	struct timespec bad = { 0, 1000 * MS };

	fails(nanosleep(&bad, NULL), EINVAL, "a full second of nanoseconds: EINVAL");
	bad.tv_nsec = -1;
	fails(nanosleep(&bad, NULL), EINVAL, "negative nanoseconds: EINVAL");
	bad.tv_nsec = 0;
	bad.tv_sec = -1;
	fails(nanosleep(&bad, NULL), EINVAL, "negative seconds: EINVAL");
	bad.tv_sec = 0;
	is(clock_nanosleep(1234, 0, &bad, NULL), EINVAL, "an unknown clock: EINVAL");
}

/* Three children sleep for different times: they wake in the order of their times. */
static void test_order(void)
{
	int delays[3] = { 90, 30, 60 }, status;
	pid_t pids[3];

	for (int i = 0; i < 3; i++) {
		pids[i] = fork();
		if (pids[i] == 0) {
			struct timespec pause = { 0, delays[i] * MS };

			nanosleep(&pause, NULL);
			_exit(0);
		}
	}
	is(waitpid(-1, &status, 0), pids[1], "the shortest sleep ends first");
	is(waitpid(-1, &status, 0), pids[2], "then the middle one");
	is(waitpid(-1, &status, 0), pids[0], "then the longest");
}

int main(void)
{
	plan(21);
	test_clocks();
	test_sleep();
	test_errors();
	test_order();
	return done();
}
