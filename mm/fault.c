/* SPDX-License-Identifier: MIT */
/*
 * fault.c - the ladder every page fault climbs down.
 *
 *	do_page_fault (arch) -> handle_fault -> find_vma -> handle_mm_fault -> handle_pte_fault
 *
 *	| area                  | entry        | access  | answer                                   |
 *	|-----------------------|--------------|---------|------------------------------------------|
 *	| none                  |              | any     | SIGSEGV, SEGV_MAPERR                     |
 *	| none, a stack above   |              | any     | expand_stack, then as below; or SIGSEGV  |
 *	| without the right     |              | any     | SIGSEGV, SEGV_ACCERR                     |
 *	| anonymous             | none         | read    | do_anonymous_page: the zero page         |
 *	| anonymous             | none         | write   | do_anonymous_page: a fresh frame         |
 *	| with vm_ops->nopage   | none         | read    | do_no_page: the object's page            |
 *	|   private             | none         | write   | do_no_page: a copy of it                 |
 *	|   shared              | none         | write   | do_no_page: the object's page, writable  |
 *	| private               | write-prot.  | write   | do_wp_page: the zero page -> fresh frame |
 *	|                       |              |         |   last owner -> write bit back           |
 *	|                       |              |         |   else -> a copy                         |
 *	| any                   | good enough  | any     | spurious: another thread was faster      |
 *
 * Every rung allocates first, without the page table lock; then locks, looks whether the entry is
 * still what it was (pte_same), and commits in code that cannot fail. If the entry has changed,
 * another thread has resolved the fault: what we brought is dropped.
 *
 * Locks: mmap_sem for read around everything; page_table_lock around the commit.
 */
#include "internal.h"
#include <nopage/sched.h>
#include <asm/tlb.h>

/* Lock, and make sure that the entry is still the one the decision was made for. */
static inline bool lock_pte(struct fault *f)
{
	spin_lock(&f->mm->page_table_lock);
	if (likely(pte_same(*f->ptep, f->orig)))
		return true;
	spin_unlock(&f->mm->page_table_lock);
	return false;
}

static inline void unlock_pte(struct fault *f)
{
	spin_unlock(&f->mm->page_table_lock);
}

static enum fault_result fault_done(struct fault *f, enum fault_path path)
{
	f->path = path;
	return VM_FAULT_MINOR;
}

static enum fault_result fault_oom(struct fault *f)
{
	f->path = PATH_OOM;
	return VM_FAULT_OOM;
}

/* Somebody else won: drop the page we brought. */
static enum fault_result fault_lost(struct fault *f, struct page *page)
{
	put_page(page);
	return fault_done(f, PATH_SPURIOUS);
}

/* The entry for a page that is being written to. */
static inline pte_t writable_pte(struct page *page, pgprot_t prot)
{
	return pte_mkwrite(pte_mkdirty(mk_pte(page, prot)));
}

static enum fault_result map_zero_page(struct fault *f)
{
	if (lock_pte(f)) {
		set_pte(f->ptep, mk_pte(zero_page, f->vma->vm_page_prot));
		unlock_pte(f);		/* was not present: nothing to flush */
	}
	return fault_done(f, PATH_ZERO_PAGE);
}

/* First touch of anonymous memory. */
noinline enum fault_result do_anonymous_page(struct fault *f)
{
	struct page *page;

	if (!f->write)
		return map_zero_page(f);
	page = alloc_page(GFP_KERNEL | __GFP_ZERO);
	if (!page)
		return fault_oom(f);
	if (!lock_pte(f))
		return fault_lost(f, page);
	set_pte(f->ptep, writable_pte(page, f->vma->vm_page_prot));
	f->mm->rss++;
	unlock_pte(f);			/* was not present: nothing to flush */
	return fault_done(f, PATH_ANON);
}

/* copy_of - a private copy of page, whose reference is consumed; NULL: no memory. */
static struct page *copy_of(struct page *page)
{
	struct page *copy = alloc_page(GFP_KERNEL);

	if (copy)
		copy_page(page_address(copy), page_address(page));
	put_page(page);
	return copy;
}

/* First touch of a page that the area's object provides. */
noinline enum fault_result do_no_page(struct fault *f)
{
	struct vm_area_struct *vma = f->vma;
	bool copy = f->write && !(vma->vm_flags & VM_SHARED);
	int type = VM_FAULT_MINOR;
	struct page *page;

	if (!vma->vm_ops || !vma->vm_ops->nopage)
		return do_anonymous_page(f);
	page = vma->vm_ops->nopage(vma, f->address & PAGE_MASK, &type);
	if (page == NOPAGE_SIGBUS) {
		f->path = PATH_SIGBUS;
		return VM_FAULT_SIGBUS;
	}
	if (page != NOPAGE_OOM && copy)
		page = copy_of(page) ?: NOPAGE_OOM;
	if (page == NOPAGE_OOM)
		return fault_oom(f);
	if (!lock_pte(f))
		return fault_lost(f, page);
	if (f->write)
		set_pte(f->ptep, writable_pte(page, vma->vm_page_prot));
	else
		set_pte(f->ptep, mk_pte(page, vma->vm_page_prot));
	f->mm->rss++;
	unlock_pte(f);			/* was not present: nothing to flush */
	f->path = copy ? PATH_FILE_COPY : PATH_FILE;
	return type;
}

/* Sole owner, or a shared area: only the write bit was missing. Gains a right: nothing to flush. */
static enum fault_result reuse_page(struct fault *f)
{
	set_pte(f->ptep, pte_mkwrite(pte_mkdirty(f->orig)));
	unlock_pte(f);
	return fault_done(f, PATH_COW_REUSE);
}

/* Called with old held for us; consumes that reference. */
static enum fault_result replace_page(struct fault *f, struct page *old)
{
	bool zero = old == zero_page;
	struct page *page = alloc_page(zero ? GFP_KERNEL | __GFP_ZERO : GFP_KERNEL);

	if (page && !zero)
		copy_page(page_address(page), page_address(old));
	if (!zero)
		put_page(old);
	if (!page)
		return fault_oom(f);
	if (!lock_pte(f))
		return fault_lost(f, page);
	set_pte(f->ptep, writable_pte(page, f->vma->vm_page_prot));
	flush_tlb_page(f->mm, f->address);
	f->flushed = true;
	if (zero)
		f->mm->rss++;
	else
		put_page(old);		/* the reference that the entry had */
	unlock_pte(f);
	return fault_done(f, zero ? PATH_COW_ZERO : PATH_COW_COPY);
}

/* Write to a present, write-protected page of an area that allows writing. */
noinline enum fault_result do_wp_page(struct fault *f)
{
	struct page *page = pte_page(f->orig);

	if (!lock_pte(f))
		return fault_done(f, PATH_SPURIOUS);
	if (f->vma->vm_flags & VM_SHARED || (page_count(page) == 1 && page != zero_page))
		return reuse_page(f);
	if (page != zero_page)
		get_page(page);		/* it must not go while we copy without the lock */
	unlock_pte(f);
	return replace_page(f, page);
}

/* The entry already allows the access. */
static enum fault_result fault_spurious(struct fault *f)
{
	flush_tlb_page(f->mm, f->address);
	f->flushed = true;
	return fault_done(f, PATH_SPURIOUS);
}

noinline enum fault_result handle_pte_fault(struct fault *f)
{
	if (pte_none(f->orig))
		return do_no_page(f);
	if (f->write && !pte_write(f->orig))
		return do_wp_page(f);
	return fault_spurious(f);
}

noinline enum fault_result handle_mm_fault(struct fault *f)
{
	assert_mmap_locked(f->mm);
	f->ptep = pte_alloc(f->mm, f->address);
	if (!f->ptep)
		return fault_oom(f);
	f->orig = *f->ptep;
	return handle_pte_fault(f);
}

/* ------------------------------------------------------------------ which area? */

#define STACK_GUARD_GAP	(256 * PAGE_SIZE)	/* kept free below a growing stack, as on Linux */

/*
 * Two threads may get here at once, both holding mmap_sem for read; page_table_lock makes one of
 * them the first. Only vm_start moves, within the gap below, so list and tree stay as they are.
 */
noinline int expand_stack(struct vm_area_struct *vma, unsigned long address)
{
	struct mm_struct *mm = vma->vm_mm;
	struct vm_area_struct *prev;
	int error = 0;

	assert_mmap_locked(mm);
	address &= PAGE_MASK;
	find_vma_prev(mm, address, &prev);
	if (address < MMAP_MIN_ADDR)
		return -ENOMEM;
	if (prev && prev->vm_flags & VM_ACCESS && address - prev->vm_end < STACK_GUARD_GAP)
		return -ENOMEM;
	spin_lock(&mm->page_table_lock);
	if (address < vma->vm_start) {
		unsigned long grow = (vma->vm_start - address) >> PAGE_SHIFT;

		if (vma->vm_end - address > rlimit(RLIMIT_STACK) || !may_expand_vm(mm, grow))
			error = -ENOMEM;
		else {
			vma->vm_start = address;
			mm->total_vm += grow;
		}
	}
	spin_unlock(&mm->page_table_lock);
	if (!error)
		event_vma(VMA_STACK, vma, vma->vm_start, vma->vm_end);
	return error;
}

/* Find f->vma for the address and check the right. VM_FAULT_MINOR: go on to handle_mm_fault(). */
static enum fault_result find_area(struct fault *f)
{
	struct vm_area_struct *cached = f->mm->mmap_cache;
	struct vm_area_struct *vma = find_vma(f->mm, f->address);

	f->vma = vma;
	f->path = PATH_NO_VMA;
	if (!vma)
		return VM_FAULT_MAPERR;
	f->found = vma == cached ? FOUND_CACHE : FOUND_TREE;
	if (vma->vm_start > f->address) {
		f->vma = NULL;
		if (!(vma->vm_flags & VM_GROWSDOWN))
			return VM_FAULT_MAPERR;
		f->path = PATH_STACK_LIMIT;
		if (expand_stack(vma, f->address))
			return VM_FAULT_MAPERR;
		f->vma = vma;
	}
	f->path = PATH_ACCESS;
	if (!(vma->vm_flags & (f->write ? VM_WRITE : VM_ACCESS)))
		return VM_FAULT_ACCERR;
	return VM_FAULT_MINOR;
}

static void event_fault(const struct fault *f)
{
	bool cow = f->path >= PATH_COW_COPY && f->path <= PATH_COW_REUSE;
	struct event *ev = event_begin(cow ? EV_COW : EV_FAULT);
	pte_t now = f->ptep ? *f->ptep : __pte(0);

	ev->arg[0] = f->address;
	ev->arg[1] = (f->write ? FA_WRITE : 0) | (f->user ? FA_USER : 0) |
		     (f->flushed ? FA_FLUSHED : 0) | f->found << 8 | f->path << 16;
	ev->arg[2] = f->vma ? f->vma->vm_start : 0;
	ev->arg[3] = f->orig.val;
	ev->arg[4] = now.val;
	ev->arg[5] = pte_present(now) ? pte_pfn(now) : 0;
	ev->arg[6] = pte_present(now) ? page_count(pte_page(now)) : 0;
	event_end(ev);
}

noinline enum fault_result handle_fault(struct fault *f)
{
	enum fault_result result;

	f->ptep = NULL;
	f->orig = __pte(0);
	f->found = FOUND_NONE;
	f->flushed = false;
	down_read(&f->mm->mmap_sem);
	result = find_area(f);
	if (result == VM_FAULT_MINOR)
		result = handle_mm_fault(f);
	event_fault(f);
	up_read(&f->mm->mmap_sem);
	if (result == VM_FAULT_MAJOR)
		current->maj_flt++;
	else
		current->min_flt++;
	return result;
}
