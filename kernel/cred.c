/* SPDX-License-Identifier: MIT */
/*
 * cred.c - users, groups and capabilities of the current task.
 *
 * A task has four user numbers: real (who started it), effective (whose rights it has), saved (what
 * it may return to) and that for files, which follows the effective one. Root's rights have names,
 * the capabilities, but nobody can give up some of them: a task has all or none, as its user
 * numbers say. That is what Linux's rules come to for programs that never call capset().
 *
 * Sources: credentials(7), capabilities(7), POSIX setuid() and setgid().
 */
#include <nopage/cred.h>
#include <nopage/err.h>
#include <nopage/mm.h>
#include <nopage/sched.h>
#include <nopage/slab.h>
#include <nopage/string.h>
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

/* Binary search among the groups. */
static bool in_groups(const struct group_info *groups, gid_t gid)
{
	unsigned int low = 0, high = groups ? groups->nr : 0;

	while (low < high) {
		unsigned int mid = (low + high) / 2;

		if (groups->gid[mid] == gid)
			return true;
		if (groups->gid[mid] < gid)
			low = mid + 1;
		else
			high = mid;
	}
	return false;
}

bool in_group(gid_t gid)
{
	const struct cred *c = &current->cred;

	return c->fsgid == gid || in_groups(c->groups, gid);
}

/* ------------------------------------------------------------------ life */

static void put_groups(struct group_info *groups)
{
	if (groups && atomic_dec_and_test(&groups->count))
		kfree(groups);
}

void copy_cred(struct task_struct *p)
{
	if (p->cred.groups)
		atomic_inc(&p->cred.groups->count);
}

void exit_cred(struct task_struct *p)
{
	put_groups(p->cred.groups);
	p->cred.groups = NULL;
}

static bool other_rights(const struct cred *a, const struct cred *b)
{
	return a->euid != b->euid || a->egid != b->egid || a->fsuid != b->fsuid || a->fsgid != b->fsgid;
}

/*
 * commit - the current task's credentials become *new, whose groups reference is handed over. What
 * it has learnt with other rights is not for everybody: its memory may not be looked at any more.
 * Returns 0.
 */
static long commit(const struct cred *new)
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
	commit(new);
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

	return set_one(&new.user, uid, capable(CAP_SETUID)) ?: commit(&new);
}

long sys_setgid32(long gid)
{
	struct cred new = current->cred;

	return set_one(&new.group, gid, capable(CAP_SETGID)) ?: commit(&new);
}

long sys_setreuid32(long uid, long euid)
{
	struct cred new = current->cred;

	return set_two(&new.user, uid, euid, capable(CAP_SETUID)) ?: commit(&new);
}

long sys_setregid32(long gid, long egid)
{
	struct cred new = current->cred;

	return set_two(&new.group, gid, egid, capable(CAP_SETGID)) ?: commit(&new);
}

long sys_setresuid(long uid, long euid, long suid)
{
	struct cred new = current->cred;

	return set_three(&new.user, uid, euid, suid, capable(CAP_SETUID)) ?: commit(&new);
}

long sys_setresgid(long gid, long egid, long sgid)
{
	struct cred new = current->cred;

	return set_three(&new.group, gid, egid, sgid, capable(CAP_SETGID)) ?: commit(&new);
}

/* sys_setfsuid, sys_setfsgid - the old number, whether or not it has been changed. */
long sys_setfsuid(long uid)
{
	const uid_t before = current->cred.fsuid;
	struct cred new = current->cred;

	set_fs(&new.user, uid, capable(CAP_SETUID));
	commit(&new);
	return before;
}

long sys_setfsgid(long gid)
{
	const gid_t before = current->cred.fsgid;
	struct cred new = current->cred;

	set_fs(&new.group, gid, capable(CAP_SETGID));
	commit(&new);
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

/* ------------------------------------------------------------------ supplementary groups */

/* How many; with size 0 nothing is stored. -EINVAL when they do not fit. */
long sys_getgroups(long size, long list)
{
	const struct group_info *groups = current->cred.groups;
	long nr = groups ? groups->nr : 0;

	if (size < 0)
		return -EINVAL;
	if (!size || !nr)
		return nr;
	if (size < nr)
		return -EINVAL;
	return copy_to_user((void *)list, groups->gid, nr * sizeof(gid_t)) ? -EFAULT : nr;
}

static void sift_down(gid_t *gid, unsigned int root, unsigned int nr)
{
	gid_t value = gid[root];

	for (unsigned int child; (child = 2 * root + 1) < nr; root = child) {
		if (child + 1 < nr && gid[child + 1] > gid[child])
			child++;
		if (gid[child] <= value)
			break;
		gid[root] = gid[child];
	}
	gid[root] = value;
}

/* Heap sort, since the number comes from a user: never slow, no memory. */
static void sort_groups(gid_t *gid, unsigned int nr)
{
	for (unsigned int i = nr / 2; i-- > 0; )
		sift_down(gid, i, nr);
	while (nr > 1) {
		gid_t largest = gid[0];

		gid[0] = gid[--nr];
		gid[nr] = largest;
		sift_down(gid, 0, nr);
	}
}

long sys_setgroups(long size, long list)
{
	struct cred new = current->cred;
	struct group_info *groups, *old = new.groups;

	if (!capable(CAP_SETGID))
		return -EPERM;
	if ((unsigned long)size > NGROUPS_MAX)
		return -EINVAL;
	groups = kmalloc(sizeof(*groups) + size * sizeof(gid_t), GFP_KERNEL);
	if (!groups)
		return -ENOMEM;
	if (copy_from_user(groups->gid, (void *)list, size * sizeof(gid_t))) {
		kfree(groups);
		return -EFAULT;
	}
	for (long i = 0; i < size; i++) {
		if (groups->gid[i] == (gid_t)-1) {
			kfree(groups);
			return -EINVAL;
		}
	}
	atomic_set(&groups->count, 1);
	groups->nr = size;
	sort_groups(groups->gid, size);
	new.groups = groups;
	commit(&new);
	put_groups(old);
	return 0;
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
