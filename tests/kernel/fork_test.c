/* SPDX-License-Identifier: MIT */
/* fork_test.c - making tasks, waiting for them, killing them, and failing at every allocation. */
#include "task_test.h"
#include <nopage/syscalls.h>

static struct mm_struct *mm;
static long made;			/* pid of the last child */
static struct task_struct *thread;

/* --- kernel threads --- */

static int return_arg(void *arg)
{
	KT_TRUE(!current->mm && (current->flags & PF_KTHREAD));
	return (int)(long)arg;
}

KTEST(fork, kthread_result)
{
	KT_EQ(kthread_join(test_start(return_arg, (void *)12345L)), 12345);
	KT_EQ(kthread_join(test_start(return_arg, (void *)-1L)), -1);
}

static bool make_kthread(void)
{
	thread = kthread_run(return_arg, NULL, "fail");
	return !IS_ERR(thread);
}

static void end_kthread(void)
{
	kthread_join(thread);
}

KTEST(fork, kthread_nth_allocation_fails)
{
	KT_TRUE(kt_fail_every(make_kthread, end_kthread, 30) >= 4);
}

/* --- processes --- */

static bool make_child(void)
{
	made = test_clone(SIGCHLD, CODE_EXIT, 42);
	KT_TRUE(made > 0 || made == -ENOMEM);
	return made > 0;
}

static void reap_child(void)
{
	KT_EQ(test_wait(made), W_EXITCODE(42));
}

KTEST(fork, exit_status)
{
	mm = test_code_enter();
	KT_ASSERT(mm);
	KT_EQ(test_wait(test_clone(SIGCHLD, CODE_EXIT, 0)), 0);
	KT_EQ(test_wait(test_clone(SIGCHLD, CODE_EXIT, 42)), W_EXITCODE(42));
	KT_EQ(test_wait(test_clone(SIGCHLD, CODE_EXIT, 0x1ff)), W_EXITCODE(0xff));
	test_mm_leave(mm);
}

KTEST(fork, nth_allocation_fails)
{
	mm = test_code_enter();
	KT_ASSERT(mm);
	KT_TRUE(kt_fail_every(make_child, reap_child, 60) >= 7);
	test_mm_leave(mm);
}

static bool make_thread(void)
{
	made = test_clone(CLONE_SHARED | CLONE_THREAD, CODE_EXIT, 0);
	KT_TRUE(made > 0 || made == -ENOMEM);
	return made > 0;
}

/* A thread is not waited for: it is gone once its number is. */
static void outlive_thread(void)
{
	struct task_struct *p;

	do {
		schedule();
		spin_lock(&tasklist_lock);
		p = find_task_by_pid(made);
		spin_unlock(&tasklist_lock);
	} while (p);
	KT_EQ(kernel_wait(-1, NULL, __WALL | WNOHANG), -ECHILD);
}

KTEST(fork, thread_nth_allocation_fails)
{
	mm = test_code_enter();
	KT_ASSERT(mm);
	KT_TRUE(kt_fail_every(make_thread, outlive_thread, 30) >= 2);
	test_mm_leave(mm);
}

KTEST(fork, bad_flags)
{
	mm = test_code_enter();
	KT_ASSERT(mm);
	KT_EQ(test_clone(CLONE_THREAD | CLONE_VM, CODE_EXIT, 0), -EINVAL);
	KT_EQ(test_clone(CLONE_THREAD | CLONE_SIGHAND, CODE_EXIT, 0), -EINVAL);
	KT_EQ(test_clone(CLONE_SIGHAND, CODE_EXIT, 0), -EINVAL);
	KT_EQ(test_clone(CLONE_NEWNS, CODE_EXIT, 0), -EINVAL);
	test_mm_leave(mm);
}

/* Stopped by the very last check, a fork leaves nothing behind either. */
KTEST(fork, interrupted)
{
	int users;

	mm = test_code_enter();
	KT_ASSERT(mm);
	users = atomic_read(&mm->mm_users);
	set_work(current, TIF_SIGPENDING);
	KT_EQ(test_clone(SIGCHLD, CODE_EXIT, 0), -ERESTARTNOINTR);
	KT_EQ(test_clone(CLONE_VM | SIGCHLD, CODE_EXIT, 0), -ERESTARTNOINTR);
	KT_EQ(atomic_read(&mm->mm_users), users);
	clear_work(current, TIF_SIGPENDING);
	test_mm_leave(mm);
}

KTEST(fork, vfork_waits_for_the_child)
{
	long pid;
	struct task_struct *p;

	mm = test_code_enter();
	KT_ASSERT(mm);
	pid = test_clone(CLONE_VFORK | CLONE_VM | SIGCHLD, CODE_EXIT, 5);
	KT_ASSERT(pid > 0);
	spin_lock(&tasklist_lock);
	p = find_task_by_pid(pid);
	KT_TRUE(p && (p->flags & PF_EXITING) && !p->vfork_done);
	spin_unlock(&tasklist_lock);
	KT_EQ(test_wait(pid), W_EXITCODE(5));
	test_mm_leave(mm);
}

/* --- waiting --- */

KTEST(fork, wait_errors)
{
	int status = 77;
	long pid;

	KT_EQ(kernel_wait(-1, &status, __WALL), -ECHILD);
	KT_EQ(kernel_wait(1, NULL, __WALL), -ECHILD);
	mm = test_code_enter();
	KT_ASSERT(mm);
	pid = test_clone(SIGCHLD, CODE_SPIN, DATA_ADDR);
	KT_EQ(kernel_wait(pid, NULL, WNOHANG), 0);
	KT_EQ(kernel_wait(pid, NULL, WNOHANG | __WCLONE), -ECHILD);
	test_kill(pid, SIGTERM);
	KT_EQ(kernel_wait(-1, &status, 0), pid);
	KT_EQ(status, SIGTERM);
	KT_EQ(kernel_wait(-1, NULL, __WALL), -ECHILD);
	test_mm_leave(mm);
}

static int leave_a_child(void *arg)
{
	use_mm(mm);
	made = test_clone(SIGCHLD, CODE_EXIT, 9);
	unuse_mm(mm);
	return 0;
}

/* Orphans go to process 1; for the test that is this thread. */
KTEST(fork, orphans_are_adopted)
{
	struct task_struct *init = init_task_pid1;

	mm = test_code_enter();
	KT_ASSERT(mm);
	init_task_pid1 = current;
	kthread_join(test_start(leave_a_child, NULL));
	KT_EQ(test_wait(made), W_EXITCODE(9));
	init_task_pid1 = init;
	test_mm_leave(mm);
}

/* --- signals --- */

KTEST(fork, stop_and_continue)
{
	int status;
	long pid;

	mm = test_code_enter();
	KT_ASSERT(mm);
	pid = test_clone(SIGCHLD, CODE_LOOP, 0);
	test_kill(pid, SIGSTOP);
	KT_EQ(kernel_wait(pid, &status, WUNTRACED), pid);
	KT_EQ(status, W_STOPCODE(SIGSTOP));
	KT_EQ(kernel_wait(pid, &status, WUNTRACED | WNOHANG), 0);	/* reported once */
	KT_EQ(nr_running(), 1);
	test_kill(pid, SIGCONT);
	KT_EQ(kernel_wait(pid, &status, WCONTINUED), pid);
	KT_EQ(status, W_CONTINUED);
	KT_EQ(nr_running(), 2);
	test_kill(pid, SIGSTOP);
	KT_EQ(kernel_wait(pid, &status, WUNTRACED), pid);
	test_kill(pid, SIGKILL);					/* ends a stop, too */
	KT_EQ(test_wait(pid), SIGKILL);
	test_mm_leave(mm);
}

KTEST(fork, ignored_signals_do_nothing)
{
	long pid;

	mm = test_code_enter();
	KT_ASSERT(mm);
	pid = test_clone(SIGCHLD, CODE_SPIN, DATA_ADDR);
	test_kill(pid, SIGCHLD);
	test_kill(pid, SIGWINCH);
	test_kill(pid, SIGCONT);
	schedule();
	KT_EQ(kernel_wait(pid, NULL, WNOHANG), 0);
	test_kill(current->pid, SIGKILL);			/* kernel threads get none */
	KT_TRUE(!signal_pending(current));
	test_kill(pid, SIGKILL);
	KT_EQ(test_wait(pid), SIGKILL);
	test_mm_leave(mm);
}

KTEST(fork, user_fault_kills_only_the_child)
{
	mm = test_code_enter();
	KT_ASSERT(mm);
	KT_EQ(test_wait(test_clone(SIGCHLD, 0x40000000, 0)), SIGSEGV);
	KT_EQ(test_wait(test_clone(SIGCHLD, CODE_SPIN, 0)), SIGSEGV);
	KT_EQ(test_wait(test_clone(SIGCHLD, CODE_EXIT, 3)), W_EXITCODE(3));
	test_mm_leave(mm);
}

/* --- numbers --- */

KTEST(fork, pids_are_found_and_forgotten)
{
	long pid;

	mm = test_code_enter();
	KT_ASSERT(mm);
	pid = test_clone(SIGCHLD, CODE_LOOP, 0);
	spin_lock(&tasklist_lock);
	thread = find_task_by_pid(pid);
	KT_TRUE(thread && thread->pid == pid && thread->tgid == pid);
	KT_TRUE(thread && thread->parent == current && thread->group_leader == thread);
	spin_unlock(&tasklist_lock);
	test_kill(pid, SIGKILL);
	test_wait(pid);
	spin_lock(&tasklist_lock);
	KT_TRUE(!find_task_by_pid(pid));
	spin_unlock(&tasklist_lock);
	test_mm_leave(mm);
}
