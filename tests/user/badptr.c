/* SPDX-License-Identifier: MIT */
/* Every pointer a system call takes may be bad: the answer is EFAULT, or the part that worked. */
#define _GNU_SOURCE
#include "tap.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/uio.h>

#include "rawsys.h"
#include "thread.h"

#define RW (PROT_READ | PROT_WRITE)

static long readonly, unmapped;	/* addresses of pages nobody may write to */
static char *edge;		/* the end of a writable page; the next page is not mapped */
static const char *self;

/* faults - does the call give EFAULT for every kind of bad pointer p? `call` uses p. */
#define faults(call, name) do { \
	long bad_[] = { unmapped, KERNEL_ADDRESS, 0xc0000000, 16, -EBUSY }, p, good_ = 0; \
	for (int i_ = 0; i_ < 5; i_++) { \
		p = bad_[i_]; \
		good_ += (call) == -EFAULT; \
	} \
	is(good_, 5, name); \
} while (0)

/* As faults(), for pointers the kernel writes through: a read-only page is bad as well, and so is
 * the last byte of a page followed by none. */
#define faults_out(call, name) do { \
	long bad_[] = { unmapped, KERNEL_ADDRESS, 0xc0000000, 16, -EBUSY, readonly, \
			(long)edge - 1 }; \
	long p, good_ = 0; \
	for (int i_ = 0; i_ < 7; i_++) { \
		p = bad_[i_]; \
		good_ += (call) == -EFAULT; \
	} \
	is(good_, 7, name); \
} while (0)

static void test_paths(void)
{
	faults(sys3(SYS_open, p, O_RDONLY, 0), "open: the path");
	faults(sys4(SYS_openat, AT_FDCWD, p, O_RDONLY, 0), "openat: the path");
	faults(sys2(SYS_access, p, F_OK), "access: the path");
	faults(sys1(SYS_chdir, p), "chdir: the path");
	faults(sys3(SYS_execve, p, 0, 0), "execve: the path");
	faults(sys3(SYS_readlink, p, (long)edge - 64, 64), "readlink: the path");
	faults(sys2(SYS_stat64, p, (long)edge - 1024), "stat64: the path");
	faults(sys2(SYS_lstat64, p, (long)edge - 1024), "lstat64: the path");
	faults(sys5(SYS_statx, AT_FDCWD, p, 0, 0x7ff, (long)edge - 1024), "statx: the path");
	memset(edge - 8, '/', 8);
	is(sys2(SYS_access, (long)edge - 8, F_OK), -EFAULT, "a path that runs off its page");
	edge[-1] = '\0';
	is(sys2(SYS_access, (long)edge - 8, F_OK), 0, "one that ends with its page is fine");
	edge[-1] = 'x';
}

/* The end of the stack, which is the end of user space here. */
static char *end_of_stack(void)
{
	FILE *maps = fopen("/proc/self/maps", "r");
	unsigned long start, end = 0;
	char line[256];

	while (maps && fgets(line, sizeof(line), maps))
		if (strstr(line, "[stack]"))
			sscanf(line, "%lx-%lx", &start, &end);
	fclose(maps);
	return (char *)end;
}

static void test_end(void)
{
	char *end = end_of_stack();

	memcpy(end - 4, "////", 4);
	is(sys2(SYS_access, (long)end - 4, F_OK), -EFAULT, "a path that runs off user space");
	end[-1] = '\0';
	is(sys2(SYS_access, (long)end - 4, F_OK), 0, "one that ends with it");
}

static void test_exec(void)
{
	long argv[3] = { (long)"x", 0, 0 };

	faults(sys3(SYS_execve, (long)self, p, 0), "execve: argv");
	faults(sys3(SYS_execve, (long)self, (long)argv, p), "execve: envp");
	faults((argv[1] = p, sys3(SYS_execve, (long)self, (long)argv, 0)),
	       "execve: a string of argv");
	faults((argv[1] = p, sys3(SYS_execve, (long)self, 0, (long)argv)),
	       "execve: a string of envp");
	*(long *)(edge - 4) = (long)"x";
	is(sys3(SYS_execve, (long)self, (long)edge - 4, 0), -EFAULT,
	   "an argv that runs off its page");
	edge[-1] = 'x';
	argv[1] = (long)edge - 1;
	is(sys3(SYS_execve, (long)self, (long)argv, 0), -EFAULT,
	   "an argument that runs off its page");
}

static void test_structures(void)
{
	int fd = open(self, O_RDONLY);

	faults_out(sys2(SYS_stat64, (long)self, p), "stat64: the result");
	faults_out(sys2(SYS_lstat64, (long)self, p), "lstat64: the result");
	faults_out(sys2(SYS_fstat64, fd, p), "fstat64: the result");
	faults_out(sys5(SYS_statx, AT_FDCWD, (long)self, 0, 0x7ff, p), "statx: the result");
	faults_out(sys5(SYS__llseek, fd, 0, 0, p, SEEK_SET), "_llseek: the result");
	faults_out(sys1(SYS_uname, p), "uname");
	faults_out(sys2(SYS_getcwd, p, 4096), "getcwd");
	faults_out(sys2(SYS_clock_gettime32, 1, p), "clock_gettime");
	faults_out(sys2(SYS_clock_gettime64, 1, p), "clock_gettime64");
	faults_out(sys2(SYS_gettimeofday_time32, p, 0), "gettimeofday");
	faults_out(sys1(SYS_time, p), "time");
	faults_out(sys2(SYS_ugetrlimit, 3, p), "getrlimit");
	faults_out(sys4(SYS_prlimit64, 0, 3, 0, p), "prlimit64: the old limit");
	faults_out(sys4(SYS_rt_sigprocmask, SIG_BLOCK, 0, p, 8), "rt_sigprocmask: the old set");
	faults_out(sys4(SYS_rt_sigaction, SIGTERM, 0, p, 8), "rt_sigaction: the old action");
	faults_out(sys3(SYS_readlink, (long)data_path(self, "link", 0), p, 64),
		   "readlink: the result");
	close(fd);
}

static void test_inputs(void)
{
	faults(sys2(SYS_nanosleep, p, 0), "nanosleep");
	faults(sys4(SYS_clock_nanosleep_time32, 1, 0, p, 0), "clock_nanosleep");
	faults(sys4(SYS_clock_nanosleep_time64, 1, 0, p, 0), "clock_nanosleep_time64");
	faults(sys2(SYS_setrlimit, 3, p), "setrlimit");
	faults(sys4(SYS_prlimit64, 0, 3, p, 0), "prlimit64: the new limit");
	faults(sys4(SYS_rt_sigprocmask, SIG_BLOCK, p, 0, 8), "rt_sigprocmask: the new set");
	faults(sys4(SYS_rt_sigaction, SIGTERM, p, 0, 8), "rt_sigaction: the new action");
	faults(sys1(SYS_set_thread_area, p), "set_thread_area");
	faults(sys6(SYS_futex, p & ~3, FUTEX_WAIT_OP, 0, 0, 0, 0), "futex: the word");
	faults(sys1(SYS_mmap, p), "old mmap: the arguments");
}

static int exit_at_once(void *arg)
{
	return (long)arg;
}

/* wait4 and clone store through pointers after something has already happened. */
static void test_process(void)
{
	static struct thread t;
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	is(sys4(SYS_wait4, pid, unmapped, 0, 0), -EFAULT, "wait4: the status");
	is(sys4(SYS_wait4, pid, 0, 0, 0), -ECHILD, "the child was reaped all the same");
	pid = fork();
	if (pid == 0) {
		sys1(SYS_set_tid_address, unmapped);
		_exit(0);
	}
	is(waitpid(pid, NULL, 0), pid, "a bad clear-tid address harms nobody at exit");
	pid = clone(exit_at_once, t.stack + THREAD_STACK, CLONE_VM | CLONE_PARENT_SETTID | SIGCHLD,
		    NULL, unmapped, NULL, NULL);
	if (pid > 0)
		waitpid(pid, NULL, __WALL);
	ok(pid > 0 || errno == EFAULT, "clone: a bad address for the parent's id is survived");
}

static void test_read(void)
{
	int fd = open(self, O_RDONLY);

	faults(sys3(SYS_read, fd, p, 10), "read: the buffer");
	is(sys3(SYS_read, fd, readonly, 10), -EFAULT, "read: a read-only buffer");
	faults(sys5(SYS_pread64, fd, p, 10, 0, 0), "pread64: the buffer");
	is(lseek(fd, 0, SEEK_CUR), 0, "the position has not moved");
	is(read(fd, edge - 10, 100), 10, "read: ten bytes fit before the end of the page");
	is(lseek(fd, 0, SEEK_CUR), 10, "the position moved by ten");
	ok(!memcmp(edge - 10, "\177ELF", 4), "and they are the file's");
	close(fd);
	fd = open("/dev/zero", O_RDONLY);
	faults(sys3(SYS_read, fd, p, 10), "read from a device: the buffer");
	close(fd);
}

static void test_write(void)
{
	struct iovec iov[2] = { { "", 0 }, { (void *)unmapped, 10 } };

	faults(sys3(SYS_write, 1, p, 10), "write: the buffer");
	faults(sys3(SYS_writev, 1, p, 1), "writev: the vector");
	is(sys3(SYS_writev, 1, (long)iov, 2), -EFAULT, "writev: a buffer of the vector");
	*(struct iovec *)(edge - 8) = iov[0];
	is(sys3(SYS_writev, 1, (long)edge - 8, 2), -EFAULT, "a vector that runs off its page");
	is(sys3(SYS_ioctl, 9999, 0x5413, unmapped), -EBADF, "a bad descriptor is noticed first");
}

int main(int argc, char **argv)
{
	char *p;

	(void)argc;
	self = argv[0];
	p = map(4, RW, MAP_PRIVATE);
	edge = p + PAGE;
	munmap(p + PAGE, PAGE);
	p[2 * PAGE] = 1;
	mprotect(p + 2 * PAGE, PAGE, PROT_READ);
	readonly = (long)p + 2 * PAGE;
	munmap(p + 3 * PAGE, PAGE);
	unmapped = (long)p + PAGE;

	plan(62);
	test_paths();
	test_end();
	test_exec();
	test_structures();
	test_inputs();
	test_process();
	test_read();
	test_write();
	return done();
}
