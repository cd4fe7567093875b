/* SPDX-License-Identifier: MIT */
/*
 * nomem_test.c - system calls on files when memory runs out: for each call, every allocation fails
 * once. The call then has to return -ENOMEM and to leave nothing behind.
 */
#include "fs_test.h"
#include "mm_test.h"
#include <nopage/printk.h>
#include <nopage/syscalls.h>

#define NR_PAGES	8
#define STRING_SIZE	64UL
#define BUFFER		(TEST_BASE + PAGE_SIZE)	/* the pages but the first, which has strings */
#define BUFFER_SIZE	(7 * (long)PAGE_SIZE)

static struct mm_struct *mm;
static unsigned long next_string;
static long fd;				/* /ktest/file, in most calls */

/* A string in user memory that already has its page. Up to eight at a time. */
static long string(const char *s)
{
	long addr = TEST_BASE + next_string++ % 8 * STRING_SIZE;

	KT_EQ(copy_to_user((void *)addr, s, strlen(s) + 1), 0);
	return addr;
}

static bool begin(void)
{
	mm = test_mm_enter();
	if (!KT_TRUE(mm) || !KT_EQ(unshare_files() ?: unshare_fs(), 0) || !test_dir_make())
		return false;
	KT_EQ(test_map(mm, TEST_BASE, NR_PAGES, PROT_RW, MAP_ANON_PRIV | MAP_FIXED), TEST_BASE);
	for (int i = 0; i < NR_PAGES; i++)
		KT_EQ(test_poke(TEST_BASE + i * PAGE_SIZE, 0), 0);
	KT_EQ(test_file("/ktest/file", 0644, "text", 4), 0);
	KT_EQ(vfs_mknod(NULL, "/ktest/fifo", S_IFIFO | 0644, 0), 0);
	KT_EQ(vfs_mknod(NULL, "/ktest/dir", S_IFDIR | 0755, 0), 0);
	fd = sys_open(string("/ktest/file"), O_RDWR, 0);
	return KT_EQ(fd, 0);
}

static void end(void)
{
	exit_files(current);
	exit_fs(current);
	KT_EQ(vfs_unlink(NULL, "/ktest/file", false), 0);
	KT_EQ(vfs_unlink(NULL, "/ktest/fifo", false), 0);
	KT_EQ(vfs_unlink(NULL, "/ktest/dir", true), 0);
	test_dir_remove();
	test_mm_leave(mm);
}

/* ------------------------------------------------------------------ the calls */

static long result;				/* of the call that has succeeded */

static void close_result(void)
{
	KT_EQ(sys_close(result), 0);
}

static void remove_new(void)
{
	if (vfs_unlink(NULL, "/ktest/new", false))
		KT_EQ(vfs_unlink(NULL, "/ktest/new", true), 0);
}

static long call_mkdir(void)
{
	return sys_mkdir(string("/ktest/new"), 0755);
}

static long call_mkfifo(void)
{
	return sys_mknod(string("/ktest/new"), S_IFIFO | 0644, 0);
}

static long call_symlink(void)
{
	return sys_symlink(string("target"), string("/ktest/new"));
}

static long call_link(void)
{
	return sys_link(string("/ktest/file"), string("/ktest/new"));
}

static long call_rename(void)
{
	return sys_rename(string("/ktest/file"), string("/ktest/new"));
}

static void undo_rename(void)
{
	KT_EQ(vfs_rename(NULL, "/ktest/new", NULL, "/ktest/file", 0), 0);
}

static long call_rmdir(void)
{
	return sys_rmdir(string("/ktest/dir"));
}

static void undo_rmdir(void)
{
	KT_EQ(vfs_mknod(NULL, "/ktest/dir", S_IFDIR | 0755, 0), 0);
}

static long call_tmpfile(void)
{
	return sys_open(string("/ktest"), O_TMPFILE | O_RDWR, 0600);
}

static long call_memfd(void)
{
	return sys_memfd_create(string("name"), 0);
}

static long call_pipe(void)
{
	long error = sys_pipe(BUFFER);

	if (!error) {
		sys_close(test_peek(BUFFER));
		sys_close(test_peek(BUFFER + 4));
	}
	return error;
}

/* Both ends of a FIFO, and what the pipe holds. */
static long call_fifo(void)
{
	long reader = sys_open(string("/ktest/fifo"), O_RDONLY | O_NONBLOCK, 0), writer, n;

	if (reader < 0)
		return reader;
	writer = sys_open(string("/ktest/fifo"), O_WRONLY, 0);
	n = writer < 0 ? writer : sys_write(writer, BUFFER, 2 * PAGE_SIZE);
	sys_close(reader);
	if (writer >= 0)
		sys_close(writer);
	return n == (long)PAGE_SIZE ? -ENOMEM : n;
}

static long call_fifo_both(void)
{
	return sys_open(string("/ktest/fifo"), O_RDWR, 0);
}

static long call_resize(void)
{
	return sys_fcntl64(fd, F_SETPIPE_SZ, 64 * PAGE_SIZE);
}

static long call_stat(void)
{
	return sys_stat64(string("/ktest/file"), BUFFER);
}

static long call_statfs(void)
{
	return sys_statfs(string("/ktest"), BUFFER);
}

static long call_chmod(void)
{
	return sys_chmod(string("/ktest/file"), 0600);
}

static long call_utime(void)
{
	return sys_utime(string("/ktest/file"), 0);
}

static long call_truncate(void)
{
	return sys_truncate(string("/ktest/file"), 4);
}

static long call_access(void)
{
	return sys_access(string("/ktest/file"), MAY_READ);
}

static long call_chdir(void)
{
	return sys_chdir(string("/ktest"));
}

static void undo_chdir(void)
{
	KT_EQ(sys_chdir(string("/")), 0);
}

static long call_getcwd(void)
{
	return sys_getcwd(BUFFER, BUFFER_SIZE);
}

/* A link whose text is made for it. */
static long call_readlink(void)
{
	return sys_readlink(string("/ktest/dir/self"), BUFFER, BUFFER_SIZE);
}

static long call_getdents(void)
{
	long dir = sys_open(string("/ktest"), O_RDONLY, 0), n;

	if (dir < 0)
		return dir;
	n = sys_getdents64(dir, BUFFER, BUFFER_SIZE);
	sys_close(dir);
	return n;
}

/* New pages for the file; one more piece of memory for the vector. */
static long call_write(void)
{
	const struct iovec vec = { (void *)(BUFFER + PAGE_SIZE), 5 * PAGE_SIZE };
	long n;

	KT_EQ(copy_to_user((void *)BUFFER, &vec, sizeof(vec)), 0);
	n = sys_pwritev(fd, BUFFER, 1, PAGE_SIZE, 0);
	KT_EQ(sys_ftruncate(fd, 4), 0);
	return n >= 0 && n < 5 * (long)PAGE_SIZE ? -ENOMEM : n;
}

static long call_fallocate(void)
{
	long error = sys_fallocate(fd, 0, PAGE_SIZE, 0, 5 * PAGE_SIZE, 0);

	KT_EQ(sys_ftruncate(fd, PAGE_SIZE), 0);		/* pages behind the end go, too */
	KT_EQ(sys_ftruncate(fd, 4), 0);
	return error;
}

/* At the end of the file: a buffer is mapped, but not touched. Its faults try again. */
static long call_sendfile(void)
{
	long n;

	KT_EQ(sys_lseek(fd, 0, SEEK_END), 4);
	n = sys_sendfile(sys_open(string("/dev/null"), O_WRONLY, 0), fd, 0, PAGE_SIZE);
	sys_close(1);
	return n == -EBADF ? -ENOMEM : n;
}

static long call_flock(void)
{
	return sys_flock(fd, LOCK_EX | LOCK_NB);
}

static void undo_flock(void)
{
	KT_EQ(sys_flock(fd, LOCK_UN), 0);
}

/* The middle of a lock is taken out: two locks are left. */
static long call_fcntl_lock(void)
{
	const struct flock64 whole = { F_WRLCK, SEEK_SET, 0, 0, 0 };
	const struct flock64 part = { F_UNLCK, SEEK_SET, 100, 100, 0 };
	long error;

	KT_EQ(copy_to_user((void *)BUFFER, &whole, sizeof(whole)), 0);
	error = sys_fcntl64(fd, F_SETLK64, BUFFER);
	if (error)
		return error;
	KT_EQ(copy_to_user((void *)BUFFER, &part, sizeof(part)), 0);
	error = sys_fcntl64(fd, F_SETLK64, BUFFER);
	locks_remove(fget_light(fd, &(bool){ false })->inode, current->files);
	return error;
}

/* So many descriptors that their sets do not fit on the stack. */
static long call_select(void)
{
	return sys__newselect(128, BUFFER, 0, 0, BUFFER + PAGE_SIZE);
}

static long call_mount(void)
{
	return sys_mount(string("none"), string("/ktest/dir"), string("tmpfs"), 0,
			 string("size=1m"));
}

static void undo_mount(void)
{
	KT_EQ(sys_umount(string("/ktest/dir")), 0);
}

static long call_shared_map(void)
{
	return test_map(mm, TEST_BASE + 64 * PAGE_SIZE, 1, PROT_RW,
			MAP_ANONYMOUS | MAP_SHARED | MAP_FIXED);
}

static void undo_shared_map(void)
{
	KT_EQ(test_unmap(mm, TEST_BASE + 64 * PAGE_SIZE, 1), 0);
}

static const struct nomem_call {
	const char *name;
	long (*call)(void);		/* 0 or more, or -Exxx */
	void (*undo)(void);		/* after it has succeeded */
	int at_least;			/* allocations */
} calls[] = {
	{ "mkdir", call_mkdir, remove_new, 3 },
	{ "mkfifo", call_mkfifo, remove_new, 3 },
	{ "symlink", call_symlink, remove_new, 5 },
	{ "link", call_link, remove_new, 3 },
	{ "rename", call_rename, undo_rename, 5 },
	{ "rmdir", call_rmdir, undo_rmdir, 1 },
	{ "open O_TMPFILE", call_tmpfile, close_result, 4 },
	{ "memfd_create", call_memfd, close_result, 4 },
	{ "pipe", call_pipe, NULL, 4 },
	{ "both ends of a FIFO", call_fifo, NULL, 8 },
	{ "a FIFO for both", call_fifo_both, close_result, 4 },
	{ "stat", call_stat, NULL, 1 },
	{ "statfs", call_statfs, NULL, 1 },
	{ "chmod", call_chmod, NULL, 1 },
	{ "utime", call_utime, NULL, 1 },
	{ "truncate", call_truncate, NULL, 1 },
	{ "access", call_access, NULL, 1 },
	{ "chdir", call_chdir, undo_chdir, 1 },
	{ "getcwd", call_getcwd, NULL, 1 },
	{ "getdents", call_getdents, NULL, 3 },
	{ "pwritev", call_write, NULL, 6 },
	{ "fallocate", call_fallocate, NULL, 5 },
	{ "sendfile", call_sendfile, NULL, 3 },
	{ "flock", call_flock, undo_flock, 2 },
	{ "fcntl", call_fcntl_lock, NULL, 4 },
	{ "mount", call_mount, undo_mount, 8 },
	{ "mmap", call_shared_map, undo_shared_map, 4 },
};

/* ------------------------------------------------------------------ the tests */

static const struct nomem_call *now;

static bool try_call(void)
{
	result = now->call();
	KT_TRUE(result >= 0 || result == -ENOMEM);
	return result >= 0;
}

static void undo_call(void)
{
	if (now->undo)
		now->undo();
}

static void fail_call(const struct nomem_call *call)
{
	now = call;
	KT_TRUE(try_call());		/* what is made once and stays: page tables, a long name */
	undo_call();
	if (!KT_TRUE(kt_fail_every(try_call, undo_call, 40) >= call->at_least))
		printk_raw("# in %s\n", call->name);
}

KTEST(nomem, file_calls)
{
	KT_ASSERT(begin());
	for (unsigned int i = 0; i < ARRAY_SIZE(calls); i++)
		fail_call(&calls[i]);
	end();
}

/* Descriptors as far as 100, one of which is a pipe. */
KTEST(nomem, many_descriptors)
{
	static const struct nomem_call select = { "select", call_select, NULL, 1 };
	static const struct nomem_call resize = { "F_SETPIPE_SZ", call_resize, NULL, 1 };

	KT_ASSERT(begin());
	KT_EQ(sys_pipe(BUFFER + 2 * PAGE_SIZE), 0);
	KT_EQ(sys_dup2(1, 100), 100);
	fd = 100;
	KT_EQ(sys_fcntl64(fd, F_SETPIPE_SZ, 64 * PAGE_SIZE), 64 * PAGE_SIZE);
	fail_call(&resize);
	fail_call(&select);
	end();
}

KTEST(nomem, names_on_demand)
{
	static const struct nomem_call readlink = { "readlink", call_readlink, NULL, 5 };

	KT_ASSERT(begin());
	KT_EQ(sys_mount(string("none"), string("/ktest/dir"), string("proc"), 0, 0), 0);
	fail_call(&readlink);
	KT_EQ(sys_umount(string("/ktest/dir")), 0);
	end();
}
