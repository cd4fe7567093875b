/* SPDX-License-Identifier: MIT */
/* internal.h - what the files of arch/i386 share with each other and with nobody else. */
#ifndef I386_INTERNAL_H
#define I386_INTERNAL_H

#include <nopage/percpu.h>
#include <nopage/types.h>
#include <asm/pgtable.h>
#include <asm/processor.h>
#include <asm/ptrace.h>

/* Flags of CPUID leaf 1, EDX, that matter after boot.S (Intel SDM vol. 2, CPUID). */
#define CPUID_FXSR	(1u << 24)
#define CPUID_SSE	(1u << 25)

#define CR0_MP		0x00000002
#define CR0_EM		0x00000004
#define CR0_TS		0x00000008
#define CR0_NE		0x00000020
#define CR4_PGE		0x00000080
#define CR4_OSFXSR	0x00000200
#define CR4_OSXMMEXCPT	0x00000400

/* Interrupt vectors of the 16 lines of the interrupt controllers. */
#define IRQ_BASE	0x20
#define NR_IRQS		16

/* boot.S */
extern pgd_t kernel_pg_dir[PTRS_PER_PGD];
extern u8 boot_stack_guard[];
extern u32 boot_magic, boot_info_phys;

/* entry.S */
extern const u32 trap_stubs[20], irq_stubs[NR_IRQS];
extern char syscall_entry[], double_fault_entry[];
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
/* traps.c */
void idt_init(void);
/* pgtable.c */
void paging_init(void);
void protect_kernel_image(void);
/* tls.c: user_desc at a user pointer into t's slots; 0, -EFAULT, -EINVAL. */
int set_tls(struct task_struct *t, const void *user_desc);
/* fpu.c */
void fpu_init(void);
void fpu_cache_init(void);
void fpu_save(struct cpu *cpu);
int fpu_copy(struct task_struct *child);
void fpu_forget(struct task_struct *t);
/* irq.c, timer.c */
void irq_init(void);
void clock_init(void);
void timer_init(void);

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

static inline void cpuid(u32 leaf, u32 *a, u32 *b, u32 *c, u32 *d)
{
	__asm__ __volatile__("cpuid" : "=a"(*a), "=b"(*b), "=c"(*c), "=d"(*d)
			     : "0"(leaf), "2"(0));
}

#endif
