/* SPDX-License-Identifier: MIT */
/*
 * vma.c - the set of areas of an address space: find, link, split, join.
 *
 * Every area stands in two orders at once: on the list from mm->mmap, sorted by address, for
 * whoever walks them all, and in the red-black tree mm->mm_rb for whoever looks for one.
 * mm->mmap_cache remembers the last area found: programs fault near where they faulted before.
 *
 * This file knows neither frames nor page tables, so that tests/host can run it on its own
 * against a simple model.
 *
 * Locks: mmap_sem of the mm; read to find, write for everything else. Nothing here sleeps but
 * vma_alloc() and split_vma(), for memory.
 */
#include "internal.h"
#include <nopage/fs.h>
#include <nopage/slab.h>

static struct kmem_cache *vma_cachep;

void vma_cache_init(void)
{
	vma_cachep = kmem_cache_create("vm_area_struct", sizeof(struct vm_area_struct), 0);
	BUG_ON(!vma_cachep);
}

unsigned long nr_vmas(void)
{
	return kmem_cache_inuse(vma_cachep);
}

/* Index: READ, WRITE, EXEC (the i386 has no execute bit), SHARED. Private, writable: copy. */
static const pgprot_t protection_map[16] = {
	[0] = PAGE_NONE,
	[VM_READ] = PAGE_READONLY,
	[VM_WRITE] = PAGE_COPY,
	[VM_WRITE | VM_READ] = PAGE_COPY,
	[VM_EXEC] = PAGE_READONLY,
	[VM_EXEC | VM_READ] = PAGE_READONLY,
	[VM_EXEC | VM_WRITE] = PAGE_COPY,
	[VM_EXEC | VM_WRITE | VM_READ] = PAGE_COPY,
	[VM_SHARED] = PAGE_NONE,
	[VM_SHARED | VM_READ] = PAGE_READONLY,
	[VM_SHARED | VM_WRITE] = PAGE_SHARED,
	[VM_SHARED | VM_WRITE | VM_READ] = PAGE_SHARED,
	[VM_SHARED | VM_EXEC] = PAGE_READONLY,
	[VM_SHARED | VM_EXEC | VM_READ] = PAGE_READONLY,
	[VM_SHARED | VM_EXEC | VM_WRITE] = PAGE_SHARED,
	[VM_SHARED | VM_EXEC | VM_WRITE | VM_READ] = PAGE_SHARED,
};

pgprot_t vm_get_page_prot(unsigned long vm_flags)
{
	return protection_map[vm_flags & (VM_ACCESS | VM_SHARED)];
}

struct vm_area_struct *vma_alloc(struct mm_struct *mm, const struct vma_spec *spec)
{
	struct vm_area_struct *vma = kmem_cache_alloc(vma_cachep, GFP_KERNEL);

	if (!vma)
		return NULL;
	/* All but the links, which are vma_link()'s. */
	vma->vm_mm = mm;
	vma->vm_start = spec->start;
	vma->vm_end = spec->end;
	vma->vm_flags = spec->flags;
	vma->vm_page_prot = vm_get_page_prot(spec->flags);
	vma->vm_ops = NULL;
	vma->vm_pgoff = spec->pgoff;
	vma->vm_file = spec->file;
	return vma;
}

void vma_free(struct vm_area_struct *vma)
{
	kmem_cache_free(vma_cachep, vma);
}

void remove_vma(struct vm_area_struct *vma)
{
	if (vma->vm_ops && vma->vm_ops->close)
		vma->vm_ops->close(vma);
	if (vma->vm_file)
		fput(vma->vm_file);
	vma_free(vma);
}

/* ------------------------------------------------------------------ find */

static inline struct vm_area_struct *vma_of(struct rb_node *node)
{
	return container_of(node, struct vm_area_struct, vm_rb);
}

/* The lowest area that ends above addr; *prev, if wanted, the one before it. */
static struct vm_area_struct *find_in_tree(struct mm_struct *mm, unsigned long addr,
					   struct vm_area_struct **prev)
{
	struct vm_area_struct *found = NULL, *below = NULL;
	struct rb_node *node = mm->mm_rb.rb_node;

	while (node) {
		struct vm_area_struct *vma = vma_of(node);

		if (addr < vma->vm_end) {
			found = vma;
			if (addr >= vma->vm_start && !prev)
				break;
			node = node->rb_left;
		} else {
			below = vma;
			node = node->rb_right;
		}
	}
	if (prev)
		*prev = below;
	return found;
}

static noinline struct vm_area_struct *find_vma_slow(struct mm_struct *mm, unsigned long addr)
{
	struct vm_area_struct *vma = find_in_tree(mm, addr, NULL);

	mm->cache_misses++;
	if (vma)
		mm->mmap_cache = vma;
	return vma;
}

noinline struct vm_area_struct *find_vma(struct mm_struct *mm, unsigned long addr)
{
	struct vm_area_struct *vma = mm->mmap_cache;

	assert_mmap_locked(mm);
	if (vma && vma->vm_start <= addr && addr < vma->vm_end) {
		mm->cache_hits++;
		return vma;
	}
	return find_vma_slow(mm, addr);
}

struct vm_area_struct *find_vma_prev(struct mm_struct *mm, unsigned long addr,
				     struct vm_area_struct **prev)
{
	struct vm_area_struct *vma = mm->mmap_cache;

	assert_mmap_locked(mm);
	if (!vma || addr < vma->vm_start)
		return find_in_tree(mm, addr, prev);
	if (addr < vma->vm_end) {
		*prev = vma->vm_prev;
		return vma;
	}
	if (vma->vm_next && addr >= vma->vm_next->vm_end)
		return find_in_tree(mm, addr, prev);
	*prev = vma;			/* in the gap behind the cached area, or in the next one */
	return vma->vm_next;
}

struct vm_area_struct *find_vma_intersection(struct mm_struct *mm, unsigned long start,
					     unsigned long end)
{
	struct vm_area_struct *vma = find_vma(mm, start);

	return vma && vma->vm_start < end ? vma : NULL;
}

/* ------------------------------------------------------------------ link and unlink */

static void tree_insert(struct mm_struct *mm, struct vm_area_struct *vma)
{
	struct rb_node **link = &mm->mm_rb.rb_node, *parent = NULL;

	while (*link) {
		parent = *link;
		if (vma->vm_start < vma_of(parent)->vm_start)
			link = &parent->rb_left;
		else
			link = &parent->rb_right;
	}
	rb_link_node(&vma->vm_rb, parent, link);
	rb_insert_color(&vma->vm_rb, &mm->mm_rb);
}

void vma_link(struct mm_struct *mm, struct vm_area_struct *prev, struct vm_area_struct *vma)
{
	struct vm_area_struct **link = prev ? &prev->vm_next : &mm->mmap;

	assert_mmap_write(mm);
	BUG_ON(vma->vm_start >= vma->vm_end || (vma->vm_start | vma->vm_end) & ~PAGE_MASK);
	ASSERT(!prev || prev->vm_end <= vma->vm_start);
	ASSERT(!*link || vma->vm_end <= (*link)->vm_start);
	vma->vm_prev = prev;
	vma->vm_next = *link;
	if (vma->vm_next)
		vma->vm_next->vm_prev = vma;
	*link = vma;
	tree_insert(mm, vma);
	mm->map_count++;
	mm->total_vm += vma_pages(vma);
	mm->mmap_cache = vma;		/* who maps memory touches it next */
}

void vma_unlink(struct mm_struct *mm, struct vm_area_struct *prev, struct vm_area_struct *vma)
{
	assert_mmap_write(mm);
	if (prev)
		prev->vm_next = vma->vm_next;
	else
		mm->mmap = vma->vm_next;
	if (vma->vm_next)
		vma->vm_next->vm_prev = prev;
	rb_erase(&vma->vm_rb, &mm->mm_rb);
	if (mm->mmap_cache == vma)
		mm->mmap_cache = NULL;
	mm->map_count--;
	mm->total_vm -= vma_pages(vma);
}

/* ------------------------------------------------------------------ join and split */

/*
 * May a range after vma (which ends where it starts), or, with vma the later one, before it,
 * become part of it? Same rights, same backing, and in a file the pages follow on one another.
 * A growing stack keeps its own borders.
 */
static inline bool same_kind(const struct vm_area_struct *vma, const struct vma_spec *spec)
{
	return vma->vm_flags == spec->flags && vma->vm_file == spec->file &&
	       !(vma->vm_flags & VM_GROWSDOWN);
}

static inline bool can_follow(const struct vm_area_struct *vma, const struct vma_spec *spec)
{
	return vma->vm_end == spec->start && same_kind(vma, spec) &&
	       (!spec->file || vma->vm_pgoff + vma_pages(vma) == spec->pgoff);
}

static inline bool can_precede(const struct vm_area_struct *vma, const struct vma_spec *spec)
{
	unsigned long pages = (spec->end - spec->start) >> PAGE_SHIFT;

	return vma->vm_start == spec->end && same_kind(vma, spec) &&
	       (!spec->file || spec->pgoff + pages == vma->vm_pgoff);
}

static struct vma_spec spec_of(const struct vm_area_struct *vma)
{
	return (struct vma_spec){
		.start = vma->vm_start,
		.end = vma->vm_end,
		.flags = vma->vm_flags,
		.pgoff = vma->vm_pgoff,
		.file = vma->vm_file,
	};
}

/* vma takes over its direct successor, which continues it. */
static void absorb_next(struct mm_struct *mm, struct vm_area_struct *vma)
{
	struct vm_area_struct *next = vma->vm_next;
	unsigned long end = next->vm_end;

	vma_unlink(mm, vma, next);
	vma_resize(vma, vma->vm_start, end);
	remove_vma(next);
	event_vma(VMA_MERGE, vma, vma->vm_start, vma->vm_end);
}

static inline bool try_absorb_next(struct mm_struct *mm, struct vm_area_struct *vma)
{
	struct vma_spec spec;

	if (likely(!vma->vm_next || vma->vm_next->vm_start != vma->vm_end))
		return false;
	spec = spec_of(vma->vm_next);
	if (!can_follow(vma, &spec))
		return false;
	absorb_next(mm, vma);
	return true;
}

struct vm_area_struct *vma_extend(struct mm_struct *mm, struct vm_area_struct *prev,
				  struct vm_area_struct *next, const struct vma_spec *spec)
{
	if (prev && can_follow(prev, spec)) {
		vma_resize(prev, prev->vm_start, spec->end);
		mm->mmap_cache = prev;
		event_vma(VMA_GROW, prev, prev->vm_start, prev->vm_end);
		try_absorb_next(mm, prev);
		return prev;
	}
	if (next && can_precede(next, spec)) {
		vma_resize(next, spec->start, next->vm_end);
		mm->mmap_cache = next;
		event_vma(VMA_GROW, next, next->vm_start, next->vm_end);
		return next;
	}
	return NULL;
}

struct vm_area_struct *vma_merge(struct mm_struct *mm, struct vm_area_struct *prev,
				 struct vm_area_struct *vma)
{
	assert_mmap_write(mm);
	try_absorb_next(mm, vma);
	if (prev && try_absorb_next(mm, prev))
		return prev;
	return vma;
}

int split_vma(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long addr)
{
	struct vma_spec upper = spec_of(vma);
	struct vm_area_struct *new;

	assert_mmap_write(mm);
	BUG_ON(addr <= vma->vm_start || addr >= vma->vm_end);
	if (mm->map_count >= sysctl_max_map_count)
		return -ENOMEM;
	upper.start = addr;
	if (vma->vm_file)
		upper.pgoff += (addr - vma->vm_start) >> PAGE_SHIFT;
	new = vma_alloc(mm, &upper);
	if (!new)
		return -ENOMEM;
	new->vm_ops = vma->vm_ops;
	if (new->vm_file)
		get_file(new->vm_file);
	if (new->vm_ops && new->vm_ops->open)
		new->vm_ops->open(new);
	vma_resize(vma, vma->vm_start, addr);
	vma_link(mm, vma, new);
	event_vma(VMA_SPLIT, vma, vma->vm_start, addr);
	return 0;
}

/* ------------------------------------------------------------------ a place for a new area */

/* Highest gap of at least len bytes wholly below top, or 0. *below: the area before it. */
static unsigned long find_gap_below(struct mm_struct *mm, unsigned long top, unsigned long len,
				    struct vm_area_struct **below)
{
	struct vm_area_struct *vma, *prev;

	vma = find_vma_prev(mm, top, &prev);
	if (vma && vma->vm_start < top)
		top = vma->vm_start;
	for (;;) {
		unsigned long bottom = MMAP_MIN_ADDR;

		if (prev)
			bottom = max(bottom, prev->vm_end);
		if (top > bottom && top - bottom >= len) {
			*below = prev;
			return top - len;
		}
		if (!prev)
			return 0;
		if (top > bottom)
			mm->cached_hole_size = max(mm->cached_hole_size, top - bottom);
		top = prev->vm_start;
		prev = prev->vm_prev;
	}
}

/*
 * Top-down first fit. free_area_cache is where the last search ended: above it there is no gap
 * larger than cached_hole_size, so a larger request need not start at mmap_base again. Unmapping
 * above the cache moves it up (vma_gap_opened).
 */
unsigned long get_unmapped_area(struct mm_struct *mm, unsigned long len,
				struct vm_area_struct **prev)
{
	unsigned long addr = 0;

	assert_mmap_locked(mm);
	if (len > mm->cached_hole_size)
		addr = find_gap_below(mm, mm->free_area_cache, len, prev);
	if (!addr) {
		mm->cached_hole_size = 0;
		addr = find_gap_below(mm, mm->mmap_base, len, prev);
	}
	if (!addr)
		return -ENOMEM;
	mm->free_area_cache = addr;
	return addr;
}

/* ------------------------------------------------------------------ the auditor */

const char *validate_vmas(struct mm_struct *mm)
{
	struct vm_area_struct *vma;
	struct rb_node *node = rb_first(&mm->mm_rb);
	struct vm_area_struct *prev = NULL;
	unsigned long pages = 0, end = 0;
	int count = 0;

	for (vma = mm->mmap; vma; vma = vma->vm_next) {
		if (vma->vm_start >= vma->vm_end || (vma->vm_start | vma->vm_end) & ~PAGE_MASK)
			return "an area is empty or not page aligned";
		if (vma->vm_start < end)
			return "areas overlap or are not sorted";
		if (vma->vm_end > TASK_SIZE)
			return "an area reaches into the kernel";
		if (vma->vm_mm != mm)
			return "an area belongs to another mm";
		if (vma->vm_page_prot.val != vm_get_page_prot(vma->vm_flags).val)
			return "vm_page_prot and vm_flags disagree";
		if (!node || vma_of(node) != vma)
			return "list and tree differ";
		if (vma->vm_prev != prev)
			return "the list is broken backwards";
		prev = vma;
		node = rb_next(node);
		end = vma->vm_end;
		pages += vma_pages(vma);
		count++;
	}
	if (node)
		return "the tree has more areas than the list";
	if (count != mm->map_count)
		return "map_count is wrong";
	if (pages != mm->total_vm)
		return "total_vm is wrong";
	if (mm->mmap_cache && find_in_tree(mm, mm->mmap_cache->vm_start, NULL) != mm->mmap_cache)
		return "mmap_cache points to an area that is gone";
	return NULL;
}
