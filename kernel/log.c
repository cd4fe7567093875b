/* SPDX-License-Identifier: MIT */
/*
 * log.c - the messages of printk(), kept in a ring of bytes, and syslog(2), which reads them.
 *
 * The log is a stream of bytes, lines as "<6>[    0.012345] text"; the last LOG_SIZE are kept. A
 * position is the number of bytes before it, modulo 2^32.
 *
 * printk() may be called with any lock held, so storing a message wakes nobody: readers that wait
 * look again from time to time.
 */
#include <nopage/log.h>
#include <nopage/cred.h>
#include <nopage/err.h>
#include <nopage/mm.h>
#include <nopage/printk.h>
#include <nopage/sched.h>
#include <nopage/slab.h>
#include <nopage/string.h>
#include <nopage/syscalls.h>
#include <asm/uaccess.h>

#define LOG_SIZE	16384
#define WAIT_TICKS	(HZ / 10)

BUILD_BUG_ON(LOG_SIZE & (LOG_SIZE - 1));

static spinlock_t log_lock = SPINLOCK_INIT;	/* taken with interrupts off */
/* log_lock */
static char ring[LOG_SIZE];
static u32 end;				/* bytes ever stored */

static u32 read_pos;			/* only one reader at a time makes sense: no lock */
static u32 clear_pos;			/* SYSLOG_ACTION_CLEAR: READ_ALL starts here */

static void put(const char *text, size_t len)
{
	while (len--)
		ring[end++ % LOG_SIZE] = *text++;
}

/* With the lock held already, it is this CPU that panics while it works on the log: leave it. */
void log_store(int level, const char *stamp, const char *line, size_t len)
{
	const char prefix[] = { '<', '0' + level, '>' };

	if (spin_is_locked(&log_lock))
		return;
	spin_lock(&log_lock);
	put(prefix, sizeof(prefix));
	put(stamp, strlen(stamp));
	put(line, len);
	put("\n", 1);
	spin_unlock(&log_lock);
}

static u32 log_end(void)
{
	return READ_ONCE(end);
}

/* Bytes from *pos on. What is not kept any more is skipped, up to the start of a line. */
static size_t log_copy(u32 *pos, char *buf, size_t size)
{
	unsigned long flags = spin_lock_irqsave(&log_lock);
	size_t n = 0;

	if (end - *pos > LOG_SIZE) {
		*pos = end - LOG_SIZE;
		while (*pos != end && ring[(*pos)++ % LOG_SIZE] != '\n')
			;
	}
	while (n < size && *pos != end)
		buf[n++] = ring[(*pos)++ % LOG_SIZE];
	spin_unlock_irqrestore(&log_lock, flags);
	return n;
}

/* ------------------------------------------------------------------ syslog(2) */

enum syslog_action {
	ACTION_CLOSE, ACTION_OPEN, ACTION_READ, ACTION_READ_ALL, ACTION_READ_CLEAR, ACTION_CLEAR,
	ACTION_CONSOLE_OFF, ACTION_CONSOLE_ON, ACTION_CONSOLE_LEVEL, ACTION_SIZE_UNREAD,
	ACTION_SIZE_BUFFER,
};

/* Up to len bytes from *pos on to the user. Bytes or -EFAULT, -ENOMEM. */
static long copy_log(u32 *pos, char *user, size_t len)
{
	char *buf = kmalloc(LOG_SIZE, GFP_KERNEL);
	long n;

	if (!buf)
		return -ENOMEM;
	n = log_copy(pos, buf, min(len, (size_t)LOG_SIZE));
	if (copy_to_user(user, buf, n))
		n = -EFAULT;
	kfree(buf);
	return n;
}

/* What has not been read yet; waits until there is something. */
static long read_log(char *user, size_t len)
{
	while (read_pos == log_end()) {
		if (signal_pending(current))
			return -ERESTARTSYS;
		current->state = TASK_INTERRUPTIBLE;
		schedule_timeout(WAIT_TICKS);
	}
	return copy_log(&read_pos, user, len);
}

/* The last len bytes since the last clear; clear: that is now. */
static long read_all(char *user, size_t len, bool clear)
{
	u32 now = log_end(), kept = min(now - clear_pos, (u32)LOG_SIZE);
	u32 pos = now - min((u32)len, kept);
	long n = copy_log(&pos, user, len);

	if (clear && n >= 0)
		clear_pos = now;
	return n;
}

static long set_console_level(long level)
{
	static int saved;

	if (level == ACTION_CONSOLE_OFF) {
		saved = console_loglevel;
		console_loglevel = 1;
	} else if (saved) {
		console_loglevel = saved;
		saved = 0;
	}
	return 0;
}

/* Reading all of it is for everybody, the rest for who has the right to. */
long sys_syslog(long type, long buf, long len)
{
	bool reads = type == ACTION_READ || type == ACTION_READ_ALL || type == ACTION_READ_CLEAR;

	if (type != ACTION_READ_ALL && type != ACTION_SIZE_BUFFER && !capable(CAP_SYSLOG))
		return -EPERM;
	if (type < ACTION_CLOSE || type > ACTION_SIZE_BUFFER)
		return -EINVAL;
	if (reads && (!buf || len < 0))
		return -EINVAL;
	if (reads && !len)
		return 0;
	switch (type) {
	case ACTION_READ:
		return read_log((char *)buf, len);
	case ACTION_READ_ALL:
	case ACTION_READ_CLEAR:
		return read_all((char *)buf, len, type == ACTION_READ_CLEAR);
	case ACTION_CLEAR:
		clear_pos = log_end();
		return 0;
	case ACTION_CONSOLE_OFF:
	case ACTION_CONSOLE_ON:
		return set_console_level(type);
	case ACTION_CONSOLE_LEVEL:
		if (len < 1 || len > 8)
			return -EINVAL;
		console_loglevel = len;
		return 0;
	case ACTION_SIZE_UNREAD:
		return min(log_end() - read_pos, (u32)LOG_SIZE);
	case ACTION_SIZE_BUFFER:
		return LOG_SIZE;
	}
	return 0;
}
