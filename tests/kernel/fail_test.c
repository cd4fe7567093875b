/* SPDX-License-Identifier: MIT */
/* fail_test.c - the n-th allocation fails (mm/fail.c), and what the allocators make of it. */
#include <nopage/ktest.h>
#include <nopage/mm.h>
#include <nopage/sched.h>
#include <nopage/slab.h>

KTEST(fail, counts_down)
{
	void *a, *b, *c;

	KT_TRUE(!kt_fail_fired());
	a = kmalloc(64, GFP_KERNEL);			/* room in the cache: no pages needed below */
	b = kmalloc(64, GFP_KERNEL);
	c = kmalloc(64, GFP_KERNEL);
	kfree(a);
	kfree(b);
	kfree(c);
	kt_fail_nth(2);
	a = kmalloc(64, GFP_KERNEL);
	b = kmalloc(64, GFP_KERNEL);
	c = kmalloc(64, GFP_KERNEL);
	KT_TRUE(a && !b && c);				/* once, the second */
	KT_TRUE(kt_fail_fired());
	KT_TRUE(!kt_fail_fired());
	kfree(a);
	kfree(c);
	kt_fail_nth(0);
	a = kmalloc(64, GFP_KERNEL);
	KT_TRUE(a && !kt_fail_fired());
	kfree(a);
}

KTEST(fail, not_reached)
{
	kt_fail_nth(1000);
	KT_TRUE(!kt_fail_fired());
	KT_EQ(current->fail_nth, 0);
}

/* Every allocator asks, also when it has something in stock. */
KTEST(fail, all_allocators)
{
	void *stack = alloc_stack();

	free_stack(stack);
	kt_fail_nth(1);
	KT_TRUE(!alloc_stack() && kt_fail_fired());
	kt_fail_nth(1);
	KT_TRUE(!vmalloc(PAGE_SIZE) && kt_fail_fired());
	kt_fail_nth(1);
	KT_TRUE(!alloc_page(GFP_KERNEL) && kt_fail_fired());
	kt_fail_nth(1);
	KT_TRUE(!alloc_pages(GFP_KERNEL, 3) && kt_fail_fired());
	kt_fail_nth(1);
	KT_TRUE(!kzalloc(3 * PAGE_SIZE, GFP_KERNEL) && kt_fail_fired());
	kt_fail_nth(1);
	KT_TRUE(!pgd_alloc() && kt_fail_fired());
	kt_fail_nth(1);
	KT_TRUE(!pte_alloc_one() && kt_fail_fired());
}

/* --- operations that unwind --- */

static void *result;

static bool try_vmalloc(void)
{
	result = vmalloc(7 * PAGE_SIZE);
	return result != NULL;
}

static void undo_vmalloc(void)
{
	vfree(result);
}

KTEST(fail, vmalloc)
{
	KT_TRUE(kt_fail_every(try_vmalloc, undo_vmalloc, 50) >= 8);
}

static bool try_stack(void)
{
	result = alloc_stack();
	return result != NULL;
}

static void undo_stack(void)
{
	free_stack(result);
}

KTEST(fail, stack)
{
	KT_TRUE(kt_fail_every(try_stack, undo_stack, 50) >= 3);
}

static bool try_cache(void)
{
	result = kmem_cache_create("test-fail", 100, 0);
	return result != NULL;
}

static void undo_cache(void)
{
	kmem_cache_destroy(result);
}

KTEST(fail, cache)
{
	KT_TRUE(kt_fail_every(try_cache, undo_cache, 50) >= 1);
}

static int do_nothing(void *arg)
{
	return 0;
}

static bool try_thread(void)
{
	result = kthread_run(do_nothing, NULL, "nothing");
	return !IS_ERR(result);
}

static void undo_thread(void)
{
	kthread_join(result);
}

KTEST(fail, kthread)
{
	KT_TRUE(kt_fail_every(try_thread, undo_thread, 50) >= 2);
}
