/* SPDX-License-Identifier: MIT */
/* Robust mutexes: what is left when a thread or a process dies with one locked. */
#define _GNU_SOURCE
#include "tap.h"

#include <pthread.h>
#include <sys/prctl.h>

#include "rawsys.h"

#define WAITERS 0x80000000U
#define OWNER_DIED 0x40000000U

/* A list by hand: head, entries, and each entry's word behind it. */
struct entry {
	struct entry *next;
	unsigned int word;
};

struct head {
	struct entry *next;
	long offset;
	struct entry *pending;
};

static void init_robust(pthread_mutex_t *m, int pshared)
{
	pthread_mutexattr_t attr;

	pthread_mutexattr_init(&attr);
	pthread_mutexattr_setrobust(&attr, PTHREAD_MUTEX_ROBUST);
	pthread_mutexattr_setpshared(&attr, pshared);
	pthread_mutex_init(m, &attr);
}

static void *lock_and_die(void *m)
{
	pthread_mutex_lock(m);
	return NULL;
}

static int lock_and_exit(void *m)
{
	pthread_mutex_lock(m);
	return 0;
}

static int lock_and_crash(void *m)
{
	pthread_mutex_lock(m);
	raise(SIGKILL);
	return 0;
}

static int lock_and_exec(void *m)
{
	char *argv[] = { "/nowhere", NULL };

	pthread_mutex_lock(m);
	execv(argv[0], argv);
	return pthread_mutex_unlock(m);
}

static int wait_for(void *m)
{
	int error = pthread_mutex_lock(m);

	if (error == EOWNERDEAD)
		pthread_mutex_consistent(m);
	pthread_mutex_unlock(m);
	return error;
}

static void test_threads(void)
{
	pthread_mutex_t m;
	pthread_t t;

	init_robust(&m, PTHREAD_PROCESS_PRIVATE);
	pthread_create(&t, NULL, lock_and_die, &m);
	pthread_join(t, NULL);
	is(pthread_mutex_lock(&m), EOWNERDEAD, "a thread ended with a mutex locked");
	is(pthread_mutex_consistent(&m), 0, "make it good");
	is(pthread_mutex_unlock(&m), 0, "and use it");
	is(pthread_mutex_lock(&m), 0, "as before");
	pthread_mutex_unlock(&m);
	pthread_create(&t, NULL, lock_and_die, &m);
	pthread_join(t, NULL);
	is(pthread_mutex_lock(&m), EOWNERDEAD, "once more");
	pthread_mutex_unlock(&m);
	is(pthread_mutex_lock(&m), ENOTRECOVERABLE, "not made good: lost");
}

static void test_processes(void)
{
	pthread_mutex_t *m = shared_pages(1);
	int status;
	pid_t pid;

	init_robust(m, PTHREAD_PROCESS_SHARED);
	exits(in_child(lock_and_exit, m), 0, "a process exits with one locked");
	exits(in_child(wait_for, m), EOWNERDEAD, "the next one hears of it");
	killed_by(in_child(lock_and_crash, m), SIGKILL, "a process is killed with one locked");
	exits(in_child(wait_for, m), EOWNERDEAD, "the same");
	exits(in_child(lock_and_exec, m), 0, "an exec that fails leaves it locked");
	pthread_mutex_lock(m);
	pid = fork();
	if (pid == 0)
		_exit(wait_for(m));
	usleep(50000);
	pthread_mutex_unlock(m);
	waitpid(pid, &status, 0);
	exits(status, 0, "a waiter in another process is woken");
}

/* What a dying thread leaves in four words; the last entry is not its own. */
static int die_with_list(void *arg)
{
	struct entry *e = arg;
	struct head *head = (struct head *)(e + 8);
	unsigned int tid = gettid();

	for (int i = 0; i < 4; i++)
		e[i] = (struct entry){ &e[i + 1], tid | (i == 1 ? WAITERS : 0) };
	e[3].next = (struct entry *)head;
	e[3].word = tid + 1;
	e[4].word = tid | WAITERS;
	*head = (struct head){ e, sizeof(void *), &e[4] };
	return sys2(SYS_set_robust_list, (long)head, sizeof(*head));
}

/* The second of three is not aligned, or the first leads nowhere. */
static int die_with_broken_list(struct entry *e, int unaligned)
{
	struct head *head = (struct head *)(e + 8);
	unsigned int tid = gettid();

	for (int i = 0; i < 4; i++)
		e[i] = (struct entry){ (struct entry *)16, tid };
	if (unaligned) {
		e[0].next = (struct entry *)((char *)&e[1] + 2);
		memcpy((char *)&e[1] + 2, &(struct entry *){ &e[3] }, sizeof(struct entry *));
		e[3].next = (struct entry *)head;
	}
	*head = (struct head){ e, sizeof(void *), &e[2] };
	return sys2(SYS_set_robust_list, (long)head, sizeof(*head));
}

static int die_unaligned(void *arg)
{
	return die_with_broken_list(arg, 1);
}

static int die_nowhere(void *arg)
{
	return die_with_broken_list(arg, 0);
}

/* A process of one's own whose memory is not to be looked into. */
static int look_at_hidden(void *arg)
{
	struct head *head;
	unsigned long len;
	pid_t pid;
	int error;

	setgid(54321);
	setuid(54321);
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	pid = fork();
	if (pid == 0)
		for (;;)
			pause();
	error = sys3(SYS_get_robust_list, pid, (long)&head, (long)&len);
	kill(pid, SIGKILL);
	return -error;
}

static int die_with_bad_list(void *arg)
{
	return sys2(SYS_set_robust_list, (long)arg, sizeof(struct head));
}

static int die_in_a_circle(void *arg)
{
	struct entry *e = arg;
	struct head *head = (struct head *)(e + 8);

	e[0] = (struct entry){ e, 0 };
	*head = (struct head){ e, sizeof(void *), NULL };
	return sys2(SYS_set_robust_list, (long)head, sizeof(*head));
}

static void test_lists(void)
{
	struct entry *e = shared_pages(1);
	struct head *head = NULL;
	unsigned long len = 0;

	exits(in_child(die_with_list, e), 0, "die with a list");
	is(e[0].word, OWNER_DIED, "the owner has died");
	is(e[1].word, OWNER_DIED | WAITERS, "with somebody waiting");
	ok(!(e[3].word & OWNER_DIED), "another's mutex stays his");
	is(e[4].word, OWNER_DIED | WAITERS, "the pending one counts");
	exits(in_child(die_unaligned, e), 0, "a list with an entry that is none");
	ok(e[0].word == OWNER_DIED && e[2].word == e[3].word && !(e[2].word & OWNER_DIED),
	   "ends there, and nothing is pending");
	exits(in_child(die_nowhere, e), 0, "or that leads nowhere");
	ok(e[0].word == OWNER_DIED && !(e[2].word & OWNER_DIED), "ends there, too");
	exits(in_child(die_in_a_circle, e), 0, "a list without end");
	exits(in_child(die_with_bad_list, (void *)16), 0, "a list nowhere");
	exits(in_child(die_with_bad_list, (void *)KERNEL_ADDRESS), 0, "a list in the kernel");
	is(sys2(SYS_set_robust_list, (long)e, 8), -EINVAL, "a list of another size: EINVAL");
	is(sys2(SYS_set_robust_list, (long)(e + 8), sizeof(*head)), 0, "set");
	is(sys3(SYS_get_robust_list, 0, (long)&head, (long)&len), 0, "get");
	ok(head == (struct head *)(e + 8) && len == sizeof(*head), "the same");
	is(sys3(SYS_get_robust_list, getpid(), (long)&head, (long)&len), 0, "get by number");
	is(sys3(SYS_get_robust_list, 0x3fffff, (long)&head, (long)&len), -ESRCH, "of nobody");
	is(sys3(SYS_get_robust_list, 0, KERNEL_ADDRESS, (long)&len), -EFAULT, "to nowhere");
	exits(in_child(look_at_hidden, NULL), EPERM, "of a process that hides its memory: EPERM");
}

int main(void)
{
	plan(32);
	test_threads();
	test_processes();
	test_lists();
	return done();
}
