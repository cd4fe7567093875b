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
 * vma_alloc(), vma_copy() and split_vma(), for memory.
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

/* The i386 has no execute bit, and what can be written or executed can be read. */
pgprot_t vm_get_page_prot(unsigned long vm_flags)
{
	if (!(vm_flags & VM_ACCESS))
		return PAGE_NONE;
	if (!(vm_flags & VM_WRITE))
		return PAGE_READONLY;
	return vm_flags & VM_SHARED ? PAGE_SHARED : PAGE_COPY;
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

struct vm_area_struct *vma_copy(struct mm_struct *mm, const struct vm_area_struct *old)
{
	struct vm_area_struct *vma = kmem_cache_alloc(vma_cachep, GFP_KERNEL);

	if (!vma)
		return NULL;
	/* All but the links, here too. */
	vma->vm_mm = mm;
	vma->vm_start = old->vm_start;
	vma->vm_end = old->vm_end;
	vma->vm_flags = old->vm_flags;
	vma->vm_page_prot = old->vm_page_prot;
	vma->vm_ops = old->vm_ops;
	vma->vm_pgoff = old->vm_pgoff;
	vma->vm_file = old->vm_file;
	if (vma->vm_file)
		get_file(vma->vm_file);
	if (vma->vm_ops && vma->vm_ops->open)
		vma->vm_ops->open(vma);
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

/* The lowest area that ends above addr, and in *prev the one before it. */
static struct vm_area_struct *find_in_tree(struct mm_struct *mm, unsigned long addr,
					   struct vm_area_struct **prev)
{
	struct vm_area_struct *found = NULL, *below = NULL;
	struct rb_node *node = mm->mm_rb.rb_node;

	while (node) {
		struct vm_area_struct *vma = vma_of(node);

		if (addr >= vma->vm_end) {
			below = vma;
			node = node->rb_right;
			continue;
		}
		found = vma;
		if (addr >= vma->vm_start) {
			below = vma->vm_prev;
			break;
		}
		node = node->rb_left;
	}
	*prev = below;
	return found;
}

/* The area found last, or the one behind it, may be it: then the tree is not needed. */
struct vm_area_struct *find_vma_prev(struct mm_struct *mm, unsigned long addr,
				     struct vm_area_struct **prev)
{
	struct vm_area_struct *vma = mm->mmap_cache, *before;

	assert_mmap_locked(mm);
	if (vma) {
		before = vma->vm_prev;
		if (addr >= vma->vm_end) {
			before = vma;
			vma = vma->vm_next;
		}
		if ((!before || addr >= before->vm_end) && (!vma || addr < vma->vm_end)) {
			*prev = before;
			return vma;
		}
	}
	return find_in_tree(mm, addr, prev);
}

static noinline struct vm_area_struct *find_vma_slow(struct mm_struct *mm, unsigned long addr)
{
	struct vm_area_struct *prev, *vma = find_vma_prev(mm, addr, &prev);

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

/* ------------------------------------------------------------------ link and unlink */

/*
 * Of two neighbours in the order of a binary tree, one has no child on the side of the other: there
 * is where whatever comes between them belongs.
 */
static void tree_insert(struct mm_struct *mm, struct vm_area_struct *vma)
{
	struct rb_node **link = &mm->mm_rb.rb_node, *parent = NULL;

	if (vma->vm_prev && !vma->vm_prev->vm_rb.rb_right) {
		parent = &vma->vm_prev->vm_rb;
		link = &parent->rb_right;
	} else if (vma->vm_next) {
		parent = &vma->vm_next->vm_rb;
		link = &parent->rb_left;
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

void vma_unlink(struct vm_area_struct *vma)
{
	struct mm_struct *mm = vma->vm_mm;

	assert_mmap_write(mm);
	if (vma->vm_prev)
		vma->vm_prev->vm_next = vma->vm_next;
	else
		mm->mmap = vma->vm_next;
	if (vma->vm_next)
		vma->vm_next->vm_prev = vma->vm_prev;
	rb_erase(&vma->vm_rb, &mm->mm_rb);
	if (mm->mmap_cache == vma)
		mm->mmap_cache = vma->vm_prev;
	mm->map_count--;
	mm->total_vm -= vma_pages(vma);
}

/* ------------------------------------------------------------------ join and split */

/*
 * May a range after vma (which ends where it starts), or, with vma the later one, before it,
 * become part of it? Same rights, same backing, and in a file the pages follow on one another.
 */
static inline bool same_kind(const struct vm_area_struct *vma, const struct vma_spec *spec)
{
	return vma->vm_flags == spec->flags && vma->vm_file == spec->file;
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

/* Could the two be one area? b directly behind a; NULL: there is none. */
static inline bool can_join(const struct vm_area_struct *a, const struct vm_area_struct *b)
{
	struct vma_spec spec;

	if (!a || !b)
		return false;
	spec = (struct vma_spec){ b->vm_start, b->vm_end, b->vm_flags, b->vm_pgoff, b->vm_file };
	return can_follow(a, &spec);
}

/* vma takes over its direct successor. */
static void absorb_next(struct vm_area_struct *vma)
{
	struct vm_area_struct *next = vma->vm_next;

	vma_unlink(next);
	vma_resize(vma, vma->vm_start, next->vm_end);
	remove_vma(next);
	event_vma(VMA_MERGE, vma, vma->vm_start, vma->vm_end);
}

struct vm_area_struct *vma_extend(struct mm_struct *mm, struct vm_area_struct *prev,
				  const struct vma_spec *spec)
{
	struct vm_area_struct *next = prev ? prev->vm_next : mm->mmap, *vma;

	if (prev && can_follow(prev, spec)) {
		vma = prev;
		vma_resize(vma, vma->vm_start, spec->end);
	} else if (next && can_precede(next, spec)) {
		vma = next;
		vma_resize(vma, spec->start, vma->vm_end);
	} else {
		return NULL;
	}
	mm->mmap_cache = vma;
	event_vma(VMA_GROW, vma, vma->vm_start, vma->vm_end);
	if (can_join(vma, vma->vm_next))
		absorb_next(vma);
	return vma;
}

void vma_merge(struct vm_area_struct *vma)
{
	assert_mmap_write(vma->vm_mm);
	if (can_join(vma, vma->vm_next))
		absorb_next(vma);
	if (can_join(vma->vm_prev, vma))
		absorb_next(vma->vm_prev);
}

int split_vma(struct vm_area_struct *vma, unsigned long addr)
{
	struct mm_struct *mm = vma->vm_mm;
	struct vm_area_struct *upper;

	assert_mmap_write(mm);
	BUG_ON(addr <= vma->vm_start || addr >= vma->vm_end);
	if (mm->map_count >= sysctl_max_map_count)
		return -ENOMEM;
	upper = vma_copy(mm, vma);
	if (!upper)
		return -ENOMEM;
	upper->vm_pgoff = linear_page_index(vma, addr);
	upper->vm_start = addr;
	vma_resize(vma, vma->vm_start, addr);
	vma_link(mm, vma, upper);
	event_vma(VMA_SPLIT, vma, vma->vm_start, addr);
	return 0;
}

/* ------------------------------------------------------------------ a place for a new area */

/* Highest gap of at least len bytes wholly below top, or 0. */
static unsigned long find_gap_below(struct mm_struct *mm, unsigned long top, unsigned long len)
{
	struct vm_area_struct *vma, *prev;

	vma = find_vma_prev(mm, top, &prev);
	if (vma && vma->vm_start < top)
		top = vma->vm_start;
	for (;;) {
		unsigned long bottom = prev ? prev->vm_end : MMAP_MIN_ADDR;

		if (top > bottom && top - bottom >= len)
			return top - len;
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
unsigned long get_unmapped_area(struct mm_struct *mm, unsigned long len)
{
	unsigned long addr = 0;

	assert_mmap_locked(mm);
	if (len > mm->cached_hole_size)
		addr = find_gap_below(mm, mm->free_area_cache, len);
	if (!addr) {
		mm->cached_hole_size = 0;
		addr = find_gap_below(mm, mm->mmap_base, len);
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
	if (rb_check(&mm->mm_rb) < 0)
		return "the tree is not a red-black tree";
	if (count != mm->map_count)
		return "map_count is wrong";
	if (pages != mm->total_vm)
		return "total_vm is wrong";
	if (mm->mmap_cache && find_in_tree(mm, mm->mmap_cache->vm_start, &prev) != mm->mmap_cache)
		return "mmap_cache points to an area that is gone";
	return NULL;
}
