/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sushy, as OpenStack Ironic uses it, sets up Secure Boot. */
#include "osdep.h"

#include <glib/gstdio.h>

#include "test-vm.h"

#define CODE "/usr/share/OVMF/OVMF_CODE_4M.secboot.fd"
#define VARS "/usr/share/OVMF/OVMF_VARS_4M.ms.fd"

static void test_secure_boot(void)
{
    TestDir *dir;
    TestBmc *bmc;
    g_autofree char *copy = NULL;
    g_autofree char *args = NULL;
    g_autofree char *line = NULL;
    g_autofree char *out = NULL;

    if (g_access(CODE, R_OK) || g_access(VARS, R_OK)) {
        g_test_skip("ovmf is not installed");
        return;
    }
    dir = test_dir_new();
    copy = g_strdup_printf("cp " VARS " %s/VARS.fd", dir->path);
    g_assert_cmpint(test_run(NULL, copy), ==, 0);
    args = g_strdup_printf(
        "-- qemu-system-x86_64 -accel tcg -nodefaults -machine q35,smm=on "
        "-m 128 -global driver=cfi.pflash01,property=secure,value=on "
        "-drive if=pflash,unit=0,format=raw,readonly=on,file=" CODE
        " -drive if=pflash,unit=1,format=raw,file=%s/VARS.fd", dir->path);
    bmc = test_bmc_start(dir, args);
    line = g_strdup_printf(
        "/usr/bin/python3 %s/tests/clients/sushy-secure-boot-check.py %s",
        g_getenv("TEST_SOURCE"), bmc->redfish);
    if (test_run(&out, line) != 0) {
        g_error("sushy: %s", out);
    }
    test_bmc_stop(bmc);
    test_bmc_free(bmc);
    test_dir_free(dir);
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/sushy/secure-boot", test_secure_boot);
    return g_test_run();
}
