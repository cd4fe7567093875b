/* SPDX-License-Identifier: MIT */
/*
 * printk.c - the log, and the consoles it goes to.
 *
 * A message is formatted into one static buffer under a lock, so that lines never mix. After
 * printk_emergency() - a panic - the lock is ignored: its holder does not run any more.
 */
#include <nopage/printk.h>
#include <nopage/log.h>
#include <nopage/math64.h>
#include <nopage/printf.h>
#include <nopage/spinlock.h>
#include <nopage/string.h>
#include <nopage/time.h>
#include <asm/timer.h>

#define MESSAGE_MAX	1024
#define DEFAULT_LEVEL	6

int console_loglevel = 7;

static spinlock_t printk_lock = SPINLOCK_INIT;
static bool emergency;

/* printk_lock */
static struct console *consoles;
static char message[MESSAGE_MAX];
static bool mid_line;			/* the last character was not a newline */

static bool (*input_receiver)(char c);	/* set once, before there are interrupts */

static unsigned long lock_consoles(void)
{
	return emergency ? local_irq_save() : spin_lock_irqsave(&printk_lock);
}

static void unlock_consoles(unsigned long flags)
{
	if (emergency)
		local_irq_restore(flags);
	else
		spin_unlock_irqrestore(&printk_lock, flags);
}

void printk_emergency(void)
{
	emergency = true;
}

/* To all consoles, as it is. */
static void send(const char *text, size_t len)
{
	if (len == 0)
		return;
	mid_line = text[len - 1] != '\n';
	for (struct console *con = consoles; con; con = con->next)
		con->write(text, len);
}

/* Text of our own: each newline gets its carriage return. */
static void emit(const char *text, size_t len)
{
	const char *newline;

	while (len && (newline = memchr(text, '\n', len))) {
		send(text, newline - text);
		send("\r\n", 2);
		len -= newline + 1 - text;
		text = newline + 1;
	}
	send(text, len);
}

void register_console(struct console *con)
{
	unsigned long flags = lock_consoles();

	con->next = consoles;
	consoles = con;
	unlock_consoles(flags);
}

void console_write(const char *text, size_t len)
{
	unsigned long flags = lock_consoles();

	send(text, len);
	unlock_consoles(flags);
}

/* One line into the log and, if its level says so, to the consoles; it starts at the left. */
static void emit_line(int level, const char *line, size_t len)
{
	u32 ns, seconds = div_u64_rem(arch_clock_ns(), NSEC_PER_SEC, &ns);
	char stamp[24];
	size_t stamp_len = scnprintf(stamp, sizeof(stamp), "[%5u.%06u] ", seconds,
				     ns / NSEC_PER_USEC);

	log_store(level, stamp, line, len);
	if (level >= console_loglevel)
		return;
	if (mid_line)
		emit("\n", 1);
	emit(stamp, stamp_len);
	emit(line, len);
	emit("\n", 1);
}

static void vprintk(const char *fmt, va_list args)
{
	unsigned long flags = lock_consoles();
	const char *text = message, *newline;
	int level = DEFAULT_LEVEL;

	vscnprintf(message, sizeof(message), fmt, args);
	if (text[0] == '<' && text[1] >= '0' && text[1] <= '7' && text[2] == '>') {
		level = text[1] - '0';
		text += 3;
	}
	for (; (newline = strchr(text, '\n')); text = newline + 1)
		emit_line(level, text, newline - text);
	if (*text)
		emit_line(level, text, strlen(text));
	unlock_consoles(flags);
}

void printk(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vprintk(fmt, args);
	va_end(args);
}

void printk_raw(const char *fmt, ...)
{
	unsigned long flags = lock_consoles();
	va_list args;

	va_start(args, fmt);
	emit(message, vscnprintf(message, sizeof(message), fmt, args));
	va_end(args);
	unlock_consoles(flags);
}

void console_set_input(bool (*receive)(char c))
{
	input_receiver = receive;
}

bool console_input(char c)
{
	return input_receiver(c);
}

void console_resume_input(void)
{
	for (struct console *con = consoles; con; con = con->next)
		if (con->resume_input)
			con->resume_input();
}
