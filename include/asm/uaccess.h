/* SPDX-License-Identifier: MIT */
/*
 * uaccess.h - the only way to touch user memory from the kernel.
 *
 * Each access has an entry in the exception table: when the address turns out to be bad, the page
 * fault handler continues at the entry's fix-up and the function says so. All of them may sleep
 * (the fault may wait), so no spinlock may be held.
 */
#ifndef ASM_UACCESS_H
#define ASM_UACCESS_H

#include <nopage/bug.h>
#include <nopage/err.h>
#include <nopage/types.h>
#include <asm/page.h>

/* access_ok - is [addr, addr + size) within user space? Says nothing about what is mapped. */
static inline bool access_ok(const void *addr, unsigned long size)
{
	unsigned long start = (unsigned long)addr;

	return size <= TASK_SIZE && start <= TASK_SIZE - size;
}

/* Bytes that could NOT be copied: 0 is success. */
unsigned long __must_check copy_from_user(void *to, const void __user *from, unsigned long n);
unsigned long __must_check copy_to_user(void __user *to, const void *from, unsigned long n);
unsigned long __must_check clear_user(void __user *to, unsigned long n);
/* Length without the NUL (size if there was none within size bytes), or -EFAULT. */
long strncpy_from_user(char *to, const char __user *from, long size);

/* 0 or -EFAULT; 1, 2 or 4 bytes by the low bits of val. */
int get_user_size(u32 *val, const void __user *from, unsigned int size);
int put_user_size(u32 val, void __user *to, unsigned int size);

#define get_user(x, ptr) ({						\
	BUILD_BUG_ON(sizeof(*(ptr)) > sizeof(u32));			\
	u32 __v = 0;							\
	int __e = get_user_size(&__v, (ptr), sizeof(*(ptr)));		\
	(x) = (__typeof__(*(ptr)))__v;					\
	__e;								\
})
#define put_user(x, ptr) ({						\
	BUILD_BUG_ON(sizeof(*(ptr)) > sizeof(u32));			\
	put_user_size((u32)(__typeof__(*(ptr)))(x), (ptr), sizeof(*(ptr)));	\
})

/*
 * cmpxchg_user - atomically: if *to is *old, it becomes new. *old becomes what was there before.
 * 0 or -EFAULT.
 */
int cmpxchg_user(u32 __user *to, u32 *old, u32 new);

/* The exception table's entry of one instruction, and code that stands apart for its fix-up. */
#define EX_TABLE(insn, fixup)				\
	".pushsection __ex_table, \"a\"\n"		\
	"	.balign 4\n"				\
	"	.long " #insn ", " #fixup "\n"		\
	".popsection\n"
#define FIXUP_BEGIN ".pushsection .text.fixup, \"ax\"\n"
#define FIXUP_END ".popsection\n"

/*
 * For structs that are moved field by field, after one access_ok() for all of it: a bad address
 * makes the int variable error -EFAULT, and the moves go on. A put is of a word, a get also of a
 * half-word.
 */
#define UNSAFE_MOVE(insn, error, out, ...)				\
	__asm__ __volatile__(						\
		"1:	" insn "\n"					\
		"2:\n"							\
		FIXUP_BEGIN						\
		"3:	movl %[efault], %[err]\n"			\
		"	jmp 2b\n"					\
		FIXUP_END						\
		EX_TABLE(1b, 3b)					\
		: [err] "+r"(error) out : [efault] "i"(-EFAULT), __VA_ARGS__)
#define NO_OUTPUT
#define MOVE_RESULT(v)	, [to] "=r"(v)

#define unsafe_put_user(x, ptr, error)					\
	UNSAFE_MOVE("movl %[from], %[to]", error, NO_OUTPUT,		\
		    [from] "ri"((u32)(x)), [to] "m"(*(u32 *)(ptr)))

#define unsafe_get_user(x, ptr, error) do {				\
	u32 __v;							\
	if (sizeof(*(ptr)) == 4)					\
		UNSAFE_MOVE("movl %[from], %[to]", error,		\
			    MOVE_RESULT(__v), [from] "m"(*(ptr)));	\
	else								\
		UNSAFE_MOVE("movzwl %[from], %[to]", error,		\
			    MOVE_RESULT(__v), [from] "m"(*(ptr)));	\
	(x) = __v;							\
} while (0)

/* fixup_exception - continue at the fix-up of regs->ip if it has one. */
struct pt_regs;
bool fixup_exception(struct pt_regs *regs);

#endif
