/* SPDX-License-Identifier: MIT */
/* system.c - the machine and its time: stat, uptime, loadavg, cpuinfo, interrupts and names. */
#include "internal.h"
#include <nopage/init.h>
#include <nopage/ksyms.h>
#include <nopage/math64.h>
#include <nopage/string.h>
#include <nopage/uts.h>
#include <asm/irq.h>
#include <asm/timer.h>

static unsigned int count_blocked(void)
{
	unsigned int n;

	spin_lock(&tasklist_lock);
	n = nr_uninterruptible();
	spin_unlock(&tasklist_lock);
	return n;
}

/* Times in ticks, which are USER_HZ: user nice system idle iowait irq softirq steal guest .. */
int show_system_stat(struct seq *s, const struct proc_target *t __unused)
{
	const struct cpu_stat *stat = &this_cpu()->stat;
	u32 count;

	for (unsigned int i = 0; i < 2; i++)
		seq_printf(s, "%s %u 0 %u %u 0 0 0 0 0 0\n", i ? "cpu0" : "cpu ", stat->ticks_user,
			   stat->ticks_system, stat->ticks_idle);
	seq_printf(s, "intr %u", stat->irqs);
	for (unsigned int irq = 0; irq < NR_IRQS; irq++) {
		irq_stat(irq, &count);
		seq_printf(s, " %u", count);
	}
	seq_printf(s, "\nctxt %u\n", stat->switches);
	seq_printf(s, "btime %llu\n",
		   div_u64(ktime_get_real_ns() - ktime_get_ns(), NSEC_PER_SEC));
	seq_printf(s, "processes %lu\n", READ_ONCE(nr_forks));
	seq_printf(s, "procs_running %u\n", nr_running());
	seq_printf(s, "procs_blocked %u\n", count_blocked());
	return 0;
}

int show_uptime(struct seq *s, const struct proc_target *t __unused)
{
	u32 idle = this_cpu()->stat.ticks_idle, ns;
	u64 sec = div_u64_rem(ktime_get_ns(), NSEC_PER_SEC, &ns);

	seq_printf(s, "%llu.%02u %u.%02u\n", sec, ns / (NSEC_PER_SEC / 100), idle / HZ,
		   idle % HZ * 100 / HZ);
	return 0;
}

int show_loadavg(struct seq *s, const struct proc_target *t __unused)
{
	const u32 half = (1U << LOAD_SHIFT) / 200;

	for (unsigned int i = 0; i < ARRAY_SIZE(avenrun); i++) {
		u32 load = avenrun[i] + half;

		seq_printf(s, "%u.%02u ", load >> LOAD_SHIFT,
			   ((load & ((1U << LOAD_SHIFT) - 1)) * 100) >> LOAD_SHIFT);
	}
	seq_printf(s, "%u/%lu %d\n", nr_running(), READ_ONCE(nr_tasks), READ_ONCE(last_pid));
	return 0;
}

int show_cpuinfo(struct seq *s, const struct proc_target *t __unused)
{
	u32 khz = arch_tsc_khz();
	struct cpu_info info;
	const char *name;

	get_cpu_info(&info);
	seq_printf(s, "processor\t: 0\nvendor_id\t: %s\ncpu family\t: %u\nmodel\t\t: %u\n",
		   info.vendor, info.family, info.model);
	seq_printf(s, "model name\t: %s\nstepping\t: %u\n", info.model_name, info.stepping);
	seq_printf(s, "cpu MHz\t\t: %u.%03u\n", khz / 1000, khz % 1000);
	seq_puts(s, "fdiv_bug\t: no\nf00f_bug\t: no\ncoma_bug\t: no\n");
	seq_puts(s, "fpu\t\t: yes\nfpu_exception\t: yes\n");
	seq_printf(s, "cpuid level\t: %u\nwp\t\t: yes\nflags\t\t:", info.level);
	for (unsigned int bit = 0; bit < 32; bit++) {
		name = cpu_feature_name(bit);
		if (name && info.features & 1U << bit)
			seq_printf(s, " %s", name);
	}
	seq_printf(s, "\nbogomips\t: %u.%02u\n", khz / 500, khz / 5 % 100);
	seq_puts(s, "clflush size\t: 32\ncache_alignment\t: 32\n"
		 "address sizes\t: 32 bits physical, 32 bits virtual\npower management:\n\n");
	return 0;
}

int show_version(struct seq *s, const struct proc_target *t __unused)
{
	seq_printf(s, "%s version %s %s\n", system_utsname.sysname, system_utsname.release,
		   system_utsname.version);
	return 0;
}

int show_kernel_cmdline(struct seq *s, const struct proc_target *t __unused)
{
	seq_puts(s, boot_info.cmdline);
	seq_puts(s, "\n");
	return 0;
}

int show_interrupts(struct seq *s, const struct proc_target *t __unused)
{
	irq_handler_t handler;
	const char *name;
	u32 count;

	seq_puts(s, "           CPU0       \n");
	for (unsigned int irq = 0; irq < NR_IRQS; irq++) {
		handler = irq_stat(irq, &count);
		name = handler ? ksym_lookup((unsigned long)handler, NULL) : NULL;
		if (handler)
			seq_printf(s, "%3u: %10u    XT-PIC      %s\n", irq, count,
				   name ? name : "?");
	}
	return 0;
}

int show_swaps(struct seq *s, const struct proc_target *t __unused)
{
	seq_puts(s, "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n");
	return 0;
}
