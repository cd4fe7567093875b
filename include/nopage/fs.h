/* SPDX-License-Identifier: MIT */
/*
 * fs.h - files as the rest of the kernel sees them.
 *
 *	files_struct (descriptors) -> file (position, mode) -> inode -> address_space (pages)
 *	dentry: a name in a directory, with its inode
 */
#ifndef NOPAGE_FS_H
#define NOPAGE_FS_H

#include <nopage/list.h>
#include <nopage/mm_types.h>
#include <nopage/radix-tree.h>
#include <nopage/sync.h>
#include <nopage/types.h>
#include <asm/atomic.h>

struct dentry;
struct dirent_buf;
struct file;
struct inode;

#define MKDEV(major, minor)	((dev_t)((major) << 8 | (minor)))
#define MAJOR(dev)		((dev) >> 8)
#define MINOR(dev)		((dev) & 0xff)

/* The pages of one file, by page number; every page in it holds a reference for it. */
struct address_space {
	struct radix_tree_root page_tree;	/* struct page *, tree_lock */
	unsigned long nrpages;			/* tree_lock */
	spinlock_t tree_lock;
	atomic_t mmap_count;			/* areas that map it; by vm_ops open, close */
};

struct inode {
	atomic_t count;				/* dentries' and open files' references */
	dev_t dev;				/* the file system it is in */
	unsigned long ino;
	mode_t mode;				/* S_IF* | rights */
	unsigned int nlink;			/* lock of the directories with the names */
	uid_t uid;
	gid_t gid;
	dev_t rdev;				/* device nodes: major << 8 | minor */
	loff_t size;				/* bytes; lock */
	u32 atime, mtime, ctime;		/* seconds since 1970 */
	const struct inode_operations *op;
	const struct file_operations *fop;	/* what open gives a new file */
	struct address_space mapping;
	char *symlink;				/* target, S_IFLNK */
	struct mutex lock;			/* i_sem: directory contents, size */
};

/*
 * What can be done with the names in a directory, and with an inode. Called with the (directory's)
 * lock held; the dentry of a new name is not yet hashed. 0 or -Exxx. An empty slot: -EPERM.
 */
struct inode_operations {
	/* Make dentry a new file, directory or device as the type in mode says. */
	int (*mknod)(struct inode *dir, struct dentry *dentry, mode_t mode, dev_t rdev);
	int (*symlink)(struct inode *dir, struct dentry *dentry, const char *target);
	int (*link)(struct inode *dir, struct dentry *dentry, struct inode *inode);
	/* Take a name away; rmdir has already been checked to be empty. */
	int (*unlink)(struct inode *dir, struct dentry *dentry);
	int (*rmdir)(struct inode *dir, struct dentry *dentry);
	int (*truncate)(struct inode *inode);		/* to size 0; nothing maps it */
};

struct file_operations {
	/* Bytes done or -Exxx; buf is a user pointer; *pos is moved. An empty slot: -EINVAL. */
	ssize_t (*read)(struct file *file, char *buf, size_t count, loff_t *pos);
	ssize_t (*write)(struct file *file, const char *buf, size_t count, loff_t *pos);
	int (*open)(struct inode *inode, struct file *file);
	void (*release)(struct inode *inode, struct file *file);	/* last reference gone */
	int (*mmap)(struct file *file, struct vm_area_struct *vma);	/* empty: -ENODEV */
	/* Empty: -ENOTTY. */
	long (*ioctl)(struct file *file, unsigned int cmd, unsigned long arg);
	/* Empty: by size; -ESPIPE for devices. */
	loff_t (*llseek)(struct file *file, loff_t offset, int whence);
	/* Directories: emit the entries from file->pos on; 0 or -Exxx. Empty: -ENOTDIR. */
	int (*readdir)(struct file *file, struct dirent_buf *buf);
};

#define FMODE_READ	1
#define FMODE_WRITE	2

/* One open file: shared by dup() and fork(). */
struct file {
	atomic_t count;
	unsigned int mode;			/* FMODE_* */
	unsigned int flags;			/* O_* */
	loff_t pos;				/* not locked: the last writer wins */
	struct inode *inode;			/* counted */
	struct dentry *dentry;			/* counted, NULL for nameless files */
	const struct file_operations *fop;
};

static inline struct file *get_file(struct file *file)
{
	atomic_inc(&file->count);
	return file;
}
void fput(struct file *file);			/* may free, may sleep */
/* The file of a descriptor of the current task, with a reference, or NULL. */
struct file *fget(unsigned int fd);
/* Open by kernel pointer; O_* flags; ERR_PTR on failure. */
struct file *filp_open(const char *path, int flags, mode_t mode);
/*
 * kernel_read, kernel_write - between a regular file and kernel memory at pos; bytes or -Exxx.
 * kernel_write extends the file.
 */
ssize_t kernel_read(struct file *file, loff_t pos, void *buf, size_t count);
ssize_t kernel_write(struct file *file, loff_t pos, const void *buf, size_t count);
/* A nameless in-memory file of size bytes, for shared anonymous memory; ERR_PTR on failure. */
struct file *shmem_file_setup(loff_t size);
/* getname - a path of the user in a page of its own; or ERR_PTR. putname frees it. */
char *getname(const char *user);
void putname(char *name);
/* Path of a file from the root into buf; a pointer within buf. */
char *file_path(struct file *file, char *buf, size_t size);

/* Descriptor tables and working directories: fork, clone and exit (fs/file.c, fs/namei.c). */
struct files_struct;
struct fs_struct;
int copy_files(unsigned long clone_flags, struct task_struct *p);	/* 0 or -ENOMEM */
int copy_fs(unsigned long clone_flags, struct task_struct *p);
void exit_files(struct task_struct *p);
void exit_fs(struct task_struct *p);
/* exec: a table and a working directory that no other process shares; 0 or -ENOMEM. */
int unshare_files(void);
int unshare_fs(void);
void flush_old_files(void);			/* exec: close the close-on-exec ones */
/* Open /dev/console as 0, 1 and 2 of the current task; 0 or -Exxx. */
int open_console(void);

/* Character devices (fs/dev.c): what opening the node major:minor gives. Boot only. */
void register_chrdev(dev_t dev, const struct file_operations *fop);

/* Boot. */
void fs_init(void);				/* caches, root directory, devices */
/* Unpack one archive (direct-map memory) into the root; false: damaged, said in the log. */
bool unpack_archive(const void *data, size_t size, const char *name);

#endif
