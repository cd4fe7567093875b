/* SPDX-License-Identifier: MIT */
/* processor.h - what the i386 keeps for a task and for a CPU, and the task switch. */
#ifndef ASM_PROCESSOR_H
#define ASM_PROCESSOR_H

#include <nopage/types.h>
#include <asm/page.h>
#include <asm/ptrace.h>

struct fork_args;
struct fpu_state;
struct task_struct;

/* 8-byte segment descriptor (Intel SDM vol. 3, 3.4.5). */
struct desc {
	u32 lo, hi;
};

/* 32-bit task state segment (Intel SDM vol. 3, 7.2.1); only sp0/ss0 matter, but for double
 * faults. */
struct tss {
	u32 link, sp0, ss0, sp1, ss1, sp2, ss2, cr3, ip, flags;
	u32 ax, cx, dx, bx, sp, bp, si, di;
	u32 es, cs, ss, ds, fs, gs, ldt;
	u16 trap, iomap;
};

/* The part of task_struct that only arch/i386 reads. */
struct thread_struct {
	u32 sp;				/* kernel stack pointer while switched out */
	u32 ip;				/* where switch_to continues it */
	u32 gs;				/* user's %gs while switched out */
	struct desc tls[GDT_TLS_ENTRIES];	/* set_thread_area() */
	bool fpu_used;			/* fpu holds state, or the registers do */
	struct fpu_state *fpu;		/* allocated at the first FPU instruction */
	u32 cr2, trap_no, error_code;	/* of the last fault that became a signal */
};

/* Empty page tables or directories, linked through their first word, for quick re-use. */
struct quicklist {
	u32 *head;
	unsigned int count;
};

/* The part of struct cpu that only arch/i386 uses. */
struct arch_cpu {
	struct desc gdt[GDT_ENTRIES] __aligned(8);
	struct tss tss;
	struct task_struct *fpu_owner;	/* whose state is in the FPU registers, if it is not saved */
	struct quicklist pgds, ptes;	/* pgtable.c */
};

/*
 * switch_to - leave prev's kernel stack, continue on next's. Returns, on prev's stack at some
 * later time, the task that ran just before.
 */
struct task_struct *switch_to(struct task_struct *prev, struct task_struct *next);

/*
 * copy_thread - prepare the stack of a new task. A user child (no args->fn) gets a copy of regs
 * with ax = 0 and, if usp is not 0, its stack pointer, and starts in ret_from_fork. A kernel
 * thread calls fn(arg) and then do_exit(). CLONE_SETTLS: tls is a user's struct user_desc.
 * Returns 0, -ENOMEM (FPU state), -EFAULT or -EINVAL (tls).
 */
int copy_thread(struct task_struct *p, const struct fork_args *args);
/* exit_thread - drop what copy_thread and FPU use have given the task (FPU state). */
void exit_thread(struct task_struct *p);
/* start_thread - registers of a fresh program: ip, sp, flat user segments, no TLS, no FPU state. */
void start_thread(struct pt_regs *regs, unsigned long ip, unsigned long sp);
/* task_pt_regs - user registers of a task, at the top of its kernel stack. */
struct pt_regs *task_pt_regs(struct task_struct *p);

/* cpu_features - what the processor can do: %edx of cpuid leaf 1, for programs (AT_HWCAP). */
u32 cpu_features(void);

/* What CPUID says about the processor, for /proc/cpuinfo. */
struct cpu_info {
	char vendor[13], model_name[49];
	u32 family, model, stepping, level;
	u32 features;			/* %edx of leaf 1 */
};
void get_cpu_info(struct cpu_info *info);
/* cpu_feature_name - Linux's name of bit 0..31 of features, or NULL. */
const char *cpu_feature_name(unsigned int bit);

/* get_wchan - in which function, by an address in it, a sleeping task sleeps; 0: it does not. */
unsigned long get_wchan(const struct task_struct *p);

/* arch_random_word - a random number made by the processor; false: it makes none. */
bool arch_random_word(u32 *word);

/* Instructions, or an approximation of them: the time stamp counter. */
static inline u64 get_cycles(void)
{
	u32 lo, hi;

	__asm__ __volatile__("rdtsc" : "=a"(lo), "=d"(hi));
	return (u64)hi << 32 | lo;
}

#endif
