/* SPDX-License-Identifier: MIT */
/* rlimit.c - what a process may use, and what it has used: limits, getrusage, times. */
#include "internal.h"
#include <nopage/err.h>
#include <nopage/mm.h>
#include <nopage/syscalls.h>
#include <asm/uaccess.h>
#include <uapi/system.h>

#define NOFILE_MAX	1048576		/* not even root may ask for more descriptors */

/* ------------------------------------------------------------------ limits */

/* check_limit - may the current task set p's limit so? 0, -EINVAL or -EPERM. */
static long check_limit(const struct rlimit *now, unsigned long resource, const struct rlimit *new)
{
	if (new->rlim_cur > new->rlim_max)
		return -EINVAL;
	if (resource == RLIMIT_NOFILE && new->rlim_max > NOFILE_MAX)
		return -EPERM;
	if (new->rlim_max > now->rlim_max && !capable(CAP_SYS_RESOURCE))
		return -EPERM;
	return 0;
}

/* do_prlimit - read, then set, a limit of p's process; either pointer may be NULL. */
static long do_prlimit(struct task_struct *p, unsigned long resource, const struct rlimit *new,
		       struct rlimit *old)
{
	struct rlimit *rlim;
	long error;

	if (resource >= RLIM_NLIMITS)
		return -EINVAL;
	rlim = &p->signal->rlim[resource];
	error = new ? check_limit(rlim, resource, new) : 0;
	if (error)
		return error;
	if (old)
		*old = *rlim;
	if (new)
		*rlim = *new;
	return 0;
}

/* put_limit - to the user, as no more than largest. */
static long put_limit(long resource, long rlim, unsigned long largest)
{
	struct rlimit r;
	long error = do_prlimit(current, resource, NULL, &r);

	if (error)
		return error;
	r.rlim_cur = min(r.rlim_cur, largest);
	r.rlim_max = min(r.rlim_max, largest);
	return copy_to_user((void *)rlim, &r, sizeof(r)) ? -EFAULT : 0;
}

long sys_getrlimit(long resource, long rlim)
{
	return put_limit(resource, rlim, RLIM_INFINITY);
}

/* sys_old_getrlimit - the oldest form, whose numbers are signed. */
long sys_old_getrlimit(long resource, long rlim)
{
	return put_limit(resource, rlim, 0x7fffffff);
}

long sys_setrlimit(long resource, long rlim)
{
	struct rlimit r;

	if (copy_from_user(&r, (void *)rlim, sizeof(r)))
		return -EFAULT;
	return do_prlimit(current, resource, &r, NULL);
}

static unsigned long limit_from_64(unsigned long long limit)
{
	return limit > RLIM_INFINITY ? RLIM_INFINITY : limit;
}

static unsigned long long limit_to_64(unsigned long limit)
{
	return limit == RLIM_INFINITY ? ~0ULL : limit;
}

/* Another's limits: with the same numbers all over, or as root. tasklist_lock held. */
static bool may_prlimit(const struct task_struct *p)
{
	const struct cred *c = &current->cred, *o = &p->cred;

	return p->signal == current->signal || capable(CAP_SYS_RESOURCE) ||
	       (c->uid == o->uid && c->uid == o->euid && c->uid == o->suid &&
		c->gid == o->gid && c->gid == o->egid && c->gid == o->sgid);
}

long sys_prlimit64(long pid, long resource, long new_rlim, long old_rlim)
{
	struct rlimit64 r64;
	struct rlimit new = { 0, 0 }, old = { 0, 0 };
	struct task_struct *p;
	long error = -ESRCH;

	if (new_rlim) {
		if (copy_from_user(&r64, (void *)new_rlim, sizeof(r64)))
			return -EFAULT;
		new.rlim_cur = limit_from_64(r64.rlim_cur);
		new.rlim_max = limit_from_64(r64.rlim_max);
	}
	spin_lock(&tasklist_lock);
	p = find_task(pid);
	if (p)
		error = may_prlimit(p) ? do_prlimit(p, resource, new_rlim ? &new : NULL, &old)
				       : -EPERM;
	spin_unlock(&tasklist_lock);
	if (error || !old_rlim)
		return error;
	r64.rlim_cur = limit_to_64(old.rlim_cur);
	r64.rlim_max = limit_to_64(old.rlim_max);
	return copy_to_user((void *)old_rlim, &r64, sizeof(r64)) ? -EFAULT : 0;
}

/* ------------------------------------------------------------------ use */

static void add_times(struct task_times *t, const struct task_times *more)
{
	t->utime += more->utime;
	t->stime += more->stime;
	t->min_flt += more->min_flt;
	t->maj_flt += more->maj_flt;
	t->switches += more->switches;
	t->nvcsw += more->nvcsw;
	t->max_rss = max(t->max_rss, more->max_rss);
}

/* The peak of the mm it is in counts as well. */
static void add_peak_rss(struct task_times *t, const struct task_struct *p)
{
	if (p->mm)
		t->max_rss = max(t->max_rss, mm_peak_rss(p->mm));
}

void process_times(const struct task_struct *p, struct task_times *t)
{
	const struct task_struct *leader = p->group_leader, *thread;

	assert_spin_locked(&tasklist_lock);
	*t = p->signal->gone;
	add_peak_rss(t, p);
	add_times(t, &leader->used);
	list_for_each_entry(thread, &leader->thread_group, thread_group)
		add_times(t, &thread->used);
}

void family_times(const struct task_struct *p, struct task_times *t)
{
	process_times(p, t);
	add_times(t, &p->signal->children);
}

void account_reaped(const struct task_struct *p)
{
	struct signal_struct *sig = p->signal, *parent = p->parent->signal;

	assert_spin_locked(&tasklist_lock);
	if (p != p->group_leader) {
		add_times(&sig->gone, &p->used);
		return;
	}
	BUG_ON(!list_empty(&p->thread_group));
	add_times(&parent->children, &p->used);
	add_times(&parent->children, &sig->gone);
	add_times(&parent->children, &sig->children);
}

static struct timeval32 ticks_to_timeval(u64 ticks)
{
	unsigned long t = ticks;		/* 497 days of CPU time */

	return (struct timeval32){ t / HZ, t % HZ * (USEC_PER_SEC / HZ) };
}

void fill_rusage(struct rusage *ru, const struct task_times *t)
{
	*ru = (struct rusage){
		.ru_utime = ticks_to_timeval(t->utime),
		.ru_stime = ticks_to_timeval(t->stime),
		.ru_maxrss = t->max_rss << (PAGE_SHIFT - 10),
		.ru_minflt = t->min_flt,
		.ru_majflt = t->maj_flt,
		.ru_nvcsw = t->nvcsw,
		.ru_nivcsw = t->switches - t->nvcsw,
	};
}

long sys_getrusage(long who, long usage)
{
	struct task_times t;
	struct rusage ru;

	if (who != RUSAGE_SELF && who != RUSAGE_CHILDREN && who != RUSAGE_THREAD)
		return -EINVAL;
	spin_lock(&tasklist_lock);
	if (who == RUSAGE_SELF) {
		process_times(current, &t);
	} else if (who == RUSAGE_CHILDREN) {
		t = current->signal->children;
	} else {
		t = current->used;
		add_peak_rss(&t, current);
	}
	spin_unlock(&tasklist_lock);
	fill_rusage(&ru, &t);
	return copy_to_user((void *)usage, &ru, sizeof(ru)) ? -EFAULT : 0;
}

/* sys_times - also returns the time since boot in ticks. */
long sys_times(long buf)
{
	struct task_times self, children;
	struct tms tms;

	spin_lock(&tasklist_lock);
	process_times(current, &self);
	children = current->signal->children;
	spin_unlock(&tasklist_lock);
	tms = (struct tms){ self.utime, self.stime, children.utime, children.stime };
	if (buf && copy_to_user((void *)buf, &tms, sizeof(tms)))
		return -EFAULT;
	return jiffies;
}
