/* SPDX-License-Identifier: MIT */
/* elf_test.c - elf_parse(): what is an executable, what is damaged, and why. */
#include "fs_test.h"
#include <nopage/mm.h>
#include <nopage/printk.h>
#include <nopage/slab.h>

static struct elf_image img;

static int parse(const struct tiny_elf *e)
{
	return elf_parse(e, PAGE_SIZE, sizeof(*e), &img);
}

KTEST(elf, good)
{
	struct tiny_elf *e = kmalloc(sizeof(*e), GFP_KERNEL);

	KT_ASSERT(e);
	tiny_elf_make(e);
	KT_EQ(parse(e), 0);
	KT_EQ(img.nr_loads, 2);
	KT_EQ(img.entry, TINY_ENTRY);
	KT_EQ(img.phdr_addr, TINY_TEXT + e->eh.e_phoff);
	KT_EQ(img.phnum, 3);
	KT_EQ(img.loads[1].vaddr, TINY_DATA);
	KT_EQ(img.loads[1].memsz, 32 + TINY_BSS);
	KT_TRUE(!img.has_interp && !img.bias);
	e->eh.e_type = ET_DYN;
	e->ph[0].p_vaddr = 0;
	e->ph[1].p_vaddr = TINY_DATA - TINY_TEXT;
	e->eh.e_entry = TINY_ENTRY - TINY_TEXT;
	KT_EQ(parse(e), 0);
	KT_EQ(img.bias, ELF_DYN_BASE);
	KT_EQ(img.entry, ELF_DYN_BASE + TINY_ENTRY - TINY_TEXT);
	KT_EQ(img.loads[0].vaddr, ELF_DYN_BASE);
	kfree(e);
}

/* One damage each: where, how many bytes, what instead, and what the answer must be. */
#define EH(f)	 offsetof(struct tiny_elf, eh.f), sizeof(((struct elf32_ehdr *)0)->f)
#define PH(i, f) offsetof(struct tiny_elf, ph[i].f), sizeof(u32)

static const struct damage {
	size_t offset, size;
	u32 value;
	int error;
} damages[] = {
	{ 0, 1, 0, -ENOEXEC },				/* magic */
	{ EI_CLASS, 1, 2, -ENOEXEC },			/* 64-bit */
	{ EI_DATA, 1, 2, -ENOEXEC },			/* big-endian */
	{ EI_VERSION, 1, 9, -ENOEXEC },
	{ EH(e_machine), 62, -ENOEXEC },		/* x86-64 */
	{ EH(e_type), 1, -ENOEXEC },			/* object file */
	{ EH(e_type), 4, -ENOEXEC },			/* core */
	{ EH(e_phentsize), 56, -EINVAL },
	{ EH(e_phnum), 0, -EINVAL },
	{ EH(e_phnum), 0xffff, -EINVAL },
	{ EH(e_phoff), 0xffffffe0, -EINVAL },
	{ EH(e_phoff), 4080, -EINVAL },
	{ EH(e_phoff), 53, -EINVAL },			/* not aligned */
	{ PH(0, p_type), 6, 0 },			/* only data left: its own business */
	{ PH(0, p_filesz), 8192, -EINVAL },		/* > memsz */
	{ PH(1, p_filesz), 64, -EINVAL },		/* behind the end of the file */
	{ PH(1, p_offset), 0xfffff040, -EINVAL },
	{ PH(1, p_offset), 4096 + 68, -EINVAL },	/* not congruent */
	{ PH(1, p_memsz), 0xf0000000, -EINVAL },	/* wraps, reaches the kernel */
	{ PH(1, p_memsz), 0xb8000000, -EINVAL },	/* ends in the kernel */
	{ PH(1, p_vaddr), 0xc0000040, -EINVAL },	/* in the kernel */
	{ PH(1, p_vaddr), 0xfffff040, -EINVAL },
	{ PH(1, p_vaddr), 0x08048040, -EINVAL },	/* overlap */
	{ PH(1, p_vaddr), 0x08047040, -EINVAL },	/* not ascending */
	{ PH(0, p_vaddr), 0, -EINVAL },			/* below MMAP_MIN_ADDR */
	{ PH(0, p_memsz), 0x2000, -EINVAL },		/* overlap in memory only */
};

KTEST(elf, damaged)
{
	struct tiny_elf *e = kmalloc(sizeof(*e), GFP_KERNEL);

	KT_ASSERT(e);
	for (unsigned int i = 0; i < ARRAY_SIZE(damages); i++) {
		tiny_elf_make(e);
		memcpy((char *)e + damages[i].offset, &damages[i].value, damages[i].size);
		if (!KT_EQ(parse(e), damages[i].error))
			printk_raw("# damage %u\n", i);
		KT_TRUE(!damages[i].error || img.reason);
	}
	kfree(e);
}

/* Cut off anywhere, it is refused or its segments lie in what is left. */
KTEST(elf, truncated)
{
	struct tiny_elf *e = kmalloc(sizeof(*e), GFP_KERNEL);

	KT_ASSERT(e);
	tiny_elf_make(e);
	for (size_t size = 0; size < sizeof(*e); size++)
		KT_TRUE(elf_parse(e, min(size, (size_t)PAGE_SIZE), size, &img) < 0);
	kfree(e);
}

/* Random bytes anywhere in the headers: whatever is accepted must be safe to map. */
KTEST(elf, random_damage)
{
	struct tiny_elf *e = kmalloc(sizeof(*e), GFP_KERNEL);
	size_t head = offsetof(struct tiny_elf, code);

	KT_ASSERT(e);
	for (int round = 0; round < 3000; round++) {
		tiny_elf_make(e);
		for (unsigned int n = kt_random() % 4 + 1; n; n--)
			((u8 *)e)[kt_random() % head] = kt_random();
		if (parse(e))
			continue;
		for (unsigned int i = 0; i < img.nr_loads; i++) {
			struct elf_segment *s = &img.loads[i];

			KT_TRUE(s->vaddr >= ELF_MIN_ADDR && s->vaddr < ELF_MAX_ADDR);
			KT_TRUE(s->memsz <= ELF_MAX_ADDR - s->vaddr);
			KT_TRUE(s->filesz <= s->memsz);
			KT_TRUE((u64)s->offset + s->filesz <= sizeof(*e));
			KT_EQ(s->offset % PAGE_SIZE, s->vaddr % PAGE_SIZE);
		}
	}
	kfree(e);
}
