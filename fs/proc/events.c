/* SPDX-License-Identifier: MIT */
/*
 * events.c - /proc/events, which grows while it is read.
 *
 * Records are made in any context, also with the run-queue lock held, and must cost nothing when
 * nobody reads them: they wake nobody. Who waits for more has a timer of its own that lets it look
 * again.
 */
#include "internal.h"
#include <nopage/events.h>
#include <nopage/poll.h>
#include <nopage/printf.h>
#include <nopage/slab.h>
#include <nopage/syscalls.h>
#include <asm/uaccess.h>

#define ALL_CLASSES	((1U << NR_EVENT_TYPES) - 1)
#define LINE_SIZE	(EVENT_TEXT + 64)
#define LOOK_TICKS	(HZ / 20)

/* file->private_data */
struct event_reader {
	struct timer timer;
	wait_queue_head_t wait;
	struct mutex lock;
	/* lock */
	u32 next;			/* sequence number of the next record */
	u32 lost;			/* records overwritten before they were read */
	u32 mask;			/* classes shown */
	char line[LINE_SIZE];
	size_t len, done;		/* of line: there, read */
};

static void look_again(struct timer *timer)
{
	wake_up_all(&container_of(timer, struct event_reader, timer)->wait);
}

static void look_later(struct event_reader *r)
{
	del_timer(&r->timer);
	r->timer.expires = jiffies + LOOK_TICKS;
	add_timer(&r->timer);
}

static int events_open(struct inode *inode __unused, struct file *file)
{
	struct event_reader *r = kzalloc(sizeof(*r), GFP_KERNEL);

	if (!r)
		return -ENOMEM;
	INIT_LIST_HEAD(&r->timer.list);
	r->timer.fn = look_again;
	init_waitqueue_head(&r->wait);
	mutex_init(&r->lock);
	r->next = event_next > EVENT_RING ? event_next - EVENT_RING + 1 : 1;
	r->mask = ALL_CLASSES;
	file->private_data = r;
	return 0;
}

static void events_release(struct inode *inode __unused, struct file *file)
{
	struct event_reader *r = file->private_data;

	del_timer(&r->timer);
	kfree(r);
}

/* Does the reader do that itself, or is it made to run? */
static bool is_own(const struct event *ev)
{
	return ev->pid == current->pid ||
	       (ev->type == EV_SWITCH && ev->arg[1] == (u32)current->pid);
}

/*
 * The next record for this reader, copied out; false: none yet. Left out: other classes, and its
 * own, or following the events would never come to rest.
 */
static bool next_event(struct event_reader *r, struct event *copy)
{
	u32 last = READ_ONCE(event_next);

	if (last - r->next >= EVENT_RING && (s32)(last - r->next) > 0) {
		r->lost += last - EVENT_RING + 1 - r->next;
		r->next = last - EVENT_RING + 1;
	}
	for (; (s32)(last - r->next) >= 0; r->next++) {
		const struct event *ev = event_get(r->next);

		if (!ev)
			continue;
		*copy = *ev;
		if (r->mask & 1U << event_class(copy) && !is_own(copy))
			return true;
	}
	return false;
}

static bool event_ready(struct event_reader *r)
{
	struct event ev;

	return r->done < r->len || next_event(r, &ev);
}

/* Sleep until there is a record. 0, -EAGAIN (O_NONBLOCK) or -ERESTARTSYS. Caller holds r->lock. */
static int wait_event_ready(struct event_reader *r, const struct file *file)
{
	int error = 0;

	DEFINE_WAIT(w);
	for (;;) {
		prepare_to_wait(&r->wait, &w, TASK_INTERRUPTIBLE);
		if (event_ready(r))
			break;
		error = file->flags & O_NONBLOCK ? -EAGAIN : signal_pending(current) ? -ERESTARTSYS : 0;
		if (error)
			break;
		look_later(r);
		schedule();
	}
	finish_wait(&r->wait, &w);
	return error;
}

/* "sequence time-stamp class: text [pid]". False: no record. */
static bool next_line(struct event_reader *r)
{
	char text[EVENT_TEXT];
	struct event ev;

	if (!next_event(r, &ev))
		return false;
	r->len = 0;
	if (r->lost)
		r->len = scnprintf(r->line, LINE_SIZE, "(%u lost)\n", r->lost);
	r->lost = 0;
	event_format(text, sizeof(text), &ev);
	r->len += scnprintf(r->line + r->len, LINE_SIZE - r->len, "%u %llu %s\n", ev.seq, ev.tsc,
			    text);
	r->done = 0;
	r->next++;
	return true;
}

static ssize_t copy_lines(struct event_reader *r, char *buf, size_t count)
{
	size_t done = 0, part;

	while (done < count && (r->done < r->len || next_line(r))) {
		part = min(count - done, r->len - r->done);
		if (copy_to_user(buf + done, r->line + r->done, part))
			return done ? (ssize_t)done : -EFAULT;
		r->done += part;
		done += part;
	}
	return done;
}

static ssize_t events_read(struct file *file, char *buf, size_t count, loff_t *pos)
{
	struct event_reader *r = file->private_data;
	ssize_t n = 0;

	if (!count)
		return 0;
	mutex_lock(&r->lock);
	while (!n) {
		n = wait_event_ready(r, file);
		if (!n)
			n = copy_lines(r, buf, count);
	}
	mutex_unlock(&r->lock);
	if (n > 0)
		*pos += n;
	return n;
}

/* The classes to be shown by this open file from now on: "fault,mm", "all,-syscall". */
static ssize_t events_write(struct file *file, const char *buf, size_t count, loff_t *pos __unused)
{
	struct event_reader *r = file->private_data;
	char text[128];
	u32 mask;

	if (!count || count >= sizeof(text))
		return -EINVAL;
	if (copy_from_user(text, buf, count))
		return -EFAULT;
	text[count] = '\0';
	if (text[count - 1] == '\n')
		text[count - 1] = '\0';
	if (event_classes(text, &mask))
		return -EINVAL;
	mutex_lock(&r->lock);
	r->mask = mask;
	r->len = r->done = 0;
	mutex_unlock(&r->lock);
	return count;
}

static unsigned int events_poll(struct file *file, struct poll_table *table)
{
	struct event_reader *r = file->private_data;
	unsigned int mask = POLL_WRITABLE;

	poll_wait(&r->wait, table);
	mutex_lock(&r->lock);
	if (event_ready(r))
		mask |= POLL_READABLE;
	else
		look_later(r);
	mutex_unlock(&r->lock);
	return mask;
}

/* A stream: the position cannot be chosen. */
static loff_t no_llseek(struct file *file __unused, loff_t offset __unused, int whence __unused)
{
	return -ESPIPE;
}

const struct file_operations proc_events_fops = {
	.open = events_open,
	.release = events_release,
	.read = events_read,
	.write = events_write,
	.llseek = no_llseek,
	.poll = events_poll,
};
