/* SPDX-License-Identifier: MIT */
/* Bare system calls: the i386 Linux convention and nothing else.
 *
 * The number goes in eax, up to six arguments in ebx ecx edx esi edi ebp, `int $0x80` enters the
 * kernel, and eax brings back the result or a negative error number. Neither errno nor any other
 * thread-local variable is touched, so these are safe in a thread that shares its creator's
 * thread-local storage, and they cost what the system call costs.
 */
#ifndef USER_RAWSYS_H
#define USER_RAWSYS_H

#include <sys/syscall.h>

static inline long sys3(long nr, long a, long b, long c)
{
	long ret;

	__asm__ volatile("int $0x80" : "=a"(ret) : "0"(nr), "b"(a), "c"(b), "d"(c) : "memory");
	return ret;
}

static inline long sys5(long nr, long a, long b, long c, long d, long e)
{
	long ret;

	__asm__ volatile("int $0x80" : "=a"(ret)
			 : "0"(nr), "b"(a), "c"(b), "d"(c), "S"(d), "D"(e) : "memory");
	return ret;
}

/* The sixth argument travels in ebp, which the compiler may be using for the stack frame: it is
 * taken from memory and ebp is put back before any C code runs again. */
static inline long sys6(long nr, long a, long b, long c, long d, long e, long f)
{
	long pair[2] = { a, f };
	long base = (long)pair;
	long ret;

	__asm__ volatile("pushl %%ebp\n\t"
			 "movl 4(%%ebx), %%ebp\n\t"
			 "movl (%%ebx), %%ebx\n\t"
			 "int $0x80\n\t"
			 "popl %%ebp"
			 : "=a"(ret), "+b"(base)
			 : "0"(nr), "c"(b), "d"(c), "S"(d), "D"(e) : "memory");
	return ret;
}

static inline long sys0(long nr)
{
	return sys3(nr, 0, 0, 0);
}

static inline long sys1(long nr, long a)
{
	return sys3(nr, a, 0, 0);
}

static inline long sys2(long nr, long a, long b)
{
	return sys3(nr, a, b, 0);
}

static inline long sys4(long nr, long a, long b, long c, long d)
{
	return sys5(nr, a, b, c, d, 0);
}

#endif
