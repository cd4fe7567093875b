/* SPDX-License-Identifier: MIT */
/* log.h - the messages of printk(), kept for syslog(2) (kernel/log.c). */
#ifndef NOPAGE_LOG_H
#define NOPAGE_LOG_H

#include <nopage/types.h>

/* log_store - keep a line, which has no newline yet; for printk, interrupts off. */
void log_store(int level, const char *stamp, const char *line, size_t len);

#endif
