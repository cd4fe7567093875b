/* SPDX-License-Identifier: MIT */
/* ldt_test.c - the descriptor table of an address space: made, copied by fork, freed. */
#include "task_test.h"
#include <nopage/syscalls.h>
#include <uapi/ldt.h>

static struct mm_struct *mm, *copy;

static long write_entry(unsigned int entry)
{
	const struct user_desc u = { .entry_number = entry, .limit = 99, .seg_32bit = 1 };

	if (copy_to_user((void *)DATA_ADDR, &u, sizeof(u)))
		return -EFAULT;
	return sys_modify_ldt(LDT_WRITE, DATA_ADDR, sizeof(u));
}

static bool try_copy(void)
{
	copy = dup_mm(mm);
	return !IS_ERR(copy);
}

static void undo_copy(void)
{
	mmput(copy, EVM_FORK_FAIL);
}

KTEST(ldt, fork_copies_it)
{
	mm = test_code_enter();
	KT_ASSERT(mm);
	KT_TRUE(!mm->context.ldt);
	KT_EQ(write_entry(7), 0);
	KT_ASSERT(mm->context.ldt);
	KT_TRUE(try_copy());
	KT_TRUE(copy->context.ldt && copy->context.ldt != mm->context.ldt);
	KT_EQ(copy->context.ldt[7].lo, 99);
	undo_copy();
	KT_TRUE(kt_fail_every(try_copy, undo_copy, 50) >= 4);
	test_mm_leave(mm);
}

KTEST(ldt, without_memory)
{
	mm = test_code_enter();
	KT_ASSERT(mm);
	KT_EQ(write_entry(10000), -EINVAL);
	kt_fail_nth(1);
	KT_EQ(write_entry(7), -ENOMEM);
	KT_TRUE(kt_fail_fired() && !mm->context.ldt);
	KT_EQ(write_entry(7), 0);
	test_mm_leave(mm);
}
