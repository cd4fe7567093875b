/* SPDX-License-Identifier: MIT */
/*
 * events.h - what happened, as fixed-size records in one ring.
 *
 * Every consumer reads the same record: the log (trace=), the tests, GDB's np-events, the last
 * lines of a panic. Writing one is a few dozen instructions, so it is always on.
 */
#ifndef NOPAGE_EVENTS_H
#define NOPAGE_EVENTS_H

#include <nopage/types.h>

enum event_type {
	EV_FAULT,	/* a page fault, resolved or not, but copy-on-write */
	EV_COW,		/* a page fault on a write-protected private page */
	EV_MM,		/* mm_users or mm_count changed; an mm was made or freed */
	EV_SWITCH,	/* another task runs */
	EV_VMA,		/* an area was made, grown, shrunk, split, merged, removed */
	EV_TASK,	/* a task was made, became runnable by fork, replaced its program, exited, was reaped */
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

/* EV_FAULT, EV_COW: how the area was found. */
enum fault_found { FOUND_NONE, FOUND_CACHE, FOUND_TREE };

/* EV_FAULT, EV_COW: what the ladder did. */
enum fault_path {
	PATH_NONE,
	PATH_ZERO_PAGE,		/* first read of anonymous memory: the zero page */
	PATH_ANON,		/* first write of anonymous memory: a fresh frame of zeroes */
	PATH_FILE,		/* vm_ops->nopage gave the page */
	PATH_FILE_COPY,		/* the same, written to privately: copied at once */
	PATH_COW_COPY,		/* shared frame: copied */
	PATH_COW_ZERO,		/* the zero page: replaced by a fresh frame of zeroes */
	PATH_COW_REUSE,		/* last owner: only the write bit */
	PATH_SPURIOUS,		/* somebody else had resolved it */
	PATH_NO_VMA,		/* SIGSEGV: no area */
	PATH_ACCESS,		/* SIGSEGV: area without the right */
	PATH_STACK_LIMIT,	/* SIGSEGV: the stack may not grow so far */
	PATH_SIGBUS,
	PATH_OOM,
};

/*
 * EV_FAULT, EV_COW arguments:
 *   0 address  1 FA_* bits | found << 8 | path << 16  2 vm_start (0: no area)  3 entry before
 *   4 entry after  5 frame number after (0: none)  6 its page count after
 */
#define FA_WRITE	1
#define FA_USER		2
#define FA_FLUSHED	4

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

/* EV_SWITCH arguments: 0 previous pid  1 next pid  2 active_mm of next  3 SW_* bits  4 its mm (0: kernel thread) */
#define SW_CR3		1	/* CR3 was written */
#define SW_LAZY		2	/* next borrows prev's mm */

/* EV_VMA arguments: 0 mm  1 VMA_*  2 vm_start  3 vm_end  4 vm_flags  5 map_count after */
enum vma_op { VMA_MAP, VMA_UNMAP, VMA_SPLIT, VMA_MERGE, VMA_GROW, VMA_SHRINK, VMA_PROTECT, VMA_STACK };

/* EV_TASK arguments: 0 pid  1 TASK_EV_*  2, 3 see below */
enum task_ev {
	TASK_EV_FORK,		/* 2: parent pid  3: clone flags */
	TASK_EV_EXEC,		/* 2: entry point */
	TASK_EV_EXIT,		/* 2: wait status  3: not 0 for a kernel thread (2: its result) */
	TASK_EV_REAP,		/* 2: by pid */
	TASK_EV_KTHREAD,	/* a kernel thread was made; 2: by pid */
};
/* EV_SYSCALL: 0 number  1 result  2.. first arguments.  EV_SIGNAL: 0 signal  1 to pid  2 address  3 0 sent, 1 fatal */

/* kernel/events.c */
extern struct event event_ring[EVENT_RING];
extern u32 event_next;				/* sequence number of the next record - 1 */
extern u32 trace_mask;				/* bit per event_type that is printed */

struct event *event_begin(enum event_type type);	/* a fresh record: tsc, seq, cpu, pid filled in */
void event_trace(const struct event *ev);		/* print it to the log */

/* event_end - the record is complete: print it when its class is traced. */
static inline void event_end(struct event *ev)
{
	if (unlikely(trace_mask & (1u << ev->type)))
		event_trace(ev);
}

/* event - record with up to five arguments. */
static inline void event(enum event_type type, u32 a0, u32 a1, u32 a2, u32 a3, u32 a4, u32 a5)
{
	struct event *ev = event_begin(type);

	ev->arg[0] = a0;
	ev->arg[1] = a1;
	ev->arg[2] = a2;
	ev->arg[3] = a3;
	ev->arg[4] = a4;
	ev->arg[5] = a5;
	event_end(ev);
}

/* event_format - the text of a record, without time stamp, as the log has it. Returns the length. */
int event_format(char *buf, size_t size, const struct event *ev);
/* Comma-separated class names ("fault,cow,mm", "all", "-vma" to leave out); 0 or -EINVAL. "fault" includes cow. */
int trace_set(const char *list);
/* The record with sequence number seq, or NULL when it is not (or no longer) in the ring. */
const struct event *event_get(u32 seq);
/* Print the last n events to the log (panic, failed tests). */
void show_events(unsigned int n);

#endif
