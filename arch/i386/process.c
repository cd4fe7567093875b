/* SPDX-License-Identifier: MIT */
/* process.c - the processor's side of tasks: their first registers, and the switch. */
#include <asm/processor.h>
#include "internal.h"
#include <nopage/bug.h>
#include <nopage/sched.h>
#include <nopage/string.h>
#include <uapi/sched.h>

#define EFLAGS_FIXED	0x2		/* always one */

static inline void load_tls(struct cpu *cpu, const struct thread_struct *thread)
{
	struct desc *slot = &cpu->arch.gdt[GDT_TLS_MIN];

	for (unsigned int i = 0; i < GDT_TLS_ENTRIES; i++)
		slot[i] = thread->tls[i];
}

static inline bool has_tls(const struct thread_struct *thread)
{
	u32 any = 0;

	for (unsigned int i = 0; i < GDT_TLS_ENTRIES; i++)
		any |= thread->tls[i].hi;
	return any;
}

struct pt_regs *task_pt_regs(struct task_struct *p)
{
	return (struct pt_regs *)((u8 *)p->stack + THREAD_SIZE) - 1;
}

/*
 * A task that has used the FPU since it was switched to is saved now and not at the next FPU
 * instruction of another one: its state is then in memory, wherever it runs next.
 */
noinline struct task_struct *switch_to(struct task_struct *prev, struct task_struct *next)
{
	struct thread_struct *from = &prev->thread, *to = &next->thread;
	struct cpu *cpu = this_cpu();

	if (unlikely(cpu->arch.fpu_owner))
		fpu_save(cpu);
	cpu->arch.tss.sp0 = (u32)next->stack + THREAD_SIZE;
	from->gs = read_gs();
	if (has_tls(from) || has_tls(to))
		load_tls(cpu, to);
	if (from->gs | to->gs)
		load_gs(to->gs);
	cpu->current_task = next;
	return switch_stack(prev, from, to);
}

/* Below the (empty) user registers, what ret_from_kernel_thread pops. */
static void setup_kernel_thread(struct task_struct *p, int (*fn)(void *), void *arg)
{
	struct pt_regs *regs = task_pt_regs(p);
	u32 *frame = (u32 *)regs - 2;

	memset(regs, 0, sizeof(*regs));
	memset(&p->thread, 0, sizeof(p->thread));
	frame[0] = (u32)fn;
	frame[1] = (u32)arg;
	p->thread.sp = (u32)frame;
	p->thread.ip = (u32)ret_from_kernel_thread;
}

int copy_thread(struct task_struct *p, const struct fork_args *args)
{
	struct pt_regs *child = task_pt_regs(p);
	int error;

	if (args->fn) {
		setup_kernel_thread(p, args->fn, args->arg);
		return 0;
	}
	BUG_ON(!user_mode(args->regs));
	*child = *args->regs;
	child->ax = 0;
	if (args->usp)
		child->sp = args->usp;
	p->thread.sp = (u32)child;	/* it is a copy of current's, tls included */
	p->thread.ip = (u32)ret_from_fork;
	p->thread.gs = read_gs();
	p->thread.fpu = NULL;
	p->thread.fpu_used = false;
	error = fpu_copy(p);
	if (!error && args->flags & CLONE_SETTLS)
		error = set_tls(p, args->tls);
	if (error)
		exit_thread(p);
	return error;
}

void exit_thread(struct task_struct *p)
{
	fpu_forget(p);
}

void start_thread(struct pt_regs *regs, unsigned long ip, unsigned long sp)
{
	struct thread_struct *thread = &current->thread;

	fpu_forget(current);
	memset(thread->tls, 0, sizeof(thread->tls));
	load_tls(this_cpu(), thread);
	load_gs(0);
	memset(regs, 0, sizeof(*regs));
	regs->ds = USER_DS;
	regs->es = USER_DS;
	regs->ss = USER_DS;
	regs->cs = USER_CS;
	regs->ip = ip;
	regs->sp = sp;
	regs->flags = EFLAGS_IF | EFLAGS_FIXED;
}
