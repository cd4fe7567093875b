/* SPDX-License-Identifier: MIT */
/* sysinfo(2), and the numbers of this process. */
#define _GNU_SOURCE
#include "tap.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/sysinfo.h>
#include <time.h>

#include "rawsys.h"

int main(void)
{
	struct sysinfo before, after;
	struct timespec t;
	unsigned long long total, free_bytes;
	char *p;

	plan(14);
	is(sysinfo(&before), 0, "sysinfo");
	ok(before.mem_unit >= 1, "a unit of memory");
	total = (unsigned long long)before.totalram * before.mem_unit;
	free_bytes = (unsigned long long)before.freeram * before.mem_unit;
	ok(total > 4 << 20, "some memory");
	ok(free_bytes > 0 && free_bytes < total, "some of it free");
	ok(before.procs >= 1, "some processes");
	clock_gettime(CLOCK_BOOTTIME, &t);
	ok(before.uptime >= t.tv_sec - 1 && before.uptime <= t.tv_sec + 2, "up for some time");
	is(before.totalswap >= before.freeswap, 1, "swap makes sense");
	p = map(256, PROT_READ | PROT_WRITE, MAP_PRIVATE);
	memset(p, 1, 256 * PAGE);
	is(sysinfo(&after), 0, "again");
	ok(after.totalram == before.totalram, "as much memory as before");
	is(posix_fallocate(memfd_create("shared", 0), 0, 1 << 20), 0, "a file in memory");
	sysinfo(&after);
	ok((unsigned long long)after.sharedram * after.mem_unit >= 1 << 20, "is shared memory");
	is(sys1(SYS_sysinfo, KERNEL_ADDRESS), -EFAULT, "a bad pointer: EFAULT");
	is(sys0(SYS_gettid), getpid(), "the first thread has its process's number");
	is(sys1(SYS_set_tid_address, 0), getpid(), "and is told it");
	return done();
}
