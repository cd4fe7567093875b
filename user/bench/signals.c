/* SPDX-License-Identifier: MIT */
/* A signal sent to oneself, and a page made accessible by a handler of SIGSEGV. */
#define _GNU_SOURCE
#include "bench.h"

#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define SIGNALS 100			/* per timed loop */

static volatile unsigned long handled;

static void handler(int sig)
{
	handled++;
}

static void siginfo_handler(int sig, siginfo_t *info, void *context)
{
	handled++;
}

static void fix_up(int sig, siginfo_t *info, void *context)
{
	long page = (long)info->si_addr & -PAGE_SIZE;

	if (sys3(SYS_mprotect, page, PAGE_SIZE, PROT_READ | PROT_WRITE))
		die("mprotect in the handler");
	handled++;
}

static ticks_t signal_self(void *pid)
{
	ticks_t start = rdtsc();

	for (int i = 0; i < SIGNALS; i++)
		sys2(SYS_kill, (long)pid, SIGUSR1);
	return rdtsc() - start;
}

/* Take the right away, write nevertheless. */
static ticks_t fault_and_fix(void *page)
{
	ticks_t start = rdtsc();

	for (int i = 0; i < SIGNALS; i++) {
		sys3(SYS_mprotect, (long)page, PAGE_SIZE, PROT_NONE);
		*(volatile char *)page = 1;
	}
	return rdtsc() - start;
}

/* install - set what happens on the signal, with nothing else blocked meanwhile. */
static void install(int sig, struct sigaction *sa)
{
	sigemptyset(&sa->sa_mask);
	if (sigaction(sig, sa, NULL))
		die("sigaction");
}

void bench_signals(void)
{
	struct sigaction plain = { .sa_handler = handler };
	struct sigaction with_info = { .sa_sigaction = siginfo_handler, .sa_flags = SA_SIGINFO };
	struct sigaction fixing = { .sa_sigaction = fix_up, .sa_flags = SA_SIGINFO };
	void *pid = (void *)(long)getpid();
	char *page = arena + PAGE_SIZE;		/* an area of its own */

	install(SIGUSR1, &plain);
	measure("signal-self", signal_self, pid, SIGNALS);
	install(SIGUSR1, &with_info);
	measure("signal-self-siginfo", signal_self, pid, SIGNALS);

	map_fixed((unsigned long)page, PAGE_SIZE);
	*page = 1;
	install(SIGSEGV, &fixing);
	handled = 0;
	measure("sigsegv-fix-up", fault_and_fix, page, SIGNALS);
	if (handled < SIGNALS)
		die("handling of SIGSEGV");
}
