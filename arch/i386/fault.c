/* SPDX-License-Identifier: MIT */
/*
 * fault.c - vector 14: from the processor's report to the portable ladder of mm/fault.c.
 *
 *	CR2 and error code (Intel SDM vol. 3, 4.7) -> struct fault -> handle_fault()
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

static noinline void bad_fault(struct pt_regs *regs, enum fault_result result,
			       unsigned long address, u32 error_code)
{
	if (user_mode(regs)) {
		current->thread.cr2 = address;
		current->thread.error_code = error_code;
		current->thread.trap_no = 14;
		user_signal(result, address);
	} else if (!fixup_exception(regs)) {
		kernel_fault(regs, address, error_code);
	}
}

/* Only user memory is ever paged in, and only where sleeping is allowed. */
static inline bool may_resolve(const struct pt_regs *regs, unsigned long address, u32 error_code)
{
	if (unlikely(error_code & PF_RESERVED))
		return false;
	if (user_mode(regs))
		return true;
	return address < TASK_SIZE && current->mm && !this_cpu()->preempt_count;
}

asmlinkage noinline void do_page_fault(struct pt_regs *regs, u32 error_code)
{
	enum fault_result result;
	struct fault f;

	f.address = read_cr2();		/* before interrupts are on: another fault changes it */
	this_cpu()->stat.faults++;
	if (unlikely(!may_resolve(regs, f.address, error_code))) {
		bad_fault(regs, VM_FAULT_MAPERR, f.address, error_code);
		return;
	}
	if (likely(regs->flags & EFLAGS_IF))
		local_irq_enable();
	f.mm = current->mm;
	f.write = error_code & PF_WRITE;
	f.user = error_code & PF_USER;
	result = handle_fault(&f);
	if (unlikely(result > VM_FAULT_MAJOR))
		bad_fault(regs, result, f.address, error_code);
}
