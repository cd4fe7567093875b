/* SPDX-License-Identifier: MIT */
/*
 * pipe_test.c - pipes from within: who is woken, what is kept, and that every failed allocation is
 * unwound. The ends are descriptors of the test's own thread and of threads that share them.
 */
#include "fs_test.h"
#include "task_test.h"
#include "../../kernel/signal.h"
#include <nopage/poll.h>
#include <nopage/syscalls.h>

static struct mm_struct *mm;
static int fds[2];

/* Descriptors, and two pages of user memory to write from and read to. */
static bool begin(void)
{
	mm = test_mm_enter();
	return KT_TRUE(mm) && KT_EQ(open_console(), 0) &&
	       KT_EQ(test_map(mm, TEST_BASE, 17, PROT_RW, MAP_ANON_PRIV | MAP_FIXED), TEST_BASE);
}

static void end(void)
{
	exit_files(current);
	exit_fs(current);
	test_mm_leave(mm);
}

static bool make_pipe(int flags)
{
	return KT_EQ(sys_pipe2(TEST_BASE, flags), 0) &&
	       !copy_from_user(fds, (void *)TEST_BASE, sizeof(fds));
}

static void close_pipe(void)
{
	KT_EQ(sys_close(fds[0]), 0);
	KT_EQ(sys_close(fds[1]), 0);
}

KTEST(pipe, pages_are_kept_and_given_back)
{
	unsigned long before;

	KT_ASSERT(begin() && make_pipe(O_NONBLOCK));
	KT_EQ(sys_write(fds[1], TEST_BASE, 1), 1);
	KT_EQ(sys_read(fds[0], TEST_BASE, 1), 1);
	before = nr_free_pages();
	for (int i = 0; i < 100; i++) {
		KT_EQ(sys_write(fds[1], TEST_BASE, 100), 100);
		KT_EQ(sys_read(fds[0], TEST_BASE, 100), 100);
	}
	KT_EQ(nr_free_pages(), before);		/* one page, again and again */
	KT_EQ(sys_write(fds[1], TEST_BASE, 17 * PAGE_SIZE), 16 * PAGE_SIZE);
	close_pipe();				/* full: all pages go with it */
	end();
}

/* --- waiting: readers and writers are woken one by one --- */

#define NR_READERS 4

static int read_one(void *arg)
{
	struct mm_struct *own = arg;
	long n;

	use_mm(own);
	n = sys_read(fds[0], TEST_BASE + PAGE_SIZE, 1);
	unuse_mm(own);
	return n;
}

static void run_others(void)
{
	while (nr_running() > 1)
		schedule();
}

KTEST(pipe, one_byte_wakes_one_reader)
{
	struct task_struct *p[NR_READERS];
	u32 switches;

	KT_ASSERT(begin() && make_pipe(0));
	for (int i = 0; i < NR_READERS; i++)
		p[i] = test_start(read_one, mm);
	run_others();
	switches = this_cpu()->stat.switches;
	KT_EQ(sys_write(fds[1], TEST_BASE, 1), 1);
	run_others();
	KT_TRUE(this_cpu()->stat.switches - switches <= 3);	/* there, its end, and back */
	KT_EQ(sys_write(fds[1], TEST_BASE, 3), 3);	/* the others pass it on */
	for (int i = 0; i < NR_READERS; i++)
		KT_EQ(kthread_join(p[i]), 1);
	close_pipe();
	end();
}

KTEST(pipe, reader_is_woken)
{
	struct task_struct *p;

	KT_ASSERT(begin() && make_pipe(0));
	p = test_start(read_one, mm);
	run_others();
	KT_EQ(sys_write(fds[1], TEST_BASE, 1), 1);
	test_woken(p);
	KT_EQ(kthread_join(p), 1);
	close_pipe();
	end();
}

static int write_two_pages(void *arg)
{
	struct mm_struct *own = arg;
	long n;

	use_mm(own);
	n = sys_write(fds[1], TEST_BASE, 2 * PAGE_SIZE);
	unuse_mm(own);
	return n;
}

KTEST(pipe, writers_wait_for_pages)
{
	struct task_struct *p[2];
	long total = 0, n;

	KT_ASSERT(begin() && make_pipe(0));
	KT_EQ(sys_write(fds[1], TEST_BASE, 16 * PAGE_SIZE), 16 * PAGE_SIZE);
	p[0] = test_start(write_two_pages, mm);
	p[1] = test_start(write_two_pages, mm);
	while (total < 20 * (long)PAGE_SIZE) {
		n = sys_read(fds[0], TEST_BASE, PAGE_SIZE);
		if (!KT_TRUE(n > 0))
			break;
		total += n;
	}
	KT_EQ(kthread_join(p[0]), 2 * PAGE_SIZE);
	KT_EQ(kthread_join(p[1]), 2 * PAGE_SIZE);
	close_pipe();
	end();
}

KTEST(pipe, writer_is_woken)
{
	struct task_struct *p;

	KT_ASSERT(begin() && make_pipe(0));
	KT_EQ(sys_write(fds[1], TEST_BASE, 16 * PAGE_SIZE), 16 * PAGE_SIZE);
	p = test_start(write_two_pages, mm);
	run_others();
	KT_EQ(sys_read(fds[0], TEST_BASE, 2 * PAGE_SIZE), 2 * PAGE_SIZE);
	test_woken(p);
	KT_EQ(kthread_join(p), 2 * PAGE_SIZE);
	close_pipe();
	end();
}

#define IN	TEST_BASE
#define OUT	(TEST_BASE + 8 * PAGE_SIZE)

/* Pieces of all lengths go several times around the ring of pages; nothing is lost or doubled. */
KTEST(pipe, bytes_keep_their_order)
{
	u32 written = 0, read = 0, words[16];
	long n;

	KT_ASSERT(begin() && make_pipe(O_NONBLOCK));
	while (read < 100 * PAGE_SIZE) {
		u32 size = kt_random() % 6000 & ~3u, wanted = kt_random() % 64 & ~3u;

		for (u32 i = 0; i < size; i += 4)
			test_poke(IN + i, written + i);
		n = sys_write(fds[1], IN, size);
		KT_TRUE(n >= 0 ? n % 4 == 0 : n == -EAGAIN);
		written += max(n, 0L);
		while ((n = sys_read(fds[0], OUT, wanted + 4)) > 0) {
			KT_EQ(copy_from_user(words, (void *)OUT, n), 0);
			for (u32 i = 0; i < (u32)n / 4; i++)
				KT_ASSERT(words[i] == read + 4 * i);
			read += n;
			if (written - read < 8 * PAGE_SIZE && kt_random() % 16 == 0)
				break;
		}
	}
	close_pipe();
	end();
}

/* The test plays a program: kernel threads get no signals. */
KTEST(pipe, nobody_reads)
{
	KT_ASSERT(begin() && make_pipe(0));
	KT_EQ(sys_close(fds[0]), 0);
	current->flags &= ~PF_KTHREAD;
	KT_EQ(sys_write(fds[1], TEST_BASE, 1), -EPIPE);
	KT_TRUE(in_sigset(&current->pending.signal, SIGPIPE));
	spin_lock(&tasklist_lock);
	flush_sigqueue(current);
	spin_unlock(&tasklist_lock);
	clear_work(current, TIF_SIGPENDING);
	current->flags |= PF_KTHREAD;
	KT_EQ(sys_close(fds[1]), 0);
	end();
}

KTEST(pipe, resize)
{
	KT_ASSERT(begin() && make_pipe(O_NONBLOCK));
	KT_EQ(sys_fcntl64(fds[0], F_SETPIPE_SZ, 0), PAGE_SIZE);
	KT_EQ(sys_write(fds[1], TEST_BASE, 2 * PAGE_SIZE), PAGE_SIZE);
	KT_EQ(sys_fcntl64(fds[0], F_SETPIPE_SZ, 1 << 20), 1 << 20);
	KT_EQ(sys_fcntl64(fds[0], F_SETPIPE_SZ, (1 << 20) + 1), -EPERM);
	KT_EQ(sys_fcntl64(fds[0], F_SETPIPE_SZ, -1), -EINVAL);
	KT_EQ(sys_write(fds[1], TEST_BASE, PAGE_SIZE), PAGE_SIZE);
	KT_EQ(sys_fcntl64(fds[0], F_SETPIPE_SZ, PAGE_SIZE), -EBUSY);
	KT_EQ(sys_read(fds[0], TEST_BASE, 3 * PAGE_SIZE), 2 * PAGE_SIZE);
	close_pipe();
	end();
}

/* --- no memory --- */

static bool try_pipe(void)
{
	return sys_pipe2(TEST_BASE, 0) == 0;
}

static void undo_pipe(void)
{
	BUG_ON(copy_from_user(fds, (void *)TEST_BASE, sizeof(fds)));
	close_pipe();
}

static bool try_write(void)
{
	long n = sys_write(fds[1], TEST_BASE, 4 * PAGE_SIZE);

	if (n == 4 * (long)PAGE_SIZE)
		return true;
	if (n > 0)
		KT_EQ(sys_read(fds[0], TEST_BASE + 8 * PAGE_SIZE, n), n);
	KT_TRUE(n > 0 || n == -ENOMEM);
	return false;
}

static void undo_write(void)
{
	KT_EQ(sys_read(fds[0], TEST_BASE + 8 * PAGE_SIZE, 4 * PAGE_SIZE), 4 * PAGE_SIZE);
}

KTEST(pipe, no_memory)
{
	KT_ASSERT(begin());
	for (int i = 0; i < 17; i++)
		KT_EQ(test_poke(TEST_BASE + i * PAGE_SIZE, i), 0);
	KT_TRUE(kt_fail_every(try_pipe, undo_pipe, 50) >= 5);
	KT_ASSERT(make_pipe(0));
	KT_EQ(sys_write(fds[1], TEST_BASE, 1), 1);
	KT_EQ(sys_read(fds[0], TEST_BASE, 1), 1);	/* the page it keeps */
	KT_TRUE(kt_fail_every(try_write, undo_write, 50) >= 3);
	close_pipe();
	end();
}

/* --- poll --- */

#define NR_POLLED 40

static bool poll_pipes(void)
{
	return sys_poll(TEST_BASE, NR_POLLED, 10) == 0;
}

/* More wait queues, and descriptors, than fit on the stack. */
KTEST(poll, no_memory)
{
	struct pollfd p = { .events = POLLIN };

	KT_ASSERT(begin() && make_pipe(0));
	p.fd = fds[0];
	for (int i = 0; i < NR_POLLED; i++)
		KT_EQ(copy_to_user((void *)(TEST_BASE + i * sizeof(p)), &p, sizeof(p)), 0);
	KT_EQ(kt_fail_every(poll_pipes, NULL, 20), 1);
	close_pipe();
	end();
}

static int write_later(void *arg)
{
	test_sleep(2);
	return write_two_pages(arg);
}

KTEST(poll, is_woken)
{
	struct pollfd p = { .events = POLLIN };
	struct task_struct *writer;

	KT_ASSERT(begin() && make_pipe(0));
	p.fd = fds[0];
	KT_EQ(copy_to_user((void *)TEST_BASE, &p, sizeof(p)), 0);
	writer = test_start(write_later, mm);
	KT_EQ(sys_poll(TEST_BASE, 1, -1), 1);
	KT_EQ(kthread_join(writer), 2 * PAGE_SIZE);
	KT_EQ(copy_from_user(&p, (void *)TEST_BASE, sizeof(p)), 0);
	KT_EQ(p.revents, POLLIN);
	KT_EQ(sys_poll(TEST_BASE, 1, 0), 1);
	KT_EQ(sys_read(fds[0], TEST_BASE + PAGE_SIZE, 2 * PAGE_SIZE), 2 * PAGE_SIZE);
	KT_EQ(sys_poll(TEST_BASE, 1, 0), 0);
	close_pipe();
	end();
}

/* A reader that waits exclusively does not keep a wake-up from those that poll. */
KTEST(poll, beside_a_reader)
{
	struct pollfd p = { .events = POLLIN };
	struct task_struct *reader, *writer;

	KT_ASSERT(begin() && make_pipe(0));
	p.fd = fds[0];
	KT_EQ(copy_to_user((void *)TEST_BASE, &p, sizeof(p)), 0);
	reader = test_start(read_one, mm);
	run_others();
	writer = test_start(write_later, mm);
	KT_EQ(sys_poll(TEST_BASE, 1, -1), 1);
	KT_EQ(kthread_join(reader), 1);
	KT_EQ(kthread_join(writer), 2 * PAGE_SIZE);
	close_pipe();
	end();
}
