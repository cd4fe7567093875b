/* SPDX-License-Identifier: MIT */
/*
 * events.c - the ring of event records, and their text.
 *
 * A slot is taken by one atomic addition, so an interrupt may record between another record's
 * begin and end. Writers never wait: the oldest record is overwritten. A reader checks the
 * sequence number to see that the record is still the one it wants.
 */
#include <nopage/events.h>
#include <nopage/bug.h>
#include <nopage/err.h>
#include <nopage/mm_types.h>
#include <nopage/printf.h>
#include <nopage/printk.h>
#include <nopage/sched.h>
#include <nopage/string.h>
#include <nopage/syscalls.h>


struct event event_ring[EVENT_RING];
u32 event_next;
u32 trace_mask;

BUILD_BUG_ON(EVENT_RING & (EVENT_RING - 1));
BUILD_BUG_ON(sizeof(struct event) != 48);	/* the GDB commands read the ring too */

const struct event *event_get(u32 seq)
{
	const struct event *ev = &event_ring[seq % EVENT_RING];

	return seq && ev->seq == seq ? ev : NULL;
}

/* ------------------------------------------------------------------ text */

/* Where the text of one record grows. */
struct text {
	char *buf;
	size_t size, len;
};

static void __printf(2, 3) add(struct text *t, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	t->len += vscnprintf(t->buf + t->len, t->size - t->len, fmt, args);
	va_end(args);
}

static const char *const path_text[] = {
	[PATH_NONE] = "nothing done",
	[PATH_ZERO_PAGE] = "zero page",
	[PATH_ANON] = "fresh frame of zeroes",
	[PATH_FILE] = "page of the file",
	[PATH_FILE_AROUND] = "page of the file, and those around it",
	[PATH_FILE_COPY] = "private copy of the file's page",
	[PATH_COW_COPY] = "copied",
	[PATH_COW_ZERO] = "zero page replaced by a fresh frame",
	[PATH_COW_REUSE] = "last owner, write bit given back",
	[PATH_SPURIOUS] = "already resolved",
	[PATH_NO_VMA] = "SIGSEGV, nothing mapped there",
	[PATH_ACCESS] = "SIGSEGV, no right to do that",
	[PATH_STACK_LIMIT] = "SIGSEGV, nothing there and too far below the stack",
	[PATH_SIGBUS] = "SIGBUS, nothing behind the mapping",
	[PATH_OOM] = "no memory",
};

static void fault_text(struct text *t, const struct event *ev)
{
	u32 bits = ev->arg[1] & 0xff, path = ev->arg[1] >> 16;
	u32 found = ev->arg[1] >> 8 & 0xff, before = ev->arg[3], after = ev->arg[4];

	add(t, "%s %08x %s, ", bits & FA_WRITE ? "write" : "read", ev->arg[0],
	    bits & FA_USER ? "user" : "kernel");
	if (ev->arg[2])
		add(t, "area %08x (%s): ", ev->arg[2], found == FOUND_CACHE ? "cache" : "tree");
	else
		add(t, "no area: ");
	add(t, "%s", path < ARRAY_SIZE(path_text) ? path_text[path] : "?");
	if (path == PATH_COW_COPY)
		add(t, ", frame %05x -> %05x", before >> PAGE_SHIFT, after >> PAGE_SHIFT);
	if (before || after)
		add(t, ", pte %08x -> %08x", before, after);
	if (after)
		add(t, ", frame %05x count %u", after >> PAGE_SHIFT, ev->arg[5]);
	if (bits & FA_FLUSHED)
		add(t, ", TLB flushed");
}

/* Why a count changed, and by how much: the record holds the counts after the change. */
static const struct {
	const char *text;
	int users, count;
} mm_text[] = {
	[EVM_ALLOC] = { "made", 0, 0 },
	[EVM_FORK_FAIL] = { "fork failed, undone", -1, 0 },
	[EVM_CLONE_VM] = { "a new thread or vfork child shares it", 1, 0 },
	[EVM_EXEC] = { "exec replaces it", -1, 0 },
	[EVM_EXIT] = { "its task exits", -1, 0 },
	[EVM_LAST_USER] = { "the users' common reference goes with the last user", 0, -1 },
	[EVM_LAZY_GET] = { "a task without mm borrows it", 0, 1 },
	[EVM_LAZY_PUT] = { "the borrower has moved on", 0, -1 },
	[EVM_USE_MM] = { "a kernel thread takes it as its own", 1, 0 },
	[EVM_UNUSE_MM] = { "the kernel thread gives it back", -1, 0 },
	[EVM_LOOK] = { "looked at from outside", 0, 0 },
	[EVM_UNMAP] = { "no users left, user half freed", 0, 0 },
	[EVM_FREE] = { "nobody refers to it: struct and page directory freed", 0, 0 },
};

static void count_text(struct text *t, const char *name, int after, int delta)
{
	if (delta)
		add(t, "%s %d -> %d", name, after - delta, after);
	else
		add(t, "%s %d", name, after);
}

static void mm_event_text(struct text *t, const struct event *ev)
{
	u32 why = ev->arg[1];

	if (why >= ARRAY_SIZE(mm_text))
		why = EVM_LOOK;
	add(t, "%08x ", ev->arg[0]);
	count_text(t, "users", ev->arg[2], mm_text[why].users);
	add(t, ", ");
	count_text(t, "count", ev->arg[3], mm_text[why].count);
	add(t, ": %s", mm_text[why].text);
}

static void switch_text(struct text *t, const struct event *ev)
{
	bool lazy = ev->arg[3] & SW_LAZY;

	add(t, "%d -> %d, %s %08x, ", ev->arg[0], ev->arg[1],
	    lazy ? "kernel thread borrows mm" : "mm", ev->arg[2]);
	if (ev->arg[3] & SW_CR3)
		add(t, "CR3 written");
	else
		add(t, "CR3 kept%s", lazy ? "" : ", it is loaded already");
}

static void vma_text(struct text *t, const struct event *ev)
{
	static const char *const ops[] = {
		[VMA_MAP] = "mapped", [VMA_UNMAP] = "unmapped", [VMA_SPLIT] = "split off",
		[VMA_MERGE] = "merged into", [VMA_GROW] = "grown", [VMA_SHRINK] = "cut off",
		[VMA_PROTECT] = "rights changed", [VMA_STACK] = "stack grown",
	};
	u32 flags = ev->arg[4];

	add(t, "mm %08x: %08x-%08x %c%c%c%c %s, %u area%s", ev->arg[0], ev->arg[2], ev->arg[3],
	    flags & VM_READ ? 'r' : '-', flags & VM_WRITE ? 'w' : '-',
	    flags & VM_EXEC ? 'x' : '-', flags & VM_SHARED ? 's' : 'p',
	    ev->arg[1] < ARRAY_SIZE(ops) ? ops[ev->arg[1]] : "?", ev->arg[5],
	    ev->arg[5] == 1 ? "" : "s");
}

static void task_text(struct text *t, const struct event *ev)
{
	u32 status = ev->arg[2];

	switch (ev->arg[1]) {
	case TASK_EV_FORK:
		add(t, "%d made by %d, clone flags %08x", ev->arg[0], status, ev->arg[3]);
		break;
	case TASK_EV_EXEC:
		add(t, "%d runs another program, entry %08x", ev->arg[0], status);
		break;
	case TASK_EV_EXIT:
		if (ev->arg[3])
			add(t, "%d ends, a kernel thread, result %d", ev->arg[0], (int)status);
		else if (status & 0x7f)
			add(t, "%d killed by %s", ev->arg[0], signal_name(status & 0x7f));
		else
			add(t, "%d exits with status %u", ev->arg[0], status >> 8 & 0xff);
		break;
	case TASK_EV_REAP:
		add(t, "%d reaped by %d", ev->arg[0], status);
		break;
	default:
		add(t, "%d made, a kernel thread", ev->arg[0]);
	}
}

static void syscall_text(struct text *t, const struct event *ev)
{
	const char *name = syscall_name(ev->arg[0]);

	if (name)
		add(t, "%s", name);
	else
		add(t, "%u", ev->arg[0]);
	add(t, "(%08x, %08x, %08x) = %d", ev->arg[2], ev->arg[3], ev->arg[4], (int)ev->arg[1]);
}

static void signal_text(struct text *t, const struct event *ev)
{
	add(t, "%s %s %d", signal_name(ev->arg[0]), ev->arg[3] ? "kills" : "sent to", ev->arg[1]);
	if (ev->arg[2])
		add(t, ", address %08x", ev->arg[2]);
}

/* One row per class, by enum event_type. */
static const struct {
	const char *name;
	void (*text)(struct text *t, const struct event *ev);
} classes[NR_EVENT_TYPES] = {
	[EV_FAULT] = { "fault", fault_text },
	[EV_COW] = { "cow", fault_text },
	[EV_MM] = { "mm", mm_event_text },
	[EV_SWITCH] = { "switch", switch_text },
	[EV_VMA] = { "vma", vma_text },
	[EV_TASK] = { "task", task_text },
	[EV_SYSCALL] = { "syscall", syscall_text },
	[EV_SIGNAL] = { "signal", signal_text },
};

int event_format(char *buf, size_t size, const struct event *ev)
{
	struct text t = { buf, size, 0 };

	BUG_ON(size == 0);
	if (ev->type >= NR_EVENT_TYPES)
		return scnprintf(buf, size, "event %u?", ev->type);
	add(&t, "%s: ", classes[event_class(ev)].name);
	classes[ev->type].text(&t, ev);
	add(&t, " [%d]", ev->pid);
	return t.len;
}

void event_trace(const struct event *ev)
{
	char buf[EVENT_TEXT];

	if (!(trace_mask & 1u << event_class(ev)))
		return;
	event_format(buf, sizeof(buf), ev);
	printk("%s\n", buf);
}

void show_events(unsigned int n)
{
	u32 last = event_next, seq;
	char buf[EVENT_TEXT];

	n = min(min(n, (unsigned int)EVENT_RING), last);
	printk("events: the last %u of %u\n", n, last);
	for (seq = last - n + 1; n; n--, seq++) {
		const struct event *ev = event_get(seq);

		if (!ev)
			continue;
		event_format(buf, sizeof(buf), ev);
		printk("  %u tsc %llu %s\n", ev->seq, ev->tsc, buf);
	}
}

/* ------------------------------------------------------------------ trace= */

/* class_mask - the bits that a name of len characters stands for, 0 for an unknown one. */
static u32 class_mask(const char *name, size_t len)
{
	unsigned int type;

	if (len == 3 && !strncmp(name, "all", 3))
		return (1u << NR_EVENT_TYPES) - 1;
	for (type = 0; type < NR_EVENT_TYPES; type++)
		if (strlen(classes[type].name) == len && !strncmp(name, classes[type].name, len))
			return type == EV_FAULT ? 1u << EV_FAULT | 1u << EV_COW : 1u << type;
	return 0;
}

int event_classes(const char *list, u32 *result)
{
	u32 mask = 0;

	while (*list) {
		const char *end = strchr(list, ',');
		bool off = *list == '-';
		size_t len;
		u32 bits;

		list += off;
		len = end ? (size_t)(end - list) : strlen(list);
		bits = class_mask(list, len);
		if (!bits)
			return -EINVAL;
		mask = off ? mask & ~bits : mask | bits;
		list += len + (end != NULL);
	}
	*result = mask;
	return 0;
}

const char *event_class_name(unsigned int type)
{
	return type < NR_EVENT_TYPES ? classes[type].name : NULL;
}

/* trace_set - trace_mask changes only when the whole list is understood; "" turns all off. */
int trace_set(const char *list)
{
	return event_classes(list, &trace_mask);
}
