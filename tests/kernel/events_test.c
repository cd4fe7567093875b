/* SPDX-License-Identifier: MIT */
/* events_test.c - the ring, the text of records, and trace=. */
#include <nopage/events.h>
#include <nopage/err.h>
#include <nopage/ktest.h>
#include <nopage/mm_types.h>
#include <nopage/printf.h>
#include <nopage/printk.h>
#include <nopage/sched.h>
#include <nopage/string.h>

/* expect_text - the last record reads so, but for the pid at the end. */
static void expect_text(const char *want)
{
	char got[256], full[256];

	snprintf(full, sizeof(full), "%s [%d]", want, current->pid);
	event_format(got, sizeof(got), event_get(event_next));
	if (!KT_TRUE(!strcmp(got, full)))
		printk("wanted: %s\ngot:    %s\n", full, got);
}

KTEST(events, record)
{
	u32 seq = event_next;
	const struct event *ev;

	event(EV_TASK, 7, TASK_EV_REAP, 1, 0, 0, 0);
	KT_EQ(event_next, seq + 1);
	ev = event_get(seq + 1);
	KT_ASSERT(ev);
	KT_TRUE(ev->seq == seq + 1 && ev->type == EV_TASK && ev->pid == current->pid);
	KT_TRUE(ev->arg[0] == 7 && ev->arg[1] == TASK_EV_REAP && ev->arg[2] == 1);
	KT_TRUE(ev->tsc != 0 && ev->cpu == this_cpu()->id);
	KT_TRUE(!event_get(seq + 2) && !event_get(0));
}

KTEST(events, ring_keeps_the_newest)
{
	u32 first, last;

	for (int i = 0; i < EVENT_RING + 10; i++)
		event(EV_SIGNAL, i, 0, 0, 0, 0, 0);
	last = event_next;
	first = last - EVENT_RING + 1;
	KT_TRUE(event_get(last) && event_get(first) && !event_get(first - 1));
	for (u32 seq = first; seq < last; seq++)
		KT_EQ(event_get(seq + 1)->arg[0], event_get(seq)->arg[0] + 1);
}

static void record_fault(enum event_type type, u32 bits, u32 found, u32 path)
{
	struct event *ev = event_begin(type);

	ev->arg[0] = 0x0805a123;
	ev->arg[1] = bits | found << 8 | path << 16;
	ev->arg[2] = 0x0805a000;
	ev->arg[3] = type == EV_COW ? 0x00123025 : 0;
	ev->arg[4] = 0x00456067;
	ev->arg[5] = 1;
	event_end(ev);
}

KTEST(events, text)
{
	record_fault(EV_FAULT, FA_USER, FOUND_CACHE, PATH_ZERO_PAGE);
	expect_text("fault: read 0805a123 user, area 0805a000 (cache): zero page, "
		    "pte 00000000 -> 00456067, frame 00456 count 1");
	record_fault(EV_COW, FA_WRITE | FA_FLUSHED, FOUND_TREE, PATH_COW_COPY);
	expect_text("cow: write 0805a123 kernel, area 0805a000 (tree): copied, "
		    "frame 00123 -> 00456, pte 00123025 -> 00456067, frame 00456 count 1, "
		    "TLB flushed");
	event(EV_MM, 0xc0a41000, EVM_CLONE_VM, 3, 1, 0, 0);
	expect_text("mm: c0a41000 users 2 -> 3, count 1: a new thread or vfork child shares it");
	event(EV_MM, 0xc0a41000, EVM_LAZY_PUT, 0, 0, 0, 0);
	expect_text("mm: c0a41000 users 0, count 1 -> 0: the borrower has moved on");
	event(EV_SWITCH, 3, 5, 0xc0a41000, SW_CR3, 0xc0a41000, 0);
	expect_text("switch: 3 -> 5, mm c0a41000, CR3 written");
	event(EV_SWITCH, 5, 2, 0xc0a41000, SW_LAZY, 0, 0);
	expect_text("switch: 5 -> 2, kernel thread borrows mm c0a41000, CR3 kept");
	event(EV_VMA, 0xc0a41000, VMA_MAP, 0x10000000, 0x10004000, VM_READ | VM_WRITE, 2);
	expect_text("vma: mm c0a41000: 10000000-10004000 rw-p mapped, 2 areas");
	event(EV_TASK, 9, TASK_EV_EXIT, 11, 0, 0, 0);
	expect_text("task: 9 killed by SIGSEGV");
	event(EV_SIGNAL, 9, 12, 0, 0, 0, 0);
	expect_text("signal: SIGKILL sent to 12");
	event(EV_SYSCALL, 3, -EINTR, 1, 2, 3, 0);
	expect_text("syscall: read(00000001, 00000002, 00000003) = -4");
	event(EV_SYSCALL, 17, -ENOSYS, 1, 2, 3, 0);	/* has no name: does not exist */
	expect_text("syscall: 17(00000001, 00000002, 00000003) = -38");
}

KTEST(events, short_buffer)
{
	char buf[12];

	event(EV_SWITCH, 3, 5, 0xc0a41000, SW_CR3, 0xc0a41000, 0);
	KT_EQ(event_format(buf, sizeof(buf), event_get(event_next)), sizeof(buf) - 1);
	KT_TRUE(!strcmp(buf, "switch: 3 -"));
}

KTEST(events, trace_list)
{
	u32 saved = trace_mask, mask;
	int bad;

	trace_set("fault");
	mask = trace_mask;
	trace_mask = saved;
	KT_EQ(mask, 1u << EV_FAULT | 1u << EV_COW);
	trace_set("all,-vma,-syscall");
	mask = trace_mask;
	trace_mask = saved;
	KT_EQ(mask, ((1u << NR_EVENT_TYPES) - 1) & ~(1u << EV_VMA | 1u << EV_SYSCALL));
	bad = trace_set("mm,bogus");
	KT_EQ(bad, -EINVAL);
	KT_EQ(trace_mask, saved);		/* a list with a mistake changes nothing */
	KT_EQ(trace_set("mm,,"), -EINVAL);
}
