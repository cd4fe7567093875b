/* SPDX-License-Identifier: MIT */
/* cpuinfo.c - what /proc tells about the processor, and about where a task sleeps on its stack. */
#include "internal.h"
#include <nopage/ksyms.h>
#include <nopage/sched.h>
#include <nopage/string.h>
#include <asm/sections.h>

/* Intel SDM vol. 2, CPUID: leaves 0 and 1, and 0x80000002 to 4 (the brand string). */
void get_cpu_info(struct cpu_info *info)
{
	u32 max, a, b, c, d, name[12] = { 0 };
	u32 vendor[3];

	cpuid(0, &info->level, &vendor[0], &vendor[2], &vendor[1]);
	memcpy(info->vendor, vendor, sizeof(vendor));
	info->vendor[sizeof(vendor)] = '\0';
	cpuid(1, &a, &b, &c, &d);
	info->features = d;
	info->stepping = a & 15;
	info->model = a >> 4 & 15;
	info->family = a >> 8 & 15;
	if (info->family == 6 || info->family == 15)
		info->model |= a >> 12 & 0xf0;
	if (info->family == 15)
		info->family += a >> 20 & 0xff;
	cpuid(0x80000000, &max, &b, &c, &d);
	for (u32 i = 0; max >= 0x80000004 && i < 3; i++)
		cpuid(0x80000002 + i, &name[4 * i], &name[4 * i + 1], &name[4 * i + 2],
		      &name[4 * i + 3]);
	memcpy(info->model_name, name, sizeof(name));
	info->model_name[sizeof(name)] = '\0';
}

const char *cpu_feature_name(unsigned int bit)
{
	static const char *const names[32] = {
		"fpu", "vme", "de", "pse", "tsc", "msr", "pae", "mce", "cx8", "apic", NULL, "sep",
		"mtrr", "pge", "mca", "cmov", "pat", "pse36", "pn", "clflush", NULL, "dts", "acpi",
		"mmx", "fxsr", "sse", "sse2", "ss", "ht", "tm", "ia64", "pbe",
	};

	return bit < ARRAY_SIZE(names) ? names[bit] : NULL;
}

/* Is ip in a function that only gives the CPU away for its caller? */
static bool in_scheduler(unsigned long ip)
{
	static const char *const names[] = {
		"schedule", "schedule_timeout", "context_switch", "switch_to", "switch_stack",
		"finish_task_switch", "sleep_step", "pick_next", "wait_for_completion",
		"prepare_to_wait", "finish_wait", "mutex_lock", "__down_read_slow",
		"__down_write_slow",
	};
	const char *name = ksym_lookup(ip, NULL);

	for (unsigned int i = 0; name && i < ARRAY_SIZE(names); i++)
		if (!strcmp(name, names[i]))
			return true;
	return !name;
}

/* Does the instruction before ip call? E8 rel32, or FF /2 of two to seven bytes. */
static bool is_return_address(unsigned long ip)
{
	const u8 *code = (const u8 *)ip;

	if (ip < (unsigned long)_text + 7 || ip >= (unsigned long)_etext)
		return false;
	if (code[-5] == 0xe8)
		return true;
	for (int len = 2; len <= 7; len++)
		if (code[-len] == 0xff && (code[1 - len] & 0x38) == 0x10)
			return true;
	return false;
}

/* Without frame pointers (release build): the first word that looks like a return address is it. */
unsigned long get_wchan(const struct task_struct *p)
{
	const u32 *word = (const u32 *)p->thread.sp;
	const u32 *end = p->stack + THREAD_SIZE;

	if (p == current || !(p->state & (TASK_INTERRUPTIBLE | TASK_UNINTERRUPTIBLE)))
		return 0;
	for (; (const void *)word >= p->stack && word < end; word++)
		if (is_return_address(*word) && !in_scheduler(*word))
			return *word;
	return 0;
}
