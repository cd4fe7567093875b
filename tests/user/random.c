/* SPDX-License-Identifier: MIT */
/* getrandom(2): different bytes each time, all values, and its errors. */
#include "tap.h"

#include <sys/auxv.h>

#include "rawsys.h"

static unsigned char a[65536], b[65536];

static long get(void *buf, long len, long flags)
{
	return sys3(SYS_getrandom, (long)buf, len, flags);
}

/* How many of the 256 values there are. */
static int values(const unsigned char *p, int len)
{
	unsigned char seen[256] = { 0 };
	int count = 0;

	for (int i = 0; i < len; i++) {
		count += !seen[p[i]];
		seen[p[i]] = 1;
	}
	return count;
}

static int ones(const unsigned char *p, int len)
{
	int count = 0;

	for (int i = 0; i < len; i++)
		count += __builtin_popcount(p[i]);
	return count;
}

int main(void)
{
	int bits;

	plan(17);
	is(get(a, 16, 0), 16, "16 bytes");
	is(get(b, 16, 0), 16, "and another 16");
	ok(memcmp(a, b, 16), "are different");
	is(get(a, 1, 0), 1, "one byte");
	is(get(a, 0, 0), 0, "none");
	is(get(a, sizeof(a), 0), sizeof(a), "64 KiB");
	is(values(a, sizeof(a)), 256, "of all values");
	bits = ones(a, sizeof(a));
	ok(bits > 260000 && bits < 264300, "half of the bits are set");
	get(b, sizeof(b), 0);
	ok(memcmp(a, b, sizeof(a)), "the next ones are different");
	is(get(a, 32, 1), 32, "without waiting");
	is(get(a, 32, 4), 32, "not secret ones");
	is(get(a, 32, 8), -EINVAL, "an unknown flag: EINVAL");
	is(get(a, 32, 6), -EINVAL, "flags that contradict: EINVAL");
	is(get((void *)KERNEL_ADDRESS, 32, 0), -EFAULT, "a bad pointer: EFAULT");
	is(get(map(2, PROT_NONE, MAP_PRIVATE), 8, 0), -EFAULT, "one that may not be written");
	memcpy(a, (void *)getauxval(AT_RANDOM), 16);
	ok(values(a, 16) > 5, "the auxiliary vector has 16 more");
	ok(memcmp(a, b, 16), "of their own");
	return done();
}
