/* SPDX-License-Identifier: MIT */
/*
 * robust.c - robust mutexes: a thread that dies, or executes another program, with mutexes locked
 * marks them as its estate (FUTEX_OWNER_DIED) and wakes a waiter for each.
 *
 * The C library keeps a list of them in user memory and says once where it begins. Nothing in
 * that list can be trusted: every pointer may be bad and the list may have no end.
 *
 * Source: get_robust_list(2).
 */
#include "internal.h"
#include <nopage/err.h>
#include <nopage/syscalls.h>
#include <asm/uaccess.h>
#include <uapi/futex.h>

#define PI_ENTRY	1U		/* bit 0 of a pointer: the mutex inherits priorities */

/*
 * owner_died - the word at uaddr, if p holds the mutex: mark it and wake a waiter. A mutex that
 * was being unlocked (pending) is free already, but its waiters may not have been woken. False:
 * there can be no mutex.
 */
static bool owner_died(struct task_struct *p, unsigned long uaddr, bool pending)
{
	u32 *word = (u32 *)uaddr;
	u32 value, before;

	if (uaddr % sizeof(u32) || get_user(value, word))
		return false;
	if (pending && !value) {
		futex_wake(uaddr, 1);
		return true;
	}
	do {
		before = value;
		if ((before & FUTEX_TID_MASK) != (u32)p->pid)
			return true;
		if (cmpxchg_user(word, &value, (before & FUTEX_WAITERS) | FUTEX_OWNER_DIED))
			return false;
	} while (value != before);
	if (before & FUTEX_WAITERS)
		futex_wake(uaddr, 1);
	return true;
}

/* The list ends at the first entry that cannot be one, as on Linux; then nothing is pending. */
void exit_robust_list(struct task_struct *p)
{
	struct robust_list_head *user = p->robust_list, head;
	u32 entry, next, pending;

	BUG_ON(p != current);
	p->robust_list = NULL;
	if (copy_from_user(&head, user, sizeof(head)))
		return;
	pending = head.list_op_pending & ~PI_ENTRY;
	entry = head.next & ~PI_ENTRY;
	for (unsigned int i = 0; i < ROBUST_LIST_LIMIT && entry != (u32)user; i++) {
		bool bad = get_user(next, (u32 *)entry);

		/* The entry may go as soon as its mutex is given away: that is why next comes first. */
		if (entry != pending && !owner_died(p, entry + head.futex_offset, false))
			return;
		if (bad)
			return;
		entry = next & ~PI_ENTRY;
		cond_resched();
	}
	if (pending)
		owner_died(p, pending + head.futex_offset, true);
}

/* sys_set_robust_list - where the calling thread's list begins: 0, or -EINVAL. */
long sys_set_robust_list(long head, long len)
{
	if (len != sizeof(struct robust_list_head))
		return -EINVAL;
	current->robust_list = (struct robust_list_head *)head;
	return 0;
}

/* sys_get_robust_list - of thread pid, 0: the caller. 0, -ESRCH, -EPERM or -EFAULT. */
long sys_get_robust_list(long pid, long head, long len)
{
	struct robust_list_head *list;
	struct task_struct *p;
	bool allowed;

	spin_lock(&tasklist_lock);
	p = find_task(pid);
	if (p)
		get_task_struct(p);
	spin_unlock(&tasklist_lock);
	if (!p)
		return -ESRCH;
	allowed = ptrace_may_access(p, current->cred.uid, current->cred.gid);
	list = p->robust_list;
	put_task_struct(p);
	if (!allowed)
		return -EPERM;
	return put_user(sizeof(struct robust_list_head), (long *)len) ?:
	       put_user((u32)list, (u32 *)head);
}
