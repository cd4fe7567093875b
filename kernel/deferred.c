/* SPDX-License-Identifier: MIT */
/*
 * deferred.c - what an interrupt handler leaves to be done by ordinary kernel code.
 *
 * The locks of tasks and signals are not taken with interrupts off, so a handler cannot send a
 * signal. It defers that: the function runs on the interrupted CPU before that returns to user
 * mode, switches or halts, which is as soon as the kernel holds no lock. TIF_DEFERRED of the task
 * that was interrupted makes these places look.
 */
#include <nopage/sched.h>

static DEFINE_SPINLOCK(deferred_lock);		/* taken with interrupts off */
static LIST_HEAD(queue);			/* of struct deferred, first come first run */

void defer(struct deferred *d)
{
	unsigned long flags = spin_lock_irqsave(&deferred_lock);

	if (list_empty(&d->list))
		list_add_tail(&d->list, &queue);
	set_work(current, TIF_DEFERRED);
	spin_unlock_irqrestore(&deferred_lock, flags);
}

void cancel_deferred(struct deferred *d)
{
	unsigned long flags = spin_lock_irqsave(&deferred_lock);

	list_del_init(&d->list);
	spin_unlock_irqrestore(&deferred_lock, flags);
}

static struct deferred *next_deferred(void)
{
	unsigned long flags = spin_lock_irqsave(&deferred_lock);
	struct deferred *d = list_first_entry_or_null(&queue, struct deferred, list);

	if (d)
		list_del_init(&d->list);
	spin_unlock_irqrestore(&deferred_lock, flags);
	return d;
}

void run_deferred(void)
{
	struct deferred *d;

	BUG_ON(this_cpu()->preempt_count || this_cpu()->irq_count || irqs_disabled());
	clear_work(current, TIF_DEFERRED);
	preempt_disable();		/* the functions do not sleep */
	while ((d = next_deferred()))
		d->fn(d);
	preempt_enable();
}
