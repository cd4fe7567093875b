/* SPDX-License-Identifier: MIT */
/* prctl(2) and personality(2). */
#define _GNU_SOURCE
#include "tap.h"

#include <elf.h>
#include <fcntl.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/stat.h>

#include "rawsys.h"
#include "tmpdir.h"
#include "thread.h"

static long call(long option, long a, long b, long c, long d)
{
	return sys6(SYS_prctl, option, a, b, c, d, 0);
}

static void test_name(void)
{
	char name[17] = "unchanged";

	is(call(PR_SET_NAME, (long)"a name that is too long", 0, 0, 0), 0, "set the name");
	is(call(PR_GET_NAME, (long)name, 0, 0, 0), 0, "get it");
	is_str(name, "a name that is ", "15 characters of it");
	is(call(PR_SET_NAME, KERNEL_ADDRESS, 0, 0, 0), -EFAULT, "a bad pointer: EFAULT");
	is(call(PR_GET_NAME, KERNEL_ADDRESS, 0, 0, 0), -EFAULT, "the same for get");
	is(call(9999, 0, 0, 0, 0), -EINVAL, "an unknown option: EINVAL");
}

static int dumpable_after_setuid(void *arg)
{
	return sys1(SYS_setuid32, 1000) ? 9 : call(PR_GET_DUMPABLE, 0, 0, 0, 0);
}

static void test_flags(void)
{
	int value = 7;

	is(call(PR_GET_DUMPABLE, 0, 0, 0, 0), 1, "dumpable");
	exits(in_child(dumpable_after_setuid, NULL), 0, "not after a change of the user");
	is(call(PR_SET_DUMPABLE, 2, 0, 0, 0), -EINVAL, "dumpable 2: EINVAL");
	is(call(PR_SET_DUMPABLE, 0, 0, 0, 0), 0, "not dumpable");
	is(call(PR_GET_DUMPABLE, 0, 0, 0, 0), 0, "it is not");
	call(PR_SET_DUMPABLE, 1, 0, 0, 0);
	is(call(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0), 0, "new rights are possible");
	is(call(PR_SET_NO_NEW_PRIVS, 0, 0, 0, 0), -EINVAL, "which cannot be set");
	is(call(PR_SET_NO_NEW_PRIVS, 1, 1, 0, 0), -EINVAL, "nor so");
	is(call(PR_GET_CHILD_SUBREAPER, (long)&value, 0, 0, 0), 0, "a subreaper?");
	is(value, 0, "no");
	is(call(PR_CAPBSET_READ, 0, 0, 0, 0), 1, "a capability in the bounding set");
	is(call(PR_CAPBSET_READ, 64, 0, 0, 0), -EINVAL, "an unknown one: EINVAL");
}

static int privs_stay(void *arg)
{
	if (call(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || call(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1)
		return 1;
	return call(PR_SET_NO_NEW_PRIVS, 0, 0, 0, 0) == -EINVAL ? 0 : 2;
}

/* A child makes a grandchild, without a signal for its end, and dies; who gets the orphan? */
static int adopt(void *arg)
{
	int status;
	pid_t pid;

	if (call(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0))
		return 1;
	pid = fork();
	if (pid == 0) {
		if (sys5(SYS_clone, 0, 0, 0, 0, 0) == 0) {
			while (getppid() != (pid_t)(long)arg && getppid() != 1)
				usleep(1000);
			_exit(5);
		}
		_exit(4);
	}
	if (waitpid(pid, &status, 0) != pid || WEXITSTATUS(status) != 4)
		return 2;
	return wait(&status) > 0 && WEXITSTATUS(status) == 5 ? 0 : 3;
}

static int adopt_here(void *arg)
{
	return adopt((void *)(long)getpid());
}

/* A grandchild asks for a signal when its parent dies; its grandparent waits for the pipe. */
static int death_signal(void *arg)
{
	int sig = 0, status, pipe_fd[2];
	char c;

	if (pipe(pipe_fd))
		return 1;
	if (call(PR_SET_PDEATHSIG, 65, 0, 0, 0) != -EINVAL)
		return 2;
	if (fork() == 0) {
		if (fork() == 0) {
			call(PR_SET_PDEATHSIG, SIGTERM, 0, 0, 0);
			call(PR_GET_PDEATHSIG, (long)&sig, 0, 0, 0);
			if (write(pipe_fd[1], sig == SIGTERM ? "y" : "n", 1) != 1)
				_exit(1);
			for (;;)
				pause();
		}
		if (read(pipe_fd[0], &c, 1) != 1)
			_exit(7);
		_exit(c == 'y' ? 6 : 7);
	}
	wait(&status);
	close(pipe_fd[1]);
	return WEXITSTATUS(status) != 6 ? 3 : read(pipe_fd[0], &c, 1) ? 4 : 0;
}

/* The parent is the thread that made the child, for this and for __WNOTHREAD. */
static struct thread maker;
static volatile pid_t made;
static volatile int may_end;

static int make_child(void *arg)
{
	volatile int *asked = arg;
	long pause[2] = { 0, 1000000 };
	pid_t pid = sys0(SYS_fork);

	if (pid == 0) {
		sys2(SYS_prctl, PR_SET_PDEATHSIG, SIGTERM);
		*asked = 1;
		for (;;)
			sys0(SYS_pause);
	}
	while (!*asked)
		sys2(SYS_nanosleep, (long)pause, 0);
	made = pid;
	while (!may_end)
		sys2(SYS_nanosleep, (long)pause, 0);
	return 0;
}

static void test_death_of_thread(void)
{
	int *asked = shared_pages(1), status;

	thread_start(&maker, make_child, asked, CLONE_THREAD);
	while (!made)
		usleep(1000);
	fails(waitpid(made, NULL, WNOHANG | __WNOTHREAD), ECHILD, "__WNOTHREAD: another thread's");
	is(waitpid(made, NULL, WNOHANG), 0, "but a child of this process");
	may_end = 1;
	is(waitpid(made, &status, 0), made, "its thread ends");
	killed_by(status, SIGTERM, "which it had asked to hear of");
}

static int persona(void *arg)
{
	long before = sys1(SYS_personality, 0xffffffff);

	if (sys1(SYS_personality, before | ADDR_NO_RANDOMIZE) != before)
		return 1;
	return sys1(SYS_personality, 0xffffffff) == (before | ADDR_NO_RANDOMIZE) ? 0 : 2;
}

/* ---- a program without PT_GNU_STACK: what it can read it can execute ---- */

/* copy_without - the ELF file from as the file to, without the program header of that type. */
static int copy_without(unsigned int type, const char *from, const char *to)
{
	int in = open(from, O_RDONLY), out = open(to, O_WRONLY | O_CREAT, 0755);
	char *file = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE, in, 0);
	Elf32_Ehdr *header = (void *)file;
	Elf32_Phdr *ph = (void *)(file + header->e_phoff);
	long length = lseek(in, 0, SEEK_END);

	for (int i = 0; i < header->e_phnum; i++)
		if (ph[i].p_type == type)
			ph[i].p_type = PT_NULL;
	length -= write(out, file, length);
	close(in);
	close(out);
	return length;
}

/* can_execute - what /proc/self/maps says about the area at p. */
static int can_execute(const void *p)
{
	FILE *maps = fopen("/proc/self/maps", "r");
	unsigned long start, end, at = (unsigned long)p;
	char line[256], x = 0, found = 0;

	while (fgets(line, sizeof(line), maps))
		if (sscanf(line, "%lx-%lx %*2c%c", &start, &end, &x) == 3 && start <= at && at < end)
			found = x;
	fclose(maps);
	return found == 'x';
}

/* The program that is started so: a bit for each kind of memory that can be executed. */
static int old_program(void)
{
	static int data = 1;
	char *anon = map(3, PROT_READ | PROT_WRITE, MAP_PRIVATE), *heap = (char *)sys1(SYS_brk, 0);

	sys1(SYS_brk, (long)heap + PAGE);
	mprotect(anon + PAGE, PAGE, PROT_READ);
	mprotect(anon + 2 * PAGE, PAGE, PROT_NONE);
	return can_execute(&data) | can_execute(&anon) << 1 | can_execute(anon) << 2 |
	       can_execute(anon + PAGE) << 3 | can_execute(anon + 2 * PAGE) << 4 |
	       can_execute(heap) << 5 |
	       !!(sys1(SYS_personality, 0xffffffff) & READ_IMPLIES_EXEC) << 6;
}

static int run(void *path)
{
	execl(path, path, "old", NULL);
	return 255;
}

static int run_implied(void *path)
{
	sys1(SYS_personality, READ_IMPLIES_EXEC);
	return run(path);
}

/* An execve() that fails has changed nothing. */
static int too_long(void *path)
{
	static char string[256 << 10];

	sys1(SYS_personality, READ_IMPLIES_EXEC);
	memset(string, 's', sizeof(string) - 1);
	execl(path, path, string, NULL);
	return errno == E2BIG && sys1(SYS_personality, 0xffffffff) == READ_IMPLIES_EXEC ? 0 : 1;
}

/* AT_SECURE as the kernel tells it; getauxval() would compare the user numbers itself. */
static int is_secure(void)
{
	char **env = environ;
	unsigned long *auxv;

	while (*env++)
		;
	for (auxv = (unsigned long *)env; auxv[0] != AT_NULL; auxv += 2)
		if (auxv[0] == AT_SECURE)
			return auxv[1];
	return 255;
}

static int run_secure(void *path)
{
	execl(path, path, "is", "secure?", NULL);
	return 255;
}

/* A program that says what its stack is inherits the rest, unless it has set-ID bits that count. */
static void test_inherited(char *self)
{
	char *path = "/tmp/set-id-program";

	exits(in_child(run_implied, self), 0x6d, "READ_IMPLIES_EXEC is inherited, not for the stack");
	copy_without(PT_NULL, self, path);
	chmod(path, 04755);
	exits(in_child(run_implied, path), 0, "a set-user-ID program does not inherit it");
	is(as_user(run_secure, path), 1, "AT_SECURE tells it that its rights are not its caller's");
	exits(in_child(run_secure, path), 0, "unless they are");
	exits(in_child(too_long, path), 0, "but one that cannot be executed changes nothing");
	chmod(path, 02755);
	exits(in_child(run_implied, path), 0, "nor a set-group-ID program");
	chmod(path, 02745);
	exits(in_child(run_implied, path), 0x6d, "whose group may execute it");
	unlink(path);
}

static void test_old(char *self)
{
	const char *path = "/tmp/old-program";

	exits(in_child(run, self), 0, "data cannot be executed");
	is(copy_without(PT_GNU_STACK, self, path), 0, "a program without PT_GNU_STACK");
	exits(in_child(run, (void *)path), 0x6f, "can execute what it can read");
	unlink(path);
	is(sys1(SYS_personality, 0xffffffff) & READ_IMPLIES_EXEC, 0, "it alone");
}

int main(int argc, char **argv)
{
	if (argc == 2)
		return old_program();
	if (argc == 3)
		return is_secure();
	plan(37);
	test_name();
	test_flags();
	exits(in_child(privs_stay, NULL), 0, "no new rights, for ever");
	exits(in_child(adopt_here, NULL), 0, "a subreaper gets orphans");
	exits(in_child(death_signal, NULL), 0, "a signal when the parent dies");
	test_death_of_thread();
	exits(in_child(persona, NULL), 0, "personality");
	test_old(argv[0]);
	test_inherited(argv[0]);
	return done();
}
