/* SPDX-License-Identifier: MIT */
/*
 * string.c - memory and strings (ISO C11 7.24 for the functions that have its names).
 *
 * The compiler calls memcpy, memmove, memset and memcmp on its own account too; this file is
 * built so that it does not turn a loop in here into a call of the function around it. The
 * parentheses around some names keep the macros of string.h away from the definitions.
 */
#include <nopage/string.h>
#include <nopage/bug.h>
#include <asm/string.h>
#include <uapi/errno.h>

void *(memcpy)(void *to, const void *from, size_t n)
{
	arch_memcpy(to, from, n);
	return to;
}

void *(memset)(void *to, int c, size_t n)
{
	arch_memset(to, (unsigned char)c, n);
	return to;
}

void *(memmove)(void *to, const void *from, size_t n)
{
	const char *s = from;
	char *d = to;

	if ((uintptr_t)to - (uintptr_t)from >= n)	/* to < from wraps to a large number */
		return memcpy(to, from, n);
	while (n--)
		d[n] = s[n];
	return to;
}

int (memcmp)(const void *a, const void *b, size_t n)
{
	const u8 *x = a, *y = b;
	size_t i;

	for (i = 0; i < n; i++)
		if (x[i] != y[i])
			return x[i] - y[i];
	return 0;
}

void *memchr(const void *s, int c, size_t n)
{
	const u8 *p = s;

	for (; n; p++, n--)
		if (*p == (u8)c)
			return (void *)p;
	return NULL;
}

void *memchr_inv(const void *s, int c, size_t n)
{
	const u8 *p = s;

	for (; n; p++, n--)
		if (*p != (u8)c)
			return (void *)p;
	return NULL;
}

size_t (strlen)(const char *s)
{
	size_t n = 0;

	while (s[n])
		n++;
	return n;
}

size_t strnlen(const char *s, size_t max)
{
	size_t n = 0;

	while (n < max && s[n])
		n++;
	return n;
}

int strcmp(const char *a, const char *b)
{
	for (; *a && *a == *b; a++, b++)
		;
	return (u8)*a - (u8)*b;
}

int strncmp(const char *a, const char *b, size_t n)
{
	for (; n && *a && *a == *b; a++, b++, n--)
		;
	return n ? (u8)*a - (u8)*b : 0;
}

char *strcpy(char *to, const char *from)
{
	memcpy(to, from, strlen(from) + 1);
	return to;
}

char *strchr(const char *s, int c)
{
	for (; *s != (char)c; s++)
		if (!*s)
			return NULL;
	return (char *)s;
}

char *strrchr(const char *s, int c)
{
	const char *last = NULL;

	do {
		if (*s == (char)c)
			last = s;
	} while (*s++);
	return (char *)last;
}

char *strstr(const char *s, const char *what)
{
	size_t n = strlen(what);

	for (; strncmp(s, what, n); s++)
		if (!*s)
			return NULL;
	return (char *)s;
}

ssize_t strscpy(char *to, const char *from, size_t size)
{
	size_t n = strnlen(from, size);

	BUG_ON(!size);
	if (n == size) {
		memcpy(to, from, size - 1);
		to[size - 1] = '\0';
		return -E2BIG;
	}
	memcpy(to, from, n + 1);
	return n;
}
