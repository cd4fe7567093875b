/* SPDX-License-Identifier: MIT */
/* waitid(2): what it waits for, what it tells, and the use of resources by children. */
#define _GNU_SOURCE
#include "tap.h"

#include <sys/resource.h>

#include "rawsys.h"

static siginfo_t info;

static pid_t child_exits(int status)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(status);
	return pid;
}

static pid_t child_pauses(void)
{
	pid_t pid = fork();

	if (pid == 0)
		for (;;)
			pause();
	return pid;
}

static int wait_for(idtype_t type, id_t id, int options)
{
	memset(&info, 0x55, sizeof(info));
	return waitid(type, id, &info, options);
}

static int told(pid_t pid, int code, int status)
{
	return info.si_signo == SIGCHLD && info.si_pid == pid && info.si_code == code &&
	       info.si_status == status && info.si_uid == getuid() && info.si_errno == 0;
}

/* Group 1 is a group as any other. */
static int waits_for_group_one(void *arg)
{
	pid_t pid;
	int none;

	setpgid(0, 0);
	pid = child_pauses();
	none = wait_for(P_PGID, 1, WEXITED | WNOHANG) == -1 && errno == ECHILD;
	kill(pid, SIGKILL);
	return !none;
}

static void test_ends(void)
{
	pid_t pid = child_exits(7), other;

	is(wait_for(P_PID, pid, WEXITED | WNOWAIT), 0, "look at a child that ends");
	ok(told(pid, CLD_EXITED, 7), "it exited");
	is(wait_for(P_ALL, 0, WEXITED | WNOWAIT), 0, "look again");
	is(wait_for(P_PID, pid, WEXITED), 0, "take it");
	ok(told(pid, CLD_EXITED, 7), "the same");
	fails(wait_for(P_PID, pid, WEXITED), ECHILD, "it is gone: ECHILD");
	pid = child_pauses();
	is(wait_for(P_PID, pid, WEXITED | WNOHANG), 0, "nothing yet");
	ok(!info.si_signo && !info.si_pid, "says so");
	kill(pid, SIGTERM);
	is(wait_for(P_PGID, 0, WEXITED), 0, "one of this group");
	ok(told(pid, CLD_KILLED, SIGTERM), "it was killed");
	exits(in_child(waits_for_group_one, NULL), 0, "none of another group");
	pid = child_pauses();
	other = child_exits(3);
	is(wait_for(P_ALL, 0, WEXITED), 0, "any");
	ok(told(other, CLD_EXITED, 3), "the one that ends");
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static void test_stops(void)
{
	pid_t pid = child_pauses();

	kill(pid, SIGSTOP);
	is(wait_for(P_PID, pid, WSTOPPED), 0, "a child stops");
	ok(told(pid, CLD_STOPPED, SIGSTOP), "by SIGSTOP");
	is(wait_for(P_PID, pid, WSTOPPED | WNOHANG), 0, "which is told once");
	is(info.si_pid, 0, "only");
	kill(pid, SIGCONT);
	is(wait_for(P_PID, pid, WCONTINUED), 0, "it goes on");
	ok(told(pid, CLD_CONTINUED, SIGCONT), "by SIGCONT");
	kill(pid, SIGKILL);
	is(wait_for(P_PID, pid, WEXITED | WSTOPPED | WCONTINUED), 0, "it ends");
	ok(told(pid, CLD_KILLED, SIGKILL), "by SIGKILL");
}

static void test_errors(void)
{
	pid_t pid;

	fails(wait_for(P_ALL, 0, WEXITED), ECHILD, "no children: ECHILD");
	fails(wait_for(P_ALL, 0, 0), EINVAL, "nothing to wait for: EINVAL");
	fails(wait_for(P_ALL, 0, WNOHANG), EINVAL, "not even with WNOHANG");
	fails(wait_for(P_ALL, 0, WEXITED | 0x100), EINVAL, "an unknown option: EINVAL");
	fails(wait_for(99, 0, WEXITED), EINVAL, "an unknown kind: EINVAL");
	fails(wait_for(P_PID, 0, WEXITED), EINVAL, "process 0: EINVAL");
	fails(wait_for(P_PID, -5, WEXITED), EINVAL, "a negative number: EINVAL");
	pid = child_exits(0);
	is(sys6(SYS_waitid, P_PID, pid, KERNEL_ADDRESS, WEXITED, 0, 0), -EFAULT,
	   "a bad pointer: EFAULT");
	fails(waitpid(pid, NULL, 0), ECHILD, "but the child is taken");
	pid = child_exits(0);
	is(sys6(SYS_waitid, P_PID, pid, 0, WEXITED, 0, 0), 0, "no pointer");
}

static int use_memory_and_time(void *arg)
{
	char *p = map(512, PROT_READ | PROT_WRITE, MAP_PRIVATE);
	struct rusage self;

	for (int i = 0; i < 512; i++)
		p[i * PAGE] = 1;
	munmap(p, 512 * PAGE);
	do
		getrusage(RUSAGE_SELF, &self);
	while (self.ru_utime.tv_sec * 100 + self.ru_utime.tv_usec / 10000 +
	       self.ru_stime.tv_sec * 100 + self.ru_stime.tv_usec / 10000 < 3);
	return 0;
}

/* wait4 and getrusage tell what a child, and all children, have used. */
static void test_use(void)
{
	struct rusage before, use, after;
	pid_t pid;

	getrusage(RUSAGE_CHILDREN, &before);
	pid = fork();
	if (pid == 0)
		_exit(use_memory_and_time(NULL));
	is(wait4(pid, NULL, 0, &use), pid, "wait4 for a busy child");
	getrusage(RUSAGE_CHILDREN, &after);
	ok(use.ru_minflt >= 512, "it had faults");
	ok(use.ru_maxrss >= 2048, "used 2 MiB");
	ok(use.ru_utime.tv_sec * 1000000 + use.ru_utime.tv_usec + use.ru_stime.tv_sec * 1000000 +
	   use.ru_stime.tv_usec >= 20000, "and time");
	ok(after.ru_minflt - before.ru_minflt >= 512, "so it is in the sum");
	ok(after.ru_maxrss >= use.ru_maxrss, "and among the largest");
	fails(getrusage(99, &use), EINVAL, "whose? EINVAL");
	is(sys2(SYS_getrusage, RUSAGE_SELF, KERNEL_ADDRESS), -EFAULT, "a bad pointer: EFAULT");
	is(getrusage(RUSAGE_THREAD, &use), 0, "of a thread");
	ok(use.ru_nvcsw > 0, "which has waited");
}

int main(void)
{
	plan(41);
	test_ends();
	test_stops();
	test_errors();
	test_use();
	return done();
}
