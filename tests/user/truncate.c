/* SPDX-License-Identifier: MIT */
/* truncate() and ftruncate(), also of files that are mapped; RLIMIT_FSIZE; fallocate(). */
#define _GNU_SOURCE
#include "tmpdir.h"

#include <sys/resource.h>
#include <sys/syscall.h>

static void test_sizes(void)
{
	char buf[16];
	int fd;

	make_file("f", "0123456789");
	is(truncate("f", 4), 0, "truncate");
	is_str(text_of("f"), "0123", "cuts");
	is(truncate("f", 8), 0, "to a larger size");
	fd = open("f", O_RDWR);
	is(read(fd, buf, 16), 8, "reads as far");
	ok(!memcmp(buf, "0123\0\0\0\0", 8), "with zeroes");
	is(ftruncate(fd, 0), 0, "ftruncate to nothing");
	is(stat_of("f").st_size, 0, "size 0");
	is(pwrite(fd, "x", 1, 5 * PAGE), 1, "write far behind the end");
	is(stat_of("f").st_size, 5 * PAGE + 1, "size");
	ok(stat_of("f").st_blocks < 5 * 8, "the hole has no blocks");
	fails(ftruncate(fd, -1), EINVAL, "a negative size: EINVAL");
	close(fd);
	fd = open("f", O_RDONLY);
	fails(ftruncate(fd, 1), EINVAL, "a file open for reading: EINVAL");
	close(fd);
	fails(ftruncate(fd, 1), EBADF, "a closed one: EBADF");
	fails(truncate(".", 1), EISDIR, "a directory: EISDIR");
	fails(truncate("none", 1), ENOENT, "nothing: ENOENT");
	fails(truncate("f/x", 1), ENOTDIR, "below a file: ENOTDIR");
	fails(truncate("f", -1), EINVAL, "a negative size by path: EINVAL");
	fails(truncate("/dev/null", 0), EINVAL, "a device: EINVAL");
	fails(truncate((char *)KERNEL_ADDRESS, 0), EFAULT, "a bad path: EFAULT");
}

/* A file of 3 pages, mapped; cut to 1.5. */
static void test_mapped(int flags, const char *kind)
{
	int fd = open("m", O_CREAT | O_TRUNC | O_RDWR, 0644);
	char name[80], *p;

	for (int i = 0; i < 3; i++)
		pwrite(fd, "abc", 3, i * PAGE);
	p = mmap(NULL, 3 * PAGE, PROT_READ | PROT_WRITE, flags, fd, 0);
	for (int i = 0; i < 3; i++)
		p[i * PAGE + 3000] = 'z';
	snprintf(name, sizeof(name), "%s: cut a mapped file", kind);
	is(ftruncate(fd, PAGE + 2048), 0, name);
	snprintf(name, sizeof(name), "%s: what is left can be read", kind);
	exits(in_child(read_byte, p + PAGE), 0, name);
	snprintf(name, sizeof(name), "%s: behind it is SIGBUS", kind);
	killed_by(in_child(read_byte, p + 2 * PAGE), SIGBUS, name);
	snprintf(name, sizeof(name), "%s: for writing, too", kind);
	killed_by(in_child(write_byte, p + 2 * PAGE), SIGBUS, name);
	is(ftruncate(fd, 3 * PAGE), 0, "grows again");
	snprintf(name, sizeof(name), "%s: the page is back, as zeroes", kind);
	ok(!p[2 * PAGE] && !p[2 * PAGE + 3000], name);
	snprintf(name, sizeof(name), "%s: the tail of the last page", kind);
	is(p[PAGE + 3000], flags == MAP_SHARED ? 0 : 'z', name);
	munmap(p, 3 * PAGE);
	close(fd);
}

/* Two processes, one file: the child's page goes as well. */
static int wait_and_look(void *arg)
{
	volatile char *p = ((void **)arg)[0];
	volatile int *step = ((void **)arg)[1];

	if (*p != 'a')
		return 1;
	*step = 1;
	while (*step == 1)
		usleep(1000);
	return *p;
}

static void test_other_process(void)
{
	volatile int *step = shared_pages(1);
	int fd = open("o", O_CREAT | O_RDWR, 0644), status;
	void *arg[2];
	pid_t pid;

	write(fd, "abc", 3);
	arg[0] = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0);
	arg[1] = (void *)step;
	pid = fork();
	if (!pid)
		_exit(wait_and_look(arg));
	while (!*step)
		usleep(1000);
	is(ftruncate(fd, 0), 0, "cut what another process has mapped");
	*step = 2;
	waitpid(pid, &status, 0);
	killed_by(status, SIGBUS, "it gets SIGBUS");
	close(fd);
}

static volatile int got_xfsz;

static void on_xfsz(int sig)
{
	got_xfsz = sig;
}

static void test_limit(void)
{
	struct rlimit lim = { 10, RLIM_INFINITY };
	int fd = open("l", O_CREAT | O_RDWR, 0644);

	signal(SIGXFSZ, on_xfsz);
	setrlimit(RLIMIT_FSIZE, &lim);
	is(write(fd, "0123456789abcdef", 16), 10, "RLIMIT_FSIZE cuts a write");
	is(got_xfsz, 0, "without a signal");
	fails(write(fd, "x", 1), EFBIG, "at the limit: EFBIG");
	is(got_xfsz, SIGXFSZ, "and SIGXFSZ");
	got_xfsz = 0;
	fails(ftruncate(fd, 11), EFBIG, "ftruncate over it: EFBIG");
	is(got_xfsz, SIGXFSZ, "and SIGXFSZ");
	is(ftruncate(fd, 10), 0, "up to it");
	close(fd);
	fd = syscall(SYS_memfd_create, "limit", 0);
	got_xfsz = 0;
	fails(fallocate(fd, FALLOC_FL_KEEP_SIZE, 0, 11), EFBIG, "fallocate, with KEEP_SIZE: EFBIG");
	is(got_xfsz, SIGXFSZ, "and SIGXFSZ");
	got_xfsz = 0;
	fails(truncate("/proc/self/exe", 1 << 30), ETXTBSY, "a program that runs: ETXTBSY first");
	is(got_xfsz, 0, "without a signal");
	lim.rlim_cur = RLIM_INFINITY;
	setrlimit(RLIMIT_FSIZE, &lim);
	close(fd);
}

static void test_large(void)
{
	int fd = open("big", O_CREAT | O_RDWR, 0644);
	char c = 0;

	is(ftruncate(fd, 0x123456789aLL), 0, "a file of 78 GB");
	ok(stat_of("big").st_size == 0x123456789aLL, "has that size");
	is(pwrite(fd, "x", 1, 0x1000000000LL), 1, "write behind 64 GB");
	is(pread(fd, &c, 1, 0x1000000000LL), 1, "read there");
	is(c, 'x', "what was written");
	is(pread(fd, &c, 1, 0x1000000), 1, "elsewhere");
	is(c, 0, "are zeroes");
	ok(lseek(fd, 0, SEEK_END) == 0x123456789aLL, "lseek to its end");
	close(fd);
	unlink("big");
}

static void test_fallocate(void)
{
	int fd = open("a", O_CREAT | O_RDWR, 0644);

	is(fallocate(fd, 0, 0, 2 * PAGE), 0, "fallocate");
	is(stat_of("a").st_size, 2 * PAGE, "grows the file");
	ok(stat_of("a").st_blocks >= 16, "with blocks");
	is(fallocate(fd, FALLOC_FL_KEEP_SIZE, 2 * PAGE, PAGE), 0, "KEEP_SIZE");
	is(stat_of("a").st_size, 2 * PAGE, "keeps the size");
	fails(fallocate(fd, 0, 0, 0), EINVAL, "no length: EINVAL");
	fails(fallocate(fd, 0, -1, 5), EINVAL, "a negative offset: EINVAL");
	close(fd);
	fails(fallocate(fd, 0, 0, 5), EBADF, "a closed file: EBADF");
	fd = open("a", O_RDONLY);
	fails(fallocate(fd, 0, 0, 5), EBADF, "a file to read: EBADF");
	close(fd);
}

int main(void)
{
	plan(63);
	enter_tmpdir();
	test_sizes();
	test_mapped(MAP_SHARED, "shared");
	test_mapped(MAP_PRIVATE, "private");
	test_other_process();
	test_limit();
	test_large();
	test_fallocate();
	leave_tmpdir();
	return done();
}
