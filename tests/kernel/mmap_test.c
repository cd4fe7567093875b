/* SPDX-License-Identifier: MIT */
/* mmap_test.c - arguments, limits, accounting and failure of mmap, munmap, mprotect and brk. */
#include "mm_test.h"
#include <nopage/fs.h>
#include <nopage/syscalls.h>

KTEST(mmap, bad_arguments)
{
	struct mm_struct *mm = test_mm_enter();

	KT_ASSERT(mm);
	KT_EQ(test_map(mm, 0, 0, PROT_READ, MAP_ANON_PRIV), -EINVAL);
	KT_EQ(test_map(mm, 0, 1, PROT_READ, MAP_ANONYMOUS), -EINVAL);
	KT_EQ(test_map(mm, TEST_BASE + 1, 1, PROT_READ, MAP_ANON_PRIV | MAP_FIXED), -EINVAL);
	KT_EQ(test_map(mm, TASK_SIZE, 1, PROT_READ, MAP_ANON_PRIV | MAP_FIXED), -ENOMEM);
	KT_EQ(test_map(mm, TASK_SIZE - PAGE_SIZE, 2, PROT_READ, MAP_ANON_PRIV | MAP_FIXED), -ENOMEM);
	KT_EQ(test_map(mm, 0, 1, PROT_READ, MAP_ANON_PRIV | MAP_FIXED), -EPERM);
	KT_EQ(test_map(mm, 0, TASK_SIZE >> PAGE_SHIFT, PROT_READ, MAP_ANON_PRIV), -ENOMEM);
	KT_EQ(test_unmap(mm, TEST_BASE + 1, 1), -EINVAL);
	KT_EQ(test_unmap(mm, TEST_BASE, 0), -EINVAL);
	KT_EQ(test_unmap(mm, TASK_SIZE, 1), -EINVAL);
	KT_EQ(test_unmap(mm, TEST_BASE, 1), 0);		/* nothing there is no error */
	KT_EQ(test_protect(mm, TEST_BASE, 1, PROT_READ), -ENOMEM);
	KT_EQ(test_protect(mm, TEST_BASE + 1, 1, PROT_READ), -EINVAL);
	KT_EQ(test_protect(mm, TEST_BASE, 0, PROT_READ), 0);
	KT_EQ(mm->map_count, 0);
	test_mm_leave(mm);
}

KTEST(mmap, fixed_replaces_and_noreplace_refuses)
{
	struct mm_struct *mm = test_mm_enter();

	KT_ASSERT(mm);
	test_map(mm, TEST_BASE, 4, PROT_RW, MAP_ANON_PRIV | MAP_FIXED);
	KT_EQ(test_poke(TEST_BASE + PAGE_SIZE, 5), 0);
	KT_EQ(test_map(mm, TEST_BASE + PAGE_SIZE, 1, PROT_RW, MAP_ANON_PRIV | MAP_FIXED_NOREPLACE),
	      -EEXIST);
	KT_EQ(test_map(mm, TEST_BASE + PAGE_SIZE, 1, PROT_RW, MAP_ANON_PRIV | MAP_FIXED),
	      TEST_BASE + PAGE_SIZE);
	KT_EQ(test_peek(TEST_BASE + PAGE_SIZE), 0);	/* fresh */
	KT_EQ(mm->map_count, 1);
	KT_EQ(mm->total_vm, 4);
	test_mm_leave(mm);
}

KTEST(mmap, unmap_frees_frames_and_tables)
{
	struct mm_struct *mm = test_mm_enter();
	unsigned long free;

	KT_ASSERT(mm);
	test_map(mm, 0, 1, PROT_READ, MAP_ANON_PRIV);	/* the slab of areas has its frame now */
	pgtable_cache_drain();
	free = nr_free_pages();
	test_map(mm, TEST_BASE, 3 * 1024, PROT_RW, MAP_ANON_PRIV | MAP_FIXED);
	for (int i = 0; i < 3 * 1024; i += 64)
		KT_EQ(test_poke(TEST_BASE + i * PAGE_SIZE, i), 0);
	KT_EQ(mm->rss, 48);
	KT_EQ(free - nr_free_pages(), 48 + 3);
	KT_EQ(test_unmap(mm, TEST_BASE + 1024 * PAGE_SIZE, 1024), 0);
	pgtable_cache_drain();
	KT_EQ(free - nr_free_pages(), 32 + 2);
	KT_TRUE(pgd_none(*pgd_offset(mm, TEST_BASE + 1024 * PAGE_SIZE)));
	KT_EQ(test_unmap(mm, TEST_BASE, 3 * 1024), 0);
	pgtable_cache_drain();
	KT_EQ(free, nr_free_pages());
	test_mm_leave(mm);
}

KTEST(mmap, address_space_limit)
{
	struct mm_struct *mm = test_mm_enter();
	struct rlimit *limit = &current->signal->rlim[RLIMIT_AS];
	unsigned long saved = limit->rlim_cur;

	KT_ASSERT(mm);
	limit->rlim_cur = 8 * PAGE_SIZE;
	KT_EQ(test_map(mm, TEST_BASE, 8, PROT_RW, MAP_ANON_PRIV | MAP_FIXED), TEST_BASE);
	KT_EQ(test_map(mm, 0, 1, PROT_RW, MAP_ANON_PRIV), -ENOMEM);
	KT_EQ(test_unmap(mm, TEST_BASE, 1), 0);
	KT_TRUE(!IS_ERR_VALUE(test_map(mm, 0, 1, PROT_RW, MAP_ANON_PRIV)));
	limit->rlim_cur = saved;
	test_mm_leave(mm);
}

KTEST(mmap, nth_allocation_fails)
{
	struct mm_struct *mm = test_mm_enter();
	long addr;
	int n = 0;

	KT_ASSERT(mm);
	for (;;) {
		kt_fail_nth(++n);
		addr = test_map(mm, TEST_BASE, 4, PROT_RW, MAP_ANON_SHARED | MAP_FIXED);
		if (!IS_ERR_VALUE(addr))
			break;
		KT_EQ(addr, -ENOMEM);
		KT_EQ(mm->map_count, 0);
		KT_ASSERT(kt_fail_fired() && n < 100);
	}
	KT_TRUE(n > 2);			/* area, inode, file */
	kt_fail_nth(1);
	KT_EQ(test_unmap(mm, TEST_BASE + PAGE_SIZE, 1), -ENOMEM);	/* a hole needs an area */
	KT_EQ(mm->map_count, 1);
	kt_fail_nth(1);
	KT_EQ(test_protect(mm, TEST_BASE + PAGE_SIZE, 1, PROT_READ), -ENOMEM);
	KT_EQ(mm->map_count, 1);
	kt_fail_nth(2);
	KT_EQ(test_protect(mm, TEST_BASE + PAGE_SIZE, 1, PROT_READ), -ENOMEM);
	KT_EQ(mm->map_count, 1);	/* the first cut is undone */
	kt_fail_nth(0);
	test_mm_leave(mm);
}

/* The middle of an area goes to where two tables meet: an area and both tables, or nothing. */
KTEST(mmap, move_nth_allocation_fails)
{
	const unsigned long old = TEST_BASE + PAGE_SIZE, new = TEST_BASE + 4 * PGDIR_SIZE - PAGE_SIZE;
	struct mm_struct *mm = test_mm_enter();
	unsigned long tables;
	int n = 0;

	KT_ASSERT(mm);
	test_map(mm, TEST_BASE, 4, PROT_RW, MAP_ANON_PRIV | MAP_FIXED);
	KT_EQ(test_poke(old, 1), 0);
	KT_EQ(test_poke(old + PAGE_SIZE, 2), 0);
	tables = nr_page_tables(mm);
	for (;;) {
		long result;

		kt_fail_nth(++n);
		result = sys_mremap(old, 2 * PAGE_SIZE, 2 * PAGE_SIZE,
				    MREMAP_MAYMOVE | MREMAP_FIXED, new);
		if (result != -ENOMEM)
			break;
		KT_ASSERT(kt_fail_fired() && n < 100);
		KT_EQ(mm->map_count, 1);
		KT_EQ(nr_page_tables(mm), tables);
		KT_EQ(mm_peak_vm(mm), 4);
		KT_EQ(test_peek(old), 1);
		KT_EQ(test_peek(old + PAGE_SIZE), 2);
	}
	/* The one for the hole that is left is not there either: the old place stays, empty. */
	KT_TRUE(kt_fail_fired());
	KT_EQ(n, 4);
	KT_EQ(mm->map_count, 2);
	KT_EQ(test_peek(old), 0);
	KT_EQ(test_peek(new), 1);
	KT_EQ(test_peek(new + PAGE_SIZE), 2);
	kt_fail_nth(0);
	KT_EQ(sys_mremap(new, 2 * PAGE_SIZE, 2 * PAGE_SIZE, MREMAP_MAYMOVE | MREMAP_FIXED, old), old);
	KT_EQ(mm->map_count, 1);		/* joined again */
	KT_EQ(test_peek(old + PAGE_SIZE), 2);
	test_mm_leave(mm);
}

/* Mapping over something else and failing must leave it as it was. */
KTEST(mmap, failed_fixed_mapping_keeps_the_old_one)
{
	struct mm_struct *mm = test_mm_enter();
	struct rlimit *limit = &current->signal->rlim[RLIMIT_AS];
	unsigned long saved = limit->rlim_cur;
	long addr;
	int n = 0;

	KT_ASSERT(mm);
	test_map(mm, TEST_BASE, 4, PROT_RW, MAP_ANON_PRIV | MAP_FIXED);
	KT_EQ(test_poke(TEST_BASE + PAGE_SIZE, 7), 0);
	limit->rlim_cur = 8 * PAGE_SIZE;
	KT_EQ(test_map(mm, TEST_BASE, 9, PROT_RW, MAP_ANON_PRIV | MAP_FIXED), -ENOMEM);
	KT_EQ(test_map(mm, TEST_BASE + 2 * PAGE_SIZE, 6, PROT_RW, MAP_ANON_PRIV | MAP_FIXED),
	      TEST_BASE + 2 * PAGE_SIZE);
	limit->rlim_cur = saved;
	for (;;) {
		KT_EQ(test_peek(TEST_BASE + PAGE_SIZE), 7);
		kt_fail_nth(++n);
		addr = test_map(mm, TEST_BASE + PAGE_SIZE, 1, PROT_RW, MAP_ANON_SHARED | MAP_FIXED);
		if (!IS_ERR_VALUE(addr))
			break;
		KT_ASSERT(addr == -ENOMEM && kt_fail_fired() && n < 100);
	}
	kt_fail_nth(0);
	KT_TRUE(n > 3);			/* area, file and inode, the hole's upper part */
	KT_EQ(test_peek(TEST_BASE + PAGE_SIZE), 0);
	KT_EQ(mm->map_count, 3);
	test_mm_leave(mm);
}

KTEST(mmap, only_private_anonymous_memory_grows_down)
{
	struct file *file = shmem_file_setup(8 * PAGE_SIZE);
	struct mm_struct *mm = test_mm_enter();

	KT_ASSERT(mm && !IS_ERR(file));
	KT_EQ(test_map(mm, 0, 1, PROT_RW, MAP_ANON_SHARED | MAP_GROWSDOWN), -EINVAL);
	down_write(&mm->mmap_sem);
	KT_EQ(do_mmap(mm, file, 0, PAGE_SIZE, PROT_RW, MAP_PRIVATE | MAP_GROWSDOWN, 4), -EINVAL);
	up_write(&mm->mmap_sem);
	KT_EQ(test_map(mm, TEST_BASE, 1, PROT_RW, MAP_ANON_PRIV | MAP_GROWSDOWN | MAP_FIXED),
	      TEST_BASE);
	KT_EQ(test_poke(TEST_BASE - PAGE_SIZE, 1), 0);
	KT_EQ(mm->mmap->vm_start, TEST_BASE - PAGE_SIZE);
	test_mm_leave(mm);
	fput(file);
}

/* The inode knows how many areas map it, through vm_ops->open and close. */
KTEST(mmap, mappings_of_a_file_are_counted)
{
	struct file *file = shmem_file_setup(8 * PAGE_SIZE);
	struct mm_struct *mm = test_mm_enter(), *child;
	atomic_t *maps = &file->inode->mapping.mmap_count;

	KT_ASSERT(mm && !IS_ERR(file));
	down_write(&mm->mmap_sem);
	do_mmap(mm, file, TEST_BASE, 8 * PAGE_SIZE, PROT_READ, MAP_PRIVATE | MAP_FIXED, 0);
	up_write(&mm->mmap_sem);
	KT_EQ(atomic_read(maps), 1);
	test_unmap(mm, TEST_BASE + 4 * PAGE_SIZE, 1);		/* split */
	KT_EQ(atomic_read(maps), 2);
	child = test_fork_mm(mm);
	KT_ASSERT(child);
	KT_EQ(atomic_read(maps), 4);
	mmput(child, EVM_LOOK);
	KT_EQ(atomic_read(maps), 2);
	test_unmap(mm, TEST_BASE, 8);
	KT_EQ(atomic_read(maps), 0);
	KT_EQ(atomic_read(&file->count), 1);
	test_mm_leave(mm);
	fput(file);
}

KTEST(mmap, file_pages_merge_only_in_order)
{
	struct file *file = shmem_file_setup(8 * PAGE_SIZE);
	struct mm_struct *mm = test_mm_enter();

	KT_ASSERT(mm && !IS_ERR(file));
	down_write(&mm->mmap_sem);
	do_mmap(mm, file, TEST_BASE, PAGE_SIZE, PROT_READ, MAP_PRIVATE | MAP_FIXED, 2);
	do_mmap(mm, file, TEST_BASE + PAGE_SIZE, PAGE_SIZE, PROT_READ, MAP_PRIVATE | MAP_FIXED, 3);
	KT_EQ(mm->map_count, 1);
	do_mmap(mm, file, TEST_BASE + 2 * PAGE_SIZE, PAGE_SIZE, PROT_READ, MAP_PRIVATE | MAP_FIXED, 3);
	KT_EQ(mm->map_count, 2);
	do_mmap(mm, file, TEST_BASE - PAGE_SIZE, PAGE_SIZE, PROT_READ, MAP_PRIVATE | MAP_FIXED, 1);
	KT_EQ(mm->map_count, 2);
	KT_EQ(mm->mmap->vm_pgoff, 1);
	up_write(&mm->mmap_sem);
	test_mm_leave(mm);
	KT_EQ(atomic_read(&file->count), 1);
	fput(file);
}
