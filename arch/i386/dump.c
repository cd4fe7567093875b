/* SPDX-License-Identifier: MIT */
/*
 * dump.c - registers, backtraces and where a task sleeps, for people. Nothing here may fault: what
 * a report follows is first looked up in the page tables.
 */
#include <nopage/printk.h>
#include "internal.h"
#include <nopage/ksyms.h>
#include <nopage/sched.h>
#include <asm/sections.h>
#include <asm/tlb.h>
#include <asm/traps.h>

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

/* "c0101234 name+0x12", or only the address. The name is that of the code back bytes before it. */
static void show_code(const char *label, unsigned long addr, unsigned int back)
{
	unsigned long offset;
	const char *name = ksym_lookup(addr - back, &offset);

	if (name)
		printk(KERN_ERR "%s %08lx %s+0x%lx\n", label, addr, name, offset + back);
	else
		printk(KERN_ERR "%s %08lx\n", label, addr);
}

/* A call that never returns may be the last of its function; what is behind it is another one. */
static void show_return(const char *label, unsigned long addr)
{
	show_code(label, addr, 1);
}

void show_regs(const struct pt_regs *regs)
{
	if (user_mode(regs))
		printk(KERN_ERR "  eip: %08x (user)\n", regs->ip);
	else
		show_code("  eip:", regs->ip, 0);
	printk(KERN_ERR "  eax %08x  ebx %08x  ecx %08x  edx %08x\n",
	       regs->ax, regs->bx, regs->cx, regs->dx);
	printk(KERN_ERR "  esi %08x  edi %08x  ebp %08x  esp %08x\n",
	       regs->si, regs->di, regs->bp, regs->sp);
	printk(KERN_ERR "  cs %04x  ss %04x  ds %04x  es %04x  fs %04x  eflags %08x\n",
	       regs->cs & 0xffff, regs->ss & 0xffff, regs->ds & 0xffff, regs->es & 0xffff,
	       regs->fs & 0xffff, regs->flags);
	printk(KERN_ERR "  cr0 %08x  cr2 %08lx  cr3 %08x  cr4 %08x\n", read_cr0(), read_cr2(),
	       read_cr3().addr, read_cr4());
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
			show_return("  ", frame[1]);
			lines++;
		}
		ip = frame[1];
		if (frame[0] <= bp || frame[0] > limit)
			break;
		bp = frame[0];
	}
}

/* Does the instruction before addr call? E8 rel32, or FF /2 of two to seven bytes. */
static bool is_return_address(unsigned long addr)
{
	const u8 *code = (const u8 *)addr;

	if (addr < (unsigned long)_text + 7 || addr >= (unsigned long)_etext)
		return false;
	if (code[-5] == 0xe8)
		return true;
	for (int len = 2; len <= 7; len++)
		if (code[-len] == 0xff && (code[1 - len] & 0x38) == 0x10)
			return true;
	return false;
}

/* Release build, no frame pointers: every return address on the stack, some of calls long over. */
static void scan_stack(unsigned long sp)
{
	unsigned long end = sp + THREAD_SIZE;
	unsigned int lines = 0;

	for (; sp < end && lines < BACKTRACE_MAX && frame_readable(sp); sp += sizeof(long)) {
		unsigned long addr = *(const unsigned long *)sp;

		if (is_return_address(addr)) {
			show_return("  ?", addr);
			lines++;
		}
	}
}

void show_backtrace(const struct pt_regs *regs)
{
	printk(KERN_ERR "backtrace:\n");
	show_code("  ", regs->ip, 0);
	if (!CONFIG_DEBUG) {
		scan_stack(regs->sp);
		return;
	}
	/* A call to where no function is has pushed its return address, but made no frame. */
	if (!ksym_lookup(regs->ip, NULL) && frame_readable(regs->sp))
		show_return("  ", *(const unsigned long *)regs->sp);
	follow_frames(regs->bp, regs->ip);
}

/* ------------------------------------------------------------------ where a task sleeps */

/* Is addr in a function that only gives the CPU away for its caller? */
static bool in_scheduler(unsigned long addr)
{
	return addr >= (unsigned long)_sched_text && addr < (unsigned long)_sched_etext;
}

/* Without frame pointers (release build): the first word that looks like a return address is it. */
unsigned long get_wchan(const struct task_struct *p)
{
	const u32 *word = (const u32 *)p->thread.sp;
	const u32 *end = p->stack + THREAD_SIZE;

	const long asleep = TASK_INTERRUPTIBLE | TASK_UNINTERRUPTIBLE | TASK_KILLABLE | TASK_STOPPED;

	if (p == current || !(p->state & asleep))
		return 0;
	for (; (const void *)word >= p->stack && word < end; word++)
		if (is_return_address(*word) && !in_scheduler(*word))
			return *word;
	return 0;
}
