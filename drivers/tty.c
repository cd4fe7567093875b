/* SPDX-License-Identifier: MIT */
/*
 * tty.c - the terminal as a file: reading, writing, settings.
 *
 * There is one terminal, on all consoles at once. The line discipline is in ldisc.c, whom the
 * terminal belongs to in tty_job.c.
 *
 * After a hang-up its open files are dead: they read nothing and take nothing. Each remembers in
 * private_data how many hang-ups there had been when it was opened. /dev/console, which the system
 * itself writes to, is never hung up, and nobody is in its background.
 */
#include <nopage/tty.h>
#include "internal.h"
#include <nopage/err.h>
#include <nopage/poll.h>
#include <nopage/printk.h>
#include <nopage/sched.h>
#include <nopage/string.h>
#include <nopage/syscalls.h>
#include <asm/uaccess.h>
#include <uapi/fcntl.h>

#define CTRL(c)		((c) & 0x1f)

struct tty serial_tty = {
	.dev = SERIAL_DEV,
	.lock = SPINLOCK_INIT,
	.termios = {
		.c_iflag = ICRNL | IXON,
		.c_oflag = OPOST | ONLCR,
		.c_cflag = B115200 | CS8 | CREAD | HUPCL,
		.c_lflag = ISIG | ICANON | ECHO | ECHOE | ECHOK | ECHOCTL | ECHOKE | IEXTEN,
		.c_cc = {
			[VINTR] = CTRL('C'), [VQUIT] = 0x1c, [VERASE] = 0x7f, [VKILL] = CTRL('U'),
			[VEOF] = CTRL('D'), [VMIN] = 1, [VSTART] = CTRL('Q'), [VSTOP] = CTRL('S'),
			[VSUSP] = CTRL('Z'), [VREPRINT] = CTRL('R'), [VWERASE] = CTRL('W'),
			[VLNEXT] = CTRL('V'), [VDISCARD] = CTRL('O'),
		},
	},
	.send_keyed = DEFERRED_INIT(serial_tty.send_keyed, tty_send_keyed),
	.winsize = { .ws_row = 24, .ws_col = 80 },
	.readers = WAIT_QUEUE_INIT(serial_tty.readers),
	.writers = WAIT_QUEUE_INIT(serial_tty.writers),
};

static bool is_console(const struct file *file)
{
	return file->inode->rdev == CONSOLE_DEV;
}

static bool hung_up(const struct tty *tty, const struct file *file)
{
	return !is_console(file) && (unsigned int)file->private_data != READ_ONCE(tty->hangups);
}

static int tty_open(struct inode *inode, struct file *file)
{
	struct tty *tty = &serial_tty;

	if (inode->rdev == TTY_DEV && current->signal->tty != tty)
		return -ENXIO;
	file->private_data = (void *)tty->hangups;
	if (inode->rdev == SERIAL_DEV && !(file->flags & O_NOCTTY) && file->mode & FMODE_READ)
		tty_opened(tty);
	return 0;
}

/* ------------------------------------------------------------------ reading */

/*
 * Wait for at least one character, until deadline. 0; -EAGAIN, -ERESTARTSYS; -EIO: there will be
 * none, because the terminal was hung up or the time is over.
 */
static int wait_input(struct tty *tty, struct file *file, u64 deadline)
{
	int error = 0;

	DEFINE_WAIT(wait);
	if (tty_available(tty))
		return 0;
	if (hung_up(tty, file) || !time_left(deadline))
		return -EIO;
	if (file->flags & O_NONBLOCK)
		return -EAGAIN;
	while (!error) {
		prepare_to_wait(&tty->readers, &wait, TASK_INTERRUPTIBLE);
		if (tty_available(tty))
			break;
		if (hung_up(tty, file))
			error = -EIO;
		else if (signal_pending(current))
			error = -ERESTARTSYS;
		else if (!sleep_step(time_left(deadline)))
			error = -EIO;
	}
	finish_wait(&tty->readers, &wait);
	return error;
}

/*
 * What is there, up to count, and in canonical mode up to the end of the line. *found: there was
 * something, even if it was only an end of file. Characters or -EFAULT.
 */
static ssize_t read_available(struct tty *tty, char *buf, size_t count, bool *found)
{
	size_t done = 0, n;
	char text[128];
	bool more = true;

	*found = false;
	while (done < count && more) {
		if (!tty_take(tty, text, min(count - done, sizeof(text)), &n, &more))
			break;
		*found = true;
		if (copy_to_user(buf + done, text, n))
			return done ? (ssize_t)done : -EFAULT;
		done += n;
	}
	return done;
}

static ssize_t read_line(struct tty *tty, struct file *file, char *buf, size_t count)
{
	bool found = false;
	ssize_t n;
	int error;

	do {
		error = wait_input(tty, file, FOREVER);
		if (error)
			return error == -EIO ? 0 : error;
		n = read_available(tty, buf, count, &found);
	} while (!found);
	return n;
}

/* vtime_deadline - so many tenths of a second from now. */
static u64 vtime_deadline(unsigned int vtime)
{
	return deadline_after(vtime * 100 * (u64)NSEC_PER_MSEC);
}

/*
 * Without lines: VMIN characters, or what there is when VTIME is over. VTIME runs from the start if
 * VMIN is 0, else from each character to the next.
 */
static ssize_t read_raw(struct tty *tty, struct file *file, char *buf, size_t count)
{
	unsigned int vmin = tty->termios.c_cc[VMIN], vtime = tty->termios.c_cc[VTIME];
	size_t wanted = min((size_t)max(vmin, 1U), count), done = 0;
	u64 deadline = vmin ? FOREVER : vtime_deadline(vtime);
	bool found;
	ssize_t n;
	int error;

	while (done < wanted) {
		error = wait_input(tty, file, deadline);
		if (error)
			return done ? (ssize_t)done : error == -EIO ? 0 : error;
		n = read_available(tty, buf + done, count - done, &found);
		if (n < 0)
			return done ? (ssize_t)done : n;
		done += n;
		if (done && vtime)
			deadline = vtime_deadline(vtime);
	}
	return done;
}

static ssize_t tty_read(struct file *file, char *buf, size_t count, loff_t *pos)
{
	struct tty *tty = &serial_tty;
	int error = is_console(file) ? 0 : tty_check(tty, SIGTTIN);

	if (hung_up(tty, file) || (!error && !count))
		return 0;
	if (error)
		return error;
	if (tty_canonical(tty))
		return read_line(tty, file, buf, count);
	return read_raw(tty, file, buf, count);
}

/* ------------------------------------------------------------------ writing */

/* One piece, when the output is not stopped. 0, -EAGAIN, -ERESTARTSYS or -EIO (hung up). */
static int write_piece(struct tty *tty, struct file *file, const char *text, size_t len)
{
	while (!hung_up(tty, file)) {
		if (tty_output(tty, text, len))
			return 0;
		if (file->flags & O_NONBLOCK)
			return -EAGAIN;
		if (__wait_event(tty->writers, !READ_ONCE(tty->stopped) || hung_up(tty, file),
				 TASK_INTERRUPTIBLE, signal_pending(current)))
			return -ERESTARTSYS;
	}
	return -EIO;
}

static ssize_t tty_write(struct file *file, const char *buf, size_t count, loff_t *pos)
{
	struct tty *tty = &serial_tty;
	size_t done = 0, part, left = 0;
	char text[128];
	int error = 0;

	if (!is_console(file) && READ_ONCE(tty->termios.c_lflag) & TOSTOP)
		error = tty_check(tty, SIGTTOU);
	while (done < count && !left && !error) {
		part = min(count - done, sizeof(text));
		left = copy_from_user(text, buf + done, part);
		part -= left;
		error = write_piece(tty, file, text, part);
		if (error)
			break;
		done += part;
		cond_resched();
	}
	if (done || error)
		return done ? (ssize_t)done : error;
	return left ? -EFAULT : 0;
}

/* ------------------------------------------------------------------ poll */

static unsigned int tty_poll(struct file *file, struct poll_table *table)
{
	struct tty *tty = &serial_tty;
	const u8 *cc = tty->termios.c_cc;
	unsigned int wanted = 1, mask = 0;

	poll_wait(&tty->readers, table);
	poll_wait(&tty->writers, table);
	if (hung_up(tty, file))
		return POLL_READABLE | POLL_WRITABLE | POLLERR | POLLHUP;
	if (!tty_canonical(tty) && !cc[VTIME] && cc[VMIN])
		wanted = cc[VMIN];
	if (tty_available(tty) >= wanted)
		mask |= POLL_READABLE;
	if (!READ_ONCE(tty->stopped))
		mask |= POLL_WRITABLE;
	return mask;
}

/* ------------------------------------------------------------------ settings */

/* TCSETS to TCSETSF. */
static long set_termios(struct tty *tty, unsigned int cmd, const void *user)
{
	struct termios new;

	if (copy_from_user(&new, user, sizeof(new)))
		return -EFAULT;
	if (cmd == TCSETSF)
		tty_flush_input(tty);
	tty_set_termios(tty, &new);
	return 0;
}

static long set_winsize(struct tty *tty, const void *user)
{
	struct winsize new, old;
	unsigned long flags;

	if (copy_from_user(&new, user, sizeof(new)))
		return -EFAULT;
	flags = spin_lock_irqsave(&tty->lock);
	old = tty->winsize;
	tty->winsize = new;
	spin_unlock_irqrestore(&tty->lock, flags);
	if (old.ws_row != new.ws_row || old.ws_col != new.ws_col ||
	    old.ws_xpixel != new.ws_xpixel || old.ws_ypixel != new.ws_ypixel)
		tty_winch(tty);
	return 0;
}

static long flush_queues(struct tty *tty, unsigned long which)
{
	if (which > TCIOFLUSH)
		return -EINVAL;
	if (which != TCOFLUSH)
		tty_flush_input(tty);
	return 0;
}

/* flow - tcflow(). The other side's flow is controlled by sending it ^S and ^Q. */
static long flow(struct tty *tty, unsigned long action)
{
	char c;

	switch (action) {
	case TCOOFF:
	case TCOON:
		tty_stop(tty, action == TCOOFF);
		return 0;
	case TCIOFF:
	case TCION:
		c = tty->termios.c_cc[action == TCIOFF ? VSTOP : VSTART];
		if (c)
			console_write(&c, 1);
		return 0;
	}
	return -EINVAL;
}

/* Calls that change the terminal: not from the background. */
static long change_ioctl(struct tty *tty, unsigned int cmd, unsigned long arg)
{
	long error = tty_check(tty, SIGTTOU);

	if (error)
		return error;
	switch (cmd) {
	case TCSETS ... TCSETSF:
		return set_termios(tty, cmd, (void *)arg);
	case TCFLSH:
		return flush_queues(tty, arg);
	case TCXONC:
		return flow(tty, arg);
	}
	return 0;			/* TCSBRK, TCSBRKP: all is sent; the line has no break */
}

static long get_termios(struct tty *tty, void *user)
{
	struct termios termios;

	tty_get_termios(tty, &termios);
	return copy_to_user(user, &termios, sizeof(termios)) ? -EFAULT : 0;
}

static long get_winsize(struct tty *tty, void *user)
{
	unsigned long flags = spin_lock_irqsave(&tty->lock);
	struct winsize winsize = tty->winsize;

	spin_unlock_irqrestore(&tty->lock, flags);
	return copy_to_user(user, &winsize, sizeof(winsize)) ? -EFAULT : 0;
}

static long tty_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct tty *tty = &serial_tty;

	if (hung_up(tty, file))
		return cmd == TIOCSPGRP ? -ENOTTY : -EIO;
	switch (cmd) {
	case TCGETS:
		return get_termios(tty, (void *)arg);
	case TCSETS ... TCSETSF:
	case TCFLSH:
	case TCXONC:
	case TCSBRK:
	case TCSBRKP:
		return change_ioctl(tty, cmd, arg);
	case TIOCGWINSZ:
		return get_winsize(tty, (void *)arg);
	case TIOCSWINSZ:
		return set_winsize(tty, (void *)arg);
	case FIONREAD:
		return put_user(tty_characters(tty), (int *)arg);
	case TIOCOUTQ:
		return put_user(0, (int *)arg);
	}
	return tty_job_ioctl(tty, file, cmd, arg);
}

const struct file_operations tty_fops = {
	.read = tty_read,
	.write = tty_write,
	.open = tty_open,
	.ioctl = tty_ioctl,
	.poll = tty_poll,
	.flags = FOP_SEND | FOP_TAKE,
};

void tty_init(void)
{
	console_set_input(tty_input);
}
