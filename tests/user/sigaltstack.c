/* SPDX-License-Identifier: MIT */
/* sigaltstack: handlers on a stack of their own; stacks that cannot take a frame. */
#define _GNU_SOURCE
#include "tap.h"

#include <setjmp.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <ucontext.h>

#include "rawsys.h"
#include "thread.h"

#define SIZE 16384
#define AUTODISARM (1U << 31)

static char stack_memory[SIZE] __attribute__((aligned(16)));
static volatile int on_stack, flags_inside, change_error, uc_flags;
static sigjmp_buf back;

static int is_inside(const void *p)
{
	return (const char *)p >= stack_memory && (const char *)p < stack_memory + SIZE;
}

static void look(int sig, siginfo_t *info, void *context)
{
	ucontext_t *uc = context;
	stack_t now, other = { .ss_sp = stack_memory, .ss_size = SIZE };
	int here;

	(void)sig;
	(void)info;
	on_stack = is_inside(&here);
	sigaltstack(NULL, &now);
	flags_inside = now.ss_flags;
	uc_flags = uc->uc_stack.ss_flags;
	change_error = sigaltstack(&other, NULL) == -1 ? errno : 0;
}

static void catch(int sig, int flags)
{
	struct sigaction act = { .sa_sigaction = look, .sa_flags = SA_SIGINFO | flags };

	sigaction(sig, &act, NULL);
}

static void nothing(int sig, siginfo_t *info, void *context)
{
}

static void test_use(void)
{
	struct sigaction act = { .sa_sigaction = nothing, .sa_flags = SA_SIGINFO };
	stack_t stack = { .ss_sp = stack_memory, .ss_size = SIZE }, old;

	sigaltstack(NULL, &old);
	is(old.ss_flags, SS_DISABLE, "at first there is none");
	is(sigaltstack(&stack, NULL), 0, "sigaltstack");
	sigaltstack(NULL, &old);
	ok(old.ss_sp == stack_memory && old.ss_size == SIZE && old.ss_flags == 0, "is read back");
	catch(SIGUSR1, SA_ONSTACK);
	raise(SIGUSR1);
	ok(on_stack, "the handler runs on it");
	is(flags_inside, SS_ONSTACK, "and sees SS_ONSTACK");
	is(uc_flags, 0, "the interrupted code was not on it");
	is(change_error, EPERM, "it cannot be changed there");
	catch(SIGUSR1, 0);
	raise(SIGUSR1);
	ok(!on_stack, "without SA_ONSTACK the handler runs on the ordinary stack");
	is(change_error, 0, "where it can be changed");
	sigaltstack(NULL, &old);
	is(old.ss_flags, 0, "afterwards it is as it was");

	stack = (stack_t){ .ss_flags = SS_DISABLE | AUTODISARM };
	sigaltstack(&stack, NULL);
	sigaction(SIGUSR1, &act, NULL);
	raise(SIGUSR1);
	sigaltstack(NULL, &old);
	is(old.ss_flags, SS_DISABLE | AUTODISARM, "a flag without a stack outlives a handler, too");
}

static void test_errors(void)
{
	stack_t stack = { .ss_sp = stack_memory, .ss_size = 2047 }, old;

	fails(sigaltstack(&stack, NULL), ENOMEM, "smaller than MINSIGSTKSZ");
	stack.ss_size = SIZE;
	stack.ss_flags = 4;
	fails(sigaltstack(&stack, NULL), EINVAL, "an unknown flag");
	is(sys2(SYS_sigaltstack, KERNEL_ADDRESS, 0), -EFAULT, "a bad pointer");
	is(sys2(SYS_sigaltstack, 0, KERNEL_ADDRESS), -EFAULT, "a bad pointer for the old one");
	stack.ss_flags = SS_DISABLE;
	is(sigaltstack(&stack, NULL), 0, "SS_DISABLE");
	sigaltstack(NULL, &old);
	is(old.ss_flags, SS_DISABLE, "then there is none");
}

/* ---- a stack overflow, handled on the other stack ---- */

static void jump(int sig)
{
	int here;

	(void)sig;
	on_stack = is_inside(&here);
	siglongjmp(back, 1);
}

static __attribute__((noinline)) int recurse(int depth)
{
	volatile char frame[4096];

	frame[0] = depth;
	return depth < 0 ? 0 : recurse(depth + 1) + frame[0];
}

static void test_overflow(void)
{
	struct rlimit limit = { 256 * 1024, 256 * 1024 };
	stack_t stack = { .ss_sp = stack_memory, .ss_size = SIZE };
	struct sigaction act = { .sa_handler = jump, .sa_flags = SA_ONSTACK };

	setrlimit(RLIMIT_STACK, &limit);
	sigaltstack(&stack, NULL);
	sigaction(SIGSEGV, &act, NULL);
	on_stack = 0;
	if (!sigsetjmp(back, 1))
		recurse(0);
	ok(on_stack, "a stack overflow is handled on the alternate stack");
	on_stack = 0;
	if (!sigsetjmp(back, 1))
		recurse(0);
	ok(on_stack, "twice");
}

/* Without it, the frame has no place: the process dies. */
static int overflow_without(void *arg)
{
	struct rlimit limit = { 256 * 1024, 256 * 1024 }, no_core = { 0, 0 };
	struct sigaction act = { .sa_handler = jump };

	(void)arg;
	setrlimit(RLIMIT_CORE, &no_core);
	setrlimit(RLIMIT_STACK, &limit);
	sigaction(SIGSEGV, &act, NULL);
	return recurse(0);
}

/* A stack pointer that points nowhere. */
static int bad_stack_pointer(void *arg)
{
	struct rlimit no_core = { 0, 0 };
	pid_t pid = getpid();
	long ret;

	(void)arg;
	setrlimit(RLIMIT_CORE, &no_core);
	signal(SIGUSR1, jump);
	__asm__ volatile("movl %%esp, %%esi\n\tmovl $0x100, %%esp\n\tint $0x80\n\tmovl %%esi, %%esp"
			 : "=a"(ret) : "0"(SYS_kill), "b"(pid), "c"(SIGUSR1) : "esi", "memory");
	return ret;
}

/* An alternate stack that is not mapped. */
static int bad_alternate(void *arg)
{
	struct rlimit no_core = { 0, 0 };
	stack_t stack = { .ss_sp = (void *)0x1000, .ss_size = SIZE };

	(void)arg;
	setrlimit(RLIMIT_CORE, &no_core);
	sigaltstack(&stack, NULL);
	catch(SIGUSR1, SA_ONSTACK);
	raise(SIGUSR1);
	return 0;
}

/* The alternate stack is full: a nested handler would run over its end. Not for ever. */
static void count(void)
{
	static volatile int depth;

	if (++depth == 1000)
		_exit(1);
}

static void nest(int sig)
{
	count();
	raise(sig);
}

static int overflow_alternate(void *arg)
{
	struct rlimit no_core = { 0, 0 };
	char *memory = map(8, PROT_READ | PROT_WRITE, MAP_PRIVATE);
	stack_t stack = { .ss_sp = memory + 4 * PAGE, .ss_size = 4 * PAGE };
	struct sigaction act = { .sa_handler = nest, .sa_flags = SA_ONSTACK | SA_NODEFER };

	(void)arg;
	setrlimit(RLIMIT_CORE, &no_core);
	sigaltstack(&stack, NULL);
	sigaction(SIGUSR1, &act, NULL);
	raise(SIGUSR1);
	return 0;
}

/* The same with room for no frame of any size: the handler moves its stack pointer to the end. */
static char *lowest;

static void nest_at_end(int sig)
{
	pid_t pid = getpid();
	long ret;

	count();
	__asm__ volatile("movl %%esp, %%esi\n\tmovl %3, %%esp\n\tint $0x80\n\tmovl %%esi, %%esp"
			 : "=a"(ret) : "0"(SYS_kill), "b"(pid), "D"(lowest + 64), "c"(sig)
			 : "esi", "memory");
}

static int overflow_at_end(void *memory)
{
	struct rlimit no_core = { 0, 0 };
	stack_t stack = { .ss_sp = (char *)memory + 4 * PAGE, .ss_size = 4 * PAGE };
	struct sigaction act = { .sa_handler = nest_at_end, .sa_flags = SA_ONSTACK | SA_NODEFER };

	lowest = stack.ss_sp;
	setrlimit(RLIMIT_CORE, &no_core);
	sigaltstack(&stack, NULL);
	sigaction(SIGUSR1, &act, NULL);
	raise(SIGUSR1);
	return 0;
}

static void test_full(void)
{
	char *memory = shared_pages(8);
	int dirty = 0;

	killed_by(in_child(overflow_at_end, memory), SIGSEGV, "nor one word over its end");
	for (unsigned long i = 0; i < 4 * PAGE; i++)
		dirty |= memory[i];
	ok(!dirty, "what lies below it has not been written to");
}

static int in_fork(void *arg)
{
	stack_t now;

	(void)arg;
	sigaltstack(NULL, &now);
	return !(now.ss_flags == 0 && now.ss_sp == stack_memory);
}

static int in_thread(void *flags)
{
	stack_t now;

	sigaltstack(NULL, &now);
	*(int *)flags = now.ss_flags;
	return 0;
}

static void test_thread(void)
{
	static struct thread thread;
	stack_t now;
	int flags = -1;

	thread_start(&thread, in_thread, &flags, CLONE_THREAD);
	thread_join(&thread);
	is(flags, SS_DISABLE, "a thread has none: it is its creator's");
	sigaltstack(NULL, &now);
	is(now.ss_flags, 0, "who keeps it");
}

int main(void)
{
	stack_t stack = { .ss_sp = stack_memory, .ss_size = SIZE };

	plan(28);
	test_use();
	test_errors();
	sigaltstack(&stack, NULL);
	exits(in_child(in_fork, NULL), 0, "a forked child has it too");
	test_thread();
	killed_by(in_child(overflow_without, NULL), SIGSEGV, "an overflow without one kills");
	killed_by(in_child(bad_stack_pointer, NULL), SIGSEGV, "no frame on a bad stack");
	killed_by(in_child(bad_alternate, NULL), SIGSEGV, "nor on a bad alternate stack");
	killed_by(in_child(overflow_alternate, NULL), SIGSEGV, "nor below the end of a full one");
	test_full();
	test_overflow();
	return done();
}
