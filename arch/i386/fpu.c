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

#define FCW_DEFAULT	0x037f			/* all x87 exceptions masked, 64-bit precision */
#define MXCSR_DEFAULT	0x1f80			/* all SSE exceptions masked */
#define MXCSR_MASK_DEFAULT 0xffbf		/* where the processor does not tell (SDM vol. 1, 11.6.6) */
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

/* Which bits of MXCSR exist, as fxsave tells; 0: it does not. CR0.TS and EM are clear. */
static u32 __init processor_mxcsr_mask(void)
{
	static struct fpu_state state __initdata;

	save_registers(&state);
	return *(u32 *)(state.fxsave + FXSAVE_MXCSR + 4);
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
		*(u32 *)(fpu_clean.fxsave + FXSAVE_MXCSR + 4) = processor_mxcsr_mask();
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

/* Fields of fxsave's image (Intel SDM vol. 2, FXSAVE); without fxsave, the image of fsave. */
struct fxsave {
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
};

/* current's state is in memory from here on. It has one. */
static struct fxsave *saved_state(void)
{
	BUILD_BUG_ON(sizeof(struct fxsave) != sizeof(struct fpu_state));
	BUG_ON(!current->thread.fpu_used);
	if (this_cpu()->arch.fpu_owner == current)
		fpu_save(this_cpu());
	return (struct fxsave *)current->thread.fpu;
}

/*
 * The exceptions that have happened and are not masked; of several, the first in this order
 * counts (SDM vol. 1, 8.5 and 11.5). 0: it was cleared meanwhile.
 */
int fpu_error_code(bool simd)
{
	struct fxsave *fx;
	u32 raised;

	if (!current->thread.fpu_used)
		return 0;
	fx = saved_state();
	if (simd)
		raised = fx->mxcsr & ~(fx->mxcsr >> 7);
	else if (has_fxsr)
		raised = fx->sw & ~fx->cw;
	else
		raised = ((u32 *)fx)[1] & ~((u32 *)fx)[0];
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
static u32 register_tag(const struct fxsave *fx, unsigned int phys)
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
static void to_fsave(struct fpstate *to, const struct fxsave *fx)
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
static void from_fsave(struct fxsave *fx, const struct fpstate *from)
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
	struct fxsave *fx = saved_state();
	struct fpstate head;
	int error;

	if (has_fxsr) {
		to_fsave(&head, fx);
		error = copy_to_user(user, &head, FPSTATE_FSAVE) ||
			copy_to_user(user->fxsave, fx, sizeof(*fx)) ? -EFAULT : 0;
	} else {
		memcpy(&head, fx, FPSTATE_FSAVE - 4);
		head.status = head.sw;
		head.magic = 0xffff;
		error = copy_to_user(user, &head, FPSTATE_FSAVE) ? -EFAULT : 0;
	}
	if (!error)
		current->thread.fpu_used = false;
	return error;
}

/* A bit that the processor does not know would be a general protection fault in fxrstor. */
static bool mxcsr_valid(const struct fxsave *fx)
{
	u32 mask = ((const struct fxsave *)&fpu_clean)->mxcsr_mask;

	return !(fx->mxcsr & ~(mask ? mask : MXCSR_MASK_DEFAULT));
}

int fpu_from_user(const struct fpstate *user)
{
	struct thread_struct *thread = &current->thread;
	struct fpstate head;
	struct fxsave *fx;

	if (this_cpu()->arch.fpu_owner == current)
		fpu_release(this_cpu());
	thread->fpu_used = false;
	if (!user)
		return 0;
	if (!fpu_memory())
		return -ENOMEM;
	fx = (struct fxsave *)thread->fpu;
	if (copy_from_user(&head, user, FPSTATE_FSAVE))
		return -EFAULT;
	if (has_fxsr) {
		if (copy_from_user(fx, user->fxsave, sizeof(*fx)))
			return -EFAULT;
		from_fsave(fx, &head);
		if (!mxcsr_valid(fx))
			return -EINVAL;
	} else {
		memcpy(fx, &head, FPSTATE_FSAVE - 4);
	}
	thread->fpu_used = true;
	return 0;
}
