/* SPDX-License-Identifier: MIT */
/*
 * vmalloc.c - memory that is contiguous only in the kernel's virtual addresses, and kernel stacks.
 *
 * An area is a range of VMALLOC_START..VMALLOC_END whose pages are any frames, mapped one by one.
 * The page after each area, and the one before the first, stays unmapped: running off either end
 * is a fault at once. The page tables of the whole range exist since boot, so that a new entry is
 * in every address space without further ado.
 *
 * Kernel stacks are areas too, so that an overflow hits the guard page below. Mapping one costs
 * more than the rest of a small fork, therefore a few are kept mapped.
 *
 * Locks: area_lock guards the list of areas and the kept stacks. Not for interrupt handlers.
 */
#include <nopage/slab.h>
#include <nopage/mm.h>
#include <nopage/printf.h>
#include <nopage/string.h>
#include <asm/tlb.h>

#define KEPT_STACKS	8
#define STACK_POISON	0xfc		/* debug build: bytes of a stack that nobody uses */

/* Pages [start, end) are mapped, or about to be; the page at end is the guard. */
struct vm_struct {
	struct list_head list;
	unsigned long start, end;
	bool stack;
};

static spinlock_t area_lock = SPINLOCK_INIT;
/* area_lock */
static LIST_HEAD(areas);		/* of vm_struct.list, ascending */
static void *kept_stacks[KEPT_STACKS];
static unsigned int nr_kept;

static struct kmem_cache *area_cache;

/* ------------------------------------------------------------------ areas */

/*
 * find_place - the lowest free place for size bytes and a guard page, aligned; 0: none. *after
 * becomes the link to insert it behind.
 * Locks: caller holds area_lock.
 */
static unsigned long find_place(unsigned long size, unsigned long align, struct list_head **after)
{
	unsigned long addr = ALIGN(VMALLOC_START + PAGE_SIZE, align);
	struct vm_struct *area;

	size += PAGE_SIZE;
	*after = &areas;
	list_for_each_entry(area, &areas, list) {
		if (addr <= area->start && size <= area->start - addr)
			return addr;
		addr = ALIGN(area->end + PAGE_SIZE, align);
		*after = &area->list;
	}
	return size <= VMALLOC_END - addr ? addr : 0;
}

/*
 * unmap_area - clear the entries of [start, end), which are all there, flush, then drop the frames.
 * Until the flush, a frame waits in a list through its own struct page.
 */
static void unmap_area(unsigned long start, unsigned long end)
{
	struct page *page, *next;
	unsigned long addr;
	LIST_HEAD(frames);

	for (addr = start; addr < end; addr += PAGE_SIZE) {
		pte_t old = ptep_get_and_clear(kernel_pte(addr));

		BUG_ON(!pte_present(old));
		list_add(&pte_page(old)->list, &frames);
	}
	flush_tlb_kernel_range(start, end);
	list_for_each_entry_safe(page, next, &frames, list)
		put_page(page);
}

/*
 * map_area - a fresh frame behind every page of the area: 0 or -ENOMEM, nothing mapped then. No
 * flush: the entries were not present before.
 */
static int map_area(struct vm_struct *area)
{
	unsigned long addr;

	for (addr = area->start; addr < area->end; addr += PAGE_SIZE) {
		struct page *page = alloc_page(GFP_KERNEL);
		pte_t *ptep = kernel_pte(addr);

		if (!page) {
			unmap_area(area->start, addr);
			return -ENOMEM;
		}
		BUG_ON(!pte_none(*ptep));
		set_pte(ptep, mk_pte(page, PAGE_KERNEL));
	}
	return 0;
}

static void delete_area(struct vm_struct *area)
{
	spin_lock(&area_lock);
	list_del(&area->list);
	spin_unlock(&area_lock);
	kmem_cache_free(area_cache, area);
}

/* alloc_area - size bytes of mapped memory, or NULL: no memory, or no place. */
static void *alloc_area(unsigned long size, unsigned long align, bool stack)
{
	struct vm_struct *area = kmem_cache_alloc(area_cache, GFP_KERNEL);
	struct list_head *after;

	if (!area)
		return NULL;
	spin_lock(&area_lock);
	area->start = find_place(size, align, &after);
	area->end = area->start + size;
	area->stack = stack;
	if (area->start)
		list_add(&area->list, after);
	spin_unlock(&area_lock);
	if (!area->start) {
		kmem_cache_free(area_cache, area);
		return NULL;
	}
	if (map_area(area)) {
		delete_area(area);
		return NULL;
	}
	return (void *)area->start;
}

/* free_area - unmap and forget the area that starts at addr; panics when there is none. */
static void free_area(const void *addr, bool stack)
{
	unsigned long start = (unsigned long)addr;
	struct vm_struct *area;

	spin_lock(&area_lock);
	list_for_each_entry(area, &areas, list)
		if (area->start >= start)
			break;
	if (&area->list == &areas || area->start != start || area->stack != stack)
		panic("vmalloc: bad free of %p: no such %s", addr, stack ? "stack" : "area");
	spin_unlock(&area_lock);
	unmap_area(start, area->end);
	delete_area(area);
}

/* ------------------------------------------------------------------ vmalloc */

/* Sleeps. NULL: no memory, or no place. */
void *vmalloc(size_t size)
{
	if (should_fail_alloc(GFP_KERNEL))
		return NULL;
	if (size == 0 || size > VMALLOC_END - VMALLOC_START || size >> PAGE_SHIFT > nr_free_pages())
		return NULL;
	return alloc_area(PAGE_ALIGN(size), PAGE_SIZE, false);
}

/* Does not sleep. NULL is allowed. */
void vfree(const void *addr)
{
	BUG_ON(this_cpu()->irq_count);
	if (addr)
		free_area(addr, false);
}

struct page *vmalloc_to_page(const void *addr)
{
	unsigned long a = (unsigned long)addr;
	pte_t pte;

	if (a < VMALLOC_START || a >= VMALLOC_END)
		return NULL;
	pte = *kernel_pte(a);
	return pte_present(pte) ? pte_page(pte) : NULL;
}

/* No lock: the caller reports a fault and is about to stop; a torn list costs a sentence. */
const char *vmalloc_guard_of(unsigned long addr)
{
	static char text[80];
	const char *found = NULL;
	struct vm_struct *area;

	/* Between an area and a stack: below the stack, which comes later, is more likely. */
	list_for_each_entry(area, &areas, list) {
		bool below = area->stack && area->start - addr - 1 < PAGE_SIZE;

		if (!below && addr - area->end >= PAGE_SIZE)
			continue;
		snprintf(text, sizeof(text), "guard page %s the %s at %08lx",
			 below ? "below" : "above", area->stack ? "kernel stack" : "vmalloc area",
			 area->start);
		found = text;
	}
	return found;
}

bool vmalloc_next(unsigned long addr, struct vmalloc_area *found)
{
	struct vm_struct *area;
	bool ok = false;

	spin_lock(&area_lock);
	list_for_each_entry(area, &areas, list) {
		if (area->start >= addr) {
			*found = (struct vmalloc_area){ area->start, area->end - area->start,
							area->stack };
			ok = true;
			break;
		}
	}
	spin_unlock(&area_lock);
	return ok;
}

unsigned long nr_vmalloc_pages(void)
{
	unsigned long pages = 0;
	struct vm_struct *area;

	spin_lock(&area_lock);
	list_for_each_entry(area, &areas, list)
		pages += (area->end - area->start) >> PAGE_SHIFT;
	spin_unlock(&area_lock);
	return pages;
}

/* ------------------------------------------------------------------ kernel stacks */

static void *take_kept_stack(void)
{
	void *stack = NULL;

	spin_lock(&area_lock);
	if (nr_kept)
		stack = kept_stacks[--nr_kept];
	spin_unlock(&area_lock);
	return stack;
}

/* Sleeps. Contents are undefined. */
void *alloc_stack(void)
{
	void *stack;

	if (should_fail_alloc(GFP_KERNEL))
		return NULL;
	stack = take_kept_stack();
	return stack ? stack : alloc_area(THREAD_SIZE, THREAD_SIZE, true);
}

/* Does not sleep; nobody may be running on the stack any more. */
void free_stack(void *stack)
{
	unsigned int i;
	bool kept;

	BUG_ON(this_cpu()->irq_count || (unsigned long)stack & (THREAD_SIZE - 1));
	if (CONFIG_DEBUG)
		memset(stack, STACK_POISON, THREAD_SIZE);
	spin_lock(&area_lock);
	for (i = 0; i < nr_kept; i++)
		ASSERT(kept_stacks[i] != stack);
	kept = nr_kept < KEPT_STACKS;
	if (kept)
		kept_stacks[nr_kept++] = stack;
	spin_unlock(&area_lock);
	if (!kept)
		free_area(stack, true);
}

unsigned long vmalloc_cache_drain(void)
{
	unsigned long pages = 0;
	void *stack;

	while ((stack = take_kept_stack())) {
		free_area(stack, true);
		pages += THREAD_SIZE >> PAGE_SHIFT;
	}
	return pages;
}

void __init vmalloc_init(void)
{
	area_cache = kmem_cache_create("vm_struct", sizeof(struct vm_struct), 0);
	if (!area_cache)
		panic("vmalloc: no memory");
}
