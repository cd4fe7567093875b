/* SPDX-License-Identifier: MIT */
/* fault_test.c - every rung of the ladder, with exact numbers of faults and frames. */
#include "mm_test.h"
#include <nopage/fs.h>
#include <nopage/string.h>
#include <asm/ptrace.h>
#include <asm/sections.h>
#include <asm/tlb.h>

KTEST(fault, anonymous_read_maps_the_zero_page)
{
	struct mm_struct *mm = test_mm_enter();
	unsigned int faults;

	KT_ASSERT(mm);
	test_map(mm, TEST_BASE, 16, PROT_RW, MAP_ANON_PRIV | MAP_FIXED);
	KT_EQ(mm->rss, 0);
	faults = test_faults();
	for (int i = 0; i < 16; i++)
		KT_EQ(test_peek(TEST_BASE + i * PAGE_SIZE), 0);
	KT_EQ(test_faults() - faults, 16);
	KT_EQ(test_last_path(), PATH_ZERO_PAGE);
	KT_EQ(mm->rss, 0);
	KT_TRUE(pte_page(test_pte(mm, TEST_BASE)) == zero_page);
	KT_TRUE(!pte_write(test_pte(mm, TEST_BASE)));
	for (int i = 0; i < 16; i++)
		test_peek(TEST_BASE + i * PAGE_SIZE);
	KT_EQ(test_faults() - faults, 16);	/* none twice */
	test_mm_leave(mm);
}

KTEST(fault, anonymous_write_maps_a_fresh_frame)
{
	struct mm_struct *mm = test_mm_enter();
	unsigned long free;
	unsigned int faults;

	KT_ASSERT(mm);
	test_map(mm, TEST_BASE, 16, PROT_RW, MAP_ANON_PRIV | MAP_FIXED);
	KT_EQ(test_poke(TEST_BASE, 1), 0);	/* brings the page table */
	free = nr_free_pages();
	faults = test_faults();
	for (int i = 1; i < 16; i++)
		KT_EQ(test_poke(TEST_BASE + i * PAGE_SIZE + 8, i), 0);
	KT_EQ(test_faults() - faults, 15);
	KT_EQ(free - nr_free_pages(), 15);
	KT_EQ(test_last_path(), PATH_ANON);
	KT_EQ(mm->rss, 16);
	KT_EQ(page_count(pte_page(test_pte(mm, TEST_BASE))), 1);
	KT_TRUE(pte_write(test_pte(mm, TEST_BASE)) && pte_dirty(test_pte(mm, TEST_BASE)));
	for (int i = 1; i < 16; i++) {
		KT_EQ(test_peek(TEST_BASE + i * PAGE_SIZE), 0);
		KT_EQ(test_peek(TEST_BASE + i * PAGE_SIZE + 8), i);
	}
	test_mm_leave(mm);
}

KTEST(fault, write_after_read_replaces_the_zero_page)
{
	struct mm_struct *mm = test_mm_enter();
	unsigned int faults, flushes;

	KT_ASSERT(mm);
	test_map(mm, TEST_BASE, 1, PROT_RW, MAP_ANON_PRIV | MAP_FIXED);
	KT_EQ(test_peek(TEST_BASE), 0);
	faults = test_faults();
	flushes = this_cpu()->stat.flush_page;
	KT_EQ(test_poke(TEST_BASE, 7), 0);
	KT_EQ(test_faults() - faults, 1);
	KT_EQ(this_cpu()->stat.flush_page - flushes, 1);
	KT_EQ(test_last_path(), PATH_COW_ZERO);
	KT_EQ(test_peek(TEST_BASE), 7);
	KT_EQ(mm->rss, 1);
	KT_EQ(*(u32 *)page_address(zero_page), 0);
	test_mm_leave(mm);
}

KTEST(fault, outside_and_without_right)
{
	struct mm_struct *mm = test_mm_enter();

	KT_ASSERT(mm);
	test_map(mm, TEST_BASE, 1, PROT_READ, MAP_ANON_PRIV | MAP_FIXED);
	test_map(mm, TEST_BASE + PAGE_SIZE, 1, PROT_NONE, MAP_ANON_PRIV | MAP_FIXED);
	KT_EQ(test_peek(TEST_BASE - PAGE_SIZE), -1);
	KT_EQ(test_last_path(), PATH_NO_VMA);
	KT_EQ(test_peek(TEST_BASE + 2 * PAGE_SIZE), -1);
	KT_EQ(test_last_path(), PATH_NO_VMA);
	KT_EQ(test_poke(TEST_BASE, 1), -EFAULT);
	KT_EQ(test_last_path(), PATH_ACCESS);
	KT_EQ(test_peek(TEST_BASE), 0);
	KT_EQ(test_peek(TEST_BASE + PAGE_SIZE), -1);
	KT_EQ(test_last_path(), PATH_ACCESS);
	KT_EQ(test_peek(0), -1);
	KT_EQ(test_peek(TASK_SIZE), -1);
	KT_EQ(test_peek(TASK_SIZE - 2), -1);
	KT_EQ(test_peek(0xfffffffe), -1);
	test_mm_leave(mm);
}

KTEST(fault, mprotect_takes_and_gives_rights)
{
	struct mm_struct *mm = test_mm_enter();
	unsigned int faults;

	KT_ASSERT(mm);
	test_map(mm, TEST_BASE, 3, PROT_RW, MAP_ANON_PRIV | MAP_FIXED);
	for (int i = 0; i < 3; i++)
		test_poke(TEST_BASE + i * PAGE_SIZE, 40 + i);
	KT_EQ(test_protect(mm, TEST_BASE + PAGE_SIZE, 1, PROT_NONE), 0);
	KT_EQ(mm->map_count, 3);
	KT_EQ(mm->rss, 3);			/* the frame stays */
	KT_EQ(test_peek(TEST_BASE + PAGE_SIZE), -1);
	KT_EQ(test_protect(mm, TEST_BASE + PAGE_SIZE, 1, PROT_READ), 0);
	KT_EQ(test_peek(TEST_BASE + PAGE_SIZE), 41);
	KT_EQ(test_poke(TEST_BASE + PAGE_SIZE, 1), -EFAULT);
	KT_EQ(test_protect(mm, TEST_BASE + PAGE_SIZE, 1, PROT_RW), 0);
	KT_EQ(mm->map_count, 1);
	faults = test_faults();
	KT_EQ(test_poke(TEST_BASE + PAGE_SIZE, 51), 0);
	KT_EQ(test_faults() - faults, 1);	/* private: writable only through the ladder */
	KT_EQ(test_last_path(), PATH_COW_REUSE);
	KT_EQ(test_peek(TEST_BASE + 2 * PAGE_SIZE), 42);
	KT_EQ(mm->rss, 3);
	test_mm_leave(mm);
}

/* A TLB entry that outlives its page table entry would let the second write through. */
KTEST(fault, unmap_and_protect_flush_the_tlb)
{
	struct mm_struct *mm = test_mm_enter();

	KT_ASSERT(mm);
	test_map(mm, TEST_BASE, 2, PROT_RW, MAP_ANON_PRIV | MAP_FIXED);
	KT_EQ(test_poke(TEST_BASE, 1), 0);
	KT_EQ(test_poke(TEST_BASE + PAGE_SIZE, 1), 0);
	KT_EQ(test_protect(mm, TEST_BASE, 1, PROT_READ), 0);
	KT_EQ(test_poke(TEST_BASE, 2), -EFAULT);
	KT_EQ(test_unmap(mm, TEST_BASE + PAGE_SIZE, 1), 0);
	KT_EQ(test_poke(TEST_BASE + PAGE_SIZE, 2), -EFAULT);
	test_mm_leave(mm);
}

KTEST(fault, stack_grows_to_its_limit)
{
	struct mm_struct *mm = test_mm_enter();
	unsigned long top = TASK_SIZE - PAGE_SIZE, limit = rlimit(RLIMIT_STACK);

	KT_ASSERT(mm);
	down_write(&mm->mmap_sem);
	KT_EQ(setup_stack_vma(mm, top, false), 0);
	up_write(&mm->mmap_sem);
	KT_EQ(mm->total_vm, 1);
	KT_EQ(test_poke(top - 4, 1), 0);
	KT_EQ(test_poke(top - 64 * PAGE_SIZE, 2), 0);
	KT_EQ(mm->total_vm, 64);
	KT_EQ(mm->rss, 2);
	KT_EQ(mm->map_count, 1);
	KT_EQ(test_poke(top - limit, 3), 0);
	KT_EQ(test_poke(top - limit - 4, 4), -EFAULT);
	KT_EQ(test_last_path(), PATH_STACK_LIMIT);
	KT_EQ(mm->total_vm, limit >> PAGE_SHIFT);
	validate_mm(mm);
	test_mm_leave(mm);
}

/* Nor beyond the limit on all of the address space, nor to the pages that are never mapped. */
KTEST(fault, stack_keeps_to_the_other_limits)
{
	struct mm_struct *mm = test_mm_enter();
	unsigned long *limit = &current->signal->rlim[RLIMIT_AS].rlim_cur, saved = *limit;

	KT_ASSERT(mm);
	down_write(&mm->mmap_sem);
	KT_EQ(setup_stack_vma(mm, MMAP_MIN_ADDR + 8 * PAGE_SIZE, false), 0);
	up_write(&mm->mmap_sem);
	*limit = 4 * PAGE_SIZE;
	KT_EQ(test_poke(MMAP_MIN_ADDR + 4 * PAGE_SIZE, 1), 0);
	KT_EQ(test_poke(MMAP_MIN_ADDR + 3 * PAGE_SIZE, 1), -EFAULT);
	*limit = saved;
	KT_EQ(test_poke(MMAP_MIN_ADDR, 1), 0);
	KT_EQ(test_poke(MMAP_MIN_ADDR - 4, 1), -EFAULT);
	KT_EQ(test_last_path(), PATH_STACK_LIMIT);
	KT_EQ(mm->total_vm, 8);
	test_mm_leave(mm);
}

KTEST(fault, stack_keeps_away_from_the_area_below)
{
	struct mm_struct *mm = test_mm_enter();
	unsigned long top = TASK_SIZE - PAGE_SIZE;

	KT_ASSERT(mm);
	test_map(mm, top - 512 * PAGE_SIZE, 1, PROT_RW, MAP_ANON_PRIV | MAP_FIXED);
	down_write(&mm->mmap_sem);
	KT_EQ(setup_stack_vma(mm, top, false), 0);
	up_write(&mm->mmap_sem);
	KT_EQ(test_poke(top - 200 * PAGE_SIZE, 1), 0);
	KT_EQ(test_poke(top - 400 * PAGE_SIZE, 1), -EFAULT);	/* within the guard gap */
	test_mm_leave(mm);
}

KTEST(fault, shared_anonymous_is_one_object)
{
	struct mm_struct *mm = test_mm_enter(), *child;

	KT_ASSERT(mm);
	test_map(mm, TEST_BASE, 2, PROT_RW, MAP_ANON_SHARED | MAP_FIXED);
	KT_EQ(test_poke(TEST_BASE, 1), 0);
	KT_EQ(test_last_path(), PATH_FILE);
	KT_EQ(page_count(pte_page(test_pte(mm, TEST_BASE))), 2);	/* the object's and ours */
	child = test_fork_mm(mm);
	KT_ASSERT(child);
	KT_EQ(test_poke(TEST_BASE, 5), 0);
	test_switch_mm(mm, child);
	KT_EQ(test_peek(TEST_BASE), 5);
	KT_EQ(test_poke(TEST_BASE + PAGE_SIZE, 6), 0);	/* untouched before the fork */
	test_switch_mm(child, mm);
	KT_EQ(test_peek(TEST_BASE + PAGE_SIZE), 6);
	mmput(child, EVM_LOOK);
	test_mm_leave(mm);
}

/* A file of 1.5 pages: private mapping, tail of zeroes, SIGBUS behind it. */
KTEST(fault, private_file_mapping)
{
	struct file *file = shmem_file_setup(PAGE_SIZE + PAGE_SIZE / 2);
	struct mm_struct *mm = test_mm_enter();
	struct page *page;

	KT_ASSERT(mm && !IS_ERR(file));
	page = find_or_create_page(&file->inode->mapping, 0);
	KT_ASSERT(page);
	strcpy(page_address(page), "abc");
	down_write(&mm->mmap_sem);
	KT_EQ(do_mmap(mm, file, TEST_BASE, 3 * PAGE_SIZE, PROT_RW, MAP_PRIVATE | MAP_FIXED, 0),
	      TEST_BASE);
	up_write(&mm->mmap_sem);
	KT_EQ(test_peek(TEST_BASE), 'a' | 'b' << 8 | 'c' << 16);
	KT_EQ(test_last_path(), PATH_FILE);
	KT_EQ(page_count(page), 3);		/* file, mapping, ours */
	KT_EQ(test_poke(TEST_BASE, 'x'), 0);
	KT_EQ(test_last_path(), PATH_COW_COPY);
	KT_EQ(page_count(page), 2);
	KT_EQ(*(char *)page_address(page), 'a');
	KT_EQ(test_poke(TEST_BASE + PAGE_SIZE, 'y'), 0);
	KT_EQ(test_last_path(), PATH_FILE_COPY);
	KT_EQ(test_peek(TEST_BASE + 2 * PAGE_SIZE), -1);
	KT_EQ(test_last_path(), PATH_SIGBUS);
	KT_EQ(mm->rss, 2);
	put_page(page);
	test_mm_leave(mm);
	fput(file);
}

/* A read fault also maps the other pages of the aligned block that exist already; no others. */
KTEST(fault, read_maps_the_pages_around)
{
	struct file *file = shmem_file_setup(64 * PAGE_SIZE);
	struct mm_struct *mm = test_mm_enter();
	unsigned long faults;
	struct page *page;

	KT_ASSERT(mm && !IS_ERR(file));
	for (int i = 0; i < 40; i++) {
		if (i == 20)
			continue;		/* a hole in the file */
		page = find_or_create_page(&file->inode->mapping, i);
		KT_ASSERT(page);
		*(int *)page_address(page) = i;
		put_page(page);
	}
	down_write(&mm->mmap_sem);
	KT_EQ(do_mmap(mm, file, TEST_BASE, 30 * PAGE_SIZE, PROT_RW, MAP_PRIVATE | MAP_FIXED, 0),
	      TEST_BASE);
	up_write(&mm->mmap_sem);
	faults = test_faults();
	KT_EQ(test_peek(TEST_BASE + 18 * PAGE_SIZE), 18);
	KT_EQ(test_last_path(), PATH_FILE_AROUND);
	for (int i = 16; i < 30; i++)
		if (i != 20)
			KT_EQ(test_peek(TEST_BASE + i * PAGE_SIZE), i);
	KT_EQ(test_faults() - faults, 1);
	KT_EQ(mm->rss, 13);			/* 16 to 29 but the hole; nothing below, nothing behind */
	KT_TRUE(pte_none(test_pte(mm, TEST_BASE + 15 * PAGE_SIZE)));
	KT_EQ(test_poke(TEST_BASE + 17 * PAGE_SIZE, 1), 0);
	KT_EQ(test_last_path(), PATH_COW_COPY);
	validate_mm(mm);
	test_mm_leave(mm);
	fput(file);
}

/* Nothing but the page table and the frame is allocated; either may fail. */
KTEST(fault, nth_allocation_fails)
{
	struct mm_struct *mm = test_mm_enter();
	int n = 0;

	KT_ASSERT(mm);
	KT_ASSERT(test_map(mm, TEST_BASE, 1, PROT_RW, MAP_ANON_PRIV | MAP_FIXED) == TEST_BASE);
	do {
		kt_fail_nth(++n);
		if (test_poke(TEST_BASE, 1) == 0)
			break;
		KT_EQ(test_last_path(), PATH_OOM);
		validate_mm(mm);
	} while (KT_TRUE(kt_fail_fired()) && n < 100);
	kt_fail_nth(0);
	KT_EQ(n, 3);
	KT_EQ(test_peek(TEST_BASE), 1);
	test_mm_leave(mm);
}

KTEST(fault, spurious_changes_nothing)
{
	struct mm_struct *mm = test_mm_enter();
	unsigned int flushes;
	pte_t before;

	KT_ASSERT(mm);
	test_map(mm, TEST_BASE, 1, PROT_RW, MAP_ANON_PRIV | MAP_FIXED);
	test_poke(TEST_BASE, 1);
	before = test_pte(mm, TEST_BASE);
	flushes = this_cpu()->stat.flush_page;
	KT_EQ(handle_fault(mm, TEST_BASE, FA_WRITE | FA_USER), VM_FAULT_MINOR);
	KT_EQ(test_last_path(), PATH_SPURIOUS);
	KT_EQ(this_cpu()->stat.flush_page - flushes, 1);	/* but what the TLB may still hold */
	KT_TRUE(pte_same(before, test_pte(mm, TEST_BASE)));
	KT_EQ(mm->rss, 1);
	test_mm_leave(mm);
}

/* Where it must not sleep, the kernel gets at what is there, and nothing is paged in. */
KTEST(fault, nothing_is_paged_in_where_sleeping_is_forbidden)
{
	struct mm_struct *mm = test_mm_enter();
	unsigned long flags;

	KT_ASSERT(mm);
	test_map(mm, TEST_BASE, 2, PROT_RW, MAP_ANON_PRIV | MAP_FIXED);
	KT_EQ(test_poke(TEST_BASE, 1), 0);
	preempt_disable();
	KT_EQ(test_poke(TEST_BASE, 2), 0);
	KT_EQ(test_poke(TEST_BASE + PAGE_SIZE, 2), -EFAULT);
	preempt_enable();
	flags = local_irq_save();
	KT_EQ(test_poke(TEST_BASE, 3), 0);
	KT_EQ(test_poke(TEST_BASE + PAGE_SIZE, 3), -EFAULT);
	local_irq_restore(flags);
	KT_EQ(test_poke(TEST_BASE + PAGE_SIZE, 4), 0);
	test_mm_leave(mm);
}

/* A kernel fault anywhere but at an instruction of uaccess.h is a bug. */
KTEST(fault, only_listed_instructions_are_fixed)
{
	struct pt_regs regs = { .ip = (unsigned long)fixup_exception };

	KT_TRUE(!fixup_exception(&regs));
	KT_EQ(regs.ip, (unsigned long)fixup_exception);
	regs.ip = __start___ex_table->insn;
	KT_TRUE(fixup_exception(&regs));
	KT_EQ(regs.ip, __start___ex_table->fixup);
}
