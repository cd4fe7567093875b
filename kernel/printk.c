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
#include <asm/timer.h>

#define MESSAGE_MAX	1024
#define EARLY_MAX	1024		/* characters kept until there is a console */
#define INPUT_MAX	4096		/* characters kept until somebody reads them */
#define DEFAULT_LEVEL	6

int console_loglevel = 7;

static spinlock_t printk_lock = SPINLOCK_INIT;
static bool emergency;

/* printk_lock */
static struct console *consoles;
static char message[MESSAGE_MAX];
static char early[EARLY_MAX];
static size_t early_len;
static bool mid_line;			/* the last character was not a newline */

/* Interrupts off. */
static bool (*input_receiver)(char c);
static char input[INPUT_MAX];
static size_t input_len;

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

	if (!consoles) {
		size_t room = min(len, EARLY_MAX - early_len);

		memcpy(early + early_len, text, room);
		early_len += room;
	}
	while (len && (newline = memchr(text, '\n', len))) {
		send(text, newline - text);
		send("\r\n", 2);
		len -= newline + 1 - text;
		text = newline + 1;
	}
	send(text, len);
}

/* The first console also gets what was said before there was one. */
void register_console(struct console *con)
{
	unsigned long flags = lock_consoles();
	bool first = !consoles;

	con->next = consoles;
	consoles = con;
	if (first && early_len)
		emit(early, early_len);
	unlock_consoles(flags);
}

void console_write(const char *text, size_t len)
{
	unsigned long flags = lock_consoles();

	send(text, len);
	unlock_consoles(flags);
}

static void emit_stamp(void)
{
	char stamp[24];
	u32 ns;
	u64 seconds = div_u64_rem(arch_clock_ns(), 1000000000, &ns);

	emit(stamp, scnprintf(stamp, sizeof(stamp), "[%5u.%06u] ", (u32)seconds, ns / 1000));
}

/* Every line of a message gets its own stamp and starts at the left. Returns the length. */
static int emit_lines(const char *text)
{
	const char *line = text;

	while (*line) {
		const char *end = strchr(line, '\n');
		size_t len = end ? (size_t)(end - line) : strlen(line);

		if (mid_line)
			emit("\n", 1);
		emit_stamp();
		emit(line, len);
		emit("\n", 1);
		line += len + (end ? 1 : 0);
	}
	return line - text;
}

static int vprintk(const char *fmt, va_list args)
{
	unsigned long flags = lock_consoles();
	int level = DEFAULT_LEVEL, len = 0;
	const char *text = message;

	vscnprintf(message, sizeof(message), fmt, args);
	if (text[0] == '<' && text[1] >= '0' && text[1] <= '7' && text[2] == '>') {
		level = text[1] - '0';
		text += 3;
	}
	log_store(level, text);
	if (level < console_loglevel)
		len = emit_lines(text);
	unlock_consoles(flags);
	return len;
}

int printk(const char *fmt, ...)
{
	va_list args;
	int len;

	va_start(args, fmt);
	len = vprintk(fmt, args);
	va_end(args);
	return len;
}

int printk_raw(const char *fmt, ...)
{
	unsigned long flags = lock_consoles();
	va_list args;
	int len;

	va_start(args, fmt);
	len = vscnprintf(message, sizeof(message), fmt, args);
	va_end(args);
	emit(message, len);
	unlock_consoles(flags);
	return len;
}

void console_set_input(bool (*receive)(char c))
{
	unsigned long flags = local_irq_save();

	input_receiver = receive;
	for (size_t i = 0; i < input_len; i++)
		receive(input[i]);
	input_len = 0;
	local_irq_restore(flags);
}

/* In interrupt context. */
bool console_input(char c)
{
	if (input_receiver)
		return input_receiver(c);
	if (input_len < INPUT_MAX)
		input[input_len++] = c;
	return true;
}

void console_resume_input(void)
{
	for (struct console *con = consoles; con; con = con->next)
		if (con->resume_input)
			con->resume_input();
}
