/* SPDX-License-Identifier: MIT */
/*
 * uaccess.c - user memory, by single instructions that may fault.
 *
 * Each has an entry in __ex_table: (its address, where to go on). The processor leaves ECX of an
 * interrupted rep at what is still to do, so the fix-up knows exactly how far a copy came.
 */
#include <asm/uaccess.h>
#include <asm/ptrace.h>
#include <asm/sections.h>

bool fixup_exception(struct pt_regs *regs)
{
	for (const struct ex_entry *e = __start___ex_table; e < __stop___ex_table; e++)
		if (e->insn == regs->ip) {
			regs->ip = e->fixup;
			return true;
		}
	return false;
}

/*
 * n bytes, words first. When a word faults, its bytes are tried one by one, so that the result,
 * the number of bytes not copied, is exact.
 */
static inline unsigned long copy_user(void *to, const void *from, unsigned long n)
{
	unsigned long left = n / 4;

	__asm__ __volatile__(
		"1:	rep movsl\n"
		"	movl %3, %0\n"
		"2:	rep movsb\n"
		"3:\n"
		FIXUP_BEGIN
		"4:	leal (%3, %0, 4), %0\n"
		"	jmp 2b\n"
		FIXUP_END
		EX_TABLE(1b, 4b)
		EX_TABLE(2b, 3b)
		: "+c"(left), "+D"(to), "+S"(from) : "r"(n % 4) : "memory");
	return left;
}

unsigned long copy_from_user(void *to, const void __user *from, unsigned long n)
{
	if (unlikely(!access_ok(from, n)))
		return n;
	return copy_user(to, from, n);
}

unsigned long copy_to_user(void __user *to, const void *from, unsigned long n)
{
	if (unlikely(!access_ok(to, n)))
		return n;
	return copy_user(to, from, n);
}

unsigned long clear_user(void __user *to, unsigned long n)
{
	unsigned long left = n / 4;

	if (unlikely(!access_ok(to, n)))
		return n;
	__asm__ __volatile__(
		"1:	rep stosl\n"
		"	movl %2, %0\n"
		"2:	rep stosb\n"
		"3:\n"
		FIXUP_BEGIN
		"4:	leal (%2, %0, 4), %0\n"
		"	jmp 2b\n"
		FIXUP_END
		EX_TABLE(1b, 4b)
		EX_TABLE(2b, 3b)
		: "+c"(left), "+D"(to) : "r"(n % 4), "a"(0) : "memory");
	return left;
}

/* A string that reaches the end of user space without its NUL is a bad pointer. */
long strncpy_from_user(char *to, const char __user *from, long size)
{
	unsigned long room = TASK_SIZE - (unsigned long)from;
	long max, left;
	int error = 0;

	if ((unsigned long)from >= TASK_SIZE)
		return -EFAULT;
	if (size <= 0)
		return size ? -EINVAL : 0;
	max = room < (unsigned long)size ? (long)room : size;
	left = max;
	__asm__ __volatile__(
		"1:	lodsb\n"
		"	stosb\n"
		"	testb %%al, %%al\n"
		"	jz 2f\n"
		"	decl %0\n"
		"	jnz 1b\n"
		"2:\n"
		FIXUP_BEGIN
		"3:	movl %4, %1\n"
		"	jmp 2b\n"
		FIXUP_END
		EX_TABLE(1b, 3b)
		: "+c"(left), "+r"(error), "+S"(from), "+D"(to) : "i"(-EFAULT)
		: "eax", "memory", "cc");
	if (error || (!left && max < size))
		return -EFAULT;
	return max - left;
}

/* One move of 1, 2 or 4 bytes: insn is its text with %1 the register and %2 the memory. */
#define USER_MOVE(insn, value, address, error)		\
	__asm__ __volatile__(				\
		"1:	" insn "\n"			\
		"2:\n"					\
		FIXUP_BEGIN				\
		"3:	movl %3, %0\n"			\
		"	jmp 2b\n"			\
		FIXUP_END				\
		EX_TABLE(1b, 3b)			\
		: "+r"(error), "+q"(value)		\
		: "m"(*(char *)(address)), "i"(-EFAULT) : "memory")

int get_user_size(u32 *val, const void __user *from, unsigned int size)
{
	int error = 0;
	u32 value = 0;

	if (unlikely(!access_ok(from, size)))
		return -EFAULT;
	if (size == 4)
		USER_MOVE("movl %2, %1", value, from, error);
	else if (size == 2)
		USER_MOVE("movzwl %2, %1", value, from, error);
	else
		USER_MOVE("movzbl %2, %1", value, from, error);
	*val = value;
	return error;
}

int put_user_size(u32 val, void __user *to, unsigned int size)
{
	int error = 0;

	if (unlikely(!access_ok(to, size)))
		return -EFAULT;
	if (size == 4)
		USER_MOVE("movl %1, %2", val, to, error);
	else if (size == 2)
		USER_MOVE("movw %w1, %2", val, to, error);
	else
		USER_MOVE("movb %b1, %2", val, to, error);
	return error;
}

int cmpxchg_user(u32 __user *to, u32 *old, u32 new)
{
	int error = 0;
	u32 value = *old;

	if (unlikely(!access_ok(to, sizeof(*to))))
		return -EFAULT;
	__asm__ __volatile__(
		"1:	lock; cmpxchgl %3, %2\n"
		"2:\n"
		FIXUP_BEGIN
		"3:	movl %4, %0\n"
		"	jmp 2b\n"
		FIXUP_END
		EX_TABLE(1b, 3b)
		: "+r"(error), "+a"(value), "+m"(*to)
		: "r"(new), "i"(-EFAULT) : "memory", "cc");
	*old = value;
	return error;
}
