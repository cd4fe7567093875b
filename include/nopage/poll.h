/* SPDX-License-Identifier: MIT */
/* poll.h - how a file tells poll() and select() what it is ready for (fs/select.c). */
#ifndef NOPAGE_POLL_H
#define NOPAGE_POLL_H

#include <nopage/fs.h>
#include <uapi/poll.h>

#define POLL_READABLE	(POLLIN | POLLRDNORM)
#define POLL_WRITABLE	(POLLOUT | POLLWRNORM)

/*
 * poll_wait - let a change at q wake the poll() that table belongs to (NULL: it does not wait). A
 * file's poll operation calls this first, for every queue it has, and then says what holds now.
 * The queue must live as long as the file is open. May sleep.
 */
void poll_wait(wait_queue_head_t *q, struct poll_table *table);

#endif
