/* SPDX-License-Identifier: MIT */
/* capability.h - what capget(2) passes, Linux. */
#ifndef NOPAGE_UAPI_CAPABILITY_H
#define NOPAGE_UAPI_CAPABILITY_H

#define CAPABILITY_VERSION_1	0x19980330	/* one struct cap_user_data */
#define CAPABILITY_VERSION_2	0x20071026	/* two: capabilities 0 to 31, 32 to 63 */
#define CAPABILITY_VERSION_3	0x20080522

struct cap_user_header {
	unsigned int version;
	int pid;
};

struct cap_user_data {
	unsigned int effective, permitted, inheritable;
};

#endif
