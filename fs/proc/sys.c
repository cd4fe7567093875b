/* SPDX-License-Identifier: MIT */
/*
 * sys.c - /proc/sys: settings of the kernel, one per file. What can be written takes effect at
 * once; what cannot has no write right.
 */
#include "internal.h"
#include <nopage/events.h>
#include <nopage/kstrtox.h>
#include <nopage/printk.h>
#include <nopage/random.h>
#include <nopage/slab.h>
#include <nopage/string.h>
#include <nopage/uts.h>

#define SETTING(name_, show_, store_)						\
	{ .name = name_, .mode = S_IFREG | 0644, .setting = true, .show = show_, .store = store_ }
#define CONSTANT(name_, show_)							\
	{ .name = name_, .mode = S_IFREG | 0444, .setting = true, .show = show_ }

static int show_number(struct seq *s, unsigned long value)
{
	seq_printf(s, "%lu\n", value);
	return 0;
}

/* One decimal number within [low, high], perhaps in blanks. 0 or -EINVAL. */
static int get_number(char *text, unsigned long low, unsigned long high, unsigned long *value)
{
	char *end;

	while (*text == ' ' || *text == '\t')
		text++;
	for (end = text; *end && *end != ' ' && *end != '\t'; end++)
		;
	*end = '\0';
	if (kstrtoul(text, 10, value) || *value < low || *value > high)
		return -EINVAL;
	return 0;
}

/* ------------------------------------------------------------------ vm */

static int show_max_map_count(struct seq *s, const struct proc_target *t __unused)
{
	return show_number(s, sysctl_max_map_count);
}

static int store_max_map_count(const struct proc_target *t __unused, char *text)
{
	unsigned long value;
	int error = get_number(text, 0, 0x7fffffff, &value);

	if (!error)
		sysctl_max_map_count = value;
	return error;
}

/* What can be mapped is never limited by what there is. */
static int show_overcommit(struct seq *s, const struct proc_target *t __unused)
{
	return show_number(s, 1);
}

static int show_mmap_min_addr(struct seq *s, const struct proc_target *t __unused)
{
	return show_number(s, MMAP_MIN_ADDR);
}

/* Files have no other place than their pages; what can go are the allocators' own reserves. */
static int store_drop_caches(const struct proc_target *t __unused, char *text)
{
	unsigned long value;
	int error = get_number(text, 1, 4, &value);

	if (error)
		return error;
	if (value & 2) {
		kmem_cache_shrink_all();
		pgtable_cache_drain();
		vmalloc_cache_drain();
	}
	drain_hot_pages();
	return 0;
}

static const struct proc_entry vm_entries[] = {
	{ .name = "drop_caches", .mode = S_IFREG | 0200, .setting = true,
	  .store = store_drop_caches },
	SETTING("max_map_count", show_max_map_count, store_max_map_count),
	CONSTANT("mmap_min_addr", show_mmap_min_addr),
	CONSTANT("overcommit_memory", show_overcommit),
	{ .name = NULL },
};

/* ------------------------------------------------------------------ kernel */

static int show_line(struct seq *s, const char *text)
{
	seq_printf(s, "%s\n", text);
	return 0;
}

/* Names are zeroes behind their end. */
static int store_name(char *name, const char *text)
{
	if (strlen(text) >= UTS_LEN)
		return -EINVAL;
	memset(name, 0, UTS_LEN);
	strcpy(name, text);
	return 0;
}

static int show_hostname(struct seq *s, const struct proc_target *t __unused)
{
	return show_line(s, system_utsname.nodename);
}

static int store_hostname(const struct proc_target *t __unused, char *text)
{
	return store_name(system_utsname.nodename, text);
}

static int show_domainname(struct seq *s, const struct proc_target *t __unused)
{
	return show_line(s, system_utsname.domainname);
}

static int store_domainname(const struct proc_target *t __unused, char *text)
{
	return store_name(system_utsname.domainname, text);
}

static int show_osrelease(struct seq *s, const struct proc_target *t __unused)
{
	return show_line(s, system_utsname.release);
}

static int show_ostype(struct seq *s, const struct proc_target *t __unused)
{
	return show_line(s, system_utsname.sysname);
}

static int show_osversion(struct seq *s, const struct proc_target *t __unused)
{
	return show_line(s, system_utsname.version);
}

static int show_pid_max(struct seq *s, const struct proc_target *t __unused)
{
	return show_number(s, PID_MAX);
}

static int show_threads_max(struct seq *s, const struct proc_target *t __unused)
{
	return show_number(s, max_nr_tasks());
}

#define DEFAULT_LEVELS	"6\t1\t7"	/* of a message that names none, lowest, at boot */

static int show_printk(struct seq *s, const struct proc_target *t __unused)
{
	seq_printf(s, "%d\t" DEFAULT_LEVELS "\n", console_loglevel);
	return 0;
}

/* Only the first number, the console's level, can be set. */
static int store_printk(const struct proc_target *t __unused, char *text)
{
	unsigned long value;
	int error = get_number(text, 0, 15, &value);

	if (!error)
		console_loglevel = value;
	return error;
}

/* The classes of events that go to the log. */
static int show_trace(struct seq *s, const struct proc_target *t __unused)
{
	const char *name, *comma = "";

	for (unsigned int i = 0; (name = event_class_name(i)); i++) {
		if (!(trace_mask & 1U << i))
			continue;
		seq_printf(s, "%s%s", comma, name);
		comma = ",";
	}
	seq_puts(s, "\n");
	return 0;
}

static int store_trace(const struct proc_target *t __unused, char *text)
{
	return trace_set(text);
}

static void seq_uuid(struct seq *s, const u8 *id)
{
	for (unsigned int i = 0; i < 16; i++)
		seq_printf(s, "%s%02x", i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "", id[i]);
	seq_puts(s, "\n");
}

/* RFC 4122, 4.4: version 4, random. */
static void make_uuid(u8 id[16])
{
	get_random_bytes(id, 16);
	id[6] = (id[6] & 0x0f) | 0x40;
	id[8] = (id[8] & 0x3f) | 0x80;
}

static int show_uuid(struct seq *s, const struct proc_target *t __unused)
{
	u8 id[16];

	make_uuid(id);
	seq_uuid(s, id);
	return 0;
}

static int show_boot_id(struct seq *s, const struct proc_target *t __unused)
{
	static u8 id[16];

	if (!id[8])
		make_uuid(id);
	seq_uuid(s, id);
	return 0;
}

static int show_entropy(struct seq *s, const struct proc_target *t __unused)
{
	return show_number(s, 256);
}

static const struct proc_entry random_entries[] = {
	CONSTANT("boot_id", show_boot_id),
	CONSTANT("entropy_avail", show_entropy),
	CONSTANT("poolsize", show_entropy),
	CONSTANT("uuid", show_uuid),
	{ .name = NULL },
};

static const struct proc_entry kernel_entries[] = {
	SETTING("domainname", show_domainname, store_domainname),
	SETTING("hostname", show_hostname, store_hostname),
	CONSTANT("osrelease", show_osrelease),
	CONSTANT("ostype", show_ostype),
	CONSTANT("pid_max", show_pid_max),
	SETTING("printk", show_printk, store_printk),
	PROC_DIR("random", 0555, random_entries),
	CONSTANT("threads-max", show_threads_max),
	SETTING("trace", show_trace, store_trace),
	CONSTANT("version", show_osversion),
	{ .name = NULL },
};

/* ------------------------------------------------------------------ fs, and all of it */

/* No limit but memory; as Linux says it. */
static int show_file_max(struct seq *s, const struct proc_target *t __unused)
{
	return show_number(s, 0x7fffffff);
}

static const struct proc_entry fs_entries[] = {
	CONSTANT("file-max", show_file_max),
	{ .name = NULL },
};

const struct proc_entry proc_sys_entries[] = {
	PROC_DIR("fs", 0555, fs_entries),
	PROC_DIR("kernel", 0555, kernel_entries),
	PROC_DIR("vm", 0555, vm_entries),
	{ .name = NULL },
};
