/* SPDX-License-Identifier: MIT */
/* Directories: listing while they change, positions, mkdir, mknod, chdir, chroot. */
#define _GNU_SOURCE
#include "tmpdir.h"

#include <dirent.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>

#define MANY 300

static int count(const char *path)
{
	DIR *d = opendir(path);
	int n = 0;

	while (d && readdir(d))
		n++;
	closedir(d);
	return n;
}

static void test_listing(void)
{
	static char seen[MANY];
	struct dirent *e;
	char name[300];
	int twice = 0, all = 0, n = 0;
	long pos;
	DIR *d;

	mkdir("many", 0755);
	for (int i = 0; i < MANY; i++) {
		snprintf(name, sizeof(name), "many/%d", i);
		make_file(name, "");
	}
	is(count("many"), MANY + 2, "all names are listed");
	d = opendir("many");
	while ((e = readdir(d))) {
		if (e->d_name[0] == '.')
			continue;
		twice += seen[atoi(e->d_name)]++;
		snprintf(name, sizeof(name), "many/%s", e->d_name);
		all += !unlink(name);
	}
	is(twice, 0, "each once, though they are removed meanwhile");
	is(all, MANY, "and all");
	rewinddir(d);
	while (readdir(d))
		n++;
	is(n, 2, "then . and .. are left");
	closedir(d);
	is(rmdir("many"), 0, "and it can be removed");
	mkdir("three", 0755);
	make_file("three/a", "");
	mkdir("three/d", 0755);
	symlink("x", "three/l");
	d = opendir("three");
	pos = telldir(d);
	n = 0;
	while ((e = readdir(d)))
		n += e->d_type == (e->d_name[0] == 'a' ? DT_REG : e->d_name[0] == 'l' ? DT_LNK :
				   DT_DIR);
	is(n, 5, "types");
	seekdir(d, pos);
	for (n = 0; readdir(d); n++)
		;
	is(n, 5, "seekdir to the start");
	closedir(d);
}

static void test_getdents(void)
{
	char buf[1024];
	int fd = open("three", O_RDONLY), gone, file = open("three/a", O_RDONLY);

	ok(syscall(SYS_getdents, fd, buf, sizeof(buf)) > 0, "getdents");
	is(syscall(SYS_getdents, fd, buf, sizeof(buf)), 0, "at the end: 0");
	lseek(fd, 0, SEEK_SET);
	fails(syscall(SYS_getdents64, fd, buf, 8), EINVAL, "no room for one entry: EINVAL");
	fails(syscall(SYS_getdents64, fd, KERNEL_ADDRESS, 1024), EFAULT, "a bad buffer: EFAULT");
	fails(syscall(SYS_getdents64, file, buf, 1024), ENOTDIR, "of a file: ENOTDIR");
	fails(syscall(SYS_getdents64, 99, buf, 1024), EBADF, "of nothing: EBADF");
	fails(read(fd, buf, 10), EISDIR, "read: EISDIR");
	close(fd);
	close(file);
	mkdir("gone", 0755);
	gone = open("gone", O_RDONLY);
	rmdir("gone");
	fails(syscall(SYS_getdents64, gone, buf, 1024), ENOENT, "of a removed one: ENOENT");
	fails(openat(gone, "x", O_CREAT | O_WRONLY, 0644), ENOENT, "a file in it: ENOENT");
	close(gone);
}

static void test_make(void)
{
	struct stat st;

	fails(mkdir("three", 0755), EEXIST, "mkdir of what is there: EEXIST");
	fails(mkdir("three/a", 0755), EEXIST, "of a file: EEXIST");
	fails(mkdir("three/l", 0755), EEXIST, "of a dangling link: EEXIST");
	fails(mkdir("no/d", 0755), ENOENT, "in nothing: ENOENT");
	fails(mkdir("three/a/d", 0755), ENOTDIR, "in a file: ENOTDIR");
	fails(mkdir("", 0755), ENOENT, "the empty path: ENOENT");
	fails(mkdir("/", 0755), EEXIST, "the root: EEXIST");
	is(mkdir("slash//", 0755), 0, "with slashes");
	is(mkdir(".a", 0755) | mkdir("a.", 0755), 0, "names with a dot at either end");
	is(mknod("node", S_IFCHR | 0600, makedev(1, 3)), 0, "mknod of a device");
	st = stat_of("node");
	ok(S_ISCHR(st.st_mode) && st.st_rdev == makedev(1, 3), "has its number");
	is(mknod("big", S_IFBLK | 0600, makedev(259, 70000)), 0, "of one with large numbers");
	st = stat_of("big");
	ok(major(st.st_rdev) == 259 && minor(st.st_rdev) == 70000, "has them");
	fails(open("big", O_RDONLY), ENXIO, "which is not there: ENXIO");
	is(mknod("reg", 0640, 0), 0, "of a file");
	ok(S_ISREG(stat_of("reg").st_mode), "is a file");
	fails(mknod("dir", S_IFDIR | 0700, 0), EPERM, "of a directory: EPERM");
	fails(mknod("odd", 0030000, 0), EINVAL, "of an unknown type: EINVAL");
	is(mknod("sock", S_IFSOCK | 0600, 0), 0, "of a socket");
	fails(open("sock", O_RDWR), ENXIO, "which nobody can open: ENXIO");
	is(mknodat(AT_FDCWD, "fifo", S_IFIFO | 0600, 0), 0, "mknodat of a FIFO");
	fails(mknodat(99, "x", 0600, 0), EBADF, "by a bad descriptor: EBADF");
}

static int in_root(void *arg)
{
	(void)arg;
	if (chroot("three") || chdir("/"))
		return 1;
	if (access("/a", F_OK) || access("/../../a", F_OK))
		return 2;
	if (strcmp(getcwd(NULL, 0), "/"))
		return 3;
	return chdir("d") || strcmp(getcwd(NULL, 0), "/d") ? 4 : 0;
}

static int user_root(void *arg)
{
	(void)arg;
	return chroot("three") ? errno : 0;
}

static void test_places(void)
{
	char path[256];
	int fd;

	is(chdir("three/d"), 0, "chdir");
	ok(strstr(getcwd(NULL, 0), "/three/d") != NULL, "getcwd");
	is(chdir("../.."), 0, "up");
	fails(chdir("three/a"), ENOTDIR, "to a file: ENOTDIR");
	fails(chdir("none"), ENOENT, "to nothing: ENOENT");
	fd = open("three", O_RDONLY);
	is(fchdir(fd), 0, "fchdir");
	is(access("a", F_OK), 0, "is there");
	is(chdir(".."), 0, "back");
	fails(fchdir(99), EBADF, "to nothing: EBADF");
	close(fd);
	fails(syscall(SYS_getcwd, (char *)&fd, 2), ERANGE, "getcwd without room: ERANGE");
	mkdir("here", 0755);
	chdir("here");
	rmdir("../here");
	fails(syscall(SYS_getcwd, path, sizeof(path)), ENOENT, "in a removed directory: ENOENT");
	fails(open("x", O_CREAT | O_WRONLY, 0600), ENOENT, "no file can be made: ENOENT");
	is(chdir(".."), 0, "but .. leads out");
	exits(in_child(in_root, NULL), 0, "chroot");
	is(as_user(user_root, NULL), EPERM, "by a user: EPERM");
	fails(chroot("three/a"), ENOTDIR, "to a file: ENOTDIR");
	fails(chroot("none"), ENOENT, "to nothing: ENOENT");
}

int main(void)
{
	plan(55);
	enter_tmpdir();
	test_listing();
	test_getdents();
	test_make();
	test_places();
	leave_tmpdir();
	return done();
}
