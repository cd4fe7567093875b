# SPDX-License-Identifier: MIT
# quit.gdb - for tools/debug-gdb, where QEMU ends with GDB: until then the machine stands still.
# Without this `quit` would detach, and the log would run on for a moment.
define hook-quit
python
try:
    gdb.execute("disconnect", to_string=True)
except gdb.error:       # the machine has ended before
    pass
end
end
