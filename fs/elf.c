/* SPDX-License-Identifier: MIT */
/*
 * elf.c - an ELF program and its first stack, put into an address space nobody runs on yet.
 *
 * The checks have been made by elf_parse(): what is left to fail here is memory. The new mm is
 * written to through the direct map: a page is faulted in as the program itself would do it,
 * then found in the page table.
 *
 * Source: System V ABI, chapter 5 (program loading), and its Intel386 supplement (process stack).
 */
#include <nopage/exec.h>
#include "internal.h"
#include <nopage/err.h>
#include <nopage/mm.h>
#include <nopage/random.h>
#include <nopage/sched.h>
#include <nopage/string.h>
#include <asm/vdso.h>
#include <uapi/auxvec.h>
#include <uapi/mman.h>
#include <uapi/prctl.h>

#define STACK_ROOM	(2UL << 20)	/* below TASK_SIZE: arguments, guard gap, some stack */

/* ------------------------------------------------------------------ writing into another mm */

/* written - the kernel's address of addr in mm if its page has been written to, else NULL. */
static char *written(struct mm_struct *mm, unsigned long addr)
{
	pgd_t *pgd = pgd_offset(mm, addr);
	pte_t pte = pgd_none(*pgd) ? __pte(0) : *pte_offset(pgd, addr);

	if (!pte_present(pte) || !pte_write(pte))
		return NULL;
	return (char *)page_address(pte_page(pte)) + (addr & ~PAGE_MASK);
}

/*
 * fault_in - the same, after a write fault there if need be. ERR_PTR: -ENOMEM, or -E2BIG where
 * nothing may be written, because the stack is at its limit. Nobody else knows mm.
 */
static char *fault_in(struct mm_struct *mm, unsigned long addr)
{
	char *kaddr = written(mm, addr);

	if (kaddr)
		return kaddr;
	switch (handle_fault(mm, addr, FA_WRITE)) {
	case VM_FAULT_MINOR:
	case VM_FAULT_MAJOR:
		return written(mm, addr);
	case VM_FAULT_OOM:
		return ERR_PTR(-ENOMEM);
	default:
		return ERR_PTR(-E2BIG);
	}
}

/* A place in another mm that moves upward as it is written to. */
struct mm_cursor {
	struct mm_struct *mm;
	unsigned long addr;
	char *kaddr;			/* of addr; NULL: not faulted in yet */
};

/* mm_write - len bytes at the cursor. 0, -ENOMEM or -E2BIG. */
static int mm_write(struct mm_cursor *c, const void *data, size_t len)
{
	size_t part;

	for (; len; len -= part, data += part) {
		if (!c->kaddr || !(c->addr & ~PAGE_MASK))
			c->kaddr = fault_in(c->mm, c->addr);
		if (IS_ERR(c->kaddr))
			return PTR_ERR(c->kaddr);
		part = min(len, (size_t)(PAGE_SIZE - (c->addr & ~PAGE_MASK)));
		memcpy(c->kaddr, data, part);
		c->kaddr += part;
		c->addr += part;
	}
	return 0;
}

static int mm_write_word(struct mm_cursor *c, u32 word)
{
	return mm_write(c, &word, sizeof(word));
}

/* ------------------------------------------------------------------ segments */

static unsigned long segment_prot(const struct elf_program *prog, const struct elf_segment *seg)
{
	bool implied = seg->flags & PF_R && prog->personality & READ_IMPLIES_EXEC;

	return (seg->flags & PF_R ? PROT_READ : 0) | (seg->flags & PF_W ? PROT_WRITE : 0) |
	       (seg->flags & PF_X || implied ? PROT_EXEC : 0);
}

static int map_fixed(struct mm_struct *mm, struct file *file, unsigned long start,
		     unsigned long end, unsigned long prot, unsigned long pgoff)
{
	unsigned long flags = MAP_PRIVATE | MAP_FIXED | (file ? 0 : MAP_ANONYMOUS);
	unsigned long addr = do_mmap(mm, file, start, end - start, prot, flags, pgoff);

	if (IS_ERR_VALUE(addr))
		return addr;
	BUG_ON(addr != start);
	return 0;
}

/*
 * The pages with bytes of the file map the file; the pages behind them, the rest of bss, are
 * anonymous memory. Caller holds mmap_sem for write.
 */
static int map_segment(struct mm_struct *mm, const struct elf_program *prog,
		       const struct elf_segment *seg)
{
	unsigned long prot = segment_prot(prog, seg);
	unsigned long start = ALIGN_DOWN((unsigned long)seg->vaddr, PAGE_SIZE);
	unsigned long bss = PAGE_ALIGN((unsigned long)seg->vaddr + seg->filesz);
	unsigned long end = PAGE_ALIGN((unsigned long)seg->vaddr + seg->memsz);
	int error = 0;

	if (!seg->filesz)
		bss = start;
	else
		error = map_fixed(mm, prog->file, start, bss, prot, seg->offset >> PAGE_SHIFT);
	if (!error && end > bss)
		error = map_fixed(mm, NULL, bss, end, prot, 0);
	return error;
}

/* bss begins in the last page that has bytes of the file: clear what follows them there. */
static int clear_tail(struct mm_struct *mm, const struct elf_segment *seg)
{
	unsigned long bss = seg->vaddr + seg->filesz;
	char *tail;

	if (!seg->filesz || seg->memsz == seg->filesz || !(bss & ~PAGE_MASK))
		return 0;
	if (!(seg->flags & PF_W))
		return -ENOEXEC;	/* bss that cannot be written to: nobody makes that */
	tail = fault_in(mm, bss);
	if (IS_ERR(tail))
		return PTR_ERR(tail);
	memset(tail, 0, PAGE_SIZE - (bss & ~PAGE_MASK));
	return 0;
}

/* start_code .. brk, by the rules Linux has for them. */
static void set_borders(struct mm_struct *mm, const struct elf_image *img)
{
	mm->start_code = -1UL;
	for (unsigned int i = 0; i < img->nr_loads; i++) {
		const struct elf_segment *seg = &img->loads[i];
		unsigned long start = seg->vaddr, end = start + seg->filesz;

		if (seg->flags & PF_X) {
			mm->start_code = min(mm->start_code, start);
			mm->end_code = max(mm->end_code, end);
		}
		mm->start_data = max(mm->start_data, start);
		mm->end_data = max(mm->end_data, end);
		mm->start_brk = max(mm->start_brk, PAGE_ALIGN(start + seg->memsz));
	}
	if (mm->start_code == -1UL)
		mm->start_code = mm->end_code;	/* nothing executable: an empty range */
	mm->brk = mm->start_brk;
}

/* All segments. Caller holds mmap_sem for write. */
static int map_image(struct mm_struct *mm, const struct elf_program *prog)
{
	const struct elf_image *img = &prog->img;
	const struct elf_segment *last = &img->loads[img->nr_loads - 1];
	int error = 0;

	BUG_ON(!img->nr_loads);
	if (last->vaddr + last->memsz > TASK_SIZE - STACK_ROOM)
		return -ENOMEM;
	for (unsigned int i = 0; i < img->nr_loads && !error; i++)
		error = map_segment(mm, prog, &img->loads[i]);
	return error;
}

/*
 * The interpreter, where mmap() would put a file of its size; an ET_EXEC one at its own addresses,
 * whatever the program has there. Caller holds mmap_sem for write.
 */
static int map_interp(struct mm_struct *mm, const struct elf_program *prog)
{
	struct elf_program *interp = prog->interp;
	unsigned long addr, span = elf_span(&interp->img);

	if (interp->img.movable) {
		addr = do_mmap(mm, NULL, 0, span, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, 0);
		if (IS_ERR_VALUE(addr))
			return addr;
		BUG_ON(do_munmap(mm, addr, span));	/* only the place was wanted */
		elf_move(&interp->img, addr);
	}
	interp->personality = prog->personality;
	/* Only the program itself may not be written to as long as it runs. */
	interp->file->mode &= ~FMODE_EXEC;
	allow_write_access(interp->file->inode);
	return map_image(mm, interp);
}

static int clear_tails(struct mm_struct *mm, const struct elf_image *img)
{
	int error = 0;

	for (unsigned int i = 0; i < img->nr_loads && !error; i++)
		error = clear_tail(mm, &img->loads[i]);
	return error;
}

int load_elf(struct mm_struct *mm, struct elf_program *prog)
{
	bool exec_stack = prog->img.exec_stack || prog->img.old;
	int error;

	BUG_ON(mm->mmap);
	if (prog->img.old)
		prog->personality |= READ_IMPLIES_EXEC;
	down_write(&mm->mmap_sem);
	error = map_image(mm, prog) ?: setup_stack_vma(mm, TASK_SIZE, exec_stack);
	if (!error && prog->interp)
		error = map_interp(mm, prog);
	error = error ?: arch_setup_vdso(mm);
	up_write(&mm->mmap_sem);
	error = error ?: clear_tails(mm, &prog->img);
	if (!error && prog->interp)
		error = clear_tails(mm, &prog->interp->img);
	if (!error)
		set_borders(mm, &prog->img);
	return error;
}

/* ------------------------------------------------------------------ the first stack */

/*
 *	TASK_SIZE - 4	a word of zero
 *	strings		arguments, environment, path
 *			16 bytes (AT_RANDOM), "i686" (AT_PLATFORM)
 *	vectors		auxiliary vector, envp, argv
 *	start_stack	argc, at a multiple of 16
 */
struct stack_layout {
	unsigned long strings, random, platform;	/* addresses */
};

static const char platform[] = "i686";

struct auxv {
	u32 type, value;
};

/* Pointers to count strings, the first of which begins at *pos, and a NULL. */
static int write_pointers(struct mm_cursor *c, const struct stack_layout *l,
			  const struct arg_strings *args, size_t *pos, unsigned int count)
{
	int error = 0;

	while (count-- && !error) {
		error = mm_write_word(c, l->strings + *pos);
		while (args->page[*pos / PAGE_SIZE][*pos % PAGE_SIZE])
			++*pos;
		++*pos;
	}
	return error ?: mm_write_word(c, 0);
}

static int write_strings(struct mm_cursor *c, const struct arg_strings *args)
{
	int error = 0;

	for (size_t pos = 0; pos < args->used && !error; pos += PAGE_SIZE)
		error = mm_write(c, args->page[pos / PAGE_SIZE],
				 min((size_t)PAGE_SIZE, args->used - pos));
	return error ?: mm_write_word(c, 0);
}

/* From argc up to the zero word at the top. */
static int write_stack(struct mm_cursor *c, const struct stack_layout *l,
		       const struct auxv *auxv, size_t auxv_size, const struct arg_strings *args)
{
	size_t pos = 0;
	u8 random[16];
	int error;

	get_random_bytes(random, sizeof(random));
	error = mm_write_word(c, args->argc);
	error = error ?: write_pointers(c, l, args, &pos, args->argc);
	BUG_ON(!error && pos != args->env);
	error = error ?: write_pointers(c, l, args, &pos, args->envc);
	BUG_ON(!error && pos != args->path);
	error = error ?: mm_write(c, auxv, auxv_size);
	BUG_ON(!error && c->addr > l->platform);
	c->addr = l->platform;
	c->kaddr = NULL;
	error = error ?: mm_write(c, platform, sizeof(platform));
	error = error ?: mm_write(c, random, sizeof(random));
	BUG_ON(!error && c->addr != l->strings);
	return error ?: write_strings(c, args);
}

int setup_elf_stack(struct mm_struct *mm, const struct elf_program *prog,
		    const struct arg_strings *args, const struct cred *cred)
{
	const struct elf_image *img = &prog->img;
	unsigned int words = 1 + args->argc + 1 + args->envc + 1;
	struct mm_cursor c = { .mm = mm };
	struct stack_layout l;

	l.strings = TASK_SIZE - 4 - args->used;
	l.random = l.strings - 16;
	l.platform = l.random - sizeof(platform);

	const struct auxv auxv[] = {
		{ AT_SYSINFO, mm->vdso + VDSO_VSYSCALL },
		{ AT_SYSINFO_EHDR, mm->vdso },
		{ AT_HWCAP, cpu_features() },
		{ AT_PAGESZ, PAGE_SIZE },
		{ AT_CLKTCK, HZ },
		{ AT_PHDR, img->phdr_addr },
		{ AT_PHENT, sizeof(struct elf32_phdr) },
		{ AT_PHNUM, img->phnum },
		{ AT_BASE, prog->interp ? prog->interp->img.bias : 0 },
		{ AT_FLAGS, 0 },
		{ AT_ENTRY, img->entry },
		{ AT_UID, cred->uid }, { AT_EUID, cred->euid },
		{ AT_GID, cred->gid }, { AT_EGID, cred->egid },
		{ AT_SECURE, cred_secure(cred) },
		{ AT_RANDOM, l.random },
		{ AT_EXECFN, l.strings + args->path },
		{ AT_PLATFORM, l.platform },
		{ AT_NULL, 0 },
	};

	c.addr = ALIGN_DOWN(l.platform - sizeof(auxv) - words * 4, 16UL);
	mm->start_stack = c.addr;
	mm->arg_start = l.strings;
	mm->arg_end = mm->env_start = l.strings + args->env;
	mm->env_end = l.strings + args->path;
	return write_stack(&c, &l, auxv, sizeof(auxv), args);
}
