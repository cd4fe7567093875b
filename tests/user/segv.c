/* SPDX-License-Identifier: MIT */
/* What the processor refuses must kill the program with the right signal, and nothing else. */
#include "tap.h"

#include "rawsys.h"

static const char constant[64] = "in a read-only segment";

static int run_code(void *p)
{
	return ((int (*)(void))p)();
}

static int null_call(void *arg)
{
	(void)arg;
	__asm__ volatile("xorl %%eax, %%eax\n\tcall *%%eax" : : : "eax", "memory");
	return 0;
}

static int halt(void *arg)
{
	(void)arg;
	__asm__ volatile("hlt");
	return 0;
}

static int disable_interrupts(void *arg)
{
	(void)arg;
	__asm__ volatile("cli");
	return 0;
}

static int port_write(void *arg)
{
	(void)arg;
	__asm__ volatile("outb %%al, $0xf4" : : "a"(0));
	return 0;
}

static int read_cr3(void *arg)
{
	unsigned long value;

	(void)arg;
	__asm__ volatile("movl %%cr3, %0" : "=r"(value));
	return value != 0;
}

static int kernel_interrupt(void *arg)
{
	(void)arg;
	__asm__ volatile("int $0x20");
	return 0;
}

static int page_fault_gate(void *arg)
{
	(void)arg;
	__asm__ volatile("int $14");
	return 0;
}

static int bad_selector(void *arg)
{
	(void)arg;
	__asm__ volatile("movw %w0, %%gs" : : "r"(0xfff8));
	return 0;
}

static int kernel_stack_segment(void *arg)
{
	(void)arg;
	__asm__ volatile("movw %w0, %%ss" : : "r"(0x10));
	return 0;
}

static int invalid_opcode(void *arg)
{
	(void)arg;
	__asm__ volatile("ud2");
	return 0;
}

static int divide_by_zero(void *arg)
{
	(void)arg;
	__asm__ volatile("xorl %%edx, %%edx\n\tdivl %%edx" : : "a"(1) : "edx");
	return 0;
}

static int breakpoint(void *arg)
{
	(void)arg;
	__asm__ volatile("int3");
	return 0;
}

static int single_step(void *arg)
{
	(void)arg;
	__asm__ volatile("pushfl\n\torl $0x100, (%%esp)\n\tpopfl\n\tnop\n\tnop" : : : "cc",
			 "memory");
	return 0;
}

static int overflow(void *arg)
{
	(void)arg;
	__asm__ volatile("movb $127, %%al\n\taddb $1, %%al\n\tinto" : : : "eax", "cc");
	return 0;
}

/* With the stack pointer in nowhere, a push faults and the kernel cannot use the stack either. */
static int lost_stack(void *arg)
{
	(void)arg;
	__asm__ volatile("movl $0x1000, %%esp\n\tpushl %%eax" : : : "memory");
	return 0;
}

static int direction_flag(void *arg)
{
	char *p = arg;

	__asm__ volatile("std");
	sys0(SYS_getpid);
	__asm__ volatile("cld");
	return p[0] != 'k';
}

static void test_memory(void)
{
	char *p = map(1, PROT_READ | PROT_WRITE, MAP_PRIVATE);

	munmap(p, PAGE);
	killed_by(in_child(read_byte, NULL), SIGSEGV, "read through a null pointer");
	killed_by(in_child(write_byte, NULL), SIGSEGV, "write through a null pointer");
	killed_by(in_child(read_byte, (void *)4095), SIGSEGV,
		  "read of a field behind a null pointer");
	killed_by(in_child(read_byte, p), SIGSEGV, "read where nothing is mapped");
	killed_by(in_child(write_byte, p), SIGSEGV, "write where nothing is mapped");
	killed_by(in_child(read_byte, (void *)KERNEL_ADDRESS), SIGSEGV, "read of kernel memory");
	killed_by(in_child(write_byte, (void *)KERNEL_ADDRESS), SIGSEGV, "write of kernel memory");
	killed_by(in_child(read_byte, (void *)0xc0100000), SIGSEGV, "read of the kernel's text");
	killed_by(in_child(write_byte, (void *)0xc0100000), SIGSEGV, "write of the kernel's text");
	killed_by(in_child(write_byte, (void *)test_memory), SIGSEGV,
		  "write to the program's text");
	killed_by(in_child(write_byte, (void *)constant), SIGSEGV, "write to its constants");
	exits(in_child(read_byte, (void *)constant), 0, "reading them is fine");
}

static void test_jumps(void)
{
	static const char code[] = "\xb8\x2a\x00\x00\x00\xc3";	/* mov $42,%eax; ret */
	char *p = map(1, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE);

	memcpy(p, code, sizeof(code));
	exits(in_child(run_code, p), 42, "code in an executable mapping runs");
	munmap(p, PAGE);
	killed_by(in_child(run_code, p), SIGSEGV, "a jump to where nothing is mapped");
	killed_by(in_child(null_call, NULL), SIGSEGV, "a call of a null pointer");
	killed_by(in_child(run_code, (void *)0xc0100000), SIGSEGV, "a jump into the kernel");
	killed_by(in_child(lost_stack, NULL), SIGSEGV, "a push with the stack pointer nowhere");
}

static void test_privileged(void)
{
	killed_by(in_child(halt, NULL), SIGSEGV, "hlt");
	killed_by(in_child(disable_interrupts, NULL), SIGSEGV, "cli");
	killed_by(in_child(port_write, NULL), SIGSEGV, "out to a port");
	killed_by(in_child(read_cr3, NULL), SIGSEGV, "read of cr3");
	killed_by(in_child(kernel_interrupt, NULL), SIGSEGV, "int to a hardware interrupt's gate");
	killed_by(in_child(page_fault_gate, NULL), SIGSEGV, "int to the page fault gate");
	killed_by(in_child(bad_selector, NULL), SIGSEGV, "a selector beyond the table");
	killed_by(in_child(kernel_stack_segment, NULL), SIGSEGV, "the kernel's stack segment");
}

static void test_exceptions(void)
{
	char letter = 'k';

	killed_by(in_child(invalid_opcode, NULL), SIGILL, "an invalid instruction is a SIGILL");
	killed_by(in_child(divide_by_zero, NULL), SIGFPE, "a division by zero is a SIGFPE");
	killed_by(in_child(breakpoint, NULL), SIGTRAP, "a breakpoint is a SIGTRAP");
	killed_by(in_child(single_step, NULL), SIGTRAP, "the trap flag is a SIGTRAP");
	killed_by(in_child(overflow, NULL), SIGSEGV, "into after an overflow is a SIGSEGV");
	exits(in_child(direction_flag, &letter), 0,
	      "a system call with the direction flag set is harmless");
}

int main(void)
{
	plan(31);
	test_memory();
	test_jumps();
	test_privileged();
	test_exceptions();
	return done();
}
