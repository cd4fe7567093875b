/* SPDX-License-Identifier: MIT */
/* Files and memory are one: shared mappings, read(), write(), fork(); programs that run. */
#define _GNU_SOURCE
#include "tmpdir.h"

#include <sys/syscall.h>

static void test_coherent(void)
{
	int fd = open("f", O_CREAT | O_RDWR, 0644);
	char *a, *b, *priv, buf[4] = "";

	ftruncate(fd, 2 * PAGE);
	a = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	b = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, PAGE);
	priv = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	strcpy(a, "one");
	is(pread(fd, buf, 4, 0), 4, "read what was written to memory");
	is_str(buf, "one", "is the same");
	is(pwrite(fd, "two", 3, PAGE), 3, "write to the file");
	is_str(a + PAGE, "two", "shows in one mapping");
	is_str(b, "two", "and in another");
	is_str(priv, "one", "and in a private one");
	strcpy(priv, "own");
	is_str(a, "one", "whose writes stay private");
	strcpy(a, "new");
	is_str(priv, "own", "both ways");
	munmap(a, 2 * PAGE);
	munmap(b, PAGE);
	munmap(priv, PAGE);
	is(pread(fd, buf, 4, 0), 4, "after munmap");
	is_str(buf, "new", "the file has it");
	close(fd);
}

static int write_there(void *p)
{
	strcpy(p, "child");
	return 0;
}

static void test_fork(void)
{
	int fd = open("g", O_CREAT | O_RDWR, 0644);
	char *p, buf[8] = "";

	ftruncate(fd, PAGE);
	p = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	unlink("g");
	close(fd);
	strcpy(p, "parent");
	exits(in_child(write_there, p), 0, "a child writes to a shared page of an unlinked file");
	is_str(p, "child", "the parent sees it");
	munmap(p, PAGE);
	fd = syscall(SYS_memfd_create, "name", 0);
	ok(fd >= 0, "memfd_create");
	is(write(fd, "mem", 3), 3, "write");
	p = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	is_str(p, "mem", "mapped");
	is(pread(fd, buf, 8, 0), 3, "read");
	fails(syscall(SYS_memfd_create, "name", 0x100), EINVAL, "unknown flags: EINVAL");
	fails(syscall(SYS_memfd_create, (void *)KERNEL_ADDRESS, 0), EFAULT, "a bad name: EFAULT");
	munmap(p, PAGE);
	close(fd);
}

static void test_rights(void)
{
	int rd, wr;

	make_file("h", "x");
	rd = open("h", O_RDONLY);
	wr = open("h", O_WRONLY);
	fails(mmap(NULL, PAGE, PROT_WRITE, MAP_SHARED, rd, 0), EACCES,
	      "shared and writable of a file to read: EACCES");
	ok(mmap(NULL, PAGE, PROT_WRITE, MAP_PRIVATE, rd, 0) != MAP_FAILED, "private: may");
	fails(mmap(NULL, PAGE, PROT_READ, MAP_SHARED, wr, 0), EACCES,
	      "of a file only to write: EACCES");
	fails(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, 99, 0), EBADF, "of nothing: EBADF");
	close(rd);
	close(wr);
	rd = open(".", O_RDONLY);
	fails(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, rd, 0), ENODEV, "of a directory: ENODEV");
	close(rd);
}

static int copy_self(const char *self, const char *to)
{
	static char buf[65536];
	int in = open(self, O_RDONLY), out = open(to, O_CREAT | O_WRONLY, 0755);
	ssize_t n;

	while ((n = read(in, buf, sizeof(buf))) > 0)
		if (write(out, buf, n) != n)
			return -1;
	close(in);
	return close(out) | (int)n;
}

/* The copy of this program, run as "copy wait": waits until its standard input ends. */
static void test_running(const char *self)
{
	char c, exe[64];
	int pipes[2], fd, status;
	pid_t pid;

	is(copy_self(self, "copy"), 0, "a copy of this program");
	fd = open("copy", O_RDWR);
	ok(fd >= 0, "open for writing");
	fails(execl("copy", "copy", "wait", NULL), ETXTBSY, "cannot be run: ETXTBSY");
	close(fd);
	pipe(pipes);
	pid = fork();
	if (!pid) {
		dup2(pipes[1], 1);
		execl("copy", "copy", "wait", NULL);
		_exit(100);
	}
	is(read(pipes[0], &c, 1), 1, "it runs");
	fails(open("copy", O_WRONLY), ETXTBSY, "open for writing while it does: ETXTBSY");
	fails(open("copy", O_RDONLY | O_TRUNC), ETXTBSY, "with O_TRUNC: ETXTBSY");
	fails(truncate("copy", 0), ETXTBSY, "truncate: ETXTBSY");
	snprintf(exe, sizeof(exe), "/proc/%d/exe", pid);
	fails(open(exe, O_RDWR), ETXTBSY, "by its link in /proc: ETXTBSY");
	fails(open(exe, O_RDONLY | O_TRUNC), ETXTBSY, "and with O_TRUNC: ETXTBSY");
	fails(truncate(exe, 0), ETXTBSY, "and truncate: ETXTBSY");
	fd = open("copy", O_RDONLY);
	ok(fd >= 0, "open for reading");
	is(unlink("copy"), 0, "unlink");
	kill(pid, SIGTERM);
	waitpid(pid, &status, 0);
	killed_by(status, SIGTERM, "its end");
	is(fchmod(fd, 0644), 0, "the file is still there");
	close(fd);
}

int main(int argc, char **argv)
{
	static char self[512];

	if (argc > 1) {
		write(1, "r", 1);
		for (;;)
			pause();
	}
	plan(37);
	if (argv[0][0] == '/')
		strcpy(self, argv[0]);
	else
		snprintf(self, sizeof(self), "%s/%s", getcwd(NULL, 0), argv[0]);
	enter_tmpdir();
	test_coherent();
	test_fork();
	test_rights();
	test_running(self);
	leave_tmpdir();
	return done();
}
