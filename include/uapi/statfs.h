/* SPDX-License-Identifier: MIT */
/* statfs.h - what statfs() tells about a file system, in its two forms; Linux i386. */
#ifndef NOPAGE_UAPI_STATFS_H
#define NOPAGE_UAPI_STATFS_H

#define ST_VALID	0x20		/* f_flags is filled in; the others are MS_* of mount() */
#define ST_RELATIME	0x1000

struct statfs {
	unsigned int f_type, f_bsize;
	unsigned int f_blocks, f_bfree, f_bavail;	/* of f_bsize */
	unsigned int f_files, f_ffree;
	int f_fsid[2];
	unsigned int f_namelen, f_frsize, f_flags;
	unsigned int f_spare[4];
};

struct statfs64 {
	unsigned int f_type, f_bsize;
	unsigned long long f_blocks, f_bfree, f_bavail;
	unsigned long long f_files, f_ffree;
	int f_fsid[2];
	unsigned int f_namelen, f_frsize, f_flags;
	unsigned int f_spare[4];
};

#endif
