/* SPDX-License-Identifier: MIT */
/*
 * tty_test.c - the line discipline: what is typed (console_input) and what a program reads. Echo is
 * off, so that the test report stays readable.
 */
#include "fs_test.h"
#include "mm_test.h"
#include <nopage/printk.h>
#include <nopage/syscalls.h>
#include <uapi/termios.h>

static struct mm_struct *mm;
static struct termios saved, settings;

static long set(const struct termios *t)
{
	KT_EQ(copy_to_user((void *)TEST_BASE, t, sizeof(*t)), 0);
	return sys_ioctl(0, TCSETSF, TEST_BASE);
}

/* /dev/console is descriptor 0, without echo, and reads do not wait. */
static bool begin(void)
{
	mm = test_mm_enter();
	if (!KT_TRUE(mm) || !KT_EQ(open_console(), 0))
		return false;
	test_map(mm, TEST_BASE, 1, PROT_RW, MAP_ANON_PRIV | MAP_FIXED);
	KT_EQ(sys_ioctl(0, TCGETS, TEST_BASE), 0);
	KT_EQ(copy_from_user(&saved, (void *)TEST_BASE, sizeof(saved)), 0);
	settings = saved;
	settings.c_lflag &= ~(ECHO | ECHONL);
	sys_fcntl64(0, F_SETFL, O_NONBLOCK);
	return KT_EQ(set(&settings), 0);
}

static void end(void)
{
	KT_EQ(set(&saved), 0);
	exit_files(current);
	exit_fs(current);
	test_mm_leave(mm);
}

static void type(const char *text)
{
	while (*text)
		console_input(*text++);
}

/* Does a read of count give exactly this? */
static bool reads(const char *want, size_t count)
{
	long n = sys_read(0, TEST_BASE, count);
	char buf[64];

	return KT_EQ(n, strlen(want)) && !copy_from_user(buf, (void *)TEST_BASE, n) &&
	       !memcmp(buf, want, n);
}

KTEST(tty, lines)
{
	KT_ASSERT(begin());
	KT_EQ(sys_read(0, TEST_BASE, 50), -EAGAIN);
	type("half");
	KT_EQ(sys_read(0, TEST_BASE, 50), -EAGAIN);
	type(" a line\rand more\n");
	KT_TRUE(reads("half a line\n", 50));
	KT_TRUE(reads("and ", 4));
	KT_TRUE(reads("more\n", 50));
	KT_EQ(sys_read(0, TEST_BASE, 50), -EAGAIN);
	end();
}

KTEST(tty, editing)
{
	KT_ASSERT(begin());
	type("\x7f\x7f" "abx\x7f" "c\x7f\x7f\x7f\x7f\x7f" "ok\n");
	KT_TRUE(reads("ok\n", 50));
	type("wrong\x15right\n");
	KT_TRUE(reads("right\n", 50));
	type("one two  \x17three\n");
	KT_TRUE(reads("one three\n", 50));
	end();
}

KTEST(tty, end_of_file)
{
	KT_ASSERT(begin());
	type("\x04");
	KT_TRUE(reads("", 50));
	type("part\x04");
	KT_TRUE(reads("part", 50));
	type("part\x04");
	KT_TRUE(reads("part", 4));		/* the ^D belongs to it */
	KT_EQ(sys_read(0, TEST_BASE, 50), -EAGAIN);
	end();
}

KTEST(tty, raw)
{
	KT_ASSERT(begin());
	settings.c_lflag &= ~ICANON;
	settings.c_iflag &= ~ICRNL;
	KT_EQ(set(&settings), 0);
	type("a\x7f\x04\r");
	KT_TRUE(reads("a\x7f", 2));
	KT_TRUE(reads("\x04\r", 50));
	settings.c_cc[VMIN] = 3;
	KT_EQ(set(&settings), 0);
	type("12");
	KT_TRUE(reads("12", 50));		/* it does not wait for the third */
	settings.c_cc[VMIN] = 0;
	KT_EQ(set(&settings), 0);
	sys_fcntl64(0, F_SETFL, 0);
	KT_EQ(sys_read(0, TEST_BASE, 50), 0);
	end();
}

/* A line longer than the queue: what does not fit is lost, its end is not. */
KTEST(tty, overflow)
{
	long total = 0, n;

	KT_ASSERT(begin());
	for (int i = 0; i < 5000; i++)
		type("x");
	type("\n");
	while ((n = sys_read(0, TEST_BASE, 1000)) > 0)
		total += n;
	KT_EQ(total, 4096);
	type("next\n");
	KT_TRUE(reads("next\n", 50));
	end();
}

static int typist(void *arg)
{
	current->state = TASK_UNINTERRUPTIBLE;
	schedule_timeout(2);
	type("slowly");
	current->state = TASK_UNINTERRUPTIBLE;
	schedule_timeout(2);
	type("!\n");
	return 0;
}

KTEST(tty, waits)
{
	struct task_struct *p;

	KT_ASSERT(begin());
	sys_fcntl64(0, F_SETFL, 0);
	p = kthread_run(typist, NULL, "typist");
	KT_ASSERT(!IS_ERR(p));
	KT_TRUE(reads("slowly!\n", 50));
	kthread_join(p);
	end();
}

KTEST(tty, settings)
{
	struct winsize ws = { 50, 132, 0, 0 }, was;

	KT_ASSERT(begin());
	KT_EQ(sys_ioctl(0, TIOCGWINSZ, TEST_BASE), 0);
	KT_EQ(copy_from_user(&was, (void *)TEST_BASE, sizeof(was)), 0);
	KT_EQ(copy_to_user((void *)TEST_BASE, &ws, sizeof(ws)), 0);
	KT_EQ(sys_ioctl(0, TIOCSWINSZ, TEST_BASE), 0);
	KT_EQ(sys_ioctl(0, TIOCGWINSZ, TEST_BASE + 100), 0);
	KT_EQ(test_peek(TEST_BASE + 100), 132 << 16 | 50);
	KT_EQ(copy_to_user((void *)TEST_BASE, &was, sizeof(was)), 0);
	KT_EQ(sys_ioctl(0, TIOCSWINSZ, TEST_BASE), 0);
	KT_EQ(sys_ioctl(0, TIOCGWINSZ, TEST_BASE + PAGE_SIZE), -EFAULT);
	KT_EQ(sys_ioctl(0, 0x9999, TEST_BASE), -ENOTTY);
	KT_EQ(sys_pread64(0, TEST_BASE, 1, 0, 0), -ESPIPE);
	KT_EQ(sys_lseek(0, 0, SEEK_SET), -ESPIPE);
	end();
}
