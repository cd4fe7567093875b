/* SPDX-License-Identifier: MIT */
/*
 * traps.c - exceptions other than page faults: a signal for a user program, the fix-up for an
 * instruction that has one, the end for everything else in the kernel.
 */
#include <asm/traps.h>
#include "internal.h"
#include <nopage/bug.h>
#include <nopage/printk.h>
#include <nopage/sched.h>
#include <nopage/slab.h>
#include <asm/irq.h>
#include <asm/uaccess.h>
#include <uapi/signal.h>

#define VECTOR_DEBUG		1
#define VECTOR_NMI		2
#define VECTOR_BREAKPOINT	3
#define VECTOR_OVERFLOW		4
#define VECTOR_BOUNDS		5
#define VECTOR_DOUBLE_FAULT	8
#define VECTOR_X87		16
#define VECTOR_MACHINE_CHECK	18
#define VECTOR_SIMD		19
#define VECTOR_SYSCALL		0x80

/* Attributes of a gate (Intel SDM vol. 3, 6.11): present, DPL, type. */
#define GATE_INTERRUPT		0x8e00
#define GATE_INTERRUPT_USER	0xee00
#define GATE_TRAP_USER		0xef00
#define GATE_TASK		0x8500

static const struct {
	const char *name;
	u8 sig, code;			/* sig 0: not the fault of the program that ran */
} traps[] = {
	[0] = { "divide error", SIGFPE, FPE_INTDIV },
	[VECTOR_DEBUG] = { "debug exception", SIGTRAP, TRAP_BRKPT },
	[VECTOR_NMI] = { "non-maskable interrupt", 0, 0 },
	[VECTOR_BREAKPOINT] = { "breakpoint", SIGTRAP, SI_KERNEL },
	[VECTOR_OVERFLOW] = { "overflow", SIGSEGV, SI_KERNEL },
	[VECTOR_BOUNDS] = { "bound range exceeded", SIGSEGV, SI_KERNEL },
	[6] = { "invalid opcode", SIGILL, ILL_ILLOPN },
	[7] = { "device not available", 0, 0 },
	[9] = { "coprocessor segment overrun", SIGFPE, SI_KERNEL },
	[10] = { "invalid TSS", SIGSEGV, SI_KERNEL },
	[11] = { "segment not present", SIGBUS, SI_KERNEL },
	[12] = { "stack segment fault", SIGBUS, SI_KERNEL },
	[13] = { "general protection fault", SIGSEGV, SI_KERNEL },
	[15] = { "reserved exception 15", 0, 0 },
	[VECTOR_X87] = { "x87 error", SIGFPE, 0 },
	[17] = { "alignment check", SIGBUS, BUS_ADRALN },
	[VECTOR_MACHINE_CHECK] = { "machine check", 0, 0 },
	[VECTOR_SIMD] = { "SIMD error", SIGFPE, 0 },
};

static struct desc idt[256] __aligned(8);

static void __init set_gate(unsigned int vector, u32 handler, u32 attributes)
{
	u32 selector = attributes == GATE_TASK ? DF_TSS_SEL : KERNEL_CS;

	idt[vector].lo = selector << 16 | (handler & 0xffff);
	idt[vector].hi = (handler & 0xffff0000) | attributes;
}

/*
 * The system call is a trap gate: interrupts stay on. Everything else comes in with interrupts
 * off. Vectors without a gate are general protection faults.
 */
void __init idt_init(void)
{
	struct { u16 limit; u32 base; } __packed pointer = { sizeof(idt) - 1, (u32)idt };

	for (unsigned int i = 0; i < ARRAY_SIZE(trap_stubs); i++)
		if (trap_stubs[i])
			set_gate(i, trap_stubs[i], i == VECTOR_BREAKPOINT || i == VECTOR_OVERFLOW ?
				 GATE_INTERRUPT_USER : GATE_INTERRUPT);
	for (unsigned int i = 0; i < NR_IRQS; i++)
		set_gate(IRQ_BASE + i, irq_stubs[i], GATE_INTERRUPT);
	set_gate(VECTOR_DOUBLE_FAULT, 0, GATE_TASK);
	set_gate(VECTOR_SYSCALL, (u32)syscall_entry, GATE_TRAP_USER);
	__asm__ __volatile__("lidt %0" : : "m"(pointer));
	write_cr0(read_cr0() | CR0_AM);		/* EFLAGS.AC counts; not for QEMU's TCG */
}

/* Why vector 1: one instruction has been done, a breakpoint register, or the instruction int1. */
static int debug_code(void)
{
	u32 dr6 = read_dr6();

	write_dr6(0);
	if (dr6 & DR6_STEP)
		return TRAP_TRACE;
	return dr6 & DR6_BREAKPOINTS ? TRAP_HWBKPT : TRAP_BRKPT;
}

/* user_trap - the exception of a program as a signal. Interrupts may be off. */
static void user_trap(struct pt_regs *regs, u32 vector)
{
	struct thread_struct *thread = &current->thread;
	int sig = traps[vector].sig, code = traps[vector].code;
	unsigned long addr = regs->ip;

	if (vector == VECTOR_DEBUG)
		code = debug_code();
	else if (vector == VECTOR_X87 || vector == VECTOR_SIMD)
		code = fpu_error_code(vector == VECTOR_SIMD);
	else if (code == SI_KERNEL || sig == SIGBUS)
		addr = 0;		/* as on Linux */
	local_irq_enable();
	thread->trap_no = vector;
	thread->error_code = regs->orig_ax;
	if (code)
		force_sig_fault(sig, code, addr);
}

void do_trap(struct pt_regs *regs, u32 vector)
{
	if (!traps[vector].sig)
		die(traps[vector].name, regs, regs->orig_ax);
	if (!user_mode(regs)) {
		if (!fixup_exception(regs))
			die(traps[vector].name, regs, regs->orig_ax);
		if (regs->ip == (u32)bad_iret) {
			current->thread.trap_no = vector;
			current->thread.error_code = regs->orig_ax;
		}
		return;
	}
	user_trap(regs, vector);
}

/*
 * iret to user mode has failed: a selector or stack of the user's is impossible. As on 64-bit
 * Linux it is the program's own exception, as if its next instruction had caused it.
 */
asmlinkage void do_bad_iret(struct pt_regs *regs)
{
	regs->orig_ax = current->thread.error_code;	/* do_trap() has been here before */
	user_trap(regs, current->thread.trap_no);
}

/*
 * The processor could not push the frame of an exception, nearly always because the kernel
 * stack is full. Runs on a stack of its own; the interrupted registers are in the CPU's TSS.
 */
asmlinkage void __noreturn do_double_fault(void)
{
	const struct tss *tss = &this_cpu()->arch.tss;
	unsigned long addr = read_cr2();
	unsigned long boot_guard = (unsigned long)boot_stack_guard;
	const char *guard = vmalloc_guard_of(addr);
	struct pt_regs regs = {
		.bx = tss->bx, .cx = tss->cx, .dx = tss->dx, .si = tss->si, .di = tss->di,
		.bp = tss->bp, .ax = tss->ax, .ds = tss->ds, .es = tss->es, .fs = tss->fs,
		.ip = tss->ip, .cs = tss->cs, .flags = tss->flags, .sp = tss->sp, .ss = tss->ss,
	};

	if (!guard && addr - boot_guard < PAGE_SIZE)
		guard = "guard page of the boot stack";
	if (guard)
		panic_regs(&regs, "kernel stack overflow: 0x%08lx is in the %s", addr, guard);
	panic_regs(&regs, "double fault, last page fault at 0x%08lx", addr);
}

/* The processor pushes no SP when it interrupts the kernel itself: it was right above the frame. */
void __noreturn die(const char *what, struct pt_regs *regs, u32 error_code)
{
	struct pt_regs full = *regs;

	if (!user_mode(regs)) {
		full.sp = (u32)&regs->sp;
		full.ss = KERNEL_DS;
	}
	panic_regs(&full, "%s, error code 0x%x", what, error_code);
}
