/* SPDX-License-Identifier: MIT */
/*
 * tty.c - the terminal: turns typed characters into lines, and lines into output.
 *
 * There is one terminal, on all consoles at once. What is typed arrives by interrupt and is edited
 * at once, in the queue: [tail, commit) can be read, [commit, head) is the line being typed.
 * Without ICANON every character is committed as it comes. ISIG is stored but off at first: there
 * are no process groups in the foreground yet that ^C could go to.
 *
 * Locks: tty.lock, taken by the interrupt too; never held while user memory is touched.
 */
#include <nopage/tty.h>
#include <nopage/err.h>
#include <nopage/printk.h>
#include <nopage/sched.h>
#include <nopage/string.h>
#include <nopage/syscalls.h>
#include <asm/uaccess.h>
#include <uapi/fcntl.h>
#include <uapi/termios.h>

#define QUEUE_SIZE	1024		/* characters; a power of two */
#define END_OF_FILE	0x100		/* in the queue: ^D was typed here */

#define CTRL(c)		((c) & 0x1f)

static struct {
	spinlock_t lock;
	struct termios termios;		/* lock */
	struct winsize winsize;		/* lock */
	u16 queue[QUEUE_SIZE];		/* lock */
	unsigned int tail, commit, head;	/* lock; count up for ever */
	wait_queue_head_t readers;
} tty = {
	.lock = SPINLOCK_INIT,
	.termios = {
		.c_iflag = ICRNL | IXON,
		.c_oflag = OPOST | ONLCR,
		.c_cflag = B115200 | CS8 | CREAD | HUPCL,
		.c_lflag = ICANON | ECHO | ECHOE | ECHOK | ECHOCTL | ECHOKE | IEXTEN,
		.c_cc = {
			[VINTR] = CTRL('C'), [VQUIT] = 0x1c, [VERASE] = 0x7f, [VKILL] = CTRL('U'),
			[VEOF] = CTRL('D'), [VMIN] = 1, [VSTART] = CTRL('Q'), [VSTOP] = CTRL('S'),
			[VSUSP] = CTRL('Z'), [VREPRINT] = CTRL('R'), [VWERASE] = CTRL('W'),
			[VLNEXT] = CTRL('V'),
		},
	},
	.winsize = { .ws_row = 24, .ws_col = 80 },
	.readers = WAIT_QUEUE_INIT(tty.readers),
};

static bool lflag(unsigned int flag)
{
	return tty.termios.c_lflag & flag;
}

static u16 *queue_at(unsigned int pos)
{
	return &tty.queue[pos % QUEUE_SIZE];
}

/* ------------------------------------------------------------------ output */

/* Send text as c_oflag says. Any context. */
static void put_text(const char *text, size_t len)
{
	unsigned int oflag = tty.termios.c_oflag;
	const char *newline;

	if (!(oflag & OPOST) || !(oflag & ONLCR)) {
		console_write(text, len);
		return;
	}
	while (len && (newline = memchr(text, '\n', len))) {
		console_write(text, newline - text);
		console_write("\r\n", 2);
		len -= newline + 1 - text;
		text = newline + 1;
	}
	console_write(text, len);
}

static ssize_t tty_write(struct file *file, const char *buf, size_t count, loff_t *pos)
{
	size_t done = 0, part, left = 0;
	char text[256];

	while (done < count && !left) {
		part = min(count - done, sizeof(text));
		left = copy_from_user(text, buf + done, part);
		put_text(text, part - left);
		done += part - left;
	}
	return done || !left ? (ssize_t)done : -EFAULT;
}

/* ------------------------------------------------------------------ echo */

/* Is c shown as ^X? */
static bool shown_as_two(u16 c)
{
	return lflag(ECHOCTL) && (c < ' ' || c == 0x7f) && c != '\n' && c != '\t';
}

static void echo(u16 c)
{
	char text[2] = { '^', c ^ 0x40 };

	if (c == '\n' && (lflag(ECHO) || (lflag(ECHONL) && lflag(ICANON)))) {
		put_text("\n", 1);
	} else if (lflag(ECHO)) {
		if (!shown_as_two(c))
			text[0] = c;
		put_text(text, shown_as_two(c) ? 2 : 1);
	}
}

/* Take the last character of the line being typed away, and from the screen. */
static void erase_one(void)
{
	u16 c = *queue_at(--tty.head);

	if (!lflag(ECHO))
		return;
	put_text("\b \b", 3);
	if (shown_as_two(c))
		put_text("\b \b", 3);
}

static void erase_word(void)
{
	while (tty.head != tty.commit && *queue_at(tty.head - 1) == ' ')
		erase_one();
	while (tty.head != tty.commit && *queue_at(tty.head - 1) != ' ')
		erase_one();
}

/* ------------------------------------------------------------------ input */

/* Append to the queue; the last place is kept for what ends a line. False: full. */
static bool enqueue(u16 c, bool ends_line)
{
	if (tty.head - tty.tail >= (ends_line ? QUEUE_SIZE : QUEUE_SIZE - 1))
		return false;
	*queue_at(tty.head++) = c;
	return true;
}

/* Everything typed so far can be read. */
static void commit_input(void)
{
	tty.commit = tty.head;
	wake_up(&tty.readers);
}

/* Editing characters of a line. False: c is an ordinary one. */
static bool edit_line(u8 c)
{
	const u8 *cc = tty.termios.c_cc;

	if (c == cc[VERASE] || c == '\b') {
		if (tty.head != tty.commit)
			erase_one();
	} else if (c == cc[VKILL]) {
		while (tty.head != tty.commit)
			erase_one();
	} else if (c == cc[VWERASE] && lflag(IEXTEN)) {
		erase_word();
	} else if (c == cc[VEOF]) {
		if (enqueue(END_OF_FILE, true))
			commit_input();
	} else {
		return false;
	}
	return true;
}

/* One character that belongs to the input. */
static void take_char(u8 c)
{
	bool canonical = lflag(ICANON), ends_line = canonical && c == '\n';

	if (!enqueue(c, ends_line || !canonical)) {
		put_text("\a", 1);
		return;
	}
	echo(c);
	if (ends_line || !canonical)
		commit_input();
}

/* Called by the consoles for every character typed. Interrupt context. */
static void tty_receive(char typed)
{
	unsigned long flags = spin_lock_irqsave(&tty.lock);
	unsigned int iflag = tty.termios.c_iflag;
	u8 c = typed;

	if (c == '\r' && iflag & IGNCR)
		goto out;
	if (c == '\r' && iflag & ICRNL)
		c = '\n';
	else if (c == '\n' && iflag & INLCR)
		c = '\r';
	if (!lflag(ICANON) || !edit_line(c))
		take_char(c);
out:
	spin_unlock_irqrestore(&tty.lock, flags);
}

/*
 * Take up to size characters out of the queue: a line, or in raw mode what is there. *more says
 * that the line, or the input, goes on. Caller does not hold the lock.
 */
static size_t take_input(char *text, size_t size, bool *more)
{
	unsigned long flags = spin_lock_irqsave(&tty.lock);
	bool canonical = lflag(ICANON), ended = false;
	size_t n = 0;
	u16 c;

	while (n < size && tty.tail != tty.commit && !ended) {
		c = *queue_at(tty.tail++);
		ended = canonical && (c == '\n' || c == END_OF_FILE);
		if (c != END_OF_FILE)
			text[n++] = c;
	}
	/* A ^D right behind what was asked for has done its work: it is no end of file. */
	if (canonical && !ended && n && tty.tail != tty.commit &&
	    *queue_at(tty.tail) == END_OF_FILE) {
		tty.tail++;
		ended = true;
	}
	*more = !ended && tty.tail != tty.commit;
	spin_unlock_irqrestore(&tty.lock, flags);
	return n;
}

/* Is there enough to read for a read of count? */
static bool input_ready(size_t count)
{
	unsigned int available = READ_ONCE(tty.commit) - READ_ONCE(tty.tail);
	size_t wanted = lflag(ICANON) ? 1 : min((size_t)tty.termios.c_cc[VMIN], count);

	return available >= max(wanted, (size_t)1);
}

/* Wait for input. 0, -ERESTARTSYS, -EAGAIN; 1: read nothing (VMIN is 0 and time is over). */
static int wait_input(struct file *file, size_t count)
{
	bool poll = !lflag(ICANON) && !tty.termios.c_cc[VMIN];
	long ticks = poll ? tty.termios.c_cc[VTIME] * (HZ / 10) : MAX_SCHEDULE_TIMEOUT;
	int result = 0;

	DEFINE_WAIT(wait);
	if (input_ready(count))
		return 0;
	if (file->flags & O_NONBLOCK)
		return -EAGAIN;
	for (;;) {
		prepare_to_wait(&tty.readers, &wait, TASK_INTERRUPTIBLE);
		if (input_ready(count))
			break;
		result = signal_pending(current) ? -ERESTARTSYS : !ticks;
		if (result)
			break;
		ticks = schedule_timeout(ticks);
	}
	finish_wait(&tty.readers, &wait);
	return result;
}

static ssize_t tty_read(struct file *file, char *buf, size_t count, loff_t *pos)
{
	size_t done = 0, n;
	char text[256];
	bool more = true;
	int result;

	if (!count)
		return 0;
	result = wait_input(file, count);
	if (result)
		return min(result, 0);
	while (done < count && more) {
		n = take_input(text, min(count - done, sizeof(text)), &more);
		if (copy_to_user(buf + done, text, n))
			return done ? (ssize_t)done : -EFAULT;
		done += n;
	}
	return done;
}

/* ------------------------------------------------------------------ settings */

static void flush_input(void)
{
	unsigned long flags = spin_lock_irqsave(&tty.lock);

	tty.tail = tty.commit = tty.head;
	spin_unlock_irqrestore(&tty.lock, flags);
}

static long set_termios(unsigned long arg)
{
	struct termios new;
	unsigned long flags;

	if (copy_from_user(&new, (void *)arg, sizeof(new)))
		return -EFAULT;
	flags = spin_lock_irqsave(&tty.lock);
	tty.termios = new;
	if (!lflag(ICANON))
		commit_input();		/* what was a line in the making is input now */
	spin_unlock_irqrestore(&tty.lock, flags);
	return 0;
}

static long tty_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	void *user = (void *)arg;

	switch (cmd) {
	case TCGETS:
		return copy_to_user(user, &tty.termios, sizeof(tty.termios)) ? -EFAULT : 0;
	case TCSETSF:
		flush_input();
		return set_termios(arg);
	case TCSETS:
	case TCSETSW:
		return set_termios(arg);
	case TCFLSH:
		if (arg > TCIOFLUSH)
			return -EINVAL;
		if (arg != TCOFLUSH)
			flush_input();
		return 0;
	case TIOCGWINSZ:
		return copy_to_user(user, &tty.winsize, sizeof(tty.winsize)) ? -EFAULT : 0;
	case TIOCSWINSZ:
		return copy_from_user(&tty.winsize, user, sizeof(tty.winsize)) ? -EFAULT : 0;
	case FIONREAD:
		return put_user(tty.commit - tty.tail, (int *)user);
	default:
		return -ENOTTY;
	}
}

const struct file_operations tty_fops = {
	.read = tty_read,
	.write = tty_write,
	.ioctl = tty_ioctl,
};

void tty_init(void)
{
	console_set_input(tty_receive);
}
