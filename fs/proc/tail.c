/* SPDX-License-Identifier: MIT */
/*
 * tail.c - the two files that grow while they are read: events and kmsg.
 *
 * Records and messages are made in any context, also with the run-queue lock held, and must cost
 * nothing when nobody reads them: they wake nobody. Who waits for more has a timer of its own that
 * lets it look again.
 */
#include "internal.h"
#include <nopage/events.h>
#include <nopage/log.h>
#include <nopage/math64.h>
#include <nopage/poll.h>
#include <nopage/printf.h>
#include <nopage/slab.h>
#include <nopage/string.h>
#include <nopage/syscalls.h>
#include <asm/uaccess.h>

#define LOOK_TICKS	(HZ / 20)

struct tail {
	struct timer timer;
	wait_queue_head_t wait;
};

static void tail_look(struct timer *timer)
{
	wake_up_all(&container_of(timer, struct tail, timer)->wait);
}

static void tail_init(struct tail *tail)
{
	INIT_LIST_HEAD(&tail->timer.list);
	tail->timer.fn = tail_look;
	init_waitqueue_head(&tail->wait);
}

static void tail_arm(struct tail *tail)
{
	del_timer(&tail->timer);
	tail->timer.expires = jiffies + LOOK_TICKS;
	add_timer(&tail->timer);
}

/* Sleep until ready(data) holds. 0, -EAGAIN (O_NONBLOCK) or -ERESTARTSYS. */
static int tail_wait(struct tail *tail, const struct file *file, bool (*ready)(void *data),
		     void *data)
{
	int error = 0;

	DEFINE_WAIT(w);
	for (;;) {
		prepare_to_wait(&tail->wait, &w, TASK_INTERRUPTIBLE);
		if (ready(data))
			break;
		error = file->flags & O_NONBLOCK ? -EAGAIN : signal_pending(current) ? -ERESTARTSYS : 0;
		if (error)
			break;
		tail_arm(tail);
		schedule();
	}
	finish_wait(&tail->wait, &w);
	return error;
}

/* What poll() says; with nothing there, look again later. */
static unsigned int tail_poll(struct tail *tail, struct poll_table *table, bool ready)
{
	poll_wait(&tail->wait, table);
	if (ready)
		return POLL_READABLE;
	tail_arm(tail);
	return 0;
}

/* ------------------------------------------------------------------ events */

#define ALL_CLASSES	((1U << NR_EVENT_TYPES) - 1)
#define LINE_SIZE	(EVENT_TEXT + 64)

/* file->private_data of /proc/events */
struct event_reader {
	struct tail tail;
	struct mutex lock;
	/* lock */
	u32 next;			/* sequence number of the next record */
	u32 lost;			/* records overwritten before they were read */
	u32 mask;			/* classes shown */
	char line[LINE_SIZE];
	size_t len, done;		/* of line: there, read */
};

static int events_open(struct inode *inode __unused, struct file *file)
{
	struct event_reader *r = kzalloc(sizeof(*r), GFP_KERNEL);

	if (!r)
		return -ENOMEM;
	tail_init(&r->tail);
	mutex_init(&r->lock);
	r->next = event_next > EVENT_RING ? event_next - EVENT_RING + 1 : 1;
	r->mask = ALL_CLASSES;
	file->private_data = r;
	return 0;
}

static void events_release(struct inode *inode __unused, struct file *file)
{
	struct event_reader *r = file->private_data;

	del_timer(&r->tail.timer);
	kfree(r);
}

/*
 * The next record for this reader, copied out; false: none yet. Left out: other classes, and what
 * the reader itself does, or following the events would never come to rest.
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
		if (r->mask & 1U << event_class(copy) && copy->pid != current->pid)
			return true;
	}
	return false;
}

static bool event_ready(void *data)
{
	struct event_reader *r = data;
	struct event ev;

	return r->done < r->len || next_event(r, &ev);
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
		n = tail_wait(&r->tail, file, event_ready, r);
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
	bool ready;

	mutex_lock(&r->lock);
	ready = event_ready(r);
	mutex_unlock(&r->lock);
	return tail_poll(&r->tail, table, ready) | POLL_WRITABLE;
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

/* ------------------------------------------------------------------ kmsg */

static int kmsg_open(struct inode *inode __unused, struct file *file)
{
	struct tail *tail = kmalloc(sizeof(*tail), GFP_KERNEL);

	if (!tail)
		return -ENOMEM;
	tail_init(tail);
	file->private_data = tail;
	return 0;
}

static void kmsg_release(struct inode *inode __unused, struct file *file)
{
	struct tail *tail = file->private_data;

	del_timer(&tail->timer);
	kfree(tail);
}

static bool kmsg_ready(void *data __unused)
{
	return log_read_pos != log_end();
}

static ssize_t kmsg_read(struct file *file, char *buf, size_t count, loff_t *pos __unused)
{
	char *page;
	ssize_t n;

	if (!count)
		return 0;
	page = __get_free_pages(GFP_KERNEL, 0);
	if (!page)
		return -ENOMEM;
	n = tail_wait(file->private_data, file, kmsg_ready, NULL);
	if (!n) {
		n = log_copy(&log_read_pos, page, min(count, (size_t)PAGE_SIZE));
		if (copy_to_user(buf, page, n))
			n = -EFAULT;
	}
	free_pages(page, 0);
	return n;
}

static unsigned int kmsg_poll(struct file *file, struct poll_table *table)
{
	return tail_poll(file->private_data, table, kmsg_ready(NULL));
}

const struct file_operations proc_kmsg_fops = {
	.open = kmsg_open,
	.release = kmsg_release,
	.read = kmsg_read,
	.llseek = no_llseek,
	.poll = kmsg_poll,
};
