/* SPDX-License-Identifier: MIT */
/*
 * mutex.c - a lock that may be held while sleeping.
 *
 * Taking a free one and giving it back are one instruction each (sync.h). First come, first served:
 * with somebody waiting, mutex_unlock() hands the mutex over to the task that has waited longest,
 * so a newcomer cannot overtake. The owner is known, which makes recursion and a foreign unlock
 * BUGs instead of riddles.
 */
#include <nopage/sync.h>
#include <nopage/sched.h>

void mutex_init(struct mutex *m)
{
	m->owner = 0;
	init_waitqueue_head(&m->wait);
}

static struct task_struct *owner_of(const struct mutex *m)
{
	return (struct task_struct *)(READ_ONCE(m->owner) & ~MUTEX_WAITERS);
}

/*
 * take_or_mark - take the mutex if it is free after all, else make its owner's unlock come to
 * __mutex_unlock_slow(). True: it is ours. wait.lock is held.
 */
static bool take_or_mark(struct mutex *m)
{
	unsigned long owner;

	assert_spin_locked(&m->wait.lock);
	for (;;) {
		owner = READ_ONCE(m->owner);
		if (!owner && __mutex_change(m, 0, (unsigned long)current))
			return true;
		if (owner && __mutex_change(m, owner, owner | MUTEX_WAITERS))
			return false;
	}
}

/* __mutex_lock_slow - it is not free: wait in line. */
void __mutex_lock_slow(struct mutex *m)
{
	unsigned long flags = spin_lock_irqsave(&m->wait.lock);

	DEFINE_WAIT(w);
	BUG_ON(owner_of(m) == current);
	if (!take_or_mark(m)) {
		list_add_tail(&w.list, &m->wait.tasks);
		while (owner_of(m) != current) {
			current->state = TASK_UNINTERRUPTIBLE;
			spin_unlock_irqrestore(&m->wait.lock, flags);
			schedule();
			flags = spin_lock_irqsave(&m->wait.lock);
		}
	}
	spin_unlock_irqrestore(&m->wait.lock, flags);
}

/* __mutex_unlock_slow - the first waiter leaves the queue and is the owner from here on. */
void __mutex_unlock_slow(struct mutex *m)
{
	unsigned long flags = spin_lock_irqsave(&m->wait.lock);
	struct wait_entry *w;

	BUG_ON(owner_of(m) != current || list_empty(&m->wait.tasks));
	w = list_first_entry(&m->wait.tasks, struct wait_entry, list);
	list_del_init(&w->list);
	WRITE_ONCE(m->owner, (unsigned long)w->task |
			     (list_empty(&m->wait.tasks) ? 0 : MUTEX_WAITERS));
	wake_up_process(w->task);
	spin_unlock_irqrestore(&m->wait.lock, flags);
}
