/* SPDX-License-Identifier: MIT */
/* Signals with data: real-time queues, sigqueue, sigtimedwait, what SIGCHLD tells. */
#define _GNU_SOURCE
#include "tap.h"

#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>

#include "thread.h"

#define RT (SIGRTMIN + 2)

static siginfo_t seen[16];
static volatile int nr_seen;

static void note(int sig, siginfo_t *info, void *context)
{
	(void)sig;
	(void)context;
	if (nr_seen < 16)
		seen[nr_seen++] = *info;
}

static void catch(int sig)
{
	struct sigaction act = { .sa_sigaction = note, .sa_flags = SA_SIGINFO };

	sigfillset(&act.sa_mask);
	sigaction(sig, &act, NULL);
}

static void set_of(sigset_t *set, int a, int b)
{
	sigemptyset(set);
	sigaddset(set, a);
	sigaddset(set, b);
}

static void test_queue(void)
{
	union sigval value;
	sigset_t set;

	catch(RT);
	catch(RT + 1);
	set_of(&set, RT, RT + 1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	value.sival_int = 100;
	is(sigqueue(getpid(), RT + 1, value), 0, "sigqueue");
	for (int i = 1; i <= 3; i++) {
		value.sival_int = i;
		sigqueue(getpid(), RT, value);
	}
	is(nr_seen, 0, "blocked, they wait");
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	is(nr_seen, 4, "real-time signals wait each for itself");
	ok(seen[0].si_signo == RT && seen[3].si_signo == RT + 1, "the lower number first");
	ok(seen[0].si_value.sival_int == 1 && seen[1].si_value.sival_int == 2 &&
	   seen[2].si_value.sival_int == 3, "those of one number in order");
	is(seen[3].si_value.sival_int, 100, "with their data");
	is(seen[0].si_code, SI_QUEUE, "si_code is SI_QUEUE");
	ok(seen[0].si_pid == getpid() && seen[0].si_uid == getuid(), "si_pid and si_uid");
}

static void test_limit(void)
{
	struct rlimit limit = { 3, 3 };
	union sigval value = { .sival_int = 0 };
	sigset_t set;
	int sent = 0;

	set_of(&set, RT, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	setrlimit(RLIMIT_SIGPENDING, &limit);
	while (sent < 100 && sigqueue(getpid(), RT, value) == 0)
		sent++;
	ok(sent <= 3, "RLIMIT_SIGPENDING limits what waits");
	fails(sigqueue(getpid(), RT, value), EAGAIN, "then sigqueue fails");
	is(kill(getpid(), SIGUSR1), 0, "a standard signal still goes through");
}

static int limit_in_child(void *arg)
{
	(void)arg;
	tap_run = 8;
	test_limit();
	return tap_failed;
}

static void test_errors(void)
{
	siginfo_t info = { .si_code = SI_QUEUE };
	pid_t child = fork();

	if (child == 0) {
		pause();
		_exit(0);
	}
	is(sys3(SYS_rt_sigqueueinfo, child, 65, (long)&info), -EINVAL, "no signal 65");
	is(sys3(SYS_rt_sigqueueinfo, child, 0, (long)&info), 0, "signal 0 only looks");
	is(sys3(SYS_rt_sigqueueinfo, child, RT, KERNEL_ADDRESS), -EFAULT, "bad siginfo");
	info.si_code = SI_USER;
	is(sys3(SYS_rt_sigqueueinfo, child, RT, (long)&info), -EPERM, "nobody can pretend kill()");
	info.si_code = SI_TKILL;
	is(sys3(SYS_rt_sigqueueinfo, child, RT, (long)&info), -EPERM, "nor tkill()");
	info.si_code = SI_QUEUE;
	is(sys4(SYS_rt_tgsigqueueinfo, child, 0, RT, (long)&info), -EINVAL, "no thread 0");
	is(sys4(SYS_rt_tgsigqueueinfo, getpid(), child, RT, (long)&info), -ESRCH,
	   "a thread of another process");
	is(sys4(SYS_rt_tgsigqueueinfo, child, child, 0, (long)&info), 0, "the right one");
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	is(sys3(SYS_rt_sigqueueinfo, child, RT, (long)&info), -ESRCH, "no such process any more");
}

/* What a thread claims about a signal: only to the very thread it is. Signal 0 only asks. */
static long claims[8];

static int second_thread(void *arg)
{
	siginfo_t *info = arg;
	long me = sys0(SYS_gettid), process = sys0(SYS_getpid);

	claims[0] = sys3(SYS_rt_sigqueueinfo, process, 0, (long)info);
	claims[1] = sys3(SYS_rt_sigqueueinfo, me, 0, (long)info);
	claims[2] = sys4(SYS_rt_tgsigqueueinfo, process, process, 0, (long)info);
	claims[3] = sys4(SYS_rt_tgsigqueueinfo, process, me, 0, (long)info);
	claims[4] = sys4(SYS_rt_tgsigqueueinfo, me, me, 0, (long)info);
	claims[5] = sys4(SYS_rt_tgsigqueueinfo, -1, process, 0, (long)info);
	claims[6] = sys3(SYS_rt_sigqueueinfo, me, RT, (long)info);
	return 0;
}

static void test_claims(void)
{
	static const int codes[] = { SI_USER, SI_TKILL, 5 };
	static struct thread t;
	static siginfo_t info;

	catch(RT);
	nr_seen = 0;
	for (int i = 0; i < 3; i++) {
		info.si_code = codes[i];
		thread_start(&t, second_thread, &info, CLONE_THREAD | CLONE_SYSVSEM);
		thread_join(&t);
		is(claims[0], -EPERM, "a thread is not its process");
		is(claims[1], 0, "but itself");
		is(claims[2], -EPERM, "nor another thread of it");
		is(claims[3], 0, "itself, in its process");
		is(claims[4], -ESRCH, "not in one that is none");
		is(claims[5], -EINVAL, "nor in no process");
		is(claims[6], 0, "a signal to itself");
		ok(nr_seen == i + 1 && seen[i].si_code == codes[i], "comes as it was claimed");
	}
	info.si_code = SI_QUEUE;
	thread_start(&t, second_thread, &info, CLONE_THREAD | CLONE_SYSVSEM);
	thread_join(&t);
	ok(!claims[0] && !claims[2], "nothing claimed: to anybody");
}

static void test_timedwait(void)
{
	struct timespec none = { 0, 0 }, soon = { 0, 50000000 }, bad = { 0, 1000000000 };
	struct timespec before, after;
	union sigval value = { .sival_int = 77 };
	siginfo_t info;
	sigset_t set, other;
	pid_t child;

	set_of(&set, RT, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	fails(sigtimedwait(&set, &info, &none), EAGAIN, "sigtimedwait: nothing is pending");
	sigqueue(getpid(), RT, value);
	kill(getpid(), SIGUSR1);
	is(sigtimedwait(&set, &info, &none), SIGUSR1, "the lowest first");
	is(sigtimedwait(&set, &info, NULL), RT, "then the other");
	ok(info.si_value.sival_int == 77 && info.si_code == SI_QUEUE, "with its data");
	clock_gettime(CLOCK_MONOTONIC, &before);
	fails(sigtimedwait(&set, NULL, &soon), EAGAIN, "it waits as long as it should");
	clock_gettime(CLOCK_MONOTONIC, &after);
	ok((after.tv_sec - before.tv_sec) * 1000000000LL + after.tv_nsec - before.tv_nsec >=
	   50000000, "and not less");
	fails(sigtimedwait(&set, NULL, &bad), EINVAL, "a time that is none");
	is(sys4(SYS_rt_sigtimedwait, (long)&set, 0, 0, 4), -EINVAL, "another size of set");
	is(sys4(SYS_rt_sigtimedwait, KERNEL_ADDRESS, 0, 0, 8), -EFAULT, "a bad set");

	child = fork();
	if (child == 0) {
		nanosleep(&soon, NULL);
		sigqueue(getppid(), RT, value);
		_exit(0);
	}
	is(sigwaitinfo(&set, &info), RT, "sigwaitinfo is woken by a blocked signal");
	ok(info.si_pid == child, "from the child");
	waitpid(child, NULL, 0);

	catch(SIGUSR2);
	child = fork();
	if (child == 0) {
		nanosleep(&soon, NULL);
		kill(getppid(), SIGUSR2);
		_exit(0);
	}
	sigemptyset(&other);
	sigaddset(&other, RT);
	nr_seen = 0;
	is(sys4(SYS_rt_sigtimedwait, (long)&other, 0, 0, 8), -EINTR,
	   "a handler of another signal ends the wait");
	is(nr_seen, 1, "after it has run");
	waitpid(child, NULL, 0);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
}

static void wait_for(int n)
{
	struct timespec tick = { 0, 5000000 };

	for (int i = 0; nr_seen < n && i < 400; i++)
		nanosleep(&tick, NULL);
}

/* What the parent hears of a child that stops, goes on, exits or is killed. */
static void test_child(void)
{
	pid_t child = fork();

	if (child == 0) {
		for (;;)
			pause();
	}
	catch(SIGCHLD);
	nr_seen = 0;
	kill(child, SIGSTOP);
	wait_for(1);
	ok(seen[0].si_code == CLD_STOPPED && seen[0].si_status == SIGSTOP, "CLD_STOPPED");
	ok(seen[0].si_pid == child && seen[0].si_signo == SIGCHLD, "of that child");
	kill(child, SIGCONT);
	wait_for(2);
	ok(seen[1].si_code == CLD_CONTINUED && seen[1].si_status == SIGCONT, "CLD_CONTINUED");
	kill(child, SIGTERM);
	wait_for(3);
	ok(seen[2].si_code == CLD_KILLED && seen[2].si_status == SIGTERM, "CLD_KILLED");
	waitpid(child, NULL, 0);
	nr_seen = 0;
	child = fork();
	if (child == 0)
		_exit(42);
	wait_for(1);
	ok(seen[0].si_code == CLD_EXITED && seen[0].si_status == 42, "CLD_EXITED");
	waitpid(child, NULL, 0);
}

static void test_child_flags(void)
{
	struct sigaction act = { .sa_sigaction = note, .sa_flags = SA_SIGINFO | SA_NOCLDSTOP };
	int status;
	pid_t child = fork();

	if (child == 0) {
		for (;;)
			pause();
	}
	sigaction(SIGCHLD, &act, NULL);
	nr_seen = 0;
	kill(child, SIGSTOP);
	waitpid(child, &status, WUNTRACED);
	is(nr_seen, 0, "SA_NOCLDSTOP: no SIGCHLD for a stop");
	ok(WIFSTOPPED(status), "but waitpid sees it");
	kill(child, SIGKILL);
	wait_for(1);
	is(nr_seen, 1, "its death is told");
	waitpid(child, NULL, 0);

	act.sa_flags = SA_SIGINFO | SA_NOCLDWAIT;
	sigaction(SIGCHLD, &act, NULL);
	nr_seen = 0;
	child = fork();
	if (child == 0)
		_exit(0);
	wait_for(1);
	is(nr_seen, 1, "SA_NOCLDWAIT: there is a SIGCHLD");
	fails(waitpid(child, NULL, 0), ECHILD, "but no zombie");
	signal(SIGCHLD, SIG_DFL);
}

int main(void)
{
	plan(68);
	test_queue();
	tap_failed += WEXITSTATUS(in_child(limit_in_child, NULL));
	tap_run += 3;
	test_errors();
	test_claims();
	test_timedwait();
	test_child();
	test_child_flags();
	return done();
}
