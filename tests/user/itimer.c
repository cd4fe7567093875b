/* SPDX-License-Identifier: MIT */
/* alarm, setitimer and getitimer: by the clock and by CPU time. */
#define _GNU_SOURCE
#include "tap.h"

#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>

#include "rawsys.h"

static volatile int count, last;

static void note(int sig)
{
	count++;
	last = sig;
}

static void catch(int sig)
{
	struct sigaction act = { .sa_handler = note };

	sigaction(sig, &act, NULL);
	count = 0;
}

static long long now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000LL + ts.tv_nsec / 1000;
}

static struct itimerval every(long first, long then)
{
	return (struct itimerval){
		{ then / 1000000, then % 1000000 }, { first / 1000000, first % 1000000 },
	};
}

static void test_real(void)
{
	struct itimerval it = every(50000, 0), old;
	long long start;

	catch(SIGALRM);
	start = now();
	is(setitimer(ITIMER_REAL, &it, NULL), 0, "a timer by the clock");
	fails(pause(), EINTR, "its signal comes");
	ok(count == 1 && last == SIGALRM, "SIGALRM, once");
	ok(now() - start >= 50000, "not too early");
	getitimer(ITIMER_REAL, &it);
	ok(!it.it_value.tv_sec && !it.it_value.tv_usec, "then it is off");

	catch(SIGALRM);
	start = now();
	it = every(20000, 20000);
	setitimer(ITIMER_REAL, &it, NULL);
	while (count < 4)
		pause();
	ok(now() - start >= 80000, "a timer that repeats");
	getitimer(ITIMER_REAL, &it);
	ok(it.it_interval.tv_usec == 20000, "its interval is read back");
	it = every(0, 0);
	setitimer(ITIMER_REAL, &it, &old);
	ok(old.it_value.tv_usec > 0 && old.it_value.tv_usec <= 30000, "what was left of it");

	catch(SIGALRM);
	it = every(30000, 0);
	setitimer(ITIMER_REAL, &it, NULL);
	start = now();
	while (!count)
		;
	ok(now() - start >= 30000, "it interrupts a program that computes");
}

static void test_alarm(void)
{
	struct itimerval it = every(0, 0);

	is(alarm(100), 0, "alarm: nothing was set");
	is(alarm(50), 100, "then, what was left");
	getitimer(ITIMER_REAL, &it);
	ok(it.it_value.tv_sec >= 49 && it.it_value.tv_sec <= 50, "it is the timer by the clock");
	is(alarm(0), 50, "alarm(0) takes it back");
	is(alarm(0), 0, "so there is none");
}

static int inherits(void *arg)
{
	struct itimerval it;

	(void)arg;
	getitimer(ITIMER_REAL, &it);
	return it.it_value.tv_sec || it.it_value.tv_usec;
}

static int dies_of_alarm(void *arg)
{
	struct itimerval it = every(20000, 0);

	(void)arg;
	signal(SIGALRM, SIG_DFL);
	setitimer(ITIMER_REAL, &it, NULL);
	pause();
	return 1;
}

static void spin_until(int n)
{
	while (count < n)
		;
}

static void test_cpu(void)
{
	struct itimerval it = every(50000, 50000), old;
	struct timespec pause = { 0, 150000000 };

	catch(SIGVTALRM);
	setitimer(ITIMER_VIRTUAL, &it, NULL);
	nanosleep(&pause, NULL);
	is(count, 0, "ITIMER_VIRTUAL does not run while the program sleeps");
	spin_until(2);
	is(last, SIGVTALRM, "but while it computes");
	it = every(0, 0);
	setitimer(ITIMER_VIRTUAL, &it, &old);
	ok(old.it_interval.tv_usec == 50000, "its interval is read back");

	catch(SIGPROF);
	it = every(50000, 0);
	setitimer(ITIMER_PROF, &it, NULL);
	spin_until(1);
	is(last, SIGPROF, "ITIMER_PROF");
	getitimer(ITIMER_PROF, &it);
	ok(!it.it_value.tv_sec && !it.it_value.tv_usec, "then it is off");
}

/* Stopped, those of CPU time remember the interval; the other does not. */
static void test_stopped(void)
{
	struct itimerval it = every(0, 5000000), old;

	setitimer(ITIMER_REAL, &it, NULL);
	getitimer(ITIMER_REAL, &old);
	is(old.it_interval.tv_sec, 0, "an interval without a beginning is none");
	for (int which = ITIMER_VIRTUAL; which <= ITIMER_PROF; which++) {
		setitimer(which, &it, NULL);
		getitimer(which, &old);
		ok(old.it_interval.tv_sec == 5 && !old.it_value.tv_sec && !old.it_value.tv_usec,
		   "but is remembered for CPU time");
	}
	it = every(0, 0);
	setitimer(ITIMER_PROF, &it, NULL);
}

static int limited(void *arg)
{
	struct rlimit limit = { 1, 2 }, no_core = { 0, 0 };

	(void)arg;
	setrlimit(RLIMIT_CORE, &no_core);
	catch(SIGXCPU);
	setrlimit(RLIMIT_CPU, &limit);
	spin_until(1);
	if (last != SIGXCPU)
		return 1;
	spin_until(1000);
	return 2;
}

static void test_errors(void)
{
	struct itimerval it = every(0, 0);
	long *half;

	fails(setitimer(3, &it, NULL), EINVAL, "no such timer");
	fails(getitimer(3, &it), EINVAL, "to read either");
	it.it_value.tv_usec = 1000000;
	fails(setitimer(ITIMER_REAL, &it, NULL), EINVAL, "a million microseconds are a second");
	it.it_value.tv_usec = 0;
	it.it_value.tv_sec = -1;
	fails(setitimer(ITIMER_REAL, &it, NULL), EINVAL, "no time before now");
	is(sys3(SYS_setitimer, ITIMER_REAL, KERNEL_ADDRESS, 0), -EFAULT, "a bad value");
	half = (long *)(map(2, PROT_READ | PROT_WRITE, MAP_PRIVATE) + PAGE) - 2;
	half[0] = -1;
	mprotect(half + 2, PAGE, PROT_NONE);
	is(sys3(SYS_setitimer, ITIMER_REAL, (long)half, 0), -EFAULT, "half a value, which is bad");
	is(sys3(SYS_setitimer, ITIMER_REAL, 0, KERNEL_ADDRESS), -EFAULT, "a bad old value");
	is(sys2(SYS_getitimer, ITIMER_REAL, KERNEL_ADDRESS), -EFAULT, "a bad value to read to");
}

int main(void)
{
	plan(33);
	test_real();
	test_alarm();
	alarm(100);
	exits(in_child(inherits, NULL), 0, "a forked child has no timer");
	alarm(0);
	killed_by(in_child(dies_of_alarm, NULL), SIGALRM, "SIGALRM kills by default");
	test_cpu();
	test_stopped();
	killed_by(in_child(limited, NULL), SIGKILL, "RLIMIT_CPU: SIGXCPU, then SIGKILL");
	test_errors();
	return done();
}
