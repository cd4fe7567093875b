/* SPDX-License-Identifier: MIT */
/* glob.h - patterns for the names of tests. */
#ifndef TESTS_GLOB_H
#define TESTS_GLOB_H

#include <nopage/types.h>

/*
 * glob_match - does s match the pattern, in which * stands for any text and ? for one character?
 * Remembers the last * only: a later one can take over everything an earlier one could.
 */
static inline bool glob_match(const char *pattern, const char *s)
{
	const char *star = NULL, *retry = NULL;

	while (*s) {
		if (*pattern == '*') {
			star = ++pattern;
			retry = s;
		} else if (*pattern == '?' || *pattern == *s) {
			pattern++;
			s++;
		} else if (star) {
			pattern = star;
			s = ++retry;
		} else {
			return false;
		}
	}
	while (*pattern == '*')
		pattern++;
	return !*pattern;
}

#endif
