/* SPDX-License-Identifier: MIT */
/* The system calls that fuzz.c makes, and what to make their arguments of.
 *
 * One letter per argument:
 *	f descriptor		p path of anything		n name that may come and go
 *	b buffer		s size of a buffer		v array of iovec
 *	a page address		l length of memory		o offset in a file
 *	P process, thread	S signal			u user or group
 *	t time			w futex word			i small number
 *	F flags			m mode				r right (PROT_*)
 *	D directory		A flags of the *at() calls	0 buffer or NULL
 *	c clock			y type of file system		x operation of futex
 *	8 Z R size of a sigset, of struct statfs64, of a robust list's head
 */
#ifndef TESTS_USER_FUZZ_CALLS_H
#define TESTS_USER_FUZZ_CALLS_H

#include <sys/syscall.h>

struct call {
	short nr;
	char args[7];
};

static const struct call calls[] = {
	/* files */
	{ SYS_read, "fbs" }, { SYS_write, "fbs" }, { SYS_open, "pFm" }, { SYS_open, "nFm" },
	{ SYS_open, "nFm" }, { SYS_close, "f" }, { SYS_creat, "nm" }, { SYS_link, "nn" },
	{ SYS_unlink, "n" }, { SYS_chdir, "p" }, { SYS_mknod, "nmi" }, { SYS_chmod, "nm" },
	{ SYS_lseek, "foi" }, { SYS_access, "pi" }, { SYS_sync, "" }, { SYS_rename, "nn" },
	{ SYS_mkdir, "nm" }, { SYS_rmdir, "n" }, { SYS_dup, "f" }, { SYS_dup2, "ff" },
	{ SYS_pipe, "b" }, { SYS_pipe, "b" }, { SYS_pipe2, "bF" }, { SYS_ioctl, "fib" },
	{ SYS_fcntl, "fib" }, { SYS_fcntl64, "fii" }, { SYS_umask, "m" }, { SYS_symlink, "nn" },
	{ SYS_readlink, "pbs" }, { SYS_truncate, "no" }, { SYS_ftruncate, "fo" },
	{ SYS_fchmod, "fm" }, { SYS_statfs, "pb" }, { SYS_fstatfs, "fb" }, { SYS_stat, "pb" },
	{ SYS_lstat, "nb" }, { SYS_fstat, "fb" }, { SYS_fsync, "f" }, { SYS_fchdir, "f" },
	{ SYS__llseek, "foobi" }, { SYS_getdents, "fbs" }, { SYS__newselect, "i0bbt" },
	{ SYS_flock, "fi" }, { SYS_readv, "fvi" }, { SYS_writev, "fvi" }, { SYS_poll, "bii" },
	{ SYS_pread64, "fbsoo" }, { SYS_pwrite64, "fbsoo" }, { SYS_chown, "nuu" },
	{ SYS_getcwd, "bs" }, { SYS_sendfile, "ff0s" }, { SYS_sendfile64, "ff0s" },
	{ SYS_truncate64, "noo" }, { SYS_ftruncate64, "foo" }, { SYS_stat64, "pb" },
	{ SYS_lstat64, "pb" }, { SYS_fstat64, "fb" }, { SYS_chown32, "nuu" },
	{ SYS_fchown32, "fuu" }, { SYS_getdents64, "fbs" }, { SYS_utimes, "nt" },
	{ SYS_statfs64, "pZb" }, { SYS_fstatfs64, "fZb" }, { SYS_openat, "DnFm" },
	{ SYS_mkdirat, "Dnm" }, { SYS_mknodat, "Dnmi" }, { SYS_fchownat, "DnuuA" },
	{ SYS_fstatat64, "DpbA" }, { SYS_unlinkat, "DnA" }, { SYS_renameat, "DnDn" },
	{ SYS_linkat, "DnDnA" }, { SYS_symlinkat, "nDn" }, { SYS_readlinkat, "Dpbs" },
	{ SYS_fchmodat, "Dnm" }, { SYS_faccessat, "Dpi" }, { SYS_pselect6, "i00bt0" },
	{ SYS_ppoll, "bit08" }, { SYS_utimensat, "DntA" }, { SYS_fallocate, "fioooo" },
	{ SYS_dup3, "ffF" }, { SYS_preadv, "fvioo" }, { SYS_pwritev, "fvioo" },
	{ SYS_renameat2, "DnDni" }, { SYS_statx, "DpAib" }, { SYS_faccessat2, "DpiA" },
	{ SYS_mount, "nnyi0" }, { SYS_umount2, "ni" }, { SYS_epoll_create1, "F" },
	{ SYS_epoll_ctl, "fifb" }, { SYS_epoll_wait, "fbii" }, { SYS_eventfd2, "iF" },
	{ SYS_memfd_create, "pF" }, { SYS_fadvise64_64, "fooooi" }, { SYS_close_range, "iiF" },
	/* memory */
	{ SYS_brk, "a" }, { SYS_munmap, "al" }, { SYS_mmap2, "alrFfo" },
	{ SYS_mmap2, "alrFfo" }, { SYS_mmap2, "alrFfo" }, { SYS_mmap, "b" },
	{ SYS_mprotect, "alr" }, { SYS_mprotect, "alr" }, { SYS_mremap, "allia" },
	{ SYS_msync, "alF" }, { SYS_mincore, "alb" }, { SYS_madvise, "ali" },
	{ SYS_mlock, "al" }, { SYS_munlock, "al" }, { SYS_mlockall, "F" },
	{ SYS_munlockall, "" }, { SYS_process_vm_readv, "PviviF" }, { SYS_set_thread_area, "b" },
	{ SYS_modify_ldt, "ibs" },
	/* signals */
	{ SYS_kill, "PS" }, { SYS_tkill, "PS" }, { SYS_tgkill, "PPS" },
	{ SYS_rt_sigqueueinfo, "PSb" }, { SYS_rt_tgsigqueueinfo, "PPSb" }, { SYS_alarm, "i" },
	{ SYS_rt_sigaction, "Sbb8" }, { SYS_rt_sigaction, "S0b8" },
	{ SYS_rt_sigprocmask, "ibb8" }, { SYS_rt_sigpending, "b8" },
	{ SYS_rt_sigtimedwait, "bbt8" }, { SYS_rt_sigsuspend, "b8" }, { SYS_sigaltstack, "0b" },
	{ SYS_setitimer, "it0" }, { SYS_getitimer, "ib" }, { SYS_timer_create, "c0b" },
	{ SYS_timer_settime32, "iit0" }, { SYS_timer_gettime32, "ib" }, { SYS_timer_delete, "i" },
	{ SYS_timer_getoverrun, "i" }, { SYS_signalfd4, "fbiF" }, { SYS_timerfd_create, "iF" },
	/* tasks */
	{ SYS_fork, "" }, { SYS_wait4, "Pbi0" }, { SYS_waitpid, "PbF" }, { SYS_waitid, "iPbi0" },
	{ SYS_execve, "p00" }, { SYS_setpgid, "PP" }, { SYS_getpgid, "P" }, { SYS_setsid, "" },
	{ SYS_getsid, "P" }, { SYS_set_tid_address, "w" }, { SYS_set_robust_list, "bR" },
	{ SYS_get_robust_list, "Pbb" }, { SYS_futex, "wxitwi" }, { SYS_futex, "wxitwi" },
	{ SYS_futex, "wxiiwi" }, { SYS_futex_time64, "wxitwi" }, { SYS_sched_yield, "" },
	{ SYS_nanosleep, "tb" }, { SYS_clock_nanosleep_time32, "citb" }, { SYS_prctl, "ibbbb" },
	{ SYS_prctl, "ii" }, { SYS_capget, "bb" }, { SYS_getpriority, "iP" },
	{ SYS_setrlimit, "ib" }, { SYS_getrlimit, "ib" }, { SYS_ugetrlimit, "ib" },
	{ SYS_prlimit64, "Pi0b" }, { SYS_getrusage, "ib" }, { SYS_personality, "i" },
	{ SYS_setuid32, "u" }, { SYS_setgid32, "u" }, { SYS_setreuid32, "uu" },
	{ SYS_setresuid32, "uuu" }, { SYS_getresuid32, "bbb" }, { SYS_setgroups32, "ib" },
	{ SYS_getgroups32, "ib" }, { SYS_sched_getaffinity, "Psb" },
	{ SYS_sched_setaffinity, "Psb" }, { SYS_sched_getscheduler, "P" }, { SYS_getcpu, "bb0" },
	{ SYS_uname, "b" }, { SYS_sysinfo, "b" }, { SYS_times, "b" }, { SYS_time, "b" },
	{ SYS_gettimeofday_time32, "b0" }, { SYS_clock_gettime32, "cb" },
	{ SYS_clock_getres_time32, "cb" },
	{ SYS_clock_gettime64, "cb" }, { SYS_getrandom, "bsi" }, { SYS_clone3, "bs" },
	{ SYS_ppoll_time64, "bitb8" }, { SYS_pselect6_time64, "ibbbtb" },
	{ SYS_utimensat_time64, "DntA" }, { SYS_rt_sigtimedwait_time64, "bbt8" },
	{ SYS_clock_nanosleep_time64, "citb" }, { SYS_timer_settime64, "iit0" },
};

/* Never by a number drawn at random: they end the machine, turn its log off, or reach processes
 * that have nothing to do with it; or, like exit, just end the fun. */
static const short not_at_random[] = {
	SYS_exit, SYS_exit_group, SYS_reboot, SYS_kill, SYS_tkill, SYS_tgkill, SYS_rt_sigqueueinfo,
	SYS_rt_tgsigqueueinfo, SYS_syslog, SYS_prlimit64, SYS_setpriority, SYS_sched_setparam,
	SYS_sched_setscheduler, SYS_sched_setaffinity, SYS_ptrace, SYS_process_vm_writev,
	SYS_pidfd_send_signal, SYS_clone, SYS_fork, SYS_vfork, SYS_clone3, SYS_unlink, SYS_rename,
	SYS_rmdir, SYS_unlinkat, SYS_renameat, SYS_renameat2, SYS_mount, SYS_umount, SYS_umount2,
	SYS_chroot, SYS_pivot_root, SYS_chmod, SYS_chown, SYS_chown32, SYS_lchown, SYS_lchown32,
	SYS_fchmodat, SYS_fchownat, SYS_truncate, SYS_truncate64, SYS_creat, SYS_mknod,
	SYS_mknodat, SYS_mkdir, SYS_mkdirat, SYS_link, SYS_linkat, SYS_symlink, SYS_symlinkat,
	SYS_open, SYS_openat, SYS_setpgid,
};

#endif
