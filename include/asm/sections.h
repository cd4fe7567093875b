/* SPDX-License-Identifier: MIT */
/* sections.h - marks of linker.ld: where the parts of the kernel image begin and end. */
#ifndef ASM_SECTIONS_H
#define ASM_SECTIONS_H

#include <nopage/types.h>

/* An instruction that may fault, and where to go on when it does (uaccess.c, entry.S). */
struct ex_entry {
	u32 insn, fixup;
};
extern const struct ex_entry __start___ex_table[], __stop___ex_table[];

extern char _boot[];				/* at its physical address */
extern char _text[], _etext[];
extern char _sched_text[], _sched_etext[];	/* the scheduler and what waits by it */
extern char _rodata[], _erodata[];
extern char __init_begin[], __init_end[];
extern char _end[];

#endif
