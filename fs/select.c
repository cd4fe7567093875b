/* SPDX-License-Identifier: MIT */
/*
 * select.c - poll() and select(): wait for the first of many files.
 *
 * One scan asks every file; on the way each file queues the caller on its wait queues. Then the
 * caller sleeps, and scans again when one of them was woken. No event is missed: the state is set
 * to sleep before the scan, so a wake-up during it makes the sleep return at once.
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

#define NR_INLINE	6		/* wait queues for which no memory is allocated */
#define NR_CHUNK	64

struct poll_entry {
	struct wait_entry wait;
	wait_queue_head_t *queue;
	struct file *file;		/* counted: whose queue it is */
};

struct poll_chunk {
	struct poll_chunk *next;
	unsigned int used;
	struct poll_entry entry[NR_CHUNK];
};

/* The wait queues that one call stands in. */
struct poll_table {
	bool queued;			/* the first scan is over: it stands in all of them */
	int error;			/* -ENOMEM */
	struct file *file;		/* is being asked */
	unsigned int used;		/* of entry */
	struct poll_entry entry[NR_INLINE];
	struct poll_chunk *chunks;
};

/* ------------------------------------------------------------------ waiting */

static struct poll_entry *new_entry(struct poll_table *table)
{
	struct poll_chunk *chunk = table->chunks;

	if (table->used < NR_INLINE)
		return &table->entry[table->used++];
	if (!chunk || chunk->used == NR_CHUNK) {
		chunk = kmalloc(sizeof(*chunk), GFP_KERNEL);
		if (!chunk)
			return NULL;
		chunk->next = table->chunks;
		chunk->used = 0;
		table->chunks = chunk;
	}
	return &chunk->entry[chunk->used++];
}

void poll_wait(wait_queue_head_t *q, struct poll_table *table)
{
	struct poll_entry *entry;

	if (!table || table->queued || table->error)
		return;
	entry = new_entry(table);
	if (!entry) {
		table->error = -ENOMEM;
		return;
	}
	INIT_LIST_HEAD(&entry->wait.list);
	entry->wait.task = current;
	entry->wait.exclusive = false;
	entry->queue = q;
	entry->file = get_file(table->file);
	prepare_to_wait(q, &entry->wait, TASK_INTERRUPTIBLE);
}

static void leave(struct poll_entry *entry, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++) {
		finish_wait(entry[i].queue, &entry[i].wait);
		fput(entry[i].file);
	}
}

static void leave_queues(struct poll_table *table)
{
	struct poll_chunk *chunk;

	leave(table->entry, table->used);
	while ((chunk = table->chunks)) {
		table->chunks = chunk->next;
		leave(chunk->entry, chunk->used);
		kfree(chunk);
	}
}

/* file_poll - POLL* that hold for the file now. */
static unsigned int file_poll(struct file *file, struct poll_table *table)
{
	table->file = file;
	return file->fop->poll ? file->fop->poll(file, table) : POLL_READABLE | POLL_WRITABLE;
}

/*
 * wait_ready - scan(arg, table) says how many files are ready, or -Exxx; until there is one, the
 * deadline has come (0: do not wait at all) or a signal is there. That number, or -Exxx.
 */
static long wait_ready(long (*scan)(void *arg, struct poll_table *table), void *arg, u64 deadline)
{
	struct poll_table table;
	long ready;

	might_sleep();
	table.queued = deadline == 0;
	table.error = 0;
	table.used = 0;
	table.chunks = NULL;
	for (;;) {
		current->state = TASK_INTERRUPTIBLE;
		ready = scan(arg, &table);
		table.queued = true;
		if (ready)
			break;
		ready = table.error;
		if (!ready && signal_pending(current))
			ready = -ERESTARTNOHAND;
		if (ready || !deadline || !sleep_step(time_left(deadline)))
			break;
	}
	current->state = TASK_RUNNING;
	leave_queues(&table);
	return ready;
}

/* ------------------------------------------------------------------ timeouts */

/* How long a call waits, and where what was left goes. */
struct timeout {
	enum time_type type;
	long user;			/* pointer; 0: wait for ever */
	u64 deadline;			/* 0: do not wait, FOREVER */
};

/* A timeval as Linux takes it: any number of microseconds that is not negative. */
static int get_timeval(long user, u64 *ns)
{
	struct timeval32 tv;

	if (copy_from_user(&tv, (void *)user, sizeof(tv)))
		return -EFAULT;
	if (tv.tv_sec < 0 || tv.tv_usec < 0)
		return -EINVAL;
	*ns = tv.tv_sec * (u64)NSEC_PER_SEC + tv.tv_usec * (u64)NSEC_PER_USEC;
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

#define NR_STACK_FDS	16

struct poll_args {
	struct pollfd *fds;
	unsigned int count;
};

/* What of its events holds for one descriptor. */
static unsigned int poll_one(const struct pollfd *pfd, struct poll_table *table)
{
	struct file *file;
	unsigned int mask;

	if (pfd->fd < 0)
		return 0;
	file = fget(pfd->fd);
	if (!file)
		return POLLNVAL;
	mask = file_poll(file, table);
	fput(file);
	return mask & ((unsigned short)pfd->events | POLLERR | POLLHUP);
}

static long poll_scan(void *arg, struct poll_table *table)
{
	struct poll_args *args = arg;
	long ready = 0;

	for (unsigned int i = 0; i < args->count; i++) {
		args->fds[i].revents = poll_one(&args->fds[i], table);
		if (args->fds[i].revents) {
			ready++;
			table->queued = true;		/* will not sleep */
		}
	}
	return ready;
}

/* poll_fds - fds in kernel memory; the answers go to the user's. */
static long poll_fds(struct poll_args *args, struct pollfd *user, u64 deadline)
{
	long ready;

	if (copy_from_user(args->fds, user, args->count * sizeof(*user)))
		return -EFAULT;
	ready = wait_ready(poll_scan, args, deadline);
	if (ready < 0)
		return ready;
	for (unsigned int i = 0; i < args->count; i++)
		if (put_user(args->fds[i].revents, &user[i].revents))
			return -EFAULT;
	return ready;
}

static long do_poll(long user, unsigned long count, u64 deadline)
{
	struct pollfd stack_fds[NR_STACK_FDS];
	struct poll_args args = { stack_fds, count };
	long ready;

	if (count > rlimit(RLIMIT_NOFILE))
		return -EINVAL;
	if (count > NR_STACK_FDS) {
		args.fds = kmalloc(count * sizeof(*args.fds), GFP_KERNEL);
		if (!args.fds)
			return -ENOMEM;
	}
	ready = poll_fds(&args, (struct pollfd *)user, deadline);
	if (args.fds != stack_fds)
		kfree(args.fds);
	return ready;
}

/* poll_until - the deadline of r. A signal without handler lets it go on (restart_syscall). */
static long poll_until(struct restart_block *r)
{
	long ready = do_poll(r->poll.fds, r->poll.count, r->deadline);

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
static long ppoll(long fds, unsigned long count, enum time_type type, long timeout, long set,
		  unsigned long size)
{
	struct timeout t;
	long error = timeout_begin(&t, type, timeout);

	if (!error)
		error = set_user_sigmask((void *)set, size);
	if (error)
		return error;
	error = do_poll(fds, count, t.deadline);
	restore_user_sigmask(error == -ERESTARTNOHAND);
	return timeout_end(&t, error);
}

long sys_ppoll(long fds, long count, long timeout, long set, long size)
{
	return ppoll(fds, count, TIMESPEC32, timeout, set, size);
}

long sys_ppoll_time64(long fds, long count, long timeout, long set, long size)
{
	return ppoll(fds, count, TIMESPEC64, timeout, set, size);
}

/* ------------------------------------------------------------------ select */

#define BITS		32
#define NR_STACK_WORDS	2		/* of each set: 64 descriptors */
#define MIN_FDS		64U		/* the size of Linux's smallest table */

enum { SET_IN, SET_OUT, SET_EX, NR_SETS };

/* What of poll's answers each set asks for. */
static const unsigned int set_mask[NR_SETS] = {
	[SET_IN] = POLL_READABLE | POLLRDBAND | POLLHUP | POLLERR,
	[SET_OUT] = POLL_WRITABLE | POLLWRBAND | POLLERR,
	[SET_EX] = POLLPRI,
};

struct select_sets {
	unsigned int n, words;		/* descriptors, words of each set */
	u32 *asked, *found;		/* NR_SETS sets of words each */
};

static bool bit_of(const struct select_sets *s, const u32 *sets, int set, unsigned int fd)
{
	return sets[set * s->words + fd / BITS] & 1u << fd % BITS;
}

/* One descriptor that is in a set. How many sets it was found for, or -EBADF. */
static long select_one(struct select_sets *s, unsigned int fd, struct poll_table *table)
{
	struct file *file = fget(fd);
	unsigned int mask;
	long ready = 0;

	if (!file)
		return -EBADF;
	mask = file_poll(file, table);
	fput(file);
	for (int set = 0; set < NR_SETS; set++) {
		if (bit_of(s, s->asked, set, fd) && mask & set_mask[set]) {
			s->found[set * s->words + fd / BITS] |= 1u << fd % BITS;
			ready++;
		}
	}
	return ready;
}

static long select_scan(void *arg, struct poll_table *table)
{
	struct select_sets *s = arg;
	long ready = 0, n;
	u32 any;

	for (unsigned int fd = 0; fd < s->n; fd++) {
		any = 0;
		for (int set = 0; set < NR_SETS; set++)
			any |= s->asked[set * s->words + fd / BITS];
		if (!(any & 1u << fd % BITS))
			continue;
		n = select_one(s, fd, table);
		if (n < 0)
			return n;
		ready += n;
		table->queued |= ready != 0;
	}
	return ready;
}

/* Copy the user's sets (NULL: empty) in, or what was found out. 0 or -EFAULT. */
static long copy_sets(struct select_sets *s, const long user[NR_SETS], bool out)
{
	size_t size = s->words * sizeof(u32);

	for (int set = 0; set < NR_SETS; set++) {
		u32 *asked = s->asked + set * s->words;

		if (out && user[set] &&
		    copy_to_user((void *)user[set], s->found + set * s->words, size))
			return -EFAULT;
		if (!out && user[set] && copy_from_user(asked, (void *)user[set], size))
			return -EFAULT;
	}
	return 0;
}

static long select_sets(struct select_sets *s, const long user[NR_SETS], u64 deadline)
{
	long ready;

	memset(s->asked, 0, 2 * NR_SETS * s->words * sizeof(u32));
	s->found = s->asked + NR_SETS * s->words;
	ready = copy_sets(s, user, false);
	if (!ready)
		ready = wait_ready(select_scan, s, deadline);
	return ready < 0 ? ready : copy_sets(s, user, true) ?: ready;
}

/* do_select - descriptors beyond the end of the table are not looked at, as on Linux. */
static long do_select(long n, const long user[NR_SETS], u64 deadline)
{
	u32 stack_sets[2 * NR_SETS * NR_STACK_WORDS];
	struct select_sets s = { .asked = stack_sets };
	long ready;

	if (n < 0)
		return -EINVAL;
	s.n = min((unsigned int)n, max(fd_table_size(), MIN_FDS));
	s.words = DIV_ROUND_UP(s.n, BITS);
	if (s.words > NR_STACK_WORDS) {
		s.asked = kmalloc(2 * NR_SETS * s.words * sizeof(u32), GFP_KERNEL);
		if (!s.asked)
			return -ENOMEM;
	}
	ready = select_sets(&s, user, deadline);
	if (s.asked != stack_sets)
		kfree(s.asked);
	return ready;
}

long sys_select(long n, long in, long out, long ex, long timeout)
{
	const long user[NR_SETS] = { in, out, ex };
	struct timeout t;
	long error = timeout_begin(&t, TIMEVAL32, timeout);

	return error ?: timeout_end(&t, do_select(n, user, t.deadline));
}

long sys_old_select(long user)
{
	struct select_args a;

	if (copy_from_user(&a, (void *)user, sizeof(a)))
		return -EFAULT;
	return sys_select(a.n, a.in, a.out, a.ex, a.timeout);
}

static long pselect(long n, const long user[NR_SETS], enum time_type type, long timeout,
		    long sigset)
{
	struct sigset_arg set = { 0, 0 };
	struct timeout t;
	long error;

	if (sigset && copy_from_user(&set, (void *)sigset, sizeof(set)))
		return -EFAULT;
	error = timeout_begin(&t, type, timeout) ?: set_user_sigmask((void *)set.set, set.size);
	if (error)
		return error;
	error = do_select(n, user, t.deadline);
	restore_user_sigmask(error == -ERESTARTNOHAND);
	return timeout_end(&t, error);
}

long sys_pselect6(long n, long in, long out, long ex, long timeout, long sigset)
{
	const long user[NR_SETS] = { in, out, ex };

	return pselect(n, user, TIMESPEC32, timeout, sigset);
}

long sys_pselect6_time64(long n, long in, long out, long ex, long timeout, long sigset)
{
	const long user[NR_SETS] = { in, out, ex };

	return pselect(n, user, TIMESPEC64, timeout, sigset);
}
