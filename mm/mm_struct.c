/* SPDX-License-Identifier: MIT */
/*
 * mm_struct.c - the life of an address space, and its auditor.
 *
 *	mm_alloc            users 1  count 1     fork and exec
 *	mmget / mmput       users +1 / -1        a thread shares it, a task leaves it
 *	mmgrab / mmdrop     count +1 / -1        a kernel thread borrows it as active_mm, and moves on
 *
 * The last mmput() unmaps the user half (exit_mmap) and drops the one mm_count that all users
 * together hold; the last mmdrop() frees the page directory and the struct. Between the two lies
 * the dead mm that only a borrower keeps: no user pages, but CR3 still points to its directory.
 */
#include "internal.h"
#include <nopage/fs.h>
#include <nopage/printk.h>
#include <nopage/sched.h>
#include <nopage/slab.h>
#include <asm/tlb.h>

static struct kmem_cache *mm_cachep;

DEFINE_SPINLOCK(mmlist_lock);
struct list_head mmlist = LIST_HEAD_INIT(mmlist);

/* Never freed: its counts start at 1 and belong to the idle task. */
struct mm_struct init_mm = {
	.mm_users = ATOMIC_INIT(1),
	.mm_count = ATOMIC_INIT(1),
	.mmlist = LIST_HEAD_INIT(init_mm.mmlist),
	.mmap_sem = RWSEM_INIT(init_mm.mmap_sem),
	.page_table_lock = SPINLOCK_INIT,
};

void mm_init_caches(void)
{
	vma_cache_init();
	mm_cachep = kmem_cache_create("mm_struct", sizeof(struct mm_struct), 0);
	BUG_ON(!mm_cachep);
}

unsigned long nr_mms(void)
{
	return kmem_cache_inuse(mm_cachep);
}

/* ------------------------------------------------------------------ the two counts */

static void event_mm(const struct mm_struct *mm, enum mm_why why, int users, int count)
{
	event(EV_MM, (u32)mm, why, users, count, 0, 0);
}

struct mm_struct *mm_alloc(void)
{
	struct mm_struct *mm = kmem_cache_alloc(mm_cachep, GFP_KERNEL);

	if (!mm)
		return NULL;
	*mm = (struct mm_struct){
		.mm_users = ATOMIC_INIT(1),
		.mm_count = ATOMIC_INIT(1),
		.dumpable = 1,
	};
	init_rwsem(&mm->mmap_sem);
	spin_lock_init(&mm->page_table_lock);
	mmap_layout(mm);
	mm->pgd = pgd_alloc();
	if (!mm->pgd) {
		kmem_cache_free(mm_cachep, mm);
		return NULL;
	}
	spin_lock(&mmlist_lock);
	list_add_tail(&mm->mmlist, &mmlist);
	spin_unlock(&mmlist_lock);
	event_mm(mm, EVM_ALLOC, 1, 1);
	return mm;
}

void mmget(struct mm_struct *mm, enum mm_why why)
{
	BUG_ON(atomic_read(&mm->mm_users) <= 0);
	event_mm(mm, why, atomic_inc_return(&mm->mm_users), atomic_read(&mm->mm_count));
}

bool mmget_not_zero(struct mm_struct *mm, enum mm_why why)
{
	int users;

	do {
		users = atomic_read(&mm->mm_users);
		if (!users)
			return false;
	} while (!atomic_cmpxchg(&mm->mm_users, users, users + 1));
	event_mm(mm, why, users + 1, atomic_read(&mm->mm_count));
	return true;
}

void mmgrab(struct mm_struct *mm, enum mm_why why)
{
	BUG_ON(atomic_read(&mm->mm_count) <= 0);
	event_mm(mm, why, atomic_read(&mm->mm_users), atomic_inc_return(&mm->mm_count));
}

noinline void mmdrop(struct mm_struct *mm, enum mm_why why)
{
	int count = atomic_dec_return(&mm->mm_count);

	BUG_ON(count < 0);
	event_mm(mm, why, atomic_read(&mm->mm_users), count);
	if (count)
		return;
	BUG_ON(mm == &init_mm || mm->mmap || mm->rss);
	event_mm(mm, EVM_FREE, 0, 0);
	spin_lock(&mmlist_lock);
	list_del(&mm->mmlist);
	spin_unlock(&mmlist_lock);
	pgd_free(mm->pgd);
	free_context(mm);
	kmem_cache_free(mm_cachep, mm);
}

noinline void mmput(struct mm_struct *mm, enum mm_why why)
{
	int users = atomic_dec_return(&mm->mm_users);

	BUG_ON(users < 0);
	event_mm(mm, why, users, atomic_read(&mm->mm_count));
	if (users)
		return;
	exit_mmap(mm);
	event_mm(mm, EVM_UNMAP, 0, atomic_read(&mm->mm_count));
	mmdrop(mm, EVM_LAST_USER);
}

/* ------------------------------------------------------------------ fork and exit */

static void copy_layout(struct mm_struct *mm, const struct mm_struct *old)
{
	mm->mmap_base = old->mmap_base;
	mm->free_area_cache = old->mmap_base;	/* the child looks for itself: it may have more room */
	mm->start_code = old->start_code;
	mm->end_code = old->end_code;
	mm->start_data = old->start_data;
	mm->end_data = old->end_data;
	mm->start_brk = old->start_brk;
	mm->brk = old->brk;
	mm->start_stack = old->start_stack;
	mm->arg_start = old->arg_start;
	mm->arg_end = old->arg_end;
	mm->env_start = old->env_start;
	mm->env_end = old->env_end;
	mm->vdso = old->vdso;
	mm->dumpable = old->dumpable;
}

/*
 * dup_mmap - copy all areas and share their frames copy-on-write. 0, or -ENOMEM with a part
 * copied: mmput() of the new mm cleans up. Both mmap_sems are held for write.
 */
noinline int dup_mmap(struct mm_struct *mm, struct mm_struct *old)
{
	struct vm_area_struct *vma, *copy, *prev = NULL;
	int error = 0;

	copy_layout(mm, old);
	for (vma = old->mmap; vma; vma = vma->vm_next) {
		if (unlikely(vma->vm_flags & VM_DONTCOPY))
			continue;
		copy = vma_copy(mm, vma);
		if (!copy) {
			error = -ENOMEM;
			break;
		}
		vma_link(mm, prev, copy);
		prev = copy;
		if (unlikely(vma->vm_flags & VM_WIPEONFORK))
			continue;
		error = copy_page_range(mm, old, vma);
		if (error)
			break;
	}
	/* The parent has lost write bits: before it runs again, its TLB must know. */
	flush_tlb_mm(old);
	return error;
}

struct mm_struct *dup_mm(struct mm_struct *old)
{
	struct mm_struct *mm = mm_alloc();
	int error;

	if (!mm)
		return ERR_PTR(-ENOMEM);
	down_write(&old->mmap_sem);
	down_write(&mm->mmap_sem);
	error = dup_mmap(mm, old) ?: copy_context(mm, old);
	mm_check(old);
	if (!error)
		mm_check(mm);
	up_write(&mm->mmap_sem);
	up_write(&old->mmap_sem);
	if (error) {
		mmput(mm, EVM_FORK_FAIL);
		return ERR_PTR(error);
	}
	return mm;
}

/* All areas go together, so the tree is dropped as a whole, not taken apart node by node. */
noinline void exit_mmap(struct mm_struct *mm)
{
	struct vm_area_struct *vma, *next;

	down_write(&mm->mmap_sem);
	for (vma = mm->mmap; vma; vma = vma->vm_next)
		zap_page_range(mm, vma->vm_start, vma->vm_end);
	vma = mm->mmap;
	mm->mmap = NULL;
	mm->mm_rb = RB_ROOT;
	mm->mmap_cache = NULL;
	mm->map_count = 0;
	mm->total_vm = 0;
	for (; vma; vma = next) {
		next = vma->vm_next;
		/* Floor 0: a table shared with the area before goes with the last that needs it. */
		free_pgtables(mm, vma->vm_start, vma->vm_end, 0,
			      next ? next->vm_start : TASK_SIZE);
		remove_vma(vma);
	}
	BUG_ON(mm->rss);
	up_write(&mm->mmap_sem);
}

/* ------------------------------------------------------------------ the auditor */

static void mm_broken(struct mm_struct *mm, const char *what)
{
	struct vm_area_struct *vma;
	int shown = 0;

	pr_err("mm: %p: %s (map_count %d, total_vm %lu, rss %lu)\n", mm, what, mm->map_count,
	       mm->total_vm, mm->rss);
	for (vma = mm->mmap; vma && shown < 32; vma = vma->vm_next, shown++)
		pr_err("mm:   %08lx-%08lx flags %08lx\n", vma->vm_start, vma->vm_end, vma->vm_flags);
	panic("validate_mm: %s", what);
}

static void count_frame(void *rss, unsigned long addr __unused, pte_t pte)
{
	if (pte_present(pte) && !PageReserved(pte_page(pte)))
		++*(unsigned long *)rss;
}

void validate_mm(struct mm_struct *mm)
{
	const char *what = validate_vmas(mm);
	unsigned long rss = 0;

	if (what)
		mm_broken(mm, what);
	walk_page_range(mm, 0, TASK_SIZE, count_frame, &rss);
	if (rss != mm->rss)
		mm_broken(mm, "rss is not the number of frames mapped");
	for (unsigned long i = USER_PTRS_PER_PGD; i < PTRS_PER_PGD; i++)
		if (mm->pgd[i].val != init_mm.pgd[i].val)
			mm_broken(mm, "the kernel half differs from init_mm's");
}

/* Audits every operation on a small mm, and a sample of those on one with many areas. */
void __mm_check(struct mm_struct *mm)
{
	static unsigned int calls;

	if (mm->map_count < 100 || calls++ % 64 == 0)
		validate_mm(mm);
}
