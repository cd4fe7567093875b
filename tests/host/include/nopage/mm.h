/* SPDX-License-Identifier: MIT */
/* mm.h - what lib/ needs of the kernel's, for the host. */
#ifndef NOPAGE_MM_H
#define NOPAGE_MM_H

#define GFP_ATOMIC	0x0
#define GFP_KERNEL	0x1

#endif
