/* SPDX-License-Identifier: MIT */
/*
 * spinlock.h - short exclusion. Holding one disables preemption, so might_sleep() catches a sleep
 * under it. Locks that an interrupt handler takes too need the _irqsave form everywhere.
 */
#ifndef NOPAGE_SPINLOCK_H
#define NOPAGE_SPINLOCK_H

#include <nopage/bug.h>
#include <nopage/percpu.h>
#include <asm/atomic.h>
#include <asm/irq.h>

typedef struct {
	int locked;
	struct cpu *owner;		/* debug build: who holds it */
} spinlock_t;

#define SPINLOCK_INIT	{ 0, NULL }
#define DEFINE_SPINLOCK(name) spinlock_t name = SPINLOCK_INIT

static inline void preempt_disable(void)
{
	this_cpu_inc(preempt_count);
}

static inline void preempt_enable(void)
{
	this_cpu_dec(preempt_count);
}

static inline void spin_lock_init(spinlock_t *lock)
{
	*lock = (spinlock_t)SPINLOCK_INIT;
}

static inline bool spin_is_locked(const spinlock_t *lock)
{
	return READ_ONCE(lock->locked);
}

static inline void spin_lock(spinlock_t *lock)
{
	preempt_disable();
	ASSERT(!(lock->locked && lock->owner == this_cpu()));
	while (unlikely(test_and_set(&lock->locked)))
		cpu_relax();
	if (CONFIG_DEBUG)
		lock->owner = this_cpu();
}

static inline void spin_unlock(spinlock_t *lock)
{
	ASSERT(lock->locked && lock->owner == this_cpu());
	barrier();
	WRITE_ONCE(lock->locked, 0);
	preempt_enable();
}

static inline unsigned long spin_lock_irqsave(spinlock_t *lock)
{
	unsigned long flags = local_irq_save();

	spin_lock(lock);
	return flags;
}

static inline void spin_unlock_irqrestore(spinlock_t *lock, unsigned long flags)
{
	spin_unlock(lock);
	local_irq_restore(flags);
}

#define assert_spin_locked(lock) ASSERT(spin_is_locked(lock))

/* Call where a function may sleep: stops at once if a spinlock is held or interrupts are off. */
void __might_sleep(const char *file, int line);
#define might_sleep() do { if (CONFIG_DEBUG) __might_sleep(__FILE__, __LINE__); } while (0)

#endif
