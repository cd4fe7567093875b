/* SPDX-License-Identifier: MIT */
/*
 * radix-tree.c - a sparse array of pointers.
 *
 * A node on level n (1 is the lowest) picks its slot by bits [6(n-1), 6n) of the index. The
 * tree grows at the top when an index does not fit, and shrinks when all but slot 0 of
 * the top are empty, so its height is always what the largest index needs.
 */
#include <nopage/radix-tree.h>
#include <nopage/bug.h>
#include <nopage/mm.h>
#include <nopage/slab.h>
#include <uapi/errno.h>

#define INDEX_BITS	(sizeof(unsigned long) * 8)
#define MAX_HEIGHT	DIV_ROUND_UP(INDEX_BITS, RADIX_TREE_SHIFT)

static struct radix_tree_node *node_alloc(void)
{
	return kzalloc(sizeof(struct radix_tree_node), GFP_ATOMIC);
}

/* Which slot of a node on this level leads to index. */
static inline unsigned int slot_of(unsigned long index, unsigned int level)
{
	return (index >> (level - 1) * RADIX_TREE_SHIFT) & (RADIX_TREE_SLOTS - 1);
}

/* Does a tree of this height reach index? */
static inline bool fits(unsigned long index, unsigned int height)
{
	unsigned int bits = height * RADIX_TREE_SHIFT;

	return height && (bits >= INDEX_BITS || index >> bits == 0);
}

void *radix_tree_lookup(const struct radix_tree_root *root, unsigned long index)
{
	const struct radix_tree_node *node = root->node;
	unsigned int level;

	if (!fits(index, root->height))
		return NULL;
	for (level = root->height; node && level > 1; level--)
		node = node->slots[slot_of(index, level)];
	return node ? node->slots[slot_of(index, 1)] : NULL;
}

/* Add levels at the top until index fits. 0 or -ENOMEM; the levels already added are valid. */
static int grow(struct radix_tree_root *root, unsigned long index)
{
	struct radix_tree_node *node;

	while (!fits(index, root->height)) {
		node = node_alloc();
		if (!node)
			return -ENOMEM;
		if (root->node) {
			node->slots[0] = root->node;
			node->count = 1;
		}
		root->node = node;
		root->height++;
	}
	return 0;
}

/* Drop levels at the top that the remaining indices do not need. */
static void shrink(struct radix_tree_root *root)
{
	struct radix_tree_node *node = root->node;

	while (node && (node->count == 0 ||
			(root->height > 1 && node->count == 1 && node->slots[0]))) {
		root->node = node->count ? node->slots[0] : NULL;
		root->height = root->node ? root->height - 1 : 0;
		kfree(node);
		node = root->node;
	}
}

/*
 * Walk down to index, noting the node of each level in path[level]. Stops at a missing node
 * and returns the level that is missing, 0 if path[1] was reached.
 */
static unsigned int descend(const struct radix_tree_root *root, unsigned long index,
			    struct radix_tree_node **path)
{
	struct radix_tree_node *node = root->node;
	unsigned int level;

	for (level = root->height; node; level--) {
		path[level] = node;
		if (level == 1)
			return 0;
		node = node->slots[slot_of(index, level)];
	}
	return level;
}

/* Free empty nodes from level up to the top; the way up is in path. */
static void prune(struct radix_tree_root *root, unsigned long index,
		  struct radix_tree_node **path, unsigned int level)
{
	while (level < root->height && path[level]->count == 0) {
		kfree(path[level]);
		level++;
		path[level]->slots[slot_of(index, level)] = NULL;
		path[level]->count--;
	}
	shrink(root);
}

int radix_tree_insert(struct radix_tree_root *root, unsigned long index, void *item)
{
	struct radix_tree_node *path[MAX_HEIGHT + 1], *node;
	unsigned int level;

	BUG_ON(!item);
	if (grow(root, index)) {
		shrink(root);
		return -ENOMEM;
	}
	for (level = descend(root, index, path); level; level--) {
		node = node_alloc();
		if (!node) {
			prune(root, index, path, level + 1);
			return -ENOMEM;
		}
		path[level + 1]->slots[slot_of(index, level + 1)] = node;
		path[level + 1]->count++;
		path[level] = node;
	}
	if (path[1]->slots[slot_of(index, 1)])
		return -EEXIST;
	path[1]->slots[slot_of(index, 1)] = item;
	path[1]->count++;
	return 0;
}

void *radix_tree_delete(struct radix_tree_root *root, unsigned long index)
{
	struct radix_tree_node *path[MAX_HEIGHT + 1];
	void **slot, *item;

	if (!fits(index, root->height) || descend(root, index, path))
		return NULL;
	slot = &path[1]->slots[slot_of(index, 1)];
	item = *slot;
	if (!item)
		return NULL;
	*slot = NULL;
	path[1]->count--;
	prune(root, index, path, 1);
	return item;
}

/*
 * The slot of the first index >= index with an item, or NULL. Goes down where a slot is used; where
 * none is left it goes up by stepping the index over the whole empty part and starting again.
 */
static void *const *next_slot(const struct radix_tree_root *root, unsigned long *index)
{
	const struct radix_tree_node *node, *below;
	unsigned long part;
	unsigned int level;

	while (fits(*index, root->height)) {
		node = root->node;
		for (level = root->height; level > 1; level--) {
			below = node->slots[slot_of(*index, level)];
			if (!below)
				break;
			node = below;
		}
		if (level == 1 && node->slots[slot_of(*index, 1)])
			return &node->slots[slot_of(*index, 1)];
		part = 1UL << (level - 1) * RADIX_TREE_SHIFT;
		*index = (*index & ~(part - 1)) + part;
		if (*index == 0)
			return NULL;	/* stepped over the largest index */
	}
	return NULL;
}

/* Down once for each node of the lowest level, then along its slots. */
unsigned int radix_tree_gang_lookup(const struct radix_tree_root *root, void **results,
				    unsigned long first, unsigned int max)
{
	unsigned int found = 0;
	void *const *slot;

	while (found < max && (slot = next_slot(root, &first))) {
		do {
			if (*slot)
				results[found++] = *slot;
			slot++;
		} while (slot_of(++first, 1) && found < max);
		if (!first)
			break;
	}
	return found;
}
