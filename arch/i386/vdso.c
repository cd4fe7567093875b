/* SPDX-License-Identifier: MIT */
/* vdso.c - the vDSO and the page of the clock: made once, mapped into every program. */
#include <asm/vdso.h>
#include "internal.h"
#include <nopage/err.h>
#include <nopage/fs.h>
#include <nopage/mm.h>
#include <nopage/string.h>
#include <asm/irq.h>
#include <uapi/mman.h>

#define VDSO_PAGES	2		/* code, then the clock */

static struct page *vdso_pages[VDSO_PAGES];
static struct address_space vdso_mapping;	/* only says that they are not anonymous memory */
static struct vdso_data early_data;	/* until there is memory for the page */
static struct vdso_data *data = &early_data;

static struct page *vdso_nopage(struct vm_area_struct *vma, unsigned long address, int *type)
{
	unsigned long index = (address - vma->vm_mm->vdso) >> PAGE_SHIFT;

	if (index >= VDSO_PAGES)
		return NOPAGE_SIGBUS;	/* the program has moved the area */
	get_page(vdso_pages[index]);
	*type = VM_FAULT_MINOR;
	return vdso_pages[index];
}

static const struct vm_operations_struct vdso_vm_ops = {
	.nopage = vdso_nopage,
};

int arch_setup_vdso(struct mm_struct *mm)
{
	struct vm_area_struct *vma;
	unsigned long addr = do_mmap(mm, NULL, 0, VDSO_PAGES * PAGE_SIZE, PROT_READ | PROT_EXEC,
				     MAP_PRIVATE | MAP_ANONYMOUS, 0);

	if (IS_ERR_VALUE(addr))
		return addr;
	vma = find_vma(mm, addr);
	BUG_ON(!vma || vma->vm_start != addr || vma->vm_end != addr + VDSO_PAGES * PAGE_SIZE);
	vma->vm_ops = &vdso_vm_ops;
	vma->vm_flags &= ~VM_MAYWRITE;	/* also keeps anonymous neighbours from joining it */
	mm->vdso = addr;
	return 0;
}

/* Readers see an odd seq meanwhile and try again. */
static void begin_change(void)
{
	data->seq++;
	barrier();
}

static void end_change(void)
{
	barrier();
	data->seq++;
}

void vdso_set_rate(u64 base_tsc, u64 base_ns, u32 mult)
{
	begin_change();
	data->base_tsc = base_tsc;
	data->base_ns = base_ns;
	data->mult = mult;
	end_change();
}

void vdso_set_boot_time(u64 ns)
{
	unsigned long flags = local_irq_save();

	begin_change();
	data->boot_time = ns;
	end_change();
	local_irq_restore(flags);
}

void __init vdso_init(void)
{
	unsigned long flags;

	for (unsigned int i = 0; i < VDSO_PAGES; i++) {
		vdso_pages[i] = alloc_page(GFP_KERNEL | __GFP_ZERO);
		if (!vdso_pages[i])
			panic("vdso: no memory");
		vdso_pages[i]->mapping = &vdso_mapping;
	}
	memcpy(page_address(vdso_pages[0]), vdso_image, vdso_image_end - vdso_image);
	flags = local_irq_save();
	data = page_address(vdso_pages[1]);
	*data = early_data;
	local_irq_restore(flags);
}
