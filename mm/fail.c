/* SPDX-License-Identifier: MIT */
/*
 * fail.c - make the n-th allocation of a task fail, so that every failure path can be tested.
 *
 * task_struct.fail_nth counts down; the allocation that brings it to 0 fails, once. It is then
 * FAIL_FIRED, so that the test knows whether the operation it ran got as far as n allocations.
 */
#include <nopage/mm.h>
#include <nopage/percpu.h>
#include <nopage/sched.h>

/* Before there are tasks, and in interrupt handlers (whose task it is not), nothing fails. */
bool __should_fail_alloc(void)
{
	struct task_struct *task = current;

	if (!task || task->fail_nth <= 0 || this_cpu()->irq_count)
		return false;
	if (--task->fail_nth > 0)
		return false;
	task->fail_nth = FAIL_FIRED;
	return true;
}
