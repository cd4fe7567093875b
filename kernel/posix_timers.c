/* SPDX-License-Identifier: MIT */
/*
 * posix_timers.c - timer_create(): timers (itimer.c), any number of them, each with a signal of its
 * own that is allocated with it, so that expiring cannot fail. While that signal is queued,
 * expiring again only counts the overrun.
 *
 * Locks: siglock of the process guards its timers, tasklist_lock the clocks of CPU time.
 */
#include "internal.h"
#include "signal.h"
#include <nopage/err.h>
#include <nopage/mm.h>
#include <nopage/slab.h>
#include <nopage/syscalls.h>
#include <asm/uaccess.h>
#include <uapi/time.h>

struct k_itimer {
	struct list_head list;		/* signal_struct.posix_timers */
	int id;
	int notify;			/* SIGEV_* */
	pid_t tid;			/* SIGEV_THREAD_ID: who gets the signal; else 0 */
	struct ns_timer timer;
	struct sigqueue *q;		/* the signal; info.timer.overrun counts */
	int overrun;			/* of the signal that was taken last */
	bool deleted;			/* there only because its signal is still queued */
};

void timer_signal_taken(struct sigqueue *q, struct siginfo *info)
{
	if (q->stale)
		info->si_signo = 0;
	else
		q->timer->overrun = q->info.timer.overrun;
}

static void free_timer(struct signal_struct *s, struct k_itimer *t)
{
	s->nr_queued--;
	free_sigqueue(t->q);
	kfree(t);
}

void timer_signal_gone(struct signal_struct *s, struct sigqueue *q)
{
	if (q->timer->deleted)
		free_timer(s, q->timer);
}

static void posix_timer_expired(struct deferred *d)
{
	struct k_itimer *t = container_of(d, struct k_itimer, timer.deferred);
	struct task_struct *p;
	int missed;

	spin_lock(&tasklist_lock);
	p = ns_timer_expired(&t->timer, &missed);
	if (p && t->tid)
		p = find_task_by_pid(t->tid);
	if (p && t->notify != SIGEV_NONE)
		send_sigqueue(t->q, p, !t->tid, missed);
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
 * outdate_signal - one that is still queued stays pending, but whoever takes it finds none, as on
 * Linux since 6.13. siglock held.
 */
static void outdate_signal(struct k_itimer *t)
{
	t->q->stale = !list_empty(&t->q->list);
	t->q->info.timer.overrun = 0;
}

/* delete_timer - it goes, now or with its signal. siglock held. */
static void delete_timer(struct k_itimer *t)
{
	list_del_init(&t->list);
	ns_timer_stop(&t->timer);
	outdate_signal(t);
	t->deleted = true;
	if (!t->q->stale)
		free_timer(current->signal, t);
}

void exit_posix_timers(void)
{
	struct list_head *timers = &current->signal->posix_timers;

	while (!list_empty(timers))
		delete_timer(list_first_entry(timers, struct k_itimer, list));
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
	t->timer.clock = full_clock(clock);
	t->notify = e->notify;
	t->tid = e->notify == SIGEV_THREAD_ID ? e->tid : 0;
	t->q->timer = t;
	t->q->stale = false;
	t->q->info = (struct siginfo){
		.si_signo = e->signo, .si_code = SI_TIMER, .timer = { .value = e->value },
	};
	return t;
}

/*
 * attach_timer - its number, or -EAGAIN: it counts as a queued signal. Another thread may delete it
 * from now on.
 */
static int attach_timer(struct k_itimer *t, bool id_is_value)
{
	struct signal_struct *sig = current->signal;
	int id;

	spin_lock(&current->sighand->siglock);
	if (sig->nr_queued >= sig->rlim[RLIMIT_SIGPENDING].rlim_cur) {
		spin_unlock(&current->sighand->siglock);
		return -EAGAIN;
	}
	sig->nr_queued++;
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
	int error, id;

	if (sevp && copy_from_user(&e, (void *)sevp, sizeof(e)))
		return -EFAULT;
	error = check_sleep_clock(clock) ?: check_event(&e);
	if (error)
		return error;
	t = make_timer(clock, &e);
	if (!t)
		return -EAGAIN;
	id = attach_timer(t, !sevp);
	if (id < 0) {
		free_sigqueue(t->q);
		kfree(t);
		return id;
	}
	error = put_user(id, (int *)idp) ?: check_clock(full_clock(clock));
	if (error)
		sys_timer_delete(id);
	return error;
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

	spin_lock(&tasklist_lock);
	spin_lock(&current->sighand->siglock);
	t = find_timer(id);
	if (t) {
		ns_timer_get(&t->timer, old);
		error = new ? ns_timer_set(&t->timer, absolute, new) : 0;
	}
	if (t && new && !error)
		outdate_signal(t);
	spin_unlock(&current->sighand->siglock);
	spin_unlock(&tasklist_lock);
	return error;
}

long do_timer_settime(long id, long flags, long new, long old, enum time_type type)
{
	struct interval to, from;
	long error = new ? get_interval(new, type, &to) : -EINVAL;

	if (!error)
		error = posix_timer(id, &to, flags & TIMER_ABSTIME, &from);
	return error || !old ? error : put_interval(old, type, &from);
}

long do_timer_gettime(long id, long value, enum time_type type)
{
	struct interval now;

	return posix_timer(id, NULL, false, &now) ?: put_interval(value, type, &now);
}
