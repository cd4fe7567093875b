/* SPDX-License-Identifier: MIT */
/*
 * clock.c - what time it is: since boot, since 1970, and how much of it tasks have used.
 *
 * Clocks are as fine as the time stamp counter (arch_clock_ns); those of CPU time count ticks. Who
 * sleeps computes an absolute deadline by a clock (time.c).
 */
#include "internal.h"
#include <nopage/err.h>
#include <nopage/math64.h>
#include <nopage/syscalls.h>
#include <asm/timer.h>
#include <asm/uaccess.h>
#include <asm/vdso.h>
#include <uapi/time.h>

/*
 * No date is set later than 2076, and the machine may still run for 30 years until the seconds have
 * more than 32 bits, which the vDSO divides by.
 */
#define DATE_MAX	((0xffffffffU - 30U * 365 * 86400) * (u64)NSEC_PER_SEC)

/* ------------------------------------------------------------------ clocks */

u64 ktime_get_ns(void)
{
	return arch_clock_ns();
}

/* When the machine started, ns since 1970; 0: the CMOS clock has not been read yet. */
static u64 started;

/* boot_time - reads the slow CMOS clock, once. */
static u64 boot_time(void)
{
	if (!started) {
		started = arch_read_rtc() * NSEC_PER_SEC - arch_clock_ns();
		vdso_set_boot_time(started);
	}
	return started;
}

int set_real_time(u64 ns)
{
	u64 now = ktime_get_ns();

	if (ns <= now || ns > DATE_MAX)
		return -EINVAL;
	started = ns - now;
	vdso_set_boot_time(started);
	return 0;
}

u64 ktime_get_real_ns(void)
{
	return boot_time() + ktime_get_ns();
}

long full_clock(long clock)
{
	if (clock == CLOCK_PROCESS_CPUTIME_ID)
		clock = CPUCLOCK(0, CPUCLOCK_SCHED);
	if (clock == CLOCK_THREAD_CPUTIME_ID)
		clock = CPUCLOCK(0, CPUCLOCK_SCHED | CPUCLOCK_THREAD);
	if (clock >= 0 || CPUCLOCK_PID(clock))
		return clock;
	return CPUCLOCK(clock & CPUCLOCK_THREAD ? current->pid : current->tgid,
			clock & CPUCLOCK_BITS);
}

int check_clock(long clock)
{
	struct task_struct *p;
	bool good;

	if (clock == CLOCK_REALTIME_ALARM || clock == CLOCK_BOOTTIME_ALARM)
		return -EOPNOTSUPP;		/* there is no device that would wake the machine */
	if (clock >= 0)
		return 0;
	spin_lock(&tasklist_lock);
	p = find_task_by_pid(CPUCLOCK_PID(clock));
	good = p && (clock & CPUCLOCK_KIND) != CPUCLOCK_KIND &&
	       (clock & CPUCLOCK_THREAD ? p->signal == current->signal : p == p->group_leader);
	spin_unlock(&tasklist_lock);
	return good ? 0 : -EINVAL;
}

bool clock_now(long clock, u64 *now)
{
	struct task_struct *p;
	struct task_times t;

	if (clock >= 0) {
		*now = ktime_get_ns();
		return true;
	}
	p = find_task_by_pid(CPUCLOCK_PID(clock));
	if (!p)
		return false;
	if (clock & CPUCLOCK_THREAD)
		t = p->used;
	else
		process_times(p, &t);
	if ((clock & CPUCLOCK_KIND) == CPUCLOCK_VIRT)
		t.stime = 0;
	*now = (t.utime + t.stime) * TICK_NSEC;
	return true;
}

static int read_cpu_clock(long clock, u64 *ns)
{
	int error = check_clock(clock);

	spin_lock(&tasklist_lock);
	if (!error && !clock_now(clock, ns))
		error = -EINVAL;
	spin_unlock(&tasklist_lock);
	return error;
}

/* The clocks that have small numbers. */
static const struct {
	bool exists;
	bool sleeps;			/* a program may wait for it */
	u64 (*read)(void);		/* ns; NULL: nobody reads it so */
} clocks[] = {
	[CLOCK_REALTIME] = { true, true, ktime_get_real_ns },
	[CLOCK_MONOTONIC] = { true, true, ktime_get_ns },
	[CLOCK_PROCESS_CPUTIME_ID] = { true, true, NULL },	/* see full_clock() */
	[CLOCK_THREAD_CPUTIME_ID] = { true, true, NULL },
	[CLOCK_MONOTONIC_RAW] = { true, false, ktime_get_ns },
	[CLOCK_REALTIME_COARSE] = { true, false, ktime_get_real_ns },
	[CLOCK_MONOTONIC_COARSE] = { true, false, ktime_get_ns },
	[CLOCK_BOOTTIME] = { true, true, ktime_get_ns },
	[CLOCK_REALTIME_ALARM] = { true, true, NULL },		/* not really: see check_clock() */
	[CLOCK_BOOTTIME_ALARM] = { true, true, NULL },
	[CLOCK_TAI] = { true, true, ktime_get_real_ns },	/* no leap seconds are known */
};

/* read_clock - clock in ns to *ns; -EINVAL for a clock that does not exist. */
static int read_clock(long clock, u64 *ns)
{
	clock = full_clock(clock);
	if (clock < 0)
		return read_cpu_clock(clock, ns);
	if ((unsigned long)clock >= ARRAY_SIZE(clocks) || !clocks[clock].read)
		return -EINVAL;
	*ns = clocks[clock].read();
	return 0;
}

/* clock_step - its resolution in ns. The CPU clocks count ticks. */
static u64 clock_step(long clock)
{
	return full_clock(clock) < 0 ? TICK_NSEC : 1;
}

/* ------------------------------------------------------------------ deadlines */

int check_sleep_clock(long clock)
{
	if (clock < 0)
		return (clock & CPUCLOCK_BITS) == CPUCLOCK_KIND ? -EOPNOTSUPP : 0;
	if ((unsigned long)clock >= ARRAY_SIZE(clocks) || !clocks[clock].exists)
		return -EINVAL;
	return clocks[clock].sleeps ? 0 : -EOPNOTSUPP;
}

u64 clock_deadline(long clock, bool absolute, u64 ns)
{
	u64 now = 0;

	if (!absolute) {
		clock_now(clock, &now);
		return ns > FOREVER - now ? FOREVER : now + ns;
	}
	if (ns == FOREVER || (clock != CLOCK_REALTIME && clock != CLOCK_TAI))
		return ns;
	return ns > boot_time() ? ns - boot_time() : 0;
}

u64 deadline_after(u64 ns)
{
	return clock_deadline(CLOCK_MONOTONIC, false, ns);
}

u64 time_left(u64 deadline)
{
	u64 now = ktime_get_ns();

	if (deadline == FOREVER)
		return FOREVER;
	return deadline > now ? deadline - now : 0;
}

/* ------------------------------------------------------------------ reading clocks */

/* As on Linux, a process's clock can here be read by the number of the calling thread, too. */
long do_clock_gettime(long clock, long tp, enum time_type type)
{
	u64 ns;

	if (clock == CPUCLOCK(current->pid, clock & CPUCLOCK_KIND))
		clock = CPUCLOCK(0, clock & CPUCLOCK_KIND);
	return read_clock(clock, &ns) ?: put_time(tp, type, ns);
}

/* do_clock_getres - of a clock that exists; tp may be 0. */
long do_clock_getres(long clock, long tp, enum time_type type)
{
	u64 ns;
	int error = read_clock(clock, &ns);

	return error || !tp ? error : put_time(tp, type, clock_step(clock));
}

long sys_gettimeofday(long tv, long tz)
{
	struct timezone utc = { 0, 0 };

	if (tv && put_time(tv, TIMEVAL32, ktime_get_real_ns()))
		return -EFAULT;
	if (tz && copy_to_user((void *)tz, &utc, sizeof(utc)))
		return -EFAULT;
	return 0;
}

long sys_time(long tloc)
{
	long now = div_u64(ktime_get_real_ns(), NSEC_PER_SEC);

	if (tloc && put_user(now, (long *)tloc))
		return -EFAULT;
	return now;
}
