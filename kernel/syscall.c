/* SPDX-License-Identifier: MIT */
/*
 * syscall.c - the table of system calls, Linux i386 numbers, and the way through it.
 *
 * entry.S has saved the user's registers: number in eax, up to six arguments in ebx, ecx, edx, esi,
 * edi, ebp. Every function is called with all six; those that take fewer ignore the rest.
 */
#include <nopage/syscalls.h>
#include <nopage/err.h>
#include <nopage/events.h>
#include <nopage/printk.h>
#include <nopage/sched.h>
#include <uapi/unistd.h>

typedef long (*syscall_fn)(long bx, long cx, long dx, long si, long di, long bp);

static const void *const syscall_table[NR_SYSCALLS] = {
	[__NR_restart_syscall] = sys_restart_syscall,
	[__NR_exit] = sys_exit,
	[__NR_fork] = sys_fork,
	[__NR_read] = sys_read,
	[__NR_write] = sys_write,
	[__NR_open] = sys_open,
	[__NR_close] = sys_close,
	[__NR_waitpid] = sys_waitpid,
	[__NR_creat] = sys_creat,
	[__NR_link] = sys_link,
	[__NR_unlink] = sys_unlink,
	[__NR_execve] = sys_execve,
	[__NR_chdir] = sys_chdir,
	[__NR_time] = sys_time,
	[__NR_mknod] = sys_mknod,
	[__NR_chmod] = sys_chmod,
	[__NR_lchown] = sys_lchown,
	[__NR_lseek] = sys_lseek,
	[__NR_getpid] = sys_getpid,
	[__NR_mount] = sys_mount,
	[__NR_umount] = sys_umount,
	[__NR_setuid] = sys_setuid16,
	[__NR_getuid] = sys_getuid16,
	[__NR_stime] = sys_stime,
	[__NR_alarm] = sys_alarm,
	[__NR_pause] = sys_pause,
	[__NR_utime] = sys_utime,
	[__NR_access] = sys_access,
	[__NR_nice] = sys_nice,
	[__NR_sync] = sys_sync,
	[__NR_kill] = sys_kill,
	[__NR_rename] = sys_rename,
	[__NR_mkdir] = sys_mkdir,
	[__NR_rmdir] = sys_rmdir,
	[__NR_dup] = sys_dup,
	[__NR_pipe] = sys_pipe,
	[__NR_times] = sys_times,
	[__NR_brk] = sys_brk,
	[__NR_setgid] = sys_setgid16,
	[__NR_getgid] = sys_getgid16,
	[__NR_signal] = sys_signal,
	[__NR_geteuid] = sys_geteuid16,
	[__NR_getegid] = sys_getegid16,
	[__NR_umount2] = sys_umount2,
	[__NR_ioctl] = sys_ioctl,
	[__NR_fcntl] = sys_fcntl64,
	[__NR_setpgid] = sys_setpgid,
	[__NR_umask] = sys_umask,
	[__NR_chroot] = sys_chroot,
	[__NR_dup2] = sys_dup2,
	[__NR_getppid] = sys_getppid,
	[__NR_getpgrp] = sys_getpgrp,
	[__NR_setsid] = sys_setsid,
	[__NR_sigaction] = sys_sigaction,
	[__NR_sgetmask] = sys_sgetmask,
	[__NR_ssetmask] = sys_ssetmask,
	[__NR_setreuid] = sys_setreuid16,
	[__NR_setregid] = sys_setregid16,
	[__NR_sigsuspend] = sys_sigsuspend,
	[__NR_sigpending] = sys_sigpending,
	[__NR_sethostname] = sys_sethostname,
	[__NR_setrlimit] = sys_setrlimit,
	[__NR_getrlimit] = sys_old_getrlimit,
	[__NR_getrusage] = sys_getrusage,
	[__NR_gettimeofday] = sys_gettimeofday,
	[__NR_settimeofday] = sys_settimeofday,
	[__NR_select] = sys_old_select,
	[__NR_symlink] = sys_symlink,
	[__NR_readlink] = sys_readlink,
	[__NR_reboot] = sys_reboot,
	[__NR_mmap] = sys_old_mmap,
	[__NR_munmap] = sys_munmap,
	[__NR_truncate] = sys_truncate,
	[__NR_ftruncate] = sys_ftruncate,
	[__NR_fchmod] = sys_fchmod,
	[__NR_fchown] = sys_fchown,
	[__NR_getpriority] = sys_getpriority,
	[__NR_setpriority] = sys_setpriority,
	[__NR_statfs] = sys_statfs,
	[__NR_fstatfs] = sys_fstatfs,
	[__NR_syslog] = sys_syslog,
	[__NR_setitimer] = sys_setitimer,
	[__NR_getitimer] = sys_getitimer,
	[__NR_stat] = sys_newstat,
	[__NR_lstat] = sys_newlstat,
	[__NR_fstat] = sys_newfstat,
	[__NR_wait4] = sys_wait4,
	[__NR_sysinfo] = sys_sysinfo,
	[__NR_fsync] = sys_fsync,
	[__NR_sigreturn] = sys_sigreturn,
	[__NR_clone] = sys_clone,
	[__NR_setdomainname] = sys_setdomainname,
	[__NR_uname] = sys_uname,
	[__NR_adjtimex] = sys_adjtimex,
	[__NR_mprotect] = sys_mprotect,
	[__NR_sigprocmask] = sys_sigprocmask,
	[__NR_getpgid] = sys_getpgid,
	[__NR_fchdir] = sys_fchdir,
	[__NR_personality] = sys_personality,
	[__NR__llseek] = sys_llseek,
	[__NR_getdents] = sys_getdents,
	[__NR__newselect] = sys_select,
	[__NR_flock] = sys_flock,
	[__NR_msync] = sys_msync,
	[__NR_readv] = sys_readv,
	[__NR_writev] = sys_writev,
	[__NR_getsid] = sys_getsid,
	[__NR_fdatasync] = sys_fsync,
	[__NR_sched_setparam] = sys_sched_setparam,
	[__NR_sched_getparam] = sys_sched_getparam,
	[__NR_sched_setscheduler] = sys_sched_setscheduler,
	[__NR_sched_getscheduler] = sys_sched_getscheduler,
	[__NR_sched_yield] = sys_sched_yield,
	[__NR_sched_get_priority_max] = sys_sched_get_priority_max,
	[__NR_sched_get_priority_min] = sys_sched_get_priority_min,
	[__NR_sched_rr_get_interval] = sys_sched_rr_get_interval,
	[__NR_nanosleep] = sys_nanosleep,
	[__NR_mremap] = sys_mremap,
	[__NR_poll] = sys_poll,
	[__NR_prctl] = sys_prctl,
	[__NR_rt_sigreturn] = sys_rt_sigreturn,
	[__NR_rt_sigaction] = sys_rt_sigaction,
	[__NR_rt_sigprocmask] = sys_rt_sigprocmask,
	[__NR_rt_sigpending] = sys_rt_sigpending,
	[__NR_rt_sigtimedwait] = sys_rt_sigtimedwait,
	[__NR_rt_sigqueueinfo] = sys_rt_sigqueueinfo,
	[__NR_rt_sigsuspend] = sys_rt_sigsuspend,
	[__NR_pread64] = sys_pread64,
	[__NR_pwrite64] = sys_pwrite64,
	[__NR_chown] = sys_chown,
	[__NR_getcwd] = sys_getcwd,
	[__NR_capget] = sys_capget,
	[__NR_capset] = sys_capset,
	[__NR_sigaltstack] = sys_sigaltstack,
	[__NR_sendfile] = sys_sendfile,
	[__NR_vfork] = sys_vfork,
	[__NR_ugetrlimit] = sys_getrlimit,
	[__NR_mmap2] = sys_mmap2,
	[__NR_truncate64] = sys_truncate64,
	[__NR_ftruncate64] = sys_ftruncate64,
	[__NR_stat64] = sys_stat64,
	[__NR_lstat64] = sys_lstat64,
	[__NR_fstat64] = sys_fstat64,
	[__NR_lchown32] = sys_lchown32,
	[__NR_getuid32] = sys_getuid,
	[__NR_getgid32] = sys_getgid,
	[__NR_geteuid32] = sys_geteuid,
	[__NR_getegid32] = sys_getegid,
	[__NR_setreuid32] = sys_setreuid,
	[__NR_setregid32] = sys_setregid,
	[__NR_getgroups32] = sys_getgroups,
	[__NR_setgroups32] = sys_setgroups,
	[__NR_fchown32] = sys_fchown32,
	[__NR_setresuid32] = sys_setresuid,
	[__NR_getresuid32] = sys_getresuid,
	[__NR_setresgid32] = sys_setresgid,
	[__NR_getresgid32] = sys_getresgid,
	[__NR_chown32] = sys_chown32,
	[__NR_setuid32] = sys_setuid,
	[__NR_setgid32] = sys_setgid,
	[__NR_setfsuid32] = sys_setfsuid,
	[__NR_setfsgid32] = sys_setfsgid,
	[__NR_mincore] = sys_mincore,
	[__NR_madvise] = sys_madvise,
	[__NR_getdents64] = sys_getdents64,
	[__NR_fcntl64] = sys_fcntl64,
	[__NR_gettid] = sys_gettid,
	[__NR_tkill] = sys_tkill,
	[__NR_sendfile64] = sys_sendfile64,
	[__NR_futex] = sys_futex,
	[__NR_sched_setaffinity] = sys_sched_setaffinity,
	[__NR_sched_getaffinity] = sys_sched_getaffinity,
	[__NR_set_thread_area] = sys_set_thread_area,
	[__NR_get_thread_area] = sys_get_thread_area,
	[__NR_exit_group] = sys_exit_group,
	[__NR_set_tid_address] = sys_set_tid_address,
	[__NR_timer_create] = sys_timer_create,
	[__NR_timer_settime] = sys_timer_settime,
	[__NR_timer_gettime] = sys_timer_gettime,
	[__NR_timer_getoverrun] = sys_timer_getoverrun,
	[__NR_timer_delete] = sys_timer_delete,
	[__NR_clock_settime] = sys_clock_settime,
	[__NR_clock_gettime] = sys_clock_gettime,
	[__NR_clock_getres] = sys_clock_getres,
	[__NR_clock_nanosleep] = sys_clock_nanosleep,
	[__NR_statfs64] = sys_statfs64,
	[__NR_fstatfs64] = sys_fstatfs64,
	[__NR_tgkill] = sys_tgkill,
	[__NR_utimes] = sys_utimes,
	[__NR_waitid] = sys_waitid,
	[__NR_openat] = sys_openat,
	[__NR_mkdirat] = sys_mkdirat,
	[__NR_mknodat] = sys_mknodat,
	[__NR_fchownat] = sys_fchownat,
	[__NR_futimesat] = sys_futimesat,
	[__NR_fstatat64] = sys_fstatat64,
	[__NR_unlinkat] = sys_unlinkat,
	[__NR_renameat] = sys_renameat,
	[__NR_linkat] = sys_linkat,
	[__NR_symlinkat] = sys_symlinkat,
	[__NR_readlinkat] = sys_readlinkat,
	[__NR_fchmodat] = sys_fchmodat,
	[__NR_faccessat] = sys_faccessat,
	[__NR_pselect6] = sys_pselect6,
	[__NR_ppoll] = sys_ppoll,
	[__NR_set_robust_list] = sys_set_robust_list,
	[__NR_get_robust_list] = sys_get_robust_list,
	[__NR_getcpu] = sys_getcpu,
	[__NR_utimensat] = sys_utimensat,
	[__NR_fallocate] = sys_fallocate,
	[__NR_dup3] = sys_dup3,
	[__NR_pipe2] = sys_pipe2,
	[__NR_preadv] = sys_preadv,
	[__NR_pwritev] = sys_pwritev,
	[__NR_rt_tgsigqueueinfo] = sys_rt_tgsigqueueinfo,
	[__NR_prlimit64] = sys_prlimit64,
	[__NR_clock_adjtime] = sys_clock_adjtime,
	[__NR_syncfs] = sys_syncfs,
	[__NR_renameat2] = sys_renameat2,
	[__NR_getrandom] = sys_getrandom,
	[__NR_memfd_create] = sys_memfd_create,
	[__NR_membarrier] = sys_membarrier,
	[__NR_copy_file_range] = sys_copy_file_range,
	[__NR_preadv2] = sys_preadv2,
	[__NR_pwritev2] = sys_pwritev2,
	[__NR_statx] = sys_statx,
	[__NR_clock_gettime64] = sys_clock_gettime64,
	[__NR_clock_settime64] = sys_clock_settime64,
	[__NR_clock_adjtime64] = sys_clock_adjtime64,
	[__NR_clock_getres_time64] = sys_clock_getres64,
	[__NR_clock_nanosleep_time64] = sys_clock_nanosleep64,
	[__NR_timer_gettime64] = sys_timer_gettime64,
	[__NR_timer_settime64] = sys_timer_settime64,
	[__NR_utimensat_time64] = sys_utimensat64,
	[__NR_pselect6_time64] = sys_pselect6_time64,
	[__NR_ppoll_time64] = sys_ppoll_time64,
	[__NR_rt_sigtimedwait_time64] = sys_rt_sigtimedwait64,
	[__NR_futex_time64] = sys_futex64,
	[__NR_sched_rr_get_interval_time64] = sys_sched_rr_get_interval64,
	[__NR_clone3] = sys_clone3,
	[__NR_faccessat2] = sys_faccessat2,
	[__NR_fchmodat2] = sys_fchmodat2,
};

/* sys_unknown - said once per number, so that a program that keeps trying does not fill the log. */
static noinline long sys_unknown(u32 nr)
{
	static u32 seen[NR_SYSCALLS / 32 + 1];

	if (nr >= NR_SYSCALLS)
		return -ENOSYS;
	if (!(seen[nr / 32] & 1u << nr % 32)) {
		seen[nr / 32] |= 1u << nr % 32;
		pr_debug("syscall: %s[%d] calls number %u, which does not exist here\n",
			 current->comm, current->pid, nr);
	}
	return -ENOSYS;
}

/* trace_syscall - not recorded unless it is traced: this is the hottest path of the kernel. */
static noinline void trace_syscall(u32 nr, const struct pt_regs *regs, long ret)
{
	event(EV_SYSCALL, nr, ret, regs->bx, regs->cx, regs->dx, regs->si);
}

/* One of -ERESTARTSYS .. -ERESTART_RESTARTBLOCK? */
static inline bool is_restart(long ret)
{
	return (unsigned long)(ret + ERESTART_RESTARTBLOCK) <= ERESTART_RESTARTBLOCK - ERESTARTSYS;
}

void do_syscall(struct pt_regs *regs)
{
	u32 nr = regs->orig_ax;
	syscall_fn fn = nr < NR_SYSCALLS ? (syscall_fn)syscall_table[nr] : NULL;
	long ret;

	if (likely(fn))
		ret = fn(regs->bx, regs->cx, regs->dx, regs->si, regs->di, regs->bp);
	else
		ret = sys_unknown(nr);
	if (unlikely(trace_mask & 1u << EV_SYSCALL))
		trace_syscall(nr, regs, ret);
	if (unlikely(is_restart(ret)))
		set_work(current, TIF_SIGPENDING);	/* do_signal() finds out how it goes on */
	regs->ax = ret;
}
