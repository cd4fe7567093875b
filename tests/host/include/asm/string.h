/* SPDX-License-Identifier: MIT */
/* string.h - portable form of the i386's. */
#ifndef ASM_STRING_H
#define ASM_STRING_H

#include <nopage/types.h>

static inline void arch_memcpy(void *to, const void *from, size_t n)
{
	for (size_t i = 0; i < n; i++)
		((char *)to)[i] = ((const char *)from)[i];
}

static inline void arch_memset(void *to, unsigned char c, size_t n)
{
	for (size_t i = 0; i < n; i++)
		((unsigned char *)to)[i] = c;
}

#endif
