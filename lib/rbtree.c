/* SPDX-License-Identifier: MIT */
/*
 * rbtree.c - red-black trees.
 *
 * The rules: the root is black; a red node has no red child; every way from a node down to a
 * NULL passes the same number of black nodes. So no way is more than twice as long as another
 * one. Algorithms: Cormen, Leiserson, Rivest, Stein, "Introduction to Algorithms", chapter 13,
 * with NULL for the sentinel leaves (NULL counts as black).
 */
#include <nopage/rbtree.h>
#include <nopage/bug.h>

static inline bool is_red(const struct rb_node *node)
{
	return node && !rb_is_black(node);
}

static inline void set_parent(struct rb_node *node, struct rb_node *parent)
{
	node->rb_parent_color = (unsigned long)parent | (node->rb_parent_color & RB_BLACK);
}

static inline void set_red(struct rb_node *node)
{
	node->rb_parent_color &= ~(unsigned long)RB_BLACK;
}

static inline void set_black(struct rb_node *node)
{
	node->rb_parent_color |= RB_BLACK;
}

/* Let the slot that holds old (in its parent, or the root) hold new instead. */
static inline void replace_child(struct rb_root *root, struct rb_node *parent,
				 struct rb_node *old, struct rb_node *new)
{
	if (!parent)
		root->rb_node = new;
	else if (parent->rb_left == old)
		parent->rb_left = new;
	else
		parent->rb_right = new;
}

/*
 * What is done on the left is done on the right in the mirror: functions with a side are for both,
 * and are inlined where the side is known.
 */
enum side { LEFT, RIGHT };

/* x's child y on the other side takes x's place, x becomes y's child on this side. In order. */
static __always_inline void rotate(struct rb_root *root, struct rb_node *x, enum side side)
{
	struct rb_node *y = x->rb_child[!side], *parent = rb_parent(x);

	x->rb_child[!side] = y->rb_child[side];
	if (y->rb_child[side])
		set_parent(y->rb_child[side], x);
	y->rb_child[side] = x;
	set_parent(x, y);
	set_parent(y, parent);
	replace_child(root, parent, x, y);
}

/*
 * The uncle is black and the parent red: two rotations at most make the middle one of node,
 * parent and grandparent the head of the three. Ends the repair.
 */
static __always_inline void insert_rotate(struct rb_root *root, struct rb_node *node,
					  struct rb_node *parent, struct rb_node *grand,
					  enum side side)
{
	if (node == parent->rb_child[!side]) {
		rotate(root, parent, side);
		parent = node;
	}
	set_black(parent);
	set_red(grand);
	rotate(root, grand, !side);
}

void rb_insert_color(struct rb_node *node, struct rb_root *root)
{
	struct rb_node *parent, *grand, *uncle;

	ASSERT(is_red(node));
	while ((parent = rb_parent(node)) && is_red(parent)) {
		grand = rb_parent(parent);	/* exists: a red node is not the root */
		uncle = parent == grand->rb_left ? grand->rb_right : grand->rb_left;
		if (!is_red(uncle)) {
			if (parent == grand->rb_left)
				insert_rotate(root, node, parent, grand, LEFT);
			else
				insert_rotate(root, node, parent, grand, RIGHT);
			break;
		}
		set_black(parent);
		set_black(uncle);
		set_red(grand);
		node = grand;
	}
	set_black(root->rb_node);
}

/*
 * One step of the repair after an erase: that side of parent is short of one black node. Returns
 * the node that is then short together with its sibling's side, or NULL when done.
 */
static struct rb_node *erase_step(struct rb_root *root, struct rb_node *parent, enum side side)
{
	struct rb_node *sibling = parent->rb_child[!side];

	if (is_red(sibling)) {
		set_black(sibling);
		set_red(parent);
		rotate(root, parent, side);
		sibling = parent->rb_child[!side];
	}
	if (!is_red(sibling->rb_left) && !is_red(sibling->rb_right)) {
		set_red(sibling);
		return parent;
	}
	if (!is_red(sibling->rb_child[!side])) {
		set_black(sibling->rb_child[side]);
		set_red(sibling);
		rotate(root, sibling, !side);
		sibling = parent->rb_child[!side];
	}
	sibling->rb_parent_color = (unsigned long)parent | rb_is_black(parent);
	set_black(parent);
	set_black(sibling->rb_child[!side]);
	rotate(root, parent, side);
	return NULL;
}

/* node (may be NULL), a child of parent, is the head of a part that is short of one black node. */
static void erase_color(struct rb_root *root, struct rb_node *node, struct rb_node *parent)
{
	while (parent && !is_red(node)) {
		if (node == parent->rb_left)
			node = erase_step(root, parent, LEFT);
		else
			node = erase_step(root, parent, RIGHT);
		if (!node)
			return;
		parent = rb_parent(node);
	}
	if (node)
		set_black(node);
}

/*
 * node has two children: its successor, which has no left child, takes over its place and
 * color. What goes missing is the successor's old place.
 */
static void erase_inner(struct rb_root *root, struct rb_node *node)
{
	struct rb_node *next = node->rb_right, *child, *parent;
	bool lost_black;

	while (next->rb_left)
		next = next->rb_left;
	child = next->rb_right;
	parent = rb_parent(next);
	lost_black = rb_is_black(next);

	if (parent == node) {
		parent = next;
	} else {
		parent->rb_left = child;
		if (child)
			set_parent(child, parent);
		next->rb_right = node->rb_right;
		set_parent(node->rb_right, next);
	}
	next->rb_left = node->rb_left;
	set_parent(node->rb_left, next);
	next->rb_parent_color = node->rb_parent_color;
	replace_child(root, rb_parent(node), node, next);
	if (lost_black)
		erase_color(root, child, parent);
}

void rb_erase(struct rb_node *node, struct rb_root *root)
{
	struct rb_node *child, *parent = rb_parent(node);

	if (node->rb_left && node->rb_right) {
		erase_inner(root, node);
		return;
	}
	child = node->rb_left ? node->rb_left : node->rb_right;
	if (child)
		set_parent(child, parent);
	replace_child(root, parent, node, child);
	if (rb_is_black(node))
		erase_color(root, child, parent);
}

struct rb_node *rb_first(const struct rb_root *root)
{
	struct rb_node *node = root->rb_node;

	while (node && node->rb_left)
		node = node->rb_left;
	return node;
}

struct rb_node *rb_next(const struct rb_node *node)
{
	struct rb_node *parent;

	if (node->rb_right)
		return rb_first(&(struct rb_root){ node->rb_right });
	for (parent = rb_parent(node); parent && node == parent->rb_right;
	     parent = rb_parent(node))
		node = parent;
	return parent;
}

/* Black nodes from a NULL below node up to the root, both included where black. */
static int black_depth(const struct rb_node *node)
{
	int depth = 0;

	for (; node; node = rb_parent(node))
		depth += rb_is_black(node);
	return depth;
}

/* Without recursion: kernel stacks are small, and the tree may be damaged. */
int rb_check(const struct rb_root *root)
{
	const struct rb_node *node;
	int depth = -1;

	if (!root->rb_node)
		return 0;
	if (rb_parent(root->rb_node) || is_red(root->rb_node))
		return -1;
	for (node = rb_first(root); node; node = rb_next(node)) {
		if (node->rb_left && rb_parent(node->rb_left) != node)
			return -1;
		if (node->rb_right && rb_parent(node->rb_right) != node)
			return -1;
		if (is_red(node) && (is_red(node->rb_left) || is_red(node->rb_right)))
			return -1;
		if (node->rb_left && node->rb_right)
			continue;
		if (depth < 0)
			depth = black_depth(node);
		if (black_depth(node) != depth)
			return -1;
	}
	return depth;
}
