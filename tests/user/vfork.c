/* SPDX-License-Identifier: MIT */
/* vfork: the child borrows the parent's memory, and the parent waits for exec or exit. */
#include "tap.h"

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

int main(int argc, char **argv)
{
	if (argc > 1) {
		value = 99;
		return 42;
	}
	plan(13);
	test_exit();
	test_exec(argv[0]);
	test_failed_exec();
	test_killed();
	test_nested();
	return done();
}
