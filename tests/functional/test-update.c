/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Updates of firmware: what SeaBIOS says on its debug console is which one it
 * is. Images come from a form that curl sends, and from a web server by sushy.
 */
#include "osdep.h"

#include <signal.h>
#include <sys/prctl.h>

#include "test-vm.h"
#include "util/json.h"

#define SEABIOS "/usr/share/seabios/bios-256k.bin"
#define OVMF_CODE "/usr/share/OVMF/OVMF_CODE_4M.fd"
#define OVMF_VARS "/usr/share/OVMF/OVMF_VARS_4M.fd"
#define OTHER_VARS "/usr/share/OVMF/OVMF_VARS_4M.ms.fd"
#define BIOS "/UpdateService/FirmwareInventory/BIOS"
#define STAGED BIOS "-Staged"
#define VARS "/UpdateService/FirmwareInventory/UEFIVariables"
#define RESET "/Systems/1/Actions/ComputerSystem.Reset"
#define MARK "T-E-S-T"

/* Nobody tells when QEMU writes to a file. */
static void wait_file(const char *path, const char *text)
{
    int64_t end = g_get_monotonic_time() + TEST_VM_WAIT_MS * 1000;

    while (g_get_monotonic_time() < end) {
        g_autofree char *content = NULL;

        if (g_file_get_contents(path, &content, NULL, NULL) &&
            strstr(content, text)) {
            return;
        }
        g_usleep(20000);
    }
    g_error("%s does not hold \"%s\"", path, text);
}

static char *get_text(TestBmc *bmc, const char *path, const char *name)
{
    g_autoptr(JsonObject) json = NULL;
    const char *found = NULL;

    if (test_bmc_redfish(bmc, "GET", path, NULL, &json) == 200) {
        json_get_string(json, name, &found);
    }
    return g_strdup(found);
}

static void wait_text(TestBmc *bmc, const char *path, const char *name,
                      const char *wanted)
{
    int64_t end = g_get_monotonic_time() + TEST_VM_WAIT_MS * 1000;

    while (g_get_monotonic_time() < end) {
        g_autofree char *found = get_text(bmc, path, name);

        if (found && g_pattern_match_simple(wanted, found)) {
            return;
        }
        g_usleep(50000);
    }
    g_error("%s of %s is not %s", name, path, wanted);
}

/* An image of SeaBIOS that says another version. */
static void make_image(TestBmc *bmc, const char *path)
{
    g_autofree char *version = get_text(bmc, BIOS, "Version");
    g_autofree char *data = NULL;
    char *at;
    gsize len;

    g_assert_nonnull(version);
    g_assert_true(g_file_get_contents(SEABIOS, &data, &len, NULL));
    at = memmem(data, len, version, strlen(version));
    g_assert_nonnull(at);
    memcpy(at, MARK, strlen(MARK));
    g_assert_true(g_file_set_contents(path, data, len, NULL));
}

static void reset(TestBmc *bmc, const char *type)
{
    g_autofree char *body = g_strdup_printf("{\"ResetType\": \"%s\"}", type);

    g_assert_cmpint(test_bmc_redfish(bmc, "POST", RESET, body, NULL), ==,
                    204);
}

static void push(TestBmc *bmc, const char *path, const char *parameters)
{
    g_autofree char *line = g_strdup_printf(
        "curl -sk -u admin:password -o /dev/null -w %%{http_code} "
        "-F 'UpdateParameters=%s;type=application/json' "
        "-F 'UpdateFile=@%s;type=application/octet-stream' "
        "%s/redfish/v1/UpdateService/update-multipart", parameters, path,
        bmc->redfish);
    g_autofree char *out = NULL;

    g_assert_cmpint(test_run(&out, line), ==, 0);
    g_assert_cmpstr(out, ==, "202");
}

static void bmcctl(const TestDir *dir, const char *args, int code,
                   const char *pattern)
{
    g_autofree char *line = g_strdup_printf(
        "%s/tools/bmcctl --run-dir %s/run firmware %s",
        g_getenv("TEST_BUILD"), dir->path, args);
    g_autofree char *out = NULL;

    g_assert_cmpint(test_run(&out, line), ==, code);
    if (!g_pattern_match_simple(pattern, out)) {
        g_error("bmcctl firmware %s: %s", args, out);
    }
}

static TestBmc *start_seabios(TestDir *dir, const char *debug,
                              const char *options)
{
    g_autofree char *args = g_strdup_printf(
        "%s -- qemu-system-x86_64 -accel tcg -nodefaults -m 64 "
        "-chardev file,id=d,path=%s -device isa-debugcon,iobase=0x402,"
        "chardev=d", options, debug);

    return test_bmc_start(dir, args);
}

static void test_pushed(void)
{
    g_autoptr(TestDir) dir = test_dir_new();
    g_autofree char *debug = test_dir_file(dir, "debug");
    g_autofree char *image = test_dir_file(dir, "new.bin");
    g_autofree char *version = NULL;
    g_autofree char *update = NULL;
    TestBmc *bmc;

    if (!g_file_test(SEABIOS, G_FILE_TEST_EXISTS)) {
        g_test_skip("SeaBIOS is not where Debian has it");
        return;
    }
    bmc = start_seabios(dir, debug, "");
    reset(bmc, "On");
    wait_text(bmc, BIOS, "Version", "?*");
    version = get_text(bmc, BIOS, "Version");
    wait_file(debug, version);
    make_image(bmc, image);
    update = g_strdup_printf("update %s", image);
    bmcctl(dir, update, 0, "The target*\nAwaiting*new.bin*PowerCycle*");
    bmcctl(dir, "list", 0, "ID*BIOS *possible*BIOS-Staged *staged*" MARK "*");
    bmcctl(dir, "remove BIOS-Staged", 0, "");
    bmcctl(dir, "remove BIOS", 1, "*cannot be deleted*");
    bmcctl(dir, "update /dev/null", 1, "bmcctl: *required parts*");
    push(bmc, image, "{\"Targets\":[\"/redfish/v1" BIOS "\"]}");
    wait_text(bmc, STAGED, "Version", MARK "*");

    /* A helper that is killed forgets neither QEMU nor the image. */
    test_bmc_kill(bmc);
    test_bmc_free(bmc);
    bmc = start_seabios(dir, debug, "");
    test_bmc_wait_power(bmc, "On");
    wait_text(bmc, BIOS, "Version", version);
    wait_text(bmc, STAGED, "Version", MARK "*");
    reset(bmc, "ForceRestart");
    wait_file(debug, "SeaBIOS (version " MARK);
    wait_text(bmc, BIOS, "Version", MARK "*");
    g_assert_cmpint(test_bmc_redfish(bmc, "GET", STAGED, NULL, NULL), ==,
                    404);

    /* It is kept for all processes, and for another helper. */
    test_bmc_stop(bmc);
    test_bmc_free(bmc);
    bmc = start_seabios(dir, debug, "");
    reset(bmc, "On");
    wait_file(debug, "SeaBIOS (version " MARK);

    /* And back. */
    g_assert_cmpint(test_bmc_redfish(bmc, "DELETE", BIOS, NULL, NULL), ==,
                    204);
    wait_text(bmc, STAGED, "Version", version);
    reset(bmc, "PowerCycle");
    test_bmc_wait_power(bmc, "On");
    wait_file(debug, version);
    test_bmc_stop(bmc);
    test_bmc_free(bmc);
}

/* It does not outlive a test that fails. */
static void die_with_parent(void *opaque)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
}

static GSubprocess *start_server(const char *folder, char **port)
{
    g_autoptr(GSubprocessLauncher) launcher = g_subprocess_launcher_new(
        G_SUBPROCESS_FLAGS_STDOUT_PIPE);
    g_autofree char *program = g_build_filename(
        g_getenv("TEST_SOURCE"), "tests/lib/media-server.py", NULL);
    g_autoptr(GError) err = NULL;
    char line[16] = "";
    GSubprocess *server;

    g_subprocess_launcher_set_child_setup(launcher, die_with_parent, NULL,
                                          NULL);
    server = g_subprocess_launcher_spawn(launcher, &err, "/usr/bin/python3",
                                         program, folder, NULL);
    g_assert_no_error(err);
    g_input_stream_read(g_subprocess_get_stdout_pipe(server), line,
                        sizeof(line) - 1, NULL, &err);
    g_assert_no_error(err);
    *port = g_strdup(g_strchomp(line));
    return server;
}

static void sushy(TestBmc *bmc, const char *image)
{
    g_autofree char *line = g_strdup_printf(
        "/usr/bin/python3 %s/tests/clients/sushy-update-check.py %s %s "
        MARK, g_getenv("TEST_SOURCE"), bmc->redfish, image);
    g_autofree char *out = NULL;

    if (test_run(&out, line) != 0) {
        g_error("sushy: %s", out);
    }
}

/* As Ironic does: the restart comes while the image does. */
static void test_sushy(void)
{
    g_autoptr(TestDir) dir = test_dir_new();
    g_autofree char *debug = test_dir_file(dir, "debug");
    g_autofree char *folder = test_dir_file(dir, "images");
    g_autofree char *image = g_build_filename(folder, "new.bin", NULL);
    g_autofree char *port = NULL;
    g_autofree char *url = NULL;
    g_autoptr(GSubprocess) server = NULL;
    TestBmc *bmc;

    if (!g_file_test(SEABIOS, G_FILE_TEST_EXISTS)) {
        g_test_skip("SeaBIOS is not where Debian has it");
        return;
    }
    g_assert_cmpint(g_mkdir_with_parents(folder, 0700), ==, 0);
    server = start_server(folder, &port);
    bmc = start_seabios(dir, debug, "--update-allow 127.0.0.1");
    reset(bmc, "On");
    wait_text(bmc, BIOS, "Version", "?*");
    make_image(bmc, image);
    url = g_strdup_printf("http://127.0.0.1:%s/slow/new.bin", port);
    sushy(bmc, url);
    wait_file(debug, "SeaBIOS (version " MARK);
    test_bmc_stop(bmc);
    test_bmc_free(bmc);
    g_subprocess_force_exit(server);
    g_subprocess_wait(server, NULL, NULL);
}

static void copy_file(const char *from, const char *to)
{
    g_autofree char *data = NULL;
    gsize len;

    g_assert_true(g_file_get_contents(from, &data, &len, NULL));
    g_assert_true(g_file_set_contents(to, data, len, NULL));
}

static void assert_same_files(const char *a, const char *b, bool same)
{
    g_autofree char *one = NULL;
    g_autofree char *other = NULL;
    gsize one_len, other_len;

    g_assert_true(g_file_get_contents(a, &one, &one_len, NULL));
    g_assert_true(g_file_get_contents(b, &other, &other_len, NULL));
    g_assert_true((one_len == other_len &&
                   memcmp(one, other, one_len) == 0) == same);
}

/* How the chips are given: the folder stands for %s. */
static const char *const chip_args[] = {
    "-M q35 -drive if=pflash,unit=0,format=raw,readonly=on,file=" OVMF_CODE
    " -drive if=pflash,unit=1,format=raw,file=%s/vars.fd",
    "-M q35 -pflash %s/given.fd -drive if=pflash,file=%s/vars.fd",
    "-M q35,pflash0=c,pflash1=v -blockdev driver=file,node-name=cf,"
    "read-only=on,filename=%s/given.fd "
    "-blockdev driver=raw,node-name=c,read-only=on,file=cf -blockdev "
    "{\"driver\":\"raw\",\"node-name\":\"v\",\"file\":"
    "{\"driver\":\"file\",\"filename\":\"%s/vars.fd\"}}",
};

static void test_uefi(const void *data)
{
    g_autoptr(TestDir) dir = test_dir_new();
    g_autofree char *vars = test_dir_file(dir, "vars.fd");
    g_autofree char *code = test_dir_file(dir, "code.fd");
    g_autofree char *given = test_dir_file(dir, "given.fd");
    g_autoptr(GString) args = g_string_new(
        "-- qemu-system-x86_64 -accel tcg -nodefaults -m 64 ");
    TestBmc *bmc;

    g_string_append(args, data);
    g_string_replace(args, "%s", dir->path, 0);

    if (!g_file_test(OTHER_VARS, G_FILE_TEST_EXISTS)) {
        g_test_skip("OVMF is not installed");
        return;
    }
    copy_file(OVMF_VARS, vars);
    copy_file(OVMF_CODE, code);
    copy_file(OVMF_CODE, given);
    bmc = test_bmc_start(dir, args->str);
    push(bmc, OTHER_VARS, "{}");
    wait_text(bmc, VARS "-Staged", "Id", "UEFIVariables-Staged");
    push(bmc, code, "{\"@Redfish.OperationApplyTime\":\"OnReset\"}");
    wait_text(bmc, STAGED, "Id", "BIOS-Staged");
    assert_same_files(vars, OVMF_VARS, true);
    /* QEMU may be told to write to them as soon as it runs. */
    test_bmc_kill(bmc);
    test_bmc_free(bmc);
    bmc = test_bmc_start(dir, args->str);
    wait_text(bmc, VARS "-Staged", "Id", "UEFIVariables-Staged");
    reset(bmc, "On");
    g_assert_cmpint(test_bmc_redfish(bmc, "GET", VARS "-Staged", NULL, NULL),
                    ==, 404);
    g_assert_cmpint(test_bmc_redfish(bmc, "GET", STAGED, NULL, NULL), ==,
                    404);
    assert_same_files(vars, OVMF_VARS, false);
    g_assert_true(test_bmc_logged(bmc, "the machine has other firmware"));
    test_bmc_stop(bmc);
    test_bmc_free(bmc);
}

static void test_attached(void)
{
    g_autoptr(JsonObject) answer = NULL;
    g_autofree char *text = NULL;
    TestLab lab = { 0 };

    test_lab_start(&lab, "-drive if=none,id=a,format=raw,"
                   "file=@disk-a.img@,snapshot=on -device ide-hd,drive=a",
                   "BOOTED A");
    wait_text(lab.bmc, BIOS, "Id", "BIOS");
    g_assert_cmpint(test_bmc_redfish(
        lab.bmc, "POST", "/UpdateService/Actions/UpdateService.SimpleUpdate",
        "{\"ImageURI\": \"http://192.0.2.1/x\"}", &answer), ==, 400);
    text = json_print(answer);
    g_assert_nonnull(strstr(text, "attach mode"));
    test_lab_end(&lab);
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/update/pushed", test_pushed);
    g_test_add_func("/update/sushy", test_sushy);
    g_test_add_data_func("/update/uefi", chip_args[0], test_uefi);
    g_test_add_data_func("/update/uefi-pflash", chip_args[1], test_uefi);
    g_test_add_data_func("/update/uefi-blockdev", chip_args[2], test_uefi);
    g_test_add_func("/update/attached", test_attached);
    return g_test_run();
}
