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
 *	| with vm_ops->nopage   | none         | read    | do_no_page: the object's page, and those |
 *	|                       |              |         |   around it that vm_ops->map_pages has   |
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

/* The ladder is not entered: there is no entry to look at. */
static enum fault_result fault_refused(struct fault *f, enum fault_path path,
				       enum fault_result result)
{
	static pte_t none;

	f->ptep = &none;
	f->orig = none;
	f->path = path;
	return result;
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

	if (!(f->access & FA_WRITE))
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
	bool write = f->access & FA_WRITE, copy = write && !(vma->vm_flags & VM_SHARED);
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
	if (write)
		set_pte(f->ptep, writable_pte(page, vma->vm_page_prot));
	else
		set_pte(f->ptep, mk_pte(page, vma->vm_page_prot));
	f->mm->rss++;
	unlock_pte(f);			/* was not present: nothing to flush */
	f->path = copy ? PATH_FILE_COPY : PATH_FILE;
	if (!write && vma->vm_ops->map_pages && vma->vm_ops->map_pages(f))
		f->path = PATH_FILE_AROUND;
	return type;
}

/* Sole owner, or a shared area: only the write bit was missing. Gains a right: nothing to flush. */
static inline enum fault_result reuse_page(struct fault *f)
{
	if (!lock_pte(f))
		return fault_done(f, PATH_SPURIOUS);
	set_pte(f->ptep, pte_mkwrite(pte_mkdirty(f->orig)));
	unlock_pte(f);
	return fault_done(f, PATH_COW_REUSE);
}

/* A copy of old, or for the zero page a fresh frame, takes its place in the entry. */
static noinline enum fault_result replace_page(struct fault *f, struct page *old)
{
	bool zero = old == zero_page;
	struct page *page;

	if (!lock_pte(f))
		return fault_done(f, PATH_SPURIOUS);
	get_page(old);			/* it must not go while we copy without the lock */
	unlock_pte(f);
	page = alloc_page(zero ? GFP_KERNEL | __GFP_ZERO : GFP_KERNEL);
	if (page && !zero)
		copy_page(page_address(page), page_address(old));
	put_page(old);
	if (!page)
		return fault_oom(f);
	if (!lock_pte(f))
		return fault_lost(f, page);
	set_pte(f->ptep, writable_pte(page, f->vma->vm_page_prot));
	flush_tlb_page(f->mm, f->address);
	f->access |= FA_FLUSHED;
	if (zero)
		f->mm->rss++;
	else
		put_page(old);		/* the reference that the entry had */
	unlock_pte(f);
	return fault_done(f, zero ? PATH_COW_ZERO : PATH_COW_COPY);
}

/*
 * Write to a present, write-protected page of an area that allows writing. A count of 1 does not
 * grow while we hold mmap_sem but by who only looks (get_user_page): fork, which shares frames,
 * takes it for write. The zero page and pages of files are never at 1: the kernel holds them too.
 */
noinline enum fault_result do_wp_page(struct fault *f)
{
	struct page *page = pte_page(f->orig);

	if (page_count(page) == 1 || f->vma->vm_flags & VM_SHARED)
		return reuse_page(f);
	return replace_page(f, page);
}

/* The entry already allows the access. */
static noinline enum fault_result fault_spurious(struct fault *f)
{
	flush_tlb_page(f->mm, f->address);
	f->access |= FA_FLUSHED;
	return fault_done(f, PATH_SPURIOUS);
}

noinline enum fault_result handle_pte_fault(struct fault *f)
{
	f->orig = *f->ptep;
	if (pte_none(f->orig))
		return do_no_page(f);
	if (f->access & FA_WRITE && !pte_write(f->orig))
		return do_wp_page(f);
	return fault_spurious(f);
}

/* First touch of these 4 MiB: they need a page table. */
static noinline enum fault_result do_no_table(struct fault *f)
{
	f->ptep = pte_alloc(f->mm, f->address);
	if (!f->ptep)
		return fault_refused(f, PATH_OOM, VM_FAULT_OOM);
	return handle_pte_fault(f);
}

noinline enum fault_result handle_mm_fault(struct fault *f)
{
	pgd_t *pgd = pgd_offset(f->mm, f->address);

	assert_mmap_locked(f->mm);
	if (unlikely(pgd_none(*pgd)))
		return do_no_table(f);
	f->ptep = pte_offset(pgd, f->address);
	return handle_pte_fault(f);
}

/* ------------------------------------------------------------------ which area? */

/* Is prev, the area below, too near for a stack to reach down to address? Stacks may meet. */
static bool too_near(const struct vm_area_struct *prev, unsigned long address)
{
	return prev && prev->vm_flags & VM_ACCESS && !(prev->vm_flags & VM_GROWSDOWN) &&
	       address - prev->vm_end < STACK_GUARD_GAP;
}

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
	if (address < MMAP_MIN_ADDR || too_near(prev, address))
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

/* No area contains the address; vma, if any, begins above it: a stack may grow down to it. */
static noinline enum fault_result find_stack(struct fault *f, struct vm_area_struct *vma)
{
	static struct vm_area_struct none;

	f->vma = &none;
	f->found = FOUND_NONE;
	if (!vma || !(vma->vm_flags & VM_GROWSDOWN))
		return fault_refused(f, PATH_NO_VMA, VM_FAULT_MAPERR);
	if (expand_stack(vma, f->address))
		return fault_refused(f, PATH_STACK_LIMIT, VM_FAULT_MAPERR);
	f->vma = vma;
	f->found = FOUND_TREE;
	return VM_FAULT_MINOR;
}

/* Find f->vma for the address and check the right. VM_FAULT_MINOR: go on to handle_mm_fault(). */
static inline enum fault_result find_area(struct fault *f)
{
	struct vm_area_struct *cached = f->mm->mmap_cache;
	struct vm_area_struct *vma = find_vma(f->mm, f->address);

	f->vma = vma;
	if (vma != cached)
		f->found = FOUND_TREE;
	if (unlikely(!vma || vma->vm_start > f->address)) {
		if (find_stack(f, vma))
			return VM_FAULT_MAPERR;
		vma = f->vma;
	}
	if (f->access & FA_WRITE) {
		if (vma->vm_flags & VM_WRITE)
			return VM_FAULT_MINOR;
	} else if (vma->vm_flags & VM_ACCESS) {
		return VM_FAULT_MINOR;
	}
	return fault_refused(f, PATH_ACCESS, VM_FAULT_ACCERR);
}

/* Leave the record of a fault: the entry before and after, and how many share the frame now. */
static inline void event_fault(const struct fault *f)
{
	struct event *ev = event_begin(EV_FAULT);
	pte_t now = *f->ptep;

	ev->arg[0] = f->address;
	ev->arg[1] = f->how;
	ev->arg[2] = f->vma->vm_start;
	ev->arg[3] = f->orig.val;
	ev->arg[4] = now.val;
	ev->arg[5] = page_count(pte_page(now));
	event_end(ev);
}

noinline enum fault_result handle_fault(struct mm_struct *mm, unsigned long address,
					unsigned int access)
{
	enum fault_result result;
	struct fault f;

	down_read(&mm->mmap_sem);
	f.mm = mm;
	f.address = address;
	f.how = access;
	result = find_area(&f);
	if (likely(result == VM_FAULT_MINOR))
		result = handle_mm_fault(&f);
	event_fault(&f);
	up_read(&mm->mmap_sem);
	return result;
}
