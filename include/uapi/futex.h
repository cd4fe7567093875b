/* SPDX-License-Identifier: MIT */
/* futex.h - operations of futex(2) and the robust lists, Linux i386. */
#ifndef NOPAGE_UAPI_FUTEX_H
#define NOPAGE_UAPI_FUTEX_H

#define FUTEX_WAIT		0
#define FUTEX_WAKE		1
#define FUTEX_REQUEUE		3
#define FUTEX_CMP_REQUEUE	4
#define FUTEX_WAIT_BITSET	9
#define FUTEX_WAKE_BITSET	10
#define FUTEX_PRIVATE_FLAG	128
#define FUTEX_CLOCK_REALTIME	256

#define FUTEX_BITSET_MATCH_ANY	0xffffffffU

/* The word of a robust mutex: its owner's thread number and */
#define FUTEX_WAITERS		0x80000000U
#define FUTEX_OWNER_DIED	0x40000000U
#define FUTEX_TID_MASK		0x3fffffffU

/* The user pointers of a thread's list of robust mutexes; the list is circular. */
struct robust_list_head {
	unsigned int next;		/* first entry, or the head itself; bit 0: a PI mutex */
	int futex_offset;		/* from an entry to the mutex's word */
	unsigned int list_op_pending;	/* entry that is being added or removed, or 0 */
};

#define ROBUST_LIST_LIMIT	2048	/* entries looked at */

#endif
