/* SPDX-License-Identifier: MIT */
/*
 * time.c - ticks, timers, sleeping, and how programs pass times. clock.c has the clocks.
 *
 * Timers expire in the timer interrupt, HZ times a second; clocks are finer. Who sleeps computes an
 * absolute deadline by the clock and sleeps whole ticks until it has passed.
 */
#include "internal.h"
#include <nopage/err.h>
#include <nopage/math64.h>
#include <nopage/syscalls.h>
#include <asm/timer.h>
#include <asm/uaccess.h>
#include <uapi/time.h>

volatile unsigned long jiffies;

static DEFINE_SPINLOCK(timer_lock);		/* taken with interrupts off */
static LIST_HEAD(timers);			/* of struct timer, by expires */

/* ------------------------------------------------------------------ timers */

void add_timer(struct timer *t)
{
	unsigned long flags = spin_lock_irqsave(&timer_lock);
	struct timer *pos;

	list_for_each_entry(pos, &timers, list)
		if ((long)(pos->expires - t->expires) > 0)
			break;
	list_add_tail(&t->list, &pos->list);
	spin_unlock_irqrestore(&timer_lock, flags);
}

void del_timer(struct timer *t)
{
	unsigned long flags = spin_lock_irqsave(&timer_lock);

	if (!list_empty(&t->list))
		list_del_init(&t->list);
	spin_unlock_irqrestore(&timer_lock, flags);
}

/* run_timers - under the lock, so that del_timer() on another CPU waits until fn has returned. */
static void run_timers(void)
{
	unsigned long flags = spin_lock_irqsave(&timer_lock);

	while (!list_empty(&timers)) {
		struct timer *t = list_first_entry(&timers, struct timer, list);

		if ((long)(t->expires - jiffies) > 0)
			break;
		list_del_init(&t->list);
		t->fn(t);
	}
	spin_unlock_irqrestore(&timer_lock, flags);
}

void timer_interrupt(struct pt_regs *regs)
{
	BUG_ON(!irqs_disabled());
	jiffies++;
	scheduler_tick(regs);
	load_tick();
	run_timers();
}

/* ------------------------------------------------------------------ times of programs */

/* Both narrow structures are seconds and a part, of 10^9 or 10^6. */
BUILD_BUG_ON(sizeof(struct timespec32) != sizeof(struct timeval32));

/* read_time - into the wider structure, whatever is in it. 0 or -EFAULT. */
static int read_time(long user, enum time_type type, struct timespec64 *t)
{
	struct timespec32 narrow;

	if (type == TIMESPEC64)
		return copy_from_user(t, (void *)user, sizeof(*t)) ? -EFAULT : 0;
	if (copy_from_user(&narrow, (void *)user, sizeof(narrow)))
		return -EFAULT;
	*t = (struct timespec64){ narrow.tv_sec, narrow.tv_nsec };
	return 0;
}

/* to_ns - 0, or -EINVAL: it is no time. */
static int to_ns(const struct timespec64 *t, enum time_type type, u64 *ns)
{
	u32 unit = type == TIMEVAL32 ? NSEC_PER_USEC : 1;

	if (t->tv_sec < 0 || (u32)t->tv_nsec >= NSEC_PER_SEC / unit)
		return -EINVAL;
	*ns = FOREVER;
	if (t->tv_sec <= 0xffffffffLL)
		*ns = t->tv_sec * (u64)NSEC_PER_SEC + t->tv_nsec * unit;
	return 0;
}

int get_time(long user, enum time_type type, u64 *ns)
{
	struct timespec64 t;

	return read_time(user, type, &t) ?: to_ns(&t, type, ns);
}

int put_time(long user, enum time_type type, u64 ns)
{
	u32 rest;
	u64 sec = div_u64_rem(ns, NSEC_PER_SEC, &rest);
	struct timespec64 wide = { sec, rest };
	struct timespec32 narrow = { sec, type == TIMEVAL32 ? rest / NSEC_PER_USEC : rest };

	if (type == TIMESPEC64)
		return copy_to_user((void *)user, &wide, sizeof(wide)) ? -EFAULT : 0;
	return copy_to_user((void *)user, &narrow, sizeof(narrow)) ? -EFAULT : 0;
}

static size_t time_size(enum time_type type)
{
	return type == TIMESPEC64 ? sizeof(struct timespec64) : sizeof(struct timespec32);
}

int get_interval(long user, enum time_type type, struct interval *i)
{
	struct timespec64 interval, value;

	return read_time(user, type, &interval) ?:
	       read_time(user + time_size(type), type, &value) ?:
	       to_ns(&interval, type, &i->interval) ?: to_ns(&value, type, &i->value);
}

int put_interval(long user, enum time_type type, const struct interval *i)
{
	u64 value = i->value;

	if (type == TIMEVAL32 && value && value < NSEC_PER_USEC)
		value = NSEC_PER_USEC;		/* 0 would mean that it is not set */
	return put_time(user, type, i->interval) ?: put_time(user + time_size(type), type, value);
}

/* ------------------------------------------------------------------ sleeping */

/* left_by - ns until clock shows deadline. A clock that has gone stands still. */
static u64 left_by(long clock, u64 deadline)
{
	u64 now, left = FOREVER;

	if (clock >= 0)
		return time_left(deadline);
	spin_lock(&tasklist_lock);
	if (clock_now(clock, &now))
		left = deadline > now ? deadline - now : 0;
	spin_unlock(&tasklist_lock);
	return left;
}

/*
 * sleep_until - 0 when the deadline has come, -EINTR by a signal. A CPU clock is looked at again
 * when it may show it: it does not run faster than time goes by.
 */
static int sleep_until(long clock, u64 deadline)
{
	u64 left;

	while ((left = left_by(clock, deadline))) {
		if (signal_pending(current))
			return -EINTR;
		current->state = TASK_INTERRUPTIBLE;
		sleep_step(left);
	}
	return 0;
}

/*
 * sleep_for - sleep until the deadline of r. A signal that does not end in a handler lets it go on
 * (restart_syscall); otherwise what is left is in *r->sleep.rem.
 */
static long sleep_for(struct restart_block *r)
{
	long clock = r->sleep.clock;
	int error = check_clock(clock);		/* it may have gone meanwhile */

	if (error)
		return error;
	if (!sleep_until(clock, r->deadline))
		return 0;
	if (r->sleep.rem &&
	    put_time(r->sleep.rem, r->sleep.rem_type, left_by(clock, r->deadline)))
		return -EFAULT;
	return r->sleep.absolute ? -ERESTARTNOHAND : set_restart_fn(r, sleep_for);
}

long do_clock_nanosleep(long clock, long flags, long req, long rem, enum time_type type)
{
	bool absolute = flags & TIMER_ABSTIME;
	u64 ns;
	int error = check_sleep_clock(clock);

	if (clock == CLOCK_THREAD_CPUTIME_ID)
		error = -EOPNOTSUPP;
	error = error ?: get_time(req, type, &ns);
	if (error)
		return error;
	clock = full_clock(clock);
	if (clock < 0 && (clock & CPUCLOCK_THREAD) && CPUCLOCK_PID(clock) == current->pid)
		return -EINVAL;			/* it stands still meanwhile */
	spin_lock(&tasklist_lock);
	ns = clock_deadline(clock, absolute, ns);
	spin_unlock(&tasklist_lock);
	current->restart = (struct restart_block){
		.deadline = ns, .sleep = { clock, absolute, absolute ? 0 : rem, type },
	};
	return sleep_for(&current->restart);
}
