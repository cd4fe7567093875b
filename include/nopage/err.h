/* SPDX-License-Identifier: MIT */
/* err.h - error numbers inside pointers: the last 4095 addresses are never objects. */
#ifndef NOPAGE_ERR_H
#define NOPAGE_ERR_H

#include <nopage/types.h>
#include <uapi/errno.h>

#define MAX_ERRNO	4095
#define IS_ERR_VALUE(x)	unlikely((unsigned long)(x) >= (unsigned long)-MAX_ERRNO)

static inline void *ERR_PTR(long error)
{
	return (void *)error;
}

static inline long PTR_ERR(const void *ptr)
{
	return (long)ptr;
}

static inline bool IS_ERR(const void *ptr)
{
	return IS_ERR_VALUE(ptr);
}

#endif
