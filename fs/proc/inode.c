/* SPDX-License-Identifier: MIT */
/*
 * inode.c - the file system proc: names that are made when somebody asks for them.
 *
 * What can be named stands in constant tables of struct proc_entry; directories of numbers (tasks,
 * descriptors) have an iterator instead. A look-up makes an inode with a struct proc_node that says
 * which entry of which task it is. Nothing is cached: dentry and inode go with their last user, so
 * a process that is gone leaves no name behind.
 *
 * Locks: none of its own; the iterators take tasklist_lock or the lock of a descriptor table.
 */
#include "internal.h"
#include <nopage/kstrtox.h>
#include <nopage/printf.h>
#include <nopage/slab.h>
#include <nopage/string.h>

/*
 * Inode numbers are the same for every look-up: the number of the task in the upper 15 bits; below
 * it the place of the entry in the kernel image in units that no two entries share, which leaves
 * those below 32768 (the first MiB is not the image) for descriptors.
 */
#define INO_BITS	17
#define INO_UNIT	32
#define INO_FDINFO	16384		/* fdinfo's behind fd's */

BUILD_BUG_ON(sizeof(struct proc_entry) < INO_UNIT);
BUILD_BUG_ON(PID_MAX > 1 << (32 - INO_BITS));

static unsigned long node_ino(const struct proc_entry *entry, pid_t pid)
{
	unsigned long place = ((unsigned long)entry - PAGE_OFFSET) / INO_UNIT;

	if (entry == &proc_root_entry)
		return PROC_ROOT_INO;
	return (unsigned long)pid << INO_BITS | (place & ((1UL << INO_BITS) - 1));
}

static unsigned long fd_ino(const struct proc_numbers *numbers, pid_t pid, unsigned int fd)
{
	return (unsigned long)pid << INO_BITS |
	       (fd + (numbers == &proc_fdinfo_numbers ? INO_FDINFO : 0));
}

/* ------------------------------------------------------------------ inodes */

static const struct inode_operations proc_dir_iops, proc_file_iops, proc_link_iops;
static const struct file_operations proc_dir_fops;

/* proc_inode - for an entry; task: whose it is, or NULL. NULL: no memory. */
static struct inode *proc_inode(struct super_block *sb, const struct proc_entry *entry,
				const struct task_struct *task, unsigned int fd)
{
	struct proc_node *node = kmalloc(sizeof(*node), GFP_KERNEL);
	struct inode *inode = node ? new_inode(sb, entry->mode) : NULL;

	if (!inode) {
		kfree(node);
		return NULL;
	}
	*node = (struct proc_node){ .entry = entry, .fd = fd };
	inode->private = node;
	inode->ino = node_ino(entry, task ? task->pid : 0);
	if (task) {
		node->task = (struct task_id){ task->pid, task->start_time };
		if (task_dumpable(task) || entry->mode == (S_IFDIR | 0555)) {
			inode->uid = task->cred.euid;
			inode->gid = task->cred.egid;
		}
	}
	if (S_ISDIR(entry->mode)) {
		inode->op = &proc_dir_iops;
		inode->fop = &proc_dir_fops;
		inode->nlink = 2;
	} else if (S_ISLNK(entry->mode)) {
		inode->op = &proc_link_iops;
	} else {
		inode->op = &proc_file_iops;
		inode->fop = entry->fop ?: task ? &proc_task_fops : &proc_text_fops;
	}
	return inode;
}

static void proc_evict(struct inode *inode)
{
	kfree(inode->private);
}

/* ------------------------------------------------------------------ look-up */

/* The name as a number in its only spelling, or -1. */
static long name_number(const struct dentry *dentry)
{
	unsigned long number;

	if (dentry->len > 9 || kstrtoul(dentry->name, 10, &number) ||
	    (dentry->name[0] == '0' && dentry->len > 1))
		return -1;
	return number;
}

static const struct proc_entry *find_entry(const struct proc_entry *dir, const char *name)
{
	for (; dir && dir->name; dir++)
		if (!strcmp(dir->name, name))
			return dir;
	return NULL;
}

/* A text that only the reader decides about ("self"): made now, less than a page. 0 or -Exxx. */
static int make_symlink(struct inode *inode)
{
	struct seq s;
	int error;

	seq_init(&s);
	error = proc_show(inode->private, &s);
	if (!error) {
		BUG_ON(!s.len || s.len >= PAGE_SIZE);
		inode->symlink = kzalloc(s.len + 1, GFP_KERNEL);
		if (inode->symlink)
			memcpy(inode->symlink,
			       page_address(list_first_entry(&s.pages, struct page, list)), s.len);
		else
			error = -ENOMEM;
	}
	seq_free(&s);
	return error;
}

static int lookup_name(struct dentry *dentry, const struct proc_entry *entry,
		       const struct task_struct *task)
{
	struct inode *inode = proc_inode(dentry->sb, entry, task, 0);
	int error = 0;

	if (!inode)
		return -ENOMEM;
	if (S_ISLNK(entry->mode) && !entry->follow)
		error = make_symlink(inode);
	if (error)
		iput(inode);
	else
		d_instantiate(dentry, inode);
	return error;
}

/* The process or thread number of dir, which is the root or the task's. Referenced, or NULL. */
static struct task_struct *find_number(const struct task_struct *task, unsigned int number)
{
	struct task_struct *p;

	spin_lock(&tasklist_lock);
	p = find_task_by_pid(number);
	if (p && task && p->tgid != task->tgid)
		p = NULL;
	if (p)
		get_task_struct(p);
	spin_unlock(&tasklist_lock);
	return p;
}

static int lookup_task(struct dentry *dentry, const struct proc_numbers *numbers,
		       const struct task_struct *task, unsigned int number)
{
	struct task_struct *p = find_number(task, number);
	int error;

	if (!p)
		return -ENOENT;
	error = lookup_name(dentry, numbers->entry, p);
	if (!error)
		dentry->inode->immutable = true;
	put_task_struct(p);
	return error;
}

static int lookup_fd(struct dentry *dentry, const struct proc_numbers *numbers,
		     struct task_struct *task, unsigned int number)
{
	struct file *file = task_fget(task, number);
	struct inode *inode;

	if (!file)
		return -ENOENT;
	inode = proc_inode(dentry->sb, numbers->entry, task, number);
	if (inode && S_ISLNK(inode->mode)) {
		inode->mode |= (file->mode & FMODE_READ ? 0500 : 0) |
			       (file->mode & FMODE_WRITE ? 0300 : 0);
		inode->size = 64;		/* as Linux says, whatever stands behind it */
	}
	fput(file);
	if (!inode)
		return -ENOMEM;
	inode->ino = fd_ino(numbers, task->pid, number);
	d_instantiate(dentry, inode);
	return 0;
}

/* The task of the directory may be gone: -ESRCH, as on Linux. */
static int proc_lookup(struct inode *dir, struct dentry *dentry)
{
	const struct proc_node *node = proc_node(dir);
	const struct proc_numbers *numbers = node->entry->numbers;
	const struct proc_entry *entry = find_entry(node->entry->dir, dentry->name);
	struct task_struct *task = node_task(node);
	long number = numbers ? name_number(dentry) : -1;
	int error = -ENOENT;

	if (node->task.pid && !task)
		return -ESRCH;
	if (entry)
		error = lookup_name(dentry, entry, task);
	else if (node->entry->private && !may_look_into(task))
		error = -EACCES;
	else if (number >= 0 && numbers->tasks)
		error = lookup_task(dentry, numbers, task, number);
	else if (number >= 0)
		error = lookup_fd(dentry, numbers, task, number);
	if (task)
		put_task_struct(task);
	return error;
}

/* ------------------------------------------------------------------ readdir */

/* Positions: 0 and 1 are . and .., then the entries of the table, from FIRST_NUMBER on numbers. */
#define FIRST_ENTRY	2
#define FIRST_NUMBER	256

static bool emit_entries(struct file *file, struct dirent_buf *buf, const struct task_struct *task)
{
	const struct proc_entry *table = proc_node(file->inode)->entry->dir;

	for (unsigned int i = 0; table && table[i].name; i++) {
		const struct qstr name = { table[i].name, strlen(table[i].name) };
		unsigned long ino = node_ino(&table[i], task ? task->pid : 0);

		if (FIRST_ENTRY + i >= file->pos &&
		    !dirent_emit(buf, &name, ino, table[i].mode, FIRST_ENTRY + i + 1))
			return false;
	}
	return true;
}

static void emit_numbers(struct file *file, struct dirent_buf *buf, struct task_struct *task)
{
	const struct proc_numbers *numbers = proc_node(file->inode)->entry->numbers;
	unsigned int first = file->pos > FIRST_NUMBER ? file->pos - FIRST_NUMBER : 0;
	long n;

	for (n = numbers->next(task, first); n >= 0; n = numbers->next(task, n + 1)) {
		unsigned long ino = numbers->tasks ? node_ino(numbers->entry, n)
						   : fd_ino(numbers, task->pid, n);
		char text[12];
		struct qstr name = { text, scnprintf(text, sizeof(text), "%ld", n) };

		if (!dirent_emit(buf, &name, ino, numbers->entry->mode, FIRST_NUMBER + n + 1))
			return;
	}
}

static int proc_readdir(struct file *file, struct dirent_buf *buf)
{
	const struct proc_node *node = proc_node(file->inode);
	struct task_struct *task = node_task(node);
	int error = 0;

	if (node->task.pid && !task)
		return -ENOENT;
	if (node->entry->private && !may_look_into(task))
		error = -EACCES;
	else if (dirent_dots(buf, file) && emit_entries(file, buf, task) && node->entry->numbers)
		emit_numbers(file, buf, task);
	if (task)
		put_task_struct(task);
	return error;
}

/* ------------------------------------------------------------------ links without a text */

static struct dentry *proc_follow(struct dentry *link)
{
	const struct proc_node *node = proc_node(link->inode);
	struct proc_target t = { .task = node_task(node), .fd = node->fd };
	struct dentry *dentry = ERR_PTR(-EACCES);

	if (!t.task)
		return ERR_PTR(-ENOENT);
	if (may_look_into(t.task))
		dentry = node->entry->follow(&t);
	put_task_struct(t.task);
	return dentry;
}

static ssize_t proc_readlink(struct dentry *link, char *buf, size_t size)
{
	struct dentry *place = proc_follow(link);
	size_t len;
	char *path;

	if (IS_ERR(place))
		return PTR_ERR(place);
	path = d_path(place, buf, size);
	dput(place);
	if (IS_ERR(path))
		return PTR_ERR(path);
	len = strlen(path);
	memmove(buf, path, len);		/* d_path() fills the buffer from its end */
	return len;
}

static const struct inode_operations proc_dir_iops = {
	.lookup = proc_lookup,
	.evict = proc_evict,
};

/* Nothing is cut off; like other changes it does no harm. */
static int proc_truncate(struct inode *inode __unused, loff_t size)
{
	return size > MAX_NON_LFS ? -EFBIG : 0;
}

static const struct inode_operations proc_file_iops = {
	.truncate = proc_truncate,
	.evict = proc_evict,
};

static const struct inode_operations proc_link_iops = {
	.readlink = proc_readlink,
	.follow = proc_follow,
	.evict = proc_evict,
};

/* Directories end where they begin. */
static loff_t proc_dir_llseek(struct file *file, loff_t offset, int whence)
{
	if (whence > SEEK_END)
		return -ENXIO;
	return generic_llseek(file, offset, whence == SEEK_END ? SEEK_SET : whence);
}

static const struct file_operations proc_dir_fops = {
	.llseek = proc_dir_llseek,
	.readdir = proc_readdir,
};

/* ------------------------------------------------------------------ the file system */

/* There are no options. */
static int proc_remount(struct super_block *sb __unused, const char *options)
{
	return *options ? -EINVAL : 0;
}

static int proc_fill_super(struct super_block *sb, const char *options)
{
	struct inode *inode;

	if (*options)
		return -EINVAL;
	inode = proc_inode(sb, &proc_root_entry, NULL, 0);
	return inode ? d_make_root(sb, inode) : -ENOMEM;
}

#define PROC_SUPER_MAGIC	0x9fa0

static struct file_system_type proc_type = {
	.name = "proc",
	.magic = PROC_SUPER_MAGIC,
	.flags = SB_ON_DEMAND | SB_NOEXEC,
	.block_size = 1024,
	.fill_super = proc_fill_super,
	.remount = proc_remount,
};

void proc_init(void)
{
	register_filesystem(&proc_type);
}
