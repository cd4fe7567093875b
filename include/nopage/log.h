/* SPDX-License-Identifier: MIT */
/* log.h - the messages of printk(), kept for syslog(2) (kernel/log.c). */
#ifndef NOPAGE_LOG_H
#define NOPAGE_LOG_H

#include <nopage/types.h>

/* log_store - keep a message of one or more lines; for printk, interrupts off. */
void log_store(int level, const char *text);

#endif
