/* SPDX-License-Identifier: MIT */
/* System call numbers nobody answers to, and what a call leaves in the registers. */
#include "tap.h"

#include "rawsys.h"

static const long holes[] = { 17, 31, 32, 35, 44, 53, 56, 58, 98, 222, 223, 251, 273, 285 };
static const long beyond[] = { 600, 1000, 4096, 100000, 0x7fffffff, -1, -2, -0x7fffffff - 1 };

/* All registers but eax must come back as they were. */
static int registers_kept(long nr)
{
	unsigned long b = 0x11111111, c = 0x22222222, d = 0x33333333;
	unsigned long s = 0x44444444, di = 0x55555555;
	unsigned long eax = nr, flags_before, flags_after;

	__asm__ volatile("pushfl\n\tpopl %0\n\tint $0x80\n\tpushfl\n\tpopl %1"
			 : "=&m"(flags_before), "=m"(flags_after), "+a"(eax), "+b"(b), "+c"(c),
			   "+d"(d), "+S"(s), "+D"(di) : : "memory");
	return b == 0x11111111 && c == 0x22222222 && d == 0x33333333 && s == 0x44444444 &&
	       di == 0x55555555 && flags_before == flags_after;
}

static int segments_kept(void)
{
	unsigned short before[4], after[4];

	__asm__ volatile("movw %%ds, %0\n\tmovw %%es, %1\n\tmovw %%fs, %2\n\tmovw %%gs, %3"
			 : "=m"(before[0]), "=m"(before[1]), "=m"(before[2]), "=m"(before[3]));
	sys0(SYS_getpid);
	sys0(SYS_sched_yield);
	__asm__ volatile("movw %%ds, %0\n\tmovw %%es, %1\n\tmovw %%fs, %2\n\tmovw %%gs, %3"
			 : "=m"(after[0]), "=m"(after[1]), "=m"(after[2]), "=m"(after[3]));
	return !memcmp(before, after, sizeof(before));
}

int main(void)
{
	int good = 0;

	plan(6);
	for (unsigned long i = 0; i < sizeof(holes) / sizeof(*holes); i++)
		good += sys0(holes[i]) == -ENOSYS;
	is(good, sizeof(holes) / sizeof(*holes), "numbers without a call: ENOSYS");
	good = 0;
	for (unsigned long i = 0; i < sizeof(beyond) / sizeof(*beyond); i++)
		good += sys0(beyond[i]) == -ENOSYS;
	is(good, sizeof(beyond) / sizeof(*beyond), "numbers beyond the table: ENOSYS");
	ok(registers_kept(SYS_getpid), "a call keeps all registers but eax");
	ok(registers_kept(SYS_sched_yield), "so does one that may switch");
	ok(registers_kept(100000), "so does an unknown one");
	ok(segments_kept(), "and the segment registers");
	return done();
}
