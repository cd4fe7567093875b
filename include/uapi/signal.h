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

#define SIGRTMIN	32		/* from here on, each sending is kept (C libraries take some) */

/* sigaction_k.flags */
#define SA_NOCLDSTOP	0x00000001	/* SIGCHLD not when a child stops or continues */
#define SA_NOCLDWAIT	0x00000002	/* children leave no zombie */
#define SA_SIGINFO	0x00000004	/* the handler takes siginfo and ucontext */
#define SA_EXPOSE_TAGBITS 0x00000800	/* of addresses, which have none here */
#define SA_RESTORER	0x04000000	/* the handler returns to restorer */
#define SA_ONSTACK	0x08000000	/* the handler runs on the stack of sigaltstack() */
#define SA_RESTART	0x10000000	/* interrupted calls start again */
#define SA_NODEFER	0x40000000	/* the signal is not blocked in its handler */
#define SA_RESETHAND	0x80000000	/* back to SIG_DFL when the handler starts */

/* stack_t.ss_flags */
#define SS_ONSTACK	1
#define SS_DISABLE	2
#define SS_AUTODISARM	0x80000000	/* no alternate stack while a handler runs on it */
#define MINSIGSTKSZ	2048

/* siginfo.si_code: any signal */
#define SI_USER		0		/* kill() */
#define SI_KERNEL	0x80
#define SI_QUEUE	(-1)		/* sigqueue() */
#define SI_TIMER	(-2)		/* timer_create() */
#define SI_TKILL	(-6)		/* tkill(), tgkill() */
/* SIGILL */
#define ILL_ILLOPN	2
/* SIGFPE */
#define FPE_INTDIV	1
#define FPE_INTOVF	2
#define FPE_FLTDIV	3
#define FPE_FLTOVF	4
#define FPE_FLTUND	5
#define FPE_FLTRES	6
#define FPE_FLTINV	7
/* SIGSEGV */
#define SEGV_MAPERR	1
#define SEGV_ACCERR	2
/* SIGBUS */
#define BUS_ADRALN	1
#define BUS_ADRERR	2
/* SIGTRAP */
#define TRAP_BRKPT	1
#define TRAP_TRACE	2
#define TRAP_HWBKPT	4
/* SIGCHLD */
#define CLD_EXITED	1
#define CLD_KILLED	2
#define CLD_STOPPED	5
#define CLD_CONTINUED	6

/* sigevent.sigev_notify */
#define SIGEV_SIGNAL	0
#define SIGEV_NONE	1
#define SIGEV_THREAD	2		/* for C libraries: like SIGEV_SIGNAL here */
#define SIGEV_THREAD_ID	4

/* Bit n - 1 is signal n. */
typedef unsigned long long sigset_t;

/* struct sigaction as rt_sigaction(2) passes it. */
struct sigaction_k {
	unsigned long handler;		/* SIG_DFL, SIG_IGN or an address */
	unsigned long flags;
	unsigned long restorer;
	sigset_t mask;
};

typedef struct {
	unsigned long ss_sp;
	int ss_flags;
	unsigned long ss_size;
} stack_t;

/*
 * The part of siginfo_t that can hold anything; the rest of its 128 bytes is zero. Which of the
 * fields is there depends on signo and code.
 */
struct siginfo {
	int si_signo, si_errno, si_code;
	union {
		struct {
			int pid;
			unsigned int uid;
			unsigned long value;		/* SI_QUEUE */
		} rt;
		struct {
			int pid;
			unsigned int uid;
			int status;
			long utime, stime;		/* 1/100 s */
		} child;
		struct {
			int id, overrun;
			unsigned long value;
		} timer;
		struct {
			unsigned long addr;
		} fault;
		unsigned long word[5];
	};
};

#define SIGINFO_SIZE	128

struct sigevent {
	unsigned long value;
	int signo;
	int notify;			/* SIGEV_* */
	int tid;			/* SIGEV_THREAD_ID */
	int pad[12];
};

/* ---- what a handler finds on its stack: Linux i386 ---- */

/* struct _fpstate: fsave's image, a magic number, fxsave's image at an address divisible by 16. */
struct fpstate {
	unsigned long cw, sw, tag, ipoff, cssel, dataoff, datasel;
	unsigned short st[8][5];
	unsigned short status;		/* a copy of sw */
	unsigned short magic;		/* X86_FXSR_MAGIC: what follows is there */
	unsigned char fxsave[512];
};

#define X86_FXSR_MAGIC	0x0000
#define FPSTATE_FSAVE	112		/* bytes before fxsave */

struct sigcontext {
	unsigned short gs, gsh, fs, fsh, es, esh, ds, dsh;
	unsigned long di, si, bp, sp, bx, dx, cx, ax;
	unsigned long trapno, err;
	unsigned long ip;
	unsigned short cs, csh;
	unsigned long flags;
	unsigned long sp_at_signal;
	unsigned short ss, ssh;
	unsigned long fpstate;		/* pointer to struct fpstate, or NULL */
	unsigned long oldmask;		/* sigframe: signals 1 to 32 */
	unsigned long cr2;
};

struct ucontext {
	unsigned long uc_flags, uc_link;
	stack_t uc_stack;
	struct sigcontext uc_mcontext;
	sigset_t uc_sigmask;
};

/* Handlers without SA_SIGINFO. */
struct sigframe {
	unsigned long pretcode;		/* where the handler returns to */
	int sig;
	struct sigcontext sc;
	unsigned char unused[624];	/* the FPU state was here once */
	unsigned long extramask;	/* signals 33 to 64 */
	unsigned char retcode[8];	/* a marker for debuggers: the code of the return */
};

/* Handlers with SA_SIGINFO. */
struct rt_sigframe {
	unsigned long pretcode;
	int sig;
	unsigned long pinfo, puc;	/* arguments: where info and uc are */
	unsigned char info[SIGINFO_SIZE];
	struct ucontext uc;
	unsigned char retcode[8];
};

#endif
