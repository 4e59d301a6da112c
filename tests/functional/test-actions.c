/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the BMC does to a real machine by itself: the watchdog timer and the
 * actions of event filters, set up by ipmitool.
 */
#include "osdep.h"

#include <signal.h>

#include "test-vm.h"

#define GUEST \
    "-M q35 -drive if=none,id=a,format=raw,file=@disk-a.img@,snapshot=on " \
    "-device ide-hd,drive=a,bootindex=10 " \
    "-device e1000,romfile=@net-n.rom@,bootindex=30"
#define BOOTED "BOOTED A"

/* Set PEF Configuration Parameters: control, action global control. */
#define PEF_ON "raw 0x04 0x12 0x01 0x01"
#define PEF_ACTIONS "raw 0x04 0x12 0x02 0x0f"
/* Filter 1: events of temperatures, with one action. */
#define PEF_FILTER \
    "raw 0x04 0x12 0x06 0x01 0x80 %s 0x00 0x10 0xff 0xff 0x01 0xff 0xff " \
    "0xff 0xff 0x00 0xff 0x00 0x00 0xff 0x00 0x00 0xff 0x00"

static void setup(TestLab *f, const void *data)
{
    test_lab_start(f, GUEST, BOOTED);
}

static void teardown(TestLab *f, const void *data)
{
    test_lab_end(f);
}

static void run(TestLab *f, const char *args, const char *pattern)
{
    g_autofree char *out = NULL;

    g_assert_cmpint(test_bmc_ipmitool(f->bmc, args, &out), ==, 0);
    if (!g_pattern_match_simple(pattern, out)) {
        g_error("ipmitool %s: '%s' does not match '%s'", args, out, pattern);
    }
}

static void set_filter(TestLab *f, const char *action)
{
    g_autofree char *filter = g_strdup_printf(PEF_FILTER, action);

    run(f, filter, "*");
    run(f, PEF_ACTIONS, "*");
    run(f, PEF_ON, "*");
}

/* Two seconds for the operating system, then a reset. */
static void test_watchdog(TestLab *f, const void *data)
{
    run(f, "raw 0x06 0x24 0x04 0x01 0x00 0x00 0x14 0x00", "*");
    run(f, "mc watchdog get", "*SMS/OS*Stopped*Hard Reset*2.0 sec*");
    run(f, "raw 0x06 0x22", "*");
    run(f, "mc watchdog get", "*Running*");
    test_vm_wait_serial(f->vm, BOOTED);
    run(f, "sel elist", "*Watchdog*Hard reset*");
    run(f, "chassis restart_cause", "*watchdog expired*");
    run(f, "mc watchdog get", "*Stopped*");
}

static void expire(TestLab *f)
{
    run(f, "raw 0x06 0x24 0x04 0x01 0x00 0x00 0x05 0x00", "*");
    run(f, "raw 0x06 0x22", "*");
}

/* Boot flags are for what Chassis Control starts, unless told otherwise. */
static void test_boot_flags(TestLab *f, const void *data)
{
    run(f, "chassis bootdev pxe", "*");
    expire(f);
    test_vm_wait_serial(f->vm, BOOTED);
    run(f, "chassis bootparam get 5", "*Boot parameter data: 0000000000*");
    run(f, "raw 0x00 0x08 0x03 0x04", "*");
    run(f, "chassis bootdev pxe", "*");
    expire(f);
    test_vm_wait_serial(f->vm, "BOOTED N");
    run(f, "chassis bootparam get 5", "*Boot parameter data: 8004000000*");
}

/* A QEMU that hangs for a while gets the boot order when it answers. */
static void test_boot_hung(TestLab *f, const void *data)
{
    kill(f->vm->pid, SIGSTOP);
    run(f, "chassis bootdev pxe", "Set Boot Device to pxe\n");
    run(f, "chassis bootparam get 5", "*Boot parameter data: 8004000000*");
    kill(f->vm->pid, SIGCONT);
    test_bmc_wait_log(f->bmc, "network once: in place");
    run(f, "power reset", "*");
    test_vm_wait_serial(f->vm, "BOOTED N");
}

static void test_pef_reset(TestLab *f, const void *data)
{
    set_filter(f, "0x04");
    run(f, "event 1", "*");
    test_vm_wait_serial(f->vm, BOOTED);
    run(f, "chassis restart_cause", "*PEF*");
}

static void test_pef_off(TestLab *f, const void *data)
{
    set_filter(f, "0x02");
    run(f, "event 1", "*");
    test_bmc_wait_power(f->bmc, "Off");
    run(f, "power status", "*is off*");
}

#define ADD(name, func) \
    g_test_add("/actions/" name, TestLab, NULL, setup, func, teardown)

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    ADD("watchdog", test_watchdog);
    ADD("watchdog/boot-flags", test_boot_flags);
    ADD("boot-hung", test_boot_hung);
    ADD("pef/reset", test_pef_reset);
    ADD("pef/off", test_pef_off);
    return g_test_run();
}
