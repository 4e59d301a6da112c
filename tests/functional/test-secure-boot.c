/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Secure Boot over Redfish, as OVMF with SMM and what it boots see it: a
 * loader that nobody has signed is refused while it is in force, one whose
 * certificate was added is not, and reads the changed variable.
 */
#include "osdep.h"

#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <signal.h>

#include "codec/efi-edit.h"
#include "test-vm.h"
#include "util/json.h"

#define CODE "/usr/share/OVMF/OVMF_CODE_4M.secboot.fd"
#define VARS "/usr/share/OVMF/OVMF_VARS_4M.ms.fd"
#define SECURE_BOOT "/Systems/1/SecureBoot"
#define RESET "/Systems/1/Actions/ComputerSystem.Reset"
/* OVMF with SMM takes a minute with TCG when others work, too. */
#define BOOT_WAIT_S 240

static TestDir *dir;

static char *path_of(const char *name)
{
    return test_dir_file(dir, name);
}

static bool have_all(void)
{
    if (g_access(CODE, R_OK) || g_access(VARS, R_OK)) {
        g_test_skip("ovmf is not installed");
        return false;
    }
    return true;
}

static void run(const char *format, ...) G_GNUC_PRINTF(1, 2);

static void run(const char *format, ...)
{
    g_autofree char *output = NULL;
    g_autofree char *line = NULL;
    va_list ap;

    va_start(ap, format);
    line = g_strdup_vprintf(format, ap);
    va_end(ap);
    if (test_run(&output, line)) {
        g_error("%s: %s", line, output);
    }
}

/* The machine's own variables, and a disk with a loader that we sign. */
static void make_files(void)
{
    g_autofree char *disk = test_vm_guest("uefi-a.img");

    run("cp " VARS " %s/VARS.fd", dir->path);
    run("cp %s %s/disk.img", disk, dir->path);
    run("mcopy -i %s/disk.img ::/EFI/BOOT/BOOTX64.EFI %s/plain.efi",
        dir->path, dir->path);
    run("openssl req -x509 -newkey rsa:2048 -nodes -days 3650 -subj /CN=test "
        "-keyout %s/key.pem -out %s/cert.pem", dir->path, dir->path);
    run("sbsign --key %s/key.pem --cert %s/cert.pem --output %s/signed.efi "
        "%s/plain.efi", dir->path, dir->path, dir->path, dir->path);
    run("mcopy -o -i %s/disk.img %s/signed.efi ::/EFI/BOOT/BOOTX64.EFI",
        dir->path, dir->path);
}

static TestBmc *start_bmc(void)
{
    g_autofree char *args = g_strdup_printf(
        "-- qemu-system-x86_64 -accel tcg -nodefaults -machine q35,smm=on "
        "-m 256 -global driver=cfi.pflash01,property=secure,value=on "
        "-drive if=pflash,unit=0,format=raw,readonly=on,file=" CODE
        " -drive if=pflash,unit=1,format=raw,file=%s/VARS.fd "
        "-drive if=none,id=d,format=raw,snapshot=on,file=%s/disk.img "
        "-device virtio-blk-pci,drive=d", dir->path, dir->path);

    return test_bmc_start(dir, args);
}

/* Waits for one of two texts on the serial port of the present process. */
static void wait_serial(const char *wanted, const char *other)
{
    g_autofree char *path = path_of("run/serial.sock");
    g_autoptr(GSocketAddress) addr = g_unix_socket_address_new(path);
    g_autoptr(GSocketClient) client = g_socket_client_new();
    g_autoptr(GSocketConnection) serial = NULL;
    g_autoptr(GString) text = g_string_new(NULL);
    g_autoptr(GError) err = NULL;
    GInputStream *in;
    char c;

    g_socket_client_set_timeout(client, BOOT_WAIT_S);
    serial = g_socket_client_connect(client, G_SOCKET_CONNECTABLE(addr), NULL,
                                     &err);
    g_assert_no_error(err);
    in = g_io_stream_get_input_stream(G_IO_STREAM(serial));
    while (!strstr(text->str, wanted)) {
        if (strstr(text->str, other) ||
            g_input_stream_read(in, &c, 1, NULL, &err) != 1) {
            g_error("no \"%s\" but: %s (%s)", wanted, text->str,
                    err ? err->message : "at its end");
        }
        g_string_append_c(text, c);
    }
}

static void send(TestBmc *bmc, const char *method, const char *path,
                 const char *body, int status)
{
    g_assert_cmpint(test_bmc_redfish(bmc, method, path, body, NULL), ==,
                    status);
}

static void add_certificate(TestBmc *bmc)
{
    g_autoptr(JsonObject) body = json_object_new();
    g_autofree char *path = path_of("cert.pem");
    g_autofree char *pem = NULL;
    g_autofree char *text = NULL;

    g_assert_true(g_file_get_contents(path, &pem, NULL, NULL));
    json_object_set_string_member(body, "CertificateString", pem);
    json_object_set_string_member(body, "CertificateType", "PEM");
    text = json_print(body);
    send(bmc, "POST", SECURE_BOOT "/SecureBootDatabases/db/Certificates",
         text, 201);
}

static void assert_current(TestBmc *bmc, const char *wanted)
{
    g_autoptr(JsonObject) json = NULL;
    const char *found = NULL;

    g_assert_cmpint(test_bmc_redfish(bmc, "GET", SECURE_BOOT, NULL, &json),
                    ==, 200);
    json_get_string(json, "SecureBootCurrentBoot", &found);
    g_assert_cmpstr(found, ==, wanted);
}

/* A new process can take longer than an answer over IPMI may: C3h, then. */
static void reset_over_ipmi(TestBmc *bmc)
{
    g_autofree char *out = NULL;
    int status = test_bmc_ipmitool(bmc, "chassis power reset", &out);

    g_assert_true(status == 0 || strstr(out, "failed: Timeout"));
}

static void test_guest(void)
{
    g_autofree char *sbsign = g_find_program_in_path("sbsign");
    TestBmc *bmc;

    if (!have_all()) {
        return;
    }
    if (!sbsign) {
        g_test_skip("sbsigntool is not installed");
        return;
    }
    dir = test_dir_new();
    make_files();
    bmc = start_bmc();
    send(bmc, "POST", RESET, "{\"ResetType\": \"On\"}", 204);
    wait_serial("Access Denied", "BOOTED");
    assert_current(bmc, "Enabled");

    /* Any way of restarting the machine will do. */
    send(bmc, "PATCH", SECURE_BOOT, "{\"SecureBootEnable\": false}", 200);
    assert_current(bmc, "Enabled");
    reset_over_ipmi(bmc);
    wait_serial("SECURE 0\r\nBOOTED A", "Access Denied");
    assert_current(bmc, "Disabled");

    send(bmc, "PATCH", SECURE_BOOT, "{\"SecureBootEnable\": true}", 200);
    add_certificate(bmc);
    send(bmc, "POST", RESET, "{\"ResetType\": \"PowerCycle\"}", 204);
    test_bmc_wait_power(bmc, "On");
    wait_serial("SECURE 1\r\nBOOTED A", "Access Denied");
    assert_current(bmc, "Enabled");
    test_bmc_stop(bmc);
    test_bmc_free(bmc);
    test_dir_free(dir);
}

static EfiVars *read_vars(void)
{
    g_autofree char *path = path_of("VARS.fd");
    g_autofree char *data = NULL;
    EfiVars *vars;
    gsize len;

    g_assert_true(g_file_get_contents(path, &data, &len, NULL));
    vars = efi_vars_parse((const uint8_t *)data, len, NULL);
    g_assert_nonnull(vars);
    return vars;
}

static bool wanted_enable(TestBmc *bmc)
{
    g_autoptr(JsonObject) json = NULL;
    bool enable = false;

    g_assert_cmpint(test_bmc_redfish(bmc, "GET", SECURE_BOOT, NULL, &json),
                    ==, 200);
    g_assert_cmpint(json_get_bool(json, "SecureBootEnable", &enable), ==,
                    JSON_GET_OK);
    return enable;
}

/*
 * The helper is killed while a restart is under way, a little later each
 * time: the file is always whole, and the change is never lost.
 */
static void test_killed(void)
{
    static const unsigned waits[] = { 0, 1, 5, 20, 50, 150 };
    bool enable = false;

    if (!have_all()) {
        return;
    }
    dir = test_dir_new();
    run("cp " VARS " %s/VARS.fd", dir->path);
    run("truncate -s 1M %s/disk.img", dir->path);
    for (unsigned i = 0; i < G_N_ELEMENTS(waits); i++, enable = !enable) {
        g_autofree char *body = g_strdup_printf(
            "{\"SecureBootEnable\": %s}", enable ? "true" : "false");
        g_autofree char *line = NULL;
        g_autoptr(EfiVars) vars = NULL;
        TestBmc *bmc = start_bmc();

        send(bmc, "POST", RESET, "{\"ResetType\": \"On\"}", 204);
        send(bmc, "PATCH", SECURE_BOOT, body, 200);
        line = g_strdup_printf(
            "sh -c 'curl -sk -m 20 -u admin:password -H Content-Type:"
            "application/json -d \"{\\\"ResetType\\\":\\\"ForceRestart\\\"}\""
            " %s/redfish/v1" RESET " > /dev/null 2>&1 &'", bmc->redfish);
        g_assert_cmpint(test_run(NULL, line), ==, 0);
        test_bmc_wait_log(bmc, "ending the present one");
        g_usleep(waits[i] * 1000);
        test_bmc_kill(bmc);
        test_bmc_free(bmc);
        vars = read_vars();
        g_assert_true(efi_vars_have_pk(vars));

        bmc = start_bmc();
        g_assert_true(wanted_enable(bmc) == enable);
        send(bmc, "POST", RESET, "{\"ResetType\": \"ForceOff\"}", 204);
        send(bmc, "POST", RESET, "{\"ResetType\": \"On\"}", 204);
        efi_vars_free(vars);
        vars = read_vars();
        g_assert_true(efi_vars_secure_boot(vars) == enable);
        g_assert_true(wanted_enable(bmc) == enable);
        test_bmc_stop(bmc);
        test_bmc_free(bmc);
    }
    test_dir_free(dir);
}

static char *bmcctl(const char *args, int code, const char *pattern)
{
    g_autofree char *line = g_strdup_printf("%s/tools/bmcctl --run-dir "
                                            "%s/run secureboot %s",
                                            g_getenv("TEST_BUILD"), dir->path,
                                            args);
    char *out = NULL;
    int status = test_run(&out, line);

    if (status != code || !g_pattern_match_simple(pattern, out)) {
        g_error("%s: %d, '%s' instead of %d, '%s'", line, status, out, code,
                pattern);
    }
    return out;
}

static void check_bmcctl(const char *args, int code, const char *pattern)
{
    g_free(bmcctl(args, code, pattern));
}

static void test_bmcctl(void)
{
    g_autofree char *enroll = NULL;
    g_autofree char *remove_it = NULL;
    g_autofree char *list = NULL;
    const char *line;
    TestBmc *bmc;

    if (!have_all()) {
        return;
    }
    dir = test_dir_new();
    run("cp " VARS " %s/VARS.fd", dir->path);
    run("truncate -s 1M %s/disk.img", dir->path);
    run("openssl req -x509 -newkey rsa:2048 -nodes -days 3650 -subj /CN=mine "
        "-keyout %s/key.pem -out %s/cert.pem", dir->path, dir->path);
    bmc = start_bmc();
    check_bmcctl("status", 0, "Next boot: * enabled\n*");
    check_bmcctl("disable", 0, "It will be so when *");
    check_bmcctl("status", 0, "Next boot: * disabled\n*");
    check_bmcctl("enable", 0, "");
    enroll = g_strdup_printf("enroll %s/cert.pem", dir->path);
    check_bmcctl(enroll, 0, "It will be so when *");
    check_bmcctl(enroll, 1, "bmcctl: *already exists*");
    list = bmcctl("list db", 0, "* mine\n");
    line = strrchr(g_strchomp(list), '\n');
    g_assert_nonnull(line);
    remove_it = g_strdup_printf("remove db %.16s",
                                line + strlen("\ndb        "));
    check_bmcctl(remove_it, 0, "It will be so when *");
    check_bmcctl(remove_it, 1, "bmcctl: there is no *");
    check_bmcctl("reset-keys delete dbx", 0, "It will be so when *");
    check_bmcctl("reset-keys all", 2, "bmcctl: 'all' is neither *");
    check_bmcctl("list PK", 0, "DATABASE *\nPK *");
    test_bmc_stop(bmc);
    test_bmc_free(bmc);
    test_dir_free(dir);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/secure-boot/guest", test_guest);
    g_test_add_func("/secure-boot/killed", test_killed);
    g_test_add_func("/secure-boot/bmcctl", test_bmcctl);
    return g_test_run();
}
