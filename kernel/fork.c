/* SPDX-License-Identifier: MIT */
/*
 * fork.c - new tasks: processes, threads, vfork children, kernel threads.
 *
 * All are made by copy_process(); the clone flags say what is shared and what is copied:
 *
 *	            mm              files, fs       sighand        signal (thread group)
 *	fork        dup_mm          copied          copied         new
 *	vfork       shared          copied          copied         new     (parent waits)
 *	thread      shared          shared          shared         shared
 *	kthread     none            copied          copied         new
 *
 * Everything that can fail is done before the task becomes visible in attach_task().
 */
#include "internal.h"
#include <nopage/events.h>
#include <nopage/fs.h>
#include <nopage/mm.h>
#include <nopage/slab.h>
#include <nopage/string.h>
#include <nopage/syscalls.h>
#include <asm/uaccess.h>
#include <uapi/sched.h>

#define MIN_TASKS	32

struct task_struct *init_task_pid1;
unsigned long max_tasks;

static struct kmem_cache *task_cachep;

void fork_init(void)
{
	task_cachep = kmem_cache_create("task_struct", sizeof(struct task_struct), 0);
	BUG_ON(!task_cachep);
	sighand_init();
	/* A task needs about four frames; tasks may take a quarter of memory. */
	max_tasks = min(max(totalram_pages() / 16, (unsigned long)MIN_TASKS), PID_MAX / 2UL);
	current->signal->rlim[RLIMIT_NPROC] = (struct rlimit){ max_tasks / 2, max_tasks / 2 };
}

/* ------------------------------------------------------------------ the parts of a task */

/* dup_task_struct - a copy of current with a kernel stack of its own, or NULL. */
static struct task_struct *dup_task_struct(void)
{
	struct task_struct *p = kmem_cache_alloc(task_cachep, GFP_KERNEL);

	if (!p)
		return NULL;
	*p = *current;
	p->stack = alloc_stack();
	if (!p->stack) {
		kmem_cache_free(task_cachep, p);
		return NULL;
	}
	copy_cred(p);
	p->work = 0;
	p->state = TASK_RUNNING;
	p->flags = PF_FORKNOEXEC;
	atomic_set(&p->usage, 2);
	p->mm = NULL;
	p->active_mm = NULL;
	p->pending.signal = 0;
	INIT_LIST_HEAD(&p->pending.list);
	p->sigwait = 0;
	p->restore_sigmask = false;
	p->forced.si_signo = 0;
	p->restart.fn = NULL;
	p->used = (struct task_times){ 0 };
	p->fail_nth = 0;
	p->start_time = ktime_get_ns();
	p->pdeath_signal = 0;
	p->robust_list = NULL;
	p->vfork_done = NULL;
	p->group_leader = p;
	INIT_LIST_HEAD(&p->run_list);
	INIT_LIST_HEAD(&p->tasks);
	INIT_LIST_HEAD(&p->thread_group);
	INIT_LIST_HEAD(&p->children);
	INIT_LIST_HEAD(&p->sibling);
	INIT_HLIST_NODE(&p->pid_link);
	return p;
}

static void free_task(struct task_struct *p)
{
	exit_cred(p);
	free_stack(p->stack);
	kmem_cache_free(task_cachep, p);
}

void put_task_struct(struct task_struct *p)
{
	BUG_ON(atomic_read(&p->usage) <= 0);
	if (!atomic_dec_and_test(&p->usage))
		return;
	BUG_ON(p == current || p->mm || p->active_mm || !list_empty(&p->run_list));
	BUG_ON(!list_empty(&p->children) || p->signal || p->sighand);
	free_task(p);
}

/* copy_mm - share (mm_users + 1), copy, or for a kernel thread nothing. p gets a reference. */
static int copy_mm(unsigned long flags, struct task_struct *p)
{
	struct mm_struct *mm = current->mm;

	BUG_ON(!mm);
	if (flags & CLONE_VM) {
		mmget(mm, EVM_CLONE_VM);
	} else {
		mm = dup_mm(mm);
		if (IS_ERR(mm))
			return PTR_ERR(mm);
	}
	p->mm = mm;
	p->active_mm = mm;
	return 0;
}

/* undo_mm - drop what copy_mm gave a task that will never run. */
static void undo_mm(struct task_struct *p)
{
	struct mm_struct *mm = p->mm;

	p->mm = NULL;
	p->active_mm = NULL;
	if (mm)
		mmput(mm, EVM_FORK_FAIL);
}

/* ------------------------------------------------------------------ copy_process */

static int check_flags(unsigned long flags)
{
	if (flags & (CLONE_NAMESPACES | CLONE_PIDFD))
		return -EINVAL;
	if ((flags & CLONE_THREAD) && !(flags & CLONE_SIGHAND))
		return -EINVAL;
	if ((flags & CLONE_SIGHAND) && !(flags & CLONE_VM))
		return -EINVAL;
	/* A sibling of process 1 would have no parent to be reaped by. */
	if ((flags & CLONE_PARENT) && is_init(current))
		return -EINVAL;
	return 0;
}

/* set_parent - where p hangs in the process tree. tasklist_lock held. */
static void set_parent(struct task_struct *p, unsigned long flags)
{
	struct task_struct *leader = current->group_leader;

	if (flags & CLONE_THREAD) {
		p->tgid = leader->pid;
		p->group_leader = leader;
		p->parent = leader->parent;
		p->real_parent = current->real_parent;
		p->exit_signal = -1;
		list_add_tail(&p->thread_group, &leader->thread_group);
		return;
	}
	p->tgid = p->pid;
	p->parent = flags & CLONE_PARENT ? leader->parent : leader;
	p->real_parent = flags & CLONE_PARENT ? current->real_parent : current;
	p->exit_signal = flags & CLONE_PARENT ? leader->exit_signal : (int)(flags & CSIGNAL);
	list_add_tail(&p->sibling, &p->parent->children);
}

/* over_limit - has p's user as many tasks as RLIMIT_NPROC allows? Root has no limit. */
static bool over_limit(const struct task_struct *p)
{
	struct task_struct *t;
	unsigned long nr = 0;

	assert_spin_locked(&tasklist_lock);
	if (!p->cred.uid || capable(CAP_SYS_RESOURCE))
		return false;
	list_for_each_entry(t, &task_list, tasks)
		nr += t->cred.uid == p->cred.uid;
	return nr >= rlimit(RLIMIT_NPROC);
}

/*
 * attach_task - number the finished task and make it visible. -EAGAIN: too many tasks, or the
 * thread group it would join is being killed (the killer would miss it). -ERESTARTNOINTR: a signal
 * is to be handled first; it may be for the whole group and must not miss the child.
 */
static int attach_task(struct task_struct *p, unsigned long flags)
{
	spin_lock(&tasklist_lock);
	if (signal_pending(current)) {
		spin_unlock(&tasklist_lock);
		return -ERESTARTNOINTR;
	}
	if (nr_tasks >= max_tasks || ((flags & CLONE_THREAD) && p->signal->group_exit) ||
	    over_limit(p)) {
		spin_unlock(&tasklist_lock);
		return -EAGAIN;
	}
	attach_pid(p);
	set_parent(p, flags);
	spin_unlock(&tasklist_lock);
	return 0;
}

struct task_struct *copy_process(const struct fork_args *args)
{
	unsigned long flags = args->flags;
	struct task_struct *p;
	int error = check_flags(flags);

	if (error)
		return ERR_PTR(error);
	if (READ_ONCE(nr_tasks) >= max_tasks)
		return ERR_PTR(-EAGAIN);
	p = dup_task_struct();
	if (!p)
		return ERR_PTR(-ENOMEM);
	if (args->fn) {
		p->flags = PF_KTHREAD;
		strscpy(p->comm, args->name, sizeof(p->comm));
	}
	p->set_child_tid = flags & CLONE_CHILD_SETTID ? args->child_tid : NULL;
	p->clear_child_tid = flags & CLONE_CHILD_CLEARTID ? args->child_tid : NULL;
	if ((flags & (CLONE_VM | CLONE_VFORK)) == CLONE_VM)
		p->sas = (stack_t){ .ss_flags = SS_DISABLE };	/* it is the caller's */

	error = copy_files(flags, p);
	if (error)
		goto free_task;
	error = copy_fs(flags, p);
	if (error)
		goto put_files;
	error = copy_sighand(args, p);
	if (error)
		goto put_fs;
	error = copy_signal(flags, p);
	if (error)
		goto put_sighand;
	error = args->fn ? 0 : copy_mm(flags, p);
	if (error)
		goto put_signal;
	error = copy_thread(p, args);
	if (error)
		goto put_mm;
	error = attach_task(p, flags);
	if (error)
		goto put_thread;
	event(EV_TASK, p->pid, args->fn ? TASK_EV_KTHREAD : TASK_EV_FORK, current->pid, flags, 0,
	      0);
	return p;

put_thread:
	exit_thread(p);
put_mm:
	undo_mm(p);
put_signal:
	undo_signal(p);
put_sighand:
	put_sighand(p->sighand);
put_fs:
	exit_fs(p);
put_files:
	exit_files(p);
free_task:
	free_task(p);
	return ERR_PTR(error);
}

/*
 * wait_for_vfork - until child needs our mm no more; or until we are killed, when done, which goes
 * with our stack, is taken from the child. Consumes the reference to child.
 */
static void wait_for_vfork(struct task_struct *child, struct completion *done)
{
	if (wait_for_completion_killable(done)) {
		spin_lock(&tasklist_lock);
		child->vfork_done = NULL;
		spin_unlock(&tasklist_lock);
	}
	put_task_struct(child);
}

/* A bad parent_tid is not an error, as on Linux: the child exists already. */
long do_fork(const struct fork_args *args)
{
	struct completion vfork;
	struct task_struct *p;
	pid_t pid;

	might_sleep();
	p = copy_process(args);
	if (IS_ERR(p))
		return PTR_ERR(p);
	pid = p->pid;
	if (args->flags & CLONE_PARENT_SETTID)
		(void)put_user(pid, args->parent_tid);
	if (args->flags & CLONE_VFORK) {
		init_completion(&vfork);
		p->vfork_done = &vfork;
		get_task_struct(p);
	}
	wake_up_new_task(p);
	/* p may be gone from here on, unless we have a reference. */
	if (args->flags & CLONE_VFORK)
		wait_for_vfork(p, &vfork);
	return pid;
}

/* end_vfork - let the parent of p go on, if it still waits. */
static void end_vfork(struct task_struct *p)
{
	spin_lock(&tasklist_lock);
	if (p->vfork_done)
		complete(p->vfork_done);
	p->vfork_done = NULL;
	spin_unlock(&tasklist_lock);
}

/*
 * mm_release - p (current) is about to leave its address space, by exec or exit. While it is still
 * loaded: give up its robust mutexes, tell a joining thread (clear_child_tid), then let a vforking
 * parent go on.
 */
void mm_release(struct task_struct *p)
{
	BUG_ON(p != current);
	if (p->mm)
		p->used.max_rss = max(p->used.max_rss, mm_peak_rss(p->mm));
	if (p->robust_list)
		exit_robust_list(p);
	if (p->clear_child_tid) {
		int *tid = p->clear_child_tid;

		p->clear_child_tid = NULL;
		if (p->mm && atomic_read(&p->mm->mm_users) > 1 && put_user(0, tid) == 0)
			futex_wake((unsigned long)tid, 1);
	}
	if (p->vfork_done)
		end_vfork(p);
}
