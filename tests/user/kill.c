/* SPDX-License-Identifier: MIT */
/* kill and the default actions of signals; ignored and blocked signals. No handlers here. */
#define _GNU_SOURCE
#include "tap.h"

#include <sched.h>
#include <time.h>

#include "rawsys.h"
#include "thread.h"

static volatile int *shared;

static int sleep_long(void *arg)
{
	struct timespec forever = { 1000, 0 };

	(void)arg;
	shared[0] = 1;
	nanosleep(&forever, NULL);
	return 1;
}

static int spin(void *arg)
{
	(void)arg;
	shared[0] = 1;
	while (shared[0])
		;
	return 1;
}

static int spin_in_calls(void *arg)
{
	(void)arg;
	shared[0] = 1;
	while (shared[0])
		sched_yield();
	return 1;
}

/* The grandchild must not outlive the test: it ends when its parent is gone. */
static int wait_for_child(void *arg)
{
	struct timespec pause = { 0, 1000000 };
	pid_t me = getpid();

	(void)arg;
	if (fork() == 0) {
		shared[0] = 1;
		while (getppid() == me)
			nanosleep(&pause, NULL);
		_exit(0);
	}
	wait(NULL);
	return 1;
}

static int ignore_term(void *arg)
{
	signal(SIGTERM, SIG_IGN);
	return sleep_long(arg);
}

/* start - a child running fn; returns when it says it runs. */
static pid_t start(int (*fn)(void *))
{
	pid_t pid;

	shared[0] = 0;
	pid = fork();
	if (pid == 0)
		_exit(fn(NULL));
	while (!shared[0])
		sched_yield();
	return pid;
}

static int end_of(pid_t pid)
{
	int status;

	return waitpid(pid, &status, 0) == pid ? status : -1;
}

static void test_kill(void)
{
	pid_t pid = start(sleep_long);

	is(kill(pid, 0), 0, "signal 0 only asks whether the process is there");
	is(kill(pid, SIGTERM), 0, "SIGTERM is sent");
	killed_by(end_of(pid), SIGTERM, "it ends a sleeping process");
	fails(kill(pid, 0), ESRCH, "which then is not there: ESRCH");
	pid = start(spin);
	kill(pid, SIGTERM);
	killed_by(end_of(pid), SIGTERM, "it ends one in a busy loop");
	pid = start(spin_in_calls);
	kill(pid, SIGKILL);
	killed_by(end_of(pid), SIGKILL, "SIGKILL ends one making system calls");
	pid = start(wait_for_child);
	kill(pid, SIGINT);
	killed_by(end_of(pid), SIGINT, "SIGINT ends one in wait");
}

static void test_defaults(void)
{
	static const int deadly[] = { SIGHUP, SIGQUIT, SIGUSR1, SIGALRM, SIGPIPE, SIGSEGV };
	int good = 0;
	pid_t pid;

	for (int i = 0; i < 6; i++) {
		int status;

		pid = start(sleep_long);
		kill(pid, deadly[i]);
		status = end_of(pid);
		good += WIFSIGNALED(status) && WTERMSIG(status) == deadly[i];
	}
	is(good, 6, "six other signals end a process by default");
	pid = start(spin_in_calls);
	is(kill(pid, SIGCHLD) | kill(pid, SIGWINCH) | kill(pid, SIGURG) | kill(pid, SIGCONT), 0,
	   "SIGCHLD, SIGWINCH, SIGURG and SIGCONT are sent");
	is(waitpid(pid, NULL, WNOHANG), 0, "and do not end it");
	kill(pid, SIGKILL);
	killed_by(end_of(pid), SIGKILL, "SIGKILL does");
}

static void test_ignored(void)
{
	struct timespec pause = { 0, 20000000 };
	pid_t pid = start(ignore_term);

	is(kill(pid, SIGTERM), 0, "an ignored SIGTERM is sent");
	nanosleep(&pause, NULL);
	is(waitpid(pid, NULL, WNOHANG), 0, "and has no effect");
	kill(pid, SIGKILL);
	killed_by(end_of(pid), SIGKILL, "SIGKILL has");
	fails(signal(SIGKILL, SIG_IGN) == SIG_ERR ? -1 : 0, EINVAL, "SIGKILL cannot be ignored");
	fails(signal(SIGSTOP, SIG_IGN) == SIG_ERR ? -1 : 0, EINVAL, "nor SIGSTOP");
}

static int block_and_kill(void *unblock)
{
	sigset_t set, pending;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	kill(getpid(), SIGTERM);
	sigprocmask(SIG_BLOCK, NULL, &pending);
	if (!sigismember(&pending, SIGTERM) || sigismember(&pending, SIGINT))
		return 2;
	if (unblock)
		sigprocmask(SIG_UNBLOCK, &set, NULL);
	return 6;
}

static int kill_self(void *arg)
{
	kill(getpid(), (long)arg);
	return 0;
}

static int ignored_fault(void *arg)
{
	signal(SIGSEGV, SIG_IGN);
	return read_byte(arg);
}

static void test_self(void)
{
	exits(in_child(block_and_kill, NULL), 6, "a blocked signal waits");
	killed_by(in_child(block_and_kill, "unblock"), SIGTERM, "until it is unblocked");
	killed_by(in_child(kill_self, (void *)SIGKILL), SIGKILL, "a process can kill itself");
	exits(in_child(kill_self, (void *)SIGCHLD), 0, "or send itself what is ignored");
	killed_by(in_child(ignored_fault, (void *)KERNEL_ADDRESS), SIGSEGV,
		  "a fault ends the process even if SIGSEGV is ignored");
}

/* A process that ignores SIGCHLD has no zombies: wait lasts until all children are gone. */
static int ignore_children(void *arg)
{
	(void)arg;
	signal(SIGCHLD, SIG_IGN);
	for (int i = 0; i < 3; i++)
		if (fork() == 0)
			_exit(i);
	errno = 0;
	return !(wait(NULL) == -1 && errno == ECHILD);
}

/* Nothing of this process runs on once a thread has been sent what ends it. */
static struct thread other;

static int kill_other(void *sig)
{
	int tid;

	shared[0] = 0;
	tid = thread_start(&other, spin, NULL, CLONE_THREAD);
	while (!shared[0])
		sched_yield();
	shared[1] = 0;
	sys3(SYS_tgkill, getpid(), tid, (long)sig);
	shared[1] = 1;
	return 0;
}

/* Whoever may signal nobody is not told so, as long as he asks for all. */
static int kill_all_as_nobody(void *arg)
{
	setuid(54321);
	return kill(-1, 0);
}

static void test_errors(void)
{
	fails(kill(getpid(), 65), EINVAL, "signal 65: EINVAL");
	fails(kill(getpid(), -1), EINVAL, "signal -1: EINVAL");
	fails(kill(0x7ffffff0, SIGTERM), ESRCH, "no such process: ESRCH");
	is(kill(0, 0), 0, "one's own group is there");
	is(sys4(SYS_rt_sigaction, 65, 0, 0, 8), -EINVAL, "an action for signal 65: EINVAL");
	is(sys4(SYS_rt_sigaction, SIGTERM, 0, 0, 4), -EINVAL,
	   "a signal set of another size: EINVAL");
	is(sys4(SYS_rt_sigprocmask, 77, (long)shared, 0, 8), -EINVAL,
	   "an unknown operation: EINVAL");
}

int main(void)
{
	shared = shared_pages(1);
	plan(34);
	test_kill();
	test_defaults();
	test_ignored();
	test_self();
	killed_by(in_child(kill_other, (void *)SIGTERM), SIGTERM, "SIGTERM to another thread");
	is(shared[1], 0, "ends this one at once");
	killed_by(in_child(kill_other, (void *)SIGKILL), SIGKILL, "SIGKILL");
	is(shared[1], 0, "does, too");
	exits(in_child(kill_all_as_nobody, NULL), 0, "-1: no EPERM");
	exits(in_child(ignore_children, NULL), 0, "ignoring SIGCHLD: no zombies, ECHILD");
	test_errors();
	return done();
}
