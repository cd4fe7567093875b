#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The guided session of docs/debugging.md can still be done: each of its commands, in order.

Addresses and line numbers may differ from the page; where GDB stops and what the np- commands find
may not.
"""
import re
import sys

sys.dont_write_bytecode = True
from gdb_session import ROOT, Machine, Session, check, once, run_checks  # noqa: E402

# By number: where an inlined function begins at the address, GDB shows its name instead.
STOP = re.compile(r"^Temporary breakpoint (\d+), ", re.M)
FAILED = re.compile(r"^(No symbol|No machine|Undefined|Cannot|Error|Remote connection closed|"
                    r"The program is not|Usage:|Function \"|\w+: not a )", re.M)


@once
def page():
    """[(command, its output in the page)] of all code blocks."""
    with open(ROOT + "/docs/debugging.md", encoding="utf-8") as file:
        blocks = re.findall(r"^```\n(\(gdb\) .*?)^```", file.read(), re.M | re.S)
    parts = re.split(r"^\(gdb\) (.*)\n", "".join(blocks), flags=re.M)
    return list(zip(parts[1::2], parts[2::2]))


@once
def session():
    steps = [("%d" % number, command) for number, (command, _output) in enumerate(page())]
    with Machine("tour") as machine:
        return Session(machine, steps)


def shape(text):
    """What must be the same: words and layout, but no number, and no file and line."""
    text = re.sub(r"\b(0x)?[0-9a-f]*[0-9][0-9a-f]*\b", "N", text)
    return [" ".join(line.split()) for line in text.strip().splitlines()]


@check("every command of the page works")
def commands():
    assert len(page()) > 30
    for number, (command, _output) in enumerate(page()):
        shown = session()[str(number)]
        assert not FAILED.search(shown), "%s\n%s" % (command, shown)


@check("each `continue` of the page ends at the breakpoint that the page shows")
def stops():
    expected = [hit for _command, output in page() for hit in STOP.findall(output)]
    seen = [hit for number in range(len(page())) for hit in STOP.findall(session()[str(number)])]
    assert len(expected) > 8 and seen == expected, "page: %s\nnow:  %s" % (expected, seen)


@check("np-walk, np-page and np-events show what the page shows, but for the numbers")
def contents():
    compared = 0
    for number, (command, output) in enumerate(page()):
        if command.split()[0] in ("np-walk", "np-page", "np-events"):
            compared += 1
            assert shape(session()[str(number)]) == shape(output), \
                "%s\npage:\n%s\nnow:\n%s" % (command, output, session()[str(number)])
    assert compared > 5


run_checks()
