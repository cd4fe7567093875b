/* SPDX-License-Identifier: MIT */
/* vsnprintf.c - formatted text (ISO C11 7.21.6.1 without floating point and %n). */
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
	bool left, zero, plus, space, alt, upper;
	int width;
	int precision;			/* -1: none given */
	enum { LEN_CHAR, LEN_SHORT, LEN_INT, LEN_LONG, LEN_LLONG, LEN_SIZE } length;
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

/* Digits of value, last one first; returns how many. Zero has none: its "0" is a precision of 1. */
static int to_digits(char *digits, u64 value, unsigned int base, bool upper)
{
	const char *set = upper ? "0123456789ABCDEF" : "0123456789abcdef";
	u32 low, rem;
	int n = 0;

	while (value >> 32) {
		value = div_u64_rem(value, base, &rem);
		digits[n++] = set[rem];
	}
	for (low = (u32)value; low; low /= base)
		digits[n++] = set[low % base];
	return n;
}

/* sign: the character before the number, 0 for none. */
static void put_number(struct out *out, const struct spec *spec, u64 value, unsigned int base,
		       char sign)
{
	char digits[DIGITS_MAX];
	int n = to_digits(digits, value, base, spec->upper);
	int zeros = (spec->precision < 0 ? 1 : spec->precision) - n;
	bool prefix = spec->alt && base == 16 && value;
	int fixed = (sign != 0) + 2 * prefix;

	if (spec->alt && base == 8 && zeros <= 0)
		zeros = 1;
	if (zeros < 0)
		zeros = 0;
	if (spec->zero && !spec->left && spec->precision < 0 && spec->width > n + zeros + fixed)
		zeros = spec->width - n - fixed;
	if (!spec->left)
		put_many(out, ' ', spec->width - n - zeros - fixed);
	if (sign)
		put(out, sign);
	if (prefix) {
		put(out, '0');
		put(out, spec->upper ? 'X' : 'x');
	}
	put_many(out, '0', zeros);
	for (int i = n; i > 0; i--)
		put(out, digits[i - 1]);
	if (spec->left)
		put_many(out, ' ', spec->width - n - zeros - fixed);
}

static void put_signed(struct out *out, const struct spec *spec, s64 value)
{
	char sign = value < 0 ? '-' : spec->plus ? '+' : spec->space ? ' ' : 0;

	put_number(out, spec, value < 0 ? -(u64)value : (u64)value, 10, sign);
}

/* A pointer: all its low 32 bits, always eight digits, no prefix. */
static void put_pointer(struct out *out, const struct spec *spec, const void *ptr)
{
	struct spec hex = *spec;

	hex.precision = 8;
	hex.alt = false;
	put_number(out, &hex, (u32)(uintptr_t)ptr, 16, 0);
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

static const char *parse_flags(struct spec *spec, const char *fmt)
{
	for (;; fmt++) {
		switch (*fmt) {
		case '-': spec->left = true; break;
		case '0': spec->zero = true; break;
		case '+': spec->plus = true; break;
		case ' ': spec->space = true; break;
		case '#': spec->alt = true; break;
		default: return fmt;
		}
	}
}

static const char *parse_length(struct spec *spec, const char *fmt)
{
	spec->length = LEN_INT;
	switch (*fmt) {
	case 'h':
		spec->length = fmt[1] == 'h' ? LEN_CHAR : LEN_SHORT;
		return fmt + (fmt[1] == 'h' ? 2 : 1);
	case 'l':
		spec->length = fmt[1] == 'l' ? LEN_LLONG : LEN_LONG;
		return fmt + (fmt[1] == 'l' ? 2 : 1);
	case 'z':
	case 't':
		spec->length = LEN_SIZE;
		return fmt + 1;
	default:
		return fmt;
	}
}

/* A va_list that functions can advance: behind a pointer it is one object on every ABI. */
struct args {
	va_list ap;
};

/* Flags, width, precision and length; fmt is behind the %. Returns where the conversion is. */
static const char *parse_spec(struct spec *spec, const char *fmt, struct args *args)
{
	*spec = (struct spec){ .precision = -1 };
	fmt = parse_flags(spec, fmt);
	if (*fmt == '*') {
		spec->width = va_arg(args->ap, int);
		if (spec->width < 0) {
			spec->left = true;
			spec->width = -spec->width;
		}
		fmt++;
	} else {
		spec->width = parse_int(&fmt);
	}
	if (*fmt == '.') {
		fmt++;
		if (*fmt == '*') {
			spec->precision = va_arg(args->ap, int);
			fmt++;
		} else {
			spec->precision = parse_int(&fmt);
		}
		if (spec->precision < 0)
			spec->precision = -1;
	}
	return parse_length(spec, fmt);
}

static u64 get_unsigned(const struct spec *spec, struct args *args)
{
	switch (spec->length) {
	case LEN_LLONG: return va_arg(args->ap, unsigned long long);
	case LEN_LONG: return va_arg(args->ap, unsigned long);
	case LEN_SIZE: return va_arg(args->ap, size_t);
	case LEN_SHORT: return (unsigned short)va_arg(args->ap, unsigned int);
	case LEN_CHAR: return (unsigned char)va_arg(args->ap, unsigned int);
	default: return va_arg(args->ap, unsigned int);
	}
}

static s64 get_signed(const struct spec *spec, struct args *args)
{
	switch (spec->length) {
	case LEN_LLONG: return va_arg(args->ap, long long);
	case LEN_LONG: return va_arg(args->ap, long);
	case LEN_SIZE: return va_arg(args->ap, ptrdiff_t);
	case LEN_SHORT: return (short)va_arg(args->ap, int);
	case LEN_CHAR: return (signed char)va_arg(args->ap, int);
	default: return va_arg(args->ap, int);
	}
}

/* One conversion; false if the character is not one of ours. */
static bool convert(struct out *out, struct spec *spec, char conversion, struct args *args)
{
	char c;

	switch (conversion) {
	case 'd':
	case 'i':
		put_signed(out, spec, get_signed(spec, args));
		return true;
	case 'u':
		put_number(out, spec, get_unsigned(spec, args), 10, 0);
		return true;
	case 'o':
		put_number(out, spec, get_unsigned(spec, args), 8, 0);
		return true;
	case 'x':
	case 'X':
		spec->upper = conversion == 'X';
		put_number(out, spec, get_unsigned(spec, args), 16, 0);
		return true;
	case 'p':
		put_pointer(out, spec, va_arg(args->ap, void *));
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
