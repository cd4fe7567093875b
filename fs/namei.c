/* SPDX-License-Identifier: MIT */
/*
 * namei.c - the walk from a path to a dentry.
 *
 * It does not recurse for symbolic links: it pushes what is left of the path and continues with
 * the link's target. A link at the very end needs no push, so only links in the middle of others'
 * targets take a place on the stack.
 */
#include "internal.h"
#include <nopage/cred.h>
#include <nopage/mm.h>
#include <nopage/sched.h>
#include <nopage/string.h>
#include <asm/uaccess.h>

static const char *skip_slashes(const char *s)
{
	while (*s == '/')
		s++;
	return s;
}

/* Go to dentry; consumes the caller's reference to it. */
void walk_step(struct nameidata *nd, struct dentry *dentry)
{
	struct dentry *old = nd->dentry;

	nd->dentry = dentry;
	dput(old);
}

void walk_begin(struct nameidata *nd, struct dentry *base, const char *path)
{
	nd->dentry = *path == '/' ? task_root(current) : base ? dget(base) : task_pwd(current);
	nd->rest = path;
	nd->link = NULL;
	nd->depth = nd->links = 0;
	nd->must_be_dir = false;
}

/* Drop everything but nd->dentry, which becomes the caller's. */
struct dentry *walk_end(struct nameidata *nd)
{
	do {
		dput(nd->link);
		nd->link = nd->depth ? nd->stack[nd->depth - 1].link : NULL;
	} while (nd->depth--);
	nd->depth = 0;
	nd->dentry->sb->walks++;
	return nd->dentry;
}

void *walk_fail(struct nameidata *nd, int error)
{
	dput(walk_end(nd));
	return ERR_PTR(error);
}

/* The link's target is through: go on with what came after the link. */
static void walk_pop(struct nameidata *nd)
{
	BUG_ON(!nd->depth);
	dput(nd->link);
	nd->depth--;
	nd->rest = nd->stack[nd->depth].rest;
	nd->link = nd->stack[nd->depth].link;
}

/* A link without a text: the file system says where it leads. WALK_JUMPED or -Exxx. */
static int walk_jump(struct nameidata *nd, struct dentry *link)
{
	struct dentry *target = link->inode->op->follow(link);

	if (IS_ERR(target))
		return PTR_ERR(target);
	walk_step(nd, target);
	return WALK_JUMPED;
}

/* Continue with the target of the link dentry, found in nd->dentry. 0, WALK_JUMPED or -Exxx. */
int walk_link(struct nameidata *nd, struct dentry *dentry)
{
	const char *target = dentry->inode->symlink;

	if (++nd->links > MAX_LINKS)
		return -ELOOP;
	inode_accessed(dentry->inode);
	if (!target)
		return walk_jump(nd, dentry);
	if (!*target)
		return -ENOENT;
	if (*nd->rest) {
		nd->stack[nd->depth].rest = nd->rest;
		nd->stack[nd->depth].link = nd->link;
		nd->depth++;
	} else {
		dput(nd->link);
	}
	nd->link = dget(dentry);
	nd->rest = target;
	if (*nd->rest == '/')
		walk_step(nd, task_root(current));
	return 0;
}

/*
 * Take the next name off the path into nd->last. 1: there is one; 2: it is the last one;
 * 0: the path is through.
 */
static int next_name(struct nameidata *nd)
{
	const char *end;

	nd->rest = skip_slashes(nd->rest);
	while (!*nd->rest && nd->depth) {
		walk_pop(nd);
		nd->rest = skip_slashes(nd->rest);
	}
	if (!*nd->rest) {
		nd->last = (struct qstr){ NULL, 0 };
		return 0;
	}
	end = strchr(nd->rest, '/') ?: nd->rest + strlen(nd->rest);
	nd->last = (struct qstr){ nd->rest, end - nd->rest };
	nd->rest = skip_slashes(end);
	if (*nd->rest || nd->depth)
		return 1;
	nd->must_be_dir |= *end == '/';
	return 2;
}

struct dentry *cross_mounts(struct dentry *dentry)
{
	struct dentry *root;

	while (unlikely(dentry->mounted)) {
		spin_lock(&dcache_lock);
		root = dentry->mounted ? dget(dentry->mounted->root) : NULL;
		spin_unlock(&dcache_lock);
		if (!root)
			break;
		dput(dentry);
		dentry = root;
	}
	return dentry;
}

/* The file system makes the name now, for this one user. */
static struct dentry *lookup_on_demand(struct dentry *dir, const struct qstr *name)
{
	const struct inode_operations *op = dir->inode->op;
	struct dentry *dentry;
	int error;

	if (!op->lookup)
		return ERR_PTR(-ENOENT);
	dentry = d_alloc(dir, name);
	if (!dentry)
		return ERR_PTR(-ENOMEM);
	error = op->lookup(dir->inode, dentry);
	if (!error)
		return dentry;
	dput(dentry);
	return ERR_PTR(error);
}

struct dentry *lookup_child(struct dentry *dir, const struct qstr *name)
{
	if (unlikely(dir->sb->flags & SB_ON_DEMAND))
		return lookup_on_demand(dir, name);
	if (name->len > NAME_MAX)
		return ERR_PTR(-ENAMETOOLONG);
	return d_lookup(dir, name) ?: ERR_PTR(-ENOENT);
}

/*
 * The directory above dir, counted: above the root of a file system lies what its mount point lies
 * in. Nothing is above the root of the process.
 */
static struct dentry *lookup_dotdot(struct dentry *dir)
{
	struct dentry *root;

	spin_lock(&dcache_lock);
	root = fs_root();
	while (dir != root && dir->parent == dir && dir->sb->mountpoint)
		dir = dir->sb->mountpoint;
	dir = dget(dir == root ? dir : dir->parent);
	spin_unlock(&dcache_lock);
	return cross_mounts(dir);
}

/* One name from where we are: . and .. and what the directory has. A counted dentry or ERR_PTR. */
static struct dentry *lookup_one(struct dentry *dir, const struct qstr *name)
{
	struct dentry *next;
	int error;

	if (!S_ISDIR(dir->inode->mode))
		return ERR_PTR(-ENOTDIR);
	error = inode_permission(dir->inode, MAY_EXEC);
	if (error)
		return ERR_PTR(error);
	if (name->len == 1 && name->name[0] == '.')
		return dget(dir);
	if (name->len == 2 && name->name[0] == '.' && name->name[1] == '.')
		return lookup_dotdot(dir);
	next = lookup_child(dir, name);
	return IS_ERR(next) ? next : cross_mounts(next);
}

/* Step to the name nd->last; a symlink is followed if follow says so. 0 or -Exxx. */
static int walk_one(struct nameidata *nd, bool follow)
{
	struct dentry *next = lookup_one(nd->dentry, &nd->last);
	int error;

	if (IS_ERR(next))
		return PTR_ERR(next);
	if (!S_ISLNK(next->inode->mode) || !follow) {
		walk_step(nd, next);
		return 0;
	}
	error = walk_link(nd, next);
	dput(next);
	return min(error, 0);
}

struct dentry *path_lookup(struct dentry *base, const char *path, unsigned int flags)
{
	struct nameidata nd;
	int kind, error;

	if (!*path && !(flags & LOOKUP_EMPTY))
		return ERR_PTR(-ENOENT);
	walk_begin(&nd, base, path);
	while ((kind = next_name(&nd)) > 0) {
		error = walk_one(&nd, kind == 1 || flags & LOOKUP_FOLLOW || nd.must_be_dir);
		if (error)
			return walk_fail(&nd, error);
	}
	if ((nd.must_be_dir || flags & LOOKUP_DIRECTORY) && !S_ISDIR(nd.dentry->inode->mode))
		return walk_fail(&nd, -ENOTDIR);
	if (flags & LOOKUP_MOUNTPOINT)
		nd.dentry = cross_mounts(nd.dentry);
	return walk_end(&nd);
}

bool has_last_name(const struct nameidata *nd)
{
	const struct qstr *last = &nd->last;

	if (last->len > 2 || !last->len)
		return last->len;
	return last->name[0] != '.' || last->name[last->len - 1] != '.';
}

/*
 * Walk until only the last name is left: nd->dentry is the directory, nd->last the name. May be
 * continued after walk_link(). 0 or -Exxx; -EISDIR when there is no last name, or it is . or ..
 */
int walk_to_parent(struct nameidata *nd)
{
	int error;

	while (next_name(nd) == 1) {
		error = walk_one(nd, true);
		if (error)
			return error;
	}
	if (!nd->last.name)
		return -EISDIR;
	if (!S_ISDIR(nd->dentry->inode->mode))
		return -ENOTDIR;
	error = inode_permission(nd->dentry->inode, MAY_EXEC);
	if (error)
		return error;
	return has_last_name(nd) ? 0 : -EISDIR;
}

/* ------------------------------------------------------------------ user paths */

char *getname(const char *user)
{
	char *name = __get_free_pages(GFP_KERNEL, 0);
	long len;

	BUILD_BUG_ON(PATH_MAX != 1 << PAGE_SHIFT);
	if (!name)
		return ERR_PTR(-ENOMEM);
	len = strncpy_from_user(name, user, PATH_MAX);
	if (len >= 0 && len < PATH_MAX)
		return name;
	putname(name);
	return ERR_PTR(len < 0 ? len : -ENAMETOOLONG);
}

void putname(char *name)
{
	free_pages(name, 0);
}

/* May the current task name what the file has open? Its opener may, while he is who he was. */
static bool may_name(const struct file *file)
{
	if (file->opener == current->tgid && file->opener_uid == current->cred.fsuid)
		return true;
	return capable(CAP_DAC_READ_SEARCH);
}

/* The directory that dirfd means for path; counted. NULL: the working directory, or no matter. */
static struct dentry *base_of(int dirfd, const char *path, unsigned int flags)
{
	struct dentry *dentry = ERR_PTR(-ENOENT);
	struct file *file;

	if (dirfd == AT_FDCWD || *path == '/')
		return NULL;
	file = fget_any(dirfd);
	if (!file)
		return ERR_PTR(-EBADF);
	if (!(flags & LOOKUP_TO_NAME) || may_name(file))
		dentry = dget(file->dentry);
	fput(file);
	return dentry;
}

int get_user_path(struct user_path *p, int dirfd, long path, unsigned int flags)
{
	p->name = getname((const char *)path);
	if (IS_ERR(p->name))
		return PTR_ERR(p->name);
	p->base = ERR_PTR(-ENOENT);
	if (*p->name || flags & LOOKUP_EMPTY)
		p->base = base_of(dirfd, p->name, flags);
	if (!IS_ERR(p->base))
		return 0;
	putname(p->name);
	return PTR_ERR(p->base);
}

void put_user_path(struct user_path *p)
{
	dput(p->base);
	putname(p->name);
}

struct dentry *user_lookup(int dirfd, long path, unsigned int flags)
{
	struct user_path p;
	struct dentry *dentry;
	int error = get_user_path(&p, dirfd, path, flags);

	if (error)
		return ERR_PTR(error);
	dentry = path_lookup(p.base, p.name, flags);
	put_user_path(&p);
	return dentry;
}

struct dentry *fd_lookup(int fd, bool places)
{
	struct file *file = places ? fget_any(fd) : fget(fd);
	struct dentry *dentry;

	if (!file)
		return ERR_PTR(-EBADF);
	dentry = dget(file->dentry);
	fput(file);
	return dentry;
}
