/* SPDX-License-Identifier: MIT */
/* Which error a call gives when several of its arguments are bad; flags that change little. */
#define _GNU_SOURCE
#include "tap.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/syscall.h>

#include "rawsys.h"
#include "thread.h"

#define RW (PROT_READ | PROT_WRITE)
#define PROT_SEM 8
#define FUTEX_PRIVATE 128
#define FUTEX_REQUEUE_OP 3

/* The last two pages of these eight are no longer mapped. */
static char *area;
static long hole;

static long waitid_raw(long type, long id, void *info, long options)
{
	return sys5(SYS_waitid, type, id, (long)info, options, 0);
}

static void test_waitid(void)
{
	void *bad = (void *)hole;
	int info[32];

	memset(info, 0xff, sizeof(info));
	is(waitid_raw(P_ALL, 0, info, WEXITED), -ECHILD, "waitid: no child");
	ok(!info[0] && !info[2] && !info[3], "clears the information");
	is(waitid_raw(P_ALL, 0, bad, WEXITED), -EFAULT, "unless that is nowhere: EFAULT");
	is(waitid_raw(P_ALL, 0, bad, 0), -EFAULT, "before EINVAL for the options");
	is(waitid_raw(77, 0, bad, WEXITED), -EFAULT, "and for the kind");
	is(waitid_raw(77, 0, info, WEXITED), -EINVAL, "no such kind");
	is(waitid_raw(P_PID, 0, info, WEXITED), -EINVAL, "no such process number");
	is(waitid_raw(P_PIDFD, -1, info, WEXITED), -EINVAL, "no such descriptor number");
	is(waitid_raw(P_PIDFD, 777, info, WEXITED), -EBADF, "a descriptor that is not open");
	is(waitid_raw(P_PIDFD, 1, info, WEXITED), -EBADF, "one of something else");
}

static long queue_code(int code, long tgid, long tid, long sig)
{
	siginfo_t info = { .si_code = code };

	return sys4(SYS_rt_tgsigqueueinfo, tgid, tid, sig, (long)&info);
}

static int queue_to_process(void *result)
{
	siginfo_t info = { .si_code = SI_USER };

	*(long *)result = sys3(SYS_rt_sigqueueinfo, sys0(SYS_getpid), 0, (long)&info);
	return 0;
}

static void test_queueinfo(void)
{
	static struct thread thread;
	long me = getpid(), result = 1;
	unsigned long long set = 0;

	is(sys4(SYS_rt_tgsigqueueinfo, 0, 0, 0, hole), -EFAULT,
	   "rt_tgsigqueueinfo: the information comes first");
	is(queue_code(SI_USER, 0, 0, 0), -EINVAL, "then the numbers");
	is(queue_code(SI_QUEUE, 0, me, 0), -EINVAL, "both");
	is(queue_code(SI_USER, me, me + 1, 99), -EPERM, "then a lie about the sender");
	is(queue_code(SI_QUEUE, me, 0x3fffffff, 99), -ESRCH, "then the thread");
	is(queue_code(SI_QUEUE, me, me, 99), -EINVAL, "then the signal");
	is(sys3(SYS_rt_sigqueueinfo, 0, 99, hole), -EFAULT, "rt_sigqueueinfo: the same");
	thread_start(&thread, queue_to_process, &result, CLONE_THREAD);
	thread_join(&thread);
	is(result, -EPERM, "a thread that is not the first has not its process's number");
	is(sys2(SYS_tkill, 0, 0), -EINVAL, "tkill: there is no thread 0");
	is(sys4(SYS_rt_sigprocmask, 99, (long)&set, 0, 8), -EINVAL, "rt_sigprocmask: no such way");
	is(sys4(SYS_wait4, 0x80000000, 0, 0, 0), -ESRCH, "wait4: a group without a number");
}

static void test_mincore(void)
{
	unsigned char vec[8] = { 9, 9, 9, 9, 9, 9, 9, 9 };
	long mapped = (long)area;

	is(sys3(SYS_mincore, mapped + 1, 0, hole), -EINVAL, "mincore: not aligned");
	is(sys3(SYS_mincore, hole, PAGE, hole), -ENOMEM, "a hole, into a hole");
	is(sys3(SYS_mincore, mapped, PAGE, hole), -EFAULT, "memory, into a hole");
	is(sys3(SYS_mincore, mapped, 8 * PAGE, hole), -EFAULT, "memory and a hole, into a hole");
	is(sys3(SYS_mincore, mapped, 8 * PAGE, (long)vec), -ENOMEM, "memory and a hole");
	ok(vec[0] <= 1 && vec[5] <= 1 && vec[6] == 9, "what comes before the hole is told");
	is(sys3(SYS_mincore, KERNEL_ADDRESS, 0, 0), 0, "nothing at all");
	is(sys3(SYS_madvise, KERNEL_ADDRESS, 0, MADV_NORMAL), 0, "madvise of nothing at all");
	is(sys3(SYS_madvise, KERNEL_ADDRESS - PAGE, PAGE, MADV_NORMAL), -ENOMEM,
	   "of what cannot be");
	is(sys3(SYS_madvise, KERNEL_ADDRESS + 1, 0, MADV_NORMAL), -EINVAL, "not aligned");
	is(sys3(SYS_msync, KERNEL_ADDRESS, 0, MS_SYNC), 0, "msync of nothing at all");
	is(sys3(SYS_msync, hole, PAGE, MS_SYNC), -ENOMEM, "of a hole");
}

static long mremap_raw(void *old, long old_len, long new_len, long flags, void *to)
{
	return sys5(SYS_mremap, (long)old, old_len, new_len, flags, (long)to);
}

static void test_mremap(void)
{
	char *old = map(8, RW, MAP_PRIVATE), *to = map(8, RW, MAP_PRIVATE);

	munmap(old + 4 * PAGE, 4 * PAGE);
	is(mremap_raw(old, 8 * PAGE, 8 * PAGE, 0, 0), (long)old, "mremap: the same, with a hole");
	is(mremap_raw(old, 8 * PAGE, 9 * PAGE, MREMAP_MAYMOVE, 0), -EFAULT, "growing: EFAULT");
	is(mremap_raw(old, 8 * PAGE, 6 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, to), -EFAULT,
	   "moving: EFAULT");
	ok(readable(old) && readable(to), "and all is as before");
	is(mremap_raw(old, 8 * PAGE, 6 * PAGE, 0, 0), (long)old, "shrinking: it does not matter");
	is(mremap_raw(old, 8 * PAGE, 3 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, to), (long)to,
	   "nor if what is left after it moves");
	ok(readable(to + 2 * PAGE) && !readable(old + 3 * PAGE),
	   "three pages are left");
	is(mremap_raw(old, 2 * PAGE, PAGE, 0, 0), -EFAULT, "but nothing is EFAULT");
	is(mremap_raw((void *)hole, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, to + 1), -EINVAL,
	   "a bad new place: EINVAL before EFAULT");
	is(mremap_raw(old + 1, 0, 0, 0, 0), -EINVAL, "not aligned");
	is(mremap_raw((void *)hole, PAGE, 0, 0, 0), -EINVAL, "no length: EINVAL before EFAULT");
	is(mremap_raw((void *)hole, PAGE, PAGE, MREMAP_FIXED, to), -EINVAL, "nor FIXED alone");
	munmap(to, 8 * PAGE);
}

static long futex_raw(void *word, long op, long val, void *word2)
{
	return sys6(SYS_futex, (long)word, op, val, 0, (long)word2, 0);
}

static void test_futex(char *self)
{
	char *page = map(1, PROT_READ, MAP_PRIVATE);
	int file = open(self, O_RDONLY);
	char *text = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, file, 0);

	is(futex_raw(page, FUTEX_WAIT_OP, 1, 0), -EFAULT, "futex: memory that never changes");
	is(futex_raw(page, FUTEX_WAKE_OP, 1, 0), -EFAULT, "nobody waits for");
	is(futex_raw(area, FUTEX_REQUEUE_OP, 1, page), -EFAULT, "nor there");
	is(futex_raw(page, FUTEX_WAIT_OP | FUTEX_PRIVATE, 1, 0), -EAGAIN, "who says private may");
	is(futex_raw(page, FUTEX_WAKE_OP | FUTEX_PRIVATE, 1, 0), 0, "wake as well");
	is(futex_raw(text, FUTEX_WAIT_OP, 1, 0), -EAGAIN, "a page of a file may change");
	is(futex_raw(text, FUTEX_WAKE_OP, 1, 0), 0, "and has waiters");
	munmap(page, PAGE);
	is(futex_raw(page, FUTEX_WAKE_OP, 1, 0), -EFAULT, "nobody waits in a hole");
	is(futex_raw(page, FUTEX_WAKE_OP | FUTEX_PRIVATE, 1, 0), 0, "if not privately");
	mprotect(area, PAGE, PROT_NONE);
	is(futex_raw(area, FUTEX_WAKE_OP, 1, 0), -EFAULT, "nor where nothing can be read");
	mprotect(area, PAGE, RW);
	munmap(text, PAGE);
	close(file);
}

static long map_file(long len, long prot, long flags, int fd)
{
	long at = sys6(SYS_mmap2, 0, len, prot, flags, fd, 0);

	if (at > -PAGE)
		return at;
	munmap((void *)at, len);
	return 0;
}

static void test_mmap(char *self)
{
	int file = open(self, O_RDONLY), flags = MAP_SHARED_VALIDATE, writer = open(self, O_WRONLY);

	is(map_file(PAGE, PROT_READ, flags, file), 0, "mmap: MAP_SHARED_VALIDATE");
	is(map_file(PAGE, RW, flags, file), -EACCES, "shares");
	is(map_file(PAGE, PROT_READ, flags | MAP_POPULATE | MAP_STACK | MAP_NORESERVE, file), 0,
	   "old flags with it");
	is(map_file(PAGE, PROT_READ, flags | 0x80000, file), -EOPNOTSUPP, "MAP_SYNC is not done");
	is(map_file(PAGE, RW, flags | 0x200, file), -EOPNOTSUPP, "nor an unknown flag");
	is(map_file(PAGE, PROT_READ, MAP_SHARED | 0x200, file), 0, "MAP_SHARED does not care");
	is(map_file(PAGE, RW, flags | MAP_ANONYMOUS, -1), -EINVAL, "not for anonymous memory");
	is(map_file(PAGE, RW, 0, file), -EINVAL, "no type");
	is(map_file(PAGE, RW, 0, -1), -EBADF, "and no file");
	is(map_file(0, RW, MAP_SHARED, file), -EINVAL, "no length");
	is(sys6(SYS_mmap2, KERNEL_ADDRESS, PAGE, RW, MAP_FIXED, file, 0), -ENOMEM,
	   "the address comes before the type");
	is(sys6(SYS_mmap2, KERNEL_ADDRESS, PAGE, RW, MAP_FIXED | MAP_SHARED, file, 0), -ENOMEM,
	   "and before what the file allows");
	is(mprotect(area, PAGE, RW | PROT_SEM), 0, "mprotect: PROT_SEM means nothing");
	fails(mprotect(area, PAGE, 0x10), EINVAL, "an unknown right does");
	fails(mprotect(area, PAGE, RW | PROT_GROWSDOWN), EINVAL, "PROT_GROWSDOWN is for stacks");
	close(writer);
	close(file);
}

/* The pages of p: 0 not mapped, 1 zero, 2 else; as decimal digits. */
static int look(void *p)
{
	char *page = p;
	int seen = 0;

	for (int i = 0; i < 3; i++, page += PAGE)
		seen = seen * 5 + (readable(page) ? *page ? 2 : 1 : 0);
	return seen;
}

static void test_fork_advice(void)
{
	char *p = map(3, RW, MAP_PRIVATE), *shared = shared_pages(1);

	for (int i = 0; i < 3; i++)
		p[i * PAGE] = '/';
	is(madvise(p, PAGE, MADV_DONTFORK), 0, "madvise: MADV_DONTFORK");
	is(madvise(p + PAGE, PAGE, MADV_WIPEONFORK), 0, "MADV_WIPEONFORK");
	exits(in_child(look, p), 0 * 25 + 1 * 5 + 2, "a child gets nothing, zeroes, a copy");
	is(look(p), 2 * 25 + 2 * 5 + 2, "its parent has all");
	is(madvise(p, PAGE, MADV_DOFORK) | madvise(p + PAGE, PAGE, MADV_KEEPONFORK), 0,
	   "as it was");
	exits(in_child(look, p), 2 * 25 + 2 * 5 + 2, "then a child does, too");
	fails(madvise(shared, PAGE, MADV_WIPEONFORK), EINVAL, "shared memory is not wiped");
	munmap(p + PAGE, PAGE);
	fails(madvise(p, 3 * PAGE, MADV_DONTFORK), ENOMEM, "a hole does not keep it");
	exits(in_child(look, p), 0, "from what comes behind");
	munmap(p + 2 * PAGE, PAGE);
	fails(madvise(p, 3 * PAGE, MADV_DOFORK), ENOMEM, "nor a hole at the end");
	exits(in_child(look, p), 2 * 25, "from what comes before");
	fails(madvise(p, 3 * PAGE, MADV_DONTFORK), ENOMEM, "and again");
	exits(in_child(look, p), 0, "it is not for the child");
	munmap(shared, PAGE);
	munmap(p, 3 * PAGE);
}

static void test_flock(void)
{
	is(flock(777, LOCK_SH | 32), 0, "flock: LOCK_MAND is ignored");
	fails(flock(777, LOCK_SH), EBADF, "without it, the descriptor is looked at");
}

int main(int argc, char **argv)
{
	plan(85);
	area = map(8, RW, MAP_PRIVATE);
	memset(area, 0, 8 * PAGE);
	munmap(area + 6 * PAGE, 2 * PAGE);
	hole = (long)area + 6 * PAGE;
	test_waitid();
	test_queueinfo();
	test_mincore();
	test_mremap();
	test_futex(argv[0]);
	test_mmap(argv[0]);
	test_fork_advice();
	test_flock();
	return done();
}
