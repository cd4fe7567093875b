/* SPDX-License-Identifier: MIT */
/* Rights: of users and groups, chmod, chown, umask, sticky and set-ID bits, access(). */
#define _GNU_SOURCE
#include "tmpdir.h"

#include <sys/syscall.h>

/* What open() of the file by user 1000 says: 0 or the error. */
static int try_read(void *path)
{
	return open(path, O_RDONLY) < 0 ? errno : 0;
}

static int try_write(void *path)
{
	return open(path, O_WRONLY) < 0 ? errno : 0;
}

static int try_unlink(void *path)
{
	return unlink(path) ? errno : 0;
}

static int try_create(void *path)
{
	return open(path, O_CREAT | O_WRONLY, 0644) < 0 ? errno : 0;
}

static int try_chmod(void *path)
{
	return chmod(path, 0777) ? errno : 0;
}

static int try_chown(void *path)
{
	return chown(path, 0, -1) ? errno : 0;
}

static int try_chgrp(void *path)
{
	return chown(path, -1, 1000) ? errno : 0;
}

static int try_exec(void *path)
{
	execl(path, path, NULL);
	return errno;
}

static int try_stat(void *path)
{
	struct stat st;

	return stat(path, &st) ? errno : 0;
}

static int try_chdir(void *path)
{
	return chdir(path) ? errno : 0;
}

static int try_mknod(void *path)
{
	return mknod(path, S_IFCHR | 0600, 0x103) ? errno : 0;
}

static void test_rights(void)
{
	make_file("f", "x");
	chmod("f", 0600);
	is(as_user(try_read, "f"), EACCES, "0600 of root: no reading");
	chmod("f", 0604);
	is(as_user(try_read, "f"), 0, "0604: others may read");
	is(as_user(try_write, "f"), EACCES, "but not write");
	chown("f", -1, 1000);
	is(as_user(try_read, "f"), EACCES, "in the group, whose rights are none");
	chmod("f", 0640);
	is(as_user(try_read, "f"), 0, "0640: the group reads");
	chown("f", 1000, 0);
	chmod("f", 0044);
	is(as_user(try_read, "f"), EACCES, "0044: the owner does not");
	ok(open("f", O_RDWR) >= 0, "root always may");
	is(as_user(try_chmod, "f"), 0, "the owner may chmod");
	chown("f", 0, 0);
	is(as_user(try_chmod, "f"), EPERM, "another may not: EPERM");
	is(as_user(try_chown, "f"), EPERM, "nor give it away");
	chown("f", 1000, 0);
	is(as_user(try_chgrp, "f"), 0, "the owner may give it to his group");
	is(as_user(try_chown, "f"), EPERM, "but not to root");
	mkdir("open", 0777);
	chmod("open", 0777);
	is(as_user(try_mknod, "open/n"), EPERM, "mknod of a device: EPERM");
	is(as_user(try_mknod, "open"), EEXIST, "but first of all a name that is free: EEXIST");
}

static void test_directories(void)
{
	mkdir("d", 0755);
	make_file("d/f", "x");
	is(as_user(try_create, "d/new"), EACCES, "no new names in a directory of root");
	is(as_user(try_unlink, "d/f"), EACCES, "none taken away");
	chmod("d", 0711);
	is(as_user(try_read, "d"), EACCES, "0711: not to be listed");
	is(as_user(try_stat, "d/f"), 0, "but to be searched");
	chmod("d", 0744);
	is(as_user(try_stat, "d/f"), EACCES, "0744: not to be searched");
	is(as_user(try_chdir, "d"), EACCES, "nor entered");
	is(as_user(try_read, "d"), 0, "but to be listed");
	chmod("d", 0777);
	is(as_user(try_unlink, "d/f"), 0, "0777: anybody may unlink");
	make_file("d/f", "x");
	chmod("d", 01777);
	is(as_user(try_unlink, "d/f"), EPERM, "sticky: only the owner: EPERM");
	is(as_user(try_create, "d/mine"), 0, "create");
	is(as_user(try_unlink, "d/mine"), 0, "unlink one's own");
	chown("d", 1000, -1);
	is(as_user(try_unlink, "d/f"), 0, "the owner of the directory may");
}

static void test_exec(void)
{
	make_file("p", "#!/bin/false\n");
	chmod("p", 0644);
	is(as_user(try_exec, "p"), EACCES, "exec of what is not executable: EACCES");
	fails(execl("p", "p", NULL), EACCES, "also for root");
	fails(execl(".", ".", NULL), EACCES, "of a directory: EACCES");
	fails(access("p", X_OK), EACCES, "access X_OK without any x: EACCES for root");
	chmod("p", 0010);
	is(access("p", X_OK), 0, "with one: root may");
}

static void test_modes(void)
{
	umask(027);
	close(open("m", O_CREAT | O_WRONLY, 0777));
	is(stat_of("m").st_mode & 07777, 0750, "umask at open");
	mkdir("md", 0777);
	is(stat_of("md").st_mode & 07777, 0750, "at mkdir");
	mknod("mn", S_IFIFO | 0666, 0);
	is(stat_of("mn").st_mode, S_IFIFO | 0640, "at mknod");
	is(umask(022), 027, "umask gives the old one");
	is(chmod("m", 07777), 0, "chmod 7777");
	is(stat_of("m").st_mode & 07777, 07777, "has all bits");
	is(chown("m", 1, 2), 0, "chown");
	is(stat_of("m").st_mode & 07777, 01777, "takes the set-ID bits");
	ok(stat_of("m").st_uid == 1 && stat_of("m").st_gid == 2, "owner and group");
	is(chown("m", -1, 3), 0, "chown of the group");
	ok(stat_of("m").st_uid == 1 && stat_of("m").st_gid == 3, "leaves the owner");
	mkdir("sg", 0755);
	chown("sg", 0, 7);
	chmod("sg", 02755);
	mkdir("sg/d", 0755);
	close(open("sg/f", O_CREAT | O_WRONLY, 0644));
	is(stat_of("sg/f").st_gid, 7, "a set-group-ID directory gives its group");
	is(stat_of("sg/d").st_mode & 07777, 02755, "and directories the bit");
}

static int write_to_suid(void *path)
{
	int fd = open(path, O_WRONLY);

	return fd >= 0 && write(fd, "y", 1) == 1 ? 0 : errno;
}

static void test_errors(void)
{
	int fd = open("m", O_RDONLY);

	make_file("su", "x");
	chmod("su", 06777);
	is(as_user(write_to_suid, "su"), 0, "a user writes to a set-user-ID file");
	is(stat_of("su").st_mode & 07777, 0777, "which is none any more");
	is(fchmod(fd, 0600), 0, "fchmod");
	is(stat_of("m").st_mode & 07777, 0600, "mode");
	is(fchown(fd, 8, 9), 0, "fchown");
	is(stat_of("m").st_gid, 9, "group");
	fails(fchmod(99, 0), EBADF, "fchmod of nothing: EBADF");
	fails(fchown(99, 0, 0), EBADF, "fchown of nothing: EBADF");
	fails(chmod("nothing", 0), ENOENT, "chmod of nothing: ENOENT");
	fails(chmod("m/x", 0), ENOTDIR, "below a file: ENOTDIR");
	fails(chown("", 0, 0), ENOENT, "chown of the empty path: ENOENT");
	fails(chmod((char *)KERNEL_ADDRESS, 0), EFAULT, "a bad path: EFAULT");
	fails(fchownat(AT_FDCWD, "m", 0, 0, 0x10), EINVAL, "unknown flags: EINVAL");
	is(fchownat(fd, "", 4, 4, AT_EMPTY_PATH), 0, "fchownat with AT_EMPTY_PATH");
	is(stat_of("m").st_uid, 4, "works on the descriptor");
	fails(access("m", 8), EINVAL, "access with an unknown mode: EINVAL");
	fails(faccessat(AT_FDCWD, "m", R_OK, 0x10000), EINVAL, "faccessat: flags: EINVAL");
	close(fd);
}

/* access() asks for the real user, open() for the effective one. */
static int real_and_effective(void *path)
{
	if (setresuid(1000, 0, 0))
		return 100;
	if (access(path, R_OK) != -1 || errno != EACCES)
		return 1;
	if (faccessat(AT_FDCWD, path, R_OK, AT_EACCESS))
		return 2;
	return open(path, O_RDONLY) < 0 ? 3 : 0;
}

/* The root is no name that could be made: nobody asks for its rights. */
static int make_root(void *jail)
{
	if (chroot(jail) || setgid(1000) || setuid(1000))
		return 99;
	if (!mkdir("/", 0755) || errno != EEXIST)
		return errno;
	if (creat("/", 0644) != -1 || errno != EISDIR)
		return errno;
	return mkdir("/x", 0755) ? errno : 0;
}

static int link_elsewhere(void *path)
{
	return link("/proc/version", path) ? errno : 0;
}

static int chmod_link(void *path)
{
	return syscall(452, AT_FDCWD, path, 0600, AT_SYMLINK_NOFOLLOW) ? errno : 0;
}

static int link_open_file(void *fd)
{
	return linkat(*(int *)fd, "", AT_FDCWD, "open/linked", AT_EMPTY_PATH) ? errno : 0;
}

/* A user makes a name for a file that he has open himself. */
static int link_own_file(void *dir)
{
	int fd = open(dir, O_TMPFILE | O_RDWR, 0600);

	return fd < 0 ? errno : link_open_file(&fd);
}

static void test_link_open(void)
{
	int fd;

	mkdir("open", 0755);
	chmod("open", 0777);
	fd = open("open", O_TMPFILE | O_RDWR, 0666);
	is(as_user(link_open_file, &fd), ENOENT, "a name for what another has opened: ENOENT");
	is(as_user(link_own_file, "open"), 0, "for what one has opened oneself");
	is(stat_of("open/linked").st_uid, 1000, "one's own file");
	unlink("open/linked");
	exits(in_child(link_open_file, &fd), 0, "for any, with CAP_DAC_READ_SEARCH");
	unlink("open/linked");
	close(fd);
}

int main(void)
{
	plan(70);
	enter_tmpdir();
	test_rights();
	test_directories();
	test_exec();
	test_modes();
	test_errors();
	test_link_open();
	make_file("secret", "x");
	chmod("secret", 0600);
	symlink("secret", "link");
	mkdir("jail", 0700);
	exits(in_child(make_root, "jail"), EACCES, "the root is there, what is in it closed");
	is(as_user(link_elsewhere, "jail/x"), EACCES, "link into a closed directory: EACCES");
	chmod("jail", 0755);
	is(as_user(link_elsewhere, "jail/x"), EXDEV, "to another file system: EXDEV comes first");
	is(as_user(chmod_link, "link"), EOPNOTSUPP, "fchmodat2 of a link, even another's");
	exits(in_child(real_and_effective, "secret"), 0, "real and effective users");
	leave_tmpdir();
	return done();
}
