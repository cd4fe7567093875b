/* SPDX-License-Identifier: MIT */
/*
 * shmem.c - files without a name: shared anonymous memory, memfd_create().
 *
 * They are files of a tmpfs without limits that is mounted nowhere; what their dentry is called is
 * only shown.
 */
#include "internal.h"
#include <nopage/mm.h>
#include <nopage/printf.h>
#include <nopage/string.h>
#include <nopage/syscalls.h>

static struct super_block *shm_sb;

void shmem_init(struct file_system_type *type)
{
	shm_sb = kern_mount(type);
	BUG_ON(IS_ERR(shm_sb));
}

/* A new one, open for reading and writing, that /proc shows as name. */
static struct file *nameless_file(const char *name, mode_t mode)
{
	struct inode *inode = tmpfs_inode(shm_sb, S_IFREG | mode, 0);
	struct dentry *dentry;
	struct file *file;

	if (IS_ERR(inode))
		return ERR_PTR(PTR_ERR(inode));
	inode_init_owner(inode, NULL);
	inode->nlink = 0;
	dentry = d_alloc_root(shm_sb, name, inode);
	if (!dentry)
		return ERR_PTR(-ENOMEM);
	file = alloc_file(dentry, O_RDWR | O_LARGEFILE);
	dput(dentry);
	return file;
}

struct file *shmem_file_setup(loff_t size)
{
	struct file *file = nameless_file("/dev/zero (deleted)", S_IRWXUGO);

	BUG_ON(size < 0 || size > TASK_SIZE);
	if (!IS_ERR(file))
		file->inode->size = size;
	return file;
}

#define MFD_CLOEXEC		1
#define MFD_ALLOW_SEALING	2
#define MFD_NAME_MAX		249

/* The name is only shown: /proc/PID/fd/N -> /memfd:NAME (deleted). */
long sys_memfd_create(long user_name, long flags)
{
	char shown[MFD_NAME_MAX + sizeof("/memfd: (deleted)")], *name;
	struct file *file;
	bool too_long;

	if (flags & ~(MFD_CLOEXEC | MFD_ALLOW_SEALING))
		return -EINVAL;
	name = getname((const char *)user_name);
	if (IS_ERR(name))
		return PTR_ERR(name) == -ENAMETOOLONG ? -EINVAL : PTR_ERR(name);
	too_long = strlen(name) > MFD_NAME_MAX;
	snprintf(shown, sizeof(shown), "/memfd:%s (deleted)", name);
	putname(name);
	file = too_long ? ERR_PTR(-EINVAL) : nameless_file(shown, S_IRWXUGO);
	return IS_ERR(file) ? PTR_ERR(file) : fd_install(file, 0, flags & MFD_CLOEXEC);
}
