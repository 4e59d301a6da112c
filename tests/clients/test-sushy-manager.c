/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sushy, as OpenStack Ironic uses it, on manager, chassis and logs. */
#include "osdep.h"

#include "test-guest.h"

static void test_manager(void)
{
    TestLab lab = { 0 };
    g_autofree char *line = NULL;
    g_autofree char *out = NULL;

    test_guest_start(&lab, "isa-ipmi-kcs", "-M q35", "");
    line = g_strdup_printf("/usr/bin/python3 "
                           "%s/tests/clients/sushy-manager-check.py %s",
                           g_getenv("TEST_SOURCE"), lab.bmc->redfish);
    if (test_run(&out, line) != 0) {
        g_error("sushy: %s", out);
    }
    g_test_message("%s", out);
    test_lab_end(&lab);
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/sushy/manager", test_manager);
    return g_test_run();
}
