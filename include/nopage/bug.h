/* SPDX-License-Identifier: MIT */
/*
 * bug.h - an impossible state stops the machine at once.
 *
 * BUG_ON() stays in the release build: a wrong count found late is a corrupted page
 * found never. ASSERT() is for checks too dear for a hot path; the debug build, which is what
 * `make test` runs, has them.
 */
#ifndef NOPAGE_BUG_H
#define NOPAGE_BUG_H

#include <nopage/types.h>

void __noreturn __printf(1, 2) panic(const char *fmt, ...);
void __noreturn bug_at(const char *file, int line, const char *what);

#define BUG()		bug_at(__FILE__, __LINE__, "BUG()")
#define BUG_ON(cond)	do { if (unlikely(cond)) bug_at(__FILE__, __LINE__, #cond); } while (0)
#define ASSERT(cond)	do { if (CONFIG_DEBUG) BUG_ON(!(cond)); } while (0)
#define BUILD_BUG_ON(cond) _Static_assert(!(cond), #cond)

#endif
