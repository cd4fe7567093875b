#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The GDB commands where there is nothing to show yet: sentences, no Python tracebacks."""
import re
import sys

sys.dont_write_bytecode = True
from gdb_session import (KERNEL, SCRIPT, Machine, Session, check, once,  # noqa: E402
                         run_checks, run_gdb)

COMMANDS = ("np-tasks", "np-maps", "np-maps 1", "np-mm", "np-mm 1", "np-walk 0xc0100000",
            "np-walk 0x8048000 1", "np-vma 0x8048000", "np-events", "np-events 3 mm",
            "np-page 0x100", "np-user", "np-user 1")
NAMES = sorted({command.split()[0] for command in COMMANDS} | {"np-help"})


def steps(place):
    return [("%s:%s" % (place, command), command) for command in COMMANDS]


@once
def boot():
    """At the kernel's first instruction, at its first C function, and before the first program."""
    with Machine("init=/bin/hello") as machine:
        return Session(machine, [
            ("eip", "print/x $eip"), ("symbol", "info symbol $eip"), *steps("entry"),
            ("", "tbreak kernel_main"), ("kernel_main", "continue"), *steps("kernel_main"),
            ("wrong", "np-maps nonsense"), ("nobody", "np-maps 4711"),
            ("class", "np-events nonsense"), ("usage", "np-walk"), ("program", "np-user nonsense"),
            ("", "tbreak cpu_idle"), ("cpu_idle", "continue"), *steps("cpu_idle")])


def one_sentence(place, command):
    shown = boot()["%s:%s" % (place, command)].splitlines()
    assert len(shown) == 1 and shown[0].endswith("."), "\n".join(shown)
    return shown[0]


@check("attaching to a machine just switched on goes to the kernel's first instruction")
def entry():
    assert boot()["symbol"].startswith("_start in section"), boot()["symbol"]


for command_text in COMMANDS:
    @check("%s before paging is on says so" % command_text)
    def before_paging(command=command_text):
        assert "Paging is still off" in one_sentence("entry", command)


@check("before there are tasks, commands about tasks say what to do")
def before_tasks():
    boot().find("kernel_main", r"^Temporary breakpoint \d+, kernel_main")
    for command in ("np-tasks", "np-maps", "np-mm", "np-user"):
        assert "No task runs yet" in one_sentence("kernel_main", command)


@check("a walk works as soon as paging is on: the boot page directory")
def boot_walk():
    boot().find("kernel_main:np-walk 0xc0100000", r"the boot page directory")
    boot().find("kernel_main:np-walk 0xc0100000", r"physical +0x00100000\b")


@check("before the first event, np-events says that there is none")
def no_event():
    assert one_sentence("kernel_main", "np-events") == "No event has happened yet."


@check("in the idle task at the end of boot, all commands work")
def idle():
    boot().find("cpu_idle", r"^Temporary breakpoint \d+, .*cpu_idle")
    boot().find("cpu_idle:np-tasks", r"^\* +0 +0 +running +idle +- +0x[0-9a-f]{8}$")
    boot().find("cpu_idle:np-mm", r"^mm_struct 0x[0-9a-f]{8} borrowed by idle\[0\]$")
    boot().find("cpu_idle:np-maps", r"kernel thread")
    boot().find("cpu_idle:np-user", r"kernel thread: it runs no program\.$")
    boot().find("cpu_idle:np-page 0x100", r"^frame 00100, struct page")


@check("wrong arguments give one sentence")
def wrong_arguments():
    for place in ("wrong", "nobody", "class", "usage", "program"):
        assert len(boot()[place].splitlines()) == 1, boot()[place]
    assert boot()["usage"] == "Usage: np-walk ADDR [PID]"


@check("without a machine, every command says how to attach to one")
def no_machine():
    arguments = [KERNEL, "-x", SCRIPT]
    for command in COMMANDS:
        arguments += ["-ex", command]
    lines = [line for line in run_gdb(arguments).splitlines() if "No machine is attached" in line]
    assert len(lines) == len(COMMANDS), "\n".join(lines)


@check("every command has a help text, and np-help lists them all")
def help_texts():
    arguments = [KERNEL, "-x", SCRIPT]
    for name in NAMES:
        arguments += ["-ex", "help " + name]
    text = run_gdb(arguments + ["-ex", "np-help"])
    for name in NAMES:
        assert re.search(r"^Usage: %s\b" % name, text, re.M), name + "\n" + text
        assert re.search(r"^%s\b.*  [A-Z]" % name, text, re.M), name + "\n" + text


run_checks()
