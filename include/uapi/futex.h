/* SPDX-License-Identifier: MIT */
/* futex.h - operations of futex(2), Linux. */
#ifndef NOPAGE_UAPI_FUTEX_H
#define NOPAGE_UAPI_FUTEX_H

#define FUTEX_WAIT		0
#define FUTEX_WAKE		1
#define FUTEX_PRIVATE_FLAG	128
#define FUTEX_CLOCK_REALTIME	256

#endif
