/* SPDX-License-Identifier: MIT */
/* vga.c - the 80 x 25 text screen of a VGA adapter, if there is one (IBM VGA reference, CRTC). */
#include <nopage/init.h>
#include <nopage/printk.h>
#include <nopage/string.h>
#include <asm/io.h>
#include <asm/page.h>

#define COLUMNS		80
#define ROWS		25
#define TAB		8
#define BLANK		0x0720		/* a space, light grey on black */
#define COLOUR		0x0700

#define VGA_TEXT	0xb8000
#define CRTC_INDEX	0x3d4
#define CRTC_DATA	0x3d5
#define CRTC_CURSOR_HI	0x0e
#define CRTC_CURSOR_LO	0x0f

static volatile u16 *screen;		/* ROWS * COLUMNS cells */
static unsigned int row, column;

static void clear_row(unsigned int which)
{
	for (unsigned int i = 0; i < COLUMNS; i++)
		screen[which * COLUMNS + i] = BLANK;
}

static void next_row(void)
{
	if (++row < ROWS)
		return;
	row = ROWS - 1;
	memmove((void *)screen, (void *)(screen + COLUMNS), (ROWS - 1) * COLUMNS * sizeof(u16));
	clear_row(row);
}

static void put_visible(char c)
{
	screen[row * COLUMNS + column] = COLOUR | (u8)c;
	if (++column < COLUMNS)
		return;
	column = 0;
	next_row();
}

static void put(char c)
{
	switch (c) {
	case '\n':
		next_row();
		break;
	case '\r':
		column = 0;
		break;
	case '\b':
		column -= column > 0;
		break;
	case '\t':
		do
			put_visible(' ');
		while (column % TAB);
		break;
	default:
		if ((u8)c >= ' ')
			put_visible(c);
	}
}

static void crtc_write(u8 reg, u8 value)
{
	outb(reg, CRTC_INDEX);
	outb(value, CRTC_DATA);
}

static u8 crtc_read(u8 reg)
{
	outb(reg, CRTC_INDEX);
	return inb(CRTC_DATA);
}

static void move_cursor(void)
{
	unsigned int position = row * COLUMNS + column;

	crtc_write(CRTC_CURSOR_HI, position >> 8);
	crtc_write(CRTC_CURSOR_LO, position & 0xff);
}

static void vga_write(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		put(text[i]);
	move_cursor();
}

static struct console vga_console = { .name = "vga", .write = vga_write };

/* A cursor register and a cell of the screen keep what is written to them. */
static bool __init vga_present(void)
{
	crtc_write(CRTC_CURSOR_LO, 0xa5);
	if (crtc_read(CRTC_CURSOR_LO) != 0xa5)
		return false;
	screen[0] = 0x0741;
	screen[1] = 0x0742;
	return screen[0] == 0x0741 && screen[1] == 0x0742;
}

void __init vga_console_init(void)
{
	screen = __va((phys_t){ VGA_TEXT });
	if (!vga_present())
		return;
	for (row = ROWS; row-- > 0; )
		clear_row(row);
	row = 0;
	register_console(&vga_console);
}
