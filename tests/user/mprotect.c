/* SPDX-License-Identifier: MIT */
/* mprotect: rights per page, splits and merges, violations, errors. */
#include "tap.h"

#include <fcntl.h>

#include "grid.h"
#include "rawsys.h"

#define RW (PROT_READ | PROT_WRITE)

static const char *self;

/* rights - one character per page: w writable, r readable, - neither. Each is tried in a child. */
static const char *rights(char *p, int pages)
{
	static char text[32];

	for (int i = 0; i < pages; i++) {
		if (in_child(write_byte, p + i * PAGE) == 0)
			text[i] = 'w';
		else
			text[i] = readable(p + i * PAGE) ? 'r' : '-';
	}
	text[pages] = '\0';
	return text;
}

static void test_split_and_merge(void)
{
	char *p = map(8, RW, MAP_PRIVATE);

	for (int i = 0; i < 8; i++)
		p[i * PAGE] = 'a' + i;
	is(mprotect(p + 2 * PAGE, 3 * PAGE, PROT_READ), 0, "read-only in the middle");
	is_str(rights(p, 8), "wwrrrwww", "splits the mapping in three");
	is(mprotect(p + 3 * PAGE, PAGE, PROT_NONE), 0, "nothing in the middle of that");
	is_str(rights(p, 8), "wwr-rwww", "splits it further");
	is(mprotect(p + 2 * PAGE, PAGE, RW), 0, "the left part back");
	is_str(rights(p, 8), "www-rwww", "moves the border");
	is(mprotect(p, 8 * PAGE, RW), 0, "all back at once, over all the parts");
	is_str(rights(p, 8), "wwwwwwww", "makes it one again");
	ok(p[0] == 'a' && p[3 * PAGE] == 'd' && p[7 * PAGE] == 'h', "the bytes survived all that");
	munmap(p, 8 * PAGE);
}

static void test_violations(void)
{
	char *p = map(3, RW, MAP_PRIVATE);

	memset(p, 1, 2 * PAGE);
	mprotect(p, 3 * PAGE, PROT_READ);
	killed_by(in_child(write_byte, p), SIGSEGV, "a write to a read-only page");
	killed_by(in_child(write_byte, p + 2 * PAGE), SIGSEGV, "also to one never touched");
	exits(in_child(read_byte, p), 0, "a read is fine");
	mprotect(p, 3 * PAGE, PROT_NONE);
	killed_by(in_child(read_byte, p), SIGSEGV, "a read of an inaccessible page");
	killed_by(in_child(read_byte, p + 2 * PAGE), SIGSEGV, "also of one never touched");
	mprotect(p, 3 * PAGE, RW);
	p[PAGE] = 5;
	ok(p[0] == 1 && p[PAGE] == 5 && p[2 * PAGE] == 0,
	   "with the rights back the bytes are back");
	munmap(p, 3 * PAGE);
}

/* The right to write comes back, but the frame may still be shared: copy-on-write goes on. */
static int write_protected(void *arg)
{
	char *p = arg;

	if (mprotect(p, PAGE, PROT_READ) || mprotect(p, PAGE, RW))
		return 1;
	*p = 'c';
	return *p != 'c';
}

static void test_cow(void)
{
	char *p = map(1, RW, MAP_PRIVATE);

	*p = 'p';
	exits(in_child(write_protected, p), 0, "a child takes and returns a right, then writes");
	is(*p, 'p', "mprotect does not break copy-on-write");
	munmap(p, PAGE);

	p = map(1, RW, MAP_PRIVATE);
	load(p);
	mprotect(p, PAGE, PROT_READ);
	mprotect(p, PAGE, RW);
	*p = 1;
	is(load(map(1, RW, MAP_PRIVATE)), 0, "nor let anybody write to the zero page");
}

static void test_exec(void)
{
	static const char code[] = "\xb8\x2a\x00\x00\x00\xc3";	/* mov $42,%eax; ret */
	char *p = map(1, RW, MAP_PRIVATE);

	memcpy(p, code, sizeof(code));
	is(mprotect(p, PAGE, PROT_READ | PROT_EXEC), 0, "code is made executable");
	is(((int (*)(void))p)(), 42, "and runs");
	munmap(p, PAGE);
}

static void test_file(void)
{
	int fd = open(self, O_RDONLY);
	char *p = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, fd, 0);

	is(mprotect(p, PAGE, RW), 0, "a private mapping of a read-only file may become writable");
	p[0] = 'x';
	is(p[0], 'x', "and is written");
	munmap(p, PAGE);
	p = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0);
	is(memcmp(p, "\177ELF", 4), 0, "the file is unchanged");
	fails(mprotect(p, PAGE, RW), EACCES, "a shared one may not: EACCES");
	munmap(p, PAGE);
	close(fd);
}

static void test_errors(void)
{
	char *p = map(5, RW, MAP_PRIVATE);

	is(sys3(SYS_mprotect, (long)p + 1, PAGE, PROT_READ), -EINVAL,
	   "an unaligned address: EINVAL");
	is(mprotect(p, 0, PROT_NONE), 0, "length 0 changes nothing");
	is(sys3(SYS_mprotect, (long)p, PAGE, 0x40), -EINVAL, "unknown rights: EINVAL");
	is(sys3(SYS_mprotect, 0x40000000, 0xd0000000, PROT_READ), -ENOMEM,
	   "a range around the end of memory: ENOMEM");
	munmap(p + 2 * PAGE, PAGE);
	fails(mprotect(p, 5 * PAGE, PROT_READ), ENOMEM, "a range with a hole: ENOMEM");
	is_str(rights(p, 5), "rr-ww", "the part before the hole is changed");
	fails(mprotect(p + 2 * PAGE, PAGE, PROT_READ), ENOMEM, "only a hole: ENOMEM");
	is(sys3(SYS_mprotect, KERNEL_ADDRESS - PAGE, PAGE, PROT_READ), -ENOMEM,
	   "the kernel's part: ENOMEM");
	munmap(p, 5 * PAGE);
}

/* hole, plain, plain, hole, stack, stack, read-only shared, hole, stack */
static char *const base = (char *)0x20000000;

static void layout(void)
{
	static const struct {
		int page, pages, prot, flags;
	} areas[] = {
		{ 1, 2, RW, MAP_PRIVATE | MAP_ANONYMOUS },
		{ 4, 2, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_GROWSDOWN },
		{ 6, 1, PROT_READ, MAP_SHARED },
		{ 8, 1, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_GROWSDOWN },
	};
	int fd = open(self, O_RDONLY);

	munmap(base, 16 * PAGE);
	for (unsigned int i = 0; i < COUNT(areas); i++)
		mmap(base + areas[i].page * PAGE, areas[i].pages * PAGE, areas[i].prot,
		     areas[i].flags | MAP_FIXED, fd, 0);
	close(fd);
}

/* Every place, every length, every right. */
static void grid(void)
{
	static const unsigned long lens[] = { 0, 1, PAGE, 2 * PAGE, 3 * PAGE, 5 * PAGE, 0x50000000 };
	static const int prots[] = {
		0, PROT_READ, RW, 8, 0x10, 0x100, 1 << 31,
		PROT_GROWSDOWN, PROT_GROWSDOWN | RW, PROT_GROWSUP, PROT_GROWSDOWN | PROT_GROWSUP,
		PROT_GROWSDOWN | 0x10, PROT_GROWSUP | 0x10, PROT_GROWSDOWN | PROT_GROWSUP | 0x10,
	};
	char name[32];

	say("# mprotect: the rights 0, 1, 3, 8, 0x10 ...; growing down, up, both; with a bad right");
	for (int half = 0; half < 20; half++) {
		char *at = base + half / 2 * PAGE + half % 2;

		if (half % 2 && half != 3)
			continue;
		for (unsigned int len = 0; len < COUNT(lens); len++) {
			for (unsigned int prot = 0; prot < COUNT(prots); prot++) {
				layout();
				cell(sys3(SYS_mprotect, (long)at, lens[len], prots[prot]));
			}
			snprintf(name, sizeof(name), "%p, %#lx", at, lens[len]);
			end_row(name);
		}
	}
}

static void test_growing(void)
{
	layout();
	is(mprotect(base + 5 * PAGE, PAGE, PROT_READ | PROT_GROWSDOWN), 0,
	   "the end of a stack, with PROT_GROWSDOWN");
	is_str(rights(base + PAGE, 7), "ww-rrr-", "is changed from its start");
	is(mprotect(base, 2 * PAGE, RW), -1, "not from a hole");
	is(mprotect(base + 3 * PAGE, 2 * PAGE, RW | PROT_GROWSDOWN), 0, "but to a stack in sight");
	is_str(rights(base + PAGE, 7), "ww-wrr-", "is changed from its start, but to the given end");
	grid();
	munmap(base, 16 * PAGE);
}

int main(int argc, char **argv)
{
	(void)argc;
	self = argv[0];
	plan(37);
	test_split_and_merge();
	test_violations();
	test_cow();
	test_exec();
	test_file();
	test_errors();
	test_growing();
	return done();
}
