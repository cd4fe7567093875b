/* SPDX-License-Identifier: MIT */
/* cred.h - whose task it is: user and group numbers, capabilities. */
#ifndef NOPAGE_CRED_H
#define NOPAGE_CRED_H

#include <nopage/types.h>

#define NGROUPS_MAX	65536

/* Supplementary groups, sorted, constant; shared by tasks after fork. */
struct group_info {
	atomic_t count;
	unsigned int nr;
	gid_t gid[];
};

/* The numbers of one kind: who started it, whose rights it has, whose it may take again. */
struct ids {
	u32 real, effective, saved, fs;
};

/*
 * Every task has its own; only it changes it, under tasklist_lock, so that others may look under
 * that lock. File systems check fsuid, fsgid, groups (in_group) and capable().
 */
struct cred {
	union {
		struct { uid_t uid, euid, suid, fsuid; };
		struct ids user;
	};
	union {
		struct { gid_t gid, egid, sgid, fsgid; };
		struct ids group;
	};
	struct group_info *groups;		/* counted; NULL: none */
	bool no_new_privs;			/* exec gives no rights; never cleared */
};

/* Capabilities that are looked at; there are CAP_LAST + 1 (Linux). */
#define CAP_CHOWN		0
#define CAP_DAC_OVERRIDE	1		/* files: all rights */
#define CAP_DAC_READ_SEARCH	2		/* files: read, directories: search */
#define CAP_FOWNER		3		/* files: what only the owner may do */
#define CAP_FSETID		4		/* set-ID bits stay when others write */
#define CAP_KILL		5
#define CAP_SETGID		6
#define CAP_SETUID		7
#define CAP_SYS_CHROOT		18
#define CAP_SYS_PTRACE		19
#define CAP_SYS_ADMIN		21
#define CAP_SYS_BOOT		22
#define CAP_SYS_NICE		23
#define CAP_SYS_RESOURCE	24
#define CAP_SYS_TIME		25
#define CAP_MKNOD		27
#define CAP_SYSLOG		34
#define CAP_LAST		40
#define CAP_ALL			((1ULL << (CAP_LAST + 1)) - 1)

/* What may be in effect, and what is, as bits CAP_*: the user numbers say it, see cred.c. */
u64 cap_permitted(const struct cred *c);
u64 cap_effective(const struct cred *c);
/* capable - has the current task that capability in effect? */
bool capable(unsigned int cap);
/* in_group - is gid the current task's fsgid or one of its groups? */
bool in_group(gid_t gid);
/* copy_cred, exit_cred - a new task's share of the groups of the task it is a copy of; its end. */
struct task_struct;
void copy_cred(struct task_struct *p);
void exit_cred(struct task_struct *p);
/*
 * prepare_exec_cred - in *new, what the current task will be when it runs a program whose set-ID
 * bits give it uid and gid (-1: none). Do these bits count, even if nothing changes by them?
 * commit_exec_cred() makes it so, once current->mm is the new one. Neither can fail.
 */
bool prepare_exec_cred(struct cred *new, uid_t uid, gid_t gid);
void commit_exec_cred(const struct cred *new);
/* cred_secure - has a program other rights than its caller (AT_SECURE)? */
static inline bool cred_secure(const struct cred *c)
{
	return c->euid != c->uid || c->egid != c->gid;
}

/* User and group numbers of the 16-bit calls: -1, in 16 bits, leaves one as it is. */
#define OLD_ID_MAX	0xffffU
#define OVERFLOW_ID	65534U		/* what they show for a number that does not fit */

static inline long widen_id(long id)
{
	return (u16)id == OLD_ID_MAX ? -1 : (u16)id;
}

static inline u16 narrow_id(u32 id)
{
	return id > OLD_ID_MAX ? OVERFLOW_ID : id;
}

#endif
