/* SPDX-License-Identifier: MIT */
/* inode.c - the life of inodes. */
#include "internal.h"
#include <nopage/math64.h>
#include <nopage/mm.h>
#include <nopage/sched.h>
#include <nopage/slab.h>

static struct kmem_cache *inode_cachep;
static atomic_t last_ino;			/* numbers are never used twice */

void inode_init(void)
{
	inode_cachep = kmem_cache_create("inode", sizeof(struct inode), 0);
	BUG_ON(!inode_cachep);
}

static bool time_after_eq(const struct inode_time *a, const struct inode_time *b)
{
	return a->sec > b->sec || (a->sec == b->sec && a->nsec >= b->nsec);
}

/* The clock is read and divided once per tick: times of files need not be finer. */
struct inode_time current_time(void)
{
	static struct inode_time now;
	static unsigned long tick;
	u64 ns;

	BUILD_BUG_ON(NR_CPUS != 1);		/* now and tick belong together */
	if (tick != jiffies || !now.sec) {
		ns = ktime_get_real_ns();
		tick = jiffies;
		now.sec = div_u64(ns, 1000000000);
		now.nsec = ns - (u64)now.sec * 1000000000;
	}
	return now;
}

#define DAY (24 * 60 * 60)

/* By default only if it tells something new, or once a day (relatime). */
void inode_accessed(struct inode *inode)
{
	struct inode_time now;

	if (inode->sb->flags & (MS_RDONLY | MS_NOATIME))
		return;
	if (S_ISDIR(inode->mode) && inode->sb->flags & MS_NODIRATIME)
		return;
	now = current_time();
	if (!(inode->sb->flags & MS_RELATIME) ||
	    time_after_eq(&inode->mtime, &inode->atime) ||
	    time_after_eq(&inode->ctime, &inode->atime) || now.sec - inode->atime.sec >= DAY)
		inode->atime = now;
}

/* Until its file system gives it others: nothing but data, as a nameless pipe. */
static const struct inode_operations default_inode_ops = {};

struct inode *new_inode(struct super_block *sb, mode_t mode)
{
	struct inode *inode = kmem_cache_alloc(inode_cachep, GFP_KERNEL);

	if (!inode)
		return NULL;
	*inode = (struct inode){
		.count = ATOMIC_INIT(1),
		.sb = sb,
		.ino = atomic_inc_return(&last_ino),
		.mode = mode,
		.nlink = 1,
		.op = &default_inode_ops,
	};
	inode->atime = inode->mtime = inode->ctime = inode->btime = current_time();
	address_space_init(&inode->mapping);
	mutex_init(&inode->lock);
	atomic_inc(&sb->inodes);
	return inode;
}

void iput(struct inode *inode)
{
	if (!atomic_dec_and_test(&inode->count))
		return;
	BUG_ON(atomic_read(&inode->mapping.mmap_count));
	BUG_ON(mutex_is_locked(&inode->lock));
	truncate_inode_pages(&inode->mapping, 0);
	if (inode->op->evict)
		inode->op->evict(inode);
	atomic_dec(&inode->sb->inodes);
	kfree(inode->symlink);
	kmem_cache_free(inode_cachep, inode);
}
