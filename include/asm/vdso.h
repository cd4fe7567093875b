/* SPDX-License-Identifier: MIT */
/*
 * vdso.h - the two pages that every program has from the kernel: code (arch/i386/vdso/) and, behind
 * it, the clock that the code reads.
 */
#ifndef ASM_VDSO_H
#define ASM_VDSO_H

#include <nopage/types.h>

/* Places in the code page; the linker script asserts them. */
#define VDSO_SIGRETURN		0x800
#define VDSO_RT_SIGRETURN	0x810
#define VDSO_VSYSCALL		0x820

/*
 * The clock, for readers without a lock: seq is odd while the rest changes. ns since boot are
 * base_ns + ((tsc - base_tsc) * mult >> VDSO_MULT_SHIFT).
 */
struct vdso_data {
	u32 seq;
	u32 mult;
	u64 base_tsc, base_ns;
	u64 boot_time;			/* ns since 1970; 0: not known yet */
};

#define VDSO_MULT_SHIFT	24

struct mm_struct;

/* arch_setup_vdso - map both pages and set mm->vdso. mmap_sem held for write. 0 or -ENOMEM. */
int arch_setup_vdso(struct mm_struct *mm);
/* Tell programs how the clock runs now (interrupts off), and when the machine was started. */
void vdso_set_rate(u64 base_tsc, u64 base_ns, u32 mult);
void vdso_set_boot_time(u64 ns);
void vdso_init(void);

#endif
