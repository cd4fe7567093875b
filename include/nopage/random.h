/* SPDX-License-Identifier: MIT */
/* random.h - random numbers for getrandom(), /dev/random and the kernel itself (random.c). */
#ifndef NOPAGE_RANDOM_H
#define NOPAGE_RANDOM_H

#include <nopage/types.h>

/* get_random_bytes - len unpredictable bytes; never waits, any context. */
void get_random_bytes(void *buf, size_t len);
/* add_entropy - stir in what is hard to guess, or what a user wrote to /dev/random. Any context. */
void add_entropy(const void *data, size_t len);
/* add_interrupt_randomness - the moment of an interrupt; source tells lines apart. Irqs off. */
void add_interrupt_randomness(u32 source);
/* chacha20_block - 64 bytes of key stream; state[12] counts blocks (RFC 8439, 2.3). */
void chacha20_block(u32 state[16], u32 out[16]);
void random_init(void);

#endif
