/* SPDX-License-Identifier: MIT */
/*
 * elf.c - is this an executable the kernel can map without any further question?
 *
 * Everything is checked here, before the old address space is given up: once execve() has
 * done that, a bad file could only be answered by killing the process.
 */
#include <nopage/elf.h>
#include <nopage/string.h>
#include <uapi/errno.h>

#define ELF_PAGE	4096U
#define PAGE_OFF(x)	((x) % ELF_PAGE)

static int refuse(struct elf_image *img, int err, const char *reason)
{
	img->reason = reason;
	return err;
}

/* The part of the header that says what kind of file it is. 0 or -ENOEXEC. */
static int check_kind(const struct elf32_ehdr *eh, size_t len, struct elf_image *img)
{
	if (len < sizeof(*eh) || memcmp(eh->e_ident, "\177ELF", 4))
		return refuse(img, -ENOEXEC, "not an ELF file");
	if (eh->e_ident[EI_CLASS] != ELFCLASS32)
		return refuse(img, -ENOEXEC, "not a 32-bit ELF file");
	if (eh->e_ident[EI_DATA] != ELFDATA2LSB)
		return refuse(img, -ENOEXEC, "not a little-endian ELF file");
	if (eh->e_ident[EI_VERSION] != EV_CURRENT || eh->e_version != EV_CURRENT)
		return refuse(img, -ENOEXEC, "unknown ELF version");
	if (eh->e_machine != EM_386)
		return refuse(img, -ENOEXEC, "made for another machine than the i386");
	if (eh->e_type != ET_EXEC && eh->e_type != ET_DYN)
		return refuse(img, -ENOEXEC, "not an executable");
	return 0;
}

/* Where the program headers lie: all of them must be inside the first len bytes. */
static int check_table(const struct elf32_ehdr *eh, size_t len, struct elf_image *img)
{
	if (eh->e_phentsize != sizeof(struct elf32_phdr))
		return refuse(img, -EINVAL, "program headers of a wrong size");
	if (eh->e_phnum == 0)
		return refuse(img, -EINVAL, "no program headers");
	if (eh->e_phoff % 4)
		return refuse(img, -EINVAL, "program headers not aligned");
	if (eh->e_phoff > len || eh->e_phnum > (len - eh->e_phoff) / sizeof(struct elf32_phdr))
		return refuse(img, -EINVAL, "program headers not within the first page");
	return 0;
}

/* One PT_LOAD with memsz > 0. 0, -EINVAL or -E2BIG. */
static int add_load(struct elf_image *img, const struct elf32_phdr *ph, size_t file_size)
{
	struct elf_segment *seg = &img->loads[img->nr_loads];
	u32 start;

	if (img->movable && !img->nr_loads)
		img->bias = ELF_DYN_BASE - ALIGN_DOWN(ph->p_vaddr, ELF_PAGE);
	start = ph->p_vaddr + img->bias;	/* modulo 2^32: the order is checked below */
	if (img->nr_loads == ELF_MAX_LOADS)
		return refuse(img, -E2BIG, "too many segments");
	if (ph->p_filesz > ph->p_memsz)
		return refuse(img, -EINVAL, "a segment larger in the file than in memory");
	if (ph->p_offset > file_size || ph->p_filesz > file_size - ph->p_offset)
		return refuse(img, -EINVAL, "a segment reaches behind the end of the file");
	if (PAGE_OFF(ph->p_offset) != PAGE_OFF(start))
		return refuse(img, -EINVAL, "a segment's offset and address differ modulo a page");
	if (start < ELF_MIN_ADDR || start >= ELF_MAX_ADDR ||
	    ph->p_memsz > ELF_MAX_ADDR - start)
		return refuse(img, -EINVAL, "a segment outside of user space");
	if (img->nr_loads &&
	    start - PAGE_OFF(start) < ALIGN(seg[-1].vaddr + seg[-1].memsz, ELF_PAGE))
		return refuse(img, -EINVAL, "segments that overlap or are not in ascending order");

	*seg = (struct elf_segment){
		.vaddr = start, .offset = ph->p_offset,
		.filesz = ph->p_filesz, .memsz = ph->p_memsz,
		.flags = ph->p_flags & (PF_R | PF_W | PF_X),
	};
	img->nr_loads++;
	return 0;
}

/* The address the bytes [offset, offset + size) of the file are loaded at, 0 if nowhere. */
static u32 loaded_at(const struct elf_image *img, u32 offset, u32 size)
{
	for (unsigned int i = 0; i < img->nr_loads; i++) {
		const struct elf_segment *seg = &img->loads[i];

		if (offset >= seg->offset && offset - seg->offset <= seg->filesz &&
		    size <= seg->filesz - (offset - seg->offset))
			return seg->vaddr + (offset - seg->offset);
	}
	return 0;
}

static int add_header(struct elf_image *img, const struct elf32_phdr *ph, size_t file_size)
{
	switch (ph->p_type) {
	case PT_LOAD:
		return ph->p_memsz || ph->p_filesz ? add_load(img, ph, file_size) : 0;
	case PT_GNU_STACK:
		img->exec_stack = ph->p_flags & PF_X;
		img->old = false;
		return 0;
	case PT_INTERP:
		if (!img->has_interp) {		/* the first one counts */
			img->has_interp = true;
			img->interp_offset = ph->p_offset;
			img->interp_size = ph->p_filesz;
		}
		return 0;
	default:
		return 0;
	}
}

int elf_parse(const void *head, size_t len, size_t file_size, struct elf_image *img)
{
	const struct elf32_ehdr *eh = head;
	const struct elf32_phdr *ph;
	int err;

	memset(img, 0, offsetof(struct elf_image, loads));	/* nr_loads tells how many there are */
	img->old = true;
	err = check_kind(eh, len, img);
	if (!err)
		err = check_table(eh, len, img);
	if (err)
		return err;

	img->movable = eh->e_type == ET_DYN;
	ph = (const struct elf32_phdr *)((const char *)head + eh->e_phoff);
	for (unsigned int i = 0; i < eh->e_phnum; i++) {
		err = add_header(img, &ph[i], file_size);
		if (err)
			return err;
	}
	if (!img->nr_loads)
		return refuse(img, -EINVAL, "nothing to load");
	img->entry = eh->e_entry + img->bias;
	img->phnum = eh->e_phnum;
	img->phdr_addr = loaded_at(img, eh->e_phoff, eh->e_phnum * sizeof(*ph));
	return 0;
}

static u32 first_page(const struct elf_image *img)
{
	return ALIGN_DOWN(img->loads[0].vaddr, ELF_PAGE);
}

u32 elf_span(const struct elf_image *img)
{
	const struct elf_segment *last = &img->loads[img->nr_loads - 1];

	return last->vaddr + last->memsz - first_page(img);
}

void elf_move(struct elf_image *img, u32 addr)
{
	u32 by = addr - first_page(img);

	for (unsigned int i = 0; i < img->nr_loads; i++)
		img->loads[i].vaddr += by;
	img->entry += by;
	img->bias += by;
	if (img->phdr_addr)
		img->phdr_addr += by;
}
