/* SPDX-License-Identifier: MIT */
/* time.h - ticks, timers, clocks (kernel/clock.c), deadlines, times in the memory of programs. */
#ifndef NOPAGE_TIME_H
#define NOPAGE_TIME_H

#include <nopage/list.h>
#include <nopage/types.h>

#define HZ		100			/* timer interrupts per second */

#define NSEC_PER_SEC	1000000000U
#define NSEC_PER_MSEC	1000000U
#define NSEC_PER_USEC	1000U
#define USEC_PER_SEC	1000000U
#define TICK_NSEC	(NSEC_PER_SEC / HZ)

/* ------------------------------------------------------------------ ticks */

extern volatile unsigned long jiffies;

struct timer {
	struct list_head list;
	unsigned long expires;			/* jiffies */
	void (*fn)(struct timer *t);		/* interrupt context */
};

void add_timer(struct timer *t);		/* not pending; any context */
void del_timer(struct timer *t);		/* pending or not; fn will not run any more */

/* ------------------------------------------------------------------ clocks, deadlines */

u64 ktime_get_ns(void);				/* since boot, monotonic */
u64 ktime_get_real_ns(void);			/* since 1970 (the CMOS clock at boot) */
/* set_real_time - the date is ns since 1970 now; -EINVAL: before the machine started, too far. */
int set_real_time(u64 ns);

/*
 * A deadline is a time by ktime_get_ns(), or by the clock of a CPU time (a negative number).
 *
 * check_sleep_clock - may a program wait for it? 0, -EINVAL (no such clock), -EOPNOTSUPP.
 * full_clock - clock by the number that means the same to everybody, where it was "my CPU time".
 * check_clock - 0; -EINVAL: a CPU clock of nobody, or of a thread of another process; -EOPNOTSUPP:
 *	an alarm clock.
 *
 * With tasklist_lock held, if it is a CPU clock, and full:
 * clock_now - the time that deadlines are compared with; false: whose clock it was has gone.
 * clock_deadline - when it shows ns, or with !absolute in ns from now.
 */
#define FOREVER		(~0ULL)			/* never comes; no duration is longer */

int check_sleep_clock(long clock);
long full_clock(long clock);
int check_clock(long clock);
bool clock_now(long clock, u64 *now);
u64 clock_deadline(long clock, bool absolute, u64 ns);
u64 deadline_after(u64 ns);			/* ns from now */
u64 time_left(u64 deadline);			/* ns; 0: it has passed */
/* sched.c: timeout_ticks - rounded up; less than MAX_SCHEDULE_TIMEOUT. */
unsigned long timeout_ticks(u64 ns);
/* sleep_step - schedule() until woken or for about so many ns; false: 0. Set state first. */
bool sleep_step(u64 ns);

/* ------------------------------------------------------------------ times of programs */

/* The structures of uapi/time.h. */
enum time_type { TIMESPEC32, TIMESPEC64, TIMEVAL32 };

/*
 * get_time - a program's structure in ns, FOREVER when it is centuries: 0, -EFAULT, or -EINVAL
 * when it is negative or its smaller part is a second or more.
 * put_time - ns, rounded down, to a program. 0 or -EFAULT.
 */
int get_time(long user, enum time_type type, u64 *ns);
int put_time(long user, enum time_type type, u64 ns);

/* What a timer is set to, in ns; value 0: not at all. interval 0: it expires once. */
struct interval {
	u64 interval, value;
};

/* The same for struct itimerspec and itimerval: an interval, then a value. */
int get_interval(long user, enum time_type type, struct interval *i);
int put_interval(long user, enum time_type type, const struct interval *i);

/* System calls, whatever structure their times are in. */
long do_clock_nanosleep(long clock, long flags, long req, long rem, enum time_type type);
long do_clock_gettime(long clock, long tp, enum time_type type);
long do_clock_getres(long clock, long tp, enum time_type type);
long do_clock_settime(long clock, long tp, enum time_type type);
long do_timer_settime(long id, long flags, long new, long old, enum time_type type);
long do_timer_gettime(long id, long value, enum time_type type);
long do_sigtimedwait(long set, long info, long timeout, long size, enum time_type type);

#endif
