#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""np-events shows what the log shows: the same lines in the same order."""
import re
import sys

sys.dont_write_bytecode = True
from gdb_session import Machine, Session, check, once, run_checks  # noqa: E402

LINE = re.compile(r"^\[ *\d+\.\d+\] "
                  r"((?:fault|cow|mm|switch|vma|task|syscall|signal): .* \[\d+\])$", re.M)
END = "machine_exit"
CLASSES = "fault cow mm switch vma task syscall signal".split()


@once
def run(program):
    """All events of a boot that ends with this program as init: (log lines, np-events sections)."""
    steps = ["tbreak " + END, ("end", "continue"), ("next", "print event_next"),
             ("all", "np-events 1024"), ("three", "np-events 3")]
    steps += [(name, "np-events 1024 " + name) for name in CLASSES]
    with Machine("init=%s trace=all" % program) as machine:
        session = Session(machine, steps)
    session.find("end", r"^Temporary breakpoint \d+, " + END)
    return LINE.findall(session.log), session


def texts(section):
    """np-events lines without the sequence numbers, which must count up by one."""
    rows = [re.match(r"^ *(\d+)  (.*)$", line).groups() for line in section.splitlines()]
    return [int(row[0]) for row in rows], [row[1] for row in rows]


def same_as_log(program):
    logged, session = run(program)
    numbers, shown = texts(session["all"])
    assert numbers and numbers == list(range(numbers[0], numbers[-1] + 1)), "not in sequence"
    assert numbers[-1] == session.number("next")
    count = min(len(shown), len(logged))
    assert count > 50, "only %d events in the log" % count
    for here, there in zip(shown[-count:], logged[-count:]):
        assert here == there, "np-events: %s\nlog:       %s" % (here, there)


@check("np-events equals the log of a program that forks and copies on write")
def cow():
    same_as_log("/tour/s4-cow")


@check("np-events equals the log of a program with faults of all kinds and a fatal signal")
def faults():
    same_as_log("/tour/s9-faults")


@check("np-events N shows the last N")
def last():
    _logged, session = run("/tour/s4-cow")
    assert session["three"].splitlines() == session["all"].splitlines()[-3:]


@check("np-events CLASS shows that class only, fault with cow")
def classes():
    for program in ("/tour/s4-cow", "/tour/s9-faults"):
        _logged, session = run(program)
        for name in CLASSES:
            wanted = ("fault", "cow") if name == "fault" else (name,)
            expected = [line for line in session["all"].splitlines()
                        if line.split()[1].rstrip(":") in wanted]
            if expected:
                assert session[name].splitlines() == expected, name
            else:
                assert session[name] == "No event of that kind is in the ring.", session[name]


@check("between them the two programs leave events of every class")
def every_class():
    seen = {text.split(":")[0] for program in ("/tour/s4-cow", "/tour/s9-faults")
            for text in texts(run(program)[1]["all"])[1]}
    assert seen == set(CLASSES), seen


run_checks()
