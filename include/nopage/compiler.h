/* SPDX-License-Identifier: MIT */
/* compiler.h - names for what GCC and Clang offer beyond C11. */
#ifndef NOPAGE_COMPILER_H
#define NOPAGE_COMPILER_H

#define likely(x)	__builtin_expect(!!(x), 1)
#define unlikely(x)	__builtin_expect(!!(x), 0)

#define __packed	__attribute__((packed))
#define __aligned(n)	__attribute__((aligned(n)))
#define __printf(f, a)	__attribute__((format(printf, f, a)))
#define __noreturn	__attribute__((noreturn))
#define __unused	__attribute__((unused))
#define __used		__attribute__((used))
#define __must_check	__attribute__((warn_unused_result))
#define noinline	__attribute__((noinline))
#define __always_inline	inline __attribute__((always_inline))
#define __section(s)	__attribute__((section(s)))

/* Used once at boot; the memory goes back to the buddy allocator before init starts. */
#define __init		__section(".init.text") noinline
#define __initdata	__section(".init.data")

/* Called from assembly: arguments on the stack, whatever -mregparm says. */
#ifdef __i386__
#define asmlinkage	__attribute__((regparm(0)))
#else
#define asmlinkage
#endif

/* A pointer into user space: never dereferenced, only handed to uaccess.h. */
#define __user

#define barrier()	__asm__ __volatile__("" : : : "memory")
/* The compiler forgets where the value of var came from. */
#define OPTIMIZER_HIDE_VAR(var)	__asm__("" : "+r"(var))
#define READ_ONCE(x)	(*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, v) (*(volatile __typeof__(x) *)&(x) = (v))

#endif
