/* SPDX-License-Identifier: MIT */
/* Limits: reading, setting, and what happens at them. */
#define _GNU_SOURCE
#include "tmpdir.h"

#include <fcntl.h>
#include <sys/resource.h>

#include "rawsys.h"

struct limit64 {
	unsigned long long cur, max;
};

#define INFINITE (~0ULL)

static long prlimit64_(pid_t pid, int resource, struct limit64 *new, struct limit64 *old)
{
	return sys6(SYS_prlimit64, pid, resource, (long)new, (long)old, 0, 0);
}

/* Both limits of this process. */
static long set_limit(int resource, unsigned long long limit)
{
	struct limit64 l = { limit, limit };

	return prlimit64_(0, resource, &l, NULL);
}

static void test_calls(void)
{
	struct limit64 old = { 0, 0 }, l = { 100, 50 };
	unsigned long words[2];

	is(prlimit64_(0, RLIMIT_NOFILE, NULL, &old), 0, "read a limit");
	ok(old.cur <= old.max && old.cur > 10, "it makes sense");
	l = (struct limit64){ 20, old.max };
	is(prlimit64_(getpid(), RLIMIT_NOFILE, &l, NULL), 0, "set it by number");
	is(sys2(SYS_ugetrlimit, RLIMIT_NOFILE, (long)words), 0, "read it the old way");
	is(words[0], 20, "the same");
	l = (struct limit64){ 100, 50 };
	is(prlimit64_(0, RLIMIT_NOFILE, &l, NULL), -EINVAL, "above its maximum: EINVAL");
	is(prlimit64_(0, 16, NULL, &old), -EINVAL, "no such limit: EINVAL");
	is(prlimit64_(0x3ffffe, RLIMIT_NOFILE, NULL, &old), -ESRCH, "nobody's: ESRCH");
	is(prlimit64_(0, RLIMIT_NOFILE, (void *)KERNEL_ADDRESS, NULL), -EFAULT, "EFAULT");
	is(prlimit64_(0, RLIMIT_NOFILE, NULL, (void *)KERNEL_ADDRESS), -EFAULT, "EFAULT again");
	words[0] = words[1] = ~0UL;
	is(sys2(SYS_setrlimit, RLIMIT_CORE, (long)words), 0, "infinity in 32 bits");
	prlimit64_(0, RLIMIT_CORE, NULL, &old);
	ok(old.cur == INFINITE && old.max == INFINITE, "is that in 64");
	is(sys2(SYS_getrlimit, RLIMIT_CORE, (long)words), 0, "and in the oldest call");
	is(words[0], 0x7fffffff, "the largest signed number");
	set_limit(RLIMIT_CORE, 0);
}

static int only_down(void *arg)
{
	struct limit64 l = { 5, 10 };

	if (prlimit64_(0, RLIMIT_LOCKS, &l, NULL))
		return 1;
	if (sys1(SYS_setuid32, 1000))
		return 2;
	l = (struct limit64){ 10, 10 };
	if (prlimit64_(0, RLIMIT_LOCKS, &l, NULL))
		return 3;
	l = (struct limit64){ 5, 11 };
	if (prlimit64_(0, RLIMIT_LOCKS, &l, NULL) != -EPERM)
		return 4;
	return prlimit64_(getppid(), RLIMIT_LOCKS, NULL, &l) != -EPERM ? 5 : 0;
}

static int few_files(void *arg)
{
	int n = 3;

	if (set_limit(RLIMIT_NOFILE, 8))
		return 1;
	while (dup(1) >= 0)
		n++;
	return errno != EMFILE ? 2 : n == 8 ? 0 : 3;
}

static int few_tasks(void *arg)
{
	pid_t pid;

	if (set_limit(RLIMIT_NPROC, 2) || sys1(SYS_setuid32, 54321))
		return 1;
	pid = fork();
	if (pid == 0)
		for (;;)
			pause();
	if (pid < 0)
		return 2;
	errno = 0;
	if (fork() != -1 || errno != EAGAIN)
		return 3;
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	return in_child(read_byte, "x") ? 4 : 0;
}

/* The real number 0 is enough, without any capability. */
static int root_has_no_limit(void *arg)
{
	if (set_limit(RLIMIT_NPROC, 1) || sys3(SYS_setresuid32, -1, 1000, -1))
		return 1;
	return in_child(read_byte, "x");
}

static int little_memory(void *arg)
{
	if (set_limit(RLIMIT_AS, 16 << 20))
		return 1;
	if (mmap(NULL, 4 << 20, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED)
		return 2;
	if (mmap(NULL, 16 << 20, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED)
		return 3;
	return errno == ENOMEM ? 0 : 4;
}

static int little_heap(void *arg)
{
	char *end = sbrk(0);

	if (set_limit(RLIMIT_DATA, 4 << 20))
		return 1;
	errno = 0;
	return sys1(SYS_brk, (long)end + (8 << 20)) == (long)end + (8 << 20);
}

static volatile char data[3 * PAGE] = { 1 };

/* Initialised data count, too: the heap gets what they leave of the limit. */
static int heap_and_data(void *arg)
{
	const long end = sys1(SYS_brk, 0);
	long new = end;

	data[PAGE] = 1;
	if (set_limit(RLIMIT_DATA, 16 * PAGE))
		return 1;
	while (sys1(SYS_brk, new + PAGE) == new + PAGE)
		new += PAGE;
	return new - end > 16 * PAGE - (long)sizeof(data) ? 2 : new == end ? 3 : 0;
}

static int use_stack(int n)
{
	volatile char page[PAGE];

	page[0] = n;
	return n ? use_stack(n - 1) + page[0] : 0;
}

static int little_stack(void *arg)
{
	if (set_limit(RLIMIT_STACK, 256 << 10))
		return 1;
	return use_stack(1000) & 0;
}

static int short_file(void *path)
{
	char page[PAGE] = { 0 };
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);

	signal(SIGXFSZ, SIG_IGN);
	if (fd < 0 || set_limit(RLIMIT_FSIZE, 6000))
		return 1;
	if (write(fd, page, PAGE) != PAGE || write(fd, page, PAGE) != 6000 - PAGE)
		return 2;
	if (write(fd, page, 1) != -1 || errno != EFBIG)
		return 3;
	return posix_fallocate(fd, 0, 2 * PAGE) == EFBIG ? 0 : 4;
}

int main(void)
{
	plan(23);
	test_calls();
	exits(in_child(only_down, NULL), 0, "users can only lower a maximum");
	exits(in_child(few_files, NULL), 0, "descriptors");
	exits(in_child(few_tasks, NULL), 0, "processes");
	exits(in_child(root_has_no_limit, NULL), 0, "of which root may have any number");
	exits(in_child(little_memory, NULL), 0, "address space");
	exits(in_child(little_heap, NULL), 0, "heap");
	exits(in_child(heap_and_data, NULL), 0, "which is counted together with the data");
	killed_by(in_child(little_stack, NULL), SIGSEGV, "stack");
	enter_tmpdir();
	exits(in_child(short_file, "file"), 0, "size of a file");
	leave_tmpdir();
	return done();
}
