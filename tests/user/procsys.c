/* SPDX-License-Identifier: MIT */
/* The files of /proc about the system, against proc(5): labels, units, what has to fit together. */
#define _GNU_SOURCE
#include "slurp.h"
#include "tmpdir.h"

#include <ctype.h>
#include <sys/syscall.h>
#include <time.h>

/* Is every line of text one for fn? Lines lose their ends; text is used up. */
static int every_line(int (*fn)(char *line))
{
	int lines = 0;

	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"), lines++)
		if (!fn(line)) {
			say("# %s", line);
			return 0;
		}
	return lines > 0;
}

/* The number behind "name", up to a blank or colon, of the file; or -1. */
static long long value(const char *path, const char *name)
{
	size_t length = strlen(name);
	char *line;

	slurp(path);
	for (line = text; line && *line; line = strchr(line, '\n'), line += line != NULL)
		if (!strncmp(line, name, length) && (line[length] == ' ' || line[length] == ':'))
			return strtoll(line + length + 1, NULL, 10);
	return -1;
}

static long long mem(const char *name)
{
	return value("/proc/meminfo", name);
}

static int is_meminfo(char *line)
{
	char name[32], unit[8], *end;
	long long n;

	if (sscanf(line, "%31[^:]: %lld %7s", name, &n, unit) != 3)
		return !strncmp(line, "HugePages_", 10);
	end = strstr(line, " kB");
	return n >= 0 && end && !end[3] && !strcmp(unit, "kB") && end - line >= 24;
}

/* On a large machine 8 MiB drown in what processors keep for themselves. */
static void test_meminfo(void)
{
	static const char *const names[] = {
		"MemTotal", "MemFree", "MemAvailable", "Buffers", "Cached", "SwapCached", "Active",
		"Inactive", "SwapTotal", "SwapFree", "Dirty", "Writeback", "AnonPages", "Mapped",
		"Shmem", "KReclaimable", "Slab", "SReclaimable", "SUnreclaim", "KernelStack",
		"PageTables", "CommitLimit", "Committed_AS", "VmallocTotal", "VmallocUsed",
	};
	const size_t size = 8 << 20;
	long long before, with, after;
	int all = 1, large = mem("MemTotal") > 1 << 20, fd;

	for (unsigned int i = 0; i < sizeof(names) / sizeof(*names); i++)
		all &= mem(names[i]) >= 0;
	ok(all, "meminfo: the labels of proc(5)");
	slurp("/proc/meminfo");
	ok(!strncmp(text, "MemTotal: ", 10), "MemTotal comes first");
	ok(strstr(text, "\nMemFree: ") < strstr(text, "\nMemAvailable: "), "then the rest in order");
	ok(every_line(is_meminfo), "numbers of kB in a column");
	ok(mem("MemAvailable") <= mem("MemTotal"), "MemAvailable is not more than MemTotal");
	ok(mem("MemFree") <= mem("MemTotal") && mem("Cached") < mem("MemTotal"), "nor are the others");
	slurp("/proc/meminfo");
	ok(mem("SReclaimable") + mem("SUnreclaim") - mem("Slab") < 1024, "Slab is the sum of its parts");

	before = mem("MemAvailable");
	fd = syscall(SYS_memfd_create, "m", 0);
	is(posix_fallocate(fd, 0, size), 0, "8 MiB of a file in memory");
	with = mem("MemAvailable");
	ok(large || before - with > 6 << 10, "MemAvailable falls");
	ok(large || mem("Shmem") >= 8 << 10, "Shmem counts it");
	close(fd);
	after = mem("MemAvailable");
	ok(large || after - with > 6 << 10, "and rises when it is gone");
}

static int is_vmstat(char *line)
{
	char *p = line;

	while (islower((unsigned char)*p) || isdigit((unsigned char)*p) || *p == '_')
		p++;
	if (p == line || *p++ != ' ' || !*p)
		return 0;
	while (isdigit((unsigned char)*p))
		p++;
	return !*p;
}

static void test_vmstat(void)
{
	long long faults = value("/proc/vmstat", "pgfault");
	char *p = map(64, PROT_READ | PROT_WRITE, MAP_PRIVATE);

	madvise(p, 64 * PAGE, MADV_NOHUGEPAGE);
	for (int i = 0; i < 64; i++)
		p[i * PAGE] = 1;
	ok(value("/proc/vmstat", "pgfault") >= faults + 64, "vmstat: pgfault counts");
	ok(value("/proc/vmstat", "pgmajfault") >= 0, "pgmajfault");
	ok(value("/proc/vmstat", "nr_free_pages") > 0, "nr_free_pages");
	ok(value("/proc/vmstat", "nr_anon_pages") >= 64, "nr_anon_pages counts");
	ok(value("/proc/vmstat", "nr_mapped") > 0 && value("/proc/vmstat", "nr_file_pages") > 0 &&
	   value("/proc/vmstat", "nr_shmem") >= 0 && value("/proc/vmstat", "nr_page_table_pages") > 0,
	   "and those of files and tables");
	slurp("/proc/vmstat");
	ok(every_line(is_vmstat), "every line: a name, a blank, a number");
	munmap(p, 64 * PAGE);
}

static int is_stat(char *line)
{
	char *p = line;

	if (!islower((unsigned char)*p))
		return 0;
	while (islower((unsigned char)*p) || isdigit((unsigned char)*p) || *p == '_')
		p++;
	while (*p == ' ' || isdigit((unsigned char)*p))
		p++;
	return !*p;
}

static void test_stat(void)
{
	long long cpu[10], sum, cpu0[10], switches = value("/proc/stat", "ctxt"), forks;
	char *line;

	slurp("/proc/stat");
	is(sscanf(text, "cpu  %lld %lld %lld %lld %lld %lld %lld %lld %lld %lld", cpu, cpu + 1,
		  cpu + 2, cpu + 3, cpu + 4, cpu + 5, cpu + 6, cpu + 7, cpu + 8, cpu + 9), 10,
	   "stat: ten times of all processors");
	line = strstr(text, "\ncpu0 ");
	is(line ? sscanf(line, "\ncpu0 %lld %lld %lld %lld", cpu0, cpu0 + 1, cpu0 + 2, cpu0 + 3) : 0,
	   4, "and of each");
	sum = cpu[0] + cpu[2] + cpu[3];
	ok(sum > 0 && cpu0[0] + cpu0[2] + cpu0[3] <= sum, "which are parts of the first");
	ok(strstr(text, "\nintr ") && strstr(text, "\nbtime ") && strstr(text, "\nprocesses ") &&
	   strstr(text, "\nprocs_running ") && strstr(text, "\nprocs_blocked "),
	   "interrupts, boot time, processes");
	ok(every_line(is_stat), "every line: a name and numbers");
	usleep(20000);
	ok(value("/proc/stat", "ctxt") > switches, "ctxt counts");
	ok(value("/proc/stat", "procs_running") >= 1, "who looks is running");
	ok(value("/proc/stat", "btime") <= time(NULL), "the boot was before now");
	forks = value("/proc/stat", "processes");
	exits(in_child(write_byte, text), 0, "a process");
	ok(value("/proc/stat", "processes") > forks, "is counted");
}

/* Linux may show hashes of addresses: some of them happen to be aligned, but not all. */
static int hashed, mismatches;

/* start-end size what .. */
static int is_vmallocinfo(char *line)
{
	unsigned long long start, end;
	unsigned long size;
	char what[16];

	if (sscanf(line, "0x%llx-0x%llx %lu %15s", &start, &end, &size, what) != 4)
		return 0;
	hashed += start % PAGE != 0;
	mismatches += end - start != size;
	return size % PAGE == 0;
}

static void test_vmallocinfo(void)
{
	ok(slurp("/proc/vmallocinfo") >= 0, "vmallocinfo");
	ok(!*text || (every_line(is_vmallocinfo) && (hashed || !mismatches)),
	   "start-end, size in bytes, whose");
}

static void test_status(void)
{
	static const char *const names[] = {
		"CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb", "SigPnd", "ShdPnd", "SigBlk",
		"SigIgn", "SigCgt",
	};
	char *p, line[64], *end;
	int all = 1;
	long peak;

	slurp("/proc/self/status");
	for (unsigned int i = 0; i < sizeof(names) / sizeof(*names); i++) {
		snprintf(line, sizeof(line), "\n%s:\t", names[i]);
		p = strstr(text, line);
		all &= p && strtoull(p + strlen(line), &end, 16) + 1 &&
		       end == p + strlen(line) + 16 && *end == '\n';
	}
	ok(all, "status: sets of 16 hexadecimal digits");
	ok(value("/proc/self/status", "VmPeak") >= value("/proc/self/status", "VmSize"),
	   "VmPeak is not less than VmSize");
	p = map(256, PROT_READ, MAP_PRIVATE);
	peak = value("/proc/self/status", "VmPeak");
	munmap(p, 256 * PAGE);
	ok(value("/proc/self/status", "VmPeak") >= peak, "and stays when memory goes");
	ok(value("/proc/self/status", "VmSize") <= peak - 1024, "where VmSize falls");
	p = map(1024, PROT_READ, MAP_PRIVATE);
	peak = value("/proc/self/status", "VmPeak");
	mremap(p, 1024 * PAGE, 1024 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, (void *)0x20000000);
	is(value("/proc/self/status", "VmPeak"), peak, "memory that moves is not twice as much");
	munmap((void *)0x20000000, 1024 * PAGE);
	p = map(65536, PROT_NONE, MAP_PRIVATE);
	peak = value("/proc/self/status", "VmPTE");
	mremap(p, 65536 * PAGE, 65536 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, (void *)0x20000000);
	ok(value("/proc/self/status", "VmPTE") < peak + 64, "untouched, it needs no page tables");
	munmap((void *)0x20000000, 65536 * PAGE);
	p = map(1024, PROT_READ | PROT_WRITE, MAP_PRIVATE);
	memset(p, 1, 1024 * PAGE);
	munmap(p, 1024 * PAGE);
	ok(value("/proc/self/status", "VmHWM") > value("/proc/self/status", "VmRSS") + 3072,
	   "VmHWM stays when memory goes");
}

int main(void)
{
	plan(36);
	test_meminfo();
	test_vmstat();
	test_stat();
	test_vmallocinfo();
	test_status();
	return done();
}
