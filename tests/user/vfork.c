/* SPDX-License-Identifier: MIT */
/* vfork: the child borrows the parent's memory, and the parent waits for exec or exit. */
#include "tap.h"

#include <sys/prctl.h>
#include <time.h>

static volatile int value, order;

static void test_exit(void)
{
	struct timespec pause = { 0, 20000000 };
	int status;
	pid_t parent = getpid(), child;

	value = 1;
	child = vfork();
	if (child == 0) {
		nanosleep(&pause, NULL);
		value = getppid() == parent && getpid() != parent ? 2 : 3;
		order = 1;
		_exit(5);
	}
	is(order, 1, "the parent waits until the child has exited");
	is(value, 2, "what the child wrote is in the parent's memory");
	is(waitpid(child, &status, 0), child, "the child is waited for as any other");
	exits(status, 5, "with its exit code");
}

static void test_exec(char *self)
{
	char *argv[] = { self, "child", NULL };
	char *envp[] = { NULL };
	int status;
	pid_t child;

	value = 1;
	child = vfork();
	if (child == 0) {
		value = 4;
		execve(self, argv, envp);
		_exit(1);
	}
	is(value, 4, "the child wrote before its exec");
	is(waitpid(child, &status, 0), child, "the child ran another program");
	exits(status, 42, "and that gave its exit code");
	is(value, 4, "which wrote to its own memory");
}

static void test_failed_exec(void)
{
	char *argv[] = { "x", NULL };
	int status;
	pid_t child = vfork();

	if (child == 0) {
		value = execve("/no/such/program", argv, argv + 1);
		_exit(7);
	}
	is(value, -1, "a failed exec returns in the child");
	waitpid(child, &status, 0);
	exits(status, 7, "which then exits");
}

static void test_killed(void)
{
	int status;
	pid_t child = vfork();

	if (child == 0) {
		write_byte((void *)KERNEL_ADDRESS);
		_exit(0);
	}
	waitpid(child, &status, 0);
	killed_by(status, SIGSEGV, "a child that is killed releases the parent, too");
}

static void test_nested(void)
{
	int status, inner;
	pid_t child = vfork();

	if (child == 0) {
		pid_t grandchild = vfork();

		if (grandchild == 0) {
			value = 10;
			_exit(1);
		}
		waitpid(grandchild, &inner, 0);
		value += WEXITSTATUS(inner);
		_exit(2);
	}
	waitpid(child, &status, 0);
	exits(status, 2, "vfork inside a vfork child");
	is(value, 11, "all three share one memory");
}

static volatile int *shared;		/* the child's number; it may end */

/* The parent of a vfork child, until somebody kills it. */
static int wait_in_vfork(void)
{
	struct timespec pause = { 0, 1000000 };

	if (vfork() == 0) {
		shared[0] = getpid();
		while (!shared[1])
			nanosleep(&pause, NULL);
		_exit(6);
	}
	return 8;
}

static void on_signal(int sig)
{
	(void)sig;
}

/* Its child lives on, and ends without it: nobody waits any more to be told. */
static void test_killed_parent(int sig, const char *name)
{
	struct timespec pause = { 0, 20000000 };
	int status;
	pid_t parent, child;

	shared[0] = shared[1] = 0;
	parent = fork();
	if (parent == 0)
		_exit(wait_in_vfork());
	while (!shared[0])
		nanosleep(&pause, NULL);
	nanosleep(&pause, NULL);
	child = shared[0];
	kill(parent, SIGUSR1);		/* ignored, or for a handler that has to wait */
	nanosleep(&pause, NULL);
	kill(parent, sig);
	killed_by(waitpid(parent, &status, 0) == parent ? status : -1, sig, name);
	is(kill(child, 0), 0, "while its child lives");
	shared[1] = 1;
	exits(waitpid(child, &status, 0) == child ? status : -1, 6, "and that ends by itself");
}

int main(int argc, char **argv)
{
	if (argc > 1) {
		value = 99;
		return 42;
	}
	plan(19);
	test_exit();
	test_exec(argv[0]);
	test_failed_exec();
	test_killed();
	test_nested();
	shared = shared_pages(1);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	signal(SIGUSR1, on_signal);
	test_killed_parent(SIGKILL, "a vforking parent dies of SIGKILL at once");
	signal(SIGUSR1, SIG_IGN);
	test_killed_parent(SIGTERM, "and of SIGTERM");
	return done();
}
