/* SPDX-License-Identifier: MIT */
/* What the rows of the benchmark share: the clock, the timed loops, how a row is printed. */
#ifndef USER_BENCH_H
#define USER_BENCH_H

#include <stdint.h>

#include "../rawsys.h"

#define PAGE_SIZE 4096UL
#define PAGES 256UL			/* per timed loop: 1 MiB */
#define CALLS 1000			/* system calls per timed loop */
#define REPEATS 7
#define MIB (1024 * 1024UL)
#define ARENA_ADDRESS 0x50000000UL	/* on a 4 MiB boundary: one page table */
#define BIG_ADDRESS 0x60000000UL
#define ENDLESS UINT64_MAX

typedef uint64_t ticks_t;

/* Memory for a row, behind one page that stays present so that the page table exists. */
static char *const arena = (char *)ARENA_ADDRESS + PAGE_SIZE;

/* What measuring itself costs; measure_overhead() finds out. */
extern ticks_t rdtsc_cost, call_loop_cost, page_loop_cost;

static inline ticks_t rdtsc(void)
{
	ticks_t t;

	__asm__ volatile("rdtsc" : "=A"(t) : : "memory");
	return t;
}

static inline ticks_t least(ticks_t a, ticks_t b)
{
	return a < b ? a : b;
}

static inline ticks_t minus(ticks_t a, ticks_t b)
{
	return a > b ? a - b : 0;
}

/* row - print total/count as one row, rounded to one decimal. */
void row(const char *name, ticks_t total, unsigned long count);
/* row_cr3 - the same with how often CR3 was written per operation: cr3 times for `ops` of them;
 * cr3 < 0: not known. Integers, because a task that uses the FPU has it saved by switches and
 * signals. */
void row_cr3(const char *name, ticks_t total, unsigned long count, long cr3, unsigned long ops);
/* unavailable - the row of an operation that this system cannot do. error: errno, or 0. */
void unavailable(const char *name, int error);
/* die - end the program, or the part of it that runs in a child. */
void die(const char *what) __attribute__((noreturn));
/* cr3_writes - by all switches since boot, from /proc/vmstat; -1 where nobody counts them. */
long cr3_writes(void);

/* measure - least of REPEATS times fn(arg), which does count operations and returns their ticks.
 * One time more, unmeasured, tells the CR3 writes; prints the row. */
void measure(const char *name, ticks_t (*fn)(void *), void *arg, unsigned long count);

/* One store or load per page; ticks for all of them, with the loop's. */
ticks_t time_writes(char *p, unsigned long pages);
ticks_t time_reads(char *p, unsigned long pages);

/* Anonymous private memory at this address, or the end of the program. */
void map_fixed(unsigned long address, unsigned long length);
void unmap(unsigned long address, unsigned long length);

/* The parts; each is run in a child of its own, which it may spoil. */
void bench_pipes(void);
void bench_threads(void);
void bench_exec(void);
void bench_signals(void);
void bench_files(void);
void bench_areas(void);

/* Where this program was started from, with a slash at its end. */
extern char program_directory[256];

#endif
