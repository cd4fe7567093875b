/* SPDX-License-Identifier: MIT */
/*
 * reboot.c - how the machine ends.
 *
 * A run that a script watches tells its result by QEMU's isa-debug-exit device, whose exit
 * status is 2 * value + 1. Otherwise the power goes off by the ACPI register of QEMU's chip sets
 * (PIIX4 and ICH9; older QEMU and Bochs; VirtualBox); without ACPI's tables these are constants.
 */
#include <nopage/printk.h>
#include "internal.h"
#include <asm/io.h>
#include <asm/irq.h>

#define DEBUG_EXIT		0xf4
#define DEBUG_EXIT_SUCCESS	0x10
#define DEBUG_EXIT_FAILURE	0x11
#define DEBUG_EXIT_PANIC	0x12

#define ACPI_SLEEP		0x2000		/* SLP_EN, sleep type 0: off */
#define ACPI_SLEEP_VBOX		0x3400

#define DELAY_PORT		0x80	/* a read takes about a microsecond */
#define POWER_OFF_READS		1000000	/* QEMU on a busy host takes a while to notice */

#define KEYBOARD_COMMAND	0x64
#define KEYBOARD_BUSY		0x02
#define KEYBOARD_RESET		0xfe
#define KEYBOARD_TRIES		10000

bool exit_debug;

static void __noreturn stop(void)
{
	for (;;)
		__asm__ __volatile__("cli; hlt");
}

/* Whoever watches the run would wait for its end for ever. */
void __noreturn machine_halt(void)
{
	if (exit_debug)
		outb(DEBUG_EXIT_SUCCESS, DEBUG_EXIT);
	pr_info("system halted\n");
	stop();
}

static void __noreturn power_off(void)
{
	local_irq_disable();
	outw(ACPI_SLEEP, 0x604);
	outw(ACPI_SLEEP, 0xb004);
	outw(ACPI_SLEEP_VBOX, 0x4004);
	for (int i = 0; i < POWER_OFF_READS; i++)
		inb(DELAY_PORT);
	pr_info("power-off has no effect on this machine\n");
	machine_halt();
}

/* The keyboard controller's reset line; where there is none, a fault without any handler. */
void __noreturn machine_restart(void)
{
	struct { u16 limit; u32 base; } __packed no_idt = { 0, 0 };

	local_irq_disable();
	for (int i = 0; i < KEYBOARD_TRIES; i++)
		if (!(inb(KEYBOARD_COMMAND) & KEYBOARD_BUSY))
			break;
	outb(KEYBOARD_RESET, KEYBOARD_COMMAND);
	for (int i = 0; i < KEYBOARD_TRIES; i++)
		inb(KEYBOARD_COMMAND);
	__asm__ __volatile__("lidt %0; int3" : : "m"(no_idt));
	stop();
}

void __noreturn machine_exit(bool success)
{
	local_irq_disable();
	if (exit_debug)
		outb(success ? DEBUG_EXIT_SUCCESS : DEBUG_EXIT_FAILURE, DEBUG_EXIT);
	power_off();
}

/* A panic may come before the options are known: where there is no such device, nothing happens. */
void __noreturn machine_panic_exit(void)
{
	local_irq_disable();
	outb(DEBUG_EXIT_PANIC, DEBUG_EXIT);
	stop();
}
