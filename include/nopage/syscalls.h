/* SPDX-License-Identifier: MIT */
/*
 * syscalls.h - every system call as a function of up to six longs, as the registers brought them.
 *
 * Each returns its result or -Exxx. Pointers are user pointers until uaccess.h has checked them.
 * Those that need the user's registers (fork, clone, execve) take them from task_pt_regs(current).
 */
#ifndef NOPAGE_SYSCALLS_H
#define NOPAGE_SYSCALLS_H

#include <nopage/types.h>

struct pt_regs;

/* The numbers: __NR_restart_syscall = 0, ...; NR_SYSCALLS follows the last one. */
enum syscall_nr {
#define SYSCALL(nr, name, function, args)	__NR_##name = nr,
#define SYSCALL_AS(nr, name, args, call)	__NR_##name = nr,
#include <nopage/syscall_list.h>
	NR_SYSCALLS
};

/* The functions: long sys_read(long, long, long); ... */
#define SYSCALL_ARGS_0	void
#define SYSCALL_ARGS_1	long
#define SYSCALL_ARGS_2	long, SYSCALL_ARGS_1
#define SYSCALL_ARGS_3	long, SYSCALL_ARGS_2
#define SYSCALL_ARGS_4	long, SYSCALL_ARGS_3
#define SYSCALL_ARGS_5	long, SYSCALL_ARGS_4
#define SYSCALL_ARGS_6	long, SYSCALL_ARGS_5
#define SYSCALL(nr, name, function, args)	long function(SYSCALL_ARGS_##args);
#define SYSCALL_AS(nr, name, args, call)	long sys_##name(SYSCALL_ARGS_##args);
#include <nopage/syscall_list.h>

/*
 * Results of an interrupted call, which the user never sees: do_signal() lets the call start again
 * when no handler runs (the signal stopped and continued the process, or another thread took it).
 */
#define ERESTARTSYS	512		/* unless a handler without SA_RESTART runs: -EINTR */
#define ERESTARTNOINTR	513		/* in any case */
#define ERESTARTNOHAND	514		/* unless any handler runs: -EINTR */
#define ERESTART_RESTARTBLOCK 516	/* the same, by restart_syscall() */

struct restart_block;
/* set_restart_fn - restart_syscall() is to call fn(r); -ERESTART_RESTARTBLOCK, to be returned. */
long set_restart_fn(struct restart_block *r, long (*fn)(struct restart_block *r));

/* kernel/syscall.c: from entry.S, with interrupts on; leaves the result in regs->ax. */
void do_syscall(struct pt_regs *regs);
/* kernel/sched.c: from entry.S while current->work is not 0, before user mode goes on. */
asmlinkage void do_notify_resume(struct pt_regs *regs);

/* syscall_name - "read" for 3; NULL: no such call. */
const char *syscall_name(u32 nr);

#endif
