/* SPDX-License-Identifier: MIT */
/*
 * ktest.h - the in-kernel test suite: `test[=glob]` on the kernel command line runs it.
 *
 *	KTEST(buddy, split_and_join)
 *	{
 *		KT_EQ(a, b);
 *	}
 *
 * registers the test "buddy.split_and_join". Each runs in a kernel thread of its own (current->mm
 * is NULL) and is leak-checked: free frames, slab objects, areas, mms and tasks are the same before
 * and after. Results are KTAP version 1 with a plan line.
 */
#ifndef NOPAGE_KTEST_H
#define NOPAGE_KTEST_H

#include <nopage/types.h>

struct ktest {
	const char *suite, *name;
	void (*fn)(void);
};

#define KTEST(suite_, name_)							\
	static void ktest_##suite_##_##name_(void);				\
	static const struct ktest kt_##suite_##_##name_				\
		__used __section("ktests") __aligned(4) =			\
		{ #suite_, #name_, ktest_##suite_##_##name_ };			\
	static void ktest_##suite_##_##name_(void)

/* Note a failure (file, line, expected, got) and go on. True when the check holds. */
bool kt_true(bool cond, const char *what, const char *file, int line);
bool kt_eq(long long got, long long want, const char *what, const char *file, int line);

#define KT_TRUE(cond)	kt_true((cond), #cond, __FILE__, __LINE__)
/* Up to 32 bits, signed and unsigned compare by their bits: an address with -ENOMEM. */
#define KT_NUMBER(x)		(sizeof(x) <= 4 ? (long)(x) : (long long)(x))
#define KT_EQ(got, want) \
	kt_eq(KT_NUMBER(got), KT_NUMBER(want), #got " == " #want, __FILE__, __LINE__)
/* Give up the current test function when the check fails. */
#define KT_ASSERT(cond)	do { if (!KT_TRUE(cond)) return; } while (0)

/*
 * kt_fail_nth - make the n-th allocation of the current task from now fail (0: none).
 * kt_fail_fired - has it? Resets.
 */
void kt_fail_nth(int n);
bool kt_fail_fired(void);

/*
 * kt_fail_every - run op with its first, second, .. allocation failing, until it gets through
 * without a failure. op returns true when it has succeeded; a run that met a failed allocation
 * must not. Every run, after undo (may be NULL) has taken back a success, must leave frames,
 * objects, areas, mms and tasks as it found them. More than limit runs are a failure. Returns the
 * number of allocations that op makes.
 */
int kt_fail_every(bool (*op)(void), void (*undo)(void), int limit);

u32 kt_random(void);			/* fixed seed at the start of each test */

/*
 * run_ktests - run all tests whose "suite.name" or suite matches glob ("": all), as often as
 * repeat=N on the command line says. Returns the number of failed tests (1 when none matches).
 */
int run_ktests(const char *glob);

/* The linker puts all tests between these. */
extern const struct ktest __start_ktests[], __stop_ktests[];

#endif
