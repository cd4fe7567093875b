/* SPDX-License-Identifier: MIT */
/*
 * ldt.c - modify_ldt(2): segments of an address space's own.
 *
 * An address then goes through both steps of the i386 (Intel SDM vol. 3, 3.1): the base of the
 * segment is added, its limit checked, and the linear address that comes out is looked up in the
 * page tables. A selector with bit 2 set means this table instead of the GDT, where the three
 * segments of set_thread_area() are. The table is a page: LDT_ENTRIES descriptors.
 *
 * Locks: mmap_sem of the mm, for write to change the table.
 */
#include <asm/mmu.h>
#include "internal.h"
#include <nopage/err.h>
#include <nopage/mm.h>
#include <nopage/sched.h>
#include <nopage/string.h>
#include <nopage/syscalls.h>
#include <asm/uaccess.h>
#include <uapi/ldt.h>

#define LDT_ENTRIES	(PAGE_SIZE / sizeof(struct desc))
#define LDT_SIZE	(LDT_ENTRIES * sizeof(struct desc))
#define SEG_LDT		0x8200		/* present, system segment: an LDT (SDM vol. 3, 3.5) */

void load_ldt(const struct mm_context *context)
{
	u16 selector = 0;

	if (context->ldt) {
		set_segment(&this_cpu()->arch.gdt[LDT_SEL / 8], (u32)context->ldt, LDT_SIZE - 1,
			    SEG_LDT);
		selector = LDT_SEL;
	}
	__asm__ __volatile__("lldt %0" : : "r"(selector) : "memory");
}

int copy_context(struct mm_struct *mm, const struct mm_struct *old)
{
	if (likely(!old->context.ldt))
		return 0;
	mm->context.ldt = __get_free_pages(GFP_KERNEL, 0);
	if (!mm->context.ldt)
		return -ENOMEM;
	memcpy(mm->context.ldt, old->context.ldt, LDT_SIZE);
	return 0;
}

/* Nobody has it loaded any more: the last borrower has moved on to another address space. */
void free_context(struct mm_struct *mm)
{
	if (unlikely(mm->context.ldt))
		free_pages(mm->context.ldt, 0);
}

/* ------------------------------------------------------------------ modify_ldt */

static long read_ldt(long user, unsigned long size)
{
	const struct desc *ldt = current->mm->context.ldt;

	if (!ldt)
		return 0;
	size = min(size, (unsigned long)LDT_SIZE);
	return copy_to_user((void *)user, ldt, size) ? -EFAULT : (long)size;
}

/* Only what is 32 bits wide; a conforming code segment only to say that it is not there. */
static bool ldt_allowed(const struct user_desc *u)
{
	if (u->entry_number >= LDT_ENTRIES)
		return false;
	if (u->contents == 3 && !u->seg_not_present)
		return false;
	return u->seg_32bit || desc_empty(u);
}

/* new_ldt - the first descriptor of this address space: it gets a table, which is loaded. */
static int new_ldt(struct mm_context *context)
{
	context->ldt = __get_free_pages(GFP_KERNEL | __GFP_ZERO, 0);
	if (!context->ldt)
		return -ENOMEM;
	load_ldt(context);
	return 0;
}

static long write_ldt(long user, unsigned long size)
{
	struct mm_struct *mm = current->mm;
	struct user_desc u;
	long error = 0;

	if (size != sizeof(u))
		return -EINVAL;
	if (copy_from_user(&u, (void *)user, sizeof(u)))
		return -EFAULT;
	if (!ldt_allowed(&u))
		return -EINVAL;
	down_write(&mm->mmap_sem);
	if (!mm->context.ldt)
		error = new_ldt(&mm->context);
	if (!error)
		mm->context.ldt[u.entry_number] = make_desc(&u);
	up_write(&mm->mmap_sem);
	return error;
}

/* Bytes that were read, 0 when written, or -Exxx. */
long sys_modify_ldt(long func, long user, long size)
{
	if (func == LDT_READ)
		return read_ldt(user, size);
	return func == LDT_WRITE ? write_ldt(user, size) : -ENOSYS;
}
