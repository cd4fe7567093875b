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
 * Instruction counts hide what a write of CR3 costs, so rows that switch between tasks also say how
 * often it was written, as counted by the kernel in /proc/vmstat.
 *
 * Output, one row per line: `bench: NAME VALUE ticks`, and maybe `, N CR3 writes`, or
 * `bench: NAME not available (WHY)`. tools/bench reads it. This file has the rows of process memory
 * itself, bench/ has the others.
 */
#define _GNU_SOURCE
#include "bench/bench.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

ticks_t rdtsc_cost, call_loop_cost, page_loop_cost;
char program_directory[256];

/* Shared with forked children: how they report. */
static struct report {
	volatile ticks_t ticks;
	volatile unsigned int yields;
	volatile int ready, stop;
} *report;

/* -------------------------------------------------------------------------------- rows */

void row_cr3(const char *name, ticks_t total, unsigned long count, long cr3, unsigned long ops)
{
	ticks_t tenths = (total * 10 + count / 2) / count;
	char line[100];
	int length = snprintf(line, sizeof(line), "bench: %-28s %9llu.%llu ticks", name,
			      (unsigned long long)(tenths / 10), (unsigned long long)(tenths % 10));

	if (cr3 >= 0) {
		unsigned long hundredths = (cr3 * 100 + ops / 2) / ops;

		length += snprintf(line + length, sizeof(line) - length, ", %lu.%02lu CR3 writes",
				   hundredths / 100, hundredths % 100);
	}
	line[length++] = '\n';
	write(1, line, length);
}

void row(const char *name, ticks_t total, unsigned long count)
{
	row_cr3(name, total, count, -1, 1);
}

void unavailable(const char *name, int error)
{
	char line[100];
	int length = snprintf(line, sizeof(line), "bench: %-28s not available (%s)\n", name,
			      error ? strerror(error) : "missing");

	write(1, line, length);
}

void die(const char *what)
{
	dprintf(2, "bench: %s failed\n", what);
	_exit(1);
}

long cr3_writes(void)
{
	static const char label[] = "\ncr3_loads ";
	static char text[8192];
	int fd = open("/proc/vmstat", O_RDONLY);
	ssize_t length = fd < 0 ? 0 : read(fd, text, sizeof(text) - 1);
	char *found;

	if (fd >= 0)
		close(fd);
	text[length < 0 ? 0 : length] = '\0';
	found = strstr(text, label);
	return found ? atol(found + sizeof(label) - 1) : -1;
}

void measure(const char *name, ticks_t (*fn)(void *), void *arg, unsigned long count)
{
	ticks_t best = ENDLESS;
	long before, cr3 = -1;

	for (int i = 0; i < REPEATS; i++)
		best = least(best, fn(arg));
	before = cr3_writes();
	if (before >= 0) {
		fn(arg);
		cr3 = cr3_writes() - before;
	}
	row_cr3(name, minus(best, rdtsc_cost), count, cr3, count);
}

/* ------------------------------------------------------------------------- the timed loops */

ticks_t time_writes(char *p, unsigned long pages)
{
	char *end = p + pages * PAGE_SIZE;
	ticks_t start = rdtsc();

	__asm__ volatile("1:\tmovb $1, (%0)\n\taddl $4096, %0\n\tcmpl %1, %0\n\tjne 1b"
			 : "+r"(p) : "r"(end) : "memory", "cc");
	return rdtsc() - start;
}

ticks_t time_reads(char *p, unsigned long pages)
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

void map_fixed(unsigned long address, unsigned long length)
{
	long p = sys6(SYS_mmap2, address, length, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);

	if (p != (long)address)
		die("mmap");
}

void unmap(unsigned long address, unsigned long length)
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

#define CHILDREN 10			/* to count their switches */

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
	ticks_t best = minus(least_fork_exit_wait(REPEATS * 3), rdtsc_cost);
	long before = cr3_writes();

	if (before >= 0)
		least_fork_exit_wait(CHILDREN);
	row_cr3("fork-exit-wait", best, 1, before < 0 ? -1 : cr3_writes() - before, CHILDREN);
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
	unsigned long switched = 1;
	long child = sys0(SYS_fork), cr3;

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
	cr3 = cr3_writes();
	if (cr3 >= 0) {
		unsigned int before = report->yields;

		time_calls(SYS_sched_yield);
		cr3 = cr3_writes() - cr3;
		switched = CALLS + report->yields - before;
	}
	report->stop = 1;
	sys4(SYS_wait4, child, 0, 0, 0);
	row_cr3("sched-yield-between", best, calls, cr3, switched);
}

/* part - run some rows in a child, so that one that this system cannot do ends only itself. */
static void part(const char *name, void (*rows)(void))
{
	int status = 0;
	long child = sys0(SYS_fork);

	if (child == 0) {
		rows();
		_exit(0);
	}
	if (child < 0 || sys4(SYS_wait4, child, (long)&status, 0, 0) != child)
		die("fork");
	if (WIFSIGNALED(status))
		dprintf(1, "bench: the other rows of %s: killed by signal %d\n", name,
			WTERMSIG(status));
	else if (status)
		dprintf(1, "bench: the other rows of %s: given up\n", name);
}

/* find_out - where we are, and make /proc tell what it can when there is nobody else to. */
static void find_out(const char *argv0)
{
	const char *slash = strrchr(argv0, '/');

	if (slash)
		snprintf(program_directory, sizeof(program_directory), "%.*s",
			 (int)(slash + 1 - argv0), argv0);
	if (getpid() == 1) {
		mkdir("/proc", 0555);
		mount("proc", "/proc", "proc", 0, NULL);
	}
}

int main(int argc, char **argv)
{
	long one_cpu = 1;

	find_out(argv[0]);
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
	part("pipes", bench_pipes);
	part("threads", bench_threads);
	part("exec", bench_exec);
	part("signals", bench_signals);
	part("files", bench_files);
	part("areas", bench_areas);
	return 0;
}
