/* SPDX-License-Identifier: MIT */
/*
 * exit.c - the end of tasks; wait4.c waits for it.
 *
 *	running -> do_exit: ZOMBIE  -> wait4 by the parent: DEAD -> freed
 *	                    (thread, or SIGCHLD ignored: DEAD at once)
 *
 * A task has two references (usage): one is dropped when it has been switched away from for the
 * last time, because until then it stands on its own stack; the other by release_task(), which
 * takes it out of all lists. A process is waited for when its last thread has gone; until then a
 * leader that exited early stays a zombie. Children hang on the leader, whichever thread made
 * them.
 */
#include "internal.h"
#include "signal.h"
#include <nopage/err.h>
#include <nopage/events.h>
#include <nopage/fs.h>
#include <nopage/mm.h>
#include <nopage/printk.h>
#include <nopage/syscalls.h>
#include <nopage/tty.h>
#include <asm/uaccess.h>
#include <uapi/system.h>
#include <uapi/wait.h>

/* ------------------------------------------------------------------ telling the parent */

void describe_status(struct siginfo *info, int status)
{
	if (status == W_CONTINUED) {
		info->si_code = CLD_CONTINUED;
		info->child.status = SIGCONT;
	} else if ((status & 0xff) == 0x7f) {
		info->si_code = CLD_STOPPED;
		info->child.status = WEXITSTATUS(status);
	} else if (WTERMSIG(status)) {
		info->si_code = CLD_KILLED;
		info->child.status = WTERMSIG(status);
	} else {
		info->si_code = CLD_EXITED;
		info->child.status = WEXITSTATUS(status);
	}
}

/* tell_parent - of p's status: a signal, unless sig is no signal, and wake it if it waits. */
static void tell_parent(const struct task_struct *p, int sig, int status)
{
	struct task_struct *parent = p->parent;
	struct siginfo info;
	struct task_times t;

	assert_spin_locked(&tasklist_lock);
	if (valid_signal(sig)) {
		process_times(p, &t);
		init_siginfo(&info, sig, 0);
		describe_status(&info, status);
		info.child.pid = p->tgid;
		info.child.uid = p->cred.uid;
		info.child.utime = t.utime;
		info.child.stime = t.stime;
		send_signal(sig, &info, parent, true);
	}
	wake_up_all(&parent->signal->wait_chldexit);
}

void notify_parent_stop(struct task_struct *p)
{
	const struct sigaction_k *act = &p->parent->sighand->action[SIGCHLD - 1];
	bool silent = act->handler == SIG_IGN || act->flags & SA_NOCLDSTOP;

	tell_parent(p, silent ? 0 : SIGCHLD, p->signal->stop_report);
}

/*
 * announce_zombie - tell p's parent; true when it wants no zombies. Then p is dead already, so that
 * no wait4() finds it, and the caller is to release it.
 */
static bool announce_zombie(struct task_struct *p)
{
	const struct sigaction_k *act = &p->parent->sighand->action[SIGCHLD - 1];
	bool ignored = p->exit_signal == SIGCHLD && act->handler == SIG_IGN;

	BUG_ON(p->state != TASK_ZOMBIE || !list_empty(&p->thread_group));
	tell_parent(p, ignored ? 0 : p->exit_signal, exit_status(p));
	if (ignored || (p->exit_signal == SIGCHLD && act->flags & SA_NOCLDWAIT))
		p->state = TASK_DEAD;
	return p->state == TASK_DEAD;
}

/* ------------------------------------------------------------------ reaping */

/* The last thread of a process whose leader has exited before makes the leader a zombie to reap. */
void release_task(struct task_struct *p)
{
	struct task_struct *leader = p->group_leader;
	struct signal_struct *sig = p->signal;
	struct sighand_struct *sighand = p->sighand;
	bool reap_leader = false;

	spin_lock(&tasklist_lock);
	BUG_ON(!(p->state & (TASK_ZOMBIE | TASK_DEAD)) || !list_empty(&p->children));
	account_reaped(p);
	detach_pid(p);
	list_del_init(&p->sibling);
	list_del_init(&p->thread_group);
	p->state = TASK_DEAD;
	flush_sigqueue(p);
	p->signal = NULL;
	p->sighand = NULL;
	if (leader != p && list_empty(&leader->thread_group) && leader->state == TASK_ZOMBIE)
		reap_leader = announce_zombie(leader);
	wake_up_all(&sig->wait_chldexit);	/* de_thread() */
	spin_unlock(&tasklist_lock);
	event(EV_TASK, p->pid, TASK_EV_REAP, current->pid, 0, 0, 0);
	put_signal(sig);
	put_sighand(sighand);
	put_task_struct(p);
	if (reap_leader)
		release_task(leader);
}

/* find_reaper - who adopts the children of a dead process. tasklist_lock held. */
static struct task_struct *find_reaper(const struct task_struct *leader)
{
	struct task_struct *p = leader->parent;

	for (; p->tgid > 1; p = p->parent->group_leader)
		if (p->signal->child_subreaper && atomic_read(&p->signal->live))
			return p;
	return init_task_pid1 ? init_task_pid1 : &init_task;
}

/* parent_died - p may have asked for a signal, as if by kill(). tasklist_lock held. */
static void parent_died(struct task_struct *p)
{
	struct siginfo info = sender_info(p->pdeath_signal, SI_USER);

	if (p->pdeath_signal)
		send_signal(p->pdeath_signal, &info, p, true);
}

/* set_parents - of all threads of the process child: the one they had has died. */
static void set_parents(struct task_struct *child, struct task_struct *parent,
			struct task_struct *real_parent)
{
	struct task_struct *t;

	for (t = child; t; t = next_thread(t)) {
		t->parent = parent;
		t->real_parent = real_parent;
		parent_died(t);
	}
}

static struct task_struct *alive_thread(struct task_struct *leader)
{
	struct task_struct *t = leader;

	while (t && (t->flags & PF_EXITING))
		t = next_thread(t);
	return t ?: leader;
}

/* pass_on_children - of the dying thread p to another of its process. tasklist_lock held. */
static void pass_on_children(struct task_struct *p)
{
	struct task_struct *leader = p->group_leader, *child;

	list_for_each_entry(child, &leader->children, sibling)
		if (child->real_parent == p)
			set_parents(child, leader, alive_thread(leader));
}

/*
 * reparent_children - process 1, or a subreaper, adopts the children of a dead process. Those that
 * nobody will wait for are moved to the list dead, for the caller to release. tasklist_lock held.
 */
static void reparent_children(struct task_struct *leader, struct list_head *dead)
{
	struct task_struct *reaper = find_reaper(leader);
	struct task_struct *child, *next;

	list_for_each_entry_safe(child, next, &leader->children, sibling) {
		child->exit_signal = SIGCHLD;
		set_parents(child, reaper, alive_thread(reaper));
		list_move_tail(&child->sibling, &reaper->children);
		if (child->state == TASK_ZOMBIE && list_empty(&child->thread_group) &&
		    announce_zombie(child))
			list_move_tail(&child->sibling, dead);
	}
}

static noinline void leave_children(struct task_struct *p, bool group_dead, struct list_head *dead)
{
	if (group_dead)
		reparent_children(p->group_leader, dead);
	else
		pass_on_children(p);
}

/* exit_notify - p (current) becomes a zombie, or if nobody waits for it, dead. */
static void exit_notify(struct task_struct *p, bool group_dead)
{
	struct task_struct *child;
	LIST_HEAD(dead);
	bool reap;

	spin_lock(&tasklist_lock);
	if (group_dead)
		exit_orphans(p->group_leader);
	if (!list_empty(&p->group_leader->children))
		leave_children(p, group_dead, &dead);
	p->state = p == p->group_leader ? TASK_ZOMBIE : TASK_DEAD;
	if (p->state == TASK_ZOMBIE && list_empty(&p->thread_group))
		announce_zombie(p);
	reap = p->state == TASK_DEAD;
	wake_up_all(&p->signal->wait_chldexit);	/* de_thread() */
	spin_unlock(&tasklist_lock);

	while ((child = list_first_entry_or_null(&dead, struct task_struct, sibling)))
		release_task(child);
	if (reap)
		release_task(p);
}

/* ------------------------------------------------------------------ exit */

/* Process 1 has nobody to be waited for by: the machine ends with it. */
static void __noreturn init_exited(int status)
{
	if (WTERMSIG(status))
		pr_err("init was killed by %s\n", signal_name(WTERMSIG(status)));
	else
		printk("init exited with status %d\n", WEXITSTATUS(status));
	machine_exit(status == 0);
}

/*
 * exit_mm - p (current) gives up its address space. Its page tables stay loaded until the next
 * switch, so the exiting task turns into a borrower, like a kernel thread, before it is a user no
 * more.
 */
noinline void exit_mm(struct task_struct *p)
{
	struct mm_struct *mm = p->mm;

	if (!mm)
		return;
	BUG_ON(p != current || p->active_mm != mm);
	mmgrab(mm, EVM_LAZY_GET);
	p->mm = NULL;
	mmput(mm, EVM_EXIT);
}

void __noreturn do_exit(int code)
{
	struct task_struct *p = current;
	bool group_dead;

	BUG_ON(p == this_cpu()->idle || (p->flags & PF_EXITING));
	might_sleep();
	p->flags |= PF_EXITING;
	exit_signals(p);
	p->exit_code = code;
	event(EV_TASK, p->pid, TASK_EV_EXIT, code, p->flags & PF_KTHREAD, 0, 0);
	group_dead = atomic_dec_and_test(&p->signal->live);
	if (group_dead && is_init(p))
		init_exited(code);
	if (group_dead)
		exit_timers();
	mm_release(p);
	exit_mm(p);
	exit_files(p);
	exit_fs(p);
	if (group_dead)
		tty_disassociate();
	exit_thread(p);
	exit_notify(p, group_dead);
	schedule();
	BUG();
}

/* do_group_exit - all threads of the process die; the first one's status counts. */
void __noreturn do_group_exit(int code)
{
	struct signal_struct *sig = current->signal;

	spin_lock(&tasklist_lock);
	spin_lock(&current->sighand->siglock);
	if (sig->group_exit) {
		code = sig->group_exit_code;
	} else {
		sig->group_exit = true;
		sig->group_exit_code = code;
		zap_other_threads();
	}
	spin_unlock(&current->sighand->siglock);
	spin_unlock(&tasklist_lock);
	do_exit(code);
}

long sys_exit(long code)
{
	do_exit(W_EXITCODE(code));
}

long sys_exit_group(long code)
{
	do_group_exit(W_EXITCODE(code));
}

/* ------------------------------------------------------------------ exec in a thread group */

/* kill_siblings - start the end of all other threads; -EAGAIN when the process is dying anyway. */
static int kill_siblings(void)
{
	struct signal_struct *sig = current->signal;
	int error = -EAGAIN;

	spin_lock(&tasklist_lock);
	spin_lock(&current->sighand->siglock);
	if (!sig->group_exit) {
		sig->group_exit = true;
		zap_other_threads();
		error = 0;
	}
	spin_unlock(&current->sighand->siglock);
	spin_unlock(&tasklist_lock);
	return error;
}

/* alone - has every other thread been released, or is, as the leader, a zombie? */
static bool alone(void)
{
	struct task_struct *leader = current->group_leader;
	bool yes;

	spin_lock(&tasklist_lock);
	if (leader == current)
		yes = list_empty(&leader->thread_group);
	else
		yes = list_is_singular(&leader->thread_group) && leader->state == TASK_ZOMBIE;
	spin_unlock(&tasklist_lock);
	return yes;
}

/*
 * become_leader - current takes the place of its zombie leader: number, parent, children. The old
 * leader becomes a thread of current, and is released as such.
 */
static void become_leader(void)
{
	struct task_struct *p = current, *old = p->group_leader, *child;
	pid_t pid = p->pid;

	spin_lock(&tasklist_lock);
	swap_pids(p, old);
	BUG_ON(p->pid != p->tgid || old->pid != pid);
	list_add(&p->sibling, &old->sibling);
	list_del_init(&old->sibling);
	list_splice_init(&old->children, &p->children);
	list_for_each_entry(child, &p->children, sibling) {
		struct task_struct *thread;

		child->parent = p;
		list_for_each_entry(thread, &child->thread_group, thread_group)
			thread->parent = p;
	}
	list_del_init(&p->thread_group);
	list_add(&old->thread_group, &p->thread_group);
	p->group_leader = p;
	old->group_leader = p;
	p->exit_signal = old->exit_signal;
	p->start_time = old->start_time;
	old->exit_signal = -1;
	if (init_task_pid1 == old)
		init_task_pid1 = p;
	spin_unlock(&tasklist_lock);
	release_task(old);
}

/* end_other_threads - 0 with current alone in its process, as its leader; -EAGAIN. Sleeps. */
static int end_other_threads(void)
{
	struct signal_struct *sig = current->signal;
	int error;

	if (thread_group_empty())
		return 0;
	error = kill_siblings();
	if (error)
		return error;
	wait_event(sig->wait_chldexit, alone());
	if (current->group_leader != current)
		become_leader();
	sig->group_exit = false;
	return 0;
}

int de_thread(void)
{
	struct sighand_struct *old = current->sighand, *new = NULL;
	int error;

	if (atomic_read(&old->count) > 1) {
		new = dup_sighand(old);
		if (!new)
			return -ENOMEM;
	}
	error = end_other_threads();
	if (!error)
		current->exit_signal = SIGCHLD;
	if (!error && new) {
		spin_lock(&tasklist_lock);
		current->sighand = new;
		spin_unlock(&tasklist_lock);
		new = old;
	}
	if (new)
		put_sighand(new);
	return error;
}
