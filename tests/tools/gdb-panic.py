#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What the kernel says when it finds a bug of its own. GDB makes the bugs, one in each boot."""
import re
import sys

sys.dont_write_bytecode = True
from gdb_session import KERNEL, RELEASE, Machine, Session, check, once, run_checks  # noqa: E402

PANIC = 37  # QEMU's exit status
CALL = "set $esp -= 4", "set *(unsigned int *)$esp = $pc + 5"  # and $pc becomes the function


class Crash:
    """One boot: GDB's steps, and what stands in the log from PANIC on."""

    def __init__(self, append, kernel, steps):
        with Machine(append, kernel=kernel) as machine:
            self.session = Session(machine, [*steps, "continue"])
            self.status = machine.status()
            log = machine.log()
        assert self.status == PANIC, "QEMU's exit status %s\n%s" % (self.status, log[-2000:])
        self.text = re.sub(r"^\[ *\d+\.\d+\] ", "", log[log.index("] PANIC: ") + 2:], flags=re.M)

    def says(self, *patterns):
        for pattern in patterns:
            assert re.search(pattern, self.text, re.M), "no /%s/ in\n%s" % (pattern, self.text)

    def callers(self):
        """The names in the backtrace, innermost first; an address without a name is '?'."""
        lines = re.search(r"^backtrace:\n((?:  .*\n)*)", self.text, re.M).group(1).splitlines()
        return [(line.replace("?", "").split() + ["?"])[1].split("+")[0] for line in lines]


def crash(*steps, append="init=/bin/hello", kernel=KERNEL):
    return Crash(append, kernel, steps)


def in_fault(kernel):
    """In the first page fault of a program, handle_fault() calls a null pointer."""
    return crash("tbreak do_page_fault", "continue", "tbreak *handle_mm_fault", "continue",
                 ("esi", "print/x $esi"), ("task", "print/x $np_current()"),
                 ("mm", "print/x $np_current()->mm"), ("rss", "print $np_current()->mm->rss"),
                 "set $pc = 0", kernel=kernel)


@once
def null_call():
    return in_fault(KERNEL)


@check("a call to address 0: reason, registers, the end")
def reason():
    null_call().says(r"\APANIC: kernel read at 00000000: a null pointer, error code 0x0$",
                     r"^  eip: 00000000$",
                     r"^  esi %08x  edi " % null_call().session.number("esi"),
                     r"^  cr0 8005\w+  cr2 00000000  cr3 \w{5}000  cr4 ",
                     r"^end of PANIC: kernel read at 00000000: a null pointer")


@check("the backtrace names every function down to the entry, and who called address 0")
def backtrace():
    names = null_call().callers()
    assert names == ["?", "handle_fault", "do_page_fault", "page_fault"], names


@check("task and mm are the ones that GDB has seen")
def task_and_mm():
    number = null_call().session.number
    null_call().says(r'^task: %08x "hello" pid 1 tgid 1 state 0, stack f8\w{6}, preempt_count 0$'
                     % number("task"),
                     r"^mm: %08x mm_users 1 mm_count 1 pgd c\w{7} map_count \d+ rss %d$"
                     % (number("mm"), number("rss")))


@check("the last events end with the fault itself")
def events():
    null_call().says(r"^events: the last 16 of \d+\n(  \d+ tsc \d+ \w+: .*\n){15}"
                     r"  \d+ tsc \d+ fault: read 00000000 kernel, no area: .* \[1\]\nend of PANIC")


@check("release build, without frame pointers: the same callers among those on the stack")
def release():
    names = in_fault(RELEASE).callers()
    assert {"handle_fault", "do_page_fault", "page_fault"} <= set(names), names


@check("a kernel stack that runs over: its guard page is named, by a task with a stack of its own")
def overflow():
    for kernel in (KERNEL, RELEASE):
        found = crash("tbreak *sys_writev", "continue", ("stack", "print/x $np_current()->stack"),
                      "set $esp = (unsigned int)$np_current()->stack + 4", kernel=kernel)
        stack = found.session.number("stack")
        found.says(r"\APANIC: kernel stack overflow: 0x%08x is in the guard page below the kernel "
                   r"stack at %08x$" % (stack - 4, stack), r"^  eip: \w+ sys_writev\+",
                   r'^task: \w+ "hello" pid 1 ', r"^end of PANIC: kernel stack overflow")


@check("the boot stack has a guard page as well")
def boot_overflow():
    found = crash("tbreak vmalloc_init", "continue", "set $esp = (unsigned int)&boot_stack + 4",
                  *CALL, *CALL)
    found.says(r"\APANIC: kernel stack overflow: .* guard page of the boot stack$")


@check("the kernel's text and constants cannot be written to")
def read_only():
    for place in ("&_text", "&ksym_count"):
        found = crash("tbreak *sys_writev", "continue", "set $eax = (unsigned int)" + place,
                      "set $edx = 0", "set $ecx = 4", "set $pc = memset")
        found.says(r"\APANIC: kernel write at c01\w{5}: write-protected, error code 0x3$")


@check("sleeping with a spinlock held; taking one that this processor has")
def locks():
    found = crash("tbreak *sys_writev", "continue", "set cpus[0].preempt_count = 1")
    found.says(r"\APANIC: BUG at \S+: may sleep, but a spinlock is held$",
               r'"hello" pid 1 .* preempt_count 1$')
    found = crash("tbreak *sys_writev", "continue", "set tasklist_lock.locked = 1",
                  "set tasklist_lock.owner = &cpus[0]")
    found.says(r"\APANIC: BUG at include/nopage/spinlock.h:\d+: .*locked && .*owner == this_cpu")


@check("a frame that is freed twice")
def frame_twice():
    for kernel in (KERNEL, RELEASE):
        found = crash("tbreak *free_hot_page", "continue", ("frame", "print $eax"),
                      "finish", *CALL, "set $eax = $1", "set $pc = free_hot_page", kernel=kernel)
        found.says(r"\APANIC: mem: bad free of frame \w{5}, order 0: it is free already")


@check("a block that is given back with another order")
def wrong_order():
    found = crash("tbreak *__free_pages if $edx == 0", "continue", "set $edx = 1")
    found.says(r"\APANIC: mem: bad free of frame \w{5}, order 1: (it was allocated with another "
               r"order|no block of that order starts here)")


@check("a frame that is written to after it was freed")
def frame_after_free():
    found = crash("tbreak *free_hot_page", "continue", "set $pfn = (struct page *)$eax - mem_map",
                  ("frame", "print/x $pfn"), "finish", "set *(int *)(0xc0000040 + 4096 * $pfn) = 7",
                  append="tour")
    found.says(r"\APANIC: mem: frame %05x was written to after it was freed: c\w{4}040 holds "
               r"00000007$" % found.session.number("frame"))


FREE = ("tbreak *kmem_cache_free if (unsigned int)$eax == (unsigned int)vma_cachep", "continue",
        ("object", "print/x $edx"), "set $object = (unsigned int)$edx")


@check("a slab object that is written behind: by whom it was allocated")
def slab_behind():
    found = crash(*FREE, "set *(char *)($object + sizeof(struct vm_area_struct)) = 7",
                  append="tour")
    found.says(r"\APANIC: slab vm_area_struct: object %08x: something wrote behind it; allocated "
               r"by \w+, freed by \w+$" % found.session.number("object"))


@check("a slab object that is freed twice")
def slab_twice():
    found = crash(*FREE, "finish", *CALL, "set $eax = vma_cachep", "set $edx = $object",
                  "set $pc = kmem_cache_free", append="tour")
    found.says(r"\APANIC: slab vm_area_struct: object %08x: it is free already; "
               % found.session.number("object"))


@check("a slab object that is written to after it was freed")
def slab_after_free():
    found = crash(*FREE, "finish", "set *(int *)($object + 8) = 7", append="tour")
    found.says(r"\APANIC: slab vm_area_struct: object %08x: it was written to after it was freed; "
               % found.session.number("object"))


@check("a panic while a panic is reported: both reasons, and the end")
def twice():
    found = crash("tbreak *sys_writev", "continue", "tbreak *show_events", *CALL, "set $pc = 0",
                  "continue", *CALL, "set $pc = 4")
    found.says(r"\APANIC: kernel read at 00000000", r"^PANIC while reporting a panic: kernel read "
               r"at 00000004: a null pointer")


run_checks()
