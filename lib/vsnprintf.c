/* SPDX-License-Identifier: MIT */
/* vsnprintf.c - formatted text, by the part of ISO C11 7.21.6.1 that the kernel uses. */
#include <nopage/printf.h>
#include <nopage/math64.h>
#include <nopage/string.h>

#define DIGITS_MAX	24		/* 64 bits in octal: 22 digits */

/* Where the text goes: counts every character, stores those that fit. */
struct out {
	char *buf;
	size_t size, len;
};

/* One parsed conversion. */
struct spec {
	bool left, zero;
	int width;
	int precision;			/* of a string: so many bytes at most; -1: all */
	unsigned int longs;		/* 0: int, 1: long, 2: long long */
};

static void put(struct out *out, char c)
{
	if (out->len < out->size)
		out->buf[out->len] = c;
	out->len++;
}

static void put_many(struct out *out, char c, int n)
{
	for (; n > 0; n--)
		put(out, c);
}

/* Text, padded with blanks to the field's width. */
static void put_text(struct out *out, const struct spec *spec, const char *s, size_t n)
{
	int pad = spec->width - (int)n;

	if (!spec->left)
		put_many(out, ' ', pad);
	while (n--)
		put(out, *s++);
	if (spec->left)
		put_many(out, ' ', pad);
}

static void put_string(struct out *out, const struct spec *spec, const char *s)
{
	size_t max = spec->precision < 0 ? (size_t)-1 : (size_t)spec->precision;

	if (!s)
		s = "(null)";
	put_text(out, spec, s, strnlen(s, max));
}

/* Digits of value, last one first; returns how many. */
static int to_digits(char *digits, u64 value, unsigned int base)
{
	u32 low, rem;
	int n = 0;

	while (value >> 32) {
		value = div_u64_rem(value, base, &rem);
		digits[n++] = "0123456789abcdef"[rem];
	}
	low = (u32)value;
	do
		digits[n++] = "0123456789abcdef"[low % base];
	while (low /= base);
	return n;
}

static void put_number(struct out *out, const struct spec *spec, u64 value, unsigned int base,
		       bool negative)
{
	char digits[DIGITS_MAX];
	int n = to_digits(digits, negative ? -value : value, base);
	int pad = spec->width - n - negative;

	if (!spec->left && !spec->zero)
		put_many(out, ' ', pad);
	if (negative)
		put(out, '-');
	if (!spec->left && spec->zero)
		put_many(out, '0', pad);
	while (n)
		put(out, digits[--n]);
	if (spec->left)
		put_many(out, ' ', pad);
}

/* Decimal digits at *fmt, moving it behind them; more than a field can need stays at the limit. */
static int parse_int(const char **fmt)
{
	int n = 0;

	for (; **fmt >= '0' && **fmt <= '9'; (*fmt)++)
		if (n < 4096)
			n = n * 10 + (**fmt - '0');
	return n;
}

/* A va_list that functions can advance: behind a pointer it is one object on every ABI. */
struct args {
	va_list ap;
};

/* A width or precision: digits, or * for the next argument. */
static int parse_size(const char **fmt, struct args *args)
{
	if (**fmt != '*')
		return parse_int(fmt);
	(*fmt)++;
	return va_arg(args->ap, int);
}

/* Flags, width, precision and length; fmt is behind the %. Returns where the conversion is. */
static const char *parse_spec(struct spec *spec, const char *fmt, struct args *args)
{
	*spec = (struct spec){ .precision = -1 };
	for (; *fmt == '-' || *fmt == '0'; fmt++)
		*(*fmt == '-' ? &spec->left : &spec->zero) = true;
	spec->width = parse_size(&fmt, args);
	if (spec->width < 0) {
		spec->left = true;
		spec->width = -spec->width;
	}
	if (*fmt == '.') {
		fmt++;
		spec->precision = parse_size(&fmt, args);
	}
	if (*fmt == 'z') {			/* size_t is as long as long */
		spec->longs = 1;
		return fmt + 1;
	}
	for (; *fmt == 'l' && spec->longs < 2; fmt++)
		spec->longs++;
	return fmt;
}

static u64 get_unsigned(const struct spec *spec, struct args *args)
{
	if (spec->longs == 2)
		return va_arg(args->ap, unsigned long long);
	return spec->longs ? va_arg(args->ap, unsigned long) : va_arg(args->ap, unsigned int);
}

static s64 get_signed(const struct spec *spec, struct args *args)
{
	if (spec->longs == 2)
		return va_arg(args->ap, long long);
	return spec->longs ? va_arg(args->ap, long) : va_arg(args->ap, int);
}

/* One conversion; false if the character is not one of ours. */
static bool convert(struct out *out, const struct spec *spec, char conversion, struct args *args)
{
	const struct spec pointer = { .zero = true, .width = 8 };
	s64 value;
	char c;

	switch (conversion) {
	case 'd':
		value = get_signed(spec, args);
		put_number(out, spec, value, 10, value < 0);
		return true;
	case 'u':
		put_number(out, spec, get_unsigned(spec, args), 10, false);
		return true;
	case 'o':
		put_number(out, spec, get_unsigned(spec, args), 8, false);
		return true;
	case 'x':
		put_number(out, spec, get_unsigned(spec, args), 16, false);
		return true;
	case 'p':
		put_number(out, &pointer, (u32)va_arg(args->ap, uintptr_t), 16, false);
		return true;
	case 's':
		put_string(out, spec, va_arg(args->ap, const char *));
		return true;
	case 'c':
		c = (char)va_arg(args->ap, int);
		put_text(out, spec, &c, 1);
		return true;
	case '%':
		put(out, '%');
		return true;
	default:
		return false;
	}
}

int vsnprintf(char *buf, size_t size, const char *fmt, va_list ap)
{
	struct out out = { buf, size, 0 };
	const char *start;
	struct spec spec;
	struct args args;

	va_copy(args.ap, ap);
	while (*fmt) {
		start = fmt;
		if (*fmt != '%') {
			put(&out, *fmt++);
			continue;
		}
		fmt = parse_spec(&spec, fmt + 1, &args);
		if (*fmt && convert(&out, &spec, *fmt, &args)) {
			fmt++;
			continue;
		}
		while (start < fmt)
			put(&out, *start++);
	}
	va_end(args.ap);
	if (size)
		buf[min(out.len, size - 1)] = '\0';
	return (int)out.len;
}

int snprintf(char *buf, size_t size, const char *fmt, ...)
{
	va_list args;
	int len;

	va_start(args, fmt);
	len = vsnprintf(buf, size, fmt, args);
	va_end(args);
	return len;
}

int vscnprintf(char *buf, size_t size, const char *fmt, va_list args)
{
	size_t len = vsnprintf(buf, size, fmt, args);

	if (len < size)
		return (int)len;
	return size ? (int)(size - 1) : 0;
}

int scnprintf(char *buf, size_t size, const char *fmt, ...)
{
	va_list args;
	int len;

	va_start(args, fmt);
	len = vscnprintf(buf, size, fmt, args);
	va_end(args);
	return len;
}
