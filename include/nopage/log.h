/* SPDX-License-Identifier: MIT */
/*
 * log.h - the messages of printk(), kept for /proc/kmsg and syslog(2) (kernel/log.c).
 *
 * The log is a stream of bytes, lines as "<6>[    0.012345] text"; the last LOG_SIZE are kept.
 * A position is the number of bytes before it, modulo 2^32.
 */
#ifndef NOPAGE_LOG_H
#define NOPAGE_LOG_H

#include <nopage/types.h>

#define LOG_SIZE	16384

/* log_store - keep a message of one or more lines; for printk, interrupts off. */
void log_store(int level, const char *text);
/*
 * log_copy - bytes from *pos on into kernel memory, and *pos behind them. What is not kept any
 * more is skipped, up to the start of a line. The number of bytes, 0: there are none yet.
 */
size_t log_copy(u32 *pos, char *buf, size_t size);
u32 log_end(void);			/* the position behind the last message */
/* The position that /proc/kmsg and syslog(2) have read up to: shared by all readers. */
extern u32 log_read_pos;

#endif
