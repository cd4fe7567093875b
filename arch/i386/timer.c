/* SPDX-License-Identifier: MIT */
/*
 * timer.c - the PIT's interrupt, HZ times a second; a clock made of the time stamp counter; the
 * date from the CMOS chip.
 *
 * How fast the counter runs is learnt while the system runs: it starts as 1 GHz, and the PIT shows
 * what it really is. There is no loop that waits. CPUID might tell it, but not on every processor,
 * and not in QEMU.
 */
#include <asm/timer.h>
#include "internal.h"
#include <nopage/bug.h>
#include <nopage/math64.h>
#include <nopage/sched.h>
#include <asm/io.h>
#include <asm/irq.h>
#include <asm/vdso.h>

#define PIT_HZ			1193182
#define PIT_DIVISOR		((PIT_HZ + HZ / 2) / HZ)
#define PIT_CHANNEL0		0x40
#define PIT_COMMAND		0x43
#define PIT_MODE		0x34		/* channel 0, both bytes, rate generator */
#define PIT_LATCH		0x00		/* channel 0: keep the count to be read */
#define TIMER_IRQ		0

/* Nanoseconds per cycle, as a fixed-point number with so many bits behind the point. */
#define MULT_SHIFT		VDSO_MULT_SHIFT
#define MULT_1GHZ		(1u << MULT_SHIFT)

/* The first measurement is short, to get near; the others are long, to get exact. */
#define FIRST_WINDOW		4		/* ticks */
#define WINDOW			64
#define AGREE			256		/* two of them: by one part in so many */

/* Interrupts off. ns since boot at base_tsc, and how it goes on from there. */
static struct {
	u64 base_tsc, base_ns;
	u32 mult;
} clock = { .mult = MULT_1GHZ };

/* The measurement that is under way (timer interrupt only). */
static struct {
	u64 start_tsc;
	u32 start_pit;				/* pit_elapsed() at start_tsc */
	u32 ticks, length;			/* so far, and in the end; length 0: none yet */
	u32 last_mult;				/* what the one before it gave */
} window;

static u64 clock_at(u64 tsc)
{
	return clock.base_ns + ((tsc - clock.base_tsc) * clock.mult >> MULT_SHIFT);
}

u64 arch_clock_ns(void)
{
	unsigned long flags = local_irq_save();
	u64 ns = clock_at(get_cycles());

	local_irq_restore(flags);
	return ns;
}

u32 arch_tsc_khz(void)
{
	return (u32)div_u64(1000000ull << MULT_SHIFT, clock.mult);
}

/* From now on the clock advances at another rate; what it shows does not jump. */
static void set_rate(u64 tsc, u32 mult)
{
	clock.base_ns = clock_at(tsc);
	clock.base_tsc = tsc;
	clock.mult = mult;
	vdso_set_rate(tsc, clock.base_ns, mult);
}

void __init clock_init(void)
{
	clock.base_tsc = get_cycles();
}

/* PIT cycles since its last tick: how late the interrupt is served (Intel 8254, read-back). */
static u32 pit_elapsed(void)
{
	u32 count;

	outb(PIT_LATCH, PIT_COMMAND);
	count = inb(PIT_CHANNEL0);
	count |= (u32)inb(PIT_CHANNEL0) << 8;
	return PIT_DIVISOR - count;
}

static void begin_window(u64 tsc, u32 pit, u32 length)
{
	window.start_tsc = tsc;
	window.start_pit = pit;
	window.ticks = 0;
	window.length = length;
}

static bool agree(u32 a, u32 b)
{
	u32 difference = a > b ? a - b : b - a;

	return difference <= a / AGREE;
}

/*
 * At the end of a window: PIT cycles against TSC cycles. The PIT's own count makes up for late
 * interrupts, but not for those that were lost or more than a tick late: such a window differs from
 * its neighbours by a tick or more, and only one that agrees with the one before it is believed.
 */
static void end_window(u64 tsc, u32 pit)
{
	u64 cycles = tsc - window.start_tsc;
	u64 ns = div_u64((u64)(window.ticks * PIT_DIVISOR + pit - window.start_pit) * NSEC_PER_SEC,
			 PIT_HZ);
	u32 mult = 0;

	if (cycles > 0 && cycles < ~0u)
		mult = (u32)div_u64(ns << MULT_SHIFT, (u32)cycles);
	if (mult && (window.length == FIRST_WINDOW || agree(mult, window.last_mult)))
		set_rate(tsc, mult);
	window.last_mult = mult;
}

/* The base moves along, so that (tsc - base_tsc) * mult never gets near 64 bits. */
static void clock_tick(void)
{
	u64 tsc = get_cycles();

	set_rate(tsc, clock.mult);
	if (!window.length) {
		begin_window(tsc, pit_elapsed(), FIRST_WINDOW);
	} else if (++window.ticks == window.length) {
		u32 pit = pit_elapsed();

		end_window(tsc, pit);
		begin_window(tsc, pit, WINDOW);
	}
}

static void timer_irq(struct pt_regs *regs, void *data)
{
	clock_tick();
	timer_interrupt(regs);
}

void __init timer_init(void)
{
	outb(PIT_MODE, PIT_COMMAND);
	outb(PIT_DIVISOR & 0xff, PIT_CHANNEL0);
	outb(PIT_DIVISOR >> 8, PIT_CHANNEL0);
	BUG_ON(request_irq(TIMER_IRQ, timer_irq, NULL));
}

/* ------------------------------------------------------------------ date (MC146818A data sheet) */

#define RTC_INDEX		0x70
#define RTC_DATA		0x71
#define RTC_STATUS_A		0x0a
#define RTC_STATUS_B		0x0b
#define RTC_CENTURY		0x32		/* where PCs keep it */
#define RTC_UPDATING		0x80
#define RTC_24_HOURS		0x02
#define RTC_BINARY		0x04
#define RTC_PM			0x80

#define RTC_UPDATE_READS	2000		/* an update takes 2 ms, a read about 1 us */

static u8 rtc_read(u8 reg)
{
	outb(reg, RTC_INDEX);
	return inb(RTC_DATA);
}

static u32 rtc_number(u8 value, bool binary)
{
	return binary ? value : (value >> 4) * 10u + (value & 15);
}

/* Seconds since 1970 of a date of the Gregorian calendar; month 1..12, day 1..31. */
static u64 seconds_of_day(u32 year, u32 month, u32 day)
{
	u32 y = month <= 2 ? year - 1 : year;
	u32 m = month <= 2 ? month + 9 : month - 3;	/* March is 0: the leap day comes last */
	u32 days = y * 365 + y / 4 - y / 100 + y / 400 + (m * 153 + 2) / 5 + day - 1;

	return (u64)(days - 719468) * 86400;		/* 1970-01-01, counted from 0000-03-01 */
}

/* One reading; false when it falls into an update of the chip. */
static bool rtc_read_time(u64 *seconds)
{
	u8 status = rtc_read(RTC_STATUS_B), hour = rtc_read(4), second = rtc_read(0);
	bool binary = status & RTC_BINARY, pm = !(status & RTC_24_HOURS) && (hour & RTC_PM);
	u32 h = rtc_number(hour & (status & RTC_24_HOURS ? 0xff : 0x7f), binary);
	u32 year = rtc_number(rtc_read(9), binary) + 100 * rtc_number(rtc_read(RTC_CENTURY), binary);

	if (!(status & RTC_24_HOURS))
		h = h % 12 + (pm ? 12 : 0);
	*seconds = seconds_of_day(year, rtc_number(rtc_read(8), binary),
				  rtc_number(rtc_read(7), binary)) +
		   h * 3600 + rtc_number(rtc_read(2), binary) * 60 + rtc_number(second, binary);
	return !(rtc_read(RTC_STATUS_A) & RTC_UPDATING) && rtc_read(0) == second;
}

u64 arch_read_rtc(void)
{
	u64 seconds = 0;

	for (unsigned int i = 0; i < RTC_UPDATE_READS; i++)
		if (!(rtc_read(RTC_STATUS_A) & RTC_UPDATING) && rtc_read_time(&seconds))
			break;
	return seconds;
}
