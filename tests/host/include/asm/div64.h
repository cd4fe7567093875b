/* SPDX-License-Identifier: MIT */
/* div64.h - portable form of the i386's. */
#ifndef ASM_DIV64_H
#define ASM_DIV64_H

#include <nopage/types.h>

static inline u32 div64_32(u32 hi, u32 lo, u32 d, u32 *rem)
{
	u64 n = (u64)hi << 32 | lo;

	*rem = n % d;
	return n / d;
}

#endif
