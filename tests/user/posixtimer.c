/* SPDX-License-Identifier: MIT */
/* timer_create and its like. */
#define _GNU_SOURCE
#include "tap.h"

#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>

#include "thread.h"

/* The kernel's timers are numbers; C libraries wrap them. Thread identifiers are in _sigev_un. */
struct event {
	int value, signo, notify, tid;
	int pad[12];
};

struct spec {
	struct { int sec, nsec; } interval, value;
};

struct spec64 {
	struct { long long sec, nsec; } interval, value;
};

#define MS 1000000

static volatile int count, code, value, id_seen;

static void note(int sig, siginfo_t *info, void *context)
{
	(void)sig;
	(void)context;
	count++;
	code = info->si_code;
	value = info->si_value.sival_int;
	id_seen = info->si_timerid;
}

static void catch(int sig)
{
	struct sigaction act = { .sa_sigaction = note, .sa_flags = SA_SIGINFO };

	sigaction(sig, &act, NULL);
	count = 0;
}

static long create(int clock, const struct event *event, int *id)
{
	return sys3(SYS_timer_create, clock, (long)event, (long)id);
}

static long settime(int id, int flags, const struct spec *new, struct spec *old)
{
	return sys4(SYS_timer_settime32, id, flags, (long)new, (long)old);
}

static void wait_for(int n)
{
	struct timespec tick = { 0, 5 * MS };

	for (int i = 0; count < n && i < 400; i++)
		nanosleep(&tick, NULL);
}

static void test_once(void)
{
	struct event event = { .value = 1234, .signo = SIGUSR1, .notify = SIGEV_SIGNAL };
	struct spec once = { { 0, 0 }, { 0, 30 * MS } }, old, now;
	int id = -1;

	catch(SIGUSR1);
	is(create(CLOCK_MONOTONIC, &event, &id), 0, "timer_create");
	is(settime(id, 0, &once, &old), 0, "timer_settime");
	ok(!old.value.sec && !old.value.nsec, "it was not set");
	sys2(SYS_timer_gettime32, id, (long)&now);
	ok(now.value.nsec > 0 && now.value.nsec <= 30 * MS, "timer_gettime: what is left");
	wait_for(1);
	is(count, 1, "its signal comes");
	ok(code == SI_TIMER && value == 1234 && id_seen == id, "with SI_TIMER, the value, the id");
	sys2(SYS_timer_gettime32, id, (long)&now);
	ok(!now.value.sec && !now.value.nsec, "then it is off");
	is(sys1(SYS_timer_getoverrun, id), 0, "nothing was missed");
	is(sys1(SYS_timer_delete, id), 0, "timer_delete");
	is(sys1(SYS_timer_delete, id), -EINVAL, "which is then gone");
}

static void test_repeat(void)
{
	struct event event = { .value = 5, .signo = SIGRTMIN + 1, .notify = SIGEV_SIGNAL };
	struct spec repeat = { { 0, 20 * MS }, { 0, 20 * MS } };
	struct timespec pause = { 0, 200 * MS }, none = { 0, 0 };
	siginfo_t info;
	sigset_t set;
	int id = -1;

	catch(SIGRTMIN + 1);
	create(CLOCK_REALTIME, &event, &id);
	settime(id, 0, &repeat, NULL);
	wait_for(3);
	ok(count >= 3, "a timer that repeats");
	sigemptyset(&set);
	sigaddset(&set, SIGRTMIN + 1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	nanosleep(&pause, NULL);
	is(sigtimedwait(&set, &info, &none), SIGRTMIN + 1, "blocked, it is queued");
	ok(info.si_overrun >= 5 && info.si_overrun <= 13, "what was missed is counted");
	is(sys1(SYS_timer_getoverrun, id), info.si_overrun, "timer_getoverrun says the same");
	sys1(SYS_timer_delete, id);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
}

/* Signals that have not been taken when their timer is set again or deleted. */
static void test_pending(void)
{
	struct event event = { .value = 8, .signo = SIGUSR1, .notify = SIGEV_SIGNAL };
	struct spec once = { { 0, 0 }, { 0, 10 * MS } }, off = { { 0, 0 }, { 0, 0 } };
	struct timespec pause = { 0, 40 * MS }, none = { 0, 0 };
	siginfo_t info;
	sigset_t set;
	int id[2];

	catch(SIGUSR1);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	for (int i = 0; i < 2; i++) {
		create(CLOCK_MONOTONIC, &event, &id[i]);
		settime(id[i], 0, &once, NULL);
	}
	kill(getpid(), SIGUSR1);
	nanosleep(&pause, NULL);
	for (int i = 0; i < 3; i++)
		is(sigtimedwait(&set, &info, &none), SIGUSR1, "of kill() and of each timer");
	ok(info.si_code == SI_TIMER && info.si_value.sival_int == 8, "with what it tells");
	fails(sigtimedwait(&set, &info, &none), EAGAIN, "no other");
	settime(id[0], 0, &once, NULL);
	settime(id[1], 0, &once, NULL);
	nanosleep(&pause, NULL);
	settime(id[0], 0, &off, NULL);
	sys1(SYS_timer_delete, id[1]);
	fails(sigtimedwait(&set, &info, &none), EAGAIN, "timer stopped, timer deleted: none");
	settime(id[0], 0, &once, NULL);
	nanosleep(&pause, NULL);
	settime(id[0], 0, &once, NULL);
	nanosleep(&pause, NULL);
	is(sigtimedwait(&set, &info, &none), SIGUSR1, "set again, one");
	is(info.si_overrun, 0, "which has missed none");
	settime(id[0], 0, &once, NULL);
	nanosleep(&pause, NULL);
	sys1(SYS_timer_delete, id[0]);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	is(count, 0, "no handler runs for one that was deleted");
}

/* An interval that is longer than the clock can count to. */
static void test_centuries(void)
{
	struct event event = { .signo = SIGUSR1, .notify = SIGEV_SIGNAL };
	struct spec64 once = { { 1LL << 45, 0 }, { 0, 20 * MS } }, now;
	int id = -1;

	catch(SIGUSR1);
	create(CLOCK_MONOTONIC, &event, &id);
	is(sys4(SYS_timer_settime64, id, 0, (long)&once, 0), 0, "again after a million years");
	wait_for(1);
	is(count, 1, "it comes once");
	sys2(SYS_timer_gettime64, id, (long)&now);
	ok(now.value.sec > 1000000000, "the next time is far");
	sys1(SYS_timer_delete, id);
}

static void test_kinds(void)
{
	struct event none = { .notify = SIGEV_NONE };
	struct event thread = { .signo = SIGUSR1, .notify = SIGEV_THREAD_ID };
	struct spec once = { { 0, 0 }, { 0, 20 * MS } }, now;
	struct timespec pause = { 0, 60 * MS }, ts;
	int id = -1;

	catch(SIGUSR1);
	create(CLOCK_MONOTONIC, &none, &id);
	settime(id, 0, &once, NULL);
	nanosleep(&pause, NULL);
	sys2(SYS_timer_gettime32, id, (long)&now);
	ok(!count && !now.value.sec && !now.value.nsec, "SIGEV_NONE: it expires, and that is all");
	sys1(SYS_timer_delete, id);

	thread.tid = sys0(SYS_gettid);
	is(create(CLOCK_MONOTONIC, &thread, &id), 0, "SIGEV_THREAD_ID");
	clock_gettime(CLOCK_MONOTONIC, &ts);
	once.value.sec = ts.tv_sec;
	once.value.nsec = ts.tv_nsec;
	settime(id, TIMER_ABSTIME, &once, NULL);
	wait_for(1);
	is(count, 1, "a time that has passed: at once");
	sys1(SYS_timer_delete, id);

	catch(SIGALRM);
	is(create(CLOCK_MONOTONIC, NULL, &id), 0, "without an event: SIGALRM");
	once = (struct spec){ { 0, 0 }, { 0, MS } };
	settime(id, 0, &once, NULL);
	wait_for(1);
	ok(count == 1 && value == id, "whose value is the timer's number");
	sys1(SYS_timer_delete, id);
}

static void test_errors(void)
{
	struct event event = { .signo = 65, .notify = SIGEV_SIGNAL };
	struct spec bad = { { 0, 0 }, { 0, 1000 * MS } }, good = { { 0, 0 }, { 100, 0 } };
	int id = -1;

	is(create(CLOCK_MONOTONIC, &event, &id), -EINVAL, "no signal 65");
	is(create(CLOCK_BOOTTIME_ALARM, &event, &id), -EINVAL, "nor by an alarm clock");
	is(create(CLOCK_MONOTONIC_RAW, &event, &id), -EOPNOTSUPP, "before which the clock counts");
	event.signo = SIGUSR1;
	event.notify = 3;
	is(create(CLOCK_MONOTONIC, &event, &id), -EINVAL, "no such kind of event");
	event.notify = SIGEV_THREAD_ID;
	event.tid = 1;
	is(create(CLOCK_MONOTONIC, &event, &id), -EINVAL, "another process's thread");
	event.notify = SIGEV_SIGNAL;
	is(create(99, &event, &id), -EINVAL, "no such clock");
	is(create(CLOCK_MONOTONIC, (void *)KERNEL_ADDRESS, &id), -EFAULT, "a bad event");
	is(create(CLOCK_MONOTONIC, &event, (void *)KERNEL_ADDRESS), -EFAULT, "a bad place");
	is(create(CLOCK_MONOTONIC, &event, &id), 0, "a good one");
	is(settime(id, 0, &bad, NULL), -EINVAL, "a thousand million ns are a second");
	is(settime(id, 0, NULL, NULL), -EINVAL, "no new time");
	is(settime(id, 0, (void *)KERNEL_ADDRESS, NULL), -EFAULT, "a bad time");
	is(settime(id, 0, &good, (void *)KERNEL_ADDRESS), -EFAULT, "a bad old time");
	is(settime(id + 1000, 0, &good, NULL), -EINVAL, "no such timer");
	is(sys2(SYS_timer_gettime32, id + 1000, (long)&good), -EINVAL, "to read either");
	is(sys2(SYS_timer_gettime32, id, KERNEL_ADDRESS), -EFAULT, "a bad place to read to");
	is(sys1(SYS_timer_getoverrun, id + 1000), -EINVAL, "nor to ask what was missed");
}

/* ------------------------------------------------------------------ CPU time */

/* A clock of CPU time: 2 is all of it, 4 makes it a thread's. */
#define CPU_CLOCK(pid, bits) ((int)(~(unsigned int)(pid) << 3 | (bits)))

static long long cpu_time(int clock)
{
	struct timespec ts = { 0, 0 };

	clock_gettime(clock, &ts);
	return ts.tv_sec * 1000000000LL + ts.tv_nsec;
}

static void spin(int ms)
{
	long long end = cpu_time(CLOCK_THREAD_CPUTIME_ID) + (long long)ms * MS;

	while (cpu_time(CLOCK_THREAD_CPUTIME_ID) < end)
		;
}

static int spin_thread(void *arg)
{
	spin((int)(long)arg);
	return 0;
}

static int spin_long(void *arg)
{
	(void)arg;
	spin(60000);
	return 0;
}

static pid_t start_child(int (*fn)(void *))
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(fn(NULL));
	return pid;
}

static void reap(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static long left(int id)
{
	struct spec now = { { -1, -1 }, { -1, -1 } };

	sys2(SYS_timer_gettime32, id, (long)&now);
	return now.value.sec * 1000 + now.value.nsec / MS;
}

static void test_cpu_errors(void)
{
	pid_t child = start_child(spin_long), gone = fork();
	struct { int clock; long result; const char *name; } cases[] = {
		{ CLOCK_MONOTONIC_RAW, -EOPNOTSUPP, "no timers by the raw clock" },
		{ CLOCK_MONOTONIC_COARSE, -EOPNOTSUPP, "nor by a coarse one" },
		{ CLOCK_PROCESS_CPUTIME_ID, 0, "but by CPU time" },
		{ CLOCK_THREAD_CPUTIME_ID, 0, "a thread's, too" },
		{ CPU_CLOCK(0, 1), 0, "or that in user mode" },
		{ CPU_CLOCK(getpid(), 6), 0, "of a certain thread" },
		{ CPU_CLOCK(child, 2), 0, "of another process" },
		{ CPU_CLOCK(child, 6), -EINVAL, "not of another's thread" },
		{ CPU_CLOCK(gone, 2), -EINVAL, "nor of nobody" },
		{ CPU_CLOCK(0, 7), -EINVAL, "there are three kinds" },
		{ CPU_CLOCK(0, 3), -EOPNOTSUPP, "the fourth is that of files" },
	};
	int id;

	if (gone == 0)
		_exit(0);
	waitpid(gone, NULL, 0);
	for (unsigned int i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		id = -1;
		is(create(cases[i].clock, NULL, &id), cases[i].result, cases[i].name);
		sys1(SYS_timer_delete, id);
	}
	is(create(CPU_CLOCK(gone, 2), NULL, (void *)KERNEL_ADDRESS), -EFAULT, "a bad place");
	reap(child);
}

static void test_cpu_once(void)
{
	struct spec once = { { 0, 0 }, { 0, 40 * MS } }, off = { { 7, 0 }, { 0, 0 } }, old;
	struct timespec pause = { 0, 100 * MS };
	long long before;
	int id = -1;

	catch(SIGALRM);
	create(CLOCK_PROCESS_CPUTIME_ID, NULL, &id);
	before = cpu_time(CLOCK_PROCESS_CPUTIME_ID);
	is(settime(id, 0, &once, NULL), 0, "a timer by CPU time");
	nanosleep(&pause, NULL);
	ok(!count && left(id) >= 20, "does not run while the process sleeps");
	while (!count)
		;
	ok(cpu_time(CLOCK_PROCESS_CPUTIME_ID) - before >= 40 * MS, "but while it computes");
	is(left(id), 0, "then it is off");

	before = cpu_time(CLOCK_PROCESS_CPUTIME_ID) + 30 * MS;
	once.value.sec = before / 1000000000;
	once.value.nsec = before % 1000000000;
	settime(id, TIMER_ABSTIME, &once, NULL);
	while (count < 2)
		;
	ok(cpu_time(CLOCK_PROCESS_CPUTIME_ID) >= before, "a time by that clock");
	settime(id, TIMER_ABSTIME, &once, NULL);
	while (count < 3)
		;
	ok(1, "which has passed: at once");

	once = (struct spec){ { 5, 0 }, { 100, 0 } };
	settime(id, 0, &once, NULL);
	is(settime(id, 0, &off, &old), 0, "stopped");
	ok(old.interval.sec == 5 && old.value.sec >= 99 && old.value.sec <= 100, "what was left");
	settime(id, 0, &off, &old);
	ok(!old.interval.sec && !old.value.sec, "the interval is forgotten");
	sys1(SYS_timer_delete, id);
}

static void test_cpu_repeat(void)
{
	struct event event = { .signo = SIGRTMIN + 2, .notify = SIGEV_SIGNAL };
	struct spec repeat = { { 0, 20 * MS }, { 0, 20 * MS } };
	struct timespec none = { 0, 0 };
	siginfo_t info;
	sigset_t set;
	int id = -1;

	sigemptyset(&set);
	sigaddset(&set, SIGRTMIN + 2);
	sigprocmask(SIG_BLOCK, &set, NULL);
	create(CLOCK_THREAD_CPUTIME_ID, &event, &id);
	settime(id, 0, &repeat, NULL);
	spin(200);
	ok(left(id) <= 20, "the next one is near");
	is(sigtimedwait(&set, &info, &none), SIGRTMIN + 2, "one that repeats by CPU time");
	ok(info.si_overrun >= 5 && info.si_overrun <= 13, "with what was missed");
	is(sys1(SYS_timer_delete, id), 0, "is deleted while it runs");
}

/* The main thread sleeps while another computes: only the clock of both goes on. */
static void test_cpu_threads(void)
{
	static struct thread t;
	struct event event = { .signo = SIGUSR1, .notify = SIGEV_SIGNAL };
	struct spec once = { { 0, 0 }, { 0, 30 * MS } };
	int all = -1, own = -1;

	catch(SIGUSR1);
	create(CLOCK_PROCESS_CPUTIME_ID, &event, &all);
	event.signo = SIGUSR2;
	create(CLOCK_THREAD_CPUTIME_ID, &event, &own);
	settime(own, 0, &once, NULL);
	settime(all, 0, &once, NULL);
	thread_start(&t, spin_thread, (void *)100, CLONE_THREAD | CLONE_SYSVSEM);
	thread_join(&t);
	is(count, 1, "the process's clock goes on with each of its threads");
	ok(left(own) >= 10, "a thread's only with that");
	sys1(SYS_timer_delete, own);
	sys1(SYS_timer_delete, all);
}

/* A timer by the clock of a child, and what becomes of it when the child has gone. */
static void test_cpu_of_others(void)
{
	struct spec once = { { 0, 0 }, { 0, 30 * MS } }, far = { { 5, 0 }, { 100, 0 } }, now;
	pid_t child = start_child(spin_long);
	int id = -1;

	catch(SIGALRM);
	create(CPU_CLOCK(child, 2), NULL, &id);
	settime(id, 0, &once, NULL);
	wait_for(1);
	is(count, 1, "by a child's CPU time");
	is(settime(id, 0, &far, NULL), 0, "once more");
	reap(child);
	is(settime(id, 0, &far, NULL), -ESRCH, "not when the child has gone");
	is(sys2(SYS_timer_gettime32, id, (long)&now), 0, "it is read");
	ok(!now.value.sec && !now.value.nsec && !now.interval.sec, "as if not set");
	is(sys1(SYS_timer_delete, id), 0, "and deleted");
}

static int exits_with_timers(void *arg)
{
	struct spec soon = { { 0, 10 * MS }, { 0, 10 * MS } };
	struct event event = { .signo = SIGUSR1, .notify = SIGEV_SIGNAL };
	int id;

	(void)arg;
	catch(SIGUSR1);
	for (int clock = 0; clock < 4; clock++) {
		create(clock, &event, &id);
		settime(id, 0, &soon, NULL);
	}
	while (count < 8)
		;
	return 0;
}

/* exec and exit delete timers that are still set; fork does not copy them. */
/* Each timer counts as a signal that is queued; on Linux those of other processes do, too. */
static int too_many_timers(void *arg)
{
	struct rlimit few = { 3, 3 };
	int id, n = 0;

	setrlimit(RLIMIT_SIGPENDING, &few);
	while (n < 9 && !create(CLOCK_MONOTONIC, NULL, &id))
		n++;
	if (n == 9 || create(CLOCK_MONOTONIC, NULL, &id) != -EAGAIN)
		return 1;
	if (n == 0)
		return 0;
	sys1(SYS_timer_delete, id);
	return create(CLOCK_MONOTONIC, NULL, &id) ? 2 : 0;
}

static int forked(void *arg)
{
	struct spec now;

	return sys2(SYS_timer_gettime32, *(int *)arg, (long)&now) != -EINVAL;
}

static int exec_with_timer(void *path)
{
	struct event event = { .signo = SIGKILL, .notify = SIGEV_SIGNAL };
	struct spec soon = { { 0, 0 }, { 0, 50 * MS } };
	int id;

	create(CLOCK_MONOTONIC, &event, &id);
	settime(id, 0, &soon, NULL);
	create(CLOCK_PROCESS_CPUTIME_ID, &event, &id);
	settime(id, 0, &soon, NULL);
	execl(path, "posixtimer", "after-exec", NULL);
	return 99;
}

static int after_exec(void)
{
	struct timespec pause = { 0, 100 * MS };

	spin(100);
	return nanosleep(&pause, NULL);
}

int main(int argc, char **argv)
{
	int id = -1;

	if (argc > 1)
		return after_exec();
	plan(85);
	test_once();
	test_repeat();
	test_pending();
	test_centuries();
	test_kinds();
	test_errors();
	test_cpu_errors();
	test_cpu_once();
	test_cpu_repeat();
	test_cpu_threads();
	test_cpu_of_others();
	exits(in_child(too_many_timers, NULL), 0, "RLIMIT_SIGPENDING: EAGAIN");
	exits(in_child(exits_with_timers, NULL), 0, "timers of all kinds, set at exit");
	create(CLOCK_MONOTONIC, NULL, &id);
	exits(in_child(forked, &id), 0, "a forked child has no timers");
	exits(in_child(exec_with_timer, argv[0]), 0, "nor has the program after exec");
	return done();
}
