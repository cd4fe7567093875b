/* SPDX-License-Identifier: MIT */
/*
 * text.c - reading and writing the files of /proc that are text.
 *
 * The text is made by the first read of an open file, and made anew by every read from its
 * beginning: pieces read one after the other fit together, and who goes back to the start (as top
 * does) sees the present.
 *
 * Locks: the open file's lock, outside mmap_sem, which the text's maker may take, and so may a
 * fault of the reader's buffer.
 */
#include "internal.h"
#include <nopage/slab.h>
#include <nopage/string.h>
#include <asm/uaccess.h>

/* file->private_data */
struct proc_text {
	struct mutex lock;
	/* lock */
	struct seq seq;
	bool made;
};

/* The task of the file to *t, referenced, if it is about one. 0, -ESRCH or -EACCES. */
static int get_target(const struct proc_node *node, struct proc_target *t)
{
	*t = (struct proc_target){
		.task = node_task(node), .fd = node->fd, .data = node->entry->data,
	};
	if (node->task.pid && !t->task)
		return -ESRCH;
	if (!node->entry->private || may_look_into(t->task))
		return 0;
	put_task_struct(t->task);
	return -EACCES;
}

static void put_target(const struct proc_target *t)
{
	if (t->task)
		put_task_struct(t->task);
}

/* Rights count when the file is opened, and whenever its text is made. */
static int text_open(struct inode *inode, struct file *file)
{
	const struct proc_entry *entry = proc_node(inode)->entry;
	struct proc_target t;
	struct proc_text *text;
	int error;

	if (entry->setting && ((file->mode & FMODE_READ && !entry->show) ||
			       (file->mode & FMODE_WRITE && !entry->store)))
		return -EACCES;
	error = get_target(proc_node(inode), &t);
	if (error)
		return error;
	put_target(&t);
	text = kmalloc(sizeof(*text), GFP_KERNEL);
	if (!text)
		return -ENOMEM;
	mutex_init(&text->lock);
	seq_init(&text->seq);
	text->made = false;
	file->private_data = text;
	if (!entry->setting)
		file->mode |= FMODE_TEXT;
	return 0;
}

static void text_release(struct inode *inode __unused, struct file *file)
{
	struct proc_text *text = file->private_data;

	seq_free(&text->seq);
	kfree(text);
}

int proc_show(const struct proc_node *node, struct seq *s)
{
	struct proc_target t;
	int error = get_target(node, &t);

	if (error)
		return error;
	error = node->entry->show(s, &t);
	put_target(&t);
	return error ?: s->error;
}

static ssize_t text_read(struct file *file, char *buf, size_t count, loff_t *pos)
{
	const struct proc_node *node = proc_node(file->inode);
	struct proc_text *text = file->private_data;
	ssize_t done = 0;

	if (!node->entry->show)
		return -EIO;
	mutex_lock(&text->lock);
	if (*pos == 0 || !text->made) {
		seq_free(&text->seq);
		done = proc_show(node, &text->seq);
		text->made = !done;
	}
	if (!done && *pos < (loff_t)text->seq.len)
		done = seq_to_user(&text->seq, *pos, buf, count);
	mutex_unlock(&text->lock);
	if (done > 0)
		*pos += done;
	return done;
}

/*
 * One call of write is one text. A setting that would not fit into a page is an error, and the
 * position moves; of a task's name counts what there is room for.
 */
static ssize_t text_write(struct file *file, const char *buf, size_t count, loff_t *pos)
{
	const struct proc_node *node = proc_node(file->inode);
	const bool setting = node->entry->setting;
	size_t len = setting ? count : min(count, (size_t)TASK_COMM_LEN - 1);
	struct proc_target t;
	char *text;
	int error;

	if (!node->entry->store)
		return -EIO;
	if (len >= PAGE_SIZE)
		return -EINVAL;
	text = __get_free_pages(GFP_KERNEL, 0);
	if (!text)
		return -ENOMEM;
	error = copy_from_user(text, buf, len) ? -EFAULT : get_target(node, &t);
	if (error)
		goto out;
	text[len] = '\0';
	if (setting && len && text[len - 1] == '\n')
		text[len - 1] = '\0';
	error = node->entry->store(&t, text);
	put_target(&t);
out:
	free_pages(text, 0);
	if (error)
		return error;
	if (setting)
		*pos += count;
	return count;
}

static loff_t text_llseek(struct file *file, loff_t offset, int whence)
{
	if (file->mode & FMODE_TEXT && whence > SEEK_CUR)
		return -EINVAL;
	return generic_llseek(file, offset, whence);
}

/* None can be mapped; of those that belong to no process and are no setting, Linux says it so. */
static int text_mmap(struct file *file, struct vm_area_struct *vma __unused)
{
	return file->mode & FMODE_TEXT ? -EIO : -ENODEV;
}

const struct file_operations proc_text_fops = {
	.open = text_open,
	.release = text_release,
	.read = text_read,
	.write = text_write,
	.llseek = text_llseek,
	.mmap = text_mmap,
	.flags = FOP_SEND | FOP_TAKE,
};

const struct file_operations proc_task_fops = {
	.open = text_open,
	.release = text_release,
	.read = text_read,
	.write = text_write,
	.llseek = text_llseek,
};

const struct file_operations proc_mounts_fops = {
	.open = text_open,
	.release = text_release,
	.read = text_read,
	.llseek = text_llseek,
	.flags = FOP_SEND,
};
