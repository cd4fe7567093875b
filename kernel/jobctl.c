/* SPDX-License-Identifier: MIT */
/*
 * jobctl.c - process groups and sessions.
 *
 * A session is what one login makes; it may have a controlling terminal. Its processes are in
 * groups, one per command line of the shell. Both are named by the number of the process that began
 * them and live while a process bears that name. A group is orphaned when no member has a parent in
 * another group of the same session: nobody is there to continue it once it is stopped.
 */
#include "internal.h"
#include <nopage/err.h>
#include <nopage/syscalls.h>

/* ------------------------------------------------------------------ signals to a group */

/* signal_group - sig to every process of the group. 0 or -ESRCH. tasklist_lock held. */
static int signal_group(pid_t pgrp, int sig)
{
	struct task_struct *p;
	int error = -ESRCH;

	assert_spin_locked(&tasklist_lock);
	list_for_each_entry(p, &task_list, tasks) {
		if (p->group_leader != p || p->signal->pgrp != pgrp || (p->flags & PF_KTHREAD))
			continue;
		if (sig)
			send_sig_kernel(sig, p);
		error = 0;
	}
	return error;
}

int kill_pgrp(pid_t pgrp, int sig)
{
	int error;

	spin_lock(&tasklist_lock);
	error = signal_group(pgrp, sig);
	spin_unlock(&tasklist_lock);
	return error;
}

/* ------------------------------------------------------------------ orphaned groups */

static bool is_zombie(const struct task_struct *p)
{
	return p->state & (TASK_ZOMBIE | TASK_DEAD) && list_empty(&p->thread_group);
}

/*
 * group_orphaned - is the group orphaned? The process dying (NULL: none) is about to end: neither
 * it nor the children that process 1 will adopt count. tasklist_lock held.
 */
static bool group_orphaned(pid_t pgrp, const struct task_struct *dying)
{
	struct task_struct *p;

	assert_spin_locked(&tasklist_lock);
	list_for_each_entry(p, &task_list, tasks) {
		if (p->group_leader != p || p == dying || p->signal->pgrp != pgrp || is_zombie(p))
			continue;
		if (is_init(p->parent) || p->parent == dying)
			continue;
		if (p->parent->signal->pgrp != pgrp &&
		    p->parent->signal->session == p->signal->session)
			return false;
	}
	return true;
}

bool is_orphaned_pgrp(pid_t pgrp)
{
	bool orphaned;

	spin_lock(&tasklist_lock);
	orphaned = group_orphaned(pgrp, NULL);
	spin_unlock(&tasklist_lock);
	return orphaned;
}

static bool has_stopped_jobs(pid_t pgrp)
{
	struct task_struct *p;

	list_for_each_entry(p, &task_list, tasks)
		if (p->signal->pgrp == pgrp && p->signal->group_stop)
			return true;
	return false;
}

/*
 * check_orphans - p's link to parent goes, because one of them is dying. If it was the last that
 * kept p's group from being orphaned and there are stopped processes in it, they get SIGHUP and
 * then SIGCONT (POSIX).
 */
static void check_orphans(const struct task_struct *p, const struct task_struct *parent,
			  const struct task_struct *dying)
{
	pid_t pgrp = p->signal->pgrp;

	if (parent->signal->pgrp == pgrp || parent->signal->session != p->signal->session)
		return;
	if (group_orphaned(pgrp, dying) && has_stopped_jobs(pgrp)) {
		signal_group(pgrp, SIGHUP);
		signal_group(pgrp, SIGCONT);
	}
}

void exit_orphans(struct task_struct *leader)
{
	struct task_struct *child;

	assert_spin_locked(&tasklist_lock);
	check_orphans(leader, leader->parent, leader);
	list_for_each_entry(child, &leader->children, sibling)
		check_orphans(child, leader, leader);
}

/* ------------------------------------------------------------------ system calls */

long sys_getpgrp(void)
{
	return current->signal->pgrp;
}

/* get_id - the group or session of the process that pid, 0: the current task, belongs to. */
static long get_id(pid_t pid, bool session)
{
	struct task_struct *p;
	long ret = -ESRCH;

	spin_lock(&tasklist_lock);
	p = find_task(pid);
	if (p)
		ret = session ? p->signal->session : p->signal->pgrp;
	spin_unlock(&tasklist_lock);
	return ret;
}

long sys_getpgid(long pid)
{
	return get_id(pid, false);
}

long sys_getsid(long pid)
{
	return get_id(pid, true);
}

/* group_in_session - is there a process group pgrp (in this session, unless session is -1)? */
static bool group_in_session(pid_t pgrp, pid_t session)
{
	struct task_struct *p;

	assert_spin_locked(&tasklist_lock);
	list_for_each_entry(p, &task_list, tasks)
		if (p->signal->pgrp == pgrp && (session == -1 || p->signal->session == session))
			return true;
	return false;
}

/*
 * may_set_group - POSIX setpgid(): oneself, or a child of the same session that has not executed
 * another program; no session leader. In Linux's order of errors.
 */
static long may_set_group(const struct task_struct *p, pid_t pgid)
{
	pid_t session = current->signal->session;

	if (!p)
		return -ESRCH;
	if (p->group_leader != p)
		return -EINVAL;
	if (p->parent == current->group_leader) {
		if (p->signal->session != session)
			return -EPERM;
		if (!(p->flags & PF_FORKNOEXEC))
			return -EACCES;
	} else if (p != current->group_leader) {
		return -ESRCH;
	}
	if (p->signal->session == p->tgid)
		return -EPERM;
	if (pgid != p->tgid && !group_in_session(pgid, session))
		return -EPERM;
	return 0;
}

long sys_setpgid(long pid, long pgid)
{
	struct task_struct *p;
	long error;

	if (!pid)
		pid = current->tgid;
	if (!pgid)
		pgid = pid;
	if (pgid < 0)
		return -EINVAL;
	spin_lock(&tasklist_lock);
	p = find_task(pid);
	error = may_set_group(p, pgid);
	if (!error)
		p->signal->pgrp = pgid;
	spin_unlock(&tasklist_lock);
	return error;
}

/* A new session has no controlling terminal yet. */
long sys_setsid(void)
{
	struct signal_struct *sig = current->signal;
	pid_t pid = current->tgid;
	long ret = -EPERM;

	spin_lock(&tasklist_lock);
	if (!group_in_session(pid, -1)) {
		sig->session = pid;
		sig->pgrp = pid;
		sig->tty = NULL;
		ret = pid;
	}
	spin_unlock(&tasklist_lock);
	return ret;
}
