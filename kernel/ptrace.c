/* SPDX-License-Identifier: MIT */
/* ptrace.c - who may look into whose memory, as ptrace(2) has it; that call itself is not there. */
#include "internal.h"
#include <nopage/mm.h>

/* A kernel thread or a dead task has no memory that could be hidden. */
bool task_dumpable(const struct task_struct *p)
{
	const struct mm_struct *mm = READ_ONCE(p->mm);

	return !mm || READ_ONCE(mm->dumpable) == 1;
}

bool ptrace_may_access(const struct task_struct *p, uid_t uid, gid_t gid)
{
	const struct cred *c = &p->cred;
	bool yes;

	if (p->tgid == current->tgid || capable(CAP_SYS_PTRACE))
		return true;
	spin_lock(&tasklist_lock);
	yes = uid == c->uid && uid == c->euid && uid == c->suid &&
	      gid == c->gid && gid == c->egid && gid == c->sgid;
	spin_unlock(&tasklist_lock);
	return yes && task_dumpable(p);
}
