/* SPDX-License-Identifier: MIT */
/* mm.h - what mm/ offers to the rest: frames, address spaces, faults. */
#ifndef NOPAGE_MM_H
#define NOPAGE_MM_H

#include <nopage/bug.h>
#include <nopage/err.h>
#include <nopage/event_types.h>
#include <nopage/mm_types.h>
#include <asm/page.h>
#include <asm/pgtable.h>

/* ------------------------------------------------------------------ frames: page_alloc.c */

#define MAX_ORDER	11		/* blocks of 2^0 .. 2^10 frames */

extern struct page *mem_map;		/* one entry per frame of low memory */
extern unsigned long max_low_pfn;	/* first frame number that mem_map does not cover */
extern struct page *zero_page;		/* the one page of zeroes: PG_reserved, count > 1 */

static inline unsigned long page_to_pfn(const struct page *page)
{
	return page - mem_map;
}

static inline struct page *pfn_to_page(unsigned long pfn)
{
	return mem_map + pfn;
}

static inline phys_t page_to_phys(const struct page *page)
{
	return pfn_to_phys(page_to_pfn(page));
}

/* page_address - where the frame stands in the direct map. */
static inline void *page_address(const struct page *page)
{
	return __va(page_to_phys(page));
}

/* virt_to_page - the frame below a direct-map pointer (not vmalloc, not user). */
static inline struct page *virt_to_page(const void *addr)
{
	return pfn_to_page(phys_to_pfn(__pa(addr)));
}

static inline bool page_flag(const struct page *page, unsigned int bit)
{
	return page->flags & BIT(bit);
}

#define PageReserved(page)	page_flag(page, PG_reserved)
#define PageSlab(page)		page_flag(page, PG_slab)
#define PageDirty(page)		page_flag(page, PG_dirty)

static inline int page_count(const struct page *page)
{
	return atomic_read(&page->count);
}

static inline pte_t mk_pte(const struct page *page, pgprot_t prot)
{
	return pfn_pte(page_to_pfn(page), prot);
}

static inline struct page *pte_page(pte_t pte)
{
	return pfn_to_page(pte_pfn(pte));
}

/* page_order - order of the block that starts with page, free or in use. */
static inline unsigned int page_order(const struct page *page)
{
	return page->flags >> PG_ORDER_SHIFT;
}

/*
 * alloc_pages - 2^order contiguous frames, aligned to their size, count 1, or NULL.
 * Sleeps: not yet, but callers with GFP_KERNEL must allow for it. Interrupt handlers may allocate
 * and free as well, with GFP_ATOMIC; they never touch the hot list of the task they interrupted.
 */
struct page *alloc_pages(gfp_t gfp, unsigned int order);
struct page *alloc_page(gfp_t gfp);
/* The same as a direct-map pointer. */
void *__get_free_pages(gfp_t gfp, unsigned int order);
/* Drop the caller's reference to a block; the last one frees it. Order as it was allocated. */
void __free_pages(struct page *page, unsigned int order);
void free_pages(void *addr, unsigned int order);
/* Back to the allocator: count is 0 already, all flags are clear. For put_page() and friends. */
void free_hot_page(struct page *page);
/* page_free_error - why a block may not be given back (a sentence), or NULL when it may. */
const char *page_free_error(const struct page *page, unsigned int order);

static inline void get_page(struct page *page)
{
	ASSERT(page_count(page) > 0);
	atomic_inc(&page->count);
}

/* put_page - drop one reference to a single frame; the last holder's call frees it. */
static inline void put_page(struct page *page)
{
	ASSERT(page_count(page) > 0);
	if (atomic_dec_and_test(&page->count))
		free_hot_page(page);
}

unsigned long nr_free_pages(void);	/* including the CPUs' hot lists */
unsigned long totalram_pages(void);	/* frames the allocator manages, free or not */
unsigned long nr_free_blocks(unsigned int order);	/* on the buddy list of that order */
/* drain_hot_pages - give this CPU's hot list back to the buddy lists. */
void drain_hot_pages(void);
/* buddy_validate - audit all free lists; BUG()s on the first inconsistency. */
void buddy_validate(void);

/*
 * should_fail_alloc - every allocator asks it first: pages, slab, vmalloc. Debug build: stops when
 * gfp allows to sleep but the caller may not; true when this allocation is the one that a test
 * wants to fail (task_struct.fail_nth counts down).
 */
bool __should_fail_alloc(void);
static inline bool should_fail_alloc(gfp_t gfp)
{
	if (gfp & GFP_KERNEL)
		might_sleep();
	return CONFIG_DEBUG && __should_fail_alloc();
}

/*
 * Boot: mm/bootmem.c. Regions come from the boot loader's map, before anything is allocated; they
 * may overlap, come in any order, be empty or lie above low memory. bootmem_add() raises
 * max_low_pfn.
 */
void bootmem_add(u64 start, u64 end);		/* usable memory, bytes, [start, end) */
void bootmem_reserve(u64 start, u64 end);	/* used already: kernel image, archives, mem_map */
/* A page-aligned, zeroed piece of low memory for ever; panics when there is none. */
void *bootmem_alloc(size_t size);
/* Build mem_map and hand all free frames to the buddy allocator. */
void mem_init(void);
/* Give [start, end) (direct-map, page aligned) to the buddy allocator: init sections, archives. */
void free_reserved_area(void *start, void *end, const char *what);
/* page_alloc_adopt - a reserved frame becomes an allocated one: count 1, the caller's. */
void page_alloc_adopt(struct page *page);

/* ------------------------------------------------------------------ address spaces: mm_struct.c */

/*
 * Two counts. mm_users: tasks that use the user half; the last mmput() unmaps it (exit_mmap).
 * mm_count: references to the struct and its page directory; all users together hold one, every
 * kernel thread that borrows the mm as active_mm holds one; the last mmdrop() frees it.
 * why (EVM_*) goes into the event that every change leaves.
 */
struct mm_struct *mm_alloc(void);		/* users 1, count 1, no areas; NULL: no memory */
void mmget(struct mm_struct *mm, enum mm_why why);
void mmput(struct mm_struct *mm, enum mm_why why);	/* may sleep */
/* mmget_not_zero - become a user of an mm held by mm_count only; false: it has none left. */
bool mmget_not_zero(struct mm_struct *mm, enum mm_why why);
void mmgrab(struct mm_struct *mm, enum mm_why why);
void mmdrop(struct mm_struct *mm, enum mm_why why);
/* mm_peak_vm - the most pages that the areas of mm have covered at a time. */
static inline unsigned long mm_peak_vm(const struct mm_struct *mm)
{
	return max(mm->hiwater_vm, mm->total_vm);
}
/* mm_peak_rss - the most pages that mm has had in memory at a time. */
static inline unsigned long mm_peak_rss(const struct mm_struct *mm)
{
	return max(mm->rss, mm->hiwater_rss);
}
/* dup_mm - a copy-on-write copy of mm for fork, or ERR_PTR(-ENOMEM). Takes mmap_sem of mm. */
struct mm_struct *dup_mm(struct mm_struct *mm);
/* dup_mmap - all areas and entries of old into mm; both mmap_sems held for write. 0 or -ENOMEM. */
int dup_mmap(struct mm_struct *mm, struct mm_struct *old);
/* validate_mm - audit: list = tree = map_count; sorted, disjoint; total_vm; rss. BUG()s. */
void validate_mm(struct mm_struct *mm);
extern spinlock_t mmlist_lock;
extern struct list_head mmlist;			/* of mm_struct.mmlist; init_mm is not on it */
unsigned long nr_mms(void);			/* live mm_structs, init_mm not counted */
unsigned long nr_vmas(void);
void mm_init_caches(void);

/* ------------------------------------------------------------------ areas: vma.c, m*.c */

extern int sysctl_max_map_count;	/* areas one mm may have; above it, -ENOMEM */

/* find_vma - the first area with addr < vm_end, or NULL. It may start above addr. */
struct vm_area_struct *find_vma(struct mm_struct *mm, unsigned long addr);
/* find_vma_prev - the same, and the area before it (NULL: none) in *prev. */
struct vm_area_struct *find_vma_prev(struct mm_struct *mm, unsigned long addr,
				     struct vm_area_struct **prev);
/* find_vma_intersection - the first area that overlaps [start, end), or NULL. */
static inline struct vm_area_struct *find_vma_intersection(struct mm_struct *mm,
							   unsigned long start,
							   unsigned long end)
{
	struct vm_area_struct *vma = find_vma(mm, start);

	return vma && vma->vm_start < end ? vma : NULL;
}

/* linear_page_index - the page of vm_file that stands at addr, which is in vma. */
static inline unsigned long linear_page_index(const struct vm_area_struct *vma,
					      unsigned long addr)
{
	return vma->vm_pgoff + ((addr - vma->vm_start) >> PAGE_SHIFT);
}

/*
 * do_mmap - map len bytes at pgoff (pages) of file, or anonymous memory when file is NULL.
 * prot is PROT_*, flags MAP_*. Returns the address or -Exxx. Caller holds mmap_sem for write.
 * do_munmap - remove all mappings from [addr, addr + len), page aligned. 0 or -EINVAL, -ENOMEM.
 */
unsigned long do_mmap(struct mm_struct *mm, struct file *file, unsigned long addr,
		      unsigned long len, unsigned long prot, unsigned long flags,
		      unsigned long pgoff);
int do_munmap(struct mm_struct *mm, unsigned long addr, unsigned long len);
int do_mprotect(struct mm_struct *mm, unsigned long addr, unsigned long len, unsigned long prot);
/* setup_stack_vma - a growing stack of one page right below top, where nothing is; 0, -ENOMEM. */
int setup_stack_vma(struct mm_struct *mm, unsigned long top, bool exec);

/* ------------------------------------------------------------------ faults: fault.c, memory.c */

/* How a fault ended. */
enum fault_result {
	VM_FAULT_MINOR,			/* resolved without input or output */
	VM_FAULT_MAJOR,			/* resolved after waiting for a device */
	VM_FAULT_MAPERR,		/* nothing mapped there */
	VM_FAULT_ACCERR,		/* mapped, without that right */
	VM_FAULT_SIGBUS,			/* mapped, but nothing behind it (past the end of a file) */
	VM_FAULT_OOM,			/* no memory */
};

/* One fault on its way down the ladder. */
struct fault {
	struct mm_struct *mm;
	struct vm_area_struct *vma;
	unsigned long address;		/* as the processor gave it */
	union {				/* the second argument of the event, as it will be recorded */
		struct {
			u8 access;	/* FA_*: what was tried, and whether a flush followed */
			u8 found;	/* enum fault_found: how find_vma found the area */
			u8 path;	/* enum fault_path: what was done */
		};
		u32 how;
	};
	pte_t *ptep;			/* the entry, once there is a table */
	pte_t orig;			/* its value when the ladder started */
};

/*
 * handle_fault - resolve a fault at a user address of mm: find_vma, expand_stack, rights,
 * handle_mm_fault; leaves one event. access: FA_PRESENT, FA_WRITE, FA_USER.
 * Locks: takes mmap_sem for read. Sleeps.
 */
enum fault_result handle_fault(struct mm_struct *mm, unsigned long address, unsigned int access);
/* handle_mm_fault - f->vma is found and allows the access. Locks: mmap_sem held for read. */
enum fault_result handle_mm_fault(struct fault *f);
/* handle_pte_fault - the rungs: f->ptep is set. The others are one rung each. */
enum fault_result handle_pte_fault(struct fault *f);
enum fault_result do_no_page(struct fault *f);
enum fault_result do_anonymous_page(struct fault *f);
enum fault_result do_wp_page(struct fault *f);
/* expand_stack - let a VM_GROWSDOWN area reach down to address: 0, or -ENOMEM beyond a limit. */
int expand_stack(struct vm_area_struct *vma, unsigned long address);
void exit_mmap(struct mm_struct *mm);

/* ------------------------------------------------------------------ access.c, pagewalk.c */

/*
 * access_process_vm - copy len bytes between buf and addr of mm, whose user the caller is. Present
 * rights do not matter, as for a debugger; what a shared area forbids to write stays forbidden.
 * Bytes, or if there are none -EFAULT, -ENOMEM. Takes mmap_sem for read. Sleeps.
 */
ssize_t access_process_vm(struct mm_struct *mm, unsigned long addr, void *buf, size_t len,
			  bool write);

/*
 * get_user_page - the frame at addr of mm, made present (and private, to write), with a reference.
 * Or ERR_PTR(-EFAULT, -ENOMEM). mmap_sem is held for read. Sleeps.
 */
struct page *get_user_page(struct mm_struct *mm, unsigned long addr, bool write);

typedef void (*pte_visitor)(void *arg, unsigned long addr, pte_t pte);
/*
 * walk_page_range - visit every entry of [start, end), page aligned, that is not none, by address.
 * Holds page_table_lock: visit must not sleep. The caller keeps the tables in place: by mmap_sem
 * (for read is enough) or by mmlist_lock.
 */
void walk_page_range(struct mm_struct *mm, unsigned long start, unsigned long end,
		     pte_visitor visit, void *arg);
unsigned long nr_page_tables(struct mm_struct *mm);	/* pages, the directory included */
/* page_mapcount - how many entries hold a mapped frame; whoever just looks at it counts too. */
unsigned int page_mapcount(const struct page *page);

/* What all address spaces together take, in pages. */
struct mm_usage {
	unsigned long anon, mapped;	/* frames, shared ones once: anonymous, of files */
	unsigned long page_tables;
	unsigned long total_vm;
};
void count_mm_usage(struct mm_usage *usage);

/* ------------------------------------------------------------------ page cache: filemap.c */

/* The pages of one file, by page number. For in-memory files, they are the file. */
struct address_space;
void address_space_init(struct address_space *mapping);
unsigned long nr_cached_pages(void);		/* of all files */
/*
 * The page at index, referenced. Without one: NULL; or one of zeroes is made, or
 * ERR_PTR(-ENOMEM, -ENOSPC).
 */
struct page *find_get_page(struct address_space *mapping, unsigned long index);
struct page *find_or_create_page(struct address_space *mapping, unsigned long index);
/* The first page from index on, referenced, or NULL. */
struct page *find_next_page(struct address_space *mapping, unsigned long index);
/* set_page_dirty - somebody has written to the caller's page, referenced. */
void set_page_dirty(struct address_space *mapping, struct page *page);
/*
 * A new page with one reference, which becomes the mapping's; another is the caller's. 0, -EEXIST,
 * -ENOMEM, or -ENOSPC: the file system has no room for it.
 */
int add_to_page_cache(struct address_space *mapping, struct page *page, unsigned long index);
/* Drop all pages from index on (their mappings must be gone). */
void truncate_inode_pages(struct address_space *mapping, unsigned long index);
/* unmap_mapping_range - take the pages from index on out of all page tables, private copies too. */
void unmap_mapping_range(struct address_space *mapping, unsigned long index);
/* f_op->mmap of in-memory files: fills vm_ops. */
int generic_file_mmap(struct file *file, struct vm_area_struct *vma);
/* Shared anonymous memory: give the area an unlinked in-memory file of its size. 0 or -ENOMEM. */
int shmem_zero_setup(struct vm_area_struct *vma);

#endif
