/* SPDX-License-Identifier: MIT */
/* clone3(2): its struct, its errors, and what clone() cannot do. */
#define _GNU_SOURCE
#include "tap.h"

#include <sched.h>

#include "rawsys.h"

#define CLEAR_SIGHAND 0x100000000ULL

struct args {
	unsigned long long flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls;
	unsigned long long set_tid, set_tid_size, cgroup;
};

static long clone3(struct args *args, unsigned long size)
{
	return sys2(SYS_clone3, (long)args, size);
}

/* A child that exits with the status of fn; its wait status. The struct has so many bytes. */
static int child_by(void *args, unsigned long size, int (*fn)(void))
{
	int status = -1;
	long pid = clone3(args, size);

	if (pid == 0)
		_exit(fn ? fn() : 0);
	waitpid(pid, &status, __WALL);
	return status;
}

static int child_of(struct args *args, int (*fn)(void))
{
	return child_by(args, sizeof(*args), fn);
}

static long with(unsigned long long flags, unsigned long long exit_signal)
{
	struct args args = { .flags = flags, .exit_signal = exit_signal };

	return clone3(&args, sizeof(args));
}

static void test_errors(void)
{
	struct args args = { .exit_signal = SIGCHLD };
	char *page = map(2, PROT_READ | PROT_WRITE, MAP_PRIVATE);

	is(clone3(&args, 63), -EINVAL, "too small a struct: EINVAL");
	is(clone3(&args, 0), -EINVAL, "none at all");
	is(clone3(&args, PAGE + 1), -E2BIG, "more than a page: E2BIG");
	is(clone3(NULL, 64), -EFAULT, "a bad pointer: EFAULT");
	page[88] = 1;
	is(clone3((struct args *)page, 96), -E2BIG, "something unknown: E2BIG");
	is(with(0, 65), -EINVAL, "no such signal: EINVAL");
	is(with(SIGCHLD, 0), -EINVAL, "a signal among the flags: EINVAL");
	is(with(CLONE_THREAD, 0), -EINVAL, "a thread with memory of its own: EINVAL");
	is(with(CLONE_SIGHAND, 0), -EINVAL, "shared handlers without shared memory: EINVAL");
	is(with(CLONE_VM | CLONE_SIGHAND | CLONE_THREAD, SIGCHLD), -EINVAL,
	   "a thread that signals its end: EINVAL");
	is(with(CLONE_VM | CLONE_SIGHAND | CLEAR_SIGHAND, 0), -EINVAL,
	   "handlers both shared and cleared: EINVAL");
	args.stack = (unsigned long)page;
	is(clone3(&args, sizeof(args)), -EINVAL, "a stack of no size: EINVAL");
	args = (struct args){ .exit_signal = SIGCHLD, .stack_size = PAGE };
	is(clone3(&args, sizeof(args)), -EINVAL, "a size of no stack: EINVAL");
}

static int handler_is_default(void)
{
	struct sigaction act;

	sigaction(SIGUSR1, NULL, &act);
	if (act.sa_handler != SIG_DFL)
		return 1;
	sigaction(SIGUSR2, NULL, &act);
	return act.sa_handler == SIG_IGN ? 0 : 2;
}

static void on_signal(int sig)
{
}

static volatile int tid_words[2];

static int tid_is_there(void)
{
	return tid_words[1] == sys0(SYS_gettid) ? 0 : 1;
}

static void test_children(void)
{
	char *page = map(1, PROT_READ | PROT_WRITE, MAP_PRIVATE);
	struct args args = { .exit_signal = SIGCHLD };

	exits(child_of(&args, NULL), 0, "like fork");
	args.exit_signal = 0;
	exits(child_of(&args, NULL), 0, "without a signal");
	signal(SIGUSR1, on_signal);
	signal(SIGUSR2, SIG_IGN);
	args = (struct args){ .flags = CLEAR_SIGHAND, .exit_signal = SIGCHLD };
	exits(child_of(&args, handler_is_default), 0, "without handlers, but what is ignored");
	args = (struct args){
		.flags = CLONE_PARENT_SETTID | CLONE_CHILD_SETTID, .exit_signal = SIGCHLD,
		.parent_tid = (unsigned long)&tid_words[0],
		.child_tid = (unsigned long)&tid_words[1],
	};
	exits(child_of(&args, tid_is_there), 0, "its number in its memory");
	ok(tid_words[0] > 0 && tid_words[1] == 0, "and in its parent's");
	args = (struct args){ .flags = CLONE_VFORK, .exit_signal = SIGCHLD };
	exits(child_of(&args, NULL), 0, "like vfork");
	exits(child_by(&args, 64, NULL), 0, "the oldest size");
	*(struct args *)page = args;
	exits(child_by(page, PAGE, NULL), 0, "a page, with zeroes behind what is known");
}

/* A thread on a stack of its own: clone3() returns to it with the stack empty. */
static char stack[16384] __attribute__((aligned(16)));
static volatile int ran;

static void test_thread(void)
{
	struct args args = {
		.flags = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD |
			 CLONE_CHILD_CLEARTID | CLONE_PARENT_SETTID,
		.stack = (unsigned long)stack, .stack_size = sizeof(stack),
		.child_tid = (unsigned long)&tid_words[0],
		.parent_tid = (unsigned long)&tid_words[0],
	};
	long ret;

	__asm__ volatile("int $0x80\n\t"
			 "testl %%eax, %%eax\n\t"
			 "jnz 1f\n\t"
			 "movl $1, %[ran]\n\t"
			 "xorl %%ebx, %%ebx\n\t"
			 "movl %[exit], %%eax\n\t"
			 "int $0x80\n\t"
			 "1:"
			 : "=a"(ret), [ran] "=m"(ran)
			 : "0"(SYS_clone3), "b"(&args), "c"(sizeof(args)), [exit] "i"(SYS_exit)
			 : "memory", "cc");
	ok(ret > 0, "a thread");
	while (tid_words[0])
		sched_yield();
	is(ran, 1, "has run, and its word is cleared");
}

int main(void)
{
	plan(23);
	test_errors();
	test_children();
	test_thread();
	return done();
}
