/* SPDX-License-Identifier: MIT */
/* system.h - what uname, sysinfo, getrusage, prlimit64 and reboot pass, Linux i386. */
#ifndef NOPAGE_UAPI_SYSTEM_H
#define NOPAGE_UAPI_SYSTEM_H

#include <uapi/time.h>

#define UTS_LEN	65

struct new_utsname {
	char sysname[UTS_LEN], nodename[UTS_LEN], release[UTS_LEN];
	char version[UTS_LEN], machine[UTS_LEN], domainname[UTS_LEN];
};

struct sysinfo {
	long uptime;
	unsigned long loads[3];
	unsigned long totalram, freeram, sharedram, bufferram, totalswap, freeswap;
	unsigned short procs, pad;
	unsigned long totalhigh, freehigh;
	unsigned int mem_unit;
	char unused[8];
};

#define RUSAGE_SELF	0
#define RUSAGE_CHILDREN	(-1)
#define RUSAGE_THREAD	1

struct rusage {
	struct timeval32 ru_utime, ru_stime;
	long ru_maxrss, ru_ixrss, ru_idrss, ru_isrss, ru_minflt, ru_majflt, ru_nswap;
	long ru_inblock, ru_oublock, ru_msgsnd, ru_msgrcv, ru_nsignals, ru_nvcsw, ru_nivcsw;
};

struct rlimit64 {
	unsigned long long rlim_cur, rlim_max;
};

#define LINUX_REBOOT_MAGIC1	0xfee1dead
#define LINUX_REBOOT_MAGIC2	672274793
#define LINUX_REBOOT_MAGIC2A	85072278
#define LINUX_REBOOT_MAGIC2B	369367448
#define LINUX_REBOOT_MAGIC2C	537993216

#define RB_AUTOBOOT		0x01234567
#define RB_HALT_SYSTEM		0xcdef0123
#define RB_ENABLE_CAD		0x89abcdef
#define RB_DISABLE_CAD		0x00000000
#define RB_POWER_OFF		0x4321fedc

#endif
