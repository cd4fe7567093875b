/* SPDX-License-Identifier: MIT */
/*
 * policy.c - what programs may ask of the scheduler: nice values, policies, processors.
 *
 * All tasks take turns (sched.c); a nice value makes them longer or shorter: twice TIME_SLICE at
 * -20, one tick at 19 and with SCHED_IDLE. Real-time policies are refused, not pretended.
 */
#include "internal.h"
#include <nopage/err.h>
#include <nopage/syscalls.h>
#include <asm/uaccess.h>
#include <uapi/sched.h>
#include <uapi/time.h>

#define CPU_MASK_BYTES	4		/* size of the kernel's own mask: 32 processors */
#define ONLINE_CPUS	(BIT(NR_CPUS) - 1)

/* ------------------------------------------------------------------ nice */

/* A policy without the flag that may come with it. */
static int base_policy(int policy)
{
	return policy & ~SCHED_RESET_ON_FORK;
}

/* nice: from -20 to 19; also how long a turn is. tasklist_lock held, or nobody else knows p. */
static void set_turn(struct task_struct *p, int nice, int policy)
{
	p->nice = nice;
	p->policy = policy;
	p->slice = base_policy(policy) == SCHED_IDLE ? 1 : max(TIME_SLICE * (20 - nice) / 20, 1);
}

void sched_fork(struct task_struct *p)
{
	if (p->policy & SCHED_RESET_ON_FORK)
		set_turn(p, max(p->nice, 0), base_policy(p->policy));
}

/* May the current task say when and where p runs? */
static bool may_schedule(const struct task_struct *p)
{
	const struct cred *c = &current->cred;

	return c->euid == p->cred.euid || c->euid == p->cred.uid || capable(CAP_SYS_NICE);
}

/* May p be so nice, and no nicer? */
static bool may_be_nice(const struct task_struct *p, int nice)
{
	return (unsigned long)(20 - nice) <= p->signal->rlim[RLIMIT_NICE].rlim_cur ||
	       capable(CAP_SYS_NICE);
}

/* may_set_nice - 0, -EPERM (another user's task) or -EACCES (only root may go down). */
static int may_set_nice(const struct task_struct *p, int nice)
{
	if (!may_schedule(p))
		return -EPERM;
	return nice < p->nice && !may_be_nice(p, nice) ? -EACCES : 0;
}

/* Which tasks getpriority() and setpriority() mean. */
static bool selected(const struct task_struct *p, long which, long who)
{
	switch (which) {
	case PRIO_PROCESS:
		return who ? p->pid == who : p == current;
	case PRIO_PGRP:
		return p->signal->pgrp == (who ? who : current->signal->pgrp);
	default:
		return p->cred.uid == (who ? (uid_t)who : current->cred.uid);
	}
}

/* sys_getpriority - 20 - nice of the most favoured task, since results below 0 are errors. */
long sys_getpriority(long which, long who)
{
	struct task_struct *p;
	long best = -ESRCH;

	if (which < PRIO_PROCESS || which > PRIO_USER)
		return -EINVAL;
	spin_lock(&tasklist_lock);
	list_for_each_entry(p, &task_list, tasks)
		if (selected(p, which, who))
			best = max(best, 20L - p->nice);
	spin_unlock(&tasklist_lock);
	return best;
}

long sys_setpriority(long which, long who, long nice)
{
	struct task_struct *p;
	int error = -ESRCH, one;

	if (which < PRIO_PROCESS || which > PRIO_USER)
		return -EINVAL;
	nice = min(max(nice, -20L), 19L);
	spin_lock(&tasklist_lock);
	list_for_each_entry(p, &task_list, tasks) {
		if (!selected(p, which, who))
			continue;
		one = may_set_nice(p, nice);
		if (!one)
			set_turn(p, nice, p->policy);
		if (one || error == -ESRCH)
			error = one;
	}
	spin_unlock(&tasklist_lock);
	return error;
}

/* sys_nice - add to one's own; -EPERM, where setpriority() says -EACCES. */
long sys_nice(long increment)
{
	int nice = current->nice + min(max(increment, -40L), 40L);
	int error;

	nice = min(max(nice, -20), 19);
	error = may_set_nice(current, nice);
	if (error)
		return -EPERM;
	set_turn(current, nice, current->policy);
	return 0;
}

/* ------------------------------------------------------------------ policies */

/* The range of priorities of a policy, which need not be one that is offered. */
long sys_sched_get_priority_max(long policy)
{
	switch (policy) {
	case SCHED_FIFO:
	case SCHED_RR:
		return 99;
	case SCHED_OTHER:
	case SCHED_BATCH:
	case SCHED_IDLE:
		return 0;
	}
	return -EINVAL;
}

long sys_sched_get_priority_min(long policy)
{
	long highest = sys_sched_get_priority_max(policy);

	return highest > 0 ? 1 : highest;
}

/* get_policy - of thread pid, 0: the current one; or -EINVAL, -ESRCH. */
static long get_policy(pid_t pid)
{
	const struct task_struct *p;
	long policy = -ESRCH;

	if (pid < 0)
		return -EINVAL;
	spin_lock(&tasklist_lock);
	p = find_task(pid);
	if (p)
		policy = p->policy;
	spin_unlock(&tasklist_lock);
	return policy;
}

long sys_sched_getscheduler(long pid)
{
	return get_policy(pid);
}

long sys_sched_getparam(long pid, long param)
{
	long policy = param ? get_policy(pid) : -EINVAL;

	return policy < 0 ? policy : put_user(0, (int *)param);
}

/* may_set_policy - 0; -EINVAL: no such policy, not such a priority, or one that is not offered;
 * -EPERM: what only root may. tasklist_lock held. */
static int may_set_policy(const struct task_struct *p, int policy, int priority)
{
	int base = base_policy(policy), highest = sys_sched_get_priority_max(base);
	bool realtime = highest > 0;

	if (highest < 0 || priority < realtime || priority > highest)
		return -EINVAL;
	if (realtime)
		return capable(CAP_SYS_NICE) ? -EINVAL : -EPERM;
	if (base_policy(p->policy) == SCHED_IDLE && base != SCHED_IDLE && !may_be_nice(p, p->nice))
		return -EPERM;
	if ((p->policy & ~policy & SCHED_RESET_ON_FORK) && !capable(CAP_SYS_NICE))
		return -EPERM;
	return may_schedule(p) ? 0 : -EPERM;
}

/* set_policy - policy -1: the one it has. */
static long set_policy(long pid, long policy, long param)
{
	struct task_struct *p;
	int priority, error = -ESRCH;

	if (pid < 0 || !param)
		return -EINVAL;
	if (get_user(priority, (int *)param))
		return -EFAULT;
	spin_lock(&tasklist_lock);
	p = find_task(pid);
	if (p) {
		policy = policy < 0 ? p->policy : policy;
		error = may_set_policy(p, policy, priority);
		if (!error)
			set_turn(p, p->nice, policy);
	}
	spin_unlock(&tasklist_lock);
	return error;
}

long sys_sched_setscheduler(long pid, long policy, long param)
{
	return policy < 0 ? -EINVAL : set_policy(pid, policy, param);
}

long sys_sched_setparam(long pid, long param)
{
	return set_policy(pid, -1, param);
}

/* rr_get_interval - how long a turn of thread pid is. */
static long rr_get_interval(long pid, long interval, enum time_type type)
{
	const struct task_struct *p;
	u64 ns = 0;

	if (pid < 0)
		return -EINVAL;
	spin_lock(&tasklist_lock);
	p = find_task(pid);
	if (p)
		ns = p->slice * TICK_NSEC;
	spin_unlock(&tasklist_lock);
	return p ? put_time(interval, type, ns) : -ESRCH;
}

long sys_sched_rr_get_interval(long pid, long interval)
{
	return rr_get_interval(pid, interval, TIMESPEC32);
}

long sys_sched_rr_get_interval64(long pid, long interval)
{
	return rr_get_interval(pid, interval, TIMESPEC64);
}

/* ------------------------------------------------------------------ processors */

/* sys_sched_getaffinity - bytes of the mask that were stored. */
long sys_sched_getaffinity(long pid, long len, long user_mask)
{
	unsigned long mask = ONLINE_CPUS;

	if ((unsigned long)len < CPU_MASK_BYTES || len % sizeof(long))
		return -EINVAL;
	if (get_policy(pid) < 0)
		return -ESRCH;
	return copy_to_user((void *)user_mask, &mask, CPU_MASK_BYTES) ? -EFAULT : CPU_MASK_BYTES;
}

/* sys_sched_setaffinity - every mask with a processor that exists leaves all that exist. */
long sys_sched_setaffinity(long pid, long len, long user_mask)
{
	const struct task_struct *p;
	unsigned long mask = 0;
	long error;

	if (copy_from_user(&mask, (void *)user_mask,
			   min((unsigned long)len, sizeof(mask))))
		return -EFAULT;
	spin_lock(&tasklist_lock);
	p = find_task(pid);
	error = !p ? -ESRCH : may_schedule(p) ? 0 : -EPERM;
	spin_unlock(&tasklist_lock);
	if (error)
		return error;
	return mask & ONLINE_CPUS ? 0 : -EINVAL;
}

/* sys_getcpu - the third argument, a cache, is not used any more. */
long sys_getcpu(long cpu, long node)
{
	if (cpu && put_user(this_cpu()->id, (unsigned int *)cpu))
		return -EFAULT;
	if (node && put_user(0, (unsigned int *)node))
		return -EFAULT;
	return 0;
}

/*
 * sys_membarrier - a switch happens only on the way to user mode, so that on one processor every
 * other thread has passed a barrier since it ran last.
 */
long sys_membarrier(long cmd, long flags)
{
	BUILD_BUG_ON(NR_CPUS != 1);
	if (flags)
		return -EINVAL;
	switch (cmd) {
	case MEMBARRIER_CMD_QUERY:
		return MEMBARRIER_CMD_GLOBAL;
	case MEMBARRIER_CMD_GLOBAL:
		return 0;
	}
	return -EINVAL;
}
