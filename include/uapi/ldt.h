/* SPDX-License-Identifier: MIT */
/* ldt.h - a segment as set_thread_area(2) and modify_ldt(2) describe it, Linux i386. */
#ifndef NOPAGE_UAPI_LDT_H
#define NOPAGE_UAPI_LDT_H

struct user_desc {
	unsigned int entry_number;	/* -1: the kernel chooses, and says which */
	unsigned int base_addr;
	unsigned int limit;
	unsigned int seg_32bit:1;
	unsigned int contents:2;	/* 0 data, 1 data growing down, 2 code, 3 conforming code */
	unsigned int read_exec_only:1;
	unsigned int limit_in_pages:1;
	unsigned int seg_not_present:1;
	unsigned int useable:1;
};

/* First argument of modify_ldt(). */
#define LDT_READ		0
#define LDT_WRITE		0x11

#endif
