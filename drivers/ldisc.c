/* SPDX-License-Identifier: MIT */
/*
 * ldisc.c - the line discipline: what typed characters do, and what output looks like (POSIX.1,
 * General Terminal Interface, and Linux's extensions of it).
 *
 * What is typed arrives by interrupt and is edited at once, in the queue: [tail, commit) can be
 * read, [commit, head) is the line being typed. Without ICANON every character is committed as it
 * comes. A full queue holds the input back, at the device and beyond, so that nothing of a pasted
 * text is lost; only a single line that is longer than the queue loses what does not fit.
 *
 * Locks: tty->lock, with interrupts off; never held while user memory is touched.
 */
#include "internal.h"
#include <nopage/printk.h>
#include <nopage/string.h>

/* Flags of queued characters. */
#define ENDS_LINE	0x100		/* reading stops behind it */
#define NO_CHARACTER	0x200		/* ^D: only ends the line */

#define TAB_WIDTH	8

static bool iflag(const struct tty *tty, unsigned int flag)
{
	return tty->termios.c_iflag & flag;
}

static bool oflag(const struct tty *tty, unsigned int flag)
{
	return tty->termios.c_oflag & flag;
}

static bool lflag(const struct tty *tty, unsigned int flag)
{
	return tty->termios.c_lflag & flag;
}

/* Is c the control character of that index? NUL there means that there is none. */
static bool is_key(const struct tty *tty, u8 c, unsigned int index)
{
	return c && c == tty->termios.c_cc[index];
}

static bool is_control(u8 c)
{
	return c < ' ' || c == 0x7f;
}

/* Does c continue a character of UTF-8? */
static bool continues(const struct tty *tty, u8 c)
{
	return iflag(tty, IUTF8) && (c & 0xc0) == 0x80;
}

static u16 *queue_at(struct tty *tty, unsigned int pos)
{
	return &tty->queue[pos % TTY_QUEUE];
}

/* ------------------------------------------------------------------ output */

static unsigned int tab_stop(unsigned int column)
{
	return TAB_WIDTH - column % TAB_WIDTH;
}

static void put_newline(struct tty *tty)
{
	if (oflag(tty, ONLCR) || oflag(tty, ONLRET))
		tty->column = tty->line_column = 0;
	if (oflag(tty, ONLCR))
		console_write("\r\n", 2);
	else
		console_write("\n", 1);
}

static void put_return(struct tty *tty)
{
	if (oflag(tty, ONOCR) && !tty->column)
		return;
	if (oflag(tty, OCRNL)) {
		if (oflag(tty, ONLRET))
			tty->column = tty->line_column = 0;
		console_write("\n", 1);
		return;
	}
	tty->column = tty->line_column = 0;
	console_write("\r", 1);
}

static void put_tab(struct tty *tty)
{
	unsigned int width = tab_stop(tty->column);

	tty->column += width;
	if ((tty->termios.c_oflag & TABDLY) == XTABS)
		console_write("        ", width);
	else
		console_write("\t", 1);
}

static void put_control(struct tty *tty, char c)
{
	switch (c) {
	case '\n':
		put_newline(tty);
		break;
	case '\r':
		put_return(tty);
		break;
	case '\t':
		put_tab(tty);
		break;
	case '\b':
		tty->column -= tty->column > 0;
		/* fall through */
	default:
		console_write(&c, 1);
	}
}

/* Send text as c_oflag says. Caller holds the lock. */
static void put_text(struct tty *tty, const char *text, size_t len)
{
	size_t run = 0;

	if (!oflag(tty, OPOST)) {
		console_write(text, len);
		return;
	}
	for (size_t i = 0; i < len; i++) {
		if (!is_control(text[i])) {
			tty->column += !continues(tty, text[i]);
			run++;
			continue;
		}
		console_write(text + i - run, run);
		run = 0;
		put_control(tty, text[i]);
	}
	console_write(text + len - run, run);
}

bool tty_output(struct tty *tty, const char *text, size_t len)
{
	unsigned long flags = spin_lock_irqsave(&tty->lock);
	bool go = !tty->stopped;

	if (go)
		put_text(tty, text, len);
	spin_unlock_irqrestore(&tty->lock, flags);
	return go;
}

static void start_output(struct tty *tty)
{
	if (!tty->stopped)
		return;
	tty->stopped = false;
	put_text(tty, tty->held, tty->held_len);
	tty->held_len = 0;
	wake_up_all(&tty->writers);
}

void tty_stop(struct tty *tty, bool stop)
{
	unsigned long flags = spin_lock_irqsave(&tty->lock);

	if (stop)
		tty->stopped = true;
	else
		start_output(tty);
	spin_unlock_irqrestore(&tty->lock, flags);
}

/* ------------------------------------------------------------------ echo */

/* What the user sees of his typing. While the output is stopped, later; what is too much, never. */
static void show(struct tty *tty, const char *text, size_t len)
{
	if (!tty->stopped) {
		put_text(tty, text, len);
		return;
	}
	len = min(len, (size_t)TTY_HELD - tty->held_len);
	memcpy(tty->held + tty->held_len, text, len);
	tty->held_len += len;
}

static bool shown_as_two(const struct tty *tty, u8 c)
{
	return lflag(tty, ECHOCTL) && is_control(c) && c != '\t';
}

/* Show c, as ^X if it is a control character. Without ECHO: nothing. */
static void echo(struct tty *tty, u8 c)
{
	char text[2] = { '^', c ^ 0x40 };

	if (!lflag(tty, ECHO))
		return;
	if (shown_as_two(tty, c))
		show(tty, text, 2);
	else
		show(tty, (char *)&c, 1);
}

static void echo_newline(struct tty *tty)
{
	if (lflag(tty, ECHO) || (lflag(tty, ECHONL) && lflag(tty, ICANON)))
		show(tty, "\n", 1);
}

static unsigned int width_of(const struct tty *tty, u8 c, unsigned int column)
{
	if (c == '\t')
		return tab_stop(column);
	if (is_control(c))
		return shown_as_two(tty, c) ? 2 : 0;
	return !continues(tty, c);
}

/* The column behind the line as it has been typed so far. */
static unsigned int line_end(struct tty *tty)
{
	unsigned int column = tty->line_column;

	for (unsigned int pos = tty->commit; pos != tty->head; pos++)
		column += width_of(tty, *queue_at(tty, pos), column);
	return column;
}

/* ------------------------------------------------------------------ editing a line */

/* Take the last character of the line away, and with visible also from the screen. */
static void erase_one(struct tty *tty, bool visible)
{
	unsigned int columns = line_end(tty);
	u8 c;

	do
		c = *queue_at(tty, --tty->head);
	while (continues(tty, c) && tty->head != tty->commit);
	if (!visible)
		return;
	for (columns -= line_end(tty); columns; columns--) {
		if (c == '\t')
			show(tty, "\b", 1);
		else
			show(tty, "\b \b", 3);
	}
}

static void erase_char(struct tty *tty, u8 c)
{
	if (tty->head == tty->commit)
		return;
	erase_one(tty, lflag(tty, ECHO) && lflag(tty, ECHOE));
	if (!lflag(tty, ECHOE))
		echo(tty, c);
}

static void erase_line(struct tty *tty, u8 c)
{
	bool visible = lflag(tty, ECHO) && lflag(tty, ECHOE) && lflag(tty, ECHOK) &&
		       lflag(tty, ECHOKE);

	if (tty->head == tty->commit)
		return;
	while (tty->head != tty->commit)
		erase_one(tty, visible);
	if (visible || !lflag(tty, ECHO))
		return;
	echo(tty, c);
	if (lflag(tty, ECHOK))
		show(tty, "\n", 1);
}

/* Part of a word: also what is not ASCII, as letters of any language. */
static bool in_word(u8 c)
{
	return c >= 0x80 || c == '_' || (c >= '0' && c <= '9') ||
	       ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

static void erase_word(struct tty *tty)
{
	bool visible = lflag(tty, ECHO);

	while (tty->head != tty->commit && !in_word(*queue_at(tty, tty->head - 1)))
		erase_one(tty, visible);
	while (tty->head != tty->commit && in_word(*queue_at(tty, tty->head - 1)))
		erase_one(tty, visible);
}

static void reprint(struct tty *tty, u8 c)
{
	echo(tty, c);
	show(tty, "\n", 1);
	tty->line_column = tty->column;
	for (unsigned int pos = tty->commit; pos != tty->head; pos++)
		echo(tty, *queue_at(tty, pos));
}

/* ------------------------------------------------------------------ the queue */

static unsigned int used(const struct tty *tty)
{
	return tty->head - tty->tail;
}

/* Everything typed so far can be read. */
static void commit_input(struct tty *tty)
{
	tty->commit = tty->head;
	wake_up(&tty->readers);
}

/* Append to the queue; the last place is kept for what ends a line. False: full. */
static bool enqueue(struct tty *tty, u16 c)
{
	unsigned int size = TTY_QUEUE;

	if (lflag(tty, ICANON) && !(c & ENDS_LINE))
		size--;
	if (used(tty) >= size) {
		if (iflag(tty, IMAXBEL))
			show(tty, "\a", 1);
		return false;
	}
	if (tty->head == tty->commit)
		tty->line_column = tty->column;
	*queue_at(tty, tty->head++) = c;
	return true;
}

/* Something was read or thrown away: what was held back may come. Any context, not locked. */
static void resume_input(struct tty *tty)
{
	unsigned long flags = spin_lock_irqsave(&tty->lock);
	bool resume = tty->throttled && used(tty) < TTY_QUEUE / 2;

	if (resume)
		tty->throttled = false;
	spin_unlock_irqrestore(&tty->lock, flags);
	if (resume)
		console_resume_input();
}

static void drop_input(struct tty *tty)
{
	tty->tail = tty->commit = tty->head;
	tty->literal = false;
}

void tty_flush_input(struct tty *tty)
{
	unsigned long flags = spin_lock_irqsave(&tty->lock);

	drop_input(tty);
	spin_unlock_irqrestore(&tty->lock, flags);
	resume_input(tty);
}

/* ------------------------------------------------------------------ input */

/* ^S and ^Q. False: c is another character. */
static bool flow_key(struct tty *tty, u8 c)
{
	if (!iflag(tty, IXON))
		return false;
	if (is_key(tty, c, VSTART)) {
		start_output(tty);
		return true;
	}
	if (is_key(tty, c, VSTOP)) {
		tty->stopped = true;
		return true;
	}
	if (iflag(tty, IXANY))
		start_output(tty);
	return false;
}

/* Keys that send a signal to the process group in front. */
static bool signal_key(struct tty *tty, u8 c)
{
	int sig = 0;

	if (!lflag(tty, ISIG))
		return false;
	if (is_key(tty, c, VINTR))
		sig = SIGINT;
	else if (is_key(tty, c, VQUIT))
		sig = SIGQUIT;
	else if (is_key(tty, c, VSUSP))
		sig = SIGTSTP;
	else
		return false;
	if (!lflag(tty, NOFLSH)) {
		drop_input(tty);
		tty->held_len = 0;
	}
	if (iflag(tty, IXON))
		start_output(tty);
	echo(tty, c);
	tty->keyed |= BIT(sig);
	defer(&tty->send_keyed);
	return true;
}

/* The next character means itself; until it comes, a ^ stands where it will. */
static void literal_next(struct tty *tty)
{
	tty->literal = true;
	if (lflag(tty, ECHO) && lflag(tty, ECHOCTL))
		show(tty, "^\b", 2);
}

/* Keys that edit the line. False: c is another character. */
static bool edit_key(struct tty *tty, u8 c)
{
	bool extended = lflag(tty, IEXTEN);

	if (is_key(tty, c, VERASE))
		erase_char(tty, c);
	else if (is_key(tty, c, VKILL))
		erase_line(tty, c);
	else if (extended && is_key(tty, c, VWERASE))
		erase_word(tty);
	else if (extended && is_key(tty, c, VLNEXT))
		literal_next(tty);
	else if (extended && lflag(tty, ECHO) && is_key(tty, c, VREPRINT))
		reprint(tty, c);
	else
		return false;
	return true;
}

/* Characters that end the line. False: c is another one. */
static bool end_key(struct tty *tty, u8 c)
{
	if (is_key(tty, c, VEOF)) {
		if (enqueue(tty, ENDS_LINE | NO_CHARACTER))
			commit_input(tty);
		return true;
	}
	if (c != '\n' && !is_key(tty, c, VEOL) && !(lflag(tty, IEXTEN) && is_key(tty, c, VEOL2)))
		return false;
	if (enqueue(tty, ENDS_LINE | c)) {
		if (c == '\n')
			echo_newline(tty);
		else
			echo(tty, c);
		commit_input(tty);
	}
	return true;
}

/* newline: it was typed as a return. A newline itself, where it ends no line, is shown as ^J. */
static void take_char(struct tty *tty, u8 c, bool newline)
{
	if (!enqueue(tty, c))
		return;
	if (newline)
		echo_newline(tty);
	else
		echo(tty, c);
	if (!lflag(tty, ICANON))
		commit_input(tty);
}

static void input_char(struct tty *tty, u8 c)
{
	bool newline;

	if (iflag(tty, ISTRIP))
		c &= 0x7f;
	if (tty->literal) {
		tty->literal = false;
		take_char(tty, c, false);
		return;
	}
	if (flow_key(tty, c) || signal_key(tty, c))
		return;
	if (c == '\r' && iflag(tty, IGNCR))
		return;
	newline = c == '\r' && iflag(tty, ICRNL);
	if (newline)
		c = '\n';
	else if (c == '\n' && iflag(tty, INLCR))
		c = '\r';
	if (!lflag(tty, ICANON) || !(edit_key(tty, c) || end_key(tty, c)))
		take_char(tty, c, newline);
}

/* A queue that somebody can read from and is full makes the rest wait. */
bool tty_input(char c)
{
	struct tty *tty = &serial_tty;
	unsigned long flags = spin_lock_irqsave(&tty->lock);
	bool room = used(tty) < TTY_QUEUE;

	if (lflag(tty, ICANON))
		room = used(tty) < TTY_QUEUE - 1 || tty->commit == tty->tail;
	if (room)
		input_char(tty, c);
	else
		tty->throttled = true;
	spin_unlock_irqrestore(&tty->lock, flags);
	return room;
}

/* ------------------------------------------------------------------ reading */

unsigned int tty_available(const struct tty *tty)
{
	return READ_ONCE(tty->commit) - READ_ONCE(tty->tail);
}

unsigned int tty_characters(struct tty *tty)
{
	unsigned long flags = spin_lock_irqsave(&tty->lock);
	unsigned int n = 0;

	for (unsigned int pos = tty->tail; pos != tty->commit; pos++)
		n += !(*queue_at(tty, pos) & NO_CHARACTER);
	spin_unlock_irqrestore(&tty->lock, flags);
	return n;
}

/* A ^D right behind what was asked for has done its work: it is no end of file. */
static bool skip_end(struct tty *tty)
{
	if (tty->tail == tty->commit || !(*queue_at(tty, tty->tail) & NO_CHARACTER))
		return false;
	tty->tail++;
	return true;
}

bool tty_take(struct tty *tty, char *text, size_t size, size_t *taken, bool *more)
{
	unsigned long flags = spin_lock_irqsave(&tty->lock);
	bool canonical = lflag(tty, ICANON), found = tty->tail != tty->commit, ended = false;
	size_t n = 0;
	u16 c;

	while (n < size && tty->tail != tty->commit && !ended) {
		c = *queue_at(tty, tty->tail++);
		ended = canonical && c & ENDS_LINE;
		if (!(c & NO_CHARACTER))
			text[n++] = c;
	}
	if (canonical && !ended && n)
		ended = skip_end(tty);
	*taken = n;
	*more = !ended && tty->tail != tty->commit;
	spin_unlock_irqrestore(&tty->lock, flags);
	resume_input(tty);
	return found;
}

/* ------------------------------------------------------------------ settings */

void tty_get_termios(struct tty *tty, struct termios *termios)
{
	unsigned long flags = spin_lock_irqsave(&tty->lock);

	*termios = tty->termios;
	spin_unlock_irqrestore(&tty->lock, flags);
}

/*
 * What was a line in the making can be read when ICANON goes; what has not been read when it comes
 * is one line.
 */
static void change_mode(struct tty *tty)
{
	for (unsigned int pos = tty->tail; pos != tty->head; pos++)
		*queue_at(tty, pos) &= ~ENDS_LINE;
	if (tty->head != tty->tail)
		*queue_at(tty, tty->head - 1) |= ENDS_LINE;
	tty->literal = false;
	commit_input(tty);
}

void tty_set_termios(struct tty *tty, const struct termios *new)
{
	unsigned long flags = spin_lock_irqsave(&tty->lock);
	bool mode_changed = (tty->termios.c_lflag ^ new->c_lflag) & ICANON;
	bool flow_ends = iflag(tty, IXON) && !(new->c_iflag & IXON);

	tty->termios = *new;
	if (mode_changed)
		change_mode(tty);
	if (flow_ends)
		start_output(tty);
	wake_up_all(&tty->readers);	/* VMIN may be another */
	spin_unlock_irqrestore(&tty->lock, flags);
	resume_input(tty);
}
