/* SPDX-License-Identifier: MIT */
/* poll.h - what poll() and select() take, Linux i386. */
#ifndef NOPAGE_UAPI_POLL_H
#define NOPAGE_UAPI_POLL_H

#define POLLIN		0x0001
#define POLLPRI		0x0002
#define POLLOUT		0x0004
#define POLLERR		0x0008
#define POLLHUP		0x0010
#define POLLNVAL	0x0020
#define POLLRDNORM	0x0040
#define POLLRDBAND	0x0080
#define POLLWRNORM	0x0100
#define POLLWRBAND	0x0200

struct pollfd {
	int fd;				/* negative: left out */
	short events;
	short revents;
};

/* The sixth argument of pselect6(). */
struct sigset_arg {
	unsigned long set;		/* user pointer to a sigset_t, or 0 */
	unsigned long size;
};

/* The only argument of the oldest select(): call 82. */
struct select_args {
	int n;
	unsigned long in, out, ex, timeout;	/* user pointers */
};

#endif
