/* SPDX-License-Identifier: MIT */
/* Process 1 of `make run`: introduces Nopage, runs the programs of the tour, and exits; the kernel
 * then powers off. With arguments (`-- /bin/hello` at the end of the kernel command line) it runs
 * that program instead and exits with its status.
 */
#include <errno.h>
#include <string.h>
#include <sys/utsname.h>
#include <sys/wait.h>

#include "say.h"

static const char *const tour[] = {
	"/tour/s1-same-address",
	"/tour/s2-bss",
	"/tour/s3-malloc",
	"/tour/s4-cow",
	"/tour/s5-threads",
	"/tour/s8-switch",
	"/tour/s9-faults",
};

static void introduce(void)
{
	struct utsname name = { .sysname = "?", .release = "?", .machine = "?" };

	uname(&name);
	say("%s", "");
	say("Welcome to Nopage, a kernel that shows how process memory works. This is /init, an");
	say("ordinary static Linux program in ring 3, on demand-paged memory. For it, this is");
	say("%s %s on %s.", name.sysname, name.release, name.machine);
	say("%s", "");
	say("  make tour                          these programs, with the kernel's events");
	say("  make run APPEND='trace=fault,cow'  watch events of your choice: fault cow mm");
	say("                                     switch vma task syscall signal");
	say("  make debug-gdb                     stop in the kernel; np-tasks np-maps np-walk");
	say("  make run APPEND='-- /bin/hello'    run another program than this");
	say("%s", "");
}

/* exit_status - what a shell would say: the exit status, or 128 and the signal. */
static int exit_status(int status)
{
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* run - run one program to its end, reaping adopted orphans on the way.
 * Returns its wait status, or -1 when there is no process to run it. */
static int run(const char *path, char **argv)
{
	static char *envp[] = { "PATH=/bin", "HOME=/", "TERM=linux", NULL };
	int status = -1;
	pid_t pid, found;

	pid = fork();
	if (pid == 0) {
		execve(path, argv, envp);
		say("init: cannot run %s: %s", path, strerror(errno));
		_exit(127);
	}
	if (pid < 0) {
		say("init: cannot fork: %s", strerror(errno));
		return -1;
	}
	do {
		found = waitpid(-1, &status, 0);
	} while (found != pid && found > 0);
	return found == pid ? status : -1;
}

static void report(const char *path, int status)
{
	if (status == -1)
		say("init: %s was not run", path);
	else if (WIFSIGNALED(status))
		say("init: %s was killed by signal %d", path, WTERMSIG(status));
	else if (WEXITSTATUS(status))
		say("init: %s exited with status %d", path, WEXITSTATUS(status));
}

static int run_tour(void)
{
	int failed = 0, programs = sizeof(tour) / sizeof(*tour);

	for (int i = 0; i < programs; i++) {
		char *argv[] = { (char *)tour[i], NULL };
		int status;

		say("---- %s", tour[i]);
		status = run(tour[i], argv);
		report(tour[i], status);
		failed += status != 0;
	}
	say("---- %d programs, %d failed. Good bye.", programs, failed);
	return failed != 0;
}

int main(int argc, char **argv)
{
	int status;

	if (argc <= 1) {
		introduce();
		return run_tour();
	}
	status = run(argv[1], argv + 1);
	if (status != 0)
		report(argv[1], status);
	return status == -1 ? 127 : exit_status(status);
}
