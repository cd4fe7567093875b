/* SPDX-License-Identifier: MIT */
/*
 * sigcalls.c - the system calls of who receives signals: actions, masks, waiting.
 *
 * All are the rt_ calls, which know 64 signals: no C library makes those for 32 any more.
 */
#include "internal.h"
#include "signal.h"
#include <nopage/err.h>
#include <nopage/string.h>
#include <nopage/syscalls.h>
#include <asm/uaccess.h>

#define KNOWN_FLAGS	(SA_NOCLDSTOP | SA_NOCLDWAIT | SA_SIGINFO | SA_EXPOSE_TAGBITS | SA_RESTORER | \
			 SA_ONSTACK | SA_RESTART | SA_NODEFER | SA_RESETHAND)

/* ------------------------------------------------------------------ actions */

/*
 * do_sigaction - read, then set, the action of sig; either may be NULL. An action that ignores the
 * signal also forgets the pending ones (POSIX). 0 or -EINVAL.
 */
static long do_sigaction(long sig, const struct sigaction_k *new, struct sigaction_k *old)
{
	struct sigaction_k *act = &current->sighand->action[sig - 1];

	if (!valid_signal(sig) || (new && (SIGMASK(sig) & NOT_BLOCKABLE)))
		return -EINVAL;
	spin_lock(&tasklist_lock);
	spin_lock(&current->sighand->siglock);
	if (old)
		*old = *act;
	if (new) {
		*act = *new;
		add_to_sigset(&current->sighand->changed, sig);
		act->mask &= ~NOT_BLOCKABLE;
		act->flags &= KNOWN_FLAGS;
		if (new->handler == SIG_IGN ||
		    (new->handler == SIG_DFL && (SIGMASK(sig) & IGNORED_SIGNALS)))
			drop_pending(current, SIGMASK(sig));
	}
	spin_unlock(&current->sighand->siglock);
	spin_unlock(&tasklist_lock);
	return 0;
}

long sys_rt_sigaction(long sig, long act, long oact, long sigsetsize)
{
	struct sigaction_k new, old;
	long error;

	if (sigsetsize != sizeof(sigset_t))
		return -EINVAL;
	if (act && copy_from_user(&new, (void *)act, sizeof(new)))
		return -EFAULT;
	error = do_sigaction(sig, act ? &new : NULL, &old);
	if (!error && oact && copy_to_user((void *)oact, &old, sizeof(old)))
		return -EFAULT;
	return error;
}

/* ------------------------------------------------------------------ masks */

/* Signals of the process that are pending and about to be blocked here: let other threads look. */
static noinline void retarget_newly_blocked(sigset_t set)
{
	struct task_struct *p = current;

	spin_lock(&tasklist_lock);
	spin_lock(&p->sighand->siglock);
	retarget_pending(p->signal->shared_pending.signal & set & ~p->blocked);
	spin_unlock(&p->sighand->siglock);
	spin_unlock(&tasklist_lock);
}

void set_current_blocked(sigset_t set)
{
	struct task_struct *p = current;

	set &= ~NOT_BLOCKABLE;
	if (unlikely(p->signal->shared_pending.signal) && !thread_group_empty())
		retarget_newly_blocked(set);
	spin_lock(&p->sighand->siglock);
	p->blocked = set;
	recalc_sigpending(p);
	spin_unlock(&p->sighand->siglock);
}

/* get_sigset - a set of the rt_ calls: 0, -EINVAL (its size) or -EFAULT. */
static int get_sigset(sigset_t *set, const void *user, size_t size)
{
	if (size != sizeof(*set))
		return -EINVAL;
	return copy_from_user(set, user, sizeof(*set)) ? -EFAULT : 0;
}

/* change_mask - 0 or -EINVAL. */
static long change_mask(long how, sigset_t set)
{
	sigset_t blocked = current->blocked;

	if (how == SIG_BLOCK)
		set |= blocked;
	else if (how == SIG_UNBLOCK)
		set = blocked & ~set;
	else if (how != SIG_SETMASK)
		return -EINVAL;
	set_current_blocked(set);
	return 0;
}

long sys_rt_sigprocmask(long how, long set, long oset, long sigsetsize)
{
	sigset_t old = current->blocked, new;
	long error;

	if (sigsetsize != sizeof(sigset_t))
		return -EINVAL;
	if (set) {
		error = get_sigset(&new, (void *)set, sizeof(new)) ?: change_mask(how, new);
		if (error)
			return error;
	}
	if (oset && copy_to_user((void *)oset, &old, sizeof(old)))
		return -EFAULT;
	return 0;
}

long sys_rt_sigpending(long set, long sigsetsize)
{
	sigset_t pending;

	if (sigsetsize < 0 || (unsigned long)sigsetsize > sizeof(pending))
		return -EINVAL;
	spin_lock(&current->sighand->siglock);
	pending = (current->pending.signal | current->signal->shared_pending.signal) & current->blocked;
	spin_unlock(&current->sighand->siglock);
	return copy_to_user((void *)set, &pending, sigsetsize) ? -EFAULT : 0;
}

/* ------------------------------------------------------------------ waiting */

/* set_temporary_mask - until a handler has run, or the call has ended. */
static void set_temporary_mask(sigset_t set)
{
	current->saved_sigmask = current->blocked;
	current->restore_sigmask = true;
	set_current_blocked(set);
}

int set_user_sigmask(const void *umask, size_t size)
{
	sigset_t set;
	int error;

	if (!umask)
		return 0;
	error = get_sigset(&set, umask, size);
	if (!error)
		set_temporary_mask(set);
	return error;
}

/* The caller's signal may be one that only the temporary mask lets through: do_signal() ends it. */
void restore_user_sigmask(bool interrupted)
{
	if (!current->restore_sigmask || interrupted)
		return;
	current->restore_sigmask = false;
	set_current_blocked(current->saved_sigmask);
}

/* A signal that comes between the look and the sleep is seen by schedule(). */
long sys_pause(void)
{
	while (!signal_pending(current)) {
		current->state = TASK_INTERRUPTIBLE;
		schedule();
	}
	return -ERESTARTNOHAND;
}

long sys_rt_sigsuspend(long set, long sigsetsize)
{
	sigset_t new;
	long error = get_sigset(&new, (void *)set, sigsetsize);

	if (error)
		return error;
	set_temporary_mask(new);
	return sys_pause();
}

/* take_waited - a pending signal of set, or 0 and the rest of the wait is announced. */
static int take_waited(sigset_t set, struct siginfo *info)
{
	int sig;

	spin_lock(&current->sighand->siglock);
	do
		sig = dequeue_signal(set, info);
	while (sig && !info->si_signo);
	current->sigwait = sig ? 0 : set;
	recalc_sigpending(current);
	spin_unlock(&current->sighand->siglock);
	return sig;
}

/* wait_signal - its number, -EAGAIN when the deadline has passed, -EINTR by another signal. */
static long wait_signal(sigset_t set, struct siginfo *info, u64 deadline)
{
	long ret;

	for (;;) {
		current->state = TASK_INTERRUPTIBLE;
		ret = take_waited(set, info);
		if (ret)
			break;
		if (signal_pending(current)) {
			ret = -EINTR;
			break;
		}
		if (!sleep_step(time_left(deadline))) {
			ret = -EAGAIN;
			break;
		}
	}
	current->state = TASK_RUNNING;
	spin_lock(&current->sighand->siglock);
	current->sigwait = 0;
	spin_unlock(&current->sighand->siglock);
	return ret;
}

/* info to a user's siginfo_t, all 128 bytes: 0 or -EFAULT. */
static int put_siginfo(long user, const struct siginfo *info)
{
	if (copy_to_user((void *)user, info, sizeof(*info)) ||
	    clear_user((void *)(user + sizeof(*info)), SIGINFO_SIZE - sizeof(*info)))
		return -EFAULT;
	return 0;
}

long do_sigtimedwait(long uset, long uinfo, long timeout, long size, enum time_type type)
{
	u64 deadline = FOREVER;
	struct siginfo info;
	sigset_t set;
	long ret;

	if (size != sizeof(set))
		return -EINVAL;
	if (copy_from_user(&set, (void *)uset, sizeof(set)))
		return -EFAULT;
	if (timeout) {
		ret = get_time(timeout, type, &deadline);
		if (ret)
			return ret;
		deadline = deadline_after(deadline);
	}
	ret = wait_signal(set & ~NOT_BLOCKABLE, &info, deadline);
	return ret > 0 && uinfo && put_siginfo(uinfo, &info) ? -EFAULT : ret;
}

long set_restart_fn(struct restart_block *r, long (*fn)(struct restart_block *r))
{
	r->fn = fn;
	return -ERESTART_RESTARTBLOCK;
}

long sys_restart_syscall(void)
{
	struct restart_block *r = &current->restart;

	return r->fn ? r->fn(r) : -EINTR;
}

/* ------------------------------------------------------------------ the alternate stack */

bool on_sig_stack(unsigned long sp)
{
	const stack_t *sas = &current->sas;

	if (sas->ss_flags & SS_AUTODISARM)
		return false;
	return sp > sas->ss_sp && sp - sas->ss_sp <= sas->ss_size;
}

int do_sigaltstack(const stack_t *new, stack_t *old, unsigned long sp)
{
	stack_t *sas = &current->sas;
	int mode = new ? new->ss_flags & ~SS_AUTODISARM : 0;

	if (old)
		*old = (stack_t){ sas->ss_sp, sas_ss_flags(sp) | (sas->ss_flags & SS_AUTODISARM),
				  sas->ss_size };
	if (!new)
		return 0;
	if (on_sig_stack(sp))
		return -EPERM;
	if (mode && mode != SS_ONSTACK && mode != SS_DISABLE)
		return -EINVAL;
	if (!memcmp(sas, new, sizeof(*sas)))
		return 0;			/* as it is, be it possible or not */
	if (mode == SS_DISABLE)
		*sas = (stack_t){ .ss_flags = new->ss_flags };
	else if (new->ss_size < MINSIGSTKSZ)
		return -ENOMEM;
	else
		*sas = *new;
	return 0;
}

long sys_sigaltstack(long uss, long uoss)
{
	unsigned long sp = task_pt_regs(current)->sp;
	stack_t new, old;
	long error;

	if (uss && copy_from_user(&new, (void *)uss, sizeof(new)))
		return -EFAULT;
	error = do_sigaltstack(uss ? &new : NULL, &old, sp);
	if (!error && uoss && copy_to_user((void *)uoss, &old, sizeof(old)))
		return -EFAULT;
	return error;
}

/* exec_signals - what was set up for the old program's code and stack is gone with it. */
void exec_signals(void)
{
	spin_lock(&current->sighand->siglock);
	reset_actions(current->sighand, SIG_IGN);
	exit_posix_timers();
	spin_unlock(&current->sighand->siglock);
	current->flags &= ~PF_FORKNOEXEC;
	current->sas = (stack_t){ .ss_flags = current->sas.ss_flags };
	current->restart.fn = NULL;
}
