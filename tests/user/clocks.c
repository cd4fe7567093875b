/* SPDX-License-Identifier: MIT */
/* Clocks by bare system calls: both widths, CPU time of others, and setting what may not be set. */
#define _GNU_SOURCE
#include "tap.h"

#include <sys/time.h>
#include <sys/times.h>
#include <time.h>

#include "thread.h"

#define MS 1000000L
#define NSEC 1000000000LL

/* Numbers that musl's headers do not have. */
#define GETTIME64 403
#define SETTIME64 404
#define GETRES64 406
#define SLEEP64 407
#define ADJTIME64 405

/* A clock of CPU time: 2 is all of it, 4 makes it a thread's. */
#define CPU_CLOCK(pid, bits) ((long)(~(unsigned long)(pid) << 3 | (bits)))

static long long t64[2];
static int t32[2];

static long long now64(int clock)
{
	return sys2(GETTIME64, clock, (long)t64) ? -1 : t64[0] * NSEC + t64[1];
}

static void test_reading(void)
{
	static const int clocks[] = { 0, 1, 2, 3, 4, 5, 6, 7, 11 };
	int good = 0, steps = 0;
	long long a, b;

	for (unsigned int i = 0; i < sizeof(clocks) / sizeof(clocks[0]); i++) {
		good += now64(clocks[i]) >= 0 && !sys2(SYS_clock_gettime32, clocks[i], (long)t32) &&
			t32[1] >= 0 && t32[1] < NSEC;
		steps += !sys2(SYS_clock_getres_time32, clocks[i], (long)t32) &&
			 t32[0] == 0 && t32[1] > 0 && !sys2(GETRES64, clocks[i], (long)t64) &&
			 t64[0] == 0 && t64[1] == t32[1];
	}
	is(good, 9, "nine clocks can be read");
	is(steps, 9, "and have a resolution");
	is(sys2(SYS_clock_getres_time32, 1, 0), 0, "which need not be stored");
	a = now64(CLOCK_MONOTONIC);
	sys2(SYS_clock_gettime32, CLOCK_MONOTONIC, (long)t32);
	b = now64(CLOCK_MONOTONIC);
	ok(a <= t32[0] * NSEC + t32[1] && t32[0] * NSEC + t32[1] <= b, "both widths agree");
	ok(now64(CLOCK_REALTIME) / NSEC > 1600000000, "it is after 2020");
	is(sys2(GETTIME64, 77, (long)t64), -EINVAL, "an unknown clock: EINVAL");
	is(sys2(GETTIME64, 0, KERNEL_ADDRESS), -EFAULT, "a bad pointer: EFAULT");
	is(sys2(SYS_clock_gettime32, 0, 0), -EFAULT, "the same for 32 bits");
}

static void test_cpu_clocks(void)
{
	clockid_t clock = 0;
	long long mine, all, before = now64(CLOCK_MONOTONIC);
	struct tms tms;

	while (now64(CLOCK_MONOTONIC) - before < 60 * MS)
		;
	mine = now64(CLOCK_THREAD_CPUTIME_ID);
	all = now64(CLOCK_PROCESS_CPUTIME_ID);
	ok(mine > 0 && all >= mine, "this thread and its process have used time");
	is(clock_getcpuclockid(0, &clock), 0, "the clock of a process");
	ok(now64(clock) >= all, "is its CPU time");
	is(clock_getcpuclockid(1, &clock), 0, "another's");
	ok(now64(clock) >= 0, "can be read");
	ok(clock_getcpuclockid(0x3ffffe, &clock), "nobody has none");
	ok(times(&tms) != (clock_t)-1 && tms.tms_utime + tms.tms_stime >= 0, "times");
	is(sys1(SYS_times, KERNEL_ADDRESS), -EFAULT, "to a bad pointer: EFAULT");
}

static void test_setting(void)
{
	unsigned char timex[256] = { 0 };

	t64[0] = 1, t64[1] = 0;
	is(sys2(SETTIME64, CLOCK_MONOTONIC, (long)t64), -EINVAL, "the monotonic clock is not set");
	is(sys2(SETTIME64, 77, (long)t64), -EINVAL, "nor an unknown one");
	is(sys2(SETTIME64, CLOCK_REALTIME, KERNEL_ADDRESS), -EFAULT, "nor from a bad pointer");
	t64[1] = NSEC;
	is(sys2(SETTIME64, CLOCK_REALTIME, (long)t64), -EINVAL, "nor to no date");
	t64[0] = 10000000000, t64[1] = 0;
	is(sys2(SETTIME64, CLOCK_REALTIME, (long)t64), -EINVAL, "nor to the year 2286");
	t32[0] = 5, t32[1] = 1000000;
	is(sys2(SYS_settimeofday_time32, (long)t32, 0), -EINVAL, "a million microseconds: EINVAL");
	ok(sys1(SYS_adjtimex, (long)timex) >= 0, "adjtimex reads");
	is(sys1(SYS_adjtimex, KERNEL_ADDRESS), -EFAULT, "not to a bad pointer");
	ok(sys2(ADJTIME64, 0, (long)timex) >= 0, "nor in 64 bits");
	is(sys2(ADJTIME64, 77, (long)timex), -EINVAL, "an unknown clock");
	is(sys2(ADJTIME64, CLOCK_BOOTTIME, (long)timex), -EOPNOTSUPP, "one that is not set");
	is(sys2(ADJTIME64, CPU_CLOCK(0, 2), (long)timex), -EOPNOTSUPP, "nor is CPU time");
	is(sys2(ADJTIME64, CPU_CLOCK(0, 3), (long)timex), -EINVAL, "and files are no clocks");
	t64[0] = 0, t64[1] = NSEC;
	is(sys2(SETTIME64, CPU_CLOCK(0, 2), (long)t64), -EPERM, "no time for a clock nobody sets");
	t32[0] = 16 * 60;
	is(sys2(SYS_settimeofday_time32, 0, (long)t32), -EINVAL, "a time zone too far west");
	t32[0] = -16 * 60;
	is(sys2(SYS_settimeofday_time32, 0, (long)t32), -EINVAL, "or east");
	t32[0] = 0;
	is(sys1(SYS_stime, (long)t32), 0, "stime says nothing of a date that cannot be");
	ok(now64(CLOCK_REALTIME) / NSEC > 1600000000, "but it is not set");
}

static int user_sets(void *arg)
{
	unsigned char timex[256] = { 0 };

	if (sys1(SYS_setuid32, 1000))
		return 1;
	t64[0] = 2000000000, t64[1] = 0;
	if (sys2(SETTIME64, CLOCK_REALTIME, (long)t64) != -EPERM)
		return 2;
	t32[0] = 2000000000, t32[1] = 0;
	if (sys2(SYS_settimeofday_time32, (long)t32, 0) != -EPERM)
		return 3;
	timex[1] = 1;		/* ADJ_SETOFFSET */
	return sys1(SYS_adjtimex, (long)timex) == -EPERM ? 0 : 4;
}

static void on_alarm(int sig)
{
}

static void test_sleeping(void)
{
	struct sigaction act = { .sa_handler = on_alarm };
	struct itimerval timer = { { 0, 0 }, { 0, 50000 } };
	long long before = now64(CLOCK_MONOTONIC), left[2] = { 0, 0 };

	t64[0] = 0, t64[1] = 15 * MS;
	is(sys4(SLEEP64, CLOCK_MONOTONIC, 0, (long)t64, 0), 0, "sleep in 64 bits");
	ok(now64(CLOCK_MONOTONIC) - before >= 15 * MS, "long enough");
	t32[0] = 0, t32[1] = 15 * MS;
	before = now64(CLOCK_MONOTONIC);
	is(sys4(SYS_clock_nanosleep_time32, CLOCK_BOOTTIME, 0, (long)t32, 0), 0, "and in 32");
	ok(now64(CLOCK_MONOTONIC) - before >= 15 * MS, "long enough, too");
	t64[0] = 0, t64[1] = NSEC;
	is(sys4(SLEEP64, 0, 0, (long)t64, 0), -EINVAL, "too many nanoseconds: EINVAL");
	t64[0] = -1, t64[1] = 0;
	is(sys4(SLEEP64, 0, 0, (long)t64, 0), -EINVAL, "a negative time: EINVAL");
	is(sys4(SLEEP64, 0, 0, KERNEL_ADDRESS, 0), -EFAULT, "a bad pointer: EFAULT");
	is(sys4(SLEEP64, CLOCK_REALTIME_ALARM, 0, KERNEL_ADDRESS, 0), -EFAULT,
	   "for an alarm clock, too");
	is(sys4(SLEEP64, CLOCK_REALTIME_ALARM, 0, (long)t64, 0), -EINVAL, "nor a bad time");
	is(sys4(SLEEP64, 77, 0, (long)left, 0), -EINVAL, "an unknown clock: EINVAL");
	is(sys4(SLEEP64, CLOCK_MONOTONIC_RAW, 0, KERNEL_ADDRESS, 0), -EOPNOTSUPP,
	   "one that is only read");
	sigaction(SIGALRM, &act, NULL);
	setitimer(ITIMER_REAL, &timer, NULL);
	t64[0] = 10, t64[1] = 0;
	is(sys4(SLEEP64, CLOCK_REALTIME, 0, (long)t64, (long)left), -EINTR, "a handler ends it");
	ok(left[0] == 9 && left[1] > 0, "and what is left is told");
	t64[0] = now64(CLOCK_REALTIME) / NSEC - 5;
	is(sys4(SLEEP64, CLOCK_REALTIME, TIMER_ABSTIME, (long)t64, 0), 0, "a date gone by");
}

/* ------------------------------------------------------------------ sleeping by CPU time */

static volatile int computer, stop;

static int compute(void *arg)
{
	(void)arg;
	computer = sys0(SYS_gettid);
	while (!stop)
		;
	return 0;
}

static long sleep_ms(long clock, int flags, long ms, long long *left)
{
	t64[0] = ms / 1000, t64[1] = ms % 1000 * MS;
	return sys4(SLEEP64, clock, flags, (long)t64, (long)left);
}

static void test_cpu_sleep_errors(void)
{
	pid_t me = getpid();

	is(sleep_ms(CLOCK_THREAD_CPUTIME_ID, 0, 10, NULL), -EOPNOTSUPP, "not by one's own time");
	is(sys4(SLEEP64, CLOCK_THREAD_CPUTIME_ID, 0, KERNEL_ADDRESS, 0), -EOPNOTSUPP,
	   "whatever the time is");
	is(sleep_ms(CPU_CLOCK(0, 6), 0, 10, NULL), -EINVAL, "nor by its other name");
	is(sleep_ms(CPU_CLOCK(me, 6), TIMER_ABSTIME, 0, NULL), -EINVAL, "nor by its full name");
	is(sleep_ms(CPU_CLOCK(1, 6), 0, 10, NULL), -EINVAL, "nor by a stranger's thread");
	is(sleep_ms(CPU_CLOCK(0x3ffffe, 2), 0, 10, NULL), -EINVAL, "nor by nobody's");
	is(sleep_ms(CPU_CLOCK(0, 3), 0, 10, NULL), -EOPNOTSUPP, "nor by a file's");
	is(sys4(SLEEP64, CLOCK_PROCESS_CPUTIME_ID, 0, KERNEL_ADDRESS, 0), -EFAULT, "a bad time");
	is(sleep_ms(CLOCK_PROCESS_CPUTIME_ID, TIMER_ABSTIME, 0, NULL), 0, "a time gone by");
	t64[0] = 1, t64[1] = 0;
	is(sys2(SETTIME64, CPU_CLOCK(me, 2), (long)t64), -EPERM, "nobody sets such a clock");
	is(sys2(SETTIME64, CPU_CLOCK(0x3ffffe, 2), (long)t64), -EINVAL, "nor one that is not");
	is(sys2(SETTIME64, CPU_CLOCK(me, 2), KERNEL_ADDRESS), -EFAULT, "nor to nothing");
}

/* A process of one thread that sleeps uses none: only a signal ends that. */
static void test_cpu_sleep_alone(void)
{
	struct itimerval timer = { { 0, 0 }, { 0, 50000 } };
	long long rem[2] = { -1, -1 };

	setitimer(ITIMER_REAL, &timer, NULL);
	is(sleep_ms(CLOCK_PROCESS_CPUTIME_ID, 0, 5000, rem), -EINTR, "asleep, it stands still");
	ok((rem[0] == 4 && rem[1] > 900 * MS) || (rem[0] == 5 && !rem[1]), "so all is left");
	setitimer(ITIMER_REAL, &timer, NULL);
	is(sleep_ms(CLOCK_PROCESS_CPUTIME_ID, TIMER_ABSTIME, 100000, rem), -EINTR, "or until then");
	setitimer(ITIMER_REAL, &timer, NULL);
	is(sleep_ms(CLOCK_PROCESS_CPUTIME_ID, 0, 5000, (void *)KERNEL_ADDRESS), -EFAULT,
	   "what is left goes nowhere");
}

static void test_cpu_sleep_thread(void)
{
	static struct thread t;
	struct itimerval timer = { { 0, 0 }, { 0, 50000 } };
	long long before;
	long clock;

	thread_start(&t, compute, NULL, CLONE_THREAD | CLONE_SYSVSEM);
	while (!computer)
		sleep_ms(CLOCK_MONOTONIC, 0, 1, NULL);
	clock = CPU_CLOCK(computer, 6);
	before = now64(clock);
	is(sleep_ms(clock, 0, 30, NULL), 0, "sleep by the time of another thread");
	ok(now64(clock) - before >= 30 * MS, "until it has used that");
	before = now64(clock) / MS + 40;
	is(sleep_ms(clock, TIMER_ABSTIME, before, NULL), 0, "until it will have used so much");
	ok(now64(clock) >= before * MS, "it has");
	before = now64(CLOCK_PROCESS_CPUTIME_ID);
	is(sleep_ms(CLOCK_PROCESS_CPUTIME_ID, 0, 30, NULL), 0, "or by the time of both");
	ok(now64(CLOCK_PROCESS_CPUTIME_ID) - before >= 30 * MS, "which goes on as well");
	before = now64(CPU_CLOCK(0, 1));
	is(sleep_ms(CPU_CLOCK(0, 1), 0, 30, NULL), 0, "or what they computed");
	ok(now64(CPU_CLOCK(0, 1)) - before >= 30 * MS, "in user mode");
	is(sys2(GETTIME64, CPU_CLOCK(computer, 2), (long)t64), -EINVAL, "it is no process");

	setitimer(ITIMER_REAL, &timer, NULL);
	stop = 1;
	is(sleep_ms(clock, 0, 50000, NULL), -EINTR, "when it ends, its time stands still");
	is(sleep_ms(clock, 0, 10, NULL), -EINVAL, "then there is none");
	thread_join(&t);
}

static int reads_own_as_process(void *arg)
{
	long me = sys0(SYS_gettid);

	(void)arg;
	computer = sys2(GETTIME64, CPU_CLOCK(me, 2), (long)t64) == 0 &&
		   sys2(GETRES64, CPU_CLOCK(me, 2), (long)t64) == -EINVAL;
	return 0;
}

static void test_own_number(void)
{
	static struct thread t;

	thread_start(&t, reads_own_as_process, NULL, CLONE_THREAD | CLONE_SYSVSEM);
	thread_join(&t);
	ok(computer == 1, "a thread reads the time of all by its own number");
}

static int sleeps_by_parent(void *arg)
{
	(void)arg;
	return sleep_ms(CPU_CLOCK(getppid(), 2), 0, 60, NULL) != 0;
}

/* A stop does not end it: the call goes on by itself. */
static void test_cpu_sleep_restart(void)
{
	long long before = now64(CLOCK_PROCESS_CPUTIME_ID);
	pid_t child = fork();
	int status = -1;

	if (child == 0)
		_exit(sleeps_by_parent(NULL));
	sleep_ms(CLOCK_MONOTONIC, 0, 50, NULL);
	kill(child, SIGSTOP);
	waitpid(child, &status, WUNTRACED);
	ok(WIFSTOPPED(status), "a child, stopped while it sleeps by its parent's time");
	kill(child, SIGCONT);
	sleep_ms(CLOCK_MONOTONIC, 0, 50, NULL);
	is(waitpid(child, &status, WNOHANG), 0, "and continued, sleeps on");
	while (!waitpid(child, &status, WNOHANG))	/* on a busy machine it may begin only now */
		;
	exits(status, 0, "until the parent");
	ok(now64(CLOCK_PROCESS_CPUTIME_ID) - before >= 60 * MS, "has used it");
}

int main(void)
{
	plan(81);
	test_reading();
	test_cpu_clocks();
	test_setting();
	exits(in_child(user_sets, NULL), 0, "users do not set the clock");
	test_sleeping();
	test_cpu_sleep_errors();
	test_cpu_sleep_alone();
	test_cpu_sleep_thread();
	test_own_number();
	test_cpu_sleep_restart();
	return done();
}
