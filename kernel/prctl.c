/* SPDX-License-Identifier: MIT */
/* prctl.c - prctl(2) and personality(2): settings of a task that concern only itself. */
#include <nopage/err.h>
#include <nopage/mm.h>
#include <nopage/sched.h>
#include <nopage/string.h>
#include <nopage/syscalls.h>
#include <asm/uaccess.h>
#include <uapi/prctl.h>

#define PERSONALITY_QUERY 0xffffffffUL	/* only tell */

static long set_name(long user)
{
	char name[TASK_COMM_LEN];
	long len = strncpy_from_user(name, (char *)user, sizeof(name) - 1);

	if (len < 0)
		return len;
	name[len] = '\0';
	strscpy(current->comm, name, sizeof(current->comm));
	return 0;
}

static long get_name(long user)
{
	char name[TASK_COMM_LEN] = { 0 };

	strscpy(name, current->comm, sizeof(name));
	return copy_to_user((void *)user, name, sizeof(name)) ? -EFAULT : 0;
}

static long set_dumpable(unsigned long value)
{
	if (value > 1)
		return -EINVAL;
	current->mm->dumpable = value;
	return 0;
}

static long set_death_signal(unsigned long sig)
{
	if (sig > NSIG)
		return -EINVAL;
	current->pdeath_signal = sig;
	return 0;
}

static long set_no_new_privs(long arg2, long arg3, long arg4, long arg5)
{
	if (arg2 != 1 || arg3 || arg4 || arg5)
		return -EINVAL;
	current->cred.no_new_privs = true;
	return 0;
}

/* prctl_set - the options that change something. -EINVAL: it is none of them. */
static long prctl_set(long option, long arg2, long arg3, long arg4, long arg5)
{
	switch (option) {
	case PR_SET_PDEATHSIG:
		return set_death_signal(arg2);
	case PR_SET_DUMPABLE:
		return set_dumpable(arg2);
	case PR_SET_NAME:
		return set_name(arg2);
	case PR_SET_CHILD_SUBREAPER:
		current->signal->child_subreaper = arg2;
		return 0;
	case PR_SET_NO_NEW_PRIVS:
		return set_no_new_privs(arg2, arg3, arg4, arg5);
	}
	return -EINVAL;
}

long sys_prctl(long option, long arg2, long arg3, long arg4, long arg5)
{
	switch (option) {
	case PR_GET_PDEATHSIG:
		return put_user(current->pdeath_signal, (int *)arg2);
	case PR_GET_DUMPABLE:
		return current->mm->dumpable;
	case PR_GET_NAME:
		return get_name(arg2);
	case PR_CAPBSET_READ:
		return (unsigned long)arg2 > CAP_LAST ? -EINVAL : 1;
	case PR_GET_SECUREBITS:
		return 0;		/* root's rights are as they always were */
	case PR_GET_CHILD_SUBREAPER:
		return put_user((int)current->signal->child_subreaper, (int *)arg2);
	case PR_GET_NO_NEW_PRIVS:
		if (arg2 || arg3 || arg4 || arg5)
			return -EINVAL;
		return current->cred.no_new_privs;
	}
	return prctl_set(option, arg2, arg3, arg4, arg5);
}

/*
 * sys_personality - the one before. There is only Linux's here, and addresses are never random, so
 * that the flags of setarch(8) hold already; they are kept, and inherited, to be read again.
 */
long sys_personality(long persona)
{
	unsigned long before = current->personality;

	if ((unsigned long)persona != PERSONALITY_QUERY)
		current->personality = persona;
	return before;
}
