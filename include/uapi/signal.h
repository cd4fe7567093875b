/* SPDX-License-Identifier: MIT */
/* signal.h - signal numbers and the kernel's form of sigaction, Linux i386. */
#ifndef NOPAGE_UAPI_SIGNAL_H
#define NOPAGE_UAPI_SIGNAL_H

#define SIGHUP		1
#define SIGINT		2
#define SIGQUIT		3
#define SIGILL		4
#define SIGTRAP		5
#define SIGABRT		6
#define SIGBUS		7
#define SIGFPE		8
#define SIGKILL		9
#define SIGUSR1		10
#define SIGSEGV		11
#define SIGUSR2		12
#define SIGPIPE		13
#define SIGALRM		14
#define SIGTERM		15
#define SIGSTKFLT	16
#define SIGCHLD		17
#define SIGCONT		18
#define SIGSTOP		19
#define SIGTSTP		20
#define SIGTTIN		21
#define SIGTTOU		22
#define SIGURG		23
#define SIGXCPU		24
#define SIGXFSZ		25
#define SIGVTALRM	26
#define SIGPROF		27
#define SIGWINCH	28
#define SIGIO		29
#define SIGPWR		30
#define SIGSYS		31
#define NSIG		64

#define SIG_DFL		0
#define SIG_IGN		1

#define SIG_BLOCK	0
#define SIG_UNBLOCK	1
#define SIG_SETMASK	2

/* si_code */
#define SEGV_MAPERR	1
#define SEGV_ACCERR	2
#define BUS_ADRERR	2
#define FPE_INTDIV	1
#define ILL_ILLOPN	2
#define TRAP_BRKPT	1

/* Bit n - 1 is signal n. */
typedef unsigned long long sigset_t;

/* struct sigaction as rt_sigaction(2) passes it. */
struct sigaction_k {
	unsigned long handler;		/* SIG_DFL, SIG_IGN or an address */
	unsigned long flags;
	unsigned long restorer;
	sigset_t mask;
};

#endif
