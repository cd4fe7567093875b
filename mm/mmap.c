/* SPDX-License-Identifier: MIT */
/*
 * mmap.c - mmap, munmap and brk: they make and remove areas; frames come later, by fault.
 *
 * Locks: everything but the system calls expects mmap_sem held for write.
 */
#include "internal.h"
#include <nopage/fs.h>
#include <nopage/sched.h>
#include <nopage/syscalls.h>
#include <asm/uaccess.h>
#include <uapi/mman.h>
#include <uapi/mount.h>

/* ------------------------------------------------------------------ layout and limits */

int sysctl_max_map_count = 65530;

#define MMAP_GAP_MIN	(128UL << 20)
#define MMAP_GAP_MAX	(TASK_SIZE / 6 * 5)

/* The mmap area starts below the largest stack that the limit allows, 128 MiB at least. */
void mmap_layout(struct mm_struct *mm)
{
	unsigned long gap = rlimit(RLIMIT_STACK);

	gap = min(max(gap, MMAP_GAP_MIN), MMAP_GAP_MAX);
	mm->mmap_base = (TASK_SIZE - gap) & PAGE_MASK;
	mm->free_area_cache = mm->mmap_base;
}

bool may_expand_vm(struct mm_struct *mm, unsigned long pages)
{
	unsigned long limit = rlimit(RLIMIT_AS) >> PAGE_SHIFT;

	return mm->total_vm <= limit && pages <= limit - mm->total_vm;
}

/* ------------------------------------------------------------------ munmap */

/*
 * Give up [start, end): shrink the areas that reach into it from below and from above, remove those
 * within. vma is the first one affected. Returns the first area behind the gap.
 */
static struct vm_area_struct *cut_areas(struct vm_area_struct *vma, unsigned long start,
					unsigned long end)
{
	if (vma->vm_start < start) {
		event_vma(VMA_SHRINK, vma, start, min(vma->vm_end, end));
		vma_resize(vma, vma->vm_start, start);
		vma = vma->vm_next;
	}
	while (vma && vma->vm_end <= end) {
		struct vm_area_struct *next = vma->vm_next;

		vma_unlink(vma);
		event_vma(VMA_UNMAP, vma, vma->vm_start, vma->vm_end);
		remove_vma(vma);
		vma = next;
	}
	if (vma && vma->vm_start < end) {
		event_vma(VMA_SHRINK, vma, vma->vm_start, end);
		vma_resize(vma, end, vma->vm_end);
	}
	return vma;
}

/*
 * A hole in the middle of one area needs a second struct for the upper part: that allocation is
 * the only thing that can fail, and comes first. Everything after it only takes away.
 */
noinline int do_munmap(struct mm_struct *mm, unsigned long start, unsigned long len)
{
	struct vm_area_struct *vma, *prev;
	unsigned long end = start + PAGE_ALIGN(len), ceiling;

	assert_mmap_write(mm);
	if (start & ~PAGE_MASK || start > TASK_SIZE || len > TASK_SIZE - start || end == start)
		return -EINVAL;
	vma = find_vma_intersection(mm, start, end);
	if (!vma)
		return 0;
	if (unlikely(mm->total_vm > mm->hiwater_vm))
		mm->hiwater_vm = mm->total_vm;
	if (vma->vm_start < start && end < vma->vm_end && split_vma(vma, end))
		return -ENOMEM;
	zap_page_range(mm, start, end);
	prev = vma->vm_start < start ? vma : vma->vm_prev;
	vma = cut_areas(vma, start, end);
	ceiling = vma ? vma->vm_start : TASK_SIZE;
	free_pgtables(mm, start, end, prev ? prev->vm_end : 0, ceiling);
	vma_gap_opened(mm, ceiling);
	mm_check(mm);
	return 0;
}

/* ------------------------------------------------------------------ mmap */

static unsigned long calc_vm_flags(unsigned long prot, unsigned long flags)
{
	unsigned long vm_flags = VM_MAYREAD | VM_MAYWRITE | VM_MAYEXEC;

	BUILD_BUG_ON(PROT_READ != VM_READ || PROT_WRITE != VM_WRITE || PROT_EXEC != VM_EXEC);
	vm_flags |= prot & VM_ACCESS;
	if (flags & MAP_SHARED)
		vm_flags |= VM_SHARED;
	if (flags & MAP_GROWSDOWN)
		vm_flags |= VM_GROWSDOWN;
	return vm_flags;
}

#define RARE_FLAGS	(MAP_GROWSDOWN | MAP_HUGETLB)

/* Private or shared, of a file or not: 0 or -Exxx. There are no huge pages. */
static int check_type(unsigned long flags, const struct file *file)
{
	unsigned long type = flags & MAP_TYPE;

	if (unlikely(flags & RARE_FLAGS) &&
	    (flags & MAP_HUGETLB || (flags & MAP_SHARED && !file)))
		return -EINVAL;
	if (type == MAP_SHARED || type == MAP_PRIVATE)
		return 0;
	if (type != MAP_SHARED_VALIDATE || !file)
		return -EINVAL;
	return flags & ~(unsigned long)MAP_VALIDATED ? -EOPNOTSUPP : 0;
}

/* May this file be mapped so? *vm_flags loses what mprotect may not add later. */
static int check_file(const struct file *file, unsigned long *vm_flags)
{
	if (*vm_flags & VM_SHARED && !(file->mode & FMODE_WRITE)) {
		if (*vm_flags & VM_WRITE)
			return -EACCES;
		*vm_flags &= ~VM_MAYWRITE;
	}
	if (!(file->mode & FMODE_READ))
		return -EACCES;
	if (file->inode->sb->flags & (MS_NOEXEC | SB_NOEXEC)) {
		if (*vm_flags & VM_EXEC)
			return -EPERM;
		*vm_flags &= ~VM_MAYEXEC;
	}
	if (!file->fop || !file->fop->mmap)
		return -ENODEV;
	/* Growing moves vm_start, and what would vm_pgoff become? */
	return *vm_flags & VM_GROWSDOWN ? -EINVAL : 0;
}

/* Is MAP_FIXED at addr possible? Says nothing about what is mapped there. 0 or -Exxx. */
static int check_fixed(struct mm_struct *mm, unsigned long addr, unsigned long len,
		       unsigned long flags)
{
	if (addr > TASK_SIZE - len)
		return -ENOMEM;
	if (addr & ~PAGE_MASK)
		return -EINVAL;
	if (addr < MMAP_MIN_ADDR)
		return -EPERM;
	if (flags & MAP_FIXED_NOREPLACE && find_vma_intersection(mm, addr, addr + len))
		return -EEXIST;
	return 0;
}

/* Is nothing mapped there, nor so near above that it could not grow as it may? */
static bool is_free(struct mm_struct *mm, unsigned long start, unsigned long end)
{
	const struct vm_area_struct *next = find_vma(mm, start);

	if (!next)
		return true;
	return end <= next->vm_start &&
	       (!(next->vm_flags & VM_GROWSDOWN) || next->vm_start - end >= STACK_GUARD_GAP);
}

/*
 * A free place for len bytes: at the hint, which is rounded down, or up to where memory may be, if
 * free, else top-down. Or -ENOMEM.
 */
static unsigned long choose_address(struct mm_struct *mm, unsigned long addr, unsigned long len)
{
	addr &= PAGE_MASK;
	if (unlikely(addr)) {
		addr = max(addr, (unsigned long)MMAP_MIN_ADDR);
		if (addr <= TASK_SIZE - len && is_free(mm, addr, addr + len))
			return addr;
	}
	return get_unmapped_area(mm, len);
}

/* Let the backing object fill in vm_ops. Consumes nothing; the area has no file reference yet. */
static int attach_backing(struct vm_area_struct *vma)
{
	int error;

	if (!vma->vm_file)
		return vma->vm_flags & VM_SHARED ? shmem_zero_setup(vma) : 0;
	get_file(vma->vm_file);
	error = vma->vm_file->fop->mmap(vma->vm_file, vma);
	if (error)
		fput(vma->vm_file);
	return error;
}

/* A complete area for spec, not yet linked in: remove_vma() undoes it. Or ERR_PTR. */
static struct vm_area_struct *new_area(struct mm_struct *mm, const struct vma_spec *spec)
{
	struct vm_area_struct *vma;
	int error;

	if (mm->map_count >= sysctl_max_map_count)
		return ERR_PTR(-ENOMEM);
	vma = vma_alloc(mm, spec);
	if (!vma)
		return ERR_PTR(-ENOMEM);
	error = attach_backing(vma);
	if (error) {
		vma_free(vma);
		return ERR_PTR(error);
	}
	if (vma->vm_ops && vma->vm_ops->open)
		vma->vm_ops->open(vma);
	return vma;
}

/* How many pages of [start, end) are mapped; vma is the first area that reaches into it. */
static unsigned long mapped_pages(const struct vm_area_struct *vma, unsigned long start,
				  unsigned long end)
{
	unsigned long pages = 0;

	for (; vma && vma->vm_start < end; vma = vma->vm_next)
		pages += (min(vma->vm_end, end) - max(vma->vm_start, start)) >> PAGE_SHIFT;
	return pages;
}

/*
 * map_region - map spec where it says, free or not: by a neighbour that grows, or a new area. All
 * that can fail, limits and allocations, comes first: a failure leaves what was mapped. 0 or -Exxx.
 */
static int map_region(struct mm_struct *mm, const struct vma_spec *spec)
{
	struct vm_area_struct *new, *prev, *vma = find_vma_prev(mm, spec->start, &prev);
	bool over = vma && vma->vm_start < spec->end;
	unsigned long len = spec->end - spec->start, pages = len >> PAGE_SHIFT;
	int error;

	if (over)
		pages -= mapped_pages(vma, spec->start, spec->end);
	if (!may_expand_vm(mm, pages))
		return -ENOMEM;
	if (!over && vma_extend(mm, prev, spec))
		return 0;
	new = new_area(mm, spec);
	if (IS_ERR(new))
		return PTR_ERR(new);
	if (over) {
		error = do_munmap(mm, spec->start, len);
		if (error) {
			remove_vma(new);
			return error;
		}
		find_vma_prev(mm, spec->start, &prev);
	}
	vma_link(mm, prev, new);
	event_vma(VMA_MAP, new, new->vm_start, new->vm_end);
	if (over)
		vma_merge(new);
	return 0;
}

noinline unsigned long do_mmap(struct mm_struct *mm, struct file *file, unsigned long addr,
			       unsigned long len, unsigned long prot, unsigned long flags,
			       unsigned long pgoff)
{
	struct vma_spec spec;
	int error = 0;

	assert_mmap_write(mm);
	if (!len)
		return -EINVAL;
	if (len > TASK_SIZE)
		return -ENOMEM;
	len = PAGE_ALIGN(len);
	if (pgoff + (len >> PAGE_SHIFT) < pgoff)
		return -EOVERFLOW;
	if (flags & (MAP_FIXED | MAP_FIXED_NOREPLACE))
		error = check_fixed(mm, addr, len, flags);
	else
		addr = choose_address(mm, addr, len);
	if (error || IS_ERR_VALUE(addr))
		return error ? (unsigned long)error : addr;
	error = check_type(flags, file);
	if (error)
		return error;
	spec.flags = calc_vm_flags(prot, flags);
	error = file ? check_file(file, &spec.flags) : 0;
	if (error)
		return error;
	imply_exec(mm, &spec.flags);
	spec.start = addr;
	spec.end = addr + len;
	spec.file = file;
	spec.pgoff = pgoff;
	error = map_region(mm, &spec);
	mm_check(mm);
	return error ? (unsigned long)error : addr;
}

#define DATA_FLAGS	(VM_READ | VM_WRITE | VM_MAYREAD | VM_MAYWRITE | VM_MAYEXEC)

/* Not by do_mmap(): whether a stack can be executed is for the program to say, not implied. */
int setup_stack_vma(struct mm_struct *mm, unsigned long top, bool exec)
{
	const struct vma_spec spec = {
		.start = top - PAGE_SIZE,
		.end = top,
		.flags = DATA_FLAGS | VM_GROWSDOWN | (exec ? VM_EXEC : 0),
	};

	return map_region(mm, &spec);
}

/* ------------------------------------------------------------------ system calls */

/* Make the heap end at new instead of old, both page aligned. 0 or -Exxx. */
static int move_brk(struct mm_struct *mm, unsigned long old, unsigned long new)
{
	struct vma_spec spec = {
		.start = old,
		.end = new,
		.flags = DATA_FLAGS,
	};
	struct vm_area_struct *next, *prev;

	if (new == old)
		return 0;
	if (new < old)
		return do_munmap(mm, new, old - new);
	/* One page stays free above the heap, as a fence to the next area. */
	next = find_vma_prev(mm, old, &prev);
	if (next && next->vm_start < new + PAGE_SIZE)
		return -ENOMEM;
	imply_exec(mm, &spec.flags);
	return map_region(mm, &spec);
}

/* sys_brk - move the end of the heap; the new end, or the old one when that cannot be. */
long sys_brk(long arg)
{
	struct mm_struct *mm = current->mm;
	unsigned long brk = arg;

	down_write(&mm->mmap_sem);
	if (brk >= mm->start_brk && brk <= TASK_SIZE &&
	    brk - mm->start_brk + mm->end_data - mm->start_data <= rlimit(RLIMIT_DATA) &&
	    !move_brk(mm, PAGE_ALIGN(mm->brk), PAGE_ALIGN(brk)))
		mm->brk = brk;
	brk = mm->brk;
	mm_check(mm);
	up_write(&mm->mmap_sem);
	return brk;
}

/* sys_mmap2 - mmap with the file offset in pages. An address or -Exxx. */
long sys_mmap2(long addr, long len, long prot, long flags, long fd, long pgoff)
{
	struct mm_struct *mm = current->mm;
	struct file *file = NULL;
	unsigned long result;

	if (!(flags & MAP_ANONYMOUS)) {
		file = fget(fd);
		if (!file)
			return -EBADF;
	}
	down_write(&mm->mmap_sem);
	result = do_mmap(mm, file, addr, len, prot, flags, pgoff);
	up_write(&mm->mmap_sem);
	if (file)
		fput(file);
	return result;
}

/* What the old mmap system call passes in memory: i386 once had too few argument registers. */
struct mmap_arg_struct {
	unsigned long addr, len, prot, flags, fd, offset;
};

long sys_old_mmap(long arg)
{
	struct mmap_arg_struct a;

	if (copy_from_user(&a, (const void *)arg, sizeof(a)))
		return -EFAULT;
	if (a.offset & ~PAGE_MASK)
		return -EINVAL;
	return sys_mmap2(a.addr, a.len, a.prot, a.flags, a.fd, a.offset >> PAGE_SHIFT);
}

long sys_munmap(long addr, long len)
{
	struct mm_struct *mm = current->mm;
	int error;

	down_write(&mm->mmap_sem);
	error = do_munmap(mm, addr, len);
	up_write(&mm->mmap_sem);
	return error;
}
