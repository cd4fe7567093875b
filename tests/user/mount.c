/* SPDX-License-Identifier: MIT */
/* mount() and umount(): a tmpfs on a directory, paths across it, flags, options, errors. */
#define _GNU_SOURCE
#include "tmpdir.h"

#include <dirent.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/personality.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>

static void test_walk(void)
{
	ino_t below;
	dev_t dev;

	mkdir("m", 0755);
	make_file("m/hidden", "x");
	below = stat_of("m").st_ino;
	dev = stat_of("m").st_dev;
	is(mount("none", "m", "tmpfs", 0, "mode=750"), 0, "mount a tmpfs");
	ok(stat_of("m").st_dev != dev, "it is another device");
	is(stat_of("m").st_mode & 07777, 0750, "its root has the mode asked for");
	fails(access("m/hidden", F_OK), ENOENT, "what was there is hidden");
	make_file("m/new", "new");
	is(chdir("m"), 0, "chdir into it");
	ok(stat_of("..").st_dev == dev, ".. leads out");
	ok(strstr(getcwd(NULL, 0), "/m") != NULL, "getcwd goes through it");
	is(access("../m/./../m/new", F_OK), 0, "in and out and in");
	fails(umount("../m"), EBUSY, "umount with somebody in it: EBUSY");
	is(chdir(".."), 0, "out");
	fails(rmdir("m"), EBUSY, "rmdir of a mount point: EBUSY");
	fails(rename("m", "n"), EBUSY, "rename: EBUSY");
	make_file("out", "out");
	fails(rename("out", "m/out"), EXDEV, "rename across: EXDEV");
	fails(link("out", "m/out"), EXDEV, "link across: EXDEV");
	is(umount("m"), 0, "umount");
	is(access("m/hidden", F_OK), 0, "what was hidden is back");
	ok(stat_of("m").st_ino == below, "as the same directory");
	fails(umount("m"), EINVAL, "umount again: EINVAL");
}

static void test_busy(void)
{
	char *p;
	int fd;

	mount("none", "m", "tmpfs", 0, NULL);
	make_file("m/f", "text");
	fd = open("m/f", O_RDWR);
	fails(umount("m"), EBUSY, "an open file: EBUSY");
	unlink("m/f");
	fails(umount("m"), EBUSY, "an open file without a name: EBUSY");
	p = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0);
	close(fd);
	fails(umount("m"), EBUSY, "a mapped file: EBUSY");
	munmap(p, PAGE);
	mkdir("m/sub", 0755);
	is(mount("none", "m/sub", "tmpfs", 0, NULL), 0, "one in the other");
	fails(umount("m"), EBUSY, "the lower one: EBUSY");
	make_file("m/sub/deep", "x");
	is(access("m/sub/../sub/deep", F_OK), 0, "through both");
	is(umount("m/sub"), 0, "the upper one first");
	is(mount("none", "m", "tmpfs", 0, NULL), 0, "one on top of the other");
	fails(access("m/sub", F_OK), ENOENT, "hides it");
	is(umount("m"), 0, "the top one");
	is(access("m/sub", F_OK), 0, "shows it again");
	is(umount("m"), 0, "and the last");
	chdir("m");
	is(mount("none", ".", "tmpfs", 0, NULL), 0, "where we stand");
	is(mount("none", ".", "tmpfs", 0, NULL), 0, "and on top of that");
	chdir("..");
	is(umount("m"), 0, "the top one");
	is(umount("m"), 0, "the lower one");
	fails(umount("m"), EINVAL, "nothing is left: EINVAL");
}

static void test_lazy(void)
{
	char byte = 0, cwd[64];
	int fd;

	mount("none", "m", "tmpfs", 0, NULL);
	mkdir("m/sub", 0755);
	mount("none", "m/sub", "tmpfs", 0, NULL);
	make_file("m/sub/f", "text");
	fd = open("m/sub/f", O_RDWR);
	chdir("m");
	fails(umount("../m"), EBUSY, "one that is used twice");
	is(umount2("../m", MNT_DETACH), 0, "MNT_DETACH");
	fails(umount2("../m", MNT_DETACH), ENOENT, ".. of it leads nowhere");
	is(access("sub", F_OK), 0, "who stands in it stays");
	fails(access("sub/f", F_OK), ENOENT, "what stood in it is out, too");
	make_file("new", "x");
	is(access("new", F_OK), 0, "there can be new files");
	is(syscall(SYS_getcwd, cwd, sizeof(cwd)), 15, "where it stands");
	is_str(cwd, "(unreachable)/", "is not below the root");
	is(pread(fd, &byte, 1, 0), 1, "an open file is read");
	is(byte, 't', "as before");
	fails(mount("none", "sub", "tmpfs", 0, NULL), ENOENT, "nothing can be mounted there");
	fails(mount(NULL, ".", NULL, MS_REMOUNT, NULL), EINVAL, "nor mounted anew");
	chdir(tmp_path);
	is(close(fd), 0, "the last use");
	fails(access("m/sub", F_OK), ENOENT, "the directory is there again");
	fails(umount("m"), EINVAL, "without a mount");
	mount("none", "m", "tmpfs", 0, NULL);
	is(umount2("m", MNT_DETACH), 0, "MNT_DETACH of what nobody uses");
}

static void test_read_only(void)
{
	int fd;

	is(mount("none", "m", "tmpfs", 0, NULL), 0, "mount");
	make_file("m/f", "x");
	fd = open("m/f", O_WRONLY);
	fails(mount(NULL, "m", NULL, MS_REMOUNT | MS_RDONLY, NULL), EBUSY, "somebody writes: EBUSY");
	close(fd);
	is(mount(NULL, "m", NULL, MS_REMOUNT | MS_RDONLY, NULL), 0, "remount read-only");
	fails(open("m/f", O_WRONLY), EROFS, "open for writing: EROFS");
	fails(open("m/g", O_CREAT | O_WRONLY, 0644), EROFS, "create: EROFS");
	fails(unlink("m/f"), EROFS, "unlink: EROFS");
	fails(mkdir("m/d", 0755), EROFS, "mkdir: EROFS");
	fails(chmod("m/f", 0600), EROFS, "chmod: EROFS");
	fails(truncate("m/f", 0), EROFS, "truncate: EROFS");
	fails(rename("m/f", "m/g"), EROFS, "rename: EROFS");
	fails(access("m/f", W_OK), EROFS, "access W_OK: EROFS");
	is_str(text_of("m/f"), "x", "reading goes");
	is(mount(NULL, "m", NULL, MS_REMOUNT, NULL), 0, "remount to write");
	is(unlink("m/f"), 0, "unlink");
	is(umount2("m", 0), 0, "umount2");
}

static int exec_it(void *path)
{
	execl(path, path, NULL);
	return errno;
}

/* Not by the back door either: code is not mapped. */
static void test_noexec_map(void)
{
	int fd = open("m/p", O_RDONLY);
	void *p;

	ok(mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0) == MAP_FAILED &&
	   errno == EPERM, "MS_NOEXEC: mmap: EPERM");
	p = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 0);
	fails(mprotect(p, 4096, PROT_READ | PROT_EXEC), EACCES, "mprotect: EACCES");
	munmap(p, 4096);
	personality(READ_IMPLIES_EXEC);
	p = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 0);
	ok(p != MAP_FAILED && mprotect(p, 4096, PROT_NONE) == 0 &&
	   mprotect(p, 4096, PROT_READ) == 0, "READ_IMPLIES_EXEC does not stand in the way");
	personality(0);
	munmap(p, 4096);
	close(fd);
}

/* What does not fit leaves nothing behind. */
static void test_full(void)
{
	struct statfs before, after;
	char *map, name[] = "m/0";
	int fd, files = 0;

	is(mount("none", "m", "tmpfs", 0, "size=64k,nr_inodes=6"), 0, "a small one");
	fd = open("m/f", O_CREAT | O_RDWR, 0644);
	is(write(fd, "0123456789", 10), 10, "a little in it");
	statfs("m", &before);
	fails(fallocate(fd, 0, 0, 1 << 20), ENOSPC, "fallocate of more than there is: ENOSPC");
	statfs("m", &after);
	ok(before.f_bfree == after.f_bfree && stat_of("m/f").st_size == 10, "nothing is taken");
	is(fallocate(fd, FALLOC_FL_KEEP_SIZE, 0, 32768), 0, "fallocate behind the end");
	is(ftruncate(fd, 10), 0, "truncate to where it ends");
	statfs("m", &after);
	ok(before.f_bfree == after.f_bfree, "gives it back");
	is(ftruncate(fd, 1 << 20), 0, "a hole costs nothing");
	map = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	is(pread(fd, map, 1 << 20, 0), 65536, "read into itself it is filled up to the limit");
	is(ftruncate(fd, 0), 0, "truncate");
	munmap(map, 1 << 20);
	close(fd);
	for (; files < 9 && mkdir(name, 0755) == 0; files++)
		name[2]++;
	ok(errno == ENOSPC && files == 4, "nr_inodes: ENOSPC");
	is(umount("m"), 0, "umount");
}

static void test_flags(void)
{
	is(mount("none", "m", "tmpfs", MS_NOEXEC | MS_NODEV | MS_NOSUID, NULL), 0, "with flags");
	make_file("m/p", "#!/bin/true\n");
	chmod("m/p", 0755);
	exits(in_child(exec_it, "m/p"), EACCES, "MS_NOEXEC: no programs");
	test_noexec_map();
	mknod("m/null", S_IFCHR | 0666, makedev(1, 3));
	fails(open("m/null", O_RDWR), EACCES, "MS_NODEV: no devices");
	umount("m");
	is(mount("none", "m", "devtmpfs", 0, NULL), 0, "a devtmpfs");
	ok(S_ISCHR(stat_of("m/null").st_mode), "has devices");
	is(umount("m"), 0, "umount");
	is(mount("none", "m", "proc", 0, NULL), 0, "a proc");
	is(access("m/self/maps", R_OK), 0, "has processes");
	is(umount("m"), 0, "umount");
}

static char *self;

static int run_set_id(void *path)
{
	execl(path, path, "who", NULL);
	return 99;
}

/* This program, as one that runs as user 100. */
static void make_set_id(const char *path)
{
	static char buf[1 << 17];
	int in = open(self, O_RDONLY), out = open(path, O_CREAT | O_WRONLY, 0755);
	ssize_t n;

	while ((n = read(in, buf, sizeof(buf))) > 0)
		write(out, buf, n);
	close(in);
	close(out);
	chown(path, 100, 100);
	chmod(path, 06755);
}

static void test_nosuid(void)
{
	chmod(".", 0755);
	mount("none", "m", "tmpfs", MS_NOSUID, NULL);
	make_set_id("m/p");
	exits(in_child(run_set_id, "m/p"), 0, "MS_NOSUID: a set-ID program is an ordinary one");
	mount(NULL, "m", NULL, MS_REMOUNT, NULL);
	exits(in_child(run_set_id, "m/p"), 3, "without it, it is not");
	umount("m");
}

static int user_mount(void *arg)
{
	(void)arg;
	return mount("none", "m", "tmpfs", 0, NULL) ? errno : 0;
}

static void test_errors(void)
{
	char *page = map(2, PROT_READ | PROT_WRITE, MAP_PRIVATE);
	struct statfs st;

	munmap(page + PAGE, PAGE);
	make_file("f", "x");
	fails(mount("none", "none", "tmpfs", 0, NULL), ENOENT, "on nothing: ENOENT");
	fails(mount("none", "f", "tmpfs", 0, NULL), ENOTDIR, "on a file: ENOTDIR");
	fails(mount("none", "m", "nosuchfs", 0, NULL), ENODEV, "an unknown type: ENODEV");
	fails(mount("none", "m", NULL, 0, NULL), EINVAL, "no type: EINVAL");
	fails(mount("none", "m", "tmpfs", 0, "nonsense=1"), EINVAL, "an unknown option: EINVAL");
	fails(mount("none", "m", "tmpfs", 0, "size=x"), EINVAL, "a bad value: EINVAL");
	fails(mount("none", "m", "proc", 0, "size=1m"), EINVAL, "of another file system: EINVAL");
	memcpy(page + PAGE - 7, "size=4k", 7);
	is(mount("none", "m", "tmpfs", 0, page + PAGE - 7), 0, "options end where memory does");
	statfs("m", &st);
	is(st.f_blocks, 1, "and count");
	is(umount("m"), 0, "umount");
	munmap(page, PAGE);
	fails(mount(NULL, "m", NULL, MS_REMOUNT, NULL), EINVAL, "remount of no mount: EINVAL");
	fails(mount("none", (char *)KERNEL_ADDRESS, "tmpfs", 0, NULL), EFAULT, "a path: EFAULT");
	fails(umount("none"), ENOENT, "umount of nothing: ENOENT");
	fails(umount2("m", 0x100), EINVAL, "unknown flags: EINVAL");
	is(as_user(user_mount, NULL), EPERM, "by a user: EPERM");
}

static long move(const char *from, const char *to, int flags)
{
	return syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, flags);
}

static int free_inodes(void)
{
	struct statfs st;

	statfs("m", &st);
	return st.f_ffree;
}

/* What RENAME_WHITEOUT leaves behind, and mknod() makes for anybody: the device 0:0. */
static void test_whiteout(void)
{
	const int noreplace = 1, exchange = 2, whiteout = 4;

	mount("none", "m", "tmpfs", 0, "nr_inodes=5,mode=777");
	make_file("m/a", "x");
	mkdir("m/d", 0755);
	is(move("m/a", "m/b", whiteout), 0, "RENAME_WHITEOUT");
	is_str(text_of("m/b"), "x", "moves a file");
	is(stat_of("m/a").st_mode, S_IFCHR, "and leaves a device without rights");
	is(stat_of("m/a").st_rdev, 0, "which is none");
	fails(open("m/a", O_RDONLY), ENXIO, "it cannot be opened");
	is(free_inodes(), 1, "it costs an inode");
	fails(move("m/b", "m/a", whiteout | noreplace), EEXIST, "and is a name: EEXIST");
	fails(move("m/b", "m/a", whiteout | exchange), EINVAL, "no exchange: EINVAL");
	is(move("m/b", "m/a", whiteout), 0, "it may be replaced");
	is(unlink("m/b"), 0, "and removed");
	is(move("m/d", "m/e", whiteout), 0, "also for a directory");
	ok(S_ISDIR(stat_of("m/e").st_mode) && S_ISCHR(stat_of("m/d").st_mode), "there are both");
	is(free_inodes(), 1, "one more inode is free");
	is(link("m/a", "m/l"), 0, "a link takes it");
	is(free_inodes(), 0, "for each one counts");
	fails(link("m/a", "m/k"), ENOSPC, "no more of them: ENOSPC");
	fails(move("m/a", "m/c", whiteout), ENOSPC, "nor a whiteout");
	is(rename("m/l", "m/d"), 0, "but a link over something");
	is(free_inodes(), 1, "gives it back");
	is(unlink("m/d"), 0, "as does its end");
	is(free_inodes(), 2, "here");
	seteuid(1000);
	is(mknod("m/w", S_IFCHR | 0644, 0), 0, "a user may make the device 0:0");
	fails(mknod("m/x", S_IFCHR | 0644, makedev(0, 1)), EPERM, "but no other");
	fails(mknod("m/x", S_IFBLK | 0644, 0), EPERM, "nor for blocks");
	is(move("m/w", "m/x", whiteout), 0, "and rename with it");
	seteuid(0);
	unlink("m/x");
	is(link("m/a", "m/l"), 0, "a file with two names");
	is(umount("m"), 0, "can be unmounted");
}

/* A path longer than a page is shown, too. */
static void test_long_path(void)
{
	static char name[251], text[20000];
	int fd, len = 0, n, depth;

	memset(name, 'n', sizeof(name) - 1);
	for (depth = 0; depth < 20 && !mkdir(name, 0755) && !chdir(name); depth++)
		;
	is(depth, 20, "a deep directory");
	is(mount("deep", ".", "tmpfs", 0, NULL), 0, "something on top of it");
	fd = open("/proc/mounts", O_RDONLY);
	while ((n = read(fd, text + len, sizeof(text) - 1 - len)) > 0)
		len += n;
	is(n, 0, "/proc/mounts is read");
	ok(strstr(text, name) && strstr(strstr(text, name), "/n") &&
	   strstr(strstr(text, name) + 19 * sizeof(name), " tmpfs rw"), "and has all of the path");
	close(fd);
	is(umount2(".", MNT_DETACH), 0, "umount");
	while (depth-- > 0 && !chdir("..") && !rmdir(name))
		;
	is(depth, -1, "all is removed");
	chdir(tmp_path);
}

/* MNT_EXPIRE: the second time, if nobody has come by. */
static void test_expire(void)
{
	struct stat st;
	int fd;

	mount("none", "m", "tmpfs", 0, NULL);
	fails(umount2("m", MNT_EXPIRE), EAGAIN, "MNT_EXPIRE: EAGAIN");
	is(umount2("m", MNT_EXPIRE), 0, "the second time: gone");
	fails(umount2("m", MNT_EXPIRE), EINVAL, "the third time: EINVAL");
	mount("none", "m", "tmpfs", 0, NULL);
	fails(umount2("m", MNT_EXPIRE), EAGAIN, "a new one: EAGAIN");
	is(stat("m", &st), 0, "a look at it");
	fails(umount2("m", MNT_EXPIRE), EAGAIN, "is a use");
	fails(access("m/x", F_OK), ENOENT, "what is not there is looked for");
	fails(umount2("m", MNT_EXPIRE), EAGAIN, "that, too");
	is(access("/tmp", F_OK), 0, "elsewhere");
	fd = open("m/f", O_CREAT | O_RDWR, 0644);
	fails(umount2("m", MNT_EXPIRE), EBUSY, "an open file: EBUSY");
	fails(umount2("m", MNT_EXPIRE), EBUSY, "again");
	close(fd);
	fails(umount2("m", MNT_EXPIRE), EAGAIN, "closed: EAGAIN");
	is(access("/tmp", F_OK), 0, "what happens elsewhere");
	is(umount2("m", UMOUNT_NOFOLLOW | MNT_EXPIRE), 0, "does not matter");
	mount("none", "m", "tmpfs", 0, NULL);
	fails(umount2("m", MNT_EXPIRE | MNT_FORCE), EINVAL, "with MNT_FORCE: EINVAL");
	fails(umount2("m", MNT_EXPIRE | MNT_DETACH), EINVAL, "with MNT_DETACH: EINVAL");
	fails(umount2("none", MNT_EXPIRE | MNT_FORCE), ENOENT, "of nothing: ENOENT");
	fails(umount2("/", MNT_EXPIRE), EINVAL, "of the root: EINVAL");
	is(umount("m"), 0, "umount");
}

/* What is wrong with the arguments themselves comes first, then the right to mount. */
static void test_order(int user)
{
	static char text[5000];
	int none = user ? EPERM : ENODEV, invalid = user ? EPERM : EINVAL;
	char *kernel = (char *)KERNEL_ADDRESS;

	memset(text, 'a', sizeof(text) - 1);
	if (user)
		seteuid(1000);
	fails(mount(kernel, "none", "tmpfs", 0, NULL), EFAULT, "a bad source: EFAULT");
	fails(mount("none", "m", kernel, 0, NULL), EFAULT, "a bad type: EFAULT");
	fails(mount("none", "m", "tmpfs", 0, kernel), EFAULT, "bad options: EFAULT");
	fails(mount("none", "m", text, 0, NULL), EINVAL, "a long type: EINVAL");
	fails(mount(text, "m", "tmpfs", 0, NULL), EINVAL, "a long source: EINVAL");
	fails(mount(text, "m", kernel, 0, NULL), EFAULT, "the type counts first");
	fails(mount("none", text, "tmpfs", 0, NULL), ENAMETOOLONG, "a long place: ENAMETOOLONG");
	fails(mount("none", "", "tmpfs", 0, NULL), ENOENT, "an empty place: ENOENT");
	fails(mount("none", "none", "nosuchfs", 0, NULL), ENOENT, "no place: ENOENT");
	fails(mount("none", "m", "tmpfs", 1U << 31, NULL), EINVAL, "MS_NOUSER: EINVAL");
	fails(mount("none", "f", "nosuchfs", 0, NULL), none, "then who may, and the type");
	fails(mount("none", "f", "", 0, NULL), none, "the empty type");
	fails(mount("none", "f", NULL, 0, NULL), invalid, "no type");
	fails(mount("none", "f", "tmpfs", 0, "x=1"), invalid, "the options before the place");
	fails(mount("none", "m", NULL, MS_REMOUNT, NULL), invalid, "MS_REMOUNT");
	fails(mount("", "m", NULL, MS_MOVE, NULL), invalid, "MS_MOVE of nothing");
	fails(mount("m", "f", NULL, MS_MOVE, NULL), invalid, "to a file");
	fails(mount("none", "m", NULL, MS_MOVE, NULL), user ? EPERM : ENOENT, "no source");
	fails(mount("none", "m", NULL, MS_BIND, NULL), user ? EPERM : ENOENT, "MS_BIND of none");
	fails(mount("none", "m", NULL, MS_PRIVATE, NULL), invalid, "MS_PRIVATE of no mount");
	fails(umount2("none", 0x100), EINVAL, "umount2: unknown flags: EINVAL");
	fails(umount2("none", 0), ENOENT, "no place: ENOENT");
	fails(umount2("m/x", 0), ENOENT, "nor there");
	fails(umount2(kernel, 0), EFAULT, "a bad place: EFAULT");
	fails(umount2("m", MNT_EXPIRE | MNT_FORCE), invalid, "then who may, and the flags");
	fails(umount2("m", 0), invalid, "and whether it is one");
	seteuid(0);
}

/* MS_REMOUNT | MS_BIND: the flags alone. */
static void test_remount_flags(void)
{
	mount("none", "m", "tmpfs", 0, NULL);
	is(mount(NULL, "m", NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, "x"), 0, "only the flags");
	fails(mkdir("m/d", 0755), EROFS, "are other ones");
	is(umount("m"), 0, "umount");
}

/* Spaces in names do not divide the line. */
static void test_mounts_file(void)
{
	static char text[65536];
	int fd, len = 0, n;

	mkdir("a place", 0755);
	is(mount("a source", "a place", "tmpfs", MS_NOSUID, NULL), 0, "names with spaces");
	fd = open("/proc/mounts", O_RDONLY);
	while ((n = read(fd, text + len, sizeof(text) - 1 - len)) > 0)
		len += n;
	close(fd);
	ok(strstr(text, "\na\\040source "), "mounts: the source");
	ok(strstr(text, "/a\\040place tmpfs rw,nosuid"), "the place, the type, the flags");
	is(umount("a place"), 0, "umount");
	rmdir("a place");
}

int main(int argc, char **argv)
{
	if (argc > 1)
		return (geteuid() == 100) + 2 * (getegid() == 100);
	self = realpath(argv[0], NULL);
	plan(218);
	enter_tmpdir();
	test_walk();
	test_busy();
	test_lazy();
	test_read_only();
	test_flags();
	test_nosuid();
	test_full();
	test_errors();
	test_whiteout();
	test_long_path();
	test_expire();
	test_order(0);
	test_order(1);
	test_remount_flags();
	test_mounts_file();
	leave_tmpdir();
	return done();
}
