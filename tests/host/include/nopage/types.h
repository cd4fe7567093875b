/* SPDX-License-Identifier: MIT */
/* types.h - the kernel's own, with the host's ssize_t, pid_t, loff_t and so on. */
#include <sys/types.h>
#include_next <nopage/types.h>
