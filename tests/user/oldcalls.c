/* SPDX-License-Identifier: MIT */
/* Calls that today's C libraries have other ones for: the oldest of each kind, by their numbers,
 * with 16-bit users and groups, 32-bit sizes and times. */
#define _GNU_SOURCE
#include "tmpdir.h"

#include <sys/statfs.h>
#include <sys/utsname.h>
#include <time.h>

#include "rawsys.h"

#define BAD	((long)KERNEL_ADDRESS)
#define FILE_	((long)"f")
#define LINK	((long)"l")
#define NONE	((long)"none")

enum {
	NR_exit = 1, NR_waitpid = 7, NR_time = 13, NR_lchown = 16, NR_lseek = 19, NR_umount = 22,
	NR_setuid = 23, NR_getuid = 24, NR_alarm = 27, NR_utime = 30, NR_setgid = 46,
	NR_getgid = 47, NR_geteuid = 49, NR_getegid = 50, NR_getpgrp = 65, NR_setreuid = 70,
	NR_setregid = 71, NR_gettimeofday = 78, NR_truncate = 92,
	NR_ftruncate = 93, NR_fchown = 95, NR_statfs = 99, NR_fstatfs = 100, NR_stat = 106,
	NR_lstat = 107, NR_fstat = 108, NR_setdomainname = 121, NR_uname = 122, NR_chown = 182,
	NR_stat64 = 195, NR_lstat64 = 196, NR_fstat64 = 197,
	NR_utimes = 271,
};

struct old_stat {
	unsigned int dev, ino;
	unsigned short mode, nlink, uid, gid;
	unsigned int rdev, size, blksize, blocks, atime[2], mtime[2], ctime[2], unused[2];
};

struct old_stat64 {
	unsigned int dev[3], ino, mode, nlink, uid, gid, rdev[3], size[2], blksize, blocks[2];
	unsigned int atime[2], mtime[2], ctime[2], ino64[2];
};

static int fd;

/* ---------------------------------------------------------------- files */

static void test_stat(void)
{
	struct old_stat st;
	struct old_stat64 st64;

	is(sys2(NR_stat, LINK, (long)&st), 0, "stat");
	ok(st.mode == (S_IFREG | 0640) && st.size == 5 && st.nlink == 1, "follows a link");
	is(sys2(NR_lstat, LINK, (long)&st), 0, "lstat");
	ok(S_ISLNK(st.mode) && st.size == 1, "does not");
	is(sys2(NR_fstat, fd, (long)&st), 0, "fstat");
	is(st.ino, stat_of("f").st_ino, "the same file");
	is(sys2(NR_stat, NONE, (long)&st), -ENOENT, "no file: ENOENT");
	is(sys2(NR_stat, FILE_, BAD), -EFAULT, "a bad buffer: EFAULT");
	is(sys2(NR_lstat, BAD, (long)&st), -EFAULT, "a bad path: EFAULT");
	is(sys2(NR_fstat, 99, (long)&st), -EBADF, "no descriptor: EBADF");
	is(sys2(NR_stat64, LINK, (long)&st64), 0, "stat64");
	ok(st64.mode == (S_IFREG | 0640) && st64.size[0] == 5 && !st64.size[1], "follows it");
	is(sys2(NR_lstat64, LINK, (long)&st64), 0, "lstat64");
	ok(S_ISLNK(st64.mode) && st64.ino64[0] == st64.ino, "does not");
	is(sys2(NR_fstat64, fd, (long)&st64), 0, "fstat64");
	is(st64.mtime[0], stat_of("f").st_mtime, "the same file");
	is(sys2(NR_fstat64, 99, (long)&st64), -EBADF, "no descriptor: EBADF");
}

static void test_sizes(void)
{
	struct statfs big;
	int fs[16];

	is(sys2(NR_truncate, FILE_, 100), 0, "truncate");
	is(stat_of("f").st_size, 100, "grows");
	is(sys2(NR_truncate, FILE_, -1), -EINVAL, "to a negative size: EINVAL");
	is(sys2(NR_truncate, NONE, 0), -ENOENT, "no file: ENOENT");
	is(sys2(NR_ftruncate, fd, 7), 0, "ftruncate");
	is(stat_of("f").st_size, 7, "shrinks");
	is(sys2(NR_ftruncate, fd, -1), -EINVAL, "to a negative size: EINVAL");
	is(sys2(NR_ftruncate, 99, 0), -EBADF, "no descriptor: EBADF");
	is(sys3(NR_lseek, fd, 3, SEEK_SET), 3, "lseek");
	is(sys3(NR_lseek, fd, -1, SEEK_CUR), 2, "back");
	is(sys3(NR_lseek, fd, -1, SEEK_SET), -EINVAL, "before the start: EINVAL");
	is(sys3(NR_lseek, 99, 0, SEEK_SET), -EBADF, "no descriptor: EBADF");
	statfs("f", &big);
	is(sys2(NR_statfs, FILE_, (long)fs), 0, "statfs");
	ok(fs[0] == (int)big.f_type && fs[1] == (int)big.f_bsize && fs[9] == 255,
	   "type, blocks, names");
	is(sys2(NR_fstatfs, fd, (long)fs), 0, "fstatfs");
	is(sys2(NR_statfs, NONE, (long)fs), -ENOENT, "no file: ENOENT");
	is(sys2(NR_statfs, FILE_, BAD), -EFAULT, "a bad buffer: EFAULT");
	is(sys2(NR_fstatfs, 99, (long)fs), -EBADF, "no descriptor: EBADF");
}

static void test_file_times(void)
{
	int ut[2] = { 10, -20 }, tv[4] = { 30, 999999, -40, 1 };

	is(sys2(NR_utime, FILE_, (long)ut), 0, "utime");
	ok(stat_of("f").st_atime == 10 && stat_of("f").st_mtime == -20, "sets both times");
	is(sys2(NR_utimes, FILE_, (long)tv), 0, "utimes");
	ok(stat_of("f").st_atim.tv_nsec == 999999000 && stat_of("f").st_mtime == -40, "them, too");
	tv[1] = 1000000;
	is(sys2(NR_utimes, FILE_, (long)tv), -EINVAL, "too many microseconds: EINVAL");
	is(sys2(NR_utimes, NONE, 0), -ENOENT, "no file: ENOENT");
	is(sys2(NR_utime, FILE_, BAD), -EFAULT, "bad times: EFAULT");
	is(sys1(NR_umount, FILE_), geteuid() ? -EPERM : -EINVAL, "umount of no mount");
	is(sys1(NR_umount, NONE), -ENOENT, "of nothing: ENOENT");
	is(sys1(NR_umount, BAD), -EFAULT, "of a bad path: EFAULT");
}

/* ---------------------------------------------------------------- users and groups */

static int owners(void *arg)
{
	struct old_stat st;

	(void)arg;
	if (sys3(NR_chown, LINK, 5, 6) || sys3(NR_lchown, LINK, 7, 8) ||
	    sys3(NR_fchown, fd, 0xffff, 9))
		return 1;
	if (stat_of("f").st_uid != 5 || stat_of("f").st_gid != 9 || stat_of("l").st_uid != 7)
		return 2;
	if (sys3(NR_lchown, LINK, 0x10003, 0xffff) || stat_of("l").st_uid != 3)
		return 3;
	if (sys3(SYS_fchown32, fd, 70000, -1) || sys2(NR_fstat, fd, (long)&st) || st.uid != 65534)
		return 4;
	if (sys3(NR_lchown, NONE, 0, 0) != -ENOENT || sys3(NR_fchown, 99, 0, 0) != -EBADF)
		return 5;
	return sys3(NR_chown, BAD, 0, 0) == -EFAULT ? 0 : 6;
}

static int users(void *arg)
{
	(void)arg;
	if (sys1(NR_setuid, 0xffff) != -EINVAL || sys1(NR_setgid, 0xffff) != -EINVAL)
		return 1;
	if (sys2(NR_setregid, 0xffff, 20) || sys0(NR_getgid) || sys0(NR_getegid) != 20)
		return 2;
	if (sys1(NR_setgid, 0x10015) || sys0(NR_getgid) != 21)
		return 3;
	if (sys2(SYS_setreuid32, 70000, 0) || sys0(NR_getuid) != 65534 || sys0(NR_geteuid))
		return 4;
	if (sys2(NR_setreuid, 11, 12) || sys0(NR_getuid) != 11 || sys0(NR_geteuid) != 12)
		return 5;
	if (sys2(NR_setreuid, 0xffff, 0xffff) || sys0(NR_geteuid) != 12)
		return 6;
	if (sys1(NR_setuid, 0) != -EPERM || sys1(NR_setgid, 0) != -EPERM)
		return 7;
	if (sys2(NR_setreuid, 0, 0xffff) != -EPERM || sys2(NR_setregid, 0, 0xffff) != -EPERM)
		return 8;
	return 0;
}

static void as_root(int (*fn)(void *), const char *name)
{
	if (geteuid())
		ok(1, name);
	else
		exits(in_child(fn, NULL), 0, name);
}

/* ---------------------------------------------------------------- time, the rest */

static void test_alarm(void)
{
	is(sys1(NR_alarm, 100), 0, "alarm");
	ok(sys1(NR_alarm, 0) >= 99, "what was left of it");
	is(sys1(NR_alarm, 0), 0, "nothing now");
}

static int leave(void *arg)
{
	return sys1(NR_exit, (long)arg);
}

static void test_processes(void)
{
	int status = 0, pid = fork();

	if (!pid)
		leave((void *)0x123);
	is(sys3(NR_waitpid, pid, BAD, 1 << 20), -EINVAL, "waitpid: unknown options: EINVAL");
	is(sys3(NR_waitpid, pid, (long)&status, 0), pid, "waitpid");
	is(status, 0x2300, "exit: the low byte");
	is(sys3(NR_waitpid, pid, (long)&status, 0), -ECHILD, "once");
	is(sys0(NR_getpgrp), getpgid(0), "getpgrp");
}

static void test_clock(void)
{
	struct { int sec, usec; } tv;
	struct { int minutes, kind; } zone = { 1, 1 };
	struct timespec now;
	int t;
	long result;

	clock_gettime(CLOCK_REALTIME, &now);
	result = sys1(NR_time, (long)&t);
	is(result, t, "time, twice");
	ok(t - now.tv_sec < 5, "it is now");
	is(sys2(NR_gettimeofday, (long)&tv, (long)&zone), 0, "gettimeofday");
	ok(tv.sec - now.tv_sec < 5 && (unsigned int)tv.usec < 1000000, "the same");
	is(zone.minutes | zone.kind, 0, "no time zone");
	is(sys2(NR_gettimeofday, (long)&tv, BAD), -EFAULT, "a bad one: EFAULT");
}

static void test_names(void)
{
	struct utsname name;

	is(sys1(NR_uname, (long)&name), 0, "uname");
	ok(!strcmp(name.sysname, "Linux") && *name.release && *name.machine, "says Linux");
	is(sys2(NR_setdomainname, BAD, 5), geteuid() ? -EPERM : -EFAULT, "setdomainname: EFAULT");
	is(sys2(NR_setdomainname, BAD, 65), geteuid() ? -EPERM : -EINVAL, "a long name: EINVAL");
	is(sys2(NR_setdomainname, BAD, -1), geteuid() ? -EPERM : -EINVAL, "a negative length");
}

int main(void)
{
	plan(66);
	enter_tmpdir();
	make_file("f", "12345");
	chmod("f", 0640);
	symlink("f", "l");
	fd = open("f", O_RDWR);
	test_stat();
	test_sizes();
	test_file_times();
	as_root(owners, "chown, lchown, fchown: 16 bits, 65535 is -1, large ones are 65534");
	as_root(users, "setuid, setgid, setreuid, setregid and who one is: the same");
	test_alarm();
	test_processes();
	test_clock();
	test_names();
	leave_tmpdir();
	return done();
}
