/* SPDX-License-Identifier: MIT */
/* x87 and SSE registers belong to the task: kept across switches and fork, reset by execve. */
#define _GNU_SOURCE
#include "tap.h"

#include "rawsys.h"
#include "thread.h"

#define ROUNDS 3000

/* Everything an instruction can see: eight x87 registers, eight XMM registers, control words. */
struct fpu {
	double st[8];
	unsigned int xmm[8][4] __attribute__((aligned(16)));
	unsigned int mxcsr;
	unsigned short cw;
};

static void fpu_fill(struct fpu *f, int seed)
{
	for (int i = 0; i < 8; i++) {
		f->st[i] = seed * 1000 + i + 0.5;
		for (int j = 0; j < 4; j++)
			f->xmm[i][j] = seed * 0x01010101u + i * 16 + j;
	}
	f->mxcsr = 0x1f80 | (seed % 4) << 13;	/* exceptions masked; rounding by seed */
	f->cw = 0x037f & ~(seed % 2 ? 0x100 : 0);	/* precision by seed */
}

/* fpu_across - load all registers from `in`, make system call nr, store all registers to `out`.
 * In one piece of assembly, so that no compiled code runs between. Returns the call's result. */
static __attribute__((noinline)) long fpu_across(const struct fpu *in, struct fpu *out, long nr)
{
	long ret;

	__asm__ volatile(
		"fninit\n\t"
		"fldcw %c[cw](%[in])\n\t"
		"fldl 56(%[in])\n\tfldl 48(%[in])\n\tfldl 40(%[in])\n\tfldl 32(%[in])\n\t"
		"fldl 24(%[in])\n\tfldl 16(%[in])\n\tfldl 8(%[in])\n\tfldl (%[in])\n\t"
		"ldmxcsr %c[mxcsr](%[in])\n\t"
		"movups 64(%[in]), %%xmm0\n\tmovups 80(%[in]), %%xmm1\n\t"
		"movups 96(%[in]), %%xmm2\n\tmovups 112(%[in]), %%xmm3\n\t"
		"movups 128(%[in]), %%xmm4\n\tmovups 144(%[in]), %%xmm5\n\t"
		"movups 160(%[in]), %%xmm6\n\tmovups 176(%[in]), %%xmm7\n\t"
		"int $0x80\n\t"
		"movups %%xmm0, 64(%[out])\n\tmovups %%xmm1, 80(%[out])\n\t"
		"movups %%xmm2, 96(%[out])\n\tmovups %%xmm3, 112(%[out])\n\t"
		"movups %%xmm4, 128(%[out])\n\tmovups %%xmm5, 144(%[out])\n\t"
		"movups %%xmm6, 160(%[out])\n\tmovups %%xmm7, 176(%[out])\n\t"
		"stmxcsr %c[mxcsr](%[out])\n\t"
		"fnstcw %c[cw](%[out])\n\t"
		"fstpl (%[out])\n\tfstpl 8(%[out])\n\tfstpl 16(%[out])\n\tfstpl 24(%[out])\n\t"
		"fstpl 32(%[out])\n\tfstpl 40(%[out])\n\tfstpl 48(%[out])\n\tfstpl 56(%[out])\n\t"
		"fninit"
		: "=a"(ret)
		: "0"(nr), [in] "S"(in), [out] "D"(out),
		  [mxcsr] "i"(offsetof(struct fpu, mxcsr)), [cw] "i"(offsetof(struct fpu, cw))
		: "memory", "cc");
	return ret;
}

static int fpu_same(const struct fpu *a, const struct fpu *b)
{
	return !memcmp(a->st, b->st, sizeof(a->st)) && !memcmp(a->xmm, b->xmm, sizeof(a->xmm)) &&
	       a->mxcsr == b->mxcsr && a->cw == b->cw;
}

/* Load, yield to the others who do the same, store, compare. Returns the number of differences. */
static int keep_switching(int seed)
{
	struct fpu want, got;
	int wrong = 0;

	for (int i = 0; i < ROUNDS; i++) {
		fpu_fill(&want, seed + i % 7 * 8);
		memset(&got, 0, sizeof(got));
		fpu_across(&want, &got, SYS_sched_yield);
		wrong += !fpu_same(&want, &got);
	}
	return wrong != 0;
}

static void test_switches(void)
{
	pid_t pids[3];
	int status;

	for (int i = 0; i < 3; i++) {
		pids[i] = fork();
		if (pids[i] == 0)
			_exit(keep_switching(i + 1));
	}
	is(keep_switching(5), 0, "registers are kept while three other processes use them");
	for (int i = 0; i < 3; i++) {
		waitpid(pids[i], &status, 0);
		exits(status, 0, "and theirs are");
	}
}

static struct thread thread;
static volatile int thread_wrong = -1;

static int thread_body(void *arg)
{
	thread_wrong = keep_switching((long)arg);
	return 0;
}

static void test_threads(void)
{
	thread_start(&thread, thread_body, (void *)2, CLONE_THREAD);
	is(keep_switching(3), 0, "registers are kept beside a thread of the same memory");
	thread_join(&thread);
	is(thread_wrong, 0, "and the thread's are");
}

/* A busy loop without system calls, long enough to be preempted: the sum must come out exactly. */
static int busy_sum(void *arg)
{
	double sum = 0, step = 1.0 / (long)arg;

	for (int i = 0; i < 3000000; i++)
		sum += step;
	return sum != 3000000 * step;
}

static void test_preemption(void)
{
	int status;
	pid_t child = fork();

	if (child == 0)
		_exit(busy_sum((void *)4));
	is(busy_sum((void *)8), 0, "a long x87 computation, preempted, is exact");
	waitpid(child, &status, 0);
	exits(status, 0, "so is the child's beside it");
}

static void test_fork(void)
{
	static struct fpu want, got;
	int status;
	long pid;

	fpu_fill(&want, 9);
	pid = fpu_across(&want, &got, SYS_fork);
	if (pid == 0)
		sys1(SYS_exit, !fpu_same(&want, &got));
	ok(fpu_same(&want, &got), "fork leaves the parent's registers alone");
	waitpid(pid, &status, 0);
	exits(status, 0, "and the child begins with the same");
}

/* 42 if the registers are as execve must leave them: the ABI's control words, an empty stack. */
static int initial_state(void)
{
	unsigned int mxcsr;
	unsigned short cw, sw;

	__asm__ volatile("fnstcw %0\n\tfnstsw %1\n\tstmxcsr %2" : "=m"(cw), "=m"(sw), "=m"(mxcsr));
	return cw == 0x37f && (sw & 0x3800) == 0 && mxcsr == 0x1f80 ? 42 : 1;
}

static int exec_with_state(void *self)
{
	char *argv[] = { self, "child", NULL };
	struct fpu odd, got;
	unsigned int mxcsr = 0x7f80;
	unsigned short cw = 0x7f;

	fpu_fill(&odd, 7);
	fpu_across(&odd, &got, SYS_getpid);
	__asm__ volatile("fldcw %0\n\tldmxcsr %1\n\tfldpi" : : "m"(cw), "m"(mxcsr));
	execve(self, argv, argv + 2);
	return 99;
}

static int x87_exception(void *arg)
{
	unsigned short cw = 0x37f & ~4;		/* division by zero not masked */

	(void)arg;
	__asm__ volatile("fninit\n\tfldcw %0\n\tfld1\n\tfldz\n\tfdivrp\n\tfwait" : : "m"(cw));
	return 0;
}

int main(int argc, char **argv)
{
	int at_start = initial_state();

	if (argc > 1)
		return at_start;
	plan(13);
	is(at_start, 42, "a program starts with clean registers");
	test_switches();
	test_threads();
	test_preemption();
	test_fork();
	exits(in_child(exec_with_state, argv[0]), 42, "execve resets them");
	/* No unmasked SSE exception here: QEMU's TCG does not raise any. */
	killed_by(in_child(x87_exception, NULL), SIGFPE, "an x87 exception is a SIGFPE");
	return done();
}
