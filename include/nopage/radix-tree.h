/* SPDX-License-Identifier: MIT */
/*
 * radix-tree.h - a sparse array: unsigned long index -> pointer, 64 slots per node.
 *
 * The tree is as high as its largest index needs: a file of up to 64 pages has one node, up to
 * 4096 pages two levels. Nodes that become empty are freed at once. Nothing here locks.
 */
#ifndef NOPAGE_RADIX_TREE_H
#define NOPAGE_RADIX_TREE_H

#include <nopage/types.h>

#define RADIX_TREE_SHIFT	6
#define RADIX_TREE_SLOTS	(1U << RADIX_TREE_SHIFT)

struct radix_tree_node {
	unsigned int count;		/* slots in use */
	void *slots[RADIX_TREE_SLOTS];	/* nodes, on the lowest level items */
};

struct radix_tree_root {
	unsigned int height;		/* levels of nodes; 0: empty */
	struct radix_tree_node *node;
};

static inline void INIT_RADIX_TREE(struct radix_tree_root *root)
{
	root->height = 0;
	root->node = NULL;
}

/* radix_tree_insert - item (not NULL) at index. May sleep (allocates). 0, -EEXIST or -ENOMEM. */
int __must_check radix_tree_insert(struct radix_tree_root *root, unsigned long index, void *item);
/* radix_tree_lookup - the item at index or NULL. */
void *radix_tree_lookup(const struct radix_tree_root *root, unsigned long index);
/* radix_tree_delete - remove and return the item at index, NULL if there is none. */
void *radix_tree_delete(struct radix_tree_root *root, unsigned long index);
/*
 * radix_tree_gang_lookup - up to max items with indices >= first, in order of index. Returns
 * how many were stored in results.
 */
unsigned int radix_tree_gang_lookup(const struct radix_tree_root *root, void **results,
				    unsigned long first, unsigned int max);

#endif
