/* SPDX-License-Identifier: MIT */
/* sys.c - system calls of a few lines: numbers, sysinfo, sched_yield, reboot. */
#include "internal.h"
#include <nopage/err.h>
#include <nopage/math64.h>
#include <nopage/mm.h>
#include <nopage/printk.h>
#include <nopage/string.h>
#include <nopage/syscalls.h>
#include <nopage/time.h>
#include <asm/uaccess.h>
#include <uapi/system.h>

/* ------------------------------------------------------------------ who am I */

long sys_getpid(void)
{
	return current->tgid;
}

long sys_gettid(void)
{
	return current->pid;
}

long sys_getppid(void)
{
	pid_t pid;

	spin_lock(&tasklist_lock);
	pid = current->group_leader->parent->tgid;
	spin_unlock(&tasklist_lock);
	return pid;
}

/* ------------------------------------------------------------------ the system */

/* Loads are << 16, LOAD_SHIFT is 11. */
long sys_sysinfo(long info)
{
	struct sysinfo si = {
		.uptime = div_u64(ktime_get_ns() + NSEC_PER_SEC - 1, NSEC_PER_SEC),
		.loads = { avenrun[0] << 5, avenrun[1] << 5, avenrun[2] << 5 },
		.totalram = totalram_pages() << PAGE_SHIFT,
		.freeram = nr_free_pages() << PAGE_SHIFT,
		.sharedram = nr_cached_pages() << PAGE_SHIFT,	/* all files are in memory */
		.procs = READ_ONCE(nr_tasks),
		.mem_unit = 1,
	};

	return copy_to_user((void *)info, &si, sizeof(si)) ? -EFAULT : 0;
}

long sys_sched_yield(void)
{
	schedule();
	return 0;
}

long sys_reboot(long magic1, long magic2, long cmd, long arg)
{
	if (!capable(CAP_SYS_BOOT))
		return -EPERM;
	if ((u32)magic1 != LINUX_REBOOT_MAGIC1 ||
	    (magic2 != LINUX_REBOOT_MAGIC2 && magic2 != LINUX_REBOOT_MAGIC2A &&
	     magic2 != LINUX_REBOOT_MAGIC2B && magic2 != LINUX_REBOOT_MAGIC2C))
		return -EINVAL;
	switch ((u32)cmd) {
	case RB_POWER_OFF:
		printk("reboot: power off\n");
		machine_exit(true);
	case RB_HALT_SYSTEM:
		printk("reboot: halt\n");
		machine_halt();
	case RB_AUTOBOOT:
		printk("reboot: restart\n");
		machine_restart();
	case RB_ENABLE_CAD:
	case RB_DISABLE_CAD:
		return 0;
	}
	return -EINVAL;
}
