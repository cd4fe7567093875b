/* SPDX-License-Identifier: MIT */
/*
 * policy.c - what programs may ask of the scheduler: nice values, policies, processors.
 *
 * All tasks take turns (sched.c); a nice value makes them longer or shorter: twice TIME_SLICE at
 * -20, one tick at 19. There is one policy, which need not be set: no sched_setscheduler().
 */
#include "internal.h"
#include <nopage/err.h>
#include <nopage/syscalls.h>
#include <asm/uaccess.h>
#include <uapi/sched.h>

#define CPU_MASK_BYTES	4		/* size of the kernel's own mask: 32 processors */
#define ONLINE_CPUS	(BIT(NR_CPUS) - 1)

/* ------------------------------------------------------------------ nice */

/* nice: from -20 to 19; also how long a turn is. */
static void set_nice(struct task_struct *p, int nice)
{
	p->nice = nice;
	p->slice = max(TIME_SLICE * (20 - nice) / 20, 1);
}

/* May the current task say when and where p runs? */
static bool may_schedule(const struct task_struct *p)
{
	const struct cred *c = &current->cred;

	return c->euid == p->cred.euid || c->euid == p->cred.uid || capable(CAP_SYS_NICE);
}

/* may_set_nice - 0, -EPERM (another user's task) or -EACCES (going down is for root). */
static int may_set_nice(const struct task_struct *p, int nice)
{
	if (!may_schedule(p))
		return -EPERM;
	if (nice >= p->nice || capable(CAP_SYS_NICE))
		return 0;
	return (unsigned long)(20 - nice) > p->signal->rlim[RLIMIT_NICE].rlim_cur ? -EACCES : 0;
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
			set_nice(p, nice);
		if (one || error == -ESRCH)
			error = one;
	}
	spin_unlock(&tasklist_lock);
	return error;
}

/* ------------------------------------------------------------------ policies */

/* The range of priorities of a policy, none of which can be chosen here. */
long sys_sched_get_priority_max(long policy)
{
	switch (policy) {
	case SCHED_FIFO:
	case SCHED_RR:
		return 99;
	case SCHED_OTHER:
	case SCHED_BATCH:
	case SCHED_IDLE:
	case SCHED_DEADLINE:
	case SCHED_EXT:
		return 0;
	}
	return -EINVAL;
}

long sys_sched_get_priority_min(long policy)
{
	long highest = sys_sched_get_priority_max(policy);

	return highest > 0 ? 1 : highest;
}

/* sys_sched_getscheduler - the policy of thread pid, 0: the current one; or -EINVAL, -ESRCH. */
long sys_sched_getscheduler(long pid)
{
	bool exists;

	if (pid < 0)
		return -EINVAL;
	spin_lock(&tasklist_lock);
	exists = find_task(pid);
	spin_unlock(&tasklist_lock);
	return exists ? SCHED_OTHER : -ESRCH;
}

long sys_sched_getparam(long pid, long param)
{
	long policy = param ? sys_sched_getscheduler(pid) : -EINVAL;

	return policy < 0 ? policy : put_user(0, (int *)param);
}

/* ------------------------------------------------------------------ processors */

/* sys_sched_getaffinity - bytes of the mask that were stored. */
long sys_sched_getaffinity(long pid, long len, long user_mask)
{
	unsigned long mask = ONLINE_CPUS;

	if ((unsigned long)len < CPU_MASK_BYTES || len % sizeof(long))
		return -EINVAL;
	if (sys_sched_getscheduler(pid) < 0)
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
	int error = cpu ? put_user(this_cpu()->id, (unsigned int *)cpu) : 0;

	return (node ? put_user(0, (unsigned int *)node) : 0) ?: error;
}
