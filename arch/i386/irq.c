/* SPDX-License-Identifier: MIT */
/*
 * irq.c - the two 8259A interrupt controllers of a PC (Intel 8259A data sheet), cascaded over
 * line 2, and what to do when a line is raised.
 */
#include <asm/irq.h>
#include "internal.h"
#include <nopage/bug.h>
#include <nopage/err.h>
#include <nopage/printk.h>
#include <nopage/random.h>
#include <asm/io.h>

#define PIC1_COMMAND	0x20
#define PIC1_DATA	0x21
#define PIC2_COMMAND	0xa0
#define PIC2_DATA	0xa1

#define ICW1_INIT	0x11			/* ICW4 follows, cascaded, edge triggered */
#define ICW4_8086	0x01
#define OCW2_EOI	0x20
#define OCW3_READ_ISR	0x0b

#define CASCADE_IRQ	2

static struct {
	irq_handler_t handler;
	void *data;
	u32 count;			/* interrupts; interrupts off */
} irqs[NR_IRQS];

static u16 masked = 0xffff & ~(1 << CASCADE_IRQ);

static void write_masks(void)
{
	outb(masked & 0xff, PIC1_DATA);
	outb(masked >> 8, PIC2_DATA);
}

/* All lines masked but the cascade; their vectors start at IRQ_BASE. */
void __init irq_init(void)
{
	outb(ICW1_INIT, PIC1_COMMAND);
	outb(IRQ_BASE, PIC1_DATA);
	outb(1 << CASCADE_IRQ, PIC1_DATA);
	outb(ICW4_8086, PIC1_DATA);
	outb(ICW1_INIT, PIC2_COMMAND);
	outb(IRQ_BASE + 8, PIC2_DATA);
	outb(CASCADE_IRQ, PIC2_DATA);
	outb(ICW4_8086, PIC2_DATA);
	write_masks();
}

/* 0, or -EINVAL (no such line), -EBUSY (it has a handler already). */
int request_irq(unsigned int irq, irq_handler_t handler, void *data)
{
	unsigned long flags;

	if (irq >= NR_IRQS || irq == CASCADE_IRQ)
		return -EINVAL;
	if (irqs[irq].handler)
		return -EBUSY;
	flags = local_irq_save();
	irqs[irq].handler = handler;
	irqs[irq].data = data;
	masked &= ~(1 << irq);
	write_masks();
	local_irq_restore(flags);
	return 0;
}

irq_handler_t irq_stat(unsigned int irq, u32 *count)
{
	BUG_ON(irq >= NR_IRQS);
	*count = irqs[irq].count;
	return irqs[irq].handler;
}

/* Is irq really in service? A line that drops too early shows up as 7 or 15 without that bit. */
static bool spurious(unsigned int irq)
{
	u16 command = irq < 8 ? PIC1_COMMAND : PIC2_COMMAND;

	if (irq % 8 != 7)
		return false;
	outb(OCW3_READ_ISR, command);
	return !(inb(command) & 0x80);
}

/* The second controller hangs on the first, which needs its own end of interrupt. */
static void end_of_interrupt(unsigned int irq)
{
	if (irq >= 8)
		outb(OCW2_EOI, PIC2_COMMAND);
	outb(OCW2_EOI, PIC1_COMMAND);
}

/* Interrupts are off and stay off, so handlers do not nest. */
asmlinkage void do_irq(struct pt_regs *regs)
{
	unsigned int irq = ~regs->orig_ax - IRQ_BASE;
	struct cpu *cpu = this_cpu();

	cpu->stat.irqs++;
	if (unlikely(spurious(irq))) {
		if (irq >= 8)
			outb(OCW2_EOI, PIC1_COMMAND);
		return;
	}
	BUG_ON(!irqs[irq].handler);
	cpu->irq_count++;
	end_of_interrupt(irq);
	add_interrupt_randomness(irq);
	irqs[irq].count++;
	irqs[irq].handler(regs, irqs[irq].data);
	cpu->irq_count--;
}
