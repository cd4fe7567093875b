/* SPDX-License-Identifier: MIT */
/*
 * status.c - what a process is, in numbers (stat, statm) and in words (status).
 *
 * What belongs to the process as a whole is read under tasklist_lock, in one go, into a struct
 * task_info; a task that has been reaped by then has no signal_struct any more and gives -ESRCH.
 */
#include "internal.h"
#include <nopage/err.h>
#include <nopage/math64.h>
#include <nopage/string.h>
#include <nopage/tty.h>
#include <uapi/sched.h>

/* ------------------------------------------------------------------ what a process is */

struct task_info {
	pid_t ppid, pgrp, session, tpgid;
	dev_t tty;
	unsigned int threads;
	int exit_signal, exit_code;
	struct task_times own, children;
	sigset_t pending, shared_pending, blocked, ignored, caught;
	unsigned int queued;
	unsigned long rss_limit, queue_limit;
	struct cred cred;
};

/* The letter is what ps shows. */
static const char *state_name(const struct task_struct *p)
{
	switch (p->state) {
	case TASK_RUNNING:
		return "R (running)";
	case TASK_INTERRUPTIBLE:
		return "S (sleeping)";
	case TASK_UNINTERRUPTIBLE:
	case TASK_KILLABLE:
		return "D (disk sleep)";
	case TASK_STOPPED:
		return "T (stopped)";
	case TASK_ZOMBIE:
		return "Z (zombie)";
	}
	return "X (dead)";
}

static void get_signals(const struct task_struct *p, struct task_info *info)
{
	struct sighand_struct *sighand = p->sighand;
	unsigned long flags = spin_lock_irqsave(&sighand->siglock);

	info->pending = p->pending.signal;
	info->shared_pending = p->signal->shared_pending.signal;
	info->queued = p->signal->nr_queued;
	info->blocked = p->blocked;
	info->ignored = 0;
	info->caught = 0;
	for (unsigned int i = 0; i < NSIG; i++) {
		unsigned long handler = sighand->action[i].handler;

		if (handler == SIG_IGN)
			info->ignored |= 1ULL << i;
		else if (handler != SIG_DFL)
			info->caught |= 1ULL << i;
	}
	spin_unlock_irqrestore(&sighand->siglock, flags);
}

/* whole: times of the process, else of the thread p alone. 0, or -ESRCH: p has been reaped. */
static int get_info(struct task_struct *p, bool whole, struct task_info *info)
{
	const struct signal_struct *sig;
	struct task_struct *thread;

	spin_lock(&tasklist_lock);
	sig = p->signal;
	if (!sig) {
		spin_unlock(&tasklist_lock);
		return -ESRCH;
	}
	*info = (struct task_info){
		.ppid = p->group_leader->parent->tgid,
		.pgrp = sig->pgrp, .session = sig->session,
		.threads = 1,
		.exit_signal = p->exit_signal, .exit_code = p->exit_code,
		.own = p->used,
		.children = sig->children,
		.rss_limit = sig->rlim[RLIMIT_RSS].rlim_cur,
		.queue_limit = sig->rlim[RLIMIT_SIGPENDING].rlim_cur,
		.cred = p->cred,
	};
	list_for_each_entry(thread, &p->group_leader->thread_group, thread_group)
		info->threads++;
	if (whole)
		process_times(p, &info->own);
	get_signals(p, info);
	tty_of(p, &info->tty, &info->tpgid);
	spin_unlock(&tasklist_lock);
	return 0;
}

/* ------------------------------------------------------------------ stat, statm */

/* Bits that programs look at, by Linux's values. */
#define LINUX_PF_EXITING	0x00000004
#define LINUX_PF_FORKNOEXEC	0x00000040
#define LINUX_PF_KTHREAD	0x00200000

static u32 linux_flags(const struct task_struct *p)
{
	return (p->flags & PF_EXITING ? LINUX_PF_EXITING : 0) |
	       (p->flags & PF_FORKNOEXEC ? LINUX_PF_FORKNOEXEC : 0) |
	       (p->flags & PF_KTHREAD ? LINUX_PF_KTHREAD : 0);
}

/* ns -> clock ticks, which are USER_HZ = HZ. */
static u64 ns_to_ticks(u64 ns)
{
	return div_u64(ns, 1000000000 / HZ);
}

/* The fields from vsize to kstkeip; addresses only for who may look into the process. */
static void stat_mm(struct seq *s, const struct task_info *info, const struct mm_struct *mm,
		    bool look)
{
	static const struct mm_struct none;

	seq_printf(s, " %lu %lu %lu", mm ? mm->total_vm << PAGE_SHIFT : 0UL, mm ? mm->rss : 0UL,
		   info->rss_limit);
	if (!mm || !look)
		mm = &none;
	seq_printf(s, " %lu %lu %lu 0 0", mm->start_code, mm->end_code, mm->start_stack);
}

static int do_stat(struct seq *s, struct task_struct *p, bool whole)
{
	struct mm_struct *mm;
	struct task_info i;
	bool look = may_look_into(p), sleeps;
	int error = get_info(p, whole, &i);

	if (error)
		return error;
	mm = get_task_mm(p);
	seq_printf(s, "%d (%s) %c %d %d %d %u %d %u %lu %lu %lu %lu", p->pid, p->comm,
		   *state_name(p), i.ppid, i.pgrp, i.session, i.tty, i.tpgid, linux_flags(p),
		   i.own.min_flt, i.children.min_flt, i.own.maj_flt, i.children.maj_flt);
	seq_printf(s, " %llu %llu %llu %llu %d %d %u 0 %llu", i.own.utime, i.own.stime,
		   i.children.utime, i.children.stime, 20 + p->nice, p->nice, i.threads,
		   ns_to_ticks(p->start_time));
	stat_mm(s, &i, mm, look);
	seq_printf(s, " %u %u %u %u", (u32)i.pending & 0x7fffffff, (u32)i.blocked & 0x7fffffff,
		   (u32)i.ignored & 0x7fffffff, (u32)i.caught & 0x7fffffff);
	/* For a process of several threads, where one of them sleeps would say nothing. */
	sleeps = look && (!whole || i.threads == 1) && p->state != TASK_RUNNING;
	seq_printf(s, " %u 0 0 %d %u 0 %d 0 0 0", sleeps, i.exit_signal, this_cpu()->id,
		   SCHED_OTHER);
	if (mm && look)
		seq_printf(s, " %lu %lu %lu %lu %lu %lu %lu", mm->start_data, mm->end_data,
			   mm->start_brk, mm->arg_start, mm->arg_end, mm->env_start, mm->env_end);
	else
		seq_puts(s, " 0 0 0 0 0 0 0");
	seq_printf(s, " %d\n", look ? i.exit_code : 0);
	if (mm)
		mmput(mm, EVM_LOOK);
	return 0;
}

int show_stat(struct seq *s, const struct proc_target *t)
{
	return do_stat(s, t->task, true);
}

int show_thread_stat(struct seq *s, const struct proc_target *t)
{
	return do_stat(s, t->task, false);
}

/* Pages of an address space by what they are for. */
struct mm_pages {
	struct mapped mapped;
	unsigned long data, stack, exec;	/* private writable; growing; executable */
};

/* mmap_sem held. */
static void get_mm_pages(struct mm_struct *mm, struct mm_pages *pages)
{
	*pages = (struct mm_pages){ .data = 0 };
	for (struct vm_area_struct *vma = mm->mmap; vma; vma = vma->vm_next) {
		unsigned long n = (vma->vm_end - vma->vm_start) >> PAGE_SHIFT;
		unsigned long flags = vma->vm_flags;

		if (flags & VM_GROWSDOWN)
			pages->stack += n;
		else if ((flags & (VM_WRITE | VM_SHARED)) == VM_WRITE)
			pages->data += n;
		else if (flags & VM_EXEC && !(flags & VM_WRITE))
			pages->exec += n;
		count_mapped(&pages->mapped, vma);
	}
}

static unsigned long text_pages(const struct mm_struct *mm)
{
	return (PAGE_ALIGN(mm->end_code) - (mm->start_code & PAGE_MASK)) >> PAGE_SHIFT;
}

int show_statm(struct seq *s, const struct proc_target *t)
{
	struct mm_struct *mm = get_task_mm(t->task);
	struct mm_pages pages;

	if (!mm) {
		seq_puts(s, "0 0 0 0 0 0 0\n");
		return 0;
	}
	down_read(&mm->mmap_sem);
	get_mm_pages(mm, &pages);
	seq_printf(s, "%lu %lu %lu %lu 0 %lu 0\n", mm->total_vm, mm->rss,
		   (pages.mapped.file + pages.mapped.shmem) >> PAGE_SHIFT, text_pages(mm),
		   pages.data + pages.stack);
	up_read(&mm->mmap_sem);
	mmput(mm, EVM_LOOK);
	return 0;
}

/* ------------------------------------------------------------------ status */

static void status_cred(struct seq *s, const struct cred *c, struct task_struct *p)
{
	seq_printf(s, "Uid:\t%u\t%u\t%u\t%u\n", c->uid, c->euid, c->suid, c->fsuid);
	seq_printf(s, "Gid:\t%u\t%u\t%u\t%u\n", c->gid, c->egid, c->sgid, c->fsgid);
	seq_printf(s, "FDSize:\t%u\n", task_fd_size(p));
	seq_puts(s, "Groups:\t");
	for (unsigned int i = 0; c->groups && i < c->groups->nr; i++)
		seq_printf(s, "%u ", c->groups->gid[i]);
	seq_puts(s, c->groups && c->groups->nr ? "\n" : " \n");
}

static void status_kib(struct seq *s, const char *name, unsigned long kib)
{
	seq_printf(s, "%s:\t%8lu kB\n", name, kib);
}

static void status_mm(struct seq *s, struct mm_struct *mm)
{
	struct mm_pages pages;
	unsigned long text;

	down_read(&mm->mmap_sem);
	get_mm_pages(mm, &pages);
	text = text_pages(mm);
	status_kib(s, "VmPeak", KIB(mm_peak_vm(mm)));
	status_kib(s, "VmSize", KIB(mm->total_vm));
	status_kib(s, "VmLck", 0);
	status_kib(s, "VmPin", 0);
	status_kib(s, "VmHWM", KIB(mm_peak_rss(mm)));
	status_kib(s, "VmRSS", KIB(mm->rss));
	status_kib(s, "RssAnon", pages.mapped.anon >> 10);
	status_kib(s, "RssFile", pages.mapped.file >> 10);
	status_kib(s, "RssShmem", pages.mapped.shmem >> 10);
	status_kib(s, "VmData", KIB(pages.data));
	status_kib(s, "VmStk", KIB(pages.stack));
	status_kib(s, "VmExe", KIB(text));
	status_kib(s, "VmLib", pages.exec > text ? KIB(pages.exec - text) : 0);
	status_kib(s, "VmPTE", KIB(nr_page_tables(mm)));
	status_kib(s, "VmSwap", 0);
	up_read(&mm->mmap_sem);
}

static void status_signals(struct seq *s, const struct task_info *i)
{
	seq_printf(s, "SigQ:\t%u/%lu\n", i->queued, i->queue_limit);
	seq_printf(s, "SigPnd:\t%016llx\n", i->pending);
	seq_printf(s, "ShdPnd:\t%016llx\n", i->shared_pending);
	seq_printf(s, "SigBlk:\t%016llx\n", i->blocked);
	seq_printf(s, "SigIgn:\t%016llx\n", i->ignored);
	seq_printf(s, "SigCgt:\t%016llx\n", i->caught);
	seq_printf(s, "CapInh:\t%016llx\n", 0ULL);
	seq_printf(s, "CapPrm:\t%016llx\n", cap_permitted(&i->cred));
	seq_printf(s, "CapEff:\t%016llx\n", cap_effective(&i->cred));
	seq_printf(s, "CapBnd:\t%016llx\n", CAP_ALL);
	seq_printf(s, "CapAmb:\t%016llx\n", 0ULL);	/* there is no ambient set */
	seq_printf(s, "NoNewPrivs:\t%d\n", i->cred.no_new_privs);
}

/* With newlines and backslashes as C writes them: one line, whatever the name is. */
static void status_name(struct seq *s, const char *comm)
{
	seq_puts(s, "Name:\t");
	for (; *comm; comm++) {
		if (*comm == '\n' || *comm == '\\')
			seq_puts(s, *comm == '\n' ? "\\n" : "\\\\");
		else
			seq_write(s, comm, 1);
	}
	seq_puts(s, "\n");
}

/* A task that has mm as its own: 0, there is none. */
static pid_t mm_owner(const struct mm_struct *mm)
{
	struct task_struct *p;
	pid_t pid = 0;

	spin_lock(&tasklist_lock);
	list_for_each_entry(p, &task_list, tasks)
		if (p->mm == mm && (!pid || p->pid < pid))
			pid = p->pid;
	spin_unlock(&tasklist_lock);
	return pid;
}

/* Nopage's own: the counts of the mm, ours not counted; or whose mm a kernel thread borrows. */
static void status_counts(struct seq *s, struct task_struct *p, struct mm_struct *mm)
{
	struct mm_struct *active = READ_ONCE(p->active_mm);
	pid_t owner;

	if (mm) {
		seq_printf(s, "MmUsers:\t%d\n", atomic_read(&mm->mm_users) - 1);
		seq_printf(s, "MmCount:\t%d\n", atomic_read(&mm->mm_count));
		seq_printf(s, "MapCount:\t%d\nDumpable:\t%d\n", mm->map_count, mm->dumpable);
		seq_printf(s, "MmapCacheHits:\t%lu\n", mm->cache_hits);
		seq_printf(s, "MmapCacheMisses:\t%lu\n", mm->cache_misses);
		seq_printf(s, "ActiveMm:\t%08lx\n", (unsigned long)mm);
		return;
	}
	if (!active) {
		seq_puts(s, "ActiveMm:\tnone\n");
		return;
	}
	seq_printf(s, "MmCount:\t%d\n", atomic_read(&active->mm_count));
	owner = active == &init_mm ? 0 : mm_owner(active);
	if (owner)
		seq_printf(s, "ActiveMm:\t%p (borrowed from pid %d)\n", active, owner);
	else
		seq_printf(s, "ActiveMm:\t%p (%s)\n", active,
			   active == &init_mm ? "init_mm" : "borrowed, its users are gone");
}

int show_status(struct seq *s, const struct proc_target *t)
{
	struct task_struct *p = t->task;
	struct mm_struct *mm;
	struct task_info i;
	int error = get_info(p, false, &i);

	if (error)
		return error;
	mm = get_task_mm(p);
	status_name(s, p->comm);
	if (READ_ONCE(p->fs))
		seq_printf(s, "Umask:\t%04o\n", task_umask(p));
	seq_printf(s, "State:\t%s\n", state_name(p));
	seq_printf(s, "Tgid:\t%d\nNgid:\t0\nPid:\t%d\nPPid:\t%d\nTracerPid:\t0\n", p->tgid, p->pid,
		   i.ppid);
	status_cred(s, &i.cred, p);
	seq_printf(s, "Kthread:\t%d\n", !!(p->flags & PF_KTHREAD));
	if (mm)
		status_mm(s, mm);
	seq_printf(s, "Threads:\t%u\n", i.threads);
	status_signals(s, &i);
	seq_puts(s, "Cpus_allowed:\t1\nCpus_allowed_list:\t0\n");
	seq_printf(s, "voluntary_ctxt_switches:\t%lu\nnonvoluntary_ctxt_switches:\t%lu\n", p->used.nvcsw,
		   p->used.switches - p->used.nvcsw);
	status_counts(s, p, mm);
	if (mm)
		mmput(mm, EVM_LOOK);
	return 0;
}
