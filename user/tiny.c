/* SPDX-License-Identifier: MIT */
/* The smallest program: it exits. Without libc, whose start-up would be what is measured. */
#include <sys/syscall.h>

void _start(void) __attribute__((noreturn));

void _start(void)
{
	__asm__ volatile("int $0x80" : : "a"(SYS_exit), "b"(0));
	__builtin_unreachable();
}
