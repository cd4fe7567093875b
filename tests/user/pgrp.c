/* SPDX-License-Identifier: MIT */
/* Process groups and sessions; kill of groups. */
#define _GNU_SOURCE
#include "tap.h"

#include <sched.h>
#include <time.h>

static volatile int *shared;

/* A child that does what the parent tells it by a number, one after the other. */
enum { WAIT, SETSID, EXEC, SETPGID_SELF, QUIT };
static volatile int *order, *answer;
static char *self;

static int obey(void)
{
	for (;;) {
		int what = *order;

		if (what == WAIT) {
			sched_yield();
			continue;
		}
		*order = WAIT;
		if (what == QUIT)
			return 0;
		if (what == EXEC)
			execl(self, "pgrp", "sleep", NULL);
		*answer = what == SETSID ? setsid() : setpgid(0, 0);
	}
}

static pid_t start(void)
{
	pid_t pid;

	*order = WAIT;
	pid = fork();
	if (pid == 0)
		_exit(obey());
	return pid;
}

static int tell(int what)
{
	*answer = -2;
	*order = what;
	while (*answer == -2)
		sched_yield();
	return *answer;
}

static void end(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static void test_setpgid(void)
{
	pid_t a = start(), me = getpid();

	is(getpgid(a), getpgrp(), "a child is in its parent's group");
	is(getsid(a), getsid(0), "and session");
	is(setpgid(a, 0), 0, "setpgid gives it a group of its own");
	is(getpgid(a), a, "named after it");
	is(setpgid(a, getpgrp()), 0, "and back");
	is(getpgid(a), getpgrp(), "to ours");
	fails(setpgid(a, -1), EINVAL, "no negative group");
	fails(setpgid(-5, 0), EINVAL, "of no negative process");
	fails(setpgid(a, 999999), EPERM, "no group that does not exist");
	fails(setpgid(999999, 0), ESRCH, "of no process that does not exist");
	fails(setpgid(getppid(), 0), ESRCH, "only of oneself and one's children");
	fails(getpgid(999999), ESRCH, "getpgid of nobody");
	fails(getsid(999999), ESRCH, "getsid of nobody");
	is(tell(SETSID), a, "setsid");
	ok(getsid(a) == a && getpgid(a) == a, "makes a session and a group");
	fails(setpgid(a, 0), EPERM, "a child in another session is out of reach");
	is(tell(SETSID), -1, "a group's leader cannot do it again");
	is(tell(SETPGID_SELF), -1, "nor leave its group");
	end(a);
	ok(me == getpid() && getpgid(0) == getpgrp(), "getpgid(0) is one's own");
}

static void test_after_exec(void)
{
	struct timespec tick = { 0, 20000000 };
	pid_t a = start();

	*order = EXEC;
	while (*order != WAIT)
		sched_yield();
	nanosleep(&tick, NULL);
	nanosleep(&tick, NULL);
	fails(setpgid(a, a), EACCES, "after exec the child's group is its own business");
	end(a);
}

static pid_t spinner(pid_t group)
{
	pid_t pid = fork();

	if (pid == 0) {
		setpgid(0, group);
		shared[0]++;
		for (;;)
			pause();
	}
	setpgid(pid, group);
	return pid;
}

static int status_of(pid_t pid)
{
	int status = -1;

	waitpid(pid, &status, 0);
	return status;
}

static void test_kill(void)
{
	pid_t a = spinner(0), b = spinner(a), c = spinner(0);

	is(kill(-a, 0), 0, "signal 0 to a group");
	is(killpg(a, SIGTERM), 0, "a signal to a group");
	killed_by(status_of(a), SIGTERM, "kills its leader");
	killed_by(status_of(b), SIGTERM, "and its other member");
	fails(kill(-a, 0), ESRCH, "then the group is gone");
	is(waitpid(c, NULL, WNOHANG), 0, "others live");
	fails(waitpid(-a, NULL, WNOHANG), ECHILD, "no children in that group");
	is(waitpid(-c, NULL, WNOHANG), 0, "one in the other");
	fails(kill(c, 65), EINVAL, "no signal 65");
	fails(kill(999999, 65), ESRCH, "that nobody is there comes first");
	fails(kill(-999999, SIGTERM), ESRCH, "no such group");
	end(c);
}

int main(int argc, char **argv)
{
	if (argc > 1) {
		pause();
		return 0;
	}
	self = argv[0];
	shared = shared_pages(1);
	order = shared + 1;
	answer = shared + 2;
	plan(31);
	test_setpgid();
	test_after_exec();
	test_kill();
	return done();
}
