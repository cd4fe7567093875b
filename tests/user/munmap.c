/* SPDX-License-Identifier: MIT */
/* munmap: holes, splits at both ends, several mappings at once, errors. */
#include "tap.h"

#include "rawsys.h"

#define RW (PROT_READ | PROT_WRITE)

/* marked - so many pages, each beginning with its own letter. */
static char *marked(int pages)
{
	char *p = map(pages, RW, MAP_PRIVATE);

	for (int i = 0; i < pages; i++)
		p[i * PAGE] = 'a' + i % 26;
	return p;
}

/* layout - one character per page: its letter, or '.' where nothing is mapped. */
static const char *layout(char *p, int pages)
{
	static char text[64];

	for (int i = 0; i < pages; i++)
		text[i] = readable(p + i * PAGE) ? p[i * PAGE] : '.';
	text[pages] = '\0';
	return text;
}

static void test_parts(void)
{
	char *p = marked(10);

	is(munmap(p + 4 * PAGE, 2 * PAGE), 0, "a hole in the middle");
	is_str(layout(p, 10), "abcd..ghij", "splits the mapping in two");
	is(munmap(p, PAGE), 0, "the first page");
	is(munmap(p + 9 * PAGE, PAGE), 0, "the last page");
	is_str(layout(p, 10), ".bcd..ghi.", "shorten the two");
	is(munmap(p + 2 * PAGE, 6 * PAGE), 0, "a range over both and the hole");
	is_str(layout(p, 10), ".b......i.", "leaves their outer pages");
	is(munmap(p, 10 * PAGE), 0, "the whole range, holes and all");
	is_str(layout(p, 10), "..........", "leaves nothing");
	is(munmap(p, 10 * PAGE), 0, "unmapping nothing is no error");
}

static void test_remap(void)
{
	char *p = marked(6), *q;

	munmap(p + 2 * PAGE, 2 * PAGE);
	q = mmap(p + 2 * PAGE, 2 * PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	ok(q == p + 2 * PAGE && !q[0] && !q[PAGE], "a hole filled again holds fresh pages");
	q[0] = 'y';
	q[PAGE] = 'z';
	is_str(layout(p, 6), "abyzef", "between the old ones");
	munmap(p, 6 * PAGE);
}

static void test_rounding(void)
{
	char *p = marked(4);

	is(munmap(p, 1), 0, "a length of 1 unmaps a page");
	is_str(layout(p, 4), ".bcd", "just one");
	is(munmap(p + PAGE, PAGE + 1), 0, "a page and one byte");
	is_str(layout(p, 4), "...d", "are two pages");
	munmap(p, 4 * PAGE);
}

/* Fork copies a mapping with holes; each side then unmaps its own. */
static int unmap_in_child(void *arg)
{
	char *p = arg;

	munmap(p + 3 * PAGE, 2 * PAGE);
	return strcmp(layout(p, 8), "a.c..fgh");
}

static void test_fork(void)
{
	char *p = marked(8);

	munmap(p + PAGE, PAGE);
	exits(in_child(unmap_in_child, p), 0, "a child inherits the holes and makes its own");
	is_str(layout(p, 8), "a.cdefgh", "the parent's mapping is as it was");
	munmap(p, 8 * PAGE);
}

static void test_errors(void)
{
	char *p = marked(2);

	fails(munmap(p + 1, PAGE), EINVAL, "an unaligned address: EINVAL");
	fails(munmap(p, 0), EINVAL, "length 0: EINVAL");
	is(sys2(SYS_munmap, (long)p, 0xfffff000), -EINVAL,
	   "a range around the end of memory: EINVAL");
	is(sys2(SYS_munmap, KERNEL_ADDRESS, PAGE), -EINVAL, "the kernel's part: EINVAL");
	is(sys2(SYS_munmap, (long)p, 0xffffffff), -EINVAL, "a length that wraps: EINVAL");
	is_str(layout(p, 2), "ab", "after which everything is still there");
	munmap(p, 2 * PAGE);
}

/* A large touched range taken down and put up again: always zero. */
static void test_large(void)
{
	unsigned long pages = 1500, dirty = 0;

	for (int round = 0; round < 3; round++) {
		char *p = map(pages, RW, MAP_PRIVATE);

		for (unsigned long i = 0; i < pages; i++) {
			dirty += p[i * PAGE + 8] != 0;
			p[i * PAGE + 8] = 1;
		}
		munmap(p, pages * PAGE);
	}
	is(dirty, 0, "memory given back never comes back with old bytes");
}

int main(void)
{
	plan(25);
	test_parts();
	test_remap();
	test_rounding();
	test_fork();
	test_errors();
	test_large();
	return done();
}
