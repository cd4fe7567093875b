/* SPDX-License-Identifier: MIT */
/* Process 1 of `make run`: mounts the usual file systems, starts one program on the console, reaps
 * what is left to it, and ends the machine when the program ends, with its status.
 *
 * That program is
 *	the one that its arguments name (`-- /bin/hello` on the kernel command line),
 *	or else, where tools/run has put one at /run/script, a shell that reads this script,
 *	or else a login shell.
 * tools/run also tells the terminal's type and size, at /run/terminal: a serial line has neither.
 *
 * busybox's poweroff, halt and reboot send their signals to process 1.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/wait.h>
#include <termios.h>

#include "say.h"

#define CONSOLE		"/dev/console"
#define TERMINAL	"/dev/ttyS0"	/* unlike the console it can be a session's terminal */
#define SCRIPT		"/run/script"
#define TERMINAL_INFO	"/run/terminal"

static void end_machine(int signum)
{
	sync();
	reboot(signum == SIGUSR2 ? RB_POWER_OFF : signum == SIGUSR1 ? RB_HALT_SYSTEM : RB_AUTOBOOT);
}

/* A program with another init has no use for them: nothing is mounted where nothing is asked. */
static void mount_all(void)
{
	static const struct {
		const char *type, *path;
	} mounts[] = {
		{ "proc", "/proc" }, { "devtmpfs", "/dev" }, { "tmpfs", "/tmp" },
	};

	for (unsigned int i = 0; i < sizeof(mounts) / sizeof(*mounts); i++)
		if (mount(mounts[i].type, mounts[i].path, mounts[i].type, 0, NULL))
			say("init: cannot mount %s: %s", mounts[i].path, strerror(errno));
}

/* On Linux udev makes them: names for what a process has open. */
static void link_descriptors(void)
{
	static const char *const links[][2] = {
		{ "/proc/self/fd", "/dev/fd" }, { "/proc/self/fd/0", "/dev/stdin" },
		{ "/proc/self/fd/1", "/dev/stdout" }, { "/proc/self/fd/2", "/dev/stderr" },
	};

	for (unsigned int i = 0; i < sizeof(links) / sizeof(*links); i++)
		if (symlink(links[i][0], links[i][1]))
			say("init: cannot link %s: %s", links[i][1], strerror(errno));
}

/* Environment for whatever runs; what the kernel command line has set stays. */
static void set_environment(void)
{
	setenv("PATH", "/bin:/tour", 0);
	setenv("HOME", "/root", 1);
	setenv("USER", "root", 0);
	setenv("LOGNAME", "root", 0);
	setenv("SHELL", "/bin/sh", 0);
	setenv("TERM", "linux", 0);
	if (chdir("/root") && chdir("/"))
		say("init: there is no /");
}

/* set_size - type and size as tools/run has noted them: "TERM ROWS COLUMNS". */
static void set_size(int tty)
{
	struct winsize size = { .ws_row = 24, .ws_col = 80 };
	FILE *file = fopen(TERMINAL_INFO, "r");
	char type[64];

	if (file && fscanf(file, "%63s %hu %hu", type, &size.ws_row, &size.ws_col) >= 1)
		setenv("TERM", type, 1);
	if (file)
		fclose(file);
	ioctl(tty, TIOCSWINSZ, &size);
}

/* In the child: a session of its own, the console as its terminal and standard files. */
static void take_terminal(void)
{
	int tty;

	setsid();
	tty = open(TERMINAL, O_RDWR);
	if (tty < 0)
		tty = open(CONSOLE, O_RDWR);
	if (tty < 0)
		return;
	ioctl(tty, TIOCSCTTY, 0);
	for (int fd = 0; fd <= 2; fd++)
		dup2(tty, fd);
	if (tty > 2)
		close(tty);
	set_size(0);
}

/* The script is standard input; what is written arrives as it is, without carriage returns. */
static void take_script(int script)
{
	struct termios tty;

	if (tcgetattr(0, &tty) == 0) {
		tty.c_oflag &= ~OPOST;
		tcsetattr(0, TCSANOW, &tty);
	}
	dup2(script, 0);
	close(script);
}

/* start - the program in a new process. Returns its number, or -1. */
static pid_t start(char **argv)
{
	static char *shell[] = { "sh", NULL }, *login[] = { "-sh", NULL };
	const char *path = "/bin/sh";
	pid_t pid = fork();
	int script;

	if (pid)
		return pid;
	take_terminal();
	if (*argv) {
		path = *argv;
	} else if ((script = open(SCRIPT, O_RDONLY)) >= 0) {
		argv = shell;
		take_script(script);
	} else {
		argv = login;
	}
	execv(path, argv);
	say("init: cannot run %s: %s", path, strerror(errno));
	if (argv == shell || argv == login)
		say("init: the archive was made without busybox, which tools/setup brings");
	_exit(127);
}

/* Reap everybody until pid ends: its wait status. */
static int wait_for(pid_t pid)
{
	int status;
	pid_t found;

	do {
		found = waitpid(-1, &status, 0);
	} while (found != pid && (found > 0 || errno == EINTR));
	return found == pid ? status : 127 << 8;
}

static void report(const char *path, int status)
{
	if (WIFSIGNALED(status))
		say("init: %s was killed by signal %d", path, WTERMSIG(status));
	else if (WEXITSTATUS(status))
		say("init: %s exited with status %d", path, WEXITSTATUS(status));
}

int main(int argc, char **argv)
{
	int status;
	pid_t pid;

	signal(SIGUSR1, end_machine);
	signal(SIGUSR2, end_machine);
	signal(SIGTERM, end_machine);
	mount_all();
	link_descriptors();
	set_environment();
	pid = start(argv + (argc > 0));
	if (pid < 0) {
		say("init: cannot fork: %s", strerror(errno));
		return 127;
	}
	status = wait_for(pid);
	if (argc > 1)
		report(argv[1], status);
	/* What a shell would say: the exit status, or 128 and the signal. */
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
