/* SPDX-License-Identifier: MIT */
/* cred_test.c - supplementary groups: sorted, searched, shared; capabilities follow numbers. */
#include "task_test.h"
#include <nopage/cred.h>
#include <nopage/slab.h>
#include <nopage/syscalls.h>

#define MANY	600				/* more than a page holds half of */

/* Groups 3, 6, 9 .. in an order that is not sorted, at a user's address. */
static bool set_many(unsigned int nr)
{
	for (unsigned int i = 0; i < nr; i++)
		test_poke(DATA_ADDR + 4 * i, 3 * ((i * 7) % nr + 1));
	return sys_setgroups(nr, DATA_ADDR) == 0;
}

KTEST(cred, groups_are_found)
{
	struct mm_struct *mm = test_code_enter();

	KT_ASSERT(mm);
	KT_TRUE(set_many(MANY));
	KT_EQ(current->cred.groups->nr, MANY);
	for (unsigned int i = 1; i < MANY; i++)
		KT_TRUE(current->cred.groups->gid[i - 1] < current->cred.groups->gid[i]);
	for (gid_t gid = 1; gid <= 3 * MANY; gid++)
		KT_EQ(in_group(gid), gid % 3 == 0);
	KT_TRUE(in_group(0) && !in_group(3 * MANY + 3));
	KT_EQ(sys_setgroups(0, 0), 0);
	KT_TRUE(!in_group(3));
	exit_cred(current);
	test_mm_leave(mm);
}

static bool try_groups(void)
{
	return sys_setgroups(4, DATA_ADDR) == 0;
}

static void undo_groups(void)
{
	exit_cred(current);
}

KTEST(cred, groups_need_memory)
{
	struct mm_struct *mm = test_code_enter();

	KT_ASSERT(mm);
	test_peek(DATA_ADDR);
	KT_TRUE(kt_fail_every(try_groups, undo_groups, 10) >= 1);
	test_mm_leave(mm);
}

KTEST(cred, a_child_shares_its_groups)
{
	struct mm_struct *mm = test_code_enter();
	const struct group_info *groups;
	long pid;

	KT_ASSERT(mm);
	KT_TRUE(set_many(5));
	groups = current->cred.groups;
	KT_EQ(atomic_read(&groups->count), 1);
	pid = test_clone(SIGCHLD, CODE_EXIT, 0);
	KT_EQ(atomic_read(&groups->count), 2);
	KT_EQ(test_wait(pid), 0);
	schedule();
	KT_EQ(atomic_read(&groups->count), 1);
	exit_cred(current);
	test_mm_leave(mm);
}

KTEST(cred, set_id_programs)
{
	struct cred c;

	KT_TRUE(!prepare_exec_cred(&c, -1, -1));
	KT_TRUE(!c.euid && cap_effective(&c) == CAP_ALL && !cred_secure(&c));
	KT_TRUE(prepare_exec_cred(&c, 7, 8));
	KT_TRUE(c.uid == 0 && c.euid == 7 && c.suid == 7 && c.fsuid == 7);
	KT_TRUE(c.egid == 8 && cred_secure(&c));
	KT_TRUE(cap_effective(&c) == 0 && cap_permitted(&c) == CAP_ALL);
	current->cred.no_new_privs = true;
	KT_TRUE(!prepare_exec_cred(&c, 7, 8));
	KT_TRUE(c.euid == 0 && c.egid == 0 && !cred_secure(&c));
	current->cred.no_new_privs = false;
}
