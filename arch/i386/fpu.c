/* SPDX-License-Identifier: MIT */
/*
 * fpu.c - x87 and SSE registers of user programs.
 *
 * CR0.TS makes a task's first FPU instruction after each switch to it fault (vector 7); then its
 * state is loaded, and saved again when it is switched out. Tasks without such instructions pay
 * nothing (Intel SDM vol. 3, 13.4). The kernel itself uses no FPU.
 */
#include "internal.h"
#include <nopage/bug.h>
#include <nopage/err.h>
#include <nopage/mm.h>
#include <nopage/sched.h>
#include <nopage/slab.h>
#include <asm/irq.h>
#include <asm/traps.h>

#define FCW_DEFAULT	0x037f			/* all x87 exceptions masked, 64-bit precision */
#define MXCSR_DEFAULT	0x1f80			/* all SSE exceptions masked */
#define FXSAVE_MXCSR	24			/* offset in the image */

static struct kmem_cache *fpu_cache;
static bool has_fxsr;
static struct fpu_state fpu_clean;		/* what a fresh program finds */

static inline void save_registers(struct fpu_state *state)
{
	if (has_fxsr)
		__asm__ __volatile__("fxsave %0" : "=m"(*state));
	else
		__asm__ __volatile__("fnsave %0; fwait" : "=m"(*state));
}

static inline void load_registers(const struct fpu_state *state)
{
	if (has_fxsr)
		__asm__ __volatile__("fxrstor %0" : : "m"(*state));
	else
		__asm__ __volatile__("frstor %0" : : "m"(*state));
}

static inline void clear_ts(void)
{
	__asm__ __volatile__("clts" : : : "memory");
}

void __init fpu_init(void)
{
	u32 a, b, c, features, cr4 = read_cr4();

	cpuid(1, &a, &b, &c, &features);
	has_fxsr = features & CPUID_FXSR;
	if (has_fxsr)
		cr4 |= CR4_OSFXSR;
	if (has_fxsr && (features & CPUID_SSE))
		cr4 |= CR4_OSXMMEXCPT;
	write_cr4(cr4);
	write_cr0((read_cr0() & ~(CR0_EM | CR0_TS)) | CR0_MP | CR0_NE);
	if (has_fxsr) {
		*(u16 *)fpu_clean.fxsave = FCW_DEFAULT;
		*(u32 *)(fpu_clean.fxsave + FXSAVE_MXCSR) = MXCSR_DEFAULT;
	} else {
		__asm__ __volatile__("fninit");
		save_registers(&fpu_clean);
	}
	write_cr0(read_cr0() | CR0_TS);
}

void __init fpu_cache_init(void)
{
	fpu_cache = kmem_cache_create("fpu_state", sizeof(struct fpu_state), 16);
	if (!fpu_cache)
		panic("fpu: no memory");
}

/* The registers belong to nobody from here on. */
static void fpu_release(struct cpu *cpu)
{
	cpu->arch.fpu_owner = NULL;
	write_cr0(read_cr0() | CR0_TS);
}

/* fpu_save - the owner's state goes to memory. There is an owner; cannot fail. */
void fpu_save(struct cpu *cpu)
{
	save_registers(cpu->arch.fpu_owner->thread.fpu);
	fpu_release(cpu);
}

/* fpu_copy - the child of fork gets the parent's state. 0 or -ENOMEM. */
int fpu_copy(struct task_struct *child)
{
	struct thread_struct *from = &current->thread, *to = &child->thread;
	struct cpu *cpu = this_cpu();

	if (!from->fpu_used)
		return 0;
	to->fpu = kmem_cache_alloc(fpu_cache, GFP_KERNEL);
	if (!to->fpu)
		return -ENOMEM;
	if (cpu->arch.fpu_owner == current)
		fpu_save(cpu);
	*to->fpu = *from->fpu;
	to->fpu_used = true;
	return 0;
}

/* fpu_forget - t's state is of no more use: it ends, or gets a new program. */
void fpu_forget(struct task_struct *t)
{
	struct cpu *cpu = this_cpu();

	if (cpu->arch.fpu_owner == t)
		fpu_release(cpu);
	if (t->thread.fpu)
		kmem_cache_free(fpu_cache, t->thread.fpu);
	t->thread.fpu = NULL;
	t->thread.fpu_used = false;
}

/* Vector 7, CR0.TS is set: give current its registers. Without memory for them, it is killed. */
asmlinkage void do_device_not_available(struct pt_regs *regs)
{
	struct thread_struct *thread = &current->thread;

	if (!user_mode(regs))
		die("FPU instruction in the kernel", regs, 0);
	BUG_ON(this_cpu()->arch.fpu_owner);
	local_irq_enable();
	if (!thread->fpu)
		thread->fpu = kmem_cache_alloc(fpu_cache, GFP_KERNEL);
	if (!thread->fpu) {
		force_sig_fault(SIGKILL, 0, regs->ip);
		return;
	}
	local_irq_disable();
	clear_ts();
	load_registers(thread->fpu_used ? thread->fpu : &fpu_clean);
	thread->fpu_used = true;
	this_cpu()->arch.fpu_owner = current;
}
