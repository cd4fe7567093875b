/* SPDX-License-Identifier: MIT */
/*
 * string.h - memory and strings: ISO C's functions, as far as the kernel uses them.
 *
 * -ffreestanding takes the compiler's knowledge of memcpy() and friends away; the macros at the
 * end give it back, so that small copies of constant size become moves.
 */
#ifndef NOPAGE_STRING_H
#define NOPAGE_STRING_H

#include <nopage/types.h>

void *memcpy(void *to, const void *from, size_t n);
void *memmove(void *to, const void *from, size_t n);
void *memset(void *to, int c, size_t n);
int memcmp(const void *a, const void *b, size_t n);
void *memchr(const void *s, int c, size_t n);
/* memchr_inv - the first byte of [s, s + n) that is not c, or NULL: poison and padding checks. */
void *memchr_inv(const void *s, int c, size_t n);

size_t strlen(const char *s);
size_t strnlen(const char *s, size_t max);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t n);
char *strcpy(char *to, const char *from);
char *strchr(const char *s, int c);
char *strrchr(const char *s, int c);
char *strstr(const char *s, const char *what);
/*
 * strscpy - copy as much of from as fits into size (> 0) bytes, always terminated. Returns the
 * length copied or -E2BIG if the rest was cut off.
 */
ssize_t strscpy(char *to, const char *from, size_t size);

#define memcpy(to, from, n)	__builtin_memcpy(to, from, n)
#define memmove(to, from, n)	__builtin_memmove(to, from, n)
#define memset(to, c, n)	__builtin_memset(to, c, n)
#define memcmp(a, b, n)		__builtin_memcmp(a, b, n)
#define strlen(s)		__builtin_strlen(s)

#endif
