/* SPDX-License-Identifier: MIT */
/* The vDSO: found by the auxiliary vector, with the symbols that C libraries look for. */
#define _GNU_SOURCE
#include "tap.h"

#include <elf.h>
#include <sys/auxv.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>

#include "rawsys.h"

struct time64 {
	long long sec;
	int nsec, pad;
};

struct time32 {
	int sec, nsec;
};

static const char *image;

/* The dynamic section's value of a tag, as an address. */
static const void *dynamic(int tag)
{
	const Elf32_Ehdr *elf = (const Elf32_Ehdr *)image;
	const Elf32_Phdr *ph = (const Elf32_Phdr *)(image + elf->e_phoff);

	for (int i = 0; i < elf->e_phnum; i++) {
		const Elf32_Dyn *dyn = (const Elf32_Dyn *)(image + ph[i].p_offset);

		for (; ph[i].p_type == PT_DYNAMIC && dyn->d_tag != DT_NULL; dyn++)
			if (dyn->d_tag == tag)
				return image + dyn->d_un.d_ptr;
	}
	return NULL;
}

static const char *version_name(int index)
{
	const Elf32_Verdef *def = dynamic(DT_VERDEF);
	const char *strings = dynamic(DT_STRTAB);

	for (; def; def = (const Elf32_Verdef *)((const char *)def + def->vd_next)) {
		const Elf32_Verdaux *aux = (const Elf32_Verdaux *)((const char *)def + def->vd_aux);

		if (def->vd_ndx == index)
			return strings + aux->vda_name;
		if (!def->vd_next)
			break;
	}
	return "";
}

static void *lookup(const char *name, const char *version)
{
	const Elf32_Sym *sym = dynamic(DT_SYMTAB);
	const char *strings = dynamic(DT_STRTAB);
	const unsigned short *versym = dynamic(DT_VERSYM);
	const Elf32_Word *hash = dynamic(DT_HASH);

	if (!sym || !strings || !versym || !hash)
		return NULL;
	for (unsigned int i = 1; i < hash[1]; i++)
		if (!strcmp(strings + sym[i].st_name, name) && sym[i].st_shndx != SHN_UNDEF &&
		    !strcmp(version_name(versym[i] & 0x7fff), version))
			return (void *)(image + sym[i].st_value);
	return NULL;
}

static long long ns_of(long long sec, int nsec)
{
	return sec * 1000000000LL + nsec;
}

/* The kernel's own answer before and after must enclose the vDSO's. */
static int agrees(int (*get)(int, struct time64 *), int clock)
{
	struct time64 before, now, after;

	for (int i = 0; i < 200; i++) {
		sys2(SYS_clock_gettime64, clock, (long)&before);
		if (get(clock, &now))
			return 0;
		sys2(SYS_clock_gettime64, clock, (long)&after);
		if (ns_of(before.sec, before.nsec) > ns_of(now.sec, now.nsec) ||
		    ns_of(now.sec, now.nsec) > ns_of(after.sec, after.nsec))
			return 0;
	}
	return 1;
}

static void test_clocks(void)
{
	int (*get64)(int, struct time64 *) = lookup("__vdso_clock_gettime64", "LINUX_2.6");
	int (*get32)(int, struct time32 *) = lookup("__vdso_clock_gettime", "LINUX_2.6");
	int (*timeofday)(struct time32 *, void *) = lookup("__vdso_gettimeofday", "LINUX_2.6");
	int (*seconds)(int *) = lookup("__vdso_time", "LINUX_2.6");
	struct time64 t64;
	struct time32 t32;
	int now;

	if (!ok(get64 && get32 && timeofday && seconds, "the clocks, version LINUX_2.6"))
		return;
	sys2(SYS_clock_gettime64, CLOCK_REALTIME, (long)&t64);
	ok(agrees(get64, CLOCK_MONOTONIC), "CLOCK_MONOTONIC is the kernel's");
	ok(agrees(get64, CLOCK_REALTIME), "CLOCK_REALTIME is the kernel's");
	is(get64(CLOCK_PROCESS_CPUTIME_ID, &t64), 0, "a clock that it asks the kernel for");
	is(get64(99, &t64), -EINVAL, "no such clock");
	get32(CLOCK_REALTIME, &t32);
	timeofday(&t32, NULL);
	now = seconds(NULL);
	ok(now >= t32.sec - 1 && now <= t32.sec + 1, "time and gettimeofday");
}

static int write_to_it(void *arg)
{
	return write_byte(arg);
}

int main(void)
{
	image = (const char *)getauxval(AT_SYSINFO_EHDR);
	plan(12);
	if (!ok(image != NULL, "AT_SYSINFO_EHDR"))
		return done();
	ok(!memcmp(image, ELFMAG, SELFMAG), "an ELF image");
	ok(lookup("__kernel_vsyscall", "LINUX_2.5") == (void *)getauxval(AT_SYSINFO),
	   "AT_SYSINFO is __kernel_vsyscall");
	ok(lookup("__kernel_sigreturn", "LINUX_2.5") != NULL, "__kernel_sigreturn");
	ok(lookup("__kernel_rt_sigreturn", "LINUX_2.5") != NULL, "__kernel_rt_sigreturn");
	test_clocks();
	killed_by(in_child(write_to_it, (void *)image), SIGSEGV, "it cannot be written to");
	return done();
}
