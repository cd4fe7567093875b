/* SPDX-License-Identifier: MIT */
/* S19 - threads as programs know them: pthreads.
 *
 * Each thread is a task of the same mm and the same thread group. Its stack is an area like any
 * other, made by mmap; its thread-local variables lie at an address of its own, which the segment
 * register %gs leads to. A mutex without contention is an atomic instruction and no system call;
 * only who has to wait calls futex.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <unistd.h>

#include "say.h"

#define THREADS	2
#define ROUNDS	3

static __thread int mine;		/* one for each thread */
static int ours;			/* one for all */
static int turn;
static int *address[THREADS];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t turn_changed = PTHREAD_COND_INITIALIZER;

static void *thread(void *arg)
{
	int number = (long)arg, here;

	address[number] = &mine;
	for (int round = 1; round <= ROUNDS; round++) {
		pthread_mutex_lock(&lock);
		while (turn != number)
			pthread_cond_wait(&turn_changed, &lock);
		mine++;
		ours++;
		say("s19: thread %d: mine is %d, ours is %d; pid %d, stack %p, mine at %p",
		    number, mine, ours, getpid(), (void *)&here, (void *)&mine);
		turn = (turn + 1) % THREADS;
		pthread_cond_broadcast(&turn_changed);
		pthread_mutex_unlock(&lock);
	}
	return (void *)(long)mine;
}

int main(void)
{
	pthread_t threads[THREADS];
	void *result;
	long sum = 0;

	say("s19: main: pid %d; starting two threads", getpid());
	for (long i = 0; i < THREADS; i++)
		if (pthread_create(&threads[i], NULL, thread, (void *)i))
			return 1;
	for (int i = 0; i < THREADS; i++) {
		if (pthread_join(threads[i], &result))
			return 1;
		sum += (long)result;
	}
	say("s19: main: both are gone; each counted its own to %d, together to %d", ROUNDS, ours);
	return sum != THREADS * ROUNDS || ours != sum || mine != 0 || address[0] == address[1];
}
