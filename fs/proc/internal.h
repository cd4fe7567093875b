/* SPDX-License-Identifier: MIT */
/* internal.h - what only fs/proc/ (and its tests) may see: text buffers, the tables of files. */
#ifndef FS_PROC_INTERNAL_H
#define FS_PROC_INTERNAL_H

#include "../internal.h"
#include <nopage/mm.h>
#include <nopage/sched.h>

/* ------------------------------------------------------------------ seq.c: text that grows */

/* Used by one task at a time: who shares a file's text locks the file. */
struct seq {
	struct list_head pages;		/* of page.list; all but the last are full */
	size_t len;
	int error;			/* -ENOMEM: the text is not complete */
};

void seq_init(struct seq *s);
void seq_free(struct seq *s);		/* back to an empty text */
void seq_write(struct seq *s, const void *data, size_t len);
void seq_puts(struct seq *s, const char *text);
void seq_printf(struct seq *s, const char *fmt, ...) __printf(2, 3);	/* up to SEQ_LINE bytes */
#define SEQ_LINE	512
/* seq_escape - the text, special characters as \ooo. */
void seq_escape(struct seq *s, const char *text, const char *special);
/* seq_to_user - copy the text from pos on to user memory; bytes or -EFAULT. Sleeps. */
ssize_t seq_to_user(const struct seq *s, size_t pos, char *buf, size_t count);

/* ------------------------------------------------------------------ the files */

/*
 * Which task a file below /proc/PID is about: a number, and the birth of its holder, so that
 * another task that gets the number later is not taken for it. No reference: tasks are not kept by
 * files.
 */
struct task_id {
	pid_t pid;			/* 0: not about a task */
	u64 birth;			/* task_struct.start_time */
};

/* What a show function gets. */
struct proc_target {
	struct task_struct *task;	/* referenced; NULL outside of /proc/PID */
	unsigned int fd;		/* in fd/ and fdinfo/ */
	void *data;			/* the entry's */
};

typedef int proc_show_t(struct seq *s, const struct proc_target *t);

/*
 * One name in a directory of /proc, constant. What a file has to say comes from show, as a whole;
 * what is written to it goes to store.
 */
struct proc_entry {
	const char *name;
	mode_t mode;			/* S_IF* | rights */
	bool private;			/* only for who may look into the process */
	bool setting;			/* below sys/: root cannot do what mode does not allow either */
	/* Files: all of their text. Links without follow: their target. 0 or -Exxx. */
	proc_show_t *show;
	/* text: what was written, less than a page, NUL behind it; settings: without its newline */
	int (*store)(const struct proc_target *t, char *text);
	void *data;			/* for these two, if they serve several entries */
	const struct file_operations *fop;	/* files that need other ones than proc_text_fops */
	const struct proc_entry *dir;		/* directories: entries, up to a NULL name; or NULL */
	const struct proc_numbers *numbers;	/* directories: names that come and go; or NULL */
	/* Links to a place, not a text: where they lead, counted, or ERR_PTR. */
	struct dentry *(*follow)(const struct proc_target *t);
};

/* A directory of numbers: processes, threads, descriptors. */
struct proc_numbers {
	const struct proc_entry *entry;		/* what each of them is; its name is not used */
	bool tasks;				/* the number is a task's, else a descriptor's */
	/* The smallest number from n on that is there, or -1. task: whose directory it is, or NULL. */
	long (*next)(struct task_struct *task, unsigned int n);
};

/* inode->private of every inode here. */
struct proc_node {
	const struct proc_entry *entry;
	struct task_id task;
	unsigned int fd;
};

static inline const struct proc_node *proc_node(const struct inode *inode)
{
	return inode->private;
}

#define PROC_FILE(name_, rights, show_) \
	{ .name = name_, .mode = S_IFREG | (rights), .show = show_ }
#define PROC_PRIVATE(name_, rights, show_) \
	{ .name = name_, .mode = S_IFREG | (rights), .private = true, .show = show_ }
#define PROC_LINK(name_, follow_) \
	{ .name = name_, .mode = S_IFLNK | 0777, .private = true, .follow = follow_ }
#define PROC_FOPS(name_, rights, fop_) \
	{ .name = name_, .mode = S_IFREG | (rights), .fop = fop_ }
#define PROC_DIR(name_, rights, dir_) \
	{ .name = name_, .mode = S_IFDIR | (rights), .dir = dir_ }

/* inode.c */
#define PROC_ROOT_INO	1
/* node_task - the task that a file is about, referenced; NULL: it is gone, or there is none. */
struct task_struct *node_task(const struct proc_node *node);

#define KIB(pages)	((unsigned long)(pages) << (PAGE_SHIFT - 10))

/* text.c: operations of files with show and store; also of a task; those that tell of mounts */
extern const struct file_operations proc_text_fops, proc_task_fops, proc_mounts_fops;
/* proc_show - the whole text of a file or link. 0, -ESRCH: its task is gone, -EACCES, .. Sleeps. */
int proc_show(const struct proc_node *node, struct seq *s);

/* root.c, sys.c: tables */
extern const struct proc_entry proc_root_entry;
extern const struct proc_entry proc_tgid_entry;	/* /proc/PID */
extern const struct proc_entry proc_tid_entry;	/* /proc/PID/task/TID */
extern const struct proc_entry proc_sys_entries[];

/* task.c: from a task to what it has; see there */
struct mm_struct *get_task_mm(struct task_struct *p);
/* May the current task see what p does: its memory, files, where it stands? */
static inline bool may_look_into(const struct task_struct *p)
{
	return ptrace_may_access(p, current->cred.fsuid, current->cred.fsgid);
}
/* next_task - for struct proc_numbers: processes, or with a task the threads of its process. */
long next_task(struct task_struct *whose, unsigned int n);
int store_comm(const struct proc_target *t, char *text);
extern proc_show_t show_comm, show_limits, show_wchan, show_syscall, show_oom_score;

/* status.c */
extern proc_show_t show_stat, show_thread_stat, show_status, show_statm;

/* maps.c */
extern proc_show_t show_maps, show_smaps, show_smaps_rollup;
/* What is mapped in (a part of) an address space, in bytes. */
struct mapped {
	unsigned long anon, file, shmem;	/* frames, but the zero page: together the rss */
	unsigned long shared_clean, shared_dirty, private_clean, private_dirty;
	unsigned long referenced;
	u64 pss, pss_dirty;			/* shared frames by their share, << PSS_SHIFT */
	u64 pss_anon, pss_file, pss_shmem;
};
#define PSS_SHIFT	12
/* count_mapped - add what one area maps. mmap_sem held. */
void count_mapped(struct mapped *m, struct vm_area_struct *vma);

/* mem.c */
extern proc_show_t show_cmdline, show_environ;
extern const struct file_operations proc_pagemap_fops, proc_mem_fops;

/* fd.c */
extern const struct proc_numbers proc_fd_numbers, proc_fdinfo_numbers;
struct dentry *follow_exe(const struct proc_target *t);
struct dentry *follow_cwd(const struct proc_target *t);
struct dentry *follow_root(const struct proc_target *t);
/* show_path - of a file or directory as the reader sees it, as seq_escape() does it; or -Exxx. */
int show_path(struct seq *s, struct dentry *dentry, const char *special);

/* mounts.c */
extern proc_show_t show_mounts, show_mountinfo, show_filesystems, show_devices;

/* memory.c, system.c: files of the root */
extern proc_show_t show_meminfo, show_vmstat, show_buddyinfo, show_zoneinfo, show_slabinfo,
		   show_vmallocinfo, show_system_stat, show_uptime, show_loadavg, show_cpuinfo,
		   show_version, show_kernel_cmdline, show_interrupts, show_swaps;

/* events.c */
extern const struct file_operations proc_events_fops;

#endif
