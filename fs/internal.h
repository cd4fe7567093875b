/* SPDX-License-Identifier: MIT */
/* internal.h - what only fs/ (and its tests) may see: names, inodes, path walks. */
#ifndef FS_INTERNAL_H
#define FS_INTERNAL_H

#include <nopage/bug.h>
#include <nopage/err.h>
#include <nopage/fs.h>
#include <nopage/sched.h>
#include <uapi/fcntl.h>
#include <uapi/mount.h>
#include <uapi/stat.h>

/*
 * A name in a directory. The in-memory file systems are nothing but dentries: each hashed one holds
 * a reference on itself for being in its directory, and every one holds its parent and its inode.
 */
struct dentry {
	atomic_t count;			/* users, + 1 while hashed */
	struct super_block *sb;		/* constant */
	/* dcache_lock, and to change rename_mutex */
	struct dentry *parent;		/* counted; a root, a nameless file: itself */
	unsigned int len;		/* of name */
	u32 hash;
	char *name;			/* kmalloc()ed: a rename gives it to another dentry */
	/* dcache_lock */
	struct super_block *mounted;	/* what stands on top of this directory, or NULL */
	struct inode *inode;		/* counted; NULL until the name exists */
	bool hashed;			/* reachable by path */
	u32 cookie;			/* grows along children: a position for readdir */
	struct hlist_node hash_link;
	struct list_head children;	/* of child, in order of creation */
	struct list_head child;
};

static inline struct dentry *dget(struct dentry *dentry)
{
	atomic_inc(&dentry->count);
	return dentry;
}

static inline struct inode *ihold(struct inode *inode)
{
	atomic_inc(&inode->count);
	return inode;
}

/* A piece of a path: not terminated. */
struct qstr {
	const char *name;
	unsigned int len;
};

/* dcache.c */
extern spinlock_t dcache_lock;
extern struct dentry *root_dentry;			/* of the first file system (super.c) */
/* d_alloc - a new name below parent, neither hashed nor with an inode; or NULL. */
struct dentry *d_alloc(struct dentry *parent, const struct qstr *name);
/*
 * d_alloc_root - one without a parent, for inode, whose reference is consumed even on failure: the
 * root of sb (name ""), or a nameless file that is called so, as pipe:[17]; or NULL.
 */
struct dentry *d_alloc_root(struct super_block *sb, const char *name, struct inode *inode);
/* d_make_root - the root of sb, for fill_super; consumes inode. 0 or -ENOMEM. */
int d_make_root(struct super_block *sb, struct inode *inode);
/* d_instantiate - a name made on demand: gets its inode, consumed, and stays unhashed. */
void d_instantiate(struct dentry *dentry, struct inode *inode);
void dput(struct dentry *dentry);		/* may free, may sleep */
/* d_lookup - the hashed child of that name, with a reference, or NULL. */
struct dentry *d_lookup(struct dentry *parent, const struct qstr *name);
/* d_add - the name exists now: consumes a reference to inode. d_drop - it no longer does. */
void d_add(struct dentry *dentry, struct inode *inode);
void d_drop(struct dentry *dentry);
/*
 * d_move - a hashed dentry changes names and places with new, which, if it is hashed, is dropped
 * then, unless they are to be exchanged. Caller holds both directories' locks and rename_mutex.
 */
void d_move(struct dentry *dentry, struct dentry *new, bool exchange);
bool d_empty(struct dentry *dentry);		/* a directory without entries */
/*
 * d_above - what dentry stands in: its directory, or for the root of a mounted file system what it
 * is mounted on; itself, if it is the top. Caller holds dcache_lock.
 */
static inline struct dentry *d_above(const struct dentry *dentry)
{
	return dentry->parent == dentry ? dentry->sb->mountpoint ?: dentry->parent : dentry->parent;
}
/* d_unlinked - taken away? Not a name made on demand: it lives as long as somebody uses it. */
bool d_unlinked(const struct dentry *dentry);
/* d_reachable - is it below the root of the current process? Not above it, nor unmounted. */
bool d_reachable(const struct dentry *dentry);
/*
 * d_path - from the root of the current process, with " (deleted)" behind it if it is, into the end
 * of buf; or ERR_PTR(-ENAMETOOLONG).
 */
char *d_path(struct dentry *dentry, char *buf, size_t size);
/* dcache_readdir - f_op->readdir of directories whose entries are all in the cache. */
int dcache_readdir(struct file *file, struct dirent_buf *buf);

/* inode.c */
void inode_init(void);
/* new_inode - one with a count of 1, no names, an ino of its own, times now; or NULL. */
struct inode *new_inode(struct super_block *sb, mode_t mode);
void iput(struct inode *inode);			/* the last one frees pages and inode */
struct inode_time current_time(void);		/* as fine as a tick */
void inode_accessed(struct inode *inode);	/* sets atime, if the file system wants it */
static inline void file_accessed(struct file *file)
{
	if (!(file->flags & O_NOATIME))
		inode_accessed(file->inode);
}

/* super.c */
extern struct mutex mount_mutex;
extern struct list_head filesystems;	/* of file_system_type.list; mount_mutex */
extern struct list_head mounts;		/* of super_block.list, in order of mounting; mount_mutex */
/* do_mount - type by name on top of a directory, counted by the caller. 0 or -Exxx. */
int do_mount(const char *source, struct dentry *where, const char *type, unsigned long flags,
	     const char *options);
/*
 * do_umount - take away what where is the root of. 0, -EINVAL (no such root) or -EBUSY. flags:
 * MNT_DETACH, even if it is used, and free it after its last use; MNT_EXPIRE, only if no path has
 * led into it since the last such call but the caller's, else -EAGAIN. Consumes the reference.
 */
int do_umount(struct dentry *where, unsigned long flags);
/* free_detached - sb (NULL: each one) is freed if it was unmounted while in use, which ended. */
extern struct list_head detached_mounts;	/* of super_block.list; mount_mutex */
void free_detached(const struct super_block *sb);
/* put_place - dput() of where a file or process stood: perhaps the last use of its sb. Sleeps. */
static inline void put_place(struct dentry *dentry)
{
	const struct super_block *sb = dentry->sb;	/* may be gone afterwards */

	dput(dentry);
	if (unlikely(!list_empty(&detached_mounts)))
		free_detached(sb);
}
int do_move_mount(struct dentry *from, struct dentry *where);
void mount_root(void);				/* boot: root_dentry */

/* Bytes in what stat() and FIGETBSZ call a block. */
static inline unsigned int block_size(const struct super_block *sb)
{
	return sb->type->block_size ?: PAGE_SIZE;
}

/* readdir.c: emit one entry; next is the position behind it. False: the buffer is full. */
bool dirent_emit(struct dirent_buf *buf, const struct qstr *name, unsigned long ino, mode_t mode,
		 u32 next);
/* dirent_dots - . and .. as far as file->pos is before them: positions 0 and 1. False: full. */
bool dirent_dots(struct dirent_buf *buf, const struct file *file);

/* namei.c */
#define LOOKUP_FOLLOW		1	/* if the last name is a symlink, go where it leads */
#define LOOKUP_DIRECTORY	2	/* the result must be a directory */
#define LOOKUP_EMPTY		4	/* the empty path means the start itself */
#define LOOKUP_MOUNTPOINT	8	/* to what is mounted on the result: at "." a walk does not */
#define LOOKUP_TO_NAME		16	/* the start itself is to get a name: for its opener */

#define WALK_JUMPED		1

#define MAX_LINKS		40	/* symbolic links in one walk, as on Linux */

/* A walk on its way. */
struct nameidata {
	struct dentry *dentry;		/* where we are, counted */
	const char *rest;		/* what is left of the path */
	struct dentry *link;		/* whose target rest points into, counted; or NULL */
	struct {
		const char *rest;
		struct dentry *link;
	} stack[MAX_LINKS];		/* to be continued after the current link */
	unsigned int depth;		/* of the stack */
	unsigned int links;		/* followed so far */
	struct qstr last;		/* walk_to_parent(): the last name */
	bool must_be_dir;		/* slashes after the last name */
};

/* path_lookup - walk from base (NULL: the working directory); a counted dentry or ERR_PTR. */
struct dentry *path_lookup(struct dentry *base, const char *path, unsigned int flags);
/* A path of the user's, and where it begins. */
struct user_path {
	char *name;			/* getname() */
	struct dentry *base;		/* what dirfd means, counted; NULL: the working directory */
};
/*
 * get_user_path - 0, or -Exxx and nothing is held; put_user_path lets go. The empty path, unless
 * flags have LOOKUP_EMPTY, is -ENOENT before dirfd is looked at.
 */
int get_user_path(struct user_path *p, int dirfd, long path, unsigned int flags);
void put_user_path(struct user_path *p);
/* user_lookup - path_lookup() of such a path. */
struct dentry *user_lookup(int dirfd, long path, unsigned int flags);
/* fd_lookup - what fd has open, counted; places: also by O_PATH. Or ERR_PTR(-EBADF). */
struct dentry *fd_lookup(int fd, bool places);
/*
 * The steps of a walk: walk_begin(), then walk_to_parent(), which leaves the directory in
 * nd->dentry and the last name in nd->last (0 or -Exxx; -EISDIR: there is none, or . or ..).
 * walk_link() and walk_to_parent() again follow a symlink found there, unless walk_link() returned
 * WALK_JUMPED: then nd->dentry is where the link leads. walk_end() hands nd->dentry to the caller;
 * walk_fail() drops it and returns ERR_PTR(error).
 */
void walk_begin(struct nameidata *nd, struct dentry *base, const char *path);
int walk_to_parent(struct nameidata *nd);
bool has_last_name(const struct nameidata *nd);	/* after it: not the root, . or .. */
int walk_link(struct nameidata *nd, struct dentry *link);
struct dentry *walk_end(struct nameidata *nd);
void *walk_fail(struct nameidata *nd, int error);
/* lookup_child - the name in that directory, counted, or ERR_PTR(-ENOENT, -ENOMEM). */
struct dentry *lookup_child(struct dentry *dir, const struct qstr *name);
/* cross_mounts - to the root of what is mounted on dentry, if any; consumes and returns one. */
struct dentry *cross_mounts(struct dentry *dentry);
/* walk_step - go to dentry; consumes the caller's reference to it. */
void walk_step(struct nameidata *nd, struct dentry *dentry);

/* cwd.c */
/*
 * Where a task stands and what / is for it: counted; kernel threads stand in the root. ERR_PTR
 * (-ENOENT) when another one exits. And its umask.
 */
struct dentry *task_pwd(const struct task_struct *p);
struct dentry *task_root(const struct task_struct *p);
mode_t task_umask(const struct task_struct *p);
struct dentry *fs_root(void);			/* the current one's root, not counted; holds dcache_lock */

/* perm.c */
#define MAY_EXEC	1			/* directories: search */
#define MAY_WRITE	2
#define MAY_READ	4
/* inode_permission - may the current task (its fsuid) do that? 0, -EACCES or -EROFS. */
int inode_permission(const struct inode *inode, int mask);
bool inode_owner_or_capable(const struct inode *inode);
/* May a name be made in dir; may victim's be taken from it (isdir: by rmdir)? Holds dir's lock. */
int may_create(const struct dentry *dir);
int may_delete(const struct inode *dir, const struct dentry *victim, bool isdir);
/* Owner of a new inode: the current task, but for the group of a set-group-ID directory. */
void inode_init_owner(struct inode *inode, const struct inode *dir);
mode_t mode_after_write(const struct inode *inode);	/* set-ID bits go when others write */
/* Writers or a running program, not both: 0 or -ETXTBSY. */
int get_write_access(struct inode *inode);
int deny_write_access(struct inode *inode);
static inline void put_write_access(struct inode *inode)
{
	BUG_ON(atomic_dec_return(&inode->writecount) < 0);
	if (S_ISREG(inode->mode))
		atomic_dec(&inode->sb->writers);
}
static inline void allow_write_access(struct inode *inode)
{
	BUG_ON(atomic_read(&inode->writecount) >= 0);
	atomic_inc(&inode->writecount);
}

/* locks.c */
void locks_init(void);
/* locks_remove - an owner (a descriptor table, an open file) gives up its locks on that file. */
void locks_remove(struct inode *inode, const void *owner);
/* fcntl_lock - F_GETLK and its kin; user: a struct flock, or flock64 for the later ones. */
long fcntl_lock(struct file *file, unsigned int cmd, void *user);

/* attr.c: do_truncate - to any size. 0 or -Exxx: -ETXTBSY for a program that runs. */
int do_truncate(struct inode *inode, loff_t size);

/* read_write.c */
#define MAX_RW_COUNT	(0x7fffffffL & PAGE_MASK)	/* one call moves no more, as on Linux */
#define MAX_NON_LFS	0x7fffffffLL		/* size limit of files opened without O_LARGEFILE */
/* has_positions - not a pipe, not the terminal. */
bool has_positions(const struct file *file);

/*
 * generic_llseek - by position and size: the new position, or -EINVAL. Directories: only from the
 * start and from here.
 */
loff_t generic_llseek(struct file *file, loff_t offset, int whence);
/* make_loff - a 64-bit argument from the two registers it came in. */
static inline loff_t make_loff(long low, long high)
{
	return (loff_t)((u64)(u32)high << 32 | (u32)low);
}
/* end_overflows - does [pos, pos + count) end where no position is? pos is not negative. */
static inline bool end_overflows(loff_t pos, size_t count)
{
	return (u64)pos + count > 0x7fffffffffffffffULL;
}
/* within_file_limit - may a file grow so far (RLIMIT_FSIZE)? False: SIGXFSZ has been sent. */
bool within_file_limit(loff_t size);

/* create.c */
bool dir_alive(const struct dentry *dir);	/* not removed; caller holds its lock */
/* Make, remove names by kernel pointer, relative to base as above. 0 or -Exxx. */
int vfs_mknod(struct dentry *base, const char *path, mode_t mode, dev_t rdev);
int vfs_symlink(struct dentry *base, const char *path, const char *target);
int vfs_link(struct dentry *base, const char *path, struct inode *inode);
int vfs_unlink(struct dentry *base, const char *path, bool dir);

/* rename.c: new_path may be an ERR_PTR, which counts if nothing is wrong with the old one. */
int vfs_rename(struct dentry *old_base, const char *old_path, struct dentry *new_base,
	       const char *new_path, unsigned int flags);

/* open.c */
/* open_by_path - open(2) without the descriptor; ERR_PTR on failure. */
struct file *open_by_path(struct dentry *base, const char *path, int flags, mode_t mode);

/* file.c */
#define NR_INLINE_FDS	16

struct fd_slot {
	struct file *file;		/* counted; NULL: free */
	bool cloexec;
};

struct files_struct {
	atomic_t count;			/* tasks */
	spinlock_t lock;
	/* lock */
	unsigned int size;		/* slots there are */
	unsigned int next_free;		/* none below it is free */
	struct fd_slot *slots;		/* inline_slots, or kmalloc()ed */
	struct fd_slot inline_slots[NR_INLINE_FDS];
};

/*
 * fget_light - fget() for the length of a system call: without a reference if no other task shares
 * the descriptors, because then nobody can close it meanwhile. *counted is for fput_light(). O_PATH
 * ones are found, too: they have no file->mode.
 */
static inline struct file *fget_light(unsigned int fd, bool *counted)
{
	struct files_struct *files = current->files;

	*counted = !files || atomic_read(&files->count) != 1;
	if (unlikely(*counted))
		return fget(fd);
	return likely(fd < files->size) ? files->slots[fd].file : NULL;
}

static inline void fput_light(struct file *file, bool counted)
{
	if (unlikely(counted))
		fput(file);
}

/*
 * Any task's file, counted, or NULL; is the descriptor closed by exec; its first descriptor from fd
 * on, or -1; slots of its table.
 */
struct file *task_fget(struct task_struct *p, unsigned int fd);
bool task_fd_cloexec(struct task_struct *p, unsigned int fd);
long task_next_fd(struct task_struct *p, unsigned int fd);
unsigned int task_fd_size(struct task_struct *p);
void file_init(void);
/* alloc_file - dentry opened, with a reference of its own; or ERR_PTR. */
struct file *alloc_file(struct dentry *dentry, int flags);
/*
 * fd_install - the lowest free descriptor from start on now means file: the descriptor, or -EMFILE,
 * -ENOMEM. Consumes the reference, also when it fails.
 */
int fd_install(struct file *file, unsigned int start, bool cloexec);
/* fd_room - may the current task have one more descriptor? 0 or -EMFILE. */
int fd_room(void);
unsigned int fd_limit(void);			/* how many it may have */
/* dup_from - the lowest descriptor from start on for what fd means; or -Exxx. */
long dup_from(unsigned int fd, unsigned int start, bool cloexec);
/* fd_flags - FD_CLOEXEC or not; or set it. -EBADF. */
long fd_flags(unsigned int fd, bool set, long flags);

/* tmpfs.c, tmpfs_file.c, shmem.c */
extern const struct inode_operations tmpfs_dir_iops;
extern const struct file_operations tmpfs_file_fops;
int tmpfs_truncate(struct inode *inode, loff_t size);	/* i_op->truncate */
/* O_DIRECT is for regular files that have their pages themselves. (Of a pipe: see there.) */
static inline bool may_be_direct(const struct inode *inode)
{
	return inode->fop == &tmpfs_file_fops;
}
void tmpfs_init(void);
/* tmpfs_make_devices - a node for every device in dir, which nobody else uses. 0, -ENOMEM, .. */
int tmpfs_make_devices(struct dentry *dir);
void shmem_init(struct file_system_type *type);
/* tmpfs_inode - of any type, with the operations of that type; or ERR_PTR(-ENOMEM, -ENOSPC). */
struct inode *tmpfs_inode(struct super_block *sb, mode_t mode, dev_t rdev);
/* tmpfs_write - size bytes of kernel memory at pos of a regular file; bytes or -ENOMEM, -EFBIG. */
ssize_t tmpfs_write(struct inode *inode, loff_t pos, const void *data, size_t size);

/* pipe.c */
extern const struct file_operations fifo_fops;
/* pipe_fcntl - F_SETPIPE_SZ, F_GETPIPE_SZ: bytes or -Exxx; -EBADF for what is no pipe. */
long pipe_fcntl(struct file *file, unsigned int cmd, unsigned long arg);
/* pipe_room - wait as write() does, until something fits: how many bytes; or -Exxx. */
ssize_t pipe_room(struct file *file);
void pipe_init(void);

/* proc/inode.c */
void proc_init(void);

/* dev.c */
extern const struct file_operations chrdev_fops;	/* of every character device node */
/* The devices there are, up to a NULL name, and the rights of their nodes. */
struct chrdev {
	const char *name;
	dev_t dev;
	mode_t mode;
	const struct file_operations *fop;
};
extern const struct chrdev chrdevs[];

#endif
