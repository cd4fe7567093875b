/* SPDX-License-Identifier: MIT */
/* brk: the heap grows and shrinks by moving one address. Bare calls: libc's malloc uses brk too. */
#include "tap.h"

#include <sys/resource.h>

#include "rawsys.h"

#define ALIGN(x) (((x) + PAGE - 1) & ~(PAGE - 1))

static unsigned long brk_to(unsigned long address)
{
	return sys1(SYS_brk, address);
}

static void test_grow(unsigned long start)
{
	volatile char *p = (char *)ALIGN(start);
	unsigned long end = (unsigned long)p + 16 * PAGE, dirty = 0;

	is(brk_to(end) - end, 0, "growing returns the new end");
	is(brk_to(0) - end, 0, "asking returns it, too");
	for (unsigned long i = 0; i < 16 * PAGE; i++)
		dirty += p[i] != 0;
	is(dirty, 0, "the new heap is zero");
	for (int i = 0; i < 16; i++)
		p[i * PAGE] = i + 1;
	killed_by(in_child(read_byte, (void *)end), SIGSEGV, "behind the end nothing is mapped");

	is(brk_to(end - 8 * PAGE) - (end - 8 * PAGE), 0, "shrinking returns the new end");
	killed_by(in_child(read_byte, (void *)(end - 8 * PAGE)), SIGSEGV,
		  "what was cut off is gone");
	is(p[7 * PAGE], 8, "what is left keeps its bytes");
	brk_to(end);
	is(p[8 * PAGE], 0, "grown again, the heap is zero there");
	is(p[7 * PAGE], 8, "and as before below");
}

static void test_bytes(unsigned long start)
{
	unsigned long base = ALIGN(start);
	volatile char *p = (char *)base;

	is(brk_to(base + 1) - base, 1, "an end inside a page is kept as given");
	p[PAGE - 1] = 9;
	is(p[PAGE - 1], 9, "the whole page is there");
	is(brk_to(base + 5) - base, 5, "moving inside the page");
	is(p[PAGE - 1], 9, "changes nothing in it");
	is(brk_to(base + PAGE + 1) - base, PAGE + 1, "moving on");
	is(p[PAGE], 0, "adds a zero page");
}

static int child_moves(void *arg)
{
	unsigned long end = brk_to(0);
	volatile char *p = arg;

	if (brk_to(end + 4 * PAGE) != end + 4 * PAGE)
		return 1;
	p[0] = 'c';
	return 0;
}

static void test_fork(unsigned long start)
{
	volatile char *p = (char *)ALIGN(start);
	unsigned long end = ALIGN(start) + PAGE;

	brk_to(end);
	p[0] = 'p';
	exits(in_child(child_moves, (void *)p), 0, "a child moves its own end");
	is(brk_to(0) - end, 0, "the parent's stays");
	is(p[0], 'p', "and so do its bytes");
}

static void test_refused(unsigned long start)
{
	unsigned long end = ALIGN(start) + PAGE;
	void *wall;

	brk_to(end);
	is(brk_to(1) - end, 0, "an end below the heap's start is refused: the old end comes back");
	is(brk_to(0xfffff000) - end, 0, "an end in the kernel's part is refused");
	is(brk_to(0xffffffff) - end, 0, "the very last address is refused");
	wall = mmap((void *)(end + 8 * PAGE), PAGE, PROT_READ,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED,
		    -1, 0);
	is(brk_to(end + 20 * PAGE) - end, 0, "an end beyond another mapping is refused");
	is(brk_to(end + 8 * PAGE) - end, 0, "one right at it, too: a page is left between");
	is(brk_to(end + 7 * PAGE) - end, 7 * PAGE, "one before that is not");
	munmap(wall, PAGE);
	is(brk_to(start) - start, 0, "back to where it began");
}

/* A hole made by munmap in the heap does not stop brk from moving over it. */
static void test_hole(unsigned long start)
{
	unsigned long base = ALIGN(start);
	volatile char *p = (char *)base;

	brk_to(base + 6 * PAGE);
	p[5 * PAGE] = 1;
	munmap((void *)(base + 2 * PAGE), PAGE);
	ok(!readable((void *)(p + 2 * PAGE)), "munmap makes a hole in the heap");
	is(brk_to(base + PAGE) - base, PAGE, "shrinking over it works");
	is(brk_to(base + 6 * PAGE) - base, 6 * PAGE, "growing again, too");
	is(p[2 * PAGE] + p[5 * PAGE], 0, "and all is zero");
	brk_to(start);
}

int main(void)
{
	unsigned long start = brk_to(0);

	plan(30);
	ok(start > 0x08048000 && start < 0xc0000000, "the heap begins behind the program");
	test_grow(start);
	brk_to(start);
	test_bytes(start);
	test_fork(start);
	test_refused(start);
	test_hole(start);
	return done();
}
