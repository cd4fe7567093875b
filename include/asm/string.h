/* SPDX-License-Identifier: MIT */
/* string.h - block moves by string instructions, four bytes at a time. DF is clear (the ABI). */
#ifndef ASM_STRING_H
#define ASM_STRING_H

#include <nopage/types.h>

/* arch_memcpy - n bytes upward from from to to; may overlap only if to < from. */
static inline void arch_memcpy(void *to, const void *from, size_t n)
{
	size_t words = n / 4, bytes = n % 4;

	__asm__ __volatile__("rep movsl"
			     : "+D"(to), "+S"(from), "+c"(words) : : "memory");
	if (bytes)
		__asm__ __volatile__("rep movsb"
				     : "+D"(to), "+S"(from), "+c"(bytes) : : "memory");
}

static inline void arch_memset(void *to, unsigned char c, size_t n)
{
	size_t words = n / 4, bytes = n % 4;
	u32 word = c * 0x01010101U;

	__asm__ __volatile__("rep stosl" : "+D"(to), "+c"(words) : "a"(word) : "memory");
	if (bytes)
		__asm__ __volatile__("rep stosb" : "+D"(to), "+c"(bytes) : "a"(word) : "memory");
}

#endif
