/* SPDX-License-Identifier: MIT */
/* tty.h - the terminal: lines, output, job control for programs (drivers/tty.c). */
#ifndef NOPAGE_TTY_H
#define NOPAGE_TTY_H

#include <nopage/fs.h>

#define TTY_DEV		MKDEV(5, 0)	/* the terminal that controls who opens it */
#define CONSOLE_DEV	MKDEV(5, 1)
#define SERIAL_DEV	MKDEV(4, 64)

struct task_struct;

/* What the nodes of these three open: the same terminal. */
extern const struct file_operations tty_fops;
/* tty_init - take over what is typed on the consoles. */
void tty_init(void);
/*
 * tty_disassociate - the current process, the leader of a session, ends: its terminal is hung up
 * and belongs to nobody. Others: nothing. Takes tasklist_lock.
 */
void tty_disassociate(void);
/*
 * tty_of - the device number and the group in front of the terminal that controls p; 0 and -1:
 * there is none. tasklist_lock held.
 */
void tty_of(const struct task_struct *p, dev_t *dev, pid_t *pgrp);

#endif
