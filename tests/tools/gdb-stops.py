#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""GDB stops at the functions that DESIGN 6 names, while the tour runs its programs."""
import re
import sys

sys.dont_write_bytecode = True
from gdb_session import SUCCESS, Machine, Session, check, once, run_checks  # noqa: E402

NAMES = """do_page_fault find_vma expand_stack handle_mm_fault handle_pte_fault do_no_page
    do_anonymous_page do_wp_page
    schedule context_switch switch_mm enter_lazy_tlb switch_to finish_task_switch
    mm_alloc copy_mm dup_mmap exit_mm mmput exit_mmap mmdrop pgd_free""".split()

FIRST = 2  # number 1 has been the stop at the kernel's entry


@once
def tour():
    """Each breakpoint deletes itself at its first hit, so one `continue` per name is enough."""
    steps = ["tbreak " + name for name in NAMES]
    steps += ["continue"] * len(NAMES) + ["delete", "continue"]
    with Machine("tour") as machine:
        session = Session(machine, steps)
        return session, machine.status(), machine.log()


def hit(name):
    session, _status, _log = tour()
    # By number: where an inlined function begins at the address, GDB shows its name instead.
    number = FIRST + NAMES.index(name)
    assert re.search(r"^Temporary breakpoint %d at 0x" % number, session.output, re.M), \
        "no such place"
    assert re.search(r"^Temporary breakpoint %d, " % number, session.output, re.M), "no stop there"


for function_name in NAMES:
    check("the tour stops at %s" % function_name)(lambda name=function_name: hit(name))


@check("with the breakpoints gone the tour goes on to its end")
def goes_on():
    _session, status, log = tour()
    assert status == SUCCESS, "QEMU's exit status %s\n%s" % (status, log[-2000:])
    assert "The tour is over" in log


run_checks()
