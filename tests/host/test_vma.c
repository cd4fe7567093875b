/* SPDX-License-Identifier: MIT */
/*
 * test_vma.c - the set of areas against a model: what is known about each single page.
 * sources: mm/vma.c lib/rbtree.c
 *
 * Mapping, unmapping and changing rights are put together from mm/vma.c's parts as mm/mmap.c
 * and mm/mprotect.c do it, but without frames and page tables.
 */
#include <string.h>

#include "host.h"
#include "../../mm/internal.h"
#include <nopage/events.h>
#include <nopage/fs.h>
#include <nopage/sched.h>

int sysctl_max_map_count = 65530;	/* mm/mmap.c has it */

#define PAGES	96
#define BASE	0x40000000UL
#define FILES	2

/* One page of the model. Neighbours are in one area exactly if the second continues the first. */
struct model_page {
	unsigned long flags;		/* 0: not mapped */
	struct file *file;
	unsigned long pgoff;
};

static const unsigned long all_flags[] = {
	VM_READ | VM_MAYREAD | VM_MAYWRITE,
	VM_READ | VM_WRITE | VM_MAYREAD | VM_MAYWRITE,
	VM_READ | VM_WRITE | VM_SHARED | VM_MAYREAD | VM_MAYWRITE,
};

static struct model_page model[PAGES];
static struct mm_struct mm;
static struct file files[FILES];
static int opened;			/* by split, not yet closed */

/* ---- what mm/vma.c calls ---- */

struct cpu cpus[NR_CPUS];
static struct task_struct task;

struct event event_ring[EVENT_RING];
u32 event_next, trace_mask;

void event_trace(const struct event *ev)
{
	BUG();			/* nothing is traced */
}

void fput(struct file *file)
{
	BUG_ON(atomic_dec_return(&file->count) < 1);
}

static void area_open(struct vm_area_struct *vma)
{
	opened++;
}

static void area_close(struct vm_area_struct *vma)
{
	opened--;
}

static const struct vm_operations_struct file_ops = { .open = area_open, .close = area_close };

/* ---- operations, on the areas and on the model ---- */

static unsigned long address(int page)
{
	return BASE + page * PAGE_SIZE;
}

/* Cut so that no area crosses addr. 0 or -ENOMEM. */
static int cut_at(unsigned long addr)
{
	struct vm_area_struct *vma = find_vma(&mm, addr);

	return vma && vma->vm_start < addr ? split_vma(vma, addr) : 0;
}

static int unmap(int first, int n)
{
	unsigned long start = address(first), end = address(first + n);
	struct vm_area_struct *vma;

	if (cut_at(start) || cut_at(end))
		return -ENOMEM;
	vma = find_vma(&mm, start);
	while (vma && vma->vm_start < end) {
		struct vm_area_struct *next = vma->vm_next;

		vma_unlink(vma);
		remove_vma(vma);
		vma = next;
	}
	vma_gap_opened(&mm, end);
	for (int i = first; i < first + n; i++)
		model[i] = (struct model_page){ 0 };
	return 0;
}

static int map(int first, int n, unsigned long flags, struct file *file, unsigned long pgoff)
{
	struct vma_spec spec = { address(first), address(first + n), flags, pgoff, file };
	struct vm_area_struct *vma, *prev;

	if (unmap(first, n))
		return -ENOMEM;
	find_vma_prev(&mm, spec.start, &prev);
	if (!vma_extend(&mm, prev, &spec)) {
		vma = vma_alloc(&mm, &spec);
		if (!vma)
			return -ENOMEM;
		if (file) {
			get_file(file);
			vma->vm_ops = &file_ops;
			opened++;
		}
		vma_link(&mm, prev, vma);
	}
	for (int i = 0; i < n; i++)
		model[first + i] = (struct model_page){ flags, file, file ? pgoff + i : 0 };
	return 0;
}

static int protect(int first, int n, unsigned long flags)
{
	struct vm_area_struct *vma;
	int page = first;

	if (cut_at(address(first)) || cut_at(address(first + n)))
		return -ENOMEM;
	while (page < first + n) {
		vma = find_vma(&mm, address(page));
		if (!vma || vma->vm_start > address(page)) {
			page++;
			continue;
		}
		vma->vm_flags = flags;
		vma->vm_page_prot = vm_get_page_prot(flags);
		for (; address(page) < vma->vm_end; page++)
			model[page].flags = flags;
		vma_merge(vma);
	}
	/* The last one may now continue into its successor, which was not touched. */
	vma = find_vma(&mm, address(first + n) - 1);
	if (vma)
		vma_merge(vma);
	return 0;
}

/* ---- comparing ---- */

static bool continues(const struct model_page *a, const struct model_page *b)
{
	return a->flags == b->flags && a->file == b->file && (!a->file || a->pgoff + 1 == b->pgoff);
}

/* Look every page up; count the areas the model has. merged: is each of them one area? */
static void compare(bool merged)
{
	const char *complaint = validate_vmas(&mm);
	int areas = 1;			/* the one below BASE */

	CHECK(!complaint);
	CHECK(rb_check(&mm.mm_rb) >= 0);
	for (int i = 0; i < PAGES; i++) {
		unsigned long addr = address(i);
		struct vm_area_struct *vma = find_vma(&mm, addr + random_below(PAGE_SIZE));
		bool mapped = vma && vma->vm_start <= addr;

		if (!CHECK_EQ(mapped, model[i].flags != 0) || !mapped)
			continue;
		areas += i == 0 || !model[i - 1].flags || !continues(&model[i - 1], &model[i]);
		CHECK_EQ(vma->vm_flags, model[i].flags);
		CHECK(vma->vm_file == model[i].file);
		if (model[i].file)
			CHECK_EQ(vma->vm_pgoff + ((addr - vma->vm_start) >> PAGE_SHIFT),
				 model[i].pgoff);
	}
	if (merged)
		CHECK_EQ(mm.map_count, areas);
	else
		CHECK(mm.map_count >= areas);
}

/* Every area of a file holds one reference and was opened once. */
static void check_references(void)
{
	int count[FILES] = { 0 }, total = 0;

	for (struct vm_area_struct *vma = mm.mmap; vma; vma = vma->vm_next) {
		if (!vma->vm_file)
			continue;
		count[vma->vm_file - files]++;
		total++;
	}
	for (int i = 0; i < FILES; i++)
		CHECK_EQ(atomic_read(&files[i].count), 1 + count[i]);
	CHECK_EQ(opened, total);
	CHECK_EQ(nr_vmas(), mm.map_count);
}

static void setup(void)
{
	struct vma_spec low = { MMAP_MIN_ADDR, BASE, VM_EXEC, 0, NULL };

	memset(&mm, 0, sizeof(mm));
	memset(model, 0, sizeof(model));
	atomic_set(&mm.mmap_sem.count, RWSEM_WRITER);
	mm.mmap_base = mm.free_area_cache = address(PAGES);
	for (int i = 0; i < FILES; i++)
		atomic_set(&files[i].count, 1);
	vma_link(&mm, NULL, vma_alloc(&mm, &low));
}

static void teardown(void)
{
	kmalloc_fail_at = 0;
	CHECK_EQ(unmap(0, PAGES), 0);
	CHECK_EQ(mm.map_count, 1);
	CHECK(mm.mmap_cache == NULL || mm.mmap_cache == mm.mmap);
	check_references();
	remove_vma(mm.mmap);
	CHECK_EQ(nr_vmas(), 0);
}

static int random_operation(void)
{
	int first = random_below(PAGES), n = 1 + random_below(PAGES - first < 20 ? PAGES - first : 20);
	unsigned long flags = all_flags[random_below(ARRAY_SIZE(all_flags))];
	struct file *file = random_below(2) ? &files[random_below(FILES)] : NULL;

	switch (random_below(4)) {
	case 0:
		return unmap(first, n);
	case 1:
		return protect(first, n, flags);
	default:
		return map(first, n, flags, file, file ? first + 100 * random_below(2) : 0);
	}
}

static void random_operations(void)
{
	setup();
	for (int i = 0; i < 20000; i++) {
		CHECK_EQ(random_operation(), 0);
		compare(true);
		if (i % 64 == 0)
			check_references();
	}
	teardown();
}

/* With allocations that fail now and then: an operation may stop half-way, cut but right. */
static void failing_allocations(void)
{
	setup();
	for (int i = 0; i < 20000; i++) {
		kmalloc_fail_at = random_below(4);
		random_operation();
		compare(false);
		if (i % 64 == 0)
			check_references();
	}
	teardown();
}

/* Every gap found is one, and -ENOMEM means that there is none. */
static void gaps(void)
{
	setup();
	for (int i = 0; i < 20000; i++) {
		int n = 1 + random_below(12), longest = 0, run = 0;
		unsigned long addr = get_unmapped_area(&mm, n * PAGE_SIZE);

		for (int page = 0; page < PAGES; page++) {
			run = model[page].flags ? 0 : run + 1;
			longest = run > longest ? run : longest;
		}
		if ((long)addr == -ENOMEM) {
			CHECK(longest < n);
			CHECK_EQ(unmap(random_below(PAGES - 10), 10), 0);
			continue;
		}
		CHECK(addr >= BASE && addr + n * PAGE_SIZE <= address(PAGES));
		CHECK(!find_vma_intersection(&mm, addr, addr + n * PAGE_SIZE));
		CHECK_EQ(map((addr - BASE) / PAGE_SIZE, n, all_flags[random_below(3)], NULL, 0), 0);
		compare(true);
		if (random_below(3) == 0)
			CHECK_EQ(unmap(random_below(PAGES - 5), 5), 0);
	}
	teardown();
}

static void lookup_cache(void)
{
	unsigned long hits;

	setup();
	map(10, 4, all_flags[0], NULL, 0);
	map(20, 4, all_flags[1], NULL, 0);
	find_vma(&mm, address(11));
	hits = mm.cache_hits;
	CHECK(find_vma(&mm, address(13) + 5) == mm.mmap_cache);
	CHECK_EQ(mm.cache_hits, hits + 1);
	CHECK(find_vma(&mm, address(14))->vm_start == address(20));
	CHECK(!find_vma(&mm, address(24)));
	find_vma(&mm, address(21));
	unmap(20, 4);
	CHECK(!find_vma(&mm, address(21)));
	teardown();
}

/* The limit of areas stops a split, and only the split. */
static void map_count_limit(void)
{
	struct vm_area_struct *vma;

	setup();
	map(10, 4, all_flags[0], NULL, 0);
	vma = find_vma(&mm, address(10));
	sysctl_max_map_count = 1;
	CHECK_EQ(split_vma(vma, address(12)), -ENOMEM);
	sysctl_max_map_count = 65530;
	compare(true);
	teardown();
}

/* The auditor finds what it is there for. */
static void auditor(void)
{
	struct vm_area_struct *vma;

	setup();
	map(10, 4, all_flags[0], NULL, 0);
	map(20, 4, all_flags[1], NULL, 0);
	vma = find_vma(&mm, address(10));
	mm.map_count++;
	CHECK(validate_vmas(&mm));
	mm.map_count--;
	mm.total_vm--;
	CHECK(validate_vmas(&mm));
	mm.total_vm++;
	vma->vm_end += 8 * PAGE_SIZE;
	CHECK(validate_vmas(&mm));
	vma->vm_end -= 8 * PAGE_SIZE;
	vma->vm_flags |= VM_WRITE | VM_SHARED;
	CHECK(validate_vmas(&mm));
	vma->vm_flags = all_flags[0];
	CHECK(!validate_vmas(&mm));
	teardown();
}

int main(void)
{
	cpus[0].current_task = &task;
	vma_cache_init();
	plan(6);
	RUN(random_operations);
	RUN(failing_allocations);
	RUN(gaps);
	RUN(lookup_cache);
	RUN(map_count_limit);
	RUN(auditor);
	return 0;
}
