/* SPDX-License-Identifier: MIT */
/*
 * kill.c - signals from one process to another: kill() and its like, and who may send them.
 *
 * With a siginfo of the sender's own (sigqueue) he may say anything but that it comes from the
 * kernel or from kill().
 */
#include "internal.h"
#include "signal.h"
#include <nopage/err.h>
#include <nopage/syscalls.h>
#include <asm/uaccess.h>

/* may_signal - the sender's user numbers must fit, or it needs CAP_KILL. tasklist_lock held. */
static bool may_signal(const struct task_struct *p, long sig)
{
	const struct cred *us = &current->cred, *them = &p->cred;

	if (p->tgid == current->tgid || us->euid == them->suid || us->euid == them->uid ||
	    us->uid == them->suid || us->uid == them->uid || capable(CAP_KILL))
		return true;
	return sig == SIGCONT && p->signal->session == current->signal->session;
}

/* send_user - for a system call: check, then send; signal 0 is only checked. tasklist_lock held. */
static long send_user(long sig, const struct siginfo *info, struct task_struct *p, bool group)
{
	if (sig && !valid_signal(sig))
		return -EINVAL;
	if (!may_signal(p, sig))
		return -EPERM;
	return sig ? send_signal(sig, info, p, group) : 0;
}

/*
 * kill_many - all processes of a group (pgrp), or all but process 1 and the own one (-1). 0 when
 * one could be signalled, else why the last one could not; but -1 is not told that it has no right
 * to, as on Linux.
 */
static long kill_many(long sig, const struct siginfo *info, pid_t pgrp)
{
	struct task_struct *p;
	bool success = false;
	long error = -ESRCH;

	assert_spin_locked(&tasklist_lock);
	list_for_each_entry(p, &task_list, tasks) {
		if (p->group_leader != p || (p->flags & PF_KTHREAD))
			continue;
		if (pgrp == -1 ? is_init(p) || p->tgid == current->tgid : p->signal->pgrp != pgrp)
			continue;
		error = send_user(sig, info, p, true);
		success |= !error || (pgrp == -1 && error == -EPERM);
	}
	return success ? 0 : error;
}

/* kill_process - to the process that the number pid belongs to, any thread's. */
static long kill_process(pid_t pid, long sig, const struct siginfo *info)
{
	struct task_struct *p = find_task_by_pid(pid);

	return p ? send_user(sig, info, p, true) : -ESRCH;
}

long sys_kill(long pid, long sig)
{
	struct siginfo info = sender_info(sig, SI_USER);
	long error;

	if ((unsigned long)pid == 0x80000000UL)
		return -ESRCH;
	spin_lock(&tasklist_lock);
	if (pid > 0)
		error = kill_process(pid, sig, &info);
	else if (pid == -1)
		error = kill_many(sig, &info, -1);
	else
		error = kill_many(sig, &info, pid ? -pid : current->signal->pgrp);
	spin_unlock(&tasklist_lock);
	return error;
}

/* kill_thread - to the thread tid; tgid 0: of any process. */
static long kill_thread(pid_t tgid, pid_t tid, long sig, const struct siginfo *info)
{
	struct task_struct *p;
	long error = -ESRCH;

	spin_lock(&tasklist_lock);
	p = find_task_by_pid(tid);
	if (p && (!tgid || p->tgid == tgid))
		error = send_user(sig, info, p, false);
	spin_unlock(&tasklist_lock);
	return error;
}

long sys_tkill(long tid, long sig)
{
	struct siginfo info = sender_info(sig, SI_TKILL);

	return tid <= 0 ? -EINVAL : kill_thread(0, tid, sig, &info);
}

long sys_tgkill(long tgid, long tid, long sig)
{
	struct siginfo info = sender_info(sig, SI_TKILL);

	return tgid <= 0 || tid <= 0 ? -EINVAL : kill_thread(tgid, tid, sig, &info);
}

/* To others (pid), nobody lies about where a signal is from. */
static bool may_claim(const struct siginfo *info, long pid)
{
	return (info->si_code < 0 && info->si_code != SI_TKILL) || pid == current->pid;
}

long sys_rt_sigqueueinfo(long tgid, long sig, long uinfo)
{
	struct siginfo info;
	long error;

	if (copy_from_user(&info, (void *)uinfo, sizeof(info)))
		return -EFAULT;
	if (!may_claim(&info, tgid))
		return -EPERM;
	info.si_signo = sig;
	spin_lock(&tasklist_lock);
	error = kill_process(tgid, sig, &info);
	spin_unlock(&tasklist_lock);
	return error;
}

long sys_rt_tgsigqueueinfo(long tgid, long tid, long sig, long uinfo)
{
	struct siginfo info;

	if (copy_from_user(&info, (void *)uinfo, sizeof(info)))
		return -EFAULT;
	if (tgid <= 0 || tid <= 0)
		return -EINVAL;
	if (!may_claim(&info, tid))
		return -EPERM;
	info.si_signo = sig;
	return kill_thread(tgid, tid, sig, &info);
}
