/* SPDX-License-Identifier: MIT */
/* Stopping and continuing, of processes with one and with several threads; orphaned groups. */
#define _GNU_SOURCE
#include "tap.h"

#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <time.h>

#include "rawsys.h"

static volatile int *shared;

static void sleep_ms(int ms)
{
	struct timespec ts = { ms / 1000, ms % 1000 * 1000000 };

	nanosleep(&ts, NULL);
}

static pid_t counter(int sig, void (*handler)(int))
{
	pid_t pid;

	shared[0] = 0;
	pid = fork();
	if (pid == 0) {
		if (sig)
			signal(sig, handler);
		setpgid(0, 0);
		for (;;) {
			shared[0]++;
			sched_yield();
		}
	}
	while (!shared[0])
		sched_yield();
	return pid;
}

static int runs(void)
{
	int before = shared[0];

	sleep_ms(30);
	return shared[0] != before;
}

static void end(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static void test_stop(void)
{
	static const int stops[] = { SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU };
	pid_t pid = counter(0, NULL);
	int status, right = 0, stopped = 0, went_on = 0, reported = 0;

	ok(runs(), "the child runs");
	for (unsigned int i = 0; i < 4; i++) {
		kill(pid, stops[i]);
		waitpid(pid, &status, WUNTRACED);
		right += WIFSTOPPED(status) && WSTOPSIG(status) == stops[i];
		stopped += !runs();
		kill(pid, SIGCONT);
		reported += waitpid(pid, &status, WCONTINUED) == pid && WIFCONTINUED(status);
		went_on += runs();
	}
	is(right, 4, "four signals stop it, and waitpid tells which");
	is(stopped, 4, "then it does not run");
	is(reported, 4, "SIGCONT is told");
	is(went_on, 4, "and it runs again");
	is(waitpid(pid, &status, WNOHANG | WUNTRACED | WCONTINUED), 0, "each is told once");
	kill(pid, SIGSTOP);
	waitpid(pid, &status, WUNTRACED);
	kill(pid, SIGTERM);
	sleep_ms(20);
	is(waitpid(pid, &status, WNOHANG), 0, "a stopped process does not die of SIGTERM");
	kill(pid, SIGCONT);
	killed_by(waitpid(pid, &status, 0) == pid ? status : -1, SIGTERM, "until it goes on");

	pid = counter(0, NULL);
	kill(pid, SIGSTOP);
	waitpid(pid, &status, WUNTRACED);
	kill(pid, SIGKILL);
	killed_by(waitpid(pid, &status, 0) == pid ? status : -1, SIGKILL, "but of SIGKILL at once");
}

static void count_continues(int sig)
{
	(void)sig;
	shared[1]++;
}

static void test_handled(void)
{
	pid_t pid = counter(SIGTSTP, SIG_IGN);
	int status;

	kill(pid, SIGTSTP);
	ok(runs(), "SIGTSTP can be ignored");
	end(pid);
	shared[1] = 0;
	pid = counter(SIGTSTP, count_continues);
	kill(pid, SIGTSTP);
	sleep_ms(20);
	ok(shared[1] == 1 && runs(), "or handled");
	end(pid);
	shared[1] = 0;
	pid = counter(SIGCONT, count_continues);
	kill(pid, SIGSTOP);
	waitpid(pid, &status, WUNTRACED);
	kill(pid, SIGCONT);
	sleep_ms(20);
	ok(shared[1] == 1 && runs(), "a handler of SIGCONT runs after it has continued");
	end(pid);
}

/* Calls that wait for WAIT_MS; 0: its end has come as it should. */
#define WAIT_MS 600

static int by_nanosleep(void)
{
	struct timespec ts = { 0, WAIT_MS * 1000000 };

	return nanosleep(&ts, NULL);
}

static int by_clock_nanosleep(void)
{
	struct timespec ts = { 0, WAIT_MS * 1000000 };

	return clock_nanosleep(CLOCK_MONOTONIC, 0, &ts, NULL);
}

static int by_poll(void)
{
	struct pollfd none = { -1, POLLIN, 0 };

	return poll(&none, 1, WAIT_MS);
}

static int by_futex(void)
{
	long ts[2] = { 0, WAIT_MS * 1000000 };
	int word = 1;

	return sys6(SYS_futex, (long)&word, 0, 1, (long)ts, 0, 0) != -ETIMEDOUT;
}

static long long now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000LL + ts.tv_nsec / 1000000;
}

static const struct {
	const char *name;
	int (*wait)(void);
} waits[] = {
	{ "nanosleep", by_nanosleep }, { "clock_nanosleep", by_clock_nanosleep },
	{ "poll", by_poll }, { "a futex wait", by_futex },
};

#define NR_WAITS 4

/* A call that was waiting when it stopped waits on to its end, and not all over again. */
static void test_restart(void)
{
	pid_t pid[NR_WAITS];
	int status;

	for (int i = 0; i < NR_WAITS; i++) {
		long long begin = now_ms();

		pid[i] = fork();
		if (pid[i] == 0) {
			status = waits[i].wait();
			begin = now_ms() - begin;
			_exit(status ? 1 : begin < WAIT_MS ? 2 : begin >= 3 * WAIT_MS ? 3 : 0);
		}
	}
	sleep_ms(WAIT_MS / 6);
	for (int i = 0; i < NR_WAITS; i++)
		kill(pid[i], SIGSTOP);
	sleep_ms(2 * WAIT_MS);
	for (int i = 0; i < NR_WAITS; i++)
		kill(pid[i], SIGCONT);
	for (int i = 0; i < NR_WAITS; i++) {
		char name[80];

		waitpid(pid[i], &status, 0);
		snprintf(name, sizeof(name), "%s that was stopped ends in its time", waits[i].name);
		exits(status, 0, name);
	}
}

/* ---- threads ---- */

static int thread(void *arg)
{
	volatile int *n = arg;

	for (;;) {
		++*n;
		sched_yield();
	}
	return 0;
}

static void test_threads(void)
{
	pid_t pid;
	int status, a, b, waited = 0;

	shared[0] = shared[1] = shared[2] = 0;
	pid = fork();
	if (pid == 0) {
		for (int i = 1; i <= 2; i++) {
			char *stack = map(4, PROT_READ | PROT_WRITE, MAP_PRIVATE);

			clone(thread, stack + 4 * PAGE, CLONE_VM | CLONE_SIGHAND | CLONE_THREAD |
			      CLONE_FS | CLONE_FILES, (void *)&shared[i]);
		}
		thread((void *)&shared[0]);
	}
	while (!shared[0] || !shared[1] || !shared[2])
		sched_yield();
	kill(pid, SIGSTOP);
	waited = waitpid(pid, &status, WUNTRACED) == pid && WIFSTOPPED(status);
	ok(waited, "a process with three threads stops");
	a = shared[1];
	b = shared[2];
	ok(!runs() && shared[1] == a && shared[2] == b, "all three");
	kill(pid, SIGCONT);
	sleep_ms(30);
	ok(runs() && shared[1] != a && shared[2] != b, "and all go on");
	kill(pid, SIGKILL);
	killed_by(waitpid(pid, &status, 0) == pid ? status : -1, SIGKILL, "and die");
}

/* ---- orphaned groups ---- */

static void note_signal(int sig)
{
	shared[sig == SIGHUP ? 3 : 4]++;
}

/* Session leader: a member in a group of its own, stopped, is orphaned when this one exits. */
static int orphan_maker(void *arg)
{
	pid_t child;
	int status;

	(void)arg;
	setsid();
	child = fork();
	if (child == 0) {
		setpgid(0, 0);
		signal(SIGHUP, note_signal);
		signal(SIGCONT, note_signal);
		raise(SIGSTOP);
		shared[5] = 1;
		kill(getpid(), SIGTSTP);	/* does not stop an orphaned group */
		shared[6] = 1;
		_exit(0);
	}
	waitpid(child, &status, WUNTRACED);
	return !WIFSTOPPED(status);
}

static void test_orphans(void)
{
	shared[3] = shared[4] = shared[5] = shared[6] = 0;
	exits(in_child(orphan_maker, NULL), 0, "the last outside parent of a stopped group exits");
	for (int i = 0; i < 200 && !shared[6]; i++)
		sleep_ms(5);
	is(shared[3], 1, "the group gets SIGHUP");
	is(shared[4], 1, "and SIGCONT");
	ok(shared[5], "so that it goes on");
	ok(shared[6], "SIGTSTP does not stop an orphaned group");
}

static void *sleep_on(void *arg)
{
	for (;;)
		pause();
	return arg;
}

/* stops_soon - does waitpid() say so within two seconds? */
static int stops_soon(pid_t pid)
{
	struct timespec tick = { 0, 10000000 };
	int status;

	for (int i = 0; i < 200; i++) {
		if (waitpid(pid, &status, WUNTRACED | WNOHANG) == pid)
			return WIFSTOPPED(status);
		nanosleep(&tick, NULL);
	}
	return 0;
}

/* The next stop begins before the threads have left the one before. */
static void test_threads_stop_again(void)
{
	struct timespec moment = { 0, 20000000 };
	pthread_t thread;
	int stops = 0;
	pid_t pid = fork();

	if (pid == 0) {
		pthread_create(&thread, NULL, sleep_on, NULL);
		sleep_on(NULL);
	}
	nanosleep(&moment, NULL);
	kill(pid, SIGSTOP);
	ok(stops_soon(pid), "two threads stop");
	for (int i = 0; i < 5; i++) {
		kill(pid, SIGCONT);
		kill(pid, SIGSTOP);
		stops += stops_soon(pid);
	}
	is(stops, 5, "and again each time, although they had no time to continue");
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

int main(void)
{
	shared = shared_pages(1);
	plan(27);
	test_threads_stop_again();
	test_stop();
	test_handled();
	test_restart();
	test_threads();
	test_orphans();
	return done();
}
