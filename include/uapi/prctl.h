/* SPDX-License-Identifier: MIT */
/* prctl.h - options of prctl(2), Linux. */
#ifndef NOPAGE_UAPI_PRCTL_H
#define NOPAGE_UAPI_PRCTL_H

#define PR_SET_PDEATHSIG	1	/* a signal for when the parent dies */
#define PR_GET_PDEATHSIG	2
#define PR_GET_DUMPABLE		3	/* may others look at its memory? */
#define PR_SET_DUMPABLE		4
#define PR_SET_NAME		15
#define PR_GET_NAME		16
#define PR_CAPBSET_READ		23
#define PR_GET_SECUREBITS	27
#define PR_SET_CHILD_SUBREAPER	36	/* adopts orphans among its descendants */
#define PR_GET_CHILD_SUBREAPER	37
#define PR_SET_NO_NEW_PRIVS	38
#define PR_GET_NO_NEW_PRIVS	39

/* personality() */
#define ADDR_NO_RANDOMIZE	0x0040000
#define MMAP_PAGE_ZERO		0x0100000
#define ADDR_COMPAT_LAYOUT	0x0200000
#define READ_IMPLIES_EXEC	0x0400000	/* what can be read can be executed */
/* What would make a program with set-ID bits easier to attack: it does not inherit it. */
#define PER_CLEAR_ON_SETID	(READ_IMPLIES_EXEC | ADDR_NO_RANDOMIZE | ADDR_COMPAT_LAYOUT | \
				 MMAP_PAGE_ZERO)

#endif
