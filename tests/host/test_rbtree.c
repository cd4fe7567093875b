/* SPDX-License-Identifier: MIT */
/* test_rbtree.c - red-black trees against a sorted array.  sources: lib/rbtree.c */
#include "host.h"
#include <nopage/rbtree.h>

#define KEYS	512

struct item {
	unsigned int key;
	struct rb_node rb;
};

static struct item items[KEYS];
static bool present[KEYS];
static struct rb_root root;

static void insert(unsigned int key)
{
	struct rb_node **link = &root.rb_node, *parent = NULL;

	while (*link) {
		parent = *link;
		link = key < container_of(parent, struct item, rb)->key ? &parent->rb_left
									: &parent->rb_right;
	}
	items[key].key = key;
	rb_link_node(&items[key].rb, parent, link);
	rb_insert_color(&items[key].rb, &root);
	present[key] = true;
}

static void erase(unsigned int key)
{
	rb_erase(&items[key].rb, &root);
	present[key] = false;
}

/* The rules hold and the walk meets exactly the present keys, in order. */
static void check_tree(void)
{
	struct rb_node *node = rb_first(&root);

	CHECK(rb_check(&root) >= 0);
	for (unsigned int key = 0; key < KEYS; key++) {
		if (!present[key])
			continue;
		if (!CHECK(node && container_of(node, struct item, rb)->key == key))
			return;
		node = rb_next(node);
	}
	CHECK(!node);
}

static void empty(void)
{
	root = RB_ROOT;
	CHECK(!root.rb_node);
	CHECK(!rb_first(&root));
	CHECK_EQ(rb_check(&root), 0);
}

static void ascending(void)
{
	root = RB_ROOT;
	for (unsigned int key = 0; key < KEYS; key++) {
		insert(key);
		check_tree();
	}
	for (unsigned int key = 0; key < KEYS; key++) {
		erase(key);
		check_tree();
	}
	CHECK(!root.rb_node);
}

static void descending(void)
{
	root = RB_ROOT;
	for (unsigned int key = KEYS; key-- > 0;)
		insert(key);
	check_tree();
	for (unsigned int key = KEYS; key-- > 0;) {
		erase(key);
		check_tree();
	}
}

/* From mostly inserting to mostly erasing and back, so that the tree is full and empty at times. */
static void random_operations(void)
{
	root = RB_ROOT;
	for (int i = 0; i < 40000; i++) {
		unsigned int key = random_below(KEYS);
		bool growing = (i / 2000) % 2 == 0;

		if (!present[key] && (growing || random_below(4) == 0))
			insert(key);
		else if (present[key] && (!growing || random_below(4) == 0))
			erase(key);
		if (i % 16 == 0)
			check_tree();
	}
	for (unsigned int key = 0; key < KEYS; key++)
		if (present[key])
			erase(key);
	check_tree();
}

/* Never more than twice log2: 512 keys need at most 2 * log2(513) < 19 steps. */
static void height(void)
{
	root = RB_ROOT;
	for (unsigned int key = 0; key < KEYS; key++)
		insert(key);
	for (unsigned int key = 0; key < KEYS; key++) {
		struct rb_node *node = &items[key].rb;
		int steps = 0;

		for (; node; node = rb_parent(node))
			steps++;
		CHECK(steps <= 18);
	}
	for (unsigned int key = 0; key < KEYS; key++)
		erase(key);
}

/* The auditor sees damage: a red child of a red node, a lost parent link, a wrong black count. */
static void auditor(void)
{
	unsigned long saved;
	struct rb_node *node;

	root = RB_ROOT;
	for (unsigned int key = 0; key < 64; key++)
		insert(key);
	node = root.rb_node->rb_left->rb_left;
	saved = node->rb_parent_color;
	node->rb_parent_color = saved ^ RB_BLACK;
	CHECK_EQ(rb_check(&root), -1);
	node->rb_parent_color = (unsigned long)root.rb_node | (saved & RB_BLACK);
	CHECK_EQ(rb_check(&root), -1);
	node->rb_parent_color = saved;
	CHECK(rb_check(&root) > 0);
	for (unsigned int key = 0; key < 64; key++)
		erase(key);
}

int main(void)
{
	plan(6);
	RUN(empty);
	RUN(ascending);
	RUN(descending);
	RUN(random_operations);
	RUN(height);
	RUN(auditor);
	return 0;
}
