/* SPDX-License-Identifier: MIT */
/* printk.h - the log: one line per message, "[    0.012345] subsystem: text". */
#ifndef NOPAGE_PRINTK_H
#define NOPAGE_PRINTK_H

#include <nopage/types.h>

#define KERN_ERR	"<3>"
#define KERN_WARNING	"<4>"
#define KERN_INFO	"<6>"		/* also when nothing is said */
#define KERN_DEBUG	"<7>"

/* printk - format a message and send it to every console. Any context. */
void __printf(1, 2) printk(const char *fmt, ...);
/* printk_raw - the same without time stamp and level: test results, prose of the tour. */
void __printf(1, 2) printk_raw(const char *fmt, ...);
extern int console_loglevel;		/* messages with a lower number are shown: quiet = 4 */

#define pr_err(fmt, ...)	printk(KERN_ERR fmt, ##__VA_ARGS__)
#define pr_warn(fmt, ...)	printk(KERN_WARNING fmt, ##__VA_ARGS__)
#define pr_info(fmt, ...)	printk(KERN_INFO fmt, ##__VA_ARGS__)
#define pr_debug(fmt, ...)	printk(KERN_DEBUG fmt, ##__VA_ARGS__)

/* A place that messages go to: serial port, VGA text. write() may be called in any context. */
struct console {
	const char *name;
	void (*write)(const char *text, size_t len);	/* as it is: lines end with \r\n */
	void (*resume_input)(void);		/* see console_input(); may be empty. Any context */
	struct console *next;
};
void register_console(struct console *con);
/* printk_emergency - from now on no lock is waited for (panic). */
void printk_emergency(void);
/* console_write - the terminal's output: the same places, as it is. */
void console_write(const char *text, size_t len);

/*
 * console_set_input - receive gets every character typed on any console, in interrupt context.
 * console_input is what the drivers call. False: there is no room for c, try again when
 * console_resume_input() calls resume_input().
 */
void console_set_input(bool (*receive)(char c));
bool console_input(char c);
void console_resume_input(void);		/* any context */

/* panic_regs - as panic() (bug.h), but reports the registers of the interrupted code. */
struct pt_regs;
void __noreturn __printf(2, 3) panic_regs(const struct pt_regs *regs, const char *fmt, ...);
/* arch/i386/dump.c. Registers of interrupted kernel code: sp and ss must have been filled in. */
void show_regs(const struct pt_regs *regs);
void capture_regs(struct pt_regs *regs);	/* the caller's own */
void show_backtrace(const struct pt_regs *regs);	/* kernel mode's; sp must be filled in */

/* How the machine ends (arch/i386/reboot.c). */
/* machine_exit - the power goes off; with exit_debug, a watching script learns of the success. */
void __noreturn machine_exit(bool success);
void __noreturn machine_restart(void);
void __noreturn machine_halt(void);
void __noreturn machine_panic_exit(void);
extern bool exit_debug;			/* exit=debug or test: use isa-debug-exit */

#endif
