/* SPDX-License-Identifier: MIT */
/*
 * tty_test.c - the line discipline: what is typed (console_input) and what a program reads. Echo is
 * off, so that the test report stays readable.
 */
#include "fs_test.h"
#include "mm_test.h"
#include "../../drivers/internal.h"
#include <nopage/cred.h>
#include <nopage/err.h>
#include <nopage/poll.h>
#include <nopage/printk.h>
#include <nopage/sched.h>
#include <nopage/syscalls.h>
#include <nopage/time.h>
#include <nopage/tty.h>
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
	type("one az09_\x17three\n");
	KT_TRUE(reads("one three\n", 50));
	end();
}

KTEST(tty, end_of_file)
{
	KT_ASSERT(begin());
	type("ab\x04\x04");
	KT_EQ(sys_ioctl(0, FIONREAD, TEST_BASE), 0);
	KT_EQ(test_peek(TEST_BASE), 2);		/* characters: an end is none */
	KT_TRUE(reads("ab", 50));
	KT_TRUE(reads("", 50));
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
	KT_EQ(sys_read(0, TEST_BASE, 50), 0);	/* nothing, which is no -EAGAIN */
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

KTEST(tty, literal_characters)
{
	KT_ASSERT(begin());
	type("a\x16\x04" "b\x16\nc\n");		/* ^V ^D and ^V newline end nothing */
	KT_TRUE(reads("a\x04" "b\nc\n", 50));
	settings.c_lflag &= ~IEXTEN;
	KT_EQ(set(&settings), 0);
	type("\x16\n");
	KT_TRUE(reads("\x16\n", 50));
	end();
}

KTEST(tty, other_ends_of_lines)
{
	KT_ASSERT(begin());
	settings.c_cc[VEOL] = ';';
	settings.c_cc[VEOL2] = '!';
	KT_EQ(set(&settings), 0);
	type("one;two!three\n");
	KT_TRUE(reads("one;", 50));
	KT_TRUE(reads("two!", 50));
	KT_TRUE(reads("three\n", 50));
	end();
}

KTEST(tty, words_and_letters)
{
	KT_ASSERT(begin());
	type("path/file.c\x17h\n");		/* a word is letters and digits only */
	KT_TRUE(reads("path/file.h\n", 50));
	settings.c_iflag |= IUTF8;
	KT_EQ(set(&settings), 0);
	type("gr\xc3\xbc\x7f\xc3\xb6n\n");
	KT_TRUE(reads("gr\xc3\xb6n\n", 50));
	end();
}

KTEST(tty, character_mapping)
{
	KT_ASSERT(begin());
	settings.c_iflag = INLCR | ISTRIP;
	KT_EQ(set(&settings), 0);
	type("\xe1\n\x04");
	KT_TRUE(reads("a\r", 50));
	settings.c_iflag = IGNCR;
	KT_EQ(set(&settings), 0);
	type("a\rb\n");
	KT_TRUE(reads("ab\n", 50));
	end();
}

/* A key that sends a signal also drops what was typed, unless NOFLSH says otherwise. */
KTEST(tty, signal_keys_flush)
{
	KT_ASSERT(begin());
	type("line\nhalf\x03" "next\n");
	KT_TRUE(reads("next\n", 50));
	settings.c_lflag |= NOFLSH;
	KT_EQ(set(&settings), 0);
	type("line\nhalf\x1a\n");
	KT_TRUE(reads("line\n", 50));
	KT_TRUE(reads("half\n", 50));
	settings.c_lflag &= ~ISIG;
	KT_EQ(set(&settings), 0);
	type("\x03\n");
	KT_TRUE(reads("\x03\n", 50));
	end();
}

static unsigned int ready(void)
{
	struct pollfd p = { 0, POLLIN | POLLOUT, 0 };

	if (copy_to_user((void *)(TEST_BASE + 200), &p, sizeof(p)) ||
	    sys_poll(TEST_BASE + 200, 1, 0) < 0 ||
	    copy_from_user(&p, (void *)(TEST_BASE + 200), sizeof(p)))
		return 0xffff;
	return p.revents;
}

KTEST(tty, stop_and_start)
{
	KT_ASSERT(begin());
	KT_EQ(test_poke(TEST_BASE, 0), 0);
	type("\x13");
	KT_EQ(sys_write(0, TEST_BASE, 1), -EAGAIN);
	KT_EQ(ready(), 0);
	type("x\n");				/* typing goes on */
	KT_EQ(ready(), POLLIN);
	type("\x11");
	KT_EQ(ready(), POLLIN | POLLOUT);
	KT_EQ(sys_write(0, TEST_BASE, 0), 0);
	KT_TRUE(reads("x\n", 50));
	KT_EQ(sys_ioctl(0, TCXONC, TCOOFF), 0);
	KT_EQ(ready(), 0);
	KT_EQ(sys_ioctl(0, TCXONC, TCOON), 0);
	KT_EQ(ready(), POLLOUT);
	KT_EQ(sys_ioctl(0, TCXONC, 9), -EINVAL);
	settings.c_iflag &= ~IXON;
	KT_EQ(set(&settings), 0);
	type("a\x13\x11\n");
	KT_TRUE(reads("a\x13\x11\n", 50));
	end();
}

static unsigned int column_after(unsigned int oflag, const char *text)
{
	settings.c_oflag = OPOST | oflag;
	KT_EQ(set(&settings), 0);
	KT_EQ(copy_to_user((void *)TEST_BASE, text, strlen(text)), 0);
	KT_EQ(sys_write(0, TEST_BASE, strlen(text)), strlen(text));
	return serial_tty.column;
}

/* What each flag says about where the cursor is. */
KTEST(tty, column_of_output)
{
	KT_ASSERT(begin());
	KT_EQ(column_after(ONLCR, "#\n"), 0);
	KT_EQ(column_after(0, "# two"), 5);
	KT_EQ(column_after(0, "\n\r# two\n"), 5);
	KT_EQ(column_after(ONLRET, "\n"), 0);
	KT_EQ(column_after(0, "#\t\b"), 7);
	KT_EQ(column_after(OCRNL, "\r"), 7);
	KT_EQ(column_after(OCRNL | ONLRET, "\r"), 0);
	KT_EQ(column_after(ONLCR, "#\n"), 0);
	end();
}

/* What is typed in one mode is there in the other. */
/* Without ICANON a return begins a line, a newline is a control character. */
KTEST(tty, echo_of_newlines)
{
	KT_ASSERT(begin());
	settings.c_lflag |= ECHO | ECHOCTL;
	settings.c_lflag &= ~ICANON;
	KT_EQ(set(&settings), 0);
	type("#\n");
	KT_EQ(serial_tty.column, 3);
	type("\r");
	KT_EQ(serial_tty.column, 0);
	KT_TRUE(reads("#\n\n", 50));
	end();
}

KTEST(tty, change_of_mode)
{
	KT_ASSERT(begin());
	type("half");
	settings.c_lflag &= ~ICANON;
	KT_EQ(copy_to_user((void *)TEST_BASE, &settings, sizeof(settings)), 0);
	KT_EQ(sys_ioctl(0, TCSETS, TEST_BASE), 0);
	KT_TRUE(reads("ha", 2));
	type("\n");
	settings.c_lflag |= ICANON;
	KT_EQ(copy_to_user((void *)TEST_BASE, &settings, sizeof(settings)), 0);
	KT_EQ(sys_ioctl(0, TCSETS, TEST_BASE), 0);
	KT_TRUE(reads("lf\n", 50));		/* one line, whatever it was */
	KT_EQ(sys_read(0, TEST_BASE, 50), -EAGAIN);
	end();
}

KTEST(tty, time_between_characters)
{
	struct task_struct *p;
	u64 start;

	KT_ASSERT(begin());
	settings.c_lflag &= ~ICANON;
	settings.c_cc[VMIN] = 50;
	settings.c_cc[VTIME] = 2;
	KT_EQ(set(&settings), 0);
	sys_fcntl64(0, F_SETFL, 0);
	p = kthread_run(typist, NULL, "typist");
	KT_ASSERT(!IS_ERR(p));
	KT_TRUE(reads("slowly!\n", 50));	/* the pauses are shorter than VTIME, but the last */
	kthread_join(p);
	settings.c_cc[VMIN] = 0;
	KT_EQ(set(&settings), 0);
	start = ktime_get_ns();
	KT_EQ(sys_read(0, TEST_BASE, 50), 0);
	KT_TRUE(ktime_get_ns() - start >= 200 * (u64)NSEC_PER_MSEC);	/* not a tick too early */
	end();
}

KTEST(tty, default_keys)
{
	KT_ASSERT(begin());
	KT_EQ(saved.c_cc[VDISCARD], 'O' & 0x1f);
	KT_EQ(saved.c_cc[VLNEXT], 'V' & 0x1f);
	KT_EQ(sys_ioctl(0, FIGETBSZ, TEST_BASE), 0);
	KT_EQ(test_peek(TEST_BASE), PAGE_SIZE);
	KT_EQ(sys_ioctl(0, TCSETS, TEST_BASE + PAGE_SIZE), -EFAULT);
	KT_EQ(sys_ioctl(0, TCGETS, TEST_BASE + PAGE_SIZE), -EFAULT);
	end();
}

/* A full queue with something to read holds input back; reading lets it come. */
KTEST(tty, full_queue_waits)
{
	int taken = 0;

	KT_ASSERT(begin());
	settings.c_lflag &= ~ICANON;
	KT_EQ(set(&settings), 0);
	while (taken < 10000 && console_input('x'))
		taken++;
	KT_EQ(taken, 4096);
	KT_EQ(sys_read(0, TEST_BASE, 4000), 4000);
	KT_TRUE(console_input('y'));
	KT_EQ(sys_ioctl(0, TCFLSH, TCIFLUSH), 0);
	KT_EQ(sys_read(0, TEST_BASE, 50), -EAGAIN);
	KT_EQ(sys_ioctl(0, TCFLSH, 3), -EINVAL);
	end();
}

/* --- whose terminal it is --- */

static int open_tty(const char *path, int flags)
{
	struct file *file = filp_open(path, flags, 0);

	return IS_ERR(file) ? PTR_ERR(file) : fd_install(file, 0, false);
}

static int front(void)
{
	return sys_ioctl(3, TIOCGPGRP, TEST_BASE) ? -1 : (int)test_peek(TEST_BASE);
}

/* A session leader: by turns without, with and again without the terminal. */
static int lead_session(void *arg)
{
	pid_t pid = current->tgid;

	mm = test_mm_enter();
	KT_EQ(sys_setsid(), pid);
	KT_EQ(open_console(), 0);		/* the console is never a controlling terminal */
	KT_TRUE(test_map(mm, TEST_BASE, 1, PROT_RW, MAP_ANON_PRIV | MAP_FIXED) > 0);
	KT_EQ(open_tty("/dev/tty", O_RDWR), -ENXIO);
	KT_EQ(open_tty("/dev/ttyS0", O_RDWR | O_NOCTTY), 3);
	KT_EQ(sys_ioctl(3, TIOCGPGRP, TEST_BASE), -ENOTTY);
	KT_EQ(sys_ioctl(3, TIOCGSID, TEST_BASE), -ENOTTY);
	KT_EQ(sys_ioctl(3, TIOCNOTTY, 0), -ENOTTY);
	KT_EQ(sys_close(3), 0);
	KT_EQ(open_tty("/dev/ttyS0", O_RDWR), 3);
	KT_EQ(front(), pid);
	KT_EQ(sys_ioctl(3, TIOCGSID, TEST_BASE), 0);
	KT_EQ(test_peek(TEST_BASE), pid);
	KT_EQ(open_tty("/dev/tty", O_RDWR | O_NONBLOCK), 4);
	KT_EQ(sys_ioctl(3, TIOCSCTTY, 0), 0);	/* it is already */
	test_poke(TEST_BASE, 1);
	KT_EQ(sys_ioctl(3, TIOCSPGRP, TEST_BASE), -EPERM);	/* of another session */
	test_poke(TEST_BASE, 32767);
	KT_EQ(sys_ioctl(3, TIOCSPGRP, TEST_BASE), -ESRCH);
	test_poke(TEST_BASE, -1);
	KT_EQ(sys_ioctl(3, TIOCSPGRP, TEST_BASE), -EINVAL);
	test_poke(TEST_BASE, pid);
	KT_EQ(sys_ioctl(3, TIOCSPGRP, TEST_BASE), 0);
	KT_EQ(sys_ioctl(3, TIOCSPGRP, TEST_BASE + PAGE_SIZE), -EFAULT);
	current->signal->pgrp++;		/* in the background, an orphan */
	KT_EQ(tty_check(&serial_tty, SIGTTOU), -EIO);
	current->sighand->action[SIGTTOU - 1].handler = SIG_IGN;
	KT_EQ(tty_check(&serial_tty, SIGTTOU), 0);
	KT_EQ(tty_check(&serial_tty, SIGTTIN), -EIO);
	current->sighand->action[SIGTTOU - 1].handler = SIG_DFL;
	current->signal->pgrp--;
	KT_EQ(sys_ioctl(3, TIOCNOTTY, 0), 0);
	KT_EQ(front(), -1);
	KT_EQ(sys_ioctl(3, TIOCSPGRP, TEST_BASE + PAGE_SIZE), -EFAULT);
	KT_EQ(sys_ioctl(3, TIOCSPGRP, TEST_BASE), -ENOTTY);
	serial_tty.session = 1;			/* it is another one's: only root may steal it */
	KT_EQ(sys_ioctl(3, TIOCSCTTY, 0), -EPERM);
	current->cred.euid = 1000;
	KT_EQ(sys_ioctl(3, TIOCSCTTY, 1), -EPERM);
	serial_tty.session = 0;
	KT_EQ(open_tty("/dev/ttyS0", O_WRONLY | O_NOCTTY), 5);
	KT_EQ(sys_ioctl(5, TIOCSCTTY, 0), -EPERM);
	current->cred.euid = 0;
	serial_tty.session = 1;
	KT_EQ(sys_ioctl(5, TIOCSCTTY, 1), 0);
	KT_EQ(front(), pid);
	tty_disassociate();			/* as its exit would */
	KT_EQ(sys_read(4, TEST_BASE, 10), 0);
	KT_EQ(sys_write(3, TEST_BASE, 10), -EIO);
	KT_EQ(sys_ioctl(3, TCGETS, TEST_BASE), -EIO);
	KT_EQ(sys_ioctl(0, TCGETS, TEST_BASE), 0);	/* the console goes on */
	exit_files(current);
	exit_fs(current);
	test_mm_leave(mm);
	return 0;
}

KTEST(tty, controlling_terminal)
{
	struct task_struct *p = kthread_run(lead_session, NULL, "leader");

	KT_ASSERT(!IS_ERR(p));
	KT_EQ(kthread_join(p), 0);
}
