/* SPDX-License-Identifier: MIT */
/* inode.c - the life of inodes. */
#include "internal.h"
#include <nopage/math64.h>
#include <nopage/mm.h>
#include <nopage/sched.h>
#include <nopage/slab.h>

static struct kmem_cache *inode_cachep;
static unsigned long last_ino;			/* numbers are never used twice */

void inode_init(void)
{
	inode_cachep = kmem_cache_create("inode", sizeof(struct inode), 0);
	BUG_ON(!inode_cachep);
}

u32 current_time(void)
{
	return div_u64(ktime_get_real_ns(), 1000000000);
}

struct inode *new_inode(dev_t dev, mode_t mode)
{
	struct inode *inode = kmem_cache_alloc(inode_cachep, GFP_KERNEL);

	if (!inode)
		return NULL;
	*inode = (struct inode){
		.count = ATOMIC_INIT(1),
		.dev = dev,
		.ino = ++last_ino,
		.mode = mode,
		.nlink = 1,
	};
	inode->atime = inode->mtime = inode->ctime = current_time();
	address_space_init(&inode->mapping);
	mutex_init(&inode->lock);
	return inode;
}

void iput(struct inode *inode)
{
	if (!atomic_dec_and_test(&inode->count))
		return;
	BUG_ON(atomic_read(&inode->mapping.mmap_count));
	BUG_ON(mutex_is_locked(&inode->lock));
	truncate_inode_pages(&inode->mapping, 0);
	kfree(inode->symlink);
	kmem_cache_free(inode_cachep, inode);
}
