/* SPDX-License-Identifier: MIT */
/* poll.h - how a file tells poll() and select() what it is ready for (fs/select.c). */
#ifndef NOPAGE_POLL_H
#define NOPAGE_POLL_H

#include <nopage/fs.h>
#include <nopage/time.h>
#include <uapi/poll.h>

#define POLL_READABLE	(POLLIN | POLLRDNORM)
#define POLL_WRITABLE	(POLLOUT | POLLWRNORM)

/*
 * poll_wait - let a change at q wake the poll() that table belongs to. A file's poll operation
 * calls this first, for every queue it has, two at most, and then says what holds now. The queue
 * must live as long as the file is open.
 */
void poll_wait(wait_queue_head_t *q, struct poll_table *table);

/* The system calls, whatever structure their time is in; a user pointer of 0: not given. */
long do_ppoll(long fds, long count, long timeout, long set, long size, enum time_type type);
long do_select(long n, long in, long out, long ex, long timeout, long set, enum time_type type);

#endif
