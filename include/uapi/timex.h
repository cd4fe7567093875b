/* SPDX-License-Identifier: MIT */
/* timex.h - what adjtimex(2) and clock_adjtime(2) pass, Linux i386, 32-bit and 64-bit. */
#ifndef NOPAGE_UAPI_TIMEX_H
#define NOPAGE_UAPI_TIMEX_H

#include <uapi/time.h>

#define ADJ_SETOFFSET		0x0100	/* step by time */
#define ADJ_NANO		0x2000	/* time has nanoseconds */
#define ADJ_OFFSET_SS_READ	0xa001	/* only read */

#define STA_UNSYNC		0x0040
#define TIME_ERROR		5	/* not synchronised */
#define MAX_ERROR		16000000	/* us */
#define TOLERANCE		32768000	/* of the frequency, scaled ppm */

struct timex32 {
	unsigned int modes;
	int offset, freq, maxerror, esterror;
	int status;
	int constant, precision, tolerance;
	struct timeval32 time;
	int tick;
	int ppsfreq, jitter, shift, stabil, jitcnt, calcnt, errcnt, stbcnt;
	int tai;
	int pad[11];
};

struct timex64 {
	unsigned int modes, pad0;
	long long offset, freq, maxerror, esterror;
	int status, pad1;
	long long constant, precision, tolerance;
	long long sec, usec;
	long long tick;
	long long ppsfreq, jitter;
	int shift, pad2;
	long long stabil, jitcnt, calcnt, errcnt, stbcnt;
	int tai;
	int pad[11];
};

#endif
