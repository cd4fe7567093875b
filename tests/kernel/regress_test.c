/* SPDX-License-Identifier: MIT */
/*
 * regress_test.c - what no other suite would notice: for each bug that was made, or that is seeded
 * by tests/bugs, and slipped through, one test that it does not slip through again.
 */
#include "fs_test.h"
#include "mm_test.h"
#include <nopage/string.h>
#include <asm/tlb.h>

#define TIMEOUT	(5 * HZ)		/* reached only when a wake-up is lost */

/* ------------------------------------------------------------------ TLB */

/* On one CPU the copy is seen without the flush; the stale entry would show on another. */
KTEST(regress, cow_copy_flushes_its_page)
{
	struct mm_struct *mm = test_mm_enter(), *child;
	unsigned int pages, all;

	KT_ASSERT(mm);
	test_map(mm, TEST_BASE, 2, PROT_RW, MAP_ANON_PRIV | MAP_FIXED);
	KT_EQ(test_poke(TEST_BASE, 1), 0);
	child = test_fork_mm(mm);
	KT_ASSERT(child);
	pages = this_cpu()->stat.flush_page;
	all = this_cpu()->stat.flush_all;
	KT_EQ(test_poke(TEST_BASE, 2), 0);
	KT_EQ(test_last_path(), PATH_COW_COPY);
	KT_EQ(this_cpu()->stat.flush_page - pages, 1);
	KT_EQ(this_cpu()->stat.flush_all - all, 0);
	mmput(child, EVM_LOOK);
	test_mm_leave(mm);
}

/* More pages than are flushed one by one, over two page tables. */
KTEST(regress, large_unmap_flushes)
{
	struct mm_struct *mm = test_mm_enter();
	unsigned long addr = TEST_BASE + PGDIR_SIZE - 64 * PAGE_SIZE;

	KT_ASSERT(mm);
	test_map(mm, addr, 128, PROT_RW, MAP_ANON_PRIV | MAP_FIXED);
	for (int i = 0; i < 128; i++)
		KT_EQ(test_poke(addr + i * PAGE_SIZE, i), 0);
	KT_EQ(test_unmap(mm, addr + PAGE_SIZE, 126), 0);
	for (int i = 1; i < 127; i++)
		KT_EQ(test_poke(addr + i * PAGE_SIZE, i), -EFAULT);
	KT_EQ(test_peek(addr), 0);
	KT_EQ(test_peek(addr + 127 * PAGE_SIZE), 127);
	test_mm_leave(mm);
}

/* ------------------------------------------------------------------ areas of files */

static void number_pages(struct file *file, int pages)
{
	for (int i = 0; i < pages; i++)
		KT_EQ(tmpfs_write(file->inode, (loff_t)i << PAGE_SHIFT, &i, sizeof(i)), sizeof(i));
}

/* Wherever a file mapping is cut, each part still shows its own pages. */
KTEST(regress, split_keeps_file_offsets)
{
	struct file *file = shmem_file_setup(8 * PAGE_SIZE);
	struct mm_struct *mm = test_mm_enter();

	KT_ASSERT(mm && !IS_ERR(file));
	number_pages(file, 8);
	down_write(&mm->mmap_sem);
	do_mmap(mm, file, TEST_BASE, 8 * PAGE_SIZE, PROT_READ, MAP_PRIVATE | MAP_FIXED, 0);
	up_write(&mm->mmap_sem);
	KT_EQ(test_protect(mm, TEST_BASE + 5 * PAGE_SIZE, 2, PROT_RW), 0);
	KT_EQ(test_unmap(mm, TEST_BASE + 2 * PAGE_SIZE, 1), 0);
	KT_EQ(test_unmap(mm, TEST_BASE, 1), 0);
	KT_EQ(mm->map_count, 4);
	for (int i = 0; i < 8; i++)
		KT_EQ(test_peek(TEST_BASE + i * PAGE_SIZE), i == 0 || i == 2 ? -1 : i);
	test_mm_leave(mm);
	fput(file);
}

/* ------------------------------------------------------------------ user pointers */

KTEST(regress, kernel_pointers_are_refused)
{
	struct mm_struct *mm = test_mm_enter();
	static char buffer[8];
	u32 word = 5;

	KT_ASSERT(mm);
	memset(buffer, 'k', sizeof(buffer));
	KT_EQ(put_user(1, &word), -EFAULT);
	KT_EQ(word, 5);
	KT_EQ(get_user(word, (u32 *)buffer), -EFAULT);
	KT_EQ(copy_to_user(buffer, "user", 4), 4);
	KT_EQ(copy_from_user(&word, buffer, 4), 4);
	KT_EQ(clear_user(buffer, sizeof(buffer)), sizeof(buffer));
	KT_EQ(strncpy_from_user((char *)&word, buffer, 4), -EFAULT);
	KT_TRUE(!memcmp(buffer, "kkkkkkkk", sizeof(buffer)));
	/* Starting below the border does not help. */
	KT_EQ(copy_from_user(buffer, (void *)(TASK_SIZE - 4), 8), 8);
	test_mm_leave(mm);
}

/* ------------------------------------------------------------------ the two counts */

/* S7 in small: users gone, pages gone, yet the page directory in CR3 stays until we move on. */
KTEST(regress, dead_mm_lives_until_its_borrower_moves_on)
{
	struct mm_struct *mm = test_mm_enter();
	unsigned long mms = nr_mms();

	KT_ASSERT(mm);
	test_map(mm, TEST_BASE, 1, PROT_RW, MAP_ANON_PRIV | MAP_FIXED);
	KT_EQ(test_poke(TEST_BASE, 1), 0);
	KT_EQ(atomic_read(&mm->mm_users), 2);		/* ours, and our use_mm() */
	KT_EQ(atomic_read(&mm->mm_count), 1);
	unuse_mm(mm);
	KT_EQ(atomic_read(&mm->mm_users), 1);
	KT_EQ(atomic_read(&mm->mm_count), 2);
	mmput(mm, EVM_LOOK);
	KT_EQ(nr_mms(), mms);				/* dead, but there */
	KT_EQ(atomic_read(&mm->mm_users), 0);
	KT_EQ(atomic_read(&mm->mm_count), 1);
	KT_EQ(mm->rss, 0);
	KT_TRUE(current->active_mm == mm && read_cr3().addr == __pa(mm->pgd).addr);
	use_mm(&init_mm);
	unuse_mm(&init_mm);
	KT_EQ(nr_mms(), mms - 1);
}

static struct {
	struct mm_struct *active_mm;
	int users, count;
} seen_by_borrower;

static int borrower(void *arg)
{
	seen_by_borrower.active_mm = current->active_mm;
	seen_by_borrower.users = atomic_read(&current->active_mm->mm_users);
	seen_by_borrower.count = atomic_read(&current->active_mm->mm_count);
	return 0;
}

KTEST(regress, switch_mm_loads_the_directory)
{
	struct mm_struct *mm = test_mm_enter(), *other = mm_alloc();

	KT_ASSERT(mm && other);
	KT_EQ(read_cr3().addr, __pa(mm->pgd).addr);
	test_switch_mm(mm, other);
	KT_EQ(read_cr3().addr, __pa(other->pgd).addr);
	KT_EQ(other->cpu_vm_mask, BIT(this_cpu()->id));
	KT_EQ(mm->cpu_vm_mask, 0);
	test_switch_mm(other, mm);
	KT_EQ(read_cr3().addr, __pa(mm->pgd).addr);
	mmput(other, EVM_LOOK);
	test_mm_leave(mm);
}

/* S6: a kernel thread runs on the mm that was loaded, holds mm_count, and CR3 is not written. */
KTEST(regress, kernel_thread_holds_what_it_borrows)
{
	struct mm_struct *mm = test_mm_enter();
	unsigned int loads = this_cpu()->stat.cr3_loads;
	struct task_struct *thread;

	KT_ASSERT(mm);
	test_map(mm, TEST_BASE, 1, PROT_RW, MAP_ANON_PRIV | MAP_FIXED);
	thread = kthread_run(borrower, NULL, "borrower");
	KT_ASSERT(!IS_ERR(thread));
	kthread_join(thread);
	KT_TRUE(seen_by_borrower.active_mm == mm);
	KT_EQ(seen_by_borrower.users, 2);
	KT_EQ(seen_by_borrower.count, 2);
	KT_EQ(this_cpu()->stat.cr3_loads, loads);
	KT_EQ(atomic_read(&mm->mm_count), 1);
	test_mm_leave(mm);
}

/* Run a program of the archive (one that prints no TAP); its wait4() status, or -Exxx. */
static int run_program(const char *path)
{
	const char *const argv[] = { path, NULL }, *const envp[] = { NULL };
	pid_t pid = spawn_user(path, argv, envp);
	int status;

	if (pid < 0)
		return pid;
	return kernel_wait(pid, &status, 0) == pid ? status : -ECHILD;
}

/* Threads come and go: the mm must outlive all but the last, and not the last. */
KTEST(regress, threads_count_as_users)
{
	KT_EQ(run_program("/tour/s5-threads"), 0);
}

/* An exiting task still runs on its page tables: it borrows what it no longer uses. */
KTEST(regress, exiting_task_borrows_its_mm)
{
	KT_EQ(run_program("/bin/hello"), 0);
}

/* ------------------------------------------------------------------ waking */

/* A wake-up between setting the state and going to sleep: the sleep must not happen. */
KTEST(regress, wake_up_before_sleep_is_not_lost)
{
	wait_queue_head_t queue;

	init_waitqueue_head(&queue);
	DEFINE_WAIT(w);
	prepare_to_wait(&queue, &w, TASK_UNINTERRUPTIBLE);
	wake_up(&queue);
	KT_TRUE(schedule_timeout(TIMEOUT) > TIMEOUT / 2);
	finish_wait(&queue, &w);
}

static struct rw_semaphore sem;
static int writers_in, readers_in, overlaps;

static int writer(void *arg)
{
	down_write(&sem);
	writers_in++;
	overlaps += readers_in != 0;
	up_write(&sem);
	return 0;
}

static int reader(void *arg)
{
	down_read(&sem);
	readers_in++;
	current->state = TASK_UNINTERRUPTIBLE;
	schedule_timeout(2);
	readers_in--;
	up_read(&sem);
	return writers_in;		/* had the writer, who came first, its turn? */
}

/* A writer waits for the readers that are in; readers that come later wait for it. */
KTEST(regress, writer_excludes_readers_and_is_not_overtaken)
{
	struct task_struct *first, *w, *second;

	init_rwsem(&sem);
	writers_in = readers_in = overlaps = 0;
	down_read(&sem);
	first = kthread_run(reader, NULL, "reader");
	KT_ASSERT(!IS_ERR(first));
	current->state = TASK_UNINTERRUPTIBLE;
	schedule_timeout(1);
	KT_EQ(readers_in, 1);		/* readers share */
	w = kthread_run(writer, NULL, "writer");
	KT_ASSERT(!IS_ERR(w));
	current->state = TASK_UNINTERRUPTIBLE;
	schedule_timeout(1);
	second = kthread_run(reader, NULL, "reader");
	KT_ASSERT(!IS_ERR(second));
	current->state = TASK_UNINTERRUPTIBLE;
	schedule_timeout(3);
	KT_EQ(writers_in, 0);		/* we are still in */
	KT_EQ(readers_in, 0);		/* the second one queues behind the writer */
	up_read(&sem);
	kthread_join(first);
	kthread_join(w);
	KT_TRUE(kthread_join(second) != 0);
	KT_EQ(writers_in, 1);
	KT_EQ(overlaps, 0);
}
