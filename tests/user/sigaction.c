/* SPDX-License-Identifier: MIT */
/* sigaction and its flags, the old calls, masks, sigsuspend, restarting of system calls. */
#define _GNU_SOURCE
#include "tap.h"

#include <sys/syscall.h>
#include <time.h>
#include <ucontext.h>

#include "rawsys.h"
#include "thread.h"

struct kernel_action {
	void *handler;
	unsigned long flags;
	void *restorer;
	unsigned long long mask;
};

static volatile int count, last_signal, nested, last_code;
static volatile pid_t last_pid;
static volatile sigset_t mask_inside;

static void count_it(int sig)
{
	count++;
	last_signal = sig;
	sigprocmask(SIG_BLOCK, NULL, (sigset_t *)&mask_inside);
}

static void look_at_info(int sig, siginfo_t *info, void *context)
{
	ucontext_t *uc = context;

	count++;
	last_signal = info->si_signo == sig ? sig : -1;
	last_code = info->si_code;
	last_pid = info->si_pid;
	nested = uc->uc_mcontext.gregs[REG_ESP] != 0;
}

static void raise_again(int sig)
{
	nested++;
	if (nested < 3)
		raise(sig);
	count++;
}

static void install(int sig, void (*handler)(int), int flags)
{
	struct sigaction act = { .sa_handler = handler, .sa_flags = flags };

	sigaction(sig, &act, NULL);
	count = 0;
	nested = 0;
}

static void handler_of(int sig, void (**handler)(int))
{
	struct sigaction act;

	sigaction(sig, NULL, &act);
	*handler = act.sa_handler;
}

static void test_flags(void)
{
	void (*handler)(int);

	install(SIGUSR1, count_it, 0);
	raise(SIGUSR1);
	is(count, 1, "a handler runs");
	is(last_signal, SIGUSR1, "with the number of the signal");
	ok(sigismember((sigset_t *)&mask_inside, SIGUSR1), "which is blocked meanwhile");

	install(SIGUSR1, count_it, SA_NODEFER);
	raise(SIGUSR1);
	ok(!sigismember((sigset_t *)&mask_inside, SIGUSR1), "but not with SA_NODEFER");
	install(SIGUSR1, raise_again, SA_NODEFER);
	raise(SIGUSR1);
	is(count, 3, "SA_NODEFER: handlers nest");
	is(nested, 3, "three deep");
	install(SIGUSR1, raise_again, 0);
	raise(SIGUSR1);
	is(count, 3, "without it they run one after the other");

	install(SIGUSR1, count_it, SA_RESETHAND);
	raise(SIGUSR1);
	handler_of(SIGUSR1, &handler);
	ok(count == 1 && handler == SIG_DFL, "SA_RESETHAND: back to the default action");
}

static void test_info(void)
{
	struct sigaction act = { .sa_sigaction = look_at_info, .sa_flags = SA_SIGINFO };

	sigaction(SIGUSR2, &act, NULL);
	count = 0;
	kill(getpid(), SIGUSR2);
	is(last_signal, SIGUSR2, "SA_SIGINFO: si_signo");
	is(last_code, SI_USER, "si_code of kill is SI_USER");
	ok(last_pid == getpid(), "si_pid is the sender");
	ok(nested, "the context has registers");
	raise(SIGUSR2);
	is(last_code, SI_TKILL, "si_code of tkill is SI_TKILL");
	is(count, 2, "each was delivered once");
}

/* The handler's mask, and several signals pending at once: the lowest is handled first, on top. */
static int order[8], ordered;

static void note_order(int sig)
{
	order[ordered++] = sig;
}

static void test_mask(void)
{
	struct sigaction act = { .sa_handler = note_order };
	sigset_t set, pending;

	sigfillset(&act.sa_mask);
	sigaction(SIGUSR1, &act, NULL);
	sigaction(SIGUSR2, &act, NULL);
	sigaction(SIGHUP, &act, NULL);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigaddset(&set, SIGUSR2);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	raise(SIGUSR2);
	raise(SIGUSR1);
	raise(SIGUSR1);
	raise(SIGHUP);
	is(ordered, 0, "blocked signals wait");
	sigpending(&pending);
	ok(sigismember(&pending, SIGUSR1) && sigismember(&pending, SIGHUP) &&
	   !sigismember(&pending, SIGTERM), "sigpending knows them");
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	is(ordered, 3, "a standard signal waits only once");
	ok(order[0] == SIGHUP && order[1] == SIGUSR1 && order[2] == SIGUSR2,
	   "the lowest number first");

	sigprocmask(SIG_BLOCK, &set, NULL);
	raise(SIGUSR1);
	signal(SIGUSR1, SIG_IGN);
	sigpending(&pending);
	ok(!sigismember(&pending, SIGUSR1), "ignoring a signal forgets the pending one");
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	sigfillset(&set);
	sigprocmask(SIG_BLOCK, &set, NULL);
	sigprocmask(SIG_BLOCK, NULL, &set);
	ok(!sigismember(&set, SIGKILL) && !sigismember(&set, SIGSTOP) &&
	   sigismember(&set, SIGTERM), "SIGKILL and SIGSTOP cannot be blocked");
	sigemptyset(&set);
	sigprocmask(SIG_SETMASK, &set, NULL);
}

/* A thread's own signals before those of its process; of either what a fault could have sent. */
static void test_order(void)
{
	static const int expected[] = { SIGBUS, SIGUSR2, SIGTRAP, SIGSYS, SIGHUP, SIGUSR1 };
	struct timespec now = { 0, 0 };
	sigset_t set;
	int right = 0;

	sigemptyset(&set);
	for (int i = 0; i < 6; i++)
		sigaddset(&set, expected[i]);
	sigprocmask(SIG_BLOCK, &set, NULL);
	kill(getpid(), SIGHUP);
	kill(getpid(), SIGUSR1);
	kill(getpid(), SIGSYS);
	kill(getpid(), SIGTRAP);
	raise(SIGUSR2);
	raise(SIGBUS);
	for (int i = 0; i < 6; i++)
		right += sigtimedwait(&set, NULL, &now) == expected[i];
	is(right, 6, "one's own signals first, and faults before the rest");
	sigprocmask(SIG_UNBLOCK, &set, NULL);
}

static void test_errors(void)
{
	struct kernel_action act = { .handler = count_it };
	unsigned long long set = 0;

	is(sys4(SYS_rt_sigaction, 0, (long)&act, 0, 8), -EINVAL, "rt_sigaction: no signal 0");
	is(sys4(SYS_rt_sigaction, 65, (long)&act, 0, 8), -EINVAL, "no signal 65");
	is(sys4(SYS_rt_sigaction, SIGKILL, (long)&act, 0, 8), -EINVAL, "not for SIGKILL");
	is(sys4(SYS_rt_sigaction, SIGSTOP, (long)&act, 0, 8), -EINVAL, "not for SIGSTOP");
	is(sys4(SYS_rt_sigaction, SIGKILL, 0, (long)&act, 8), 0, "but it can be read");
	act.flags = ~SA_RESTORER;
	sys4(SYS_rt_sigaction, SIGUSR1, (long)&act, 0, 8);
	sys4(SYS_rt_sigaction, SIGUSR1, 0, (long)&act, 8);
	is(act.flags, 0xd8000807, "flags that there are not are forgotten");
	is(sys4(SYS_rt_sigaction, SIGUSR1, (long)&act, 0, 4), -EINVAL, "another size of set");
	is(sys4(SYS_rt_sigaction, SIGUSR1, KERNEL_ADDRESS, 0, 8), -EFAULT, "a bad action");
	is(sys4(SYS_rt_sigaction, SIGUSR1, 0, KERNEL_ADDRESS, 8), -EFAULT, "a bad old action");
	is(sys4(SYS_rt_sigprocmask, 3, (long)&set, 0, 8), -EINVAL, "sigprocmask: no such way");
	is(sys4(SYS_rt_sigprocmask, 3, 0, 0, 8), 0, "which does not matter without a set");
	is(sys4(SYS_rt_sigprocmask, SIG_BLOCK, KERNEL_ADDRESS, 0, 8), -EFAULT, "a bad set");
	is(sys4(SYS_rt_sigprocmask, SIG_BLOCK, 0, KERNEL_ADDRESS, 8), -EFAULT, "a bad old set");
	is(sys4(SYS_rt_sigprocmask, SIG_BLOCK, (long)&set, 0, 16), -EINVAL, "a larger set");
	is(sys2(SYS_rt_sigpending, KERNEL_ADDRESS, 8), -EFAULT, "sigpending: a bad set");
	is(sys2(SYS_rt_sigpending, (long)&set, 16), -EINVAL, "sigpending: a larger set");
	is(sys2(SYS_rt_sigsuspend, KERNEL_ADDRESS, 8), -EFAULT, "sigsuspend: a bad set");
	is(sys2(SYS_rt_sigsuspend, (long)&set, 4), -EINVAL, "sigsuspend: a smaller set");
}

/* Without SA_RESTORER: the kernel's own code, one for handlers with SA_SIGINFO and one without. */
static void test_trampolines(void)
{
	struct kernel_action act = { .handler = look_at_info, .flags = SA_SIGINFO }, old;

	count = 0;
	is(sys4(SYS_rt_sigaction, SIGUSR1, (long)&act, 0, 8), 0, "no restorer, SA_SIGINFO");
	sys2(SYS_kill, getpid(), SIGUSR1);
	is(count, 1, "the handler runs and returns");
	act = (struct kernel_action){ .handler = count_it };
	is(sys4(SYS_rt_sigaction, SIGUSR1, (long)&act, 0, 8), 0, "no restorer, no SA_SIGINFO");
	sys2(SYS_kill, getpid(), SIGUSR1);
	is(count, 2, "the same");
	is(sys4(SYS_rt_sigaction, SIGUSR1, 0, (long)&old, 8), 0, "the action is read back");
	ok(old.handler == (void *)count_it && old.flags == 0, "as it was");
	signal(SIGUSR1, SIG_DFL);
}

/* ---- interrupted calls ---- */

static int send_later(void *arg)
{
	struct timespec pause = { 0, 30000000 };

	nanosleep(&pause, NULL);
	kill(getppid(), *(int *)arg);
	return 0;
}

/* A child that sends sig to us a little later. */
static pid_t later(int sig)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(send_later(&sig));
	return pid;
}

static void test_restart(void)
{
	struct timespec second = { 1, 0 }, rest = { 0, 0 };
	pid_t sleeper = fork(), pid;
	int status;
	sigset_t none;

	if (sleeper == 0) {
		struct timespec half = { 0, 300000000 };

		nanosleep(&half, NULL);
		_exit(7);
	}
	install(SIGUSR1, count_it, SA_RESTART);
	pid = later(SIGUSR1);
	is(waitpid(sleeper, &status, 0), sleeper, "SA_RESTART: waitpid goes on");
	ok(count == 1 && WEXITSTATUS(status) == 7, "after the handler");
	waitpid(pid, NULL, 0);

	install(SIGUSR1, count_it, SA_RESTART);
	pid = later(SIGUSR1);
	fails(nanosleep(&second, &rest), EINTR, "nanosleep ends even with SA_RESTART");
	ok(rest.tv_sec == 0 && rest.tv_nsec > 500000000, "and says what is left");
	waitpid(pid, NULL, 0);

	install(SIGUSR1, count_it, 0);
	pid = later(SIGUSR1);
	sleeper = fork();
	if (sleeper == 0) {
		pause();
		_exit(0);
	}
	fails(waitpid(sleeper, NULL, 0), EINTR, "without SA_RESTART waitpid ends");
	kill(sleeper, SIGKILL);
	waitpid(sleeper, NULL, 0);
	waitpid(pid, NULL, 0);

	install(SIGUSR1, count_it, SA_RESTART);
	pid = later(SIGUSR1);
	fails(pause(), EINTR, "pause ends after a handler");
	waitpid(pid, NULL, 0);

	sigemptyset(&none);
	sigaddset(&none, SIGUSR1);
	sigprocmask(SIG_BLOCK, &none, NULL);
	raise(SIGUSR1);
	sigemptyset(&none);
	count = 0;
	fails(sigsuspend(&none), EINTR, "sigsuspend lets a blocked signal in");
	is(count, 1, "its handler ran");
	sigprocmask(SIG_BLOCK, NULL, &none);
	ok(sigismember(&none, SIGUSR1), "and the mask is as before");
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

/* ---- two signals for a process, of which the handler of one blocks the other ---- */

static struct thread other;
static volatile int other_ran, was_taken;

static void second(int sig)
{
	(void)sig;
	other_ran = 1;
}

static void first(int sig)
{
	long pause[2] = { 0, 1000000 };

	(void)sig;
	for (int i = 0; i < 1000 && !other_ran; i++)
		sys2(SYS_nanosleep, (long)pause, 0);
	was_taken = other_ran;
}

static int send_both(void *pid)
{
	long pause[2] = { 0, 1000000 };

	sys2(SYS_kill, *(pid_t *)pid, SIGUSR1);
	sys2(SYS_kill, *(pid_t *)pid, SIGUSR2);
	for (int i = 0; i < 1000 && !was_taken; i++)
		sys2(SYS_nanosleep, (long)pause, 0);
	return 0;
}

static void test_other_thread(void)
{
	struct sigaction act = { .sa_handler = first };
	pid_t pid = getpid();

	sigaddset(&act.sa_mask, SIGUSR2);
	sigaction(SIGUSR1, &act, NULL);
	install(SIGUSR2, second, 0);
	thread_start(&other, send_both, &pid, CLONE_THREAD);
	thread_join(&other);
	ok(was_taken, "a signal that a handler's mask blocks goes to another thread");
}

/* exec: caught signals go back to their default, ignored ones stay so, the mask too. */
static int exec_self(void *arg)
{
	sigset_t set;

	signal(SIGUSR1, count_it);
	signal(SIGUSR2, SIG_IGN);
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_SETMASK, &set, NULL);
	execl(arg, "sigaction", "after-exec", NULL);
	return 99;
}

static int after_exec(void)
{
	void (*one)(int), (*two)(int);
	sigset_t set;

	handler_of(SIGUSR1, &one);
	handler_of(SIGUSR2, &two);
	sigprocmask(SIG_BLOCK, NULL, &set);
	return one == SIG_DFL && two == SIG_IGN && sigismember(&set, SIGTERM) ? 0 : 1;
}

int main(int argc, char **argv)
{
	if (argc > 1)
		return after_exec();
	plan(56);
	test_flags();
	test_info();
	test_mask();
	test_order();
	test_errors();
	test_trampolines();
	test_restart();
	test_other_thread();
	exits(in_child(exec_self, argv[0]), 0, "exec resets handlers, keeps SIG_IGN and the mask");
	return done();
}
