/* SPDX-License-Identifier: MIT */
/* vdso_image.S - the finished vDSO (arch/i386/vdso/) as bytes. */
	.section .init.data, "aw"
	.globl vdso_image, vdso_image_end
vdso_image:
	.incbin VDSO_SO
vdso_image_end:

	.section .note.GNU-stack, "", @progbits
