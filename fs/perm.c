/* SPDX-License-Identifier: MIT */
/*
 * perm.c - who may do what: rights of inodes, sticky directories, what new files inherit.
 *
 * Sources: path_resolution(7), inode(7), capabilities(7).
 */
#include "internal.h"
#include <nopage/cred.h>
#include <nopage/sched.h>

/* The three bits that hold for this user. */
static unsigned int rights_of(const struct inode *inode, uid_t uid, bool member)
{
	if (uid == inode->uid)
		return inode->mode >> 6 & 7;
	return (member ? inode->mode >> 3 : inode->mode) & 7;
}

/* Missing rights that capabilities give all the same. */
static bool may_override(const struct inode *inode, int mask)
{
	if (!S_ISDIR(inode->mode) && mask & MAY_EXEC && !(inode->mode & S_IXUGO))
		return false;
	return capable(CAP_DAC_OVERRIDE);
}

int inode_permission(const struct inode *inode, int mask)
{
	const struct cred *c = &current->cred;
	bool member = c->fsuid != inode->uid && in_group(inode->gid);

	if (mask & MAY_WRITE && inode->sb->flags & MS_RDONLY &&
	    (S_ISREG(inode->mode) || S_ISDIR(inode->mode) || S_ISLNK(inode->mode)))
		return -EROFS;
	if (mask & MAY_WRITE && inode->immutable)
		return -EPERM;
	if (!(mask & ~rights_of(inode, c->fsuid, member)))
		return 0;
	return may_override(inode, mask) ? 0 : -EACCES;
}

bool inode_owner_or_capable(const struct inode *inode)
{
	return current->cred.fsuid == inode->uid || capable(CAP_FOWNER);
}

bool may_see_cache(const struct file *file)
{
	return inode_owner_or_capable(file->inode) || !inode_permission(file->inode, MAY_WRITE);
}

int may_create(const struct dentry *dir)
{
	if (!dir_alive(dir) || dir->sb->flags & SB_ON_DEMAND)
		return -ENOENT;		/* proc has the names it has, whoever asks */
	return inode_permission(dir->inode, MAY_WRITE | MAY_EXEC);
}

/* In a sticky directory only the owner of the file or of the directory may. */
static bool sticky_forbids(const struct inode *dir, const struct inode *inode)
{
	uid_t uid = current->cred.fsuid;

	return dir->mode & S_ISVTX && inode->uid != uid && dir->uid != uid && !capable(CAP_FOWNER);
}

int may_delete(const struct inode *dir, const struct dentry *victim, bool isdir)
{
	int error = inode_permission(dir, MAY_WRITE | MAY_EXEC);

	if (error)
		return error;
	if (sticky_forbids(dir, victim->inode))
		return -EPERM;
	if (isdir && !S_ISDIR(victim->inode->mode))
		return -ENOTDIR;
	if (!isdir && S_ISDIR(victim->inode->mode))
		return -EISDIR;
	return victim->mounted ? -EBUSY : 0;
}

void inode_init_owner(struct inode *inode, const struct inode *dir)
{
	inode->uid = current->cred.fsuid;
	inode->gid = current->cred.fsgid;
	if (!dir || !(dir->mode & S_ISGID))
		return;
	inode->gid = dir->gid;
	if (S_ISDIR(inode->mode))
		inode->mode |= S_ISGID;
	else if ((inode->mode & (S_ISGID | S_IXGRP)) == (S_ISGID | S_IXGRP) &&
		 !in_group(inode->gid) && !capable(CAP_FSETID))
		inode->mode &= ~S_ISGID;
}

mode_t mode_after_write(const struct inode *inode)
{
	mode_t mode = inode->mode & ~S_ISUID;

	if (mode & S_IXGRP)
		mode &= ~S_ISGID;
	return capable(CAP_FSETID) ? inode->mode : mode;
}

/* ------------------------------------------------------------------ writers and programs */

int get_write_access(struct inode *inode)
{
	int count;

	do {
		count = atomic_read(&inode->writecount);
		if (count < 0)
			return -ETXTBSY;
	} while (!atomic_cmpxchg(&inode->writecount, count, count + 1));
	if (S_ISREG(inode->mode))
		atomic_inc(&inode->sb->writers);
	return 0;
}

int deny_write_access(struct inode *inode)
{
	int count;

	do {
		count = atomic_read(&inode->writecount);
		if (count > 0)
			return -ETXTBSY;
	} while (!atomic_cmpxchg(&inode->writecount, count, count - 1));
	return 0;
}
