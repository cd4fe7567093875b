/* SPDX-License-Identifier: MIT */
/* time.h - clocks and the time structures of the Linux i386 ABI, with 32-bit and 64-bit seconds. */
#ifndef NOPAGE_UAPI_TIME_H
#define NOPAGE_UAPI_TIME_H

#define CLOCK_REALTIME		0
#define CLOCK_MONOTONIC		1
#define CLOCK_PROCESS_CPUTIME_ID 2
#define CLOCK_THREAD_CPUTIME_ID	3
#define CLOCK_MONOTONIC_RAW	4
#define CLOCK_REALTIME_COARSE	5
#define CLOCK_MONOTONIC_COARSE	6
#define CLOCK_BOOTTIME		7
#define CLOCK_REALTIME_ALARM	8	/* these two would wake the machine */
#define CLOCK_BOOTTIME_ALARM	9
#define CLOCK_TAI		11

/*
 * Clocks of CPU time are negative: ~pid << 3 | bits. pid 0: the caller. The kind without the bit
 * for "thread" is that of clocks that are open files.
 */
#define CPUCLOCK(pid, bits)	((long)(~(unsigned long)(pid) << 3) | (bits))
#define CPUCLOCK_PID(clock)	(~((clock) >> 3))
#define CPUCLOCK_BITS		7
#define CPUCLOCK_KIND		3
#define CPUCLOCK_PROF		0
#define CPUCLOCK_VIRT		1	/* user mode only */
#define CPUCLOCK_SCHED		2	/* the scheduler's */
#define CPUCLOCK_THREAD		4	/* pid is a thread's, of the caller's process */

#define TIMER_ABSTIME		1

struct timespec32 {
	int tv_sec;
	int tv_nsec;
};

struct timespec64 {
	long long tv_sec;
	int tv_nsec;
	int pad;			/* upper half of Linux's 64-bit tv_nsec: not looked at */
};

struct timeval32 {
	int tv_sec;
	int tv_usec;
};

#define ITIMER_REAL	0		/* by the clock: SIGALRM */
#define ITIMER_VIRTUAL	1		/* time in user mode: SIGVTALRM */
#define ITIMER_PROF	2		/* time in user and kernel mode: SIGPROF */

struct timezone {
	int tz_minuteswest;
	int tz_dsttime;
};

/* times(2): in ticks of 1/100 s. */
struct tms {
	long tms_utime, tms_stime, tms_cutime, tms_cstime;
};

#endif
