/* SPDX-License-Identifier: MIT */
/* vfs_test.c - mounts, moving names while others walk, locks, truncate under mappings, rights. */
#include "fs_test.h"
#include "mm_test.h"
#include <nopage/cred.h>
#include <nopage/exec.h>
#include <nopage/sched.h>

/* ------------------------------------------------------------------ mounts */

static int mount_at(const char *path, const char *type, const char *options)
{
	struct dentry *where = path_lookup(NULL, path, LOOKUP_FOLLOW);
	int error;

	if (IS_ERR(where))
		return PTR_ERR(where);
	error = do_mount("test", where, type, 0, options);
	dput(where);
	return error;
}

static int umount_at(const char *path)
{
	struct dentry *where = path_lookup(NULL, path, LOOKUP_FOLLOW);

	return IS_ERR(where) ? PTR_ERR(where) : do_umount(where, 0);
}

KTEST(vfs, mounts_are_crossed)
{
	unsigned long dir, root;

	KT_ASSERT(test_dir_make());
	KT_EQ(vfs_mknod(NULL, "/ktest/m", S_IFDIR | 0755, 0), 0);
	dir = test_ino("/ktest/m");
	KT_EQ(mount_at("/ktest/m", "tmpfs", ""), 0);
	root = test_ino("/ktest/m");
	KT_TRUE(root && root != dir);
	KT_EQ(vfs_mknod(NULL, "/ktest/m/sub", S_IFDIR | 0755, 0), 0);
	KT_EQ(test_ino("/ktest/m/sub/.."), root);
	KT_EQ(test_ino("/ktest/m/.."), test_ino("/ktest"));
	KT_EQ(test_ino("/ktest/m/sub/../../m/sub"), test_ino("/ktest/m/sub"));
	KT_EQ(mount_at("/ktest/m/sub", "tmpfs", ""), 0);
	KT_EQ(test_ino("/ktest/m/sub/../../m"), root);
	KT_EQ(umount_at("/ktest/m"), -EBUSY);
	KT_EQ(vfs_unlink(NULL, "/ktest/m/sub", true), -EBUSY);
	KT_EQ(vfs_unlink(NULL, "/ktest/m", true), -EBUSY);
	KT_EQ(umount_at("/ktest/m/sub"), 0);
	KT_EQ(umount_at("/ktest/m/sub"), -EINVAL);
	KT_EQ(umount_at("/ktest/m"), 0);
	KT_EQ(test_ino("/ktest/m"), dir);
	KT_EQ(umount_at("/"), -EBUSY);
	KT_EQ(vfs_unlink(NULL, "/ktest/m", true), 0);
	test_dir_remove();
}

/* What holds a file system: a name, an open file, a removed file that is open. */
KTEST(vfs, umount_finds_users)
{
	struct dentry *held;
	struct file *file;

	KT_ASSERT(test_dir_make());
	KT_EQ(mount_at("/ktest", "tmpfs", ""), 0);
	KT_EQ(vfs_mknod(NULL, "/ktest/a", S_IFDIR | 0755, 0), 0);
	KT_EQ(vfs_mknod(NULL, "/ktest/a/b", S_IFDIR | 0755, 0), 0);
	held = path_lookup(NULL, "/ktest/a/b", 0);
	KT_EQ(umount_at("/ktest"), -EBUSY);
	dput(held);
	file = filp_open("/ktest/a/f", O_CREAT | O_RDWR, 0644);
	KT_ASSERT(!IS_ERR(file));
	KT_EQ(tmpfs_write(file->inode, 0, "x", 1), 1);
	KT_EQ(umount_at("/ktest"), -EBUSY);
	KT_EQ(vfs_unlink(NULL, "/ktest/a/f", false), 0);
	KT_EQ(umount_at("/ktest"), -EBUSY);
	fput(file);
	KT_EQ(umount_at("/ktest"), 0);
	test_dir_remove();
}

/* Unmounted while it is used, a file system lives until the last file of it is closed. */
KTEST(vfs, umount_lazily)
{
	struct dentry *where;
	struct file *file;

	KT_ASSERT(test_dir_make());
	KT_EQ(mount_at("/ktest", "tmpfs", ""), 0);
	file = filp_open("/ktest/f", O_CREAT | O_RDWR, 0644);
	KT_ASSERT(!IS_ERR(file));
	where = path_lookup(NULL, "/ktest", 0);
	KT_EQ(do_umount(where, MNT_DETACH), 0);
	KT_TRUE(!list_empty(&detached_mounts));
	KT_EQ(test_ino("/ktest/f"), 0);
	KT_EQ(tmpfs_write(file->inode, 0, "x", 1), 1);
	fput(file);
	KT_TRUE(list_empty(&detached_mounts));
	test_dir_remove();
}

KTEST(vfs, mount_errors)
{
	KT_ASSERT(test_dir_make());
	KT_EQ(test_file("/ktest/f", 0644, "", 0), 0);
	KT_EQ(mount_at("/ktest/f", "tmpfs", ""), -ENOTDIR);
	KT_EQ(mount_at("/ktest", "nofs", ""), -ENODEV);
	KT_EQ(mount_at("/ktest", "tmpfs", "size=1,nonsense"), -EINVAL);
	KT_EQ(mount_at("/ktest", "tmpfs", "size=5%5%"), -EINVAL);
	KT_EQ(mount_at("/ktest", "tmpfs", "mode=9"), -EINVAL);
	KT_EQ(vfs_unlink(NULL, "/ktest/f", false), 0);
	test_dir_remove();
}

KTEST(vfs, mounts_move)
{
	struct dentry *from, *to;

	KT_ASSERT(test_dir_make());
	KT_EQ(vfs_mknod(NULL, "/ktest/a", S_IFDIR | 0755, 0), 0);
	KT_EQ(vfs_mknod(NULL, "/ktest/b", S_IFDIR | 0755, 0), 0);
	KT_EQ(mount_at("/ktest/a", "tmpfs", ""), 0);
	KT_EQ(vfs_mknod(NULL, "/ktest/a/in", S_IFDIR | 0755, 0), 0);
	from = path_lookup(NULL, "/ktest/a", 0);
	to = path_lookup(NULL, "/ktest/a/in", 0);
	KT_EQ(do_move_mount(from, to), -ELOOP);
	KT_EQ(do_move_mount(to, from), -EINVAL);
	dput(to);
	to = path_lookup(NULL, "/ktest/b", 0);
	KT_EQ(do_move_mount(from, to), 0);
	dput(from);
	dput(to);
	KT_EQ(test_walk("/ktest/a/in", 0), -ENOENT);
	KT_EQ(test_walk("/ktest/b/in", 0), 0);
	KT_EQ(test_ino("/ktest/b/in/../.."), test_ino("/ktest"));
	KT_EQ(umount_at("/ktest/b"), 0);
	KT_EQ(vfs_unlink(NULL, "/ktest/a", true), 0);
	KT_EQ(vfs_unlink(NULL, "/ktest/b", true), 0);
	test_dir_remove();
}

static bool try_mount(void)
{
	int error = mount_at("/ktest", "devtmpfs", "");

	KT_TRUE(!error || error == -ENOMEM);
	return !error;
}

static void undo_mount(void)
{
	KT_EQ(umount_at("/ktest"), 0);
}

KTEST(vfs, mount_allocations_fail)
{
	KT_ASSERT(test_dir_make());
	KT_TRUE(kt_fail_every(try_mount, undo_mount, 100) >= 6);
	test_dir_remove();
}

/* ------------------------------------------------------------------ moving names */

static bool try_rename(void)
{
	int error = vfs_rename(NULL, "/ktest/a", NULL, "/ktest/b", 0);

	KT_TRUE(!error || error == -ENOMEM);
	return !error;
}

static void undo_rename(void)
{
	KT_EQ(vfs_rename(NULL, "/ktest/b", NULL, "/ktest/a", 0), 0);
}

KTEST(vfs, rename_allocations_fail)
{
	KT_ASSERT(test_dir_make());
	KT_EQ(test_file("/ktest/a", 0644, "", 0), 0);
	KT_TRUE(try_rename());
	undo_rename();			/* from here on it has a name by kmalloc() */
	KT_TRUE(kt_fail_every(try_rename, undo_rename, 10) >= 3);
	KT_EQ(vfs_unlink(NULL, "/ktest/a", false), 0);
	test_dir_remove();
}

KTEST(vfs, rename_into_itself)
{
	KT_ASSERT(test_dir_make());
	KT_EQ(vfs_mknod(NULL, "/ktest/a", S_IFDIR | 0755, 0), 0);
	KT_EQ(vfs_mknod(NULL, "/ktest/a/b", S_IFDIR | 0755, 0), 0);
	KT_ASSERT(KT_EQ(vfs_rename(NULL, "/ktest/a", NULL, "/ktest/a/b/c", 0), -EINVAL));
	KT_EQ(vfs_rename(NULL, "/ktest/a/b", NULL, "/ktest/a", 0), -ENOTEMPTY);
	KT_EQ(vfs_rename(NULL, "/ktest/a", NULL, "/ktest/a/b", RENAME_EXCHANGE), -EINVAL);
	KT_EQ(vfs_rename(NULL, "/ktest/a/b", NULL, "/ktest/b", 0), 0);
	KT_EQ(vfs_unlink(NULL, "/ktest/b", true), 0);
	KT_EQ(vfs_unlink(NULL, "/ktest/a", true), 0);
	test_dir_remove();
}

static int renamers_left;

/* Move directories into one another and back, in all ways that two tasks can collide. */
static int renamer(void *arg)
{
	const bool odd = (long)arg & 1;
	const char *one = odd ? "/ktest/a/x" : "/ktest/b/x", *two = odd ? "/ktest/b/x" : "/ktest/a/x";

	for (int i = 0; i < 200; i++) {
		vfs_rename(NULL, one, NULL, two, i % 3 ? 0 : RENAME_EXCHANGE);
		vfs_rename(NULL, "/ktest/a", NULL, odd ? "/ktest/b/a" : "/ktest/c", 0);
		vfs_rename(NULL, odd ? "/ktest/b/a" : "/ktest/c", NULL, "/ktest/a", 0);
		vfs_rename(NULL, two, NULL, one, 0);
		schedule();
	}
	renamers_left--;
	return 0;
}

/* Whatever came out is a tree: every name can be reached and removed. */
static void remove_all(const char *const *paths, unsigned int n)
{
	for (unsigned int round = 0; round < 3; round++)
		for (unsigned int i = 0; i < n; i++)
			vfs_unlink(NULL, paths[i], true);
}

KTEST(vfs, rename_races)
{
	static const char *const paths[] = {
		"/ktest/a/x/x", "/ktest/b/x/x", "/ktest/a/x", "/ktest/b/x", "/ktest/c/x",
		"/ktest/b/a/x", "/ktest/b/a", "/ktest/c", "/ktest/a", "/ktest/b",
	};
	struct task_struct *task[4];

	KT_ASSERT(test_dir_make());
	KT_EQ(vfs_mknod(NULL, "/ktest/a", S_IFDIR | 0755, 0), 0);
	KT_EQ(vfs_mknod(NULL, "/ktest/b", S_IFDIR | 0755, 0), 0);
	KT_EQ(vfs_mknod(NULL, "/ktest/a/x", S_IFDIR | 0755, 0), 0);
	KT_EQ(vfs_mknod(NULL, "/ktest/b/x", S_IFDIR | 0755, 0), 0);
	renamers_left = 4;
	for (long i = 0; i < 4; i++)
		task[i] = kthread_run(renamer, (void *)i, "renamer");
	for (int i = 0; i < 4; i++)
		KT_EQ(kthread_join(task[i]), 0);
	KT_EQ(renamers_left, 0);
	remove_all(paths, ARRAY_SIZE(paths));
	test_dir_remove();
}

/* An open file keeps its dentry through renames, and its path is always the present one. */
KTEST(vfs, path_after_rename)
{
	struct file *file;
	char buf[64];

	KT_ASSERT(test_dir_make());
	KT_EQ(vfs_mknod(NULL, "/ktest/d", S_IFDIR | 0755, 0), 0);
	file = filp_open("/ktest/d/f", O_CREAT | O_RDWR, 0644);
	KT_ASSERT(!IS_ERR(file));
	KT_TRUE(!strcmp(d_path(file->dentry, buf, sizeof(buf)), "/ktest/d/f"));
	KT_EQ(vfs_rename(NULL, "/ktest/d", NULL, "/ktest/another", 0), 0);
	KT_TRUE(!strcmp(d_path(file->dentry, buf, sizeof(buf)), "/ktest/another/f"));
	KT_EQ(vfs_rename(NULL, "/ktest/another/f", NULL, "/ktest/g", 0), 0);
	KT_TRUE(!strcmp(d_path(file->dentry, buf, sizeof(buf)), "/ktest/g"));
	KT_EQ(vfs_unlink(NULL, "/ktest/g", false), 0);
	KT_TRUE(!strcmp(d_path(file->dentry, buf, sizeof(buf)), "/ktest/g (deleted)"));
	fput(file);
	KT_EQ(vfs_unlink(NULL, "/ktest/another", true), 0);
	test_dir_remove();
}

/* ------------------------------------------------------------------ truncate under mappings */

/* One shared and one private mapping of three pages; all know at once that two are gone. */
KTEST(vfs, truncate_reaches_all_mappings)
{
	struct file *file = shmem_file_setup(3 * PAGE_SIZE);
	struct mm_struct *mm = test_mm_enter();

	KT_ASSERT(mm && !IS_ERR(file));
	down_write(&mm->mmap_sem);
	do_mmap(mm, file, TEST_BASE, 3 * PAGE_SIZE, PROT_RW, MAP_SHARED | MAP_FIXED, 0);
	do_mmap(mm, file, TEST_BASE + 16 * PAGE_SIZE, 2 * PAGE_SIZE, PROT_RW,
		MAP_PRIVATE | MAP_FIXED, 1);
	up_write(&mm->mmap_sem);
	for (int i = 0; i < 3; i++)
		KT_EQ(test_poke(TEST_BASE + i * PAGE_SIZE, 'a' + i), 0);
	KT_EQ(test_poke(TEST_BASE + 17 * PAGE_SIZE, 'p'), 0);	/* a private copy of page 2 */
	KT_EQ(test_peek(TEST_BASE + 16 * PAGE_SIZE) & 0xff, 'b');
	KT_EQ(mm->rss, 5);
	KT_EQ(do_truncate(file->inode, PAGE_SIZE), 0);
	KT_EQ(mm->rss, 1);
	KT_EQ(file->inode->mapping.nrpages, 1);
	KT_EQ(test_peek(TEST_BASE) & 0xff, 'a');
	KT_EQ(test_peek(TEST_BASE + PAGE_SIZE), -1);
	KT_EQ(test_peek(TEST_BASE + 17 * PAGE_SIZE), -1);
	KT_EQ(do_truncate(file->inode, 3 * PAGE_SIZE), 0);
	KT_EQ(test_peek(TEST_BASE + 2 * PAGE_SIZE), 0);
	KT_EQ(test_peek(TEST_BASE + 17 * PAGE_SIZE), 0);
	KT_EQ(do_truncate(file->inode, PAGE_SIZE / 2), 0);
	KT_EQ(test_peek(TEST_BASE) & 0xff, 'a');
	test_mm_leave(mm);
	KT_TRUE(!file->inode->mapping.i_mmap);
	fput(file);
}

/* ------------------------------------------------------------------ rights, writers, programs */

/* With the files of user 1000 and group 1000, and no right to others'. */
static void become_user(struct cred *saved)
{
	*saved = current->cred;
	current->cred.fsuid = current->cred.fsgid = 1000;
}

KTEST(vfs, rights_by_class)
{
	struct inode inode = { .sb = root_dentry->sb, .mode = S_IFREG | 0421 };
	struct cred saved;

	become_user(&saved);
	KT_EQ(inode_permission(&inode, MAY_EXEC), 0);		/* others: x */
	KT_EQ(inode_permission(&inode, MAY_READ), -EACCES);
	inode.gid = 1000;
	KT_EQ(inode_permission(&inode, MAY_WRITE), 0);		/* group: w */
	KT_EQ(inode_permission(&inode, MAY_EXEC), -EACCES);
	inode.uid = 1000;
	KT_EQ(inode_permission(&inode, MAY_READ), 0);		/* owner: r */
	KT_EQ(inode_permission(&inode, MAY_WRITE), -EACCES);
	current->cred.fsuid = 0;			/* root: all but to execute what nobody may */
	inode.mode = S_IFDIR;
	KT_EQ(inode_permission(&inode, MAY_READ | MAY_WRITE | MAY_EXEC), 0);
	inode.mode = S_IFREG;
	KT_EQ(inode_permission(&inode, MAY_READ | MAY_WRITE), 0);
	KT_EQ(inode_permission(&inode, MAY_EXEC), -EACCES);
	inode.mode |= 0001;
	KT_EQ(inode_permission(&inode, MAY_EXEC), 0);
	current->cred = saved;
}

KTEST(vfs, writers_or_a_program)
{
	struct file *writer, *program;

	KT_ASSERT(test_dir_make());
	KT_EQ(test_file("/ktest/p", 0755, "x", 1), 0);
	program = open_exec("/ktest/p");
	KT_ASSERT(!IS_ERR(program));
	KT_EQ(PTR_ERR(filp_open("/ktest/p", O_RDWR, 0)), -ETXTBSY);
	KT_EQ(PTR_ERR(filp_open("/ktest/p", O_RDONLY | O_TRUNC, 0)), -ETXTBSY);
	fput(program);
	writer = filp_open("/ktest/p", O_RDWR, 0);
	KT_ASSERT(!IS_ERR(writer));
	KT_EQ(PTR_ERR(open_exec("/ktest/p")), -ETXTBSY);
	fput(writer);
	program = open_exec("/ktest/p");
	KT_ASSERT(!IS_ERR(program));
	fput(program);
	KT_EQ(vfs_unlink(NULL, "/ktest/p", false), 0);
	test_dir_remove();
}

/* ------------------------------------------------------------------ limits */

KTEST(vfs, tmpfs_limits)
{
	char page[64];
	struct file *file;
	ssize_t n = 0;

	memset(page, 'x', sizeof(page));
	KT_ASSERT(test_dir_make());
	KT_EQ(mount_at("/ktest", "tmpfs", "size=12k,nr_inodes=3"), 0);
	file = filp_open("/ktest/f", O_CREAT | O_RDWR, 0644);
	KT_ASSERT(!IS_ERR(file));
	for (int i = 0; i < 3; i++) {			/* without memory, nothing is used up */
		kt_fail_nth(1);
		KT_EQ(tmpfs_write(file->inode, 0, page, sizeof(page)), -ENOMEM);
		KT_TRUE(kt_fail_fired());
	}
	for (int i = 0; i < 3; i++)
		KT_EQ(tmpfs_write(file->inode, i * PAGE_SIZE, page, sizeof(page)), sizeof(page));
	n = tmpfs_write(file->inode, 3 * PAGE_SIZE, page, sizeof(page));
	KT_EQ(n, -ENOSPC);
	KT_EQ(file->inode->size, 2 * PAGE_SIZE + sizeof(page));
	KT_EQ(do_truncate(file->inode, 0), 0);
	KT_EQ(tmpfs_write(file->inode, 3 * PAGE_SIZE, page, sizeof(page)), sizeof(page));
	fput(file);
	KT_EQ(vfs_mknod(NULL, "/ktest/d", S_IFDIR | 0755, 0), 0);
	KT_EQ(vfs_mknod(NULL, "/ktest/e", S_IFDIR | 0755, 0), -ENOSPC);
	KT_EQ(vfs_unlink(NULL, "/ktest/d", true), 0);
	KT_EQ(vfs_symlink(NULL, "/ktest/l", "x"), 0);
	KT_EQ(umount_at("/ktest"), 0);
	test_dir_remove();
}
