/* SPDX-License-Identifier: MIT */
/* sys.c - system calls that read or set a few words: numbers, names, limits, times, reboot. */
#include "internal.h"
#include <nopage/err.h>
#include <nopage/mm.h>
#include <nopage/printk.h>
#include <nopage/string.h>
#include <nopage/syscalls.h>
#include <asm/uaccess.h>
#include <uapi/system.h>

/* ------------------------------------------------------------------ who am I */

long sys_getpid(void)
{
	return current->tgid;
}

long sys_gettid(void)
{
	return current->pid;
}

long sys_getppid(void)
{
	pid_t pid;

	spin_lock(&tasklist_lock);
	pid = current->group_leader->parent->tgid;
	spin_unlock(&tasklist_lock);
	return pid;
}

/* ------------------------------------------------------------------ the system */

long sys_sysinfo(long info)
{
	struct sysinfo si = {
		.uptime = (jiffies + HZ - 1) / HZ,
		.totalram = totalram_pages(),
		.freeram = nr_free_pages(),
		.procs = nr_tasks(),
		.mem_unit = PAGE_SIZE,
	};

	return copy_to_user((void *)info, &si, sizeof(si)) ? -EFAULT : 0;
}

long sys_sched_yield(void)
{
	schedule();
	return 0;
}

long sys_reboot(long magic1, long magic2, long cmd, long arg)
{
	if ((u32)magic1 != LINUX_REBOOT_MAGIC1 ||
	    (magic2 != LINUX_REBOOT_MAGIC2 && magic2 != LINUX_REBOOT_MAGIC2A &&
	     magic2 != LINUX_REBOOT_MAGIC2B && magic2 != LINUX_REBOOT_MAGIC2C))
		return -EINVAL;
	switch ((u32)cmd) {
	case RB_POWER_OFF:
		printk("reboot: power off\n");
		machine_power_off();
	case RB_HALT_SYSTEM:
		printk("reboot: halt\n");
		machine_halt();
	case RB_AUTOBOOT:
		printk("reboot: restart\n");
		machine_restart();
	case RB_ENABLE_CAD:
	case RB_DISABLE_CAD:
		return 0;
	}
	return -EINVAL;
}

/* ------------------------------------------------------------------ limits */

/* do_prlimit - read, then set, a limit of p's process; either pointer may be NULL. */
static long do_prlimit(struct task_struct *p, unsigned long resource, const struct rlimit *new,
		       struct rlimit *old)
{
	struct rlimit *rlim;

	if (resource >= RLIM_NLIMITS)
		return -EINVAL;
	if (new && new->rlim_cur > new->rlim_max)
		return -EINVAL;
	rlim = &p->signal->rlim[resource];
	if (old)
		*old = *rlim;
	if (new)
		*rlim = *new;
	return 0;
}

long sys_getrlimit(long resource, long rlim)
{
	struct rlimit r;
	long error = do_prlimit(current, resource, NULL, &r);

	if (error)
		return error;
	return copy_to_user((void *)rlim, &r, sizeof(r)) ? -EFAULT : 0;
}

/* sys_old_getrlimit - the oldest form, whose numbers are signed. */
long sys_old_getrlimit(long resource, long rlim)
{
	struct rlimit r;
	long error = do_prlimit(current, resource, NULL, &r);

	if (error)
		return error;
	r.rlim_cur = min(r.rlim_cur, 0x7fffffffUL);
	r.rlim_max = min(r.rlim_max, 0x7fffffffUL);
	return copy_to_user((void *)rlim, &r, sizeof(r)) ? -EFAULT : 0;
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
	p = pid ? find_task_by_pid(pid) : current;
	if (p)
		error = do_prlimit(p, resource, new_rlim ? &new : NULL, &old);
	spin_unlock(&tasklist_lock);
	if (error || !old_rlim)
		return error;
	r64.rlim_cur = limit_to_64(old.rlim_cur);
	r64.rlim_max = limit_to_64(old.rlim_max);
	return copy_to_user((void *)old_rlim, &r64, sizeof(r64)) ? -EFAULT : 0;
}

/* ------------------------------------------------------------------ times */

void process_times(const struct task_struct *p, struct task_times *t)
{
	const struct task_struct *leader = p->group_leader, *thread;
	const struct signal_struct *sig = p->signal;

	assert_spin_locked(&tasklist_lock);
	t->utime = sig->utime + leader->utime;
	t->stime = sig->stime + leader->stime;
	t->min_flt = sig->min_flt + leader->min_flt;
	t->maj_flt = sig->maj_flt + leader->maj_flt;
	list_for_each_entry(thread, &leader->thread_group, thread_group) {
		t->utime += thread->utime;
		t->stime += thread->stime;
		t->min_flt += thread->min_flt;
		t->maj_flt += thread->maj_flt;
	}
}

static struct timeval32 ticks_to_timeval(u64 ticks)
{
	unsigned long t = ticks;		/* 497 days of CPU time */

	return (struct timeval32){ t / HZ, t % HZ * (1000000 / HZ) };
}

void fill_rusage(struct rusage *ru, const struct task_times *t)
{
	*ru = (struct rusage){
		.ru_utime = ticks_to_timeval(t->utime),
		.ru_stime = ticks_to_timeval(t->stime),
		.ru_minflt = t->min_flt,
		.ru_majflt = t->maj_flt,
	};
}

/* children_times - of the children that were waited for. */
static void children_times(struct task_times *t)
{
	const struct signal_struct *sig = current->signal;

	*t = (struct task_times){ sig->cutime, sig->cstime, sig->cmin_flt, sig->cmaj_flt };
}

long sys_getrusage(long who, long usage)
{
	struct task_times t;
	struct rusage ru;

	spin_lock(&tasklist_lock);
	if (who == RUSAGE_SELF)
		process_times(current, &t);
	else if (who == RUSAGE_CHILDREN)
		children_times(&t);
	else
		t = (struct task_times){ current->utime, current->stime, current->min_flt,
					 current->maj_flt };
	spin_unlock(&tasklist_lock);
	if (who != RUSAGE_SELF && who != RUSAGE_CHILDREN && who != RUSAGE_THREAD)
		return -EINVAL;
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
	children_times(&children);
	spin_unlock(&tasklist_lock);
	tms = (struct tms){ self.utime, self.stime, children.utime, children.stime };
	if (buf && copy_to_user((void *)buf, &tms, sizeof(tms)))
		return -EFAULT;
	return jiffies;
}
