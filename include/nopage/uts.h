/* SPDX-License-Identifier: MIT */
/* uts.h - the names of the system, as uname(2) tells them. */
#ifndef NOPAGE_UTS_H
#define NOPAGE_UTS_H

#include <uapi/system.h>

extern struct new_utsname system_utsname;	/* host and domain name change; zeroes behind them */

#endif
