/* SPDX-License-Identifier: MIT */
/*
 * itimer.c - timers of a process that send signals: alarm(), setitimer(), RLIMIT_CPU; and what they
 * have in common with those of timer_create() (posix_timers.c).
 *
 * A timer hangs on the list of ticks; when its tick comes, its deferred function looks whether its
 * clock has really reached the deadline, sends the signal and sets the next one:
 *
 *	timer interrupt -> run_timers -> ns_timer_tick -> (deferred) itimer_expired
 *	                                                             posix_timer_expired
 *
 * That is all there is to timers by CPU time, too. Their clock does not run faster than time goes
 * by, so looking again when it could be there is never late (with several processors, a process
 * with several threads would have to be looked at earlier); while nobody runs, it costs little.
 *
 * Locks: siglock of the process guards its timers; tasklist_lock the clocks of CPU time.
 */
#include "internal.h"
#include "signal.h"
#include <nopage/err.h>
#include <nopage/math64.h>
#include <nopage/syscalls.h>
#include <uapi/time.h>

/* ------------------------------------------------------------------ timers */

static void ns_timer_tick(struct timer *timer)
{
	defer(&container_of(timer, struct ns_timer, timer)->deferred);
}

void init_ns_timer(struct ns_timer *t, void (*fn)(struct deferred *d))
{
	INIT_LIST_HEAD(&t->timer.list);
	t->timer.fn = ns_timer_tick;
	INIT_LIST_HEAD(&t->deferred.list);
	t->deferred.fn = fn;
	t->deadline = 0;
	t->interval = 0;
}

/* arm - look at it again when its clock may have reached the deadline. Not pending. */
static void arm(struct ns_timer *t, u64 now)
{
	u64 left = t->deadline > now ? t->deadline - now : 0;

	t->timer.expires = jiffies + max(timeout_ticks(left), 1UL);
	add_timer(&t->timer);
}

void ns_timer_stop(struct ns_timer *t)
{
	t->interval = 0;
	if (!t->deadline)
		return;				/* nor is it pending */
	del_timer(&t->timer);
	cancel_deferred(&t->deferred);
	t->deadline = 0;
}

int ns_timer_set(struct ns_timer *t, bool absolute, const struct interval *new)
{
	u64 now;

	if (!clock_now(t->clock, &now))
		return -ESRCH;
	ns_timer_stop(t);
	if (!new->value)
		return 0;
	t->deadline = max(clock_deadline(t->clock, absolute, new->value), 1ULL);
	t->interval = new->interval;
	t->tgid = current->tgid;
	arm(t, now);
	return 0;
}

/* whole_periods - how many intervals there are in *late, where only what is over remains. */
static u64 whole_periods(u64 *late, u64 interval)
{
	u64 periods = 0;
	u32 rest;

	if (!(interval >> 32)) {
		periods = div_u64_rem(*late, interval, &rest);
		*late = rest;
	}
	for (; *late >= interval; *late -= interval)	/* over 4 s: hardly ever one */
		periods++;
	return periods;
}

/*
 * next_period - has the deadline passed? Then the next one is set, and *missed is how many
 * intervals have gone by beyond it. Both locks held.
 */
static bool next_period(struct ns_timer *t, int *missed)
{
	u64 now, late, periods = 0;

	if (!t->deadline || !clock_now(t->clock, &now))
		return false;
	if (now < t->deadline) {
		arm(t, now);
		return false;
	}
	late = now - t->deadline;
	t->deadline = 0;
	if (t->interval) {
		periods = whole_periods(&late, t->interval);
		t->deadline = now - late + min(t->interval, FOREVER - now);
		arm(t, now);
	}
	*missed = (int)min(periods, (u64)0x7fffffff);
	return true;
}

struct task_struct *ns_timer_expired(struct ns_timer *t, int *missed)
{
	struct task_struct *p = find_task_by_pid(t->tgid);
	bool expired;

	if (!p)
		return NULL;
	if (p->signal == current->signal)
		p = current;			/* it can take the signal at once */
	spin_lock(&p->sighand->siglock);
	expired = next_period(t, missed);
	spin_unlock(&p->sighand->siglock);
	return expired ? p : NULL;
}

void ns_timer_get(const struct ns_timer *t, struct interval *i)
{
	u64 now;

	*i = (struct interval){ .interval = t->interval };
	if (!t->deadline)
		return;
	if (clock_now(t->clock, &now))
		i->value = t->deadline > now ? t->deadline - now : 1;
	else
		i->interval = 0;
}

/* ------------------------------------------------------------------ CPU time */

/*
 * check_cpu_limit - RLIMIT_CPU in seconds: SIGXCPU at the soft limit, again each second, SIGKILL
 * at the hard one. tasklist_lock held.
 */
static void check_cpu_limit(struct task_struct *p)
{
	struct rlimit *limit = &p->signal->rlim[RLIMIT_CPU];
	struct task_times t;
	unsigned long seconds;

	if (limit->rlim_cur == RLIM_INFINITY)
		return;
	process_times(p, &t);
	seconds = div_u64(t.utime + t.stime, HZ);
	if (seconds >= limit->rlim_max) {
		send_sig_kernel(SIGKILL, p);
	} else if (seconds >= limit->rlim_cur) {
		limit->rlim_cur = seconds + 1;
		send_sig_kernel(SIGXCPU, p);
	}
}

/* Runs as the task that the tick has interrupted: it has not gone away yet. */
static void look_at_cpu_limit(struct deferred *d)
{
	if (!current->signal)
		return;			/* it has just been released */
	spin_lock(&tasklist_lock);
	check_cpu_limit(current);
	spin_unlock(&tasklist_lock);
}

static struct deferred cpu_limit = DEFERRED_INIT(cpu_limit, look_at_cpu_limit);

void cpu_limit_tick(const struct task_struct *p)
{
	if (p->signal && p->signal->rlim[RLIMIT_CPU].rlim_cur != RLIM_INFINITY)
		defer(&cpu_limit);
}

/* ------------------------------------------------------------------ setitimer */

static void itimer_expired(struct deferred *d)
{
	static const int signals[] = { SIGALRM, SIGVTALRM, SIGPROF };
	struct ns_timer *t = container_of(d, struct ns_timer, deferred);
	struct task_struct *p;
	int missed;

	spin_lock(&tasklist_lock);
	p = ns_timer_expired(t, &missed);
	if (p)
		send_sig_kernel(signals[t - p->signal->itimer], p);
	spin_unlock(&tasklist_lock);
}

void init_timers(struct signal_struct *sig)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(sig->itimer); i++)
		init_ns_timer(&sig->itimer[i], itimer_expired);
	INIT_LIST_HEAD(&sig->posix_timers);
}

void exit_timers(void)
{
	struct signal_struct *sig = current->signal;

	spin_lock(&current->sighand->siglock);
	for (unsigned int i = 0; i < ARRAY_SIZE(sig->itimer); i++)
		ns_timer_stop(&sig->itimer[i]);
	exit_posix_timers();
	spin_unlock(&current->sighand->siglock);
}

/*
 * itimer - read one of the current process, and set it unless new is NULL. 0 or -EINVAL. As on
 * Linux, those of CPU time remember the interval when they are stopped.
 */
static long itimer(unsigned long which, const struct interval *new, struct interval *old)
{
	static const int kinds[] = { 0, CPUCLOCK_VIRT, CPUCLOCK_PROF };
	struct ns_timer *t;

	if (which > ITIMER_PROF)
		return -EINVAL;
	t = &current->signal->itimer[which];
	spin_lock(&tasklist_lock);
	spin_lock(&current->sighand->siglock);
	ns_timer_get(t, old);
	if (new) {
		t->clock = which == ITIMER_REAL ? CLOCK_MONOTONIC
						: CPUCLOCK(current->tgid, kinds[which]);
		ns_timer_set(t, false, new);
		if (which != ITIMER_REAL)
			t->interval = new->interval;
	}
	spin_unlock(&current->sighand->siglock);
	spin_unlock(&tasklist_lock);
	return 0;
}

long sys_getitimer(long which, long value)
{
	struct interval old;
	long error = itimer(which, NULL, &old);

	return error ? error : put_interval(value, TIMEVAL32, &old);
}

/* As on Linux, no new value at all stops the timer. */
long sys_setitimer(long which, long value, long ovalue)
{
	struct interval new = { 0, 0 }, old;
	long error = value ? get_interval(value, TIMEVAL32, &new) : 0;

	if (!error)
		error = itimer(which, &new, &old);
	return error || !ovalue ? error : put_interval(ovalue, TIMEVAL32, &old);
}

/* sys_alarm - the seconds that were left, rounded, but not to 0. */
long sys_alarm(long seconds)
{
	struct interval new = { .value = (u64)(u32)seconds * NSEC_PER_SEC }, old;
	u32 left, rest;

	itimer(ITIMER_REAL, &new, &old);
	left = div_u64_rem(old.value, NSEC_PER_SEC, &rest);
	return left + (rest >= NSEC_PER_SEC / 2 || (!left && rest));
}
