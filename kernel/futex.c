/* SPDX-License-Identifier: MIT */
/*
 * futex.c - sleeping until a word of user memory changes: futex(2).
 *
 * A sleeper is found by a key (futex_key.c).
 *
 * No wake-up is lost: a waiter queues itself first and reads the word then. Whoever changes the
 * word and wakes after that reading finds the waiter on the queue. A waiter that finds another
 * value, but has been woken meanwhile, has used a wake-up up and reports it.
 *
 * Locks: a bucket's lock, two of them in the order of their addresses; then the run-queue lock.
 * Under a bucket's lock user memory is read without faulting: -EFAULT then means to unlock, fault
 * the page in, and start again.
 */
#include "internal.h"
#include <nopage/err.h>
#include <nopage/syscalls.h>
#include <asm/uaccess.h>
#include <uapi/futex.h>
#include <uapi/time.h>

#define FUTEX_BUCKETS	256

struct futex_bucket {
	spinlock_t lock;
	struct list_head waiters;	/* of futex_q.list, first come first woken */
};

struct futex_q {
	struct list_head list;		/* bucket lock */
	struct futex_bucket *bucket;	/* whose list; changes with requeue, under both locks */
	struct futex_key key;		/* the same */
	u32 bitset;
	struct task_struct *task;
	bool woken;			/* bucket lock to set */
};

static struct futex_bucket buckets[FUTEX_BUCKETS];

/* One futex(2). */
struct futex_call {
	unsigned long uaddr, uaddr2;
	int op;				/* FUTEX_*, with its flags */
	u32 val, val3;
	long timeout;			/* user pointer, or a second count */
	enum time_type time_type;	/* of a timeout */
	bool restarted;			/* a wait whose deadline is known */
};

static inline int command_of(const struct futex_call *c)
{
	return c->op & ~(FUTEX_PRIVATE_FLAG | FUTEX_CLOCK_REALTIME);
}

static inline bool is_shared(const struct futex_call *c)
{
	return !(c->op & FUTEX_PRIVATE_FLAG);
}

void futex_init(void)
{
	for (unsigned int i = 0; i < FUTEX_BUCKETS; i++) {
		spin_lock_init(&buckets[i].lock);
		INIT_LIST_HEAD(&buckets[i].waiters);
	}
}

/* ------------------------------------------------------------------ buckets */

static inline bool same_key(const struct futex_key *a, const struct futex_key *b)
{
	return a->index == b->index && a->offset == b->offset && a->object == b->object;
}

static inline struct futex_bucket *bucket_of(const struct futex_key *key)
{
	unsigned long hash = key->index >> 2 ^ key->index >> 12 ^ key->offset >> 2 ^
			     (unsigned long)key->object >> 6;

	return &buckets[hash % FUTEX_BUCKETS];
}

static void lock_two(struct futex_bucket *a, struct futex_bucket *b)
{
	spin_lock(&min(a, b)->lock);
	if (a != b)
		spin_lock(&max(a, b)->lock);
}

static void unlock_two(struct futex_bucket *a, struct futex_bucket *b)
{
	spin_unlock(&a->lock);
	if (a != b)
		spin_unlock(&b->lock);
}

/* ------------------------------------------------------------------ waking */

/* wake_one - q, which is on the list of a bucket whose lock is held, is woken and leaves it. */
static void wake_one(struct futex_q *q)
{
	list_del_init(&q->list);
	q->woken = true;
	wake_up_process(q->task);
}

/* wake_key - up to nr, but at least one, of those that wait for a bit of bitset. Lock held. */
static int wake_key(struct futex_bucket *b, const struct futex_key *key, int nr, u32 bitset)
{
	struct futex_q *q, *next;
	int woken = 0;

	list_for_each_entry_safe(q, next, &b->waiters, list) {
		if (!same_key(&q->key, key) || !(q->bitset & bitset))
			continue;
		wake_one(q);
		if (++woken >= nr)
			break;
	}
	return woken;
}

static int wake_bits(unsigned long uaddr, bool shared, int nr, u32 bitset)
{
	struct futex_bucket *b;
	struct futex_key key;
	int error = futex_key(uaddr, shared, &key);

	if (unlikely(error))
		return error;
	b = bucket_of(&key);
	spin_lock(&b->lock);
	error = wake_key(b, &key, nr, bitset);
	spin_unlock(&b->lock);
	return error;
}

int futex_wake(unsigned long uaddr, int nr)
{
	return wake_bits(uaddr, true, nr, FUTEX_BITSET_MATCH_ANY);
}

/* ------------------------------------------------------------------ waiting */

static void queue_me(struct futex_q *q)
{
	struct futex_bucket *b = bucket_of(&q->key);

	q->bucket = b;
	spin_lock(&b->lock);
	list_add_tail(&q->list, &b->waiters);
	spin_unlock(&b->lock);
}

/* unqueue_me - true when nobody had woken q. From here on nobody else refers to it. */
static bool unqueue_me(struct futex_q *q)
{
	struct futex_bucket *b;
	bool queued;

	for (;;) {
		b = READ_ONCE(q->bucket);
		spin_lock(&b->lock);
		if (likely(b == q->bucket))
			break;
		spin_unlock(&b->lock);		/* requeued in between */
	}
	queued = !q->woken;
	if (queued)
		list_del(&q->list);
	spin_unlock(&b->lock);
	return queued;
}

/* sleep_queued - 0 when woken, -ERESTARTSYS for a signal, or -ETIMEDOUT. */
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
		if (deadline == FOREVER) {
			schedule();
		} else if (!sleep_step(time_left(deadline))) {
			error = -ETIMEDOUT;
			break;
		}
	}
	current->state = TASK_RUNNING;
	return error;
}

/* futex_wait - 0 when woken, -EAGAIN for another value, -ETIMEDOUT, -EFAULT, -ERESTARTSYS. */
static int futex_wait(const struct futex_call *c, u32 bitset, u64 deadline)
{
	struct futex_q q;
	u32 now;
	int error = futex_key(c->uaddr, is_shared(c), &q.key);

	might_sleep();
	if (unlikely(error))
		return error;
	q.bitset = bitset;
	q.task = current;
	q.woken = false;
	queue_me(&q);
	if (unlikely(get_user(now, (u32 *)c->uaddr)))
		error = -EFAULT;
	else if (now != c->val)
		error = -EAGAIN;
	else
		error = sleep_queued(&q, deadline);
	return unqueue_me(&q) ? error : 0;
}

/* get_deadline - FUTEX_WAIT has a duration, FUTEX_WAIT_BITSET a point in time. 0 or -Exxx. */
static int get_deadline(const struct futex_call *c, u64 *deadline)
{
	u64 ns;
	int error;

	*deadline = FOREVER;
	if (!c->timeout)
		return 0;
	error = get_time(c->timeout, c->time_type, &ns);
	if (error)
		return error;
	*deadline = clock_deadline(c->op & FUTEX_CLOCK_REALTIME ? CLOCK_REALTIME : CLOCK_MONOTONIC,
				   command_of(c) != FUTEX_WAIT, ns);
	return 0;
}

static long wait_again(struct restart_block *r);

/* call_wait - with a deadline, a wait that a signal without handler has interrupted goes on. */
static long call_wait(const struct futex_call *c, u32 bitset)
{
	struct restart_block *r = &current->restart;
	int error = c->restarted ? 0 : get_deadline(c, &r->deadline);

	if (error)
		return error;
	if (!bitset)
		return -EINVAL;
	error = futex_wait(c, bitset, r->deadline);
	if (error != -ERESTARTSYS || r->deadline == FOREVER)
		return error;
	r->futex.uaddr = c->uaddr;
	r->futex.op = c->op;
	r->futex.val = c->val;
	r->futex.bitset = bitset;
	return set_restart_fn(r, wait_again);
}

static long wait_again(struct restart_block *r)
{
	struct futex_call c = {
		.uaddr = r->futex.uaddr, .op = r->futex.op, .val = r->futex.val, .restarted = true,
	};

	return call_wait(&c, r->futex.bitset);
}

/* ------------------------------------------------------------------ requeue */

/* The two futexes of one call. */
struct futex_pair {
	struct futex_key from, to;
	struct futex_bucket *a, *b;	/* where they are */
};

/*
 * requeue_waiters - of those that wait for key from, wake nr_wake and let nr_move wait for key to.
 * How many both are. Both locks are held.
 */
static int requeue_waiters(const struct futex_pair *p, int nr_wake, int nr_move)
{
	struct futex_q *q, *next;
	int woken = 0, moved = 0;

	list_for_each_entry_safe(q, next, &p->a->waiters, list) {
		if (!same_key(&q->key, &p->from))
			continue;
		if (woken < nr_wake) {
			wake_one(q);
			woken++;
		} else if (moved < nr_move) {
			if (p->a != p->b)	/* else it would be met again */
				list_move_tail(&q->list, &p->b->waiters);
			q->key = p->to;
			q->bucket = p->b;
			moved++;
		} else {
			break;
		}
	}
	return woken + moved;
}

/* requeue - CMP_REQUEUE only if *uaddr is val3. How many, -EAGAIN, or -EFAULT. Locks held. */
static int requeue(const struct futex_pair *p, const struct futex_call *c)
{
	u32 now;

	if (command_of(c) == FUTEX_CMP_REQUEUE) {
		if (get_user(now, (u32 *)c->uaddr))
			return -EFAULT;
		if (now != c->val3)
			return -EAGAIN;
	}
	return requeue_waiters(p, c->val, c->timeout);
}

/* -EFAULT of requeue(), which may not sleep, may mean a page that is still to come. */
static long call_requeue(const struct futex_call *c)
{
	struct futex_pair p;
	u32 word;
	int ret;

	if ((int)c->val < 0 || c->timeout < 0)
		return -EINVAL;
	ret = futex_key(c->uaddr, is_shared(c), &p.from) ?:
	      futex_key(c->uaddr2, is_shared(c), &p.to);
	if (ret)
		return ret;
	p.a = bucket_of(&p.from);
	p.b = bucket_of(&p.to);
	do {
		lock_two(p.a, p.b);
		ret = requeue(&p, c);
		unlock_two(p.a, p.b);
	} while (ret == -EFAULT && !get_user_size(&word, (u32 *)c->uaddr, sizeof(word)));
	return ret;
}

/* ------------------------------------------------------------------ the call */

static long do_futex(const struct futex_call *c)
{
	int command = command_of(c);

	if (c->op & FUTEX_CLOCK_REALTIME && command != FUTEX_WAIT_BITSET)
		return -ENOSYS;
	switch (command) {
	case FUTEX_WAIT:
		return call_wait(c, FUTEX_BITSET_MATCH_ANY);
	case FUTEX_WAIT_BITSET:
		return call_wait(c, c->val3);
	case FUTEX_WAKE:
		return wake_bits(c->uaddr, is_shared(c), c->val, FUTEX_BITSET_MATCH_ANY);
	case FUTEX_WAKE_BITSET:
		return c->val3 ? wake_bits(c->uaddr, is_shared(c), c->val, c->val3) : -EINVAL;
	case FUTEX_REQUEUE:
	case FUTEX_CMP_REQUEUE:
		return call_requeue(c);
	}
	return -ENOSYS;
}

long sys_futex(long uaddr, long op, long val, long timeout, long uaddr2, long val3)
{
	struct futex_call c = { uaddr, uaddr2, op, val, val3, timeout, TIMESPEC32, false };

	return do_futex(&c);
}

long sys_futex64(long uaddr, long op, long val, long timeout, long uaddr2, long val3)
{
	struct futex_call c = { uaddr, uaddr2, op, val, val3, timeout, TIMESPEC64, false };

	return do_futex(&c);
}
