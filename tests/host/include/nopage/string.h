/* SPDX-License-Identifier: MIT */
/* string.h - the host's. test_string.c includes the kernel's by its path. */
#include <string.h>
