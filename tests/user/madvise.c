/* SPDX-License-Identifier: MIT */
/* madvise.c - hints about the use of memory and questions about it: madvise, mincore, msync. */
#include "tap.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "grid.h"
#include "rawsys.h"

#define RW (PROT_READ | PROT_WRITE)

static const char *self;

static void advice(void)
{
	char *p = map(8, RW, MAP_PRIVATE);

	for (int i = 0; i < 8; i++)
		p[i * PAGE] = 'a' + i;
	ok(madvise(p + 2 * PAGE, 2 * PAGE, MADV_DONTNEED) == 0 && p[2 * PAGE] == 0 &&
	   p[PAGE] == 'b' && p[4 * PAGE] == 'e', "MADV_DONTNEED: those pages are zeroes again");
	ok(madvise(p, 8 * PAGE, MADV_WILLNEED) == 0 && p[PAGE] == 'b', "MADV_WILLNEED is a hint");
	ok(madvise(p, 0, MADV_DONTNEED) == 0, "length 0");
	errno = 0;
	ok(madvise(p + 1, PAGE, MADV_NORMAL) == -1 && errno == EINVAL, "not aligned: EINVAL");
	errno = 0;
	ok(madvise(p, PAGE, 12345) == -1 && errno == EINVAL, "unknown advice: EINVAL");
	munmap(p + 6 * PAGE, PAGE);
	errno = 0;
	ok(madvise(p + 5 * PAGE, 3 * PAGE, MADV_DONTNEED) == -1 && errno == ENOMEM,
	   "over a hole: ENOMEM");
	ok(p[5 * PAGE] == 0 && p[7 * PAGE] == 0, "but the rest is done");
	munmap(p, 8 * PAGE);
}

static void residence(void)
{
	char *p = map(4, RW, MAP_PRIVATE);
	unsigned char vec[4];

	p[PAGE] = 1;
	p[3 * PAGE] = 1;
	ok(mincore(p, 4 * PAGE, vec) == 0 && !(vec[0] & 1) && (vec[1] & 1) && !(vec[2] & 1) &&
	   (vec[3] & 1), "mincore knows the touched pages");
	errno = 0;
	ok(mincore(p, 4 * PAGE, (void *)8) == -1 && errno == EFAULT, "mincore: bad pointer");
	ok(msync(p, 4 * PAGE, MS_SYNC) == 0, "msync of a mapping");
	errno = 0;
	ok(msync(p, PAGE, MS_SYNC | MS_ASYNC) == -1 && errno == EINVAL, "msync: both ways: EINVAL");
	munmap(p + PAGE, PAGE);
	errno = 0;
	ok(mincore(p, 4 * PAGE, vec) == -1 && errno == ENOMEM, "mincore over a hole: ENOMEM");
	errno = 0;
	ok(msync(p, 4 * PAGE, MS_ASYNC) == -1 && errno == ENOMEM, "msync over a hole: ENOMEM");
	munmap(p, 4 * PAGE);
}

/* What a child gets of memory that is not for it, is wiped, and is neither. */
static int forked(void *arg)
{
	char *p = arg;

	if (readable(p + 3 * PAGE) || p[5 * PAGE] != 0 || p[7 * PAGE] != 'h')
		return 1;
	/* What is not there leaves room for something else, the highest there is. */
	return mmap(NULL, PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != p + 3 * PAGE;
}

static void fork_advice(void)
{
	char *p = map(8, RW, MAP_PRIVATE);

	for (int i = 0; i < 8; i++)
		p[i * PAGE] = 'a' + i;
	is(madvise(p + 2 * PAGE, 2 * PAGE, MADV_DONTFORK), 0, "MADV_DONTFORK");
	is(madvise(p + 2 * PAGE, PAGE, MADV_DOFORK), 0, "MADV_DOFORK");
	is(madvise(p + 4 * PAGE, 4 * PAGE, MADV_WIPEONFORK), 0, "MADV_WIPEONFORK");
	is(madvise(p + 7 * PAGE, PAGE, MADV_KEEPONFORK), 0, "MADV_KEEPONFORK");
	exits(in_child(forked, p), 0, "a child has a hole, zeroes, and the rest");
	is(p[3 * PAGE] + p[5 * PAGE], 'd' + 'f', "nothing is lost here");
	munmap(p, 8 * PAGE);
}

static char *const base = (char *)0x20000000;

/* Two pages of each kind at base + PAGE, a page of another at base + 4 * PAGE. */
static const struct kind {
	const char *name;
	int prot, flags;
	const char *path;
} kinds[] = {
	{ "private", RW, MAP_PRIVATE | MAP_ANONYMOUS, NULL },
	{ "shared", RW, MAP_SHARED | MAP_ANONYMOUS, NULL },
	{ "stack", RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_GROWSDOWN, NULL },
	{ "read-only", PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, NULL },
	{ "no rights", PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, NULL },
	{ "file", RW, MAP_PRIVATE, "" },
	{ "shared file", PROT_READ, MAP_SHARED, "" },
	{ "/dev/zero", RW, MAP_PRIVATE, "/dev/zero" },
};

static void layout(const struct kind *kind)
{
	int fd = kind->path ? open(*kind->path ? kind->path : self, O_RDONLY) : -1;

	munmap(base, 16 * PAGE);
	mmap(base + PAGE, 2 * PAGE, kind->prot, kind->flags | MAP_FIXED, fd, 0);
	mmap(base + 4 * PAGE, PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	close(fd);
}

/* A call for all kinds of ranges, with each kind of memory. */
static void ranges(const char *name, long nr, long arg)
{
	static const unsigned long lens[] = { 0, 1, PAGE, 2 * PAGE, 4 * PAGE, 0x50000000 };
	char row[32];

	for (unsigned int k = 0; k < COUNT(kinds); k++) {
		layout(&kinds[k]);
		for (int at = 0; at < 4; at++) {
			for (unsigned int i = 0; i < COUNT(lens); i++)
				cell(sys3(nr, (long)base + at * PAGE, lens[i], arg));
			end_group();
		}
		cell(sys3(nr, (long)base + PAGE + 1, 0, arg));
		cell(sys3(nr, (long)base + PAGE + 1, PAGE, arg));
		cell(sys3(nr, KERNEL_ADDRESS, 0, arg));
		cell(sys3(nr, KERNEL_ADDRESS - PAGE, PAGE, arg));
		snprintf(row, sizeof(row), "%s %ld, %s", name, arg, kinds[k].name);
		end_row(row);
	}
}

/* What others use of a file is not told to whom it does not belong. */
static int residence_of_a_file(void *path)
{
	unsigned char vec[2] = { 8, 8 };
	int fd = open(path, O_RDONLY);
	char *p = mmap(NULL, 2 * PAGE, PROT_READ, MAP_PRIVATE, fd, 0);

	if (setuid(1000) || mincore(p, 2 * PAGE, vec))
		return 9;
	return vec[0] | vec[1] << 1;
}

static void others(void)
{
	char name[] = "/tmp/nopage-XXXXXX";
	int fd = mkstemp(name);

	ftruncate(fd, 2 * PAGE);
	if (geteuid()) {
		ok(1, "mincore of another's file # SKIP only for root");
		ok(1, "of one that may be written # SKIP only for root");
	} else {
		exits(in_child(residence_of_a_file, name), 3, "mincore of another's file: all");
		fchmod(fd, 0666);
		exits(in_child(residence_of_a_file, name), 0, "of one that may be written: none");
	}
	unlink(name);
	close(fd);
}

static void grid(void)
{
	static const int advice[] = {
		-1, MADV_NORMAL, MADV_RANDOM, MADV_SEQUENTIAL, MADV_WILLNEED, MADV_DONTNEED, 5, 6, 7,
		MADV_FREE, MADV_DONTFORK, MADV_DOFORK, MADV_DONTDUMP, MADV_DODUMP, MADV_WIPEONFORK,
		MADV_KEEPONFORK, MADV_COLD, MADV_PAGEOUT, 24, 26, 99, 104, 0x10000,
	};

	say("# hole, area, its second page, hole: for each 0, 1, 1 page, 2, 4, many; the rest is bad");
	for (unsigned int i = 0; i < COUNT(advice); i++)
		ranges("madvise", SYS_madvise, advice[i]);
	for (int flags = 0; flags < 10; flags++)
		ranges("msync", SYS_msync, flags);
	munmap(base, 16 * PAGE);
}

int main(int argc, char **argv)
{
	(void)argc;
	self = argv[0];
	plan(22);
	advice();
	residence();
	fork_advice();
	others();
	is(sys3(SYS_madvise, (long)&self & -PAGE, -1, MADV_COLD), -EINVAL, "a length that wraps");
	grid();
	return done();
}
