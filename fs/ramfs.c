/* SPDX-License-Identifier: MIT */
/*
 * ramfs.c - files that are nothing but pages in memory.
 *
 * The names are the dentries, the data are the pages of inode->mapping: read, write and
 * mmap all work on the same frames, nothing is copied between them. A page that was never
 * written is a hole and reads as zeroes.
 *
 * Locks: inode->lock of a directory (its names) is taken by the callers in namei.c; that of a file
 * guards its size, and is not held while user memory is touched: a fault takes mmap_sem, which
 * comes before it.
 */
#include "internal.h"
#include <nopage/mm.h>
#include <nopage/slab.h>
#include <nopage/string.h>
#include <asm/uaccess.h>

#define MAX_SIZE	0x7fffffffLL	/* of one file; 32 bits hold its page arithmetic */

/* Up to the end of the page that pos is in. */
static size_t page_part(loff_t pos, size_t count)
{
	return min(count, (size_t)(PAGE_SIZE - (pos & ~PAGE_MASK)));
}

/* Bytes of [pos, pos + count) before the end of the file. */
static size_t readable(const struct inode *inode, loff_t pos, size_t count)
{
	if (pos >= inode->size)
		return 0;
	return min((loff_t)count, inode->size - pos);
}

/* One piece within a page to the user; bytes that could not be copied. */
static size_t read_part(struct inode *inode, char *buf, size_t count, loff_t pos)
{
	struct page *page = find_get_page(&inode->mapping, pos >> PAGE_SHIFT);
	size_t left;

	if (!page)
		return clear_user(buf, count);
	left = copy_to_user(buf, (char *)page_address(page) + (pos & ~PAGE_MASK), count);
	put_page(page);
	return left;
}

static ssize_t ramfs_file_read(struct file *file, char *buf, size_t count, loff_t *pos)
{
	size_t done = 0, part, left = 0;

	count = readable(file->inode, *pos, count);
	while (done < count && !left) {
		part = page_part(*pos, count - done);
		left = read_part(file->inode, buf + done, part, *pos);
		done += part - left;
		*pos += part - left;
	}
	return done || !left ? (ssize_t)done : -EFAULT;
}

/*
 * Reserve [*pos, *pos + count) for a write: the size covers it from now on, so that no other append
 * gets the same place. Returns the bytes that fit, or -EFBIG; *old_size is for write_end().
 */
static ssize_t write_begin(struct inode *inode, bool append, loff_t *pos, size_t count,
			   loff_t *old_size)
{
	mutex_lock(&inode->lock);
	*old_size = inode->size;
	if (append)
		*pos = inode->size;
	if (*pos >= MAX_SIZE) {
		mutex_unlock(&inode->lock);
		return -EFBIG;
	}
	count = min((loff_t)count, MAX_SIZE - *pos);
	inode->size = max(inode->size, *pos + (loff_t)count);
	mutex_unlock(&inode->lock);
	return count;
}

/* The write ended at pos instead of end: give back what it had reserved, if nobody is behind it. */
static void write_end(struct inode *inode, loff_t pos, loff_t end, loff_t old_size)
{
	mutex_lock(&inode->lock);
	if (pos < end && inode->size == end)
		inode->size = max(old_size, pos);
	inode->mtime = inode->ctime = current_time();
	mutex_unlock(&inode->lock);
}

/* One piece within a page from the user. Bytes copied, -ENOMEM or -EFAULT. */
static ssize_t write_part(struct inode *inode, const char *buf, size_t count, loff_t pos)
{
	struct page *page = find_or_create_page(&inode->mapping, pos >> PAGE_SHIFT);
	size_t left;

	if (!page)
		return -ENOMEM;
	left = copy_from_user((char *)page_address(page) + (pos & ~PAGE_MASK), buf, count);
	put_page(page);
	return left == count ? -EFAULT : (ssize_t)(count - left);
}

static ssize_t ramfs_file_write(struct file *file, const char *buf, size_t count, loff_t *pos)
{
	struct inode *inode = file->inode;
	loff_t old_size, end;
	size_t done = 0;
	ssize_t n;

	if (!count)
		return 0;
	n = write_begin(inode, file->flags & O_APPEND, pos, count, &old_size);
	if (n < 0)
		return n;
	count = n;
	end = *pos + count;
	while (done < count) {
		n = write_part(inode, buf + done, page_part(*pos, count - done), *pos);
		if (n < 0)
			break;
		done += n;
		*pos += n;
	}
	write_end(inode, *pos, end, old_size);
	return done ? (ssize_t)done : n;
}

ssize_t kernel_read(struct file *file, loff_t pos, void *buf, size_t count)
{
	struct inode *inode = file->inode;
	size_t done = 0, part;

	BUG_ON(!S_ISREG(inode->mode) || pos < 0);
	count = readable(inode, pos, count);
	for (; done < count; done += part, pos += part) {
		struct page *page = find_get_page(&inode->mapping, pos >> PAGE_SHIFT);

		part = page_part(pos, count - done);
		if (!page) {
			memset(buf + done, 0, part);
			continue;
		}
		memcpy(buf + done, page_address(page) + (pos & ~PAGE_MASK), part);
		put_page(page);
	}
	return done;
}

ssize_t ramfs_write(struct inode *inode, loff_t pos, const void *data, size_t size)
{
	loff_t old_size, end;
	size_t done = 0, part;
	struct page *page;
	ssize_t n;

	BUG_ON(!S_ISREG(inode->mode) || pos < 0);
	n = write_begin(inode, false, &pos, size, &old_size);
	if (n < 0)
		return n;
	size = n;
	end = pos + size;
	for (; done < size; done += part, pos += part) {
		page = find_or_create_page(&inode->mapping, pos >> PAGE_SHIFT);
		if (!page)
			break;
		part = page_part(pos, size - done);
		memcpy(page_address(page) + (pos & ~PAGE_MASK), data + done, part);
		put_page(page);
	}
	write_end(inode, pos, end, old_size);
	return done || !size ? (ssize_t)done : -ENOMEM;
}

ssize_t kernel_write(struct file *file, loff_t pos, const void *buf, size_t count)
{
	return ramfs_write(file->inode, pos, buf, count);
}

static const struct file_operations ramfs_file_fops = {
	.read = ramfs_file_read,
	.write = ramfs_file_write,
	.mmap = generic_file_mmap,
};

static const struct file_operations ramfs_dir_fops = {
	.readdir = dcache_readdir,
};

/* ------------------------------------------------------------------ names */

/* A directory has changed. */
static void dir_touch(struct inode *dir)
{
	dir->mtime = dir->ctime = current_time();
}

static int ramfs_mknod(struct inode *dir, struct dentry *dentry, mode_t mode, dev_t rdev)
{
	struct inode *inode = ramfs_inode(dir->sb, mode, rdev);

	if (!inode)
		return -ENOMEM;
	if (S_ISDIR(mode))
		dir->nlink++;		/* its .. */
	d_add(dentry, inode);
	dir_touch(dir);
	return 0;
}

static int ramfs_symlink(struct inode *dir, struct dentry *dentry, const char *target)
{
	struct inode *inode = ramfs_inode(dir->sb, S_IFLNK | S_IRWXUGO, 0);

	if (!inode)
		return -ENOMEM;
	inode->size = strlen(target);
	inode->symlink = kmalloc(inode->size + 1, GFP_KERNEL);
	if (!inode->symlink) {
		iput(inode);
		return -ENOMEM;
	}
	strcpy(inode->symlink, target);
	d_add(dentry, inode);
	dir_touch(dir);
	return 0;
}

static int ramfs_link(struct inode *dir, struct dentry *dentry, struct inode *inode)
{
	inode->nlink++;
	inode->ctime = current_time();
	d_add(dentry, ihold(inode));
	dir_touch(dir);
	return 0;
}

static int ramfs_unlink(struct inode *dir, struct dentry *dentry)
{
	dentry->inode->nlink--;
	dentry->inode->ctime = current_time();
	d_drop(dentry);
	dir_touch(dir);
	return 0;
}

static int ramfs_rmdir(struct inode *dir, struct dentry *dentry)
{
	BUG_ON(!d_empty(dentry));
	dir->nlink--;
	dentry->inode->nlink--;		/* its own . */
	return ramfs_unlink(dir, dentry);
}

/* Mapped pages would go on showing the old contents: refuse, as for a running program. */
static int ramfs_truncate(struct inode *inode)
{
	if (atomic_read(&inode->mapping.mmap_count))
		return -ETXTBSY;
	inode->size = 0;
	truncate_inode_pages(&inode->mapping, 0);
	inode->mtime = inode->ctime = current_time();
	return 0;
}

const struct inode_operations ramfs_dir_iops = {
	.mknod = ramfs_mknod,
	.symlink = ramfs_symlink,
	.link = ramfs_link,
	.unlink = ramfs_unlink,
	.rmdir = ramfs_rmdir,
};

static const struct inode_operations ramfs_file_iops = {
	.truncate = ramfs_truncate,
};

static const struct inode_operations ramfs_special_iops = {};

/* ramfs_inode - an inode of any type, with the operations of that type; or NULL. */
struct inode *ramfs_inode(struct super_block *sb, mode_t mode, dev_t rdev)
{
	struct inode *inode = new_inode(sb, mode);

	if (!inode)
		return NULL;
	inode->op = &ramfs_special_iops;
	if (S_ISREG(mode)) {
		inode->op = &ramfs_file_iops;
		inode->fop = &ramfs_file_fops;
	} else if (S_ISDIR(mode)) {
		inode->op = &ramfs_dir_iops;
		inode->fop = &ramfs_dir_fops;
		inode->nlink = 2;
	} else if (S_ISFIFO(mode)) {
		inode->fop = &pipe_fops;
	} else if (S_ISCHR(mode)) {
		inode->fop = &chrdev_fops;
		inode->rdev = rdev;
	}
	return inode;
}

static int ramfs_fill_super(struct super_block *sb, const char *options __unused)
{
	return d_make_root(sb, ramfs_inode(sb, S_IFDIR | 0755, 0));
}

static struct file_system_type rootfs_type = {
	.name = "rootfs",
	.magic = 0x01021994,
	.fill_super = ramfs_fill_super,
};

static struct file_system_type tmpfs_type = {
	.name = "tmpfs",
	.magic = 0x01021994,
	.fill_super = ramfs_fill_super,
};

static struct super_block *shm_sb;		/* of files without a name */

void ramfs_init(void)
{
	register_filesystem(&rootfs_type);
	register_filesystem(&tmpfs_type);
	shm_sb = kern_mount(&tmpfs_type);
	BUG_ON(IS_ERR(shm_sb));
}

struct file *shmem_file_setup(loff_t size)
{
	struct inode *inode;
	struct file *file;

	BUG_ON(size < 0 || size > TASK_SIZE);
	inode = ramfs_inode(shm_sb, S_IFREG | 0600, 0);
	if (!inode)
		return ERR_PTR(-ENOMEM);
	inode->nlink = 0;
	inode->size = size;
	file = alloc_file(inode, NULL, O_RDWR);
	iput(inode);
	return file;
}
