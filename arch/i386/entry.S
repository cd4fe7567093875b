/* SPDX-License-Identifier: MIT */
/*
 * entry.S - every way into the kernel, and the ways back.
 *
 * Each entry builds a struct pt_regs on the kernel stack (asm/ptrace.h), loads the kernel's
 * segments, calls one C function and leaves through restore_all; on the way back to user mode
 * current->work is looked at once, with interrupts off. %gs stays the user's.
 */
#include <asm/offsets.h>
#include <asm/ptrace.h>

/* The stack holds the processor's frame and orig_ax. Changes EDX, which is saved. */
.macro SAVE_ALL
	pushl %fs
	pushl %es
	pushl %ds
	pushal
	movl $KERNEL_DS, %edx
	movl %edx, %ds
	movl %edx, %es
	movl $CPU_FS, %edx
	movl %edx, %fs
	cld
.endm

/* When the instruction at \insn faults, go on at \fixup (fixup_exception). */
.macro EX_TABLE insn, fixup
	.pushsection __ex_table, "a"
	.balign 4
	.long \insn, \fixup
	.popsection
.endm

	.text
	.globl syscall_entry, ret_from_fork, ret_from_kernel_thread, switch_stack
	.globl double_fault_entry, trap_stubs, irq_stubs, bad_iret

/* int 0x80: number in EAX, arguments in EBX, ECX, EDX, ESI, EDI, EBP. Trap gate: interrupts on. */
	.type syscall_entry, @function
syscall_entry:
	pushl %eax
	SAVE_ALL
	movl %esp, %eax			/* do_syscall(regs): regparm */
	call do_syscall
ret_to_user:
	cli				/* from the look at work to iret nothing may be added to it */
	movl %fs:CPU_CURRENT, %eax
	cmpl $0, TASK_WORK(%eax)
	jne work_pending
restore_all:
	popal
pop_ds:	popl %ds
pop_es:	popl %es
pop_fs:	popl %fs
	addl $4, %esp
iret_insn:
	iret
	.size syscall_entry, . - syscall_entry

	.type work_pending, @function
work_pending:
	sti
	pushl %esp
	call do_notify_resume
	popl %ecx
	jmp ret_to_user
	.size work_pending, . - work_pending

/*
 * A user selector that has become invalid (its TLS slot was cleared) faults when it is loaded:
 * the null selector instead, and the program faults when it uses it.
 */
	.type fix_segment, @function
fix_segment:
	EX_TABLE pop_ds, fix_ds
	EX_TABLE pop_es, fix_es
	EX_TABLE pop_fs, fix_fs
fix_ds:	movl $0, (%esp)
	jmp pop_ds
fix_es:	movl $0, (%esp)
	jmp pop_es
fix_fs:	movl $0, (%esp)
	jmp pop_fs
	.size fix_segment, . - fix_segment

/* The user's CS, SS or EIP cannot be returned to. The frame of iret is still there. */
	.type bad_iret, @function
bad_iret:
	EX_TABLE iret_insn, bad_iret
	pushl $0
	SAVE_ALL
	pushl %esp
	call do_bad_iret
	popl %ecx
	jmp ret_from_trap
	.size bad_iret, . - bad_iret

/*
 * Exceptions: interrupts are off until the handler turns them on. Where the processor pushes no
 * error code, 0 takes its place.
 */
.macro TRAP name, vector, has_error=0
	.type \name, @function
\name:
	.if !\has_error
	pushl $0
	.endif
	SAVE_ALL
	movl %esp, %eax
	movl $\vector, %edx
	call do_trap
	jmp ret_from_trap
	.size \name, . - \name
.endm

	.type page_fault, @function
page_fault:
	SAVE_ALL
	movl %esp, %eax			/* do_page_fault(regs, error_code): regparm */
	movl REGS_ORIG_AX(%esp), %edx
	call do_page_fault
ret_from_trap:
	testb $3, REGS_CS(%esp)
	jz restore_all
	cli
	movl %fs:CPU_CURRENT, %eax
	cmpl $0, TASK_WORK(%eax)
	je restore_all
	movl $-1, REGS_ORIG_AX(%esp)	/* it was an error code: there is no call to start again */
	jmp work_pending
	.size page_fault, . - page_fault

	.type device_not_available, @function
device_not_available:
	pushl $0
	SAVE_ALL
	pushl %esp
	call do_device_not_available
	popl %ecx
	jmp ret_from_trap
	.size device_not_available, . - device_not_available

	TRAP divide_error, 0
	TRAP debug, 1
	TRAP nmi, 2
	TRAP breakpoint, 3
	TRAP overflow, 4
	TRAP bounds, 5
	TRAP invalid_opcode, 6
	TRAP coprocessor_segment, 9
	TRAP invalid_tss, 10, 1
	TRAP segment_not_present, 11, 1
	TRAP stack_segment, 12, 1
	TRAP general_protection, 13, 1
	TRAP reserved_15, 15
	TRAP x87_error, 16
	TRAP alignment_check, 17, 1
	TRAP machine_check, 18
	TRAP simd_error, 19

/* Vector 8 is a task gate: own TSS, own stack, the interrupted registers are in the old TSS. */
	.type double_fault_entry, @function
double_fault_entry:
	call do_double_fault
	.size double_fault_entry, . - double_fault_entry

	.section .rodata
	.balign 4
trap_stubs:
	.long divide_error, debug, nmi, breakpoint, overflow, bounds, invalid_opcode
	.long device_not_available, 0, coprocessor_segment, invalid_tss, segment_not_present
	.long stack_segment, general_protection, page_fault, reserved_15, x87_error
	.long alignment_check, machine_check, simd_error
	.text

/* The 16 interrupt lines; orig_ax tells them apart. */
	.set irq, 0
	.rept 16
	.pushsection .rodata
	.if irq == 0
irq_stubs:
	.endif
	.long 1f
	.popsection
1:	pushl $~(0x20 + irq)
	jmp irq_common
	.set irq, irq + 1
	.endr

	.type irq_common, @function
irq_common:
	SAVE_ALL
	pushl %esp
	call do_irq
	popl %ecx
	testb $3, REGS_CS(%esp)
	jnz ret_to_user
	jmp restore_all
	.size irq_common, . - irq_common

/*
 * switch_stack(prev, from, to) - regparm: EAX, EDX, ECX. What the C ABI wants kept goes onto the
 * stack that is left; the rest of prev is dead here. EAX stays prev, so the task that goes on
 * learns who ran before it.
 */
	.type switch_stack, @function
switch_stack:
	pushl %ebp
	pushl %ebx
	pushl %esi
	pushl %edi
	movl %esp, THREAD_SP(%edx)
	movl $switched, THREAD_IP(%edx)
	movl THREAD_SP(%ecx), %esp
	jmp *THREAD_IP(%ecx)
switched:
	popl %edi
	popl %esi
	popl %ebx
	popl %ebp
	ret
	.size switch_stack, . - switch_stack

/* First instructions of a new user task: EAX = the task before, ESP = its struct pt_regs. */
	.type ret_from_fork, @function
ret_from_fork:
	xorl %ebp, %ebp
	pushl %eax
	call schedule_tail
	popl %ecx
	jmp ret_to_user
	.size ret_from_fork, . - ret_from_fork

/*
 * First instructions of a kernel thread: fn and arg lie below its (empty) struct pt_regs. If
 * fn returns and has made user registers there (start_thread), it has become a user program;
 * otherwise its result is the exit code.
 */
	.type ret_from_kernel_thread, @function
ret_from_kernel_thread:
	xorl %ebp, %ebp
	pushl %eax
	call schedule_tail
	popl %ecx
	popl %edx
	popl %eax
	call *%edx
	testb $3, REGS_CS(%esp)
	jnz ret_to_user
	call do_exit
	.size ret_from_kernel_thread, . - ret_from_kernel_thread

	.section .note.GNU-stack, "", @progbits
