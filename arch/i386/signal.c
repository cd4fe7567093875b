/* SPDX-License-Identifier: MIT */
/*
 * signal.c - a handler's call: the frame on the user's stack, and the way back by sigreturn().
 *
 * On its way to user mode a task with a signal to handle has its registers written to its own
 * stack, in one of the two layouts of uapi/signal.h, and goes on in the handler. The handler returns to
 * the restorer or the vDSO, which calls sigreturn(): the registers come from the frame again.
 * Between the two, the frame is the program's to change, so nothing in it is trusted: selectors get
 * privilege level 3 (the processor checks the rest when they are loaded), of EFLAGS only what any
 * program may set is taken.
 *
 *	rt frame, upward from SP:  return address, signal, pointers to info and uc | info | uc | code
 *	above it, if the FPU is in use: its state, at an address that fxsave's image likes
 */
#include "internal.h"
#include <nopage/err.h>
#include <nopage/sched.h>
#include <nopage/string.h>
#include <nopage/syscalls.h>
#include <asm/uaccess.h>
#include <asm/vdso.h>
#include <uapi/unistd.h>

#define INT80_SIZE	2		/* bytes of the instruction "int $0x80" */
#define FPSTATE_ALIGN	64		/* of fxsave's image, as Linux has it */

/* What a program may set of EFLAGS. */
#define USER_EFLAGS	(EFLAGS_ARITHMETIC | EFLAGS_DF | EFLAGS_TF | EFLAGS_AC)

/* ------------------------------------------------------------------ writing the frame */

/* Where a frame goes, from the top down. */
struct frame_place {
	unsigned long sp;		/* below this nothing is used */
	struct fpstate *fpu;		/* NULL: the task has not used the FPU */
};

/*
 * place_frame - size bytes, below what the program uses of its stack, or on the alternate stack.
 * ESP + 4 is a multiple of 16, as at any function's start. False: that stack is full.
 */
static bool place_frame(struct frame_place *at, const struct ksignal *ks, unsigned long sp,
			size_t size)
{
	bool switches = ks->action.flags & SA_ONSTACK && !sas_ss_flags(sp);
	bool nested = !switches && sas_ss_flags(sp) == SS_ONSTACK;
	const stack_t *sas = &current->sas;

	if (switches)
		sp = sas->ss_sp + sas->ss_size;
	at->fpu = NULL;
	if (current->thread.fpu_used) {
		sp = ALIGN_DOWN(sp - sizeof(at->fpu->fxsave), (unsigned long)FPSTATE_ALIGN);
		sp -= FPSTATE_FSAVE;
		at->fpu = (struct fpstate *)sp;
	}
	at->sp = ALIGN_DOWN(sp - size + 4, 16UL) - 4;
	return !(switches || nested) || at->sp > sas->ss_sp;
}

/* fill_sigcontext - the registers, as sigreturn() will find them. */
static void fill_sigcontext(struct sigcontext *sc, const struct pt_regs *regs,
			    const struct fpstate *fpu, sigset_t mask)
{
	const struct thread_struct *thread = &current->thread;

	*sc = (struct sigcontext){
		.gs = read_gs(), .fs = regs->fs, .es = regs->es, .ds = regs->ds,
		.di = regs->di, .si = regs->si, .bp = regs->bp, .sp = regs->sp,
		.bx = regs->bx, .dx = regs->dx, .cx = regs->cx, .ax = regs->ax,
		.trapno = thread->trap_no, .err = thread->error_code,
		.ip = regs->ip, .cs = regs->cs, .flags = regs->flags,
		.sp_at_signal = regs->sp, .ss = regs->ss,
		.fpstate = (unsigned long)fpu, .oldmask = mask, .cr2 = thread->cr2,
	};
}

static unsigned long return_address(const struct ksignal *ks, unsigned long vdso_offset)
{
	if (ks->action.flags & SA_RESTORER)
		return ks->action.restorer;
	return current->mm->vdso + vdso_offset;
}

/* setup_frame - a handler without SA_SIGINFO. 0 or -EFAULT. */
static int setup_frame(const struct ksignal *ks, const struct pt_regs *regs,
		       const struct frame_place *at)
{
	static const u8 code[8] = { 0x58, 0xb8, __NR_sigreturn, 0, 0, 0, 0xcd, 0x80 };
	struct sigframe *user = (void *)at->sp;
	sigset_t mask = sigmask_to_save();
	struct {
		unsigned long pretcode;
		int sig;
		struct sigcontext sc;
	} head = { return_address(ks, VDSO_SIGRETURN), ks->info.si_signo };
	struct {
		unsigned long extramask;
		u8 code[8];
	} tail = { mask >> 32 };

	BUILD_BUG_ON(sizeof(struct sigframe) != 732 || offsetof(struct sigframe, sc) != 8);
	BUILD_BUG_ON(sizeof(struct fpstate) != 624);
	fill_sigcontext(&head.sc, regs, at->fpu, mask);
	memcpy(tail.code, code, sizeof(code));
	if (copy_to_user(user, &head, sizeof(head)) ||
	    copy_to_user(&user->extramask, &tail, sizeof(tail)))
		return -EFAULT;
	return 0;
}

/* setup_rt_frame - a handler with SA_SIGINFO. 0 or -EFAULT. */
static int setup_rt_frame(const struct ksignal *ks, const struct pt_regs *regs,
			  const struct frame_place *at)
{
	static const u8 code[8] = { 0xb8, __NR_rt_sigreturn, 0, 0, 0, 0xcd, 0x80, 0 };
	struct rt_sigframe *user = (void *)at->sp;
	struct {
		unsigned long pretcode;
		int sig;
		unsigned long pinfo, puc;
		struct siginfo info;
	} head = { return_address(ks, VDSO_RT_SIGRETURN), ks->info.si_signo,
		   (unsigned long)user->info, (unsigned long)&user->uc, ks->info };
	struct {
		struct ucontext uc;
		u8 code[8];
	} tail = { .uc = { .uc_sigmask = sigmask_to_save() } };

	BUILD_BUG_ON(offsetof(struct rt_sigframe, uc) != 144 || sizeof(struct rt_sigframe) != 268);
	tail.uc.uc_stack = current->sas;
	tail.uc.uc_stack.ss_flags = sas_ss_flags(regs->sp) |
				    (current->sas.ss_flags & SS_AUTODISARM);
	fill_sigcontext(&tail.uc.uc_mcontext, regs, at->fpu, tail.uc.uc_sigmask);
	memcpy(tail.code, code, sizeof(code));
	if (copy_to_user(user, &head, sizeof(head)) ||
	    clear_user(user->info + sizeof(head.info), SIGINFO_SIZE - sizeof(head.info)) ||
	    copy_to_user(&user->uc, &tail, sizeof(tail)))
		return -EFAULT;
	return 0;
}

/* enter_handler - the arguments of both kinds are in registers as well as on the stack. */
static void enter_handler(const struct ksignal *ks, struct pt_regs *regs, unsigned long sp)
{
	struct rt_sigframe *frame = (void *)sp;
	bool rt = ks->action.flags & SA_SIGINFO;

	regs->sp = sp;
	regs->ip = ks->action.handler;
	regs->ax = ks->info.si_signo;
	regs->dx = rt ? (u32)frame->info : 0;
	regs->cx = rt ? (u32)&frame->uc : 0;
	regs->cs = USER_CS;
	regs->ds = USER_DS;
	regs->es = USER_DS;
	regs->ss = USER_DS;
	regs->flags &= ~(EFLAGS_DF | EFLAGS_RF | EFLAGS_TF);
}

/* ------------------------------------------------------------------ delivering */

/* The interrupted call starts again: the number in AX, the instruction once more. */
static void restart_call(struct pt_regs *regs, u32 nr)
{
	regs->ax = nr;
	regs->ip -= INT80_SIZE;
}

/* finish_call - a handler is about to run: does the interrupted call end, or start again then? */
static void finish_call(struct pt_regs *regs, unsigned long flags)
{
	if ((long)regs->orig_ax < 0)
		return;			/* no system call */
	switch (-(long)regs->ax) {
	case ERESTARTSYS:
		if (flags & SA_RESTART)
			restart_call(regs, regs->orig_ax);
		else
			regs->ax = -EINTR;
		break;
	case ERESTARTNOINTR:
		restart_call(regs, regs->orig_ax);
		break;
	case ERESTARTNOHAND:
	case ERESTART_RESTARTBLOCK:
		regs->ax = -EINTR;
	}
}

/* resume_call - no handler runs: an interrupted call goes on as if nothing had been. */
static void resume_call(struct pt_regs *regs)
{
	if ((long)regs->orig_ax < 0)
		return;
	switch (-(long)regs->ax) {
	case ERESTARTSYS:
	case ERESTARTNOINTR:
	case ERESTARTNOHAND:
		restart_call(regs, regs->orig_ax);
		break;
	case ERESTART_RESTARTBLOCK:
		restart_call(regs, __NR_restart_syscall);
	}
}

static void handle_signal(const struct ksignal *ks, struct pt_regs *regs)
{
	bool rt = ks->action.flags & SA_SIGINFO;
	struct frame_place at;
	int error = -EFAULT;

	finish_call(regs, ks->action.flags);
	regs->orig_ax = -1;		/* decided once, for all handlers that are called now */
	if (place_frame(&at, ks, regs->sp,
			rt ? sizeof(struct rt_sigframe) : sizeof(struct sigframe)))
		error = rt ? setup_rt_frame(ks, regs, &at) : setup_frame(ks, regs, &at);
	if (!error && at.fpu)
		error = fpu_to_user(at.fpu);
	if (error) {
		force_sigsegv(ks->info.si_signo);
		return;
	}
	enter_handler(ks, regs, at.sp);
	signal_delivered(ks);
}

/* do_signal - several pending signals become several frames: entry.S looks at work again. */
void do_signal(struct pt_regs *regs)
{
	struct ksignal ks;

	BUG_ON(!user_mode(regs));
	if (get_signal(&ks)) {
		handle_signal(&ks, regs);
		return;
	}
	resume_call(regs);
	regs->orig_ax = -1;
	restore_user_sigmask(false);
}

/* ------------------------------------------------------------------ the way back */

/* A selector of the user's: the null selector, or of privilege level 3. */
static u32 user_selector(u16 selector)
{
	return selector | 3;
}

/* restore_sigcontext - 0, or -Exxx for the FPU's state; the registers are changed then. */
static int restore_sigcontext(struct pt_regs *regs, const struct sigcontext *sc)
{
	regs->di = sc->di;
	regs->si = sc->si;
	regs->bp = sc->bp;
	regs->sp = sc->sp;
	regs->bx = sc->bx;
	regs->dx = sc->dx;
	regs->cx = sc->cx;
	regs->ax = sc->ax;
	regs->ip = sc->ip;
	regs->cs = user_selector(sc->cs);
	regs->ss = user_selector(sc->ss);
	regs->ds = user_selector(sc->ds);
	regs->es = user_selector(sc->es);
	regs->fs = user_selector(sc->fs);
	if (sc->gs != read_gs())
		load_gs(user_selector(sc->gs));
	regs->flags = (regs->flags & ~USER_EFLAGS) | (sc->flags & USER_EFLAGS);
	regs->orig_ax = -1;		/* AX is not the result of a call */
	return fpu_from_user((const struct fpstate *)sc->fpstate);
}

/* The frame has been made unusable: what runs now could not go on anyway. */
static long bad_frame(void)
{
	force_sig_fault(SIGSEGV, SI_KERNEL, 0);
	return 0;
}

/* The handler's return and "popl %eax" have taken the first two words of the frame. */
long sys_sigreturn(void)
{
	struct pt_regs *regs = task_pt_regs(current);
	const struct sigframe *user = (void *)(regs->sp - 8);
	struct sigcontext sc;
	u32 extramask;

	current->restart.fn = NULL;
	if (copy_from_user(&sc, &user->sc, sizeof(sc)) || get_user(extramask, &user->extramask))
		return bad_frame();
	set_current_blocked(sc.oldmask | (sigset_t)extramask << 32);
	if (restore_sigcontext(regs, &sc))
		return bad_frame();
	return regs->ax;
}

/* The handler's return has taken the first word. */
long sys_rt_sigreturn(void)
{
	struct pt_regs *regs = task_pt_regs(current);
	const struct rt_sigframe *user = (void *)(regs->sp - 4);
	struct ucontext uc;

	current->restart.fn = NULL;
	if (copy_from_user(&uc, &user->uc, sizeof(uc)))
		return bad_frame();
	set_current_blocked(uc.uc_sigmask);
	if (restore_sigcontext(regs, &uc.uc_mcontext))
		return bad_frame();
	do_sigaltstack(&uc.uc_stack, NULL, regs->sp);	/* may be unfit: then it stays as it is */
	return regs->ax;
}
