/* SPDX-License-Identifier: MIT */
/* offsets.h - places in C structures that entry.S must know; setup.c asserts each of them. */
#ifndef ASM_OFFSETS_H
#define ASM_OFFSETS_H

#define CPU_SELF	0
#define CPU_CURRENT	4
#define TASK_WORK	0	/* task_struct.work */

#endif
