/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * In-band IPMI as Linux, ipmitool and FreeIPMI in the guest have it. Booting
 * takes seconds, so each boot serves many checks.
 */
#include "osdep.h"

#include "test-guest.h"

static void check_driver(TestVm *vm, const char *kind)
{
    g_autofree char *found = g_strdup_printf("*IPMI %s interface initialized*",
                                             kind);

    test_guest_load_ipmi(vm);
    test_guest_check(vm, "dmesg | grep -i ipmi", found);
    test_guest_check(vm, "dmesg | grep 'Using irq'", "*Using irq 5*");
}

static void check_ipmitool(TestVm *vm)
{
    test_guest_check(vm, "ipmitool mc info", "*IPMI Version*: 2.0*");
    test_guest_check(vm, "ipmitool mc guid", "*7c0e3a52-9d5b-4f61-8a34-56789abcdef0*");
    test_guest_check(vm, "ipmitool chassis status", "*System Power *: on*");
    test_guest_check(vm, "ipmitool raw 6 0xee || echo failed",
                     "*rsp=0xc1*Invalid command*failed*");
}

/* What MAAS looks at first (C-15, C-16). */
static void check_locate(TestVm *vm, const char *kind)
{
    g_autofree char *found = g_strdup_printf(
        "*IPMI Version: 2.0\n*IPMI interface: %s\n*", kind);

    test_guest_check(vm, "ipmi-locate", found);
    test_guest_check(vm, "ipmitool raw 6 1", "*20 *");
    test_guest_check(vm, "bmc-info --get-device-id", "*IPMI Version*: 2.0*");
}

static void test_kcs(void)
{
    TestLab lab = { 0 };

    test_guest_start_linux(&lab, "isa-ipmi-kcs", NULL);
    check_driver(lab.vm, "kcs");
    check_ipmitool(lab.vm);
    check_locate(lab.vm, "KCS");
    test_lab_end(&lab);
}

static void test_bt(void)
{
    TestLab lab = { 0 };

    test_guest_start_linux(&lab, "isa-ipmi-bt", NULL);
    check_driver(lab.vm, "bt");
    check_ipmitool(lab.vm);
    check_locate(lab.vm, "BT");
    test_lab_end(&lab);
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/guest-linux/kcs", test_kcs);
    g_test_add_func("/guest-linux/bt", test_bt);
    return g_test_run();
}
