/* SPDX-License-Identifier: MIT */
/*
 * file.c - open files and descriptor tables.
 *
 * A table starts with room for NR_INLINE_FDS descriptors in itself and moves to an array of its own
 * when it needs more. Tasks made with CLONE_FILES share one table, counted.
 *
 * Locks: files->lock for the slots; nothing is opened, closed or allocated while it is held.
 */
#include "internal.h"
#include <nopage/mm.h>
#include <nopage/sched.h>
#include <nopage/slab.h>
#include <nopage/string.h>
#include <nopage/syscalls.h>
#include <uapi/sched.h>

#define NR_OPEN		16384		/* descriptors, whatever RLIMIT_NOFILE says */

static struct kmem_cache *file_cachep, *files_cachep;

void file_init(void)
{
	file_cachep = kmem_cache_create("file", sizeof(struct file), 0);
	files_cachep = kmem_cache_create("files_struct", sizeof(struct files_struct), 0);
	BUG_ON(!file_cachep || !files_cachep);
}

/* ------------------------------------------------------------------ open files */

/* Of O_PATH descriptors: a place, not something to read. */
static const struct file_operations path_fops = {};

struct file *alloc_file(struct dentry *dentry, int flags)
{
	struct inode *inode = dentry->inode;
	struct file *file = kmem_cache_alloc(file_cachep, GFP_KERNEL);
	int error;

	if (!file)
		return ERR_PTR(-ENOMEM);
	if (flags & O_PATH)
		flags &= O_PATH | O_DIRECTORY | O_NOFOLLOW;
	*file = (struct file){
		.count = ATOMIC_INIT(1),
		.mode = (flags + 1) & O_ACCMODE,	/* RDONLY, WRONLY, RDWR -> FMODE_* bits */
		.flags = flags,
		.dentry = dget(dentry),
		.inode = inode,
		.fop = inode->fop,
		.opener = current->tgid,
		.opener_uid = current->cred.fsuid,
	};
	if (flags & O_PATH) {
		file->mode = 0;
		file->fop = &path_fops;
	}
	error = file->mode & FMODE_WRITE ? get_write_access(inode) : 0;
	if (error)
		file->mode &= ~FMODE_WRITE;
	else if (file->fop && file->fop->open)
		error = file->fop->open(inode, file);
	file->flags &= ~(O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC | O_CLOEXEC);
	if (error)
		file->fop = NULL;	/* not opened: nothing to release */
	else if (flags & O_DIRECT && !may_be_direct(inode))
		error = -EINVAL;
	if (!error)
		return file;
	fput(file);
	return ERR_PTR(error);
}

void fput(struct file *file)
{
	if (!atomic_dec_and_test(&file->count))
		return;
	if (file->fop && file->fop->release)
		file->fop->release(file->inode, file);
	if (unlikely(file->inode->locks))
		locks_remove(file->inode, file);
	if (file->mode & FMODE_WRITE)
		put_write_access(file->inode);
	if (file->mode & FMODE_EXEC)
		allow_write_access(file->inode);
	put_place(file->dentry);
	kmem_cache_free(file_cachep, file);
}

/* A descriptor of the table files is closed: with it go all its locks on the file. Consumes. */
static void filp_close(struct file *file, struct files_struct *files)
{
	if (unlikely(file->inode->locks))
		locks_remove(file->inode, files);
	fput(file);
}

/* ------------------------------------------------------------------ tables */

static struct files_struct *alloc_files(void)
{
	struct files_struct *files = kmem_cache_alloc(files_cachep, GFP_KERNEL);

	if (!files)
		return NULL;
	memset(files, 0, sizeof(*files));
	atomic_set(&files->count, 1);
	spin_lock_init(&files->lock);
	files->size = NR_INLINE_FDS;
	files->slots = files->inline_slots;
	return files;
}

static void free_slots(struct files_struct *files, struct fd_slot *slots)
{
	if (slots != files->inline_slots)
		kfree(slots);
}

/* Room for at least size slots. 0 or -ENOMEM. Sleeps; other tasks may grow the table meanwhile. */
static int expand_files(struct files_struct *files, unsigned int size)
{
	struct fd_slot *old, *new;
	unsigned int new_size = NR_INLINE_FDS;

	while (new_size < size)
		new_size *= 2;
	new = kzalloc(new_size * sizeof(*new), GFP_KERNEL);
	if (!new)
		return -ENOMEM;
	spin_lock(&files->lock);
	old = new;
	if (new_size > files->size) {
		old = files->slots;
		memcpy(new, old, files->size * sizeof(*new));
		files->slots = new;
		files->size = new_size;
	}
	spin_unlock(&files->lock);
	free_slots(files, old);
	return 0;
}

static void put_files(struct files_struct *files)
{
	if (!atomic_dec_and_test(&files->count))
		return;
	for (unsigned int fd = 0; fd < files->size; fd++)
		if (files->slots[fd].file)
			filp_close(files->slots[fd].file, files);
	free_slots(files, files->slots);
	kmem_cache_free(files_cachep, files);
}

/* dup_files - a table with the same open files. */
static struct files_struct *dup_files(struct files_struct *old)
{
	struct files_struct *files = alloc_files();

	if (!files)
		return NULL;
	spin_lock(&old->lock);
	while (files->size < old->size) {
		unsigned int size = old->size;

		spin_unlock(&old->lock);
		if (expand_files(files, size)) {
			put_files(files);
			return NULL;
		}
		spin_lock(&old->lock);
	}
	files->next_free = old->next_free;
	for (unsigned int fd = 0; fd < old->size; fd++) {
		files->slots[fd] = old->slots[fd];
		if (old->slots[fd].file)
			get_file(old->slots[fd].file);
	}
	spin_unlock(&old->lock);
	return files;
}

int copy_files(unsigned long clone_flags, struct task_struct *p)
{
	struct files_struct *files = current->files;

	p->files = NULL;
	if (!files)
		return 0;
	if (clone_flags & CLONE_FILES)
		atomic_inc(&files->count);
	else
		files = dup_files(files);
	p->files = files;
	return files ? 0 : -ENOMEM;
}

void exit_files(struct task_struct *p)
{
	struct files_struct *files = p->files;

	p->files = NULL;
	if (files)
		put_files(files);
}

int unshare_files(void)
{
	struct files_struct *old = current->files, *new;

	if (old && atomic_read(&old->count) == 1)
		return 0;
	new = old ? dup_files(old) : alloc_files();
	if (!new)
		return -ENOMEM;
	current->files = new;
	if (old)
		put_files(old);
	return 0;
}

void flush_old_files(void)
{
	struct files_struct *files = current->files;
	struct file *file;

	BUG_ON(!files || atomic_read(&files->count) != 1);
	for (unsigned int fd = 0; fd < files->size; fd++) {
		file = files->slots[fd].file;
		if (!file || !files->slots[fd].cloexec)
			continue;
		files->slots[fd] = (struct fd_slot){ NULL, false };
		files->next_free = min(files->next_free, fd);
		filp_close(file, files);
	}
}

/* ------------------------------------------------------------------ descriptors */

/* The slot of an open descriptor, or NULL. Caller holds the lock. */
static struct fd_slot *used_slot(struct files_struct *files, unsigned int fd)
{
	assert_spin_locked(&files->lock);
	return fd < files->size && files->slots[fd].file ? &files->slots[fd] : NULL;
}

/*
 * The descriptors of any task: another's for /proc. Nothing sleeps before the table is locked, so
 * that on one CPU the task cannot have given it up.
 */
struct file *task_fget(struct task_struct *p, unsigned int fd)
{
	struct files_struct *files = READ_ONCE(p->files);
	struct fd_slot *slot;
	struct file *file = NULL;

	BUILD_BUG_ON(NR_CPUS != 1);
	if (!files)
		return NULL;
	spin_lock(&files->lock);
	slot = used_slot(files, fd);
	if (slot)
		file = get_file(slot->file);
	spin_unlock(&files->lock);
	return file;
}

struct file *fget_any(unsigned int fd)
{
	return task_fget(current, fd);
}

struct file *fget(unsigned int fd)
{
	struct file *file = fget_any(fd);

	if (!file || !(file->flags & O_PATH))
		return file;
	fput(file);
	return NULL;
}

bool task_fd_cloexec(struct task_struct *p, unsigned int fd)
{
	struct files_struct *files = READ_ONCE(p->files);
	struct fd_slot *slot;
	bool cloexec;

	BUILD_BUG_ON(NR_CPUS != 1);
	if (!files)
		return false;
	spin_lock(&files->lock);
	slot = used_slot(files, fd);
	cloexec = slot && slot->cloexec;
	spin_unlock(&files->lock);
	return cloexec;
}

long task_next_fd(struct task_struct *p, unsigned int fd)
{
	struct files_struct *files = READ_ONCE(p->files);
	long found = -1;

	if (!files)
		return -1;
	spin_lock(&files->lock);
	while (fd < files->size && !files->slots[fd].file)
		fd++;
	if (fd < files->size)
		found = fd;
	spin_unlock(&files->lock);
	return found;
}

unsigned int task_fd_size(struct task_struct *p)
{
	struct files_struct *files = READ_ONCE(p->files);

	return files ? files->size : 0;
}

/* How many descriptors the current task may have. */
unsigned int fd_limit(void)
{
	return min(rlimit(RLIMIT_NOFILE), (unsigned long)NR_OPEN);
}

/* The lowest free descriptor from start on, perhaps behind the table. Caller holds the lock. */
static unsigned int lowest_free(const struct files_struct *files, unsigned int start)
{
	unsigned int fd = max(start, files->next_free);

	while (fd < files->size && files->slots[fd].file)
		fd++;
	return fd;
}

int fd_room(void)
{
	struct files_struct *files = current->files;
	unsigned int fd;

	spin_lock(&files->lock);
	fd = lowest_free(files, 0);
	spin_unlock(&files->lock);
	return fd < fd_limit() ? 0 : -EMFILE;
}

int fd_install(struct file *file, unsigned int start, bool cloexec)
{
	struct files_struct *files = current->files;
	unsigned int fd;
	int error;

	for (;;) {
		spin_lock(&files->lock);
		fd = lowest_free(files, start);
		if (fd < min(files->size, fd_limit()))
			break;
		spin_unlock(&files->lock);
		error = fd >= fd_limit() ? -EMFILE : expand_files(files, fd + 1);
		if (error) {
			fput(file);
			return error;
		}
	}
	files->slots[fd] = (struct fd_slot){ file, cloexec };
	if (start <= files->next_free)
		files->next_free = fd + 1;
	spin_unlock(&files->lock);
	return fd;
}

long sys_close(long fd)
{
	struct files_struct *files = current->files;
	struct fd_slot *slot;
	struct file *file = NULL;

	spin_lock(&files->lock);
	slot = used_slot(files, fd);
	if (slot) {
		file = slot->file;
		*slot = (struct fd_slot){ NULL, false };
		files->next_free = min(files->next_free, (unsigned int)fd);
	}
	spin_unlock(&files->lock);
	if (!file)
		return -EBADF;
	filp_close(file, files);
	return 0;
}

/* The lowest descriptor from start on for what fd means. */
long dup_from(unsigned int fd, unsigned int start, bool cloexec)
{
	struct file *file = fget_any(fd);

	return file ? fd_install(file, start, cloexec) : -EBADF;
}

long sys_dup(long fd)
{
	return dup_from(fd, 0, false);
}

/* Make newfd mean what oldfd does, closing what it meant. */
static long replace_fd(unsigned int oldfd, unsigned int newfd, bool cloexec)
{
	struct files_struct *files = current->files;
	struct file *file = fget_any(oldfd), *old;

	if (!file)
		return -EBADF;
	if (newfd >= fd_limit()) {
		fput(file);
		return -EBADF;
	}
	if (newfd >= files->size && expand_files(files, newfd + 1)) {
		fput(file);
		return -ENOMEM;
	}
	spin_lock(&files->lock);
	old = files->slots[newfd].file;
	files->slots[newfd] = (struct fd_slot){ file, cloexec };
	spin_unlock(&files->lock);
	if (old)
		filp_close(old, files);
	return newfd;
}

long sys_dup2(long oldfd, long newfd)
{
	struct file *file;

	if (oldfd != newfd)
		return replace_fd(oldfd, newfd, false);
	file = fget_any(oldfd);
	if (!file)
		return -EBADF;
	fput(file);
	return newfd;
}

long sys_dup3(long oldfd, long newfd, long flags)
{
	if (flags & ~O_CLOEXEC || oldfd == newfd)
		return -EINVAL;
	return replace_fd(oldfd, newfd, flags & O_CLOEXEC);
}

/* F_GETFD, F_SETFD: the flag of the descriptor, not of the file. */
long fd_flags(unsigned int fd, bool set, long flags)
{
	struct files_struct *files = current->files;
	struct fd_slot *slot;
	long ret = -EBADF;

	spin_lock(&files->lock);
	slot = used_slot(files, fd);
	if (slot && set)
		slot->cloexec = flags & FD_CLOEXEC;
	if (slot)
		ret = set ? 0 : slot->cloexec ? FD_CLOEXEC : 0;
	spin_unlock(&files->lock);
	return ret;
}

int open_console(void)
{
	struct file *file;
	int fd = 0, error;

	error = unshare_files() ?: unshare_fs();
	if (error)
		return error;
	file = filp_open("/dev/console", O_RDWR, 0);
	if (IS_ERR(file))
		return PTR_ERR(file);
	for (int i = 0; i < 3 && fd >= 0; i++)
		fd = fd_install(get_file(file), 0, false);
	fput(file);
	return min(fd, 0);
}
