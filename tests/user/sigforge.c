/* SPDX-License-Identifier: MIT */
/* sigreturn with a forged frame: no way to more rights, and no way to harm the kernel. */
#define _GNU_SOURCE
#include "tap.h"

#include <sys/resource.h>
#include <sys/syscall.h>
#include <ucontext.h>

#include "rawsys.h"

/* Linux's struct _fpstate, as far as it is looked at here. */
struct fpstate {
	unsigned int cw, sw, tag, ipoff, cssel, dataoff, datasel;
	unsigned short st[8][5];
	unsigned short status, magic;
	unsigned char fxsave[512];
};

/* What the next handler does to its frame. */
static struct forgery {
	int reg;			/* REG_*, or -1 */
	unsigned int value;
} forge = { -1, 0 };

static volatile int unused, mxcsr_forged, fp_rubbish, fp_null, fp_bad;

static void handler(int sig, siginfo_t *info, void *context)
{
	ucontext_t *uc = context;
	struct fpstate *fp = (struct fpstate *)uc->uc_mcontext.fpregs;

	(void)sig;
	(void)info;
	if (forge.reg >= 0)
		uc->uc_mcontext.gregs[forge.reg] = forge.value;
	if (fp && mxcsr_forged)
		memset(fp->fxsave + 24, 0xff, 4);
	if (fp && fp_rubbish)
		memset(fp, 0xff, sizeof(*fp));
	if (fp_null)
		uc->uc_mcontext.fpregs = NULL;
	if (fp_bad)
		uc->uc_mcontext.fpregs = (void *)KERNEL_ADDRESS;
}

static void catch(void)
{
	struct sigaction act = { .sa_sigaction = handler, .sa_flags = SA_SIGINFO };

	sigaction(SIGUSR1, &act, NULL);
}

static int forged_return(void *arg)
{
	struct rlimit no_core = { 0, 0 };

	setrlimit(RLIMIT_CORE, &no_core);
	forge = *(struct forgery *)arg;
	catch();
	raise(SIGUSR1);
	return 0;
}

static int with(int reg, unsigned int value)
{
	struct forgery f = { reg, value };

	return in_child(forged_return, &f);
}

static unsigned int flags_after(unsigned int value)
{
	unsigned int flags;

	forge = (struct forgery){ REG_EFL, value };
	catch();
	sys2(SYS_kill, getpid(), SIGUSR1);
	__asm__ volatile("pushf\n\tpopl %0\n\tcld" : "=r"(flags));
	forge.reg = -1;
	return flags;
}

#define TF	0x100
#define AC	0x40000
#define IOPL	0x3000
#define NT	0x4000
#define VM	0x20000
#define IF	0x200
#define DF	0x400

static void test_flags(void)
{
	unsigned int flags = flags_after(~(TF | DF | AC));

	ok(!(flags & IOPL), "IOPL stays 0");
	ok(!(flags & (NT | VM)), "NT and VM stay 0");
	ok(flags & IF, "IF stays 1");
	flags = flags_after(0);
	ok(flags & IF, "interrupts cannot be turned off");
	flags = flags_after(DF);
	ok(flags & DF, "but the direction flag is the program's");
}

static void test_selectors(void)
{
	/* Kernel code and data of Nopage and of Linux, task segments, nothing, rubbish. */
	static const unsigned int bad[] = { 0x08, 0x10, 0x60, 0x68, 0x30, 0x38, 0xfff8, 0xffff };
	int killed = 0, survived = 0;

	for (unsigned int i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		int status = with(REG_CS, bad[i]);

		killed += WIFSIGNALED(status);
		status = with(REG_SS, bad[i]);
		killed += WIFSIGNALED(status);
		status = with(REG_DS, bad[i]);
		survived += WIFSIGNALED(status) || WIFEXITED(status);
		status = with(REG_ES, bad[i]);
		survived += WIFSIGNALED(status) || WIFEXITED(status);
		status = with(REG_FS, bad[i]);
		survived += WIFSIGNALED(status) || WIFEXITED(status);
	}
	is(killed, 16, "impossible CS and SS kill");
	is(survived, 24, "impossible DS, ES and FS harm nobody else");
	killed_by(with(REG_CS, 0), SIGSEGV, "CS 0");
	killed_by(with(REG_SS, 0), SIGSEGV, "SS 0");
	killed_by(with(REG_EIP, 0xc0100000), SIGSEGV, "EIP in the kernel");
	killed_by(with(REG_EIP, 0xffffffff), SIGSEGV, "EIP at the very end");
}

/* What the signal of a return that fails says; the frame's mask, which lets it in, counts. */
static void on_segv(int sig, siginfo_t *info, void *context)
{
	ucontext_t *uc = context;
	int fault = uc->uc_mcontext.gregs[REG_ERR] == 0xfff8;

	if (info->si_code != SI_KERNEL)
		_exit(99);
	_exit(fault ? uc->uc_mcontext.gregs[REG_TRAPNO] : 0);
}

static int caught_return(void *arg)
{
	static char stack[16384];
	struct sigaction act = { .sa_sigaction = on_segv, .sa_flags = SA_SIGINFO | SA_ONSTACK };

	sigaltstack(&(stack_t){ .ss_sp = stack, .ss_size = sizeof(stack) }, NULL);
	sigaction(SIGSEGV, &act, NULL);
	act.sa_sigaction = handler;
	act.sa_flags = SA_SIGINFO;
	sigfillset(&act.sa_mask);
	sigaction(SIGUSR1, &act, NULL);
	if (arg)
		forge = (struct forgery){ REG_CS, 0xfffb };
	else
		fp_bad = 1;
	raise(SIGUSR1);
	return 98;
}

static void test_caught(void)
{
	unsigned int fs;

	exits(in_child(caught_return, "cs"), 13,
	      "CS that does not exist: a general protection fault of the program");
	exits(in_child(caught_return, NULL), 0, "a bad frame: SIGSEGV by the mask in it");
	forge.reg = -1;
	catch();
	raise(SIGUSR1);
	__asm__ volatile("movl %%fs, %0" : "=r"(fs));
	is(fs & 0xffff, 0, "no FS stays none");
}

/* Use the FPU, have the frame forged, and use it again. */
static int forged_fpstate(void *how)
{
	struct rlimit no_core = { 0, 0 };
	volatile double d = 1.5;

	setrlimit(RLIMIT_CORE, &no_core);
	d *= 2;
	*(volatile int *)how = 1;
	catch();
	raise(SIGUSR1);
	return d != 3;
}

static void test_fpu(void)
{
	unsigned short cw;
	volatile double d = 1.5;

	exits(in_child(forged_fpstate, (void *)&unused), 0, "FPU state comes back");
	killed_by(in_child(forged_fpstate, (void *)&mxcsr_forged), SIGSEGV,
		  "bits of MXCSR that do not exist kill");
	killed_by(in_child(forged_fpstate, (void *)&fp_rubbish), SIGSEGV, "so does rubbish");
	killed_by(in_child(forged_fpstate, (void *)&fp_bad), SIGSEGV, "or state in the kernel");
	d *= 2;
	fp_null = 1;
	catch();
	raise(SIGUSR1);
	fp_null = 0;
	__asm__ volatile("fnstcw %0" : "=m"(cw));
	is(cw, 0x37f, "without FPU state in the frame, a clean one");
}

/* sigreturn out of the blue: what lies on the stack is the frame. */
static int wild_return(void *arg)
{
	static unsigned int memory[512];
	struct rlimit no_core = { 0, 0 };
	unsigned int seed = *(unsigned int *)arg;
	unsigned long sp = (unsigned long)(memory + 64);

	setrlimit(RLIMIT_CORE, &no_core);
	for (int i = 0; i < 512; i++) {
		seed = seed * 1103515245 + 12345;
		memory[i] = seed ^ seed >> 13;
	}
	__asm__ volatile("movl %1, %%esp\n\tint $0x80\n\tud2"
			 : : "a"(seed & 1 ? SYS_sigreturn : SYS_rt_sigreturn), "r"(sp) : "memory");
	return 0;
}

static int return_without_stack(void *arg)
{
	struct rlimit no_core = { 0, 0 };
	unsigned long sp = *(unsigned long *)arg;

	setrlimit(RLIMIT_CORE, &no_core);
	__asm__ volatile("movl %1, %%esp\n\tint $0x80\n\tud2"
			 : : "a"(SYS_rt_sigreturn), "r"(sp) : "memory");
	return 0;
}

static void test_wild(void)
{
	static const unsigned long stacks[] = { 0, 4, 8, 0x1000, 0xbffffffc, 0xc0000000, -4UL };
	int killed = 0;

	for (unsigned int seed = 1; seed <= 200; seed++)
		killed += WIFSIGNALED(in_child(wild_return, &seed));
	is(killed, 200, "200 random frames kill 200 processes");
	killed = 0;
	for (unsigned int i = 0; i < sizeof(stacks) / sizeof(*stacks); i++) {
		unsigned long sp = stacks[i];

		killed += WIFSIGNALED(in_child(return_without_stack, &sp));
	}
	is(killed, 7, "so do stacks without a frame");
}

/* All mask bits set in the frame: SIGKILL and SIGSTOP stay unblocked. */
static void block_all(int sig, siginfo_t *info, void *context)
{
	(void)sig;
	(void)info;
	memset(&((ucontext_t *)context)->uc_sigmask, 0xff, 8);
}

static void test_mask(void)
{
	struct sigaction act = { .sa_sigaction = block_all, .sa_flags = SA_SIGINFO };
	unsigned long long set = 0;

	sigaction(SIGUSR1, &act, NULL);
	sys2(SYS_kill, getpid(), SIGUSR1);
	sys4(SYS_rt_sigprocmask, SIG_BLOCK, 0, (long)&set, 8);
	ok(set == ~(1ULL << (SIGKILL - 1) | 1ULL << (SIGSTOP - 1)),
	   "a forged mask cannot block SIGKILL and SIGSTOP");
}

/* What the handler leaves in GS is not what the program has again. */
static void clear_gs(int sig)
{
	(void)sig;
	__asm__ volatile("movl %0, %%gs" : : "r"(0));
}

static void test_gs(void)
{
	unsigned int before, after;

	signal(SIGUSR1, clear_gs);
	__asm__ volatile("movl %%gs, %0" : "=r"(before));
	sys2(SYS_kill, getpid(), SIGUSR1);
	__asm__ volatile("movl %%gs, %0" : "=r"(after));
	ok(before && after == before, "GS is restored");
}

int main(void)
{
	plan(23);
	test_flags();
	test_selectors();
	test_caught();
	test_fpu();
	test_wild();
	test_gs();
	test_mask();
	return done();
}
