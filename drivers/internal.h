/* SPDX-License-Identifier: MIT */
/* internal.h - what only drivers/ may see: the terminal and its three parts. */
#ifndef DRIVERS_INTERNAL_H
#define DRIVERS_INTERNAL_H

#include <nopage/fs.h>
#include <nopage/sched.h>
#include <nopage/tty.h>
#include <uapi/termios.h>

#define TTY_QUEUE	4096		/* characters; a power of two */
#define TTY_HELD	256

struct tty {
	dev_t dev;			/* constant: 4:64, ttyS0 */

	spinlock_t lock;		/* taken with interrupts off */
	/* lock */
	struct termios termios;
	struct winsize winsize;
	u16 queue[TTY_QUEUE];		/* characters and flags: see ldisc.c */
	unsigned int tail, commit, head;	/* of queue; count up for ever */
	bool literal;			/* the next character means only itself */
	bool stopped;			/* no output until ^Q */
	bool throttled;			/* the queue is full: the console holds input back */
	unsigned int column;		/* of the cursor */
	unsigned int line_column;	/* where the line being typed began */
	unsigned int held_len;
	char held[TTY_HELD];		/* echo of what was typed while stopped */
	u32 keyed;			/* signals that keys ask for, by number: tty_send_keyed() */
	struct deferred send_keyed;

	wait_queue_head_t readers, writers;

	/* tasklist_lock to change */
	unsigned int hangups;		/* files opened before the last one are dead */
	pid_t session, pgrp;		/* whose terminal it is, who is in front; 0: nobody */
};

extern struct tty serial_tty;

/* ------------------------------------------------------------------ ldisc.c */

/* tty_input - every character typed comes here. Any context. False: there is no room for it now. */
bool tty_input(char c);
/* tty_output - len characters as c_oflag says; false: the output is stopped, nothing was done. */
bool tty_output(struct tty *tty, const char *text, size_t len);
/* tty_stop - stop the output, or let it go on. */
void tty_stop(struct tty *tty, bool stop);
/*
 * tty_take - up to size characters out of the queue: of one line, or in raw mode what is there.
 * *taken: how many. False: there was nothing; else *more says whether the line, or input, goes on.
 */
bool tty_take(struct tty *tty, char *text, size_t size, size_t *taken, bool *more);
/* tty_available - what can be read now: characters, and ends of files; tty_characters: without. */
unsigned int tty_available(const struct tty *tty);
unsigned int tty_characters(struct tty *tty);
void tty_flush_input(struct tty *tty);
void tty_set_termios(struct tty *tty, const struct termios *new);
void tty_get_termios(struct tty *tty, struct termios *termios);

static inline bool tty_canonical(const struct tty *tty)
{
	return READ_ONCE(tty->termios.c_lflag) & ICANON;
}

/* ------------------------------------------------------------------ tty_job.c */

/*
 * tty_check - may the current process use its terminal so? One in the background may not: its group
 * gets sig (SIGTTIN or SIGTTOU). 0, -ERESTARTSYS, or -EIO when the signal would not stop it.
 */
int tty_check(struct tty *tty, int sig);
/* tty_opened - a session leader without a terminal gets it as its own, if nobody has it. */
void tty_opened(struct tty *tty);
/* The ioctls of job control: 0 or -Exxx, -ENOTTY for others. */
long tty_job_ioctl(struct tty *tty, struct file *file, unsigned int cmd, unsigned long arg);
/* tty_send_keyed - the signals of keys to the group in front; an interrupt cannot send them. */
void tty_send_keyed(struct deferred *d);
/* Tell the group in front that the window has another size. */
void tty_winch(struct tty *tty);

#endif
