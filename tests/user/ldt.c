/* SPDX-License-Identifier: MIT */
/* modify_ldt(2): a segment with a base of its own, and then the page tables. Limits and rights of
 * data segments are not tried: QEMU's TCG does not check them. */
#define _GNU_SOURCE
#include "tap.h"

#include "rawsys.h"

#define SELECTOR(entry) ((entry) << 3 | 7)	/* in the LDT, privilege level 3 */

#define SEG_32BIT 1
#define CODE (2 << 1)
#define CONFORMING (3 << 1)
#define READ_ONLY (1 << 3)
#define PAGES (1 << 4)
#define NOT_PRESENT (1 << 5)
#define USEABLE (1 << 6)

struct segment {
	unsigned int entry, base, limit, flags;
};

static int array[1024] = { [0] = 11, [1] = 22, [1023] = 99 };

static long set_segment(unsigned int entry, void *base, unsigned int limit, unsigned int flags)
{
	struct segment s = { entry, (unsigned long)base, limit, flags };

	return sys3(SYS_modify_ldt, 0x11, (long)&s, sizeof(s));
}

/* The word at offset in the segment. */
static int load_from(unsigned int entry, unsigned long offset)
{
	int value;

	__asm__ volatile("movl %1, %%fs\n\t"
			 "movl %%fs:(%2), %0\n\t"
			 "movl %3, %%fs"
			 : "=&r"(value) : "r"(SELECTOR(entry)), "r"(offset), "r"(0));
	return value;
}

static void store_to(unsigned int entry, unsigned long offset, int value)
{
	__asm__ volatile("movl %0, %%fs\n\t"
			 "movl %2, %%fs:(%1)\n\t"
			 "movl %3, %%fs"
			 : : "r"(SELECTOR(entry)), "r"(offset), "r"(value), "r"(0) : "memory");
}

static int load_not_present(void *arg)
{
	return load_from(5, 0);
}

static int load_third(void *arg)
{
	return load_from(3, 4);
}

static int load_third_later(void *arg)
{
	int value;

	__asm__ volatile("movl %0, %%fs" : : "r"(SELECTOR(3)));
	for (int i = 0; i < 10; i++)
		sys0(SYS_sched_yield);
	__asm__ volatile("movl %%fs:4, %0" : "=r"(value));
	return value;
}

static int own_third(void *arg)
{
	if (set_segment(3, array + 1023, 3, SEG_32BIT))
		return 1;
	return load_from(3, 0);
}

static void test_segments(void)
{
	is(set_segment(3, array, sizeof(array) - 1, SEG_32BIT), 0, "a segment over an array");
	is(load_from(3, 0), 11, "its first word");
	is(load_from(3, 4092), 99, "its last word");
	store_to(3, 4, 33);
	is(array[1], 33, "a store arrives");
	exits(in_child(load_third, NULL), 33, "a forked child has a copy");
	exits(in_child(load_third_later, NULL), 33, "also after a switch");
	exits(in_child(own_third, NULL), 99, "which it may change");
	is(load_from(3, 4), 33, "for itself");
	is(set_segment(4, array, 0, SEG_32BIT | READ_ONLY | PAGES), 0, "one page, read-only");
	is(load_from(4, 4092), 99, "can be read");
	is(set_segment(5, array, 100, SEG_32BIT | NOT_PRESENT), 0, "one that is not there");
	is(WIFSIGNALED(in_child(load_not_present, NULL)), 1, "cannot be used");
	is(set_segment(3, NULL, 0, READ_ONLY | NOT_PRESENT), 0, "take the first one away");
	killed_by(in_child(load_third, NULL), SIGSEGV, "it is gone");
}

/* One process with a table, one without, which must not see it when it runs right after. */
static void run_with_table(volatile int *ready)
{
	set_segment(0, array, sizeof(array) - 1, SEG_32BIT);
	*ready = 1;
	for (;;)
		sys0(SYS_sched_yield);
}

static int load_without_table(void *arg)
{
	(void)arg;
	for (int i = 0; i < 20; i++)
		sys0(SYS_sched_yield);
	return load_from(0, 0);
}

static void test_switch(void)
{
	volatile int *ready = shared_pages(1);
	pid_t other = fork();

	if (other == 0)
		run_with_table(ready);
	while (!*ready)
		sys0(SYS_sched_yield);
	killed_by(in_child(load_without_table, NULL), SIGSEGV, "another's table is not there");
	kill(other, SIGKILL);
	waitpid(other, NULL, 0);
	munmap((void *)ready, PAGE);
}

static void test_errors(void)
{
	struct segment s = { 1, 0, 1, SEG_32BIT };
	unsigned int table[32];

	is(sys3(SYS_modify_ldt, 0x11, (long)&s, 8), -EINVAL, "another size: EINVAL");
	is(sys3(SYS_modify_ldt, 0x11, KERNEL_ADDRESS, sizeof(s)), -EFAULT, "EFAULT");
	is(set_segment(9000, array, 1, SEG_32BIT), -EINVAL, "no such entry: EINVAL");
	is(set_segment(6, array, 1, SEG_32BIT | CONFORMING), -EINVAL, "conforming code: EINVAL");
	is(sys3(SYS_modify_ldt, 77, 0, 0), -ENOSYS, "an unknown function: ENOSYS");
	is(sys3(SYS_modify_ldt, 0, (long)table, sizeof(table)), sizeof(table), "read the table");
	is(table[2 * 3] | table[2 * 3 + 1], 0, "the entry that was taken away");
	ok(table[2 * 4 + 1], "one that is there");
	is(sys3(SYS_modify_ldt, 0, KERNEL_ADDRESS, 8), -EFAULT, "EFAULT");
}

int main(void)
{
	plan(24);
	test_switch();
	test_segments();
	test_errors();
	return done();
}
