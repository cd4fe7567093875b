/* SPDX-License-Identifier: MIT */
/*
 * wait.c - wait queues and completions.
 *
 * No wake-up is lost: a waiter queues itself and sets its state first, tests its condition then,
 * and calls schedule() last. A waker that changes the condition after the test finds the waiter
 * on the queue and makes it runnable, so that schedule() returns.
 */
#include <nopage/sync.h>
#include <nopage/sched.h>

void init_waitqueue_head(wait_queue_head_t *q)
{
	spin_lock_init(&q->lock);
	INIT_LIST_HEAD(&q->tasks);
}

/*
 * prepare_to_wait - may be called again and again before finish_wait(). Does not sleep. Exclusive
 * waiters stand behind the others, so that wake_up() may stop at the first of them.
 */
void prepare_to_wait(wait_queue_head_t *q, struct wait_entry *w, int state)
{
	unsigned long flags;

	BUG_ON(w->task != current);
	flags = spin_lock_irqsave(&q->lock);
	if (list_empty(&w->list) && w->exclusive)
		list_add_tail(&w->list, &q->tasks);
	else if (list_empty(&w->list))
		list_add(&w->list, &q->tasks);
	current->state = state;
	spin_unlock_irqrestore(&q->lock, flags);
}

/* finish_wait - an exclusive waiter that was woken is no longer queued, and nobody touches w. */
void finish_wait(wait_queue_head_t *q, struct wait_entry *w)
{
	unsigned long flags;

	if (w->exclusive && list_empty(&w->list)) {
		current->state = TASK_RUNNING;
		return;
	}
	flags = spin_lock_irqsave(&q->lock);
	current->state = TASK_RUNNING;
	list_del_init(&w->list);
	spin_unlock_irqrestore(&q->lock, flags);
}

/*
 * wake_waiters - wake all that are not exclusive, and up to nr_exclusive (0: any number) of those
 * that are, in the order they came. These leave the queue, so that the next wake-up goes to the
 * next one; the others stay until their finish_wait().
 * Locks: q->lock is held, interrupts are off.
 */
static __always_inline void wake_waiters(wait_queue_head_t *q, int nr_exclusive)
{
	struct wait_entry *w, *next;
	struct task_struct *task;
	bool asleep;

	assert_spin_locked(&q->lock);
	list_for_each_entry_safe(w, next, &q->tasks, list) {
		task = w->task;
		if (!w->exclusive) {
			wake_up_process(task);
			continue;
		}
		asleep = task->state != TASK_RUNNING;	/* else a signal has woken it already */
		list_del_init(&w->list);
		wake_up_process(task);
		if (asleep && --nr_exclusive == 0)
			break;
	}
}

void wake_up(wait_queue_head_t *q)
{
	unsigned long flags = spin_lock_irqsave(&q->lock);

	wake_waiters(q, 1);
	spin_unlock_irqrestore(&q->lock, flags);
}

void wake_up_all(wait_queue_head_t *q)
{
	unsigned long flags = spin_lock_irqsave(&q->lock);

	wake_waiters(q, 0);
	spin_unlock_irqrestore(&q->lock, flags);
}

void init_completion(struct completion *c)
{
	c->done = false;
	init_waitqueue_head(&c->wait);
}

/*
 * complete - the completion may stand on the waiter's stack: after the unlock here it can be gone,
 * before it the waiter cannot have left, because finish_wait() takes the lock.
 */
void complete(struct completion *c)
{
	unsigned long flags = spin_lock_irqsave(&c->wait.lock);

	BUG_ON(c->done);
	c->done = true;
	wake_waiters(&c->wait, 0);
	spin_unlock_irqrestore(&c->wait.lock, flags);
}

void wait_for_completion(struct completion *c)
{
	wait_event(c->wait, READ_ONCE(c->done));
}

/* When it fails, the caller sees to it that complete() is not called any more. */
int wait_for_completion_killable(struct completion *c)
{
	return wait_event_killable(c->wait, READ_ONCE(c->done));
}
