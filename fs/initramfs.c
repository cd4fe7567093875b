/* SPDX-License-Identifier: MIT */
/*
 * initramfs.c - the root directory, and unpacking archives into it.
 *
 * Each name in an archive is taken relative to the root, wherever it claims to be; directories
 * on the way that are missing are made. A later entry replaces an earlier one of the same name, so
 * that archives can be layered; only a directory in use stays.
 */
#include "internal.h"
#include <nopage/cpio.h>
#include <nopage/mm.h>
#include <nopage/printk.h>
#include <nopage/slab.h>
#include <nopage/string.h>
#include <nopage/tty.h>

/* A file with several names: the first entry made it. */
struct hard_link {
	struct hard_link *next;
	u32 ino, dev_major, dev_minor;
	struct inode *inode;		/* counted */
};

/* One archive on its way. */
struct unpack {
	struct hard_link *links;
	unsigned int files, dirs, others;
	u32 bytes;
	bool in_place;			/* the archive's frames may become the files' pages */
	u32 pages;			/* that did */
};

/* Make the directories that name's last component stands in. 0 or -Exxx. */
static int make_parents(const char *name)
{
	char *path, *slash;
	int error = 0;

	path = kmalloc(strlen(name) + 1, GFP_KERNEL);
	if (!path)
		return -ENOMEM;
	strcpy(path, name);
	slash = path;
	while (!error && (slash = strchr(slash, '/'))) {
		*slash = '\0';
		if (*path)
			error = vfs_mknod(root_dentry, path, S_IFDIR | 0755, 0);
		if (error == -EEXIST)
			error = 0;
		*slash++ = '/';
	}
	kfree(path);
	return error;
}

/* Make room for an entry of that type. 0: it can be made; 1: a directory is there already. */
static int clear_place(const char *name, mode_t mode)
{
	struct dentry *old = path_lookup(root_dentry, name, 0);
	bool old_is_dir;

	if (IS_ERR(old))
		return PTR_ERR(old) == -ENOENT ? 0 : PTR_ERR(old);
	old_is_dir = S_ISDIR(old->inode->mode);
	if (old_is_dir && S_ISDIR(mode)) {
		old->inode->mode = mode;
		dput(old);
		return 1;
	}
	dput(old);
	return vfs_unlink(root_dentry, name, old_is_dir);
}

static struct hard_link *find_link(struct unpack *u, const struct cpio_entry *e)
{
	struct hard_link *link;

	for (link = u->links; link; link = link->next)
		if (link->ino == e->ino && link->dev_major == e->dev_major &&
		    link->dev_minor == e->dev_minor)
			break;
	return link;
}

static int remember_link(struct unpack *u, const struct cpio_entry *e, struct inode *inode)
{
	struct hard_link *link = kmalloc(sizeof(*link), GFP_KERNEL);

	if (!link)
		return -ENOMEM;
	*link = (struct hard_link){ u->links, e->ino, e->dev_major, e->dev_minor, ihold(inode) };
	u->links = link;
	return 0;
}

static void forget_links(struct unpack *u)
{
	struct hard_link *link;

	while ((link = u->links)) {
		u->links = link->next;
		iput(link->inode);
		kfree(link);
	}
}

/*
 * The whole pages of the data become those of the file, without a copy, if they lie like pages. The
 * last part of a page is not taken: the next entry begins in it. Bytes, or -ENOMEM.
 */
static ssize_t take_pages(struct unpack *u, struct inode *inode, const struct cpio_entry *e)
{
	size_t done = 0;
	int error;

	if (!u->in_place || (unsigned long)e->data & ~PAGE_MASK || inode->mapping.nrpages)
		return 0;
	for (; done + PAGE_SIZE <= e->size; done += PAGE_SIZE) {
		struct page *page = virt_to_page(e->data + done);

		page_alloc_adopt(page);
		error = add_to_page_cache(&inode->mapping, page, done >> PAGE_SHIFT);
		put_page(page);
		if (error)
			return error;
		inode->size = done + PAGE_SIZE;
		u->pages++;
	}
	return done;
}

/* The data of a regular file. 0 or -Exxx. */
static int fill_file(struct unpack *u, struct inode *inode, const struct cpio_entry *e)
{
	ssize_t done = take_pages(u, inode, e), n;

	if (done < 0)
		return done;
	n = tmpfs_write(inode, done, e->data + done, e->size - done);
	return n < 0 ? n : (size_t)(done + n) < e->size ? -ENOMEM : 0;
}

/* Owner and time as the archive has them; data, if any. 0 or -Exxx. */
static int fill_inode(struct unpack *u, struct inode *inode, const struct cpio_entry *e)
{
	int error = 0;

	if (S_ISREG(e->mode) && e->size)
		error = fill_file(u, inode, e);
	inode->uid = e->uid;
	inode->gid = e->gid;
	inode->mtime = inode->ctime = inode->atime = (struct inode_time){ .sec = e->mtime };
	return error;
}

static int unpack_symlink(const struct cpio_entry *e, const char *name)
{
	char *target;
	int error;

	if (!e->size || e->size >= PATH_MAX || memchr(e->data, '\0', e->size))
		return -EINVAL;
	target = kmalloc(e->size + 1, GFP_KERNEL);
	if (!target)
		return -ENOMEM;
	memcpy(target, e->data, e->size);
	target[e->size] = '\0';
	error = vfs_symlink(root_dentry, name, target);
	kfree(target);
	return error;
}

/* Make the name: one more of a file that is there, or what the entry says. 0 or -Exxx. */
static int make_name(const struct cpio_entry *e, const char *name, const struct hard_link *link)
{
	if (link)
		return vfs_link(root_dentry, name, link->inode);
	if (S_ISLNK(e->mode))
		return unpack_symlink(e, name);
	return vfs_mknod(root_dentry, name, e->mode, MKDEV(e->rdev_major, e->rdev_minor));
}

static void count_entry(struct unpack *u, const struct cpio_entry *e, bool new)
{
	if (S_ISREG(e->mode)) {
		u->files += new;
		u->bytes += e->size;
	} else if (S_ISDIR(e->mode)) {
		u->dirs++;
	} else {
		u->others++;
	}
}

/*
 * The name is free. Of a file with several names the first makes it, and any may bring the data.
 * 0 or -Exxx.
 */
static int unpack_new(struct unpack *u, const struct cpio_entry *e, const char *name)
{
	bool many = S_ISREG(e->mode) && e->nlink > 1;
	struct hard_link *link = many ? find_link(u, e) : NULL;
	struct dentry *dentry;
	int error = make_name(e, name, link);

	if (error)
		return error;
	dentry = path_lookup(root_dentry, name, 0);
	if (IS_ERR(dentry))
		return PTR_ERR(dentry);
	error = fill_inode(u, dentry->inode, e);
	if (!error && many && !link)
		error = remember_link(u, e, dentry->inode);
	dput(dentry);
	count_entry(u, e, !link);
	return error;
}

/*
 * One entry. 0, or -Exxx if it was left out. The name is relative to the root: a leading slash
 * says nothing, and .. cannot lead above it. A name that ends in . or .. is a directory there is.
 */
static int unpack_entry(struct unpack *u, const struct cpio_entry *e)
{
	const char *name = e->name, *last;
	int error;

	while (*name == '/')
		name++;
	last = strrchr(name, '/');
	last = last ? last + 1 : name;
	if (!*last || !strcmp(last, ".") || !strcmp(last, ".."))
		return S_ISDIR(e->mode) ? 0 : -EINVAL;
	error = make_parents(name) ?: clear_place(name, e->mode);
	return error ? min(error, 0) : unpack_new(u, e, name);
}

bool unpack_archive(const void *data, size_t size, const char *name, bool in_place)
{
	struct unpack u = { .in_place = in_place };
	struct cpio_iter it;
	struct cpio_entry e;
	unsigned int bad = 0;
	int more, error;

	cpio_open(&it, data, size);
	while ((more = cpio_next(&it, &e)) > 0) {
		error = unpack_entry(&u, &e);
		if (!error)
			continue;
		if (!bad++)
			pr_err("initramfs: %s: %s left out (error %d)\n", name, e.name, error);
		if (error == -ENOMEM)
			break;
	}
	forget_links(&u);
	if (more < 0)
		pr_err("initramfs: %s is damaged: %s\n", name, it.error);
	if (bad > 1)
		pr_err("initramfs: %s: %u entries left out\n", name, bad);
	pr_info("initramfs: %s: %u files, %u directories, %u others, %u KiB\n", name, u.files,
		u.dirs, u.others, u.bytes / 1024);
	if (u.pages)
		pr_info("initramfs: %s: %u KiB stay where they are\n", name,
			u.pages * (u32)(PAGE_SIZE / 1024));
	return more == 0 && !bad;
}

/* What every program may expect even if the archive does not bring it. */
static void make_devices(void)
{
	int error = vfs_mknod(root_dentry, "dev", S_IFDIR | 0755, 0);
	struct dentry *dir = path_lookup(root_dentry, "dev", 0);

	BUG_ON(error || IS_ERR(dir) || tmpfs_make_devices(dir));
	dput(dir);
}

void fs_init(void)
{
	inode_init();
	file_init();
	locks_init();
	tmpfs_init();
	proc_init();
	pipe_init();
	mount_root();
	tty_init();
	make_devices();
}
