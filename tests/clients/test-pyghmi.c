/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pyghmi, as OpenStack and Ansible use it (pyghmi-check.py). It tries cipher
 * suite 17, and 3 when that is refused.
 */
#include "osdep.h"

#include "test-guest.h"

#define GUEST \
    "-M q35 -uuid 7c0e3a52-9d5b-4f61-8a34-56789abcdef0 -name matrix " \
    "-drive if=none,id=a,format=raw,file=@disk-a.img@,snapshot=on " \
    "-device ide-hd,drive=a,bootindex=10 " \
    "-drive if=none,id=c,format=raw,file=@cd-c.iso@,readonly=on " \
    "-device ide-cd,drive=c,bus=ide.1,bootindex=20 " \
    "-device e1000,romfile=@net-n.rom@,bootindex=30"

#define SECTIONS "login raw identify bootdev power"

static void check(const char *bmc_args, const char *sections)
{
    TestLab lab = { 0 };
    g_autofree char *line = NULL;
    g_autofree char *out = NULL;

    test_guest_start(&lab, "isa-ipmi-kcs", GUEST, bmc_args);
    line = g_strdup_printf(
        "/usr/bin/python3 %s/tests/clients/pyghmi-check.py %s %s",
        g_getenv("TEST_SOURCE"), lab.bmc->ipmi_port, sections);
    if (test_run(&out, line) != 0) {
        g_error("pyghmi: %s", out);
    }
    test_lab_end(&lab);
}

static void test_suite_17(void)
{
    check("--cipher-suites 17",
          SECTIONS " inventory sensors sel users network");
}

static void test_suite_3(void)
{
    check("--cipher-suites 3", SECTIONS);
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/pyghmi/suite-17", test_suite_17);
    g_test_add_func("/pyghmi/suite-3", test_suite_3);
    return g_test_run();
}
