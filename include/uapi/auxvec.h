/* SPDX-License-Identifier: MIT */
/* auxvec.h - types in the auxiliary vector, which execve() leaves behind the environment. */
#ifndef NOPAGE_UAPI_AUXVEC_H
#define NOPAGE_UAPI_AUXVEC_H

#define AT_NULL		0
#define AT_PHDR		3	/* address of the program headers */
#define AT_PHENT	4	/* size of one */
#define AT_PHNUM	5	/* how many */
#define AT_PAGESZ	6
#define AT_BASE		7	/* where the interpreter is, 0: none */
#define AT_FLAGS	8
#define AT_ENTRY	9	/* entry point of the program */
#define AT_UID		11
#define AT_EUID		12
#define AT_GID		13
#define AT_EGID		14
#define AT_PLATFORM	15	/* address of a string naming the processor */
#define AT_HWCAP	16	/* %edx of cpuid, leaf 1 */
#define AT_CLKTCK	17	/* unit of times() per second */
#define AT_SECURE	23	/* the program has more rights than its caller */
#define AT_RANDOM	25	/* address of 16 random bytes */
#define AT_EXECFN	31	/* address of the path given to execve() */
#define AT_SYSINFO	32	/* the vDSO's way to call the system */
#define AT_SYSINFO_EHDR	33	/* the vDSO's ELF header */

#endif
