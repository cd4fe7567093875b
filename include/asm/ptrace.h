/* SPDX-License-Identifier: MIT */
/*
 * ptrace.h - the registers of interrupted code, as entry.S leaves them at the top of the kernel
 * stack. Everything up to orig_ax is pushed by entry.S, the rest by the processor (Intel SDM
 * vol. 3, 6.12.1); sp and ss are there only when user mode was interrupted. %gs is the user's and
 * is not touched by the kernel: it is switched with the task.
 */
#ifndef ASM_PTRACE_H
#define ASM_PTRACE_H

/* Selectors of the global descriptor table; the user ones carry privilege level 3. */
#define KERNEL_CS	0x08
#define KERNEL_DS	0x10
#define USER_CS		0x1b
#define USER_DS		0x23
#define CPU_FS		0x28	/* base: this CPU's struct cpu */
#define TSS_SEL		0x30
#define DF_TSS_SEL	0x38	/* double fault task */
#define LDT_SEL		0x40
#define GDT_TLS_MIN	9	/* three TLS slots: selectors 0x4b, 0x53, 0x5b */
#define GDT_TLS_ENTRIES	3
#define GDT_ENTRIES	12

#define EFLAGS_CF	0x00000001
#define EFLAGS_ARITHMETIC 0x000008d5	/* OF, SF, ZF, AF, PF, CF */
#define EFLAGS_TF	0x00000100
#define EFLAGS_IF	0x00000200
#define EFLAGS_DF	0x00000400
#define EFLAGS_IOPL	0x00003000
#define EFLAGS_NT	0x00004000
#define EFLAGS_RF	0x00010000
#define EFLAGS_VM	0x00020000
#define EFLAGS_AC	0x00040000

#ifndef __ASSEMBLER__
#include <nopage/types.h>

struct pt_regs {
	u32 di, si, bp, kernel_sp, bx, dx, cx, ax;	/* pushal; kernel_sp is what ESP was, unused */
	u32 ds, es, fs;
	u32 orig_ax;		/* system call number, error code, or ~interrupt vector */
	u32 ip, cs, flags, sp, ss;
};

static inline bool user_mode(const struct pt_regs *regs)
{
	return (regs->cs & 3) == 3;
}
#endif

#endif
