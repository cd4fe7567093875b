/* SPDX-License-Identifier: MIT */
/*
 * select.c - poll() and select(): wait for the first of many files.
 *
 * One scan asks every file; on the way each file queues the caller on its wait queues. Then the
 * caller sleeps, and scans again when one of them was woken. No event is missed: the state is set
 * to sleep before the scan, so a wake-up during it makes the sleep return at once.
 *
 * select() is poll() asked in another way: the descriptors that are in its sets go into an array,
 * and what holds of each goes back into the sets.
 */
#include "internal.h"
#include <nopage/mm.h>
#include <nopage/poll.h>
#include <nopage/sched.h>
#include <nopage/slab.h>
#include <nopage/string.h>
#include <nopage/syscalls.h>
#include <asm/uaccess.h>
#include <uapi/time.h>

#define NR_INLINE	8		/* descriptors for which no memory is allocated */
#define FILE_QUEUES	2		/* that one file may have */

struct poll_entry {
	struct wait_entry wait;
	wait_queue_head_t *queue;
	struct file *file;		/* counted: whose queue it is */
};

/* What is asked about, and the wait queues that the caller stands in. */
struct poll_table {
	unsigned int count;		/* of fds */
	struct pollfd *fds;		/* inline_fds, or kmalloc()ed with entry behind them */
	struct poll_entry *entry;	/* FILE_QUEUES for each */
	unsigned int used;		/* of entry */
	unsigned int always;		/* events that are told even if nobody asked */
	bool queued;			/* it stands in all of them, or will not sleep */
	struct file *file;		/* is being asked */
	struct pollfd inline_fds[NR_INLINE];
	struct poll_entry inline_entry[FILE_QUEUES * NR_INLINE];
};

/* For count descriptors. 0 or -ENOMEM. */
static int poll_init(struct poll_table *table, unsigned int count, unsigned int always)
{
	table->count = count;
	table->always = always;
	table->used = 0;
	table->fds = table->inline_fds;
	table->entry = table->inline_entry;
	if (count <= NR_INLINE)
		return 0;
	table->fds = kmalloc(count * (sizeof(struct pollfd) + FILE_QUEUES * sizeof(struct poll_entry)),
			     GFP_KERNEL);
	table->entry = (struct poll_entry *)(table->fds + count);
	return table->fds ? 0 : -ENOMEM;
}

static void poll_exit(struct poll_table *table)
{
	if (table->fds != table->inline_fds)
		kfree(table->fds);
}

/* ------------------------------------------------------------------ waiting */

void poll_wait(wait_queue_head_t *q, struct poll_table *table)
{
	struct poll_entry *entry = &table->entry[table->used];

	if (table->queued)
		return;
	BUG_ON(table->used++ == FILE_QUEUES * table->count);
	INIT_LIST_HEAD(&entry->wait.list);
	entry->wait.task = current;
	entry->wait.exclusive = false;
	entry->queue = q;
	entry->file = get_file(table->file);
	prepare_to_wait(q, &entry->wait, TASK_INTERRUPTIBLE);
}

static void leave_queues(struct poll_table *table)
{
	for (unsigned int i = 0; i < table->used; i++) {
		finish_wait(table->entry[i].queue, &table->entry[i].wait);
		fput(table->entry[i].file);
	}
}

/* What of its events holds for one descriptor now. */
static unsigned int poll_one(const struct pollfd *pfd, struct poll_table *table)
{
	unsigned int mask = POLL_READABLE | POLL_WRITABLE;
	struct file *file;

	if (pfd->fd < 0)
		return 0;
	file = table->file = fget(pfd->fd);
	if (!file)
		return POLLNVAL;
	if (file->fop->poll)
		mask = file->fop->poll(file, table);
	fput(file);
	return mask & ((unsigned short)pfd->events | table->always);
}

/* How many are ready. */
static long poll_scan(struct poll_table *table)
{
	long ready = 0;

	for (unsigned int i = 0; i < table->count; i++) {
		table->fds[i].revents = poll_one(&table->fds[i], table);
		if (table->fds[i].revents) {
			ready++;
			table->queued = true;
		}
	}
	return ready;
}

/*
 * wait_ready - until one is ready, the deadline has come (0: do not wait at all) or a signal is
 * there. How many are ready, or -ERESTARTNOHAND.
 */
static long wait_ready(struct poll_table *table, u64 deadline)
{
	long ready;

	might_sleep();
	table->queued = deadline == 0;
	for (;;) {
		current->state = TASK_INTERRUPTIBLE;
		ready = poll_scan(table);
		table->queued = true;
		if (!ready && signal_pending(current))
			ready = -ERESTARTNOHAND;
		if (ready || !deadline || !sleep_step(time_left(deadline)))
			break;
	}
	current->state = TASK_RUNNING;
	leave_queues(table);
	return ready;
}

/* ------------------------------------------------------------------ timeouts */

/* How long a call waits, and where what was left goes. */
struct timeout {
	enum time_type type;
	long user;			/* pointer; 0: wait for ever */
	u64 deadline;			/* 0: do not wait, FOREVER */
};

/* A timeval as Linux takes it: any number of microseconds, if both together are not negative. */
static int get_timeval(long user, u64 *ns)
{
	struct timeval32 tv;
	s64 sec;

	if (copy_from_user(&tv, (void *)user, sizeof(tv)))
		return -EFAULT;
	sec = (s64)tv.tv_sec + tv.tv_usec / (s32)USEC_PER_SEC;
	tv.tv_usec %= (s32)USEC_PER_SEC;
	if (sec < 0 || tv.tv_usec < 0)
		return -EINVAL;
	*ns = sec * NSEC_PER_SEC + tv.tv_usec * NSEC_PER_USEC;
	return 0;
}

/* 0, -EFAULT or -EINVAL. */
static int timeout_begin(struct timeout *t, enum time_type type, long user)
{
	u64 ns = 0;
	int error = 0;

	t->type = type;
	t->user = user;
	t->deadline = FOREVER;
	if (!user)
		return 0;
	error = type == TIMEVAL32 ? get_timeval(user, &ns) : get_time(user, type, &ns);
	t->deadline = ns ? deadline_after(ns) : 0;
	return error;
}

/*
 * timeout_end - tell the user what is left, which may fail: then the call cannot start again after
 * a signal with the rest of the time, and ends. The call's result.
 */
static long timeout_end(const struct timeout *t, long result)
{
	if (t->user && put_time(t->user, t->type, time_left(t->deadline)) &&
	    result == -ERESTARTNOHAND)
		return -EINTR;
	return result;
}

/* ------------------------------------------------------------------ poll */

static long do_poll(struct pollfd *user, unsigned long count, u64 deadline)
{
	struct poll_table table;
	long ready;

	if (count > rlimit(RLIMIT_NOFILE))
		return -EINVAL;
	if (poll_init(&table, count, POLLERR | POLLHUP))
		return -ENOMEM;
	ready = -EFAULT;
	if (copy_from_user(table.fds, user, count * sizeof(*user)))
		goto out;
	ready = wait_ready(&table, deadline);
	/* The answers, also before a signal. */
	for (unsigned int i = 0; i < count; i++)
		if (put_user(table.fds[i].revents, &user[i].revents))
			ready = -EFAULT;
out:
	poll_exit(&table);
	return ready;
}

/* poll_until - the deadline of r. A signal without handler lets it go on (restart_syscall). */
static long poll_until(struct restart_block *r)
{
	long ready = do_poll((struct pollfd *)r->poll.fds, r->poll.count, r->deadline);

	return ready == -ERESTARTNOHAND ? set_restart_fn(r, poll_until) : ready;
}

long sys_poll(long fds, long count, long timeout)
{
	struct restart_block *r = &current->restart;

	r->deadline = FOREVER;
	if (timeout >= 0)
		r->deadline = timeout ? deadline_after((u64)timeout * NSEC_PER_MSEC) : 0;
	r->poll.fds = fds;
	r->poll.count = count;
	return poll_until(r);
}

/* With a time that is told back and signals that are blocked only while it waits. */
long do_ppoll(long fds, long count, long timeout, long set, long size, enum time_type type)
{
	struct timeout t;
	long error = timeout_begin(&t, type, timeout) ?: set_user_sigmask((void *)set, size);

	if (error)
		return error;
	error = do_poll((struct pollfd *)fds, count, t.deadline);
	restore_user_sigmask(error == -ERESTARTNOHAND);
	return timeout_end(&t, error);
}

/* ------------------------------------------------------------------ select */

#define BITS		32
#define NR_STACK_WORDS	2		/* of each set: 64 descriptors */
#define MIN_FDS		64U		/* the size of Linux's smallest table */

enum { SET_IN, SET_OUT, SET_EX, NR_SETS };

/* What each set asks poll() for. The first bit of each is in no other. */
static const unsigned int set_events[NR_SETS] = {
	[SET_IN] = POLLIN | POLLRDNORM | POLLRDBAND | POLLHUP | POLLERR,
	[SET_OUT] = POLLOUT | POLLWRNORM | POLLWRBAND | POLLERR,
	[SET_EX] = POLLPRI,
};
static const unsigned int set_bit[NR_SETS] = { POLLIN, POLLOUT, POLLPRI };

struct select_sets {
	unsigned int n, words;		/* descriptors, words of each set */
	u32 *bits;			/* NR_SETS sets of words each */
};

static u32 *word_of(const struct select_sets *s, int set, unsigned int fd)
{
	return &s->bits[set * s->words + fd / BITS];
}

/* The descriptors that are in a set to fds (NULL: only count them). How many. */
static unsigned int sets_to_fds(const struct select_sets *s, struct pollfd *fds)
{
	unsigned int count = 0, events;

	for (unsigned int fd = 0; fd < s->n; fd++) {
		events = 0;
		for (int set = 0; set < NR_SETS; set++)
			if (*word_of(s, set, fd) & 1u << fd % BITS)
				events |= set_events[set];
		if (events && fds)
			fds[count] = (struct pollfd){ fd, events, 0 };
		count += events != 0;
	}
	return count;
}

/* Is it a descriptor, if only of a place (O_PATH)? */
static bool is_open(unsigned int fd)
{
	struct file *file = fget_any(fd);

	if (file)
		fput(file);
	return file;
}

/*
 * And back: how many bits are set, or -EBADF. A descriptor that only names a place can do nothing,
 * which select() has no other way to say than: it is ready.
 */
static long fds_to_sets(const struct poll_table *table, struct select_sets *s)
{
	long ready = 0;

	memset(s->bits, 0, NR_SETS * s->words * sizeof(u32));
	for (const struct pollfd *pfd = table->fds; pfd < table->fds + table->count; pfd++) {
		unsigned int revents = pfd->revents & POLLNVAL ? -1 : pfd->revents;

		if (pfd->revents & POLLNVAL && !is_open(pfd->fd))
			return -EBADF;
		for (int set = 0; set < NR_SETS; set++) {
			if (pfd->events & set_bit[set] && revents & set_events[set]) {
				*word_of(s, set, pfd->fd) |= 1u << pfd->fd % BITS;
				ready++;
			}
		}
	}
	return ready;
}

static long select_sets(struct select_sets *s, u64 deadline)
{
	struct poll_table table;
	long ready;

	if (poll_init(&table, sets_to_fds(s, NULL), 0))
		return -ENOMEM;
	sets_to_fds(s, table.fds);
	ready = wait_ready(&table, deadline);
	if (ready >= 0)
		ready = fds_to_sets(&table, s);
	poll_exit(&table);
	return ready;
}

/* The user's sets (NULL: empty) in, and what was found out. */
static long select_user(struct select_sets *s, const long user[NR_SETS], u64 deadline)
{
	size_t size = s->words * sizeof(u32);
	long ready;

	memset(s->bits, 0, NR_SETS * size);
	for (int set = 0; set < NR_SETS; set++)
		if (user[set] && copy_from_user(word_of(s, set, 0), (void *)user[set], size))
			return -EFAULT;
	ready = select_sets(s, deadline);
	for (int set = 0; set < NR_SETS && ready >= 0; set++)
		if (user[set] && copy_to_user((void *)user[set], word_of(s, set, 0), size))
			return -EFAULT;
	return ready;
}

/* Descriptors beyond the end of the table are not looked at, as on Linux. */
static long core_select(long n, const long user[NR_SETS], u64 deadline)
{
	u32 stack_bits[NR_SETS * NR_STACK_WORDS];
	struct select_sets s = { .bits = stack_bits };
	long ready;

	if (n < 0)
		return -EINVAL;
	s.n = min((unsigned int)n, max(task_fd_size(current), MIN_FDS));
	s.words = DIV_ROUND_UP(s.n, BITS);
	if (s.words > NR_STACK_WORDS)
		s.bits = kmalloc(NR_SETS * s.words * sizeof(u32), GFP_KERNEL);
	if (!s.bits)
		return -ENOMEM;
	ready = select_user(&s, user, deadline);
	if (s.bits != stack_bits)
		kfree(s.bits);
	return ready;
}

long do_select(long n, long in, long out, long ex, long timeout, long sigset, enum time_type type)
{
	const long user[NR_SETS] = { in, out, ex };
	struct sigset_arg set = { 0, 0 };
	struct timeout t;
	long error;

	if (sigset && copy_from_user(&set, (void *)sigset, sizeof(set)))
		return -EFAULT;
	error = timeout_begin(&t, type, timeout) ?: set_user_sigmask((void *)set.set, set.size);
	if (error)
		return error;
	error = core_select(n, user, t.deadline);
	restore_user_sigmask(error == -ERESTARTNOHAND);
	return timeout_end(&t, error);
}

long sys_old_select(long user)
{
	struct select_args a;

	if (copy_from_user(&a, (void *)user, sizeof(a)))
		return -EFAULT;
	return do_select(a.n, a.in, a.out, a.ex, a.timeout, 0, TIMEVAL32);
}
