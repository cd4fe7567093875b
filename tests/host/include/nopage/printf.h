/* SPDX-License-Identifier: MIT */
/* printf.h - the host's. test_printf.c includes the kernel's by its path. */
#include <stdio.h>
