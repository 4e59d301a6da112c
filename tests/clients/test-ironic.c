/* SPDX-License-Identifier: GPL-2.0-or-later */
/* OpenStack Ironic itself deploys a machine, over Redfish and over IPMI. */
#include "osdep.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <sys/prctl.h>

#include "test-vm.h"

/* Ironic does not inspect a machine with less than 1 GiB. */
#define DEVICES \
    "-M q35 -m 1024 -drive if=none,id=a,format=raw,file=@disk-a.img@," \
    "snapshot=on -device ide-hd,drive=a,bootindex=1 " \
    "-device ide-cd,id=cd0,bus=ide.1 -netdev user,id=n " \
    "-device virtio-net-pci,netdev=n,mac=52:54:00:12:34:56,romfile="

/* It does not outlive a test that fails. */
static void die_with_parent(void *opaque)
{
    prctl(PR_SET_PDEATHSIG, SIGTERM);
}

static GSubprocess *start_check(const TestLab *lab, const char *folder)
{
    g_autoptr(GSubprocessLauncher) launcher = g_subprocess_launcher_new(
        G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDIN_PIPE);
    g_autofree char *program = g_build_filename(
        g_getenv("TEST_SOURCE"), "tests/clients/ironic-check.py", NULL);
    g_autofree char *iso = test_vm_guest("cd-c.iso");
    g_autofree char *ipmi = g_strconcat("127.0.0.1:", lab->bmc->ipmi_port,
                                        NULL);
    g_autoptr(GError) err = NULL;
    GSubprocess *check;

    g_subprocess_launcher_set_child_setup(launcher, die_with_parent, NULL,
                                          NULL);
    check = g_subprocess_launcher_spawn(
        launcher, &err, "/usr/bin/python3", program, folder,
        lab->bmc->redfish, ipmi, iso, NULL);
    g_assert_no_error(err);
    return check;
}

static void test_deploy(void)
{
    TestLab lab = { .dir = test_dir_new() };
    g_autofree char *folder = test_dir_file(lab.dir, "ironic");
    g_autoptr(GSubprocess) check = NULL;
    g_autoptr(GDataInputStream) out = NULL;
    g_autoptr(GError) err = NULL;
    bool deployed = false;

    g_assert_cmpint(g_mkdir(folder, 0700), ==, 0);
    test_lab_start(&lab, DEVICES, "BOOTED A");
    check = start_check(&lab, folder);
    out = g_data_input_stream_new(g_subprocess_get_stdout_pipe(check));
    while (!deployed) {
        g_autofree char *line = g_data_input_stream_read_line(out, NULL, NULL,
                                                              &err);

        g_assert_no_error(err);
        g_assert_nonnull(line);
        g_test_message("%s", line);
        deployed = g_str_equal(line, "DEPLOYED");
    }
    test_vm_wait_serial(lab.vm, "BOOTED C");
    g_output_stream_write_all(g_subprocess_get_stdin_pipe(check), "\n", 1,
                              NULL, NULL, &err);
    g_assert_no_error(err);
    g_assert_true(g_subprocess_wait_check(check, NULL, &err));
    test_vm_wait_serial(lab.vm, "BOOTED A");
    test_lab_end(&lab);
}

static void test_none(void)
{
    g_test_skip("Ironic is not installed");
}

int main(int argc, char **argv)
{
    g_autofree char *ironic = g_find_program_in_path("ironic");

    test_init(&argc, &argv);
    g_test_add_func("/ironic/deploy", ironic ? test_deploy : test_none);
    return g_test_run();
}
