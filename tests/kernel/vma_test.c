/* SPDX-License-Identifier: MIT */
/* vma_test.c - areas against a model: one byte of rights per page. */
#include "mm_test.h"
#include <nopage/string.h>
#include <nopage/syscalls.h>

#define MODEL_PAGES	256
#define UNMAPPED	0xff

struct model {
	u8 prot[MODEL_PAGES];		/* PROT_* or UNMAPPED */
};

static int model_runs(const struct model *m)
{
	int runs = 0;

	for (int i = 0; i < MODEL_PAGES; i++)
		if (m->prot[i] != UNMAPPED && (i == 0 || m->prot[i] != m->prot[i - 1]))
			runs++;
	return runs;
}

/* Every page is in the area the model says; neighbours with equal rights are one area. */
static bool model_agrees(struct mm_struct *mm, const struct model *m)
{
	bool ok = true;

	down_read(&mm->mmap_sem);
	for (int i = 0; i < MODEL_PAGES && ok; i++) {
		unsigned long addr = TEST_BASE + ((unsigned long)i << PAGE_SHIFT);
		struct vm_area_struct *vma = find_vma(mm, addr);
		bool mapped = vma && vma->vm_start <= addr;

		ok = KT_EQ(mapped, m->prot[i] != UNMAPPED) &&
		     (!mapped || KT_EQ(vma->vm_flags & VM_ACCESS, m->prot[i]));
	}
	ok = ok && KT_EQ(mm->map_count, model_runs(m));
	up_read(&mm->mmap_sem);
	return ok;
}

static bool range_mapped(const struct model *m, int first, int n)
{
	return !memchr(m->prot + first, UNMAPPED, n);
}

static bool random_step(struct mm_struct *mm, struct model *m)
{
	int first = kt_random() % MODEL_PAGES;
	int n = 1 + kt_random() % min(24, MODEL_PAGES - first);
	unsigned long addr = TEST_BASE + ((unsigned long)first << PAGE_SHIFT);
	int prot = (int[]){ PROT_READ, PROT_RW, PROT_NONE }[kt_random() % 3];

	switch (kt_random() % 4) {
	case 0:
		memset(m->prot + first, UNMAPPED, n);
		return KT_EQ(test_unmap(mm, addr, n), 0);
	case 1:
		if (!range_mapped(m, first, n))
			return true;
		memset(m->prot + first, prot, n);
		return KT_EQ(test_protect(mm, addr, n, prot), 0);
	case 2:
		if (m->prot[first] == PROT_RW)
			return KT_EQ(test_poke(addr, first), 0);
		return true;
	default:
		memset(m->prot + first, prot, n);
		return KT_EQ(test_map(mm, addr, n, prot, MAP_ANON_PRIV | MAP_FIXED), addr);
	}
}

KTEST(vma, random_against_model)
{
	struct mm_struct *mm = test_mm_enter();
	struct model m;

	KT_ASSERT(mm);
	memset(&m, UNMAPPED, sizeof(m));
	for (int i = 0; i < 4000; i++)
		if (!random_step(mm, &m) || (i % 16 == 0 && !model_agrees(mm, &m)))
			break;
	KT_TRUE(model_agrees(mm, &m));
	KT_EQ(test_unmap(mm, TEST_BASE, MODEL_PAGES), 0);
	KT_EQ(mm->map_count, 0);
	KT_EQ(mm->rss, 0);
	test_mm_leave(mm);
}

KTEST(vma, merge_both_sides)
{
	struct mm_struct *mm = test_mm_enter();

	KT_ASSERT(mm);
	test_map(mm, TEST_BASE, 1, PROT_RW, MAP_ANON_PRIV | MAP_FIXED);
	test_map(mm, TEST_BASE + 2 * PAGE_SIZE, 1, PROT_RW, MAP_ANON_PRIV | MAP_FIXED);
	KT_EQ(mm->map_count, 2);
	test_map(mm, TEST_BASE + PAGE_SIZE, 1, PROT_RW, MAP_ANON_PRIV | MAP_FIXED);
	KT_EQ(mm->map_count, 1);
	KT_EQ(mm->mmap->vm_end - mm->mmap->vm_start, 3 * PAGE_SIZE);
	test_mm_leave(mm);
}

KTEST(vma, different_rights_stay_apart)
{
	struct mm_struct *mm = test_mm_enter();

	KT_ASSERT(mm);
	test_map(mm, TEST_BASE, 1, PROT_RW, MAP_ANON_PRIV | MAP_FIXED);
	test_map(mm, TEST_BASE + PAGE_SIZE, 1, PROT_READ, MAP_ANON_PRIV | MAP_FIXED);
	KT_EQ(mm->map_count, 2);
	test_map(mm, TEST_BASE + 2 * PAGE_SIZE, 1, PROT_RW, MAP_ANON_SHARED | MAP_FIXED);
	KT_EQ(mm->map_count, 3);
	test_map(mm, TEST_BASE + 3 * PAGE_SIZE, 1, PROT_RW, MAP_ANON_SHARED | MAP_FIXED);
	KT_EQ(mm->map_count, 4);	/* two objects, not one */
	test_mm_leave(mm);
}

KTEST(vma, hole_splits_and_stale_cache)
{
	struct mm_struct *mm = test_mm_enter();
	unsigned long middle = TEST_BASE + 4 * PAGE_SIZE;

	KT_ASSERT(mm);
	test_map(mm, TEST_BASE, 9, PROT_RW, MAP_ANON_PRIV | MAP_FIXED);
	KT_EQ(test_poke(middle, 1), 0);		/* mmap_cache now points here */
	KT_EQ(test_unmap(mm, middle, 1), 0);
	KT_EQ(mm->map_count, 2);
	KT_EQ(test_poke(middle, 1), -EFAULT);
	KT_EQ(test_poke(middle + PAGE_SIZE, 1), 0);
	KT_EQ(test_unmap(mm, TEST_BASE, 9), 0);
	KT_TRUE(!mm->mmap_cache);
	KT_EQ(test_poke(middle + PAGE_SIZE, 1), -EFAULT);
	test_mm_leave(mm);
}

KTEST(vma, cache_hits_are_counted)
{
	struct mm_struct *mm = test_mm_enter();
	unsigned long hits, misses;

	KT_ASSERT(mm);
	test_map(mm, TEST_BASE, 4, PROT_RW, MAP_ANON_PRIV | MAP_FIXED);
	test_map(mm, TEST_BASE + 16 * PAGE_SIZE, 1, PROT_RW, MAP_ANON_PRIV | MAP_FIXED);
	test_poke(TEST_BASE, 1);
	hits = mm->cache_hits;
	misses = mm->cache_misses;
	test_poke(TEST_BASE + PAGE_SIZE, 1);
	KT_EQ(mm->cache_hits - hits, 1);
	test_poke(TEST_BASE + 16 * PAGE_SIZE, 1);
	KT_EQ(mm->cache_misses - misses, 1);
	test_mm_leave(mm);
}

/* mmap_cache is where the next fault is expected: in what was mapped, or before what has gone. */
KTEST(vma, cache_follows_the_change)
{
	struct mm_struct *mm = test_mm_enter();
	struct vm_area_struct *low;

	KT_ASSERT(mm);
	test_map(mm, TEST_BASE, 4, PROT_RW, MAP_ANON_PRIV | MAP_FIXED);
	low = mm->mmap;
	KT_TRUE(mm->mmap_cache == low);
	test_map(mm, TEST_BASE + 16 * PAGE_SIZE, 1, PROT_RW, MAP_ANON_PRIV | MAP_FIXED);
	KT_TRUE(mm->mmap_cache == low->vm_next);
	test_map(mm, TEST_BASE + 4 * PAGE_SIZE, 1, PROT_RW, MAP_ANON_PRIV | MAP_FIXED);
	KT_EQ(mm->map_count, 2);
	KT_TRUE(mm->mmap_cache == low);			/* it has grown */
	test_poke(TEST_BASE + 16 * PAGE_SIZE, 1);
	KT_TRUE(mm->mmap_cache == low->vm_next);
	test_unmap(mm, TEST_BASE + 16 * PAGE_SIZE, 1);
	KT_TRUE(mm->mmap_cache == low);
	test_mm_leave(mm);
}

KTEST(vma, many_areas_and_find)
{
	struct mm_struct *mm = test_mm_enter();
	const int areas = 2000;

	KT_ASSERT(mm);
	for (int i = 0; i < areas; i++)
		KT_ASSERT(!IS_ERR_VALUE(test_map(mm, TEST_BASE + i * 2 * PAGE_SIZE, 1, PROT_READ,
						 MAP_ANON_PRIV | MAP_FIXED)));
	KT_EQ(mm->map_count, areas);
	validate_mm(mm);
	down_read(&mm->mmap_sem);
	for (int i = 0; i < areas; i++) {
		unsigned long addr = TEST_BASE + i * 2 * PAGE_SIZE;
		struct vm_area_struct *vma = find_vma(mm, addr);

		KT_ASSERT(vma && vma->vm_start == addr);
		vma = find_vma(mm, addr + PAGE_SIZE);	/* in the gap: the next one, if any */
		KT_ASSERT(i == areas - 1 ? !vma : vma && vma->vm_start == addr + 2 * PAGE_SIZE);
	}
	up_read(&mm->mmap_sem);
	KT_EQ(test_unmap(mm, TEST_BASE, areas * 2), 0);
	KT_EQ(mm->map_count, 0);
	test_mm_leave(mm);
}

KTEST(vma, map_count_limit)
{
	struct mm_struct *mm = test_mm_enter();
	int saved = sysctl_max_map_count;

	KT_ASSERT(mm);
	sysctl_max_map_count = 1;
	test_map(mm, TEST_BASE, 9, PROT_RW, MAP_ANON_PRIV | MAP_FIXED);
	KT_EQ(test_map(mm, TEST_BASE + 16 * PAGE_SIZE, 1, PROT_READ, MAP_ANON_PRIV | MAP_FIXED),
	      -ENOMEM);
	KT_EQ(test_unmap(mm, TEST_BASE + 4 * PAGE_SIZE, 1), -ENOMEM);
	KT_EQ(test_protect(mm, TEST_BASE + 4 * PAGE_SIZE, 1, PROT_READ), -ENOMEM);
	KT_EQ(sys_mremap(TEST_BASE, PAGE_SIZE, PAGE_SIZE, MREMAP_MAYMOVE | MREMAP_FIXED,
			 TEST_BASE + 16 * PAGE_SIZE), -ENOMEM);
	KT_EQ(mm->map_count, 1);
	sysctl_max_map_count = 2;
	KT_EQ(test_unmap(mm, TEST_BASE + 4 * PAGE_SIZE, 1), 0);
	KT_EQ(mm->map_count, 2);
	sysctl_max_map_count = saved;
	test_mm_leave(mm);
}

KTEST(vma, unmapped_area_is_top_down_and_reuses_holes)
{
	struct mm_struct *mm = test_mm_enter();
	long a, b, c;

	KT_ASSERT(mm);
	a = test_map(mm, 0, 4, PROT_READ, MAP_ANON_PRIV);
	b = test_map(mm, 0, 4, PROT_RW, MAP_ANON_PRIV);
	c = test_map(mm, 0, 4, PROT_READ, MAP_ANON_PRIV);
	KT_EQ(a + 4 * PAGE_SIZE, mm->mmap_base);
	KT_EQ(b + 4 * PAGE_SIZE, a);
	KT_EQ(c + 4 * PAGE_SIZE, b);
	test_unmap(mm, b, 4);
	KT_EQ(test_map(mm, 0, 8, PROT_RW, MAP_ANON_PRIV) + 8 * PAGE_SIZE, c);	/* too large for it */
	KT_EQ(test_map(mm, 0, 4, PROT_RW, MAP_ANON_PRIV), b);
	KT_EQ(test_map(mm, a, 1, PROT_RW, MAP_ANON_PRIV) + PAGE_SIZE,
	      c - 8 * PAGE_SIZE);						/* hint is taken */
	KT_EQ(test_map(mm, TEST_BASE, 1, PROT_RW, MAP_ANON_PRIV), TEST_BASE);	/* hint is free */
	test_mm_leave(mm);
}

/* Room for the largest stack that the limit allows: at least 128 MiB, at most five sixths. */
KTEST(vma, mmap_base_leaves_room_for_the_stack)
{
	unsigned long *limit = &current->signal->rlim[RLIMIT_STACK].rlim_cur, saved = *limit;
	const unsigned long least = 128 << 20, most = TASK_SIZE / 6 * 5;
	const struct {
		unsigned long limit, room;
	} cases[] = {
		{ PAGE_SIZE, least }, { least + 5 * PAGE_SIZE, least + 5 * PAGE_SIZE },
		{ RLIM_INFINITY, most },
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(cases); i++) {
		struct mm_struct *mm;

		*limit = cases[i].limit;
		mm = mm_alloc();
		KT_ASSERT(mm);
		KT_EQ(mm->mmap_base, TASK_SIZE - cases[i].room);
		mmput(mm, EVM_LOOK);
	}
	*limit = saved;
}

/* The lower border moves by more than a signed number of bytes can say: the page index follows. */
KTEST(vma, lower_border_moves_by_more_than_2_gib)
{
	struct mm_struct *mm = test_mm_enter();
	const unsigned long pages = 0xa0000, cut = 0x90000;	/* 2.5 and 2.25 GiB */
	const unsigned long upper = TEST_BASE + (cut << PAGE_SHIFT);
	struct vm_area_struct *vma;

	KT_ASSERT(mm);
	KT_EQ(test_map(mm, TEST_BASE, pages, PROT_RW, MAP_ANON_SHARED | MAP_FIXED), TEST_BASE);
	KT_EQ(mm->mmap->vm_pgoff, 0);
	KT_EQ(test_unmap(mm, TEST_BASE, cut), 0);
	vma = mm->mmap;
	KT_ASSERT(vma && !vma->vm_next);
	KT_EQ(vma->vm_start, upper);
	KT_EQ(vma->vm_pgoff, cut);
	KT_EQ(mm->total_vm, pages - cut);
	test_mm_leave(mm);
}
