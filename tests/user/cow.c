/* SPDX-License-Identifier: MIT */
/* Copy-on-write: what one side of a fork writes, the other must never see. */
#include "tap.h"

#include <fcntl.h>
#include <sched.h>

#define PAGES 600	/* more than half of what one page table maps */
#define NESTING 5

static volatile int *shared;
static int data_word = 1;
static int bss_word;

static int *word(char *base, int page)
{
	return (int *)(base + page * PAGE + page % 1000 * 4);
}

static void fill(char *base, int tag)
{
	for (int i = 0; i < PAGES; i++)
		*word(base, i) = tag + i;
}

static int count_matching(char *base, int tag)
{
	int good = 0;

	for (int i = 0; i < PAGES; i++)
		good += *word(base, i) == tag + i;
	return good;
}

static void wait_for(int step)
{
	while (shared[0] < step)
		sched_yield();
}

/* Parent and child take turns writing and looking, by steps in shared memory. */
static void test_independence(char *base)
{
	int status;
	pid_t child;

	fill(base, 1000);
	shared[0] = 0;
	child = fork();
	if (child == 0) {
		shared[1] = count_matching(base, 1000);
		fill(base, 50000);
		data_word = bss_word = 2;
		shared[0] = 1;
		wait_for(2);
		shared[2] = count_matching(base, 50000);
		_exit(data_word == 2 && bss_word == 2);
	}
	wait_for(1);
	is(count_matching(base, 1000), PAGES, "the child's writes do not reach the parent");
	ok(data_word == 1 && bss_word == 0, "nor do its writes to .data and .bss");
	fill(base, 90000);
	data_word = bss_word = 3;
	shared[0] = 2;
	is(waitpid(child, &status, 0), child, "the child ends");
	exits(status, 1, "the child kept its own .data and .bss");
	is(shared[1], PAGES, "the child began with the parent's bytes");
	is(shared[2], PAGES, "the parent's writes do not reach the child");
	is(count_matching(base, 90000), PAGES, "the parent sees its own");
}

/* Each generation writes its own tag, forks, and checks the tag after its descendants are done. */
static int generation(char *base, int depth)
{
	int status;
	pid_t child;

	fill(base, depth * 10000);
	if (depth == NESTING)
		return 0;
	child = fork();
	if (child == 0)
		_exit(generation(base, depth + 1));
	if (waitpid(child, &status, 0) != child || status)
		return 1;
	return count_matching(base, depth * 10000) != PAGES;
}

/* Write to half of the pages only: the other half stays shared, and must outlive the other side. */
static void test_partial(char *base)
{
	int good = 0;
	pid_t child;

	fill(base, 7);
	child = fork();
	if (child == 0) {
		for (int i = 0; i < PAGES; i += 2)
			*word(base, i) = -1;
		_exit(0);
	}
	for (int i = 1; i < PAGES; i += 2)
		*word(base, i) = 8;
	waitpid(child, NULL, 0);
	for (int i = 0; i < PAGES; i++)
		good += *word(base, i) == (i % 2 ? 8 : 7 + i);
	is(good, PAGES, "each side writes half of the pages");
}

/* read(2) stores into a page that is still shared with the child: the kernel must break the sharing
 * just as a store by the program would. */
static void test_kernel_write(char *base)
{
	int fd = open("/dev/zero", O_RDONLY), status;
	pid_t child;

	memset(base, 'x', 2 * PAGE);
	shared[0] = 0;
	child = fork();
	if (child == 0) {
		wait_for(1);
		_exit(base[0] == 'x' && base[PAGE] == 'x' && base[2 * PAGE - 1] == 'x');
	}
	is(read(fd, base + PAGE - 8, 16), 16, "read(2) into copy-on-write pages");
	shared[0] = 1;
	waitpid(child, &status, 0);
	exits(status, 1, "leaves the child's copy alone");
	ok(base[PAGE - 9] == 'x' && !base[PAGE - 8] && !base[PAGE + 7] && base[PAGE + 8] == 'x',
	   "and writes exactly the parent's bytes");
	close(fd);
}

/* A page that was only read is the shared zero page; after a fork it must still read zero on the
 * side that did not write. */
static void test_zero_page(void)
{
	char *base = map(4, PROT_READ | PROT_WRITE, MAP_PRIVATE);
	int status, sum = load(base) + load(base + PAGE);
	pid_t child = fork();

	if (child == 0) {
		memset(base, 1, 4 * PAGE);
		_exit(0);
	}
	waitpid(child, &status, 0);
	exits(status, 0, "the child writes to pages read as zero before the fork");
	for (unsigned long i = 0; i < 4 * PAGE; i++)
		sum += load(base + i);
	is(sum, 0, "they stay zero in the parent");
	munmap(base, 4 * PAGE);
}

/* MAP_SHARED is the opposite: both see both. */
static void test_shared(void)
{
	volatile int *p = shared_pages(3);
	pid_t child = fork();

	if (child == 0) {
		p[0] = 11;
		p[PAGE / 2] = 22;
		_exit(0);
	}
	waitpid(child, NULL, 0);
	ok(p[0] == 11 && p[PAGE / 2] == 22, "shared anonymous memory is not copied");
	munmap((void *)p, 3 * PAGE);
}

/* Many forks in a row with a write by the last owner each time: the frame is used again. */
static void test_reuse(char *base)
{
	int good = 0;

	for (int i = 0; i < 50; i++) {
		pid_t child = fork();

		if (child == 0)
			_exit(0);
		waitpid(child, NULL, 0);
		*word(base, 3) = i;
		good += *word(base, 3) == i;
	}
	is(good, 50, "writes by the last owner, fifty times over");
}

int main(void)
{
	char *base = map(PAGES, PROT_READ | PROT_WRITE, MAP_PRIVATE);

	shared = shared_pages(1);
	plan(16);
	test_independence(base);
	is(generation(base, 1), 0, "five generations keep their own bytes");
	test_partial(base);
	test_kernel_write(base);
	test_zero_page();
	test_shared();
	test_reuse(base);
	return done();
}
