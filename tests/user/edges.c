/* SPDX-License-Identifier: MIT */
/* Edges of many calls: one argument that is just not right, details of what signal handlers see. */
#define _GNU_SOURCE
#include "tap.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <ucontext.h>

#include "rawsys.h"
#include "tmpdir.h"

#define FUTEX_WAIT_REALTIME	256	/* FUTEX_WAIT | FUTEX_CLOCK_REALTIME */
#define STATX_SYNC_BOTH		0x6000	/* AT_STATX_FORCE_SYNC | AT_STATX_DONT_SYNC */

static void test_positions(void)
{
	int file = open("file", O_RDONLY), null = open("/dev/null", O_RDWR), pipes[2];
	long long pos = 0;
	long low = 0;

	is(sys3(SYS_lseek, file, 0, 99), -EINVAL, "lseek: no such way");
	is(sys3(SYS_lseek, null, 0, 99), -EINVAL, "nor for a device");
	is(sys5(SYS__llseek, file, 0, 0, (long)&pos, -1), -EINVAL, "_llseek: no such way");
	is(pipe(pipes), 0, "a pipe");
	is(sys4(SYS_sendfile, null, pipes[0], (long)&low, 1), -ESPIPE, "has no offsets: sendfile");
	is(sys4(SYS_sendfile64, null, pipes[0], (long)&pos, 1), -ESPIPE, "sendfile64");
	is(sys4(SYS_sendfile, null, pipes[1], (long)&low, 1), -EBADF, "the end for writing");
	close(pipes[0]);
	close(pipes[1]);
	close(null);
	close(file);
}

static void test_paths(void)
{
	int file = open("file", O_RDONLY), link;
	char text[16], statx[256];

	is(sys4(SYS_readlinkat, file, (long)"", (long)text, 16), -ENOENT,
	   "readlinkat: a descriptor that is no link");
	is(sys3(SYS_readlink, (long)"", (long)text, 16), -ENOENT, "readlink of nothing");
	is(sys3(SYS_readlink, (long)"file", (long)text, 16), -EINVAL, "of a file");
	symlink("target", "link");
	link = open("link", O_PATH | O_NOFOLLOW);
	is(sys4(SYS_readlinkat, link, (long)"", (long)text, 16), 6, "a descriptor that is one");
	close(link);
	is(sys5(SYS_statx, AT_FDCWD, (long)"file", STATX_SYNC_BOTH, 0, (long)statx), -EINVAL,
	   "statx: one way to synchronize, not both");
	is(sys5(SYS_statx, AT_FDCWD, (long)"file", STATX_SYNC_BOTH & 0x2000, 0, (long)statx), 0,
	   "but either");
	close(open("large", O_CREAT | O_WRONLY, 0644));
	is(truncate("large", 0x7fffffffLL), 0, "a size that 31 bits hold");
	is(sys2(SYS_stat, (long)"large", (long)statx), 0, "the oldest stat tells it");
	is(truncate("large", 0x80000000LL), 0, "one byte more");
	is(sys2(SYS_stat, (long)"large", (long)statx), -EOVERFLOW, "it cannot");
	is(sys2(SYS_lstat, (long)"large", (long)statx), -EOVERFLOW, "nor lstat");
	close(file);
}

static void test_others(void)
{
	struct {
		unsigned int version;
		int pid;
	} header = { 5, 0 };
	unsigned int word = 0;
	long soon[2] = { 0, 1000000 };
	char *pages = map(2, PROT_READ | PROT_WRITE, MAP_PRIVATE);

	is(sys2(SYS_capget, (long)&header, (long)pages), -EINVAL, "capget: no such version");
	ok(header.version == 0x20080522, "which says what is known");
	header.version = 5;
	is(sys2(SYS_capget, (long)&header, 0), 0, "without data: that is how one asks");
	munmap(pages + PAGE, PAGE);
	is(sys3(SYS_getrandom, (long)(pages + PAGE - 5), 12, 0), 5,
	   "getrandom: as many bytes as there is memory");
	is(sys3(SYS_getrandom, (long)(pages + PAGE), 12, 0), -EFAULT, "none");
	is(sys6(SYS_futex, (long)&word, FUTEX_WAIT_REALTIME, 0, (long)soon, 0, 0), -ENOSYS,
	   "futex: FUTEX_WAIT has no clock to choose");
}

static volatile int code, sender;
static volatile int flags_seen[4], depth, trap;

static void note(int sig, siginfo_t *info, void *context)
{
	(void)sig;
	code = info->si_code;
	sender = info->si_pid;
	trap = ((ucontext_t *)context)->uc_mcontext.gregs[REG_TRAPNO];
}

/* The child of a child that ends: what it hears of its parent's death goes through the pipe. */
static int orphan(void *arg)
{
	struct sigaction act = { .sa_sigaction = note, .sa_flags = SA_SIGINFO };
	int *pipes = arg, ready[2], told[2];
	sigset_t set, before;
	char byte;

	if (pipe(ready))
		return 1;
	if (fork()) {
		if (read(ready[0], &byte, 1) != 1)
			return 1;
		return 0;
	}
	told[0] = getppid();
	sigaction(SIGUSR1, &act, NULL);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, &before);
	prctl(PR_SET_PDEATHSIG, SIGUSR1);
	if (write(ready[1], "x", 1) == 1)
		sigsuspend(&before);
	told[0] = sender == told[0];
	told[1] = code;
	return write(pipes[1], told, sizeof(told)) != sizeof(told);
}

static void test_death_signal(void)
{
	int pipes[2], told[2] = { -1, -1 };

	pipe(pipes);
	exits(in_child(orphan, pipes), 0, "a parent ends");
	is(read(pipes[0], told, sizeof(told)), sizeof(told), "its child is told");
	is(told[0], 1, "by the parent");
	is(told[1], SI_USER, "as if by kill");
	close(pipes[0]);
	close(pipes[1]);
}

static void nest(int sig, siginfo_t *info, void *context)
{
	(void)info;
	flags_seen[depth++] = ((ucontext_t *)context)->uc_stack.ss_flags;
	if (depth < 3)
		raise(sig);
}

static void test_stack_flags(void)
{
	struct sigaction act = { .sa_sigaction = nest,
				 .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER };
	static char memory[65536];
	stack_t stack = { memory, 0, sizeof(memory) }, now;

	sigaltstack(&stack, NULL);
	sigaction(SIGUSR2, &act, NULL);
	raise(SIGUSR2);
	is(depth, 3, "three handlers on the alternate stack");
	ok(flags_seen[0] == 0 && flags_seen[1] == 0 && flags_seen[2] == 0,
	   "uc_stack tells how it was set, not who stands on it");
	sigaltstack(NULL, &now);
	ok(now.ss_flags == 0 && now.ss_sp == memory, "and it is as before");
}

/* A page that the kernel brings in, or does not, is no exception of the program's. */
static void test_trap_number(void)
{
	struct sigaction act = { .sa_sigaction = note, .sa_flags = SA_SIGINFO };

	sigaction(SIGUSR1, &act, NULL);
	is(sys3(SYS_read, -1, 0x10, 0), -EBADF, "a call");
	raise(SIGUSR1);
	is(trap, 0, "no exception yet");
	is(sys2(SYS_pipe, 0x10, 0), -EFAULT, "memory that is not there");
	raise(SIGUSR1);
	is(trap, 0, "none by the kernel's access");
}

/* The program's header says that its stack holds no code. */
static void test_stack_rights(void)
{
	static char maps[16384];
	int fd = open("/proc/self/maps", O_RDONLY), length = 0, n;
	char *line;

	while ((n = read(fd, maps + length, sizeof(maps) - 1 - length)) > 0)
		length += n;
	close(fd);
	line = strstr(maps, "[stack]");
	while (line && line > maps && line[-1] != '\n')
		line--;
	ok(line && strstr(line, " rw-p ") && strstr(line, " rw-p ") < strstr(line, "[stack]"),
	   "PT_GNU_STACK: a stack that is not executable");
}

int main(void)
{
	plan(36);
	test_stack_rights();
	enter_tmpdir();
	make_file("file", "text");
	test_trap_number();
	test_positions();
	test_paths();
	test_others();
	test_death_signal();
	test_stack_flags();
	leave_tmpdir();
	return done();
}
