/* SPDX-License-Identifier: MIT */
/* clone: threads that share memory and files, thread groups, thread ids, futexes. */
#define _GNU_SOURCE
#include "tap.h"

#include <fcntl.h>
#include <time.h>

#include "thread.h"

#define THREADS 5
#define ROUNDS 2000

static struct thread threads[THREADS];
static volatile int counter, ids[THREADS], groups[THREADS], parents[THREADS];
static volatile int opened_fd, futex_word, parent_tid;
static const char *self;

static int add_many(void *arg)
{
	for (int i = 0; i < ROUNDS; i++) {
		__sync_fetch_and_add(&counter, 1);
		if (i % 100 == 0)
			sys0(SYS_sched_yield);
	}
	ids[(long)arg] = sys0(SYS_gettid);
	groups[(long)arg] = sys0(SYS_getpid);
	parents[(long)arg] = sys0(SYS_getppid);
	return 0;
}

/* Threads of one group: one pid, several thread ids, gone without anybody waiting for them. */
static void test_group(void)
{
	int started = 0, same = 1, distinct = 1;

	for (long i = 0; i < THREADS; i++)
		started += thread_start(&threads[i], add_many, (void *)i, CLONE_THREAD) > 0;
	is(started, THREADS, "five threads start");
	for (int i = 0; i < THREADS; i++)
		thread_join(&threads[i]);
	is(counter, THREADS * ROUNDS, "they share memory");
	for (int i = 0; i < THREADS; i++) {
		same &= groups[i] == getpid() && parents[i] == getppid();
		distinct &= ids[i] != getpid();
		for (int j = 0; j < i; j++)
			distinct &= ids[i] != ids[j];
	}
	ok(same, "CLONE_THREAD: one pid and one parent for all");
	ok(distinct, "but thread ids of their own");
	fails(waitpid(-1, NULL, __WALL), ECHILD, "they are no children");
}

static int open_self(void *arg)
{
	(void)arg;
	opened_fd = sys3(SYS_open, (long)self, O_RDONLY, 0);
	return 0;
}

static int close_fd(void *arg)
{
	return sys1(SYS_close, (long)arg);
}

static void test_files(void)
{
	struct thread *t = &threads[0];
	char magic[4] = "";
	int status;
	pid_t pid;

	thread_start(t, open_self, NULL, CLONE_THREAD);
	thread_join(t);
	ok(opened_fd > 2 && read(opened_fd, magic, 4) == 4 && !memcmp(magic, "\177ELF", 4),
	   "CLONE_FILES: a file opened by a thread is open here");
	pid = clone(close_fd, t->stack + THREAD_STACK, CLONE_VM | SIGCHLD, (void *)(long)opened_fd);
	is(waitpid(pid, &status, 0), pid, "a task that shares only memory is waited for");
	exits(status, 0, "it can close its copy of the descriptor");
	is(pread(opened_fd, magic, 4, 0), 4, "without CLONE_FILES that closes nothing here");
	thread_start(t, close_fd, (void *)(long)opened_fd, CLONE_THREAD);
	thread_join(t);
	fails(read(opened_fd, magic, 4), EBADF, "with CLONE_FILES it does");
}

static int change_dir(void *arg)
{
	return sys1(SYS_chdir, (long)arg);
}

static void test_fs(void)
{
	struct thread *t = &threads[0];
	char before[256], now[256];
	pid_t pid;

	if (!getcwd(before, sizeof(before)))
		before[0] = '\0';
	pid = clone(change_dir, t->stack + THREAD_STACK, CLONE_VM | SIGCHLD, "/dev");
	waitpid(pid, NULL, 0);
	is_str(getcwd(now, sizeof(now)), before, "without CLONE_FS a chdir stays the thread's own");
	pid = clone(change_dir, t->stack + THREAD_STACK, CLONE_VM | CLONE_FS | SIGCHLD, "/dev");
	waitpid(pid, NULL, 0);
	is_str(getcwd(now, sizeof(now)), "/dev", "with CLONE_FS it is everybody's");
	is(chdir(before), 0, "and back");
}

static int tls_values[2];

/* The first word of a musl thread is the address of the thread itself: the test gives each thread
 * a block that begins with its own address, and sees it through %gs. */
static int read_gs(void *arg)
{
	unsigned long base;

	__asm__ volatile("movl %%gs:0, %0" : "=r"(base));
	sys0(SYS_sched_yield);
	tls_values[(long)arg] = base;
	return 0;
}

static void test_settls(void)
{
	static unsigned long blocks[2][64];
	unsigned long mine, still;

	__asm__ volatile("movl %%gs:0, %0" : "=r"(mine));
	for (long i = 0; i < 2; i++) {
		blocks[i][0] = (unsigned long)blocks[i];
		threads[i].ended = 1;
		clone(read_gs, threads[i].stack + THREAD_STACK,
		      CLONE_SHARE_ALL | CLONE_THREAD | CLONE_SETTLS | CLONE_CHILD_CLEARTID,
		      (void *)i, NULL, blocks[i], &threads[i].ended);
	}
	thread_join(&threads[0]);
	thread_join(&threads[1]);
	__asm__ volatile("movl %%gs:0, %0" : "=r"(still));
	ok(tls_values[0] == (int)blocks[0] && tls_values[1] == (int)blocks[1],
	   "CLONE_SETTLS: each thread has its own %gs base");
	is(still, mine, "the creator's stays");
}

/* One that should fail; if it does not, the child must not run on as a second test. */
static long try_settls(void *tls)
{
	long ret = sys5(SYS_clone, CLONE_SETTLS | SIGCHLD, 0, 0, (long)tls, 0);

	if (ret == 0)
		_exit(1);
	return ret;
}

static void test_bad_settls(void)
{
	is(try_settls(NULL), -EFAULT, "CLONE_SETTLS with a null pointer: EFAULT");
	is(try_settls((void *)KERNEL_ADDRESS), -EFAULT, "with a kernel address: EFAULT");
	is(try_settls(&(struct segment){ 1, 0, 0xfffff, SEGMENT_FLAT_DATA }), -EINVAL,
	   "for an entry that is no thread's: EINVAL");
	fails(waitpid(-1, NULL, __WALL), ECHILD, "no child was made");
}

static int tid_seen_by_child;

static int note_tid(void *arg)
{
	tid_seen_by_child = *(volatile int *)arg == sys0(SYS_gettid);
	return 0;
}

static void test_settid(void)
{
	static volatile int child_tid;
	pid_t pid;

	pid = clone(note_tid, threads[0].stack + THREAD_STACK,
		    CLONE_VM | CLONE_PARENT_SETTID | SIGCHLD, (void *)&parent_tid, &parent_tid,
		    NULL, NULL);
	is(parent_tid, pid, "CLONE_PARENT_SETTID: the id is stored for the parent");
	waitpid(pid, NULL, 0);
	ok(tid_seen_by_child, "before the child runs");
	pid = clone(note_tid, threads[0].stack + THREAD_STACK,
		    CLONE_VM | CLONE_CHILD_SETTID | SIGCHLD,
		    (void *)&child_tid, NULL, NULL, &child_tid);
	waitpid(pid, NULL, 0);
	ok(tid_seen_by_child && child_tid == pid,
	   "CLONE_CHILD_SETTID: stored in the child's memory");
}

static int wait_on_futex(void *arg)
{
	(void)arg;
	__sync_fetch_and_add(&counter, 1);
	while (futex_word == 0)
		sys6(SYS_futex, (long)&futex_word, FUTEX_WAIT_OP, 0, 0, 0, 0);
	__sync_fetch_and_add(&counter, 100);
	return 0;
}

static void test_futex(void)
{
	struct timespec pause = { 0, 10000000 };

	counter = 0;
	for (int i = 0; i < 3; i++)
		thread_start(&threads[i], wait_on_futex, NULL, CLONE_THREAD);
	while (counter < 3)
		sched_yield();
	nanosleep(&pause, NULL);
	is(counter, 3, "three threads sleep on a futex");
	is(sys6(SYS_futex, (long)&futex_word, FUTEX_WAKE_OP, 1, 0, 0, 0), 1,
	   "waking one wakes one");
	futex_word = 1;
	sys6(SYS_futex, (long)&futex_word, FUTEX_WAKE_OP, 100, 0, 0, 0);
	for (int i = 0; i < 3; i++)
		thread_join(&threads[i]);
	is(counter, 303, "all wake in the end");
	is(sys6(SYS_futex, (long)&futex_word, FUTEX_WAKE_OP, 100, 0, 0, 0), 0,
	   "nobody left to wake");
	is(sys6(SYS_futex, (long)&futex_word, FUTEX_WAIT_OP, 0, 0, 0, 0), -EAGAIN,
	   "another value than expected: EAGAIN");
	is(sys6(SYS_futex, (long)&futex_word, FUTEX_WAIT_OP, 1, (long)&pause, 0, 0), -ETIMEDOUT,
	   "nobody wakes us: ETIMEDOUT");
	is(sys6(SYS_futex, (long)&futex_word + 1, FUTEX_WAIT_OP, 1, 0, 0, 0), -EINVAL,
	   "an unaligned futex: EINVAL");
	is(sys6(SYS_futex, (long)&futex_word, 99, 1, 0, 0, 0), -ENOSYS,
	   "an unknown operation: ENOSYS");
}

static int end_group(void *arg)
{
	sys1(SYS_exit_group, (long)arg);
	return 0;
}

static int main_sleeps(void *arg)
{
	struct timespec forever = { 1000, 0 };

	thread_start(&threads[0], end_group, arg, CLONE_THREAD);
	nanosleep(&forever, NULL);
	return 1;
}

static int main_exits_first(void *arg)
{
	thread_start(&threads[0], end_group, arg, CLONE_THREAD);
	sys1(SYS_exit, 3);
	return 1;
}

static void test_exit_group(void)
{
	exits(in_child(main_sleeps, (void *)7), 7,
	      "exit_group by a thread ends its sleeping leader");
	exits(in_child(main_exits_first, (void *)8), 8,
	      "a leader that exited is reported when the group ends");
}

static void test_errors(void)
{
	void *stack = threads[0].stack + THREAD_STACK;

	fails(clone(note_tid, stack, CLONE_THREAD | CLONE_VM, NULL), EINVAL,
	      "CLONE_THREAD without CLONE_SIGHAND: EINVAL");
	fails(clone(note_tid, stack, CLONE_SIGHAND, NULL), EINVAL,
	      "CLONE_SIGHAND without CLONE_VM: EINVAL");
}

/* Nobody else runs in the address space of a process: its word stays, also in shared memory. */
static void test_cleartid_alone(void)
{
	volatile int *tid = shared_pages(1);
	pid_t pid = sys5(SYS_clone, CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID | SIGCHLD, 0, 0, 0,
			 (long)tid);

	if (pid == 0)
		_exit(0);
	waitpid(pid, NULL, 0);
	is(*tid - pid, 0, "CLONE_CHILD_CLEARTID does nothing for a process");
	munmap((void *)tid, PAGE);
}

/* A child that nobody is told of is an ordinary one once it runs another program. */
static void test_exec_signal(void)
{
	char *argv[] = { (char *)self, "again", NULL };
	pid_t pid = sys5(SYS_clone, 0, 0, 0, 0, 0), found;
	int status;

	if (pid == 0) {
		usleep(20000);
		execv(self, argv);
		_exit(1);
	}
	fails(waitpid(pid, &status, 0), ECHILD, "a child without a signal: only with __WALL");
	for (int i = 0; i < 500 && (found = waitpid(pid, &status, 0)) < 0; i++)
		usleep(10000);
	is(found - pid, 0, "but not after execve()");
	exits(status, 7, "it was the other program");
}

int main(int argc, char **argv)
{
	self = argv[0];
	if (argc > 1)
		return 7;
	plan(38);
	test_group();
	test_files();
	test_fs();
	test_settls();
	test_bad_settls();
	test_settid();
	test_futex();
	test_exit_group();
	test_errors();
	test_cleartid_alone();
	test_exec_signal();
	return done();
}
