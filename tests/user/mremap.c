/* SPDX-License-Identifier: MIT */
/* mremap.c - grow, shrink and move mappings; all errors. */
#define _GNU_SOURCE
#include "tap.h"

#include <fcntl.h>
#include <sys/personality.h>
#include <sys/syscall.h>

#include "grid.h"
#include "rawsys.h"

#define ANON (MAP_PRIVATE | MAP_ANONYMOUS)

static char *new_map(size_t pages, int flags)
{
	return mmap(NULL, pages * PAGE, PROT_READ | PROT_WRITE, flags, -1, 0);
}

static void fill(char *p, int pages)
{
	for (int i = 0; i < pages; i++)
		p[i * PAGE] = 'a' + i;
}

static int filled(const char *p, int pages)
{
	for (int i = 0; i < pages; i++)
		if (p[i * PAGE] != 'a' + i)
			return 0;
	return 1;
}

static void resize(void)
{
	char *p = new_map(16, ANON), *q;

	fill(p, 16);
	q = mremap(p, 16 * PAGE, 4 * PAGE, 0);
	ok(q == p && filled(p, 4), "shrink in place");
	ok(!readable(p + 4 * PAGE), "the rest is unmapped");
	q = mremap(p, 4 * PAGE, 8 * PAGE, 0);
	ok(q == p && filled(p, 4), "grow in place");
	ok(p[5 * PAGE] == 0, "what was added reads as zeroes");
	ok(mremap(p, 8 * PAGE, 8 * PAGE, 0) == p, "the same size is no change");
	mmap(p + 8 * PAGE, PAGE, PROT_NONE, ANON | MAP_FIXED, -1, 0);
	errno = 0;
	ok(mremap(p, 8 * PAGE, 16 * PAGE, 0) == MAP_FAILED && errno == ENOMEM,
	   "no room and not allowed to move: ENOMEM");
	q = mremap(p, 8 * PAGE, 16 * PAGE, MREMAP_MAYMOVE);
	ok(q != MAP_FAILED && q != p && filled(q, 4), "moved, with its bytes");
	ok(!readable(p), "the old place is empty");
	munmap(q, 16 * PAGE);
	p = new_map(4, ANON);
	fill(p, 4);
	mprotect(p + 2 * PAGE, 2 * PAGE, PROT_READ);
	ok(mremap(p, 4 * PAGE, PAGE, 0) == p && filled(p, 1), "shrink, over two areas");
	ok(!readable(p + PAGE) && !readable(p + 3 * PAGE), "the rest of both is unmapped");
	munmap(p, PAGE);
}

static void fixed(void)
{
	char *p = new_map(8, ANON), *place = new_map(16, ANON), *q;

	fill(p, 8);
	memset(place, 'x', 16 * PAGE);
	q = mremap(p + 2 * PAGE, 4 * PAGE, 4 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, place);
	ok(q == place && q[0] == 'c' && q[3 * PAGE] == 'f', "the middle of an area, to a fixed place");
	ok(q[4 * PAGE] == 'x', "what lies behind it stays");
	ok(!readable(p + 2 * PAGE) && p[PAGE] == 'b' && p[6 * PAGE] == 'g', "and leaves a hole");
	errno = 0;
	ok(mremap(place, 4 * PAGE, 4 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, place + PAGE) ==
	   MAP_FAILED && errno == EINVAL, "overlapping itself: EINVAL");
	errno = 0;
	ok(mremap(place, PAGE, PAGE, MREMAP_FIXED, p) == MAP_FAILED && errno == EINVAL,
	   "MREMAP_FIXED alone: EINVAL");
	munmap(p, 8 * PAGE);
	munmap(place, 16 * PAGE);
}

static void shared_and_forked(void)
{
	char *p = new_map(4, MAP_SHARED | MAP_ANONYMOUS), *q;
	int status;

	fill(p, 4);
	if (fork() == 0) {
		q = mremap(p, 4 * PAGE, 2 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED,
			   p + 1024 * PAGE - (unsigned long)p % (1024 * PAGE));
		if (q != MAP_FAILED)
			q[0] = 'z';
		_exit(q == MAP_FAILED);
	}
	wait(&status);
	ok(status == 0 && p[0] == 'z', "a moved shared page is still shared");
	munmap(p, 4 * PAGE);
}

/* MREMAP_DONTUNMAP: the pages go, the old place stays, empty. */
static void dont_unmap(void)
{
	char *p = new_map(4, ANON), *place = new_map(4, ANON), *q;

	fill(p, 4);
	q = mremap(p + PAGE, 2 * PAGE, 2 * PAGE, MREMAP_MAYMOVE | MREMAP_DONTUNMAP, NULL);
	ok(q != MAP_FAILED && q[0] == 'b' && q[PAGE] == 'c', "MREMAP_DONTUNMAP: moved");
	ok(p[0] == 'a' && !p[PAGE] && !p[2 * PAGE] && p[3 * PAGE] == 'd', "zeroes are left behind");
	p[PAGE] = 'x';
	ok(q[0] == 'b', "which are other pages");
	ok(mremap(q, 2 * PAGE, 2 * PAGE, 7, place + PAGE) == place + PAGE &&
	   place[PAGE] == 'b' && !q[0], "over something, with MREMAP_FIXED");
	munmap(q, 2 * PAGE);
	munmap(p, 4 * PAGE);
	munmap(place, 4 * PAGE);
	p = new_map(2, MAP_SHARED | MAP_ANONYMOUS);
	q = mremap(p, 0, 2 * PAGE, MREMAP_MAYMOVE);
	p[PAGE] = 'y';
	ok(q != MAP_FAILED && q[PAGE] == 'y', "old size 0: shared memory a second time");
	munmap(p, 2 * PAGE);
	munmap(q, 2 * PAGE);
}

/* Not one mapping: EFAULT. So this tells whether neighbours have been joined. */
static int is_one(char *p, size_t pages)
{
	return mremap(p, pages * PAGE, (pages + 1) * PAGE, 0) == p;
}

static void joined(void)
{
	char *base = map(32, PROT_NONE, MAP_PRIVATE), *p;

	munmap(base, 32 * PAGE);
	mmap(base, 2 * PAGE, PROT_READ, ANON | MAP_FIXED, -1, 0);
	mmap(base + 3 * PAGE, 2 * PAGE, PROT_READ, ANON | MAP_FIXED, -1, 0);
	ok(!is_one(base, 5), "two areas");
	p = base + 8 * PAGE;
	mmap(p, PAGE, PROT_READ, ANON | MAP_FIXED, -1, 0);
	mremap(p, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, base + 2 * PAGE);
	ok(is_one(base, 5), "are one when the same moves between them");
	p = base + 16 * PAGE;
	mmap(p, 6 * PAGE, PROT_READ, ANON | MAP_FIXED | MAP_GROWSDOWN, -1, 0);
	mprotect(p + 2 * PAGE, 2 * PAGE, PROT_NONE);
	ok(!is_one(p, 6), "a stack in three parts");
	mprotect(p + 2 * PAGE, 2 * PAGE, PROT_READ);
	ok(is_one(p, 6), "is one again, with equal rights");
	munmap(base, 32 * PAGE);
}

/* Linux can do that since 6.17. */
static void several(void)
{
	char *p = new_map(8, ANON), *place = new_map(8, ANON), *q;

	fill(p, 8);
	place[3 * PAGE] = 'x';
	mprotect(p + PAGE, PAGE, PROT_READ);
	munmap(p + 3 * PAGE, PAGE);
	q = mremap(p, 6 * PAGE, 6 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, place);
	ok(q == place && filled(q, 3) && q[5 * PAGE] == 'f', "several areas, to a fixed place");
	ok(q == place && q[3 * PAGE] == 'x', "a hole between them takes nothing away there");
	ok(!readable(p) && !readable(p + 5 * PAGE) && p[6 * PAGE] == 'g', "they are gone here");
	munmap(p, 8 * PAGE);
	munmap(place, 8 * PAGE);
}

/* Pages 1, 2: private, 4, 5: shared, 6: private and read-only, 8: a stack; the others: holes. */
static char *const base = (char *)0x20000000;

static void layout(void)
{
	munmap(base, 16 * PAGE);
	mmap(base + PAGE, 2 * PAGE, PROT_READ | PROT_WRITE, ANON | MAP_FIXED | MAP_NORESERVE, -1, 0);
	mmap(base + 4 * PAGE, 2 * PAGE, PROT_READ | PROT_WRITE,
	     MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	mmap(base + 6 * PAGE, PAGE, PROT_READ, ANON | MAP_FIXED | MAP_NORESERVE, -1, 0);
	mmap(base + 8 * PAGE, PAGE, PROT_READ, ANON | MAP_FIXED | MAP_GROWSDOWN, -1, 0);
}

static void try(long old, long old_len, long new_len, long flags, long new)
{
	long result = sys5(SYS_mremap, old, old_len, new_len, flags, new);

	cell(result);
	if (result < 0 && result > -4096)
		return;
	munmap((char *)result, new_len);
	layout();
}

/* All new sizes. */
static void sizes(long old, long old_len, long flags, long new)
{
	static const unsigned long lens[] = {
		0, 1, 2 * PAGE, 3 * PAGE, 0x50000000, 0xbffff000, 0xc0000000, 0xc0000001, 0xffffffff,
	};

	for (unsigned int len = 0; len < COUNT(lens); len++)
		try(old, old_len, lens[len], flags, new);
	end_group();
}

/* All flags, and with them all new places. */
static void ways(long old, long old_len)
{
	const long places[] = {
		0x30000000, 0x30000001, (long)base + 4 * PAGE, (long)base + 9 * PAGE, old, 0xbffff000,
		0xc0000000, 0xfffff000,
	};
	char name[32];

	for (long flags = 0; flags < 9; flags++) {
		for (unsigned int i = 0; i < COUNT(places); i++) {
			if (places[i] == 0xbffff000 && old != (long)base)
				continue;		/* there is the real stack */
			sizes(old, old_len, flags, places[i]);
			if (flags < 2 || flags > 7)
				break;
		}
		snprintf(name, sizeof(name), "%#lx %#lx, %ld", old, old_len, flags);
		end_row(name);
	}
}

static void grid(void)
{
	static const unsigned long lens[] = {
		0, 1, 2 * PAGE, 3 * PAGE, 0x50000000, 0xc0000000, 0xfffff000,
	};
	const long olds[] = {
		(long)base, (long)base + PAGE, (long)base + PAGE + 1, (long)base + 2 * PAGE,
		(long)base + 4 * PAGE, (long)base + 5 * PAGE, (long)base + 6 * PAGE,
		(long)base + 8 * PAGE, 0xc0000000, 0xfffff000,
	};

	say("# mremap: old address, old size, flags: new places x new sizes");
	layout();
	for (unsigned int i = 0; i < COUNT(olds); i++)
		for (unsigned int len = 0; len < COUNT(lens); len++)
			ways(olds[i], lens[len]);
	munmap(base, 16 * PAGE);
}

static void errors(void)
{
	char *p = new_map(4, ANON);

	munmap(p + PAGE, PAGE);
	errno = 0;
	ok(mremap(p, 2 * PAGE, 3 * PAGE, MREMAP_MAYMOVE) == MAP_FAILED && errno == EFAULT,
	   "a range with a hole: EFAULT");
	errno = 0;
	ok(mremap(p + 1, PAGE, PAGE, 0) == MAP_FAILED && errno == EINVAL, "not aligned: EINVAL");
	errno = 0;
	ok(mremap(p, PAGE, 0, 0) == MAP_FAILED && errno == EINVAL, "new size 0: EINVAL");
	errno = 0;
	ok(mremap(p, PAGE, PAGE, 0x80) == MAP_FAILED && errno == EINVAL, "unknown flag: EINVAL");
	munmap(p, 4 * PAGE);
}

/* A page's number in the file has 32 bits on i386: what follows the last one is not the first. */
static void end_of_numbers(void)
{
	int fd = open("/tmp/mremap-test", O_RDWR | O_CREAT | O_TRUNC, 0600);
	char *p, *q;

	unlink("/tmp/mremap-test");
	ftruncate(fd, 4 * PAGE);
	p = (char *)sys6(SYS_mmap2, 0, PAGE, PROT_READ, MAP_SHARED, fd, 0xfffffffe);
	q = mremap(p, PAGE, 4 * PAGE, MREMAP_MAYMOVE);
	ok(q == MAP_FAILED || !readable(q + 2 * PAGE), "a mapping does not grow around the end");
	if (q == MAP_FAILED)
		munmap(p, PAGE);
	else
		munmap(q, 4 * PAGE);
	close(fd);
}

/* On a 64-bit Linux, i386 programs have 4 GiB: start again in 3, as here and on an i386. */
static void in_three_gib(char **argv)
{
	if (personality(0xffffffff) & ADDR_LIMIT_3GB)
		return;
	personality(ADDR_LIMIT_3GB | ADDR_NO_RANDOMIZE);
	execv(argv[0], argv);
}

int main(int argc, char **argv)
{
	in_three_gib(argv);
	plan(33);
	resize();
	fixed();
	dont_unmap();
	joined();
	several();
	grid();
	shared_and_forked();
	errors();
	end_of_numbers();
	return done();
}
