/* SPDX-License-Identifier: MIT */
/* ksyms.c - binary search in the table of the kernel's functions. */
#include <nopage/ksyms.h>

/* Index of the last function that starts at or below addr; ksym_count > 0 and one does. */
static u32 last_at_or_below(unsigned long addr)
{
	u32 low = 0, high = ksym_count;

	while (high - low > 1) {
		u32 mid = low + (high - low) / 2;

		if (ksym_addresses[mid] <= addr)
			low = mid;
		else
			high = mid;
	}
	return low;
}

/*
 * The last entry marks the end of the kernel's text and has an empty name, so that data and
 * stack addresses find no name.
 */
const char *ksym_lookup(unsigned long addr, unsigned long *offset)
{
	const char *name;
	u32 i;

	if (ksym_count == 0 || addr < ksym_addresses[0])
		return NULL;
	i = last_at_or_below(addr);
	name = &ksym_names[ksym_offsets[i]];
	if (!*name)
		return NULL;
	if (offset)
		*offset = addr - ksym_addresses[i];
	return name;
}
