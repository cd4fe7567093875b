/* SPDX-License-Identifier: MIT */
/*
 * ksyms.h - names of the kernel's own functions, for backtraces and events.
 *
 * tools/mkksyms makes the table from the linked kernel and the Makefile links it in; the
 * first link, whose symbols it is made from, has an empty table.
 */
#ifndef NOPAGE_KSYMS_H
#define NOPAGE_KSYMS_H

#include <nopage/types.h>

/* The generated table: names[offsets[i]] is the name of the function at addresses[i], ascending. */
extern const u32 ksym_count;
extern const u32 ksym_addresses[];
extern const u32 ksym_offsets[];
extern const char ksym_names[];

/*
 * ksym_lookup - the name of the function that contains addr, NULL if no kernel function does.
 * *offset (may be NULL) becomes addr's distance from its start. Never faults, needs no lock.
 */
const char *ksym_lookup(unsigned long addr, unsigned long *offset);

#endif
