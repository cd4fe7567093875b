/* SPDX-License-Identifier: MIT */
/*
 * events.h - what happened, as fixed-size records in one ring.
 *
 * Every consumer reads the same record: the log (trace=), the tests, GDB's np-events, the last
 * lines of a panic. Writing one is a few dozen instructions, so it is always on.
 */
#ifndef NOPAGE_EVENTS_H
#define NOPAGE_EVENTS_H

#include <nopage/event_types.h>
#include <nopage/sched.h>

/* kernel/events.c */
extern struct event event_ring[EVENT_RING];
extern u32 event_next;				/* sequence number of the next record - 1 */
extern u32 trace_mask;				/* bit per event_type that is printed */

void event_trace(const struct event *ev);	/* print it to the log if its class is traced */

/* event_begin - a fresh record, its arguments not set. Any context, locks nothing. */
static inline struct event *event_begin(enum event_type type)
{
	u32 seq = __atomic_add_fetch(&event_next, 1, __ATOMIC_RELAXED);
	struct event *ev = &event_ring[seq % EVENT_RING];

	OPTIMIZER_HIDE_VAR(ev);		/* one register for the slot, not the index and its multiples */
	ev->seq = seq;
	ev->type = type;
	ev->cpu = this_cpu_read(id);
	ev->pid = current->pid;
	ev->tsc = get_cycles();
	return ev;
}

/* event_end - the record is complete. */
static inline void event_end(struct event *ev)
{
	if (unlikely(trace_mask))
		event_trace(ev);
}

/* event - record with up to six arguments. */
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

#define EVENT_TEXT	192		/* room for the text of any record */
/* event_format - the text of a record as the log has it, without time stamp. Its length. */
int event_format(char *buf, size_t size, const struct event *ev);
/*
 * event_classes - the bits (1 << enum event_type) of comma-separated class names to *mask. 0 or
 * -EINVAL. event_class_name - the name of one class, or NULL at the end.
 */
int event_classes(const char *list, u32 *mask);
const char *event_class_name(unsigned int type);
/*
 * trace_set - comma-separated class names ("fault,mm", "all", "-vma" to leave out; "fault" includes
 * cow). 0 or -EINVAL.
 */
int trace_set(const char *list);
/* The record with sequence number seq, or NULL when it is not (or no longer) in the ring. */
const struct event *event_get(u32 seq);
/* Print the last n events to the log (panic, failed tests). */
void show_events(unsigned int n);

#endif
