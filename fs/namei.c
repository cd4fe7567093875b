/* SPDX-License-Identifier: MIT */
/*
 * namei.c - from paths to dentries: the walk, opening, making and removing names.
 *
 * The walk does not recurse for symbolic links: it pushes what is left of the path and continues
 * with the link's target. A link at the very end needs no push, so only links in the middle
 * of others' targets take a place on the stack.
 */
#include "internal.h"
#include <nopage/exec.h>
#include <nopage/mm.h>
#include <nopage/sched.h>
#include <nopage/slab.h>
#include <nopage/string.h>
#include <nopage/syscalls.h>
#include <asm/uaccess.h>
#include <uapi/sched.h>

#define MAX_LINKS	40		/* in one walk, as on Linux */

/* Where a process stands; shared with CLONE_FS. */
struct fs_struct {
	atomic_t count;			/* tasks */
	struct dentry *pwd;		/* counted; dcache_lock */
	mode_t umask;
};

/* A walk on its way. */
struct nameidata {
	struct dentry *dentry;		/* where we are, counted */
	const char *rest;		/* what is left of the path */
	struct inode *link;		/* whose target rest points into, counted; or NULL */
	struct {
		const char *rest;
		struct inode *link;
	} stack[MAX_LINKS];		/* to be continued after the current link */
	unsigned int depth, links;	/* of the stack; followed so far */
	struct qstr last;		/* walk_to_parent(): the last name */
	bool must_be_dir;		/* slashes after the last name */
};

/* ------------------------------------------------------------------ the walk */

static const char *skip_slashes(const char *s)
{
	while (*s == '/')
		s++;
	return s;
}

/* The working directory, counted. Kernel threads stand in the root. */
static struct dentry *get_pwd(void)
{
	struct dentry *pwd;

	spin_lock(&dcache_lock);
	pwd = dget(current->fs ? current->fs->pwd : root_dentry);
	spin_unlock(&dcache_lock);
	return pwd;
}

/* Go to dentry; consumes the caller's reference to it. */
static void walk_step(struct nameidata *nd, struct dentry *dentry)
{
	struct dentry *old = nd->dentry;

	nd->dentry = dentry;
	dput(old);
}

static void walk_begin(struct nameidata *nd, struct dentry *base, const char *path)
{
	nd->dentry = *path == '/' ? dget(root_dentry) : base ? dget(base) : get_pwd();
	nd->rest = path;
	nd->link = NULL;
	nd->depth = nd->links = 0;
	nd->must_be_dir = false;
}

/* Drop everything but nd->dentry, which becomes the caller's. */
static struct dentry *walk_end(struct nameidata *nd)
{
	do {
		if (nd->link)
			iput(nd->link);
		nd->link = nd->depth ? nd->stack[nd->depth - 1].link : NULL;
	} while (nd->depth--);
	nd->depth = 0;
	return nd->dentry;
}

static void *walk_fail(struct nameidata *nd, int error)
{
	dput(walk_end(nd));
	return ERR_PTR(error);
}

/* The link's target is through: go on with what came after the link. */
static void walk_pop(struct nameidata *nd)
{
	BUG_ON(!nd->depth);
	if (nd->link)
		iput(nd->link);
	nd->depth--;
	nd->rest = nd->stack[nd->depth].rest;
	nd->link = nd->stack[nd->depth].link;
}

/* Continue with the target of link, found in nd->dentry. 0 or -ELOOP, -ENOENT. */
static int walk_link(struct nameidata *nd, struct inode *link)
{
	if (++nd->links > MAX_LINKS)
		return -ELOOP;
	if (!*link->symlink)
		return -ENOENT;
	if (*nd->rest) {
		nd->stack[nd->depth].rest = nd->rest;
		nd->stack[nd->depth].link = nd->link;
		nd->depth++;
	} else if (nd->link) {
		iput(nd->link);
	}
	nd->link = ihold(link);
	nd->rest = link->symlink;
	if (*nd->rest == '/')
		walk_step(nd, dget(root_dentry));
	return 0;
}

/*
 * Take the next name off the path into nd->last. 1: there is one; 2: it is the last one;
 * 0: the path is through; or -ENAMETOOLONG.
 */
static int next_name(struct nameidata *nd)
{
	const char *end;

	nd->rest = skip_slashes(nd->rest);
	while (!*nd->rest && nd->depth) {
		walk_pop(nd);
		nd->rest = skip_slashes(nd->rest);
	}
	if (!*nd->rest)
		return 0;
	end = strchr(nd->rest, '/') ?: nd->rest + strlen(nd->rest);
	nd->last = (struct qstr){ nd->rest, end - nd->rest };
	if (nd->last.len > NAME_MAX)
		return -ENAMETOOLONG;
	nd->rest = skip_slashes(end);
	if (*nd->rest || nd->depth)
		return 1;
	nd->must_be_dir |= *end == '/';
	return 2;
}

/* One name from where we are: . and .. and what the directory has. A counted dentry or ERR_PTR. */
static struct dentry *lookup_one(struct dentry *dir, const struct qstr *name)
{
	if (!S_ISDIR(dir->inode->mode))
		return ERR_PTR(-ENOTDIR);
	if (name->len == 1 && name->name[0] == '.')
		return dget(dir);
	if (name->len == 2 && name->name[0] == '.' && name->name[1] == '.')
		return dget(dir->parent);
	return d_lookup(dir, name) ?: ERR_PTR(-ENOENT);
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
	error = walk_link(nd, next->inode);
	dput(next);
	return error;
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
	if (kind < 0)
		return walk_fail(&nd, kind);
	if ((nd.must_be_dir || flags & LOOKUP_DIRECTORY) && !S_ISDIR(nd.dentry->inode->mode))
		return walk_fail(&nd, -ENOTDIR);
	return walk_end(&nd);
}

/*
 * Walk until only the last name is left: nd->dentry is the directory, nd->last the name. May be
 * continued after walk_link(). 0 or -Exxx; -EISDIR when there is no last name, or it is . or ..
 */
static int walk_to_parent(struct nameidata *nd)
{
	int kind, error;

	while ((kind = next_name(nd)) == 1) {
		error = walk_one(nd, true);
		if (error)
			return error;
	}
	if (kind < 0)
		return kind;
	if (!S_ISDIR(nd->dentry->inode->mode))
		return -ENOTDIR;
	if (!kind || (nd->last.name[0] == '.' &&
		      (nd->last.len == 1 || (nd->last.len == 2 && nd->last.name[1] == '.'))))
		return -EISDIR;
	return 0;
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

/* The directory that dirfd means for path; counted. NULL: the working directory, or no matter. */
static struct dentry *base_of(int dirfd, const char *path)
{
	struct dentry *dentry;
	struct file *file;

	if (dirfd == AT_FDCWD || *path == '/')
		return NULL;
	file = fget(dirfd);
	if (!file)
		return ERR_PTR(-EBADF);
	dentry = file->dentry ? dget(file->dentry) : ERR_PTR(-ENOTDIR);
	fput(file);
	return dentry;
}

struct dentry *user_lookup(int dirfd, const char *path, unsigned int flags)
{
	struct dentry *base, *dentry;
	char *name = getname(path);

	if (IS_ERR(name))
		return ERR_PTR(PTR_ERR(name));
	base = base_of(dirfd, name);
	dentry = base;
	if (!IS_ERR(base)) {
		dentry = path_lookup(base, name, flags);
		dput(base);
	}
	putname(name);
	return dentry;
}

/* ------------------------------------------------------------------ opening */

/* Everybody is root: only the execute right is a right. 0 or -EACCES. */
static int may_access(const struct inode *inode, int mask)
{
	if (mask & X_OK && !S_ISDIR(inode->mode) && !(inode->mode & S_IXUGO))
		return -EACCES;
	return 0;
}

/* May the existing inode be opened so? Truncates. 0 or -Exxx. */
static int may_open(struct inode *inode, int flags)
{
	bool write = (flags & O_ACCMODE) != O_RDONLY;
	int error = 0;

	if (S_ISLNK(inode->mode))
		return -ELOOP;
	if (S_ISDIR(inode->mode) && (write || flags & (O_CREAT | O_TRUNC)))
		return -EISDIR;
	if (!S_ISDIR(inode->mode) && flags & O_DIRECTORY)
		return -ENOTDIR;
	if (!inode->fop)
		return -ENXIO;
	if (flags & O_TRUNC && inode->op->truncate) {
		mutex_lock(&inode->lock);
		error = inode->op->truncate(inode);
		mutex_unlock(&inode->lock);
	}
	return error;
}

/* Does the directory still exist? Caller holds its lock. */
static bool dir_alive(const struct dentry *dir)
{
	return dir->hashed || dir == root_dentry;
}

/* Make the file nd->last in nd->dentry, whose lock the caller holds. Its dentry or ERR_PTR. */
static struct dentry *create_last(struct nameidata *nd, mode_t mode)
{
	struct inode *dir = nd->dentry->inode;
	struct dentry *dentry;
	int error;

	if (nd->must_be_dir)
		return ERR_PTR(-EISDIR);
	if (!dir_alive(nd->dentry))
		return ERR_PTR(-ENOENT);
	if (!dir->op->mknod)
		return ERR_PTR(-EPERM);
	dentry = d_alloc(nd->dentry, &nd->last);
	if (!dentry)
		return ERR_PTR(-ENOMEM);
	if (current->fs)
		mode &= ~current->fs->umask;
	error = dir->op->mknod(dir, dentry, S_IFREG | (mode & S_IALLUGO), 0);
	if (!error)
		return dentry;
	dput(dentry);
	return ERR_PTR(error);
}

/* O_CREAT: walk to the file, making it if its name does not exist. *created says which. */
static int walk_create(struct nameidata *nd, int flags, mode_t mode, bool *created)
{
	struct dentry *dentry;
	struct inode *dir;
	int error;

	for (;;) {
		error = walk_to_parent(nd);
		if (error)
			return error;
		dir = nd->dentry->inode;
		mutex_lock(&dir->lock);
		dentry = d_lookup(nd->dentry, &nd->last);
		*created = !dentry;
		if (!dentry)
			dentry = create_last(nd, mode);
		mutex_unlock(&dir->lock);
		if (IS_ERR(dentry))
			return PTR_ERR(dentry);
		if (!*created && flags & O_EXCL) {
			dput(dentry);
			return -EEXIST;
		}
		if (!S_ISLNK(dentry->inode->mode) || flags & O_NOFOLLOW) {
			walk_step(nd, dentry);
			return nd->must_be_dir && !S_ISDIR(dentry->inode->mode) ? -ENOTDIR : 0;
		}
		error = walk_link(nd, dentry->inode);
		dput(dentry);
		if (error)
			return error;
	}
}

struct file *open_by_path(struct dentry *base, const char *path, int flags, mode_t mode)
{
	unsigned int follow = flags & O_NOFOLLOW ? 0 : LOOKUP_FOLLOW;
	struct dentry *dentry;
	struct nameidata nd;
	struct file *file;
	bool created = false;
	int error = 0;

	if (flags & O_CREAT && *path) {
		walk_begin(&nd, base, path);
		error = walk_create(&nd, flags, mode, &created);
		dentry = error ? walk_fail(&nd, error) : walk_end(&nd);
	} else {
		dentry = path_lookup(base, path, follow);
	}
	if (IS_ERR(dentry))
		return ERR_PTR(PTR_ERR(dentry));
	if (!created)
		error = may_open(dentry->inode, flags);
	file = error ? ERR_PTR(error) : alloc_file(dentry->inode, dentry, flags);
	dput(dentry);
	return file;
}

struct file *filp_open(const char *path, int flags, mode_t mode)
{
	return open_by_path(NULL, path, flags, mode);
}

struct file *open_exec(const char *path)
{
	struct dentry *dentry = path_lookup(NULL, path, LOOKUP_FOLLOW);
	struct file *file = ERR_PTR(-EACCES);

	if (IS_ERR(dentry))
		return ERR_PTR(PTR_ERR(dentry));
	if (S_ISREG(dentry->inode->mode) && !may_access(dentry->inode, X_OK))
		file = alloc_file(dentry->inode, dentry, O_RDONLY);
	dput(dentry);
	return file;
}

long sys_openat(long dirfd, long path, long flags, long mode)
{
	struct dentry *base;
	struct file *file;
	char *name;
	long fd;

	name = getname((const char *)path);
	if (IS_ERR(name))
		return PTR_ERR(name);
	base = base_of(dirfd, name);
	if (IS_ERR(base)) {
		putname(name);
		return PTR_ERR(base);
	}
	file = open_by_path(base, name, flags, mode);
	dput(base);
	putname(name);
	if (IS_ERR(file))
		return PTR_ERR(file);
	fd = fd_install(file, 0, flags & O_CLOEXEC);
	if (fd < 0)
		fput(file);
	return fd;
}

long sys_open(long path, long flags, long mode)
{
	return sys_openat(AT_FDCWD, path, flags, mode);
}

long sys_creat(long path, long mode)
{
	return sys_openat(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode);
}

/* ------------------------------------------------------------------ making and removing names */

/*
 * Walk to the place of a new name. 0: nd->dentry is its directory, locked, and *dentry a fresh
 * dentry for it; finish with end_create(). Or -Exxx, and nothing is held.
 */
static int begin_create(struct nameidata *nd, struct dentry *base, const char *path, bool dir,
			struct dentry **dentry)
{
	struct dentry *old;
	int error;

	if (!*path)
		return -ENOENT;
	walk_begin(nd, base, path);
	error = walk_to_parent(nd);
	if (error) {
		error = error == -EISDIR ? -EEXIST : error;
		goto fail;
	}
	*dentry = d_alloc(nd->dentry, &nd->last);
	error = -ENOMEM;
	if (!*dentry)
		goto fail;
	mutex_lock(&nd->dentry->inode->lock);
	old = d_lookup(nd->dentry, &nd->last);
	error = old ? -EEXIST : 0;
	dput(old);
	if (!error && ((nd->must_be_dir && !dir) || !dir_alive(nd->dentry)))
		error = -ENOENT;
	if (!error)
		return 0;
	mutex_unlock(&nd->dentry->inode->lock);
	dput(*dentry);
fail:
	dput(walk_end(nd));
	return error;
}

static int end_create(struct nameidata *nd, struct dentry *dentry, int error)
{
	mutex_unlock(&nd->dentry->inode->lock);
	dput(dentry);
	dput(walk_end(nd));
	return error;
}

int vfs_mknod(struct dentry *base, const char *path, mode_t mode, dev_t rdev)
{
	struct nameidata nd;
	struct dentry *dentry;
	struct inode *dir;
	int error = begin_create(&nd, base, path, S_ISDIR(mode), &dentry);

	if (error)
		return error;
	dir = nd.dentry->inode;
	error = dir->op->mknod ? dir->op->mknod(dir, dentry, mode, rdev) : -EPERM;
	return end_create(&nd, dentry, error);
}

int vfs_symlink(struct dentry *base, const char *path, const char *target)
{
	struct nameidata nd;
	struct dentry *dentry;
	struct inode *dir;
	int error = begin_create(&nd, base, path, false, &dentry);

	if (error)
		return error;
	dir = nd.dentry->inode;
	error = dir->op->symlink ? dir->op->symlink(dir, dentry, target) : -EPERM;
	return end_create(&nd, dentry, error);
}

int vfs_link(struct dentry *base, const char *path, struct inode *inode)
{
	struct nameidata nd;
	struct dentry *dentry;
	struct inode *dir;
	int error;

	if (S_ISDIR(inode->mode))
		return -EPERM;
	error = begin_create(&nd, base, path, false, &dentry);
	if (error)
		return error;
	dir = nd.dentry->inode;
	error = dir->op->link ? dir->op->link(dir, dentry, inode) : -EPERM;
	return end_create(&nd, dentry, error);
}

/* The checks of unlink and rmdir. Caller holds the directory's lock. */
static int may_remove(struct dentry *dentry, bool dir)
{
	if (dir && !S_ISDIR(dentry->inode->mode))
		return -ENOTDIR;
	if (!dir && S_ISDIR(dentry->inode->mode))
		return -EISDIR;
	return dir && !d_empty(dentry) ? -ENOTEMPTY : 0;
}

static int remove_last(struct nameidata *nd, bool dir)
{
	struct inode *parent = nd->dentry->inode;
	struct dentry *dentry;
	int error;

	mutex_lock(&parent->lock);
	dentry = d_lookup(nd->dentry, &nd->last);
	error = dentry ? may_remove(dentry, dir) : -ENOENT;
	if (!error && nd->must_be_dir && !S_ISDIR(dentry->inode->mode))
		error = -ENOTDIR;
	if (!error && !(dir ? parent->op->rmdir : parent->op->unlink))
		error = -EPERM;
	if (!error)
		error = (dir ? parent->op->rmdir : parent->op->unlink)(parent, dentry);
	mutex_unlock(&parent->lock);
	dput(dentry);
	return error;
}

int vfs_unlink(struct dentry *base, const char *path, bool dir)
{
	struct nameidata nd;
	int error;

	if (!*path)
		return -ENOENT;
	walk_begin(&nd, base, path);
	error = walk_to_parent(&nd);
	if (error == -EISDIR && dir)
		error = -EBUSY;		/* the root, . or .. */
	if (!error)
		error = remove_last(&nd, dir);
	dput(walk_end(&nd));
	return error;
}

/* Fetch a user's path and directory, and hand both to vfs_mknod() or vfs_unlink(). */
static long user_change(int dirfd, const char *path, bool make, mode_t mode, bool dir)
{
	char *name = getname(path);
	struct dentry *base;
	long error;

	if (IS_ERR(name))
		return PTR_ERR(name);
	base = base_of(dirfd, name);
	if (IS_ERR(base))
		error = PTR_ERR(base);
	else if (make)
		error = vfs_mknod(base, name, mode, 0);
	else
		error = vfs_unlink(base, name, dir);
	if (!IS_ERR(base))
		dput(base);
	putname(name);
	return error;
}

long sys_mkdirat(long dirfd, long path, long mode)
{
	mode &= S_IRWXUGO | S_ISVTX;
	mode &= ~current->fs->umask;
	return user_change(dirfd, (const char *)path, true, S_IFDIR | mode, true);
}

long sys_mkdir(long path, long mode)
{
	return sys_mkdirat(AT_FDCWD, path, mode);
}

long sys_unlinkat(long dirfd, long path, long flags)
{
	if (flags & ~AT_REMOVEDIR)
		return -EINVAL;
	return user_change(dirfd, (const char *)path, false, 0, flags & AT_REMOVEDIR);
}

long sys_unlink(long path)
{
	return sys_unlinkat(AT_FDCWD, path, 0);
}

long sys_rmdir(long path)
{
	return sys_unlinkat(AT_FDCWD, path, AT_REMOVEDIR);
}

/* ------------------------------------------------------------------ access, links */

long sys_faccessat2(long dirfd, long path, long mode, long flags)
{
	unsigned int lookup = flags & AT_SYMLINK_NOFOLLOW ? 0 : LOOKUP_FOLLOW;
	struct dentry *dentry;
	long error;

	if (mode & ~(R_OK | W_OK | X_OK))
		return -EINVAL;
	if (flags & ~(AT_EACCESS | AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
		return -EINVAL;
	if (flags & AT_EMPTY_PATH)
		lookup |= LOOKUP_EMPTY;
	dentry = user_lookup(dirfd, (const char *)path, lookup);
	if (IS_ERR(dentry))
		return PTR_ERR(dentry);
	error = may_access(dentry->inode, mode);
	dput(dentry);
	return error;
}

long sys_faccessat(long dirfd, long path, long mode)
{
	return sys_faccessat2(dirfd, path, mode, 0);
}

long sys_access(long path, long mode)
{
	return sys_faccessat2(AT_FDCWD, path, mode, 0);
}

long sys_readlinkat(long dirfd, long path, long buf, long size)
{
	struct dentry *dentry;
	long len = -EINVAL;

	if (size <= 0)
		return -EINVAL;
	dentry = user_lookup(dirfd, (const char *)path, LOOKUP_EMPTY);
	if (IS_ERR(dentry))
		return PTR_ERR(dentry);
	if (S_ISLNK(dentry->inode->mode)) {
		len = min((long)dentry->inode->size, size);
		if (copy_to_user((char *)buf, dentry->inode->symlink, len))
			len = -EFAULT;
	}
	dput(dentry);
	return len;
}

long sys_readlink(long path, long buf, long size)
{
	return sys_readlinkat(AT_FDCWD, path, buf, size);
}

/* ------------------------------------------------------------------ the working directory */

/* Move the current process; consumes the reference. */
static void set_pwd(struct dentry *dentry)
{
	struct dentry *old;

	spin_lock(&dcache_lock);
	old = current->fs->pwd;
	current->fs->pwd = dentry;
	spin_unlock(&dcache_lock);
	dput(old);
}

long sys_chdir(long path)
{
	struct dentry *dentry = user_lookup(AT_FDCWD, (const char *)path,
					    LOOKUP_FOLLOW | LOOKUP_DIRECTORY);

	if (IS_ERR(dentry))
		return PTR_ERR(dentry);
	set_pwd(dentry);
	return 0;
}

long sys_fchdir(long fd)
{
	struct file *file = fget(fd);
	long error = -EBADF;

	if (!file)
		return error;
	error = -ENOTDIR;
	if (file->dentry && S_ISDIR(file->inode->mode)) {
		set_pwd(dget(file->dentry));
		error = 0;
	}
	fput(file);
	return error;
}

/* sys_getcwd - the path with its NUL; its length, as Linux returns it. */
long sys_getcwd(long buf, long size)
{
	struct dentry *pwd = get_pwd();
	char *page = __get_free_pages(GFP_KERNEL, 0), *path;
	long len = -ENOMEM;

	if (!page)
		goto out;
	path = d_path(pwd, page, PAGE_SIZE);
	if (IS_ERR(path)) {
		len = PTR_ERR(path);
		goto out_page;
	}
	len = page + PAGE_SIZE - path;
	if ((unsigned long)len > (unsigned long)size)
		len = -ERANGE;
	else if (copy_to_user((char *)buf, path, len))
		len = -EFAULT;
out_page:
	free_pages(page, 0);
out:
	dput(pwd);
	return len;
}

long sys_umask(long mask)
{
	mode_t old = current->fs->umask;

	current->fs->umask = mask & S_IRWXUGO;
	return old;
}

static struct fs_struct *alloc_fs(const struct fs_struct *old)
{
	struct fs_struct *fs = kmalloc(sizeof(*fs), GFP_KERNEL);

	if (!fs)
		return NULL;
	atomic_set(&fs->count, 1);
	fs->pwd = get_pwd();
	fs->umask = old ? old->umask : 022;
	return fs;
}

static void put_fs(struct fs_struct *fs)
{
	if (!atomic_dec_and_test(&fs->count))
		return;
	dput(fs->pwd);
	kfree(fs);
}

int copy_fs(unsigned long clone_flags, struct task_struct *p)
{
	struct fs_struct *fs = current->fs;

	p->fs = NULL;
	if (!fs)
		return 0;
	if (clone_flags & CLONE_FS)
		atomic_inc(&fs->count);
	else
		fs = alloc_fs(fs);
	p->fs = fs;
	return fs ? 0 : -ENOMEM;
}

void exit_fs(struct task_struct *p)
{
	struct fs_struct *fs = p->fs;

	p->fs = NULL;
	if (fs)
		put_fs(fs);
}

int unshare_fs(void)
{
	struct fs_struct *old = current->fs, *new;

	if (old && atomic_read(&old->count) == 1)
		return 0;
	new = alloc_fs(old);
	if (!new)
		return -ENOMEM;
	current->fs = new;
	if (old)
		put_fs(old);
	return 0;
}
