/* SPDX-License-Identifier: MIT */
/* Faults as signals: si_code and si_addr, a pager in user mode, what the context shows, faults that
 * cannot be handled. */
#define _GNU_SOURCE
#include "tap.h"

#include <fcntl.h>
#include <setjmp.h>
#include <sys/resource.h>
#include <ucontext.h>

#define PAGES 16

static char *area;
static volatile int faults, last_sig, last_code, last_write, last_trap, last_present;
static volatile unsigned long last_addr, last_cr2, last_ip;
static char *volatile nowhere = (char *)16;
static sigjmp_buf back;

static void note(int sig, siginfo_t *info, ucontext_t *uc)
{
	faults++;
	last_sig = sig;
	last_code = info->si_code;
	last_addr = (unsigned long)info->si_addr;
	last_trap = uc->uc_mcontext.gregs[REG_TRAPNO];
	last_write = uc->uc_mcontext.gregs[REG_ERR] >> 1 & 1;
	last_present = uc->uc_mcontext.gregs[REG_ERR] & 1;
	last_cr2 = uc->uc_mcontext.cr2;
	last_ip = uc->uc_mcontext.gregs[REG_EIP];
}

/* The pager: gives the page the rights, and its number as content. */
static void pager(int sig, siginfo_t *info, void *context)
{
	unsigned long page = (unsigned long)info->si_addr & ~(PAGE - 1);
	unsigned long index = (page - (unsigned long)area) / PAGE;

	note(sig, info, context);
	if (index >= PAGES)
		_exit(77);
	mprotect((void *)page, PAGE, PROT_READ | PROT_WRITE);
	*(unsigned long *)page = index;
}

static void leave(int sig, siginfo_t *info, void *context)
{
	note(sig, info, context);
	siglongjmp(back, 1);
}

static void catch(int sig, void (*handler)(int, siginfo_t *, void *))
{
	struct sigaction act = { .sa_sigaction = handler, .sa_flags = SA_SIGINFO | SA_ONSTACK };

	sigaction(sig, &act, NULL);
}

static void test_pager(void)
{
	unsigned long sum = 0;

	area = map(PAGES, PROT_NONE, MAP_PRIVATE);
	catch(SIGSEGV, pager);
	for (int i = 0; i < PAGES; i++)
		sum += *(volatile unsigned long *)(area + i * PAGE);
	is(sum, PAGES * (PAGES - 1) / 2, "the pager has filled each page");
	is(faults, PAGES, "one fault per page");
	is(last_code, SEGV_ACCERR, "si_code: mapped, but without that right");
	is(last_addr, (unsigned long)area + (PAGES - 1) * PAGE, "si_addr: the address");
	is(last_cr2, last_addr, "which is also in the context");
	is(last_trap, 14, "trap 14, a page fault");
	ok(!last_write, "a read");
	mprotect(area, PAGE, PROT_READ);
	faults = 0;
	*(volatile unsigned long *)(area + 8) = 5;
	ok(faults == 1 && last_write, "a write to a page that was made read-only");
	is(*(unsigned long *)(area + 8), 5, "it is done again after the handler");
	is(last_addr, (unsigned long)area + 8, "si_addr is the very byte");
}

#define TRY(statement) do {							\
	last_sig = last_code = 0;						\
	last_addr = 1;								\
	if (!sigsetjmp(back, 1)) {						\
		statement;							\
	}									\
} while (0)

static void divide(volatile int a, volatile int b)
{
	volatile int c = a / b;

	(void)c;
}

static void test_codes(void)
{
	char *p = map(2, PROT_READ, MAP_PRIVATE);
	unsigned long code;
	int present;

	catch(SIGSEGV, leave);
	catch(SIGFPE, leave);
	catch(SIGILL, leave);
	catch(SIGTRAP, leave);
	catch(SIGBUS, leave);

	munmap(p + PAGE, PAGE);
	TRY(load(p + PAGE + 3));
	ok(last_sig == SIGSEGV && last_code == SEGV_MAPERR, "nothing mapped: SEGV_MAPERR");
	is(last_addr, (unsigned long)p + PAGE + 3, "at that address");
	TRY(p[1] = 1);
	ok(last_sig == SIGSEGV && last_code == SEGV_ACCERR, "read-only: SEGV_ACCERR");
	TRY(load((void *)KERNEL_ADDRESS));
	ok(last_sig == SIGSEGV, "kernel memory: SIGSEGV");
	present = last_present;
	TRY(load((void *)0xc0100000));
	is(last_present, present, "and nobody learns what is there");
	TRY(divide(1, 0));
	ok(last_sig == SIGFPE && last_code == FPE_INTDIV, "division by zero: FPE_INTDIV");
	is(last_addr, last_ip, "si_addr is the instruction");
	is(last_trap, 0, "trap 0");
	TRY(__asm__ volatile("ud2"));
	ok(last_sig == SIGILL && last_code == ILL_ILLOPN, "ud2: ILL_ILLOPN");
	is(last_addr, last_ip, "si_addr is the instruction");
	TRY(__asm__ volatile("int3"));
	ok(last_sig == SIGTRAP && last_code == SI_KERNEL, "int3: SIGTRAP from the kernel");
	TRY(__asm__ volatile("hlt"));
	ok(last_sig == SIGSEGV && last_code == SI_KERNEL, "hlt: SIGSEGV from the kernel");
	is(last_addr, 0, "without address");
	is(last_trap, 13, "trap 13");
	TRY(__asm__ volatile("int $5"));
	is(last_trap, 13, "nor is there a gate 5 for programs");
	TRY(__asm__ volatile("pushf\n\torl $0x100, (%%esp)\n\tpopf\n\tnop" : : : "memory"));
	ok(last_sig == SIGTRAP && last_code == TRAP_TRACE, "the trace flag: TRAP_TRACE");
	__asm__ volatile("pushf\n\tpopl %0" : "=r"(code));
	ok(!(code & 0x100), "which is off again");
}

/* The kernel's own fault, writing the frame to a stack that nobody has touched, is not it. */
static void test_fresh_stack(void)
{
	char *memory = map(4, PROT_READ | PROT_WRITE, MAP_PRIVATE);
	stack_t stack = { .ss_sp = memory, .ss_size = 4 * PAGE }, none = { .ss_flags = SS_DISABLE };

	sigaltstack(&stack, NULL);
	TRY(load(nowhere));
	is(last_cr2, (unsigned long)nowhere, "a frame on a fresh stack: the context has the address");
	catch(SIGUSR1, leave);
	map(1, PROT_READ | PROT_WRITE, MAP_PRIVATE)[0] = 1;
	TRY(raise(SIGUSR1));
	is(last_cr2, (unsigned long)nowhere, "and keeps it until the next fault that is a signal");
	sigaltstack(&none, NULL);
	munmap(memory, 4 * PAGE);
}

static void test_bus(void)
{
	char path[] = "/tmp/sigbus.XXXXXX";
	int fd = mkstemp(path);
	char *p;

	unlink(path);
	if (fd < 0 || ftruncate(fd, PAGE) < 0) {
		ok(0, "a file");
		return;
	}
	p = mmap(NULL, 2 * PAGE, PROT_READ, MAP_SHARED, fd, 0);
	TRY(load(p + PAGE + 9));
	ok(last_sig == SIGBUS && last_code == BUS_ADRERR, "past the end of a file: BUS_ADRERR");
	is(last_addr, (unsigned long)p + PAGE + 9, "at that address");
	munmap(p, 2 * PAGE);
	close(fd);
}

static void set_cw(unsigned short cw)
{
	__asm__ volatile("fninit\n\tfldcw %0" : : "m"(cw));
}

static void test_fpu(void)
{
	volatile double one = 1, zero = 0, r;
	volatile int sum = 0;

	TRY(set_cw(0x37f & ~4); r = one / zero; (void)r; __asm__ volatile("fwait"));
	ok(last_sig == SIGFPE && last_code == FPE_FLTDIV, "x87 division by zero: FPE_FLTDIV");
	set_cw(0x37f);
	TRY(set_cw(0x37f & ~1); r = zero / zero; (void)r; __asm__ volatile("fwait"));
	ok(last_sig == SIGFPE && last_code == FPE_FLTINV, "x87 0/0: FPE_FLTINV");
	set_cw(0x37f);
	for (int i = 0; i < 10; i++)
		sum += i;
	is(sum, 45, "and the program goes on");
}

/* A fault whose signal is blocked or ignored kills. */
static int blocked_fault(void *arg)
{
	struct rlimit no_core = { 0, 0 };
	sigset_t set;

	(void)arg;
	setrlimit(RLIMIT_CORE, &no_core);
	sigemptyset(&set);
	sigaddset(&set, SIGSEGV);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return load(nowhere);
}

static int ignored_fault(void *arg)
{
	struct rlimit no_core = { 0, 0 };

	(void)arg;
	setrlimit(RLIMIT_CORE, &no_core);
	signal(SIGSEGV, SIG_IGN);
	return load(nowhere);
}

static void fault_again(int sig)
{
	load(nowhere + sig);
}

static int fault_in_handler(void *arg)
{
	struct rlimit no_core = { 0, 0 };

	(void)arg;
	setrlimit(RLIMIT_CORE, &no_core);
	signal(SIGSEGV, fault_again);
	return load(nowhere);
}

int main(void)
{
	plan(37);
	test_pager();
	test_codes();
	test_fresh_stack();
	test_bus();
	test_fpu();
	killed_by(in_child(blocked_fault, NULL), SIGSEGV, "a fault cannot be blocked");
	killed_by(in_child(ignored_fault, NULL), SIGSEGV, "nor ignored");
	killed_by(in_child(fault_in_handler, NULL), SIGSEGV, "a fault in its own handler kills");
	return done();
}
