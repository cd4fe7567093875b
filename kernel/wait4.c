/* SPDX-License-Identifier: MIT */
/*
 * wait4.c - waiting for children: wait4(), waitpid(), waitid().
 *
 * All three fill one struct wait_opts with what they look for; look_once() goes through the
 * children and takes the first report it finds. Children hang on the leader of their process, so
 * that every thread may wait for the children of all.
 */
#include "internal.h"
#include <nopage/err.h>
#include <nopage/syscalls.h>
#include <asm/uaccess.h>
#include <uapi/system.h>
#include <uapi/wait.h>

/* What is waited for, and what was found. */
struct wait_opts {
	pid_t who;			/* > 0: that one, 0: any, < 0: of the group -who */
	int options;			/* WEXITED, WSTOPPED and WCONTINUED say what counts */
	int status;			/* as wait4() gives it */
	uid_t uid;
	struct task_times *times;	/* of a child that has ended; NULL: not wanted */
};

static bool eligible(const struct wait_opts *o, const struct task_struct *p)
{
	bool clone_child = p->exit_signal != SIGCHLD;

	if (o->who > 0 && p->pid != o->who)
		return false;
	if (o->who < 0 && p->signal->pgrp != -o->who)
		return false;
	if ((o->options & __WNOTHREAD) && p->real_parent != current)
		return false;
	return (o->options & __WALL) || clone_child == !!(o->options & __WCLONE);
}

/* take_stop_report - has p stopped or continued since the last look? Fills o->status. */
static bool take_stop_report(struct wait_opts *o, struct task_struct *p)
{
	struct signal_struct *sig = p->signal;
	int wanted = sig->stop_report == W_CONTINUED ? WCONTINUED : WSTOPPED;

	if (!sig->stop_report || !(o->options & wanted))
		return false;
	o->status = sig->stop_report;
	if (!(o->options & WNOWAIT))
		sig->stop_report = 0;
	return true;
}

/* take_zombie - p has ended and is reported; true when the caller is to release it. */
static bool take_zombie(struct wait_opts *o, struct task_struct *p)
{
	o->status = exit_status(p);
	if (o->times)
		family_times(p, o->times);
	if (o->options & WNOWAIT)
		return false;
	p->state = TASK_DEAD;		/* ours: no other thread may reap it */
	return true;
}

/*
 * look_once - the pid of a child that has something to report (a zombie is reaped), 0 when there
 * are only others, -ECHILD when there are no children of that kind.
 */
static pid_t look_once(struct wait_opts *o)
{
	struct task_struct *p, *reap = NULL;
	pid_t found = -ECHILD;

	spin_lock(&tasklist_lock);
	list_for_each_entry(p, &current->group_leader->children, sibling) {
		bool zombie = p->state == TASK_ZOMBIE && list_empty(&p->thread_group);

		if (p->state == TASK_DEAD || !eligible(o, p))
			continue;
		found = 0;
		if (zombie && (o->options & WEXITED))
			reap = take_zombie(o, p) ? p : NULL;
		else if (zombie || !take_stop_report(o, p))
			continue;
		found = p->pid;
		o->uid = p->cred.uid;
		break;
	}
	spin_unlock(&tasklist_lock);
	if (reap)
		release_task(reap);
	return found;
}

static pid_t do_wait(struct wait_opts *o)
{
	pid_t pid;

	if (wait_event_interruptible(current->signal->wait_chldexit,
				     (pid = look_once(o)) || o->options & WNOHANG))
		return -ERESTARTSYS;
	return pid;
}

pid_t kernel_wait(pid_t pid, int *status, int options)
{
	struct wait_opts o = { .who = max(pid, 0), .options = options | WEXITED };
	pid_t ret = do_wait(&o);

	if (status)
		*status = o.status;
	return ret;
}

static int put_rusage(long user, const struct task_times *times)
{
	struct rusage ru;

	if (!user)
		return 0;
	fill_rusage(&ru, times);
	return copy_to_user((void *)user, &ru, sizeof(ru)) ? -EFAULT : 0;
}

static struct task_times *zeroed(struct task_times *times)
{
	*times = (struct task_times){ 0 };
	return times;
}

/* As on Linux, a bad pointer is found only after the child has been reaped. */
long sys_wait4(long pid, long status, long options, long rusage)
{
	struct wait_opts o = { .who = pid, .options = options | WEXITED };
	struct task_times times;
	pid_t ret;

	if (pid == -1)
		o.who = 0;
	else if (pid == 0)
		o.who = -current->signal->pgrp;
	if (rusage)
		o.times = zeroed(&times);
	if (options & ~(WNOHANG | WUNTRACED | WCONTINUED | __WNOTHREAD | __WCLONE | __WALL))
		return -EINVAL;
	if ((unsigned long)pid == 0x80000000UL)
		return -ESRCH;
	ret = do_wait(&o);
	if (ret <= 0)
		return ret;
	if (status && put_user(o.status, (int *)status))
		return -EFAULT;
	return put_rusage(rusage, &times) ?: ret;
}

long sys_waitpid(long pid, long status, long options)
{
	return sys_wait4(pid, status, options, 0);
}

/* ------------------------------------------------------------------ waitid */

/* set_who - for an idtype and id. 0, -EINVAL, or -EBADF: there are no pidfds. */
static int set_who(struct wait_opts *o, long idtype, pid_t id)
{
	if (idtype == P_ALL)
		return 0;
	if (idtype == P_PID && id > 0)
		o->who = id;
	else if (idtype == P_PGID && id >= 0)
		o->who = -(id ?: current->signal->pgrp);
	else
		return idtype == P_PIDFD && id >= 0 ? -EBADF : -EINVAL;
	return 0;
}

/* sys_waitid - 0 also when WNOHANG found nothing. Then, and after an error, infop is all zero. */
long sys_waitid(long idtype, long id, long infop, long options, long rusage)
{
	struct wait_opts o = { .options = options };
	struct siginfo info = { 0 };
	struct task_times times;
	int error = set_who(&o, idtype, id);

	if ((options & ~(WNOHANG | WNOWAIT | WEXITED | WSTOPPED | WCONTINUED | __WNOTHREAD |
			 __WCLONE | __WALL)) ||
	    !(options & (WEXITED | WSTOPPED | WCONTINUED)))
		error = -EINVAL;
	if (rusage)
		o.times = zeroed(&times);
	error = error ?: do_wait(&o);
	if (error > 0) {
		info.si_signo = SIGCHLD;
		info.child.pid = error;
		info.child.uid = o.uid;
		describe_status(&info, o.status);
		error = put_rusage(rusage, &times);
		if (error)
			return error;
	}
	if (infop && copy_to_user((void *)infop, &info, offsetof(struct siginfo, child.utime)))
		return -EFAULT;
	return error;
}
