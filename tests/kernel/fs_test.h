/* SPDX-License-Identifier: MIT */
/*
 * fs_test.h - what the tests of files and programs share. The files they make lie in TEST_DIR and
 * are gone at the end of each test.
 */
#ifndef TESTS_FS_TEST_H
#define TESTS_FS_TEST_H

#include "../../fs/internal.h"
#include <nopage/elf.h>
#include <nopage/ktest.h>
#include <nopage/string.h>

#define TEST_DIR	"/ktest"

static inline bool test_dir_make(void)
{
	return KT_EQ(vfs_mknod(NULL, TEST_DIR, S_IFDIR | 0755, 0), 0);
}

static inline void test_dir_remove(void)
{
	KT_EQ(vfs_unlink(NULL, TEST_DIR, true), 0);
}

/* A file with these bytes; 0 or -Exxx. */
static inline int test_file(const char *path, mode_t mode, const void *data, size_t size)
{
	struct dentry *dentry;
	ssize_t n;
	int error = vfs_mknod(NULL, path, S_IFREG | mode, 0);

	if (error)
		return error;
	dentry = path_lookup(NULL, path, 0);
	if (IS_ERR(dentry))
		return PTR_ERR(dentry);
	n = tmpfs_write(dentry->inode, 0, data, size);
	dput(dentry);
	return n == (ssize_t)size ? 0 : -ENOMEM;
}

/* Does the path lead to an inode with that name's number? 0: not found; else its number. */
static inline unsigned long test_ino(const char *path)
{
	struct dentry *dentry = path_lookup(NULL, path, LOOKUP_FOLLOW);
	unsigned long ino;

	if (IS_ERR(dentry))
		return 0;
	ino = dentry->inode->ino;
	dput(dentry);
	return ino;
}

/* What a look-up ends with: 0 or -Exxx. */
static inline int test_walk(const char *path, unsigned int flags)
{
	struct dentry *dentry = path_lookup(NULL, path, flags);

	if (IS_ERR(dentry))
		return PTR_ERR(dentry);
	dput(dentry);
	return 0;
}

/* The smallest program worth the name: text, and data with a bss behind it. */
struct tiny_elf {
	struct elf32_ehdr eh;
	struct elf32_phdr ph[3];
	u8 code[16];
	u8 fill[4096 + 64 - sizeof(struct elf32_ehdr) - 3 * sizeof(struct elf32_phdr) - 16];
	u8 data[32];
};

#define TINY_TEXT	0x08048000U
#define TINY_DATA	0x08049040U	/* file offset 4096 + 64 */
#define TINY_BSS	0x3000U		/* bytes behind the data */
#define TINY_ENTRY	(TINY_TEXT + offsetof(struct tiny_elf, code))

/* exit(7): xorl %eax,%eax; incl %eax; movl $7,%ebx; int $0x80; and if it should return: ud2 */
static inline void tiny_elf_make(struct tiny_elf *e)
{
	static const u8 code[] = { 0x31, 0xc0, 0x40, 0xbb, 7, 0, 0, 0, 0xcd, 0x80, 0x0f, 0x0b };

	*e = (struct tiny_elf){
		.eh = {
			.e_ident = { 0x7f, 'E', 'L', 'F', ELFCLASS32, ELFDATA2LSB, EV_CURRENT },
			.e_type = ET_EXEC, .e_machine = EM_386, .e_version = EV_CURRENT,
			.e_entry = TINY_ENTRY, .e_phoff = offsetof(struct tiny_elf, ph),
			.e_ehsize = sizeof(struct elf32_ehdr),
			.e_phentsize = sizeof(struct elf32_phdr), .e_phnum = 3,
		},
		.ph = {
			{ .p_type = PT_LOAD, .p_vaddr = TINY_TEXT, .p_filesz = 4096,
			  .p_memsz = 4096, .p_flags = PF_R | PF_X, .p_align = 4096 },
			{ .p_type = PT_LOAD, .p_offset = offsetof(struct tiny_elf, data),
			  .p_vaddr = TINY_DATA, .p_filesz = 32, .p_memsz = 32 + TINY_BSS,
			  .p_flags = PF_R | PF_W, .p_align = 4096 },
			{ .p_type = PT_GNU_STACK, .p_flags = PF_R | PF_W },
		},
	};
	BUILD_BUG_ON(offsetof(struct tiny_elf, data) != 4096 + 64);
	memcpy(e->code, code, sizeof(code));
	memset(e->data, 'd', sizeof(e->data));
}

#endif
