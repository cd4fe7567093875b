/* SPDX-License-Identifier: MIT */
/*
 * rbtree.h - red-black trees whose nodes live inside the sorted structures.
 *
 * The user searches by himself (so that the comparison is inlined), links the new node at the
 * NULL he arrived at, and lets rb_insert_color() restore the balance:
 *
 *	struct rb_node **link = &root->rb_node, *parent = NULL;
 *	while (*link) {
 *		parent = *link;
 *		link = key < KEY(parent) ? &parent->rb_left : &parent->rb_right;
 *	}
 *	rb_link_node(&new->rb, parent, link);
 *	rb_insert_color(&new->rb, root);
 */
#ifndef NOPAGE_RBTREE_H
#define NOPAGE_RBTREE_H

#include <nopage/types.h>

struct rb_node {
	unsigned long rb_parent_color;	/* parent's address, bit 0: black */
	union {
		struct {
			struct rb_node *rb_left, *rb_right;
		};
		struct rb_node *rb_child[2];	/* the same: for code that serves both sides */
	};
} __aligned(sizeof(long));

struct rb_root {
	struct rb_node *rb_node;
};

#define RB_ROOT		((struct rb_root){ NULL })
#define RB_RED		0
#define RB_BLACK	1

static inline struct rb_node *rb_parent(const struct rb_node *node)
{
	return (struct rb_node *)(node->rb_parent_color & ~1UL);
}

static inline bool rb_is_black(const struct rb_node *node)
{
	return node->rb_parent_color & RB_BLACK;
}

/* rb_link_node - hang a red node at *link, the empty child slot of parent (NULL: the root). */
static inline void rb_link_node(struct rb_node *node, struct rb_node *parent,
				struct rb_node **link)
{
	node->rb_parent_color = (unsigned long)parent | RB_RED;
	node->rb_left = NULL;
	node->rb_right = NULL;
	*link = node;
}

/* rb_insert_color - restore the red-black rules after rb_link_node(). */
void rb_insert_color(struct rb_node *node, struct rb_root *root);
/* rb_erase - take node out of its tree and restore the rules. Does not touch node's links. */
void rb_erase(struct rb_node *node, struct rb_root *root);

/* In ascending order; NULL at the end and for an empty tree. */
struct rb_node *rb_first(const struct rb_root *root);
struct rb_node *rb_next(const struct rb_node *node);

/*
 * rb_check - the auditor: parent links, no red node below a red one, the same number of black
 * nodes on every way down. Returns that number (0 for an empty tree) or -1 if a rule is broken.
 */
int rb_check(const struct rb_root *root);

#endif
