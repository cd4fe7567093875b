# SPDX-License-Identifier: MIT
"""nopage.py - the Nopage commands for GDB.

Load it after the target: gdb -nx build/debug/nopage.elf -ex 'target remote 127.0.0.1:1234' \
	-x tools/gdb/nopage.py
It needs no .gdbinit and no auto-load, and changes nothing outside this GDB. `make gdb` does it.
"""
import os
import sys

import gdb

sys.dont_write_bytecode = True  # no __pycache__ in the source tree
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from np import cmd_events, cmd_memory, cmd_tasks, cmd_user, kernel  # noqa: E402
from np.command import COMMANDS, command  # noqa: E402

TRY = """\
Stops to try, in the order of the things' lives:
  fault   break do_page_fault, handle_mm_fault, do_no_page, do_anonymous_page, do_wp_page
  area    break find_vma, expand_stack             then np-vma, np-maps
  switch  break context_switch, switch_mm, enter_lazy_tlb, finish_task_switch
  mm      break mm_alloc, dup_mmap, exit_mm, mmput, exit_mmap, mmdrop   then np-mm
  user    np-user s4-cow, then: break main if $np_comm("s4-cow")"""


@command("np-help")
def np_help(_words):
    """Show the Nopage commands and what to try with them.

`help NAME` says more about each."""
    width = max(len((name + " " + usage).strip()) for name, (usage, _) in COMMANDS.items())
    for name, (usage, summary) in sorted(COMMANDS.items()):
        print("%-*s  %s" % (width, (name + " " + usage).strip(), summary.rstrip(".:")))
    print("In expressions: $np_current() the running task, $np_regs() its user registers,"
          " $np_comm(\"NAME\") is that its name?")
    print(TRY)


def settings():
    """What suits a kernel; only in this GDB."""
    for setting in ("print pretty on", "confirm off"):
        gdb.execute("set " + setting, to_string=True)
    gdb.execute("directory " + kernel.ROOT, to_string=True)


def go_to_entry():
    """A machine that has just been switched on is in the firmware: run to the kernel's _start."""
    thread = gdb.selected_thread()
    if not thread or kernel.paging_on() or kernel.register("eip") != 0xfff0:
        return
    gdb.execute("tbreak *_start", to_string=True)
    gdb.execute("continue", to_string=True)


def banner():
    print("Nopage commands are loaded; np-help lists them, `help NAME` explains one.")
    print(TRY)


cmd_user.install()
settings()
go_to_entry()
banner()
