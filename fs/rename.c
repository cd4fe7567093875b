/* SPDX-License-Identifier: MIT */
/*
 * rename.c - moving names.
 *
 * rename_mutex: one rename at a time, so that the shape of the tree stands still while we look for
 * loops and choose the order of the two locks. Order: rename_mutex, then the directories, the one
 * that lies above the other first, else by address; then what is replaced. Others (link, unlink)
 * take a directory's lock and then that of one thing in it, so there is no cycle.
 */
#include "internal.h"
#include <nopage/mm.h>
#include <nopage/slab.h>
#include <nopage/string.h>
#include <nopage/syscalls.h>

static struct mutex rename_mutex = MUTEX_INIT(rename_mutex);

/* The two ends of a move. */
struct rename {
	struct nameidata old, new;		/* .dentry: the directories */
	struct dentry *victim;			/* what has the new name now, or a fresh dentry */
	unsigned int flags;			/* RENAME_* */
};

/* Does dir lie in top, or is it top? Caller holds rename_mutex. */
static bool is_below(const struct dentry *dir, const struct dentry *top)
{
	while (dir != top && dir->parent != dir)
		dir = dir->parent;
	return dir == top;
}

static void lock_dirs(struct dentry *a, struct dentry *b)
{
	bool a_first = is_below(b, a) || (!is_below(a, b) && a < b);

	mutex_lock(&(a_first ? a : b)->inode->lock);
	if (a != b)
		mutex_lock(&(a_first ? b : a)->inode->lock);
}

static void unlock_dirs(struct dentry *a, struct dentry *b)
{
	mutex_unlock(&a->inode->lock);
	if (a != b)
		mutex_unlock(&b->inode->lock);
}

/* What moves and what gives way have to be of one sort. 0 or -Exxx. */
static int may_replace(const struct dentry *old, struct dentry *victim)
{
	bool dir = S_ISDIR(old->inode->mode);

	if (dir && !S_ISDIR(victim->inode->mode))
		return -ENOTDIR;
	if (!dir && S_ISDIR(victim->inode->mode))
		return -EISDIR;
	return dir && !d_empty(victim) ? -ENOTEMPTY : 0;
}

/* The checks of a move of old to r->victim. Caller holds all locks. */
static int may_rename(const struct rename *r, struct dentry *old)
{
	struct inode *old_dir = r->old.dentry->inode, *new_dir = r->new.dentry->inode;
	bool exchange = r->flags & RENAME_EXCHANGE, dir = S_ISDIR(old->inode->mode);
	struct dentry *victim = r->victim;
	int error = may_delete(old_dir, old, dir);

	if (!error && !victim->inode)
		error = may_create(r->new.dentry);
	else if (!error)
		error = may_delete(new_dir, victim, exchange ? S_ISDIR(victim->inode->mode) : dir);
	if (!error && victim->inode && !exchange)
		error = may_replace(old, victim);
	if (error)
		return error;
	/* A directory that gets another .. is changed itself. */
	if (dir && old_dir != new_dir)
		error = inode_permission(old->inode, MAY_WRITE);
	if (!error && exchange && S_ISDIR(victim->inode->mode) && old_dir != new_dir)
		error = inode_permission(victim->inode, MAY_WRITE);
	return error ?: old_dir->op->rename ? error : -EPERM;
}

/* Find what has the new name, or make a dentry for it. 0 or -Exxx. */
static int find_victim(struct rename *r)
{
	r->victim = lookup_child(r->new.dentry, &r->new.last);
	if (!IS_ERR(r->victim))
		return r->flags & RENAME_NOREPLACE ? -EEXIST : 0;
	if (PTR_ERR(r->victim) != -ENOENT || r->flags & RENAME_EXCHANGE)
		return PTR_ERR(r->victim);
	r->victim = d_alloc(r->new.dentry, &r->new.last) ?: ERR_PTR(-ENOMEM);
	return IS_ERR(r->victim) ? -ENOMEM : 0;
}

/* Slashes behind a name want a directory. */
static int check_slashes(const struct rename *r, const struct dentry *old)
{
	bool exchange = r->flags & RENAME_EXCHANGE;

	if (exchange && r->new.must_be_dir && !S_ISDIR(r->victim->inode->mode))
		return -ENOTDIR;
	if (S_ISDIR(old->inode->mode))
		return 0;
	return r->old.must_be_dir || (r->new.must_be_dir && !exchange) ? -ENOTDIR : 0;
}

/* Caller holds all locks. */
static int move_or_fail(struct rename *r, struct dentry *old)
{
	struct inode *old_dir = r->old.dentry->inode, *new_dir = r->new.dentry->inode;

	return may_rename(r, old) ?: old_dir->op->rename(old_dir, old, new_dir, r->victim, r->flags);
}

/* Caller holds the directories' locks and consumes neither dentry. */
static int rename_locked(struct rename *r, struct dentry *old)
{
	struct inode *replaced;
	int error = find_victim(r);

	if (!error)
		error = check_slashes(r, old);
	if (!error && is_below(r->new.dentry, old))
		error = -EINVAL;		/* into itself */
	if (!error && is_below(r->old.dentry, r->victim))
		error = r->flags & RENAME_EXCHANGE ? -EINVAL : -ENOTEMPTY;
	if (error || (r->victim->inode && old->inode->ino == r->victim->inode->ino))
		return error;			/* two names of one file: both stay */
	replaced = r->flags & RENAME_EXCHANGE ? NULL : r->victim->inode;
	if (replaced)
		mutex_lock(&replaced->lock);
	error = move_or_fail(r, old);
	if (replaced)
		mutex_unlock(&replaced->lock);
	return error;
}

static int rename_names(struct rename *r)
{
	struct dentry *old;
	int error;

	if (r->old.dentry->sb != r->new.dentry->sb)
		return -EXDEV;
	if (!has_last_name(&r->old))
		return -EBUSY;
	if (!has_last_name(&r->new))
		return r->flags & RENAME_NOREPLACE ? -EEXIST : -EBUSY;
	if (r->old.dentry->sb->flags & MS_RDONLY)
		return -EROFS;
	mutex_lock(&rename_mutex);
	lock_dirs(r->old.dentry, r->new.dentry);
	r->victim = NULL;
	old = lookup_child(r->old.dentry, &r->old.last);
	error = IS_ERR(old) ? PTR_ERR(old) : rename_locked(r, old);
	unlock_dirs(r->old.dentry, r->new.dentry);
	mutex_unlock(&rename_mutex);
	if (!IS_ERR(old))
		dput(old);
	if (r->victim && !IS_ERR(r->victim))
		dput(r->victim);
	return error;
}

/* Walk to the directory of one end. 0; or -Exxx, and nothing is held. */
static int walk_to_dir(struct nameidata *nd, struct dentry *base, const char *path)
{
	int error;

	if (IS_ERR(path))
		return PTR_ERR(path);
	walk_begin(nd, base, path);
	error = walk_to_parent(nd);
	if (!error || error == -EISDIR)
		return 0;
	dput(walk_end(nd));
	return error;
}

int vfs_rename(struct dentry *old_base, const char *old_path, struct dentry *new_base,
	       const char *new_path, unsigned int flags)
{
	struct rename *r = kmalloc(sizeof(*r), GFP_KERNEL);	/* too much for the stack */
	int error;

	if (!r)
		return -ENOMEM;
	r->flags = flags;
	error = walk_to_dir(&r->old, old_base, old_path);
	if (error)
		goto free;
	error = walk_to_dir(&r->new, new_base, new_path);
	if (!error) {
		error = rename_names(r);
		dput(walk_end(&r->new));
	}
	dput(walk_end(&r->old));
free:
	kfree(r);
	return error;
}

long sys_renameat2(long old_dirfd, long old_path, long new_dirfd, long new_path, long flags)
{
	struct user_path old, new;
	long error, second;

	if (flags & ~(RENAME_NOREPLACE | RENAME_EXCHANGE | RENAME_WHITEOUT) ||
	    (flags & RENAME_EXCHANGE && flags != RENAME_EXCHANGE))
		return -EINVAL;
	error = get_user_path(&old, old_dirfd, old_path, 0);
	if (error)
		return error;
	second = get_user_path(&new, new_dirfd, new_path, 0);
	if (second)
		new = (struct user_path){ .name = ERR_PTR(second) };
	error = vfs_rename(old.base, old.name, new.base, new.name, flags);
	if (!second)
		put_user_path(&new);
	put_user_path(&old);
	return error;
}
