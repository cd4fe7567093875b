/* SPDX-License-Identifier: MIT */
/*
 * math64.h - 64-bit by 32-bit division.
 *
 * The / operator on u64 would call the compiler's library, which the kernel is not linked
 * with. Two 32-bit steps are enough, because the divisor has 32 bits.
 */
#ifndef NOPAGE_MATH64_H
#define NOPAGE_MATH64_H

#include <nopage/types.h>
#include <asm/div64.h>

/* div_u64_rem - n / d, with the remainder in *rem. d must not be 0. */
static inline u64 div_u64_rem(u64 n, u32 d, u32 *rem)
{
	u32 hi = (u32)(n >> 32), lo = (u32)n;
	u32 quot_hi = hi / d;
	u32 quot_lo = div64_32(hi % d, lo, d, rem);

	return (u64)quot_hi << 32 | quot_lo;
}

static inline u64 div_u64(u64 n, u32 d)
{
	u32 rem;

	return div_u64_rem(n, d, &rem);
}

#endif
