/* SPDX-License-Identifier: MIT */
/*
 * settime.c - setting the clock of the date, and adjtimex(2).
 *
 * The clock jumps; it is never made to run slower or faster: of adjtimex() only the step
 * (ADJ_SETOFFSET) and reading exist, and the state it reports is "not synchronised", which is true.
 */
#include "internal.h"
#include <nopage/err.h>
#include <nopage/math64.h>
#include <nopage/syscalls.h>
#include <asm/uaccess.h>
#include <uapi/time.h>
#include <uapi/timex.h>

#define MINUTESWEST_MAX	(15 * 60)	/* Linux's limit, both ways */

/* ------------------------------------------------------------------ setting */

/* set_date - ns since 1970. 0, -EPERM, or -EINVAL: before the machine started, or too far. */
static long set_date(u64 ns)
{
	return capable(CAP_SYS_TIME) ? set_real_time(ns) : -EPERM;
}

long do_clock_settime(long clock, long tp, enum time_type type)
{
	u64 ns;
	long error;

	if (clock > CLOCK_REALTIME)
		return -EINVAL;
	error = get_time(tp, type, &ns);
	if (clock < 0 && error != -EFAULT)
		return check_clock(full_clock(clock)) ?: -EPERM;
	return error ?: set_date(ns);
}

/* sys_settimeofday - the time zone is looked at, and forgotten: the kernel has no use for it. */
long sys_settimeofday(long tv, long tz)
{
	struct timezone zone;
	u64 ns = 0;
	int error = tv ? get_time(tv, TIMEVAL32, &ns) : 0;

	if (error)
		return error;
	if (tz && copy_from_user(&zone, (void *)tz, sizeof(zone)))
		return -EFAULT;
	if (!capable(CAP_SYS_TIME))
		return -EPERM;
	if (tz && (zone.tz_minuteswest > MINUTESWEST_MAX || zone.tz_minuteswest < -MINUTESWEST_MAX))
		return -EINVAL;
	return tv ? set_real_time(ns) : 0;
}

/* As on Linux, nobody hears that a date cannot be. */
long sys_stime(long tptr)
{
	long seconds;

	if (get_user(seconds, (long *)tptr))
		return -EFAULT;
	return set_date((u64)seconds * NSEC_PER_SEC) == -EPERM ? -EPERM : 0;
}

/* ------------------------------------------------------------------ adjtimex */

/* step_clock - by sec seconds and fraction (micro- or with ADJ_NANO nanoseconds). */
static long step_clock(u32 modes, long long sec, long long fraction)
{
	u32 unit = modes & ADJ_NANO ? 1 : 1000;

	if (fraction < 0 || fraction >= NSEC_PER_SEC / unit)
		return -EINVAL;
	return set_real_time(ktime_get_real_ns() + sec * NSEC_PER_SEC + fraction * unit);
}

/*
 * adjust - do what t->modes asks for (both widths are done in the wider structure), and report in
 * *t. TIME_ERROR (nobody keeps the clock right), or -Exxx.
 */
static long adjust(long clock, struct timex64 *t)
{
	u32 nsec, modes = t->modes;
	long error;

	if (clock < 0 && (clock & CPUCLOCK_BITS) == CPUCLOCK_KIND)
		return -EINVAL;			/* no file is a clock */
	if (clock != CLOCK_REALTIME)
		return check_sleep_clock(clock) ?: -EOPNOTSUPP;
	if (modes && modes != ADJ_OFFSET_SS_READ) {
		if (!capable(CAP_SYS_TIME))
			return -EPERM;
		if ((modes & ~ADJ_NANO) != ADJ_SETOFFSET)
			return -EINVAL;
		error = step_clock(modes, t->sec, t->usec);
		if (error)
			return error;
	}
	*t = (struct timex64){
		.modes = modes, .maxerror = MAX_ERROR, .esterror = MAX_ERROR,
		.status = STA_UNSYNC, .constant = 2, .precision = 1, .tolerance = TOLERANCE,
		.tick = USEC_PER_SEC / HZ,
	};
	t->sec = div_u64_rem(ktime_get_real_ns(), NSEC_PER_SEC, &nsec);
	t->usec = nsec / NSEC_PER_USEC;
	return TIME_ERROR;
}

long sys_clock_adjtime(long clock, long user)
{
	struct timex32 narrow;
	struct timex64 t;
	long state;

	if (copy_from_user(&narrow, (void *)user, sizeof(narrow)))
		return -EFAULT;
	t = (struct timex64){
		.modes = narrow.modes, .sec = narrow.time.tv_sec, .usec = narrow.time.tv_usec,
	};
	state = adjust(clock, &t);
	if (state < 0)
		return state;
	narrow = (struct timex32){
		.modes = t.modes, .maxerror = t.maxerror, .esterror = t.esterror,
		.status = t.status, .constant = t.constant, .precision = t.precision,
		.tolerance = t.tolerance, .time = { t.sec, t.usec }, .tick = t.tick,
	};
	return copy_to_user((void *)user, &narrow, sizeof(narrow)) ? -EFAULT : state;
}

long sys_clock_adjtime64(long clock, long user)
{
	struct timex64 t;
	long state;

	if (copy_from_user(&t, (void *)user, sizeof(t)))
		return -EFAULT;
	state = adjust(clock, &t);
	if (state < 0)
		return state;
	return copy_to_user((void *)user, &t, sizeof(t)) ? -EFAULT : state;
}

long sys_adjtimex(long user)
{
	return sys_clock_adjtime(CLOCK_REALTIME, user);
}
