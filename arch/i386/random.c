/* SPDX-License-Identifier: MIT */
/* random.c - the processor's own random numbers (Intel SDM vol. 2, RDRAND). */
#include <asm/processor.h>
#include "internal.h"

#define CPUID_RDRAND	(1u << 30)		/* leaf 1, ECX */
#define RDRAND_TRIES	10			/* it fails when it is asked too fast */

static bool has_rdrand(void)
{
	u32 a, b, c, d;

	cpuid(1, &a, &b, &c, &d);
	return c & CPUID_RDRAND;
}

bool arch_random_word(u32 *word)
{
	u8 ok = 0;

	if (!has_rdrand())
		return false;
	for (unsigned int i = 0; i < RDRAND_TRIES && !ok; i++)
		__asm__ __volatile__(".byte 0x0f, 0xc7, 0xf0\n"	/* rdrand %eax */
				     "setc %1" : "=a"(*word), "=qm"(ok) : : "cc");
	return ok;
}
