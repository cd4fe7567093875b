/* SPDX-License-Identifier: MIT */
/* irq.h - the interrupt flag of this CPU, and interrupt lines. */
#ifndef ASM_IRQ_H
#define ASM_IRQ_H

#include <nopage/types.h>
#include <asm/ptrace.h>

static inline unsigned long local_irq_save(void)
{
	unsigned long flags;

	__asm__ __volatile__("pushfl; popl %0; cli" : "=r"(flags) : : "memory");
	return flags;
}

static inline void local_irq_restore(unsigned long flags)
{
	__asm__ __volatile__("pushl %0; popfl" : : "r"(flags) : "memory", "cc");
}

static inline void local_irq_disable(void)
{
	__asm__ __volatile__("cli" : : : "memory");
}

static inline void local_irq_enable(void)
{
	__asm__ __volatile__("sti" : : : "memory");
}

static inline bool irqs_disabled(void)
{
	unsigned long flags;

	__asm__ __volatile__("pushfl; popl %0" : "=r"(flags));
	return !(flags & EFLAGS_IF);
}

/* Wait for an interrupt; sti takes effect after hlt, so none is lost in between. */
static inline void safe_halt(void)
{
	__asm__ __volatile__("sti; hlt" : : : "memory");
}

static inline void cpu_relax(void)
{
	__asm__ __volatile__("pause" : : : "memory");
}

#define NR_IRQS		16

/* irq is 0..15, a line of the interrupt controller. Handlers run with interrupts off. */
typedef void (*irq_handler_t)(struct pt_regs *regs, void *data);
int request_irq(unsigned int irq, irq_handler_t handler, void *data);
/* irq_stat - how often the line was raised; its handler, NULL: none. */
irq_handler_t irq_stat(unsigned int irq, u32 *count);

#endif
