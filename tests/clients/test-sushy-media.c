/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sushy, as OpenStack Ironic uses it, boots from a medium of a web server. */
#include "osdep.h"

#include <signal.h>
#include <sys/prctl.h>

#include "test-vm.h"

#define DEVICES \
    "-M q35 -drive if=none,id=a,format=raw,file=@disk-a.img@,snapshot=on " \
    "-device ide-hd,drive=a,bootindex=1 -device ide-cd,id=cd0,bus=ide.1"

/* It does not outlive a test that fails. */
static void die_with_parent(void *opaque)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
}

static GSubprocess *start_server(const TestLab *lab, char **port)
{
    g_autoptr(GSubprocessLauncher) launcher = g_subprocess_launcher_new(
        G_SUBPROCESS_FLAGS_STDOUT_PIPE);
    g_autofree char *program = g_build_filename(
        g_getenv("TEST_SOURCE"), "tests/lib/media-server.py", NULL);
    g_autofree char *dir = test_dir_file(lab->dir, "images");
    g_autofree char *iso = test_vm_guest("cd-c.iso");
    g_autofree char *copy = g_strdup_printf("install -D -t %s %s", dir, iso);
    g_autoptr(GError) err = NULL;
    char line[16] = "";
    GSubprocess *server;

    g_assert_cmpint(test_run(NULL, copy), ==, 0);
    g_subprocess_launcher_set_child_setup(launcher, die_with_parent, NULL,
                                          NULL);
    server = g_subprocess_launcher_spawn(launcher, &err, "/usr/bin/python3",
                                         program, dir, NULL);
    g_assert_no_error(err);
    g_input_stream_read(g_subprocess_get_stdout_pipe(server), line,
                        sizeof(line) - 1, NULL, &err);
    g_assert_no_error(err);
    *port = g_strdup(g_strchomp(line));
    return server;
}

static void sushy(const TestLab *lab, const char *what)
{
    g_autofree char *line = g_strdup_printf(
        "/usr/bin/python3 %s/tests/clients/sushy-media-check.py %s %s",
        g_getenv("TEST_SOURCE"), lab->bmc->redfish, what);
    g_autofree char *out = NULL;

    if (test_run(&out, line) != 0) {
        g_error("sushy: %s", out);
    }
}

static void test_boot(const void *data)
{
    const char *folder = data;
    TestLab lab = { 0 };
    g_autofree char *port = NULL;
    g_autofree char *what = NULL;
    g_autoptr(GSubprocess) server = NULL;

    lab.dir = test_dir_new();
    server = start_server(&lab, &port);
    test_lab_start(&lab, DEVICES, "BOOTED A");
    what = g_strdup_printf("insert http://127.0.0.1:%s/%scd-c.iso", port,
                           folder);
    sushy(&lab, what);
    test_vm_wait_serial(lab.vm, "BOOTED C");
    sushy(&lab, "eject");
    test_vm_wait_serial(lab.vm, "BOOTED A");
    test_lab_end(&lab);
    g_subprocess_force_exit(server);
    g_subprocess_wait(server, NULL, NULL);
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_data_func("/sushy/media/streamed", "", test_boot);
    g_test_add_data_func("/sushy/media/downloaded", "slow/", test_boot);
    return g_test_run();
}
