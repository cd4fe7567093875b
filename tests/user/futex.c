/* SPDX-License-Identifier: MIT */
/* futex(2) by bare system calls: every operation, its errors, and memory shared by processes. */
#define _GNU_SOURCE
#include "tmpdir.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>

#include "grid.h"
#include "thread.h"

#define WAIT 0
#define WAKE 1
#define REQUEUE 3
#define CMP_REQUEUE 4
#define WAIT_BITSET 9
#define WAKE_BITSET 10
#define PRIVATE 128
#define REALTIME 256
#define EVERY_BIT 0xffffffffL

#define MS 1000000L

static int word, word2;
static struct thread threads[4];
static volatile int started, woken;

static long futex(int *uaddr, int op, long val, const void *time, int *uaddr2, long val3)
{
	return sys6(SYS_futex, (long)uaddr, op, val, (long)time, (long)uaddr2, val3);
}

static void pause_ms(long ms)
{
	struct timespec t = { 0, ms * MS };

	nanosleep(&t, NULL);
}

/* A waiter for the bits of its argument; counts itself before and after. */
static int waiter(void *bits)
{
	__sync_fetch_and_add(&started, 1);
	sys6(SYS_futex, (long)&word, WAIT_BITSET | PRIVATE, 0, 0, 0, (long)bits);
	__sync_fetch_and_add(&woken, 1);
	return 0;
}

/* start - n waiters that sleep on word, as far as one can know. */
static void start(int n, long bits)
{
	started = woken = 0;
	for (int i = 0; i < n; i++)
		thread_start(&threads[i], waiter, (void *)(bits ? bits : 1L << i), 0);
	while (started < n)
		pause_ms(1);
	pause_ms(30);
}

static void join(int n)
{
	for (int i = 0; i < n; i++)
		thread_join(&threads[i]);
}

/* Private memory can be waited for in two ways, which do not meet. */
static void test_private_shared(void)
{
	word = 0;
	start(1, 1);
	is(futex(&word, WAKE, 9, NULL, NULL, 0), 0, "a shared wake-up, a private waiter");
	is(futex(&word, WAKE | PRIVATE, 9, NULL, NULL, 0), 1, "a private one");
	join(1);
}

static void test_errors(void)
{
	int bad[2] = { 0, 1000 * MS }, negative[2] = { -1, 0 };

	word = 5;
	is(futex(&word, WAIT, 4, NULL, NULL, 0), -EAGAIN, "another value: EAGAIN");
	is(futex((int *)((char *)&word + 1), WAIT, 5, NULL, NULL, 0), -EINVAL, "not aligned");
	is(futex((int *)((char *)&word + 2), WAKE, 5, NULL, NULL, 0), -EINVAL, "nor for a wake");
	is(futex(NULL, WAIT, 0, NULL, NULL, 0), -EFAULT, "no memory there");
	is(futex((int *)KERNEL_ADDRESS, WAKE, 1, NULL, NULL, 0), -EFAULT, "kernel memory");
	is(futex(&word, WAIT, 5, (void *)KERNEL_ADDRESS, NULL, 0), -EFAULT, "a bad time");
	is(futex(&word, WAIT, 5, bad, NULL, 0), -EINVAL, "a time with too many nanoseconds");
	is(futex(&word, WAIT, 5, negative, NULL, 0), -EINVAL, "a negative time");
	is(futex(&word, WAIT_BITSET, 5, NULL, NULL, 0), -EINVAL, "no bits to wait for");
	is(futex(&word, WAKE_BITSET, 1, NULL, NULL, 0), -EINVAL, "no bits to wake");
	is(futex(&word, 99, 0, NULL, NULL, 0), -ENOSYS, "no such operation");
	is(futex(&word, WAKE | REALTIME, 1, NULL, NULL, 0), -ENOSYS, "a clock for a wake");
	is(futex(&word, WAKE, 1, NULL, NULL, 0), 0, "nobody to wake");
	is(futex(&word, REQUEUE, -1, (void *)1, &word2, 0), -EINVAL, "a negative number");
	is(futex(&word, CMP_REQUEUE, 1, (void *)1, &word2, 4), -EAGAIN, "requeue, another value");
	is(futex(&word, REQUEUE, 1, (void *)1, NULL, 0), -EFAULT, "requeue to nowhere");
}

static void test_timeouts(void)
{
	struct timespec before, after;
	int limit[2] = { 0, 20 * MS };
	long long sec64[2] = { 0, 20 * MS };

	word = 0;
	clock_gettime(CLOCK_MONOTONIC, &before);
	is(futex(&word, WAIT, 0, limit, NULL, 0), -ETIMEDOUT, "a wait with a limit");
	clock_gettime(CLOCK_MONOTONIC, &after);
	ok((after.tv_sec - before.tv_sec) * 1000 + (after.tv_nsec - before.tv_nsec) / MS >= 19,
	   "lasts so long");
	is(sys6(SYS_futex_time64, (long)&word, WAIT, 0, (long)sec64, 0, 0), -ETIMEDOUT,
	   "the same with 64-bit seconds");
	is(futex(&word, WAIT_BITSET, 0, (int[2]){ 0, 0 }, NULL, EVERY_BIT), -ETIMEDOUT,
	   "a point in time gone by");
	is(futex(&word, WAIT_BITSET | REALTIME, 0, (int[2]){ 1, 0 }, NULL, EVERY_BIT), -ETIMEDOUT,
	   "in 1970");
}

static void test_wake(void)
{
	word = 0;
	start(3, EVERY_BIT);
	is(futex(&word, WAKE | PRIVATE, 1, NULL, NULL, 0), 1, "wake one of three");
	pause_ms(20);
	is(woken, 1, "one has woken");
	is(futex(&word, WAKE | PRIVATE, 9, NULL, NULL, 0), 2, "wake the others");
	join(3);
	is(woken, 3, "all have");

	start(3, 0);
	is(futex(&word, WAKE_BITSET | PRIVATE, 9, NULL, NULL, 2), 1, "wake by a bit");
	is(futex(&word, WAKE_BITSET | PRIVATE, 9, NULL, NULL, 8), 0, "one nobody waits for");
	is(futex(&word, WAKE_BITSET | PRIVATE, 9, NULL, NULL, EVERY_BIT), 2, "and all the rest");
	join(3);
}

static void test_requeue(void)
{
	word = 0;
	start(4, EVERY_BIT);
	is(futex(&word, CMP_REQUEUE | PRIVATE, 1, (void *)2, &word2, 0), 3,
	   "wake one, move two of four");
	is(futex(&word2, WAKE | PRIVATE, 9, NULL, NULL, 0), 2, "the two wait for the other word");
	is(futex(&word, WAKE | PRIVATE, 9, NULL, NULL, 0), 1, "and one for the first");
	join(4);
	start(2, EVERY_BIT);
	is(futex(&word, REQUEUE | PRIVATE, 0, (void *)9, &word2, 0), 2, "move all without a look");
	is(futex(&word, WAKE | PRIVATE, 9, NULL, NULL, 0), 0, "none is left");
	is(futex(&word2, WAKE | PRIVATE, 9, NULL, NULL, 0), 2, "all are there");
	join(2);
	start(3, EVERY_BIT);
	is(futex(&word, REQUEUE | PRIVATE, 0, (void *)1, &word, 0), 1, "move one to where it was");
	is(futex(&word, REQUEUE | PRIVATE, 0, (void *)9, &word, 0), 3, "then all");
	is(futex(&word, REQUEUE | PRIVATE, 1, (void *)1, &word, 0), 2, "wake one, move one");
	is(futex(&word, WAKE | PRIVATE, 9, NULL, NULL, 0), 2, "two are left");
	join(3);
}

/* The child waits for its parent's turn on memory that both have at different addresses. */
static int ping(void *arg)
{
	int *turn = arg;

	for (int i = 0; i < 200; i++) {
		while (*(volatile int *)turn == 0)
			futex(turn, WAIT, 0, NULL, NULL, 0);
		*(volatile int *)turn = 0;
		futex(turn, WAKE, 1, NULL, NULL, 0);
	}
	return 0;
}

static void ping_pong(int *mine, int *childs, const char *name)
{
	pid_t pid = fork();
	int status;

	if (pid == 0)
		_exit(ping(childs));
	for (int i = 0; i < 200; i++) {
		*(volatile int *)mine = 1;
		futex(mine, WAKE, 1, NULL, NULL, 0);
		while (*(volatile int *)mine == 1)
			futex(mine, WAIT, 1, NULL, NULL, 0);
	}
	waitpid(pid, &status, 0);
	exits(status, 0, name);
}

static void test_shared(void)
{
	char *one = shared_pages(2);
	char *a, *b;
	int fd;

	enter_tmpdir();
	fd = open("file", O_RDWR | O_CREAT, 0600);

	ping_pong((int *)(one + 5000), (int *)(one + 5000), "processes, by shared memory");
	if (fd < 0 || pwrite(fd, "", 1, 8191) != 1)
		exit(97);
	a = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	b = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 4096);
	ping_pong((int *)(a + 4096 + 64), (int *)(b + 64), "by a file mapped at two addresses");
	leave_tmpdir();
	*(int *)(b + 64) = 1;
	is(futex((int *)(a + 4096 + 64), WAIT, 0, NULL, NULL, 0), -EAGAIN, "it is one word");
}

static volatile int signals;

static void on_signal(int sig)
{
	signals++;
}

static int send_later(void *pid)
{
	sys2(SYS_nanosleep, (long)(int[2]){ 0, 50 * MS }, 0);
	sys2(SYS_kill, (long)pid, SIGUSR1);
	return 0;
}

static void test_signal(void)
{
	struct sigaction act = { .sa_handler = on_signal };
	int limit[2] = { 5, 0 };
	pid_t pid, parent = getpid();

	sigaction(SIGUSR1, &act, NULL);
	word = 0;
	for (int i = 0; i < 2; i++) {
		pid = fork();
		if (pid == 0)
			_exit(send_later((void *)(long)parent));
		is(futex(&word, WAIT, 0, i ? limit : NULL, NULL, 0), -EINTR,
		   i ? "and one with a limit" : "a handler ends a wait");
		waitpid(pid, NULL, 0);
	}
	is(signals, 2, "the handler ran");
}

static char *const base = (char *)0x20000000;

/* One page of each kind, and a hole at base. */
static const struct kind {
	const char *name;
	int prot, flags, fd_mode, touched, page;	/* page: of the file, which has one */
} kinds[] = {
	{ "private", 3, MAP_PRIVATE | MAP_ANONYMOUS, 0, 1, 0 },
	{ "private, new", 3, MAP_PRIVATE | MAP_ANONYMOUS, 0, 0, 0 },
	{ "private, read-only", 1, MAP_PRIVATE | MAP_ANONYMOUS, 0, 1, 0 },
	{ "the same, new", 1, MAP_PRIVATE | MAP_ANONYMOUS, 0, 0, 0 },
	{ "private, no rights", 0, MAP_PRIVATE | MAP_ANONYMOUS, 0, 1, 0 },
	{ "shared", 3, MAP_SHARED | MAP_ANONYMOUS, 0, 1, 0 },
	{ "shared, read-only", 1, MAP_SHARED | MAP_ANONYMOUS, 0, 0, 0 },
	{ "shared, no rights", 0, MAP_SHARED | MAP_ANONYMOUS, 0, 0, 0 },
	{ "file", 3, MAP_PRIVATE, O_RDWR, 1, 0 },
	{ "file, new", 3, MAP_PRIVATE, O_RDWR, 0, 0 },
	{ "file, read-only", 1, MAP_PRIVATE, O_RDWR, 1, 0 },
	{ "the same, new", 1, MAP_PRIVATE, O_RDWR, 0, 0 },
	{ "its end", 3, MAP_PRIVATE, O_RDWR, 0, 1 },
	{ "its end, read-only", 1, MAP_PRIVATE, O_RDWR, 0, 1 },
	{ "shared file", 3, MAP_SHARED, O_RDWR, 0, 0 },
	{ "the same, read-only", 1, MAP_SHARED, O_RDONLY, 0, 0 },
	{ "its end", 3, MAP_SHARED, O_RDWR, 0, 1 },
	{ "its end, read-only", 1, MAP_SHARED, O_RDONLY, 0, 1 },
};

#define PLACES (COUNT(kinds) + 2)

static int *place(unsigned int i)
{
	return (int *)(base + i * PAGE + 2 * (i == COUNT(kinds) + 1));
}

static void layout(void)
{
	close(open("word", O_CREAT | O_RDWR, 0600));
	truncate("word", 4);
	for (unsigned int i = 0; i < COUNT(kinds); i++) {
		const struct kind *k = &kinds[i];
		int fd = open("word", k->fd_mode);
		char *at = base + (i + 1) * PAGE;

		mmap(at, PAGE, k->prot | 3 * k->touched, k->flags | MAP_FIXED, fd, k->page * PAGE);
		if (k->touched)
			*(volatile char *)at = 0;
		mprotect(at, PAGE, k->prot);
		close(fd);
	}
	mmap(base + PLACES * PAGE, PAGE, 3, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
}

/* All operations with all places; those on two words with all pairs of them. The words are 0. */
static void grid(void)
{
	static const struct {
		int op;
		long val, timeout, val3;
	} ones[] = {
		{ WAIT, 1, 0, 0 }, { WAIT, 1, 1, 0 }, { WAKE, 1, 0, 0 }, { WAKE, 0, 0, 0 }, { 2, 0, 0, 0 },
		{ WAKE, -1, 0, 0 }, { WAIT_BITSET, 1, 0, 1 }, { WAIT_BITSET, 1, 0, 0 },
		{ WAIT_BITSET, 1, 1, 0 }, { WAKE_BITSET, 1, 0, 1 }, { WAKE_BITSET, 1, 0, 0 },
		{ 14, 0, 0, 0 }, { WAIT | REALTIME, 1, 0, 0 }, { WAKE | REALTIME, 1, 0, 0 },
		{ WAIT_BITSET | REALTIME, 1, 0, 1 }, { 512, 1, 0, 0 },
	}, twos[] = {
		{ REQUEUE, 1, 1, 0 }, { REQUEUE, -1, 1, 0 }, { REQUEUE, 1, -1, 0 }, { CMP_REQUEUE, 1, 1, 0 },
		{ CMP_REQUEUE, 1, 1, 5 }, { CMP_REQUEUE, -1, 1, 0 },
	};
	char name[32];

	say("# futex: for each operation shared, private; on each page");
	for (unsigned int i = 0; i < COUNT(ones); i++) {
		for (int private = 0; private <= PRIVATE; private += PRIVATE) {
			for (unsigned int at = 0; at <= PLACES; at++)
				cell(futex(place(at), ones[i].op | private, ones[i].val,
					   (void *)ones[i].timeout, NULL, ones[i].val3));
			end_group();
		}
		snprintf(name, sizeof(name), "%d %ld %ld %ld", ones[i].op, ones[i].val,
			 ones[i].timeout, ones[i].val3);
		end_row(name);
	}
	for (unsigned int i = 0; i < COUNT(twos); i++)
		for (unsigned int at = 0; at < PLACES; at++) {
			for (int private = 0; private <= PRIVATE; private += PRIVATE) {
				for (unsigned int two = 0; two < PLACES; two++)
					cell(futex(place(at), twos[i].op | private, twos[i].val,
						   (void *)twos[i].timeout, place(two), twos[i].val3));
				end_group();
			}
			snprintf(name, sizeof(name), "%d %ld %ld %#lx, %u", twos[i].op, twos[i].val,
				 twos[i].timeout, twos[i].val3, at);
			end_row(name);
		}
}

int main(void)
{
	plan(46);
	enter_tmpdir();
	layout();
	grid();
	leave_tmpdir();
	test_errors();
	test_timeouts();
	test_wake();
	test_private_shared();
	test_requeue();
	test_shared();
	test_signal();
	return done();
}
