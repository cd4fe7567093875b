/* SPDX-License-Identifier: MIT */
/* kstrtox.c - numbers from text. */
#include <nopage/kstrtox.h>
#include <nopage/bug.h>
#include <nopage/math64.h>
#include <uapi/errno.h>

static unsigned int digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return ~0U;
}

/* Skip "0x" and settle base 0. */
static const char *parse_prefix(const char *s, unsigned int *base)
{
	bool hex = s[0] == '0' && (s[1] == 'x' || s[1] == 'X');

	if (*base == 0)
		*base = hex ? 16 : s[0] == '0' ? 8 : 10;
	return *base == 16 && hex ? s + 2 : s;
}

/* Digits from s on; *end becomes the first character that is none. As kstrtoul otherwise. */
static int parse_digits(const char *s, unsigned int base, u64 *result, const char **end)
{
	const char *start;
	u64 value = 0;
	unsigned int digit;

	BUG_ON(base == 1 || base > 16);
	s = parse_prefix(s, &base);
	for (start = s; (digit = digit_value(*s)) < base; s++) {
		if (value > div_u64(~0ULL - digit, base))
			return -ERANGE;
		value = value * base + digit;
	}
	if (s == start)
		return -EINVAL;
	*end = s;
	*result = value;
	return 0;
}

int kstrtoul(const char *s, unsigned int base, unsigned long *result)
{
	const char *end;
	u64 value;
	int err = parse_digits(s, base, &value, &end);

	if (err)
		return err;
	if (*end)
		return -EINVAL;
	if (value > ~0UL)
		return -ERANGE;
	*result = (unsigned long)value;
	return 0;
}

int memparse(const char *s, u64 *result)
{
	unsigned int shift = 0;
	const char *end;
	u64 value;
	int err = parse_digits(s, 0, &value, &end);

	if (err)
		return err;
	switch (*end) {
	case 'K': case 'k': shift = 10; break;
	case 'M': case 'm': shift = 20; break;
	case 'G': case 'g': shift = 30; break;
	}
	if (shift)
		end++;
	if (*end)
		return -EINVAL;
	if (value > ~0ULL >> shift)
		return -ERANGE;
	*result = value << shift;
	return 0;
}
