/* SPDX-License-Identifier: MIT */
/*
 * random.c - random numbers from one ChaCha20 key.
 *
 *	interrupts: time stamp counter -------+
 *	RDRAND, date, writes to /dev/random --+-> key -> key stream -> callers
 *	                                           ^---------'  first 32 bytes: the next key
 *
 * The key is replaced with each request by the key stream's first half block ("fast key erasure"),
 * so that what was given out cannot be found again from what is in memory. Entropy is not counted:
 * a virtual machine has no honest number for it, and after the first interrupts nobody can guess
 * the key. Reading never blocks.
 *
 * Source: RFC 8439 for ChaCha20; its constants spell "expand 32-byte k".
 */
#include <nopage/random.h>
#include <nopage/sched.h>
#include <nopage/spinlock.h>
#include <nopage/string.h>
#include <nopage/syscalls.h>
#include <asm/processor.h>
#include <asm/uaccess.h>
#include <uapi/random.h>

#define KEY_WORDS	8
#define BLOCK_WORDS	16
#define BLOCK_BYTES	64
#define ROUNDS		20
#define COPY_BYTES	256		/* per step of getrandom(), on the stack */

static DEFINE_SPINLOCK(random_lock);	/* taken with interrupts off */
static u32 key[KEY_WORDS];		/* random_lock */
static unsigned int next_word;		/* random_lock; of the key, for the next interrupt */

/* ------------------------------------------------------------------ ChaCha20 */

static inline u32 rotate_left(u32 x, unsigned int bits)
{
	return x << bits | x >> (32 - bits);
}

static inline void quarter_round(u32 *x, unsigned int a, unsigned int b, unsigned int c,
				 unsigned int d)
{
	x[a] += x[b];
	x[d] = rotate_left(x[d] ^ x[a], 16);
	x[c] += x[d];
	x[b] = rotate_left(x[b] ^ x[c], 12);
	x[a] += x[b];
	x[d] = rotate_left(x[d] ^ x[a], 8);
	x[c] += x[d];
	x[b] = rotate_left(x[b] ^ x[c], 7);
}

void chacha20_block(u32 state[BLOCK_WORDS], u32 out[BLOCK_WORDS])
{
	u32 x[BLOCK_WORDS];

	memcpy(x, state, sizeof(x));
	for (unsigned int i = 0; i < ROUNDS; i += 2) {
		quarter_round(x, 0, 4, 8, 12);
		quarter_round(x, 1, 5, 9, 13);
		quarter_round(x, 2, 6, 10, 14);
		quarter_round(x, 3, 7, 11, 15);
		quarter_round(x, 0, 5, 10, 15);
		quarter_round(x, 1, 6, 11, 12);
		quarter_round(x, 2, 7, 8, 13);
		quarter_round(x, 3, 4, 9, 14);
	}
	for (unsigned int i = 0; i < BLOCK_WORDS; i++)
		out[i] = x[i] + state[i];
	state[12]++;
}

static void set_state(u32 state[BLOCK_WORDS], const u32 *with_key)
{
	static const u32 constants[4] = { 0x61707865, 0x3320646e, 0x79622d32, 0x6b206574 };

	memset(state, 0, BLOCK_BYTES);
	memcpy(state, constants, sizeof(constants));
	memcpy(state + 4, with_key, KEY_WORDS * sizeof(u32));
}

/* ------------------------------------------------------------------ the key */

/* The next block; its first half becomes the key, the second is for the caller. Lock held. */
static void next_key(u32 half[KEY_WORDS])
{
	u32 state[BLOCK_WORDS], block[BLOCK_WORDS];

	assert_spin_locked(&random_lock);
	set_state(state, key);
	chacha20_block(state, block);
	memcpy(key, block, sizeof(key));
	memcpy(half, block + KEY_WORDS, sizeof(key));
}

/* Stir data into the key: each block of it is xor-ed in and the key is replaced. */
void add_entropy(const void *data, size_t len)
{
	unsigned long flags = spin_lock_irqsave(&random_lock);
	u32 unused[KEY_WORDS];
	u8 *bytes = (u8 *)key;

	key[0] ^= (u32)get_cycles();
	for (size_t i = 0; i < len; i++) {
		if (i && i % sizeof(key) == 0)
			next_key(unused);
		bytes[i % sizeof(key)] ^= ((const u8 *)data)[i];
	}
	next_key(unused);
	spin_unlock_irqrestore(&random_lock, flags);
}

/* Cheap enough for every interrupt: the key is mixed by the next request. */
void add_interrupt_randomness(u32 source)
{
	u32 *word;

	BUG_ON(!irqs_disabled());
	spin_lock(&random_lock);
	word = &key[next_word++ % KEY_WORDS];
	*word = rotate_left(*word, 7) ^ (u32)get_cycles() ^ source;
	spin_unlock(&random_lock);
}

void get_random_bytes(void *buf, size_t len)
{
	u32 half[KEY_WORDS], state[BLOCK_WORDS], block[BLOCK_WORDS];
	unsigned long flags = spin_lock_irqsave(&random_lock);

	next_key(half);
	spin_unlock_irqrestore(&random_lock, flags);
	if (len <= sizeof(half)) {
		memcpy(buf, half, len);
		memset(half, 0, sizeof(half));
		return;
	}
	set_state(state, half);
	for (size_t part; len; len -= part, buf += part) {
		part = min(len, sizeof(block));
		chacha20_block(state, block);
		memcpy(buf, block, part);
	}
	memset(state, 0, sizeof(state));
	memset(block, 0, sizeof(block));
}

/* random_init - the first key, from what differs between two boots. */
void random_init(void)
{
	u32 seed[KEY_WORDS];
	u64 date = ktime_get_real_ns();

	for (unsigned int i = 0; i < KEY_WORDS; i++)
		if (!arch_random_word(&seed[i]))
			seed[i] = get_cycles();
	add_entropy(seed, sizeof(seed));
	add_entropy(&date, sizeof(date));
}

/* ------------------------------------------------------------------ getrandom */

/* sys_getrandom - all flags do the same: the generator is always ready. Bytes, -EFAULT, -EINVAL. */
long sys_getrandom(long buf, long len, long flags)
{
	size_t size = min((unsigned long)len, 0x7ffff000UL), done = 0;
	u8 bytes[COPY_BYTES];

	if (flags & ~(GRND_NONBLOCK | GRND_RANDOM | GRND_INSECURE) ||
	    (flags & (GRND_RANDOM | GRND_INSECURE)) == (GRND_RANDOM | GRND_INSECURE))
		return -EINVAL;
	while (done < size) {
		size_t part = min(size - done, sizeof(bytes)), left;

		if (done && signal_pending(current))
			break;
		get_random_bytes(bytes, part);
		left = copy_to_user((void *)(buf + done), bytes, part);
		done += part - left;
		if (left)
			return done ? (long)done : -EFAULT;
		cond_resched();
	}
	memset(bytes, 0, sizeof(bytes));
	return done;
}
