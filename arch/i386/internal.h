/* SPDX-License-Identifier: MIT */
/* internal.h - what the files of arch/i386 share with each other and with nobody else. */
#ifndef I386_INTERNAL_H
#define I386_INTERNAL_H

#include <nopage/percpu.h>
#include <nopage/types.h>
#include <asm/irq.h>
#include <asm/mmu.h>
#include <asm/pgtable.h>
#include <asm/processor.h>
#include <asm/ptrace.h>

/* Flags of CPUID leaf 1 that matter after boot.S (Intel SDM vol. 2, CPUID). */
#define CPUID_SSE	(1u << 25)		/* EDX */
#define CPUID_RDRAND	(1u << 30)		/* ECX */

#define CR0_MP		0x00000002
#define CR0_EM		0x00000004
#define CR0_TS		0x00000008
#define CR0_NE		0x00000020
#define CR0_AM		0x00040000
#define CR4_PGE		0x00000080
#define CR4_OSFXSR	0x00000200
#define CR4_OSXMMEXCPT	0x00000400

/* Interrupt vectors of the 16 lines of the interrupt controllers. */
#define IRQ_BASE	0x20

/* boot.S */
extern pgd_t kernel_pg_dir[PTRS_PER_PGD];
extern u8 boot_stack_guard[];
extern u32 boot_info_phys;

/* entry.S */
extern const u32 trap_stubs[20], irq_stubs[NR_IRQS];
extern char syscall_entry[], double_fault_entry[], bad_iret[];
extern char ret_from_fork[], ret_from_kernel_thread[];
struct task_struct *switch_stack(struct task_struct *prev, struct thread_struct *from,
				 struct thread_struct *to);
void do_trap(struct pt_regs *regs, u32 vector);
asmlinkage void do_device_not_available(struct pt_regs *regs);
asmlinkage void do_bad_iret(struct pt_regs *regs);
asmlinkage void do_irq(struct pt_regs *regs);
asmlinkage void __noreturn do_double_fault(void);

/* setup.c */
void set_segment(struct desc *desc, u32 base, u32 limit, u32 attributes);
/* vdso_image.S: discarded after boot */
extern const u8 vdso_image[], vdso_image_end[];

/* traps.c */
void idt_init(void);
/* pgtable.c */
void paging_init(void);
void protect_kernel_image(void);
/* tls.c: user_desc at a user pointer into t's slots; 0, -EFAULT, -EINVAL. */
int set_tls(struct task_struct *t, const void *user_desc);
struct user_desc;
bool desc_empty(const struct user_desc *u);
struct desc make_desc(const struct user_desc *u);
/* ldt.c: the table of the address space that is about to run on this CPU. */
void load_ldt(const struct mm_context *context);
/* fpu.c */
void fpu_init(void);
void fpu_cache_init(void);
void fpu_save(struct cpu *cpu);
int fpu_copy(struct task_struct *child);
void fpu_forget(struct task_struct *t);
/* fpu_error_code - FPE_* of the exception that current's registers show, 0: none. */
int fpu_error_code(bool simd);
struct fpstate;
/* fpu_to_user - current's state to a frame, 0 or -EFAULT; the handler starts with a clean one. */
int fpu_to_user(struct fpstate *user);
/* fpu_from_user - and back, NULL: a clean one. 0, -EFAULT, -EINVAL (impossible) or -ENOMEM. */
int fpu_from_user(const struct fpstate *user);
/* irq.c, timer.c */
void irq_init(void);
void clock_init(void);
void timer_init(void);

/* Debug status, Intel SDM vol. 3, 17.2.3. */
#define DR6_BREAKPOINTS	0x000f
#define DR6_STEP	0x4000

static inline u32 read_dr6(void)
{
	u32 value;

	__asm__ __volatile__("movl %%db6, %0" : "=r"(value));
	return value;
}

static inline void write_dr6(u32 value)
{
	__asm__ __volatile__("movl %0, %%db6" : : "r"(value));
}

static inline u32 read_cr0(void)
{
	u32 value;

	__asm__ __volatile__("movl %%cr0, %0" : "=r"(value));
	return value;
}

static inline void write_cr0(u32 value)
{
	__asm__ __volatile__("movl %0, %%cr0" : : "r"(value) : "memory");
}

static inline u32 read_cr4(void)
{
	u32 value;

	__asm__ __volatile__("movl %%cr4, %0" : "=r"(value));
	return value;
}

static inline void write_cr4(u32 value)
{
	__asm__ __volatile__("movl %0, %%cr4" : : "r"(value) : "memory");
}

static inline void write_cr3(const void *pgd)
{
	__asm__ __volatile__("movl %0, %%cr3" : : "r"(__pa(pgd).addr) : "memory");
}

/* What the processor answers to cpuid with EAX = leaf, ECX = 0. */
struct cpuid {
	u32 eax, ebx, ecx, edx;
};

static inline struct cpuid cpuid(u32 leaf)
{
	struct cpuid id;

	__asm__ __volatile__("cpuid" : "=a"(id.eax), "=b"(id.ebx), "=c"(id.ecx), "=d"(id.edx)
			     : "0"(leaf), "2"(0));
	return id;
}

static inline u32 read_gs(void)
{
	u32 gs;

	__asm__ __volatile__("movl %%gs, %0" : "=r"(gs));
	return gs;
}

/* A selector whose TLS slot has been cleared becomes the null selector. */
static inline void load_gs(u32 gs)
{
	__asm__ __volatile__(
		"1:	movl %0, %%gs\n"
		".pushsection .text.fixup, \"ax\"\n"
		"2:	xorl %0, %0\n"
		"	jmp 1b\n"
		".popsection\n"
		".pushsection __ex_table, \"a\"\n"
		"	.balign 4\n"
		"	.long 1b, 2b\n"
		".popsection\n"
		: "+r"(gs) : : "cc");
}

#endif
