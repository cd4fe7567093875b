/* SPDX-License-Identifier: MIT */
/* Pipes: bytes in order, atomic writes, waiting at both ends, what happens when one end is gone. */
#define _GNU_SOURCE
#include "tap.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>

#define CAPACITY 65536

static char big[2 * CAPACITY];
static int fds[2];

static void open_pipe(int flags)
{
	if (pipe2(fds, flags)) {
		say("Bail out! pipe2: errno %d", errno);
		_exit(98);
	}
}

static void close_pipe(void)
{
	close(fds[0]);
	close(fds[1]);
}

static int available(void)
{
	int n = -1;

	return ioctl(fds[0], FIONREAD, &n) ? -1 : n;
}

static void test_bytes(void)
{
	char buf[64];

	open_pipe(0);
	ok(fds[0] == 3 && fds[1] == 4, "the lowest descriptors");
	is(write(fds[1], "hello ", 6), 6, "write");
	is(write(fds[1], "world", 5), 5, "and again");
	is(available(), 11, "FIONREAD");
	is(read(fds[0], buf, 3), 3, "a part");
	is(read(fds[0], buf + 3, 60), 8, "and the rest, without waiting for more");
	ok(!memcmp(buf, "hello world", 11), "in order");
	is(read(fds[0], buf, 0), 0, "nothing is read at once");
	is(write(fds[1], buf, 0), 0, "nothing is written");
	fails(read(fds[1], buf, 1), EBADF, "the write end cannot be read");
	fails(write(fds[0], buf, 1), EBADF, "nor the read end written");
	fails(lseek(fds[0], 0, SEEK_CUR), ESPIPE, "there is no position");
	fails(pread(fds[0], buf, 1, 0), ESPIPE, "pread");
	fails(pwrite(fds[1], buf, 1, 0), ESPIPE, "pwrite");
	close_pipe();
}

static void test_vectors(void)
{
	struct iovec out[3] = { { "one", 3 }, { "", 0 }, { "two", 3 } };
	char a[2], b[10];
	struct iovec in[2] = { { a, 2 }, { b, 10 } };

	open_pipe(0);
	is(writev(fds[1], out, 3), 6, "writev");
	is(readv(fds[0], in, 2), 6, "readv");
	ok(!memcmp(a, "on", 2) && !memcmp(b, "etwo", 4), "gathered and scattered");
	close_pipe();
}

/* A read fills all pieces, but waits only for the first. */
static void test_more_vectors(void)
{
	char a[4] = "", b[4] = "";
	struct iovec v[3] = { { a, 2 }, { NULL, 0 }, { b, 2 } };
	int fd[2];

	pipe(fd);
	write(fd[1], "ab", 2);
	is(readv(fd[0], v, 3), 2, "readv: the first piece is full, the pipe empty");
	write(fd[1], "abc", 3);
	is(readv(fd[0], v, 3), 3, "half of the second");
	ok(!memcmp(a, "ab", 2) && b[0] == 'c', "is what was written");
	close(fd[0]);
	close(fd[1]);
}

/* pipe2(O_DIRECT): a read gets one write, and what it does not take is lost. */
static void test_packets(void)
{
	static char buf[20000];
	char a[4] = "", b[4] = "";
	struct iovec in[2] = { { a, 2 }, { b, 2 } }, out[2] = { { "ab", 2 }, { "cde", 3 } };
	int fd[2], n = 0;

	is(pipe2(fd, O_DIRECT | O_NONBLOCK), 0, "pipe2(O_DIRECT)");
	is(fcntl(fd[0], F_GETFL) & O_DIRECT, 0, "is not of the reader");
	is(fcntl(fd[1], F_GETFL) & O_DIRECT, O_DIRECT, "but of the writer");
	write(fd[1], "abcdef", 6);
	write(fd[1], "xyz", 3);
	is(ioctl(fd[0], FIONREAD, &n) + n, 9, "FIONREAD counts all");
	is(read(fd[0], buf, 4), 4, "part of a packet");
	is(read(fd[0], buf, 100), 3, "the next one");
	ok(!memcmp(buf, "xyz", 3), "is another");
	fails(read(fd[0], buf, 4), EAGAIN, "and nothing more");
	is(write(fd[1], buf, 10000), 10000, "a large write");
	is(read(fd[0], buf, 20000), 4096, "is packets of a page");
	is(read(fd[0], buf, 20000), 4096, "again");
	is(read(fd[0], buf, 20000), 1808, "and the rest");
	is(write(fd[1], buf, 0), 0, "no packet is empty");
	fails(read(fd[0], buf, 4), EAGAIN, "so there is none");
	is(writev(fd[1], out, 2), 5, "writev");
	is(readv(fd[0], in, 2), 4, "readv");
	ok(!memcmp(a, "ab", 2) && !memcmp(b, "cd", 2), "of one packet");
	fails(readv(fd[0], in, 2), EAGAIN, "the rest of which is lost");
	write(fd[1], "ab", 2);
	write(fd[1], "cd", 2);
	is(readv(fd[0], in, 2), 2, "readv ends behind a packet");
	is(read(fd[0], buf, 100), 2, "the next one is there");
	write(fd[1], "a", 1);
	is(fcntl(fd[1], F_SETFL, O_NONBLOCK), 0, "without O_DIRECT");
	write(fd[1], "b", 1);
	write(fd[1], "c", 1);
	is(read(fd[0], buf, 100), 1, "the packet");
	is(read(fd[0], buf, 100), 2, "what followed is bytes");
	write(fd[1], "b", 1);
	is(fcntl(fd[1], F_SETFL, O_NONBLOCK | O_DIRECT), 0, "with O_DIRECT");
	write(fd[1], "c", 1);
	is(read(fd[0], buf, 100), 2, "a packet joins bytes");
	for (n = 0; write(fd[1], "a", 1) == 1; n++)
		;
	is(n, 16, "sixteen packets fill it");
	fails(write(fd[1], buf, 5000), EAGAIN, "EAGAIN");
	close(fd[0]);
	close(fd[1]);
}

static void test_capacity(void)
{
	open_pipe(O_NONBLOCK);
	is(fcntl(fds[1], F_GETPIPE_SZ), CAPACITY, "64 KiB");
	fails(read(fds[0], big, 1), EAGAIN, "empty");
	is(write(fds[1], big, sizeof(big)), CAPACITY, "a write that is too long fills it");
	fails(write(fds[1], big, 1), EAGAIN, "full");
	is(available(), CAPACITY, "all are there");
	is(read(fds[0], big, 1), 1, "one byte less");
	fails(write(fds[1], big, 1), EAGAIN, "makes no room: its page is still in use");
	is(read(fds[0], big, 4095), 4095, "a page less");
	is(write(fds[1], big, 4097), 4096, "does, for a page");
	is(read(fds[0], big, sizeof(big)), CAPACITY, "all of it");
	fails(read(fds[0], big, 1), EAGAIN, "empty again");
	close_pipe();
}

/* Up to PIPE_BUF bytes go in together or not at all. */
static void test_atomic(void)
{
	open_pipe(O_NONBLOCK);
	is(write(fds[1], big, CAPACITY - 4096), CAPACITY - 4096, "all but a page");
	is(write(fds[1], big, 4000), 4000, "most of the last");
	fails(write(fds[1], big, 97), EAGAIN, "what does not fit in it");
	is(write(fds[1], big, 96), 96, "what does");
	is(available(), CAPACITY, "full to the last byte");
	close_pipe();
}

static void test_size(void)
{
	open_pipe(O_NONBLOCK);
	is(fcntl(fds[0], F_SETPIPE_SZ, 5000), 8192, "rounded up to a power of two pages");
	is(fcntl(fds[1], F_GETPIPE_SZ), 8192, "for both ends");
	is(write(fds[1], big, CAPACITY), 8192, "so much fits");
	fails(fcntl(fds[0], F_SETPIPE_SZ, 4096), EBUSY, "less than is in it");
	is(fcntl(fds[0], F_SETPIPE_SZ, 16384), 16384, "more");
	is(write(fds[1], big, CAPACITY), 8192, "so much more fits");
	is(read(fds[0], big, CAPACITY), 16384, "nothing was lost");
	fails(fcntl(1, F_GETPIPE_SZ + 100), EINVAL, "an unknown command");
	close_pipe();
}

static int got_sigpipe;
static siginfo_t sigpipe_info;

static void on_sigpipe(int sig, siginfo_t *info, void *context)
{
	got_sigpipe++;
	sigpipe_info = *info;
}

static int write_to_nobody(void *arg)
{
	write(fds[1], "x", 1);
	return 0;
}

static void test_ends(void)
{
	struct sigaction act = { .sa_sigaction = on_sigpipe, .sa_flags = SA_SIGINFO };
	char c;

	open_pipe(0);
	write(fds[1], "ab", 2);
	close(fds[1]);
	is(read(fds[0], &c, 1), 1, "after the writer is gone, the rest");
	is(read(fds[0], &c, 1), 1, "to the last byte");
	is(read(fds[0], &c, 1), 0, "then the end");
	is(read(fds[0], &c, 1), 0, "for ever");
	close(fds[0]);

	open_pipe(0);
	signal(SIGPIPE, SIG_IGN);
	close(fds[0]);
	fails(write(fds[1], "x", 1), EPIPE, "nobody reads, SIGPIPE is ignored");
	is(write(fds[1], "x", 0), 0, "writing nothing is fine");
	sigaction(SIGPIPE, &act, NULL);
	fails(write(fds[1], "x", 1), EPIPE, "nobody reads, with a handler");
	is(got_sigpipe, 1, "which ran");
	ok(sigpipe_info.si_code == SI_USER && sigpipe_info.si_pid == getpid(),
	   "as if the process had sent it to itself");
	signal(SIGPIPE, SIG_DFL);
	close(fds[1]);

	open_pipe(0);
	close(fds[0]);
	killed_by(in_child(write_to_nobody, NULL), SIGPIPE, "nobody reads: SIGPIPE");
	close(fds[1]);
}

/* A reader that waits gets what comes, a writer that waits gets everything through. */
static int slow_writer(void *arg)
{
	close(fds[0]);
	usleep(30000);
	write(fds[1], "late", 4);
	usleep(30000);
	return write(fds[1], big, sizeof(big)) != sizeof(big);
}

static int checked(const char *from, size_t n, size_t at)
{
	for (size_t i = 0; i < n; i++)
		if (from[i] != (char)((at + i) * 7))
			return 0;
	return 1;
}

static void test_waiting(void)
{
	static char buf[5000];
	size_t total = 0;
	int good = 1, status;
	ssize_t n;
	pid_t pid;

	for (size_t i = 0; i < sizeof(big); i++)
		big[i] = i * 7;
	open_pipe(0);
	pid = fork();
	if (!pid)
		_exit(slow_writer(NULL));
	close(fds[1]);
	is(read(fds[0], buf, sizeof(buf)), 4, "read waits for what comes first");
	while ((n = read(fds[0], buf, 1 + total % 4999)) > 0) {
		good &= checked(buf, n, total);
		total += n;
	}
	is(total, sizeof(big), "twice the capacity in one write");
	ok(good, "byte by byte");
	waitpid(pid, &status, 0);
	exits(status, 0, "the writer got rid of all of it");
	close(fds[0]);
}

/* Several writers of records: none is torn. */
#define WRITERS 4
#define RECORDS 200
#define RECORD 300

static int write_records(void *arg)
{
	char record[RECORD];

	memset(record, 'a' + (int)(long)arg, RECORD);
	for (int i = 0; i < RECORDS; i++)
		if (write(fds[1], record, RECORD) != RECORD)
			return 1;
	return 0;
}

static ssize_t read_all(int fd, char *buf, size_t count)
{
	size_t done = 0;
	ssize_t n;

	while (done < count && (n = read(fd, buf + done, count - done)) > 0)
		done += n;
	return done;
}

static void test_records(void)
{
	int counts[WRITERS] = { 0 }, torn = 0, good = 1;
	char record[RECORD];

	open_pipe(0);
	for (long i = 0; i < WRITERS; i++)
		if (!fork())
			_exit(write_records((void *)i));
	close(fds[1]);
	while (read_all(fds[0], record, RECORD) == RECORD) {
		for (int i = 1; i < RECORD; i++)
			torn += record[i] != record[0];
		if (record[0] >= 'a' && record[0] < 'a' + WRITERS)
			counts[record[0] - 'a']++;
	}
	while (wait(NULL) > 0)
		;
	for (int i = 0; i < WRITERS; i++)
		good &= counts[i] == RECORDS;
	is(torn, 0, "no record is torn");
	ok(good, "none is lost");
	close(fds[0]);
}

static volatile int alarms;

static void on_alarm(int sig)
{
	alarms++;
}

static void test_interrupted(void)
{
	struct sigaction act = { .sa_handler = on_alarm };
	char c;

	open_pipe(0);
	sigaction(SIGALRM, &act, NULL);
	alarm(1);
	fails(read(fds[0], &c, 1), EINTR, "a signal ends the wait of a reader");
	write(fds[1], big, CAPACITY - 4096);
	alarm(1);
	is(write(fds[1], big, 8192), 4096, "and of a writer, that says how far it came");
	is(alarms, 2, "both by their signal");
	close_pipe();
}

static void test_errors(void)
{
	int two[2];

	fails(syscall(SYS_pipe2, two, 0x10), EINVAL, "an unknown flag");
	fails(syscall(SYS_pipe2, (void *)8, 0), EFAULT, "a bad address");
	fails(syscall(SYS_pipe, KERNEL_ADDRESS), EFAULT, "the kernel's");
	is(dup(0), 3, "left no descriptors behind");
	close(3);
	open_pipe(O_CLOEXEC | O_NONBLOCK);
	is(fcntl(fds[0], F_GETFD), FD_CLOEXEC, "O_CLOEXEC");
	is(fcntl(fds[1], F_GETFL) & (O_ACCMODE | O_NONBLOCK), O_WRONLY | O_NONBLOCK, "flags");
	write(fds[1], "abc", 3);
	fails(read(fds[0], (void *)8, 3), EFAULT, "read to a bad address");
	is(available(), 3, "takes nothing");
	fails(write(fds[1], (void *)8, 3), EFAULT, "write from a bad address");
	is(available(), 3, "puts nothing");
	close_pipe();
}

int main(void)
{
	plan(100);
	test_bytes();
	test_vectors();
	test_more_vectors();
	test_packets();
	test_capacity();
	test_atomic();
	test_size();
	test_ends();
	test_waiting();
	test_records();
	test_interrupted();
	test_errors();
	return done();
}
