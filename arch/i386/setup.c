/* SPDX-License-Identifier: MIT */
/*
 * setup.c - this CPU's own data and segments, and the order in which the machine comes up.
 */
#include "internal.h"
#include <nopage/bug.h>
#include <nopage/init.h>
#include <nopage/mm.h>
#include <nopage/printk.h>
#include <nopage/sched.h>
#include <asm/offsets.h>
#include <asm/sections.h>
#include <asm/vdso.h>

/* Upper word of a descriptor: granularity, size, present, privilege, type (SDM vol. 3, 3.4.5). */
#define SEG_KERNEL_CODE	0x00c09b00
#define SEG_KERNEL_DATA	0x00c09300
#define SEG_USER_CODE	0x00c0fb00
#define SEG_USER_DATA	0x00c0f300
#define SEG_TSS		0x00008900
#define SEG_FLAT_LIMIT	0xfffff

#define DF_STACK_SIZE	8192

struct cpu cpus[NR_CPUS];

static struct tss double_fault_tss;
static u8 double_fault_stack[DF_STACK_SIZE] __aligned(16);

BUILD_BUG_ON(offsetof(struct cpu, self) != CPU_SELF);
BUILD_BUG_ON(offsetof(struct cpu, current_task) != CPU_CURRENT);
BUILD_BUG_ON(offsetof(struct task_struct, work) != TASK_WORK);
BUILD_BUG_ON(offsetof(struct thread_struct, sp) != THREAD_SP);
BUILD_BUG_ON(offsetof(struct thread_struct, ip) != THREAD_IP);
BUILD_BUG_ON(offsetof(struct pt_regs, orig_ax) != REGS_ORIG_AX);
BUILD_BUG_ON(offsetof(struct pt_regs, cs) != REGS_CS);
BUILD_BUG_ON(sizeof(struct pt_regs) != REGS_SIZE);
BUILD_BUG_ON(sizeof(struct tss) != 104);

/* attributes: bits 8..15 and 20..23 of the upper word. limit: 20 bits. */
void set_segment(struct desc *desc, u32 base, u32 limit, u32 attributes)
{
	desc->lo = base << 16 | (limit & 0xffff);
	desc->hi = (base & 0xff000000) | (base >> 16 & 0xff) | (limit & 0xf0000) | attributes;
}

static void __init gdt_init(struct cpu *cpu)
{
	struct desc *gdt = cpu->arch.gdt;
	struct { u16 limit; u32 base; } __packed pointer = {
		sizeof(cpu->arch.gdt) - 1, (u32)gdt
	};

	set_segment(&gdt[KERNEL_CS / 8], 0, SEG_FLAT_LIMIT, SEG_KERNEL_CODE);
	set_segment(&gdt[KERNEL_DS / 8], 0, SEG_FLAT_LIMIT, SEG_KERNEL_DATA);
	set_segment(&gdt[USER_CS / 8], 0, SEG_FLAT_LIMIT, SEG_USER_CODE);
	set_segment(&gdt[USER_DS / 8], 0, SEG_FLAT_LIMIT, SEG_USER_DATA);
	set_segment(&gdt[CPU_FS / 8], (u32)cpu, SEG_FLAT_LIMIT, SEG_KERNEL_DATA);
	set_segment(&gdt[TSS_SEL / 8], (u32)&cpu->arch.tss, sizeof(struct tss) - 1, SEG_TSS);
	set_segment(&gdt[DF_TSS_SEL / 8], (u32)&double_fault_tss, sizeof(struct tss) - 1, SEG_TSS);
	__asm__ __volatile__("lgdt %0" : : "m"(pointer));
}

/* The task a double fault switches to: it needs nothing of the stack that has run over. */
static void __init double_fault_init(void)
{
	double_fault_tss = (struct tss){
		.cr3 = __pa(kernel_pg_dir).addr,
		.ip = (u32)double_fault_entry,
		.flags = 2,
		.sp = (u32)double_fault_stack + DF_STACK_SIZE,
		.cs = KERNEL_CS, .ss = KERNEL_DS, .ds = KERNEL_DS, .es = KERNEL_DS, .fs = CPU_FS,
		.iomap = sizeof(struct tss),
	};
}

/* After it, this_cpu() and current work, and interrupts have a stack to come in on. */
static void __init cpu_init(struct cpu *cpu)
{
	cpu->self = cpu;
	cpu->id = cpu - cpus;
	cpu->current_task = &init_task;
	init_task.stack = boot_stack;
	cpu->arch.tss.ss0 = KERNEL_DS;
	cpu->arch.tss.sp0 = (u32)boot_stack + THREAD_SIZE;
	cpu->arch.tss.iomap = sizeof(struct tss);
	double_fault_init();
	gdt_init(cpu);
	__asm__ __volatile__("movl %0, %%fs; ltr %1; lldt %2"
			     : : "r"(CPU_FS), "r"((u16)TSS_SEL), "r"((u16)0) : "memory");
}

static void __init show_cpu(void)
{
	struct cpu_info info;

	get_cpu_info(&info);
	if (*info.model_name)
		pr_info("cpu: %s\n", info.model_name);
}

/* Interrupts are off, and stay off. On return printk, bootmem and the kernel half are there. */
void __init arch_early_init(void)
{
	cpu_init(&cpus[0]);
	idt_init();
	serial_console_init();
	vga_console_init();
	clock_init();
	parse_multiboot(boot_info_phys);
	fpu_init();
	paging_init();
}

/* With kmalloc, but still without interrupts: the caller turns them on. */
void __init arch_late_init(void)
{
	show_boot_info();
	show_cpu();
	fpu_cache_init();
	vdso_init();
	irq_init();
	timer_init();
	serial_input_init();
}

/* Not __init itself: it gives that memory away. */
void arch_boot_done(void)
{
	char *boot_start = _boot + PAGE_OFFSET;

	free_reserved_area(boot_start, _text, "boot code");
	free_reserved_area(__init_begin, __init_end, "init sections");
	protect_kernel_image();
}
