/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * 64 clients who read, write, subscribe and die (redfish-crowd.py), and
 * somebody who uses IPMI meanwhile. TEST_CROWD_SECONDS is how long.
 */
#include "osdep.h"

#include "test-vm.h"

#define GUEST \
    "-M q35 -m 64 -device ide-cd,id=cd0,bus=ide.2 " \
    "-drive if=none,id=a,format=raw,file=@disk-a.img@,snapshot=on " \
    "-device ide-hd,drive=a,bootindex=10,bus=ide.0"

static void setup(TestLab *f, const void *data)
{
    test_lab_start(f, GUEST, "BOOTED A");
}

static void teardown(TestLab *f, const void *data)
{
    test_lab_end(f);
}

typedef struct Crowd {
    bool done;
    char *out;
    bool ok;
} Crowd;

static void on_done(GObject *object, GAsyncResult *result, void *opaque)
{
    Crowd *crowd = opaque;

    crowd->ok = g_subprocess_communicate_utf8_finish(
        G_SUBPROCESS(object), result, &crowd->out, NULL, NULL) &&
        g_subprocess_get_successful(G_SUBPROCESS(object));
    crowd->done = true;
}

static bool is_done(void *opaque)
{
    return ((Crowd *)opaque)->done;
}

static void test_crowd(TestLab *f, const void *data)
{
    const char *seconds = g_getenv("TEST_CROWD_SECONDS") ?: "8";
    g_autofree char *script = g_strdup_printf(
        "%s/tests/clients/redfish-crowd.py", g_getenv("TEST_SOURCE"));
    g_autofree char *pid = g_strdup_printf("%d", f->bmc->pid);
    g_autoptr(GError) err = NULL;
    g_autoptr(GSubprocess) process = g_subprocess_new(
        G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_MERGE,
        &err, "python3", script, f->bmc->redfish, pid, seconds, NULL);
    Crowd crowd = { 0 };
    unsigned n = 0;

    g_assert_no_error(err);
    g_subprocess_communicate_utf8_async(process, NULL, NULL, on_done, &crowd);
    while (!test_wait_until(is_done, &crowd, 200)) {
        g_autofree char *out = NULL;

        g_assert_cmpint(test_bmc_ipmitool(f->bmc, "chassis status", &out),
                        ==, 0);
        g_assert_nonnull(strstr(out, "System Power         : on"));
        n++;
    }
    g_test_message("%s(%u times IPMI)", crowd.out, n);
    g_assert_true(crowd.ok);
    g_assert_cmpuint(n, >, 0);
    g_assert_nonnull(strstr(crowd.out, "crowd: ok"));
    g_free(crowd.out);
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add("/redfish/crowd", TestLab, NULL, setup, test_crowd, teardown);
    return g_test_run();
}
