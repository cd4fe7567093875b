/* SPDX-License-Identifier: MIT */
/* tty.h - the terminal: line input and output for programs (drivers/tty.c). */
#ifndef NOPAGE_TTY_H
#define NOPAGE_TTY_H

#include <nopage/fs.h>

/* What the nodes /dev/console, /dev/tty and /dev/ttyS0 open: all the same terminal. */
extern const struct file_operations tty_fops;
/* tty_init - take over what is typed on the consoles. */
void tty_init(void);

#endif
