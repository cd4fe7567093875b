/* SPDX-License-Identifier: MIT */
/*
 * filemap.c - the pages of files, and how they come to stand in an address space.
 *
 * In-memory files have no other place than these pages: a page is made of zeroes when it
 * is first written, or first mapped. Shared anonymous memory is such a file without a name.
 *
 * Counts: the address_space holds one reference to each of its pages, so a page that is also
 * mapped has at least two, and a private write to it is always a copy.
 */
#include "internal.h"
#include <nopage/fs.h>

static atomic_t cached = ATOMIC_INIT(0);		/* pages in all mappings */

unsigned long nr_cached_pages(void)
{
	return atomic_read(&cached);
}

void address_space_init(struct address_space *mapping)
{
	INIT_RADIX_TREE(&mapping->page_tree);
	mapping->nrpages = 0;
	mapping->i_mmap = NULL;
	spin_lock_init(&mapping->i_mmap_lock);
	spin_lock_init(&mapping->tree_lock);
	atomic_set(&mapping->mmap_count, 0);
}

struct page *find_get_page(struct address_space *mapping, unsigned long index)
{
	struct page *page;

	spin_lock(&mapping->tree_lock);
	page = radix_tree_lookup(&mapping->page_tree, index);
	if (page)
		get_page(page);
	spin_unlock(&mapping->tree_lock);
	return page;
}

struct page *find_next_page(struct address_space *mapping, unsigned long index)
{
	void *page = NULL;

	spin_lock(&mapping->tree_lock);
	if (radix_tree_gang_lookup(&mapping->page_tree, &page, index, 1))
		get_page(page);
	spin_unlock(&mapping->tree_lock);
	return page;
}

int add_to_page_cache(struct address_space *mapping, struct page *page, unsigned long index)
{
	int error;

	if (mapping->a_ops && !mapping->a_ops->charge(mapping))
		return -ENOSPC;
	spin_lock(&mapping->tree_lock);
	error = radix_tree_insert(&mapping->page_tree, index, page);
	if (!error) {
		page->mapping = mapping;
		page->index = index;
		mapping->nrpages++;
		atomic_inc(&cached);
		get_page(page);
	}
	spin_unlock(&mapping->tree_lock);
	if (error && mapping->a_ops)
		mapping->a_ops->uncharge(mapping);
	return error;
}

struct page *find_or_create_page(struct address_space *mapping, unsigned long index)
{
	struct page *page;
	int error;

	for (;;) {
		page = find_get_page(mapping, index);
		if (page)
			return page;
		page = alloc_page(GFP_KERNEL | __GFP_ZERO);
		if (!page)
			return ERR_PTR(-ENOMEM);
		error = add_to_page_cache(mapping, page, index);
		if (!error)
			return page;
		put_page(page);
		if (error != -EEXIST)		/* else another task was faster: take its page */
			return ERR_PTR(error);
	}
}

/* Not one that went out of the file while the caller slept: it is to be freed, without any flag. */
void set_page_dirty(struct address_space *mapping, struct page *page)
{
	spin_lock(&mapping->tree_lock);
	if (page->mapping == mapping)
		page->flags |= BIT(PG_dirty);
	spin_unlock(&mapping->tree_lock);
}

/* Take one page out; drops the mapping's reference. */
static void remove_from_page_cache(struct address_space *mapping, struct page *page)
{
	spin_lock(&mapping->tree_lock);
	radix_tree_delete(&mapping->page_tree, page->index);
	page->mapping = NULL;
	page->flags &= ~BIT(PG_dirty);
	mapping->nrpages--;
	atomic_dec(&cached);
	spin_unlock(&mapping->tree_lock);
	if (mapping->a_ops)
		mapping->a_ops->uncharge(mapping);
	put_page(page);
}

#define TRUNCATE_BATCH	16

void truncate_inode_pages(struct address_space *mapping, unsigned long index)
{
	void *batch[TRUNCATE_BATCH];
	unsigned int n;

	do {
		spin_lock(&mapping->tree_lock);
		n = radix_tree_gang_lookup(&mapping->page_tree, batch, index, TRUNCATE_BATCH);
		spin_unlock(&mapping->tree_lock);
		for (unsigned int i = 0; i < n; i++)
			remove_from_page_cache(mapping, batch[i]);
	} while (n == TRUNCATE_BATCH);
}

/* ------------------------------------------------------------------ mappings of a file */

/* All areas of a file stand on one list, so that truncate reaches every page table. */
static void filemap_open(struct vm_area_struct *vma)
{
	struct address_space *mapping = &vma->vm_file->inode->mapping;

	atomic_inc(&mapping->mmap_count);
	spin_lock(&mapping->i_mmap_lock);
	vma->vm_next_share = mapping->i_mmap;
	if (vma->vm_next_share)
		vma->vm_next_share->vm_pprev_share = &vma->vm_next_share;
	mapping->i_mmap = vma;
	vma->vm_pprev_share = &mapping->i_mmap;
	spin_unlock(&mapping->i_mmap_lock);
}

/* Its page table entries are gone, or the rest of the area goes on under another struct. */
static void filemap_close(struct vm_area_struct *vma)
{
	struct address_space *mapping = &vma->vm_file->inode->mapping;

	spin_lock(&mapping->i_mmap_lock);
	*vma->vm_pprev_share = vma->vm_next_share;
	if (vma->vm_next_share)
		vma->vm_next_share->vm_pprev_share = vma->vm_pprev_share;
	spin_unlock(&mapping->i_mmap_lock);
	BUG_ON(atomic_dec_return(&mapping->mmap_count) < 0);
}

/*
 * Areas change their borders with mmap_sem held, which cannot be taken here (it comes before the
 * inode's lock): too small or too large a range is unmapped only if that happens at this moment on
 * another CPU.
 */
void unmap_mapping_range(struct address_space *mapping, unsigned long index)
{
	struct vm_area_struct *vma;

	spin_lock(&mapping->i_mmap_lock);
	for (vma = mapping->i_mmap; vma; vma = vma->vm_next_share) {
		unsigned long start = vma->vm_start;

		if (vma->vm_pgoff + vma_pages(vma) <= index)
			continue;
		if (index > vma->vm_pgoff)
			start += (index - vma->vm_pgoff) << PAGE_SHIFT;
		zap_page_range(vma->vm_mm, start, vma->vm_end);
	}
	spin_unlock(&mapping->i_mmap_lock);
}

/* The page of the file at address. A page that lies wholly behind the end of the file: SIGBUS. */
static noinline struct page *filemap_nopage(struct vm_area_struct *vma, unsigned long address,
					    int *type)
{
	struct inode *inode = vma->vm_file->inode;
	unsigned long index = linear_page_index(vma, address);
	struct page *page;

	BUILD_BUG_ON(NR_CPUS != 1);	/* nobody truncates the file before the page is mapped */
	if (index >= (i_size_read(inode) + PAGE_SIZE - 1) >> PAGE_SHIFT)
		return NOPAGE_SIGBUS;
	page = find_or_create_page(&inode->mapping, index);
	*type = VM_FAULT_MINOR;
	if (IS_ERR(page))
		return PTR_ERR(page) == -ENOMEM ? NOPAGE_OOM : NOPAGE_SIGBUS;
	return page;
}

#define FAULT_AROUND_PAGES	16	/* as Linux: 64 KiB, aligned */

/*
 * Programs read files from front to back and jump about in their text: the aligned block of pages
 * that the fault lies in is mapped in one go, as far as the area reaches and the pages exist.
 */
static bool filemap_map_pages(struct fault *f)
{
	const unsigned long size = FAULT_AROUND_PAGES * PAGE_SIZE;
	struct vm_area_struct *vma = f->vma;
	struct address_space *mapping = &vma->vm_file->inode->mapping;
	unsigned long block = f->address & ~(size - 1);
	unsigned long start = max(block, vma->vm_start), end = min(block + size, vma->vm_end);
	unsigned long first = linear_page_index(vma, start);
	unsigned long count = (end - start) >> PAGE_SHIFT, mapped = 0;
	pte_t *ptep = f->ptep - (pte_index(f->address) - pte_index(start));
	void *pages[FAULT_AROUND_PAGES];
	unsigned int n;

	if (count == 1)
		return false;
	spin_lock(&mapping->tree_lock);
	n = radix_tree_gang_lookup(&mapping->page_tree, pages, first, count);
	spin_lock(&f->mm->page_table_lock);
	for (unsigned int i = 0; i < n; i++) {
		struct page *page = pages[i];
		unsigned long at = page->index - first;

		if (at >= count)
			break;
		if (!pte_none(ptep[at]))
			continue;
		get_page(page);
		set_pte(&ptep[at], mk_pte(page, vma->vm_page_prot));
		mapped++;
	}
	f->mm->rss += mapped;
	spin_unlock(&f->mm->page_table_lock);
	spin_unlock(&mapping->tree_lock);
	return mapped;
}

static const struct vm_operations_struct filemap_vm_ops = {
	.open = filemap_open,
	.close = filemap_close,
	.nopage = filemap_nopage,
	.map_pages = filemap_map_pages,
};

int generic_file_mmap(struct file *file __unused, struct vm_area_struct *vma)
{
	vma->vm_ops = &filemap_vm_ops;
	return 0;
}

int shmem_zero_setup(struct vm_area_struct *vma)
{
	struct file *file = shmem_file_setup(vma->vm_end - vma->vm_start);

	if (IS_ERR(file))
		return PTR_ERR(file);
	/* A mapping of /dev/zero arrives with that file: the nameless one takes its place. */
	if (vma->vm_file)
		fput(vma->vm_file);
	vma->vm_file = file;
	vma->vm_pgoff = 0;
	return generic_file_mmap(file, vma);
}
