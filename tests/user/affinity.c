/* SPDX-License-Identifier: MIT */
/* What programs ask of the scheduler: processors, policies, nice values. */
#define _GNU_SOURCE
#include "tap.h"

#include <sched.h>
#include <sys/resource.h>

#include "rawsys.h"

static unsigned long mask[32];

static void test_processors(void)
{
	unsigned int cpu = 99, node = 99;
	long size = sys3(SYS_sched_getaffinity, 0, sizeof(mask), (long)mask);

	ok(size >= (long)sizeof(long) && size <= (long)sizeof(mask), "a mask of processors");
	ok(mask[0] || size > 4, "with at least one");
	is(sys3(SYS_sched_getaffinity, 0, 3, (long)mask), -EINVAL, "too small: EINVAL");
	is(sys3(SYS_sched_getaffinity, 0, 6, (long)mask), -EINVAL, "no words: EINVAL");
	is(sys3(SYS_sched_getaffinity, 0x3ffffe, sizeof(mask), (long)mask), -ESRCH, "nobody's");
	is(sys3(SYS_sched_getaffinity, 0, sizeof(mask), KERNEL_ADDRESS), -EFAULT, "EFAULT");
	is(sys3(SYS_sched_setaffinity, 0, size, (long)mask), 0, "set the same");
	is(sys3(SYS_sched_setaffinity, 0x3ffffe, size, (long)mask), -ESRCH, "nobody's");
	is(sys3(SYS_sched_setaffinity, 0, size, KERNEL_ADDRESS), -EFAULT, "EFAULT");
	memset(mask, 0, sizeof(mask));
	is(sys3(SYS_sched_setaffinity, 0, size, (long)mask), -EINVAL, "none at all: EINVAL");
	is(sys3(SYS_getcpu, (long)&cpu, (long)&node, 0), 0, "which processor is this?");
	ok(cpu < 4096 && node < 99, "a small number");
	is(sys3(SYS_getcpu, 0, 0, 0), 0, "nobody wants to know");
	node = 99;
	is(sys3(SYS_getcpu, KERNEL_ADDRESS, (long)&node, 0), -EFAULT, "EFAULT");
	ok(node < 99, "but the other is told");
}

static void test_policies(void)
{
	int one = 1;

	is(sys1(SYS_sched_getscheduler, 0), SCHED_OTHER, "the ordinary policy");
	is(sys1(SYS_sched_getscheduler, -1), -EINVAL, "EINVAL");
	is(sys2(SYS_sched_getparam, 0, 0), -EINVAL, "no parameter: EINVAL");
	is(sys2(SYS_sched_getparam, 0, (long)&one), 0, "its parameter");
	is(one, 0, "is 0");
	is(sys2(SYS_sched_getparam, 0x3ffffe, (long)&one), -ESRCH, "nobody's: ESRCH");
	is(sys1(SYS_sched_get_priority_max, SCHED_FIFO), 99, "priorities go up to 99");
	is(sys1(SYS_sched_get_priority_min, SCHED_RR), 1, "from 1");
	is(sys1(SYS_sched_get_priority_max, SCHED_OTHER), 0, "or are 0");
	is(sys1(SYS_sched_get_priority_max, 6), 0, "as for SCHED_DEADLINE");
	is(sys1(SYS_sched_get_priority_max, 77), -EINVAL, "no such policy");
}

static int user_goes_up(void *arg)
{
	if (setpriority(PRIO_PROCESS, 0, 5) || sys1(SYS_setuid32, 1000))
		return 1;
	if (setpriority(PRIO_PROCESS, 0, 0) != -1 || errno != EACCES)
		return 2;
	errno = 0;
	if (setpriority(PRIO_PROCESS, getppid(), 10) != -1 || errno != EPERM)
		return 4;
	return setpriority(PRIO_PROCESS, 0, 19) ? 5 : getpriority(PRIO_PROCESS, 0) == 19 ? 0 : 6;
}

static void test_nice(void)
{
	is(getpriority(PRIO_PROCESS, 0), 0, "nobody is nice at first");
	is(setpriority(PRIO_PROCESS, 0, 7), 0, "be nice");
	is(getpriority(PRIO_PROCESS, getpid()), 7, "one is");
	is(sys2(SYS_getpriority, PRIO_PROCESS, 0), 13, "as the system call has it");
	is(setpriority(PRIO_PROCESS, 0, 100), 0, "too nice");
	is(getpriority(PRIO_PROCESS, 0), 19, "is 19");
	is(setpriority(PRIO_PROCESS, 0, -100), 0, "root is not");
	is(getpriority(PRIO_PROCESS, 0), -20, "up to -20");
	setpriority(PRIO_PROCESS, 0, 0);
	fails(setpriority(3, 0, 0), EINVAL, "whose? EINVAL");
	fails(getpriority(PRIO_PROCESS, 0x3ffffe), ESRCH, "nobody's: ESRCH");
	exits(in_child(user_goes_up, NULL), 0, "users only go down");
}

int main(void)
{
	plan(37);
	test_processors();
	test_policies();
	test_nice();
	return done();
}
