/* SPDX-License-Identifier: MIT */
/*
 * tmpfs.c - file systems in memory: names, inodes, and how much of both there may be.
 *
 * The names are the dentries (dcache.c), the data are pages (tmpfs_file.c). A tmpfs has the limits
 * of its mount options: size, nr_blocks, nr_inodes, and mode, uid, gid of its root. rootfs and the
 * kernel's own nameless files (shmem.c) are one without limits; a devtmpfs is one that begins with
 * the nodes of all devices.
 *
 * Sources: tmpfs(5).
 */
#include "internal.h"
#include <nopage/kstrtox.h>
#include <nopage/mm.h>
#include <nopage/printf.h>
#include <nopage/sched.h>
#include <nopage/slab.h>
#include <nopage/string.h>
#include <nopage/syscalls.h>

#define TMPFS_MAGIC	0x01021994

/* What one tmpfs may hold. */
struct tmpfs_info {
	spinlock_t lock;
	/* lock; 0: no limit */
	unsigned long max_pages, max_inodes;
	unsigned long pages, inodes;		/* in use */
	mode_t mode;				/* of the root */
	uid_t uid;
	gid_t gid;
};

/* ------------------------------------------------------------------ limits */

/* One more of what *used counts, if max (0: any number) allows it. */
static bool take_one(struct tmpfs_info *info, unsigned long *used, const unsigned long *max)
{
	bool ok;

	spin_lock(&info->lock);
	ok = !*max || *used < *max;
	*used += ok;
	spin_unlock(&info->lock);
	return ok;
}

static void give_back(struct tmpfs_info *info, unsigned long *used, unsigned long count)
{
	spin_lock(&info->lock);
	BUG_ON(*used < count);
	*used -= count;
	spin_unlock(&info->lock);
}

static void give_one(struct tmpfs_info *info, unsigned long *used)
{
	give_back(info, used, 1);
}

static struct tmpfs_info *info_of(struct address_space *mapping)
{
	return container_of(mapping, struct inode, mapping)->sb->info;
}

static bool tmpfs_charge(struct address_space *mapping)
{
	struct tmpfs_info *info = info_of(mapping);

	return take_one(info, &info->pages, &info->max_pages);
}

static void tmpfs_uncharge(struct address_space *mapping)
{
	struct tmpfs_info *info = info_of(mapping);

	give_one(info, &info->pages);
}

static const struct address_space_operations tmpfs_aops = {
	.charge = tmpfs_charge,
	.uncharge = tmpfs_uncharge,
};

/* A file still has all its names when the file system goes. */
static void tmpfs_evict(struct inode *inode)
{
	struct tmpfs_info *info = inode->sb->info;
	bool several = !S_ISDIR(inode->mode) && inode->nlink > 1;

	give_back(info, &info->inodes, several ? inode->nlink : 1);
}

/* ------------------------------------------------------------------ names */

#define NAME_SIZE	20		/* what a name adds to the size that a directory shows */

/* A directory has so many names more than before. */
static void dir_changed(struct inode *dir, int names)
{
	i_size_write(dir, dir->size + names * NAME_SIZE);
	dir->mtime = dir->ctime = current_time();
}

/* An inode made by the current task in dir. Or ERR_PTR(-ENOMEM, -ENOSPC). */
static struct inode *make_inode(struct inode *dir, mode_t mode, dev_t rdev)
{
	struct inode *inode = tmpfs_inode(dir->sb, mode, rdev);

	if (!IS_ERR(inode))
		inode_init_owner(inode, dir);
	return inode;
}

static int tmpfs_mknod(struct inode *dir, struct dentry *dentry, mode_t mode, dev_t rdev)
{
	struct inode *inode = make_inode(dir, mode, rdev);

	if (IS_ERR(inode))
		return PTR_ERR(inode);
	if (S_ISDIR(mode))
		dir->nlink++;		/* its .. */
	d_add(dentry, inode);
	dir_changed(dir, 1);
	return 0;
}

static int tmpfs_symlink(struct inode *dir, struct dentry *dentry, const char *target)
{
	struct inode *inode = make_inode(dir, S_IFLNK | S_IRWXUGO, 0);

	if (IS_ERR(inode))
		return PTR_ERR(inode);
	inode->size = strlen(target);
	inode->symlink = kmalloc(inode->size + 1, GFP_KERNEL);
	if (!inode->symlink) {
		iput(inode);
		return -ENOMEM;
	}
	strcpy(inode->symlink, target);
	d_add(dentry, inode);
	dir_changed(dir, 1);
	return 0;
}

/*
 * A file that was made without a name (O_TMPFILE) may get one; a removed one may not. Every further
 * name counts as an inode.
 */
static int tmpfs_link(struct inode *dir, struct dentry *dentry, struct inode *inode)
{
	struct tmpfs_info *info = dir->sb->info;

	if (!inode->nlink && !inode->linkable)
		return -ENOENT;
	if (inode->nlink && !take_one(info, &info->inodes, &info->max_inodes))
		return -ENOSPC;
	inode->linkable = false;
	inode->nlink++;
	inode->ctime = current_time();
	d_add(dentry, ihold(inode));
	dir_changed(dir, 1);
	return 0;
}

/* The inode has a name less. */
static void drop_link(struct inode *inode)
{
	struct tmpfs_info *info = inode->sb->info;

	inode->nlink--;
	inode->ctime = current_time();
	if (inode->nlink && !S_ISDIR(inode->mode))
		give_one(info, &info->inodes);
}

static int tmpfs_unlink(struct inode *dir, struct dentry *dentry)
{
	drop_link(dentry->inode);
	d_drop(dentry);
	dir_changed(dir, -1);
	return 0;
}

static int tmpfs_rmdir(struct inode *dir, struct dentry *dentry)
{
	BUG_ON(!d_empty(dentry));
	dir->nlink--;
	dentry->inode->nlink--;		/* its own . */
	return tmpfs_unlink(dir, dentry);
}

/* The links that directories are of one another, when old goes from old_dir to new_dir. */
static void move_links(struct inode *old_dir, const struct dentry *old, struct inode *new_dir)
{
	if (S_ISDIR(old->inode->mode)) {
		old_dir->nlink--;
		new_dir->nlink++;
	}
}

/* What new names is replaced. */
static void drop_victim(struct inode *dir, struct inode *victim)
{
	if (S_ISDIR(victim->mode)) {
		victim->nlink--;
		dir->nlink--;
	}
	drop_link(victim);
}

static int tmpfs_rename(struct inode *old_dir, struct dentry *old, struct inode *new_dir,
			struct dentry *new, unsigned int flags)
{
	const struct qstr old_name = { old->name, old->len };
	struct dentry *white = NULL;		/* RENAME_WHITEOUT: a device 0:0 with the old name */
	struct inode *inode = NULL;

	if (flags & RENAME_WHITEOUT) {
		white = d_alloc(old->parent, &old_name);
		inode = white ? make_inode(old_dir, S_IFCHR, 0) : ERR_PTR(-ENOMEM);
	}
	if (IS_ERR(inode)) {
		dput(white);
		return PTR_ERR(inode);
	}
	move_links(old_dir, old, new_dir);
	if (flags & RENAME_EXCHANGE) {
		move_links(new_dir, new, old_dir);
		new->inode->ctime = current_time();
	} else {
		if (new->inode)
			drop_victim(new_dir, new->inode);
		dir_changed(old_dir, -1 + !!white);
		dir_changed(new_dir, 1 - !!new->inode);
	}
	old->inode->ctime = current_time();
	d_move(old, new, flags & RENAME_EXCHANGE);
	if (white)
		d_add(white, inode);
	dput(white);
	dir_changed(old_dir, 0);
	dir_changed(new_dir, 0);
	return 0;
}

/* ------------------------------------------------------------------ inodes */

const struct inode_operations tmpfs_dir_iops = {
	.mknod = tmpfs_mknod,
	.symlink = tmpfs_symlink,
	.link = tmpfs_link,
	.unlink = tmpfs_unlink,
	.rmdir = tmpfs_rmdir,
	.rename = tmpfs_rename,
	.evict = tmpfs_evict,
};

static const struct inode_operations tmpfs_file_iops = {
	.truncate = tmpfs_truncate,
	.evict = tmpfs_evict,
};

static const struct inode_operations tmpfs_special_iops = {
	.evict = tmpfs_evict,
};

static const struct file_operations tmpfs_dir_fops = {
	.readdir = dcache_readdir,
};

/* What depends on the type of the file. */
static void set_operations(struct inode *inode, dev_t rdev)
{
	mode_t mode = inode->mode;

	inode->op = &tmpfs_special_iops;
	if (S_ISREG(mode)) {
		inode->op = &tmpfs_file_iops;
		inode->fop = &tmpfs_file_fops;
		inode->mapping.a_ops = &tmpfs_aops;
	} else if (S_ISDIR(mode)) {
		inode->op = &tmpfs_dir_iops;
		inode->fop = &tmpfs_dir_fops;
		inode->nlink = 2;
		inode->size = 2 * NAME_SIZE;
	} else if (S_ISCHR(mode)) {
		inode->fop = &chrdev_fops;
		inode->rdev = rdev;
	} else if (S_ISFIFO(mode)) {
		inode->fop = &fifo_fops;
	} else if (S_ISBLK(mode)) {
		inode->rdev = rdev;	/* there are no block devices to open */
	}
}

struct inode *tmpfs_inode(struct super_block *sb, mode_t mode, dev_t rdev)
{
	struct tmpfs_info *info = sb->info;
	struct inode *inode;

	if (!take_one(info, &info->inodes, &info->max_inodes))
		return ERR_PTR(-ENOSPC);
	inode = new_inode(sb, mode);
	if (inode) {
		set_operations(inode, rdev);
		return inode;
	}
	give_one(info, &info->inodes);
	return ERR_PTR(-ENOMEM);
}

/* ------------------------------------------------------------------ mount options */

/* size=, nr_blocks=, nr_inodes=: a number of bytes (in pages), of pages, of inodes. */
static int parse_limit(struct tmpfs_info *info, const char *key, const char *value)
{
	u64 n;
	int error;

	if (!strcmp(key, "size") && *value && value[strlen(value) - 1] == '%') {
		unsigned long percent = 0;

		while (*value >= '0' && *value <= '9' && percent < 1000)
			percent = percent * 10 + *value++ - '0';
		if (value[0] != '%' || value[1])
			return -EINVAL;
		info->max_pages = totalram_pages() / 100 * percent;
		return 0;
	}
	error = memparse(value, &n);
	if (error)
		return -EINVAL;
	if (!strcmp(key, "size"))
		n = (n + PAGE_SIZE - 1) >> PAGE_SHIFT;
	n = min(n, (u64)0x7fffffff);
	if (!strcmp(key, "nr_inodes"))
		info->max_inodes = n;
	else
		info->max_pages = n;
	return 0;
}

static int parse_option(struct tmpfs_info *info, const char *key, const char *value)
{
	unsigned long n;

	if (!strcmp(key, "size") || !strcmp(key, "nr_blocks") || !strcmp(key, "nr_inodes"))
		return parse_limit(info, key, value);
	if (kstrtoul(value, !strcmp(key, "mode") ? 8 : 10, &n))
		return -EINVAL;
	if (!strcmp(key, "mode"))
		info->mode = n & S_IALLUGO;
	else if (!strcmp(key, "uid"))
		info->uid = n;
	else if (!strcmp(key, "gid"))
		info->gid = n;
	else
		return -EINVAL;
	return 0;
}

/* "size=1m,mode=700": into info. 0 or -EINVAL, -ENOMEM. */
static int parse_options(struct tmpfs_info *info, const char *options)
{
	char *copy = kmalloc(strlen(options) + 1, GFP_KERNEL), *key, *value, *next;
	int error = 0;

	if (!copy)
		return -ENOMEM;
	strcpy(copy, options);
	for (key = copy; *key && !error; key = next) {
		next = strchr(key, ',');
		if (next)
			*next++ = '\0';
		else
			next = key + strlen(key);
		value = strchr(key, '=');
		if (value)
			*value++ = '\0';
		if (*key)
			error = value ? parse_option(info, key, value) : -EINVAL;
	}
	kfree(copy);
	return error;
}

static int tmpfs_remount(struct super_block *sb, const char *options)
{
	struct tmpfs_info *info = sb->info, new = *info;
	int error = parse_options(&new, options);

	if (error)
		return error;
	spin_lock(&info->lock);
	if ((new.max_pages && new.max_pages < info->pages) ||
	    (new.max_inodes && new.max_inodes < info->inodes)) {
		error = -EINVAL;
	} else {
		info->max_pages = new.max_pages;
		info->max_inodes = new.max_inodes;
	}
	spin_unlock(&info->lock);
	return error;
}

static void tmpfs_show_options(struct super_block *sb, char *buf, size_t size)
{
	struct tmpfs_info *info = sb->info;
	int n = scnprintf(buf, size, ",size=%luk,nr_inodes=%lu",
			  info->max_pages * (PAGE_SIZE / 1024), info->max_inodes);

	if (info->mode != (S_ISVTX | S_IRWXUGO))
		n += scnprintf(buf + n, size - n, ",mode=%o", info->mode);
	if (info->uid)
		n += scnprintf(buf + n, size - n, ",uid=%u", info->uid);
	if (info->gid)
		scnprintf(buf + n, size - n, ",gid=%u", info->gid);
}

/* ------------------------------------------------------------------ super blocks */

static void tmpfs_statfs(struct super_block *sb, struct kstatfs *st)
{
	struct tmpfs_info *info = sb->info;

	spin_lock(&info->lock);
	st->blocks = info->max_pages;
	st->bfree = info->max_pages ? info->max_pages - info->pages : 0;
	st->files = info->max_inodes;
	st->ffree = info->max_inodes ? info->max_inodes - info->inodes : 0;
	spin_unlock(&info->lock);
}

/* Half of the memory, unless options say something else. */
static int tmpfs_fill_super(struct super_block *sb, const char *options)
{
	struct tmpfs_info *info = kmalloc(sizeof(*info), GFP_KERNEL);
	struct inode *inode;
	int error;

	if (!info)
		return -ENOMEM;
	*info = (struct tmpfs_info){
		.lock = SPINLOCK_INIT,
		.max_pages = totalram_pages() / 2,
		.max_inodes = totalram_pages() / 2,
		.mode = S_ISVTX | S_IRWXUGO,
		.uid = current->cred.fsuid,
		.gid = current->cred.fsgid,
	};
	sb->info = info;
	error = parse_options(info, options);
	if (error)
		return error;
	inode = tmpfs_inode(sb, S_IFDIR | info->mode, 0);
	if (IS_ERR(inode))
		return PTR_ERR(inode);
	inode->uid = info->uid;
	inode->gid = info->gid;
	return d_make_root(sb, inode);
}

static int rootfs_fill_super(struct super_block *sb, const char *options __unused)
{
	return tmpfs_fill_super(sb, "size=0,nr_inodes=0,mode=0755");
}

static void tmpfs_kill_super(struct super_block *sb)
{
	struct tmpfs_info *info = sb->info;

	BUG_ON(info && (info->pages || info->inodes));
	kfree(info);
}

int tmpfs_make_devices(struct dentry *dir)
{
	int error = 0;

	for (const struct chrdev *d = chrdevs; d->name && !error; d++) {
		const struct qstr name = { d->name, strlen(d->name) };
		struct dentry *dentry = d_alloc(dir, &name);

		if (!dentry)
			return -ENOMEM;
		error = tmpfs_mknod(dir->inode, dentry, S_IFCHR | d->mode, d->dev);
		dput(dentry);
	}
	return error;
}

static int devtmpfs_fill_super(struct super_block *sb, const char *options)
{
	return tmpfs_fill_super(sb, *options ? options : "mode=0755") ?: tmpfs_make_devices(sb->root);
}

static struct file_system_type rootfs_type = {
	.name = "rootfs",
	.magic = TMPFS_MAGIC,
	.fill_super = rootfs_fill_super,
	.kill_super = tmpfs_kill_super,
};

static struct file_system_type tmpfs_type = {
	.name = "tmpfs",
	.magic = TMPFS_MAGIC,
	.fill_super = tmpfs_fill_super,
	.kill_super = tmpfs_kill_super,
	.remount = tmpfs_remount,
	.statfs = tmpfs_statfs,
	.show_options = tmpfs_show_options,
};

static struct file_system_type devtmpfs_type = {
	.name = "devtmpfs",
	.magic = TMPFS_MAGIC,
	.fill_super = devtmpfs_fill_super,
	.kill_super = tmpfs_kill_super,
	.remount = tmpfs_remount,
	.statfs = tmpfs_statfs,
	.show_options = tmpfs_show_options,
};

void tmpfs_init(void)
{
	register_filesystem(&rootfs_type);
	register_filesystem(&tmpfs_type);
	register_filesystem(&devtmpfs_type);
	shmem_init(&rootfs_type);
}
