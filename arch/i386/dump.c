/* SPDX-License-Identifier: MIT */
/*
 * dump.c - registers and backtraces for people. Nothing here may fault: whatever is followed is
 * first looked up in the page tables.
 */
#include <nopage/printk.h>
#include "internal.h"
#include <nopage/ksyms.h>
#include <nopage/sched.h>
#include <asm/sections.h>

#define BACKTRACE_MAX	24

/* SP is what it will be after this call has returned. */
noinline void capture_regs(struct pt_regs *regs)
{
	const u32 *frame = __builtin_frame_address(0);

	*regs = (struct pt_regs){
		.bp = frame[0], .ip = frame[1], .sp = (u32)(frame + 2),
		.cs = KERNEL_CS, .ds = KERNEL_DS, .es = KERNEL_DS, .fs = CPU_FS, .ss = KERNEL_DS,
	};
	__asm__ __volatile__("movl %%ebx, %0; movl %%esi, %1; movl %%edi, %2; pushfl; popl %3"
			     : "=m"(regs->bx), "=m"(regs->si), "=m"(regs->di), "=r"(regs->flags));
}

/* "c0101234 name+0x12", or only the address. */
static void show_address(const char *label, unsigned long addr)
{
	unsigned long offset;
	const char *name = ksym_lookup(addr, &offset);

	if (name)
		printk(KERN_ERR "%s %08lx %s+0x%lx\n", label, addr, name, offset);
	else
		printk(KERN_ERR "%s %08lx\n", label, addr);
}

void show_regs(const struct pt_regs *regs)
{
	u32 cr0 = read_cr0(), cr2, cr3;

	__asm__ __volatile__("movl %%cr2, %0; movl %%cr3, %1" : "=r"(cr2), "=r"(cr3));
	if (user_mode(regs))
		printk(KERN_ERR "  eip: %08x (user)\n", regs->ip);
	else
		show_address("  eip:", regs->ip);
	printk(KERN_ERR "  eax %08x  ebx %08x  ecx %08x  edx %08x\n",
	       regs->ax, regs->bx, regs->cx, regs->dx);
	printk(KERN_ERR "  esi %08x  edi %08x  ebp %08x  esp %08x\n",
	       regs->si, regs->di, regs->bp, regs->sp);
	printk(KERN_ERR "  cs %04x  ss %04x  ds %04x  es %04x  fs %04x  eflags %08x\n",
	       regs->cs & 0xffff, regs->ss & 0xffff, regs->ds & 0xffff, regs->es & 0xffff,
	       regs->fs & 0xffff, regs->flags);
	printk(KERN_ERR "  cr0 %08x  cr2 %08x  cr3 %08x  cr4 %08x\n", cr0, cr2, cr3, read_cr4());
}

/* Can the two words of a stack frame be read? */
static bool frame_readable(unsigned long bp)
{
	return !(bp & 3) && bp < ~0UL - 8 &&
	       kernel_addr_valid(bp) && kernel_addr_valid(bp + 7);
}

/*
 * Debug build: follow the frame pointers from bp, starting with ip itself. Frames lie one above the
 * other in one stack, so a chain that leaves THREAD_SIZE or goes down is broken or has reached
 * user mode.
 */
static void follow_frames(unsigned long bp, unsigned long ip)
{
	unsigned long limit = bp + THREAD_SIZE;
	unsigned int lines = 0;

	while (lines < BACKTRACE_MAX && frame_readable(bp)) {
		const unsigned long *frame = (const unsigned long *)bp;

		if (!frame[1])
			break;
		if (frame[1] != ip) {		/* a recursion is one line */
			show_address("  ", frame[1]);
			lines++;
		}
		ip = frame[1];
		if (frame[0] <= bp || frame[0] > limit)
			break;
		bp = frame[0];
	}
}

/* Does addr follow a call instruction? E8 rel32, or FF /2 with 0, 1 or 4 bytes of displacement. */
static bool is_return_address(unsigned long addr)
{
	const u8 *code = (const u8 *)addr;

	if (addr < (unsigned long)_text + 8 || addr >= (unsigned long)_etext)
		return false;
	return code[-5] == 0xe8 || (code[-2] == 0xff && (code[-1] & 0x38) == 0x10) ||
	       (code[-3] == 0xff && (code[-2] & 0x38) == 0x10) ||
	       (code[-6] == 0xff && (code[-5] & 0x38) == 0x10) ||
	       (code[-7] == 0xff && (code[-6] & 0x38) == 0x10);
}

/* Release build, no frame pointers: every return address on the stack, some of calls long over. */
static void scan_stack(unsigned long sp)
{
	unsigned long end = sp + THREAD_SIZE;
	unsigned int lines = 0;

	for (; sp < end && lines < BACKTRACE_MAX && frame_readable(sp); sp += sizeof(long)) {
		unsigned long addr = *(const unsigned long *)sp;

		if (is_return_address(addr)) {
			show_address("  ?", addr);
			lines++;
		}
	}
}

void show_backtrace(const struct pt_regs *regs)
{
	printk(KERN_ERR "backtrace:\n");
	show_address("  ", regs->ip);
	if (CONFIG_DEBUG)
		follow_frames(regs->bp, regs->ip);
	else
		scan_stack(regs->sp);
}

noinline void dump_stack(void)
{
	struct pt_regs regs;

	capture_regs(&regs);
	show_backtrace(&regs);
}
