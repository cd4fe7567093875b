/* SPDX-License-Identifier: MIT */
/* div64.h - the i386's division of 64 bits by 32 (Intel SDM vol. 2, DIV). */
#ifndef ASM_DIV64_H
#define ASM_DIV64_H

#include <nopage/types.h>

/* div64_32 - (hi:lo) / d, remainder in *rem. hi < d, or the processor faults. */
static inline u32 div64_32(u32 hi, u32 lo, u32 d, u32 *rem)
{
	u32 quot;

	__asm__("divl %4" : "=a"(quot), "=d"(*rem) : "0"(lo), "1"(hi), "rm"(d) : "cc");
	return quot;
}

#endif
