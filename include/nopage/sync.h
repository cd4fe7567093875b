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

/* Until cond holds, whatever happens; or until the process is to die: -EINTR. */
#define wait_event(q, cond) \
	((void)__wait_event(q, cond, TASK_UNINTERRUPTIBLE, false))
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

/* --- mutex (kernel/mutex.c): owned, not recursive, first come first served --- */

#define MUTEX_WAITERS	1UL		/* in owner: wait is not empty */

struct mutex {
	unsigned long owner;		/* struct task_struct * or 0, and MUTEX_WAITERS */
	wait_queue_head_t wait;		/* its lock is held to change a set MUTEX_WAITERS */
};

#define MUTEX_INIT(name) { 0, WAIT_QUEUE_INIT((name).wait) }
void mutex_init(struct mutex *m);
void __mutex_lock_slow(struct mutex *m);
void __mutex_unlock_slow(struct mutex *m);

/* __mutex_change - true when owner was old and is now new. */
static inline bool __mutex_change(struct mutex *m, unsigned long old, unsigned long new)
{
	return __atomic_compare_exchange_n(&m->owner, &old, new, false,
					   __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
}

/* mutex_lock - sleeps, not woken by signals. */
static inline void mutex_lock(struct mutex *m)
{
	might_sleep();
	if (unlikely(!__mutex_change(m, 0, (unsigned long)current)))
		__mutex_lock_slow(m);
}

static inline void mutex_unlock(struct mutex *m)
{
	if (unlikely(!__mutex_change(m, (unsigned long)current, 0)))
		__mutex_unlock_slow(m);
}

static inline bool mutex_is_locked(struct mutex *m)
{
	return READ_ONCE(m->owner) != 0;
}

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

static inline bool rwsem_is_locked(struct rw_semaphore *sem)
{
	int count = atomic_read(&sem->count);

	return count != 0 && count != RWSEM_WAITING;
}

#endif
