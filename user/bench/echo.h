/* SPDX-License-Identifier: MIT */
/* A byte sent out and awaited back, by pipes between processes or threads. */
#ifndef USER_BENCH_ECHO_H
#define USER_BENCH_ECHO_H

#include "bench.h"

#define TRIPS 200			/* per timed loop */

struct ends {
	int in, out;			/* descriptors */
};

/* round_trips - for measure(): TRIPS bytes out and back in, one at a time. arg: struct ends. */
ticks_t round_trips(void *arg);

/* echo - send back what comes in until it ends. A process's or thread's body; arg: struct ends. */
int echo(void *arg);

#endif
