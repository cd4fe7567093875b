/* SPDX-License-Identifier: MIT */
/* fuzz SEED ROUNDS - system calls with random and half-valid arguments.
 *
 * Each round is a random number sequence of its own, SEED, SEED + 1 ..: a few processes with two
 * threads each make some hundred calls, fork on the way, and are killed when their time is over.
 * Nothing is expected of a call but that the kernel comes back from it, still whole: its assertions
 * and the leak check of the in-kernel test that starts this program (user.fuzz) do the judging.
 * Everything made in the file system is removed after each round.
 *
 * Half-valid is what finds bugs: buffers that end in an unmapped page, sizes just off, descriptors
 * just closed, names that are there sometimes, addresses in a small arena that everybody maps and
 * unmaps. Only on Nopage, and only with arguments: elsewhere there may be something to lose.
 */
#define _GNU_SOURCE
#include "tap.h"

#include <dirent.h>
#include <fcntl.h>
#include <sched.h>
#include <stdint.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysinfo.h>
#include <sys/uio.h>
#include <sys/utsname.h>
#include <time.h>

#include "fuzz-calls.h"
#include "thread.h"

#define PROCESSES 4			/* at a time; every fourth is root, the others user 1000 */
#define ALL_PROCESSES 48		/* per round: one that has ended is replaced */
#define THREADS 2			/* per process, beside its first */
#define CALLS 200			/* per thread */
#define FORKS 40			/* per round, by the calls themselves */
#define ROUND_MS 500
#define GIVE_UP_MS 20000		/* for killed processes to be gone */
#define ARENA 0x50000000UL
#define ARENA_PAGES 32
#define HOME "/fuzz"
#define USER 1000

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static const char *const names[] = { "a", "b", "c", "a/b", "b/a", "a/b/c", "./c", HOME "/a" };
static const char *const paths[] = {
	"", ".", "..", "/", "/dev", "/dev/null", "/dev/zero", "/dev/full", "/dev/urandom", "/tests",
	"/proc", "/proc/self", "/proc/self/maps", "/proc/self/smaps", "/proc/self/status",
	"/proc/self/stat", "/proc/self/statm", "/proc/self/mem", "/proc/self/pagemap",
	"/proc/self/cmdline", "/proc/self/environ", "/proc/self/exe", "/proc/self/cwd",
	"/proc/self/fd", "/proc/self/fd/3", "/proc/1/maps", "/proc/1/mem", "/proc/meminfo",
	"/proc/vmstat", "/proc/slabinfo", "/proc/buddyinfo", "/proc/mounts", "/proc/uptime",
	"/proc/sys/vm", "/proc/loadavg", "/proc/stat", "/proc/vmallocinfo", "/proc/1/status",
	"/proc/self/task", "/proc/events", "tmpfs", "proc", "devtmpfs", "/dev/null/a", "a/../b",
};

/* Shared by all processes of a round. */
static struct {
	volatile int forks;
	volatile unsigned int made, done;	/* calls; those without an error */
} *shared;

static struct thread threads[THREADS];
static char too_long[5000];

struct random {
	uint32_t state;
	int fuel;			/* calls left */
	int careful;			/* this call: nothing wrong on purpose */
};

/* xorshift32 */
static uint32_t next(struct random *r)
{
	r->state ^= r->state << 13;
	r->state ^= r->state >> 17;
	r->state ^= r->state << 5;
	return r->state;
}

static uint32_t below(struct random *r, uint32_t limit)
{
	return next(r) % limit;
}

/* ---------------------------------------------------------------------------- arguments */

static long any_number(struct random *r)
{
	static const long edges[] = {
		0, 1, -1, 2, 4095, 4096, 4097, 0x7fffffff, -0x7fffffff - 1, 0x80000, -4096,
		0x10000, 0xfffff000, 0xc0000000, 0xbffff000, 0x1000000,
	};

	switch (below(r, 4)) {
	case 0: return edges[below(r, COUNT(edges))];
	case 1: return 1L << below(r, 32);
	case 2: return below(r, 64);
	default: return next(r);
	}
}

static long arena_page(struct random *r)
{
	return ARENA + below(r, ARENA_PAGES) * PAGE;
}

/* Where memory is, was or will be: inside pages, across their ends, in the kernel, nowhere. */
static long address(struct random *r)
{
	switch (r->careful ? 7 : below(r, 8)) {
	case 0: return arena_page(r) + PAGE - 1 - below(r, 16);
	case 1: return below(r, 4) ? 0 : KERNEL_ADDRESS - below(r, 64) * PAGE;
	case 2: return 0xc0000000UL - below(r, 64);
	case 3: return any_number(r);
	default: return arena_page(r) + (below(r, 1024) & ~3UL);
	}
}

/* In the kernel, or the empty string at the end of the stack. Not the strings in front of it: one
 * is the path of this program, and unlink() would believe it. */
static long nowhere(struct random *r)
{
	return below(r, 2) ? KERNEL_ADDRESS - below(r, 64) * PAGE : 0xc0000000UL - below(r, 5);
}

/* writable - the kernel looks for us: the memory gets the time. */
static int writable(void *p)
{
	return !sys2(SYS_clock_gettime32, CLOCK_MONOTONIC, (long)p);
}

/* A time that is over soon, mostly. */
static long short_time(struct random *r)
{
	long *words = (long *)arena_page(r);

	if (!below(r, 4) || !writable(words))
		return address(r);
	words[0] = r->careful || below(r, 8) ? 0 : any_number(r);
	words[1] = r->careful || below(r, 8) ? below(r, 3000000) : any_number(r);
	words[2] = below(r, 4) ? 0 : any_number(r);
	return (long)words;
}

/* An array of iovec with plausible entries. */
static long vector(struct random *r)
{
	struct iovec *iov = (struct iovec *)arena_page(r);

	if (!below(r, 4) || !writable(iov))
		return address(r);
	for (int i = 0; i < 4; i++) {
		iov[i].iov_base = (void *)address(r);
		iov[i].iov_len = below(r, 4) ? below(r, 5000) : any_number(r);
	}
	return (long)iov;
}

/* Never 1 or -1: the first is init, the second everybody, the judge included. */
static long process(struct random *r)
{
	long pid = sys0(SYS_getpid);

	switch (below(r, 6)) {
	case 0: return 0;
	case 1: return sys0(SYS_gettid);
	case 2: return pid + 1 + below(r, 4);
	case 3: return 0x7fff0000 + below(r, 0xffff);
	default: return pid;
	}
}

/* Mostly one that does not end everything at once. */
static long signal_number(struct random *r)
{
	static const char gentle[] = { 0, SIGCHLD, SIGURG, SIGWINCH, SIGCONT, SIGUSR1, 35, 64 };

	switch (below(r, 12)) {
	case 0: return below(r, 65);
	case 1: return any_number(r);
	default: return gentle[below(r, COUNT(gentle))];
	}
}

static long argument(struct random *r, char kind)
{
	static const int flags[] = {
		0, 0, O_RDWR, O_CREAT | O_RDWR, O_CREAT | O_WRONLY | O_TRUNC, O_NONBLOCK, O_CLOEXEC,
		MAP_PRIVATE | MAP_ANONYMOUS, MAP_SHARED | MAP_ANONYMOUS, MAP_PRIVATE | MAP_FIXED,
		MAP_SHARED | MAP_FIXED, MAP_FIXED | MAP_PRIVATE | MAP_ANONYMOUS, MREMAP_MAYMOVE,
		O_DIRECTORY, WNOHANG,
	};
	static const int at_flags[] = {
		0, 0, AT_SYMLINK_NOFOLLOW, AT_REMOVEDIR, AT_SYMLINK_FOLLOW, AT_EMPTY_PATH,
	};
	static const char *const types[] = { "tmpfs", "proc", "devtmpfs", "ext4" };
	static const short modes[] = { 0777, 0644, 0, S_IFREG | 0600, S_IFIFO | 0666, S_IFCHR | 0666 };

	if (kind != 'P' && !r->careful && !below(r, 12))
		return any_number(r);
	switch (kind) {
	case 'f':
		if (r->careful || below(r, 12))
			return below(r, 16);
		return below(r, 2) ? AT_FDCWD : any_number(r);
	case 'n': return below(r, 24) ? (long)names[below(r, COUNT(names))] : nowhere(r);
	case 'p':
		if (!below(r, 3))
			return (long)names[below(r, COUNT(names))];
		return below(r, 32) ? (long)paths[below(r, COUNT(paths))] : (long)too_long;
	case 'b': case 'w': return address(r);
	case '0': return below(r, 2) ? address(r) : 0;
	case 'D': return below(r, 3) ? AT_FDCWD : (long)below(r, 16);
	case 'A': return at_flags[below(r, COUNT(at_flags))];
	case 'c': return below(r, 8);
	case 'y': return (long)types[below(r, COUNT(types))];
	case 'x': return below(r, 14) | (below(r, 2) ? 128 : 0);
	case '8': return 8;
	case 'Z': return 84;
	case 'R': return 12;
	case 's': return r->careful || below(r, 4) ? (long)below(r, 9000) : any_number(r);
	case 'v': return vector(r);
	case 'a': return below(r, 8) ? arena_page(r) : address(r);
	case 'l': return below(r, 8) ? (long)(below(r, 8) * PAGE) : any_number(r);
	case 'o': return r->careful || below(r, 4) ? (long)below(r, 0x20000) : any_number(r);
	case 'P': return process(r);
	case 'S': return signal_number(r);
	case 'u': return below(r, 2) ? USER : below(r, 2) ? -1 : any_number(r);
	case 't': return short_time(r);
	case 'i':
		if (r->careful)
			return below(r, 4);
		return below(r, 8) ? (long)below(r, 40) : any_number(r);
	case 'm': return modes[below(r, COUNT(modes))];
	case 'r': return below(r, 16);
	default:
		if (r->careful || below(r, 2))
			return flags[below(r, COUNT(flags))];
		return below(r, 4) ? (long)(1u << below(r, 20) | below(r, 4)) : any_number(r);
	}
}

/* ---------------------------------------------------------------------------- calls */

static void loop(struct random *r);

/* A child goes on by itself, with less fuel. */
static void fork_and_go_on(struct random *r)
{
	if (__sync_fetch_and_add(&shared->forks, 1) >= FORKS)
		return;
	if (sys0(SYS_fork) == 0) {
		r->fuel /= 3;
		r->state += sys0(SYS_getpid) | 1;
		loop(r);
		sys1(SYS_exit_group, 0);
	}
}

/* Return from a signal that never came, to a state made of noise. The process does not survive it
 * for long; a child tries it. */
static void forge_sigreturn(struct random *r)
{
	static char noise[1024];
	long nr = below(r, 2) ? SYS_sigreturn : SYS_rt_sigreturn;

	if (__sync_fetch_and_add(&shared->forks, 1) >= FORKS || sys0(SYS_fork))
		return;
	for (unsigned int i = 0; i < sizeof(noise); i += 4)
		*(uint32_t *)(noise + i) = below(r, 2) ? (uint32_t)address(r) : next(r);
	__asm__ volatile("movl %0, %%esp\n\tint $0x80\n\tud2"
			 : : "r"(noise + below(r, 64) * 4), "a"(nr) : "memory");
}

static int random_number(struct random *r)
{
	int nr = below(r, 8) ? (int)below(r, 460) : (int)next(r);

	for (unsigned int i = 0; i < COUNT(not_at_random); i++)
		if (not_at_random[i] == nr)
			return SYS_sched_yield;
	return nr;
}

static void make_call(struct random *r)
{
	const struct call *call = &calls[below(r, COUNT(calls))];
	struct call by_chance = { 0, "bbbbbb" };
	long args[6] = { 0 };

	r->careful = below(r, 3);
	if (!below(r, 12)) {
		by_chance.nr = random_number(r);
		for (int i = 0; i < 6; i++)
			by_chance.args[i] = "fbsial"[below(r, 6)];
		call = &by_chance;
	}
	for (int i = 0; call->args[i]; i++)
		args[i] = argument(r, call->args[i]);
	if (call->nr == SYS_execve && below(r, 8))
		return;
	if (sys6(call->nr, args[0], args[1], args[2], args[3], args[4], args[5]) >= 0)
		__sync_fetch_and_add(&shared->done, 1);
}

/* A new page in the arena from time to time, or there would soon be none. */
static void refresh(struct random *r)
{
	sys6(SYS_mmap2, arena_page(r), PAGE * (1 + below(r, 3)), PROT_READ | PROT_WRITE,
	     MAP_FIXED | MAP_ANONYMOUS | (below(r, 4) ? MAP_PRIVATE : MAP_SHARED), -1, 0);
}

static void loop(struct random *r)
{
	while (r->fuel-- > 0) {
		__sync_fetch_and_add(&shared->made, 1);
		if (!below(r, 8))
			refresh(r);
		if (!below(r, 64))
			fork_and_go_on(r);
		else if (!below(r, 64))
			forge_sigreturn(r);
		else
			make_call(r);
	}
}

static int thread_body(void *arg)
{
	struct random r = { .state = (uint32_t)(long)arg | 1, .fuel = CALLS };

	loop(&r);
	return 0;
}

/* ---------------------------------------------------------------------------- processes */

static void handler(int sig)
{
}

/* The standard streams belong to the judge. */
static void prepare(int number)
{
	struct sigaction sa = { .sa_handler = handler };
	int null = open("/dev/null", O_RDWR);

	for (int fd = 0; fd < 3; fd++)
		dup2(null, fd);
	sigaction(SIGUSR1, &sa, NULL);
	sigaction(35, &sa, NULL);
	sigaction(64, &sa, NULL);
	sigaction(SIGALRM, &sa, NULL);
	sa.sa_flags = SA_RESTART;
	sigaction(SIGUSR2, &sa, NULL);
	setpgid(0, 0);
	if (number % 4)
		setuid(USER);
	mmap((void *)ARENA, ARENA_PAGES / 2 * PAGE, PROT_READ | PROT_WRITE,
	     MAP_FIXED | MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static void run_process(uint32_t seed, int number)
{
	struct random r = { .state = seed * 2654435761u + number * 40503 + 1, .fuel = CALLS };

	prepare(number);
	for (int i = 0; i < THREADS; i++)
		thread_start(&threads[i], thread_body, (void *)(long)next(&r),
			     CLONE_THREAD | CLONE_SYSVSEM);
	loop(&r);
	sys1(SYS_exit_group, 0);
}

static long now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static struct {
	uint32_t seed;
	int started;			/* processes */
} current_round;

static void start_process(void)
{
	int number = current_round.started++;

	if (fork() == 0)
		run_process(current_round.seed, number);
}

static int processes(void)
{
	struct sysinfo info = { .procs = 0 };

	sysinfo(&info);
	return info.procs;
}

/* reap_until - reap our children, start others for them, until all are gone; init, which is the
 * in-kernel test here, reaps orphans. When all of them only wait, they are killed. idle: how many
 * tasks there are without them. 1: nobody is left. */
static int reap_until(long deadline, int idle)
{
	struct timespec pause = { 0, 10000000 };
	unsigned int made = ~0u;

	for (;;) {
		while (waitpid(-1, NULL, WNOHANG | __WALL) > 0)
			if (current_round.started < ALL_PROCESSES)
				start_process();
		if (processes() <= idle)
			return 1;
		if (now_ms() > deadline)
			return 0;
		if (shared->made == made)
			kill(-1, SIGKILL);
		made = shared->made;
		nanosleep(&pause, NULL);
	}
}

/* Directories in which things may have been made, and what was in them before. */
static const char *const places[] = { HOME, "/", "/dev", "/tests", "/bin", "/tmp" };
static char known[256][32];
static unsigned int nr_known;

static int is_known(const char *path)
{
	for (unsigned int i = 0; i < nr_known; i++)
		if (!strcmp(known[i], path))
			return 1;
	return 0;
}

/* for_each_name - call fn with the path of everything in a directory; fn may remove it. Returns the
 * sum of its results. */
static int for_each_name(const char *directory, int (*fn)(const char *))
{
	char path[600];
	struct dirent *entry;
	DIR *dir = opendir(directory);
	int count = 0;

	while (dir && (entry = readdir(dir))) {
		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
			continue;
		snprintf(path, sizeof(path), "%s/%s", directory[1] ? directory : "",
			 entry->d_name);
		count += fn(path);
	}
	if (dir)
		closedir(dir);
	return count;
}

static int remember(const char *path)
{
	if (nr_known < COUNT(known))
		snprintf(known[nr_known++], sizeof(known[0]), "%s", path);
	return 1;
}

/* remove_new - path and all below it, unless it was there before. Mounts are taken away first. */
static int remove_new(const char *path)
{
	if (is_known(path))
		return 0;
	for (int mounts = 0; mounts < 100 && !umount2(path, MNT_DETACH); mounts++)
		;
	if (unlink(path) && (errno == EISDIR || errno == EPERM)) {
		while (for_each_name(path, remove_new))
			;
		rmdir(path);
	}
	return access(path, F_OK) != 0;
}

static void clean_up(void)
{
	chdir("/");
	for (unsigned int i = 0; i < COUNT(places); i++)
		while (for_each_name(places[i], remove_new))
			;
}

/* run_round - 1: all its processes were gone in time. */
static int run_round(uint32_t seed)
{
	int idle = processes(), done;

	memset((void *)shared, 0, sizeof(*shared));
	chdir(HOME);
	current_round.seed = seed;
	current_round.started = 0;
	while (current_round.started < PROCESSES)
		start_process();
	done = reap_until(now_ms() + ROUND_MS, idle);
	if (!done) {
		current_round.started = ALL_PROCESSES;
		kill(-1, SIGKILL);
		done = reap_until(now_ms() + GIVE_UP_MS, idle);
	}
	clean_up();
	return done;
}

static int on_nopage(void)
{
	struct utsname name;

	return !uname(&name) && strstr(name.release, "nopage");
}

int main(int argc, char **argv)
{
	uint32_t seed;
	int rounds;

	if (argc != 3 || !on_nopage()) {
		say("1..0 # SKIP fuzz runs on Nopage only, with SEED and ROUNDS");
		return 0;
	}
	while (fcntl(1, F_GETFD) < 0 && open("/dev/console", O_RDWR) >= 0)
		;
	seed = strtoul(argv[1], NULL, 0);
	rounds = atoi(argv[2]);
	memset(too_long, 'x', sizeof(too_long) - 1);
	shared = shared_pages(1);
	umask(0);
	if (mkdir(HOME, 0777) || mount("proc", "/proc", "proc", 0, NULL))
		return 2;
	for (unsigned int i = 0; i < COUNT(places); i++)
		for_each_name(places[i], remember);
	for (int i = 0; i < rounds; i++) {
		int gone = run_round(seed + i);

		say("# seed %u: %u calls, %u without an error", seed + i, shared->made,
			 shared->done);
		if (!gone)
			return 3;
	}
	return umount("/proc") || rmdir(HOME) ? 4 : 0;
}
