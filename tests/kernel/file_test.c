/* SPDX-License-Identifier: MIT */
/*
 * file_test.c - descriptor tables, reading and writing, as the system calls do it. The caller is a
 * kernel thread that has got a table and some user memory.
 */
#include "fs_test.h"
#include "mm_test.h"
#include <nopage/syscalls.h>
#include <uapi/sched.h>

#define USER		((char *)TEST_BASE)	/* four pages, then nothing */
#define USER_SIZE	(4 * PAGE_SIZE)

static struct mm_struct *mm;

static bool begin(void)
{
	mm = test_mm_enter();
	return KT_TRUE(mm) && KT_EQ(unshare_files() ?: unshare_fs(), 0) && test_dir_make() &&
	       KT_EQ(test_map(mm, TEST_BASE, 4, PROT_RW, MAP_ANON_PRIV | MAP_FIXED), TEST_BASE);
}

static void end(void)
{
	exit_files(current);
	exit_fs(current);
	test_dir_remove();
	test_mm_leave(mm);
}

/* A string in user memory, at USER + at. */
static long user_string(unsigned long at, const char *s)
{
	KT_EQ(copy_to_user(USER + at, s, strlen(s) + 1), 0);
	return TEST_BASE + at;
}

static bool user_has(unsigned long at, const char *text, size_t len)
{
	char buf[64];

	return !copy_from_user(buf, USER + at, len) && !memcmp(buf, text, len);
}

static long open_file(const char *path, long flags)
{
	return sys_open(user_string(3 * PAGE_SIZE, path), flags, 0644);
}

KTEST(file, table)
{
	struct file *file;

	KT_ASSERT(begin());
	KT_EQ(open_file("/dev/null", O_RDONLY), 0);
	KT_EQ(sys_dup(0), 1);
	KT_EQ(sys_dup(1), 2);
	KT_EQ(sys_close(1), 0);
	KT_EQ(sys_close(1), -EBADF);
	KT_EQ(sys_dup(0), 1);
	KT_EQ(sys_fcntl64(0, F_DUPFD, 100), 100);	/* beyond the inline slots */
	KT_EQ(sys_dup2(0, 500), 500);
	KT_EQ(sys_dup2(500, 500), 500);
	KT_EQ(sys_dup3(0, 0, 0), -EINVAL);
	KT_EQ(sys_dup3(0, 3, 1), -EINVAL);
	KT_EQ(sys_dup2(0, 5000), -EBADF);		/* RLIMIT_NOFILE */
	KT_EQ(sys_dup2(7, 8), -EBADF);
	KT_EQ(sys_fcntl64(0, F_DUPFD, 5000), -EINVAL);
	KT_EQ(sys_fcntl64(7, F_DUPFD, 0), -EBADF);
	KT_EQ(sys_fcntl64(0, 99, 0), -EINVAL);
	file = fget(500);
	KT_ASSERT(file);
	KT_EQ(atomic_read(&file->count), 6);		/* 0, 1, 2, 100, 500, ours */
	fput(file);
	KT_TRUE(!fget(-1) && !fget(7));
	KT_EQ(sys_dup(0), 3);
	end();
}

KTEST(file, limit)
{
	long n = 0, fd;

	KT_ASSERT(begin());
	KT_EQ(open_file("/dev/null", O_RDONLY), 0);
	while ((fd = sys_dup(0)) >= 0)
		n = fd;
	KT_EQ(fd, -EMFILE);
	KT_EQ(n + 1, rlimit(RLIMIT_NOFILE));
	KT_EQ(open_file("/dev/null", O_RDONLY), -EMFILE);
	KT_EQ(sys_close(n / 2), 0);
	KT_EQ(sys_dup(0), n / 2);
	end();
}

KTEST(file, close_on_exec)
{
	KT_ASSERT(begin());
	KT_EQ(open_file("/dev/null", O_RDONLY), 0);
	KT_EQ(open_file("/dev/null", O_RDONLY | O_CLOEXEC), 1);
	KT_EQ(sys_dup(1), 2);				/* the flag is the descriptor's */
	KT_EQ(sys_fcntl64(0, F_DUPFD_CLOEXEC, 0), 3);
	KT_EQ(sys_dup3(0, 4, O_CLOEXEC), 4);
	KT_EQ(sys_dup(0), 5);
	KT_EQ(sys_fcntl64(5, F_SETFD, FD_CLOEXEC), 0);
	KT_EQ(sys_fcntl64(0, F_GETFD, 0), 0);
	for (int fd = 1; fd < 6; fd++)
		KT_EQ(sys_fcntl64(fd, F_GETFD, 0), fd == 2 ? 0 : FD_CLOEXEC);
	flush_old_files();
	for (int fd = 0; fd < 6; fd++)
		KT_EQ(sys_fcntl64(fd, F_GETFD, 0), fd == 0 || fd == 2 ? 0 : -EBADF);
	KT_EQ(sys_dup(0), 1);
	end();
}

KTEST(file, flags)
{
	KT_ASSERT(begin());
	KT_EQ(open_file("/ktest/f", O_CREAT | O_RDWR | O_APPEND), 0);
	KT_EQ(sys_fcntl64(0, F_GETFL, 0), O_RDWR | O_APPEND);
	KT_EQ(sys_fcntl64(0, F_SETFL, O_NONBLOCK | O_WRONLY), 0);
	KT_EQ(sys_fcntl64(0, F_GETFL, 0), O_RDWR | O_NONBLOCK);
	KT_EQ(vfs_unlink(NULL, "/ktest/f", false), 0);
	end();
}

KTEST(file, read_write)
{
	struct file *file;

	KT_ASSERT(begin());
	KT_EQ(open_file("/ktest/f", O_CREAT | O_RDWR), 0);
	user_string(0, "hello, world");
	KT_EQ(sys_write(0, TEST_BASE, 12), 12);
	KT_EQ(sys_lseek(0, 2 * PAGE_SIZE - 2, SEEK_SET), 2 * PAGE_SIZE - 2);
	KT_EQ(sys_write(0, TEST_BASE, 5), 5);		/* across a page border */
	file = fget(0);
	KT_EQ(file->inode->size, 2 * PAGE_SIZE + 3);
	KT_EQ(file->inode->mapping.nrpages, 3);
	KT_EQ(do_truncate(file->inode, 1LL << 62), -EFBIG);
	fput(file);
	KT_EQ(sys_pread64(0, TEST_BASE + 100, 5, 2 * PAGE_SIZE - 2, 0), 5);
	KT_TRUE(user_has(100, "hello", 5));
	KT_EQ(sys_pread64(0, TEST_BASE + 100, 4, 10, 0), 4);
	KT_TRUE(user_has(100, "ld\0\0", 4));
	KT_EQ(sys_pread64(0, TEST_BASE, USER_SIZE, 0, 0), 2 * PAGE_SIZE + 3);
	KT_EQ(sys_pread64(0, TEST_BASE, 1, 2 * PAGE_SIZE + 3, 0), 0);
	KT_EQ(sys_pread64(0, TEST_BASE, 1, 0, -1), -EINVAL);
	KT_EQ(sys_pwrite64(0, TEST_BASE, 1, 0xffffffff, 0), -EFBIG);
	KT_EQ(sys_lseek(0, 0, SEEK_END), 2 * PAGE_SIZE + 3);
	KT_EQ(vfs_unlink(NULL, "/ktest/f", false), 0);
	end();
}

/* A hole costs no page, and reads as zeroes. */
KTEST(file, holes)
{
	struct file *file;

	KT_ASSERT(begin());
	KT_EQ(open_file("/ktest/f", O_CREAT | O_RDWR), 0);
	user_string(0, "x");
	KT_EQ(sys_pwrite64(0, TEST_BASE, 1, 1 << 30, 0), 1);
	file = fget(0);
	KT_EQ(file->inode->mapping.nrpages, 1);
	KT_EQ(sys_pread64(0, TEST_BASE, 4, 5000, 0), 4);
	KT_TRUE(user_has(0, "\0\0\0\0", 4));
	KT_EQ(file->inode->mapping.nrpages, 1);
	fput(file);
	KT_EQ(vfs_unlink(NULL, "/ktest/f", false), 0);
	end();
}

KTEST(file, append)
{
	KT_ASSERT(begin());
	KT_EQ(open_file("/ktest/f", O_CREAT | O_RDWR | O_APPEND), 0);
	user_string(0, "abc");
	KT_EQ(sys_write(0, TEST_BASE, 3), 3);
	KT_EQ(sys_lseek(0, 0, SEEK_SET), 0);
	KT_EQ(sys_write(0, TEST_BASE, 3), 3);
	KT_EQ(sys_pread64(0, TEST_BASE, 100, 0, 0), 6);
	KT_TRUE(user_has(0, "abcabc", 6));
	KT_EQ(vfs_unlink(NULL, "/ktest/f", false), 0);
	end();
}

/* What could be moved counts; the file does not grow by what could not. */
KTEST(file, bad_pointers)
{
	const struct iovec vec[2] = { { USER, 3 }, { (void *)TASK_SIZE, 1 } };
	struct file *file;

	KT_ASSERT(begin());
	KT_EQ(open_file("/ktest/f", O_CREAT | O_RDWR), 0);
	user_string(0, "abc");
	KT_EQ(sys_write(0, TEST_BASE + USER_SIZE, 3), -EFAULT);
	KT_EQ(sys_write(0, 0xc0000000, 3), -EFAULT);
	KT_EQ(sys_write(0, TEST_BASE, -1), -EFAULT);
	KT_EQ(sys_write(0, PAGE_SIZE, 1 << 31), -EINVAL);
	file = fget(0);
	KT_EQ(file->inode->size, 0);
	KT_EQ(sys_write(0, TEST_BASE + USER_SIZE - 5, 100), 5);
	KT_EQ(file->inode->size, 5);
	KT_EQ(file->pos, 5);
	KT_EQ(sys_lseek(0, 0, SEEK_SET), 0);
	KT_EQ(sys_read(0, TEST_BASE + USER_SIZE - 2, 5), 2);
	KT_EQ(sys_read(0, TEST_BASE + USER_SIZE, 3), -EFAULT);
	KT_EQ(sys_read(0, TEST_BASE + USER_SIZE, 0), 0);
	fput(file);
	KT_EQ(sys_open(TEST_BASE + USER_SIZE, O_RDONLY, 0), -EFAULT);
	KT_EQ(sys_fstat64(0, TEST_BASE + USER_SIZE - 8), -EFAULT);
	KT_EQ(sys_getcwd(TEST_BASE + USER_SIZE, 100), -EFAULT);
	KT_EQ(sys_readv(0, TEST_BASE + USER_SIZE, 1), -EFAULT);
	/* A piece in the kernel's part: nothing is read at all. */
	KT_EQ(copy_to_user(USER + PAGE_SIZE, vec, sizeof(vec)), 0);
	KT_EQ(sys_readv(0, TEST_BASE + PAGE_SIZE, 1), 3);
	KT_EQ(sys_readv(0, TEST_BASE + PAGE_SIZE, 2), -EFAULT);
	KT_EQ(vfs_unlink(NULL, "/ktest/f", false), 0);
	end();
}

static struct inode *victim;

/* As if another thread had truncated the file while the fault slept. */
static struct page *truncating_nopage(struct vm_area_struct *area __unused,
				      unsigned long address __unused, int *type __unused)
{
	tmpfs_truncate(victim, 0);
	return alloc_page(GFP_KERNEL | __GFP_ZERO) ?: NOPAGE_OOM;
}

static const struct vm_operations_struct truncating_ops = { .nopage = truncating_nopage };

/* The page that is being written to goes out of the file meanwhile. */
KTEST(file, truncated_while_it_is_written)
{
	const unsigned long source = TEST_BASE + 16 * PAGE_SIZE;
	struct file *file;

	KT_ASSERT(begin());
	KT_EQ(open_file("/ktest/f", O_CREAT | O_RDWR), 0);
	file = fget(0);
	victim = file->inode;
	KT_EQ(test_map(mm, source, 1, PROT_READ, MAP_ANON_PRIV | MAP_FIXED), source);
	down_write(&mm->mmap_sem);
	find_vma(mm, source)->vm_ops = &truncating_ops;
	up_write(&mm->mmap_sem);
	KT_EQ(sys_write(0, source, 100), 100);
	KT_EQ(file->inode->size, 0);
	KT_EQ(file->inode->mapping.nrpages, 0);
	fput(file);
	KT_EQ(test_unmap(mm, source, 1), 0);
	KT_EQ(vfs_unlink(NULL, "/ktest/f", false), 0);
	end();
}

/* A file that has no name any more lives as long as it is open. */
KTEST(file, unlinked)
{
	KT_ASSERT(begin());
	KT_EQ(open_file("/ktest/f", O_CREAT | O_RDWR), 0);
	KT_EQ(vfs_unlink(NULL, "/ktest/f", false), 0);
	user_string(0, "still here");
	KT_EQ(sys_write(0, TEST_BASE, 10), 10);
	KT_EQ(sys_pread64(0, TEST_BASE + 100, 10, 0, 0), 10);
	KT_TRUE(user_has(100, "still here", 10));
	end();
}

KTEST(file, getdents)
{
	struct linux_dirent64 de;
	long total = 0, n, entries = 0, before = -1;

	KT_ASSERT(begin());
	for (char name[] = "/ktest/a"; name[7] <= 'z'; name[7]++)
		KT_EQ(test_file(name, 0644, "", 0), 0);
	KT_EQ(open_file(TEST_DIR, O_RDONLY), 0);
	while ((n = sys_getdents64(0, TEST_BASE, 100)) > 0) {
		for (long at = 0; at < n; at += de.d_reclen) {
			KT_ASSERT(!copy_from_user(&de, USER + at, sizeof(de)));
			KT_TRUE(de.d_off > before);
			before = de.d_off;
			entries++;
		}
		/* Removing while reading must not make it skip others. */
		if (!total)
			KT_EQ(vfs_unlink(NULL, "/ktest/a", false), 0);
		total += n;
	}
	KT_EQ(n, 0);
	KT_TRUE(entries == 28 || entries == 27);
	KT_EQ(sys_lseek(0, 0, SEEK_SET), 0);
	KT_EQ(sys_getdents64(0, TEST_BASE, 10), -EINVAL);
	for (char name[] = "/ktest/b"; name[7] <= 'z'; name[7]++)
		KT_EQ(vfs_unlink(NULL, name, false), 0);
	end();
}

KTEST(file, directories)
{
	KT_ASSERT(begin());
	KT_EQ(sys_mkdir(user_string(0, "/ktest/d"), 0777), 0);
	KT_EQ(sys_chdir(user_string(0, "/ktest/d")), 0);
	KT_EQ(sys_getcwd(TEST_BASE, 100), 9);
	KT_TRUE(user_has(0, "/ktest/d", 9));
	KT_EQ(sys_getcwd(TEST_BASE, 8), -ERANGE);
	KT_EQ(open_file("..", O_RDONLY), 0);
	KT_EQ(sys_fchdir(0), 0);
	KT_EQ(sys_rmdir(user_string(0, "d")), 0);
	KT_EQ(sys_rmdir(user_string(0, "d")), -ENOENT);
	KT_EQ(sys_umask(077), 022);
	KT_EQ(open_file("f", O_CREAT | O_RDWR), 1);
	KT_EQ(sys_unlinkat(0, user_string(0, "f"), 0), 0);
	KT_EQ(sys_fchdir(1), -ENOTDIR);
	end();
}

static bool try_unshare(void)
{
	return unshare_files() == 0;
}

/* A table with more slots than the inline ones: two allocations, both may fail. */
KTEST(file, allocations_fail)
{
	struct files_struct *shared;

	KT_ASSERT(begin());
	KT_EQ(open_file("/dev/null", O_RDONLY), 0);
	KT_EQ(sys_dup2(0, 100), 100);
	shared = current->files;
	kt_fail_nth(1);
	KT_EQ(sys_dup2(0, 900), -ENOMEM);
	KT_TRUE(kt_fail_fired());
	KT_EQ(sys_fcntl64(900, F_GETFD, 0), -EBADF);
	/* Pretend that another task shares the table. */
	for (int n = 1; n <= 2; n++) {
		struct task_struct other = {};

		KT_EQ(copy_files(CLONE_FILES, &other), 0);
		kt_fail_nth(n);
		KT_TRUE(!try_unshare());
		KT_TRUE(kt_fail_fired());
		KT_TRUE(current->files == shared);
		exit_files(&other);
	}
	end();
}
