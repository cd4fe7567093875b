/* SPDX-License-Identifier: MIT */
/* init.h - from the boot loader to the first process. */
#ifndef NOPAGE_INIT_H
#define NOPAGE_INIT_H

#include <nopage/types.h>

#define MAX_MODULES	8

/* What the boot loader left, copied out of its memory by boot/multiboot.c. */
struct boot_module {
	phys_t start;
	u32 size;
	char name[64];
};
struct boot_info {
	char cmdline[1024];
	char loader[32];
	unsigned int nr_modules;
	struct boot_module module[MAX_MODULES];
	u64 ram_total, ram_above;	/* bytes; above: not reached by the direct map */
};
extern struct boot_info boot_info;

/* kernel_main - first portable C: everything of the machine is up but interrupts are off. */
asmlinkage void __noreturn kernel_main(void);

/* arch/i386/setup.c: called by kernel_main in this order. */
void arch_early_init(void);	/* console, CPU check, GDT, IDT, per-CPU, memory, page tables */
void arch_late_init(void);	/* interrupt controller, timer, serial input: needs kmalloc */
/*
 * arch_boot_done - right before the first user program: the init sections go to the buddy
 * allocator, the kernel's text and constants become read-only. No __init function after it.
 */
void arch_boot_done(void);
/* boot/boot.S: the stack of the boot task, later of CPU 0's idle task (init_task.stack). */
extern u8 boot_stack[];
/* drivers/: consoles, absent hardware is no error; serial_input_init needs request_irq. */
void serial_console_init(void);
void vga_console_init(void);
void serial_input_init(void);
/* boot/multiboot.c: the boot loader's information structure -> boot_info, bootmem regions. */
void parse_multiboot(u32 info_phys);
void show_boot_info(void);	/* to the log, once loglevel= and quiet are known */

/* kernel/main.c: cut boot_info.cmdline into words; before the first question. */
void parse_cmdline(void);
/* The value of option NAME ("NAME=value") or "" ("NAME"), NULL when absent. */
const char *cmdline_get(const char *name);

/* kernel/tour.c: the narrated scenarios; returns the number of scenarios that failed. */
int run_tour(void);

#endif
