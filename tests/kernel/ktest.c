/* SPDX-License-Identifier: MIT */
/*
 * ktest.c - runs the tests that the linker has collected, one kernel thread each, and reports in
 * KTAP version 1: a plan, one line per test, diagnostics in lines that start with '#'.
 *
 * Around each test the figures that every operation must leave as it found them are compared. What
 * allocators keep for re-use is returned first, so that the figures depend on nothing but what
 * is really in use.
 */
#include <nopage/ktest.h>
#include <nopage/err.h>
#include <nopage/events.h>
#include <nopage/init.h>
#include <nopage/kstrtox.h>
#include <nopage/mm.h>
#include <nopage/printf.h>
#include <nopage/printk.h>
#include <nopage/sched.h>
#include <nopage/slab.h>
#include <nopage/string.h>
#include "glob.h"

#define MAX_DIAGNOSTICS	10		/* lines about failed checks of one test */
#define EVENTS_SHOWN	16		/* after the first failed check of a test */
#define SETTLE_TICKS	20		/* a task that has exited may still be on its way out */
#define MAX_REPEAT	1000

/* The test that runs. Tests run one at a time; threads of a test share it. */
static struct {
	int failed_checks;
	u32 random;
} now;

/* ------------------------------------------------------------------ checks */

/* note_failure - count it; false: enough has been printed about this test. */
static bool note_failure(void)
{
	now.failed_checks++;
	if (now.failed_checks == MAX_DIAGNOSTICS + 1)
		printk_raw("# ... and more\n");
	return now.failed_checks <= MAX_DIAGNOSTICS;
}

static void show_context(void)
{
	if (now.failed_checks == 1)
		show_events(EVENTS_SHOWN);
}

bool kt_true(bool cond, const char *what, const char *file, int line)
{
	if (cond)
		return true;
	if (note_failure())
		printk_raw("# %s:%d: %s: expected true, got false\n", file, line, what);
	show_context();
	return false;
}

bool kt_eq(long long got, long long want, const char *what, const char *file, int line)
{
	if (got == want)
		return true;
	if (!note_failure())
		return false;
	if (got == (long)got && want == (long)want)
		printk_raw("# %s:%d: %s: expected %ld (0x%lx), got %ld (0x%lx)\n", file, line,
			   what, (long)want, (long)want, (long)got, (long)got);
	else
		printk_raw("# %s:%d: %s: expected %lld (0x%llx), got %lld (0x%llx)\n", file, line,
			   what, want, want, got, got);
	show_context();
	return false;
}

/* xorshift32: any seed but 0 */
u32 kt_random(void)
{
	u32 x = now.random;

	x ^= x << 13;
	x ^= x >> 17;
	x ^= x << 5;
	return now.random = x;
}

/* ------------------------------------------------------------------ leaks */

/* What every test must leave as it was. */
struct figures {
	long free_frames, slab_objects, areas, mms, tasks;
};

/*
 * let_go_of_mm - a kernel thread keeps the last process's mm loaded, even when that has exited
 * (S7). Moving on to init_mm returns it.
 */
static void let_go_of_mm(void)
{
	if (current->mm || current->active_mm == &init_mm)
		return;
	use_mm(&init_mm);
	unuse_mm(&init_mm);
}

/* take_figures - after returning everything that is only kept for re-use. Sleeps. */
static struct figures take_figures(void)
{
	struct slab_stat slab;
	struct figures f;

	let_go_of_mm();
	vmalloc_cache_drain();
	pgtable_cache_drain();
	drain_sighand_cache();
	kmem_cache_shrink_all();
	drain_hot_pages();
	f.free_frames = nr_free_pages();
	f.slab_objects = 0;
	for (unsigned int i = 0; slab_stat(i, &slab); i++)
		f.slab_objects += slab.inuse;
	f.areas = nr_vmas();
	f.mms = nr_mms();
	f.tasks = READ_ONCE(nr_tasks);
	return f;
}

static bool same_figures(const struct figures *a, const struct figures *b)
{
	return a->free_frames == b->free_frames && a->slab_objects == b->slab_objects &&
	       a->areas == b->areas && a->mms == b->mms && a->tasks == b->tasks;
}

static void show_difference(const char *what, long before, long after)
{
	if (before != after)
		printk_raw("# leak: %s: %ld before, %ld after\n", what, before, after);
}

/* check_leaks - are the figures those of before? Waits a little for tasks that are still going. */
static bool check_leaks(const struct figures *before)
{
	struct figures after = take_figures();
	int ticks;

	for (ticks = 0; ticks < SETTLE_TICKS && !same_figures(before, &after); ticks++) {
		current->state = TASK_UNINTERRUPTIBLE;
		schedule_timeout(1);
		after = take_figures();
	}
	if (same_figures(before, &after))
		return true;
	show_difference("free frames", before->free_frames, after.free_frames);
	show_difference("slab objects", before->slab_objects, after.slab_objects);
	show_difference("areas", before->areas, after.areas);
	show_difference("mms", before->mms, after.mms);
	show_difference("tasks", before->tasks, after.tasks);
	return false;
}

/* ------------------------------------------------------------------ failing allocations */

void kt_fail_nth(int n)
{
	current->fail_nth = n;
}

bool kt_fail_fired(void)
{
	bool fired = current->fail_nth == FAIL_FIRED;

	current->fail_nth = 0;
	return fired;
}

int kt_fail_every(bool (*op)(void), void (*undo)(void), int limit)
{
	struct figures before = take_figures();
	bool done, fired;
	int n;

	for (n = 1; n <= limit; n++) {
		kt_fail_nth(n);
		done = op();
		fired = kt_fail_fired();
		if (done && undo)
			undo();
		if (!KT_EQ(done, !fired) || !KT_TRUE(check_leaks(&before)))
			printk_raw("# with allocation %d failing\n", n);
		if (!fired)
			return n - 1;
	}
	KT_TRUE(n <= limit);
	return limit;
}

/* ------------------------------------------------------------------ running */

static int test_thread(void *arg)
{
	const struct ktest *test = arg;

	test->fn();
	current->fail_nth = 0;
	return 0;
}

/* run_test - true when no check failed and nothing leaked. */
static bool run_test(const struct ktest *test)
{
	struct figures before = take_figures();
	struct task_struct *thread;

	now.failed_checks = 0;
	now.random = 0x2545f491;
	thread = kthread_run(test_thread, (void *)test, test->name);
	if (!KT_TRUE(!IS_ERR(thread)))
		return false;
	kthread_join(thread);
	KT_TRUE(check_leaks(&before));
	buddy_validate();
	slab_validate();
	return now.failed_checks == 0;
}

static bool selected(const struct ktest *test, const char *glob)
{
	char name[64];

	if (!*glob || glob_match(glob, test->suite))
		return true;
	scnprintf(name, sizeof(name), "%s.%s", test->suite, test->name);
	return glob_match(glob, name);
}

/* run_round - every selected test once; *number counts the lines. Returns how many failed. */
static int run_round(const char *glob, unsigned int *number)
{
	const struct ktest *test;
	int failed = 0;
	bool ok;

	for (test = __start_ktests; test < __stop_ktests; test++) {
		if (!selected(test, glob))
			continue;
		ok = run_test(test);
		printk_raw("%s %u %s.%s\n", ok ? "ok" : "not ok", ++*number, test->suite,
			   test->name);
		failed += !ok;
	}
	return failed;
}

static unsigned long rounds_wanted(void)
{
	const char *value = cmdline_get("repeat");
	unsigned long n;

	if (!value)
		return 1;
	if (kstrtoul(value, 0, &n) || n == 0 || n > MAX_REPEAT) {
		pr_warn("ktest: repeat=%s is not a number from 1 to %u\n", value, MAX_REPEAT);
		return 1;
	}
	return n;
}

int run_ktests(const char *glob)
{
	unsigned long rounds = rounds_wanted(), round;
	unsigned int tests = 0, number = 0;
	int failed = 0, first = 0, differing = 0, n;
	const struct ktest *test;
	struct figures after;

	for (test = __start_ktests; test < __stop_ktests; test++)
		tests += selected(test, glob);
	printk_raw("KTAP version 1\n1..%lu\n", tests * rounds);
	if (!tests) {
		printk_raw("# no test matches %s\n", glob);
		return 1;
	}
	for (round = 1; round <= rounds; round++) {
		n = run_round(glob, &number);
		failed += n;
		if (round == 1) {
			first = n;
			after = take_figures();
		} else if (n != first || !check_leaks(&after)) {
			printk_raw("# round %lu differs from round 1\n", round);
			differing++;
		}
	}
	printk_raw("# %u passed, %d failed\n", number - failed, failed);
	return failed + differing;
}
