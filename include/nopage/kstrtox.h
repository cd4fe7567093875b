/* SPDX-License-Identifier: MIT */
/* kstrtox.h - numbers from text, strictly: no white space, no sign, nothing left over. */
#ifndef NOPAGE_KSTRTOX_H
#define NOPAGE_KSTRTOX_H

#include <nopage/types.h>

/*
 * kstrtoul - the whole of s as a number. base 0: "0x" starts hexadecimal, "0" octal; base 16
 * also accepts the "0x". Returns 0, -EINVAL (not a number) or -ERANGE (too large).
 */
int __must_check kstrtoul(const char *s, unsigned int base, unsigned long *result);
/*
 * memparse - the whole of s as a size in bytes: a number as in kstrtoul with base 0, then
 * perhaps one of K, M, G (powers of 1024, either case). Returns as kstrtoul.
 */
int __must_check memparse(const char *s, u64 *result);

#endif
