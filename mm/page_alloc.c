/* SPDX-License-Identifier: MIT */
/*
 * page_alloc.c - frames: a buddy allocator, and a list of single frames in front of it.
 *
 * Free memory is kept as blocks of 2^order frames, aligned to their size, one list per order. An
 * allocation takes the smallest block that is large enough and halves it; a freed block is merged
 * with its "buddy", the other half of the next larger block, as long as that is free too. So
 * the lists depend only on which frames are free, not on the order of events.
 *
 * Single frames are what faults and exits deal in. They go through this CPU's hot list, last in
 * first out: no lock, no splitting, and the frame is likely still in the processor's cache.
 * It takes from and gives to the buddy lists in batches.
 *
 * States of a frame, by its flags:
 *	PG_reserved				never the allocator's
 *	0, or order << PG_ORDER_SHIFT		in use, first (or only) frame of a block
 *	PG_tail					in use, one of the others
 *	PG_hot					free, in a hot list
 *	PG_free | PG_buddy | order << ..	free, first frame of a block
 *	PG_free					free, one of the others
 * with PG_poison on free frames that hold the poison pattern (debug build) and PG_slab on those in
 * use by a slab.
 *
 * Interrupts: a handler may allocate (GFP_ATOMIC) and free, but it bypasses the hot list, so that
 * the task it has interrupted needs no cli around its own use. The zone lock is taken with
 * interrupts off.
 */
#include <nopage/mm.h>
#include <nopage/percpu.h>
#include <nopage/printk.h>
#include <nopage/spinlock.h>
#include <nopage/string.h>
#include "frames.h"

#define HOT_MAX		256		/* frames a hot list holds at most */
#define HOT_BATCH	64		/* frames it gives back or takes at once */

#define POISON_FREE	0xfefefefe	/* as a pointer: nothing is mapped there */

#define FREE_BLOCK(order) \
	(BIT(PG_free) | BIT(PG_buddy) | (unsigned long)(order) << PG_ORDER_SHIFT)

struct page *mem_map;
unsigned long max_low_pfn;
struct page *zero_page;

static struct {
	spinlock_t lock;
	/* lock */
	struct list_head blocks[MAX_ORDER];	/* of page.list of the first frame */
	unsigned long count[MAX_ORDER];		/* blocks */
	unsigned long free;			/* frames, hot ones not counted */
	unsigned long managed;			/* frames, free or in use */
} zone;

/* ------------------------------------------------------------------ the buddy lists */

/* Change the state of a frame; whether it is poisoned stays. */
static inline void set_state(struct page *page, unsigned long flags)
{
	page->flags = (page->flags & BIT(PG_poison)) | flags;
}

static inline bool is_free_block(const struct page *page, unsigned int order)
{
	return (page->flags & ~BIT(PG_poison)) == FREE_BLOCK(order);
}

static inline void push_block(struct page *page, unsigned int order)
{
	set_state(page, FREE_BLOCK(order));
	list_add(&page->list, &zone.blocks[order]);
	zone.count[order]++;
}

static inline void take_block(struct page *page, unsigned int order)
{
	set_state(page, BIT(PG_free));
	list_del(&page->list);
	zone.count[order]--;
}

/*
 * buddy_free - put a block, whose frames are all PG_free, into the lists.
 * Locks: caller holds zone.lock.
 */
static void buddy_free(struct page *page, unsigned int order)
{
	unsigned long pfn = page_to_pfn(page);

	zone.free += 1UL << order;
	for (; order < MAX_ORDER - 1; order++) {
		unsigned long other = pfn ^ (1UL << order);

		if (other >= max_low_pfn || !is_free_block(pfn_to_page(other), order))
			break;
		take_block(pfn_to_page(other), order);
		pfn &= ~(1UL << order);
	}
	push_block(pfn_to_page(pfn), order);
}

/*
 * buddy_alloc - take a block out of the lists, or NULL. Its frames are still PG_free.
 * Locks: caller holds zone.lock.
 */
static struct page *buddy_alloc(unsigned int order)
{
	unsigned int from = order;
	struct page *page;

	while (list_empty(&zone.blocks[from]))
		if (++from == MAX_ORDER)
			return NULL;
	page = list_first_entry(&zone.blocks[from], struct page, list);
	take_block(page, from);
	while (from > order) {
		from--;
		push_block(page + (1UL << from), from);
	}
	zone.free -= 1UL << order;
	return page;
}

/* ------------------------------------------------------------------ poison (debug build) */

static void poison(struct page *page, unsigned int order)
{
	struct page *end = page + (1UL << order);

	for (; page < end; page++) {
		memset(page_address(page), (u8)POISON_FREE, PAGE_SIZE);
		page->flags |= BIT(PG_poison);
	}
}

static void check_poison(const struct page *page, unsigned int order)
{
	const struct page *end = page + (1UL << order);

	for (; page < end; page++) {
		const u32 *word = page_address(page);
		const u32 *stop = word + PAGE_SIZE / sizeof(*word);

		if (!page_flag(page, PG_poison))
			continue;
		while (word < stop && *word == POISON_FREE)
			word++;
		if (word < stop)
			panic("mem: frame %05lx was written to after it was freed: %p holds %08x",
			      page_to_pfn(page), word, *word);
	}
}

/* ------------------------------------------------------------------ allocating */

/* hand_out - a free block becomes one in use: flags, count 1, zeroes if asked for. */
static struct page *hand_out(struct page *page, gfp_t gfp, unsigned int order)
{
	unsigned long i;

	BUG_ON(page_count(page) != 0);
	if (CONFIG_DEBUG)
		check_poison(page, order);
	page->flags = (unsigned long)order << PG_ORDER_SHIFT;
	for (i = 1; i < 1UL << order; i++)
		page[i].flags = BIT(PG_tail);
	atomic_set(&page->count, 1);
	if (gfp & __GFP_ZERO)
		for (i = 0; i < 1UL << order; i++)
			clear_page(page_address(page + i));
	return page;
}

/* refill_hot - fetch a batch of single frames. False: there is none. */
static bool noinline refill_hot(struct page_cache *hot)
{
	unsigned long flags = spin_lock_irqsave(&zone.lock);
	unsigned int i;

	for (i = 0; i < HOT_BATCH; i++) {
		struct page *page = buddy_alloc(0);

		if (!page)
			break;
		set_state(page, BIT(PG_hot));
		list_add(&page->list, &hot->list);
	}
	hot->count += i;
	spin_unlock_irqrestore(&zone.lock, flags);
	return i > 0;
}

/* drain_hot - give the n frames back that have been in the list longest. */
static void noinline drain_hot(struct page_cache *hot, unsigned int n)
{
	unsigned long flags = spin_lock_irqsave(&zone.lock);

	hot->count -= n;
	while (n--) {
		struct page *page = list_last_entry(&hot->list, struct page, list);

		list_del(&page->list);
		set_state(page, BIT(PG_free));
		buddy_free(page, 0);
	}
	spin_unlock_irqrestore(&zone.lock, flags);
}

void drain_hot_pages(void)
{
	struct cpu *cpu = this_cpu();

	BUG_ON(cpu->irq_count);
	drain_hot(&cpu->hot, cpu->hot.count);
}

static struct page *alloc_block(gfp_t gfp, unsigned int order)
{
	unsigned long flags = spin_lock_irqsave(&zone.lock);
	struct page *page = buddy_alloc(order);

	spin_unlock_irqrestore(&zone.lock, flags);
	return page ? hand_out(page, gfp, order) : NULL;
}

/* take_hot - the frame at the top of the hot list, which is not empty. */
static inline struct page *take_hot(struct page_cache *hot, gfp_t gfp)
{
	struct page *page = list_first_entry(&hot->list, struct page, list);

	list_del(&page->list);
	hot->count--;
	return hand_out(page, gfp, 0);
}

static struct page *noinline alloc_page_slow(gfp_t gfp)
{
	struct cpu *cpu = this_cpu();

	if (cpu->irq_count)
		return alloc_block(gfp, 0);
	return refill_hot(&cpu->hot) ? take_hot(&cpu->hot, gfp) : NULL;
}

struct page *alloc_page(gfp_t gfp)
{
	struct cpu *cpu = this_cpu();

	if (should_fail_alloc(gfp))
		return NULL;
	if (unlikely(cpu->irq_count || !cpu->hot.count))
		return alloc_page_slow(gfp);
	return take_hot(&cpu->hot, gfp);
}

struct page *alloc_pages(gfp_t gfp, unsigned int order)
{
	struct page *page;

	if (order == 0)
		return alloc_page(gfp);
	BUG_ON(order >= MAX_ORDER);
	if (should_fail_alloc(gfp))
		return NULL;
	page = alloc_block(gfp, order);
	if (!page && !this_cpu()->irq_count) {
		drain_hot_pages();		/* the missing half may be in there */
		page = alloc_block(gfp, order);
	}
	return page;
}

void *__get_free_pages(gfp_t gfp, unsigned int order)
{
	struct page *page = alloc_pages(gfp, order);

	return page ? page_address(page) : NULL;
}

/* ------------------------------------------------------------------ freeing */

const char *page_free_error(const struct page *page, unsigned int order)
{
	unsigned long pfn = page_to_pfn(page);

	if (page < mem_map || pfn >= max_low_pfn)
		return "there is no such frame";
	if (order >= MAX_ORDER || pfn & ((1UL << order) - 1))
		return "no block of that order starts here";
	if (PageReserved(page))
		return "it is reserved";
	if (page->flags & (BIT(PG_free) | BIT(PG_hot)))
		return "it is free already";
	if (PageSlab(page))
		return "it belongs to a slab";
	if (page_flag(page, PG_tail))
		return "it is in the middle of a block";
	if (page_order(page) != order)
		return "it was allocated with another order";
	if (page_count(page) != 0)
		return "somebody still holds it";
	if (page->flags != (unsigned long)order << PG_ORDER_SHIFT)
		return "its flags are not clear";
	if (page->mapping)
		return "it is still in a page cache";
	return NULL;
}

static void __noreturn noinline bad_free(const struct page *page, unsigned int order)
{
	panic("mem: bad free of frame %05lx, order %u: %s (flags %lx, count %d)", page_to_pfn(page),
	      order, page_free_error(page, order), page->flags, page_count(page));
}

/* free_block - past the hot list; the block is checked and has no holder. */
static void free_block(struct page *page, unsigned int order)
{
	unsigned long flags, i;

	for (i = 0; i < 1UL << order; i++)
		set_state(page + i, BIT(PG_free));
	flags = spin_lock_irqsave(&zone.lock);
	buddy_free(page, order);
	spin_unlock_irqrestore(&zone.lock, flags);
}

void free_hot_page(struct page *page)
{
	struct cpu *cpu = this_cpu();

	if (unlikely(CONFIG_DEBUG ? page_free_error(page, 0) != NULL : page->flags != 0))
		bad_free(page, 0);
	if (CONFIG_DEBUG)
		poison(page, 0);
	if (unlikely(cpu->irq_count)) {
		free_block(page, 0);
		return;
	}
	page->flags |= BIT(PG_hot);
	list_add(&page->list, &cpu->hot.list);
	if (unlikely(++cpu->hot.count > HOT_MAX))
		drain_hot(&cpu->hot, HOT_BATCH);
}

void __free_pages(struct page *page, unsigned int order)
{
	if (unlikely(page_count(page) <= 0))
		bad_free(page, order);
	if (!atomic_dec_and_test(&page->count))
		return;
	if (order == 0) {
		free_hot_page(page);
		return;
	}
	if (page_free_error(page, order))
		bad_free(page, order);
	if (CONFIG_DEBUG)
		poison(page, order);
	free_block(page, order);
}

void free_pages(void *addr, unsigned int order)
{
	BUG_ON((unsigned long)addr & ~PAGE_MASK);
	__free_pages(virt_to_page(addr), order);
}

/* ------------------------------------------------------------------ boot */

void __init page_alloc_init(void)
{
	unsigned int i;

	for (i = 0; i < MAX_ORDER; i++)
		INIT_LIST_HEAD(&zone.blocks[i]);
	for (i = 0; i < NR_CPUS; i++) {
		INIT_LIST_HEAD(&cpus[i].hot.list);
		cpus[i].hot.count = 0;
	}
}

/* Not poisoned: that would touch all memory of the machine at every boot. */
void page_alloc_add(unsigned long start, unsigned long end)
{
	unsigned long flags;
	struct page *page;

	for (page = pfn_to_page(start); page < pfn_to_page(end); page++) {
		page->flags = BIT(PG_free);
		atomic_set(&page->count, 0);
	}
	flags = spin_lock_irqsave(&zone.lock);
	zone.managed += end - start;
	while (start < end) {
		unsigned int order = min(__builtin_ctzl(start), MAX_ORDER - 1);

		while (start + (1UL << order) > end)
			order--;
		buddy_free(pfn_to_page(start), order);
		start += 1UL << order;
	}
	spin_unlock_irqrestore(&zone.lock, flags);
}

void page_alloc_adopt(struct page *page)
{
	unsigned long flags;

	BUG_ON(!PageReserved(page) || page_count(page) != 1 || page == zero_page);
	page->flags = 0;
	flags = spin_lock_irqsave(&zone.lock);
	zone.managed++;
	spin_unlock_irqrestore(&zone.lock, flags);
}

/* ------------------------------------------------------------------ figures and audit */

unsigned long nr_free_pages(void)
{
	unsigned long free = zone.free;
	unsigned int i;

	for (i = 0; i < NR_CPUS; i++)
		free += cpus[i].hot.count;
	return free;
}

unsigned long totalram_pages(void)
{
	return zone.managed;
}

unsigned long nr_free_blocks(unsigned int order)
{
	BUG_ON(order >= MAX_ORDER);
	return zone.count[order];
}

/* One free block: what its list says is what its frames say, and its buddy is not free too. */
static void validate_block(const struct page *page, unsigned int order)
{
	unsigned long pfn = page_to_pfn(page);
	unsigned long other = pfn ^ (1UL << order);
	unsigned long i;

	BUG_ON(pfn & ((1UL << order) - 1) || pfn + (1UL << order) > max_low_pfn);
	BUG_ON(!is_free_block(page, order));
	for (i = 0; i < 1UL << order; i++) {
		BUG_ON(page_count(page + i) != 0);
		BUG_ON(i && (page[i].flags & ~BIT(PG_poison)) != BIT(PG_free));
	}
	BUG_ON(order < MAX_ORDER - 1 && other < max_low_pfn &&
	       is_free_block(pfn_to_page(other), order));
}

void buddy_validate(void)
{
	struct page_cache *hot = &this_cpu()->hot;
	unsigned long flags = spin_lock_irqsave(&zone.lock);
	unsigned long free = 0, n;
	unsigned int order;
	struct page *page;

	for (order = 0; order < MAX_ORDER; order++) {
		n = 0;
		list_for_each_entry(page, &zone.blocks[order], list) {
			validate_block(page, order);
			n++;
		}
		BUG_ON(n != zone.count[order]);
		free += n << order;
	}
	BUG_ON(free != zone.free);
	n = 0;
	list_for_each_entry(page, &hot->list, list) {
		BUG_ON((page->flags & ~BIT(PG_poison)) != BIT(PG_hot) || page_count(page) != 0);
		n++;
	}
	BUG_ON(n != hot->count || n > HOT_MAX + HOT_BATCH);
	spin_unlock_irqrestore(&zone.lock, flags);
}
