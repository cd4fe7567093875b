/* SPDX-License-Identifier: MIT */
/* rename(), renameat(), renameat2(): files, directories, what they replace, what they refuse. */
#define _GNU_SOURCE
#include "tmpdir.h"

#include <sys/syscall.h>

static int renameat2_(int from, const char *old, int to, const char *new, unsigned int flags)
{
	return syscall(SYS_renameat2, from, old, to, new, flags);
}

#define NOREPLACE	1
#define EXCHANGE	2

static void test_files(void)
{
	ino_t ino;

	make_file("a", "one");
	make_file("b", "two");
	ino = stat_of("a").st_ino;
	is(rename("a", "c"), 0, "a new name");
	ok(stat_of("c").st_ino == ino && access("a", F_OK), "is the same file, the old one gone");
	is(rename("c", "b"), 0, "over another file");
	is_str(text_of("b"), "one", "replaces it");
	is(rename("b", "b"), 0, "onto itself: nothing happens");
	is(link("b", "l"), 0, "a second name");
	is(rename("b", "l"), 0, "onto another name of the same file");
	ok(!access("b", F_OK) && !access("l", F_OK), "leaves both");
	is(unlink("l"), 0, "unlink one");
	fails(rename("nothing", "x"), ENOENT, "no such file: ENOENT");
	fails(rename("", "x"), ENOENT, "the empty path: ENOENT");
	fails(rename("b", ""), ENOENT, "to the empty path: ENOENT");
	fails(rename("b", "nothing/x"), ENOENT, "into no directory: ENOENT");
	fails(rename("b", "b/x"), ENOTDIR, "below a file: ENOTDIR");
	fails(rename("b", "x/"), ENOTDIR, "a file to a name with a slash: ENOTDIR");
	fails(rename((char *)KERNEL_ADDRESS, "x"), EFAULT, "a bad old path: EFAULT");
	fails(rename("b", (char *)KERNEL_ADDRESS), EFAULT, "a bad new path: EFAULT");
}

static void test_directories(void)
{
	mkdir("d", 0755);
	mkdir("d/sub", 0755);
	mkdir("empty", 0755);
	mkdir("full", 0755);
	make_file("full/file", "x");
	is(stat_of("d").st_nlink, 3, "a directory with one in it: three links");
	is(rename("d", "e"), 0, "a directory");
	is(rename("e/sub", "moved"), 0, "to another directory");
	is(stat_of("e").st_nlink, 2, "the old parent lost a link");
	is(rename("moved", "empty"), 0, "over an empty directory");
	fails(rename("empty", "full"), ENOTEMPTY, "over a full one: ENOTEMPTY");
	fails(rename("empty", "b"), ENOTDIR, "over a file: ENOTDIR");
	fails(rename("b", "empty"), EISDIR, "a file over a directory: EISDIR");
	fails(rename("full", "full/x"), EINVAL, "into itself: EINVAL");
	mkdir("full/a", 0755);
	mkdir("full/a/b", 0755);
	fails(rename("full", "full/a/b/c"), EINVAL, "deep into itself: EINVAL");
	fails(rename("full/a/b", "full"), ENOTEMPTY, "over its own parent's parent: ENOTEMPTY");
	fails(rename("full/.", "y"), EBUSY, "a path that ends in .: EBUSY");
	fails(rename("full/a/..", "y"), EBUSY, "in ..: EBUSY");
	fails(rename("full", "."), EBUSY, "to .: EBUSY");
	is(rename("full/", "full2/"), 0, "a directory with slashes");
	is(rename("full2/a", "a"), 0, "up");
	is(chdir("a/b"), 0, "stand in it");
	is(rename("../../a", "../../z"), 0, "rename what is above us");
	ok(strstr(getcwd(NULL, 0), "/z/b") != NULL, "getcwd knows the new name");
	is(chdir("../.."), 0, "and .. still works");
}

static void test_at(void)
{
	int d = open("empty", O_RDONLY | O_DIRECTORY);

	make_file("p", "pp");
	make_file("q", "qq");
	is(renameat(AT_FDCWD, "p", d, "p2"), 0, "renameat into a directory by descriptor");
	is_str(text_of("empty/p2"), "pp", "is there");
	fails(renameat(99, "p2", d, "p3"), EBADF, "a bad descriptor: EBADF");
	fails(renameat2_(AT_FDCWD, "q", d, "p2", NOREPLACE), EEXIST, "NOREPLACE: EEXIST");
	is(renameat2_(AT_FDCWD, "q", d, "q2", NOREPLACE), 0, "NOREPLACE to a free name");
	is(renameat2_(d, "p2", d, "q2", EXCHANGE), 0, "EXCHANGE");
	is_str(text_of("empty/p2"), "qq", "the one is the other");
	is_str(text_of("empty/q2"), "pp", "and the other the one");
	fails(renameat2_(d, "p2", d, "no", EXCHANGE), ENOENT, "EXCHANGE with nothing: ENOENT");
	is(renameat2_(AT_FDCWD, "e", d, "p2", EXCHANGE), 0, "EXCHANGE a directory with a file");
	is(stat_of("empty").st_nlink, 3, "links follow");
	fails(renameat2_(d, "a", d, "b", 0x100), EINVAL, "unknown flags: EINVAL");
	fails(renameat2_(d, "a", d, "b", NOREPLACE | EXCHANGE), EINVAL, "both: EINVAL");
	fails(renameat2_(AT_FDCWD, "empty", d, "p2", EXCHANGE), EINVAL,
	      "EXCHANGE with what is inside: EINVAL");
	close(d);
}

static void test_open_file(void)
{
	char buf[4] = "";
	int fd;

	make_file("old", "old");
	make_file("new", "new");
	fd = open("old", O_RDONLY);
	is(rename("new", "old"), 0, "replace a file that is open");
	is(read(fd, buf, 3), 3, "the open one");
	is_str(buf, "old", "still has its bytes");
	close(fd);
	is_str(text_of("old"), "new", "the name the new ones");
}

int main(void)
{
	plan(55);
	enter_tmpdir();
	test_files();
	test_directories();
	test_at();
	test_open_file();
	leave_tmpdir();
	return done();
}
