/* SPDX-License-Identifier: MIT */
/*
 * cred.c - user numbers and capabilities of the current task; groups.c has its other groups.
 *
 * A task has four user numbers: real (who started it), effective (whose rights it has), saved (what
 * it may return to) and that for files, which follows the effective one. Root's rights have names,
 * the capabilities, but nobody can give up some of them: a task has all or none, as its user
 * numbers say. That is what Linux's rules come to for programs that never call capset().
 *
 * Sources: credentials(7), capabilities(7), POSIX setuid() and setgid().
 */
#include "internal.h"
#include <nopage/err.h>
#include <nopage/mm.h>
#include <nopage/syscalls.h>
#include <asm/uaccess.h>
#include <uapi/capability.h>

#define NO_ID		((u32)-1)	/* "leave it as it is" */

/* What fsuid decides about, and not euid: CHOWN .. FSETID, MKNOD. */
#define CAP_FS_MASK	(0x1fULL | 1ULL << CAP_MKNOD)

/* ------------------------------------------------------------------ looking */

u64 cap_permitted(const struct cred *c)
{
	return !c->uid || !c->euid || !c->suid ? CAP_ALL : 0;
}

u64 cap_effective(const struct cred *c)
{
	return (c->euid ? 0 : CAP_ALL & ~CAP_FS_MASK) | (c->fsuid ? 0 : CAP_FS_MASK);
}

bool capable(unsigned int cap)
{
	BUG_ON(cap > CAP_LAST);
	return cap_effective(&current->cred) >> cap & 1;
}

/* ------------------------------------------------------------------ changing them */

static bool other_rights(const struct cred *a, const struct cred *b)
{
	return a->euid != b->euid || a->egid != b->egid || a->fsuid != b->fsuid || a->fsgid != b->fsgid;
}

/* What a task has learnt with other rights is not for everybody: nobody may look at its memory. */
long commit_creds(const struct cred *new)
{
	spin_lock(&tasklist_lock);
	if (other_rights(new, &current->cred)) {
		current->pdeath_signal = 0;
		if (current->mm)
			current->mm->dumpable = 0;
	}
	current->cred = *new;
	spin_unlock(&tasklist_lock);
	return 0;
}

bool prepare_exec_cred(struct cred *new, uid_t uid, gid_t gid)
{
	*new = current->cred;
	if (new->no_new_privs)
		uid = gid = NO_ID;
	if (uid != NO_ID)
		new->euid = uid;
	if (gid != NO_ID)
		new->egid = gid;
	new->suid = new->fsuid = new->euid;
	new->sgid = new->fsgid = new->egid;
	return uid != NO_ID || gid != NO_ID;
}

void commit_exec_cred(const struct cred *new)
{
	commit_creds(new);
	if (cred_secure(new))
		current->mm->dumpable = 0;
}

/* ------------------------------------------------------------------ setting numbers */

/*
 * set_... - the rules are the same for user and group numbers; root: with the capability for it.
 * The number for files follows the effective one. 0, -EINVAL or -EPERM.
 */
static long set_one(struct ids *ids, u32 id, bool root)
{
	if (id == NO_ID)
		return -EINVAL;
	if (root)
		ids->real = ids->saved = id;
	else if (id != ids->real && id != ids->saved)
		return -EPERM;
	ids->effective = ids->fs = id;
	return 0;
}

static bool is_one_of(u32 id, const struct ids *ids)
{
	return id == ids->real || id == ids->effective || id == ids->saved;
}

static long set_two(struct ids *ids, u32 real, u32 effective, bool root)
{
	const struct ids old = *ids;

	if (real != NO_ID) {
		if (!root && real != old.real && real != old.effective)
			return -EPERM;
		ids->real = real;
	}
	if (effective != NO_ID) {
		if (!root && !is_one_of(effective, &old))
			return -EPERM;
		ids->effective = effective;
	}
	if (real != NO_ID || (effective != NO_ID && effective != old.real))
		ids->saved = ids->effective;
	ids->fs = ids->effective;
	return 0;
}

static long set_three(struct ids *ids, u32 real, u32 effective, u32 saved, bool root)
{
	const struct ids old = *ids;
	const u32 to[] = { real, effective, saved };

	for (unsigned int i = 0; i < ARRAY_SIZE(to); i++)
		if (!root && to[i] != NO_ID && !is_one_of(to[i], &old))
			return -EPERM;
	if (real != NO_ID)
		ids->real = real;
	if (effective != NO_ID)
		ids->effective = effective;
	if (saved != NO_ID)
		ids->saved = saved;
	ids->fs = ids->effective;
	return 0;
}

static void set_fs(struct ids *ids, u32 id, bool root)
{
	if (id != NO_ID && (root || is_one_of(id, ids)))
		ids->fs = id;
}

long sys_setuid32(long uid)
{
	struct cred new = current->cred;

	return set_one(&new.user, uid, capable(CAP_SETUID)) ?: commit_creds(&new);
}

long sys_setgid32(long gid)
{
	struct cred new = current->cred;

	return set_one(&new.group, gid, capable(CAP_SETGID)) ?: commit_creds(&new);
}

long sys_setreuid32(long uid, long euid)
{
	struct cred new = current->cred;

	return set_two(&new.user, uid, euid, capable(CAP_SETUID)) ?: commit_creds(&new);
}

long sys_setregid32(long gid, long egid)
{
	struct cred new = current->cred;

	return set_two(&new.group, gid, egid, capable(CAP_SETGID)) ?: commit_creds(&new);
}

long sys_setresuid(long uid, long euid, long suid)
{
	struct cred new = current->cred;

	return set_three(&new.user, uid, euid, suid, capable(CAP_SETUID)) ?: commit_creds(&new);
}

long sys_setresgid(long gid, long egid, long sgid)
{
	struct cred new = current->cred;

	return set_three(&new.group, gid, egid, sgid, capable(CAP_SETGID)) ?: commit_creds(&new);
}

/* sys_setfsuid, sys_setfsgid - the old number, whether or not it has been changed. */
long sys_setfsuid(long uid)
{
	const uid_t before = current->cred.fsuid;
	struct cred new = current->cred;

	set_fs(&new.user, uid, capable(CAP_SETUID));
	commit_creds(&new);
	return before;
}

long sys_setfsgid(long gid)
{
	const gid_t before = current->cred.fsgid;
	struct cred new = current->cred;

	set_fs(&new.group, gid, capable(CAP_SETGID));
	commit_creds(&new);
	return before;
}

/* ------------------------------------------------------------------ reading them */

long sys_getuid32(void)
{
	return current->cred.uid;
}

long sys_geteuid32(void)
{
	return current->cred.euid;
}

long sys_getgid32(void)
{
	return current->cred.gid;
}

long sys_getegid32(void)
{
	return current->cred.egid;
}

static long put_ids(const struct ids *ids, long real, long effective, long saved)
{
	return put_user(ids->real, (u32 *)real) ?: put_user(ids->effective, (u32 *)effective) ?:
	       put_user(ids->saved, (u32 *)saved);
}

long sys_getresuid(long uid, long euid, long suid)
{
	return put_ids(&current->cred.user, uid, euid, suid);
}

long sys_getresgid(long gid, long egid, long sgid)
{
	return put_ids(&current->cred.group, gid, egid, sgid);
}

/* ------------------------------------------------------------------ capabilities */

/*
 * The header says which layout of the data is meant. An unknown version is answered with the one
 * preferred: 0 when only that was asked for (no data).
 */
static long read_cap_header(long header, bool has_data, struct cap_user_header *h,
			    unsigned int *words)
{
	struct cap_user_header *user = (void *)header;

	h->pid = 0;
	if (get_user(h->version, &user->version))
		return -EFAULT;
	switch (h->version) {
	case CAPABILITY_VERSION_1:
	case CAPABILITY_VERSION_2:
	case CAPABILITY_VERSION_3:
		*words = h->version == CAPABILITY_VERSION_1 ? 1 : 2;
		return has_data ? get_user(h->pid, &user->pid) : 0;
	}
	if (put_user(CAPABILITY_VERSION_3, &user->version))
		return -EFAULT;
	return has_data ? -EINVAL : 0;
}

/* sys_capget - nothing is ever inheritable: root's programs have all because they are root's. */
long sys_capget(long header, long data)
{
	struct cap_user_data out[2] = { { 0 } };
	struct cap_user_header h;
	struct task_struct *p;
	unsigned int words;
	long error = read_cap_header(header, data, &h, &words);

	if (error || !data)
		return error;
	if (h.pid < 0)
		return -EINVAL;
	spin_lock(&tasklist_lock);
	p = find_task(h.pid);
	for (unsigned int i = 0; p && i < words; i++) {
		out[i].effective = cap_effective(&p->cred) >> 32 * i;
		out[i].permitted = cap_permitted(&p->cred) >> 32 * i;
	}
	spin_unlock(&tasklist_lock);
	if (!p)
		return -ESRCH;
	return copy_to_user((void *)data, out, words * sizeof(out[0])) ? -EFAULT : 0;
}
