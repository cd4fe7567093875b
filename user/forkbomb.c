/* SPDX-License-Identifier: MIT */
/* Forks until the system says no, says why, and cleans up. Usage: forkbomb [MAXIMUM]
 *
 * Every child sleeps until it is killed. Exit status 0 if everything was taken down again.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MOST 32768

static pid_t children[MOST];

static void sleep_until_killed(void)
{
	struct timespec long_time = { 100000, 0 };

	for (;;)
		nanosleep(&long_time, NULL);
}

/* reap - kill and wait for the first `count` children. Returns how many were found. */
static int reap(int count)
{
	int reaped = 0;

	for (int i = 0; i < count; i++)
		kill(children[i], SIGKILL);
	for (int i = 0; i < count; i++)
		reaped += waitpid(children[i], NULL, 0) == children[i];
	return reaped;
}

int main(int argc, char **argv)
{
	int limit = argc > 1 ? atoi(argv[1]) : MOST;
	int count = 0, error = 0, reaped;

	if (limit < 0 || limit > MOST)
		limit = MOST;
	while (count < limit) {
		pid_t pid = fork();

		if (pid == 0)
			sleep_until_killed();
		if (pid < 0) {
			error = errno;
			break;
		}
		children[count++] = pid;
	}
	printf("forkbomb: %d processes, then: %s\n", count, error ? strerror(error) : "enough");
	reaped = reap(count);
	printf("forkbomb: %d of them taken down again\n", reaped);
	return reaped != count;
}
