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

#define SETTING(name_, show_, store_, data_)					\
	{ .name = name_, .mode = S_IFREG | 0644, .setting = true, .show = show_,	\
	  .store = store_, .data = data_ }
#define CONSTANT(name_, show_, data_)						\
	{ .name = name_, .mode = S_IFREG | 0444, .setting = true, .show = show_, .data = data_ }
#define NUMBER(name_, value_)	CONSTANT(name_, show_number, (void *)(value_))

static int show_number(struct seq *s, const struct proc_target *t)
{
	seq_printf(s, "%lu\n", (unsigned long)t->data);
	return 0;
}

static int show_string(struct seq *s, const struct proc_target *t)
{
	seq_printf(s, "%s\n", (const char *)t->data);
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
	seq_printf(s, "%d\n", sysctl_max_map_count);
	return 0;
}

static int store_max_map_count(const struct proc_target *t __unused, char *text)
{
	unsigned long value;
	int error = get_number(text, 0, 0x7fffffff, &value);

	if (!error)
		sysctl_max_map_count = value;
	return error;
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
	SETTING("max_map_count", show_max_map_count, store_max_map_count, NULL),
	NUMBER("mmap_min_addr", MMAP_MIN_ADDR),
	NUMBER("overcommit_memory", 1),		/* what can be mapped is not limited by what there is */
	{ .name = NULL },
};

/* ------------------------------------------------------------------ kernel */

/* A name of the system: zeroes behind its end. */
static int store_name(const struct proc_target *t, char *text)
{
	if (strlen(text) >= UTS_LEN)
		return -EINVAL;
	memset(t->data, 0, UTS_LEN);
	strcpy(t->data, text);
	return 0;
}

static int show_threads_max(struct seq *s, const struct proc_target *t __unused)
{
	seq_printf(s, "%lu\n", max_tasks);
	return 0;
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

static const struct proc_entry random_entries[] = {
	CONSTANT("boot_id", show_boot_id, NULL),
	NUMBER("entropy_avail", 256),
	NUMBER("poolsize", 256),
	CONSTANT("uuid", show_uuid, NULL),
	{ .name = NULL },
};

static const struct proc_entry kernel_entries[] = {
	SETTING("domainname", show_string, store_name, system_utsname.domainname),
	SETTING("hostname", show_string, store_name, system_utsname.nodename),
	CONSTANT("osrelease", show_string, system_utsname.release),
	CONSTANT("ostype", show_string, system_utsname.sysname),
	NUMBER("pid_max", PID_MAX),
	SETTING("printk", show_printk, store_printk, NULL),
	PROC_DIR("random", 0555, random_entries),
	CONSTANT("threads-max", show_threads_max, NULL),
	SETTING("trace", show_trace, store_trace, NULL),
	CONSTANT("version", show_string, system_utsname.version),
	{ .name = NULL },
};

/* ------------------------------------------------------------------ fs, and all of it */

static const struct proc_entry fs_entries[] = {
	NUMBER("file-max", 0x7fffffff),		/* no limit but memory; as Linux says it */
	{ .name = NULL },
};

const struct proc_entry proc_sys_entries[] = {
	PROC_DIR("fs", 0555, fs_entries),
	PROC_DIR("kernel", 0555, kernel_entries),
	PROC_DIR("vm", 0555, vm_entries),
	{ .name = NULL },
};
