/* SPDX-License-Identifier: MIT */
/* mounts.c - mounts, mountinfo, filesystems and devices: what is mounted, and what could be. */
#include "internal.h"

#define SPECIAL " \t\n\\"			/* in names, that would look like what lies between them */

static const struct {
	unsigned long flag;
	const char *name;
} flag_names[] = {
	{ MS_SYNCHRONOUS, ",sync" }, { MS_DIRSYNC, ",dirsync" }, { MS_MANDLOCK, ",mand" },
	{ MS_NOSUID, ",nosuid" }, { MS_NODEV, ",nodev" }, { MS_NOEXEC, ",noexec" },
	{ MS_NOATIME, ",noatime" }, { MS_NODIRATIME, ",nodiratime" }, { MS_RELATIME, ",relatime" },
};

static const char *rw(const struct super_block *sb)
{
	return sb->flags & MS_RDONLY ? "ro" : "rw";
}

/* "rw,nosuid,.." */
static void show_flags(struct seq *s, const struct super_block *sb)
{
	seq_puts(s, rw(sb));
	for (unsigned int i = 0; i < ARRAY_SIZE(flag_names); i++)
		if (sb->flags & flag_names[i].flag)
			seq_puts(s, flag_names[i].name);
}

/* ",size=4k,.." */
static void show_options(struct seq *s, struct super_block *sb)
{
	char options[128];

	if (!sb->type->show_options)
		return;
	sb->type->show_options(sb, options, sizeof(options));
	seq_puts(s, options);
}

/* source where type options 0 0 */
static int show_mount(struct seq *s, struct super_block *sb)
{
	int error;

	seq_escape(s, sb->source, SPECIAL);
	seq_puts(s, " ");
	error = show_path(s, sb->root, SPECIAL);
	seq_printf(s, " %s ", sb->type->name);
	show_flags(s, sb);
	show_options(s, sb);
	seq_puts(s, " 0 0\n");
	return error;
}

/*
 * id parent-id major:minor root where options - type source options. A file system is mounted in
 * one place, so that its minor number is an identifier of the mount.
 */
static int show_mount_info(struct seq *s, struct super_block *sb)
{
	const struct super_block *parent = sb->mountpoint ? sb->mountpoint->sb : sb;
	int error;

	seq_printf(s, "%u %u %u:%u / ", MINOR(sb->dev), MINOR(parent->dev), MAJOR(sb->dev),
		   MINOR(sb->dev));
	error = show_path(s, sb->root, SPECIAL);
	seq_puts(s, " ");
	show_flags(s, sb);
	seq_printf(s, " - %s ", sb->type->name);
	seq_escape(s, sb->source, SPECIAL);
	seq_printf(s, " %s", rw(sb));
	show_options(s, sb);
	seq_puts(s, "\n");
	return error;
}

/* Those of all mounts, in order of mounting. 0 or -Exxx. */
static int show_all(struct seq *s, int (*show)(struct seq *s, struct super_block *sb))
{
	struct super_block *sb;
	int error = 0;

	mutex_lock(&mount_mutex);
	list_for_each_entry(sb, &mounts, list)
		error = error ?: show(s, sb);
	mutex_unlock(&mount_mutex);
	return error;
}

int show_mounts(struct seq *s, const struct proc_target *t __unused)
{
	return show_all(s, show_mount);
}

int show_mountinfo(struct seq *s, const struct proc_target *t __unused)
{
	return show_all(s, show_mount_info);
}

int show_filesystems(struct seq *s, const struct proc_target *t __unused)
{
	struct file_system_type *type;

	mutex_lock(&mount_mutex);
	list_for_each_entry(type, &filesystems, list)
		seq_printf(s, "nodev\t%s\n", type->name);
	mutex_unlock(&mount_mutex);
	return 0;
}

int show_devices(struct seq *s, const struct proc_target *t __unused)
{
	seq_puts(s, "Character devices:\n");
	for (const struct chrdev *d = chrdevs; d->name; d++)
		seq_printf(s, "%3u %s\n", MAJOR(d->dev), d->name);
	seq_puts(s, "\nBlock devices:\n");
	return 0;
}
