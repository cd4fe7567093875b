/* SPDX-License-Identifier: MIT */
/*
 * tty_job.c - whom the terminal belongs to.
 *
 * A session's leader gets the terminal by opening it (or TIOCSCTTY); the processes it makes inherit
 * it (signal->tty). One process group of the session is in front: keys send signals to it, and only
 * it may read. Background groups that try are stopped by SIGTTIN, and by SIGTTOU if they change the
 * terminal, or write while TOSTOP is set; unless nobody could continue them: then it is an error.
 *
 * Locks: tasklist_lock for session, pgrp, hangups and signal->tty.
 */
#include "internal.h"
#include <nopage/err.h>
#include <nopage/syscalls.h>
#include <asm/uaccess.h>

/* Does the current task block or ignore sig, so that it would not stop it? */
static bool has_no_effect(int sig)
{
	return current->blocked & 1ULL << (sig - 1) ||
	       current->sighand->action[sig - 1].handler == SIG_IGN;
}

int tty_check(struct tty *tty, int sig)
{
	pid_t pgrp = current->signal->pgrp, front = READ_ONCE(tty->pgrp);

	if (current->signal->tty != tty || !front || front == pgrp)
		return 0;
	if (has_no_effect(sig))
		return sig == SIGTTIN ? -EIO : 0;
	if (is_orphaned_pgrp(pgrp))
		return -EIO;
	kill_pgrp(pgrp, sig);
	return -ERESTARTSYS;
}

void tty_winch(struct tty *tty)
{
	pid_t front = READ_ONCE(tty->pgrp);

	if (front)
		kill_pgrp(front, SIGWINCH);
}

void tty_send_keyed(struct deferred *d)
{
	struct tty *tty = container_of(d, struct tty, send_keyed);
	unsigned long flags = spin_lock_irqsave(&tty->lock);
	pid_t front = tty->pgrp;
	u32 set = tty->keyed;

	tty->keyed = 0;
	spin_unlock_irqrestore(&tty->lock, flags);
	for (; front && set; set &= set - 1)
		kill_pgrp(front, __builtin_ctz(set));
}

void tty_of(const struct task_struct *p, dev_t *dev, pid_t *pgrp)
{
	const struct tty *tty = p->signal->tty;

	assert_spin_locked(&tasklist_lock);
	*dev = tty ? tty->dev : 0;
	*pgrp = tty ? tty->pgrp : -1;
}

/* ------------------------------------------------------------------ getting it */

static bool is_leader(void)
{
	return current->signal->session == current->tgid;
}

/* The current process's session has the terminal from now on. tasklist_lock held. */
static void take_terminal(struct tty *tty)
{
	current->signal->tty = tty;
	tty->session = current->signal->session;
	tty->pgrp = current->signal->pgrp;
}

/* No process has the terminal any more. tasklist_lock held. */
static void release_terminal(struct tty *tty)
{
	struct task_struct *p;

	assert_spin_locked(&tasklist_lock);
	list_for_each_entry(p, &task_list, tasks)
		if (p->group_leader == p && p->signal->tty == tty)
			p->signal->tty = NULL;
	tty->session = 0;
	tty->pgrp = 0;
}

void tty_opened(struct tty *tty)
{
	spin_lock(&tasklist_lock);
	if (is_leader() && !current->signal->tty && !tty->session)
		take_terminal(tty);
	spin_unlock(&tasklist_lock);
}

/*
 * TIOCSCTTY: steal (the argument is 1) takes it away from another session. That, and to have one by
 * a descriptor that cannot be read, is for root.
 */
static long set_controlling(struct tty *tty, const struct file *file, bool steal)
{
	bool root = capable(CAP_SYS_ADMIN);
	long error = -EPERM;

	spin_lock(&tasklist_lock);
	if (is_leader() && current->signal->tty == tty) {
		error = 0;
	} else if (is_leader() && !current->signal->tty && (root || file->mode & FMODE_READ) &&
		   (!tty->session || (steal && root))) {
		release_terminal(tty);
		take_terminal(tty);
		error = 0;
	}
	spin_unlock(&tasklist_lock);
	return error;
}

/* ------------------------------------------------------------------ giving it up */

/* The group in front hears that its terminal is gone; with all of its session loses it. */
static void leave_terminal(struct tty *tty, bool hangup)
{
	pid_t front;

	spin_lock(&tasklist_lock);
	front = tty->pgrp;
	release_terminal(tty);
	if (hangup)
		tty->hangups++;
	spin_unlock(&tasklist_lock);
	wake_up_all(&tty->readers);
	wake_up_all(&tty->writers);
	if (front)
		kill_pgrp(front, SIGHUP);
	if (front && !hangup)
		kill_pgrp(front, SIGCONT);
}

void tty_disassociate(void)
{
	struct tty *tty = current->signal->tty;

	if (!tty || !is_leader())
		return;
	tty_stop(tty, false);
	leave_terminal(tty, true);
}

/* TIOCNOTTY: a leader takes it away from its session, another process only from itself. */
static long no_terminal(struct tty *tty)
{
	if (current->signal->tty != tty)
		return -ENOTTY;
	if (is_leader()) {
		leave_terminal(tty, false);
		return 0;
	}
	spin_lock(&tasklist_lock);
	current->signal->tty = NULL;
	spin_unlock(&tasklist_lock);
	return 0;
}

/* ------------------------------------------------------------------ who is in front */

/* May the group, of the current session, come to the front? 0, -ESRCH or -EPERM. Locked. */
static long may_front(pid_t pgrp)
{
	struct task_struct *p;

	list_for_each_entry(p, &task_list, tasks)
		if (p->signal->pgrp == pgrp)
			return p->signal->session == current->signal->session ? 0 : -EPERM;
	return -ESRCH;
}

static long set_front(struct tty *tty, const int *user)
{
	long error = tty_check(tty, SIGTTOU);
	pid_t pgrp;

	if (error)
		return error == -EIO ? -ENOTTY : error;
	if (get_user(pgrp, user))
		return -EFAULT;
	if (pgrp < 0)
		return -EINVAL;
	if (current->signal->tty != tty || tty->session != current->signal->session)
		return -ENOTTY;
	spin_lock(&tasklist_lock);
	error = may_front(pgrp);
	if (!error)
		tty->pgrp = pgrp;
	spin_unlock(&tasklist_lock);
	return error;
}

long tty_job_ioctl(struct tty *tty, struct file *file, unsigned int cmd, unsigned long arg)
{
	bool own = current->signal->tty == tty;

	switch (cmd) {
	case TIOCSCTTY:
		return set_controlling(tty, file, arg == 1);
	case TIOCNOTTY:
		return no_terminal(tty);
	case TIOCGPGRP:
		return own ? put_user(tty->pgrp, (int *)arg) : -ENOTTY;
	case TIOCSPGRP:
		return set_front(tty, (int *)arg);
	case TIOCGSID:
		return own ? put_user(tty->session, (int *)arg) : -ENOTTY;
	}
	return -ENOTTY;
}
