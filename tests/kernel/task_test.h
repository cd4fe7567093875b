/* SPDX-License-Identifier: MIT */
/*
 * task_test.h - user tasks without a program file: a page of machine code in an address space of
 * the test, and registers to start it with.
 */
#ifndef TESTS_TASK_TEST_H
#define TESTS_TASK_TEST_H

#include "mm_test.h"
#include "../../kernel/internal.h"
#include <nopage/err.h>
#include <uapi/sched.h>
#include <uapi/wait.h>

#define CODE_ADDR	TEST_BASE
#define CODE_EXIT	(CODE_ADDR)		/* exit(ebx) */
#define CODE_LOOP	(CODE_ADDR + 16)	/* for (;;) ; */
#define CODE_SPIN	(CODE_ADDR + 32)	/* while (*(int *)ebx == 0) ; then exit(7) */
#define DATA_ADDR	(TEST_BASE + PAGE_SIZE)

#define CLONE_SHARED	(CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND)

/* An address space with the code above and a page of data, in use by the current kernel thread. */
static inline struct mm_struct *test_code_enter(void)
{
	static const u8 exit_code[] = { 0xb8, 1, 0, 0, 0, 0xcd, 0x80 };
	static const u8 loop_code[] = { 0xeb, 0xfe };
	static const u8 spin_code[] = {
		0x83, 0x3b, 0x00,			/* 1: cmpl $0, (%ebx) */
		0x74, 0xfb,				/* je 1b */
		0xbb, 7, 0, 0, 0,			/* movl $7, %ebx */
		0xb8, 1, 0, 0, 0, 0xcd, 0x80,		/* exit */
	};
	struct mm_struct *mm = test_mm_enter();

	if (!mm)
		return NULL;
	if (test_map(mm, CODE_ADDR, 2, PROT_RW | PROT_EXEC, MAP_ANON_PRIV | MAP_FIXED) < 0 ||
	    copy_to_user((void *)CODE_EXIT, exit_code, sizeof(exit_code)) ||
	    copy_to_user((void *)CODE_LOOP, loop_code, sizeof(loop_code)) ||
	    copy_to_user((void *)CODE_SPIN, spin_code, sizeof(spin_code)) ||
	    test_poke(DATA_ADDR, 0)) {
		test_mm_leave(mm);
		return NULL;
	}
	return mm;
}

/* test_clone - a user task that starts at ip with that value in ebx; its pid or -Exxx. */
static inline long test_clone(unsigned long flags, unsigned long ip, u32 bx)
{
	struct pt_regs regs = {
		.bx = bx, .ip = ip, .cs = USER_CS, .ds = USER_DS, .es = USER_DS, .ss = USER_DS,
		.flags = EFLAGS_IF | 2, .sp = DATA_ADDR + PAGE_SIZE - 16,
	};

	return do_fork(&(struct fork_args){
		.flags = flags, .regs = &regs, .child_tid = (int *)DATA_ADDR,
	});
}

/* test_woken - p was to be woken. If it sleeps on, that is a failure, and its sleep is broken. */
static inline void test_woken(struct task_struct *p)
{
	if (KT_TRUE(p->state != TASK_INTERRUPTIBLE))
		return;
	set_work(p, TIF_SIGPENDING);
	wake_up_process(p);
}

/* test_kill - a signal to the process pid. */
static inline void test_kill(pid_t pid, int sig)
{
	struct task_struct *p;

	spin_lock(&tasklist_lock);
	p = find_task_by_pid(pid);
	if (p)
		send_sig_kernel(sig, p);
	spin_unlock(&tasklist_lock);
	KT_TRUE(p != NULL);
}

/* test_wait - reap the child pid, of any kind; its wait status, or -1. */
static inline int test_wait(pid_t pid)
{
	int status;

	return kernel_wait(pid, &status, __WALL) == pid ? status : -1;
}

/* test_sleep - at least that many ticks. */
static inline void test_sleep(long ticks)
{
	current->state = TASK_UNINTERRUPTIBLE;
	schedule_timeout(ticks + 1);
}

/* test_start - a kernel thread, which must be possible. */
static inline struct task_struct *test_start(int (*fn)(void *), void *arg)
{
	struct task_struct *p = kthread_run(fn, arg, "test");

	BUG_ON(IS_ERR(p));
	return p;
}

#endif
