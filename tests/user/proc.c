/* SPDX-License-Identifier: MIT */
/* /proc, as far as it is the same on Linux and on Nopage: formats, rights, errors. */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <limits.h>
#include <stdint.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "slurp.h"
#include "tap.h"

static int spit(const char *path, const char *data)
{
	int fd = open(path, O_WRONLY), n;

	if (fd < 0)
		return -1;
	n = write(fd, data, strlen(data));
	close(fd);
	return n;
}

/* The number behind "name" at the start of a line of text, or -1. */
static long field(const char *name)
{
	size_t length = strlen(name);
	const char *line = text;

	for (; line; line = strchr(line, '\n'), line += line != NULL)
		if (!strncmp(line, name, length))
			return strtol(line + length, NULL, 0);
	return -1;
}

/* The line of maps that contains address, or NULL. */
static const char *maps_line(void *address)
{
	unsigned long start, end, wanted = (unsigned long)address;
	const char *line = text;

	for (; line && *line; line = strchr(line, '\n'), line += line != NULL)
		if (sscanf(line, "%lx-%lx", &start, &end) == 2 && start <= wanted && wanted < end)
			return line;
	return NULL;
}

static void test_maps(void)
{
	char *p = map(3, PROT_READ | PROT_WRITE, MAP_PRIVATE), name[64];
	unsigned long start, end, inode;
	char rights[5], device[16];
	const char *line;
	long long offset;

	mprotect(p + PAGE, PAGE, PROT_READ);
	ok(slurp("/proc/self/maps") > 0, "maps can be read");
	line = maps_line(p + PAGE);
	ok(line && sscanf(line, "%lx-%lx %4s %llx %15s %lu", &start, &end, rights, &offset, device,
			  &inode) == 6, "a line of maps has six fields");
	ok(start == (unsigned long)p + PAGE && end == start + PAGE, "maps: the area's borders");
	is_str(rights, "r--p", "maps: the area's rights");
	ok(!offset && !inode && !strcmp(device, "00:00"), "maps: anonymous memory is in no file");
	line = maps_line((void *)(uintptr_t)&name);
	ok(line && strstr(line, "[stack]") && strstr(line, "[stack]") < strchr(line, '\n'),
	   "maps: the stack has a name");
	munmap(p, 3 * PAGE);
	slurp("/proc/self/maps");
	ok(!maps_line(p), "maps: unmapped memory is not there");
}

/* The value of "name" in the block of smaps that belongs to the area with address. */
static long smaps_value(void *address, const char *name)
{
	const char *line;
	char *value;

	slurp("/proc/self/smaps");
	line = maps_line(address);
	value = line ? strstr(line, name) : NULL;
	return value ? strtol(value + strlen(name), NULL, 10) : -1;
}

static void test_smaps(void)
{
	char *p = map(8, PROT_READ | PROT_WRITE, MAP_PRIVATE);

	is(smaps_value(p, "Rss:"), 0, "smaps: nothing is resident before the first touch");
	madvise(p, 8 * PAGE, MADV_NOHUGEPAGE);
	for (int i = 0; i < 3; i++)
		p[i * PAGE] = 1;
	is(smaps_value(p, "Size:"), 32, "smaps: Size");
	is(smaps_value(p, "Rss:"), 12, "smaps: Rss counts the pages written");
	is(smaps_value(p, "Pss:"), 12, "smaps: Pss of private pages");
	is(smaps_value(p, "Private_Dirty:"), 12, "smaps: Private_Dirty");
	is(smaps_value(p, "Anonymous:"), 12, "smaps: Anonymous");
	is(smaps_value(p, "Swap:"), 0, "smaps: Swap");
	munmap(p, 8 * PAGE);
}

/* Has the area with address that flag? */
static int smaps_flag(void *address, const char *flag)
{
	char *flags, *found;

	slurp("/proc/self/smaps");
	flags = strstr(maps_line(address), "VmFlags: ");
	found = strstr(flags, flag);
	return found && found < strchr(flags, '\n');
}

/* A file in memory: written by write(), mapped shared for reading and for writing. */
static void test_smaps_file(void)
{
	int fd = syscall(SYS_memfd_create, "file", 0), reader;
	char path[64], *p, *q;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	reader = open(path, O_RDONLY);
	is(write(fd, text, PAGE), PAGE, "a page of a file in memory is written");
	p = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, reader, 0);
	q = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0);
	is(load(p), load(q), "and mapped twice");
	is(smaps_value(p, "Shared_Dirty:"), 4, "smaps: Shared_Dirty");
	is(smaps_value(p, "Shared_Clean:"), 0, "smaps: Shared_Clean");
	ok(smaps_flag(q, " sh ") && smaps_flag(q, " ms ") && smaps_flag(q, " mw "),
	   "smaps: a file that may be written is shared");
	ok(!smaps_flag(p, " sh ") && smaps_flag(p, " ms ") && !smaps_flag(p, " mw "),
	   "one that may not could be");
	munmap(p, PAGE);
	munmap(q, PAGE);
	close(reader);
	close(fd);
}

/* Its pages are the kernel's: no anonymous memory, and shared by all. */
static void test_smaps_vdso(void)
{
	char *vdso = (char *)getauxval(AT_SYSINFO_EHDR);

	load(vdso);
	is(smaps_value(vdso, "Rss:") % 4 + smaps_value(vdso, "Anonymous:"), 0, "smaps: the vDSO");
	ok(smaps_value(vdso, "Rss:") > 0, "is there");
}

static void test_stat(void)
{
	int pid, ppid, pgrp, session, length;
	char name[32], state, again[512];

	length = slurp("/proc/self/stat");
	ok(length > 0 && text[length - 1] == '\n' && strchr(text, '\n') == text + length - 1,
	   "stat is one line");
	ok(sscanf(text, "%d (%31[^)]) %c %d %d %d", &pid, name, &state, &ppid, &pgrp, &session) == 6,
	   "stat starts as it should");
	ok(pid == getpid() && ppid == getppid() && pgrp == getpgrp() && session == getsid(0),
	   "stat: process, parent, group, session");
	is_str(name, "proc", "stat: name");
	is(state, 'R', "stat: state");
	length = 0;
	for (char *word = strtok(text, " "); word; word = strtok(NULL, " "))
		length++;
	is(length, 52, "stat has 52 fields");
	snprintf(again, sizeof(again), "/proc/%d/stat", getpid());
	ok(slurp(again) > 0 && atoi(text) == getpid(), "stat by number");
}

/* Field number n of path, a stat file: behind the name, which may hold anything. */
static long stat_field(const char *path, int n)
{
	char *word;

	slurp(path);
	word = strtok(strrchr(text, ')') + 2, " ");
	for (int i = 3; word && i < n; i++)
		word = strtok(NULL, " ");
	return word ? strtol(word, NULL, 10) : -1;
}

#define SLEEPS	35

/* What there is of a process that has stopped, and of one that is dead and not yet waited for. */
static void test_asleep(void)
{
	char stat[64], file[64];
	pid_t pid = fork();

	if (!pid) {
		raise(SIGSTOP);
		_exit(0);
	}
	waitpid(pid, NULL, WUNTRACED);
	snprintf(stat, sizeof(stat), "/proc/%d/stat", pid);
	snprintf(file, sizeof(file), "/proc/%d/wchan", pid);
	ok(slurp(file) > 1, "wchan: where it has stopped");
	is(stat_field(stat, SLEEPS), 1, "stat: it does not run");
	is(stat_field("/proc/self/stat", SLEEPS), 0, "we do");
	kill(pid, SIGCONT);
	waitid(P_PID, pid, NULL, WEXITED | WNOWAIT);
	is(stat_field(stat, SLEEPS), 1, "nor does a zombie");
	snprintf(file, sizeof(file), "/proc/%d/status", pid);
	slurp(file);
	ok(strstr(text, "\nState:\tZ (zombie)\n") && !strstr(text, "\nUmask:"),
	   "which has no umask any more");
	waitpid(pid, NULL, 0);
	slurp("/proc/self/status");
	ok(strstr(text, "\nUmask:\t0"), "but we have");
}

/* Fields 26 to 28 and 45 to 51 of stat: code, stack, data, heap, arguments and environment. */
static char *layout(void)
{
	static char words[256];
	int n = 0, length = 0;

	slurp("/proc/self/stat");
	for (char *word = strtok(text, " "); word; word = strtok(NULL, " "))
		if (++n >= 26 && n <= 51 && (n <= 28 || n >= 45))
			length += snprintf(words + length, sizeof(words) - length, "%s ", word);
	return words;
}

static int same_layout(void *of)
{
	return strcmp(layout(), of);
}

static void test_layout(void)
{
	char *ours = strdup(layout()), *zero = strstr(ours, " 0 ");

	ok(strlen(ours) > 60 && !zero, "stat: where code, data, heap and arguments are");
	exits(in_child(same_layout, ours), 0, "where they are in a forked child");
	free(ours);
}

static void test_status(void)
{
	slurp("/proc/self/status");
	is(field("Pid:\t"), getpid(), "status: Pid");
	is(field("PPid:\t"), getppid(), "status: PPid");
	is(field("Tgid:\t"), getpid(), "status: Tgid");
	is(field("Threads:\t"), 1, "status: Threads");
	is(field("Uid:\t"), getuid(), "status: Uid");
	ok(strstr(text, "\nState:\tR (running)\n"), "status: State");
	ok(field("VmRSS:\t") > 0 && field("VmRSS:\t") <= field("VmSize:\t"), "status: VmRSS, VmSize");
	is(field("RssAnon:\t") + field("RssFile:\t") + field("RssShmem:\t"), field("VmRSS:\t"),
	   "status: the parts of VmRSS are its sum");
	memset(map(256, PROT_READ | PROT_WRITE, MAP_SHARED), 1, 256 * PAGE);
	slurp("/proc/self/status");
	ok(field("RssShmem:\t") >= 512, "status: shared anonymous memory is RssShmem");
}

static void test_strings(char **argv)
{
	char path[PATH_MAX] = "", cwd[PATH_MAX] = "", exe[PATH_MAX] = "";
	int n = slurp("/proc/self/cmdline");

	ok(n > 0 && !text[n - 1] && !strcmp(text, argv[0]), "cmdline: argv[0] with its NUL");
	ok(slurp("/proc/self/environ") >= 0 && !strcmp(text, "PROC=test"), "environ");
	is(slurp("/proc/self/comm"), 5, "comm: length");
	is_str(text, "proc\n", "comm");
	is(spit("/proc/self/comm", "a very long name indeed"), 23, "comm can be written");
	slurp("/proc/self/comm");
	is_str(text, "a very long nam\n", "comm: 15 characters are kept");
	is(spit("/proc/self/comm", "a\nb\n"), 4, "comm: newlines");
	slurp("/proc/self/comm");
	is_str(text, "a\nb\n\n", "are part of it");
	spit("/proc/self/comm", "a\nb\\c");
	slurp("/proc/self/status");
	ok(!strncmp(text, "Name:\ta\\nb\\\\c\n", 14), "but status stays a line");
	spit("/proc/self/comm", "proc");
	ok(readlink("/proc/self/cwd", path, sizeof(path) - 1) > 0 && getcwd(cwd, sizeof(cwd)),
	   "cwd is a link");
	is_str(path, cwd, "cwd leads where the process stands");
	n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);
	ok(n > 5 && !strcmp(exe + n - 5, "/proc"), "exe: the program");
	snprintf(path, sizeof(path), "%d", getpid());
	memset(cwd, 0, sizeof(cwd));
	readlink("/proc/self", cwd, sizeof(cwd) - 1);
	is_str(cwd, path, "self is a link to the number");
}

/* Opened again, a nameless pipe gives the end that is asked for, and waits for nobody. */
static void test_fd_of_pipe(void)
{
	char path[64], buf[8];
	struct pollfd p = { .events = POLLIN };
	int pipes[2], again;

	pipe(pipes);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", pipes[0]);
	again = open(path, O_WRONLY | O_NONBLOCK);
	is(write(again, "one", 3), 3, "fd/N of a pipe: its other end");
	is(read(pipes[0], buf, sizeof(buf)), 3, "is the other end");
	close(again);
	write(pipes[1], "rest", 4);
	close(pipes[1]);
	again = open(path, O_RDONLY);
	close(pipes[0]);
	is(read(again, buf, sizeof(buf)), 4, "without a writer: what is left");
	is(read(again, buf, sizeof(buf)), 0, "and the end");
	p.fd = again;
	poll(&p, 1, 0);
	is(p.revents, POLLHUP, "which poll sees");
	snprintf(path, sizeof(path), "/proc/self/fd/%d", again);
	pipes[0] = open(path, O_WRONLY | O_NONBLOCK);
	ok(pipes[0] >= 0, "a writer can come back");
	close(again);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", pipes[0]);
	again = open(path, O_WRONLY | O_NONBLOCK);
	ok(again >= 0, "without a reader, unlike a FIFO");
	close(again);
	close(pipes[0]);
}

/* The rights of fd/N, as ls -l shows them. */
static int link_rights(int fd)
{
	char path[64];
	struct stat st;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return lstat(path, &st) || st.st_size != 64 ? -1 : (int)st.st_mode;
}

/* How a file was opened. */
static void test_fd_mode(void)
{
	static const struct {
		int flags, rights;
	} how[] = {
		{ O_RDONLY, 0500 }, { O_WRONLY, 0300 }, { O_RDWR, 0700 }, { O_PATH, 0 },
	};
	char path[64];
	int fd;

	for (unsigned int i = 0; i < sizeof(how) / sizeof(*how); i++) {
		fd = open("/dev/null", how[i].flags | (i % 2 ? O_CLOEXEC : 0));
		is(link_rights(fd), S_IFLNK | how[i].rights, "fd/N: how the file was opened");
		snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
		slurp(path);
		is(field("flags:\t") & O_CLOEXEC, i % 2 ? O_CLOEXEC : 0, "fdinfo: O_CLOEXEC");
		fcntl(fd, F_SETFD, i % 2 ? 0 : FD_CLOEXEC);
		slurp(path);
		is(field("flags:\t") & O_CLOEXEC, i % 2 ? 0 : O_CLOEXEC, "that of the descriptor");
		close(fd);
	}
}

static void test_fd(void)
{
	char path[64], target[64] = "";
	int fd = open("/dev/null", O_RDWR), again;
	struct stat st;
	struct dirent *entry;
	int found = 0;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	readlink(path, target, sizeof(target) - 1);
	is_str(target, "/dev/null", "fd/N is a link to the file");
	again = open(path, O_RDWR);
	ok(again >= 0 && write(again, "x", 1) == 1, "fd/N can be opened");
	close(again);
	lstat(path, &st);
	ok(st.st_mode == (S_IFLNK | 0700) && st.st_size == 64, "it can be read and written");
	again = open("/dev/null", O_RDONLY);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", again);
	lstat(path, &st);
	is(st.st_mode, S_IFLNK | 0500, "another one only read");
	close(again);
	dir = opendir("/proc/self/fd");
	while (dir && (entry = readdir(dir)))
		found += atoi(entry->d_name) == fd && entry->d_type == DT_LNK;
	is(found, 1, "fd lists the descriptor");
	closedir(dir);
	test_fd_of_pipe();
	test_fd_mode();
	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	slurp(path);
	is(field("pos:\t"), 0, "fdinfo: pos");
	is(field("flags:\t") & O_ACCMODE, O_RDWR, "fdinfo: flags");
	close(fd);
	fails(open(path, O_RDONLY), ENOENT, "fdinfo of a closed descriptor");
}

static void test_mem(void)
{
	static const char constant[] = "constant", secret[] = "secret";
	char *p = map(3, PROT_READ | PROT_WRITE, MAP_PRIVATE), buffer[16] = "";
	int fd = open("/proc/self/mem", O_RDWR);

	strcpy(p, secret);
	mprotect(p, PAGE, PROT_NONE);
	ok(fd >= 0, "mem can be opened");
	is(pread(fd, buffer, sizeof(secret), (uintptr_t)p), sizeof(secret),
	   "mem reads what the process may not");
	is_str(buffer, secret, "mem: the bytes");
	is(pwrite(fd, "SECRET", 7, (uintptr_t)p), 7, "mem writes what the process may not");
	mprotect(p, PAGE, PROT_READ);
	is_str(p, "SECRET", "mem: the bytes have arrived");
	is(pwrite(fd, "C", 1, (uintptr_t)constant), 1, "mem writes to constants");
	is(((volatile const char *)constant)[0], 'C', "mem: the constant has changed");
	munmap(p + 2 * PAGE, PAGE);
	is(pread(fd, buffer, 2, (uintptr_t)p + 2 * PAGE - 1), 1,
	   "mem: a read ends where memory ends");
	munmap(p, 2 * PAGE);
	fails(pread(fd, buffer, 1, (uintptr_t)p), EIO, "mem: nothing is mapped there");
	fails(pread(fd, buffer, 1, 8), EIO, "mem: nothing is mapped at 8");
	close(fd);
}

#define PM_PRESENT (1ULL << 63)

static void test_pagemap(void)
{
	char *p = map(2, PROT_READ | PROT_WRITE, MAP_PRIVATE);
	int fd = open("/proc/self/pagemap", O_RDONLY);
	uint64_t entry[2] = { 0 };
	off_t at = (uintptr_t)p / PAGE * 8;

	p[PAGE] = 1;
	is(pread(fd, entry, 16, at), 16, "pagemap: two entries");
	ok(!(entry[0] & PM_PRESENT) && entry[1] & PM_PRESENT, "pagemap: which page is there");
	fails(pread(fd, entry, 4, at), EINVAL, "pagemap: half an entry");
	fails(pread(fd, entry, 8, at + 1), EINVAL, "pagemap: from the middle of an entry");
	close(fd);
	munmap(p, 2 * PAGE);
}

static void test_partial(void)
{
	static char whole[1 << 14];
	int fd = open("/proc/self/limits", O_RDONLY), length, n, same = 1;
	char c;

	length = read(fd, whole, sizeof(whole));
	ok(length > 500, "limits in one piece");
	lseek(fd, 0, SEEK_SET);
	for (n = 0; read(fd, &c, 1) == 1; n++)
		same &= c == whole[n];
	ok(n == length && same, "limits byte by byte is the same");
	is(pread(fd, text, 10, 100), 10, "pread from the middle");
	ok(!memcmp(text, whole + 100, 10), "pread: the bytes");
	is(lseek(fd, 26, SEEK_SET), 26, "lseek");
	is(read(fd, text, 10), 10, "read behind lseek");
	ok(!memcmp(text, "Soft Limit", 10), "read behind lseek: the bytes");
	is(pread(fd, text, 10, 100000), 0, "pread behind the end");
	close(fd);
}

/* Its columns, and a line without a unit ends behind the second limit. */
static void test_limits(void)
{
	char *line;

	slurp("/proc/self/limits");
	ok(!strncmp(text, "Limit                     Soft Limit           Hard Limit           "
			  "Units     \n", 79), "limits: the heading");
	line = strstr(text, "\nMax open files");
	ok(line && !strncmp(strchr(line + 1, '\n') - 10, "files     ", 10), "a unit of ten columns");
	line = strstr(text, "\nMax nice priority");
	is(line ? strcspn(line + 1, "\n") : 0, 68, "no unit");
}

static int quit(void)
{
	return 0;
}

static void test_gone(void)
{
	char path[64];
	int maps, dir, pipes[2], status;
	pid_t pid;

	if (pipe(pipes) || (pid = fork()) == 0)
		_exit(read(pipes[0], text, 1) == 1 ? quit() : 1);
	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	maps = open(path, O_RDONLY);
	snprintf(path, sizeof(path), "/proc/%d", pid);
	dir = open(path, O_RDONLY | O_DIRECTORY);
	ok(maps >= 0 && dir >= 0, "files of a child");
	is(write(pipes[1], "x", 1), 1, "the child may go");
	waitpid(pid, &status, 0);
	fails(read(maps, text, 100), ESRCH, "status of a process that is gone");
	fails(openat(dir, "stat", O_RDONLY), ESRCH, "no new file of it");
	fails(access(path, F_OK), ENOENT, "its directory is not there");
	close(maps);
	close(dir);
	close(pipes[0]);
	close(pipes[1]);
}

/* Another user sees what everybody may see of a process of root's, and no more. */
static int other_user(void *unused)
{
	char path[64], buffer[8];
	int wrong = 0;

	if (getuid())
		return 0;		/* only root can become another */
	if (setgid(1000) || setuid(1000))
		return 99;
	snprintf(path, sizeof(path), "/proc/%d", getppid());
	if (chdir(path))
		return 98;
	wrong |= slurp("stat") <= 0 || slurp("status") <= 0 || slurp("cmdline") <= 0;
	wrong |= (open("maps", O_RDONLY) >= 0 || errno != EACCES) << 1;
	wrong |= (open("mem", O_RDONLY) >= 0 || errno != EACCES) << 2;
	wrong |= (open("environ", O_RDONLY) >= 0 || errno != EACCES) << 3;
	wrong |= (readlink("exe", buffer, sizeof(buffer)) >= 0 || errno != EACCES) << 4;
	wrong |= (opendir("fd") || errno != EACCES) << 5;
	wrong |= (open("cwd/.", O_RDONLY) >= 0 || errno != EACCES) << 6;
	wrong |= (open("/proc/sys/vm/max_map_count", O_WRONLY) >= 0 || errno != EACCES) << 7;
	if (slurp("wchan") != 1 || strcmp(text, "0"))
		return 97;
	return wrong;
}

static int other_children(void *unused)
{
	char path[64];
	int wrong = 0;
	pid_t pid;

	if (getuid())
		return 0;		/* only root can become another */
	if (setgid(1000) || setuid(1000))
		return 99;
	pid = fork();
	if (pid == 0) {
		pause();
		_exit(0);
	}
	/* setuid() has made both of them such that nobody but root may look into them. */
	snprintf(path, sizeof(path), "/proc/%d/maps", pid);
	wrong |= open(path, O_RDONLY) >= 0 || errno != EACCES;
	wrong |= slurp("/proc/self/maps") <= 0 || !strstr(text, "[stack]") ? 2 : 0;
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	return wrong;
}

static void test_system(void)
{
	struct stat st;

	slurp("/proc/meminfo");
	ok(field("MemFree:") > 0 && field("MemFree:") < field("MemTotal:"), "meminfo: MemFree");
	ok(field("MemAvailable:") > 0 && field("Cached:") >= 0, "meminfo: MemAvailable, Cached");
	ok(slurp("/proc/stat") > 0 && !strncmp(text, "cpu  ", 5), "stat: cpu comes first");
	ok(field("ctxt") > 0 && field("processes") > 0 && field("btime") > 0, "stat: counts");
	ok(slurp("/proc/uptime") > 0 && atof(text) > 0 && strchr(text, ' '), "uptime");
	ok(slurp("/proc/loadavg") > 0 && strchr(text, '/'), "loadavg");
	ok(slurp("/proc/version") > 0 && !strncmp(text, "Linux version ", 14), "version");
	slurp("/proc/filesystems");
	ok(strstr(text, "nodev\tproc\n"), "filesystems: proc");
	slurp("/proc/mounts");
	ok(strstr(text, " /proc proc "), "mounts: proc");
	slurp("/proc/vmstat");
	ok(field("pgfault") > 0 && field("nr_free_pages") > 0, "vmstat");
	slurp("/proc/sys/kernel/ostype");
	is_str(text, "Linux\n", "sys/kernel/ostype");
	slurp("/proc/sys/kernel/random/uuid");
	is(strlen(text), 37, "sys/kernel/random/uuid");
	ok(slurp("/proc/sys/vm/max_map_count") > 0 && atoi(text) >= 65530, "sys/vm/max_map_count");
	is(stat("/proc/meminfo", &st), 0, "stat of meminfo");
	ok(S_ISREG(st.st_mode) && !st.st_size && (st.st_mode & 0777) == 0444, "meminfo: its mode");
	ok(!stat("/proc/self", &st) && S_ISDIR(st.st_mode), "self leads to a directory");
}

/* The calls of ordinary files: what is made up cannot be emptied or moved, and says so gently. */
static void test_calls(void)
{
	int comm = open("/proc/self/comm", O_RDWR), dir = open("/proc/self", O_RDONLY);

	is(write(comm, "a name that is longer than there is room for", 44), 44, "a long name");
	slurp("/proc/self/comm");
	is_str(text, "a name that is \n", "is cut off");
	is(lseek(comm, 0, SEEK_CUR), 0, "writing does not move");
	fails(pwrite(comm, "x", 1, 0), ESPIPE, "pwrite: ESPIPE");
	is(pread(comm, text, 4, 2), 4, "pread");
	is(memcmp(text, "name", 4), 0, "from there");
	is(lseek(comm, 5, SEEK_SET), 5, "lseek");
	fails(lseek(comm, 0, SEEK_END), EINVAL, "there is no end: EINVAL");
	fails(lseek(comm, 0, SEEK_DATA), EINVAL, "nor a hole");
	is(lseek(dir, 3, SEEK_END), 3, "a directory ends where it begins");
	fails(lseek(dir, 0, SEEK_HOLE), ENXIO, "and has no data");
	is(ftruncate(comm, 100), 0, "ftruncate");
	is(truncate("/proc/self/comm", 0), 0, "truncate");
	ok(slurp("/proc/self/comm") == 16, "change nothing");
	fails(truncate("/proc/self/comm", 0x80000000LL), EFBIG, "more than 2 GiB: EFBIG");
	is(rename("/proc/self/comm", "/proc/self/comm"), 0, "a name stays where it is");
	fails(rename("/proc/self/comm", "/proc/self/maps"), EPERM, "and goes nowhere else");
	fails(fchmod(comm, 0600), EPERM, "fchmod: EPERM");
	fails(fchown(dir, getuid(), -1), EPERM, "fchown of a process: EPERM");
	is(fchown(dir, -1, -1), 0, "but if it changes nothing");
	fails(futimens(dir, NULL), EPERM, "its times: EPERM");
	close(comm);
	close(dir);
}

static void test_errors(void)
{
	fails(open("/proc/none", O_RDONLY), ENOENT, "no such name");
	fails(open("/proc/0", O_RDONLY), ENOENT, "there is no process 0");
	fails(open("/proc/01", O_RDONLY), ENOENT, "a number with a zero in front");
	fails(open("/proc/none", O_RDWR | O_CREAT, 0644), ENOENT, "nothing can be made");
	fails(mkdir("/proc/dir", 0755), ENOENT, "no directory either");
	fails(symlink("x", "/proc/link"), ENOENT, "no link");
	fails(unlink("/proc/meminfo"), EPERM, "nothing can be removed");
	fails(spit("/proc/sys/vm/max_map_count", "many"), EINVAL, "max_map_count is a number");
	fails(open("/proc/sys/kernel/ostype", O_WRONLY), EACCES, "ostype cannot be set");
	fails(open("/proc/meminfo/x", O_RDONLY), ENOTDIR, "meminfo is no directory");
}

int main(int argc, char **argv)
{
	static char *env[] = { "PROC=test", NULL };

	if (!getenv("PROC"))
		execve(argv[0], argv, env);
	plan(165);
	test_maps();
	test_smaps();
	test_smaps_file();
	test_smaps_vdso();
	test_stat();
	test_asleep();
	test_layout();
	test_status();
	test_strings(argv);
	test_fd();
	test_mem();
	test_pagemap();
	test_partial();
	test_limits();
	test_gone();
	exits(in_child(other_user, NULL), 0, "another user's rights");
	exits(in_child(other_children, NULL), 0, "a process that is not to be looked into");
	test_system();
	test_calls();
	test_errors();
	return done();
}
