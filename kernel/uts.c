/* SPDX-License-Identifier: MIT */
/*
 * uts.c - the names of the system: uname, hostname.
 *
 * The programs that run here are Linux programs: they expect that name, and the C library of
 * Debian wants at least release 3.2.
 */
#include <nopage/uts.h>
#include <nopage/cred.h>
#include <nopage/err.h>
#include <nopage/sched.h>
#include <nopage/string.h>
#include <nopage/syscalls.h>
#include <asm/uaccess.h>

struct new_utsname system_utsname = {
	.sysname = "Linux",
	.nodename = "nopage",
	.release = "3.2.0-nopage",
	.version = "Nopage 0.1",
	.machine = "i686",
	.domainname = "(none)",
};

/* A name may change during the copy, which may sleep for the user's page: it is still text. */
long sys_uname(long name)
{
	return copy_to_user((void *)name, &system_utsname, sizeof(system_utsname)) ? -EFAULT : 0;
}

static long set_name(char *to, long name, long len)
{
	char buf[UTS_LEN];

	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	if (len < 0 || len >= UTS_LEN)
		return -EINVAL;
	if (copy_from_user(buf, (void *)name, len))
		return -EFAULT;
	memset(to, 0, UTS_LEN);
	memcpy(to, buf, len);
	return 0;
}

long sys_sethostname(long name, long len)
{
	return set_name(system_utsname.nodename, name, len);
}

long sys_setdomainname(long name, long len)
{
	return set_name(system_utsname.domainname, name, len);
}
