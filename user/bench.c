/* SPDX-License-Identifier: MIT */
/* bench - what the operations of process memory cost, in ticks of the time stamp counter.
 *
 * Under QEMU's -icount shift=0 one tick is one guest instruction, so the figures are instructions
 * per operation, exact and repeatable. The same binary runs on Linux.
 *
 * Method: a row repeats its operation in a tight loop, the loop is timed by rdtsc, and the least of
 * several repetitions counts, after at least one that warms up caches (and leaves out the rounds
 * that the timer interrupted). Subtracted is only what measuring costs: the pair of rdtsc, and the
 * same loop when there is nothing to do in it (pages already present, no system call). What libc
 * would add is left out: system calls are bare `int $0x80`. Costs that arise once per page table
 * (1,024 pages) are kept out of the page rows by a page that stays present beside them.
 *
 * Output: `bench: NAME VALUE UNIT`, one row per line, with one decimal. `make bench` reads it.
 */
#define _GNU_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "rawsys.h"

#define PAGE_SIZE 4096UL
#define PAGES 256UL			/* per timed loop: 1 MiB */
#define CALLS 1000			/* system calls per timed loop */
#define REPEATS 7
#define MIB (1024 * 1024UL)
#define ARENA_ADDRESS 0x50000000UL	/* on a 4 MiB boundary: one page table */
#define BIG_ADDRESS 0x60000000UL
#define ENDLESS UINT64_MAX

typedef uint64_t ticks_t;

static char *const arena = (char *)ARENA_ADDRESS + PAGE_SIZE;
static ticks_t rdtsc_cost, call_loop_cost, page_loop_cost;

/* Shared with forked children: how they report. */
static struct report {
	volatile ticks_t ticks;
	volatile unsigned int yields;
	volatile int ready, stop;
} *report;

static inline ticks_t rdtsc(void)
{
	ticks_t t;

	__asm__ volatile("rdtsc" : "=A"(t) : : "memory");
	return t;
}

static ticks_t least(ticks_t a, ticks_t b)
{
	return a < b ? a : b;
}

static ticks_t minus(ticks_t a, ticks_t b)
{
	return a > b ? a - b : 0;
}

/* row - print total/count as one row, rounded to one decimal. */
static void row(const char *name, ticks_t total, unsigned long count)
{
	ticks_t tenths = (total * 10 + count / 2) / count;
	char line[80];
	int length = snprintf(line, sizeof(line), "bench: %-28s %9llu.%llu ticks\n", name,
			      (unsigned long long)(tenths / 10), (unsigned long long)(tenths % 10));

	write(1, line, length);
}

static void die(const char *what)
{
	dprintf(2, "bench: %s failed\n", what);
	_exit(1);
}

/* ------------------------------------------------------------------------- the timed loops */

/* One store per page; ticks for all of them, with the loop's. */
static __attribute__((noinline)) ticks_t time_writes(char *p, unsigned long pages)
{
	char *end = p + pages * PAGE_SIZE;
	ticks_t start = rdtsc();

	__asm__ volatile("1:\tmovb $1, (%0)\n\taddl $4096, %0\n\tcmpl %1, %0\n\tjne 1b"
			 : "+r"(p) : "r"(end) : "memory", "cc");
	return rdtsc() - start;
}

static __attribute__((noinline)) ticks_t time_reads(char *p, unsigned long pages)
{
	char *end = p + pages * PAGE_SIZE;
	ticks_t start = rdtsc();

	__asm__ volatile("1:\tmovb (%0), %%al\n\taddl $4096, %0\n\tcmpl %1, %0\n\tjne 1b"
			 : "+r"(p) : "r"(end) : "eax", "memory", "cc");
	return rdtsc() - start;
}

/* The same system call without arguments, CALLS times. */
static __attribute__((noinline)) ticks_t time_calls(long nr)
{
	int left = CALLS;
	ticks_t start = rdtsc();

	__asm__ volatile("1:\tmovl %1, %%eax\n\tint $0x80\n\tdecl %0\n\tjne 1b"
			 : "+r"(left) : "r"(nr) : "eax", "memory", "cc");
	return rdtsc() - start;
}

static __attribute__((noinline)) ticks_t time_empty_loop(void)
{
	int left = CALLS;
	ticks_t start = rdtsc();

	__asm__ volatile("1:\tdecl %0\n\tjne 1b" : "+r"(left) : : "cc");
	return rdtsc() - start;
}

/* ------------------------------------------------------------------------------- memory */

static void map_fixed(unsigned long address, unsigned long length)
{
	long p = sys6(SYS_mmap2, address, length, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);

	if (p != (long)address)
		die("mmap");
}

static void unmap(unsigned long address, unsigned long length)
{
	if (sys2(SYS_munmap, address, length))
		die("munmap");
}

static void measure_overhead(void)
{
	rdtsc_cost = call_loop_cost = page_loop_cost = ENDLESS;
	for (int i = 0; i < REPEATS; i++) {
		ticks_t start = rdtsc();

		rdtsc_cost = least(rdtsc_cost, rdtsc() - start);
		call_loop_cost = least(call_loop_cost, time_empty_loop());
	}
	map_fixed((unsigned long)arena, PAGES * PAGE_SIZE);
	for (int i = 0; i < REPEATS; i++)
		page_loop_cost = least(page_loop_cost, time_writes(arena, PAGES));
	unmap((unsigned long)arena, PAGES * PAGE_SIZE);
}

static void bench_faults(void)
{
	ticks_t first = ENDLESS, zero = ENDLESS, after = ENDLESS, unmapping = ENDLESS;

	for (int i = 0; i < REPEATS; i++) {
		ticks_t start;

		map_fixed((unsigned long)arena, PAGES * PAGE_SIZE);
		first = least(first, time_writes(arena, PAGES));
		start = rdtsc();
		unmap((unsigned long)arena, PAGES * PAGE_SIZE);
		unmapping = least(unmapping, rdtsc() - start);

		map_fixed((unsigned long)arena, PAGES * PAGE_SIZE);
		zero = least(zero, time_reads(arena, PAGES));
		after = least(after, time_writes(arena, PAGES));
		unmap((unsigned long)arena, PAGES * PAGE_SIZE);
	}
	row("anonymous-first-write", minus(first, page_loop_cost), PAGES);
	row("zero-page-read", minus(zero, page_loop_cost), PAGES);
	row("write-after-zero-read", minus(after, page_loop_cost), PAGES);
	row("munmap-touched-page", minus(unmapping, rdtsc_cost), PAGES);
}

/* The child copies the pages its parent wrote; when it is gone, the parent writes and is the last
 * owner of its own. */
static void bench_cow(void)
{
	ticks_t copy = ENDLESS, reuse = ENDLESS;

	map_fixed((unsigned long)arena, PAGES * PAGE_SIZE);
	for (int i = 0; i < REPEATS; i++) {
		long child;

		time_writes(arena, PAGES);
		child = sys0(SYS_fork);
		if (child == 0) {
			report->ticks = 0;
			report->ticks = time_writes(arena, PAGES);
			sys1(SYS_exit, 0);
		}
		if (child < 0 || sys4(SYS_wait4, child, 0, 0, 0) != child)
			die("fork");
		copy = least(copy, report->ticks);
		reuse = least(reuse, time_writes(arena, PAGES));
	}
	unmap((unsigned long)arena, PAGES * PAGE_SIZE);
	row("cow-copy", minus(copy, page_loop_cost), PAGES);
	row("cow-reuse", minus(reuse, page_loop_cost), PAGES);
}

static void bench_vma(void)
{
	unsigned long end = sys1(SYS_brk, sys1(SYS_brk, 0) + 4096);	/* there is a heap already */
	ticks_t mapping = ENDLESS, moving = ENDLESS;

	for (int i = 0; i < REPEATS * 10; i++) {
		ticks_t start = rdtsc();
		long p = sys6(SYS_mmap2, 0, 64 * 1024, PROT_READ | PROT_WRITE,
			      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		sys2(SYS_munmap, p, 64 * 1024);
		mapping = least(mapping, rdtsc() - start);

		start = rdtsc();
		sys1(SYS_brk, end + 64 * 1024);
		sys1(SYS_brk, end);
		moving = least(moving, rdtsc() - start);
	}
	row("mmap-munmap-64k", minus(mapping, rdtsc_cost), 1);
	row("brk-grow-shrink-64k", minus(moving, rdtsc_cost), 1);
}

/* --------------------------------------------------------------------------------- tasks */

static ticks_t least_fork_exit_wait(int repeats)
{
	ticks_t best = ENDLESS;

	for (int i = 0; i < repeats; i++) {
		ticks_t start = rdtsc();
		long child = sys0(SYS_fork);

		if (child == 0)
			sys1(SYS_exit, 0);
		if (child < 0 || sys4(SYS_wait4, child, 0, 0, 0) != child)
			die("fork");
		best = least(best, rdtsc() - start);
	}
	return best;
}

static void bench_fork(void)
{
	row("fork-exit-wait", minus(least_fork_exit_wait(REPEATS * 3), rdtsc_cost), 1);
	map_fixed(BIG_ADDRESS, 16 * MIB);
	time_writes((char *)BIG_ADDRESS, 16 * MIB / PAGE_SIZE);
	row("fork-exit-wait-16m", minus(least_fork_exit_wait(REPEATS), rdtsc_cost), 1);
	unmap(BIG_ADDRESS, 16 * MIB);
}

static void bench_calls(void)
{
	ticks_t null = ENDLESS, yield = ENDLESS;

	for (int i = 0; i < REPEATS; i++) {
		null = least(null, time_calls(SYS_getppid));
		yield = least(yield, time_calls(SYS_sched_yield));
	}
	row("null-syscall", minus(null, call_loop_cost), CALLS);
	row("sched-yield-alone", minus(yield, call_loop_cost), CALLS);
}

static void yield_until_stopped(void)
{
	report->ready = 1;
	while (!report->stop) {
		report->yields++;
		sys0(SYS_sched_yield);
	}
	sys1(SYS_exit, 0);
}

/* Two processes yield to one another on one CPU: every call of either is a switch, so the time is
 * shared by the calls of both (the child counts its own, which costs it three instructions). */
static void bench_yield_between(void)
{
	ticks_t best = ENDLESS;
	unsigned long calls = 1;
	long child = sys0(SYS_fork);

	if (child == 0)
		yield_until_stopped();
	while (!report->ready)
		sys0(SYS_sched_yield);
	for (int i = 0; i < REPEATS; i++) {
		unsigned int before = report->yields;
		ticks_t ticks = minus(time_calls(SYS_sched_yield), call_loop_cost);
		unsigned long both = CALLS + report->yields - before;

		if (best == ENDLESS || ticks * calls < best * both) {
			best = ticks;
			calls = both;
		}
	}
	report->stop = 1;
	sys4(SYS_wait4, child, 0, 0, 0);
	row("sched-yield-between", best, calls);
}

int main(void)
{
	long one_cpu = 1;

	/* Keeps both processes of a row on one CPU; a system with one need not know the call. */
	sys3(SYS_sched_setaffinity, 0, sizeof(one_cpu), (long)&one_cpu);
	report = mmap(NULL, PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (report == MAP_FAILED)
		die("mmap");
	memset(report, 0, sizeof(*report));
	map_fixed(ARENA_ADDRESS, PAGE_SIZE);
	time_writes((char *)ARENA_ADDRESS, 1);

	measure_overhead();
	bench_calls();
	bench_faults();
	bench_cow();
	bench_vma();
	bench_fork();
	bench_yield_between();
	return 0;
}
