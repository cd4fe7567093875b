/* SPDX-License-Identifier: MIT */
/*
 * itimer.c - timers that send signals: alarm(), setitimer(), timer_create().
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
#include <nopage/mm.h>
#include <nopage/slab.h>
#include <nopage/syscalls.h>
#include <asm/uaccess.h>
#include <uapi/time.h>

#define NSEC_PER_SEC	1000000000U
#define NSEC_PER_USEC	1000U
#define USEC_PER_SEC	1000000
#define TICK_NSEC	(NSEC_PER_SEC / HZ)
#define TICK_USEC	(USEC_PER_SEC / HZ)

/* ------------------------------------------------------------------ timers by the clock */

static void ns_timer_tick(struct timer *timer)
{
	defer(&container_of(timer, struct ns_timer, timer)->deferred);
}

static void init_ns_timer(struct ns_timer *t, void (*fn)(struct deferred *d))
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
	u64 now = ktime_get_ns(), ticks = 1;

	if (t->deadline > now)
		ticks = div_u64(t->deadline - now + TICK_NSEC - 1, TICK_NSEC);
	t->timer.expires = jiffies + (unsigned long)min(ticks, (u64)MAX_SCHEDULE_TIMEOUT - 1);
	add_timer(&t->timer);
}

/* ns_timer_set - for the current process; deadline 0 stops it. siglock held. */
static void ns_timer_set(struct ns_timer *t, u64 deadline, u64 interval)
{
	del_timer(&t->timer);
	cancel_deferred(&t->deferred);
	t->deadline = deadline;
	t->interval = interval;
	t->tgid = current->tgid;
	if (deadline)
		arm(t);
}

/*
 * ns_timer_expired - has the deadline passed? Then the next one is set, and *missed is how many
 * intervals have gone by beyond it. siglock held.
 */
static bool ns_timer_expired(struct ns_timer *t, int *missed)
{
	u64 now = ktime_get_ns(), periods = 0;

	if (!t->deadline)
		return false;
	if (now < t->deadline) {
		arm(t);
		return false;
	}
	if (t->interval) {
		if (t->interval >> 32)	/* over 4 s: no more than one can be missed, step by step */
			while (t->deadline + (periods + 1) * t->interval <= now)
				periods++;
		else
			periods = div_u64(now - t->deadline, t->interval);
		t->deadline += (periods + 1) * t->interval;
		arm(t);
	} else {
		t->deadline = 0;
	}
	*missed = (int)min(periods, (u64)0x7fffffff);
	return true;
}

/* ns_timer_left - ns until it expires, at least 1; 0: it is not set. siglock held. */
static u64 ns_timer_left(const struct ns_timer *t)
{
	u64 now = ktime_get_ns();

	if (!t->deadline)
		return 0;
	return t->deadline > now ? t->deadline - now : 1;
}

/* ------------------------------------------------------------------ ITIMER_REAL */

static void real_timer_expired(struct deferred *d)
{
	struct ns_timer *t = container_of(d, struct ns_timer, deferred);
	struct task_struct *p;
	bool expired = false;
	int missed;

	spin_lock(&tasklist_lock);
	p = find_task_by_pid(t->tgid);
	if (p) {
		spin_lock(&p->sighand->siglock);
		expired = ns_timer_expired(t, &missed);
		spin_unlock(&p->sighand->siglock);
	}
	if (expired)
		send_sig_kernel(SIGALRM, p);
	spin_unlock(&tasklist_lock);
}

void init_timers(struct signal_struct *sig)
{
	init_ns_timer(&sig->real_timer, real_timer_expired);
	INIT_LIST_HEAD(&sig->posix_timers);
}

/* What a timer of setitimer() is set to, in ns; value 0: not at all. */
struct interval {
	u64 value, interval;
};

/* real_timer - read ITIMER_REAL of the current process, and set it unless new is NULL. */
static void real_timer(const struct interval *new, struct interval *old)
{
	struct ns_timer *t = &current->signal->real_timer;

	spin_lock(&current->sighand->siglock);
	old->value = ns_timer_left(t);
	old->interval = t->interval;
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

static unsigned long ns_to_ticks(u64 ns)
{
	return (unsigned long)min(div_u64(ns + TICK_NSEC - 1, TICK_NSEC), (u64)~0UL >> 1);
}

/* cpu_timer - the same as real_timer() for one by CPU time. */
static void cpu_timer(struct cpu_timer *t, const struct interval *new, struct interval *old)
{
	unsigned long flags = local_irq_save();

	old->value = (u64)t->left * TICK_NSEC;
	old->interval = (u64)t->interval * TICK_NSEC;
	if (new) {
		t->left = ns_to_ticks(new->value);
		t->interval = ns_to_ticks(new->interval);
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

static struct timeval32 to_timeval(u64 ns)
{
	struct timeval32 tv;
	u32 nsec;

	tv.tv_sec = div_u64_rem(ns, NSEC_PER_SEC, &nsec);
	tv.tv_usec = nsec / NSEC_PER_USEC;
	if (ns && !tv.tv_sec && !tv.tv_usec)
		tv.tv_usec = 1;		/* 0 would mean that it is not set */
	return tv;
}

static long put_itimerval(long user, const struct interval *i)
{
	struct itimerval32 it = { to_timeval(i->interval), to_timeval(i->value) };

	return copy_to_user((void *)user, &it, sizeof(it)) ? -EFAULT : 0;
}

static int from_timeval(const struct timeval32 *tv, u64 *ns)
{
	if (tv->tv_sec < 0 || tv->tv_usec < 0 || tv->tv_usec >= USEC_PER_SEC)
		return -EINVAL;
	*ns = (u64)tv->tv_sec * NSEC_PER_SEC + (u64)tv->tv_usec * NSEC_PER_USEC;
	return 0;
}

long sys_getitimer(long which, long value)
{
	struct interval old;
	long error = any_timer(which, NULL, &old);

	return error ? error : put_itimerval(value, &old);
}

/* As on Linux, no new value at all stops the timer. */
long sys_setitimer(long which, long value, long ovalue)
{
	struct interval new = { 0, 0 }, old;
	struct itimerval32 it;
	long error;

	if (value) {
		if (copy_from_user(&it, (void *)value, sizeof(it)))
			return -EFAULT;
		error = from_timeval(&it.it_value, &new.value) ?:
			from_timeval(&it.it_interval, &new.interval);
		if (error)
			return error;
	}
	error = any_timer(which, &new, &old);
	return error || !ovalue ? error : put_itimerval(ovalue, &old);
}

/* sys_alarm - the seconds that were left, rounded, but not to 0. */
long sys_alarm(long seconds)
{
	struct interval new = { (u64)(u32)seconds * NSEC_PER_SEC, 0 }, old;
	struct timeval32 left;

	real_timer(&new, &old);
	left = to_timeval(old.value);
	return left.tv_sec + (left.tv_usec >= USEC_PER_SEC / 2 || (!left.tv_sec && left.tv_usec));
}

/* ------------------------------------------------------------------ timer_create */

struct k_itimer {
	struct list_head list;		/* signal_struct.posix_timers */
	int id;
	long clock;
	int notify;			/* SIGEV_* */
	pid_t tid;			/* SIGEV_THREAD_ID: who gets the signal; else 0 */
	struct ns_timer timer;
	struct sigqueue *q;		/* the signal; info.timer.overrun counts */
	int overrun;			/* of the signal that was taken last */
};

void timer_signal_taken(struct sigqueue *q)
{
	q->timer->overrun = q->info.timer.overrun;
	q->info.timer.overrun = 0;
}

/* notify - the timer has expired; missed more times. tasklist_lock held. */
static void notify(struct k_itimer *t, int missed)
{
	struct task_struct *p = find_task_by_pid(t->tid ? t->tid : t->timer.tgid);

	if (t->notify == SIGEV_NONE || !p)
		return;
	if (send_sigqueue(t->q, p, !t->tid))
		t->q->info.timer.overrun += missed;
}

static void posix_timer_expired(struct deferred *d)
{
	struct k_itimer *t = container_of(d, struct k_itimer, timer.deferred);
	struct task_struct *p;
	bool expired = false;
	int missed;

	spin_lock(&tasklist_lock);
	p = find_task_by_pid(t->timer.tgid);
	if (p) {
		spin_lock(&p->sighand->siglock);
		expired = ns_timer_expired(&t->timer, &missed);
		spin_unlock(&p->sighand->siglock);
	}
	if (expired)
		notify(t, missed);
	spin_unlock(&tasklist_lock);
}

/* find_timer - of the current process; NULL: none. siglock held. */
static struct k_itimer *find_timer(int id)
{
	struct k_itimer *t;

	list_for_each_entry(t, &current->signal->posix_timers, list)
		if (t->id == id)
			return t;
	return NULL;
}

/*
 * delete_timer - a signal of it that is still queued stays so, and goes when it is taken. siglock
 * held.
 */
static void delete_timer(struct k_itimer *t)
{
	list_del_init(&t->list);
	ns_timer_set(&t->timer, 0, 0);
	t->q->timer = NULL;
	if (list_empty(&t->q->list))
		free_sigqueue(t->q);
	else
		current->signal->nr_queued++;
	kfree(t);
}

void exit_posix_timers(void)
{
	struct list_head *timers = &current->signal->posix_timers;

	spin_lock(&current->sighand->siglock);
	while (!list_empty(timers))
		delete_timer(list_first_entry(timers, struct k_itimer, list));
	spin_unlock(&current->sighand->siglock);
}

void exit_timers(void)
{
	spin_lock(&current->sighand->siglock);
	ns_timer_set(&current->signal->real_timer, 0, 0);
	spin_unlock(&current->sighand->siglock);
	exit_posix_timers();
}

static bool is_own_thread(pid_t tid)
{
	struct task_struct *p;
	bool own;

	spin_lock(&tasklist_lock);
	p = find_task_by_pid(tid);
	own = p && p->tgid == current->tgid;
	spin_unlock(&tasklist_lock);
	return own;
}

/* check_event - 0 or -EINVAL. */
static int check_event(const struct sigevent *e)
{
	if (e->notify == SIGEV_NONE)
		return 0;
	if (e->notify == (SIGEV_SIGNAL | SIGEV_THREAD_ID) && !is_own_thread(e->tid))
		return -EINVAL;
	if (e->notify < 0 || e->notify > SIGEV_THREAD_ID || e->notify == 3)
		return -EINVAL;
	return valid_signal(e->signo) ? 0 : -EINVAL;
}

/* make_timer - not set yet, not in the list yet. NULL: no memory. */
static struct k_itimer *make_timer(long clock, const struct sigevent *e)
{
	struct k_itimer *t = kzalloc(sizeof(*t), GFP_KERNEL);

	if (!t)
		return NULL;
	t->q = alloc_sigqueue(GFP_KERNEL);
	if (!t->q) {
		kfree(t);
		return NULL;
	}
	INIT_LIST_HEAD(&t->list);
	init_ns_timer(&t->timer, posix_timer_expired);
	t->clock = clock;
	t->notify = e->notify;
	t->tid = e->notify == SIGEV_THREAD_ID ? e->tid : 0;
	t->q->timer = t;
	t->q->info = (struct siginfo){
		.si_signo = e->signo, .si_code = SI_TIMER, .timer = { .value = e->value },
	};
	return t;
}

/* attach_timer - its number. Another thread may delete it from now on. */
static int attach_timer(struct k_itimer *t, bool id_is_value)
{
	struct signal_struct *sig = current->signal;
	int id;

	spin_lock(&current->sighand->siglock);
	do {
		t->id = sig->next_timer_id;
		sig->next_timer_id = t->id == 0x7fffffff ? 0 : t->id + 1;
	} while (find_timer(t->id));
	t->q->info.timer.id = t->id;
	if (id_is_value)
		t->q->info.timer.value = t->id;
	list_add_tail(&t->list, &sig->posix_timers);
	id = t->id;
	spin_unlock(&current->sighand->siglock);
	return id;
}

long sys_timer_create(long clock, long sevp, long idp)
{
	struct sigevent e = { .signo = SIGALRM, .notify = SIGEV_SIGNAL };
	struct k_itimer *t;
	u64 now = 0;
	int error, id;

	if (sevp && copy_from_user(&e, (void *)sevp, sizeof(e)))
		return -EFAULT;
	error = absolute_deadline(clock, &now);
	if (error)
		return error == -ENOTSUP ? -EOPNOTSUPP : error;
	error = check_event(&e);
	if (error)
		return error;
	t = make_timer(clock, &e);
	if (!t)
		return -EAGAIN;
	id = attach_timer(t, !sevp);
	if (put_user(id, (int *)idp)) {
		sys_timer_delete(id);
		return -EFAULT;
	}
	return 0;
}

long sys_timer_delete(long id)
{
	struct k_itimer *t;

	spin_lock(&current->sighand->siglock);
	t = find_timer(id);
	if (t)
		delete_timer(t);
	spin_unlock(&current->sighand->siglock);
	return t ? 0 : -EINVAL;
}

long sys_timer_getoverrun(long id)
{
	struct k_itimer *t;
	long overrun;

	spin_lock(&current->sighand->siglock);
	t = find_timer(id);
	overrun = t ? t->overrun : -EINVAL;
	spin_unlock(&current->sighand->siglock);
	return overrun;
}

/* posix_timer - read, and set unless new is NULL; absolute: new->value is a time of its clock. */
static long posix_timer(long id, const struct interval *new, bool absolute, struct interval *old)
{
	struct k_itimer *t;
	long error = -EINVAL;

	spin_lock(&current->sighand->siglock);
	t = find_timer(id);
	if (t) {
		u64 deadline = new ? new->value : 0;

		error = 0;
		old->value = ns_timer_left(&t->timer);
		old->interval = t->timer.interval;
		if (deadline && absolute)
			error = absolute_deadline(t->clock, &deadline);
		else if (deadline)
			deadline = deadline_after(deadline);
		if (new && new->value && !deadline)
			deadline = 1;	/* long ago */
		if (new)
			ns_timer_set(&t->timer, deadline, new->interval);
	}
	spin_unlock(&current->sighand->siglock);
	return error;
}

/* How a system call's width of seconds is read and written. */
struct timespec_ops {
	int (*get)(long user, u64 *ns);
	long (*put)(long user, u64 ns);
	size_t size;
};

static const struct timespec_ops ops32 = { get_timespec32, put_timespec32, 8 };
static const struct timespec_ops ops64 = { get_timespec64, put_timespec64, 16 };

/* struct itimerspec: the interval, then the value. */
static long put_itimerspec(const struct timespec_ops *ops, long user, const struct interval *i)
{
	return ops->put(user, i->interval) ?: ops->put(user + ops->size, i->value);
}

static long do_timer_settime(const struct timespec_ops *ops, long id, long flags, long new,
			     long old)
{
	struct interval to, from;
	long error;

	if (!new)
		return -EINVAL;
	error = ops->get(new, &to.interval) ?: ops->get(new + ops->size, &to.value);
	if (!error)
		error = posix_timer(id, &to, flags & TIMER_ABSTIME, &from);
	return error || !old ? error : put_itimerspec(ops, old, &from);
}

static long do_timer_gettime(const struct timespec_ops *ops, long id, long value)
{
	struct interval now;
	long error = posix_timer(id, NULL, false, &now);

	return error ? error : put_itimerspec(ops, value, &now);
}

long sys_timer_settime(long id, long flags, long new, long old)
{
	return do_timer_settime(&ops32, id, flags, new, old);
}

long sys_timer_settime64(long id, long flags, long new, long old)
{
	return do_timer_settime(&ops64, id, flags, new, old);
}

long sys_timer_gettime(long id, long value)
{
	return do_timer_gettime(&ops32, id, value);
}

long sys_timer_gettime64(long id, long value)
{
	return do_timer_gettime(&ops64, id, value);
}
