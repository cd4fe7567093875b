/* SPDX-License-Identifier: MIT */
/*
 * fault.c - vector 14: from the processor's report to the portable ladder of mm/fault.c.
 *
 *	CR2 and error code (Intel SDM vol. 3, 4.7) -> handle_fault()
 *	    resolved              return: the instruction runs again
 *	    not, in user mode     a signal
 *	    not, in kernel mode   the exception table (a bad user pointer: -EFAULT), or a kernel bug
 */
#include <nopage/mm.h>
#include <nopage/printf.h>
#include <nopage/printk.h>
#include <nopage/sched.h>
#include <nopage/slab.h>
#include <asm/irq.h>
#include <asm/traps.h>
#include <asm/uaccess.h>

/* What a student should read when the kernel itself goes wrong. Does not return. */
static void kernel_fault(struct pt_regs *regs, unsigned long address, u32 error_code)
{
	const char *guard = vmalloc_guard_of(address);
	const char *why = "nothing is mapped there";
	char what[128];

	if (guard)
		why = guard;
	else if (error_code & PF_RESERVED)
		why = "the page tables are damaged";
	else if (address < PAGE_SIZE)
		why = "a null pointer";
	else if (address < TASK_SIZE)
		why = "a user address, outside uaccess.h";
	else if (error_code & PF_PRESENT)
		why = "write-protected";
	snprintf(what, sizeof(what), "kernel %s at %08lx: %s",
		 error_code & PF_WRITE ? "write" : "read", address, why);
	die(what, regs, error_code);
}

static void user_signal(enum fault_result result, unsigned long address)
{
	switch (result) {
	case VM_FAULT_MAPERR:
		force_sig_fault(SIGSEGV, SEGV_MAPERR, address);
		break;
	case VM_FAULT_ACCERR:
		force_sig_fault(SIGSEGV, SEGV_ACCERR, address);
		break;
	case VM_FAULT_SIGBUS:
		force_sig_fault(SIGBUS, BUS_ADRERR, address);
		break;
	default:
		pr_err("mm: out of memory: %s[%d] killed\n", current->comm, current->pid);
		force_sig_fault(SIGKILL, 0, address);
	}
}

static noinline void bad_fault(struct pt_regs *regs, unsigned long address,
			       enum fault_result result)
{
	struct thread_struct *thread = &current->thread;

	if (user_mode(regs)) {
		thread->cr2 = address;
		thread->trap_no = 14;
		thread->error_code = regs->orig_ax;
		if (address >= TASK_SIZE)
			thread->error_code |= PF_PRESENT;	/* what is there is no user's business */
		user_signal(result, address);
	} else if (!fixup_exception(regs)) {
		kernel_fault(regs, address, regs->orig_ax);
	}
}

/* A fault in kernel mode: on user memory, where sleeping is allowed, it is paged in as well. */
static bool may_resolve(const struct pt_regs *regs, unsigned long address, u32 error_code)
{
	if (error_code & PF_RESERVED || address >= TASK_SIZE || !current->mm ||
	    this_cpu_read(preempt_count))
		return false;
	return regs->flags & EFLAGS_IF;
}

noinline void do_page_fault(struct pt_regs *regs, u32 error_code)
{
	struct task_struct *task = current;
	unsigned long address = read_cr2();	/* before interrupts are on: another fault changes it */
	enum fault_result result = VM_FAULT_MAPERR;

	BUILD_BUG_ON(FA_PRESENT != PF_PRESENT || FA_WRITE != PF_WRITE || FA_USER != PF_USER);
	if (likely(error_code & PF_USER) || may_resolve(regs, address, error_code)) {
		local_irq_enable();		/* they were on where the fault happened */
		result = handle_fault(task->mm, address, error_code);
	}
	this_cpu_inc(stat.faults);
	if (likely(result == VM_FAULT_MINOR)) {
		task->used.min_flt++;
	} else if (result == VM_FAULT_MAJOR) {
		this_cpu_inc(stat.major_faults);
		task->used.maj_flt++;
	} else {
		bad_fault(regs, address, result);
	}
}
