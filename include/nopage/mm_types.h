/* SPDX-License-Identifier: MIT */
/*
 * mm_types.h - the structures of process memory, and nothing but structures.
 *
 *	task_struct --mm--> mm_struct --mmap--> vm_area_struct -> vm_area_struct -> ...
 *	                       |  \--mm_rb--> the same areas as a red-black tree
 *	                       \--pgd--> page directory -> page tables -> frames (struct page)
 */
#ifndef NOPAGE_MM_TYPES_H
#define NOPAGE_MM_TYPES_H

#include <nopage/list.h>
#include <nopage/rbtree.h>
#include <nopage/sync.h>
#include <nopage/types.h>
#include <asm/mmu.h>
#include <asm/pgtable.h>

struct file;
struct kmem_cache;
struct address_space;
struct fault;
struct vm_operations_struct;

/* gfp_t - what an allocation may do, and what it brings. */
#define GFP_KERNEL	0x1		/* may sleep */
#define GFP_ATOMIC	0x0		/* may not: interrupt handlers, spinlocks held */
#define __GFP_ZERO	0x2		/* filled with zeroes */

/*
 * One per frame of low memory, in mem_map[], from boot on. 32 bytes, so that the index of a
 * page is a shift away.
 */
struct page {
	unsigned long flags;		/* PG_*; free: zone lock; else the frame's only holder */
	atomic_t count;			/* holders; 0 = free */
	struct list_head list;		/* free list (zone lock, or this CPU's), slab's list (cache lock) */
	union {
		struct address_space *mapping;	/* page cache: whose page (mapping's tree_lock) */
		struct kmem_cache *slab;	/* PG_slab: whose objects */
	};
	union {
		unsigned long index;	/* page cache: page number within the file */
		void *freelist;		/* PG_slab: first free object */
	};
	unsigned long inuse;		/* PG_slab: objects handed out */
} __aligned(32);

#define PG_reserved	0		/* never freed: kernel image, holes, the zero page */
#define PG_buddy	1		/* first frame of a free block */
#define PG_slab		2
#define PG_hot		3		/* free: in a CPU's hot list */
#define PG_free		4		/* free: in a free block, first frame or not */
#define PG_tail		5		/* in use: in a block, not its first frame */
#define PG_poison	6		/* debug build: free and filled with the poison pattern */
#define PG_dirty	7		/* of a file: written by write(); mapping's tree_lock */
#define PG_ORDER_SHIFT	8		/* first frame of any block: its order stands here */

/*
 * A range of addresses with one set of rights and one backing, [vm_start, vm_end), page aligned.
 * All fields: mmap_sem of vm_mm, for write to change, for read to look. Only a stack grows while
 * it is held for read: vm_start, and the mm's total_vm, under page_table_lock (expand_stack).
 */
struct vm_area_struct {
	unsigned long vm_start, vm_end;
	struct vm_area_struct *vm_next, *vm_prev;	/* sorted by address */
	struct rb_node vm_rb;
	unsigned long vm_flags;			/* VM_* */
	pgprot_t vm_page_prot;			/* what vm_flags mean in a page table entry */
	struct mm_struct *vm_mm;
	const struct vm_operations_struct *vm_ops;	/* NULL: anonymous memory */
	unsigned long vm_pgoff;			/* of vm_start in vm_file, in pages; without one: nothing */
	struct file *vm_file;			/* counted reference, or NULL */
	/* i_mmap_lock of the mapping: all areas of one file, for truncate; back: who points here. */
	struct vm_area_struct *vm_next_share, **vm_pprev_share;
};

#define VM_READ		0x00000001
#define VM_WRITE	0x00000002
#define VM_EXEC		0x00000004
#define VM_SHARED	0x00000008
#define VM_MAYREAD	0x00000010		/* may be turned on by mprotect */
#define VM_MAYWRITE	0x00000020
#define VM_MAYEXEC	0x00000040
#define VM_GROWSDOWN	0x00000100
#define VM_DONTCOPY	0x00000200		/* a forked child does not get it */
#define VM_WIPEONFORK	0x00000400		/* it gets zeroes */
#define VM_ACCESS	(VM_READ | VM_WRITE | VM_EXEC)

/*
 * What an area is backed by. open and close are called for every copy and removal of an area
 * (fork, split, unmap, exit) with mmap_sem held for write; an empty slot means nothing to do.
 */
struct vm_operations_struct {
	void (*open)(struct vm_area_struct *area);
	void (*close)(struct vm_area_struct *area);
	/*
	 * nopage - the page that stands at address (page aligned, within area), with a reference
	 * taken for the caller, or NOPAGE_SIGBUS / NOPAGE_OOM. *type becomes VM_FAULT_MINOR or
	 * VM_FAULT_MAJOR. Called with mmap_sem held for read; may sleep.
	 */
	struct page *(*nopage)(struct vm_area_struct *area, unsigned long address, int *type);
	/*
	 * map_pages - a read fault has just been resolved by nopage: also map the pages around it that
	 * are at hand, where nothing is mapped yet. True when there were any. Called with mmap_sem
	 * held for read; may not sleep.
	 */
	bool (*map_pages)(struct fault *f);
};

#define NOPAGE_SIGBUS	((struct page *)0)
#define NOPAGE_OOM	((struct page *)-1L)

/* One address space. */
struct mm_struct {
	/* mmap_sem: readers are faults, writers change the set of areas. */
	struct vm_area_struct *mmap;		/* all areas, sorted by address */
	struct rb_root mm_rb;			/* the same, for look-up in O(log n) */
	int map_count;				/* how many */
	unsigned long mmap_base;		/* mmap() looks downward from here */
	unsigned long free_area_cache;		/* no room known at or above this; see get_unmapped_area() */
	unsigned long cached_hole_size;		/* largest gap passed over on the way there */
	unsigned long total_vm;			/* pages covered by areas */
	unsigned long hiwater_vm;		/* the most before munmap: mm_peak_vm() */
	unsigned long start_code, end_code, start_data, end_data;
	unsigned long start_brk, brk, start_stack;
	unsigned long arg_start, arg_end, env_start, env_end;
	unsigned long vdso;			/* where the vDSO was mapped; 0: nowhere */

	/* Any reader of mmap_sem: a stale or torn value costs a look-up, no more. */
	struct vm_area_struct *mmap_cache;	/* last area found */
	unsigned long cache_hits, cache_misses;

	/* page_table_lock */
	unsigned long rss;			/* frames mapped in the user half, but the zero page */
	unsigned long hiwater_rss;		/* the most before it last went down: mm_peak_rss() */

	/* A word: its own tasks write it (prctl, exec), others read it. */
	int dumpable;				/* 1: who has the same user number may look into it */

	/* Constant after creation. */
	pgd_t *pgd;				/* page directory; CR3 gets its physical address */

	/* Atomic. */
	atomic_t mm_users;			/* tasks that use the user half */
	atomic_t mm_count;			/* references to this struct: all users count one */
	unsigned long cpu_vm_mask;		/* CPUs that may hold TLB entries of it */

	struct mm_context context;		/* the processor's part; mmap_sem for write */

	struct list_head mmlist;		/* all mms; mmlist_lock */

	struct rw_semaphore mmap_sem;
	spinlock_t page_table_lock;
};

extern struct mm_struct init_mm;		/* the kernel's own: its pgd has no user half */

#endif
