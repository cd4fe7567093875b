/* SPDX-License-Identifier: MIT */
/* link(), linkat(), symlink(), readlink(), unlink(), and files that live without a name. */
#define _GNU_SOURCE
#include "tmpdir.h"

#include <limits.h>
#include <sys/syscall.h>

static void test_link(void)
{
	make_file("a", "text");
	is(link("a", "b"), 0, "a second name");
	is(stat_of("a").st_nlink, 2, "two links");
	ok(stat_of("a").st_ino == stat_of("b").st_ino, "one inode");
	is(unlink("a"), 0, "remove the first");
	is_str(text_of("b"), "text", "the second has the text");
	is(stat_of("b").st_nlink, 1, "one link");
	mkdir("d", 0755);
	fails(link("b", "b"), EEXIST, "the name is there: EEXIST");
	fails(link("nothing", "c"), ENOENT, "no such file: ENOENT");
	fails(link("d", "e"), EPERM, "of a directory: EPERM");
	fails(link("b", "nothing/c"), ENOENT, "into no directory: ENOENT");
	fails(link("b", "b/c"), ENOTDIR, "below a file: ENOTDIR");
	fails(link("b", "c/"), ENOENT, "with a slash behind it: ENOENT");
	fails(link("b", ""), ENOENT, "the empty name: ENOENT");
	fails(linkat(AT_FDCWD, "b", AT_FDCWD, "c", 0x10000), EINVAL, "unknown flags: EINVAL");
}

static void test_symlink(void)
{
	static char buf[300], longest[PATH_MAX + 1];

	is(symlink("b", "s"), 0, "a symbolic link");
	is(stat_of("s").st_size, 1, "its size is its length");
	is(stat_of("s").st_mode, S_IFLNK | 0777, "and it has all rights");
	is(readlink("s", buf, sizeof(buf)), 1, "readlink");
	is_str(buf, "b", "its text");
	is(symlink("nowhere/at/all", "t"), 0, "to nothing");
	is(readlink("t", buf, 7), 7, "cut off");
	fails(readlink("b", buf, 10), EINVAL, "of a file: EINVAL");
	fails(syscall(SYS_readlink, "t", buf, 0), EINVAL, "no room: EINVAL");
	fails(readlink("t", (char *)KERNEL_ADDRESS, 4), EFAULT, "a bad buffer: EFAULT");
	fails(symlink("x", "s"), EEXIST, "the name is there: EEXIST");
	fails(symlink("", "u"), ENOENT, "to the empty path: ENOENT");
	memset(longest, 'x', PATH_MAX);
	fails(symlink(longest, "u"), ENAMETOOLONG, "to a path of 4096: ENAMETOOLONG");
	fails(unlink("t/"), ENOTDIR, "unlink a link with a slash: ENOTDIR");
	is(linkat(AT_FDCWD, "s", AT_FDCWD, "s2", 0), 0, "linkat of the link itself");
	ok(S_ISLNK(stat_of("s2").st_mode), "is a link");
	is(linkat(AT_FDCWD, "s", AT_FDCWD, "b2", AT_SYMLINK_FOLLOW), 0, "of what it leads to");
	ok(S_ISREG(stat_of("b2").st_mode), "is a file");
	is(symlinkat("b", AT_FDCWD, "s3"), 0, "symlinkat");
	fails(symlinkat("b", 99, "s4"), EBADF, "by a bad descriptor: EBADF");
	is(lchown("s", 5, 6), 0, "lchown of the link");
	ok(stat_of("s").st_uid == 5 && stat_of("b").st_uid == 0, "does not change the file");
}

static void test_unlinked(void)
{
	char buf[8] = "";
	struct stat st;
	char *p;
	int fd;

	make_file("gone", "still");
	fd = open("gone", O_RDWR);
	p = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	is(unlink("gone"), 0, "unlink an open file");
	fails(access("gone", F_OK), ENOENT, "the name is gone");
	is(fstat(fd, &st), 0, "the file is not");
	is(st.st_nlink, 0, "it has no links");
	is(read(fd, buf, 5), 5, "it can be read");
	is_str(buf, "still", "and says the same");
	is(pwrite(fd, "there", 5, 0), 5, "written");
	close(fd);
	ok(p != MAP_FAILED && !memcmp(p, "there", 5), "and lives in a mapping after close");
	p[0] = 'T';
	is(p[0], 'T', "which can be written to");
	munmap(p, PAGE);
}

static void test_tmpfile(void)
{
	struct stat st;
	int fd = open(".", O_TMPFILE | O_RDWR, 0600);

	ok(fd >= 0, "O_TMPFILE");
	is(fstat(fd, &st), 0, "fstat");
	is(st.st_nlink, 0, "no name");
	is(write(fd, "abc", 3), 3, "write");
	fails(open(".", O_TMPFILE | O_RDONLY, 0600), EINVAL, "O_TMPFILE to read: EINVAL");
	is(linkat(fd, "", AT_FDCWD, "named", AT_EMPTY_PATH), 0, "gets a name");
	is_str(text_of("named"), "abc", "by which it is found");
	close(fd);
}

static void test_remove(void)
{
	mkdir("full", 0755);
	make_file("full/x", "");
	fails(unlink("full"), EISDIR, "unlink a directory: EISDIR");
	fails(rmdir("full"), ENOTEMPTY, "rmdir a full one: ENOTEMPTY");
	fails(rmdir("b"), ENOTDIR, "rmdir a file: ENOTDIR");
	fails(rmdir("d/."), EINVAL, "rmdir .: EINVAL");
	fails(rmdir("d/.."), ENOTEMPTY, "rmdir ..: ENOTEMPTY");
	fails(rmdir("/"), EBUSY, "rmdir /: EBUSY");
	fails(unlink("/"), EISDIR, "unlink /: EISDIR");
	fails(unlink("b/"), ENOTDIR, "unlink a file with a slash: ENOTDIR");
	fails(unlink("d/"), EISDIR, "unlink a directory with a slash: EISDIR");
	is(rmdir("d/"), 0, "rmdir with a slash");
	fails(unlinkat(AT_FDCWD, "full", 1), EINVAL, "unlinkat with unknown flags: EINVAL");
	is(unlinkat(AT_FDCWD, "full/x", 0), 0, "unlinkat");
	is(unlinkat(AT_FDCWD, "full", AT_REMOVEDIR), 0, "unlinkat of a directory");
}

int main(void)
{
	plan(65);
	enter_tmpdir();
	test_link();
	test_symlink();
	test_unlinked();
	test_tmpfile();
	test_remove();
	leave_tmpdir();
	return done();
}
