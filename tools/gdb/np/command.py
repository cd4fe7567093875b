# SPDX-License-Identifier: MIT
"""command - what all np- commands have in common.

A command is a function; its doc string is its help text, the first line the summary. Whatever goes
wrong ends in one sentence, never in a Python traceback.
"""
import gdb

COMMANDS = {}  # name -> (usage, summary), in the order of definition


def command(name, usage="", most=0, completer=None, least=0):
    """Decorator: make a function of a list of words the GDB command name."""
    def define(function):
        class Command(gdb.Command):
            __doc__ = "%s\nUsage: %s" % (function.__doc__.strip(), (name + " " + usage).strip())

            def __init__(self):
                if completer is None:
                    super().__init__(name, gdb.COMMAND_DATA, gdb.COMPLETE_NONE)
                else:
                    super().__init__(name, gdb.COMMAND_DATA, completer)

            def invoke(self, argument, from_tty):
                self.dont_repeat()
                words = gdb.string_to_argv(argument)
                if most == 1 and words:
                    words = [argument.strip()]  # an expression may contain spaces
                if not least <= len(words) <= most:
                    raise gdb.GdbError("Usage: " + (name + " " + usage).strip())
                try:
                    function(words)
                except gdb.MemoryError as error:
                    raise gdb.GdbError("%s: not readable at this point: %s" % (name, error))
                except gdb.error as error:
                    raise gdb.GdbError("%s: %s" % (name, error))
                except (LookupError, TypeError, ValueError) as error:
                    raise gdb.GdbError("%s: the kernel is no longer as tools/gdb knows it: %r"
                                       % (name, error))

        COMMANDS[name] = (usage, function.__doc__.strip().splitlines()[0])
        Command()
        return function
    return define


def table(rows, right=()):
    """Print rows of strings in aligned columns; the first one is the heading."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    for row in rows:
        cells = [cell.rjust(width) if i in right else cell.ljust(width)
                 for i, (cell, width) in enumerate(zip(row, widths))]
        print("  ".join(cells).rstrip())
