/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The event log with ipmitool and FreeIPMI: with what they put into it, and
 * with what happens to a real VM.
 */
#include "osdep.h"

#include "test-vm.h"

#define GUEST \
    "-M q35 -drive if=none,id=a,format=raw,file=@disk-a.img@,snapshot=on " \
    "-device ide-hd,drive=a,bootindex=10 " \
    "-device e1000,romfile=@net-n.rom@,bootindex=30"

static void setup(TestLab *f, const void *data)
{
    test_lab_start(f, GUEST, "BOOTED A");
}

static void teardown(TestLab *f, const void *data)
{
    test_lab_end(f);
}

static void ipmitool(TestLab *f, const char *args, const char *pattern)
{
    g_autofree char *out = NULL;

    g_assert_cmpint(test_bmc_ipmitool(f->bmc, args, &out), ==, 0);
    if (!g_pattern_match_simple(pattern, out)) {
        g_error("ipmitool %s: '%s' does not match '%s'", args, out, pattern);
    }
}

static void freeipmi(TestLab *f, const char *program, const char *args,
                     const char *pattern)
{
    g_autofree char *line = g_strdup_printf(
        "%s -D LAN_2_0 -h 127.0.0.1:%s -u admin -p password %s", program,
        f->bmc->ipmi_port, args);
    g_autofree char *out = NULL;

    g_assert_cmpint(test_run(&out, line), ==, 0);
    if (!g_pattern_match_simple(pattern, out)) {
        g_error("%s: '%s' does not match '%s'", line, out, pattern);
    }
}

static void test_ipmitool(TestLab *f, const void *data)
{
    g_autofree char *saved = test_dir_file(f->dir, "sel.txt");
    g_autofree char *raw = test_dir_file(f->dir, "sel.raw");
    g_autofree char *save = g_strdup_printf("sel save %s", saved);
    g_autofree char *add = g_strdup_printf("sel add %s", saved);
    g_autofree char *write = g_strdup_printf("sel writeraw %s", raw);
    g_autofree char *read = g_strdup_printf("sel readraw %s", raw);

    ipmitool(f, "sel clear", "*Clearing SEL*");
    ipmitool(f, "sel info", "*Entries*: 1*Overflow*: false*'Delete' "
             "'Partial Add' 'Reserve' 'Get Alloc Info'*: 1000*");
    ipmitool(f, "event 1", "*Temperature*Upper Critical*");
    ipmitool(f, "event 2", "*Voltage*Lower Critical*");
    ipmitool(f, "event 3", "*Memory*Correctable ECC*");
    ipmitool(f, "sel list", "*Log area reset/cleared*Temperature #0x30*"
             "Voltage #0x60*Memory #0x53*Correctable ECC | Asserted\n");
    ipmitool(f, "sel elist", "*Upper Critical going high*");
    ipmitool(f, "sel get 2", "*Generator ID*: 1081*Temperature*");
    ipmitool(f, save, "*Voltage*");
    ipmitool(f, write, "*Voltage*");
    ipmitool(f, read, "*Voltage*");
    ipmitool(f, add, "*Voltage*");
    ipmitool(f, "sel info", "*Entries*: 8*");
    ipmitool(f, "sel delete 2 3", "*Deleted entry 3*Deleted entry 2*");
    ipmitool(f, "sel list", "*   1 |*   4 |*");
    ipmitool(f, "event 'Power Unit' 'Power off/down'", "*");
    ipmitool(f, "sel elist last 1",
             "*Power Unit #0x01 | Power off/down | Asserted\n");
    ipmitool(f, "sel time set now", "*");
    ipmitool(f, "sel time get", "*/*");
}

static void test_freeipmi(TestLab *f, const void *data)
{
    freeipmi(f, "ipmi-sel", "--clear", "*");
    freeipmi(f, "bmc-device", "--platform-event='0x04 0x01 0x30 0x01 "
             "assertion 0x59 0x00 0x01'", "*");
    freeipmi(f, "bmc-device", "--platform-event='0x04 0x09 0x31 0x6f "
             "assertion 0x04 0xff 0xff'", "*");
    freeipmi(f, "ipmi-sel", "",
             "*Event Log *Log Area Reset/Cleared*Upper Critical*Power Unit*AC lost*");
    freeipmi(f, "ipmi-sel", "--info", "*entries*: 3*space*: No*");
    freeipmi(f, "ipmi-sel", "--ignore-sdr-cache --hex-dump",
             "*GID:?20??00?*GID:?81??10?*");
    freeipmi(f, "ipmi-sel", "--delete=2", "*");
    freeipmi(f, "ipmi-sel", "--ignore-sdr-cache --display=3",
             "*Power Unit*AC lost*");
    freeipmi(f, "ipmi-sel", "--delete-range=1-3", "*");
    freeipmi(f, "ipmi-sel", "--info", "*entries*: 0*");
    freeipmi(f, "bmc-device", "--set-sel-time-utc-offset=-60", "*");
    freeipmi(f, "bmc-device", "--get-sel-time-utc-offset",
             "*: -60 minutes*");
    freeipmi(f, "bmc-device", "--set-sel-time=now", "*");
    freeipmi(f, "bmc-device", "--get-sel-time", "*/*");
}

/* What is logged of a VM's life, once, and kept over a restart. */
static void test_machine(TestLab *f, const void *data)
{
    g_autofree char *args = g_strdup_printf("--qmp %s", f->vm->qmp);
    unsigned i;

    ipmitool(f, "sel clear", "*");
    ipmitool(f, "chassis bootdev pxe", "*");
    ipmitool(f, "power reset", "*");
    test_vm_wait_serial(f->vm, "BOOTED N");
    test_bmc_wait_log(f->bmc, "consumed");
    ipmitool(f, "power off", "*");
    ipmitool(f, "power on", "*");
    test_vm_wait_serial(f->vm, "BOOTED A");
    for (i = 0; i < 2; i++) {
        ipmitool(f, "sel list",
                 "*   1 |*Log area reset/cleared*   2 |*#0x08*   3 |*"
                 "System Boot Initiated #0x03*   4 |*#0x08*   5 |*"
                 "Power Unit #0x01 | Power off/down | Asserted*   6 |*"
                 "System ACPI Power State #0x02*S5: entered by override*"
                 "   7 |*S0*   8 |*System Boot Initiated #0x03*");
        ipmitool(f, "sel info", "*Entries*: 8*");
        test_bmc_stop(f->bmc);
        test_bmc_free(f->bmc);
        f->bmc = test_bmc_start(f->dir, args);
    }
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add("/clients/ipmi-sel/ipmitool", TestLab, NULL, setup,
               test_ipmitool, teardown);
    g_test_add("/clients/ipmi-sel/freeipmi", TestLab, NULL, setup,
               test_freeipmi, teardown);
    g_test_add("/clients/ipmi-sel/machine", TestLab, NULL, setup,
               test_machine, teardown);
    return g_test_run();
}
