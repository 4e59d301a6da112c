/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bmcctl on a real machine, over the local socket and over HTTPS. */
#include "osdep.h"

#include "test-vm.h"

#define GUEST \
    "-M q35 -drive if=none,id=a,format=raw,file=@disk-a.img@,snapshot=on " \
    "-device ide-hd,id=hd0,drive=a -device ide-cd,bus=ide.1 " \
    "-netdev user,id=n,restrict=on -device e1000,netdev=n"

static void setup(TestLab *f, const void *data)
{
    g_autofree char *args = NULL;

    f->dir = test_dir_new();
    f->vm = test_vm_start(f->dir, GUEST);
    args = g_strdup_printf("--qmp %s", f->vm->qmp);
    f->bmc = test_bmc_start(f->dir, args);
    test_bmc_wait_power(f->bmc, "On");
}

static void teardown(TestLab *f, const void *data)
{
    test_lab_end(f);
}

/* With @input, that is its standard input. */
static void run(TestLab *f, const char *how, const char *input,
                const char *args, int code, const char *pattern)
{
    g_autofree char *out = NULL;
    g_autofree char *line = g_strdup_printf(
        "sh -c \"printf '%s' | %s/tools/bmcctl %s %s\"", input ?: "",
        g_getenv("TEST_BUILD"), how, args);
    int status = test_run(&out, line);

    if (status != code || !g_pattern_match_simple(pattern, out)) {
        g_error("bmcctl %s %s: %d, '%s' instead of %d, '%s'", how, args,
                status, out, code, pattern);
    }
}

static void bmcctl(TestLab *f, const char *args, int code,
                   const char *pattern)
{
    g_autofree char *how = g_strdup_printf("--run-dir %s/run", f->dir->path);

    run(f, how, NULL, args, code, pattern);
}

static void test_power(TestLab *f, const void *data)
{
    bmcctl(f, "status", 0, "*Power: * On\n*Boot from: * as the machine*");
    bmcctl(f, "power status", 0, "On\n");
    bmcctl(f, "--json power status", 0, "{*\"PowerState\":\"On\"*}\n");
    bmcctl(f, "power reset", 0, "");
    bmcctl(f, "power off", 0, "");
    bmcctl(f, "power status", 0, "Off\n");
    bmcctl(f, "power shutdown", 1, "bmcctl: * standby. The machine is off.\n");
    bmcctl(f, "power reset", 0, "");
    bmcctl(f, "power status", 0, "On\n");
    bmcctl(f, "power off", 0, "");
    bmcctl(f, "power on", 0, "");
    bmcctl(f, "power status", 0, "On\n");
    bmcctl(f, "identify on", 0, "");
    bmcctl(f, "status", 0, "*Indicator: * on\n*");
    bmcctl(f, "identify off", 0, "");
}

static void test_boot(TestLab *f, const void *data)
{
    bmcctl(f, "boot set pxe", 0, "");
    bmcctl(f, "boot status", 0, "Boot from: * Pxe, once\n");
    bmcctl(f, "boot set Hdd always", 0, "");
    bmcctl(f, "boot status", 0, "Boot from: * Hdd, always\n");
    bmcctl(f, "boot device moon", 1, "bmcctl: *");
    bmcctl(f, "boot device hd0", 0, "");
    bmcctl(f, "boot status", 0, "Boot from: * UefiBootNext hd0, once\n");
    bmcctl(f, "boot setup", 1, "bmcctl: *cannot boot from 'BiosSetup'*");
    bmcctl(f, "boot set moon", 1, "bmcctl: *cannot boot from 'moon'*");
    bmcctl(f, "boot set pxe twice", 2, "bmcctl: 'twice' is neither*");
    bmcctl(f, "status --json", 2, "*options come before the command*");
    bmcctl(f, "get /redfish/v1/none", 1, "bmcctl: *was not found.\n");
    bmcctl(f, "boot clear", 0, "");
    bmcctl(f, "boot status", 0, "*as the machine is configured\n");
}

static void test_network(TestLab *f, const void *data)
{
    g_autoptr(GSocketListener) listener = g_socket_listener_new();
    unsigned taken = g_socket_listener_add_any_inet_port(listener, NULL,
                                                         NULL);
    g_autofree char *move = g_strdup_printf("network port https %u", taken);
    g_autofree char *shown = g_strdup_printf("*HTTPS *on *%u\n*", taken);

    bmcctl(f, "network show", 0,
           "PROTOCOL *HTTP *off *-\nHTTPS *on *\nIPMI *on *\n");
    bmcctl(f, "--json network show", 0, "{*\"HTTPS\":{*}*}\n");
    bmcctl(f, move, 1, "bmcctl: *");
    bmcctl(f, "network off ipmi", 0, "");
    bmcctl(f, "network show", 0, "*IPMI *off *-\n");
    bmcctl(f, "network on IPMI", 0, "");
    bmcctl(f, "network show", 0, "*IPMI *on *\n");
    bmcctl(f, "network on telnet", 1, "bmcctl: this BMC has no protocol*");
    bmcctl(f, "network port https 0", 2, "bmcctl: '0' is no port*");
    bmcctl(f, "network port https", 2, "*");
    g_socket_listener_close(listener);
    bmcctl(f, move, 0, "");
    bmcctl(f, "network show", 0, shown);
}

static void test_users(TestLab *f, const void *data)
{
    g_autofree char *local = g_strdup_printf("--run-dir %s/run",
                                             f->dir->path);

    bmcctl(f, "user list", 0, "ID*admin *Administrator *enabled\n*");
    run(f, local, "Pa55word", "user add joe Operator", 0, "");
    run(f, local, "", "user add jim Operator", 2, "*no password*");
    bmcctl(f, "user list", 0, "*joe *Operator *enabled\n*");
    bmcctl(f, "user role joe ReadOnly", 0, "");
    bmcctl(f, "user disable joe", 0, "");
    bmcctl(f, "user list", 0, "*joe *ReadOnly *disabled\n*");
    bmcctl(f, "user enable joe", 0, "");
    run(f, local, "0therWord", "user password joe", 0, "");
    bmcctl(f, "user role nobody ReadOnly", 1, "bmcctl: there is no user*");
    bmcctl(f, "user remove joe", 0, "");
    bmcctl(f, "--json user list", 0, "[\n{*\"UserName\":\"admin\"*}\n]\n");
    bmcctl(f, "session list", 0, "ID *");
    bmcctl(f, "session end x", 1, "bmcctl: there is no session 'x'\n");
}

static void test_log(TestLab *f, const void *data)
{
    bmcctl(f, "power reset", 0, "");
    bmcctl(f, "log list", 0, "*20*-*-*T*");
    bmcctl(f, "log clear", 0, "");
    bmcctl(f, "get /redfish/v1/Systems?only", 0, "{*ComputerSystem*}\n");
    bmcctl(f, "get nothing", 1, "bmcctl: 'nothing' is not a path*");
    bmcctl(f, "get /redfish/v1/Nothing", 1, "bmcctl: *not found*");
}

/* The same from elsewhere. */
static void test_url(TestLab *f, const void *data)
{
    g_autofree char *good = g_strdup_printf(
        "--url %s -u admin -k", f->bmc->redfish);
    g_autofree char *strict = g_strdup_printf("--url %s/ -u admin",
                                              f->bmc->redfish);
    g_autofree char *nobody = g_strdup_printf("--url %s -k", f->bmc->redfish);

    g_setenv("BMC_PASSWORD", "password", TRUE);
    run(f, good, NULL, "power status", 0, "On\n");
    run(f, strict, NULL, "power status", 1, "bmcctl: *--insecure*");
    run(f, nobody, NULL, "power status", 2, "*needs --user*");
    run(f, "--url ftp://x -u a", NULL, "status", 2, "*not a URL*");
    g_setenv("BMC_PASSWORD", "wrong", TRUE);
    run(f, good, NULL, "status", 1, "bmcctl: wrong user name or password\n");
    g_unsetenv("BMC_PASSWORD");
    run(f, good, "password", "power status", 0, "On\n");
    run(f, good, "", "power status", 2, "*no password*");
}

/* Events come while they happen. */
static void test_events(TestLab *f, const void *data)
{
    g_autofree char *line = g_strdup_printf(
        "sh -c '%s/tools/bmcctl --run-dir %s/run event follow > %s/events & "
        "p=$!; for i in $(seq 100); do "
        "%s/tools/bmcctl --run-dir %s/run power reset; "
        "sleep 0.1; test -s %s/events && break; done; kill $p; "
        "cat %s/events'", g_getenv("TEST_BUILD"), f->dir->path,
        f->dir->path, g_getenv("TEST_BUILD"), f->dir->path, f->dir->path,
        f->dir->path);
    g_autofree char *out = NULL;

    g_assert_cmpint(test_run(&out, line), ==, 0);
    g_assert_true(g_pattern_match_simple("20*-*-*T*", out));
}

/* Options that make no sense say what to do. */
static void test_usage(TestLab *f, const void *data)
{
    g_autofree char *file = g_build_filename(f->dir->path, "pw", NULL);
    g_autofree char *by_file = g_strdup_printf(
        "--url %s -u admin -k --password-file %s", f->bmc->redfish, file);
    g_autofree char *ca = g_build_filename(f->dir->path, "state/tls-cert.pem",
                                           NULL);
    g_autofree char *with_ca = g_strdup_printf(
        "--url %s -u admin --ca %s --password-file %s", f->bmc->redfish, ca,
        file);

    g_assert_true(g_file_set_contents(file, "password\nmore\n", -1, NULL));
    run(f, by_file, NULL, "power status", 0, "On\n");
    run(f, with_ca, NULL, "power status", 0, "On\n");
    run(f, "--url https://127.0.0.1:1 -u a --password-file /no/such", NULL,
        "status", 2, "bmcctl: cannot read the password: *");
    run(f, "--url http://127.0.0.1:1 -u a", "x", "status", 2,
        "bmcctl: over http others*--insecure*");
    run(f, "--url https://127.0.0.1:1 -k -u a", "x", "status", 1,
        "bmcctl: https://127.0.0.1:1: *refused*");
    run(f, "--url https://127.0.0.1:1 --ca /no/such -u a", "x", "status", 2,
        "bmcctl: cannot read the certificates of --ca: *");
    run(f, "--timeout=-1", NULL, "status", 2, "bmcctl: --timeout*");
    bmcctl(f, "power sideways", 2, "bmcctl: it is one of:*power status*");
    bmcctl(f, "user", 2, "bmcctl: it is one of:*user list*user password*");
    bmcctl(f, "dance", 2, "bmcctl: no such command*");
    bmcctl(f, "boot set", 2, "bmcctl: it is one of:*boot set TARGET*");
}

/* What has happened while the BMC was away is not lost. */
static void test_reconnect(TestLab *f, const void *data)
{
    g_autofree char *args = g_strdup_printf("--qmp %s", f->vm->qmp);
    g_autofree char *events = g_build_filename(f->dir->path, "events", NULL);
    g_autofree char *line = g_strdup_printf(
        "exec %s/tools/bmcctl --run-dir %s/run event follow > %s 2> %s.err",
        g_getenv("TEST_BUILD"), f->dir->path, events, events);
    const char *argv[] = { "sh", "-c", line, NULL };
    g_autoptr(GSubprocess) follower = NULL;
    g_autofree char *seen = NULL;
    unsigned i;

    follower = g_subprocess_newv(argv, G_SUBPROCESS_FLAGS_NONE, NULL);
    g_assert_nonnull(follower);
    for (i = 0; i < 300 && !(seen && strstr(seen, "/Systems/1: ")); i++) {
        bmcctl(f, i % 2 ? "identify on" : "identify off", 0, "");
        g_usleep(100000);
        g_clear_pointer(&seen, g_free);
        g_file_get_contents(events, &seen, NULL, NULL);
    }
    g_assert_nonnull(strstr(seen, "/redfish/v1/Systems/1: "));
    test_bmc_stop(f->bmc);
    test_bmc_free(f->bmc);
    f->bmc = test_bmc_start(f->dir, args);
    for (i = 0; i < 600; i++) {
        g_clear_pointer(&seen, g_free);
        g_file_get_contents(events, &seen, NULL, NULL);
        if (strstr(seen, "has changed to Enabled")) {
            break;
        }
        g_usleep(100000);
    }
    g_subprocess_force_exit(follower);
    g_subprocess_wait(follower, NULL, NULL);
    g_test_message("%s", seen);
    g_assert_nonnull(strstr(seen, "/Managers/1: The state of resource"));
}

#define IMAGE_BYTES (16 * 1024 * 1024)

/* What an upload that has broken off has left: the first million bytes. */
static void leave_part(TestLab *f, const char *image)
{
    g_autofree char *line = g_strdup_printf(
        "sh -c \"head -c 1000000 %s > %s.part && curl -sf --unix-socket "
        "%s/run/redfish.sock -T %s.part -H "
        "'Content-Range: bytes 0-999999/%d' -H "
        "\\\"Upload-Tag: $(stat -c %%s-%%.9Y %s)\\\" http://localhost"
        "/redfish/v1/Managers/1/Oem/QemuBmc/Images/disk.iso\"",
        image, image, f->dir->path, image, IMAGE_BYTES, image);
    g_autofree char *out = NULL;

    if (test_run(&out, line)) {
        g_error("%s: %s", line, out);
    }
}

static void test_upload(TestLab *f, const void *data)
{
    g_autofree char *image = test_dir_file(f->dir, "disk.iso");
    g_autofree char *bytes = g_malloc0(IMAGE_BYTES);
    g_autofree char *insert = g_strdup_printf("media insert CD1 %s", image);
    g_autofree char *kept = test_dir_file(f->dir, "state/images/disk.iso");
    g_autofree char *copy = NULL;
    gsize len = 0;

    memset(bytes + IMAGE_BYTES / 2, 'x', IMAGE_BYTES / 2);
    g_assert_true(g_file_set_contents(image, bytes, IMAGE_BYTES, NULL));
    bmcctl(f, "media images", 0, "IMAGE *\n");
    leave_part(f, image);
    bmcctl(f, "media images", 0, "*disk.iso *1.0 partial *-\n");
    bmcctl(f, insert, 0, "");
    g_assert_true(test_bmc_logged(f->bmc, "bytes 1000000 to 16777216"));
    g_assert_true(g_file_get_contents(kept, &copy, &len, NULL));
    g_assert_cmpuint(len, ==, IMAGE_BYTES);
    g_assert_cmpint(memcmp(copy, bytes, len), ==, 0);
    bmcctl(f, "media images", 0, "*disk.iso *16.0 complete *CD1\n");
    bmcctl(f, "media delete disk.iso", 1, "bmcctl: *in use*");
    bmcctl(f, "media eject CD1", 0, "");
    /* It is there; nothing is sent again. */
    bmcctl(f, insert, 0, "");
    bmcctl(f, "media eject CD1", 0, "");
    bytes[0] = 'y';
    g_assert_true(g_file_set_contents(image, bytes, IMAGE_BYTES, NULL));
    bmcctl(f, insert, 1, "bmcctl: there is another image disk.iso*");
    bmcctl(f, "media delete disk.iso", 0, "");
    bmcctl(f, "media insert CD1 /nowhere/a.iso", 2, "bmcctl: cannot read*");
    bmcctl(f, "media insert CD9 disk.iso", 1, "bmcctl: there is no drive*");
}

#define ADD(path, func) \
    g_test_add("/bmcctl/" path, TestLab, NULL, setup, func, teardown)

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    ADD("power", test_power);
    ADD("boot", test_boot);
    ADD("users", test_users);
    ADD("network", test_network);
    ADD("log", test_log);
    ADD("url", test_url);
    ADD("upload", test_upload);
    ADD("events", test_events);
    ADD("usage", test_usage);
    ADD("reconnect", test_reconnect);
    return g_test_run();
}
