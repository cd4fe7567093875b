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

#define NSEC_PER_SEC	1000000000U
#define USEC_PER_SEC	1000000

/* ------------------------------------------------------------------ setting */

/* set_clock - 0, -EPERM, or -EINVAL: another clock, or a date before the machine started. */
static long set_clock(long clock, u64 ns)
{
	if (clock != CLOCK_REALTIME)
		return -EINVAL;
	if (!capable(CAP_SYS_TIME))
		return -EPERM;
	return set_real_time(ns);
}

long sys_clock_settime(long clock, long tp)
{
	u64 ns;
	int error = get_timespec32(tp, &ns);

	return error ?: set_clock(clock, ns);
}

long sys_clock_settime64(long clock, long tp)
{
	u64 ns;
	int error = get_timespec64(tp, &ns);

	return error ?: set_clock(clock, ns);
}

/* sys_settimeofday - the time zone is looked at, and forgotten: the kernel has no use for it. */
long sys_settimeofday(long tv, long tz)
{
	struct timeval32 now;
	struct timezone zone;

	if (tv && copy_from_user(&now, (void *)tv, sizeof(now)))
		return -EFAULT;
	if (tv && (now.tv_sec < 0 || now.tv_usec < 0 || now.tv_usec >= USEC_PER_SEC))
		return -EINVAL;
	if (tz && copy_from_user(&zone, (void *)tz, sizeof(zone)))
		return -EFAULT;
	if (!capable(CAP_SYS_TIME))
		return -EPERM;
	return tv ? set_real_time((u64)now.tv_sec * NSEC_PER_SEC + now.tv_usec * 1000) : 0;
}

long sys_stime(long tptr)
{
	long seconds;

	if (get_user(seconds, (long *)tptr))
		return -EFAULT;
	return set_clock(CLOCK_REALTIME, (u64)seconds * NSEC_PER_SEC);
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

/* adjust - what modes asks for: TIME_ERROR (nobody keeps the clock right), or -Exxx. */
static long adjust(u32 modes, long long sec, long long fraction)
{
	long error;

	if (modes && modes != ADJ_OFFSET_SS_READ) {
		if (!capable(CAP_SYS_TIME))
			return -EPERM;
		if ((modes & ~ADJ_NANO) != ADJ_SETOFFSET)
			return -EINVAL;
		error = step_clock(modes, sec, fraction);
		if (error)
			return error;
	}
	return TIME_ERROR;
}

long sys_clock_adjtime(long clock, long user)
{
	struct timex32 t;
	u32 nsec;
	long state;

	if (copy_from_user(&t, (void *)user, sizeof(t)))
		return -EFAULT;
	if (clock != CLOCK_REALTIME)
		return clock == CLOCK_MONOTONIC ? -EOPNOTSUPP : -EINVAL;
	state = adjust(t.modes, t.time.tv_sec, t.time.tv_usec);
	if (state < 0)
		return state;
	t = (struct timex32){
		.modes = t.modes, .maxerror = MAX_ERROR, .esterror = MAX_ERROR,
		.status = STA_UNSYNC, .constant = 2, .precision = 1, .tolerance = TOLERANCE,
		.tick = USEC_PER_SEC / HZ,
	};
	t.time.tv_sec = div_u64_rem(ktime_get_real_ns(), NSEC_PER_SEC, &nsec);
	t.time.tv_usec = nsec / 1000;
	return copy_to_user((void *)user, &t, sizeof(t)) ? -EFAULT : state;
}

long sys_clock_adjtime64(long clock, long user)
{
	struct timex64 t;
	u32 nsec;
	long state;

	if (copy_from_user(&t, (void *)user, sizeof(t)))
		return -EFAULT;
	if (clock != CLOCK_REALTIME)
		return clock == CLOCK_MONOTONIC ? -EOPNOTSUPP : -EINVAL;
	state = adjust(t.modes, t.sec, t.usec);
	if (state < 0)
		return state;
	t = (struct timex64){
		.modes = t.modes, .maxerror = MAX_ERROR, .esterror = MAX_ERROR,
		.status = STA_UNSYNC, .constant = 2, .precision = 1, .tolerance = TOLERANCE,
		.tick = USEC_PER_SEC / HZ,
	};
	t.sec = div_u64_rem(ktime_get_real_ns(), NSEC_PER_SEC, &nsec);
	t.usec = nsec / 1000;
	return copy_to_user((void *)user, &t, sizeof(t)) ? -EFAULT : state;
}

long sys_adjtimex(long user)
{
	return sys_clock_adjtime(CLOCK_REALTIME, user);
}
