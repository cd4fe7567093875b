/* SPDX-License-Identifier: MIT */
/*
 * serial.c - COM1, a 16550 UART (National Semiconductor PC16550D data sheet): 115200 baud, 8N1.
 * Output waits for the transmitter, input comes by interrupt.
 */
#include <nopage/init.h>
#include <nopage/printk.h>
#include <asm/io.h>
#include <asm/irq.h>

#define COM1		0x3f8
#define COM1_IRQ	4

#define UART_DATA	(COM1 + 0)	/* DLL while LCR_DLAB is set */
#define UART_IER	(COM1 + 1)	/* DLM */
#define UART_FCR	(COM1 + 2)	/* IIR when read */
#define UART_LCR	(COM1 + 3)
#define UART_MCR	(COM1 + 4)
#define UART_LSR	(COM1 + 5)
#define UART_SCRATCH	(COM1 + 7)

#define IER_RECEIVED	0x01
#define FCR_ENABLE	0x07		/* FIFOs on and empty, interrupt at each character */
#define IIR_FIFO	0xc0
#define LCR_8N1		0x03
#define LCR_DLAB	0x80
#define MCR_READY	0x0b		/* DTR, RTS, and OUT2: lets the interrupt through */
#define LSR_RECEIVED	0x01
#define LSR_EMPTY	0x20

#define DIVISOR_115200	1
#define FIFO_SIZE	16

static unsigned int room;		/* characters the transmitter takes without a look */
static unsigned int fifo_size;

/*
 * As one FIFO full after the other, however long it takes: QEMU's transmitter is not empty as long
 * as nobody reads what it has sent ("make tour | less"), and nothing may be lost. Caller holds the
 * console lock.
 */
static void serial_put(char c)
{
	if (!room) {
		while (!(inb(UART_LSR) & LSR_EMPTY))
			;
		room = fifo_size;
	}
	outb(c, UART_DATA);
	room--;
}

static void serial_write(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		serial_put(text[i]);
}

static int refused = -1;		/* a character the terminal had no room for; interrupts off */

/*
 * Pass on what has been received. Without room for it the interrupt is turned off: the line (or
 * QEMU) holds back what comes after it until serial_resume(). Interrupts are off.
 */
static void serial_receive(void)
{
	while (refused >= 0 || (inb(UART_LSR) & LSR_RECEIVED)) {
		if (refused < 0)
			refused = inb(UART_DATA);
		if (!console_input(refused)) {
			outb(0, UART_IER);
			return;
		}
		refused = -1;
	}
}

static void serial_resume(void)
{
	unsigned long flags = local_irq_save();

	if (refused >= 0) {
		outb(IER_RECEIVED, UART_IER);
		serial_receive();
	}
	local_irq_restore(flags);
}

static struct console serial_console = {
	.name = "serial",
	.write = serial_write,
	.resume_input = serial_resume,
};

static bool __init serial_present(void)
{
	outb(0x5a, UART_SCRATCH);
	return inb(UART_SCRATCH) == 0x5a && inb(UART_LSR) != 0xff;
}

/*
 * Turning the FIFOs on drops what has been received. With a character waiting they stay off: then
 * the line (or QEMU) holds back the next one until this one is read, and nothing is lost either.
 */
void __init serial_console_init(void)
{
	if (!serial_present())
		return;
	outb(0, UART_IER);
	outb(LCR_DLAB, UART_LCR);
	outb(DIVISOR_115200, UART_DATA);
	outb(0, UART_IER);
	outb(LCR_8N1, UART_LCR);
	if (!(inb(UART_LSR) & LSR_RECEIVED))
		outb(FCR_ENABLE, UART_FCR);
	outb(MCR_READY, UART_MCR);
	fifo_size = (inb(UART_FCR) & IIR_FIFO) == IIR_FIFO ? FIFO_SIZE : 1;
	register_console(&serial_console);
}

static void serial_irq(struct pt_regs *regs, void *data)
{
	serial_receive();
}

void __init serial_input_init(void)
{
	if (!fifo_size)
		return;
	if (request_irq(COM1_IRQ, serial_irq, NULL))
		pr_warn("serial: interrupt %u is taken, no input\n", COM1_IRQ);
	else
		outb(IER_RECEIVED, UART_IER);
}
