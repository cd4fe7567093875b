/* SPDX-License-Identifier: MIT */
/* random.h - flags of getrandom(2), Linux. */
#ifndef NOPAGE_UAPI_RANDOM_H
#define NOPAGE_UAPI_RANDOM_H

#define GRND_NONBLOCK	0x0001
#define GRND_RANDOM	0x0002
#define GRND_INSECURE	0x0004

#endif
