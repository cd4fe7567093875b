/* SPDX-License-Identifier: MIT */
/*
 * sync.h - sleeping: wait queues, completions, mutexes and read-write semaphores.
 * None of it may be used from an interrupt handler, but wake_up(), which may.
 */
#ifndef NOPAGE_SYNC_H
#define NOPAGE_SYNC_H

#include <nopage/err.h>
#include <nopage/list.h>
#include <nopage/spinlock.h>

struct task_struct;

/* --- wait queues (kernel/wait.c) --- */

typedef struct {
	spinlock_t lock;		/* taken with interrupts off; guards tasks */
	struct list_head tasks;		/* of wait_entry.list, exclusive ones last, in order */
} wait_queue_head_t;

struct wait_entry {
	struct list_head list;
	struct task_struct *task;
	bool exclusive;			/* wake_up() wakes only the first of these */
};

#define WAIT_QUEUE_INIT(name)	{ SPINLOCK_INIT, LIST_HEAD_INIT((name).tasks) }
#define DEFINE_WAIT(name)	struct wait_entry name = \
	{ LIST_HEAD_INIT((name).list), current, false }

void init_waitqueue_head(wait_queue_head_t *q);
/*
 * prepare_to_wait - queue the caller (once) and set its state; then test the condition, then
 * schedule(). A wake-up after prepare_to_wait() is never lost. finish_wait() undoes both.
 */
void prepare_to_wait(wait_queue_head_t *q, struct wait_entry *w, int state);
void finish_wait(wait_queue_head_t *q, struct wait_entry *w);
void wake_up(wait_queue_head_t *q);		/* all non-exclusive, one exclusive */
void wake_up_all(wait_queue_head_t *q);

/* __wait_event - sleep in that state until cond holds: 0; or until interrupted does: -EINTR. */
#define __wait_event(q, cond, sleep, interrupted) ({				\
	might_sleep();								\
	DEFINE_WAIT(__w);							\
	int __ret = 0;								\
	for (;;) {								\
		prepare_to_wait(&(q), &__w, sleep);				\
		if (cond)							\
			break;							\
		if (interrupted) {						\
			__ret = -EINTR;						\
			break;							\
		}								\
		schedule();							\
	}									\
	finish_wait(&(q), &__w);						\
	__ret;									\
})

/* Until cond holds, whatever happens; or until a signal, or death, comes: -EINTR. */
#define wait_event(q, cond) \
	((void)__wait_event(q, cond, TASK_UNINTERRUPTIBLE, false))
#define wait_event_interruptible(q, cond) \
	__wait_event(q, cond, TASK_INTERRUPTIBLE, signal_pending(current))
#define wait_event_killable(q, cond) \
	__wait_event(q, cond, TASK_KILLABLE, fatal_signal_pending())

/* --- completion: one event, waited for once (vfork, thread start) --- */

struct completion {
	bool done;			/* under wait.lock */
	wait_queue_head_t wait;
};

void init_completion(struct completion *c);
void complete(struct completion *c);
void wait_for_completion(struct completion *c);		/* not woken by signals */
int wait_for_completion_killable(struct completion *c);	/* 0, or -EINTR: to be killed */

/* --- read-write semaphore (kernel/rwsem.c): fair, a waiting writer holds off new readers --- */

struct rw_semaphore {
	atomic_t count;		/* readers + RWSEM_WRITER if written + RWSEM_WAITING if the queue is not empty */
	spinlock_t lock;		/* guards waiters */
	struct list_head waiters;	/* first come first served */
};

/* Both negative: the sign of count tells the fast paths that something is in the way. */
#define RWSEM_WRITER	(-0x40000000)
#define RWSEM_WAITING	(-0x20000000)
#define RWSEM_INIT(name) { ATOMIC_INIT(0), SPINLOCK_INIT, LIST_HEAD_INIT((name).waiters) }

void init_rwsem(struct rw_semaphore *sem);
void __down_read_slow(struct rw_semaphore *sem);
void __down_write_slow(struct rw_semaphore *sem);
void __rwsem_wake(struct rw_semaphore *sem);

static inline bool down_write_trylock(struct rw_semaphore *sem)
{
	return atomic_cmpxchg(&sem->count, 0, RWSEM_WRITER);
}

static inline void down_read(struct rw_semaphore *sem)
{
	might_sleep();
	if (unlikely(atomic_inc_negative(&sem->count)))
		__down_read_slow(sem);
}

static inline void down_write(struct rw_semaphore *sem)
{
	might_sleep();
	if (unlikely(!down_write_trylock(sem)))
		__down_write_slow(sem);
}

static inline void up_read(struct rw_semaphore *sem)
{
	if (unlikely(atomic_dec_negative(&sem->count)))
		__rwsem_wake(sem);
}

static inline void up_write(struct rw_semaphore *sem)
{
	if (unlikely(atomic_add_return(&sem->count, -RWSEM_WRITER) < 0))
		__rwsem_wake(sem);
}

static inline bool rwsem_is_write_locked(struct rw_semaphore *sem)
{
	return atomic_read(&sem->count) < RWSEM_WRITER - RWSEM_WAITING;
}

static inline bool rwsem_is_locked(const struct rw_semaphore *sem)
{
	int count = atomic_read(&sem->count);

	return count != 0 && count != RWSEM_WAITING;
}

/* --- mutex: a semaphore that is only ever written; owned, not recursive --- */

struct mutex {
	struct rw_semaphore sem;
	struct task_struct *owner;	/* debug build: who holds it */
};

#define MUTEX_INIT(name) { RWSEM_INIT((name).sem), NULL }

static inline void mutex_init(struct mutex *m)
{
	*m = (struct mutex)MUTEX_INIT(*m);
}

/* mutex_lock - sleeps, not woken by signals; first come first served. */
static inline void mutex_lock(struct mutex *m)
{
	ASSERT(m->owner != current);
	down_write(&m->sem);
	if (CONFIG_DEBUG)
		m->owner = current;
}

static inline void mutex_unlock(struct mutex *m)
{
	ASSERT(m->owner == current);
	if (CONFIG_DEBUG)
		m->owner = NULL;
	up_write(&m->sem);
}

static inline bool mutex_is_locked(const struct mutex *m)
{
	return rwsem_is_locked(&m->sem);
}

#endif
