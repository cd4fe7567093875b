/* SPDX-License-Identifier: MIT */
/* test_radix.c - radix trees against plain arrays.  sources: lib/radix-tree.c */
#include <errno.h>
#include <string.h>

#include "host.h"
#include <nopage/radix-tree.h>

#define SLOTS	1024

/* Indices around every change of height, and at both ends. */
static const unsigned long edges[] = {
	0, 1, 62, 63, 64, 65, 4095, 4096, 4097, 262143, 262144, 16777215, 16777216,
	0x3fffffff, 0x40000000, 0xfffffffe, 0xffffffff, ~0UL - 64, ~0UL - 1, ~0UL,
};
#define NR_EDGES	((int)(sizeof(edges) / sizeof(edges[0])))

static void *item(unsigned long i)
{
	return (void *)(i * 8 + 8);
}

static void empty(void)
{
	struct radix_tree_root root = { 0, NULL };
	void *found[4];

	CHECK(!radix_tree_lookup(&root, 0));
	CHECK(!radix_tree_lookup(&root, ~0UL));
	CHECK(!radix_tree_delete(&root, 5));
	CHECK_EQ(radix_tree_gang_lookup(&root, found, 0, 4), 0);
}

static void one_at_each_edge(void)
{
	struct radix_tree_root root = { 0, NULL };
	void *found[2];

	for (int i = 0; i < NR_EDGES; i++) {
		CHECK_EQ(radix_tree_insert(&root, edges[i], item(i)), 0);
		CHECK(radix_tree_lookup(&root, edges[i]) == item(i));
		CHECK_EQ(radix_tree_gang_lookup(&root, found, 0, 2), 1);
		CHECK(found[0] == item(i));
		CHECK(radix_tree_delete(&root, edges[i]) == item(i));
		CHECK(!root.node && root.height == 0);
		CHECK_EQ(kmalloc_live, 0);
	}
}

static void all_edges(void)
{
	struct radix_tree_root root = { 0, NULL };
	void *found[NR_EDGES + 1];

	for (int i = NR_EDGES; i-- > 0;)
		CHECK_EQ(radix_tree_insert(&root, edges[i], item(i)), 0);
	for (int i = 0; i < NR_EDGES; i++) {
		CHECK_EQ(radix_tree_insert(&root, edges[i], item(99)), -EEXIST);
		CHECK(radix_tree_lookup(&root, edges[i]) == item(i));
		CHECK(!radix_tree_lookup(&root, edges[i] ^ 0x10000));
	}
	for (int i = 0; i < NR_EDGES; i++) {
		CHECK_EQ(radix_tree_gang_lookup(&root, found, edges[i], NR_EDGES + 1),
			 NR_EDGES - i);
		CHECK(found[0] == item(i) && found[NR_EDGES - 1 - i] == item(NR_EDGES - 1));
	}
	for (int i = NR_EDGES; i-- > 0;)
		CHECK(radix_tree_delete(&root, edges[i]) == item(i));
}

/* Random inserts, lookups, deletes; spread: how far apart the indices lie. */
static void random_operations(unsigned long spread)
{
	struct radix_tree_root root = { 0, NULL };
	static void *model[SLOTS];
	void *found[16];

	for (int i = 0; i < 30000; i++) {
		unsigned long slot = random_below(SLOTS), index = slot * spread;
		unsigned int want = 0, got;

		if (model[slot] && random_below(2)) {
			CHECK(radix_tree_delete(&root, index) == model[slot]);
			model[slot] = NULL;
		} else {
			CHECK_EQ(radix_tree_insert(&root, index, item(slot)),
				 model[slot] ? -EEXIST : 0);
			model[slot] = item(slot);
		}
		CHECK(radix_tree_lookup(&root, index) == model[slot]);
		if (i % 16)
			continue;
		got = radix_tree_gang_lookup(&root, found, index, 16);
		for (; slot < SLOTS && want < 16; slot++)
			if (model[slot])
				CHECK(want < got && found[want++] == model[slot]);
		CHECK_EQ(got, want);
	}
	for (unsigned long slot = 0; slot < SLOTS; slot++)
		CHECK(radix_tree_delete(&root, slot * spread) == model[slot]);
	memset(model, 0, sizeof(model));
	CHECK(!root.node);
}

static void random_dense(void)
{
	random_operations(1);
}

static void random_sparse(void)
{
	random_operations(1000003);
}

/* The n-th allocation of an insert fails: nothing changes, nothing is lost. */
static void allocation_failures(void)
{
	for (int start = 0; start < NR_EDGES; start++) {
		struct radix_tree_root root = { 0, NULL };
		int before, err, n = 0;

		CHECK_EQ(radix_tree_insert(&root, edges[start], item(1)), 0);
		before = kmalloc_live;
		do {
			kmalloc_fail_at = ++n;
			err = radix_tree_insert(&root, 77777, item(2));
			if (err) {
				CHECK_EQ(err, -ENOMEM);
				CHECK_EQ(kmalloc_live, before);
				CHECK(!radix_tree_lookup(&root, 77777));
			}
			CHECK(radix_tree_lookup(&root, edges[start]) == item(1));
		} while (err && n < 50);
		kmalloc_fail_at = 0;
		CHECK(n < 50);
		CHECK(radix_tree_delete(&root, 77777) == item(2));
		CHECK(radix_tree_delete(&root, edges[start]) == item(1));
	}
}

int main(void)
{
	plan(6);
	RUN(empty);
	RUN(one_at_each_edge);
	RUN(all_edges);
	RUN(random_dense);
	RUN(random_sparse);
	RUN(allocation_failures);
	return 0;
}
