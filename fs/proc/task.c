/* SPDX-License-Identifier: MIT */
/*
 * task.c - from numbers to tasks, and the short files about one.
 *
 * Nothing here keeps a task from exiting: every look finds it again by number and birth.
 */
#include "internal.h"
#include <nopage/err.h>
#include <nopage/ksyms.h>
#include <nopage/string.h>
#include <asm/ptrace.h>

/* ------------------------------------------------------------------ finding tasks */

struct task_struct *node_task(const struct proc_node *node)
{
	struct task_struct *p;

	if (!node->task.pid)
		return NULL;
	spin_lock(&tasklist_lock);
	p = find_task_by_pid(node->task.pid);
	if (p && p->start_time != node->task.birth)
		p = NULL;
	if (p)
		get_task_struct(p);
	spin_unlock(&tasklist_lock);
	return p;
}

long next_task(struct task_struct *whose, unsigned int n)
{
	struct task_struct *p;
	long best = -1;

	spin_lock(&tasklist_lock);
	list_for_each_entry(p, &task_list, tasks) {
		if (whose ? p->tgid != whose->tgid : p->group_leader != p)
			continue;
		if ((unsigned int)p->pid >= n && (best < 0 || p->pid < best))
			best = p->pid;
	}
	spin_unlock(&tasklist_lock);
	return best;
}

/*
 * get_task_mm - p's address space with mm_users raised, or NULL: it has none (any more). Between
 * the two steps nothing sleeps, so that on one CPU p cannot have left it.
 */
struct mm_struct *get_task_mm(struct task_struct *p)
{
	struct mm_struct *mm = READ_ONCE(p->mm);

	BUILD_BUG_ON(NR_CPUS != 1);
	return mm && mmget_not_zero(mm, EVM_LOOK) ? mm : NULL;
}

/* ------------------------------------------------------------------ short ones */

int show_comm(struct seq *s, const struct proc_target *t)
{
	seq_printf(s, "%s\n", t->task->comm);
	return 0;
}

/* Only for a thread of the own process, as on Linux. */
int store_comm(const struct proc_target *t, char *text)
{
	if (t->task->tgid != current->tgid)
		return -EINVAL;
	strscpy(t->task->comm, text, TASK_COMM_LEN);
	return 0;
}

static void limit_value(struct seq *s, unsigned long value)
{
	if (value == RLIM_INFINITY)
		seq_printf(s, "%-20s ", "unlimited");
	else
		seq_printf(s, "%-20lu ", value);
}

int show_limits(struct seq *s, const struct proc_target *t)
{
	static const struct {
		const char *name, *unit;
	} names[RLIM_NLIMITS] = {
		{ "Max cpu time", "seconds" }, { "Max file size", "bytes" },
		{ "Max data size", "bytes" }, { "Max stack size", "bytes" },
		{ "Max core file size", "bytes" }, { "Max resident set", "bytes" },
		{ "Max processes", "processes" }, { "Max open files", "files" },
		{ "Max locked memory", "bytes" }, { "Max address space", "bytes" },
		{ "Max file locks", "locks" }, { "Max pending signals", "signals" },
		{ "Max msgqueue size", "bytes" }, { "Max nice priority", "" },
		{ "Max realtime priority", "" }, { "Max realtime timeout", "us" },
	};
	struct rlimit rlim[RLIM_NLIMITS];
	const struct signal_struct *sig;

	spin_lock(&tasklist_lock);
	sig = t->task->signal;
	if (sig)
		memcpy(rlim, sig->rlim, sizeof(rlim));
	spin_unlock(&tasklist_lock);
	if (!sig)
		return -ESRCH;
	seq_printf(s, "%-25s %-20s %-20s %-10s\n", "Limit", "Soft Limit", "Hard Limit", "Units");
	for (unsigned int i = 0; i < RLIM_NLIMITS; i++) {
		seq_printf(s, "%-25s ", names[i].name);
		limit_value(s, rlim[i].rlim_cur);
		limit_value(s, rlim[i].rlim_max);
		if (*names[i].unit)
			seq_printf(s, "%-10s", names[i].unit);
		seq_puts(s, "\n");
	}
	return 0;
}

/* Who may not look into the process learns as little as of a running one. */
int show_wchan(struct seq *s, const struct proc_target *t)
{
	unsigned long ip = may_look_into(t->task) ? get_wchan(t->task) : 0;
	const char *name = ip ? ksym_lookup(ip, NULL) : NULL;

	seq_puts(s, name ? name : "0");
	return 0;
}

/* Number and arguments of the call a sleeping task is in, stack and instruction pointer. */
int show_syscall(struct seq *s, const struct proc_target *t)
{
	struct task_struct *p = t->task;
	const struct pt_regs *regs;

	if (p->state == TASK_RUNNING) {
		seq_puts(s, "running\n");
		return 0;
	}
	if (p->flags & PF_KTHREAD || !p->stack) {
		seq_puts(s, "-1 0x0 0x0\n");
		return 0;
	}
	regs = task_pt_regs(p);
	seq_printf(s, "%d 0x%x 0x%x 0x%x 0x%x 0x%x 0x%x 0x%x 0x%x\n", (int)regs->orig_ax, regs->bx,
		   regs->cx, regs->dx, regs->si, regs->di, regs->bp, regs->sp, regs->ip);
	return 0;
}

/* In thousandths of the memory there is, as the choice of a victim would count it. */
int show_oom_score(struct seq *s, const struct proc_target *t)
{
	struct mm_struct *mm = get_task_mm(t->task);
	unsigned long score = 0;

	if (mm) {
		score = mm->rss * 1000 / totalram_pages();
		mmput(mm, EVM_LOOK);
	}
	seq_printf(s, "%lu\n", score);
	return 0;
}
