/* SPDX-License-Identifier: MIT */
/*
 * mm_test.h - what the tests of address spaces share. A test runs in a kernel thread; use_mm() lets
 * it touch user addresses through uaccess.h, which faults exactly as a program would.
 */
#ifndef TESTS_MM_TEST_H
#define TESTS_MM_TEST_H

#include <nopage/events.h>
#include <nopage/ktest.h>
#include <nopage/mm.h>
#include <nopage/sched.h>
#include <asm/uaccess.h>
#include <uapi/mman.h>

#define PROT_RW		(PROT_READ | PROT_WRITE)
#define MAP_ANON_PRIV	(MAP_PRIVATE | MAP_ANONYMOUS)
#define MAP_ANON_SHARED	(MAP_SHARED | MAP_ANONYMOUS)
#define TEST_BASE	0x10000000UL

/* An empty address space, in use by the current kernel thread; NULL: no memory. */
static inline struct mm_struct *test_mm_enter(void)
{
	struct mm_struct *mm = mm_alloc();

	if (mm)
		use_mm(mm);
	return mm;
}

static inline void test_mm_leave(struct mm_struct *mm)
{
	unuse_mm(mm);
	mmput(mm, EVM_LOOK);
}

/* The address, or -Exxx. */
static inline long test_map(struct mm_struct *mm, unsigned long addr, unsigned long pages,
			    unsigned long prot, unsigned long flags)
{
	long result;

	down_write(&mm->mmap_sem);
	result = do_mmap(mm, NULL, addr, pages << PAGE_SHIFT, prot, flags, 0);
	up_write(&mm->mmap_sem);
	return result;
}

static inline int test_unmap(struct mm_struct *mm, unsigned long addr, unsigned long pages)
{
	int error;

	down_write(&mm->mmap_sem);
	error = do_munmap(mm, addr, pages << PAGE_SHIFT);
	up_write(&mm->mmap_sem);
	return error;
}

static inline int test_protect(struct mm_struct *mm, unsigned long addr, unsigned long pages,
			       unsigned long prot)
{
	int error;

	down_write(&mm->mmap_sem);
	error = do_mprotect(mm, addr, pages << PAGE_SHIFT, prot);
	up_write(&mm->mmap_sem);
	return error;
}

/* The word at a user address, or -1 when it cannot be read. */
static inline int test_peek(unsigned long addr)
{
	int value;

	return get_user(value, (int *)addr) ? -1 : value;
}

/* 0 or -EFAULT. */
static inline int test_poke(unsigned long addr, int value)
{
	return put_user(value, (int *)addr);
}

/* The page table entry of addr; none when there is no table. */
static inline pte_t test_pte(struct mm_struct *mm, unsigned long addr)
{
	pgd_t *pgd = pgd_offset(mm, addr);

	return pgd_none(*pgd) ? __pte(0) : *pte_offset(pgd, addr);
}

/* What the ladder did with the last page fault. */
static inline enum fault_path test_last_path(void)
{
	for (u32 seq = event_next; seq && event_get(seq); seq--) {
		const struct event *ev = event_get(seq);

		if (ev->type == EV_FAULT)
			return ev->arg[1] >> 16;
	}
	return PATH_NONE;
}

/* Page faults of the current task that were resolved, so far. */
static inline unsigned int test_faults(void)
{
	return current->used.min_flt + current->used.maj_flt;
}

/* A copy-on-write copy of the current mm, as fork makes it; must not fail here. */
static inline struct mm_struct *test_fork_mm(struct mm_struct *mm)
{
	struct mm_struct *child = dup_mm(mm);

	return IS_ERR(child) ? NULL : child;
}

/* Run on child's page tables instead of from's. */
static inline void test_switch_mm(struct mm_struct *from, struct mm_struct *to)
{
	unuse_mm(from);
	use_mm(to);
}

#endif
