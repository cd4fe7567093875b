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
#include <nopage/string.h>
#include <asm/irq.h>
#include <asm/traps.h>
#include <asm/uaccess.h>
#include <uapi/signal.h>

/* Image of fxsave (Intel SDM vol. 2, FXSAVE). */
struct fpu_state {
	u16 cw, sw;
	u8 tag, reserved;		/* tag: a bit per register, 1 = in use */
	u16 opcode;
	u32 ip, cs, data, ds;
	u32 mxcsr, mxcsr_mask;
	struct {
		u16 reg[5], pad[3];
	} st[8];
	u8 xmm[8][16];
	u8 rest[224];
} __aligned(16);

BUILD_BUG_ON(sizeof(struct fpu_state) != 512);

/* What a fresh program finds. */
static struct fpu_state fpu_clean = {
	.cw = 0x037f,			/* all x87 exceptions masked, 64-bit precision */
	.mxcsr = 0x1f80,		/* all SSE exceptions masked */
	.mxcsr_mask = 0xffbf,		/* where the processor does not tell (SDM vol. 1, 11.6.6) */
};

static struct kmem_cache *fpu_cache;

static inline void save_registers(struct fpu_state *state)
{
	__asm__ __volatile__("fxsave %0" : "=m"(*state));
}

static inline void load_registers(const struct fpu_state *state)
{
	__asm__ __volatile__("fxrstor %0" : : "m"(*state));
}

static inline void clear_ts(void)
{
	__asm__ __volatile__("clts" : : : "memory");
}

void __init fpu_init(void)
{
	static struct fpu_state at_boot __initdata;
	u32 cr4 = read_cr4() | CR4_OSFXSR;

	if (cpu_features() & CPUID_SSE)
		cr4 |= CR4_OSXMMEXCPT;
	write_cr4(cr4);
	write_cr0((read_cr0() & ~(CR0_EM | CR0_TS)) | CR0_MP | CR0_NE);
	save_registers(&at_boot);
	if (at_boot.mxcsr_mask)
		fpu_clean.mxcsr_mask = at_boot.mxcsr_mask;
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

/* fpu_memory - a place for current's state; false: no memory. Sleeps. */
static bool fpu_memory(void)
{
	struct thread_struct *thread = &current->thread;

	if (!thread->fpu)
		thread->fpu = kmem_cache_alloc(fpu_cache, GFP_KERNEL);
	return thread->fpu;
}

/* Vector 7, CR0.TS is set: give current its registers. Without memory for them, it is killed. */
asmlinkage void do_device_not_available(struct pt_regs *regs)
{
	struct thread_struct *thread = &current->thread;

	if (!user_mode(regs))
		die("FPU instruction in the kernel", regs, 0);
	BUG_ON(this_cpu()->arch.fpu_owner);
	local_irq_enable();
	if (!fpu_memory()) {
		force_sig_fault(SIGKILL, 0, regs->ip);
		return;
	}
	local_irq_disable();
	clear_ts();
	load_registers(thread->fpu_used ? thread->fpu : &fpu_clean);
	thread->fpu_used = true;
	this_cpu()->arch.fpu_owner = current;
}

/* ------------------------------------------------------------------ exceptions */

/* current's state is in memory from here on. It has one. */
static struct fpu_state *saved_state(void)
{
	BUG_ON(!current->thread.fpu_used);
	if (this_cpu()->arch.fpu_owner == current)
		fpu_save(this_cpu());
	return current->thread.fpu;
}

/*
 * The exceptions that have happened and are not masked; of several, the first in this order
 * counts (SDM vol. 1, 8.5 and 11.5). 0: it was cleared meanwhile.
 */
int fpu_error_code(bool simd)
{
	const struct fpu_state *fx;
	u32 raised;

	if (!current->thread.fpu_used)
		return 0;
	fx = saved_state();
	raised = simd ? fx->mxcsr & ~(fx->mxcsr >> 7) : fx->sw & ~fx->cw;
	if (raised & 0x01)
		return FPE_FLTINV;
	if (raised & 0x04)
		return FPE_FLTDIV;
	if (raised & 0x08)
		return FPE_FLTOVF;
	if (raised & 0x12)
		return FPE_FLTUND;
	return raised & 0x20 ? FPE_FLTRES : 0;
}

/* ------------------------------------------------------------------ signal frames */

/* What fsave would have said of a register: 0 a number, 1 zero, 2 anything else, 3 empty. */
static u32 register_tag(const struct fpu_state *fx, unsigned int phys)
{
	unsigned int top = fx->sw >> 11 & 7;
	const u16 *reg = fx->st[(phys - top) & 7].reg;
	u16 exponent = reg[4] & 0x7fff;
	bool zero = !(reg[0] | reg[1] | reg[2] | reg[3]);

	if (!(fx->tag & 1 << phys))
		return 3;
	if (!exponent)
		return zero ? 1 : 2;
	return exponent != 0x7fff && reg[3] & 0x8000 ? 0 : 2;
}

/* to_fsave - the x87 part in fsave's form, which older programs read. */
static void to_fsave(struct fpstate *to, const struct fpu_state *fx)
{
	u32 tags = 0;

	for (unsigned int i = 0; i < 8; i++)
		tags |= register_tag(fx, i) << 2 * i;
	to->cw = fx->cw | 0xffff0000;
	to->sw = fx->sw | 0xffff0000;
	to->tag = tags | 0xffff0000;
	to->ipoff = fx->ip;
	to->cssel = (fx->cs & 0xffff) | (u32)fx->opcode << 16;
	to->dataoff = fx->data;
	to->datasel = fx->ds | 0xffff0000;
	for (unsigned int i = 0; i < 8; i++)
		memcpy(to->st[i], fx->st[i].reg, sizeof(to->st[i]));
	to->status = fx->sw;
	to->magic = X86_FXSR_MAGIC;
}

/* from_fsave - and back: for the x87 part that form counts, as on Linux. */
static void from_fsave(struct fpu_state *fx, const struct fpstate *from)
{
	fx->cw = from->cw;
	fx->sw = from->sw;
	fx->tag = 0;
	for (unsigned int i = 0; i < 8; i++)
		if ((from->tag >> 2 * i & 3) != 3)
			fx->tag |= 1 << i;
	fx->ip = from->ipoff;
	fx->cs = from->cssel & 0xffff;
	fx->opcode = from->cssel >> 16;
	fx->data = from->dataoff;
	fx->ds = from->datasel & 0xffff;
	for (unsigned int i = 0; i < 8; i++)
		memcpy(fx->st[i].reg, from->st[i], sizeof(from->st[i]));
}

int fpu_to_user(struct fpstate *user)
{
	const struct fpu_state *fx = saved_state();
	struct fpstate head;

	to_fsave(&head, fx);
	if (copy_to_user(user, &head, FPSTATE_FSAVE) ||
	    copy_to_user(user->fxsave, fx, sizeof(*fx)))
		return -EFAULT;
	current->thread.fpu_used = false;
	return 0;
}

/* A bit of MXCSR that does not exist would be a general protection fault in fxrstor. */
int fpu_from_user(const struct fpstate *user)
{
	struct thread_struct *thread = &current->thread;
	struct fpstate head;

	if (this_cpu()->arch.fpu_owner == current)
		fpu_release(this_cpu());
	thread->fpu_used = false;
	if (!user)
		return 0;
	if (!fpu_memory())
		return -ENOMEM;
	if (copy_from_user(&head, user, FPSTATE_FSAVE) ||
	    copy_from_user(thread->fpu, user->fxsave, sizeof(*thread->fpu)))
		return -EFAULT;
	from_fsave(thread->fpu, &head);
	if (thread->fpu->mxcsr & ~fpu_clean.mxcsr_mask)
		return -EINVAL;
	thread->fpu_used = true;
	return 0;
}
