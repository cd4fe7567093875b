/* SPDX-License-Identifier: MIT */
/*
 * uaccess_test.c - copies to and from user memory: what arrives, and how much did not, to the byte,
 * on both sides of the end of what is mapped.
 */
#include "mm_test.h"
#include <nopage/string.h>

#define LONGEST		13UL		/* three words and a byte */
#define END		(TEST_BASE + PAGE_SIZE)		/* one page is mapped, then comes a hole */

static char kernel[2 * LONGEST];

static struct mm_struct *begin(void)
{
	struct mm_struct *mm = test_mm_enter();

	if (mm)
		KT_EQ(test_map(mm, TEST_BASE, 1, PROT_RW, MAP_ANON_PRIV | MAP_FIXED), TEST_BASE);
	return mm;
}

/* The byte at a user address; -1: there is none. */
static int byte_at(unsigned long addr)
{
	u8 byte;

	return get_user(byte, (u8 *)addr) ? -1 : byte;
}

/* Of len bytes so far before the end, how many have no place? */
static unsigned long missing(unsigned long len, unsigned long before)
{
	return len > before ? len - before : 0;
}

static void fill(int c)
{
	for (unsigned long i = 1; i <= 2 * LONGEST; i++)
		KT_EQ(put_user((u8)c, (u8 *)(END - i)), 0);
}

/* Are the bytes at `at` first, first + step ..., and those around them still '.'? */
static bool holds(unsigned long at, unsigned long len, int first, int step)
{
	for (unsigned long i = 0; i < len; i++)
		if (byte_at(at + i) != first + (int)i * step)
			return false;
	return byte_at(at - 1) == '.' && (at + len >= END || byte_at(at + len) == '.');
}

/* Every length at every distance from the end. */
KTEST(uaccess, copies_end_at_the_hole)
{
	struct mm_struct *mm = begin();
	char back[LONGEST];

	KT_ASSERT(mm);
	for (unsigned int i = 0; i < LONGEST; i++)
		kernel[i] = 'a' + i;
	for (unsigned long len = 0; len <= LONGEST; len++) {
		for (unsigned long before = 0; before <= LONGEST; before++) {
			unsigned long gone = missing(len, before);
			char *to = (char *)(END - before);

			fill('.');
			KT_EQ(copy_to_user(to, kernel, len), gone);
			KT_TRUE(holds(END - before, len - gone, 'a', 1));
			memset(back, '.', sizeof(back));
			KT_EQ(copy_from_user(back, to, len), gone);
			KT_TRUE(!memcmp(back, kernel, len - gone));
			KT_TRUE(!memchr_inv(back + len - gone, '.', LONGEST - (len - gone)));
			KT_EQ(clear_user(to, len), gone);
			KT_TRUE(holds(END - before, len - gone, 0, 0));
		}
	}
	test_mm_leave(mm);
}

/* With its NUL, cut off at size, or into the hole. */
KTEST(uaccess, strings)
{
	struct mm_struct *mm = begin();

	KT_ASSERT(mm);
	for (long len = 0; len < (long)LONGEST; len++) {
		char *s = (char *)END - len - 1;

		fill('.');
		KT_EQ(put_user('\0', (char *)END - 1), 0);
		for (long size = 0; size <= (long)LONGEST; size++) {
			memset(kernel, 'x', sizeof(kernel));
			KT_EQ(strncpy_from_user(kernel, s, size), min(size, len));
			KT_TRUE(!memchr_inv(kernel, '.', min(size, len)));
			KT_EQ(kernel[len], size > len ? '\0' : 'x');
			KT_EQ(kernel[max(size, len + 1)], 'x');
		}
		KT_EQ(put_user('.', (char *)END - 1), 0);	/* no NUL any more */
		KT_EQ(strncpy_from_user(kernel, s, len + 1), len + 1);
		KT_EQ(strncpy_from_user(kernel, s, len + 2), -EFAULT);
	}
	KT_EQ(strncpy_from_user(kernel, (char *)TEST_BASE, -1), -EINVAL);
	test_mm_leave(mm);
}

/* The last byte below the kernel is a byte like any other; what would go on is refused. */
KTEST(uaccess, end_of_user_space)
{
	const unsigned long top = TASK_SIZE;
	struct mm_struct *mm = test_mm_enter();

	KT_ASSERT(mm);
	test_map(mm, top - PAGE_SIZE, 1, PROT_RW, MAP_ANON_PRIV | MAP_FIXED);
	KT_EQ(copy_to_user((char *)top - 4, "end.", 4), 0);
	KT_EQ(copy_from_user(kernel, (char *)top - 4, 4), 0);
	KT_EQ(copy_from_user(kernel, (char *)top - 4, 5), 5);
	KT_EQ(copy_to_user((char *)top - 4, kernel, 5), 5);
	KT_EQ(clear_user((char *)top - 4, 5), 5);
	KT_EQ(copy_to_user((char *)top, kernel, 0), 0);
	KT_EQ(copy_from_user(kernel, (char *)-4UL, 8), 8);
	KT_EQ(copy_from_user(kernel, (char *)4, -4UL), -4UL);
	KT_EQ(strncpy_from_user(kernel, (char *)top - 4, 4), 4);
	KT_EQ(strncpy_from_user(kernel, (char *)top - 4, 5), -EFAULT);
	KT_EQ(strncpy_from_user(kernel, (char *)top, 1), -EFAULT);
	KT_EQ(put_user('\0', (char *)top - 1), 0);
	KT_EQ(strncpy_from_user(kernel, (char *)top - 4, 5), 3);
	KT_EQ(put_user((u16)1, (u16 *)(top - 1)), -EFAULT);
	KT_EQ(put_user(1, (u32 *)(top - 3)), -EFAULT);
	test_mm_leave(mm);
}

/* One, two and four bytes, signed and not. */
KTEST(uaccess, words)
{
	struct mm_struct *mm = begin();
	s8 byte = 0;
	s16 half = 0;
	s32 word = 0;

	KT_ASSERT(mm);
	KT_EQ(put_user(0x80f1f2f3, (u32 *)TEST_BASE), 0);
	KT_EQ(put_user((u8)0x44, (u8 *)TEST_BASE + 5), 0);
	KT_EQ(put_user((u16)0x5566, (u16 *)TEST_BASE + 3), 0);
	KT_EQ(get_user(word, (s32 *)TEST_BASE), 0);
	KT_EQ((u32)word, 0x80f1f2f3);
	KT_EQ(get_user(half, (s16 *)TEST_BASE), 0);
	KT_EQ(half, (s16)0xf2f3);
	KT_EQ(get_user(byte, (s8 *)TEST_BASE), 0);
	KT_EQ(byte, (s8)0xf3);
	KT_EQ(get_user(word, (s32 *)TEST_BASE + 1), 0);
	KT_EQ(word, 0x55664400);
	KT_EQ(put_user(1, (u32 *)(END - 2)), -EFAULT);
	KT_EQ(byte_at(END - 2), 0);		/* all or nothing */
	KT_EQ(get_user(word, (s32 *)(END - 3)), -EFAULT);
	KT_EQ(get_user(half, (s16 *)(END - 1)), -EFAULT);
	KT_EQ(test_protect(mm, TEST_BASE, 1, PROT_READ), 0);
	KT_EQ(put_user(1, (u32 *)TEST_BASE), -EFAULT);
	KT_EQ(get_user(word, (s32 *)TEST_BASE), 0);
	KT_EQ((u32)word, 0x80f1f2f3);
	test_mm_leave(mm);
}

KTEST(uaccess, compare_and_exchange)
{
	struct mm_struct *mm = begin();
	u32 old = 1;

	KT_ASSERT(mm);
	KT_EQ(put_user(5, (u32 *)TEST_BASE), 0);
	KT_EQ(cmpxchg_user((u32 *)TEST_BASE, &old, 9), 0);
	KT_EQ(old, 5);				/* it was another one: nothing happened */
	KT_EQ(test_peek(TEST_BASE), 5);
	KT_EQ(cmpxchg_user((u32 *)TEST_BASE, &old, 9), 0);
	KT_EQ(old, 5);
	KT_EQ(test_peek(TEST_BASE), 9);
	KT_EQ(cmpxchg_user((u32 *)END, &old, 9), -EFAULT);
	KT_EQ(cmpxchg_user((u32 *)TASK_SIZE, &old, 9), -EFAULT);
	KT_EQ(test_protect(mm, TEST_BASE, 1, PROT_READ), 0);
	KT_EQ(cmpxchg_user((u32 *)TEST_BASE, &old, 9), -EFAULT);
	test_mm_leave(mm);
}

/* Field by field: the error stays, and the moves that are possible are made. */
KTEST(uaccess, fields)
{
	struct mm_struct *mm = begin();
	u32 *user = (u32 *)END;
	int error = 0;
	u32 word = 1;
	u16 half = 1;

	KT_ASSERT(mm);
	unsafe_put_user(0x12345678, user - 1, error);
	KT_EQ(error, 0);
	unsafe_put_user(2, user, error);
	KT_EQ(error, -EFAULT);
	unsafe_put_user(3, user - 2, error);
	KT_EQ(error, -EFAULT);
	KT_EQ(test_peek(END - 8), 3);
	error = 0;
	unsafe_get_user(word, user - 1, error);
	unsafe_get_user(half, (u16 *)user - 1, error);
	KT_EQ(error, 0);
	KT_EQ(word, 0x12345678);
	KT_EQ(half, 0x1234);
	unsafe_get_user(half, (u16 *)user, error);
	KT_EQ(error, -EFAULT);
	test_mm_leave(mm);
}
