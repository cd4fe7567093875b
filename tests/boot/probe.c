/* SPDX-License-Identifier: MIT */
/* A process 1 for the boot tests. Says what it was given, then does what its arguments ask:
 *
 *	status N	exit with N
 *	crash		read address 0x1234, where nothing is mapped
 *	cat FILE...	print files
 *	run FILE...	run programs, one after another, and say how each ended: that of the last
 *			one is seen only if the system went on after those before
 *	signals		send signals to itself; `unshare -pf build/tests/boot/probe signals` says the
 *			same on Linux
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static void introduce(int argc, char **argv)
{
	for (int i = 0; i < argc; i++)
		printf("probe: argv[%d]=%s\n", i, argv[i]);
	for (char **e = environ; *e; e++)
		printf("probe: env %s\n", *e);
	fflush(stdout);
}

static int cat(const char *path)
{
	char text[4096];
	int fd = open(path, O_RDONLY);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text));

	if (fd >= 0)
		close(fd);
	if (n < 0)
		printf("probe: %s: %s\n", path, strerror(errno));
	else
		printf("probe: %s: %.*s\n", path, (int)n, text);
	return n < 0;
}

static int run(char *path)
{
	char *argv[] = { path, NULL };
	int status = -1;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		execve(path, argv, environ);
		printf("probe: cannot run %s: %s\n", path, strerror(errno));
		fflush(stdout);
		_exit(127);
	}
	if (pid < 0) {
		printf("probe: cannot fork: %s\n", strerror(errno));
		return 1;
	}
	waitpid(pid, &status, 0);
	if (WIFSIGNALED(status))
		printf("probe: %s was killed by signal %d\n", path, WTERMSIG(status));
	else
		printf("probe: %s exited with %d\n", path, WEXITSTATUS(status));
	return 0;
}

/* Nothing without a handler reaches process 1, unless it blocks the signal and waits for it. */
static void signals(void)
{
	static const int sent[] = { SIGTERM, SIGCHLD, SIGTSTP, SIGKILL, SIGSTOP };
	struct timespec now = { 0, 0 };
	sigset_t all, none;
	int sig;

	sigfillset(&all);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &all, NULL);
	for (unsigned int i = 0; i < sizeof(sent) / sizeof(*sent); i++)
		kill(getpid(), sent[i]);
	while ((sig = sigtimedwait(&all, NULL, &now)) > 0)
		printf("probe: took signal %d\n", sig);
	kill(getpid(), SIGTERM);
	sigprocmask(SIG_SETMASK, &none, NULL);
	for (unsigned int i = 0; i < sizeof(sent) / sizeof(*sent); i++)
		kill(getpid(), sent[i]);
}

int main(int argc, char **argv)
{
	int failed = 0;

	introduce(argc, argv);
	if (argc > 2 && !strcmp(argv[1], "status"))
		return atoi(argv[2]);
	if (argc > 1 && !strcmp(argv[1], "crash"))
		return *(volatile int *)0x1234;
	if (argc > 1 && !strcmp(argv[1], "signals"))
		signals();
	for (int i = 2; i < argc; i++) {
		if (!strcmp(argv[1], "cat"))
			failed += cat(argv[i]);
		if (!strcmp(argv[1], "run"))
			failed += run(argv[i]);
	}
	printf("probe: good bye\n");
	return failed != 0;
}
