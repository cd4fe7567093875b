/* SPDX-License-Identifier: MIT */
/*
 * sighand.c - how the parts of tasks about signals come and go: the actions (sighand_struct), and
 * everything that belongs to a process and not to its threads (signal_struct).
 */
#include "internal.h"
#include "signal.h"
#include <nopage/err.h>
#include <nopage/mm.h>
#include <nopage/slab.h>
#include <nopage/string.h>
#include <uapi/sched.h>

static struct kmem_cache *signal_cachep, *sighand_cachep;

void sighand_init(void)
{
	signal_cachep = kmem_cache_create("signal_struct", sizeof(struct signal_struct), 0);
	sighand_cachep = kmem_cache_create("sighand_struct", sizeof(struct sighand_struct), 0);
	BUG_ON(!signal_cachep || !sighand_cachep);
}

/*
 * A table of actions is large and nearly empty: one that is all zero is kept for the next fork,
 * which then copies only what has been changed.
 */
static DEFINE_SPINLOCK(spare_lock);
static struct sighand_struct *spare_sighand;	/* spare_lock; or NULL */

/* exchange_spare - put new (or NULL) in the place of the spare table, which is returned. */
static struct sighand_struct *exchange_spare(struct sighand_struct *new)
{
	struct sighand_struct *old;

	spin_lock(&spare_lock);
	old = spare_sighand;
	spare_sighand = new;
	spin_unlock(&spare_lock);
	return old;
}

void drain_sighand_cache(void)
{
	struct sighand_struct *spare = exchange_spare(NULL);

	if (spare)
		kmem_cache_free(sighand_cachep, spare);
}

/* alloc_sighand - all actions are SIG_DFL; NULL: no memory. */
static struct sighand_struct *alloc_sighand(void)
{
	struct sighand_struct *new = exchange_spare(NULL);

	if (new)
		return new;
	new = kmem_cache_alloc(sighand_cachep, GFP_KERNEL);
	if (new)
		memset(new, 0, sizeof(*new));
	return new;
}

struct sighand_struct *dup_sighand(struct sighand_struct *old)
{
	struct sighand_struct *new = alloc_sighand();
	sigset_t set;

	if (!new)
		return NULL;
	atomic_set(&new->count, 1);
	spin_lock_init(&new->siglock);
	spin_lock(&old->siglock);
	new->changed = old->changed;
	for (set = old->changed; set; set &= set - 1) {
		int sig = lowest_signal(set);

		new->action[sig - 1] = old->action[sig - 1];
	}
	spin_unlock(&old->siglock);
	return new;
}

void reset_actions(struct sighand_struct *sighand, unsigned long kept)
{
	sigset_t set = sighand->changed;

	for (sighand->changed = 0; set; set &= set - 1) {
		int sig = lowest_signal(set);
		struct sigaction_k *act = &sighand->action[sig - 1];

		*act = (struct sigaction_k){ .handler = act->handler == kept ? kept : SIG_DFL };
		if (act->handler != SIG_DFL)
			add_to_sigset(&sighand->changed, sig);
	}
}

void put_sighand(struct sighand_struct *sighand)
{
	if (!atomic_dec_and_test(&sighand->count))
		return;
	reset_actions(sighand, SIG_DFL);
	sighand = exchange_spare(sighand);
	if (sighand)
		kmem_cache_free(sighand_cachep, sighand);
}

int copy_sighand(const struct fork_args *args, struct task_struct *p)
{
	if (args->flags & CLONE_SIGHAND) {
		atomic_inc(&current->sighand->count);
		return 0;
	}
	p->sighand = dup_sighand(current->sighand);
	if (!p->sighand)
		return -ENOMEM;
	if (args->clear_sighand)
		reset_actions(p->sighand, SIG_IGN);
	return 0;
}

void put_signal(struct signal_struct *sig)
{
	if (!atomic_dec_and_test(&sig->count))
		return;
	flush_shared_sigqueue(sig);
	kmem_cache_free(signal_cachep, sig);
}

int copy_signal(unsigned long flags, struct task_struct *p)
{
	struct signal_struct *old = current->signal, *sig;

	if (flags & CLONE_THREAD) {
		atomic_inc(&old->count);
		atomic_inc(&old->live);
		return 0;
	}
	sig = kmem_cache_alloc(signal_cachep, GFP_KERNEL);
	if (!sig)
		return -ENOMEM;
	*sig = (struct signal_struct){
		.count = ATOMIC_INIT(1),
		.live = ATOMIC_INIT(1),
		.pgrp = old->pgrp,
		.session = old->session,
		.tty = old->tty,
	};
	memcpy(sig->rlim, old->rlim, sizeof(sig->rlim));
	init_waitqueue_head(&sig->wait_chldexit);
	INIT_LIST_HEAD(&sig->shared_pending.list);
	init_timers(sig);
	p->signal = sig;
	return 0;
}

void undo_signal(struct task_struct *p)
{
	atomic_dec(&p->signal->live);
	put_signal(p->signal);
}
