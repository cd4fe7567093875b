/* SPDX-License-Identifier: MIT */
/* mmap: anonymous and file mappings, MAP_FIXED, hints, errors. */
#include "tap.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "rawsys.h"

#define RW (PROT_READ | PROT_WRITE)
#define ANON (MAP_PRIVATE | MAP_ANONYMOUS)

static const char *self;

static int all_zero(const char *p, unsigned long length)
{
	for (unsigned long i = 0; i < length; i++)
		if (p[i])
			return 0;
	return 1;
}

static void test_anonymous(void)
{
	char *p = map(10, RW, MAP_PRIVATE);

	is((unsigned long)p % PAGE, 0, "a mapping begins on a page boundary");
	ok(all_zero(p, 10 * PAGE), "anonymous memory reads as zero");
	memset(p, 0x5a, 10 * PAGE);
	ok(p[0] == 0x5a && p[10 * PAGE - 1] == 0x5a, "and holds what is written");
	is(munmap(p, 10 * PAGE), 0, "munmap");
	killed_by(in_child(read_byte, p), SIGSEGV, "touching it afterwards is a SIGSEGV");

	p = mmap(NULL, 1, RW, ANON, -1, 0);
	p[PAGE - 1] = 1;
	is(p[PAGE - 1], 1, "a length of 1 maps a whole page");
	is(munmap(p, 1), 0, "and unmaps one");
	ok(!readable(p), "it is gone");
}

static int shared_child(void *p)
{
	((char *)p)[0] = 2;
	((char *)p)[PAGE] = 3;
	return 0;
}

static void test_shared_anonymous(void)
{
	char *p = map(2, RW, MAP_SHARED);

	exits(in_child(shared_child, p), 0, "a child writes to shared memory");
	ok(p[0] == 2 && p[PAGE] == 3, "the parent sees it");
	munmap(p, 2 * PAGE);
	p = map(2, RW, MAP_PRIVATE);
	exits(in_child(shared_child, p), 0, "a child writes to private memory");
	ok(p[0] == 0 && p[PAGE] == 0, "the parent does not see it");
	munmap(p, 2 * PAGE);
}

static void test_fixed(void)
{
	char *p = map(6, RW, MAP_PRIVATE), *q;

	for (int i = 0; i < 6; i++)
		p[i * PAGE] = i + 1;
	q = mmap(p + 2 * PAGE, 2 * PAGE, RW, ANON | MAP_FIXED, -1, 0);
	is(q - p, 2 * PAGE, "MAP_FIXED maps exactly there");
	ok(p[0] == 1 && p[PAGE] == 2 && p[4 * PAGE] == 5 && p[5 * PAGE] == 6,
	   "the pages around it keep their bytes");
	ok(p[2 * PAGE] == 0 && p[3 * PAGE] == 0, "the replaced pages are fresh");
	mmap(p + 5 * PAGE, PAGE, PROT_READ, ANON | MAP_FIXED, -1, 0);
	killed_by(in_child(write_byte, p + 5 * PAGE), SIGSEGV, "the last page became read-only");
	mmap(p, PAGE, PROT_NONE, ANON | MAP_FIXED, -1, 0);
	killed_by(in_child(read_byte, p), SIGSEGV, "the first page became inaccessible");
	is(p[PAGE], 2, "the second is as it was");
	munmap(p, 6 * PAGE);
}

static void test_hints(void)
{
	char *hint = (char *)0x30000000, *p, *q;

	p = mmap(hint, 2 * PAGE, RW, ANON, -1, 0);
	ok(p == hint, "a free address is taken as given");
	q = mmap(hint, PAGE, RW, ANON, -1, 0);
	ok(q != MAP_FAILED && (q >= p + 2 * PAGE || q + PAGE <= p), "an occupied one is not");
	munmap(q, PAGE);
	q = mmap(hint + 5 * PAGE + 123, PAGE, RW, ANON, -1, 0);
	ok(q == hint + 5 * PAGE, "an unaligned hint is rounded down");
	munmap(q, PAGE);
	q = mmap((void *)PAGE, PAGE, RW, ANON, -1, 0);
	ok(q == (char *)0x10000, "a low one up to where memory may be");
	munmap(q, PAGE);
	munmap(p, 2 * PAGE);
	p = mmap(hint, PAGE, RW, ANON | MAP_GROWSDOWN, -1, 0);
	q = mmap(hint - 256 * PAGE, PAGE, RW, ANON, -1, 0);
	ok(q != hint - 256 * PAGE, "255 pages below what grows is too near");
	munmap(q, PAGE);
	q = mmap(hint - 257 * PAGE, PAGE, RW, ANON, -1, 0);
	ok(q == hint - 257 * PAGE, "256 pages are not");
	munmap(q, PAGE);
	munmap(p, PAGE);
	p = map(1, RW, MAP_PRIVATE);
	q = map(1, RW, MAP_PRIVATE);
	ok(p >= q + PAGE || q >= p + PAGE, "two mappings do not overlap");
	munmap(p, PAGE);
	munmap(q, PAGE);
}

/* The shipped text file is 62 bytes long. Returns 0, or where the page is not zero behind it. */
static long test_tail(void)
{
	int fd = open(data_path(self, "text", 0), O_RDONLY);
	char *p = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, fd, 0);
	unsigned long i = PAGE - 1;

	close(fd);
	if (p == MAP_FAILED || p[61] != '\n')
		return -1;
	while (i > 61 && !p[i])
		i--;
	munmap(p, PAGE);
	return i == 61 ? 0 : i;
}

/* The program's own ELF file is the known file: read(2) and the mapping must agree. */
static void test_file(void)
{
	static char buffer[2 * PAGE];
	int fd = open(self, O_RDONLY);
	struct stat st;
	char *p, *q;
	unsigned long size, tail;

	fstat(fd, &st);
	size = st.st_size;
	tail = size % PAGE;
	printf("# %lu bytes\n", size);		/* on Linux as well */
	p = mmap(NULL, size, RW, MAP_PRIVATE, fd, 0);
	ok(p != MAP_FAILED && !memcmp(p, "\177ELF", 4), "a private file mapping shows the file");
	pread(fd, buffer, PAGE, 2 * PAGE);
	is(memcmp(p + 2 * PAGE, buffer, PAGE), 0, "a page in the middle equals what read gives");
	pread(fd, buffer, tail, size - tail);
	is(memcmp(p + size - tail, buffer, tail), 0, "so does the end");
	ok(!tail || all_zero(p + size, PAGE - tail), "the rest of its last page is zero");
	is(test_tail(), 0, "that of a short file's only page, too");

	q = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, fd, 2 * PAGE);
	is(memcmp(q, p + 2 * PAGE, PAGE), 0, "an offset maps from the middle");
	memset(p + 2 * PAGE, 0x77, PAGE);
	ok(memcmp(q, p + 2 * PAGE, PAGE), "a private write stays private");
	pread(fd, buffer, PAGE, 2 * PAGE);
	is(memcmp(q, buffer, PAGE), 0, "and does not reach the file");
	close(fd);
	is(memcmp(p, "\177ELF", 4), 0, "the mapping outlives the descriptor");
	munmap(q, PAGE);
	munmap(p, size);
}

static void test_past_end(void)
{
	int fd = open(self, O_RDONLY);
	struct stat st;
	unsigned long pages;
	char *p;

	fstat(fd, &st);
	pages = (st.st_size + PAGE - 1) / PAGE;
	p = mmap(NULL, (pages + 2) * PAGE, RW, MAP_PRIVATE, fd, 0);
	exits(in_child(read_byte, p + pages * PAGE - 1), 0, "the last page of the file is there");
	killed_by(in_child(read_byte, p + pages * PAGE), SIGBUS, "a read past it is a SIGBUS");
	killed_by(in_child(write_byte, p + pages * PAGE), SIGBUS, "a write past it, too");
	killed_by(in_child(read_byte, p + (pages + 1) * PAGE), SIGBUS, "and further out");
	munmap(p, (pages + 2) * PAGE);
	close(fd);
}

static void test_errors(void)
{
	int fd = open(self, O_RDONLY), dir = open("/", O_RDONLY);
	int null = open("/dev/null", O_RDONLY), wronly = open("/dev/null", O_WRONLY);
	int maps = open("/proc/self/maps", O_RDONLY), pipes[2];
	int version = open("/proc/version", O_RDONLY);
	int setting = open("/proc/sys/vm/max_map_count", O_RDONLY);

	pipe(pipes);
	fails(mmap(NULL, 0, RW, ANON, -1, 0), EINVAL, "length 0: EINVAL");
	fails(mmap(NULL, PAGE, RW, MAP_ANONYMOUS, -1, 0), EINVAL,
	      "neither shared nor private: EINVAL");
	fails(mmap((void *)0x30000001, PAGE, RW, ANON | MAP_FIXED, -1, 0), EINVAL,
	      "MAP_FIXED at an unaligned address: EINVAL");
	fails(mmap(NULL, PAGE, RW, MAP_PRIVATE, -1, 0), EBADF, "no descriptor: EBADF");
	fails(mmap(NULL, PAGE, RW, MAP_PRIVATE, 9999, 0), EBADF, "a closed descriptor: EBADF");
	fails(mmap(NULL, PAGE, RW, MAP_SHARED, fd, 0), EACCES,
	      "writable and shared, but the file is open for reading: EACCES");
	fails(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, wronly, 0), EACCES,
	      "a descriptor open for writing only: EACCES");
	fails(mmap(NULL, PAGE, PROT_WRITE, MAP_SHARED, dir, 0), EACCES, "a directory: EACCES");
	fails(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_HUGETLB, fd, 0), EINVAL,
	      "huge pages of a file: EINVAL");
	fails(mmap(NULL, PAGE, PROT_EXEC, MAP_PRIVATE, maps, 0), EPERM, "a program in proc: EPERM");
	fails(mmap(NULL, PAGE, PROT_WRITE, MAP_SHARED, maps, 0), EACCES, "writable: EACCES");
	fails(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, maps, 0), ENODEV, "only to read: ENODEV");
	fails(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, setting, 0), ENODEV, "a setting, too");
	fails(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, version, 0), EIO, "of no process: EIO");
	fails(mmap(NULL, PAGE, PROT_EXEC, MAP_PRIVATE, pipes[0], 0), EPERM, "in a pipe: EPERM");
	fails(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_GROWSDOWN, null, 0), ENODEV,
	      "a device that should grow: ENODEV");
	fails(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, null, 0), ENODEV,
	      "a device that cannot be mapped: ENODEV");
	fails(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, dir, 0), ENODEV, "a directory: ENODEV");
	is(sys6(SYS_mmap2, 0, 0xfffff001, RW, ANON, -1, 0), -ENOMEM,
	   "a length that wraps when rounded up: ENOMEM");
	is(sys6(SYS_mmap2, 0, 0xfffff000, RW, ANON, -1, 0), -ENOMEM,
	   "a length of all there is: ENOMEM");
	is(sys6(SYS_mmap2, (long)KERNEL_ADDRESS, PAGE, RW, ANON | MAP_FIXED, -1, 0), -ENOMEM,
	   "MAP_FIXED in the kernel's part: ENOMEM");
	is(sys6(SYS_mmap2, 0x40000000, 0xd0000000, RW, ANON | MAP_FIXED, -1, 0), -ENOMEM,
	   "MAP_FIXED around the end of memory: ENOMEM");
	is(sys6(SYS_mmap2, 0x40000001, 0xd0000000, RW, ANON | MAP_FIXED, -1, 0), -ENOMEM,
	   "at an unaligned address, too");
	close(maps);
	close(version);
	close(setting);
	close(pipes[0]);
	close(pipes[1]);
	close(fd);
	close(null);
	close(dir);
	close(wronly);
}

/* The first mmap call of i386 took its six arguments in memory and the offset in bytes. */
static void test_old_mmap(void)
{
	unsigned long args[6] = { 0, PAGE, RW, ANON, -1UL, 0 };
	int fd = open(self, O_RDONLY);
	char buffer[16];
	char *p;

	p = (char *)sys1(SYS_mmap, (long)args);
	*p = 1;
	is(*p, 1, "old mmap maps");
	munmap(p, PAGE);
	args[3] = MAP_PRIVATE;
	args[4] = fd;
	args[5] = PAGE;
	p = (char *)sys1(SYS_mmap, (long)args);
	pread(fd, buffer, sizeof(buffer), PAGE);
	is(memcmp(p, buffer, sizeof(buffer)), 0, "its offset is in bytes");
	munmap(p, PAGE);
	args[5] = 100;
	is(sys1(SYS_mmap, (long)args), -EINVAL, "an offset inside a page: EINVAL");
	is(sys1(SYS_mmap, KERNEL_ADDRESS), -EFAULT, "arguments that cannot be read: EFAULT");
	close(fd);
}

/* With RLIMIT_AS far below: the mapping fails, a small one still works. */
static int limited(void *arg)
{
	struct rlimit limit = { 64 << 20, 64 << 20 };
	void *p;

	(void)arg;
	if (setrlimit(RLIMIT_AS, &limit))
		return 1;
	errno = 0;
	p = mmap(NULL, 128 << 20, RW, ANON, -1, 0);
	if (p != MAP_FAILED || errno != ENOMEM)
		return 2;
	return mmap(NULL, 1 << 20, RW, ANON, -1, 0) == MAP_FAILED ? 3 : 0;
}

/* Many one-page mappings with gaps and different rights, taken down in another order. */
static void test_many(void)
{
	char *base = map(400, PROT_NONE, MAP_PRIVATE);
	int good = 0;

	for (int i = 0; i < 400; i += 2) {
		mmap(base + i * PAGE, PAGE, RW, ANON | MAP_FIXED, -1, 0);
		base[i * PAGE] = i % 100;
	}
	for (int i = 398; i >= 0; i -= 2)
		good += base[i * PAGE] == i % 100;
	is(good, 200, "two hundred mappings between holes keep their bytes");
	for (int i = 0; i < 400; i += 4)
		good -= !munmap(base + i * PAGE, 2 * PAGE);
	is(good, 100, "every second one is unmapped together with its hole");
	for (int i = 2; i < 400; i += 4)
		good -= base[i * PAGE] == i % 100 && !readable(base + (i - 2) * PAGE);
	is(good, 0, "the others are still there");
	munmap(base, 400 * PAGE);
}

int main(int argc, char **argv)
{
	(void)argc;
	self = argv[0];
	plan(69);
	test_anonymous();
	test_shared_anonymous();
	test_fixed();
	test_hints();
	test_file();
	test_past_end();
	test_errors();
	test_old_mmap();
	exits(in_child(limited, NULL), 0, "RLIMIT_AS: a mapping beyond it fails with ENOMEM");
	test_many();
	return done();
}
