/* SPDX-License-Identifier: MIT */
/*
 * signal_test.c - frames and sigreturn, restarting, queues, deferred functions.
 *
 * The test's kernel thread plays a program: it has an address space, registers at the top of its
 * kernel stack, and for the time of the test takes signals.
 */
#include "task_test.h"
#include "../../arch/i386/internal.h"
#include <nopage/string.h>
#include <nopage/syscalls.h>
#include <asm/vdso.h>
#include <uapi/time.h>

#define STACK_TOP	(TEST_BASE + PAGE_SIZE)
#define ALT_STACK	(TEST_BASE + PAGE_SIZE)		/* a page, up to 2 * PAGE_SIZE */
#define SCRATCH		(TEST_BASE + 2 * PAGE_SIZE)
#define UNMAPPED	(TEST_BASE + 4 * PAGE_SIZE)
#define HANDLER		0x08048123UL
#define RESTORER	0x08048321UL
#define USER_FLAGS	(EFLAGS_IF | EFLAGS_CF | 2)

static struct mm_struct *mm;
static u8 kernel_memory[2048] __aligned(16);

/* fresh_registers - those of a program in the middle of something. */
static struct pt_regs *fresh_registers(void)
{
	struct pt_regs *regs = task_pt_regs(current);

	*regs = (struct pt_regs){
		.di = 1, .si = 2, .bp = 3, .bx = 4, .dx = 5, .cx = 6, .ax = 7,
		.ds = USER_DS, .es = USER_DS, .fs = 0, .orig_ax = -1u, .ip = 0x08041000,
		.cs = USER_CS, .flags = USER_FLAGS, .sp = STACK_TOP - 64, .ss = USER_DS,
	};
	return regs;
}

static struct pt_regs *program_begin(void)
{
	mm = test_mm_enter();
	if (!KT_TRUE(mm))
		return NULL;
	KT_EQ(test_map(mm, TEST_BASE, 3, PROT_RW, MAP_ANON_PRIV | MAP_FIXED), TEST_BASE);
	mm->vdso = 0x70000000;
	current->flags &= ~PF_KTHREAD;
	return fresh_registers();
}

static void program_end(void)
{
	memset(task_pt_regs(current), 0, sizeof(struct pt_regs));
	current->flags |= PF_KTHREAD;
	current->forced.si_signo = 0;
	current->sas = (stack_t){ .ss_flags = SS_DISABLE };
	set_current_blocked(0);
	clear_work(current, TIF_SIGPENDING);
	test_mm_leave(mm);
}

static void set_handler(int sig, unsigned long handler, unsigned long flags)
{
	current->sighand->changed |= 1ULL << (sig - 1);
	current->sighand->action[sig - 1] = (struct sigaction_k){
		.handler = handler, .flags = flags, .restorer = RESTORER, .mask = 1ULL << 40,
	};
}

/* deliver - sig to the program itself, up to the first instruction of its handler. */
static void deliver(int sig, struct pt_regs *regs)
{
	send_sig_self(sig);
	KT_TRUE(signal_pending(current));
	do_signal(regs);
}

static bool same_registers(const struct pt_regs *a, const struct pt_regs *b)
{
	return a->di == b->di && a->si == b->si && a->bp == b->bp && a->bx == b->bx &&
	       a->dx == b->dx && a->cx == b->cx && a->ax == b->ax && a->ds == b->ds &&
	       a->es == b->es && a->ip == b->ip && a->cs == b->cs && a->flags == b->flags &&
	       a->sp == b->sp && a->ss == b->ss;
}

KTEST(signal, frame)
{
	struct pt_regs *regs = program_begin(), before;
	struct sigframe frame;

	KT_ASSERT(regs);
	before = *regs;
	set_handler(SIGUSR1, HANDLER, SA_RESTORER);
	set_current_blocked(1ULL << 35 | 1 << 3);
	deliver(SIGUSR1, regs);
	KT_EQ(regs->ip, HANDLER);
	KT_EQ(regs->ax, SIGUSR1);
	KT_EQ((regs->sp + 4) % 16, 0);
	KT_TRUE(regs->sp < before.sp);
	KT_EQ(current->blocked, 1ULL << 35 | 1 << 3 | 1ULL << 40 | 1 << (SIGUSR1 - 1));
	KT_EQ(copy_from_user(&frame, (void *)regs->sp, sizeof(frame)), 0);
	KT_EQ(frame.pretcode, RESTORER);
	KT_EQ(frame.sig, SIGUSR1);
	KT_EQ(frame.sc.di, 1);
	KT_EQ(frame.sc.ax, 7);
	KT_EQ(frame.sc.ip, before.ip);
	KT_EQ(frame.sc.sp, before.sp);
	KT_EQ(frame.sc.sp_at_signal, before.sp);
	KT_EQ(frame.sc.flags, USER_FLAGS);
	KT_EQ(frame.sc.cs, USER_CS);
	KT_EQ(frame.sc.oldmask, 1 << 3);
	KT_EQ(frame.extramask, 1 << 3);
	KT_EQ(frame.sc.fpstate, 0);
	regs->sp += 8;				/* ret and popl in the restorer */
	regs->di = regs->bp = 99;
	KT_EQ(sys_sigreturn(), before.ax);
	KT_TRUE(same_registers(regs, &before));
	KT_EQ(current->blocked, 1ULL << 35 | 1 << 3);
	program_end();
}

KTEST(signal, rt_frame)
{
	struct pt_regs *regs = program_begin(), before;
	struct rt_sigframe frame;
	struct siginfo info;

	KT_ASSERT(regs);
	before = *regs;
	current->sas = (stack_t){ ALT_STACK, 0, PAGE_SIZE };
	set_handler(SIGSEGV, HANDLER, SA_SIGINFO | SA_ONSTACK | SA_NODEFER | SA_RESETHAND);
	force_sig_fault(SIGSEGV, SEGV_ACCERR, 0x1234);
	do_signal(regs);
	KT_TRUE(regs->sp >= ALT_STACK && regs->sp < ALT_STACK + PAGE_SIZE);
	KT_EQ(copy_from_user(&frame, (void *)regs->sp, sizeof(frame)), 0);
	memcpy(&info, frame.info, sizeof(info));
	KT_EQ(frame.pretcode, mm->vdso + VDSO_RT_SIGRETURN);
	KT_EQ(frame.pinfo, regs->sp + offsetof(struct rt_sigframe, info));
	KT_EQ(frame.puc, regs->sp + offsetof(struct rt_sigframe, uc));
	KT_TRUE(regs->dx == frame.pinfo && regs->cx == frame.puc);
	KT_TRUE(info.si_signo == SIGSEGV && info.si_code == SEGV_ACCERR);
	KT_EQ(info.fault.addr, 0x1234);
	KT_EQ(frame.uc.uc_stack.ss_sp, ALT_STACK);
	KT_EQ(frame.uc.uc_stack.ss_flags, 0);
	KT_EQ(frame.uc.uc_mcontext.sp, before.sp);
	KT_EQ(current->blocked, 1ULL << 40);
	KT_EQ(current->sighand->action[SIGSEGV - 1].handler, SIG_DFL);
	regs->sp += 4;
	KT_EQ(sys_rt_sigreturn(), before.ax);
	KT_TRUE(same_registers(regs, &before));
	KT_EQ(current->blocked, 0);
	program_end();
}

/* forge - have the handler write value at the offset of the plain frame's context; then return. */
static void forge(struct pt_regs *regs, unsigned long offset, u32 value)
{
	fresh_registers();
	set_handler(SIGUSR1, HANDLER, SA_RESTORER);
	deliver(SIGUSR1, regs);
	KT_EQ(put_user(value, (u32 *)(regs->sp + offsetof(struct sigframe, sc) + offset)), 0);
	regs->sp += 8;
	sys_sigreturn();
}

#define FORGE(regs, field, value) forge(regs, offsetof(struct sigcontext, field), value)

KTEST(signal, forged_frames)
{
	struct pt_regs *regs = program_begin();

	KT_ASSERT(regs);
	FORGE(regs, cs, KERNEL_CS);
	KT_EQ(regs->cs & 3, 3);
	FORGE(regs, ss, KERNEL_DS);
	KT_EQ(regs->ss & 3, 3);
	FORGE(regs, ds, KERNEL_DS);
	KT_EQ(regs->ds & 3, 3);
	FORGE(regs, fs, CPU_FS);
	KT_EQ(regs->fs & 3, 3);
	FORGE(regs, flags, ~0u);
	KT_EQ(regs->flags & (EFLAGS_IOPL | EFLAGS_NT | EFLAGS_VM | EFLAGS_RF), 0);
	KT_TRUE(regs->flags & EFLAGS_TF && regs->flags & EFLAGS_DF);
	FORGE(regs, flags, 0);
	KT_TRUE(regs->flags & EFLAGS_IF);
	FORGE(regs, oldmask, ~0u);
	KT_EQ(current->blocked, 0xffffffffULL & ~(1ULL << (SIGKILL - 1) | 1 << (SIGSTOP - 1)));
	set_current_blocked(0);
	FORGE(regs, fpstate, 0xc0100000);
	KT_EQ(current->forced.si_signo, SIGSEGV);
	program_end();
}

/* A frame that cannot be written becomes SIGSEGV; if that one's handler was it, its default. */
KTEST(signal, bad_stacks)
{
	static const u32 bad[] = { 0, 4, 0x100, UNMAPPED, UNMAPPED - PAGE_SIZE + 16, 0xc0000000,
				   0xfffffffc, (u32)(kernel_memory + sizeof(kernel_memory)) };
	struct pt_regs *regs = program_begin();

	KT_ASSERT(regs);
	KT_EQ(test_protect(mm, SCRATCH, 1, PROT_READ), 0);
	for (unsigned int i = 0; i < ARRAY_SIZE(bad); i++) {
		fresh_registers();
		regs->sp = bad[i];
		set_handler(SIGUSR1, HANDLER, SA_SIGINFO);
		set_handler(SIGSEGV, HANDLER, 0);
		deliver(SIGUSR1, regs);
		KT_EQ(current->forced.si_signo, SIGSEGV);
		KT_EQ(regs->ip, 0x08041000);
		do_signal(regs);		/* the handler of SIGSEGV has no place either */
		KT_EQ(current->sighand->action[SIGSEGV - 1].handler, SIG_DFL);
		KT_EQ(current->forced.si_signo, SIGSEGV);
		current->forced.si_signo = 0;
	}
	program_end();
}

KTEST(signal, bad_sigreturn)
{
	static const u32 bad[] = { 0, 8, UNMAPPED, 0xbffffff0, 0xc0000000, 0xfffffffc,
				   (u32)(kernel_memory + 16) };
	struct pt_regs *regs = program_begin();

	KT_ASSERT(regs);
	for (unsigned int i = 0; i < ARRAY_SIZE(bad); i++) {
		fresh_registers()->sp = bad[i];
		sys_sigreturn();
		KT_EQ(current->forced.si_signo, SIGSEGV);
		current->forced.si_signo = 0;
		fresh_registers()->sp = bad[i];
		sys_rt_sigreturn();
		KT_EQ(current->forced.si_signo, SIGSEGV);
		current->forced.si_signo = 0;
	}
	KT_TRUE(user_mode(regs));
	/* All of the plain frame can be read but the word with half of the mask. */
	fresh_registers()->sp = TEST_BASE + 3 * PAGE_SIZE - offsetof(struct sigframe, extramask) + 8;
	sys_sigreturn();
	KT_EQ(current->forced.si_signo, SIGSEGV);
	program_end();
}

/* Image of fxsave; the word of each register that says what is in it. */
struct fxsave {
	u16 cw, sw;
	u8 tag, reserved;
	u16 opcode;
	u32 ip, cs, data, ds, mxcsr, mxcsr_mask;
	u16 st[8][8];
};

/* FPU state in the two forms of a frame: from a forged one to the next. */
KTEST(signal, fpu_in_frames)
{
	/* ST(0): register 3. Zero, a normal number, a denormal one, infinity; the others are empty. */
	static const u16 st[4][5] = {
		{ 0 }, { 0, 0, 0, 0x8000, 0x3fff }, { 1 }, { 0, 0, 0, 0x8000, 0x7fff },
	};
	const u32 tag = 1 << 2 * 3 | 0 << 2 * 4 | 2 << 2 * 5 | 2 << 2 * 6 | 0xc03f;
	struct fpstate out, in = {
		.cw = 0x37f, .sw = 3 << 11, .tag = tag, .ipoff = 0x12345678,
		.cssel = 0x0123 << 16 | USER_CS, .dataoff = 0x9abcdef0, .datasel = USER_DS,
	};
	struct fxsave *fx = (void *)in.fxsave;
	struct pt_regs *regs = program_begin();
	struct fpstate *user = (void *)SCRATCH;

	KT_ASSERT(regs);
	fx->mxcsr = 0x1f80;
	memcpy(in.st, st, sizeof(st));
	KT_EQ(copy_to_user(user, &in, sizeof(in)), 0);
	kt_fail_nth(1);
	KT_EQ(fpu_from_user(user), -ENOMEM);
	KT_TRUE(kt_fail_fired());
	KT_EQ(fpu_from_user(user), 0);
	KT_EQ(fpu_to_user(user + 1), 0);
	KT_EQ(copy_from_user(&out, user + 1, sizeof(out)), 0);
	KT_EQ(out.cw & 0xffff, 0x37f);
	KT_EQ(out.sw & 0xffff, 3 << 11);
	KT_EQ(out.tag & 0xffff, tag);
	KT_EQ(out.ipoff, in.ipoff);
	KT_EQ(out.cssel, in.cssel);
	KT_EQ(out.dataoff, in.dataoff);
	KT_EQ(out.datasel & 0xffff, in.datasel);
	KT_TRUE(!memcmp(out.st, in.st, sizeof(in.st)));
	/* The state fits below the stack pointer, the rest of the frame does not. */
	KT_EQ(fpu_from_user(user), 0);
	set_handler(SIGUSR1, HANDLER, 0);
	regs->sp = TEST_BASE + sizeof(struct fpstate) + 128;
	deliver(SIGUSR1, regs);
	KT_EQ(current->forced.si_signo, SIGSEGV);
	KT_EQ(regs->ip, 0x08041000);
	fpu_forget(current);
	program_end();
}

/* after_call - AX after call nr that ended with ret; handler 0: none runs. *ip: where it goes on */
static long after_call(u32 nr, long ret, unsigned long handler, unsigned long flags, u32 *ip)
{
	struct pt_regs *regs = fresh_registers();
	struct sigframe frame;

	regs->orig_ax = nr;
	regs->ax = ret;
	if (handler) {
		set_handler(SIGUSR1, handler, flags | SA_RESTORER);
		deliver(SIGUSR1, regs);
		KT_EQ(copy_from_user(&frame, (void *)regs->sp, sizeof(frame)), 0);
		set_current_blocked(0);
		*ip = frame.sc.ip;
		return frame.sc.ax;
	}
	do_signal(regs);
	*ip = regs->ip;
	return regs->ax;
}

KTEST(signal, restart)
{
	struct pt_regs *regs = program_begin();
	const u32 ip = 0x08041000;
	u32 at;

	KT_ASSERT(regs);
	KT_EQ(after_call(3, 17, HANDLER, 0, &at), 17);
	KT_EQ(at, ip);
	KT_EQ(after_call(3, -ERESTARTSYS, HANDLER, 0, &at), -EINTR);
	KT_EQ(at, ip);
	KT_EQ(after_call(3, -ERESTARTSYS, HANDLER, SA_RESTART, &at), 3);
	KT_EQ(at, ip - 2);
	KT_EQ(after_call(3, -ERESTARTNOINTR, HANDLER, 0, &at), 3);
	KT_EQ(at, ip - 2);
	KT_EQ(after_call(3, -ERESTARTNOHAND, HANDLER, SA_RESTART, &at), -EINTR);
	KT_EQ(after_call(3, -ERESTART_RESTARTBLOCK, HANDLER, SA_RESTART, &at), -EINTR);
	KT_EQ(after_call(3, -ERESTARTSYS, 0, 0, &at), 3);
	KT_EQ(at, ip - 2);
	KT_EQ(after_call(3, -ERESTARTNOHAND, 0, 0, &at), 3);
	KT_EQ(after_call(3, -ERESTART_RESTARTBLOCK, 0, 0, &at), __NR_restart_syscall);
	KT_EQ(at, ip - 2);
	KT_EQ(after_call(__NR_restart_syscall, -ERESTART_RESTARTBLOCK, 0, 0, &at),
	      __NR_restart_syscall);
	KT_EQ(at, ip - 2);
	/* No call at all: AX means nothing. */
	KT_EQ(after_call(-1u, -ERESTARTSYS, 0, 0, &at), -ERESTARTSYS);
	KT_EQ(at, ip);
	program_end();
}

KTEST(signal, queue)
{
	struct siginfo info = { .si_code = SI_QUEUE };
	struct pt_regs *regs = program_begin();
	struct ksignal ks;

	KT_ASSERT(regs);
	set_handler(40, HANDLER, SA_SIGINFO);
	set_handler(SIGUSR1, HANDLER, SA_SIGINFO);
	for (int i = 1; i <= 3; i++) {
		info.rt.value = i;
		KT_EQ(copy_to_user((void *)SCRATCH, &info, sizeof(info)), 0);
		KT_EQ(sys_rt_sigqueueinfo(current->tgid, 40, SCRATCH), 0);
		KT_EQ(sys_rt_sigqueueinfo(current->tgid, SIGUSR1, SCRATCH), 0);
	}
	KT_TRUE(get_signal(&ks));
	KT_TRUE(ks.info.si_signo == SIGUSR1 && ks.info.rt.value == 1);
	for (unsigned int i = 1; i <= 3; i++) {
		KT_TRUE(get_signal(&ks));
		KT_TRUE(ks.info.si_signo == 40 && ks.info.rt.value == i);
	}
	KT_TRUE(!get_signal(&ks));
	KT_TRUE(!signal_pending(current));
	current->signal->rlim[RLIMIT_SIGPENDING].rlim_cur = 2;
	KT_EQ(sys_rt_sigqueueinfo(current->tgid, 40, SCRATCH), 0);
	KT_EQ(sys_rt_sigqueueinfo(current->tgid, 40, SCRATCH), 0);
	KT_EQ(sys_rt_sigqueueinfo(current->tgid, 40, SCRATCH), -EAGAIN);
	set_handler(40, SIG_IGN, 0);
	KT_TRUE(!get_signal(&ks));		/* the two are taken and ignored */
	program_end();
}

static bool queue_one(void)
{
	long error = sys_rt_sigqueueinfo(current->tgid, 41, SCRATCH);

	KT_TRUE(!error || error == -EAGAIN);
	return !error;
}

static void take_one(void)
{
	struct ksignal ks;

	KT_TRUE(get_signal(&ks));
	flush_shared_sigqueue(current->signal);
	current->signal->spare_entry = NULL;
}

static bool create_timer(void)
{
	long error = sys_timer_create(CLOCK_MONOTONIC, 0, SCRATCH);

	KT_TRUE(!error || error == -EAGAIN);
	return !error;
}

static void delete_timers(void)
{
	u32 id = -1;

	KT_EQ(get_user(id, (u32 *)SCRATCH), 0);
	KT_EQ(sys_timer_delete(id), 0);
}

KTEST(signal, nth_allocation_fails)
{
	struct siginfo info = { .si_code = SI_QUEUE };
	struct pt_regs *regs = program_begin();

	KT_ASSERT(regs);
	KT_EQ(copy_to_user((void *)SCRATCH, &info, sizeof(info)), 0);
	set_handler(41, HANDLER, SA_SIGINFO);
	KT_TRUE(kt_fail_every(queue_one, take_one, 5) >= 1);
	KT_TRUE(kt_fail_every(create_timer, delete_timers, 5) >= 2);
	program_end();
}

/* ---- deferred functions ---- */

static int runs;

static void note_run(struct deferred *d)
{
	runs++;
	KT_TRUE(this_cpu()->preempt_count && !irqs_disabled());
}

KTEST(signal, deferred)
{
	struct deferred work = DEFERRED_INIT(work, note_run);

	runs = 0;
	defer(&work);
	defer(&work);
	KT_EQ(runs, 0);
	KT_TRUE(current->work & TIF_DEFERRED);
	schedule();
	KT_EQ(runs, 1);
	KT_TRUE(!(current->work & TIF_DEFERRED));
	defer(&work);
	cancel_deferred(&work);
	schedule();
	KT_EQ(runs, 1);
}

KTEST(signal, kill_pgrp)
{
	long pid;

	mm = test_code_enter();
	KT_ASSERT(mm);
	pid = test_clone(SIGCHLD, CODE_LOOP, 0);
	KT_ASSERT(pid > 0);
	spin_lock(&tasklist_lock);
	find_task_by_pid(pid)->signal->pgrp = pid;
	spin_unlock(&tasklist_lock);
	KT_EQ(kill_pgrp(pid, SIGTERM), 0);
	KT_EQ(test_wait(pid), SIGTERM);
	KT_EQ(kill_pgrp(pid, 0), -ESRCH);
	test_mm_leave(mm);
}
