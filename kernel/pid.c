/* SPDX-License-Identifier: MIT */
/* pid.c - the list of all tasks, and their numbers. */
#include "internal.h"

#define PID_HASH	256
#define RESERVED_PIDS	300		/* not given out again once the numbers have wrapped */

/* Lock order: tasklist_lock -> siglock -> run-queue lock. */
spinlock_t tasklist_lock = SPINLOCK_INIT;
struct list_head task_list = LIST_HEAD_INIT(task_list);
unsigned long nr_tasks, nr_forks;
pid_t last_pid;

static struct hlist_head pid_hash[PID_HASH];	/* tasklist_lock */
static bool pids_wrapped;			/* tasklist_lock */

struct task_struct *find_task_by_pid(pid_t pid)
{
	struct task_struct *p;

	assert_spin_locked(&tasklist_lock);
	hlist_for_each_entry(p, &pid_hash[(unsigned int)pid % PID_HASH], pid_link)
		if (p->pid == pid)
			return p;
	return NULL;
}

/* pid_in_use - by a task, or as the name of a process group or session. */
static bool pid_in_use(pid_t pid)
{
	struct task_struct *p;

	if (find_task_by_pid(pid))
		return true;
	list_for_each_entry(p, &task_list, tasks)
		if (p->signal->pgrp == pid || p->signal->session == pid)
			return true;
	return false;
}

/* alloc_pid - the next free number; there always is one, since max_tasks is PID_MAX / 2 at most. */
static pid_t alloc_pid(void)
{
	do {
		if (++last_pid >= PID_MAX) {
			last_pid = RESERVED_PIDS;
			pids_wrapped = true;
		}
	} while (pids_wrapped && pid_in_use(last_pid));
	return last_pid;
}

static void hash_pid(struct task_struct *p)
{
	hlist_add_head(&p->pid_link, &pid_hash[(unsigned int)p->pid % PID_HASH]);
}

void attach_pid(struct task_struct *p)
{
	p->pid = alloc_pid();
	hash_pid(p);
	list_add_tail(&p->tasks, &task_list);
	nr_tasks++;
	nr_forks++;
}

void swap_pids(struct task_struct *a, struct task_struct *b)
{
	pid_t pid = a->pid;

	assert_spin_locked(&tasklist_lock);
	hlist_del_init(&a->pid_link);
	hlist_del_init(&b->pid_link);
	a->pid = b->pid;
	b->pid = pid;
	hash_pid(a);
	hash_pid(b);
}

void detach_pid(struct task_struct *p)
{
	assert_spin_locked(&tasklist_lock);
	list_del_init(&p->tasks);
	hlist_del_init(&p->pid_link);
	BUG_ON(nr_tasks == 0);
	nr_tasks--;
}
