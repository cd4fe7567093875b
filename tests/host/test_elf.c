/* SPDX-License-Identifier: MIT */
/* test_elf.c - real and damaged executables.  sources: lib/elf.c */
#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "host.h"
#include <nopage/elf.h>

#define HEAD	4096		/* what the kernel gives elf_parse(): the first page */

static struct elf_image img;

/* A file of three segments like the ones linkers make, to be damaged field by field. */
struct file {
	struct elf32_ehdr eh;
	struct elf32_phdr ph[6];
	unsigned char rest[HEAD - sizeof(struct elf32_ehdr) - 6 * sizeof(struct elf32_phdr)];
};
static struct file file;
#define FILE_SIZE	0x5000

static void make_file(void)
{
	file = (struct file){
		.eh = {
			.e_ident = { 0x7f, 'E', 'L', 'F', ELFCLASS32, ELFDATA2LSB, EV_CURRENT },
			.e_type = ET_EXEC, .e_machine = EM_386, .e_version = EV_CURRENT,
			.e_entry = 0x08049000, .e_phoff = sizeof(struct elf32_ehdr),
			.e_ehsize = sizeof(struct elf32_ehdr),
			.e_phentsize = sizeof(struct elf32_phdr), .e_phnum = 6,
		},
		.ph = {
			{ PT_LOAD, 0, 0x08048000, 0, 0x1000, 0x1000, PF_R, 0x1000 },
			{ PT_LOAD, 0x1000, 0x08049000, 0, 0x1800, 0x1800, PF_R | PF_X, 0x1000 },
			{ PT_LOAD, 0x2f00, 0x0804bf00, 0, 0x300, 0x2000, PF_R | PF_W, 0x1000 },
			{ PT_TLS, 0x2f00, 0x0804bf00, 0, 0x10, 0x20, PF_R, 4 },
			{ PT_GNU_STACK, 0, 0, 0, 0, 0, PF_R | PF_W, 16 },
			{ PT_LOAD, 0x4000, 0x08050000, 0, 0, 0x1000, PF_R | PF_W, 0x1000 },
		},
	};
}

static int parse(void)
{
	return elf_parse(&file, sizeof(file), FILE_SIZE, &img);
}

static void good(void)
{
	make_file();
	CHECK_EQ(parse(), 0);
	CHECK_EQ(img.entry, 0x08049000);
	CHECK_EQ(img.phdr_addr, 0x08048034);
	CHECK_EQ(img.phnum, 6);
	CHECK_EQ(img.nr_loads, 4);
	CHECK_EQ(img.loads[2].vaddr, 0x0804bf00);
	CHECK_EQ(img.loads[2].filesz, 0x300);
	CHECK_EQ(img.loads[2].memsz, 0x2000);
	CHECK_EQ(img.loads[2].flags, PF_R | PF_W);
	CHECK(!img.has_interp && !img.exec_stack && !img.bias && !img.reason);
}

static void position_independent(void)
{
	make_file();
	file.eh.e_type = ET_DYN;
	file.eh.e_entry = 0x1000;
	for (int i = 0; i < 6; i++)
		file.ph[i].p_vaddr -= i == 4 ? 0 : 0x08048000;
	CHECK_EQ(parse(), 0);
	CHECK_EQ(img.bias, ELF_DYN_BASE);
	CHECK_EQ(img.entry, ELF_DYN_BASE + 0x1000);
	CHECK_EQ(img.loads[0].vaddr, ELF_DYN_BASE);
	CHECK_EQ(img.phdr_addr, ELF_DYN_BASE + 0x34);
	CHECK_EQ(elf_span(&img), 0x9000);
	elf_move(&img, 0x10000);
	CHECK_EQ(img.bias, 0x10000);
	CHECK_EQ(img.entry, 0x11000);
	CHECK_EQ(img.loads[3].vaddr, 0x18000);
	CHECK_EQ(img.phdr_addr, 0x10034);
	for (int i = 0; i < 6; i++)			/* a prelinked one: not at 0 in the file */
		file.ph[i].p_vaddr += 0x2000;
	CHECK_EQ(parse(), 0);
	CHECK_EQ(elf_span(&img), 0x9000);
	elf_move(&img, 0x10000);
	CHECK_EQ(img.bias, 0xe000);
	CHECK_EQ(img.loads[0].vaddr, 0x10000);
	for (int i = 0; i < 6; i++)			/* or where no program can be */
		file.ph[i].p_vaddr += 0xe0000000 - 0x2000;
	CHECK_EQ(parse(), 0);
	CHECK_EQ(img.bias, ELF_DYN_BASE - 0xe0000000);
	CHECK_EQ(img.loads[0].vaddr, ELF_DYN_BASE);
	CHECK_EQ(img.loads[3].vaddr, ELF_DYN_BASE + 0x8000);
}

static void expect(int err, const char *text)
{
	int got = parse();

	CHECK_EQ(got, err);
	if (!CHECK(got && img.reason && strstr(img.reason, text)))
		printf("# expected \"%s\", got \"%s\"\n", text, img.reason ? img.reason : "");
}

/* BREAK(field = value; ..., error, reason) on a fresh file. */
#define BREAK(change, err, text) \
	do { make_file(); change; expect(err, text); } while (0)

static void header_fields(void)
{
	BREAK(file.eh.e_ident[0] = 0, -ENOEXEC, "not an ELF");
	BREAK(file.eh.e_ident[3] = 'f', -ENOEXEC, "not an ELF");
	BREAK(file.eh.e_ident[EI_CLASS] = 2, -ENOEXEC, "32-bit");
	BREAK(file.eh.e_ident[EI_DATA] = 2, -ENOEXEC, "little-endian");
	BREAK(file.eh.e_ident[EI_VERSION] = 0, -ENOEXEC, "version");
	BREAK(file.eh.e_version = 2, -ENOEXEC, "version");
	BREAK(file.eh.e_machine = 62, -ENOEXEC, "another machine");
	BREAK(file.eh.e_type = 1, -ENOEXEC, "not an executable");
	BREAK(file.eh.e_type = 4, -ENOEXEC, "not an executable");
	BREAK(file.eh.e_phentsize = 56, -EINVAL, "wrong size");
	BREAK(file.eh.e_phentsize = 0, -EINVAL, "wrong size");
	BREAK(file.eh.e_phnum = 0, -EINVAL, "no program headers");
	BREAK(file.eh.e_phnum = 0xffff, -EINVAL, "first page");
	BREAK(file.eh.e_phnum = 127, -EINVAL, "first page");
	BREAK(file.eh.e_phoff = HEAD, -EINVAL, "first page");
	BREAK(file.eh.e_phoff = 0xfffffffc, -EINVAL, "first page");
	BREAK(file.eh.e_phoff = 53, -EINVAL, "aligned");
}

static void segment_fields(void)
{
	BREAK(file.ph[0].p_filesz = 0x1001, -EINVAL, "larger in the file");
	BREAK(file.ph[1].p_filesz = file.ph[1].p_memsz = 0x4001, -EINVAL, "end of the file");
	BREAK(file.ph[1].p_offset = 0x6000, -EINVAL, "end of the file");
	BREAK(file.ph[1].p_offset = 0xfffff000, -EINVAL, "end of the file");
	BREAK(file.ph[1].p_offset = 0x1004, -EINVAL, "modulo");
	BREAK(file.ph[2].p_vaddr = 0x0804b000, -EINVAL, "modulo");
	BREAK(file.ph[0].p_vaddr = 0, -EINVAL, "outside of user space");
	BREAK(file.ph[0].p_vaddr = 0xf000, -EINVAL, "outside of user space");
	BREAK(file.ph[5].p_vaddr = 0xc0000000, -EINVAL, "outside of user space");
	BREAK(file.ph[5].p_vaddr = 0xfffff000, -EINVAL, "outside of user space");
	BREAK(file.ph[5].p_memsz = 0xb7fb0001, -EINVAL, "outside of user space");
	BREAK(file.ph[5].p_memsz = 0xffffffff, -EINVAL, "outside of user space");
	BREAK(file.ph[1].p_vaddr = 0x08048000, -EINVAL, "overlap");
	BREAK(file.ph[1].p_vaddr = 0x08040000, -EINVAL, "overlap");
	BREAK(file.ph[1].p_memsz = 0x2001, -EINVAL, "overlap");
	BREAK(file.ph[5].p_vaddr = 0x0804d000, -EINVAL, "overlap");
	BREAK(file.eh.e_phnum = 1; file.ph[0].p_type = 0, -EINVAL, "nothing to load");
}

/* What lies exactly at a limit is accepted. */
static void limits(void)
{
	make_file();
	file.ph[5].p_memsz = 0xc0000000 - 0x08050000;
	CHECK_EQ(parse(), 0);
	make_file();
	file.ph[0].p_vaddr = 0x10000;
	CHECK_EQ(parse(), 0);
	make_file();
	file.ph[1].p_filesz = file.ph[1].p_memsz = 0x2000;
	CHECK_EQ(parse(), 0);
	make_file();
	file.ph[0].p_filesz = file.ph[0].p_memsz = 0;	/* empty: nothing to load */
	CHECK_EQ(parse(), 0);
	CHECK_EQ(img.nr_loads, 3);
	CHECK_EQ(img.phdr_addr, 0);
	make_file();
	file.ph[4].p_flags |= PF_X;
	CHECK_EQ(parse(), 0);
	CHECK(img.exec_stack && !img.old);
	file.ph[4].p_type = 0;
	CHECK_EQ(parse(), 0);
	CHECK(!img.exec_stack && img.old);
	file.ph[4].p_type = PT_INTERP;
	file.ph[4].p_offset = 0x123;
	file.ph[4].p_filesz = 0xffffffff;		/* whoever reads it has to check */
	file.ph[5].p_type = PT_INTERP;
	CHECK_EQ(parse(), 0);
	CHECK(img.has_interp);
	CHECK_EQ(img.interp_offset, 0x123);
	CHECK_EQ(img.interp_size, 0xffffffff);
}

static void many_segments(void)
{
	make_file();
	file.eh.e_phnum = 17;
	for (int i = 0; i < 17; i++) {
		struct elf32_phdr ph = { PT_LOAD, 0, 0x08048000 + i * 0x1000, 0, 16, 16, PF_R, 4096 };

		memcpy((char *)&file + file.eh.e_phoff + i * sizeof(ph), &ph, sizeof(ph));
	}
	expect(-E2BIG, "too many");
	file.eh.e_phnum = 16;
	CHECK_EQ(parse(), 0);
	CHECK_EQ(img.nr_loads, 16);
}

/* Cut off at every length: in memory of exactly that size, so that a byte too far is seen. */
static void truncated(void)
{
	make_file();
	for (size_t len = 0; len <= 300; len++) {
		void *head = malloc(len);
		int err;

		memcpy(head, &file, len);
		err = elf_parse(head, len, len, &img);
		CHECK(err == (len < sizeof(struct elf32_ehdr) ? -ENOEXEC : -EINVAL));
		CHECK(img.reason);
		free(head);
	}
}

/* Whatever is accepted keeps the promises of elf.h. */
static void check_promises(size_t file_size)
{
	u32 last = ELF_MIN_ADDR;

	CHECK(img.nr_loads >= 1 && img.nr_loads <= ELF_MAX_LOADS);
	for (unsigned int i = 0; i < img.nr_loads; i++) {
		struct elf_segment *seg = &img.loads[i];

		CHECK((seg->vaddr & ~4095U) >= last);
		CHECK(seg->memsz > 0 && seg->filesz <= seg->memsz);
		CHECK((u64)seg->vaddr + seg->memsz <= ELF_MAX_ADDR);
		CHECK((u64)seg->offset + seg->filesz <= file_size);
		CHECK_EQ(seg->vaddr % 4096, seg->offset % 4096);
		last = (seg->vaddr + seg->memsz + 4095) & ~4095U;
	}
}

static void mutations(void)
{
	static const u32 nasty[] = { 0, 1, 4095, 4096, 0x7fffffff, 0x80000000, 0xbfffffff,
				     0xc0000000, 0xfffff000, 0xffffffff };
	int accepted = 0;

	for (int i = 0; i < 200000; i++) {
		make_file();
		if (random_below(2))
			file.eh.e_type = ET_DYN;
		for (unsigned int k = 1 + random_below(3); k > 0; k--) {
			unsigned int at = random_below(61) * 4;
			u32 value = random_below(2) ? nasty[random_below(10)] : random32();

			if (random_below(2))
				memcpy((char *)&file + at, &value, 4);
			else
				((char *)&file)[at + random_below(4)] ^= 1 << random_below(8);
		}
		if (parse() == 0) {
			accepted++;
			check_promises(FILE_SIZE);
		} else {
			CHECK(img.reason);
		}
	}
	CHECK(accepted > 1000);
}

/* The executables the kernel will really meet, if they are built. */
static void real_programs(void)
{
	static const char *const paths[] = { "build/user/init", "build/root/bin/init" };
	int found = 0;

	for (int i = 0; i < 2; i++) {
		FILE *probe = fopen(paths[i], "rb");
		size_t size;
		void *data;

		if (!probe)
			continue;
		fclose(probe);
		data = read_file(paths[i], &size);
		CHECK_EQ(elf_parse(data, size < HEAD ? size : HEAD, size, &img), 0);
		check_promises(size);
		CHECK(img.phdr_addr && !img.has_interp);
		free(data);
		found++;
	}
	printf("# %d real programs read\n", found);
}

int main(void)
{
	plan(9);
	RUN(good);
	RUN(position_independent);
	RUN(header_fields);
	RUN(segment_fields);
	RUN(limits);
	RUN(many_segments);
	RUN(truncated);
	RUN(mutations);
	RUN(real_programs);
	return 0;
}
