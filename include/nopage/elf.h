/* SPDX-License-Identifier: MIT */
/*
 * elf.h - 32-bit ELF executables of the i386: the file's structures, and the check that makes
 * the loader's work free of surprises.
 *
 * Source: System V ABI, chapters 4 and 5, and its Intel386 supplement.
 */
#ifndef NOPAGE_ELF_H
#define NOPAGE_ELF_H

#include <nopage/types.h>

#define ELF_MAX_LOADS	16
#define ELF_MIN_ADDR	0x00010000U	/* mmap_min_addr */
#define ELF_MAX_ADDR	0xc0000000U	/* TASK_SIZE */
#define ELF_DYN_BASE	0x56555000U	/* where ET_DYN files go, as on Linux */

struct elf32_ehdr {
	u8 e_ident[16];
	u16 e_type, e_machine;
	u32 e_version, e_entry, e_phoff, e_shoff, e_flags;
	u16 e_ehsize, e_phentsize, e_phnum, e_shentsize, e_shnum, e_shstrndx;
};

struct elf32_phdr {
	u32 p_type, p_offset, p_vaddr, p_paddr, p_filesz, p_memsz, p_flags, p_align;
};

/* e_ident indices and values */
#define EI_CLASS	4
#define EI_DATA		5
#define EI_VERSION	6
#define ELFCLASS32	1
#define ELFDATA2LSB	1
#define EV_CURRENT	1
/* e_type, e_machine */
#define ET_EXEC		2
#define ET_DYN		3
#define EM_386		3
/* p_type */
#define PT_LOAD		1
#define PT_INTERP	3
#define PT_TLS		7
#define PT_GNU_STACK	0x6474e551
/* p_flags */
#define PF_X		1
#define PF_W		2
#define PF_R		4

/* One PT_LOAD. vaddr and offset agree modulo the page size; filesz <= memsz, memsz > 0. */
struct elf_segment {
	u32 vaddr, offset, filesz, memsz;
	u32 flags;		/* PF_R | PF_W | PF_X */
};

/* What the loader has to know. Addresses are where it goes: those of the file, plus bias. */
struct elf_image {
	const char *reason;	/* why elf_parse() refused, a phrase without a full stop */
	u32 entry;
	u32 phdr_addr;		/* the program headers in the loaded image (AT_PHDR), or 0 */
	u32 phnum;
	bool movable;		/* ET_DYN: its first page is at ELF_DYN_BASE, until elf_move() */
	u32 bias;		/* how far it has been moved, modulo 2^32 */
	bool exec_stack;	/* PT_GNU_STACK says that it is to be executable */
	bool old;		/* PT_GNU_STACK is missing: READ_IMPLIES_EXEC */
	bool has_interp;
	u32 interp_offset;	/* where the file has the interpreter's path, with its NUL */
	u32 interp_size;
	unsigned int nr_loads;
	struct elf_segment loads[ELF_MAX_LOADS];	/* ascending, on disjoint pages */
};

/*
 * elf_parse - check an executable by its first len bytes, of file_size in all, and describe it.
 *
 * head must be aligned for u32. After a return of 0 every segment lies in user space, on
 * pages of its own, and its bytes lie in the file. Returns -ENOEXEC for something that is not
 * an i386 ELF executable, -EINVAL for a damaged one, -E2BIG for too many segments;
 * img->reason then says why.
 */
int __must_check elf_parse(const void *head, size_t len, size_t file_size, struct elf_image *img);

/* elf_span - the bytes from an image's first page to its end. */
u32 elf_span(const struct elf_image *img);
/* elf_move - let the first page of an ET_DYN image be at addr, where elf_span() bytes are free. */
void elf_move(struct elf_image *img, u32 addr);

#endif
