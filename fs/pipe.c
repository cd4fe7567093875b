/* SPDX-License-Identifier: MIT */
/*
 * pipe.c - pipes and FIFOs: bytes in a ring of pages.
 *
 * Each slot of the ring is a page with the bytes [offset, offset + len) in it. A write first fills
 * up the last page, if all of what does not make whole pages fits there, and then takes new slots:
 * so up to PIPE_BUF bytes stand in one page and get in at once or not at all.
 *
 * Who writes with O_DIRECT sends packets: each is a slot that nothing is appended to, and a read
 * ends behind it. What is left of it then is lost.
 *
 * A pipe lives from the first to the last open file of its inode: inode->private points to it.
 *
 * Who waits does so exclusively: a wake-up reaches one reader (or writer), and who leaves something
 * for the next one passes it on. Nobody is woken who would not find anything: readers wait only
 * while the pipe is empty, writers only while all slots are taken.
 *
 * Locks: inode->lock (the pipe's life), then pipe->lock, which is held while user memory is
 * touched: mmap_sem comes after it.
 */
#include "internal.h"
#include <nopage/mm.h>
#include <nopage/poll.h>
#include <nopage/printf.h>
#include <nopage/sched.h>
#include <nopage/slab.h>
#include <nopage/string.h>
#include <nopage/syscalls.h>
#include <asm/uaccess.h>
#include <uapi/termios.h>

#define DEFAULT_SLOTS	16
#define MAX_SLOTS	256		/* 1 MiB */

struct pipe_slot {
	char *page;
	unsigned int offset, len;
	unsigned int packet;		/* O_DIRECT or 0 */
};

struct pipe {
	unsigned int files;		/* inode->lock: open files, calls in open() */
	struct mutex lock;
	wait_queue_head_t readable, writable;
	wait_queue_head_t opened;	/* FIFOs: the other end was opened */

	/* lock */
	unsigned int head, tail;	/* slots filled and emptied so far */
	unsigned int nr_slots;		/* a power of two */
	struct pipe_slot *slots;
	char *spare;			/* a page for the next slot, or NULL */
	unsigned int readers, writers;	/* open files */
	unsigned int reads_opened, writes_opened;	/* so many, ever */
};

static struct super_block *pipe_sb;	/* of pipes without a name */

static bool pipe_empty(const struct pipe *pipe)
{
	return pipe->head == pipe->tail;
}

static bool pipe_full(const struct pipe *pipe)
{
	return pipe->head - pipe->tail == pipe->nr_slots;
}

static struct pipe_slot *slot_at(struct pipe *pipe, unsigned int pos)
{
	return &pipe->slots[pos & (pipe->nr_slots - 1)];
}

/* wake_next - whoever waits queued itself under pipe->lock, which the caller holds. */
static void wake_next(wait_queue_head_t *q)
{
	if (!list_empty(&q->tasks))
		wake_up(q);
}

/* ------------------------------------------------------------------ life */

static struct pipe *alloc_pipe(void)
{
	struct pipe *pipe = kzalloc(sizeof(*pipe), GFP_KERNEL);

	if (!pipe)
		return NULL;
	pipe->slots = kmalloc(DEFAULT_SLOTS * sizeof(*pipe->slots), GFP_KERNEL);
	if (!pipe->slots) {
		kfree(pipe);
		return NULL;
	}
	pipe->nr_slots = DEFAULT_SLOTS;
	mutex_init(&pipe->lock);
	init_waitqueue_head(&pipe->readable);
	init_waitqueue_head(&pipe->writable);
	init_waitqueue_head(&pipe->opened);
	return pipe;
}

static void free_pipe(struct pipe *pipe)
{
	BUG_ON(pipe->readers || pipe->writers);
	for (; !pipe_empty(pipe); pipe->tail++)
		free_pages(slot_at(pipe, pipe->tail)->page, 0);
	if (pipe->spare)
		free_pages(pipe->spare, 0);
	kfree(pipe->slots);
	kfree(pipe);
}

/* The inode's pipe, made if it has none, for one more file; NULL: no memory. */
static struct pipe *get_pipe(struct inode *inode)
{
	struct pipe *pipe;

	mutex_lock(&inode->lock);
	pipe = inode->private;
	if (!pipe)
		pipe = inode->private = alloc_pipe();
	if (pipe)
		pipe->files++;
	mutex_unlock(&inode->lock);
	return pipe;
}

static void put_pipe(struct inode *inode, struct pipe *pipe)
{
	bool last;

	mutex_lock(&inode->lock);
	last = --pipe->files == 0;
	if (last)
		inode->private = NULL;
	mutex_unlock(&inode->lock);
	if (last)
		free_pipe(pipe);
}

/* One more or one less file of that mode. Caller holds pipe->lock. */
static void attach(struct pipe *pipe, unsigned int mode)
{
	if (mode & FMODE_READ) {
		pipe->readers++;
		pipe->reads_opened++;
	}
	if (mode & FMODE_WRITE) {
		pipe->writers++;
		pipe->writes_opened++;
	}
	wake_up_all(&pipe->opened);
}

static void detach(struct pipe *pipe, unsigned int mode)
{
	if (mode & FMODE_READ && --pipe->readers == 0)
		wake_up_all(&pipe->writable);
	if (mode & FMODE_WRITE && --pipe->writers == 0)
		wake_up_all(&pipe->readable);
}

/* Wait on q; pipe->lock is dropped meanwhile. 0 or -ERESTARTSYS. */
static int pipe_wait(struct pipe *pipe, wait_queue_head_t *q)
{
	DEFINE_WAIT(wait);

	wait.exclusive = true;
	prepare_to_wait(q, &wait, TASK_INTERRUPTIBLE);
	mutex_unlock(&pipe->lock);
	schedule();
	finish_wait(q, &wait);
	mutex_lock(&pipe->lock);
	return signal_pending(current) ? -ERESTARTSYS : 0;
}

/* wait_opened - until *count, of files opened so far, has changed. 0 or -ERESTARTSYS. */
static int wait_opened(struct pipe *pipe, const unsigned int *count)
{
	unsigned int before = *count;
	int error = 0;

	while (*count == before && !error)
		error = pipe_wait(pipe, &pipe->opened);
	return *count == before ? error : 0;
}

/*
 * wait_other_end - a FIFO's opening waits for it. A reader that does not wait remembers in its
 * position how many writers there have been: before the next one came and went, nobody has hung up.
 */
static int wait_other_end(struct pipe *pipe, struct file *file)
{
	if (file->mode == FMODE_READ && !pipe->writers) {
		file->pos = pipe->writes_opened;
		if (!(file->flags & O_NONBLOCK))
			return wait_opened(pipe, &pipe->writes_opened);
	}
	if (file->mode == FMODE_WRITE && !pipe->readers)
		return wait_opened(pipe, &pipe->reads_opened);
	return 0;
}

/*
 * A FIFO for writing, without a reader and without waiting: -ENXIO. A nameless pipe, new or opened
 * again in /proc/PID/fd, is there with the end that is asked for.
 */
static int pipe_open(struct inode *inode, struct file *file)
{
	const bool nameless = inode->sb == pipe_sb;
	struct pipe *pipe;
	int error = -ENXIO;

	if (!file->mode)
		return -EINVAL;			/* for neither end */
	pipe = get_pipe(inode);
	if (!pipe)
		return -ENOMEM;
	file->private_data = pipe;
	mutex_lock(&pipe->lock);
	if (nameless || file->mode != FMODE_WRITE || !(file->flags & O_NONBLOCK) || pipe->readers) {
		attach(pipe, file->mode);
		error = nameless ? 0 : wait_other_end(pipe, file);
		if (error)
			detach(pipe, file->mode);
	}
	mutex_unlock(&pipe->lock);
	if (error)
		put_pipe(inode, pipe);
	return error;
}

static void pipe_release(struct inode *inode, struct file *file)
{
	struct pipe *pipe = file->private_data;

	mutex_lock(&pipe->lock);
	detach(pipe, file->mode);
	mutex_unlock(&pipe->lock);
	put_pipe(inode, pipe);
}

/* ------------------------------------------------------------------ reading */

/* The first slot is empty: its page is kept for the next one, or freed. */
static void drop_slot(struct pipe *pipe, char *page)
{
	if (likely(!pipe->spare))
		pipe->spare = page;
	else
		free_pages(page, 0);
	pipe->tail++;
	wake_next(&pipe->writable);
}

/*
 * take - up to count bytes that are there; there are some, and count is not 0. more: the call will
 * go on with the packet. Bytes, or -EFAULT when not even the first slot's could be copied.
 */
static __always_inline ssize_t take(struct pipe *pipe, char *buf, size_t count, bool more)
{
	struct pipe_slot *slot;
	char *start = buf;
	size_t part;

	do {
		slot = slot_at(pipe, pipe->tail);
		part = min(count, (size_t)slot->len);
		if (copy_to_user(buf, slot->page + slot->offset, part))
			break;
		buf += part;
		count -= part;
		slot->offset += part;
		slot->len -= part;
		if (slot->len && (!slot->packet || more))
			break;
		drop_slot(pipe, slot->page);
	} while (count && !pipe_empty(pipe) && !slot->packet);
	return buf != start ? buf - start : -EFAULT;
}

/* wait_readable - until there is something, or no writer. 0, -EAGAIN or -ERESTARTSYS. */
static int wait_readable(struct pipe *pipe, const struct file *file)
{
	int error = 0;

	while (pipe_empty(pipe) && pipe->writers && !error) {
		if (file->flags & O_NONBLOCK)
			return -EAGAIN;
		error = pipe_wait(pipe, &pipe->readable);
	}
	return error;
}

/* One of several pieces of memory that a call fills: it does not go on behind a packet. */
static noinline ssize_t read_part(struct pipe *pipe, const struct file *file, char *buf,
				  size_t count)
{
	const struct pipe_slot *slot;
	ssize_t done = 0;

	mutex_lock(&pipe->lock);
	slot = slot_at(pipe, pipe->tail);
	if (!(file->mode & FMODE_PART))
		done = wait_readable(pipe, file);
	else if (pipe_empty(pipe) || (slot->packet && !slot->offset))
		done = -EAGAIN;
	if (!done && !pipe_empty(pipe))
		done = take(pipe, buf, count, file->mode & FMODE_MORE);
	if (!pipe_empty(pipe))
		wake_next(&pipe->readable);
	mutex_unlock(&pipe->lock);
	return done;
}

static ssize_t pipe_read(struct file *file, char *buf, size_t count, loff_t *pos)
{
	struct pipe *pipe = file->private_data;
	ssize_t done = 0;

	if (!count)
		return 0;
	if (unlikely(file->mode & (FMODE_PART | FMODE_MORE)))
		return read_part(pipe, file, buf, count);
	mutex_lock(&pipe->lock);
	if (pipe_empty(pipe))
		done = wait_readable(pipe, file);
	if (!pipe_empty(pipe))
		done = take(pipe, buf, count, false);
	if (!pipe_empty(pipe))
		wake_next(&pipe->readable);
	mutex_unlock(&pipe->lock);
	return done;
}

/* ------------------------------------------------------------------ writing */

/*
 * append - to the last page, if count bytes fit behind what it holds, and it is no packet or this
 * call's. Bytes, 0 or -EFAULT.
 */
static ssize_t append(struct pipe *pipe, const struct file *file, const char *buf, size_t count)
{
	struct pipe_slot *slot;
	unsigned int end;

	if (!count || pipe_empty(pipe))
		return 0;
	slot = slot_at(pipe, pipe->head - 1);
	end = slot->offset + slot->len;
	if (end + count > PAGE_SIZE)
		return 0;
	if (slot->packet && !(file->mode & FMODE_PART))
		return 0;
	if (copy_from_user(slot->page + end, buf, count))
		return -EFAULT;
	slot->len += count;
	return count;
}

/* fill_slot - a new one, with up to a page. Bytes, -ENOMEM or -EFAULT. */
static __always_inline ssize_t fill_slot(struct pipe *pipe, const struct file *file,
					 const char *buf, size_t count)
{
	char *page = pipe->spare ?: __get_free_pages(GFP_KERNEL, 0);

	if (!page)
		return -ENOMEM;
	count = min(count, (size_t)PAGE_SIZE);
	pipe->spare = NULL;
	if (copy_from_user(page, buf, count)) {
		pipe->spare = page;
		return -EFAULT;
	}
	*slot_at(pipe, pipe->head++) = (struct pipe_slot){
		page, 0, count, file->flags & O_DIRECT
	};
	return count;
}

/* wait_writable - until a slot is free. 0, -EPIPE (no readers), -EAGAIN or -ERESTARTSYS. */
static int wait_writable(struct pipe *pipe, const struct file *file)
{
	int error = 0;

	while (pipe->readers && pipe_full(pipe) && !error) {
		if (file->flags & O_NONBLOCK)
			return -EAGAIN;
		error = pipe_wait(pipe, &pipe->writable);
	}
	if (!pipe->readers)
		return -EPIPE;
	return pipe_full(pipe) ? error : 0;
}

/* put - all of it, waiting for room. Bytes, or the error that came before the first. */
static noinline ssize_t put(struct pipe *pipe, const struct file *file, const char *buf,
			    size_t count)
{
	size_t done = 0;
	bool was_empty;
	ssize_t n;

	n = pipe->readers ? append(pipe, file, buf, count & ~PAGE_MASK) : -EPIPE;
	while (n >= 0 && (done += n) < count) {
		n = wait_writable(pipe, file);
		if (n)
			break;
		was_empty = pipe_empty(pipe);
		n = fill_slot(pipe, file, buf + done, count - done);
		if (was_empty && n > 0)
			wake_next(&pipe->readable);
	}
	if (n == -EPIPE && !(file->mode & FMODE_NOSIGNAL))
		send_sig_self(SIGPIPE);
	return done ? (ssize_t)done : n;
}

/* put_first - the same for up to a page into an empty pipe: no other writer waits for room. */
static ssize_t put_first(struct pipe *pipe, const struct file *file, const char *buf, size_t count)
{
	ssize_t n = fill_slot(pipe, file, buf, count);

	if (likely(n > 0))
		wake_next(&pipe->readable);
	return n;
}

static ssize_t pipe_write(struct file *file, const char *buf, size_t count, loff_t *pos)
{
	struct pipe *pipe = file->private_data;
	ssize_t done;

	if (!count)
		return 0;
	mutex_lock(&pipe->lock);
	if (pipe_empty(pipe) && count <= PAGE_SIZE && pipe->readers) {
		done = put_first(pipe, file, buf, count);
	} else {
		done = put(pipe, file, buf, count);
		if (!pipe_full(pipe))
			wake_next(&pipe->writable);
	}
	mutex_unlock(&pipe->lock);
	return done;
}

ssize_t pipe_room(struct file *file)
{
	struct pipe *pipe = file->private_data;
	ssize_t n;

	mutex_lock(&pipe->lock);
	n = wait_writable(pipe, file);
	if (!n) {
		n = (pipe->nr_slots - (pipe->head - pipe->tail)) * PAGE_SIZE;
		wake_next(&pipe->writable);	/* perhaps we write nothing */
	}
	mutex_unlock(&pipe->lock);
	if (n == -EPIPE)
		send_sig_self(SIGPIPE);
	return n;
}

/* ------------------------------------------------------------------ poll, ioctl, fcntl */

static unsigned int pipe_poll(struct file *file, struct poll_table *table)
{
	struct pipe *pipe = file->private_data;
	unsigned int mask = 0;

	poll_wait(&pipe->readable, table);
	poll_wait(&pipe->writable, table);
	mutex_lock(&pipe->lock);
	if (file->mode & FMODE_READ) {
		if (!pipe_empty(pipe))
			mask |= POLL_READABLE;
		if (!pipe->writers && file->pos != pipe->writes_opened)
			mask |= POLLHUP;
	}
	if (file->mode & FMODE_WRITE) {
		if (!pipe_full(pipe))
			mask |= POLL_WRITABLE;
		if (!pipe->readers)
			mask |= POLLERR;
	}
	mutex_unlock(&pipe->lock);
	return mask;
}

static long pipe_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct pipe *pipe = file->private_data;
	int bytes = 0;

	if (cmd != FIONREAD)
		return -ENOTTY;
	mutex_lock(&pipe->lock);
	for (unsigned int pos = pipe->tail; pos != pipe->head; pos++)
		bytes += slot_at(pipe, pos)->len;
	mutex_unlock(&pipe->lock);
	return put_user(bytes, (int *)arg);
}

/* resize - to a ring of that many slots. Its size in bytes, -EBUSY or -ENOMEM. Locked. */
static long resize(struct pipe *pipe, unsigned int nr_slots)
{
	unsigned int used = pipe->head - pipe->tail;
	struct pipe_slot *slots;

	if (used > nr_slots)
		return -EBUSY;
	slots = kmalloc(nr_slots * sizeof(*slots), GFP_KERNEL);
	if (!slots)
		return -ENOMEM;
	for (unsigned int i = 0; i < used; i++)
		slots[i] = *slot_at(pipe, pipe->tail + i);
	kfree(pipe->slots);
	pipe->slots = slots;
	pipe->nr_slots = nr_slots;
	pipe->tail = 0;
	pipe->head = used;
	if (!pipe_full(pipe))
		wake_next(&pipe->writable);
	return nr_slots * PAGE_SIZE;
}

long pipe_fcntl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct pipe *pipe = file->private_data;
	unsigned int nr_slots = 1;
	long ret;

	if (!S_ISFIFO(file->inode->mode))
		return -EBADF;
	if (cmd == F_SETPIPE_SZ && arg > 1UL << 31)
		return -EINVAL;
	if (cmd == F_SETPIPE_SZ && arg > MAX_SLOTS * PAGE_SIZE)
		return -EPERM;
	while (nr_slots * PAGE_SIZE < arg)
		nr_slots *= 2;
	mutex_lock(&pipe->lock);
	ret = cmd == F_SETPIPE_SZ ? resize(pipe, nr_slots) : (long)(pipe->nr_slots * PAGE_SIZE);
	mutex_unlock(&pipe->lock);
	return ret;
}

/* Not a place to seek in. */
static const struct file_operations pipe_fops = {
	.read = pipe_read,
	.write = pipe_write,
	.open = pipe_open,
	.release = pipe_release,
	.ioctl = pipe_ioctl,
	.poll = pipe_poll,
	.flags = FOP_TAKE | FOP_NOWAIT,
};

/* A FIFO stands in a directory, where its times tell of its use. */
static ssize_t fifo_read(struct file *file, char *buf, size_t count, loff_t *pos)
{
	ssize_t done = pipe_read(file, buf, count, pos);

	if (done > 0)
		file_accessed(file);
	return done;
}

static ssize_t fifo_write(struct file *file, const char *buf, size_t count, loff_t *pos)
{
	ssize_t done = pipe_write(file, buf, count, pos);
	struct inode *inode = file->inode;

	if (done > 0 && !(inode->sb->flags & MS_RDONLY))
		inode->mtime = inode->ctime = current_time();
	return done;
}

const struct file_operations fifo_fops = {
	.read = fifo_read,
	.write = fifo_write,
	.open = pipe_open,
	.release = pipe_release,
	.ioctl = pipe_ioctl,
	.poll = pipe_poll,
	.flags = FOP_TAKE | FOP_NOWAIT,
};

/* ------------------------------------------------------------------ pipe() */


static int pipefs_fill_super(struct super_block *sb, const char *options)
{
	return d_make_root(sb, new_inode(sb, S_IFDIR | 0555));
}

static struct file_system_type pipefs_type = {
	.name = "pipefs",
	.magic = 0x50495045,
	.flags = SB_NOEXEC,
	.fill_super = pipefs_fill_super,
};

void pipe_init(void)
{
	register_filesystem(&pipefs_type);
	pipe_sb = kern_mount(&pipefs_type);
	BUG_ON(IS_ERR(pipe_sb));
}

/* A nameless pipe that is not open, as a dentry called pipe:[17]; or ERR_PTR(-ENOMEM). */
static struct dentry *pipe_dentry(void)
{
	struct inode *inode = new_inode(pipe_sb, S_IFIFO | 0600);
	struct dentry *dentry;
	char name[24];

	if (!inode)
		return ERR_PTR(-ENOMEM);
	inode->fop = &pipe_fops;
	inode->uid = current->cred.fsuid;
	inode->gid = current->cred.fsgid;
	scnprintf(name, sizeof(name), "pipe:[%lu]", inode->ino);
	dentry = d_alloc_root(pipe_sb, name, inode);
	return dentry ?: ERR_PTR(-ENOMEM);
}

/* open_pipe - both ends of a new pipe to file[]. 0 or -ENOMEM. */
static int open_pipe(struct file *file[2], unsigned int flags)
{
	struct dentry *dentry = pipe_dentry();
	int error;

	if (IS_ERR(dentry))
		return PTR_ERR(dentry);
	file[0] = alloc_file(dentry, O_RDONLY | (flags & O_NONBLOCK));
	error = IS_ERR(file[0]) ? PTR_ERR(file[0]) : 0;
	if (error)
		goto put_dentry;
	file[1] = alloc_file(dentry, O_WRONLY | (flags & O_NONBLOCK));
	if (IS_ERR(file[1])) {
		error = PTR_ERR(file[1]);
		fput(file[0]);
	} else {
		file[1]->flags |= flags & O_DIRECT;
	}
put_dentry:
	dput(dentry);
	return error;
}

/* Descriptors for both ends, told to the user. Consumes the references, also when it fails. */
static long install_pipe(struct file *file[2], int *user, bool cloexec)
{
	int fd[2];

	fd[0] = fd_install(file[0], 0, cloexec);
	if (fd[0] < 0) {
		fput(file[1]);
		return fd[0];
	}
	fd[1] = fd_install(file[1], 0, cloexec);
	if (fd[1] < 0) {
		sys_close(fd[0]);
		return fd[1];
	}
	if (!copy_to_user(user, fd, sizeof(fd)))
		return 0;
	sys_close(fd[0]);
	sys_close(fd[1]);
	return -EFAULT;
}

long sys_pipe2(long user, long flags)
{
	struct file *file[2];
	int error;

	if (flags & ~(O_CLOEXEC | O_NONBLOCK | O_DIRECT))
		return -EINVAL;
	error = open_pipe(file, flags);
	return error ?: install_pipe(file, (int *)user, flags & O_CLOEXEC);
}
