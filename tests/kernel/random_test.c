/* SPDX-License-Identifier: MIT */
/* random_test.c - ChaCha20 by its published example, and what the generator makes of it. */
#include <nopage/ktest.h>
#include <nopage/mm.h>
#include <nopage/random.h>
#include <nopage/slab.h>
#include <nopage/string.h>

/* RFC 8439, 2.3.2. */
KTEST(random, chacha20)
{
	static const u32 want[16] = {
		0xe4e7f110, 0x15593bd1, 0x1fdd0f50, 0xc47120a3, 0xc7f4d1c7, 0x0368c033, 0x9aaa2204,
		0x4e6cd4c3, 0x466482d2, 0x09aa9f07, 0x05d7c214, 0xa2028bd9, 0xd19c12b5, 0xb94e16de,
		0xe883d0cb, 0x4e3c50a2,
	};
	u32 state[16] = {
		0x61707865, 0x3320646e, 0x79622d32, 0x6b206574, 0x03020100, 0x07060504, 0x0b0a0908,
		0x0f0e0d0c, 0x13121110, 0x17161514, 0x1b1a1918, 0x1f1e1d1c, 0x00000001, 0x09000000,
		0x4a000000, 0x00000000,
	};
	u32 out[16];

	chacha20_block(state, out);
	KT_TRUE(!memcmp(out, want, sizeof(want)));
	KT_EQ(state[12], 2);
}

/* No request repeats another, whatever its size, and none writes more than was asked for. */
KTEST(random, bytes)
{
	static const size_t sizes[] = { 1, 4, 31, 32, 33, 64, 65, 500 };
	u8 *a = kmalloc(512, GFP_KERNEL), *b = kmalloc(512, GFP_KERNEL);

	KT_TRUE(a && b);
	for (unsigned int i = 0; a && b && i < ARRAY_SIZE(sizes); i++) {
		memset(a, 0, 512);
		memset(b, 0, 512);
		get_random_bytes(a, sizes[i]);
		get_random_bytes(b, sizes[i]);
		KT_TRUE(sizes[i] < 16 || memcmp(a, b, sizes[i]));
		KT_TRUE(!memchr_inv(a + sizes[i], 0, 512 - sizes[i]));
	}
	kfree(a);
	kfree(b);
}

KTEST(random, entropy_changes_the_stream)
{
	u32 a[4], b[4];

	add_entropy("x", 1);
	get_random_bytes(a, sizeof(a));
	add_entropy("x", 1);
	get_random_bytes(b, sizeof(b));
	KT_TRUE(memcmp(a, b, sizeof(a)));
}
