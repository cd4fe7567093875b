/* SPDX-License-Identifier: MIT */
/* offsets.h - places in C structures that entry.S must know; setup.c asserts each of them. */
#ifndef ASM_OFFSETS_H
#define ASM_OFFSETS_H

#define CPU_SELF	0
#define CPU_CURRENT	4
#define TASK_WORK	0	/* task_struct.work */
#define THREAD_SP	0	/* thread_struct.sp, .ip */
#define THREAD_IP	4
#define REGS_ORIG_AX	44	/* struct pt_regs */
#define REGS_CS		52
#define REGS_SIZE	68

#endif
