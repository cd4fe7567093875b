/* SPDX-License-Identifier: MIT */
/*
 * rwsem.c - the slow paths of read-write semaphores.
 *
 * The count alone decides while nobody waits: readers add one, a writer adds RWSEM_WRITER, each
 * with one atomic operation (sync.h). As soon as somebody has to wait, RWSEM_WAITING makes the
 * count negative, which stops every newcomer: they queue behind, so neither side starves. Whoever
 * lets go of the semaphore then hands it over to the head of the queue: to one writer, or to
 * all readers up to the next writer. A woken waiter owns the semaphore already.
 *
 * A reader that finds the count negative has added itself already and takes that back in the slow
 * path. For a moment there is one reader too many; whoever is misled by it to grant nothing
 * is made up for by that reader, who looks at the queue itself.
 */
#include <nopage/sync.h>
#include <nopage/sched.h>

struct rwsem_waiter {
	struct list_head list;
	struct task_struct *task;	/* NULL: has been given the semaphore */
	bool writer;
};

void init_rwsem(struct rw_semaphore *sem)
{
	atomic_set(&sem->count, 0);
	spin_lock_init(&sem->lock);
	INIT_LIST_HEAD(&sem->waiters);
}

/* grant - w leaves the queue as a holder. It may be gone, with its stack, once task is NULL. */
static void grant(struct rw_semaphore *sem, struct rwsem_waiter *w)
{
	struct task_struct *task = w->task;

	atomic_add(&sem->count, w->writer ? RWSEM_WRITER : 1);
	list_del(&w->list);
	WRITE_ONCE(w->task, NULL);
	wake_up_process(task);
}

/*
 * grant_waiters - give a semaphore that nobody holds, or only readers, to the head of the queue.
 * Locks: sem->lock is held. The queue is not empty, so RWSEM_WAITING is part of the count.
 */
static void grant_waiters(struct rw_semaphore *sem)
{
	struct rwsem_waiter *w, *next;

	assert_spin_locked(&sem->lock);
	list_for_each_entry_safe(w, next, &sem->waiters, list) {
		int held = atomic_read(&sem->count) - RWSEM_WAITING;

		if (held < 0 || (w->writer && held > 0))
			break;
		grant(sem, w);
	}
	if (list_empty(&sem->waiters))
		atomic_add(&sem->count, -RWSEM_WAITING);
}

/* __rwsem_wake - a holder has let go and somebody waits. Any task context. */
void __rwsem_wake(struct rw_semaphore *sem)
{
	spin_lock(&sem->lock);
	if (!list_empty(&sem->waiters))
		grant_waiters(sem);
	spin_unlock(&sem->lock);
}

/*
 * wait_for_grant - queue up and sleep until the semaphore is ours. The count may have become
 * free since the fast path failed: grant_waiters() sees to that before the sleep.
 */
static void wait_for_grant(struct rw_semaphore *sem, bool writer)
{
	struct rwsem_waiter w = { .task = current, .writer = writer };

	spin_lock(&sem->lock);
	if (list_empty(&sem->waiters))
		atomic_add(&sem->count, RWSEM_WAITING);
	list_add_tail(&w.list, &sem->waiters);
	current->state = TASK_UNINTERRUPTIBLE;
	grant_waiters(sem);
	spin_unlock(&sem->lock);
	while (READ_ONCE(w.task)) {
		schedule();
		current->state = TASK_UNINTERRUPTIBLE;
	}
	current->state = TASK_RUNNING;
}

void __down_read_slow(struct rw_semaphore *sem)
{
	atomic_dec(&sem->count);
	wait_for_grant(sem, false);
	ASSERT(rwsem_is_locked(sem));
}

void __down_write_slow(struct rw_semaphore *sem)
{
	wait_for_grant(sem, true);
	ASSERT(rwsem_is_write_locked(sem));
}
