/* SPDX-License-Identifier: MIT */
/* compiler.h - the kernel's own, behind the C library's, which defines some of the same names. */
#include <sys/cdefs.h>
#undef __always_inline
#include_next <nopage/compiler.h>
