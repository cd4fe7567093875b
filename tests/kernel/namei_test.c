/* SPDX-License-Identifier: MIT */
/* namei_test.c - path walks, making and removing names. */
#include "fs_test.h"
#include <nopage/mm.h>

/*
 *	/ktest/dir/sub/file	/ktest/dir/up -> ..		/ktest/abs -> /ktest/dir/sub
 *	/ktest/rel -> dir/sub	/ktest/loop -> loop		/ktest/slash -> dir/sub/
 *	/ktest/dangling -> nothing				/ktest/tofile -> dir/sub/file
 */
static const char *const links[][2] = {
	{ "/ktest/dir/up", ".." }, { "/ktest/abs", "/ktest/dir/sub" }, { "/ktest/rel", "dir/sub" },
	{ "/ktest/loop", "loop" }, { "/ktest/slash", "dir/sub/" }, { "/ktest/dangling", "nothing" },
	{ "/ktest/tofile", "dir/sub/file" },
};

static bool make_tree(void)
{
	int error;

	if (!test_dir_make())
		return false;
	error = vfs_mknod(NULL, "/ktest/dir", S_IFDIR | 0755, 0);
	error = error ?: vfs_mknod(NULL, "/ktest/dir/sub/", S_IFDIR | 0755, 0);
	error = error ?: test_file("/ktest/dir/sub/file", 0644, "abc", 3);
	for (unsigned int i = 0; i < ARRAY_SIZE(links); i++)
		error = error ?: vfs_symlink(NULL, links[i][0], links[i][1]);
	return KT_EQ(error, 0);
}

static void remove_tree(void)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(links); i++)
		KT_EQ(vfs_unlink(NULL, links[i][0], false), 0);
	KT_EQ(vfs_unlink(NULL, "/ktest/dir/sub/file", false), 0);
	KT_EQ(vfs_unlink(NULL, "/ktest/dir/sub", true), 0);
	KT_EQ(vfs_unlink(NULL, "/ktest/dir", true), 0);
	test_dir_remove();
}

KTEST(namei, same_place)
{
	static const char *const same[] = {
		"ktest/dir/sub/file", "//ktest///dir//sub/file", "/ktest/./dir/././sub/file",
		"/../../ktest/dir/../dir/sub/../sub/file", "/ktest/abs/file", "/ktest/rel/file",
		"/ktest/slash/file", "/ktest/tofile", "/ktest/dir/up/rel/../sub/file",
		"/ktest/rel/../up/dir/up/abs/file",
	};
	unsigned long ino;

	KT_ASSERT(make_tree());
	ino = test_ino("/ktest/dir/sub/file");
	KT_TRUE(ino);
	for (unsigned int i = 0; i < ARRAY_SIZE(same); i++)
		KT_EQ(test_ino(same[i]), ino);
	KT_EQ(test_ino("/.."), root_dentry->inode->ino);
	KT_EQ(test_ino("/ktest/dir/sub/.."), test_ino("/ktest/dir"));
	KT_EQ(test_ino("/ktest/slash"), test_ino("/ktest/dir/sub"));
	remove_tree();
}

KTEST(namei, errors)
{
	static const struct {
		const char *path;
		unsigned int flags;
		int error;
	} cases[] = {
		{ "", LOOKUP_FOLLOW, -ENOENT },
		{ "", LOOKUP_EMPTY, 0 },
		{ "/ktest/nothing", LOOKUP_FOLLOW, -ENOENT },
		{ "/ktest/nothing/more", LOOKUP_FOLLOW, -ENOENT },
		{ "/ktest/dir/sub/file/", LOOKUP_FOLLOW, -ENOTDIR },
		{ "/ktest/dir/sub/file/x", LOOKUP_FOLLOW, -ENOTDIR },
		{ "/ktest/dir/sub/file/.", LOOKUP_FOLLOW, -ENOTDIR },
		{ "/ktest/dir/sub/file/..", LOOKUP_FOLLOW, -ENOTDIR },
		{ "/ktest/dir/sub/file", LOOKUP_DIRECTORY, -ENOTDIR },
		{ "/ktest/tofile/", LOOKUP_FOLLOW, -ENOTDIR },
		{ "/ktest/loop", LOOKUP_FOLLOW, -ELOOP },
		{ "/ktest/loop/x", LOOKUP_FOLLOW, -ELOOP },
		{ "/ktest/loop", 0, 0 },
		{ "/ktest/loop/", 0, -ELOOP },
		{ "/ktest/dangling", LOOKUP_FOLLOW, -ENOENT },
		{ "/ktest/dangling", 0, 0 },
		{ "/ktest/rel", LOOKUP_DIRECTORY, -ENOTDIR },
		{ "/ktest/rel/", LOOKUP_DIRECTORY, 0 },
	};

	KT_ASSERT(make_tree());
	for (unsigned int i = 0; i < ARRAY_SIZE(cases); i++)
		KT_EQ(test_walk(cases[i].path, cases[i].flags), cases[i].error);
	remove_tree();
}

/* Link 1 -> link 2 -> .. -> link n -> the directory, each in the middle of a path. */
KTEST(namei, chains_of_links)
{
	char name[] = "/ktest/l00", target[] = "l00/.";

	KT_ASSERT(make_tree());
	for (int i = 1; i <= 42; i++) {
		name[8] = '0' + i / 10;
		name[9] = '0' + i % 10;
		target[1] = '0' + (i + 1) / 10;
		target[2] = '0' + (i + 1) % 10;
		KT_EQ(vfs_symlink(NULL, name, i == 42 ? "dir" : target), 0);
	}
	KT_EQ(test_ino("/ktest/l42/sub/file"), test_ino("/ktest/dir/sub/file"));
	KT_EQ(test_ino("/ktest/l03/sub/file"), test_ino("/ktest/dir/sub/file"));
	KT_EQ(test_walk("/ktest/l02/sub/file", LOOKUP_FOLLOW), -ELOOP);
	for (int i = 1; i <= 42; i++) {
		name[8] = '0' + i / 10;
		name[9] = '0' + i % 10;
		KT_EQ(vfs_unlink(NULL, name, false), 0);
	}
	remove_tree();
}

KTEST(namei, long_names)
{
	static char path[8 + NAME_MAX + 2] = "/ktest/";

	KT_ASSERT(test_dir_make());
	memset(path + 7, 'n', NAME_MAX);
	KT_EQ(test_file(path, 0644, "", 0), 0);
	KT_EQ(test_walk(path, 0), 0);
	path[7 + NAME_MAX] = 'n';
	KT_EQ(test_walk(path, 0), -ENAMETOOLONG);
	KT_EQ(vfs_mknod(NULL, path, S_IFREG | 0644, 0), -ENAMETOOLONG);
	path[7 + NAME_MAX] = '\0';
	KT_EQ(vfs_unlink(NULL, path, false), 0);
	test_dir_remove();
}

KTEST(namei, make_and_remove)
{
	KT_ASSERT(make_tree());
	KT_EQ(vfs_mknod(NULL, "/ktest/dir", S_IFDIR | 0755, 0), -EEXIST);
	KT_EQ(vfs_mknod(NULL, "/", S_IFDIR | 0755, 0), -EEXIST);
	KT_EQ(vfs_mknod(NULL, "/ktest/.", S_IFDIR | 0755, 0), -EEXIST);
	KT_EQ(vfs_mknod(NULL, "/ktest/dangling", S_IFREG | 0644, 0), -EEXIST);
	KT_EQ(vfs_mknod(NULL, "/ktest/new/", S_IFREG | 0644, 0), -ENOENT);
	KT_EQ(vfs_mknod(NULL, "/ktest/dir/sub/file/new", S_IFREG | 0644, 0), -ENOTDIR);
	KT_EQ(vfs_mknod(NULL, "", S_IFREG | 0644, 0), -ENOENT);
	KT_EQ(vfs_unlink(NULL, "/ktest/dir", false), -EISDIR);
	KT_EQ(vfs_unlink(NULL, "/ktest/dir", true), -ENOTEMPTY);
	KT_EQ(vfs_unlink(NULL, "/ktest/dir/sub/file", true), -ENOTDIR);
	KT_EQ(vfs_unlink(NULL, "/ktest/dir/sub/file/", false), -ENOTDIR);
	KT_EQ(vfs_unlink(NULL, "/ktest/nothing", false), -ENOENT);
	KT_EQ(vfs_unlink(NULL, "/", true), -EBUSY);
	KT_EQ(vfs_unlink(NULL, "/ktest/rel/", true), -ENOTDIR);
	remove_tree();
}

/* A directory's links: its name, its ., the .. of each directory in it. */
KTEST(namei, link_counts)
{
	struct dentry *dir;

	KT_ASSERT(make_tree());
	dir = path_lookup(NULL, "/ktest/dir", 0);
	KT_ASSERT(!IS_ERR(dir));
	KT_EQ(dir->inode->nlink, 3);
	KT_EQ(vfs_unlink(dir, "sub/file", false), 0);
	KT_EQ(vfs_unlink(dir, "sub", true), 0);
	KT_EQ(dir->inode->nlink, 2);
	KT_EQ(vfs_mknod(dir, "sub", S_IFDIR | 0755, 0), 0);
	KT_EQ(dir->inode->nlink, 3);
	KT_EQ(test_file("/ktest/dir/sub/file", 0644, "", 0), 0);
	dput(dir);
	remove_tree();
}

/* A removed directory that somebody stands in: it has no path, and nothing can be made in it. */
KTEST(namei, removed_directory)
{
	struct dentry *dir;
	struct file *file;
	char buf[64];

	KT_ASSERT(test_dir_make());
	dir = path_lookup(NULL, TEST_DIR, 0);
	KT_ASSERT(!IS_ERR(dir));
	KT_TRUE(!strcmp(d_path(dir, buf, sizeof(buf)), TEST_DIR));
	test_dir_remove();
	KT_TRUE(!strcmp(d_path(dir, buf, sizeof(buf)), TEST_DIR " (deleted)"));
	KT_EQ(vfs_mknod(dir, "new", S_IFREG | 0644, 0), -ENOENT);
	file = open_by_path(dir, "new", O_CREAT | O_WRONLY, 0644);
	KT_EQ(PTR_ERR(file), -ENOENT);
	dput(dir);
}

KTEST(namei, create)
{
	struct file *file;

	KT_ASSERT(make_tree());
	file = filp_open("/ktest/new", O_CREAT | O_EXCL | O_RDWR, 0600);
	KT_ASSERT(!IS_ERR(file));
	KT_EQ(file->inode->mode, S_IFREG | 0600);
	KT_EQ(tmpfs_write(file->inode, 0, "hello", 5), 5);
	KT_EQ(PTR_ERR(filp_open("/ktest/new", O_CREAT | O_EXCL | O_RDWR, 0600)), -EEXIST);
	fput(file);
	file = filp_open("/ktest/new", O_CREAT | O_TRUNC | O_WRONLY, 0600);
	KT_ASSERT(!IS_ERR(file));
	KT_EQ(file->inode->size, 0);
	KT_EQ(file->inode->mapping.nrpages, 0);
	fput(file);
	file = filp_open("/ktest/dangling", O_CREAT | O_WRONLY, 0600);	/* makes its target */
	KT_ASSERT(!IS_ERR(file));
	fput(file);
	KT_EQ(PTR_ERR(filp_open("/ktest/dir", O_CREAT | O_RDONLY, 0)), -EISDIR);
	KT_EQ(PTR_ERR(filp_open("/ktest/dir", O_RDWR, 0)), -EISDIR);
	KT_EQ(PTR_ERR(filp_open("/ktest/rel", O_RDONLY | O_NOFOLLOW, 0)), -ELOOP);
	KT_EQ(PTR_ERR(filp_open("/ktest/loop", O_CREAT | O_RDONLY, 0)), -ELOOP);
	KT_EQ(PTR_ERR(filp_open("/ktest/tofile", O_RDONLY | O_DIRECTORY, 0)), -ENOTDIR);
	KT_EQ(vfs_unlink(NULL, "/ktest/new", false), 0);
	KT_EQ(vfs_unlink(NULL, "/ktest/nothing", false), 0);
	remove_tree();
}

static struct file *opened;

static bool try_open(void)
{
	opened = filp_open("/ktest/tofile", O_RDONLY, 0);
	KT_TRUE(!IS_ERR(opened) || PTR_ERR(opened) == -ENOMEM);
	return !IS_ERR(opened);
}

static void undo_open(void)
{
	fput(opened);
}

/* Making a file: the name may be there already when opening it fails. */
static bool try_create(void)
{
	opened = filp_open("/ktest/made", O_CREAT | O_RDWR, 0644);
	KT_TRUE(!IS_ERR(opened) || PTR_ERR(opened) == -ENOMEM);
	if (!IS_ERR(opened))
		return true;
	vfs_unlink(NULL, "/ktest/made", false);
	return false;
}

static void undo_create(void)
{
	fput(opened);
	vfs_unlink(NULL, "/ktest/made", false);
}

KTEST(namei, allocations_fail)
{
	KT_ASSERT(make_tree());
	KT_TRUE(kt_fail_every(try_open, undo_open, 10) >= 1);
	KT_TRUE(kt_fail_every(try_create, undo_create, 10) >= 3);
	remove_tree();
}
