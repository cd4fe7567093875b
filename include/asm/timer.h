/* SPDX-License-Identifier: MIT */
/* timer.h - the periodic interrupt and the clocks of a PC. */
#ifndef ASM_TIMER_H
#define ASM_TIMER_H

#include <nopage/types.h>

struct pt_regs;

/* arch_clock_ns - nanoseconds since the kernel started; never goes back. Any context. */
u64 arch_clock_ns(void);
u32 arch_tsc_khz(void);			/* rate of the time stamp counter, as far as known */
/* arch_read_rtc - seconds since 1970 by the CMOS clock, taken to be UTC. Up to 3 ms. */
u64 arch_read_rtc(void);

/* kernel/time.c: called HZ times a second, interrupts off. */
void timer_interrupt(struct pt_regs *regs);

#endif
