/* SPDX-License-Identifier: MIT */
/*
 * signal.c - a handler's call: the frame on the user's stack, and the way back by sigreturn().
 *
 * On its way to user mode a task with a signal to handle has its registers written to its own
 * stack, in one of the two layouts of uapi/signal.h, and goes on in the handler. The handler
 * returns to the restorer or the vDSO, which calls sigreturn(): the registers come from the frame.
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

/* put_sigcontext - the registers, as sigreturn() will find them. 0 or -EFAULT. */
static __always_inline int put_sigcontext(struct sigcontext *sc, const struct pt_regs *regs,
					  const struct fpstate *fpu, u32 mask)
{
	const struct thread_struct *thread = &current->thread;
	int error = 0;

	unsafe_put_user(read_gs(), &sc->gs, error);
	unsafe_put_user((u16)regs->fs, &sc->fs, error);
	unsafe_put_user((u16)regs->es, &sc->es, error);
	unsafe_put_user((u16)regs->ds, &sc->ds, error);
	unsafe_put_user(regs->di, &sc->di, error);
	unsafe_put_user(regs->si, &sc->si, error);
	unsafe_put_user(regs->bp, &sc->bp, error);
	unsafe_put_user(regs->sp, &sc->sp, error);
	unsafe_put_user(regs->bx, &sc->bx, error);
	unsafe_put_user(regs->dx, &sc->dx, error);
	unsafe_put_user(regs->cx, &sc->cx, error);
	unsafe_put_user(regs->ax, &sc->ax, error);
	unsafe_put_user(thread->trap_no, &sc->trapno, error);
	unsafe_put_user(thread->error_code, &sc->err, error);
	unsafe_put_user(regs->ip, &sc->ip, error);
	unsafe_put_user((u16)regs->cs, &sc->cs, error);
	unsafe_put_user(regs->flags, &sc->flags, error);
	unsafe_put_user(regs->sp, &sc->sp_at_signal, error);
	unsafe_put_user((u16)regs->ss, &sc->ss, error);
	unsafe_put_user(fpu, &sc->fpstate, error);
	unsafe_put_user(mask, &sc->oldmask, error);
	unsafe_put_user(thread->cr2, &sc->cr2, error);
	return error;
}

static unsigned long return_address(const struct ksignal *ks, unsigned long vdso_offset)
{
	if (ks->action.flags & SA_RESTORER)
		return ks->action.restorer;
	return current->mm->vdso + vdso_offset;
}

/* Two words of code in each frame, by which debuggers know it: they call sigreturn(). */
static __always_inline int put_marker(u8 *code, u32 first, u32 second)
{
	int error = 0;

	unsafe_put_user(first, code, error);
	unsafe_put_user(second, code + 4, error);
	return error;
}

/* setup_frame - a handler without SA_SIGINFO. 0 or -EFAULT. */
static int setup_frame(const struct ksignal *ks, const struct pt_regs *regs,
		       const struct frame_place *at)
{
	struct sigframe *user = (void *)at->sp;
	sigset_t mask = sigmask_to_save();
	int error = 0;

	BUILD_BUG_ON(sizeof(struct sigframe) != 732 || offsetof(struct sigframe, sc) != 8);
	BUILD_BUG_ON(sizeof(struct fpstate) != 624);
	if (!access_ok(user, sizeof(*user)))
		return -EFAULT;
	unsafe_put_user(return_address(ks, VDSO_SIGRETURN), &user->pretcode, error);
	unsafe_put_user(ks->info.si_signo, &user->sig, error);
	unsafe_put_user(mask >> 32, &user->extramask, error);
	/* pop %eax; mov $__NR_sigreturn, %eax; int $0x80 */
	error |= put_marker(user->retcode, 0xb858 | __NR_sigreturn << 16, 0x80cd0000);
	return error | put_sigcontext(&user->sc, regs, at->fpu, mask);
}

/* put_ucontext - 0 or -EFAULT. */
static __always_inline int put_ucontext(struct ucontext *uc, const struct pt_regs *regs,
					const struct fpstate *fpu)
{
	const stack_t *sas = &current->sas;
	sigset_t mask = sigmask_to_save();
	int error = 0;

	unsafe_put_user(0, &uc->uc_flags, error);
	unsafe_put_user(0, &uc->uc_link, error);
	unsafe_put_user(sas->ss_sp, &uc->uc_stack.ss_sp, error);
	unsafe_put_user(sas->ss_flags, &uc->uc_stack.ss_flags, error);
	unsafe_put_user(sas->ss_size, &uc->uc_stack.ss_size, error);
	unsafe_put_user(mask, &uc->uc_sigmask, error);
	unsafe_put_user(mask >> 32, (u32 *)&uc->uc_sigmask + 1, error);
	return error | put_sigcontext(&uc->uc_mcontext, regs, fpu, mask);
}

/* setup_rt_frame - a handler with SA_SIGINFO. 0 or -EFAULT. */
static int setup_rt_frame(const struct ksignal *ks, const struct pt_regs *regs,
			  const struct frame_place *at)
{
	struct rt_sigframe *user = (void *)at->sp;
	int error = 0;

	BUILD_BUG_ON(offsetof(struct rt_sigframe, uc) != 144 || sizeof(struct rt_sigframe) != 268);
	if (!access_ok(user, sizeof(*user)))
		return -EFAULT;
	unsafe_put_user(return_address(ks, VDSO_RT_SIGRETURN), &user->pretcode, error);
	unsafe_put_user(ks->info.si_signo, &user->sig, error);
	unsafe_put_user(user->info, &user->pinfo, error);
	unsafe_put_user(&user->uc, &user->puc, error);
	if (copy_to_user(user->info, &ks->info, sizeof(ks->info)) ||
	    clear_user(user->info + sizeof(ks->info), SIGINFO_SIZE - sizeof(ks->info)))
		return -EFAULT;
	/* mov $__NR_rt_sigreturn, %eax; int $0x80 */
	error |= put_marker(user->retcode, 0xb8 | __NR_rt_sigreturn << 8, 0x0080cd00);
	return error | put_ucontext(&user->uc, regs, at->fpu);
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

/* A selector of the user's, which is usually as it was: null, or of privilege level 3. */
static inline u32 user_selector(u32 now, u16 selector)
{
	if (likely((u16)now == selector))
		return now;
	return selector & ~3 ? selector | 3 : selector;
}

/*
 * restore_sigcontext - 0, or -Exxx for a bad address or the FPU's state; the registers may be half
 * changed then.
 */
static __always_inline int restore_sigcontext(struct pt_regs *regs, const struct sigcontext *sc)
{
	const struct fpstate *fpu;
	int error = 0;
	u32 word;

	unsafe_get_user(regs->di, &sc->di, error);
	unsafe_get_user(regs->si, &sc->si, error);
	unsafe_get_user(regs->bp, &sc->bp, error);
	unsafe_get_user(regs->sp, &sc->sp, error);
	unsafe_get_user(regs->bx, &sc->bx, error);
	unsafe_get_user(regs->dx, &sc->dx, error);
	unsafe_get_user(regs->cx, &sc->cx, error);
	unsafe_get_user(regs->ax, &sc->ax, error);
	unsafe_get_user(regs->ip, &sc->ip, error);
	unsafe_get_user(word, &sc->cs, error);
	regs->cs = (u16)word | 3;
	unsafe_get_user(word, &sc->ss, error);
	regs->ss = (u16)word | 3;
	unsafe_get_user(word, &sc->ds, error);
	regs->ds = user_selector(regs->ds, word);
	unsafe_get_user(word, &sc->es, error);
	regs->es = user_selector(regs->es, word);
	unsafe_get_user(word, &sc->fs, error);
	regs->fs = user_selector(regs->fs, word);
	unsafe_get_user(word, &sc->gs, error);
	if (word != read_gs())
		load_gs(user_selector(0, word));
	unsafe_get_user(word, &sc->flags, error);
	regs->flags = (regs->flags & ~USER_EFLAGS) | (word & USER_EFLAGS);
	regs->orig_ax = -1;		/* AX is not the result of a call */
	unsafe_get_user(word, &sc->fpstate, error);
	fpu = (const struct fpstate *)word;
	if (error || (!fpu && !current->thread.fpu_used))
		return error;
	return fpu_from_user(fpu);
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
	int error = 0;
	u32 low, high;

	current->restart.fn = NULL;
	if (!access_ok(user, sizeof(*user)))
		return bad_frame();
	unsafe_get_user(low, &user->sc.oldmask, error);
	unsafe_get_user(high, &user->extramask, error);
	if (error)
		return bad_frame();
	set_current_blocked(low | (sigset_t)high << 32);
	if (restore_sigcontext(regs, &user->sc))
		return bad_frame();
	return regs->ax;
}

/* The handler's return has taken the first word. */
long sys_rt_sigreturn(void)
{
	struct pt_regs *regs = task_pt_regs(current);
	const struct rt_sigframe *user = (void *)(regs->sp - 4);
	const struct ucontext *uc = &user->uc;
	int error = 0;
	stack_t stack;
	u32 low, high;

	current->restart.fn = NULL;
	if (!access_ok(user, sizeof(*user)))
		return bad_frame();
	unsafe_get_user(low, (const u32 *)&uc->uc_sigmask, error);
	unsafe_get_user(high, (const u32 *)&uc->uc_sigmask + 1, error);
	unsafe_get_user(stack.ss_sp, &uc->uc_stack.ss_sp, error);
	unsafe_get_user(stack.ss_flags, &uc->uc_stack.ss_flags, error);
	unsafe_get_user(stack.ss_size, &uc->uc_stack.ss_size, error);
	if (error)
		return bad_frame();
	set_current_blocked(low | (sigset_t)high << 32);
	if (restore_sigcontext(regs, &uc->uc_mcontext))
		return bad_frame();
	if (stack.ss_size | current->sas.ss_size | (stack.ss_flags ^ current->sas.ss_flags))
		do_sigaltstack(&stack, NULL, regs->sp);	/* may be unfit: then it stays as it is */
	return regs->ax;
}
