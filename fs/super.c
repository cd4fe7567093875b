/* SPDX-License-Identifier: MIT */
/*
 * super.c - file systems and where they are mounted.
 *
 *	super_block -> root dentry, and below it the names of one file system
 *	     \--mountpoint: the directory, of another file system, that it hides
 *
 * A file system stands in one place, so a dentry alone says where one is, and mount() always makes
 * a new one: two mounts of proc are two super blocks over the same processes. (Linux needs pairs of
 * mount and dentry for bind mounts, which are not here.)
 *
 * Locks: mount_mutex for everything that comes and goes; within it dcache_lock for
 * dentry->mounted, which path walks read.
 */
#include "internal.h"
#include <nopage/cred.h>
#include <nopage/mm.h>
#include <nopage/printf.h>
#include <nopage/sched.h>
#include <nopage/slab.h>
#include <nopage/string.h>
#include <nopage/syscalls.h>
#include <asm/uaccess.h>

struct mutex mount_mutex = MUTEX_INIT(mount_mutex);
struct dentry *root_dentry;

LIST_HEAD(filesystems);
LIST_HEAD(mounts);
LIST_HEAD(detached_mounts);
static u32 dev_in_use[256 / 32] = { 1 };	/* minors of major 0; mount_mutex */

#define SB_USER_FLAGS	(MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_SYNCHRONOUS | \
			 MS_MANDLOCK | MS_DIRSYNC | MS_NOATIME | MS_NODIRATIME | MS_RELATIME)

void register_filesystem(struct file_system_type *type)
{
	mutex_lock(&mount_mutex);
	list_add_tail(&type->list, &filesystems);
	mutex_unlock(&mount_mutex);
}

static struct file_system_type *find_type(const char *name)
{
	struct file_system_type *type;

	list_for_each_entry(type, &filesystems, list)
		if (!strcmp(type->name, name))
			return type;
	return NULL;
}

/* ------------------------------------------------------------------ super blocks */

/* A device number for a file system without a device. -EMFILE: all are in use. */
static int get_anon_dev(dev_t *dev)
{
	for (unsigned int minor = 0; minor < 256; minor++) {
		if (!(dev_in_use[minor / 32] & 1u << minor % 32)) {
			dev_in_use[minor / 32] |= 1u << minor % 32;
			*dev = MKDEV(0, minor);
			return 0;
		}
	}
	return -EMFILE;
}

/* Drop all names but the root, deepest first. */
static void drop_names(struct super_block *sb)
{
	struct dentry *d = sb->root, *parent;

	while (d != sb->root || !list_empty(&d->children)) {
		if (!list_empty(&d->children)) {
			d = list_first_entry(&d->children, struct dentry, child);
			continue;
		}
		parent = d->parent;
		d_drop(d);
		d = parent;
	}
}

/* The end of a super block that nobody uses. */
static void kill_super(struct super_block *sb)
{
	if (sb->root) {
		drop_names(sb);
		dput(sb->root);
	}
	BUG_ON(atomic_read(&sb->inodes));
	if (sb->type->kill_super)
		sb->type->kill_super(sb);
	dev_in_use[MINOR(sb->dev) / 32] &= ~(1u << MINOR(sb->dev) % 32);
	kfree(sb);
}

/* A new file system of that type. Caller holds mount_mutex. Or ERR_PTR. */
static struct super_block *new_super(struct file_system_type *type, const char *source,
				     unsigned long flags, const char *options)
{
	struct super_block *sb = kzalloc(sizeof(*sb) + strlen(source) + 1, GFP_KERNEL);
	int error;

	if (!sb)
		return ERR_PTR(-ENOMEM);
	strcpy(sb->source, source);
	sb->type = type;
	sb->walks = 1;			/* expire_walks is not one less */
	sb->flags = (flags & SB_USER_FLAGS) | type->flags;
	error = get_anon_dev(&sb->dev);
	if (error) {
		kfree(sb);
		return ERR_PTR(error);
	}
	error = type->fill_super(sb, options);
	if (!error)
		return sb;
	kill_super(sb);
	return ERR_PTR(error);
}

struct super_block *kern_mount(struct file_system_type *type)
{
	struct super_block *sb;

	mutex_lock(&mount_mutex);
	sb = new_super(type, "", 0, "");
	mutex_unlock(&mount_mutex);
	return sb;
}

/* The next dentry after d in the tree below top: children first; NULL at the end. */
static struct dentry *next_dentry(struct dentry *d, struct dentry *top)
{
	if (!list_empty(&d->children))
		return list_first_entry(&d->children, struct dentry, child);
	while (d != top && d->child.next == &d->parent->children)
		d = d->parent;
	return d == top ? NULL : list_first_entry(&d->child, struct dentry, child);
}

static int nr_children(const struct dentry *dentry)
{
	struct list_head *pos;
	int n = 0;

	list_for_each(pos, &dentry->children)
		n++;
	return n;
}

/*
 * Is any name of it in use? Each counts one for being there and one for each child. Caller holds
 * dcache_lock. A removed file that is open shows as an extra count of its directory.
 */
static bool super_busy(const struct super_block *sb)
{
	struct dentry *d;

	assert_spin_locked(&dcache_lock);
	for (d = sb->root; d; d = next_dentry(d, sb->root))
		if (atomic_read(&d->count) != 1 + nr_children(d))
			return true;
	return false;
}

/* ------------------------------------------------------------------ mounts */

/* Does it stand in the tree? Caller holds mount_mutex. */
static bool is_mounted(const struct super_block *sb)
{
	return sb->mountpoint || sb->root == root_dentry;
}

/* Put sb on top of where. Cannot fail. Caller holds mount_mutex. */
static void attach(struct super_block *sb, struct dentry *where)
{
	spin_lock(&dcache_lock);
	sb->mountpoint = dget(where);
	where->mounted = sb;
	spin_unlock(&dcache_lock);
}

/* Take it away from there. */
static void unattach(struct super_block *sb)
{
	struct dentry *mountpoint = sb->mountpoint;

	spin_lock(&dcache_lock);
	mountpoint->mounted = NULL;
	sb->mountpoint = NULL;
	spin_unlock(&dcache_lock);
	dput(mountpoint);
}

/* Somebody may have mounted there, or removed the directory, since the path was walked. */
static int may_attach(const struct dentry *where)
{
	if (!S_ISDIR(where->inode->mode))
		return -ENOTDIR;
	return !is_mounted(where->sb) || where->mounted || !dir_alive(where) ? -ENOENT : 0;
}

int do_mount(const char *source, struct dentry *where, const char *type_name, unsigned long flags,
	     const char *options)
{
	struct file_system_type *type;
	struct super_block *sb;
	int error = -ENODEV;

	mutex_lock(&mount_mutex);
	type = find_type(type_name);
	if (!type)
		goto out;
	sb = new_super(type, source, flags, options);
	error = IS_ERR(sb) ? PTR_ERR(sb) : may_attach(where);
	if (!error) {
		attach(sb, where);
		list_add_tail(&sb->list, &mounts);
	} else if (!IS_ERR(sb)) {
		kill_super(sb);
	}
out:
	mutex_unlock(&mount_mutex);
	return error;
}

/* Any file system that stands on a directory of sb, or NULL. */
static struct super_block *mounted_in(const struct super_block *sb)
{
	struct super_block *other;

	list_for_each_entry(other, &mounts, list)
		if (other->mountpoint && other->mountpoint->sb == sb)
			return other;
	return NULL;
}

/* Take it out of the tree: from now on the file system lives as long as it is used. */
static void take_out(struct super_block *sb)
{
	unattach(sb);
	list_move_tail(&sb->list, &detached_mounts);
}

void free_detached(const struct super_block *sb)
{
	struct super_block *detached, *next;
	bool busy;

	mutex_lock(&mount_mutex);
	list_for_each_entry_safe(detached, next, &detached_mounts, list) {
		if (sb && detached != sb)
			continue;
		spin_lock(&dcache_lock);
		busy = super_busy(detached);
		spin_unlock(&dcache_lock);
		if (busy)
			continue;
		list_del(&detached->list);
		kill_super(detached);
	}
	mutex_unlock(&mount_mutex);
}

/* Has another path than the caller's own led into sb since the last call? Holds mount_mutex. */
static bool used_since_last_time(struct super_block *sb)
{
	bool used = sb->expire_walks != sb->walks - 1;

	sb->expire_walks = sb->walks;
	return used;
}

/* Caller holds mount_mutex, and a reference to where, a root. MNT_DETACH: all that stands in it. */
static int detach(struct dentry *where, unsigned long flags)
{
	struct super_block *sb = where->sb, *top, *above;
	bool busy;

	spin_lock(&dcache_lock);
	atomic_dec(&where->count);		/* the caller's own is no use of it */
	busy = super_busy(sb);
	dget(where);
	spin_unlock(&dcache_lock);
	if (busy && !(flags & MNT_DETACH))
		return -EBUSY;
	if (flags & MNT_EXPIRE && used_since_last_time(sb))
		return -EAGAIN;
	do {
		for (top = sb; (above = mounted_in(top)); top = above)
			;
		take_out(top);
	} while (top != sb);
	return 0;
}

int do_umount(struct dentry *where, unsigned long flags)
{
	int error = -EINVAL;

	mutex_lock(&mount_mutex);
	if (where == where->sb->root && where->sb->mountpoint)
		error = detach(where, flags);
	else if (where == root_dentry && !(flags & MNT_EXPIRE))
		error = -EBUSY;
	mutex_unlock(&mount_mutex);
	dput(where);
	free_detached(NULL);
	return error;
}

/* MS_MOVE: what stands on from, the root of a mount, goes to where. 0 or -Exxx. */
int do_move_mount(struct dentry *from, struct dentry *where)
{
	struct super_block *sb = from->sb;
	struct dentry *d = where;
	int error = -EINVAL;

	mutex_lock(&mount_mutex);
	if (from != sb->root || !sb->mountpoint || !S_ISDIR(where->inode->mode))
		goto out;
	error = may_attach(where);
	if (error)
		goto out;
	while (d->sb != sb && d->sb->mountpoint)
		d = d->sb->mountpoint;
	error = -ELOOP;				/* into itself */
	if (d->sb == sb)
		goto out;
	unattach(sb);
	attach(sb, where);
	error = 0;
out:
	mutex_unlock(&mount_mutex);
	return error;
}

/* New flags and options; -EBUSY: files are open for writing that could not be any more. */
static int do_remount(struct dentry *where, unsigned long flags, const char *options)
{
	struct super_block *sb = where->sb;
	int error = 0;

	if (where != sb->root)
		return -EINVAL;
	mutex_lock(&mount_mutex);
	if (!is_mounted(sb))
		error = -EINVAL;		/* taken out, but in use */
	else if (flags & MS_RDONLY && !(sb->flags & MS_RDONLY) && atomic_read(&sb->writers))
		error = -EBUSY;
	else if (sb->type->remount)
		error = sb->type->remount(sb, options);
	if (!error) {
		sb->flags = (sb->flags & ~SB_USER_FLAGS) | (flags & SB_USER_FLAGS);
		}
	mutex_unlock(&mount_mutex);
	return error;
}

void mount_root(void)
{
	struct super_block *sb;

	mutex_lock(&mount_mutex);
	sb = new_super(find_type("rootfs"), "rootfs", MS_RELATIME, "");
	BUG_ON(IS_ERR(sb));
	list_add_tail(&sb->list, &mounts);
	root_dentry = sb->root;
	mutex_unlock(&mount_mutex);
}

/* ------------------------------------------------------------------ system calls */

#define MS_NOT_HERE	(MS_BIND | MS_UNBINDABLE | MS_PRIVATE | MS_SLAVE | MS_SHARED)

/* MS_MOVE, and MS_BIND, which is not here. */
static int move_by_path(const char *source, struct dentry *where, unsigned long flags)
{
	struct dentry *from;
	int error;

	from = source && *source ? path_lookup(NULL, source, LOOKUP_FOLLOW) : ERR_PTR(-EINVAL);
	if (IS_ERR(from))
		return PTR_ERR(from);
	error = flags & MS_NOT_HERE ? -EINVAL : do_move_mount(from, where);
	dput(from);
	return error;
}

/* Strings are the kernel's, or NULL. MS_REMOUNT | MS_BIND: only the flags. */
static long mount_strings(const char *type, const char *source, const char *options,
			  struct dentry *where, unsigned long flags)
{
	if (flags & MS_NOUSER)
		return -EINVAL;
	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	if (flags & MS_REMOUNT)
		return do_remount(where, flags, options && !(flags & MS_BIND) ? options : "");
	if (flags & MS_BIND || (flags & MS_MOVE && !(flags & MS_NOT_HERE)))
		return move_by_path(source, where, flags);
	if (flags & MS_NOT_HERE || !type)
		return -EINVAL;
	return do_mount(source && *source ? source : "none", where, type, flags, options ?: "");
}

/* Options end with a page at the latest, and where memory does: what is there counts. */
static char *get_options(unsigned long user)
{
	char *text = __get_free_pages(GFP_KERNEL, 0);
	size_t size = user < TASK_SIZE ? min(TASK_SIZE - user, PAGE_SIZE - 1) : 0, left;

	if (!text)
		return ERR_PTR(-ENOMEM);
	left = copy_from_user(text, (void *)user, size);
	text[size - left] = '\0';
	if (left < size)
		return text;
	putname(text);
	return ERR_PTR(-EFAULT);
}

/* Type, source, options, if they are there. 0, -EFAULT, -EINVAL (too long), -ENOMEM. */
static int get_strings(char *strings[3], const long user[3])
{
	for (int i = 0; i < 3; i++) {
		char *text = NULL;

		if (user[i])
			text = i < 2 ? getname((const char *)user[i]) : get_options(user[i]);
		if (IS_ERR(text))
			return PTR_ERR(text) == -ENAMETOOLONG ? -EINVAL : PTR_ERR(text);
		strings[i] = text;
	}
	return 0;
}

long sys_mount(long source, long where, long type, long flags, long options)
{
	const long user[3] = { type, source, options };
	unsigned int lookup = LOOKUP_FOLLOW;
	char *strings[3] = { NULL };
	struct dentry *dentry;
	long error = get_strings(strings, user);

	if ((flags & MS_MGC_MSK) == MS_MGC_VAL)
		flags &= ~MS_MGC_MSK;
	if (!(flags & (MS_NOATIME | MS_STRICTATIME)))
		flags |= MS_RELATIME;
	if (!(flags & MS_REMOUNT))
		lookup |= LOOKUP_MOUNTPOINT;
	dentry = error ? ERR_PTR(error) : user_lookup(AT_FDCWD, where, lookup);
	error = IS_ERR(dentry) ? PTR_ERR(dentry) : 0;
	if (!error) {
		error = mount_strings(strings[0], strings[1], strings[2], dentry, flags);
		dput(dentry);
	}
	for (int i = 0; i < 3; i++)
		if (strings[i])
			putname(strings[i]);
	return error;
}

long sys_umount2(long path, long flags)
{
	struct dentry *where;
	long error = 0;

	if (flags & ~(MNT_FORCE | MNT_DETACH | MNT_EXPIRE | UMOUNT_NOFOLLOW))
		return -EINVAL;
	where = user_lookup(AT_FDCWD, path, LOOKUP_MOUNTPOINT |
			    (flags & UMOUNT_NOFOLLOW ? 0 : LOOKUP_FOLLOW));
	if (IS_ERR(where))
		return PTR_ERR(where);
	if (!capable(CAP_SYS_ADMIN))
		error = -EPERM;
	else if (flags & MNT_EXPIRE && flags & (MNT_FORCE | MNT_DETACH))
		error = -EINVAL;
	if (!error)
		return do_umount(where, flags);
	dput(where);
	return error;
}
