/* SPDX-License-Identifier: MIT */
/* The C library's threads, as ordinary programs use them. */
#define _GNU_SOURCE
#include "tap.h"

#include <pthread.h>
#include <semaphore.h>
#include <time.h>

#define THREADS 8
#define ROUNDS 500

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
static pthread_barrier_t barrier;
static pthread_key_t key;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static sem_t sem;

static __thread int own = 7;
static int counter, turn, destroyed, onces, cleaned;
static volatile int running;

static void start_all(pthread_t *t, void *(*fn)(void *))
{
	for (long i = 0; i < THREADS; i++)
		if (pthread_create(&t[i], NULL, fn, (void *)i))
			say("# pthread_create failed");
}

/* join_all - the sum of what the threads return. */
static long join_all(pthread_t *t)
{
	long sum = 0;

	for (int i = 0; i < THREADS; i++) {
		void *result = NULL;

		pthread_join(t[i], &result);
		sum += (long)result;
	}
	return sum;
}

static void *add(void *arg)
{
	for (int i = 0; i < ROUNDS; i++) {
		pthread_mutex_lock(&mutex);
		counter++;
		if (i % 50 == 0)
			sched_yield();
		pthread_mutex_unlock(&mutex);
	}
	return arg;
}

static void *take_turns(void *arg)
{
	for (int i = 0; i < 20; i++) {
		pthread_mutex_lock(&mutex);
		while (turn % THREADS != (long)arg)
			pthread_cond_wait(&cond, &mutex);
		turn++;
		pthread_cond_broadcast(&cond);
		pthread_mutex_unlock(&mutex);
	}
	return NULL;
}

static void *read_or_write(void *arg)
{
	long wrong = 0;

	for (int i = 0; i < ROUNDS / 5; i++) {
		if ((i + (long)arg) % 5) {
			pthread_rwlock_rdlock(&rwlock);
			wrong += counter & 1;
		} else {
			pthread_rwlock_wrlock(&rwlock);
			counter++;
			sched_yield();
			counter++;
		}
		pthread_rwlock_unlock(&rwlock);
	}
	return (void *)wrong;
}

static void *meet(void *arg)
{
	long serial = 0;

	for (int i = 0; i < 20; i++) {
		__sync_fetch_and_add(&counter, 1);
		serial += pthread_barrier_wait(&barrier) == PTHREAD_BARRIER_SERIAL_THREAD;
		serial += counter % THREADS ? 1000 : 0;
		pthread_barrier_wait(&barrier);
	}
	return (void *)serial;
}

static void *use_tls(void *arg)
{
	long good = own == 7;

	own = (long)arg;
	pthread_setspecific(key, arg);
	sched_yield();
	return (void *)(good && own == (long)arg && pthread_getspecific(key) == arg);
}

static void count_destroyed(void *value)
{
	__sync_fetch_and_add(&destroyed, 1);
}

static void count_once(void)
{
	onces++;
}

static void *do_once(void *arg)
{
	pthread_once(&once, count_once);
	sem_wait(&sem);
	return NULL;
}

static void test_locks(void)
{
	pthread_t t[THREADS];

	start_all(t, add);
	is(join_all(t), THREADS * (THREADS - 1) / 2, "threads return what they return");
	is(counter, THREADS * ROUNDS, "a mutex lets one in at a time");
	start_all(t, take_turns);
	join_all(t);
	is(turn, THREADS * 20, "a condition variable hands the turn around");
	counter = 0;
	start_all(t, read_or_write);
	is(join_all(t), 0, "readers never see half of a write");
	counter = 0;
	pthread_barrier_init(&barrier, NULL, THREADS);
	start_all(t, meet);
	is(join_all(t), 20, "a barrier lets all go at once, and calls one");
	pthread_barrier_destroy(&barrier);
}

static void test_own_data(void)
{
	pthread_t t[THREADS];

	pthread_key_create(&key, count_destroyed);
	start_all(t, use_tls);
	is(join_all(t), THREADS, "each thread has its own");
	is(own, 7, "and this one");
	is(destroyed, THREADS - 1, "values but NULL are destroyed");
	sem_init(&sem, 0, 0);
	start_all(t, do_once);
	for (int i = 0; i < THREADS; i++)
		sem_post(&sem);
	join_all(t);
	is(onces, 1, "once is once");
}

static void test_timed(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	t.tv_nsec += 20000000;
	if (t.tv_nsec >= 1000000000) {
		t.tv_nsec -= 1000000000;
		t.tv_sec++;
	}
	pthread_mutex_lock(&mutex);
	is(pthread_cond_timedwait(&cond, &mutex, &t), ETIMEDOUT, "a condition that never comes");
	pthread_mutex_unlock(&mutex);
	fails(sem_timedwait(&sem, &t), ETIMEDOUT, "a semaphore that nobody posts");
	is(pthread_mutex_trylock(&mutex), 0, "a free mutex");
	is(pthread_mutex_trylock(&mutex), EBUSY, "a locked one: EBUSY");
	is(pthread_mutex_timedlock(&mutex, &t), ETIMEDOUT, "or not in time");
	pthread_mutex_unlock(&mutex);
}

static void cleanup(void *arg)
{
	cleaned++;
}

static void *sleep_for_ever(void *arg)
{
	pthread_cleanup_push(cleanup, NULL);
	running = 1;
	for (;;)
		pause();
	pthread_cleanup_pop(0);
	return NULL;
}

static void *spin_for_ever(void *arg)
{
	pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, NULL);
	pthread_cleanup_push(cleanup, NULL);
	running = 1;
	for (;;)
		;
	pthread_cleanup_pop(0);
	return NULL;
}

static void unlock(void *m)
{
	pthread_mutex_unlock(m);
}

static void *wait_for_cond(void *arg)
{
	pthread_mutex_lock(&mutex);
	pthread_cleanup_push(unlock, &mutex);
	running = 1;
	for (;;)
		pthread_cond_wait(&cond, &mutex);
	pthread_cleanup_pop(1);
	return NULL;
}

static int cancel(void *(*fn)(void *))
{
	void *result = NULL;
	pthread_t t;

	running = 0;
	pthread_create(&t, NULL, fn, NULL);
	while (!running)
		sched_yield();
	usleep(20000);
	pthread_cancel(t);
	pthread_join(t, &result);
	return result == PTHREAD_CANCELED;
}

static void test_cancel(void)
{
	ok(cancel(sleep_for_ever), "cancel a thread that sleeps");
	ok(cancel(spin_for_ever), "or one that computes");
	is(cleaned, 2, "both cleaned up");
	ok(cancel(wait_for_cond), "or one that waits for a condition");
	is(pthread_mutex_trylock(&mutex), 0, "whose mutex it has given back");
	pthread_mutex_unlock(&mutex);
}

static void *detached(void *arg)
{
	sem_post(&sem);
	return NULL;
}

static void *nothing(void *arg)
{
	return arg;
}

static void test_many(void)
{
	pthread_attr_t attr;
	pthread_t t;
	long sum = 0;

	pthread_attr_init(&attr);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	sem_init(&sem, 0, 0);
	for (int i = 0; i < 50; i++)
		sum += pthread_create(&t, &attr, detached, NULL);
	for (int i = 0; i < 50; i++)
		sem_wait(&sem);
	is(sum, 0, "50 detached threads");
	for (long i = 0; i < 300; i++) {
		void *result = NULL;

		pthread_create(&t, NULL, nothing, (void *)i);
		pthread_join(t, &result);
		sum += (long)result;
	}
	is(sum, 300 * 299 / 2, "300 threads one after the other");
}

static int order;

static void prepare(void)
{
	order = order * 10 + 1;
}

static void parent(void)
{
	order = order * 10 + 2;
}

static void child(void)
{
	order = order * 10 + 3;
}

static int report_order(void *arg)
{
	return order;
}

static void *fork_here(void *arg)
{
	return (void *)(long)in_child(report_order, NULL);
}

static void test_fork(void)
{
	void *status = NULL;
	pthread_t t;

	pthread_atfork(prepare, parent, child);
	exits(in_child(report_order, NULL), 13, "fork: the child's handlers have run");
	is(order, 12, "and the parent's");
	order = 0;
	pthread_create(&t, NULL, fork_here, NULL);
	pthread_join(t, &status);
	exits((long)status, 13, "the same from a thread");
}

static int exit_from_main(void *arg)
{
	pthread_t t;

	pthread_create(&t, NULL, arg, NULL);
	pthread_exit(NULL);
}

static void *exit_process(void *arg)
{
	usleep(20000);
	exit(42);
}

static void *exec_program(void *arg)
{
	char *argv[] = { "/proc/self/exe", "again", NULL };

	execv(arg ? arg : program_invocation_name, argv);
	_exit(99);
}

static int exit_with_sleepers(void *arg)
{
	pthread_t t;

	for (int i = 0; i < 5; i++)
		pthread_create(&t, NULL, sleep_for_ever, NULL);
	return 43;
}

static void test_ends(void)
{
	exits(in_child(exit_from_main, exit_process), 42, "the process outlives its main thread");
	exits(in_child(exit_with_sleepers, NULL), 43, "exit ends threads that sleep");
	exits(in_child(exit_from_main, exec_program), 44, "a thread executes another program");
}

static int ping_pong(void *arg)
{
	pthread_mutex_t *m = arg;
	pthread_cond_t *c = (pthread_cond_t *)(m + 1);
	int *value = (int *)(c + 1);

	pthread_mutex_lock(m);
	for (int i = 0; i < 50; i++) {
		while (*value % 2 == 0)
			pthread_cond_wait(c, m);
		++*value;
		pthread_cond_signal(c);
	}
	pthread_mutex_unlock(m);
	return 0;
}

static void test_shared(void)
{
	pthread_mutex_t *m = shared_pages(1);
	pthread_cond_t *c = (pthread_cond_t *)(m + 1);
	int *value = (int *)(c + 1), status;
	pthread_mutexattr_t ma;
	pthread_condattr_t ca;
	pid_t pid;

	pthread_mutexattr_init(&ma);
	pthread_mutexattr_setpshared(&ma, PTHREAD_PROCESS_SHARED);
	pthread_mutex_init(m, &ma);
	pthread_condattr_init(&ca);
	pthread_condattr_setpshared(&ca, PTHREAD_PROCESS_SHARED);
	pthread_cond_init(c, &ca);
	pid = fork();
	if (pid == 0)
		_exit(ping_pong(m));
	pthread_mutex_lock(m);
	for (int i = 0; i < 50; i++) {
		while (*value % 2)
			pthread_cond_wait(c, m);
		++*value;
		pthread_cond_signal(c);
	}
	pthread_mutex_unlock(m);
	waitpid(pid, &status, 0);
	exits(status, 0, "a mutex and a condition that processes share");
	is(*value, 100, "count to a hundred");
}

int main(int argc, char **argv)
{
	if (argc > 1)
		return 44;
	plan(29);
	test_locks();
	test_own_data();
	test_timed();
	test_cancel();
	test_many();
	test_fork();
	test_ends();
	test_shared();
	return done();
}
