/* SPDX-License-Identifier: MIT */
/* execve: arguments, environment, what survives, limits and damaged files. */
#define _GNU_SOURCE
#include "tap.h"

#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>

#define KIB 1024
#define MANY 200

static char *self;
static char *no_env[] = { NULL };

struct program {
	const char *path;
	char **argv, **envp;
};

/* In a child: exec, and exit with errno if it failed. */
static int run(void *arg)
{
	struct program *p = arg;

	execve(p->path, p->argv, p->envp);
	return errno;
}

static int exec_status(const char *path, char **argv, char **envp)
{
	struct program p = { path, argv, envp };

	return in_child(run, &p);
}

/* The second life of this program: checks what arrived, and exits with 42 if all is well. */
static int check_args(int argc, char **argv)
{
	if (argc != 5 || strcmp(argv[2], "") || strcmp(argv[3], "two words") || argv[5])
		return 1;
	if (strcmp(argv[4], "\xff\x01") || environ[3])
		return 2;
	return strcmp(environ[0], "A=1") || strcmp(environ[1], "") ||
	       strcmp(environ[2], "LAST=x y");
}

static int check_many(int argc, char **argv)
{
	char want[32];

	for (int i = 2; i < argc; i++) {
		snprintf(want, sizeof(want), "argument number %d", i);
		if (strcmp(argv[i], want))
			return 1;
	}
	return argc != MANY;
}

static int check_long(int argc, char **argv)
{
	size_t length = strlen(argv[2]);

	return argc != 3 || length != 100 * KIB || argv[2][0] != 'a' || argv[2][length - 1] != 'a';
}

/* The image must be fresh: no old data, no old mapping, the heap empty, descriptors as asked. */
static int dirty_data = 5, dirty_bss;

static int check_fresh(char **argv)
{
	struct stat st;

	if (dirty_data != 5 || dirty_bss)
		return 1;
	if (readable((void *)0x30000000))
		return 2;
	return fstat(atoi(argv[2]), &st) ? 3 : !fstat(atoi(argv[3]), &st) ? 4 : 0;
}

static int check_ignored(void)
{
	struct sigaction action;

	sigaction(SIGTERM, NULL, &action);
	return action.sa_handler != SIG_IGN;
}

static int second_life(int argc, char **argv)
{
	int wrong = 1;

	if (!strcmp(argv[1], "args"))
		wrong = check_args(argc, argv);
	else if (!strcmp(argv[1], "many"))
		wrong = check_many(argc, argv);
	else if (!strcmp(argv[1], "long"))
		wrong = check_long(argc, argv);
	else if (!strcmp(argv[1], "fresh"))
		wrong = check_fresh(argv);
	else if (!strcmp(argv[1], "ignored"))
		wrong = check_ignored();
	else if (!strcmp(argv[1], "pid"))
		wrong = getpid() != atoi(argv[2]) || getppid() != atoi(argv[3]);
	return wrong ? wrong : 42;
}

static void test_arguments(void)
{
	static char text[MANY][32], big[100 * KIB + 1];
	char *args[] = { self, "args", "", "two words", "\xff\x01", NULL };
	char *env[] = { "A=1", "", "LAST=x y", NULL };
	char *many[MANY + 1] = { self, "many" };
	char *one_long[] = { self, "long", big, NULL };

	exits(exec_status(self, args, env), 42, "arguments and environment arrive as given");
	for (int i = 2; i < MANY; i++) {
		snprintf(text[i], sizeof(text[i]), "argument number %d", i);
		many[i] = text[i];
	}
	exits(exec_status(self, many, no_env), 42, "two hundred arguments arrive");
	memset(big, 'a', 100 * KIB);
	exits(exec_status(self, one_long, no_env), 42, "an argument of 100 KiB arrives");
}

static int exec_fresh(void *arg)
{
	char keep[12], drop[12];
	char *argv[] = { self, "fresh", keep, drop, NULL };

	(void)arg;
	dirty_data = 6;
	dirty_bss = 7;
	mmap((void *)0x30000000, PAGE, PROT_READ | PROT_WRITE,
	     MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED,
	     -1, 0);
	snprintf(keep, sizeof(keep), "%d", open(self, O_RDONLY));
	snprintf(drop, sizeof(drop), "%d", open(self, O_RDONLY | O_CLOEXEC));
	execve(self, argv, no_env);
	return 99;
}

static int exec_ignored(void *arg)
{
	char *argv[] = { self, "ignored", NULL };

	(void)arg;
	signal(SIGTERM, SIG_IGN);
	execve(self, argv, no_env);
	return 99;
}

static int exec_pid(void *arg)
{
	char me[12], parent[12];
	char *argv[] = { self, "pid", me, parent, NULL };

	(void)arg;
	snprintf(me, sizeof(me), "%d", getpid());
	snprintf(parent, sizeof(parent), "%d", getppid());
	execve(self, argv, no_env);
	return 99;
}

static void test_image(void)
{
	exits(in_child(exec_fresh, NULL), 42,
	      "memory is fresh; O_CLOEXEC closes, others stay open");
	exits(in_child(exec_ignored, NULL), 42, "an ignored signal stays ignored");
	exits(in_child(exec_pid, NULL), 42, "pid and parent stay");
}

static void test_too_big(void)
{
	static char big[132 * KIB], piece[100 * KIB];
	static char *argv[64];

	memset(big, 'b', sizeof(big) - 1);
	memset(piece, 'p', sizeof(piece) - 1);
	argv[0] = self;
	argv[1] = big;
	fails(execve(self, argv, no_env), E2BIG, "an argument of 132 KiB: E2BIG");
	fails(execve(self, no_env, argv), E2BIG, "in the environment, too");
	for (int i = 1; i < 63; i++)
		argv[i] = piece;
	fails(execve(self, argv, no_env), E2BIG, "6 MiB in small arguments: E2BIG");
}

static void test_bad_paths(void)
{
	static char name[PATH_MAX + 10];
	char *argv[] = { "x", NULL };
	int fd;

	fails(execve("", argv, no_env), ENOENT, "the empty path: ENOENT");
	fails(execve("/no/such/file", argv, no_env), ENOENT, "no such file: ENOENT");
	fails(execve("/", argv, no_env), EACCES, "a directory: EACCES");
	fails(execve("/dev/null", argv, no_env), EACCES, "a device: EACCES");
	fails(execve(data_path(self, "plain", 0), argv, no_env), EACCES,
	      "a file without the right to be executed: EACCES");
	fails(execve(data_path(self, "text/x", 0), argv, no_env), ENOTDIR,
	      "a file used as a directory: ENOTDIR");
	fails(execve(data_path(self, "loop", 0), argv, no_env), ELOOP, "a link to itself: ELOOP");
	fails(execve(data_path(self, "dangling", 0), argv, no_env), ENOENT,
	      "a link to nowhere: ENOENT");
	fd = open(data_path(self, "link", 0), O_PATH | O_NOFOLLOW);
	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	fails(execve(name, argv, no_env), ELOOP, "a link itself, by its descriptor: ELOOP");
	close(fd);
	memset(name, 'n', sizeof(name) - 1);
	fails(execve(name, argv, no_env), ENAMETOOLONG, "a path of over 4096 bytes: ENAMETOOLONG");
}

static void test_bad_files(void)
{
	char *argv[] = { "x", NULL };

	fails(execve(data_path(self, "text", 0), argv, no_env), ENOEXEC, "a text file: ENOEXEC");
	fails(execve(data_path(self, "link", 0), argv, no_env), ENOEXEC, "a link to it: ENOEXEC");
	fails(execve(data_path(self, "short.elf", 0), argv, no_env), ENOEXEC,
	      "an ELF header cut short: ENOEXEC");
	fails(execve(data_path(self, "machine.elf", 0), argv, no_env), ENOEXEC,
	      "for another machine: ENOEXEC");
	fails(execve(data_path(self, "object.elf", 0), argv, no_env), ENOEXEC,
	      "an object file: ENOEXEC");
	fails(execve(data_path(self, "phent.elf", 0), argv, no_env), ENOEXEC,
	      "program headers of a wrong size: ENOEXEC");
	fails(execve(data_path(self, "nophdr.elf", 0), argv, no_env), ENOEXEC,
	      "no program headers: ENOEXEC");
}

int main(int argc, char **argv)
{
	self = argv[0];
	if (argc == 1 && !*self)
		return 42;
	if (argc > 1)
		return second_life(argc, argv);
	plan(29);
	test_arguments();
	exits(exec_status(self, no_env, no_env), 42, "no arguments: one, empty");
	exits(exec_status(self, NULL, NULL), 42, "not even arrays: the same");
	test_image();
	test_too_big();
	test_bad_paths();
	test_bad_files();
	ok(dirty_data == 5, "and after all that this program is as it was");
	return done();
}
