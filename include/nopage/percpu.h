/* SPDX-License-Identifier: MIT */
/*
 * percpu.h - one struct cpu per processor, found through %fs: this_cpu() and current are one
 * instruction each and need no lock.
 */
#ifndef NOPAGE_PERCPU_H
#define NOPAGE_PERCPU_H

#include <nopage/list.h>
#include <nopage/types.h>
#include <asm/processor.h>

#define NR_CPUS		1

/* Events a CPU counts; the scenarios assert on them. */
struct cpu_stat {
	u32 switches;		/* context switches */
	u32 cr3_loads;		/* switches that wrote CR3 */
	u32 cr3_kept;		/* switches that did not have to */
	u32 lazy;		/* of those: a kernel thread borrowed the mm */
	u32 flush_page;		/* invlpg */
	u32 flush_all;		/* TLB emptied but for global pages */
	u32 irqs;
	u32 faults, major_faults;	/* page faults, all and major ones */
	u32 ticks_user, ticks_system, ticks_idle;
};

/* Frames freed one by one and taken again one by one, without the zone's lock. */
struct page_cache {
	unsigned int count;
	struct list_head list;
};

struct cpu {
	struct cpu *self;		/* %fs:0 (asm/offsets.h knows the first three) */
	struct task_struct *current_task;	/* %fs:4 */
	int preempt_count;		/* spinlocks held + preempt_disable() depth */
	int irq_count;			/* interrupt handlers on the stack */
	unsigned int id;
	struct task_struct *idle;
	struct page_cache hot;		/* mm/page_alloc.c */
	struct cpu_stat stat;
	struct arch_cpu arch;
};

/* Volatile and with a memory clobber: after schedule() it may be another CPU. */
static inline struct cpu *this_cpu(void)
{
	struct cpu *cpu;

	__asm__ __volatile__("movl %%fs:0, %0" : "=r"(cpu) : : "memory");
	return cpu;
}

/* this_cpu_inc(member) - add one to a 32-bit member of this CPU's struct cpu: one instruction. */
#define this_cpu_inc(member) \
	__asm__ __volatile__("incl %%fs:%c0" : : "i"(offsetof(struct cpu, member)) : "memory")
#define this_cpu_dec(member) \
	__asm__ __volatile__("decl %%fs:%c0" : : "i"(offsetof(struct cpu, member)) : "memory")

/* this_cpu_read(member) - a 32-bit member of this CPU's struct cpu. */
#define this_cpu_read(member) ({ u32 __v;					\
	__asm__ __volatile__("movl %%fs:%c1, %0" : "=r"(__v)			\
			     : "i"(offsetof(struct cpu, member)) : "memory");	\
	__v; })

/* Not volatile: a task keeps its own task_struct wherever it runs. */
static inline struct task_struct *get_current(void)
{
	struct task_struct *task;

	__asm__("movl %%fs:4, %0" : "=r"(task));
	return task;
}
#define current get_current()

extern struct cpu cpus[NR_CPUS];

#endif
