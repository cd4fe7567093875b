/* SPDX-License-Identifier: MIT */
/*
 * boot.S - from the Multiboot boot loader to C at PAGE_OFFSET.
 *
 * Starts in 32-bit protected mode without paging, flat segments, interrupts off, EAX = magic,
 * EBX = information structure (Multiboot specification 0.6.96, 3.2). Everything in .boot.* is
 * linked at its physical address and gone after boot; symbols of the rest are PAGE_OFFSET too
 * high here, hence PHYS().
 */
#include <asm/page.h>
#include <asm/pgtable.h>
#include <asm/ptrace.h>

#define PHYS(sym)		((sym) - PAGE_OFFSET)

#define MULTIBOOT_HEADER	0x1badb002
#define MULTIBOOT_MAGIC		0x2badb002
#define MULTIBOOT_FLAGS		3		/* modules on page boundaries, memory information */

/* Leaf 1 EDX: PSE 3, TSC 4, CX8 8, PGE 13, CMOV 15 (the compiler uses it), FXSR 24. */
#define CPUID_NEEDED		0x0100a118
#define EFLAGS_ID_BIT		0x200000
#define CR0_PG_WP		0x80010000
#define CR4_PSE_PGE		0x90
#define PDE_LARGE		(_PAGE_PRESENT | _PAGE_RW | _PAGE_ACCESSED | _PAGE_DIRTY | _PAGE_PSE)

#define COM1			0x3f8
#define VGA_TEXT		0xb8000
#define DEBUG_EXIT		0xf4
#define DEBUG_EXIT_PANIC	0x12

	.section .multiboot, "a"
	.balign 4
	.long MULTIBOOT_HEADER, MULTIBOOT_FLAGS, -(MULTIBOOT_HEADER + MULTIBOOT_FLAGS)

	.section .boot.text, "ax"
	.globl _start
_start:
	cli
	cld
	movl %ebx, %ebp			/* the information survives in EBP */
	movl $PHYS(boot_stack + THREAD_SIZE), %esp
	movl $no_multiboot, %esi
	cmpl $MULTIBOOT_MAGIC, %eax
	jne boot_stop

	/* CPUID is there if EFLAGS.ID can be changed (Intel SDM vol. 1, 20.1). */
	pushfl
	popl %eax
	movl %eax, %ecx
	xorl $EFLAGS_ID_BIT, %eax
	pushl %eax
	popfl
	pushfl
	popl %eax
	xorl %ecx, %eax
	movl $no_cpuid, %esi
	testl $EFLAGS_ID_BIT, %eax
	jz boot_stop
	movl $1, %eax
	cpuid
	notl %edx
	andl $CPUID_NEEDED, %edx
	jnz boot_stop_features

	/*
	 * The page directory: the first 4 MiB at their own address, which is where we run, and all
	 * physical memory that there is room for at PAGE_OFFSET. paging_init() refines it.
	 */
	movl $PHYS(kernel_pg_dir), %edi
	movl %edi, %edx
	xorl %eax, %eax
	movl $PTRS_PER_PGD, %ecx
	rep stosl
	movl $PDE_LARGE, (%edx)
	leal (PAGE_OFFSET >> PGDIR_SHIFT) * 4(%edx), %edi
	movl $(PDE_LARGE | _PAGE_GLOBAL), %eax
	movl $(LOWMEM_MAX >> PGDIR_SHIFT), %ecx
1:	stosl
	addl $(1 << PGDIR_SHIFT), %eax
	loop 1b

	movl %cr4, %eax
	orl $CR4_PSE_PGE, %eax
	movl %eax, %cr4
	movl %edx, %cr3
	movl %cr0, %eax
	orl $CR0_PG_WP, %eax
	movl %eax, %cr0
	movl $high, %eax
	jmp *%eax

/* boot_stop_features - EDX: the CPUID bits that are missing. Names them, and stops. */
boot_stop_features:
	movl %edx, %ebx
	movl $VGA_TEXT, %edi
	movl $no_features, %esi
	call boot_puts
	movl $feature_names, %esi
1:	movzbl (%esi), %eax
	incl %esi
	btl %eax, %ebx
	jnc 2f
	call boot_puts
	jmp 3f
2:	cmpb $0, (%esi)
	leal 1(%esi), %esi
	jne 2b
3:	cmpb $0xff, (%esi)
	jne 1b
	movl $newline, %esi
	jmp 4f

/* boot_stop - ESI: why. Never returns. */
boot_stop:
	movl $VGA_TEXT, %edi
4:	call boot_puts
	movb $DEBUG_EXIT_PANIC, %al
	outb %al, $DEBUG_EXIT
1:	cli
	hlt
	jmp 1b

/*
 * boot_puts - the text at ESI to COM1, as the firmware has set it up, and to VGA memory at EDI.
 * Leaves ESI behind the NUL and EDI behind the text; uses EAX, ECX, EDX.
 */
boot_puts:
1:	lodsb
	testb %al, %al
	jz 3f
	movb %al, %ah
	movw $COM1 + 5, %dx
	movl $100000, %ecx
2:	inb %dx, %al
	testb $0x20, %al
	loopz 2b
	movw $COM1, %dx
	movb %ah, %al
	outb %al, %dx
	movb $0x07, %ah
	stosw
	jmp 1b
3:	ret

	.section .boot.rodata, "a"
no_multiboot:
	.ascii "Nopage must be loaded by a Multiboot boot loader: "
	.asciz "qemu -kernel, or GRUB's multiboot command.\r\n"
no_cpuid:
	.asciz "Nopage needs a processor of the i686 class; this one has no CPUID instruction.\r\n"
no_features:
	.asciz "Nopage needs a processor of the i686 class; this one lacks:"
newline:
	.asciz "\r\n"
feature_names:
	.byte 3
	.asciz " PSE"
	.byte 4
	.asciz " TSC"
	.byte 8
	.asciz " CX8"
	.byte 13
	.asciz " PGE"
	.byte 15
	.asciz " CMOV"
	.byte 24
	.asciz " FXSR"
	.byte 0xff

	.section .text.boot_high, "ax"
high:
	movl $boot_stack + THREAD_SIZE, %esp
	movl %ebp, boot_info_phys
	xorl %ebp, %ebp			/* backtraces end here */
	lgdt boot_gdt_pointer
	ljmp $KERNEL_CS, $1f
1:	movl $KERNEL_DS, %eax
	movl %eax, %ds
	movl %eax, %es
	movl %eax, %ss
	xorl %eax, %eax
	movl %eax, %fs
	movl %eax, %gs
	call kernel_main

	/* Until cpu_init() has loaded the CPU's own. */
	.section .init.data, "aw"
	.balign 8
boot_gdt:
	.quad 0, 0x00cf9b000000ffff, 0x00cf93000000ffff
boot_gdt_pointer:
	.word 3 * 8 - 1
	.long boot_gdt

	/* boot_stack_guard gets unmapped by paging_init(): overflow is a double fault. */
	.section .bss.page_aligned, "aw", @nobits
	.balign 4096
	.globl kernel_pg_dir, boot_stack, boot_stack_guard
kernel_pg_dir:
	.skip 4096
boot_stack_guard:
	.skip 4096
boot_stack:
	.skip THREAD_SIZE

	.bss
	.balign 4
	.globl boot_info_phys
boot_info_phys:
	.long 0

	.section .note.GNU-stack, "", @progbits
