/* SPDX-License-Identifier: MIT */
/* Process 1 of the test boot: runs the test programs one after another and reports.
 *
 * The programs are named by the arguments, or else by the file `list` beside this program, one name
 * per line. A name without a slash is looked for beside this program. For each:
 *
 *	# program NAME
 *	(its TAP)
 *	# exit NAME STATUS		the exit status, or `signal N`
 *
 * The exit status is 0 if every program was run and exited with 0; the kernel powers off with it.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include "say.h"

static char directory[256] = "/tests";
static int programs, failures;

/* reap - wait for pid, and on the way for every orphan this process has adopted. */
static int reap(pid_t pid)
{
	int status;
	pid_t found;

	do {
		found = waitpid(-1, &status, 0);
	} while (found != pid && !(found < 0 && errno == ECHILD));
	return found == pid ? status : -1;
}

static void reap_orphans(void)
{
	while (waitpid(-1, NULL, WNOHANG) > 0)
		;
}

static void exec_program(char *name)
{
	char path[512];
	char *argv[] = { path, NULL };
	char *envp[] = { "PATH=/bin", "HOME=/", NULL };

	if (strchr(name, '/'))
		snprintf(path, sizeof(path), "%s", name);
	else
		snprintf(path, sizeof(path), "%s/%s", directory, name);
	execve(path, argv, envp);
	say("# cannot run %s: %s", path, strerror(errno));
	_exit(127);
}

static void run(char *name)
{
	int status = -1;
	pid_t pid;

	say("# program %s", name);
	pid = fork();
	if (pid == 0)
		exec_program(name);
	if (pid > 0)
		status = reap(pid);
	reap_orphans();

	programs++;
	failures += status != 0;
	if (status != -1 && WIFSIGNALED(status))
		say("# exit %s signal %d", name, WTERMSIG(status));
	else
		say("# exit %s %d", name, status == -1 ? -1 : WEXITSTATUS(status));
}

/* run_list - run what DIRECTORY/list names. Returns 0, or -1 when it cannot be read. */
static int run_list(void)
{
	static char text[8192];
	char path[300];
	ssize_t length;
	int fd;

	snprintf(path, sizeof(path), "%s/list", directory);
	fd = open(path, O_RDONLY);
	length = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	if (length < 0) {
		say("# cannot read %s: %s", path, strerror(errno));
		return -1;
	}
	close(fd);
	text[length] = '\0';
	for (char *name = strtok(text, "\n"); name; name = strtok(NULL, "\n"))
		run(name);
	return 0;
}

int main(int argc, char **argv)
{
	char *slash = argc > 0 ? strrchr(argv[0], '/') : NULL;

	if (slash && slash != argv[0])
		snprintf(directory, sizeof(directory), "%.*s", (int)(slash - argv[0]), argv[0]);

	if (getpid() == 1)
		mount("proc", "/proc", "proc", 0, NULL);

	for (int i = 1; i < argc; i++)
		run(argv[i]);
	if (argc <= 1 && run_list() < 0)
		failures++;

	say("# runner: %d programs, %d failed", programs, failures);
	return failures != 0 || programs == 0;
}
