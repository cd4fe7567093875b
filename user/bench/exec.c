/* SPDX-License-Identifier: MIT */
/* Another program in a child of its own: fork, exec, wait. */
#include "bench.h"

#include <stdio.h>
#include <unistd.h>

#define CHILDREN 10			/* per timed loop */

static ticks_t fork_exec_wait(void *path)
{
	char *argv[] = { path, NULL }, *envp[] = { NULL };
	ticks_t start = rdtsc();

	for (int i = 0; i < CHILDREN; i++) {
		int status;
		long child = sys0(SYS_fork);

		if (child == 0) {
			sys3(SYS_execve, (long)path, (long)argv, (long)envp);
			sys1(SYS_exit, 1);
		}
		if (child < 0 || sys4(SYS_wait4, child, (long)&status, 0, 0) != child || status)
			die("fork, exec or wait");
	}
	return rdtsc() - start;
}

void bench_exec(void)
{
	char path[300];

	snprintf(path, sizeof(path), "%stiny", program_directory);
	if (access(path, X_OK))
		unavailable("fork-exec-wait", 0);
	else
		measure("fork-exec-wait", fork_exec_wait, path, CHILDREN);
}
