/* SPDX-License-Identifier: MIT */
/*
 * itimer.c - timers of a process that send signals: alarm(), setitimer(), RLIMIT_CPU; and what they
 * have in common with those of timer_create() (posix_timers.c).
 *
 * A timer by the clock (ns_timer) hangs on the list of ticks; when its tick comes, its deferred
 * function looks whether the deadline has really passed, sends the signal and sets the next one. A
 * timer by CPU time counts the ticks of its process down.
 *
 *	timer interrupt -> run_timers -> ns_timer_tick -> (deferred) real_timer_expired
 *	                                                             posix_timer_expired
 *	                -> cpu_timers_tick -> (deferred) send_cpu_signals
 *
 * Locks: siglock of the process guards its timers; the counters of CPU timers are changed with
 * interrupts off.
 */
#include "internal.h"
#include "signal.h"
#include <nopage/err.h>
#include <nopage/math64.h>
#include <nopage/syscalls.h>
#include <uapi/time.h>

/* ------------------------------------------------------------------ timers by the clock */

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
	t->tgid = 0;
}

/* arm - let the tick at or after the deadline come. Not pending. */
static void arm(struct ns_timer *t)
{
	t->timer.expires = jiffies + max(timeout_ticks(time_left(t->deadline)), 1UL);
	add_timer(&t->timer);
}

void ns_timer_set(struct ns_timer *t, u64 deadline, u64 interval)
{
	del_timer(&t->timer);
	cancel_deferred(&t->deferred);
	t->deadline = deadline;
	t->interval = interval;
	t->tgid = current->tgid;
	if (deadline)
		arm(t);
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
 * intervals have gone by beyond it. siglock held.
 */
static bool next_period(struct ns_timer *t, int *missed)
{
	u64 now = ktime_get_ns(), late, periods = 0;

	if (!t->deadline)
		return false;
	if (now < t->deadline) {
		arm(t);
		return false;
	}
	late = now - t->deadline;
	t->deadline = 0;
	if (t->interval) {
		periods = whole_periods(&late, t->interval);
		t->deadline = now - late + min(t->interval, FOREVER - now);
		arm(t);
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
	spin_lock(&p->sighand->siglock);
	expired = next_period(t, missed);
	spin_unlock(&p->sighand->siglock);
	return expired ? p : NULL;
}

void ns_timer_get(const struct ns_timer *t, struct interval *i)
{
	i->interval = t->interval;
	i->value = t->deadline ? max(time_left(t->deadline), 1ULL) : 0;
}

/* ------------------------------------------------------------------ ITIMER_REAL */

static void real_timer_expired(struct deferred *d)
{
	struct task_struct *p;
	int missed;

	spin_lock(&tasklist_lock);
	p = ns_timer_expired(container_of(d, struct ns_timer, deferred), &missed);
	if (p)
		send_sig_kernel(SIGALRM, p);
	spin_unlock(&tasklist_lock);
}

void init_timers(struct signal_struct *sig)
{
	init_ns_timer(&sig->real_timer, real_timer_expired);
	INIT_LIST_HEAD(&sig->posix_timers);
}

void exit_timers(void)
{
	spin_lock(&current->sighand->siglock);
	ns_timer_set(&current->signal->real_timer, 0, 0);
	spin_unlock(&current->sighand->siglock);
	exit_posix_timers();
}

/* real_timer - read ITIMER_REAL of the current process, and set it unless new is NULL. */
static void real_timer(const struct interval *new, struct interval *old)
{
	struct ns_timer *t = &current->signal->real_timer;

	spin_lock(&current->sighand->siglock);
	ns_timer_get(t, old);
	if (new)
		ns_timer_set(t, new->value ? deadline_after(new->value) : 0, new->interval);
	spin_unlock(&current->sighand->siglock);
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
static void send_cpu_signals(struct deferred *d)
{
	static const int signals[] = { SIGVTALRM, SIGPROF };
	struct signal_struct *sig = current->signal;

	if (!sig)
		return;			/* it has just been released */
	spin_lock(&tasklist_lock);
	for (unsigned int i = 0; i < ARRAY_SIZE(signals); i++) {
		if (!sig->cpu_timer[i].expired)
			continue;
		sig->cpu_timer[i].expired = false;
		send_sig_kernel(signals[i], current);
	}
	check_cpu_limit(current);
	spin_unlock(&tasklist_lock);
}

static struct deferred cpu_signals = DEFERRED_INIT(cpu_signals, send_cpu_signals);

static bool count_down(struct cpu_timer *t)
{
	if (!t->left || --t->left)
		return false;
	t->left = t->interval;
	t->expired = true;
	return true;
}

void cpu_timers_tick(struct task_struct *p, bool user)
{
	struct signal_struct *sig = p->signal;
	bool expired = false;

	if (!sig)
		return;
	if (user)
		expired = count_down(&sig->cpu_timer[0]);
	expired |= count_down(&sig->cpu_timer[1]);
	if (expired || sig->rlim[RLIMIT_CPU].rlim_cur != RLIM_INFINITY)
		defer(&cpu_signals);
}

/* cpu_timer - the same as real_timer() for one by CPU time. */
static void cpu_timer(struct cpu_timer *t, const struct interval *new, struct interval *old)
{
	unsigned long flags = local_irq_save();

	old->value = (u64)t->left * TICK_NSEC;
	old->interval = (u64)t->interval * TICK_NSEC;
	if (new) {
		t->left = timeout_ticks(new->value);
		t->interval = timeout_ticks(new->interval);
		t->expired = false;
	}
	local_irq_restore(flags);
}

/* ------------------------------------------------------------------ setitimer */

/* any_timer - by the number that setitimer() knows it by. 0 or -EINVAL. */
static long any_timer(long which, const struct interval *new, struct interval *old)
{
	if (which == ITIMER_REAL)
		real_timer(new, old);
	else if (which == ITIMER_VIRTUAL || which == ITIMER_PROF)
		cpu_timer(&current->signal->cpu_timer[which - ITIMER_VIRTUAL], new, old);
	else
		return -EINVAL;
	return 0;
}

long sys_getitimer(long which, long value)
{
	struct interval old;
	long error = any_timer(which, NULL, &old);

	return error ? error : put_interval(value, TIMEVAL32, &old);
}

/* As on Linux, no new value at all stops the timer. */
long sys_setitimer(long which, long value, long ovalue)
{
	struct interval new = { 0, 0 }, old;
	long error = value ? get_interval(value, TIMEVAL32, &new) : 0;

	if (!error)
		error = any_timer(which, &new, &old);
	return error || !ovalue ? error : put_interval(ovalue, TIMEVAL32, &old);
}

/* sys_alarm - the seconds that were left, rounded, but not to 0. */
long sys_alarm(long seconds)
{
	struct interval new = { .value = (u64)(u32)seconds * NSEC_PER_SEC }, old;
	u32 left, rest;

	real_timer(&new, &old);
	left = div_u64_rem(old.value, NSEC_PER_SEC, &rest);
	return left + (rest >= NSEC_PER_SEC / 2 || (!left && rest));
}
