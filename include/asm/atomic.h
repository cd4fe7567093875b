/* SPDX-License-Identifier: MIT */
/* atomic.h - counts that several CPUs change (Intel SDM vol. 3, 8.1: locked operations). */
#ifndef ASM_ATOMIC_H
#define ASM_ATOMIC_H

#include <nopage/types.h>

#define ATOMIC_INIT(i)	{ (i) }

static inline int atomic_read(const atomic_t *v)
{
	return READ_ONCE(v->counter);
}

static inline void atomic_set(atomic_t *v, int i)
{
	WRITE_ONCE(v->counter, i);
}

static inline void atomic_inc(atomic_t *v)
{
	__asm__ __volatile__("lock incl %0" : "+m"(v->counter) : : "memory");
}

static inline void atomic_dec(atomic_t *v)
{
	__asm__ __volatile__("lock decl %0" : "+m"(v->counter) : : "memory");
}

/* True when the count has become zero: the caller was the last holder. */
static inline bool atomic_dec_and_test(atomic_t *v)
{
	bool zero;

	__asm__ __volatile__("lock decl %0" : "+m"(v->counter), "=@ccz"(zero) : : "memory");
	return zero;
}

static inline int atomic_add_return(atomic_t *v, int i)
{
	return __atomic_add_fetch(&v->counter, i, __ATOMIC_SEQ_CST);
}

/* Both return the value after the change. */
static inline int atomic_inc_return(atomic_t *v)
{
	return atomic_add_return(v, 1);
}

static inline int atomic_dec_return(atomic_t *v)
{
	return atomic_add_return(v, -1);
}

static inline void atomic_add(atomic_t *v, int i)
{
	(void)atomic_add_return(v, i);
}

/* Both change by one and say whether the result is negative: what the fast paths of rwsem need. */
static inline bool atomic_inc_negative(atomic_t *v)
{
	bool negative;

	__asm__ __volatile__("lock incl %0" : "+m"(v->counter), "=@ccs"(negative) : : "memory");
	return negative;
}

static inline bool atomic_dec_negative(atomic_t *v)
{
	bool negative;

	__asm__ __volatile__("lock decl %0" : "+m"(v->counter), "=@ccs"(negative) : : "memory");
	return negative;
}

/* test_and_set - set bit 0 of *word; was it set before? */
static inline bool test_and_set(int *word)
{
	bool was;

	__asm__ __volatile__("lock btsl $0, %0" : "+m"(*word), "=@ccc"(was) : : "memory");
	return was;
}

/* True when *v was old and is now new. */
static inline bool atomic_cmpxchg(atomic_t *v, int old, int new)
{
	return __atomic_compare_exchange_n(&v->counter, &old, new, false,
					   __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
}

#endif
