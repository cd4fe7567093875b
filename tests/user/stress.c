/* SPDX-License-Identifier: MIT */
/* stress: 64 processes, then 64 threads, each mixing fork, exec, pipes, signals and memory for a
 * few rounds, in an order of its own. Every round checks what it did; what must be the same in the
 * end is the sums. `stress quiet` prints nothing: the exit status says it all (user.stress, the
 * in-kernel test that looks for leaks). */
#define _GNU_SOURCE
#include "tap.h"

#include <pthread.h>
#include <sched.h>
#include <stdint.h>

#define CROWD 64
#define ROUNDS 5			/* one of each activity */
#define PAGES 8
#define BULK 6000			/* bytes: more than a pipe gives at once, now and then */
#define EXEC_STATUS 42

static char *self;
static int quiet;

/* Shared by all processes. */
static struct {
	volatile int rounds, execs, bytes, signals, pages;
} *sum;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t turn_changed = PTHREAD_COND_INITIALIZER;
static int guarded, turn, failures;
static __thread volatile int caught;

static void add(volatile int *what, int n)
{
	__sync_fetch_and_add(what, n);
}

static int reap(pid_t pid, int want)
{
	int status = -1;

	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return WIFEXITED(status) && WEXITSTATUS(status) == want;
}

/* -------------------------------------------------------- activities: 1 when all went well */

static int run_self(int number)
{
	char *argv[] = { self, "exit", NULL };
	pid_t pid = fork();

	if (pid == 0) {
		execv(self, argv);
		_exit(1);
	}
	add(&sum->execs, 1);
	return pid > 0 && reap(pid, EXEC_STATUS);
}

static void send_bulk(int fd, int number)
{
	char chunk[1000];

	memset(chunk, number, sizeof(chunk));
	for (int sent = 0; sent < BULK; sent += sizeof(chunk))
		if (write(fd, chunk, sizeof(chunk)) != sizeof(chunk))
			_exit(1);
	_exit(0);
}

static int through_pipe(int number)
{
	char buffer[777];
	int fds[2], got = 0, good = 1;
	ssize_t n;
	pid_t pid;

	if (pipe(fds))
		return 0;
	pid = fork();
	if (pid == 0) {
		close(fds[0]);
		send_bulk(fds[1], number);
	}
	close(fds[1]);
	while ((n = read(fds[0], buffer, sizeof(buffer))) > 0 || (n < 0 && errno == EINTR)) {
		for (ssize_t i = 0; i < n; i++)
			good &= buffer[i] == (char)number;
		got += n > 0 ? n : 0;
	}
	close(fds[0]);
	add(&sum->bytes, got);
	return pid > 0 && reap(pid, 0) && got == BULK && good;
}

static void count_signal(int sig)
{
	caught++;
}

/* A child asks its parent for a signal by a pipe, catches it, and tells by its exit status. */
static int with_signals(int number)
{
	int fds[2], good;
	pid_t pid;

	if (pipe(fds))
		return 0;
	pid = fork();
	if (pid == 0) {
		sigset_t none;

		sigemptyset(&none);
		caught = 0;
		if (write(fds[1], "", 1) != 1)
			_exit(2);
		while (!caught)
			sigsuspend(&none);
		_exit(caught);
	}
	good = pid > 0 && read(fds[0], &good, 1) == 1 && !kill(pid, SIGUSR1) && reap(pid, 1);
	close(fds[0]);
	close(fds[1]);
	add(&sum->signals, good);
	return good;
}

/* Private pages: what a child writes there the parent does not see, and the other way round. */
static int with_memory(int number)
{
	char *p = map(PAGES, PROT_READ | PROT_WRITE, MAP_PRIVATE);
	int good = 1;
	pid_t pid;

	for (int i = 0; i < PAGES; i++)
		p[i * PAGE] = number + i;
	pid = fork();
	for (int i = 0; i < PAGES; i += 2)
		p[i * PAGE] ^= pid ? 1 : 2;
	for (int i = 0; i < PAGES; i++)
		good &= p[i * PAGE] == (char)((number + i) ^ (i % 2 ? 0 : pid ? 1 : 2));
	if (pid == 0)
		_exit(!good);
	good &= pid > 0 && reap(pid, 0);
	good &= !mprotect(p + PAGE, PAGE, PROT_READ) && p[PAGE] == (char)(number + 1);
	good &= !munmap(p + 2 * PAGE, PAGE) && !munmap(p, 2 * PAGE);
	good &= !munmap(p + 3 * PAGE, (PAGES - 3) * PAGE);
	add(&sum->pages, PAGES);
	return good;
}

static int with_yield(int number)
{
	for (int i = 0; i < number % 7; i++)
		sched_yield();
	return 1;
}

static int (*const activities[ROUNDS])(int) = {
	run_self, through_pipe, with_signals, with_memory, with_yield,
};

/* go_round - all activities, starting at another one than the neighbours. Returns the failures. */
static int go_round(int number)
{
	int bad = 0;

	for (int i = 0; i < ROUNDS; i++) {
		bad += !activities[(number + i) % ROUNDS](number);
		add(&sum->rounds, 1);
	}
	return bad;
}

/* ---------------------------------------------------------------------- the two crowds */

static void check(long got, long want, const char *name)
{
	if (!quiet)
		is(got, want, name);
	else if (got != want)
		failures++;
}

static void check_sums(void)
{
	check(sum->rounds, CROWD * ROUNDS, "everybody did everything");
	check(sum->execs, CROWD, "each ran a program");
	check(sum->bytes, CROWD * BULK, "every byte came through the pipes");
	check(sum->signals, CROWD, "every signal was caught once");
	check(sum->pages, CROWD * PAGES, "memory was private");
	memset((void *)sum, 0, sizeof(*sum));
}

static void crowd_of_processes(void)
{
	pid_t pids[CROWD];
	int good = 0;

	for (int i = 0; i < CROWD; i++) {
		pids[i] = fork();
		if (pids[i] == 0)
			_exit(go_round(i));
	}
	for (int i = 0; i < CROWD; i++)
		good += pids[i] > 0 && reap(pids[i], 0);
	check(good, CROWD, "64 processes ended well");
	check_sums();
}

/* Hand the turn round: everybody waits for his number. */
static void wait_for_turn(int number)
{
	pthread_mutex_lock(&lock);
	while (turn != number)
		pthread_cond_wait(&turn_changed, &lock);
	turn++;
	pthread_cond_broadcast(&turn_changed);
	pthread_mutex_unlock(&lock);
}

static void *thread_body(void *arg)
{
	long number = (long)arg, bad;
	sigset_t usr1;

	caught = 0;
	sigemptyset(&usr1);
	sigaddset(&usr1, SIGUSR1);
	bad = go_round(number);
	pthread_kill(pthread_self(), SIGUSR1);
	pthread_sigmask(SIG_UNBLOCK, &usr1, NULL);
	bad += caught != 1;
	for (int i = 0; i < 20; i++) {
		pthread_mutex_lock(&lock);
		guarded++;
		pthread_mutex_unlock(&lock);
	}
	wait_for_turn(number);
	return (void *)bad;
}

static void crowd_of_threads(void)
{
	pthread_t threads[CROWD];
	long started = 0, good = 0;

	for (long i = 0; i < CROWD; i++)
		started += !pthread_create(&threads[i], NULL, thread_body, (void *)i);
	check(started, CROWD, "64 threads start");
	if (started != CROWD)
		return;
	for (int i = 0; i < CROWD; i++) {
		void *bad = &good;

		good += !pthread_join(threads[i], &bad) && !bad;
	}
	check(good, CROWD, "64 threads ended well");
	check_sums();
	check(guarded, CROWD * 20, "the mutex excluded");
	check(turn, CROWD, "the turn went round");
}

int main(int argc, char **argv)
{
	struct sigaction sa = { .sa_handler = count_signal };
	sigset_t blocked;

	if (argc > 1 && !strcmp(argv[1], "exit"))
		_exit(EXEC_STATUS);
	quiet = argc > 1 && !strcmp(argv[1], "quiet");
	self = argv[0];
	sum = shared_pages(1);
	sigemptyset(&blocked);
	sigaddset(&blocked, SIGUSR1);
	sigaction(SIGUSR1, &sa, NULL);
	sigprocmask(SIG_BLOCK, &blocked, NULL);	/* children: until they wait for it */
	if (!quiet)
		plan(15);
	crowd_of_processes();
	crowd_of_threads();
	return quiet ? failures : done();
}
