/* SPDX-License-Identifier: MIT */
/*
 * groups.c - the supplementary groups of a task: any number of them, sorted, so that a file's group
 * is found fast. Tasks share them after fork; a new set takes the place of the old one.
 */
#include "internal.h"
#include <nopage/err.h>
#include <nopage/mm.h>
#include <nopage/slab.h>
#include <nopage/syscalls.h>
#include <asm/uaccess.h>

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
	commit_creds(&new);
	put_groups(old);
	return 0;
}
