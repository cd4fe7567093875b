/* SPDX-License-Identifier: MIT */
/*
 * syscalls.h - every system call as a function of up to six longs, as the registers brought them.
 *
 * Each returns its result or -Exxx. Pointers are user pointers until uaccess.h has checked them.
 * Those that need the user's registers (fork, clone, execve) take them from task_pt_regs(current).
 */
#ifndef NOPAGE_SYSCALLS_H
#define NOPAGE_SYSCALLS_H

#include <nopage/types.h>

struct pt_regs;

/*
 * Results of an interrupted call, which the user never sees: do_signal() lets the call start again
 * when no handler runs (the signal stopped and continued the process, or another thread took it).
 */
#define ERESTARTSYS	512		/* unless a handler without SA_RESTART runs: -EINTR */
#define ERESTARTNOINTR	513		/* in any case */
#define ERESTARTNOHAND	514		/* unless any handler runs: -EINTR */
#define ERESTART_RESTARTBLOCK 516	/* the same, by restart_syscall() */

/* kernel/syscall.c: from entry.S, with interrupts on; leaves the result in regs->ax. */
void do_syscall(struct pt_regs *regs);
/* kernel/sched.c: from entry.S while current->work is not 0, before user mode goes on. */
asmlinkage void do_notify_resume(struct pt_regs *regs);

/* kernel/fork.c */
long sys_fork(void);
long sys_vfork(void);
long sys_clone(long flags, long usp, long parent_tid, long tls, long child_tid);
long sys_clone3(long args, long size);
long sys_set_tid_address(long tidptr);

/* kernel/exit.c */
long sys_exit(long code);
long sys_exit_group(long code);

/* kernel/wait4.c */
long sys_wait4(long pid, long status, long options, long rusage);
long sys_waitpid(long pid, long status, long options);
long sys_waitid(long idtype, long id, long infop, long options, long rusage);

/* kernel/sigcalls.c */
long sys_kill(long pid, long sig);
long sys_tkill(long tid, long sig);
long sys_tgkill(long tgid, long tid, long sig);
long sys_rt_sigaction(long sig, long act, long oact, long sigsetsize);
long sys_rt_sigprocmask(long how, long set, long oset, long sigsetsize);
long sys_rt_sigpending(long set, long sigsetsize);
long sys_pause(void);
long sys_rt_sigqueueinfo(long tgid, long sig, long info);
long sys_rt_tgsigqueueinfo(long tgid, long tid, long sig, long info);
long sys_sigaction(long sig, long act, long oact);
long sys_signal(long sig, long handler);
long sys_sigprocmask(long how, long set, long oset);
long sys_sgetmask(void);
long sys_ssetmask(long set);
long sys_sigpending(long set);
long sys_sigsuspend(long unused1, long unused2, long set);
long sys_rt_sigsuspend(long set, long sigsetsize);
long sys_rt_sigtimedwait(long set, long info, long timeout, long sigsetsize);
long sys_rt_sigtimedwait64(long set, long info, long timeout, long sigsetsize);
long sys_sigaltstack(long ss, long oss);
long sys_restart_syscall(void);

/* kernel/itimer.c */
long sys_alarm(long seconds);
long sys_getitimer(long which, long value);
long sys_setitimer(long which, long value, long ovalue);
long sys_timer_create(long clock, long event, long id);
long sys_timer_delete(long id);
long sys_timer_getoverrun(long id);
long sys_timer_settime(long id, long flags, long new, long old);
long sys_timer_settime64(long id, long flags, long new, long old);
long sys_timer_gettime(long id, long value);
long sys_timer_gettime64(long id, long value);

/* kernel/sys.c */
long sys_getpid(void);
long sys_gettid(void);
long sys_getppid(void);
long sys_getpgrp(void);
long sys_getpgid(long pid);
long sys_setpgid(long pid, long pgid);
long sys_getsid(long pid);
long sys_setsid(void);
long sys_sysinfo(long info);
long sys_sched_yield(void);
long sys_reboot(long magic1, long magic2, long cmd, long arg);

/* kernel/cred.c; the ...16 ones have 16-bit numbers */
long sys_getuid(void);
long sys_geteuid(void);
long sys_getgid(void);
long sys_getegid(void);
long sys_setuid(long uid);
long sys_setgid(long gid);
long sys_setreuid(long uid, long euid);
long sys_setregid(long gid, long egid);
long sys_setresuid(long uid, long euid, long suid);
long sys_setresgid(long gid, long egid, long sgid);
long sys_getresuid(long uid, long euid, long suid);
long sys_getresgid(long gid, long egid, long sgid);
long sys_setfsuid(long uid);
long sys_setfsgid(long gid);
long sys_getgroups(long size, long list);
long sys_setgroups(long size, long list);
long sys_getuid16(void);
long sys_geteuid16(void);
long sys_getgid16(void);
long sys_getegid16(void);
long sys_setuid16(long uid);
long sys_setgid16(long gid);
long sys_setreuid16(long uid, long euid);
long sys_setregid16(long gid, long egid);
long sys_capget(long header, long data);
long sys_capset(long header, long data);

/* kernel/uts.c */
long sys_uname(long name);
long sys_sethostname(long name, long len);
long sys_setdomainname(long name, long len);

/* kernel/log.c */
long sys_syslog(long type, long buf, long len);

/* kernel/time.c */
long sys_time(long tloc);
long sys_gettimeofday(long tv, long tz);
long sys_nanosleep(long req, long rem);
long sys_clock_gettime(long clock, long tp);
long sys_clock_gettime64(long clock, long tp);
long sys_clock_getres(long clock, long tp);
long sys_clock_getres64(long clock, long tp);
long sys_clock_nanosleep(long clock, long flags, long req, long rem);
long sys_clock_nanosleep64(long clock, long flags, long req, long rem);

/* kernel/settime.c */
long sys_stime(long tptr);
long sys_settimeofday(long tv, long tz);
long sys_clock_settime(long clock, long tp);
long sys_clock_settime64(long clock, long tp);
long sys_adjtimex(long timex);
long sys_clock_adjtime(long clock, long timex);
long sys_clock_adjtime64(long clock, long timex);

/* kernel/rlimit.c */
long sys_getrlimit(long resource, long rlim);
long sys_old_getrlimit(long resource, long rlim);
long sys_setrlimit(long resource, long rlim);
long sys_prlimit64(long pid, long resource, long new_rlim, long old_rlim);
long sys_getrusage(long who, long usage);
long sys_times(long tms);

/* kernel/policy.c */
long sys_nice(long increment);
long sys_getpriority(long which, long who);
long sys_setpriority(long which, long who, long nice);
long sys_sched_getscheduler(long pid);
long sys_sched_setscheduler(long pid, long policy, long param);
long sys_sched_getparam(long pid, long param);
long sys_sched_setparam(long pid, long param);
long sys_sched_get_priority_max(long policy);
long sys_sched_get_priority_min(long policy);
long sys_sched_rr_get_interval(long pid, long interval);
long sys_sched_rr_get_interval64(long pid, long interval);
long sys_sched_getaffinity(long pid, long len, long mask);
long sys_sched_setaffinity(long pid, long len, long mask);
long sys_getcpu(long cpu, long node);
long sys_membarrier(long cmd, long flags);

/* kernel/prctl.c */
long sys_prctl(long option, long arg2, long arg3, long arg4, long arg5);
long sys_personality(long persona);

/* kernel/robust.c */
long sys_set_robust_list(long head, long len);
long sys_get_robust_list(long pid, long head, long len);

/* kernel/futex.c */
long sys_futex(long uaddr, long op, long val, long timeout, long uaddr2, long val3);
long sys_futex64(long uaddr, long op, long val, long timeout, long uaddr2, long val3);

/* kernel/random.c */
long sys_getrandom(long buf, long len, long flags);

/* kernel/exec.c */
long sys_execve(long path, long argv, long envp);

/* mm/mmap.c, mm/mprotect.c */
long sys_mmap2(long addr, long len, long prot, long flags, long fd, long pgoff);
long sys_old_mmap(long args);
long sys_munmap(long addr, long len);
long sys_mprotect(long addr, long len, long prot);
long sys_brk(long brk);
/* mm/mremap.c, mm/madvise.c */
long sys_mremap(long old, long old_len, long new_len, long flags, long new_addr);
long sys_madvise(long start, long len, long advice);
long sys_mincore(long start, long len, long vec);
long sys_msync(long start, long len, long flags);

/* arch/i386 */
long sys_sigreturn(void);
long sys_rt_sigreturn(void);
long sys_set_thread_area(long desc);
long sys_get_thread_area(long desc);
long sys_modify_ldt(long func, long ptr, long size);

/* fs/ */
long sys_open(long path, long flags, long mode);
long sys_openat(long dirfd, long path, long flags, long mode);
long sys_close(long fd);
long sys_read(long fd, long buf, long count);
long sys_write(long fd, long buf, long count);
long sys_readv(long fd, long iov, long count);
long sys_writev(long fd, long iov, long count);
long sys_pread64(long fd, long buf, long count, long pos_low, long pos_high);
long sys_pwrite64(long fd, long buf, long count, long pos_low, long pos_high);
long sys_lseek(long fd, long offset, long whence);
long sys_llseek(long fd, long offset_high, long offset_low, long result, long whence);
long sys_dup(long fd);
long sys_dup2(long oldfd, long newfd);
long sys_dup3(long oldfd, long newfd, long flags);
long sys_fcntl64(long fd, long cmd, long arg);
long sys_ioctl(long fd, long cmd, long arg);
long sys_pipe(long fds);
long sys_pipe2(long fds, long flags);
long sys_poll(long fds, long count, long timeout);
long sys_ppoll(long fds, long count, long timeout, long set, long size);
long sys_ppoll_time64(long fds, long count, long timeout, long set, long size);
long sys_old_select(long args);			/* call 82 */
long sys_select(long n, long in, long out, long ex, long timeout);	/* call 142 */
long sys_pselect6(long n, long in, long out, long ex, long timeout, long sigset);
long sys_pselect6_time64(long n, long in, long out, long ex, long timeout, long sigset);
long sys_newstat(long path, long buf);	/* calls 106 to 108 */
long sys_newlstat(long path, long buf);
long sys_newfstat(long fd, long buf);
long sys_stat64(long path, long buf);
long sys_lstat64(long path, long buf);
long sys_fstat64(long fd, long buf);
long sys_fstatat64(long dirfd, long path, long buf, long flags);
long sys_statx(long dirfd, long path, long flags, long mask, long buf);
long sys_access(long path, long mode);
long sys_faccessat(long dirfd, long path, long mode);
long sys_faccessat2(long dirfd, long path, long mode, long flags);
long sys_readlink(long path, long buf, long size);
long sys_readlinkat(long dirfd, long path, long buf, long size);
long sys_getcwd(long buf, long size);
long sys_chdir(long path);
long sys_fchdir(long fd);
long sys_umask(long mask);
long sys_getdents64(long fd, long buf, long count);
long sys_creat(long path, long mode);
long sys_mkdir(long path, long mode);
long sys_mkdirat(long dirfd, long path, long mode);
long sys_unlink(long path);
long sys_unlinkat(long dirfd, long path, long flags);
long sys_rmdir(long path);
long sys_getdents(long fd, long buf, long count);
long sys_mknod(long path, long mode, long dev);
long sys_mknodat(long dirfd, long path, long mode, long dev);
long sys_link(long old_path, long path);
long sys_linkat(long old_dirfd, long old_path, long dirfd, long path, long flags);
long sys_symlink(long target, long path);
long sys_symlinkat(long target, long dirfd, long path);
long sys_rename(long old_path, long new_path);
long sys_renameat(long old_dirfd, long old_path, long new_dirfd, long new_path);
long sys_renameat2(long old_dirfd, long old_path, long new_dirfd, long new_path, long flags);
long sys_chmod(long path, long mode);
long sys_fchmod(long fd, long mode);
long sys_fchmodat(long dirfd, long path, long mode);
long sys_fchmodat2(long dirfd, long path, long mode, long flags);
long sys_chown(long path, long uid, long gid);		/* 16-bit numbers */
long sys_lchown(long path, long uid, long gid);
long sys_fchown(long fd, long uid, long gid);
long sys_chown32(long path, long uid, long gid);
long sys_lchown32(long path, long uid, long gid);
long sys_fchown32(long fd, long uid, long gid);
long sys_fchownat(long dirfd, long path, long uid, long gid, long flags);
long sys_utime(long path, long times);
long sys_utimes(long path, long times);
long sys_futimesat(long dirfd, long path, long times);
long sys_utimensat(long dirfd, long path, long times, long flags);
long sys_utimensat64(long dirfd, long path, long times, long flags);
long sys_truncate(long path, long size);
long sys_ftruncate(long fd, long size);
long sys_truncate64(long path, long size_low, long size_high);
long sys_ftruncate64(long fd, long size_low, long size_high);
long sys_fallocate(long fd, long mode, long pos_low, long pos_high, long len_low, long len_high);
long sys_memfd_create(long name, long flags);
long sys_statfs(long path, long buf);
long sys_fstatfs(long fd, long buf);
long sys_statfs64(long path, long size, long buf);
long sys_fstatfs64(long fd, long size, long buf);
long sys_sync(void);
long sys_fsync(long fd);		/* also fdatasync */
long sys_syncfs(long fd);
long sys_flock(long fd, long op);
long sys_sendfile(long out_fd, long in_fd, long offset, long count);
long sys_sendfile64(long out_fd, long in_fd, long offset, long count);
long sys_copy_file_range(long in_fd, long in_off, long out_fd, long out_off, long count,
			 long flags);
long sys_preadv(long fd, long iov, long count, long pos_low, long pos_high);
long sys_pwritev(long fd, long iov, long count, long pos_low, long pos_high);
long sys_preadv2(long fd, long iov, long count, long pos_low, long pos_high, long flags);
long sys_pwritev2(long fd, long iov, long count, long pos_low, long pos_high, long flags);
long sys_chroot(long path);
long sys_mount(long source, long where, long type, long flags, long data);
long sys_umount(long where);
long sys_umount2(long where, long flags);

#endif
