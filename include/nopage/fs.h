/* SPDX-License-Identifier: MIT */
/*
 * fs.h - files as the rest of the kernel sees them.
 *
 *	files_struct (descriptors) -> file (position, mode) -> inode -> address_space (pages)
 *	dentry: a name in a directory, with its inode
 *	super_block: one mounted file system; every dentry and inode belongs to one
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
struct file_lock;
struct file_system_type;
struct kstatfs;
struct poll_table;
struct super_block;

/* As user programs see them: minor numbers above 255 have their upper bits above the major. */
#define MKDEV(major, minor)	((dev_t)((major) << 8 | ((minor) & 0xff) | ((minor) & ~0xff) << 12))
#define MAJOR(dev)		((dev) >> 8 & 0xfff)
#define MINOR(dev)		(((dev) & 0xff) | ((dev) >> 12 & 0xfff00))

/* What the pages of a file cost its file system. */
struct address_space_operations {
	/* May the file have one page more? Takes it from what is free. Empty: always. */
	bool (*charge)(struct address_space *mapping);
	void (*uncharge)(struct address_space *mapping);	/* one page is gone */
};

/* The pages of one file, by page number; every page in it holds a reference for it. */
struct address_space {
	const struct address_space_operations *a_ops;	/* NULL: pages cost nothing */
	struct radix_tree_root page_tree;	/* struct page *, tree_lock */
	unsigned long nrpages;			/* tree_lock */
	spinlock_t tree_lock;
	struct vm_area_struct *i_mmap;		/* areas that map it, by vm_next_share; i_mmap_lock */
	spinlock_t i_mmap_lock;
	atomic_t mmap_count;			/* areas that map it; by vm_ops open, close */
};

/* super_block.flags: those of mount(2), MS_*, and two of the kernel's. */
#define SB_ON_DEMAND	0x80000000		/* names are made by i_op->lookup, and not kept */
#define SB_NOEXEC	0x40000000		/* MS_NOEXEC, whatever the mount says */

/* A file system there is. It is mounted in one place at most: mounting again makes another. */
struct super_block {
	/* Constant after creation. */
	const struct file_system_type *type;
	dev_t dev;
	struct dentry *root;			/* counted */
	void *info;				/* the type's own */

	/* mount_mutex */
	unsigned long flags;			/* MS_*, SB_ON_DEMAND; read without the lock */
	struct list_head list;			/* mounts or detached_mounts; not if it never was mounted */
	unsigned int expire_walks;		/* walks, when MNT_EXPIRE last found nobody in it */

	struct dentry *mountpoint;		/* counted; NULL: the root, or not mounted. dcache_lock */

	unsigned int walks;			/* paths that ended in it: one more or less is no matter */

	atomic_t inodes;			/* of this file system, in memory */
	atomic_t writers;			/* regular files of it, open for writing */

	char source[];				/* constant: what the user named as its device */
};

/* Where a file system comes from. Its fields are constant but list. */
struct file_system_type {
	const char *name;
	unsigned long magic;			/* statfs() */
	unsigned long flags;			/* of every super block */
	unsigned int block_size;		/* st_blksize of its files; 0: PAGE_SIZE */
	/* Set sb->root (d_make_root()) and sb->info by the user's options. 0 or -Exxx. */
	int (*fill_super)(struct super_block *sb, const char *options);
	/* All names and inodes are gone: free sb->info. Also if fill_super failed. Empty: nothing. */
	void (*kill_super)(struct super_block *sb);
	/* mount -o remount: take new options. Empty: there are none. 0 or -Exxx. */
	int (*remount)(struct super_block *sb, const char *options);
	/* Fill in sizes; they are zero. Empty: they stay so. */
	void (*statfs)(struct super_block *sb, struct kstatfs *st);
	/* ",size=4k" for /proc/mounts into buf. Empty: there are none. */
	void (*show_options)(struct super_block *sb, char *buf, size_t size);
	struct list_head list;			/* mount_mutex */
};

/* register_filesystem - mount(2) finds it by name from now on. Boot only. */
void register_filesystem(struct file_system_type *type);
/* kern_mount - a file system that stands nowhere in the tree, for the kernel; or ERR_PTR. */
struct super_block *kern_mount(struct file_system_type *type);

/* What statfs() tells, in pages and inodes. */
struct kstatfs {
	u64 blocks, bfree, files, ffree;
};

struct inode_time {
	s64 sec;				/* since 1970 */
	u32 nsec;
};

struct inode {
	atomic_t count;				/* dentries' and open files' references */
	struct super_block *sb;			/* the file system it is in; constant */
	unsigned long ino;
	mode_t mode;				/* S_IF* | rights */
	unsigned int nlink;			/* lock */
	uid_t uid;
	gid_t gid;
	dev_t rdev;				/* device nodes: major << 8 | minor */
	loff_t size;				/* bytes; lock, or see i_size_read() */
	unsigned int size_seq;			/* odd while it is written; lock */
	struct inode_time atime, mtime, ctime;
	struct inode_time btime;		/* when it was made; constant */
	bool immutable;				/* nobody may write: a process in proc; constant */
	bool linkable;				/* made without a name by O_TMPFILE; lock */
	atomic_t writecount;			/* open for writing; below 0: programs that run it */
	struct file_lock *locks;		/* held, sorted by start; locks_lock */
	const struct inode_operations *op;
	const struct file_operations *fop;	/* what open gives a new file */
	struct address_space mapping;
	char *symlink;				/* target, S_IFLNK; kmalloc()ed */
	void *private;				/* proc: whose; FIFO: its pipe; i_op->evict frees it */
	struct mutex lock;			/* i_sem: directory contents, size; after its directory's */
};

/*
 * The size of a file is two words. Who does not hold inode->lock asks here, where several CPUs
 * would see a half of each size (loads and stores keep their order on i386).
 */
static inline loff_t i_size_read(const struct inode *inode)
{
	unsigned int seq;
	loff_t size;

	if (NR_CPUS == 1)
		return inode->size;
	do {
		seq = READ_ONCE(inode->size_seq);
		barrier();
		size = inode->size;
		barrier();
	} while (seq & 1 || seq != READ_ONCE(inode->size_seq));
	return size;
}

/* Caller holds inode->lock, or nobody else knows the inode. */
static inline void i_size_write(struct inode *inode, loff_t size)
{
	inode->size_seq++;
	barrier();
	inode->size = size;
	barrier();
	inode->size_seq++;
}

/*
 * What can be done with the names in a directory, and with an inode. Called with the (directory's)
 * lock held, but lookup and what comes after it, and with that of the inode that gets a name more
 * or less (rename: if it is replaced). The dentry of a new name is not yet hashed.
 * 0 or -Exxx. An empty slot: -EPERM.
 */
struct inode_operations {
	/* Make dentry a new file, directory or device as the type in mode says. */
	int (*mknod)(struct inode *dir, struct dentry *dentry, mode_t mode, dev_t rdev);
	int (*symlink)(struct inode *dir, struct dentry *dentry, const char *target);
	int (*link)(struct inode *dir, struct dentry *dentry, struct inode *inode);
	/* Take a name away; rmdir has already been checked to be empty. */
	int (*unlink)(struct inode *dir, struct dentry *dentry);
	int (*rmdir)(struct inode *dir, struct dentry *dentry);
	/* Move a name to new, which is not hashed, or names what is replaced; flags: RENAME_*. */
	int (*rename)(struct inode *old_dir, struct dentry *old, struct inode *new_dir,
		      struct dentry *new, unsigned int flags);
	int (*truncate)(struct inode *inode, loff_t size);	/* to any size; also mappings */
	/*
	 * SB_ON_DEMAND: is there dentry->name in dir? Gives dentry an inode by d_instantiate(),
	 * or -ENOENT. No lock is held. The dentry is never hashed: it, and the inode if nothing
	 * else holds it, go with their last user. Empty: the directory is empty.
	 */
	int (*lookup)(struct inode *dir, struct dentry *dentry);
	/*
	 * Links that are more than their text (inode->symlink is NULL), as /proc/PID/exe: the text
	 * into buf, its length or -Exxx; and where a walk goes on, a counted dentry or ERR_PTR.
	 */
	ssize_t (*readlink)(struct dentry *link, char *buf, size_t size);
	struct dentry *(*follow)(struct dentry *link);
	/* The last reference is gone: free inode->private. Empty: nothing to do. */
	void (*evict)(struct inode *inode);
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
	/* POLL* that hold now; waits by poll_wait(). Empty: always readable and writable. */
	unsigned int (*poll)(struct file *file, struct poll_table *table);
	unsigned int flags;			/* FOP_* */
};

/* What Linux lets programs do with some kinds of files, though they are read and written alike. */
#define FOP_SEND	1			/* sendfile() from it, RWF_* when it is read */
#define FOP_TAKE	2			/* sendfile() into it, RWF_* when it is written */
#define FOP_NOWAIT	4			/* RWF_NOWAIT */

#define FMODE_READ	1
#define FMODE_WRITE	2
#define FMODE_EXEC	4			/* a program that runs: nobody may write to it */
#define FMODE_TEXT	64			/* made up anew: no pwrite(), no SEEK_END */
/* Of one call (its own copy of the file): */
#define FMODE_NOSIGNAL	8			/* -EPIPE without SIGPIPE */
#define FMODE_PART	16			/* goes on with another piece of memory */
#define FMODE_MORE	32			/* and there will be one more */

/* One open file: shared by dup() and fork(). */
struct file {
	atomic_t count;
	unsigned int mode;			/* FMODE_* */
	unsigned int flags;			/* O_* */
	loff_t pos;				/* not locked: the last writer wins */
	struct dentry *dentry;			/* counted */
	struct inode *inode;			/* the dentry's, which has counted it */
	const struct file_operations *fop;
	pid_t opener;				/* process that opened it, and its fsuid then */
	uid_t opener_uid;
	void *private_data;			/* of fop->open: a pipe, a terminal's hang-ups */
};

static inline struct file *get_file(struct file *file)
{
	atomic_inc(&file->count);
	return file;
}
void fput(struct file *file);			/* may free, may sleep */
/*
 * fget - the file of a descriptor of the current task, with a reference, or NULL. fget_any also
 * returns O_PATH ones, which only name a place.
 */
struct file *fget(unsigned int fd);
struct file *fget_any(unsigned int fd);
/* Open by kernel pointer; O_* flags; ERR_PTR on failure. */
struct file *filp_open(const char *path, int flags, mode_t mode);
/* may_see_cache - may the current task know which pages of the file are in memory? */
bool may_see_cache(const struct file *file);
/* kernel_read - from a regular file at pos into kernel memory. Bytes, fewer only at the end. */
ssize_t kernel_read(struct file *file, loff_t pos, void *buf, size_t count);
/* A nameless in-memory file of size bytes, for shared anonymous memory; ERR_PTR on failure. */
struct file *shmem_file_setup(loff_t size);
/* getname - a path of the user in a page of its own; or ERR_PTR. putname frees it. */
char *getname(const char *user);
void putname(char *name);

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

/* Boot. */
void fs_init(void);				/* caches, root directory, devices */
/*
 * Unpack one archive (direct-map memory) into the root; false: damaged, said in the log. in_place:
 * these are reserved frames, and whole pages of files that begin on a page's border are used.
 */
bool unpack_archive(const void *data, size_t size, const char *name, bool in_place);

#endif
