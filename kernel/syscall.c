/* SPDX-License-Identifier: MIT */
/*
 * syscall.c - the way through the table of system calls (syscall_list.h).
 *
 * entry.S has saved the user's registers: number in eax, up to six arguments in ebx, ecx, edx, esi,
 * edi, ebp. Every function is called with all six; those that take fewer ignore the rest.
 */
#include <nopage/syscalls.h>
#include <nopage/cred.h>
#include <nopage/err.h>
#include <nopage/events.h>
#include <nopage/poll.h>
#include <nopage/printk.h>
#include <nopage/sched.h>
#include <nopage/time.h>
#include <uapi/fcntl.h>
#include <uapi/time.h>

/* The calls that are another one with some of its arguments fixed. */
#define PARAMS_0	void
#define PARAMS_1	long a
#define PARAMS_2	PARAMS_1, long b
#define PARAMS_3	PARAMS_2, long c
#define PARAMS_4	PARAMS_3, long d
#define PARAMS_5	PARAMS_4, long e
#define PARAMS_6	PARAMS_5, long f
#define SYSCALL(nr, name, function, args)
#define SYSCALL_AS(nr, name, args, call)	long sys_##name(PARAMS_##args) { return call; }
#include <nopage/syscall_list.h>

typedef long (*syscall_fn)(long bx, long cx, long dx, long si, long di, long bp);

static const void *const syscall_table[NR_SYSCALLS] = {
#define SYSCALL(nr, name, function, args)	[nr] = function,
#define SYSCALL_AS(nr, name, args, call)	[nr] = sys_##name,
#include <nopage/syscall_list.h>
};

static const char *const names[NR_SYSCALLS] = {
#define SYSCALL(nr, name, function, args)	[nr] = #name,
#define SYSCALL_AS(nr, name, args, call)	[nr] = #name,
#include <nopage/syscall_list.h>
};

const char *syscall_name(u32 nr)
{
	return nr < NR_SYSCALLS ? names[nr] : NULL;
}

/* sys_unknown - said once per number, so that a program that keeps trying does not fill the log. */
static noinline long sys_unknown(u32 nr)
{
	static u32 seen[NR_SYSCALLS / 32 + 1];

	if (nr >= NR_SYSCALLS)
		return -ENOSYS;
	if (!(seen[nr / 32] & 1u << nr % 32)) {
		seen[nr / 32] |= 1u << nr % 32;
		pr_debug("syscall: %s[%d] calls number %u, which does not exist here\n",
			 current->comm, current->pid, nr);
	}
	return -ENOSYS;
}

/* trace_syscall - not recorded unless it is traced: this is the hottest path of the kernel. */
static noinline void trace_syscall(u32 nr, const struct pt_regs *regs, long ret)
{
	event(EV_SYSCALL, nr, ret, regs->bx, regs->cx, regs->dx, regs->si);
}

/* One of -ERESTARTSYS .. -ERESTART_RESTARTBLOCK? */
static inline bool is_restart(long ret)
{
	return (unsigned long)(ret + ERESTART_RESTARTBLOCK) <= ERESTART_RESTARTBLOCK - ERESTARTSYS;
}

void do_syscall(struct pt_regs *regs)
{
	u32 nr = regs->orig_ax;
	syscall_fn fn = nr < NR_SYSCALLS ? (syscall_fn)syscall_table[nr] : NULL;
	long ret;

	if (likely(fn))
		ret = fn(regs->bx, regs->cx, regs->dx, regs->si, regs->di, regs->bp);
	else
		ret = sys_unknown(nr);
	if (unlikely(trace_mask & 1u << EV_SYSCALL))
		trace_syscall(nr, regs, ret);
	if (unlikely(is_restart(ret)))
		set_work(current, TIF_SIGPENDING);	/* do_signal() finds out how it goes on */
	regs->ax = ret;
}
