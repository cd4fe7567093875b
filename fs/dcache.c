/* SPDX-License-Identifier: MIT */
/*
 * dcache.c - the tree of names.
 *
 * Every existing name is a dentry in one hash table, by directory and name; that is what a
 * path walk looks at. The files live in memory only, so the cache is not a cache: a name that is
 * not hashed does not exist. A dentry that is removed while somebody uses it (an open file, a
 * working directory) stays until the last user is gone.
 *
 * Locks: dcache_lock, a leaf, for hash and lists; the directory's inode->lock for changing them.
 */
#include "internal.h"
#include <nopage/mm.h>
#include <nopage/slab.h>
#include <nopage/string.h>

#define HASH_SIZE	256

spinlock_t dcache_lock = SPINLOCK_INIT;
static struct hlist_head hash_table[HASH_SIZE];
static u32 next_cookie = 2;			/* dcache_lock; 0 and 1 are . and .. */

/* Fowler/Noll/Vo FNV-1a over the name, starting from the directory. */
static u32 hash_name(const struct dentry *parent, const struct qstr *name)
{
	u32 hash = 2166136261U ^ (u32)parent;

	for (unsigned int i = 0; i < name->len; i++)
		hash = (hash ^ (u8)name->name[i]) * 16777619U;
	return hash;
}

static struct hlist_head *hash_bucket(u32 hash)
{
	return &hash_table[(hash ^ hash >> 16) % HASH_SIZE];
}

/* parent NULL: a root. */
static struct dentry *alloc_dentry(struct super_block *sb, struct dentry *parent,
				   const struct qstr *name)
{
	struct dentry *dentry = kmalloc(sizeof(*dentry), GFP_KERNEL);
	char *copy = kmalloc(name->len + 1, GFP_KERNEL);

	if (!dentry || !copy) {
		kfree(dentry);
		kfree(copy);
		return NULL;
	}
	memcpy(copy, name->name, name->len);
	copy[name->len] = '\0';
	*dentry = (struct dentry){
		.count = ATOMIC_INIT(1),
		.sb = sb,
		.parent = parent ? dget(parent) : dentry,
		.name = copy,
		.len = name->len,
		.hash = hash_name(parent, name),
	};
	INIT_LIST_HEAD(&dentry->children);
	INIT_LIST_HEAD(&dentry->child);
	return dentry;
}

struct dentry *d_alloc(struct dentry *parent, const struct qstr *name)
{
	return alloc_dentry(parent->sb, parent, name);
}

struct dentry *d_alloc_root(struct super_block *sb, const char *name, struct inode *inode)
{
	const struct qstr q = { name, strlen(name) };
	struct dentry *dentry = alloc_dentry(sb, NULL, &q);

	if (!dentry)
		iput(inode);
	else
		dentry->inode = inode;
	return dentry;
}

int d_make_root(struct super_block *sb, struct inode *inode)
{
	if (inode)
		sb->root = d_alloc_root(sb, "", inode);
	return sb->root ? 0 : -ENOMEM;
}

void d_instantiate(struct dentry *dentry, struct inode *inode)
{
	BUG_ON(dentry->inode || dentry->hashed || !(dentry->sb->flags & SB_ON_DEMAND));
	dentry->inode = inode;
}

void dput(struct dentry *dentry)
{
	struct dentry *parent;

	while (dentry && atomic_dec_and_test(&dentry->count)) {
		BUG_ON(dentry->hashed || !list_empty(&dentry->children));
		BUG_ON(dentry->mounted);
		parent = dentry->parent == dentry ? NULL : dentry->parent;
		if (dentry->inode)
			iput(dentry->inode);
		kfree(dentry->name);
		kfree(dentry);
		dentry = parent;
	}
}

struct dentry *d_lookup(struct dentry *parent, const struct qstr *name)
{
	u32 hash = hash_name(parent, name);
	struct dentry *dentry;

	spin_lock(&dcache_lock);
	hlist_for_each_entry(dentry, hash_bucket(hash), hash_link) {
		if (dentry->hash == hash && dentry->parent == parent && dentry->len == name->len &&
		    !memcmp(dentry->name, name->name, name->len)) {
			dget(dentry);
			break;
		}
	}
	spin_unlock(&dcache_lock);
	return dentry;
}

/* Into its directory, at the end of the list. Caller holds dcache_lock. */
static void hash_dentry(struct dentry *dentry)
{
	BUG_ON(dentry->hashed);
	dentry->hashed = true;
	dentry->cookie = next_cookie++;
	hlist_add_head(&dentry->hash_link, hash_bucket(dentry->hash));
	list_add_tail(&dentry->child, &dentry->parent->children);
}

/* And out of it; its reference to dentry becomes the caller's. */
static void unhash(struct dentry *dentry)
{
	BUG_ON(!dentry->hashed);
	dentry->hashed = false;
	hlist_del(&dentry->hash_link);
	list_del_init(&dentry->child);
}

void d_add(struct dentry *dentry, struct inode *inode)
{
	BUG_ON(dentry->inode);
	spin_lock(&dcache_lock);
	dentry->inode = inode;
	hash_dentry(dget(dentry));
	spin_unlock(&dcache_lock);
}

void d_drop(struct dentry *dentry)
{
	BUG_ON(!list_empty(&dentry->children));
	spin_lock(&dcache_lock);
	unhash(dentry);
	spin_unlock(&dcache_lock);
	dput(dentry);
}

void d_move(struct dentry *dentry, struct dentry *new, bool exchange)
{
	bool replaces = new->hashed && !exchange;

	BUG_ON(replaces && !list_empty(&new->children));
	spin_lock(&dcache_lock);	/* once: at any time somebody finds the new name */
	unhash(dentry);
	if (new->hashed)
		unhash(new);
	swap(dentry->name, new->name);
	swap(dentry->len, new->len);
	swap(dentry->parent, new->parent);
	swap(dentry->hash, new->hash);
	hash_dentry(dentry);
	if (exchange)
		hash_dentry(new);
	spin_unlock(&dcache_lock);
	if (replaces)
		dput(new);
}

bool d_empty(struct dentry *dentry)
{
	return list_empty(&dentry->children);
}

/* Put n bytes before *p, which does not go below buf. False: no room. */
static bool prepend(char **p, const char *buf, const char *text, size_t n)
{
	if ((size_t)(*p - buf) < n)
		return false;
	*p -= n;
	memcpy(*p, text, n);
	return true;
}

bool d_unlinked(const struct dentry *dentry)
{
	return !dentry->hashed && dentry->parent != dentry && !(dentry->sb->flags & SB_ON_DEMAND);
}

/* The names from dentry up to the root of the process, ending at end. Caller: dcache_lock. */
static char *prepend_path(struct dentry *dentry, char *buf, char *end)
{
	struct dentry *root = fs_root();
	char *p = end;

	for (; dentry != root; dentry = dentry->parent) {
		while (dentry->parent == dentry && dentry->sb->mountpoint && dentry != root)
			dentry = dentry->sb->mountpoint;
		if (dentry == root)
			break;
		if (dentry->parent == dentry && !dentry->len)
			break;				/* the top, above a changed root */
		if (!prepend(&p, buf, dentry->name, dentry->len))
			return ERR_PTR(-ENAMETOOLONG);
		if (dentry->parent == dentry)
			return p;			/* a nameless file: only this */
		if (!prepend(&p, buf, "/", 1))
			return ERR_PTR(-ENAMETOOLONG);
	}
	if (p == end && !prepend(&p, buf, "/", 1))
		return ERR_PTR(-ENAMETOOLONG);
	return p;
}

bool d_reachable(const struct dentry *dentry)
{
	const struct dentry *root;

	spin_lock(&dcache_lock);
	root = fs_root();
	while (dentry != root && d_above(dentry) != dentry)
		dentry = d_above(dentry);
	spin_unlock(&dcache_lock);
	return dentry == root;
}

#define DELETED " (deleted)"

char *d_path(struct dentry *dentry, char *buf, size_t size)
{
	char *end = buf + size, *path;

	BUG_ON(size < sizeof(DELETED) + 1);
	*--end = '\0';
	spin_lock(&dcache_lock);
	if (d_unlinked(dentry))
		prepend(&end, buf, DELETED, sizeof(DELETED) - 1);
	path = prepend_path(dentry, buf, end);
	spin_unlock(&dcache_lock);
	return path;
}

/* Positions: 0 and 1 are . and .., then the cookies, so that removing names moves nothing. */
int dcache_readdir(struct file *file, struct dirent_buf *buf)
{
	struct dentry *dir = file->dentry, *child;

	if (!dirent_dots(buf, file))
		return 0;
	file_accessed(file);
	spin_lock(&dcache_lock);
	list_for_each_entry(child, &dir->children, child) {
		struct qstr name = { child->name, child->len };

		if (child->cookie >= file->pos &&
		    !dirent_emit(buf, &name, child->inode->ino, child->inode->mode,
				 child->cookie + 1))
			break;
	}
	spin_unlock(&dcache_lock);
	return 0;
}
