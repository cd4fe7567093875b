/* SPDX-License-Identifier: MIT */
/* fork, exit, wait4: the process tree, exit codes, options and errors, orphans. */
#include "tap.h"

#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "rawsys.h"

#define DEPTH 4
#define CHILDREN 20

static volatile int *shared;

/* Each process forks two until the given depth; the exit status counts the processes below. */
static int tree(int depth)
{
	int status, sum = 1;

	if (depth == 0)
		return 1;
	for (int i = 0; i < 2; i++) {
		pid_t pid = fork();

		if (pid < 0)
			return 0;
		if (pid == 0)
			_exit(tree(depth - 1));
	}
	for (int i = 0; i < 2; i++) {
		if (wait(&status) < 0 || !WIFEXITED(status))
			return 0;
		sum += WEXITSTATUS(status);
	}
	return sum;
}

static int exit_code(void *arg)
{
	return (long)arg;
}

static void test_identity(void)
{
	pid_t parent = getpid(), child;
	int status;

	child = fork();
	if (child == 0)
		_exit(getppid() == parent && getpid() != parent);
	is(waitpid(child, &status, 0), child, "waitpid returns the child's pid");
	exits(status, 1, "the child has a new pid and knows its parent");
	fails(waitpid(child, &status, 0), ECHILD, "a reaped child is gone");
}

static void test_exit_codes(void)
{
	exits(in_child(exit_code, (void *)0), 0, "exit code 0");
	exits(in_child(exit_code, (void *)255), 255, "exit code 255");
	exits(in_child(exit_code, (void *)0x1234), 0x34,
	      "only the low 8 bits of an exit code count");
	exits(in_child(exit_code, (void *)-1), 255, "exit code -1 is 255");
}

static void test_nohang(void)
{
	int status = 77;
	pid_t child = fork();

	if (child == 0) {
		while (!shared[0])
			sched_yield();
		_exit(3);
	}
	is(waitpid(child, &status, WNOHANG), 0, "WNOHANG: the child still runs");
	is(status, 77, "WNOHANG: the status is untouched");
	shared[0] = 1;
	is(waitpid(-1, &status, 0), child, "waiting for any child finds it");
	exits(status, 3, "and its exit code");
}

static void test_errors(void)
{
	int status;

	fails(waitpid(-1, &status, 0), ECHILD, "no children: ECHILD");
	fails(waitpid(-1, &status, WNOHANG), ECHILD, "no children, WNOHANG: ECHILD");
	fails(waitpid(getpid(), &status, 0), ECHILD, "waiting for oneself: ECHILD");
	fails(waitpid(1, &status, 0), ECHILD, "waiting for a process that is no child: ECHILD");
	fails(wait4(-1, &status, 0x1000, NULL), EINVAL, "an unknown option: EINVAL");
}

/* Many children at once, waited for in the opposite order by pid: none may be lost. */
static void test_many(void)
{
	pid_t pids[CHILDREN];
	int status, good = 0;

	for (int i = 0; i < CHILDREN; i++) {
		pids[i] = fork();
		if (pids[i] == 0)
			_exit(i);
	}
	for (int i = CHILDREN - 1; i >= 0; i--)
		good += waitpid(pids[i], &status, 0) == pids[i] && WIFEXITED(status) &&
			WEXITSTATUS(status) == i;
	is(good, CHILDREN, "many children, each reaped by pid with its own exit code");
}

static void test_null_status(void)
{
	pid_t child = fork();

	if (child == 0)
		_exit(1);
	is(waitpid(child, NULL, 0), child, "the status pointer may be NULL");
}

static void orphan(pid_t parent)
{
	shared[1] = getppid() == parent;
	shared[2] = 1;
	while (getppid() == parent)
		sched_yield();
	shared[3] = getppid() > 0 && getppid() != getpid();
	_exit(0);
}

/* The grandchild outlives its parent and must find itself adopted. */
static void test_orphan(void)
{
	int status;
	pid_t child = fork();

	if (child == 0) {
		pid_t me = getpid();

		if (fork() == 0)
			orphan(me);
		while (!shared[2])
			sched_yield();
		_exit(9);
	}
	is(waitpid(child, &status, 0), child, "the middle process ends");
	exits(status, 9, "with its exit code");
	while (!shared[3])
		sched_yield();
	ok(shared[1], "the grandchild began under its parent");
	ok(shared[3], "and was adopted when that ended");
	fails(waitpid(-1, &status, 0), ECHILD, "an orphan is not a child of its grandparent");
}

/* What a child does not get from its parent, whatever that has set or used. */
static int starts_afresh(void *arg)
{
	struct rusage use;
	void *head = arg;
	long length;
	int sig = -1;

	getrusage(RUSAGE_SELF, &use);
	if (use.ru_minflt >= 500 || use.ru_utime.tv_sec || use.ru_utime.tv_usec > 60000)
		return 1;
	if (sys3(SYS_get_robust_list, 0, (long)&head, (long)&length) || head)
		return 2;
	if (prctl(PR_GET_PDEATHSIG, &sig) || sig)
		return 3;
	return alarm(0) ? 4 : 0;
}

static void test_afresh(void)
{
	char *p = map(1000, PROT_READ | PROT_WRITE, MAP_PRIVATE);
	static struct { void *next; long offset; void *pending; } head = { &head, 0, NULL };
	struct rusage use;

	for (int i = 0; i < 1000; i++)
		p[i * PAGE] = 1;
	do {
		for (volatile int n = 0; n < 1000000; n++)
			;			/* ticks must find it outside the kernel */
		getrusage(RUSAGE_SELF, &use);
	} while (!use.ru_utime.tv_sec && use.ru_utime.tv_usec < 100000);
	sys2(SYS_set_robust_list, (long)&head, sizeof(head));
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	alarm(100);
	exits(in_child(starts_afresh, &head), 0, "a child has used nothing, and nobody's timers");
	alarm(0);
	prctl(PR_SET_PDEATHSIG, 0);
	sys2(SYS_set_robust_list, 0, sizeof(head));
	munmap(p, 1000 * PAGE);
}

int main(void)
{
	shared = shared_pages(1);
	plan(25);
	test_identity();
	test_exit_codes();
	test_nohang();
	test_errors();
	is(tree(DEPTH), (2 << DEPTH) - 1, "a tree of 31 processes counts itself by exit codes");
	test_many();
	test_null_status();
	test_orphan();
	test_afresh();
	return done();
}
