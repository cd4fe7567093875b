/* SPDX-License-Identifier: MIT */
/* Calls that the C library takes no notice of: those of other widths, and by descriptor of a
 * directory. What each does, and what it says to wrong arguments. */
#define _GNU_SOURCE
#include "tap.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>

#include "rawsys.h"
#include "tmpdir.h"

#define NR_SETTIMEOFDAY		79
#define NR_CLOCK_SETTIME	264
#define NR_CLOCK_GETRES		266
#define NR_TIMER_CREATE		259
#define NR_TIMER_DELETE		263
#define NR_FCHMODAT2		452
#define BAD			KERNEL_ADDRESS

struct time64 {
	long long sec;
	long nsec, pad;
};

static int dir;

static void test_directories(void)
{
	is(sys3(SYS_mkdirat, dir, (long)"sub", 0700), 0, "mkdirat");
	is(stat_of("dir/sub").st_mode, S_IFDIR | 0700, "with that mode");
	is(sys3(SYS_mkdirat, dir, (long)"sub", 0700), -EEXIST, "once");
	is(sys3(SYS_mkdirat, -1, (long)"sub2", 0700), -EBADF, "not by a bad descriptor");
	is(sys3(SYS_mkdirat, dir, BAD, 0700), -EFAULT, "nor by a bad name");
	is(sys2(SYS_creat, (long)"dir/file", 0640), dir + 1, "creat");
	is(sys3(SYS_write, dir + 1, (long)"12345", 5), 5, "opens for writing");
	is(sys3(SYS_read, dir + 1, (long)&dir, 1), -EBADF, "and nothing else");
	is(sys5(SYS_pwrite64, dir + 1, (long)"ab", 2, 1, 0), 2, "pwrite64");
	is(sys5(SYS_pwrite64, dir + 1, (long)"ab", 2, 0, -1), -EINVAL, "not before the start");
	is_str(text_of("dir/file"), "1ab45", "the bytes are there");
	close(dir + 1);
	is(sys2(SYS_creat, (long)"dir/file", 0777), dir + 1, "creat again");
	close(dir + 1);
	is(stat_of("dir/file").st_size, 0, "empties");
	is(stat_of("dir/file").st_mode, S_IFREG | 0640, "and leaves the mode");
	is(sys2(SYS_creat, (long)"dir", 0777), -EISDIR, "not a directory");
	is(sys2(SYS_creat, BAD, 0777), -EFAULT, "creat: a bad name");
}

static void test_modes(void)
{
	struct stat64_buffer { unsigned int words[24]; } st;

	is(sys3(SYS_fchmodat, dir, (long)"file", 0604), 0, "fchmodat");
	is(stat_of("dir/file").st_mode & 07777, 0604, "that mode");
	is(sys3(SYS_fchmodat, dir, (long)"none", 0604), -ENOENT, "of what there is");
	is(sys3(SYS_fchmodat, -1, (long)"file", 0604), -EBADF, "fchmodat: a bad descriptor");
	is(sys4(NR_FCHMODAT2, dir, (long)"file", 0600, 0x4000), -EINVAL, "fchmodat2: no such flag");
	is(sys4(NR_FCHMODAT2, dir, (long)"", 0710, AT_EMPTY_PATH), 0, "the directory itself");
	is(stat_of("dir").st_mode & 07777, 0710, "so");
	is(sys3(SYS_faccessat, dir, (long)"file", W_OK), 0, "faccessat");
	is(sys3(SYS_faccessat, dir, (long)"file", 8), -EINVAL, "no such right");
	is(sys4(439, dir, (long)"file", R_OK, AT_EACCESS), 0, "faccessat2");
	is(sys4(439, dir, (long)"file", R_OK, 1), -EINVAL, "no such flag");
	is(sys4(SYS_fstatat64, dir, (long)"file", (long)&st, 0), 0, "fstatat64");
	is(st.words[4], S_IFREG | 0604, "the mode");
	is(sys4(SYS_fstatat64, dir, (long)"file", BAD, 0), -EFAULT, "a bad buffer");
	is(sys4(SYS_fstatat64, dir, (long)"file", (long)&st, 1), -EINVAL, "a bad flag");
}

static void test_owners(void)
{
	unsigned int ids[3] = { 9, 9, 9 };

	is(sys3(SYS_chown32, (long)"dir/file", 70000, 70001), 0, "chown32");
	ok(stat_of("dir/file").st_uid == 70000 && stat_of("dir/file").st_gid == 70001,
	   "numbers over 16 bits");
	is(sys3(SYS_chown, (long)"dir/file", 0xffff, 5), 0, "chown: 65535 is -1");
	ok(stat_of("dir/file").st_uid == 70000 && stat_of("dir/file").st_gid == 5, "one changed");
	is(sys3(SYS_fchown32, dir, 1, -1), 0, "fchown32");
	is(stat_of("dir").st_uid, 1, "of the directory");
	symlink("file", "dir/link");
	is(sys3(SYS_lchown32, (long)"dir/link", 3, 4), 0, "lchown32");
	ok(stat_of("dir/link").st_uid == 3 && stat_of("dir/file").st_uid == 70000, "of the link");
	is(sys3(SYS_chown32, BAD, 0, 0), -EFAULT, "a bad name");
	is(sys3(SYS_fchown32, -1, 0, 0), -EBADF, "a bad descriptor");
	is(sys3(SYS_getresuid32, (long)&ids[0], (long)&ids[1], (long)&ids[2]), 0, "getresuid32");
	ok(ids[0] == 0 && ids[1] == 0 && ids[2] == 0, "all root's");
	is(sys3(SYS_getresuid32, (long)&ids[0], (long)&ids[1], BAD), -EFAULT, "a bad address");
}

static void test_sizes(void)
{
	long file = sys3(SYS_open, (long)"dir/file", O_RDWR, 0);
	struct { long sec, usec; } tv[2] = { { 1000, 7 }, { 2000, 8 } };
	struct time64 ts[2] = { { 3000, 1, 0 }, { 1LL << 33, 2, 0 } };
	char fs[84];

	is(sys3(SYS_ftruncate64, file, 5000, 0), 0, "ftruncate64");
	is(stat_of("dir/file").st_size, 5000, "to that size");
	is(sys3(SYS_ftruncate64, file, 0, -1), -EINVAL, "not to a negative one");
	is(sys3(SYS_truncate64, (long)"dir/file", 100, 0), 0, "truncate64");
	is(stat_of("dir/file").st_size, 100, "less");
	is(sys3(SYS_truncate64, (long)"dir", 100, 0), -EISDIR, "not a directory");
	is(sys3(SYS_futimesat, dir, (long)"file", (long)tv), 0, "futimesat");
	ok(stat_of("dir/file").st_atime == 1000 && stat_of("dir/file").st_mtime == 2000, "so");
	tv[0].usec = 1000000;
	is(sys3(SYS_futimesat, dir, (long)"file", (long)tv), -EINVAL, "no such microsecond");
	is(sys4(SYS_utimensat_time64, dir, (long)"file", (long)ts, 0), 0, "utimensat_time64");
	ok(stat_of("dir/file").st_atime == 3000 && stat_of("dir/file").st_mtime == 1LL << 33,
	   "seconds over 32 bits");
	is(sys4(SYS_utimensat_time64, dir, (long)"file", BAD, 0), -EFAULT, "a bad address");
	is(sys3(SYS_fstatfs64, dir, 84, (long)fs), 0, "fstatfs64");
	is(sys3(SYS_fstatfs64, dir, 83, (long)fs), -EINVAL, "another size");
	is(sys3(SYS_fstatfs64, -1, 84, (long)fs), -EBADF, "a bad descriptor");
	is(sys3(SYS_dup3, file, 77, O_CLOEXEC), 77, "dup3");
	is(fcntl(77, F_GETFD), FD_CLOEXEC, "with the flag");
	is(sys3(SYS_dup3, file, file, 0), -EINVAL, "not onto itself");
	is(sys3(SYS_dup3, file, 78, O_APPEND), -EINVAL, "nor with other flags");
	is(sys3(SYS_dup3, 79, 78, 0), -EBADF, "nor of nothing");
	close(77);
	close(file);
}

static void test_times(void)
{
	struct time64 zero = { 0, 0, 0 }, soon = { 0, 1000000, 0 }, bad = { 0, 1000000000, 0 };
	struct time64 hour[2] = { { 0, 0, 0 }, { 3600, 0, 0 } }, left[2];
	struct pollfd none = { -1, POLLIN, 0 };
	unsigned long long set = 1ULL << (SIGUSR1 - 1), read[1] = { 0 };
	long pair[2] = { (long)&set, 8 }, id, res[2];

	is(sys5(SYS_ppoll_time64, (long)&none, 1, (long)&zero, 0, 0), 0, "ppoll_time64");
	is(sys5(SYS_ppoll_time64, (long)&none, 1, (long)&bad, 0, 0), -EINVAL, "no such time");
	is(sys5(SYS_ppoll_time64, (long)&none, 1, BAD, 0, 0), -EFAULT, "no such address");
	is(sys6(SYS_pselect6_time64, 1, (long)read, 0, 0, (long)&soon, (long)pair), 0,
	   "pselect6_time64");
	is(sys6(SYS_pselect6_time64, -1, 0, 0, 0, (long)&soon, 0), -EINVAL, "not so few");
	pair[1] = 4;
	is(sys6(SYS_pselect6_time64, 0, 0, 0, 0, (long)&soon, (long)pair), -EINVAL, "another set");
	is(sys4(SYS_rt_sigprocmask, SIG_BLOCK, (long)&set, 0, 8), 0, "SIGUSR1 is blocked");
	is(sys4(SYS_rt_sigtimedwait_time64, (long)&set, 0, (long)&zero, 8), -EAGAIN,
	   "rt_sigtimedwait_time64: none");
	is(sys3(SYS_tgkill, getpid(), getpid(), SIGUSR1), 0, "tgkill");
	is(sys4(SYS_rt_sigtimedwait_time64, (long)&set, 0, (long)&zero, 8), SIGUSR1, "that one");
	is(sys4(SYS_rt_sigtimedwait_time64, (long)&set, 0, (long)&bad, 8), -EINVAL, "no such time");
	is(sys3(SYS_tgkill, getppid(), getpid(), SIGUSR1), -ESRCH, "tgkill: another's thread");
	is(sys3(SYS_tgkill, getpid(), 0, SIGUSR1), -EINVAL, "no thread 0");
	is(sys3(SYS_tgkill, getpid(), getpid(), 65), -EINVAL, "no signal 65");
	is(sys3(NR_TIMER_CREATE, CLOCK_MONOTONIC, 0, (long)&id), 0, "a timer");
	is(sys4(SYS_timer_settime64, id, 0, (long)hour, 0), 0, "timer_settime64");
	is(sys2(SYS_timer_gettime64, id, (long)left), 0, "timer_gettime64");
	ok(left[1].sec >= 3590 && left[1].sec <= 3600, "an hour");
	hour[1].nsec = -1;
	is(sys4(SYS_timer_settime64, id, 0, (long)hour, 0), -EINVAL, "no such time");
	is(sys1(NR_TIMER_DELETE, id), 0, "the end of it");
	is(sys2(SYS_timer_gettime64, id, (long)left), -EINVAL, "no such timer");
	is(sys2(NR_CLOCK_GETRES, CLOCK_REALTIME, (long)res), 0, "clock_getres");
	ok(res[0] == 0 && res[1] > 0, "less than a second");
	is(sys2(NR_CLOCK_GETRES, 99, (long)res), -EINVAL, "no such clock");
	is(sys2(NR_CLOCK_GETRES, CLOCK_REALTIME, 0), 0, "it need not be told");
	is(sys2(NR_CLOCK_SETTIME, CLOCK_MONOTONIC, (long)res), -EINVAL, "nobody sets that clock");
	is(sys2(NR_CLOCK_SETTIME, CLOCK_REALTIME, BAD), -EFAULT, "nor to a bad address");
	is(sys0(SYS_restart_syscall), -EINTR, "nothing to restart");
}

/* What only root may do, tried by another. */
static int as_another(void *arg)
{
	long zero[2] = { 0, 0 };

	(void)arg;
	return (sys2(SYS_sethostname, (long)"x", 1) == -EPERM) +
	       2 * (sys4(SYS_reboot, 0xfee1dead, 672274793, 0, 0) == -EPERM) +
	       4 * (sys1(SYS_stime, (long)zero) == -EPERM) +
	       8 * (sys2(NR_SETTIMEOFDAY, (long)zero, 0) == -EPERM) +
	       16 * (sys2(NR_CLOCK_SETTIME, CLOCK_REALTIME, (long)zero) == -EPERM) +
	       32 * (sys3(SYS_syslog, 5, 0, 0) == -EPERM);
}

static void test_rights(void)
{
	char text[16];

	is(as_user(as_another, NULL), 63, "name, end, time and log of the machine are root's");
	is(sys4(SYS_reboot, 0xfee1dead, 1, 0x4321fedc, 0), -EINVAL, "reboot: not by accident");
	is(sys2(SYS_sethostname, (long)text, -1), -EINVAL, "sethostname: a bad size");
	is(sys2(SYS_sethostname, (long)text, 65), -EINVAL, "a long one");
	is(sys2(SYS_sethostname, BAD, 5), -EFAULT, "a bad address");
	is(sys3(SYS_syslog, 99, 0, 0), -EINVAL, "syslog: no such action");
	is(sys3(SYS_syslog, 3, 0, 10), -EINVAL, "nowhere to read to");
	is(sys3(SYS_syslog, 3, (long)text, -1), -EINVAL, "a bad size");
	is(sys3(SYS_syslog, 3, (long)text, 0), 0, "nothing asked for");
	ok(sys3(SYS_syslog, 3, (long)text, sizeof(text)) >= 0, "the last lines");
	is(sys3(SYS_syslog, 8, 0, 9), -EINVAL, "no such level");
	ok(sys3(SYS_syslog, 10, 0, 0) >= 4096, "the size of the log");
}

int main(void)
{
	plan(104);
	enter_tmpdir();
	mkdir("dir", 0755);
	for (int fd = 3; fd < 20; fd++)
		close(fd);
	dir = open("dir", O_RDONLY | O_DIRECTORY);
	test_directories();
	test_modes();
	test_owners();
	test_sizes();
	test_times();
	test_rights();
	close(dir);
	leave_tmpdir();
	return done();
}
