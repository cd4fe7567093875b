# SPDX-License-Identifier: MIT
# Makefile of Nopage. `make help` lists what it can do.
#
# Everything built goes below build/. A variant of the kernel has a folder $(O) of its own there,
# with the layout of the source tree; user programs and archives are the same for all variants.

MAKEFLAGS += -rR --no-print-directory
# A -j on the command line counts more. `make clean all` means one after the other.
ifeq ($(MAKELEVEL),0)
  MAKEFLAGS += -j$(shell nproc 2>/dev/null || echo 1)
endif
ifneq ($(filter clean,$(MAKECMDGOALS)),)
.NOTPARALLEL:
endif
.DELETE_ON_ERROR:
.SECONDEXPANSION:
.DEFAULT_GOAL := all
SHELL := /bin/sh

# ---- What to build ---------------------------------------------------------------------------

# `make build/debug/mm/slab.o` means the debug variant without saying DEBUG=1.
ifneq ($(filter build/debug/% build/llvm-debug/%,$(MAKECMDGOALS)),)
  DEBUG := 1
endif
ifneq ($(filter build/llvm/% build/llvm-debug/%,$(MAKECMDGOALS)),)
  LLVM := 1
endif
DEBUG ?= 0
LLVM ?= 0
WERROR ?= 0
V ?= 0

ifeq ($(LLVM),1)
  O := $(if $(filter 1,$(DEBUG)),build/llvm-debug,build/llvm)
else
  O := $(if $(filter 1,$(DEBUG)),build/debug,build)
endif

PYTHON ?= $(firstword $(wildcard /usr/bin/python3) python3)
GDB ?= gdb
GDB_PORT ?= 1234
MEM ?= 128
APPEND ?=
PEER ?=
T ?=
BUG ?=
MAX_KIB := $(if $(filter 1,$(DEBUG)),0,512)

# The first need more than a compiler.
RUN_GOALS := run tour test test-bugs debug gdb debug-gdb bench iso
GOALS := all user test-archive clean help $(RUN_GOALS)

# A goal that is none gets more than "No rule to make target".
UNKNOWN := $(filter-out $(GOALS) build/%,$(MAKECMDGOALS))
ifneq ($(UNKNOWN),)
  $(error unknown target: $(UNKNOWN). `make help` lists the targets)
endif

# A mistyped setting would silently do nothing; a switch set to "yes" would do half.
SETTINGS := DEBUG LLVM WERROR V CROSS_COMPILE BUSYBOX MUSL MEM APPEND GDB_PORT QEMU GDB PEER T BUG \
	PYTHON EXTRA_CPPFLAGS USER_CC HOST_CC
GIVEN := $(foreach v,$(.VARIABLES),$(if $(filter command,$(firstword $(origin $(v)))),$(v)))
UNKNOWN := $(filter-out $(SETTINGS) MAKEFLAGS -%,$(GIVEN))
ifneq ($(UNKNOWN),)
  $(warning unknown setting: $(UNKNOWN). `make help` lists the settings)
endif
$(foreach v,DEBUG LLVM WERROR V,$(if $(filter-out 0 1,$($(v))),$(error $(v)=$($(v)): must be 0 or 1)))

# ---- Tools -----------------------------------------------------------------------------------

# What is missing is installed first.
ifneq ($(filter $(RUN_GOALS),$(MAKECMDGOALS)),)
  ifneq ($(shell tools/setup --check >/dev/null 2>&1 || tools/setup >&2 || echo failed),)
    $(error tools are missing, see above)
  endif
endif

# $(call find,PROGRAM...): the first of them that is installed.
find = $(firstword $(foreach p,$(1),$(if $(shell command -v $(p)),$(p))))

# The same for a tool of LLVM, which distributions install as NAME-14 and so on.
find_llvm = $(call find,$(1) $(foreach v,14 15 16 17 18 19,$(1)-$(v)))

# A PC's own compiler, and one for x86-64, make i386 code when told so.
PC_CC := $(if $(filter x86_64 i%86,$(shell uname -m)),gcc)
GNU_CC := $(call find,$(or $(addsuffix gcc,$(CROSS_COMPILE)),i686-linux-gnu-gcc i686-elf-gcc \
	x86_64-linux-gnu-gcc $(PC_CC)))
GNU_PREFIX := $(patsubst %gcc,%,$(GNU_CC))
ifneq ($(filter gcc x86_64-%,$(GNU_CC)),)
  GNU_CC += -m32
endif
ifeq ($(if $(CROSS_COMPILE),$(GNU_CC),any),)
  $(error CROSS_COMPILE=$(CROSS_COMPILE): there is no $(CROSS_COMPILE)gcc)
endif

# By LLVM=1, or where there is nothing else.
CLANG := $(if $(filter 1,$(LLVM)),1,$(if $(GNU_CC),,$(if $(call find_llvm,clang),1)))

ifeq ($(CLANG),1)
  CC := $(call find_llvm,clang)
  LD := $(call find_llvm,ld.lld)
  NM := $(call find_llvm,llvm-nm)
  MISSING := $(if $(CC),,clang) $(if $(LD),,ld.lld) $(if $(NM),,llvm-nm)
  CC += --target=i686-linux-gnu
else
  CC := $(GNU_CC)
  LD := $(GNU_PREFIX)ld
  NM := $(GNU_PREFIX)nm
  MISSING := $(if $(CC),,a GCC that makes i386 code)
endif
ifneq ($(strip $(MISSING)),)
  ifeq ($(filter help clean,$(MAKECMDGOALS)),)
    $(error missing: $(strip $(MISSING)). Run tools/setup, which installs it)
  endif
endif

# ---- Flags -----------------------------------------------------------------------------------

# Tables like the one of system calls set a default for all and then the entries that differ.
OVERRIDE := $(if $(CLANG),-Wno-initializer-overrides,-Wno-override-init)
# -Wno-array-bounds: GCC 12 takes a constant address for an object of size 0.
# Frame pointers make the debug build's backtraces exact; the release build does without (asm: dump.c).
FRAME := $(if $(filter 1,$(DEBUG)),-fno-omit-frame-pointer,-fomit-frame-pointer)
WARNINGS := -Wall -Wextra -Wno-unused-parameter -Wno-missing-field-initializers \
	-Wstrict-prototypes -Wmissing-prototypes -Wundef -Wvla -Wno-array-bounds $(OVERRIDE) \
	$(if $(filter 1,$(WERROR)),-Werror)
CPPFLAGS := -nostdinc -isystem $(if $(strip $(MISSING)),,$(shell $(CC) -print-file-name=include)) \
	-Iinclude -DCONFIG_DEBUG=$(DEBUG) $(EXTRA_CPPFLAGS)
CFLAGS := -std=gnu11 -ffreestanding -march=i686 -mtune=generic -mregparm=3 -mno-sse -mno-mmx -mno-80387 \
	-fno-pic -fno-pie -O2 -g -fno-strict-aliasing $(FRAME) -fno-common \
	-fno-stack-protector -fno-asynchronous-unwind-tables -fno-delete-null-pointer-checks \
	-fcf-protection=none -ffunction-sections $(WARNINGS)
ASFLAGS := -march=i686 -g -fno-pic -fno-pie
LDFLAGS := -m elf_i386 -static -nostdlib --build-id=none -z max-page-size=4096 -z noexecstack
ifeq ($(CLANG),1)
  CFLAGS += -mstack-alignment=4
else
  CFLAGS += -mpreferred-stack-boundary=2
endif

# Loops of string.c must not become calls of the functions they are in.
$(O)/lib/string.o: private CFLAGS += \
	$(if $(CLANG),-fno-builtin,-fno-tree-loop-distribute-patterns)

# ---- Kernel ----------------------------------------------------------------------------------

KERNEL_DIRS := boot arch/i386 mm kernel fs fs/proc drivers lib $(if $(filter 1,$(DEBUG)),tests/kernel)
SRCS := $(sort $(wildcard $(foreach d,$(KERNEL_DIRS),$(d)/*.c $(d)/*.S)))
OBJS := $(patsubst %,$(O)/%.o,$(basename $(SRCS)))
KERNEL := $(O)/nopage.elf

ifeq ($(V),1)
  say = @:
  Q :=
else ifneq ($(findstring s,$(firstword -$(MAKEFLAGS))),)
  say = @:
  Q := @
else
  say = @printf '  %-8s%s\n' '$(1)' '$(2)'
  Q := @
endif

# $(call stamp,TEXT): the target is a file with that text, whose time changes only with it. What
# depends on the stamp is made again when, say, a compiler flag changes or a file is removed.
define stamp
	@mkdir -p $(@D)
	@printf '%s\n' '$(1)' | cmp -s - $@ || printf '%s\n' '$(1)' >$@
endef

all: $(KERNEL) build/initramfs.cpio

$(O)/.flags: FORCE
	$(call stamp,$(CC) | $(CPPFLAGS) $(CFLAGS) | $(ASFLAGS) | $(LD) $(LDFLAGS))

$(O)/%.o: %.c $(O)/.flags
	$(call say,CC,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c $< -o $@

$(O)/%.o: %.S $(O)/.flags
	$(call say,AS,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(ASFLAGS) -MMD -MP -c $< -o $@

$(O)/.objs: FORCE
	$(call stamp,$(OBJS))

# $(call link,OUT,NM_OUTPUT): link with the symbol table made from that output of nm.
link = tools/mkksyms <$(2) >$(O)/ksyms.S && $(CC) $(ASFLAGS) -c $(O)/ksyms.S -o $(O)/ksyms.o && \
	$(LD) $(LDFLAGS) -T linker.ld -o $(1) $(OBJS) $(O)/ksyms.o

# Three links: without a symbol table; with one of the right size, which moves what stands
# behind it; with the right one. Then nothing may have moved any more.
$(KERNEL): $(OBJS) $(O)/.objs linker.ld tools/mkksyms tools/check-image
	$(call say,LD,$@)
	$(Q)$(call link,$(O)/.pass1.elf,/dev/null)
	$(Q)$(NM) -n $(O)/.pass1.elf >$(O)/.pass1.nm
	$(Q)$(call link,$(O)/.pass2.elf,$(O)/.pass1.nm)
	$(Q)$(NM) -n $(O)/.pass2.elf >$(O)/.pass2.nm
	$(Q)$(call link,$@,$(O)/.pass2.nm)
	$(Q)$(NM) -n $@ | cmp - $(O)/.pass2.nm
	$(Q)tools/check-image $@ $(MAX_KIB)
	@rm -f $(O)/.pass?.elf

-include $(OBJS:.o=.d)

# The vDSO: a shared object of its own, by the rules of programs, embedded into the kernel.
VDSO := $(O)/arch/i386/vdso/vdso.so
VDSO_OBJS := $(O)/arch/i386/vdso/entry.o $(O)/arch/i386/vdso/clock.o
$(O)/arch/i386/vdso/clock.o: private CFLAGS := -std=gnu11 -ffreestanding -march=i686 -O2 -fPIC \
	-fvisibility=hidden -fomit-frame-pointer -fno-stack-protector -fcf-protection=none \
	-fno-asynchronous-unwind-tables -mno-sse -mno-mmx $(WARNINGS)

$(VDSO): $(VDSO_OBJS) arch/i386/vdso/vdso.lds
	$(call say,LD,$@)
	$(Q)$(LD) -m elf_i386 -shared -s -soname linux-gate.so.1 --hash-style=both -Bsymbolic \
		--build-id=none -z max-page-size=4096 -z noexecstack -T arch/i386/vdso/vdso.lds \
		-o $@ $(VDSO_OBJS)

$(O)/arch/i386/vdso_image.o: private ASFLAGS += -DVDSO_SO='"$(VDSO)"'
$(O)/arch/i386/vdso_image.o: $(VDSO)

-include $(VDSO_OBJS:.o=.d)

# ---- User programs: one file each, static, with the distribution's musl ------------------------

MUSL ?= /usr
MUSL_INC := $(MUSL)/include/i386-linux-musl
MUSL_LIB := $(MUSL)/lib/i386-linux-musl
USER_CC ?= $(or $(GNU_CC),$(if $(CLANG),$(CC) -fuse-ld=lld))
USER_LIBGCC := $(if $(USER_CC),$(shell $(USER_CC) $(if $(findstring clang,$(USER_CC)),--rtlib=compiler-rt) \
	-print-libgcc-file-name))
# A GCC for x86-64 that has none for the i386 names the one it has.
USER_LIBGCC := $(filter-out $(if $(filter -m32,$(USER_CC)),$(shell $(filter-out -m32,$(USER_CC)) \
	-print-libgcc-file-name)),$(USER_LIBGCC))
USER_STRIP := $(if $(GNU_CC),$(GNU_PREFIX)strip,$(call find_llvm,llvm-strip))
USER_CFLAGS := -std=gnu11 -march=i686 -O2 -g -fno-pie -fno-stack-protector -fcf-protection=none \
	-fno-strict-aliasing -Wall -Wextra -Wno-unused-parameter -Wno-sign-compare \
	$(if $(filter 1,$(WERROR)),-Werror) -nostdinc -isystem $(MUSL_INC) \
	$(if $(USER_CC),-isystem $(shell $(USER_CC) -print-file-name=include)) -Iuser -idirafter include/uapi
USER_LDFLAGS := -static -nostdlib -Wl,--build-id=none -Wl,-z,noexecstack \
	-Wl,-z,max-page-size=4096
USER_START := $(MUSL_LIB)/crt1.o $(MUSL_LIB)/crti.o
USER_LIBS := -L$(MUSL_LIB) -Wl,--start-group -lc $(USER_LIBGCC) -Wl,--end-group $(MUSL_LIB)/crtn.o

BIN_PROGS := $(patsubst user/%.c,build/user/%,$(sort $(wildcard user/*.c)))
TOUR_PROGS := $(patsubst user/%.c,build/user/%,$(sort $(wildcard user/tour/*.c)))
TEST_PROGS := $(patsubst %.c,build/%,$(sort $(wildcard tests/user/*.c)))
BOOT_PROGS := $(patsubst %.c,build/%,$(sort $(wildcard tests/boot/*.c)))

# What lies in the archives: the same programs without symbols. GDB reads the ones with.
BIN_FILES := $(patsubst build/user/%,build/root/bin/%,$(BIN_PROGS))
TOUR_FILES := $(patsubst build/user/tour/%,build/root/tour/%,$(TOUR_PROGS))
TEST_FILES := $(patsubst build/tests/user/%,build/root/tests/%,$(TEST_PROGS))

build/user/.flags: FORCE
	$(call stamp,$(USER_CC) $(USER_CFLAGS) $(USER_LDFLAGS) $(USER_START))

define user_program
	$(call say,USER,$@)
	@test -e '$(USER_LIBGCC)' || \
		{ echo 'missing: a GCC that makes i386 code, or a clang with its i386 library. Run tools/setup' >&2; exit 1; }
	@test -e $(MUSL_LIB)/libc.a || \
		{ echo 'missing: $(MUSL_LIB)/libc.a, of musl-dev:i386. Run tools/setup' >&2; exit 1; }
	@mkdir -p $(@D)
	$(Q)$(USER_CC) $(USER_CFLAGS) -MMD -MP -MF $@.d $(USER_LDFLAGS) $(USER_START) \
		$(filter %.c,$^) $(USER_LIBS) -o $@
endef

$(BIN_PROGS) $(TOUR_PROGS): build/user/%: user/%.c build/user/.flags
	$(user_program)

# A larger program has a folder with the rest of its sources.
build/user/bench: $(wildcard user/bench/*.[ch])

# One without libc.
build/user/tiny: private USER_START :=
build/user/tiny: private USER_LIBS :=

$(TEST_PROGS) $(BOOT_PROGS): build/tests/%: tests/%.c build/user/.flags
	$(user_program)

$(BIN_FILES): build/root/bin/%: build/user/%
$(TOUR_FILES): build/root/tour/%: build/user/tour/%
$(TEST_FILES): build/root/tests/%: build/tests/user/%
$(BIN_FILES) $(TOUR_FILES) $(TEST_FILES):
	@mkdir -p $(@D)
	$(Q)$(USER_STRIP) -o $@ $<

-include $(addsuffix .d,$(BIN_PROGS) $(TOUR_PROGS) $(TEST_PROGS) $(BOOT_PROGS))

# ---- Archives --------------------------------------------------------------------------------

# /init is user/init.c; every other file of user/ is a program in /bin.
INIT_FILE := $(filter build/root/bin/init,$(BIN_FILES))
ROOT_FILES := $(filter-out $(INIT_FILE),$(BIN_FILES)) $(TOUR_FILES)
ROOT_ETC := $(sort $(wildcard user/etc/*))
TEST_DATA := tests/user/data

# Debian's busybox for the i386: installed, or where tools/setup has put it. BUSYBOX= leaves it out.
BUSYBOX ?= $(or $(firstword $(wildcard $(shell dpkg -L busybox-static:i386 2>/dev/null | \
	grep '/bin/busybox$$'))),cache/busybox)
cache/busybox:
	@echo 'missing: busybox-static:i386. Run tools/setup, which fetches it; or make BUSYBOX=' >&2
	@exit 1

# $(call entries,FILES): PATH=SOURCE arguments for mkinitramfs.
entries = $(foreach f,$(1),$(patsubst build/root/%,%,$(f))=$(f))

build/initramfs.cpio: $(INIT_FILE) $(ROOT_FILES) $(ROOT_ETC) $(BUSYBOX) build/.root \
		tools/mkinitramfs
	$(call say,CPIO,$@)
	$(Q)$(PYTHON) tools/mkinitramfs $(addprefix --busybox ,$(BUSYBOX)) $@ \
		$(addprefix init=,$(INIT_FILE)) etc=user/etc $(call entries,$(ROOT_FILES))

# What tests/user/runner.c runs.
build/root/tests/list: build/.root
	@mkdir -p $(@D)
	@printf '%s\n' $(filter-out runner,$(notdir $(TEST_PROGS))) >$@

build/initramfs-test.cpio: $(INIT_FILE) $(ROOT_FILES) $(TEST_FILES) build/root/tests/list \
		build/.root tools/mkinitramfs $(shell find $(TEST_DATA) -type f)
	$(call say,CPIO,$@)
	$(Q)$(PYTHON) tools/mkinitramfs $@ $(addprefix init=,$(INIT_FILE)) \
		$(call entries,$(ROOT_FILES) $(TEST_FILES)) tests/list=build/root/tests/list \
		tests/data=$(TEST_DATA)

build/.root: FORCE
	$(call stamp,$(ROOT_FILES) $(TEST_FILES) $(ROOT_ETC) $(BUSYBOX))

test-archive: build/initramfs-test.cpio
user: $(BIN_PROGS) $(TOUR_PROGS) $(TEST_PROGS) $(BOOT_PROGS)

# ---- Running ---------------------------------------------------------------------------------

run: all
	@tools/run --kernel $(KERNEL) --mem '$(MEM)' --session --append '$(APPEND)'

tour: all
	@$(PYTHON) tools/tour --kernel $(KERNEL) --mem '$(MEM)' --append '$(APPEND)'

test:
	+@$(PYTHON) tests/run '$(T)'

test-bugs: test-archive
	+@$(PYTHON) tests/bugs/run $(BUG)

# The debug variant, whatever DEBUG says: its assertions help whoever debugs.
DEBUG_KERNEL := $(if $(filter 1,$(LLVM)),build/llvm-debug,build/debug)/nopage.elf

debug:
	+@$(MAKE) DEBUG=1 all
	@echo 'QEMU waits for `make gdb` (in another terminal) at port $(GDB_PORT). Ctrl-A X ends it.'
	@tools/run --kernel $(DEBUG_KERNEL) --mem '$(MEM)' --interactive --gdb $(GDB_PORT) \
		--append '$(APPEND)'

gdb:
	@test -e $(DEBUG_KERNEL) || \
		{ echo 'nothing to attach to: first `make debug` in another terminal' >&2; exit 1; }
	@echo 'Attaching to QEMU at port $(GDB_PORT), which `make debug` in another terminal started.'
	@$(GDB) -q -nx $(DEBUG_KERNEL) -ex 'set tcp connect-timeout 3' \
		-ex 'target remote 127.0.0.1:$(GDB_PORT)' -x tools/gdb/nopage.py

debug-gdb:
	+@$(MAKE) DEBUG=1 all
	@tools/debug-gdb --kernel $(DEBUG_KERNEL) --mem '$(MEM)' --append '$(APPEND)'

bench: all
	@$(PYTHON) tools/bench --kernel $(KERNEL) $(if $(PEER),--peer $(PEER))

iso: build/nopage.iso
build/nopage.iso: build/nopage.elf build/initramfs.cpio tools/mkiso
	$(call say,ISO,$@)
	$(Q)tools/mkiso $@ build/nopage.elf build/initramfs.cpio
	@echo '$@: tools/run --interactive --iso $@ boots it'

clean:
	rm -rf build

# ---- Help ------------------------------------------------------------------------------------

# NAME|TEXT lines; colour only on a terminal.
define HELP
TARGETS|
make|build build/nopage.elf and build/initramfs.cpio
make run|build and boot in QEMU to a shell on this terminal (Ctrl-A X leaves);
|without a terminal, run the script on standard input
make tour|boot, tell the scenarios of process memory, power off
make test|everything that must pass; T=GLOB selects, T=list lists
make test-bugs|kernels broken on purpose: each must be caught; BUG=GLOB selects
make debug|QEMU halted at entry, waiting for GDB
make gdb|GDB attached to it, with the np- commands
make debug-gdb|both in one terminal
make bench|instructions per operation, and the limits; PEER=linux: Linux beside it
make iso|build/nopage.iso, bootable by GRUB
make user|only the programs, with debug info: build/user/
make clean|remove build/
make help|this
|
VARIANTS|
DEBUG=1|assertions, poisoning, in-kernel tests: build/debug/
LLVM=1|clang and lld: build/llvm/, with DEBUG=1 build/llvm-debug/
WERROR=1|warnings stop the build
V=1|print every command
CROSS_COMPILE=|prefix of the GNU tools, e.g. i686-elf-
BUSYBOX=FILE|the shell of the archive; empty: none
MUSL=/usr|where lib/i386-linux-musl and include/i386-linux-musl are
|
SETTINGS|
MEM=128|megabytes of memory for run, tour and debug
APPEND=|kernel command line, e.g. APPEND='trace=fault,cow -- /bin/hello'
GDB_PORT=1234|port of QEMU's GDB server
QEMU=, GDB=|other programs than qemu-system-i386 and gdb
|
KERNEL COMMAND LINE|
init=PATH|first program, default /init
-- WORDS|arguments of init; /init runs the program they name
trace=LIST|print events: fault cow mm switch vma task syscall signal all;
|fault includes cow, -cow takes it out again
tour|run the tour and exit
test[=GLOB]|run the in-kernel tests and exit (DEBUG=1)
repeat=N|run them N times
loglevel=N|print messages below level N, 0 to 8; default 7, errors only is 4
quiet|the same as loglevel=4
mem=SIZE|use only so much memory, e.g. 16M
exit=debug|end by QEMU's isa-debug-exit device, even after a panic
NAME=VALUE|anything else is for init: its environment, or with no = an argument
endef
export HELP

help:
	@if [ -t 1 ]; then bold=$$(printf '\033[1m'); off=$$(printf '\033[0m'); fi; \
	printf '%s\n' "$$HELP" | while IFS='|' read -r name text; do \
		if [ -z "$$text" ]; then printf '%s%s%s\n' "$$bold" "$$name" "$$off"; \
		else printf '  %s%-16s%s%s\n' "$$bold" "$$name" "$$off" "$$text"; fi; done

FORCE:
.PHONY: $(GOALS) FORCE
