/* SPDX-License-Identifier: MIT */
/* root.c - the names in /proc and in /proc/PID. */
#include "internal.h"
#include <nopage/string.h>

static int show_self(struct seq *s, const struct proc_target *t __unused)
{
	seq_printf(s, "%d", current->tgid);
	return 0;
}

static int show_thread_self(struct seq *s, const struct proc_target *t __unused)
{
	seq_printf(s, "%d/task/%d", current->tgid, current->pid);
	return 0;
}

static int show_self_mounts(struct seq *s, const struct proc_target *t __unused)
{
	seq_puts(s, "self/mounts");
	return 0;
}

/* What the directories of a process and of a thread have in common. */
#define TASK_ENTRIES								\
	PROC_LINK("cwd", follow_cwd),						\
	PROC_LINK("exe", follow_exe),						\
	PROC_LINK("root", follow_root),						\
	{ .name = "fd", .mode = S_IFDIR | 0500, .private = true,		\
	  .numbers = &proc_fd_numbers },					\
	{ .name = "fdinfo", .mode = S_IFDIR | 0555, .private = true,		\
	  .numbers = &proc_fdinfo_numbers },					\
	PROC_FOPS("mem", 0600, &proc_mem_fops),					\
	PROC_FOPS("pagemap", 0400, &proc_pagemap_fops),				\
	{ .name = "comm", .mode = S_IFREG | 0644, .show = show_comm, .store = store_comm }, \
	PROC_PRIVATE("maps", 0444, show_maps),					\
	PROC_PRIVATE("smaps", 0444, show_smaps),				\
	PROC_PRIVATE("smaps_rollup", 0444, show_smaps_rollup),			\
	PROC_PRIVATE("environ", 0400, show_environ),				\
	PROC_PRIVATE("syscall", 0400, show_syscall),				\
	PROC_FILE("wchan", 0444, show_wchan),					\
	PROC_FILE("cmdline", 0444, show_cmdline),				\
	PROC_FILE("limits", 0444, show_limits),					\
	{ .name = "mountinfo", .mode = S_IFREG | 0444, .show = show_mountinfo,	\
	  .fop = &proc_mounts_fops },						\
	{ .name = "mounts", .mode = S_IFREG | 0444, .show = show_mounts,	\
	  .fop = &proc_mounts_fops },						\
	PROC_FILE("oom_score", 0444, show_oom_score),				\
	PROC_FILE("statm", 0444, show_statm),					\
	PROC_FILE("status", 0444, show_status)

static const struct proc_entry tid_entries[] = {
	TASK_ENTRIES,
	PROC_FILE("stat", 0444, show_thread_stat),
	{ .name = NULL },
};

const struct proc_entry proc_tid_entry = PROC_DIR("TID", 0555, tid_entries);

static const struct proc_numbers threads = {
	.entry = &proc_tid_entry,
	.tasks = true,
	.next = next_task,
};

static const struct proc_entry tgid_entries[] = {
	TASK_ENTRIES,
	PROC_FILE("stat", 0444, show_stat),
	{ .name = "task", .mode = S_IFDIR | 0555, .numbers = &threads },
	{ .name = NULL },
};

const struct proc_entry proc_tgid_entry = PROC_DIR("PID", 0555, tgid_entries);

static const struct proc_numbers processes = {
	.entry = &proc_tgid_entry,
	.tasks = true,
	.next = next_task,
};

static const struct proc_entry root_entries[] = {
	{ .name = "self", .mode = S_IFLNK | 0777, .show = show_self },
	{ .name = "thread-self", .mode = S_IFLNK | 0777, .show = show_thread_self },
	{ .name = "mounts", .mode = S_IFLNK | 0777, .show = show_self_mounts },
	PROC_FILE("buddyinfo", 0444, show_buddyinfo),
	PROC_FILE("cmdline", 0444, show_kernel_cmdline),
	PROC_FILE("cpuinfo", 0444, show_cpuinfo),
	PROC_FILE("devices", 0444, show_devices),
	PROC_FOPS("events", 0600, &proc_events_fops),
	PROC_FILE("filesystems", 0444, show_filesystems),
	PROC_FILE("interrupts", 0444, show_interrupts),
	PROC_FILE("loadavg", 0444, show_loadavg),
	PROC_FILE("meminfo", 0444, show_meminfo),
	PROC_FILE("slabinfo", 0400, show_slabinfo),
	PROC_FILE("stat", 0444, show_system_stat),
	PROC_FILE("swaps", 0444, show_swaps),
	PROC_DIR("sys", 0555, proc_sys_entries),
	PROC_FILE("uptime", 0444, show_uptime),
	PROC_FILE("version", 0444, show_version),
	PROC_FILE("vmallocinfo", 0400, show_vmallocinfo),
	PROC_FILE("vmstat", 0444, show_vmstat),
	PROC_FILE("zoneinfo", 0444, show_zoneinfo),
	{ .name = NULL },
};

const struct proc_entry proc_root_entry = {
	.mode = S_IFDIR | 0555,
	.dir = root_entries,
	.numbers = &processes,
};
