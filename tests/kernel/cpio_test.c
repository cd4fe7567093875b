/* SPDX-License-Identifier: MIT */
/* cpio_test.c - archives, whole and damaged: cpio_next() and unpack_archive(). */
#include "fs_test.h"
#include <nopage/cpio.h>
#include <nopage/mm.h>
#include <nopage/printf.h>
#include <nopage/slab.h>

#define TEST_UID	12		/* of all entries */
#define TEST_GID	34
#define TEST_TIME	1704067200

/* An archive in the making. */
struct archive {
	char *buf;			/* a page */
	size_t size;
};

static void pad(struct archive *a)
{
	while (a->size % 4)
		a->buf[a->size++] = '\0';
}

static void add_entry(struct archive *a, const char *name, u32 mode, u32 ino, u32 nlink,
		      const char *data, u32 rdev_minor)
{
	size_t size = data ? strlen(data) : 0;

	BUG_ON(a->size + 200 + strlen(name) + size > PAGE_SIZE);
	a->size += snprintf(a->buf + a->size, 111,
			    "070701%08x%08x%08x%08x%08x%08x%08zx%08x%08x%08x%08x%08zx%08x", ino,
			    mode, TEST_UID, TEST_GID, nlink, TEST_TIME, size, 0, 0, 1, rdev_minor,
			    strlen(name) + 1, 0);
	strcpy(a->buf + a->size, name);
	a->size += strlen(name) + 1;
	pad(a);
	memcpy(a->buf + a->size, data ? data : "", size);
	a->size += size;
	pad(a);
}

static void add_file(struct archive *a, const char *name, const char *data)
{
	add_entry(a, name, S_IFREG | 0644, 9, 1, data, 0);
}

static bool begin(struct archive *a)
{
	a->buf = __get_free_pages(GFP_KERNEL | __GFP_ZERO, 0);
	a->size = 0;
	return a->buf;
}

static bool unpack(struct archive *a)
{
	add_entry(a, "TRAILER!!!", 0, 0, 1, NULL, 0);
	return unpack_archive(a->buf, a->size, "test archive", false);
}

static void end(struct archive *a)
{
	free_pages(a->buf, 0);
}

/* Does the file contain exactly this text? */
static bool contains(const char *path, const char *text)
{
	struct file *file = filp_open(path, O_RDONLY, 0);
	char buf[64];
	ssize_t n;

	if (!KT_TRUE(!IS_ERR(file)))
		return false;
	n = kernel_read(file, 0, buf, sizeof(buf));
	fput(file);
	return n == (ssize_t)strlen(text) && !memcmp(buf, text, n);
}

static mode_t mode_of(const char *path)
{
	struct dentry *dentry = path_lookup(NULL, path, 0);
	mode_t mode;

	if (IS_ERR(dentry))
		return 0;
	mode = dentry->inode->mode;
	dput(dentry);
	return mode;
}

/* Owner and times are those of the archive. */
static bool as_archived(const char *path)
{
	struct dentry *dentry = path_lookup(NULL, path, 0);
	const struct inode *inode;
	bool same;

	if (IS_ERR(dentry))
		return false;
	inode = dentry->inode;
	same = inode->uid == TEST_UID && inode->gid == TEST_GID && inode->mtime.sec == TEST_TIME &&
	       inode->ctime.sec == TEST_TIME && inode->atime.sec == TEST_TIME;
	dput(dentry);
	return same;
}

KTEST(cpio, all_kinds)
{
	struct archive a;
	struct file *file;

	KT_ASSERT(begin(&a));
	add_entry(&a, "ktest", S_IFDIR | 0700, 1, 2, NULL, 0);
	add_file(&a, "ktest/file", "hello");
	add_file(&a, "ktest/empty", "");
	add_entry(&a, "ktest/link", S_IFLNK | 0777, 2, 1, "file", 0);
	add_entry(&a, "ktest/null", S_IFCHR | 0666, 3, 1, NULL, 3);
	KT_TRUE(unpack(&a));
	KT_EQ(mode_of("/ktest"), S_IFDIR | 0700);
	KT_EQ(mode_of("/ktest/file"), S_IFREG | 0644);
	KT_TRUE(as_archived("/ktest/file") && as_archived("/ktest/empty"));
	KT_TRUE(as_archived("/ktest/null"));
	KT_TRUE(contains("/ktest/file", "hello") && contains("/ktest/empty", ""));
	KT_TRUE(contains("/ktest/link", "hello"));
	KT_EQ(mode_of("/ktest/null"), S_IFCHR | 0666);
	file = filp_open("/ktest/null", O_RDWR, 0);
	KT_TRUE(!IS_ERR(file) && file->fop->read && file->inode->rdev == MKDEV(1, 3));
	fput(file);
	KT_EQ(vfs_unlink(NULL, "/ktest/file", false), 0);
	KT_EQ(vfs_unlink(NULL, "/ktest/empty", false), 0);
	KT_EQ(vfs_unlink(NULL, "/ktest/link", false), 0);
	KT_EQ(vfs_unlink(NULL, "/ktest/null", false), 0);
	test_dir_remove();
	end(&a);
}

/* Names that try to get out stay in the root; missing directories are made. */
KTEST(cpio, names)
{
	struct archive a;

	KT_ASSERT(begin(&a));
	add_entry(&a, ".", S_IFDIR | 0755, 1, 2, NULL, 0);
	add_file(&a, "/ktest/absolute", "1");
	add_file(&a, "./ktest/deep/down/dotted", "2");
	add_file(&a, "../../ktest/up", "3");
	KT_TRUE(unpack(&a));
	KT_TRUE(contains("/ktest/absolute", "1") && contains("/ktest/deep/down/dotted", "2"));
	KT_TRUE(contains("/ktest/up", "3"));
	KT_EQ(mode_of("/ktest/deep"), S_IFDIR | 0755);
	KT_EQ(vfs_unlink(NULL, "/ktest/absolute", false), 0);
	KT_EQ(vfs_unlink(NULL, "/ktest/up", false), 0);
	KT_EQ(vfs_unlink(NULL, "/ktest/deep/down/dotted", false), 0);
	KT_EQ(vfs_unlink(NULL, "/ktest/deep/down", true), 0);
	KT_EQ(vfs_unlink(NULL, "/ktest/deep", true), 0);
	test_dir_remove();
	end(&a);
}

KTEST(cpio, later_entries_replace)
{
	struct archive a;

	KT_ASSERT(begin(&a));
	add_file(&a, "ktest/a", "first, and longer");
	add_file(&a, "ktest/a", "second");
	add_entry(&a, "ktest/b", S_IFLNK | 0777, 2, 1, "a", 0);
	add_file(&a, "ktest/b", "no link");
	add_entry(&a, "ktest", S_IFDIR | 0711, 1, 2, NULL, 0);
	KT_TRUE(unpack(&a));
	KT_TRUE(contains("/ktest/a", "second") && contains("/ktest/b", "no link"));
	KT_EQ(mode_of("/ktest"), S_IFDIR | 0711);
	KT_EQ(vfs_unlink(NULL, "/ktest/a", false), 0);
	KT_EQ(vfs_unlink(NULL, "/ktest/b", false), 0);
	test_dir_remove();
	end(&a);
}

/* GNU cpio gives the data with the last of several names. */
KTEST(cpio, hard_links)
{
	struct archive a;
	struct dentry *dentry;

	KT_ASSERT(begin(&a));
	add_entry(&a, "ktest/one", S_IFREG | 0644, 77, 2, NULL, 0);
	add_entry(&a, "ktest/two", S_IFREG | 0644, 77, 2, "shared", 0);
	KT_TRUE(unpack(&a));
	KT_TRUE(contains("/ktest/one", "shared"));
	KT_EQ(test_ino("/ktest/one"), test_ino("/ktest/two"));
	dentry = path_lookup(NULL, "/ktest/one", 0);
	KT_EQ(dentry->inode->nlink, 2);
	KT_EQ(vfs_unlink(NULL, "/ktest/two", false), 0);
	KT_EQ(dentry->inode->nlink, 1);
	dput(dentry);
	KT_EQ(vfs_unlink(NULL, "/ktest/one", false), 0);
	test_dir_remove();
	end(&a);
}

/* What came before the damage stays, and the log says what is wrong. */
KTEST(cpio, damaged)
{
	struct archive a;
	size_t first;

	KT_ASSERT(begin(&a));
	add_file(&a, "ktest/good", "good");
	first = a.size;
	add_file(&a, "ktest/bad", "bad");
	a.buf[first] = 'x';
	KT_TRUE(!unpack(&a));
	KT_TRUE(contains("/ktest/good", "good"));
	KT_EQ(test_walk("/ktest/bad", 0), -ENOENT);
	KT_EQ(vfs_unlink(NULL, "/ktest/good", false), 0);
	test_dir_remove();
	end(&a);
}

/* Cut off at every length: never more than what is there, and always an error. */
KTEST(cpio, truncated)
{
	struct archive a;
	struct cpio_iter it;
	struct cpio_entry e;

	KT_ASSERT(begin(&a));
	add_file(&a, "one", "hello");
	add_entry(&a, "TRAILER!!!", 0, 0, 1, NULL, 0);
	for (size_t size = 0; size + 3 < a.size; size++) {
		int n;

		cpio_open(&it, a.buf, size);
		while ((n = cpio_next(&it, &e)) > 0)
			KT_TRUE((char *)e.data + e.size <= a.buf + size);
		KT_EQ(n, -EINVAL);
		KT_TRUE(it.error[0]);
	}
	end(&a);
}

KTEST(cpio, random_damage)
{
	struct cpio_iter it;
	struct cpio_entry e;
	struct archive a;

	KT_ASSERT(begin(&a));
	for (int round = 0; round < 2000; round++) {
		a.size = 0;
		add_file(&a, "one", "hello");
		add_entry(&a, "two", S_IFLNK | 0777, 2, 1, "one", 0);
		add_entry(&a, "TRAILER!!!", 0, 0, 1, NULL, 0);
		for (unsigned int n = kt_random() % 3 + 1; n; n--)
			a.buf[kt_random() % a.size] = kt_random();
		cpio_open(&it, a.buf, a.size);
		while (cpio_next(&it, &e) > 0) {
			KT_TRUE(e.name >= a.buf && e.name + e.name_len < a.buf + a.size);
			KT_TRUE(!e.size || (char *)e.data + e.size <= a.buf + a.size);
		}
	}
	end(&a);
}

static struct archive fail_archive;

static bool try_unpack(void)
{
	return unpack_archive(fail_archive.buf, fail_archive.size, "test archive", false);
}

static void undo_unpack(void)
{
	vfs_unlink(NULL, "/ktest/a/file", false);
	vfs_unlink(NULL, "/ktest/a/link", false);
	vfs_unlink(NULL, "/ktest/a", true);
	vfs_unlink(NULL, TEST_DIR, true);
}

/* A failed allocation leaves entries out; what was made can be removed, and nothing is lost. */
KTEST(cpio, allocations_fail)
{
	bool done = false;

	KT_ASSERT(begin(&fail_archive));
	add_file(&fail_archive, "ktest/a/file", "data");
	add_entry(&fail_archive, "ktest/a/link", S_IFLNK | 0777, 2, 1, "file", 0);
	add_entry(&fail_archive, "TRAILER!!!", 0, 0, 1, NULL, 0);
	for (int n = 1; n < 100 && !done; n++) {
		kt_fail_nth(n);
		done = try_unpack();
		KT_EQ(kt_fail_fired(), !done);
		undo_unpack();
		KT_EQ(test_walk(TEST_DIR, 0), -ENOENT);
	}
	KT_TRUE(done);
	end(&fail_archive);
}
