/* SPDX-License-Identifier: MIT */
/* cpuinfo.c - what the processor tells about itself (Intel SDM vol. 2, CPUID); random numbers. */
#include <asm/processor.h>
#include "internal.h"
#include <nopage/string.h>

#define LEAF_BRAND	0x80000002		/* three leaves of 16 letters */
#define RDRAND_TRIES	10			/* it fails when it is asked too fast */

u32 cpu_features(void)
{
	return cpuid(1).edx;
}

void get_cpu_info(struct cpu_info *info)
{
	struct cpuid id = cpuid(0);
	u32 vendor[3] = { id.ebx, id.edx, id.ecx };

	memset(info, 0, sizeof(*info));
	info->level = id.eax;
	memcpy(info->vendor, vendor, sizeof(vendor));
	id = cpuid(1);
	info->features = id.edx;
	info->stepping = id.eax & 15;
	info->model = id.eax >> 4 & 15;
	info->family = id.eax >> 8 & 15;
	if (info->family == 6 || info->family == 15)
		info->model |= id.eax >> 12 & 0xf0;
	if (info->family == 15)
		info->family += id.eax >> 20 & 0xff;
	if (cpuid(0x80000000).eax < LEAF_BRAND + 2)
		return;
	for (u32 i = 0; i < 3; i++) {
		id = cpuid(LEAF_BRAND + i);
		memcpy(info->model_name + 16 * i, &id, sizeof(id));
	}
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

/* RDRAND, Intel SDM vol. 2. */
bool arch_random_word(u32 *word)
{
	u8 ok = 0;

	if (!(cpuid(1).ecx & CPUID_RDRAND))
		return false;
	for (unsigned int i = 0; i < RDRAND_TRIES && !ok; i++)
		__asm__ __volatile__(".byte 0x0f, 0xc7, 0xf0\n"	/* rdrand %eax */
				     "setc %1" : "=a"(*word), "=qm"(ok) : : "cc");
	return ok;
}
