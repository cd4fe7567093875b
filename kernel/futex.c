/* SPDX-License-Identifier: MIT */
/*
 * futex.c - sleeping until a word of user memory changes: FUTEX_WAIT and FUTEX_WAKE.
 *
 * A sleeper is found by the pair (address space, address). Memory that two processes share stands
 * in two address spaces, so futexes between processes do not work yet; joins and locks of threads
 * do.
 *
 * No wake-up is lost: a waiter queues itself first and reads the word then. Whoever changes the
 * word and wakes after that reading finds the waiter on the queue.
 */
#include "internal.h"
#include <nopage/err.h>
#include <nopage/syscalls.h>
#include <asm/uaccess.h>
#include <uapi/futex.h>

#define FUTEX_BUCKETS	64

struct futex_q {
	struct list_head list;		/* bucket lock */
	struct mm_struct *mm;
	unsigned long uaddr;
	struct task_struct *task;
	bool woken;			/* bucket lock to set */
};

static struct futex_bucket {
	spinlock_t lock;
	struct list_head waiters;	/* of futex_q.list, first come first woken */
} buckets[FUTEX_BUCKETS];

void futex_init(void)
{
	for (unsigned int i = 0; i < FUTEX_BUCKETS; i++) {
		spin_lock_init(&buckets[i].lock);
		INIT_LIST_HEAD(&buckets[i].waiters);
	}
}

static struct futex_bucket *bucket_of(const struct mm_struct *mm, unsigned long uaddr)
{
	unsigned long hash = uaddr >> 2 ^ uaddr >> 12 ^ (unsigned long)mm >> 6;

	return &buckets[hash % FUTEX_BUCKETS];
}

int futex_wake(unsigned long uaddr, int nr)
{
	struct futex_bucket *b = bucket_of(current->mm, uaddr);
	struct futex_q *q, *next;
	int woken = 0;

	spin_lock(&b->lock);
	list_for_each_entry_safe(q, next, &b->waiters, list) {
		if (woken >= nr)
			break;
		if (q->mm != current->mm || q->uaddr != uaddr)
			continue;
		list_del_init(&q->list);
		q->woken = true;
		wake_up_process(q->task);
		woken++;
	}
	spin_unlock(&b->lock);
	return woken;
}

static void queue_me(struct futex_q *q)
{
	struct futex_bucket *b = bucket_of(q->mm, q->uaddr);

	spin_lock(&b->lock);
	list_add_tail(&q->list, &b->waiters);
	spin_unlock(&b->lock);
}

/* unqueue_me - true when nobody had woken q. */
static bool unqueue_me(struct futex_q *q)
{
	struct futex_bucket *b = bucket_of(q->mm, q->uaddr);
	bool queued;

	spin_lock(&b->lock);
	queued = !list_empty(&q->list);
	if (queued)
		list_del_init(&q->list);
	spin_unlock(&b->lock);
	return queued;
}

static int sleep_queued(struct futex_q *q, u64 deadline)
{
	int error = 0;

	for (;;) {
		current->state = TASK_INTERRUPTIBLE;
		if (READ_ONCE(q->woken))
			break;
		if (signal_pending(current)) {
			error = -ERESTARTSYS;
			break;
		}
		if (!sleep_step(deadline)) {
			error = -ETIMEDOUT;
			break;
		}
	}
	current->state = TASK_RUNNING;
	return error;
}

/* futex_wait - 0 when woken, -EAGAIN when *uaddr is not val, -ETIMEDOUT, -EFAULT. */
static int futex_wait(unsigned long uaddr, u32 val, u64 deadline)
{
	struct futex_q q = { .mm = current->mm, .uaddr = uaddr, .task = current };
	u32 now;
	int error;

	might_sleep();
	queue_me(&q);
	if (get_user(now, (u32 *)uaddr))
		error = -EFAULT;
	else if (now != val)
		error = -EAGAIN;
	else
		error = sleep_queued(&q, deadline);
	return unqueue_me(&q) ? error : 0;
}

/* do_futex - get: reads a struct timespec of the caller's width. */
static long do_futex(unsigned long uaddr, long op, long val, long timeout,
		     int (*get)(long user, u64 *ns))
{
	u64 ns = ~0ULL;
	int error;

	op &= ~(FUTEX_PRIVATE_FLAG | FUTEX_CLOCK_REALTIME);
	if (op != FUTEX_WAIT && op != FUTEX_WAKE)
		return -ENOSYS;
	if (op == FUTEX_WAIT && timeout) {
		error = get(timeout, &ns);
		if (error)
			return error;
	}
	if (uaddr % sizeof(u32))
		return -EINVAL;
	if (!access_ok((void *)uaddr, sizeof(u32)))
		return -EFAULT;
	if (op == FUTEX_WAKE)
		return futex_wake(uaddr, val);
	return futex_wait(uaddr, val, deadline_after(ns));
}

long sys_futex(long uaddr, long op, long val, long timeout, long uaddr2, long val3)
{
	return do_futex(uaddr, op, val, timeout, get_timespec32);
}

long sys_futex64(long uaddr, long op, long val, long timeout, long uaddr2, long val3)
{
	return do_futex(uaddr, op, val, timeout, get_timespec64);
}
