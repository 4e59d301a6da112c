/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sushy, as OpenStack Ironic uses it, on the boot override. */
#include "osdep.h"

#include "test-vm.h"

/* Nothing boots: what is asked for is what is looked at. */
static void test_boot(void)
{
    TestLab lab = { .dir = test_dir_new() };
    g_autofree char *line = NULL;
    g_autofree char *out = NULL;
    g_autofree char *qmp = NULL;

    lab.vm = test_vm_start(lab.dir,
        "-S -M q35 -drive if=pflash,unit=0,format=raw,readonly=on,"
        "file=/usr/share/OVMF/OVMF_CODE_4M.fd "
        "-drive if=none,id=a,format=raw,file=@uefi-a.img@,snapshot=on "
        "-device virtio-blk-pci,drive=a -device ide-cd -device e1000");
    qmp = g_strdup_printf("--qmp %s", lab.vm->qmp);
    lab.bmc = test_bmc_start(lab.dir, qmp);
    test_bmc_wait_power(lab.bmc, "Off");
    line = g_strdup_printf("/usr/bin/python3 "
                           "%s/tests/clients/sushy-boot-check.py %s",
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
    g_test_add_func("/sushy/boot", test_boot);
    return g_test_run();
}
