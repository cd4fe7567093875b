/* SPDX-License-Identifier: MIT */
/* tls.c - set_thread_area(2): the task's three segments in the GDT, one of which libc uses. */
#include <nopage/syscalls.h>
#include "internal.h"
#include <nopage/err.h>
#include <nopage/sched.h>
#include <asm/uaccess.h>
#include <uapi/ldt.h>

/* Bits of a descriptor's upper word (Intel SDM vol. 3, 3.4.5). */
#define DESC_ACCESSED	0x00000100
#define DESC_WRITABLE	0x00000200
#define DESC_CONTENTS	10			/* shift: 2 bits */
#define DESC_USER	0x00007000		/* code or data, privilege level 3 */
#define DESC_PRESENT	0x00008000
#define DESC_AVL	0x00100000
#define DESC_32BIT	0x00400000
#define DESC_PAGES	0x00800000

/* How programs say that a slot is to be free again: all zero, or "read-only and not present". */
bool desc_empty(const struct user_desc *u)
{
	return !u->base_addr && !u->limit && !u->contents && !u->seg_32bit && !u->limit_in_pages &&
	       !u->useable && u->read_exec_only == u->seg_not_present;
}

/* Only 32-bit data segments that are present; the others would be of no use but to attackers. */
static bool desc_allowed(const struct user_desc *u)
{
	return desc_empty(u) || (u->seg_32bit && u->contents <= 1 && !u->seg_not_present);
}

struct desc make_desc(const struct user_desc *u)
{
	u32 attributes = DESC_ACCESSED | DESC_USER | DESC_32BIT | u->contents << DESC_CONTENTS;
	struct desc desc = { 0, 0 };

	if (desc_empty(u))
		return desc;
	attributes |= u->seg_not_present ? 0 : DESC_PRESENT;
	attributes |= u->read_exec_only ? 0 : DESC_WRITABLE;
	attributes |= u->limit_in_pages ? DESC_PAGES : 0;
	attributes |= u->useable ? DESC_AVL : 0;
	set_segment(&desc, u->base_addr, u->limit, attributes);
	return desc;
}

/* The slot for a GDT entry number, or NULL. */
static struct desc *tls_slot(struct task_struct *t, unsigned int entry)
{
	if (entry - GDT_TLS_MIN >= GDT_TLS_ENTRIES)
		return NULL;
	return &t->thread.tls[entry - GDT_TLS_MIN];
}

/* The number of an entry that t does not use, or 0. */
static unsigned int free_entry(const struct task_struct *t)
{
	for (unsigned int i = 0; i < GDT_TLS_ENTRIES; i++)
		if (!t->thread.tls[i].hi)
			return GDT_TLS_MIN + i;
	return 0;
}

int set_tls(struct task_struct *t, const void *user_desc)
{
	struct user_desc u;
	struct desc *slot;

	if (copy_from_user(&u, user_desc, sizeof(u)))
		return -EFAULT;
	slot = tls_slot(t, u.entry_number);
	if (!slot || !desc_allowed(&u))
		return -EINVAL;
	*slot = make_desc(&u);
	return 0;
}

/* set_thread_area - 0, -EFAULT, -EINVAL, or -ESRCH: all entries are in use. */
long sys_set_thread_area(long desc)
{
	struct user_desc *user = (void *)desc;
	struct user_desc u;
	struct desc *slot;

	if (copy_from_user(&u, user, sizeof(u)))
		return -EFAULT;
	if (!desc_allowed(&u))
		return -EINVAL;
	if (u.entry_number == -1u) {
		u.entry_number = free_entry(current);
		if (!u.entry_number)
			return -ESRCH;
		if (put_user(u.entry_number, &user->entry_number))
			return -EFAULT;
	}
	slot = tls_slot(current, u.entry_number);
	if (!slot)
		return -EINVAL;
	*slot = make_desc(&u);
	this_cpu()->arch.gdt[u.entry_number] = *slot;
	return 0;
}
