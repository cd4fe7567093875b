/* SPDX-License-Identifier: MIT */
/*
 * time.c - ticks, timers, clocks, sleeping.
 *
 * Timers expire in the timer interrupt, HZ times a second; clocks are finer (arch_clock_ns). Who
 * sleeps computes an absolute deadline by the clock and sleeps whole ticks until it has passed.
 */
#include "internal.h"
#include <nopage/err.h>
#include <nopage/math64.h>
#include <nopage/syscalls.h>
#include <asm/timer.h>
#include <asm/uaccess.h>
#include <asm/vdso.h>
#include <uapi/time.h>

#define NSEC_PER_SEC	1000000000U
#define TICK_NSEC	(NSEC_PER_SEC / HZ)
#define FOREVER		(~0ULL)		/* a deadline that never comes */

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

	if (ns <= now)
		return -EINVAL;
	started = ns - now;
	vdso_set_boot_time(started);
	return 0;
}

u64 ktime_get_real_ns(void)
{
	return boot_time() + ktime_get_ns();
}

/*
 * read_cpu_clock - the CPU time of a process or thread by the number of its clock: the bits of pid
 * inverted, a bit for "thread", two for the kind (user, all, or the scheduler's: the same here).
 */
static int read_cpu_clock(long clock, u64 *ns)
{
	pid_t pid = ~(clock >> 3);
	struct task_struct *p;
	struct task_times t = { 0 };
	bool found = false;

	if ((clock & CPUCLOCK_KIND) == CPUCLOCK_KIND)
		return -EINVAL;
	spin_lock(&tasklist_lock);
	p = pid ? find_task_by_pid(pid) : current;
	if (p && (clock & CPUCLOCK_THREAD)) {
		found = p->signal == current->signal;
		t.utime = p->utime;
		t.stime = p->stime;
	} else if (p) {
		found = !pid || p == p->group_leader;
		process_times(p, &t);
	}
	spin_unlock(&tasklist_lock);
	*ns = (t.utime + ((clock & CPUCLOCK_KIND) == CPUCLOCK_VIRT ? 0 : t.stime)) * TICK_NSEC;
	return found ? 0 : -EINVAL;
}

/* read_clock - clock in ns to *ns; -EINVAL for a clock that does not exist. */
static int read_clock(long clock, u64 *ns)
{
	if (clock < 0)
		return read_cpu_clock(clock, ns);
	switch (clock) {
	case CLOCK_REALTIME:
	case CLOCK_REALTIME_COARSE:
	case CLOCK_TAI:				/* no leap seconds are known */
		*ns = ktime_get_real_ns();
		return 0;
	case CLOCK_MONOTONIC:
	case CLOCK_MONOTONIC_RAW:
	case CLOCK_MONOTONIC_COARSE:
	case CLOCK_BOOTTIME:
		*ns = ktime_get_ns();
		return 0;
	case CLOCK_PROCESS_CPUTIME_ID:
		return read_cpu_clock(CPUCLOCK_OWN, ns);
	case CLOCK_THREAD_CPUTIME_ID:
		return read_cpu_clock(CPUCLOCK_OWN | CPUCLOCK_THREAD, ns);
	}
	return -EINVAL;
}

/* clock_step - its resolution in ns. The CPU clocks count ticks. */
static u64 clock_step(long clock)
{
	if (clock < 0 || clock == CLOCK_PROCESS_CPUTIME_ID || clock == CLOCK_THREAD_CPUTIME_ID)
		return TICK_NSEC;
	return 1;
}

/* ------------------------------------------------------------------ user structures */

long put_timespec32(long user, u64 ns)
{
	struct timespec32 ts;
	u32 nsec;

	ts.tv_sec = div_u64_rem(ns, NSEC_PER_SEC, &nsec);
	ts.tv_nsec = nsec;
	return copy_to_user((void *)user, &ts, sizeof(ts)) ? -EFAULT : 0;
}

long put_timespec64(long user, u64 ns)
{
	struct timespec64 ts = { 0 };
	u32 nsec;

	ts.tv_sec = div_u64_rem(ns, NSEC_PER_SEC, &nsec);
	ts.tv_nsec = nsec;
	return copy_to_user((void *)user, &ts, sizeof(ts)) ? -EFAULT : 0;
}

/* timespec_ns - in ns, FOREVER when it is centuries; -EINVAL unless normalised and positive. */
static int timespec_ns(long long sec, long nsec, u64 *ns)
{
	if (sec < 0 || nsec < 0 || nsec >= (long)NSEC_PER_SEC)
		return -EINVAL;
	*ns = sec > 0xffffffffLL ? FOREVER : (u64)sec * NSEC_PER_SEC + nsec;
	return 0;
}

int get_timespec32(long user, u64 *ns)
{
	struct timespec32 ts;

	if (copy_from_user(&ts, (void *)user, sizeof(ts)))
		return -EFAULT;
	return timespec_ns(ts.tv_sec, ts.tv_nsec, ns);
}

int get_timespec64(long user, u64 *ns)
{
	struct timespec64 ts;

	if (copy_from_user(&ts, (void *)user, sizeof(ts)))
		return -EFAULT;
	return timespec_ns(ts.tv_sec, ts.tv_nsec, ns);
}

/* ------------------------------------------------------------------ sleeping */

u64 deadline_after(u64 ns)
{
	u64 now = ktime_get_ns();

	return ns > FOREVER - now ? FOREVER : now + ns;
}

u64 realtime_deadline(u64 ns)
{
	if (ns == FOREVER)
		return FOREVER;
	return ns > boot_time() ? ns - boot_time() : 0;
}

/*
 * sleep_step - schedule() until woken or until about deadline. The caller has set its state.
 * False when the deadline had passed already, without having slept.
 */
bool sleep_step(u64 deadline)
{
	u64 now = ktime_get_ns(), ticks;

	if (now >= deadline)
		return false;
	ticks = div_u64(deadline - now + TICK_NSEC - 1, TICK_NSEC);
	schedule_timeout(deadline == FOREVER ? MAX_SCHEDULE_TIMEOUT
					     : (long)min(ticks, (u64)MAX_SCHEDULE_TIMEOUT - 1));
	return true;
}

/* sleep_until - 0 when the deadline has come, -EINTR by a signal. */
static int sleep_until(u64 deadline)
{
	int error = 0;

	might_sleep();
	for (;;) {
		current->state = TASK_INTERRUPTIBLE;
		if (signal_pending(current)) {
			error = -EINTR;
			break;
		}
		if (!sleep_step(deadline))
			break;
	}
	current->state = TASK_RUNNING;
	return error;
}

/* remaining - ns until deadline, at least 0. */
static u64 remaining(u64 deadline)
{
	u64 now = ktime_get_ns();

	return deadline > now ? deadline - now : 0;
}

int absolute_deadline(long clock, u64 *ns)
{
	switch (clock) {
	case CLOCK_REALTIME:
		*ns = realtime_deadline(*ns);
		return 0;
	case CLOCK_MONOTONIC:
	case CLOCK_BOOTTIME:
		return 0;
	case CLOCK_PROCESS_CPUTIME_ID:
		return -ENOTSUP;
	}
	return -EINVAL;
}

/*
 * sleep_for - sleep until the deadline of r. A signal that does not end in a handler lets it go on
 * (restart_syscall); otherwise what is left is in *r->rem.
 */
static long sleep_for(struct restart_block *r)
{
	long error = sleep_until(r->deadline);

	if (error != -EINTR)
		return error;
	if (r->rem)
		error = r->wide ? put_timespec64(r->rem, remaining(r->deadline))
				: put_timespec32(r->rem, remaining(r->deadline));
	r->fn = sleep_for;
	return error == -EFAULT ? error : -ERESTART_RESTARTBLOCK;
}

/* sleep_on_clock - ns: a time of the clock with TIMER_ABSTIME, a duration without. */
static long sleep_on_clock(long clock, bool absolute, u64 ns, long rem, bool wide)
{
	struct restart_block *r = &current->restart;
	u64 deadline = ns;
	long error = absolute_deadline(clock, &deadline);

	if (error)
		return error;
	if (absolute) {
		error = sleep_until(deadline);
		return error == -EINTR ? -ERESTARTNOHAND : error;
	}
	r->deadline = deadline_after(ns);
	r->rem = rem;
	r->wide = wide;
	return sleep_for(r);
}

long sys_nanosleep(long req, long rem)
{
	return sys_clock_nanosleep(CLOCK_MONOTONIC, 0, req, rem);
}

long sys_clock_nanosleep(long clock, long flags, long req, long rem)
{
	u64 ns;
	int error = get_timespec32(req, &ns);

	return error ? error : sleep_on_clock(clock, flags & TIMER_ABSTIME, ns, rem, false);
}

long sys_clock_nanosleep64(long clock, long flags, long req, long rem)
{
	u64 ns;
	int error = get_timespec64(req, &ns);

	return error ? error : sleep_on_clock(clock, flags & TIMER_ABSTIME, ns, rem, true);
}

/* ------------------------------------------------------------------ reading clocks */

long sys_clock_gettime(long clock, long tp)
{
	u64 ns;
	int error = read_clock(clock, &ns);

	return error ? error : put_timespec32(tp, ns);
}

long sys_clock_gettime64(long clock, long tp)
{
	u64 ns;
	int error = read_clock(clock, &ns);

	return error ? error : put_timespec64(tp, ns);
}

long sys_clock_getres(long clock, long tp)
{
	u64 ns;
	int error = read_clock(clock, &ns);

	return error || !tp ? error : put_timespec32(tp, clock_step(clock));
}

long sys_clock_getres64(long clock, long tp)
{
	u64 ns;
	int error = read_clock(clock, &ns);

	return error || !tp ? error : put_timespec64(tp, clock_step(clock));
}

long sys_gettimeofday(long tv, long tz)
{
	struct timezone utc = { 0, 0 };
	struct timeval32 now;
	u32 nsec;

	now.tv_sec = div_u64_rem(ktime_get_real_ns(), NSEC_PER_SEC, &nsec);
	now.tv_usec = nsec / 1000;
	if (tv && copy_to_user((void *)tv, &now, sizeof(now)))
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
