/* SPDX-License-Identifier: MIT */
/* types.h - the kernel's own, with the host's ssize_t, pid_t, loff_t and so on. */
#include <stdlib.h>
#include <sys/types.h>
#include_next <nopage/types.h>

/* <sys/types.h> brings the host's; the kernel's is that of i386. */
#define sigset_t nopage_sigset_t
