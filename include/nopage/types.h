/* SPDX-License-Identifier: MIT */
/* types.h - the integer types and the small arithmetic everything uses. */
#ifndef NOPAGE_TYPES_H
#define NOPAGE_TYPES_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <nopage/compiler.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int8_t s8;
typedef int16_t s16;
typedef int32_t s32;
typedef int64_t s64;

#ifndef NOPAGE_HOST			/* the host's libc brings its own */
typedef long ssize_t;
typedef int pid_t;
typedef long long loff_t;
typedef unsigned int mode_t;
typedef unsigned int dev_t;
typedef unsigned int uid_t;
typedef unsigned int gid_t;
#endif

typedef unsigned int gfp_t;

/* A count touched by several CPUs: only through <asm/atomic.h>. */
typedef struct {
	int counter;
} atomic_t;

/*
 * A physical address. A struct, so that it cannot be mixed up with a pointer or a
 * virtual address by accident: __pa() makes one, __va() and phys_to_pfn() use it up.
 */
typedef struct {
	u32 addr;
} phys_t;

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define container_of(ptr, type, member) \
	((type *)((char *)(ptr) - offsetof(type, member)))
#define min(a, b)	({ __typeof__(a) _a = (a); __typeof__(b) _b = (b); _a < _b ? _a : _b; })
#define max(a, b)	({ __typeof__(a) _a = (a); __typeof__(b) _b = (b); _a > _b ? _a : _b; })
#define swap(a, b)	({ __typeof__(a) _a = (a); (a) = (b); (b) = _a; })
#define ALIGN(x, a)	(((x) + ((a) - 1)) & ~((__typeof__(x))(a) - 1))
#define ALIGN_DOWN(x, a) ((x) & ~((__typeof__(x))(a) - 1))
#define DIV_ROUND_UP(n, d) (((n) + (d) - 1) / (d))
#define BIT(n)		(1UL << (n))

#endif
