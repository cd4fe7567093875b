/* SPDX-License-Identifier: MIT */
/* wait.h - options of wait4() and the layout of a wait status, Linux. */
#ifndef NOPAGE_UAPI_WAIT_H
#define NOPAGE_UAPI_WAIT_H

#define WNOHANG		0x00000001
#define WUNTRACED	0x00000002
#define WSTOPPED	WUNTRACED	/* waitid() */
#define WEXITED		0x00000004
#define WCONTINUED	0x00000008
#define WNOWAIT		0x01000000	/* waitid(): leave the report for the next call */
#define __WNOTHREAD	0x20000000
#define __WALL		0x40000000
#define __WCLONE	0x80000000

/* idtype of waitid() */
#define P_ALL		0
#define P_PID		1
#define P_PGID		2
#define P_PIDFD		3

/* A status: exit code << 8, or the signal that killed, or signal << 8 | 0x7f, or 0xffff. */
#define W_EXITCODE(code) (((code) & 0xff) << 8)
#define W_STOPCODE(sig)	((sig) << 8 | 0x7f)
#define W_CONTINUED	0xffff
#define WTERMSIG(status) ((status) & 0x7f)
#define WEXITSTATUS(status) ((status) >> 8 & 0xff)

#endif
