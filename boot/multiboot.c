/* SPDX-License-Identifier: MIT */
/*
 * multiboot.c - what the boot loader says about memory, archives and options.
 *
 * All of it lies somewhere in memory that bootmem is about to hand out, so it is checked and
 * copied into boot_info first. Layouts: Multiboot specification 0.6.96, section 3.3.
 */
#include <nopage/init.h>
#include <nopage/bug.h>
#include <nopage/kstrtox.h>
#include <nopage/mm.h>
#include <nopage/printk.h>
#include <nopage/string.h>
#include <asm/sections.h>

#define MBI_MEMORY		0x001		/* mem_lower, mem_upper are valid, and so on */
#define MBI_CMDLINE		0x004
#define MBI_MODULES		0x008
#define MBI_MMAP		0x040
#define MBI_LOADER_NAME		0x200

#define MMAP_RAM		1
#define MIN_RAM			(4u << 20)
#define KIB(bytes)		((u32)((bytes) >> 10))

struct multiboot_info {
	u32 flags;
	u32 mem_lower, mem_upper;	/* KiB below 640 KiB, KiB from 1 MiB on without a hole */
	u32 boot_device;
	u32 cmdline;
	u32 mods_count, mods_addr;
	u32 syms[4];
	u32 mmap_length, mmap_addr;
	u32 drives_length, drives_addr;
	u32 config_table;
	u32 loader_name;
};

struct multiboot_module {
	u32 start, end, string, reserved;
};

struct multiboot_mmap {
	u32 size;			/* of what follows this word */
	u64 base, length;
	u32 type;
} __packed;

struct boot_info boot_info;

/* The direct-map pointer to [phys, phys + size), or NULL when that is not in the direct map. */
static const void * __init boot_ptr(u32 phys, u32 size)
{
	if (phys == 0 || phys >= LOWMEM_MAX || size > LOWMEM_MAX - phys)
		return NULL;
	return __va((phys_t){ phys });
}

/* Copy the string at phys; what does not fit is cut off. */
static void __init copy_string(char *to, size_t size, u32 phys)
{
	u32 room = phys < LOWMEM_MAX ? LOWMEM_MAX - phys : 0;
	const char *from = boot_ptr(phys, 1);
	size_t len = 0;

	if (from)
		len = strnlen(from, min((u32)size - 1, room));
	memcpy(to, from, len);
	to[len] = '\0';
}

/* QEMU and GRUB Legacy put the kernel's file name in front of the options. */
static void __init strip_kernel_name(char *cmdline)
{
	char *rest;

	if (*cmdline != '/' && *cmdline != '(' && strcmp(boot_info.loader, "qemu"))
		return;
	rest = strchr(cmdline, ' ');
	if (rest)
		memmove(cmdline, rest + 1, strlen(rest));
	else
		*cmdline = '\0';
}

static void __init copy_strings(const struct multiboot_info *mbi)
{
	if (mbi->flags & MBI_LOADER_NAME)
		copy_string(boot_info.loader, sizeof(boot_info.loader), mbi->loader_name);
	else
		strscpy(boot_info.loader, "unknown", sizeof(boot_info.loader));
	if (mbi->flags & MBI_CMDLINE)
		copy_string(boot_info.cmdline, sizeof(boot_info.cmdline), mbi->cmdline);
	strip_kernel_name(boot_info.cmdline);
}

/* The bytes that mem=SIZE allows, or no limit. */
static u64 __init memory_limit(void)
{
	const char *value = cmdline_get("mem");
	u64 limit;

	if (!value)
		return ~0ull;
	if (!memparse(value, &limit) && limit >= MIN_RAM)
		return limit;
	pr_warn("boot: mem=%s is not a size of at least 4M, ignored\n", value);
	return ~0ull;
}

/* One piece of RAM: what lies below limit goes to bootmem, which takes whole low frames of it. */
static void __init add_ram(u64 start, u64 length, u64 limit)
{
	u64 end = length > limit - min(start, limit) ? limit : start + length;

	if (start >= end)
		return;
	boot_info.ram_total += end - start;
	if (end > LOWMEM_MAX)
		boot_info.ram_above += end - max(start, (u64)LOWMEM_MAX);
	bootmem_add(start, end);
}

/* The memory map: entries of their own sizes, one behind the other. */
static bool __init add_mmap(const struct multiboot_info *mbi, u64 limit)
{
	const char *p = boot_ptr(mbi->mmap_addr, mbi->mmap_length);
	u32 left = mbi->mmap_length;

	if (!(mbi->flags & MBI_MMAP) || !p)
		return false;
	while (left >= sizeof(struct multiboot_mmap)) {
		const struct multiboot_mmap *entry = (const void *)p;
		u32 step = entry->size + sizeof(entry->size);

		if (step < sizeof(*entry) || step > left)
			break;
		if (entry->type == MMAP_RAM)
			add_ram(entry->base, entry->length, limit);
		p += step;
		left -= step;
	}
	return boot_info.ram_total > 0;
}

static void __init add_memory(const struct multiboot_info *mbi)
{
	u64 limit = memory_limit();

	if (add_mmap(mbi, limit))
		return;
	if (!(mbi->flags & MBI_MEMORY))
		panic("boot: the boot loader says nothing about memory");
	add_ram(0, (u64)mbi->mem_lower << 10, limit);
	add_ram(1u << 20, (u64)mbi->mem_upper << 10, limit);
}

/* Note one module and keep its memory, unless it is out of reach or damaged. */
static void __init add_module(const struct multiboot_module *m)
{
	struct boot_module *module = &boot_info.module[boot_info.nr_modules];

	if (m->start >= m->end || m->end > max_low_pfn << PAGE_SHIFT) {
		pr_err("boot: module at 0x%08x-0x%08x is not in usable memory, ignored\n",
		       m->start, m->end);
		return;
	}
	if (boot_info.nr_modules == MAX_MODULES) {
		pr_err("boot: more than %u modules, the rest is ignored\n", MAX_MODULES);
		return;
	}
	module->start.addr = m->start;
	module->size = m->end - m->start;
	copy_string(module->name, sizeof(module->name), m->string);
	boot_info.nr_modules++;
	bootmem_reserve(m->start, m->end);
}

static void __init add_modules(const struct multiboot_info *mbi)
{
	u32 count = min(mbi->mods_count, MAX_MODULES + 1u);
	const struct multiboot_module *m = boot_ptr(mbi->mods_addr, count * sizeof(*m));

	if (!(mbi->flags & MBI_MODULES) || !m)
		return;
	for (u32 i = 0; i < count; i++)
		add_module(&m[i]);
}

void __init show_boot_info(void)
{
	pr_info("boot: by %s, options: %s\n", boot_info.loader,
		boot_info.cmdline[0] ? boot_info.cmdline : "none");
	pr_info("boot: %u KiB of RAM, kernel image at 0x%08x-0x%08x (%u KiB)\n",
		KIB(boot_info.ram_total), KERNEL_LMA, __pa(_end).addr,
		KIB(__pa(_end).addr - KERNEL_LMA));
	if (boot_info.ram_above)
		pr_info("boot: %u KiB of it above the direct map (896 MiB) stay unused\n",
			KIB(boot_info.ram_above));
	for (unsigned int i = 0; i < boot_info.nr_modules; i++)
		pr_info("boot: module %u at 0x%08x, %u bytes: %s\n", i + 1,
			boot_info.module[i].start.addr, boot_info.module[i].size,
			boot_info.module[i].name);
}

/*
 * parse_multiboot - fill boot_info and tell bootmem what there is and what is taken: the image
 * and the modules. Panics when there is too little to go on.
 */
void __init parse_multiboot(u32 info_phys)
{
	const struct multiboot_info *mbi = boot_ptr(info_phys, sizeof(*mbi));

	if (!mbi)
		panic("boot: the Multiboot information at 0x%08x is out of reach", info_phys);
	copy_strings(mbi);
	parse_cmdline();
	add_memory(mbi);
	bootmem_reserve(KERNEL_LMA, __pa(_end).addr);
	add_modules(mbi);
}
