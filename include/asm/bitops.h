/* SPDX-License-Identifier: MIT */
/*
 * bitops.h - single bits of a 64-bit set in memory, each by one instruction where C needs a shift
 * of two words. Not atomic: a lock guards the set. nr: 0 to 63.
 */
#ifndef ASM_BITOPS_H
#define ASM_BITOPS_H

#include <nopage/types.h>

static inline bool test_bit64(const u64 *set, unsigned int nr)
{
	bool in;

	__asm__("btl %2, %1" : "=@ccc"(in) : "m"(*set), "r"(nr));
	return in;
}

static inline void set_bit64(u64 *set, unsigned int nr)
{
	__asm__("btsl %1, %0" : "+m"(*set) : "r"(nr) : "cc");
}

static inline void clear_bit64(u64 *set, unsigned int nr)
{
	__asm__("btrl %1, %0" : "+m"(*set) : "r"(nr) : "cc");
}

#endif
