/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Ansible's Redfish modules. */
#include "osdep.h"

#include <glib/gstdio.h>

#include "test-vm.h"

#define DEVICES \
    "-M q35 -drive if=none,id=a,format=raw,file=@disk-a.img@,snapshot=on " \
    "-device ide-hd,id=hd0,drive=a,bootindex=1 " \
    "-device ide-cd,id=cd0,bus=ide.1 -netdev user,id=n " \
    "-device virtio-net-pci,netdev=n,mac=52:54:00:12:34:56,romfile="

static void test_playbook(void)
{
    TestLab lab = { .dir = test_dir_new() };
    g_autofree char *folder = test_dir_file(lab.dir, "ansible");
    g_autofree char *iso = test_vm_guest("cd-c.iso");
    g_autofree char *line = NULL;
    g_autofree char *out = NULL;

    g_assert_cmpint(g_mkdir(folder, 0700), ==, 0);
    test_lab_start(&lab, DEVICES, "BOOTED A");
    line = g_strdup_printf(
        "/usr/bin/python3 %s/tests/clients/ansible-check.py %s %s %s",
        g_getenv("TEST_SOURCE"), folder, lab.bmc->redfish, iso);
    if (test_run(&out, line) != 0) {
        g_error("ansible: %s", out);
    }
    test_lab_end(&lab);
}

static void test_none(void)
{
    g_test_skip("Ansible is not installed");
}

int main(int argc, char **argv)
{
    g_autofree char *ansible = g_find_program_in_path("ansible-playbook");

    test_init(&argc, &argv);
    g_test_add_func("/ansible/playbook", ansible ? test_playbook : test_none);
    return g_test_run();
}
