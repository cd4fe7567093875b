/* SPDX-License-Identifier: MIT */
/* clone.c - the system calls that make tasks: fork, vfork, clone, clone3. fork.c does it. */
#include "internal.h"
#include <nopage/err.h>
#include <nopage/syscalls.h>
#include <asm/uaccess.h>
#include <uapi/sched.h>

/* Word by word: the compiler would clear so small a struct by a loop. */
long sys_clone(long flags, long usp, long parent_tid, long tls, long child_tid)
{
	struct fork_args args;

	args.flags = flags;
	args.usp = usp;
	args.regs = task_pt_regs(current);
	args.tls = (void *)tls;
	args.parent_tid = (int *)parent_tid;
	args.child_tid = (int *)child_tid;
	args.fn = NULL;
	args.arg = NULL;
	args.name = NULL;
	args.clear_sighand = false;
	return do_fork(&args);
}

long sys_fork(void)
{
	return sys_clone(SIGCHLD, 0, 0, 0, 0);
}

long sys_vfork(void)
{
	return sys_clone(CLONE_VFORK | CLONE_VM | SIGCHLD, 0, 0, 0, 0);
}

/* get_clone_args - size bytes of them; what this kernel does not know must be zero (-E2BIG). */
static int get_clone_args(struct clone_args *args, long user, unsigned long size)
{
	char more;

	if (size > PAGE_SIZE)
		return -E2BIG;
	if (size < CLONE_ARGS_SIZE_VER0)
		return -EINVAL;
	*args = (struct clone_args){ 0 };
	if (copy_from_user(args, (void *)user, min(size, (unsigned long)sizeof(*args))))
		return -EFAULT;
	for (unsigned long i = sizeof(*args); i < size; i++) {
		if (get_user(more, (char *)user + i))
			return -EFAULT;
		if (more)
			return -E2BIG;
	}
	return 0;
}

static bool clone_args_valid(const struct clone_args *a)
{
	u64 known = (0xffffffffULL & ~(u64)(CSIGNAL | CLONE_DETACHED)) | CLONE_CLEAR_SIGHAND;

	if ((a->flags & ~known) || a->exit_signal > NSIG || a->set_tid || a->set_tid_size)
		return false;
	if ((a->flags & CLONE_SIGHAND) && (a->flags & CLONE_CLEAR_SIGHAND))
		return false;
	if ((a->flags & (CLONE_THREAD | CLONE_PARENT)) && a->exit_signal)
		return false;
	if (!a->stack != !a->stack_size)
		return false;
	return a->stack + a->stack_size <= TASK_SIZE && a->stack <= TASK_SIZE;
}

/* sys_clone3 - clone() by a struct. No pid can be chosen (set_tid), there are no namespaces. */
long sys_clone3(long user_args, long size)
{
	struct clone_args a;
	int error = get_clone_args(&a, user_args, size);

	if (error)
		return error;
	if (!clone_args_valid(&a))
		return -EINVAL;
	return do_fork(&(struct fork_args){
		.flags = a.flags | a.exit_signal,
		.usp = a.stack + a.stack_size,
		.regs = task_pt_regs(current),
		.tls = (void *)(unsigned long)a.tls,
		.parent_tid = (int *)(unsigned long)a.parent_tid,
		.child_tid = (int *)(unsigned long)a.child_tid,
		.clear_sighand = a.flags & CLONE_CLEAR_SIGHAND,
	});
}

long sys_set_tid_address(long tidptr)
{
	current->clear_child_tid = (int *)tidptr;
	return current->pid;
}
