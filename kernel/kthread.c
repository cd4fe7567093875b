/* SPDX-License-Identifier: MIT */
/*
 * kthread.c - kernel threads: tasks without an address space of their own.
 *
 * mm is NULL; while one runs, active_mm is what the task before it left in CR3 (sched.c). It may
 * take an mm for a while (use_mm) or become a user program for good (spawn_user, kernel_execve).
 */
#include "internal.h"
#include <nopage/err.h>
#include <nopage/events.h>
#include <nopage/mm.h>
#include <asm/tlb.h>
#include <uapi/sched.h>
#include <uapi/wait.h>

static struct task_struct *make_kthread(unsigned long flags, int (*fn)(void *), void *arg,
					const char *name)
{
	struct fork_args args = { .flags = flags, .fn = fn, .arg = arg, .name = name };
	struct task_struct *p = copy_process(&args);

	if (!IS_ERR(p))
		wake_up_new_task(p);
	return p;
}

struct task_struct *kthread_run(int (*fn)(void *), void *arg, const char *name)
{
	return make_kthread(0, fn, arg, name);
}

int kthread_join(struct task_struct *p)
{
	int result;
	pid_t pid = kernel_wait(p->pid, &result, __WALL);

	BUG_ON(pid < 0);
	return result;
}

/* ------------------------------------------------------------------ user programs */

struct spawn {
	const char *path;
	const char *const *argv, *const *envp;
	struct completion done;
	int error;
};

/* A kernel thread that becomes the program; when that fails, its creator learns why. */
static int spawn_child(void *arg)
{
	struct spawn *s = arg;
	int error = kernel_execve(s->path, s->argv, s->envp);

	s->error = error;
	complete(&s->done);
	return error;
}

pid_t spawn_user(const char *path, const char *const argv[], const char *const envp[])
{
	struct spawn s = { .path = path, .argv = argv, .envp = envp };
	struct task_struct *p;
	pid_t pid;

	BUG_ON(!(current->flags & PF_KTHREAD));
	init_completion(&s.done);
	p = make_kthread(SIGCHLD, spawn_child, &s, path);
	if (IS_ERR(p))
		return PTR_ERR(p);
	pid = p->pid;
	wait_for_completion(&s.done);
	if (!s.error)
		return pid;
	kernel_wait(pid, NULL, __WALL);
	return s.error;
}

/* ------------------------------------------------------------------ a borrowed mm of its own */

/* The borrowed active_mm becomes an owned mm; the reference to the one before goes. */
void use_mm(struct mm_struct *mm)
{
	struct mm_struct *borrowed = current->active_mm;

	BUG_ON(!(current->flags & PF_KTHREAD) || current->mm);
	mmget(mm, EVM_USE_MM);
	current->mm = mm;
	current->active_mm = mm;
	if (borrowed != mm)
		switch_mm(borrowed, mm);
	mmdrop(borrowed, EVM_LAZY_PUT);
}

/* Back to lazy: mm stays loaded, so it is borrowed before it is given back. May sleep. */
void unuse_mm(struct mm_struct *mm)
{
	BUG_ON(!(current->flags & PF_KTHREAD) || current->mm != mm);
	mmgrab(mm, EVM_LAZY_GET);
	current->mm = NULL;
	mmput(mm, EVM_UNUSE_MM);
}
