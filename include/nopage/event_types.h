/* SPDX-License-Identifier: MIT */
/* event_types.h - the event record and what its arguments mean; events.h has the functions. */
#ifndef NOPAGE_EVENT_TYPES_H
#define NOPAGE_EVENT_TYPES_H

#include <nopage/types.h>

enum event_type {
	EV_FAULT,	/* a page fault, resolved or not */
	EV_COW,		/* never in a record: the class of faults with PATH_COW, see event_class() */
	EV_MM,		/* mm_users or mm_count changed; an mm was made or freed */
	EV_SWITCH,	/* another task runs */
	EV_VMA,		/* an area was made, grown, shrunk, split, merged, removed */
	EV_TASK,	/* a task was made, replaced its program, exited, was reaped */
	EV_SYSCALL,	/* a system call returned */
	EV_SIGNAL,	/* a signal was sent or acted on */
	NR_EVENT_TYPES
};

#define EVENT_ARGS	7

struct event {
	u64 tsc;
	u32 seq;			/* counts from 1; the ring keeps the last EVENT_RING */
	u16 type;			/* enum event_type */
	u16 cpu;
	s32 pid;			/* whose doing */
	u32 arg[EVENT_ARGS];
};

#define EVENT_RING	1024		/* records; a power of two */

/* EV_FAULT: how the area was found. */
enum fault_found { FOUND_CACHE, FOUND_TREE, FOUND_NONE };

/* EV_FAULT: what the ladder did. */
enum fault_path {
	PATH_NONE,
	PATH_ZERO_PAGE,		/* first read of anonymous memory: the zero page */
	PATH_ANON,		/* first write of anonymous memory: a fresh frame of zeroes */
	PATH_FILE,		/* vm_ops->nopage gave the page */
	PATH_FILE_AROUND,	/* the same, and pages around it were mapped, too */
	PATH_FILE_COPY,		/* the same, written to privately: copied at once */
	PATH_SPURIOUS,		/* somebody else had resolved it */
	PATH_NO_VMA,		/* SIGSEGV: no area */
	PATH_ACCESS,		/* SIGSEGV: area without the right */
	PATH_STACK_LIMIT,	/* SIGSEGV: the stack may not grow so far */
	PATH_SIGBUS,
	PATH_OOM,
	PATH_COW = 16,		/* from here on: writes to write-protected private pages */
	PATH_COW_COPY = PATH_COW, /* shared frame: copied */
	PATH_COW_ZERO,		/* the zero page: replaced by a fresh frame of zeroes */
	PATH_COW_REUSE,		/* last owner: only the write bit */
};

/*
 * EV_FAULT arguments:
 *   0 address  1 FA_* bits | found << 8 | path << 16  2 vm_start (0: no area)  3 entry before
 *   4 entry after  5 count of its frame
 */
#define FA_PRESENT	0x01		/* the entry was present: these three as the processor reports them */
#define FA_WRITE	0x02
#define FA_USER		0x04
#define FA_FLUSHED	0x80		/* a TLB flush followed */

/* EV_MM arguments: 0 mm  1 EVM_* (why)  2 mm_users after  3 mm_count after */
enum mm_why {
	EVM_ALLOC,		/* made: users 1, count 1 */
	EVM_FORK_FAIL,		/* undone fork */
	EVM_CLONE_VM,		/* a thread or vfork child shares it */
	EVM_EXEC,		/* exec replaces it */
	EVM_EXIT,		/* its task exits */
	EVM_LAST_USER,		/* the users' common reference goes with the last user */
	EVM_LAZY_GET,		/* a kernel thread borrows it as active_mm */
	EVM_LAZY_PUT,		/* the borrower has moved on */
	EVM_USE_MM,		/* a kernel thread takes it as its own mm for a while */
	EVM_UNUSE_MM,
	EVM_LOOK,		/* looked at from outside: /proc, GDB helpers, tests */
	EVM_UNMAP,		/* users 0: user half freed (exit_mmap) */
	EVM_FREE,		/* count 0: struct and page directory freed */
};

/* EV_SWITCH arguments: 0 previous pid  1 next pid  2 next's active_mm  3 SW_* bits
 *	4 its mm or 0 */
#define SW_CR3		1	/* CR3 was written */
#define SW_LAZY		2	/* next borrows prev's mm */

/* EV_VMA arguments: 0 mm  1 VMA_*  2 vm_start  3 vm_end  4 vm_flags  5 map_count after */
enum vma_op {
	VMA_MAP, VMA_UNMAP, VMA_SPLIT, VMA_MERGE, VMA_GROW, VMA_SHRINK, VMA_PROTECT, VMA_STACK
};

/* EV_TASK arguments: 0 pid  1 TASK_EV_*  2, 3 see below */
enum task_ev {
	TASK_EV_FORK,		/* 2: parent pid  3: clone flags */
	TASK_EV_EXEC,		/* 2: entry point */
	TASK_EV_EXIT,		/* 2: wait status  3: not 0 for a kernel thread (2: its result) */
	TASK_EV_REAP,		/* 2: by pid */
	TASK_EV_KTHREAD,	/* a kernel thread was made; 2: by pid */
};
/* EV_SYSCALL: 0 number  1 result  2.. first arguments. */
/* EV_SIGNAL: 0 signal  1 to pid  2 address  3 0: sent, 1: fatal */

/* event_class - what trace= knows the record as: its type, but EV_COW for copy-on-write faults. */
static inline enum event_type event_class(const struct event *ev)
{
	return ev->type == EV_FAULT && ev->arg[1] >> 16 >= PATH_COW ? EV_COW : ev->type;
}

#endif
