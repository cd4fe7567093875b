/* SPDX-License-Identifier: MIT */
/* User and group numbers, supplementary groups, capabilities. Needs to be run by root. */
#define _GNU_SOURCE
#include "tmpdir.h"

#include <fcntl.h>
#include <grp.h>
#include <sys/fsuid.h>
#include <sys/prctl.h>
#include <sys/stat.h>

#include "rawsys.h"

#define CAP_SETUID 7
#define VERSION_3 0x20080522

/* The C library changes all threads; the system call changes one. */
#define set1(name, a) sys1(SYS_##name, a)
#define set2(name, a, b) sys2(SYS_##name, a, b)
#define set3(name, a, b, c) sys3(SYS_##name, a, b, c)

struct cap_header {
	unsigned int version;
	int pid;
};

struct cap_data {
	unsigned int effective, permitted, inheritable;
};

static int uids_are(unsigned int r, unsigned int e, unsigned int s)
{
	unsigned int real, effective, saved;

	return !getresuid(&real, &effective, &saved) && real == r && effective == e && saved == s &&
	       getuid() == r && geteuid() == e;
}

static int gids_are(unsigned int r, unsigned int e, unsigned int s)
{
	unsigned int real, effective, saved;

	return !getresgid(&real, &effective, &saved) && real == r && effective == e && saved == s &&
	       getgid() == r && getegid() == e;
}

static unsigned int effective_caps(void)
{
	struct cap_header h = { VERSION_3, 0 };
	struct cap_data d[2];

	return sys2(SYS_capget, (long)&h, (long)d) ? 0xdead : d[0].effective;
}

/* Each of these runs in a child and exits with the number of the first thing that is wrong. */
#define CHECK(n, cond) do { if (!(cond)) return n; } while (0)

static int root_becomes_user(void *arg)
{
	CHECK(1, uids_are(0, 0, 0));
	CHECK(2, effective_caps() & 1 << CAP_SETUID);
	CHECK(3, !set1(setuid32, 1000) && uids_are(1000, 1000, 1000));
	CHECK(4, !effective_caps());
	CHECK(5, set1(setuid32, 0) == -EPERM);
	CHECK(6, set3(setresuid32, 0, 0, 0) == -EPERM);
	CHECK(7, set2(setreuid32, 0, -1) == -EPERM);
	CHECK(8, set1(setgid32, 5) == -EPERM || getgid() == 5);
	CHECK(9, set2(setgroups32, 0, 0) == -EPERM);
	CHECK(10, !set1(setuid32, 1000));
	return 0;
}

static int user_for_a_while(void *arg)
{
	CHECK(1, !set3(setresuid32, -1, 1000, -1) && uids_are(0, 1000, 0));
	CHECK(2, !effective_caps());
	CHECK(3, set1(setuid32, 5) == -EPERM);
	CHECK(4, !set1(setuid32, 0) && uids_are(0, 0, 0));
	CHECK(5, effective_caps() & 1 << CAP_SETUID);
	CHECK(6, !set3(setresuid32, 1, 2, 3) && uids_are(1, 2, 3));
	CHECK(7, !set3(setresuid32, 3, 1, 2) && uids_are(3, 1, 2));
	CHECK(8, set3(setresuid32, 3, 4, -1) == -EPERM && uids_are(3, 1, 2));
	CHECK(9, !set3(setresuid32, -1, -1, -1));
	return 0;
}

static int real_and_effective(void *arg)
{
	CHECK(1, !set2(setreuid32, 10, 20) && uids_are(10, 20, 20));
	CHECK(2, !set2(setreuid32, 20, 10) && uids_are(20, 10, 10));
	CHECK(3, !set2(setreuid32, -1, 20) && uids_are(20, 20, 10));
	CHECK(4, set2(setreuid32, 30, -1) == -EPERM);
	CHECK(5, set1(setuid32, -1) == -EINVAL);
	return 0;
}

static int groups_alike(void *arg)
{
	CHECK(1, !set3(setresgid32, 1, 2, 3) && gids_are(1, 2, 3));
	CHECK(2, !set1(setgid32, 7) && gids_are(7, 7, 7));
	CHECK(3, !set2(setregid32, 8, 9) && gids_are(8, 9, 9));
	CHECK(4, !set1(setuid32, 1000));
	CHECK(5, set1(setgid32, 1) == -EPERM && !set1(setgid32, 9) && gids_are(8, 9, 9));
	CHECK(6, !set2(setregid32, -1, 8) && gids_are(8, 8, 9));
	CHECK(7, set3(setresgid32, 1, -1, -1) == -EPERM);
	CHECK(8, set1(setgid32, -1) == -EINVAL);
	return 0;
}

static int many_groups(void *arg)
{
	unsigned int set[3] = { 30, 10, 20 }, got[4] = { 0 };

	CHECK(1, !set2(setgroups32, 3, (long)set));
	CHECK(2, set2(getgroups32, 0, 0) == 3);
	CHECK(3, set2(getgroups32, 4, (long)got) == 3);
	CHECK(4, got[0] + got[1] + got[2] == 60 && !got[3]);
	CHECK(5, set2(getgroups32, 2, (long)got) == -EINVAL);
	CHECK(6, set2(getgroups32, -1, (long)got) == -EINVAL);
	CHECK(7, set2(getgroups32, 4, KERNEL_ADDRESS) == -EFAULT);
	CHECK(8, set2(setgroups32, 65537, (long)set) == -EINVAL);
	CHECK(9, set2(setgroups32, 2, KERNEL_ADDRESS) == -EFAULT);
	set[1] = -1;
	CHECK(10, set2(setgroups32, 3, (long)set) == -EINVAL && set2(getgroups32, 0, 0) == 3);
	CHECK(11, !set2(setgroups32, 0, 0) && !set2(getgroups32, 0, 0));
	return 0;
}

static int file_user(void *arg)
{
	CHECK(1, !set1(setfsuid32, 1000));
	CHECK(2, set1(setfsuid32, -1) == 1000 && uids_are(0, 0, 0));
	CHECK(3, set1(setfsgid32, 50) == 0 && set1(setfsgid32, -1) == 50);
	CHECK(4, !set3(setresuid32, -1, 7, -1) && set1(setfsuid32, -1) == 7);
	CHECK(5, set1(setfsuid32, 9) == 7 && set1(setfsuid32, -1) == 7);
	CHECK(6, set1(setfsuid32, 0) == 7 && set1(setfsuid32, -1) == 0);
	return 0;
}

static void test_cap_errors(void)
{
	struct cap_header h = { 0, 0 };
	struct cap_data d[2];
	int *last = (int *)(map(2, PROT_READ | PROT_WRITE, MAP_PRIVATE) + PAGE) - 1;

	munmap(last + 1, PAGE);
	*last = 77;
	is(sys2(SYS_capget, (long)last, (long)d), -EINVAL, "the version comes first");
	is(*last, VERSION_3, "and is answered");
	is(sys2(SYS_capget, (long)last, (long)d), -EFAULT, "then the process");
	is(sys2(SYS_capget, (long)&h, 0), 0, "ask for the version of capabilities");
	is(h.version, VERSION_3, "it is the third");
	h.version = 77;
	is(sys2(SYS_capget, (long)&h, (long)d), -EINVAL, "an unknown version: EINVAL");
	h.pid = -1;
	is(sys2(SYS_capget, (long)&h, (long)d), -EINVAL, "a bad number: EINVAL");
	h.pid = 0x3ffffe;
	is(sys2(SYS_capget, (long)&h, (long)d), -ESRCH, "nobody: ESRCH");
	is(sys2(SYS_capget, KERNEL_ADDRESS, (long)d), -EFAULT, "a bad pointer: EFAULT");
}

static int may_read(void *path)
{
	char c;
	int fd = open(path, O_RDONLY);

	return fd < 0 ? errno : read(fd, &c, 1) == 1 ? 0 : 200;
}

static int user_reads(void *path)
{
	return set2(setgroups32, 0, 0) || set1(setgid32, 1000) || set1(setuid32, 1000)
		       ? 201 : may_read(path);
}

static int group_reads(void *path)
{
	unsigned int group = 55;

	return set2(setgroups32, 1, (long)&group) || set1(setgid32, 1000) || set1(setuid32, 1000)
		       ? 201 : may_read(path);
}

static void test_files(void)
{
	char *path = "file";
	int fd;

	enter_tmpdir();
	fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0640);
	if (write(fd, "x", 1) != 1 || fchown(fd, 0, 55))
		say("# cannot prepare %s", path);
	exits(in_child(may_read, path), 0, "root reads a file");
	exits(in_child(user_reads, path), EACCES, "another user does not");
	exits(in_child(group_reads, path), 0, "its group does");
	leave_tmpdir();
}

int main(void)
{
	plan(18);
	exits(in_child(root_becomes_user, NULL), 0, "root becomes a user, for ever");
	exits(in_child(user_for_a_while, NULL), 0, "or for a while");
	exits(in_child(real_and_effective, NULL), 0, "real and effective");
	exits(in_child(groups_alike, NULL), 0, "groups alike");
	exits(in_child(many_groups, NULL), 0, "many groups");
	exits(in_child(file_user, NULL), 0, "the number for files");
	test_cap_errors();
	test_files();
	return done();
}
