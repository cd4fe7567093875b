/* SPDX-License-Identifier: MIT */
/* sched.h - flags of clone() (the low byte is the exit signal), policies, Linux. */
#ifndef NOPAGE_UAPI_SCHED_H
#define NOPAGE_UAPI_SCHED_H

#define CSIGNAL			0x000000ff
#define CLONE_VM		0x00000100
#define CLONE_FS		0x00000200
#define CLONE_FILES		0x00000400
#define CLONE_SIGHAND		0x00000800
#define CLONE_PIDFD		0x00001000
#define CLONE_VFORK		0x00004000
#define CLONE_PARENT		0x00008000
#define CLONE_THREAD		0x00010000
#define CLONE_NEWNS		0x00020000
#define CLONE_SETTLS		0x00080000
#define CLONE_PARENT_SETTID	0x00100000
#define CLONE_CHILD_CLEARTID	0x00200000
#define CLONE_DETACHED		0x00400000
#define CLONE_CHILD_SETTID	0x01000000
/* CLONE_NEWNS and its kin: control groups, UTS, IPC, users, process numbers, network */
#define CLONE_NAMESPACES	0x7e020000

/* clone3() only: bits from 32 on */
#define CLONE_CLEAR_SIGHAND	0x100000000ULL	/* no handlers in the child */

/* What clone3() passes; it may grow. */
struct clone_args {
	unsigned long long flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls;
	unsigned long long set_tid, set_tid_size, cgroup;
};

#define CLONE_ARGS_SIZE_VER0	64		/* up to tls */

#define SCHED_OTHER		0
#define SCHED_FIFO		1
#define SCHED_RR		2
#define SCHED_BATCH		3
#define SCHED_IDLE		5
#define SCHED_DEADLINE		6
#define SCHED_EXT		7

#endif
