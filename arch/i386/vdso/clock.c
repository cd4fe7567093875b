/* SPDX-License-Identifier: MIT */
/*
 * clock.c - clock_gettime and its like for programs, without a system call: reads the clock's page,
 * which lies behind this one. What it does not know it asks the kernel.
 */
#include <nopage/syscalls.h>
#include <asm/vdso.h>
#include <uapi/time.h>

#define PAGE		4096UL
#define NSEC_PER_SEC	1000000000U
#define EXPORTED	__attribute__((visibility("default")))

EXPORTED int __vdso_clock_gettime(int clock, struct timespec32 *ts);
EXPORTED int __vdso_clock_gettime64(int clock, struct timespec64 *ts);
EXPORTED int __vdso_gettimeofday(struct timeval32 *tv, struct timezone *tz);
EXPORTED int __vdso_time(int *time);

/* This code fits one page: the data page is the next one, wherever both are mapped. */
static const volatile struct vdso_data *clock_data(void)
{
	unsigned long here;

	__asm__("call 1f\n1:	popl %0" : "=r"(here));
	return (const volatile struct vdso_data *)((here & ~(PAGE - 1)) + PAGE);
}

static long call_kernel(long nr, long a, const void *b)
{
	long ret;

	__asm__ __volatile__("int $0x80" : "=a"(ret) : "0"(nr), "b"(a), "c"(b) : "memory");
	return ret;
}

/* read_clock - ns since boot, or with real since 1970. 0: the kernel has to be asked. */
static u64 read_clock(int real)
{
	const volatile struct vdso_data *d = clock_data();
	u64 base, delta;
	u32 seq, lo, hi;

	do {
		do
			seq = d->seq;
		while (seq & 1);
		if (!d->mult || (real && !d->boot_time))
			return 0;
		base = d->base_ns + (real ? d->boot_time : 0);
		__asm__ __volatile__("rdtsc" : "=a"(lo), "=d"(hi) : : "memory");
		delta = ((u64)hi << 32 | lo) - d->base_tsc;
		delta = delta * d->mult >> VDSO_MULT_SHIFT;
	} while (d->seq != seq);
	return base + delta;
}

/* Quotient and rest of ns by a second; the quotient fits 32 bits until the year 2106. */
static u32 seconds(u64 ns, u32 *rest)
{
	u32 sec;

	__asm__("divl %4" : "=a"(sec), "=d"(*rest)
		: "0"((u32)ns), "1"((u32)(ns >> 32)), "r"(NSEC_PER_SEC) : "cc");
	return sec;
}

static int is_real(int clock)
{
	return clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE;
}

static int is_monotonic(int clock)
{
	return clock == CLOCK_MONOTONIC || clock == CLOCK_MONOTONIC_RAW ||
	       clock == CLOCK_MONOTONIC_COARSE || clock == CLOCK_BOOTTIME;
}

/* clock_ns - 0 for clocks that only the kernel knows. */
static u64 clock_ns(int clock)
{
	return is_real(clock) || is_monotonic(clock) ? read_clock(is_real(clock)) : 0;
}

int __vdso_clock_gettime(int clock, struct timespec32 *ts)
{
	u64 ns = clock_ns(clock);
	u32 rest;

	if (!ns)
		return call_kernel(__NR_clock_gettime, clock, ts);
	ts->tv_sec = seconds(ns, &rest);
	ts->tv_nsec = rest;
	return 0;
}

int __vdso_clock_gettime64(int clock, struct timespec64 *ts)
{
	u64 ns = clock_ns(clock);
	u32 rest;

	if (!ns)
		return call_kernel(__NR_clock_gettime64, clock, ts);
	ts->tv_sec = seconds(ns, &rest);
	ts->tv_nsec = rest;
	ts->pad = 0;
	return 0;
}

int __vdso_gettimeofday(struct timeval32 *tv, struct timezone *tz)
{
	u64 ns = read_clock(1);
	u32 rest;

	if (!ns || tz)
		return call_kernel(__NR_gettimeofday, (long)tv, tz);
	if (tv) {
		tv->tv_sec = seconds(ns, &rest);
		tv->tv_usec = rest / 1000;
	}
	return 0;
}

int __vdso_time(int *time)
{
	u64 ns = read_clock(1);
	u32 now, rest;

	if (!ns)
		return call_kernel(__NR_time, (long)time, 0);
	now = seconds(ns, &rest);
	if (time)
		*time = now;
	return now;
}
