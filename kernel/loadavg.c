/* SPDX-License-Identifier: MIT */
/*
 * loadavg.c - how many tasks run or wait for something that comes soon, on the average of the last
 * 1, 5 and 15 minutes.
 *
 * A sample is taken every 5 s; a sample t seconds old counts with the weight exp(-t / minutes),
 * which a fixed-point multiplication per sample gives.
 */
#include "internal.h"

#define LOAD_FREQ	(5 * HZ)
#define LOAD_1		(1U << LOAD_SHIFT)

u32 avenrun[3];

/* exp(-5 / 60), exp(-5 / 300), exp(-5 / 900), << LOAD_SHIFT */
static const u32 decay[3] = { 1884, 2014, 2037 };

static u32 next_load(u32 load, u32 factor, u32 active)
{
	u64 sum = (u64)load * factor + (u64)active * (LOAD_1 - factor);

	return (sum + (active > load ? LOAD_1 - 1 : 0)) >> LOAD_SHIFT;
}

unsigned int nr_uninterruptible(void)
{
	struct task_struct *p;
	unsigned int n = 0;

	assert_spin_locked(&tasklist_lock);
	list_for_each_entry(p, &task_list, tasks)
		n += !!(p->state & (TASK_UNINTERRUPTIBLE | TASK_KILLABLE));
	return n;
}

/*
 * Timer interrupt. If it has interrupted somebody who works on the task list, the sleepers are not
 * counted this time.
 */
void load_tick(void)
{
	static unsigned long next = LOAD_FREQ;
	u32 active = nr_running();

	if ((long)(jiffies - next) < 0)
		return;
	next += LOAD_FREQ;
	if (!spin_is_locked(&tasklist_lock)) {
		spin_lock(&tasklist_lock);
		active += nr_uninterruptible();
		spin_unlock(&tasklist_lock);
	}
	for (unsigned int i = 0; i < ARRAY_SIZE(avenrun); i++)
		avenrun[i] = next_load(avenrun[i], decay[i], active << LOAD_SHIFT);
}
