/* SPDX-License-Identifier: MIT */
/*
 * panic.c - the end after an impossible state: say everything that helps, then stop.
 *
 * Nothing here waits, takes a lock or trusts a pointer; a second panic on the way ends at once.
 */
#include <nopage/bug.h>
#include <nopage/events.h>
#include <nopage/mm.h>
#include <nopage/printf.h>
#include <nopage/printk.h>
#include <nopage/sched.h>
#include <asm/irq.h>

#define PANIC_EVENTS	16

static unsigned int panics;
static char reason[512];

static bool readable(const void *object, size_t size)
{
	unsigned long first = (unsigned long)object;

	return kernel_addr_valid(first) && kernel_addr_valid(first + size - 1);
}

static void show_mm(const char *name, const struct mm_struct *mm)
{
	if (!mm) {
		printk(KERN_ERR "%s: none\n", name);
	} else if (!readable(mm, sizeof(*mm))) {
		printk(KERN_ERR "%s: bad pointer %p\n", name, mm);
	} else {
		printk(KERN_ERR "%s: %p mm_users %d mm_count %d pgd %p map_count %d rss %lu\n", name,
		       mm, atomic_read(&mm->mm_users), atomic_read(&mm->mm_count), mm->pgd,
		       mm->map_count, mm->rss);
	}
}

static void show_task(const struct task_struct *task)
{
	if (!readable(task, sizeof(*task))) {
		printk(KERN_ERR "task: bad pointer %p\n", task);
		return;
	}
	printk(KERN_ERR "task: %p \"%.16s\" pid %d tgid %d state %d, stack %p, preempt_count %d\n",
	       task, task->comm, task->pid, task->tgid, task->state, task->stack,
	       this_cpu()->preempt_count);
	show_mm("mm", task->mm);
	if (task->active_mm != task->mm)
		show_mm("active_mm", task->active_mm);
}

static void __noreturn report(const struct pt_regs *regs)
{
	console_loglevel = 8;
	printk(KERN_ERR "PANIC: %s\n", reason);
	show_regs(regs);
	show_backtrace(regs);
	show_task(current);
	printk(KERN_ERR "last events:\n");
	show_events(PANIC_EVENTS);
	printk(KERN_ERR "end of PANIC: %s\n", reason);
	machine_panic_exit();
}

static void __noreturn __printf(2, 0) vpanic(const struct pt_regs *regs, const char *fmt,
					     va_list args)
{
	char second[128];

	local_irq_disable();
	printk_emergency();
	if (panics++ == 0) {
		vscnprintf(reason, sizeof(reason), fmt, args);
		report(regs);
	}
	if (panics == 2) {
		vscnprintf(second, sizeof(second), fmt, args);
		printk(KERN_ERR "PANIC while reporting a panic: %s\n", second);
	}
	machine_panic_exit();
}

void panic_regs(const struct pt_regs *regs, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vpanic(regs, fmt, args);
}

void panic(const char *fmt, ...)
{
	struct pt_regs regs;
	va_list args;

	capture_regs(&regs);
	va_start(args, fmt);
	vpanic(&regs, fmt, args);
}

void bug_at(const char *file, int line, const char *what)
{
	panic("BUG at %s:%d: %s", file, line, what);
}
