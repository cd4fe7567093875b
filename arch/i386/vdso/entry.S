/* SPDX-License-Identifier: MIT */
/*
 * entry.S - code that the kernel gives every program: the way back from signal handlers without a
 * restorer, and the system call instruction. Unwinders look for these very instructions.
 */
#define SYSCALL(nr, name, function, args)	.set __NR_##name, nr
#define SYSCALL_AS(nr, name, args, call)	.set __NR_##name, nr
#include <nopage/syscall_list.h>

	.section .text.sigreturn, "ax"
	.globl __kernel_sigreturn, __kernel_rt_sigreturn, __kernel_vsyscall

	.type __kernel_sigreturn, @function
__kernel_sigreturn:
	popl %eax
	movl $__NR_sigreturn, %eax
	int $0x80
	.size __kernel_sigreturn, . - __kernel_sigreturn

	.balign 16
	.type __kernel_rt_sigreturn, @function
__kernel_rt_sigreturn:
	movl $__NR_rt_sigreturn, %eax
	int $0x80
	.size __kernel_rt_sigreturn, . - __kernel_rt_sigreturn

	.balign 16
	.type __kernel_vsyscall, @function
__kernel_vsyscall:
	int $0x80
	ret
	.size __kernel_vsyscall, . - __kernel_vsyscall

	.section .note.GNU-stack, "", @progbits
