/* SPDX-License-Identifier: MIT */
/* syscall_test.c - numbers of system calls: kernel/syscall.c. */
#include <nopage/ktest.h>
#include <nopage/err.h>
#include <nopage/sched.h>
#include <nopage/syscalls.h>
#include <asm/ptrace.h>

static u32 call(u32 nr)
{
	struct pt_regs regs = { .orig_ax = nr, .bx = 1 };

	do_syscall(&regs);
	return regs.ax;
}

/* Every number that the list does not have, those around the end of the table among them. */
KTEST(syscall, unknown_numbers)
{
	static const u32 large[] = { 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff };
	unsigned int unknown = 0;
	u32 nr;

	for (nr = 0; nr < 4096; nr++) {
		if (syscall_name(nr))
			continue;
		KT_EQ((int)call(nr), -ENOSYS);
		unknown++;
	}
	KT_TRUE(unknown > 4096 - NR_SYSCALLS);
	for (unsigned int i = 0; i < ARRAY_SIZE(large); i++)
		KT_EQ((int)call(large[i]), -ENOSYS);
}

KTEST(syscall, known_numbers)
{
	KT_EQ(call(__NR_getpid), current->tgid);
	KT_EQ(call(__NR_gettid), current->pid);
	KT_EQ((int)call(__NR_mincore), -EINVAL);
}
