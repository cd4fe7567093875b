# SPDX-License-Identifier: MIT
"""paging - the two-level translation, done by hand (Intel SDM vol. 3, 4.3).

Page tables and frames are read where the direct map shows them, at physical + PAGE_OFFSET, which
every page directory contains: so the memory of any process can be looked at, not only of the one
whose directory CR3 points to.
"""
import struct

import gdb

from np import kernel

_BITS = kernel.defines("asm/pgtable.h", "_PAGE_")
PRESENT, RW, USER, PSE = (_BITS[name] for name in ("PRESENT", "RW", "USER", "PSE"))
PROTNONE = _BITS["PROTNONE"]
PGDIR_SHIFT = kernel.defines("asm/pgtable.h", "PGDIR_")["SHIFT"]
PTRS = kernel.defines("asm/pgtable.h", "PTRS_PER_")["PGD"]
OFFSET_MASK = kernel.PAGE_SIZE - 1


def read_phys(phys, size):
    if phys + size > kernel.LOWMEM_MAX:
        raise gdb.GdbError("Physical address 0x%08x lies above the direct map." % phys)
    memory = gdb.selected_inferior().read_memory(kernel.PAGE_OFFSET + phys, size)
    return memory.tobytes()


def read_entry(phys):
    return struct.unpack("<I", read_phys(phys, 4))[0]


def read_table(phys):
    return struct.unpack("<%dI" % PTRS, read_phys(phys, kernel.PAGE_SIZE))


def present(pte):
    """Has the entry a frame? PROT_NONE pages have one, though the processor may not use it."""
    return bool(pte & (PRESENT | PROTNONE))


def bits(entry, level):
    """The names of an entry's bits; level "pgd" or "pte" decides what bit 7 means."""
    absent = "PROTNONE" if level == "pgd" else "PSE"
    if level == "pte" and entry & PRESENT:
        absent = "PROTNONE"
    names = [name for name, mask in sorted(_BITS.items(), key=lambda item: item[1])
             if name != absent and bin(mask).count("1") == 1 and entry & mask]
    return " ".join(names) if names else "nothing set: not present"


def pgd_phys(mm):
    return kernel.address(mm["pgd"]) - kernel.PAGE_OFFSET


class Walk:
    """One address on its way through a directory at physical address pgd.

    pde is always read; pte is None when there is no table; phys is None when the way ends."""

    def __init__(self, pgd, address):
        self.address = address
        self.pgd_index = address >> PGDIR_SHIFT
        self.pte_index = address >> kernel.PAGE_SHIFT & PTRS - 1
        self.offset = address & OFFSET_MASK
        self.pde_phys = pgd + self.pgd_index * 4
        self.pde = read_entry(self.pde_phys)
        self.large = bool(self.pde & PRESENT and self.pde & PSE)
        self.pte_phys = self.pte = self.phys = None
        if self.large:
            in_page = address & (1 << PGDIR_SHIFT) - 1
            self.phys = (self.pde & ~((1 << PGDIR_SHIFT) - 1)) + in_page
        elif self.pde & PRESENT:
            self.pte_phys = (self.pde & ~OFFSET_MASK) + self.pte_index * 4
            self.pte = read_entry(self.pte_phys)
            if present(self.pte):
                self.phys = (self.pte & ~OFFSET_MASK & 0xffffffff) + self.offset


def entries(mm, start, end):
    """(address, entry) of everything that is mapped in [start, end) of the user half of mm."""
    pgd = read_table(pgd_phys(mm))
    for index in range(start >> PGDIR_SHIFT, (end - 1 >> PGDIR_SHIFT) + 1):
        if not pgd[index] & PRESENT or pgd[index] & PSE:
            continue
        base = index << PGDIR_SHIFT
        for number, pte in enumerate(read_table(pgd[index] & ~OFFSET_MASK)):
            address = base + (number << kernel.PAGE_SHIFT)
            if start <= address < end and present(pte):
                yield address, pte


def resident(mm, start, end):
    """How many pages of a range are in memory: (frames of its own, entries with the zero page).

    The first number is what rss counts; the zero page belongs to nobody."""
    zero = zero_frame()
    frames = [pte >> kernel.PAGE_SHIFT for _, pte in entries(mm, start, end)]
    return len(frames) - frames.count(zero), frames.count(zero)


def zero_frame():
    page = kernel.address(kernel.symbol("zero_page"))
    if not page:
        return None
    return (page - kernel.address(kernel.symbol("mem_map"))) // kernel.struct("page").sizeof
