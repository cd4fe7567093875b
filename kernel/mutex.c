/* SPDX-License-Identifier: MIT */
/*
 * mutex.c - a lock that may be held while sleeping.
 *
 * First come, first served: mutex_unlock() hands the mutex over to the task that has waited
 * longest, so a newcomer cannot overtake. The owner is known, which makes recursion and a
 * foreign unlock BUGs instead of riddles.
 */
#include <nopage/sync.h>
#include <nopage/sched.h>

void mutex_init(struct mutex *m)
{
	m->owner = NULL;
	init_waitqueue_head(&m->wait);
}

/* mutex_lock - sleeps, not woken by signals. */
void mutex_lock(struct mutex *m)
{
	unsigned long flags;

	might_sleep();
	flags = spin_lock_irqsave(&m->wait.lock);
	BUG_ON(m->owner == current);
	if (!m->owner) {
		m->owner = current;
		spin_unlock_irqrestore(&m->wait.lock, flags);
		return;
	}
	DEFINE_WAIT(w);
	list_add_tail(&w.list, &m->wait.tasks);
	while (m->owner != current) {
		current->state = TASK_UNINTERRUPTIBLE;
		spin_unlock_irqrestore(&m->wait.lock, flags);
		schedule();
		flags = spin_lock_irqsave(&m->wait.lock);
	}
	spin_unlock_irqrestore(&m->wait.lock, flags);
}

/* mutex_unlock - the first waiter leaves the queue and is the owner from here on. */
void mutex_unlock(struct mutex *m)
{
	unsigned long flags = spin_lock_irqsave(&m->wait.lock);

	BUG_ON(m->owner != current);
	m->owner = NULL;
	if (!list_empty(&m->wait.tasks)) {
		struct wait_entry *w = list_first_entry(&m->wait.tasks, struct wait_entry, list);

		list_del_init(&w->list);
		m->owner = w->task;
		wake_up_process(w->task);
	}
	spin_unlock_irqrestore(&m->wait.lock, flags);
}

bool mutex_is_locked(struct mutex *m)
{
	return READ_ONCE(m->owner) != NULL;
}
