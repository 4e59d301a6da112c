/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A real QEMU, a real helper and real clients. */
#include "osdep.h"

#include "test-vm.h"

#include <fcntl.h>
#include <gio/gunixsocketaddress.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "util/json.h"

#define STEP_MS 10

static const char *environment(const char *name)
{
    const char *value = g_getenv(name);

    if (!value) {
        g_error("%s is not set (run this through meson test)", name);
    }
    return value;
}

char *test_vm_guest(const char *name)
{
    return g_build_filename(environment("TEST_GUESTS"), name, NULL);
}

/* Splits at blanks and puts in the paths of guests for @NAME@. */
static void add_args(GPtrArray *argv, const char *args)
{
    g_auto(GStrv) words = g_strsplit(args ? args : "", " ", -1);
    unsigned i;

    for (i = 0; words[i]; i++) {
        g_auto(GStrv) parts = g_strsplit(words[i], "@", 3);

        if (!*words[i]) {
            continue;
        }
        if (g_strv_length(parts) == 3) {
            g_autofree char *guest = test_vm_guest(parts[1]);

            g_ptr_array_add(argv, g_strconcat(parts[0], guest, parts[2],
                                              NULL));
        } else {
            g_ptr_array_add(argv, g_strdup(words[i]));
        }
    }
}

/* A test that is killed must not leave processes behind. */
static void child_setup(void *opaque)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
}

static GPid start(GPtrArray *argv, const char *log)
{
    g_autoptr(GError) err = NULL;
    int fd = open(log, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    GPid pid;

    g_assert_cmpint(fd, >=, 0);
    g_ptr_array_add(argv, NULL);
    g_spawn_async_with_fds(NULL, (char **)argv->pdata, NULL,
                           G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD,
                           child_setup, NULL, &pid, -1, fd, fd, &err);
    g_assert_no_error(err);
    close(fd);
    return pid;
}

static void print_file(const char *path)
{
    g_autofree char *text = NULL;

    if (g_file_get_contents(path, &text, NULL, NULL)) {
        g_test_message("%s:\n%s", path, text);
    }
}

static int reap(GPid *pid)
{
    int status = 0;

    g_assert_cmpint(waitpid(*pid, &status, 0), ==, *pid);
    *pid = 0;
    return status;
}

/* A pause of real time, for polling what has no event for us. */
static void pause_ms(unsigned ms)
{
    g_usleep(ms * 1000);
}

/* VM */

static GSocket *listen_at(const char *path)
{
    g_autoptr(GSocketAddress) addr = g_unix_socket_address_new(path);
    g_autoptr(GError) err = NULL;
    GSocket *socket = g_socket_new(G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM,
                                   G_SOCKET_PROTOCOL_DEFAULT, &err);

    g_assert_no_error(err);
    g_assert_true(g_socket_bind(socket, addr, FALSE, NULL));
    g_assert_true(g_socket_listen(socket, NULL));
    return socket;
}

TestVm *test_vm_start(const TestDir *dir, const char *args)
{
    TestVm *vm = g_new0(TestVm, 1);
    g_autoptr(GPtrArray) argv = g_ptr_array_new_with_free_func(g_free);
    g_autofree char *serial = test_dir_file(dir, "serial.sock");
    g_autofree char *log = test_dir_file(dir, "qemu.log");
    g_autofree char *line = NULL;
    g_autoptr(GSocket) listener = NULL;
    g_autoptr(GError) err = NULL;
    const char *qemu = g_getenv("TEST_QEMU");

    unlink(serial);
    listener = listen_at(serial);
    vm->dir = dir;
    vm->qmp = test_dir_file(dir, "qmp.sock");
    vm->text = g_string_new(NULL);
    line = g_strdup_printf(
        "%s -accel tcg -nodefaults -display none "
        "-qmp unix:%s,server=on,wait=off "
        "-chardev socket,id=test-serial,path=%s -serial chardev:test-serial",
        qemu ? qemu : "qemu-system-x86_64", vm->qmp, serial);
    add_args(argv, line);
    add_args(argv, args);
    vm->pid = start(argv, log);
    g_socket_set_timeout(listener, TEST_VM_WAIT_MS / 1000);
    vm->serial = g_socket_accept(listener, NULL, &err);
    if (!vm->serial) {
        print_file(log);
    }
    g_assert_no_error(err);
    g_socket_set_blocking(vm->serial, FALSE);
    return vm;
}

/* OVMF wants variables that it may write. */
char *test_vm_uefi_args(const TestDir *dir, const char *args)
{
    g_autofree char *vars = test_dir_file(dir, "vars.fd");
    g_autofree char *copy = g_strdup_printf(
        "cp /usr/share/OVMF/OVMF_VARS_4M.fd %s", vars);

    g_assert_cmpint(test_run(NULL, copy), ==, 0);
    return g_strdup_printf(
        "%s -drive if=pflash,unit=0,format=raw,readonly=on,"
        "file=/usr/share/OVMF/OVMF_CODE_4M.fd "
        "-drive if=pflash,unit=1,format=raw,file=%s", args, vars);
}

void test_vm_kill(TestVm *vm)
{
    if (vm->pid) {
        kill(vm->pid, SIGKILL);
        reap(&vm->pid);
    }
}

void test_vm_free(TestVm *vm)
{
    if (vm) {
        test_vm_kill(vm);
        g_object_unref(vm->serial);
        g_string_free(vm->text, TRUE);
        g_free(vm->qmp);
        g_free(vm);
    }
}

static void read_serial(TestVm *vm)
{
    char buf[4096];
    gssize n;

    for (;;) {
        n = g_socket_receive(vm->serial, buf, sizeof(buf), NULL, NULL);
        if (n <= 0) {
            return;
        }
        g_string_append_len(vm->text, buf, n);
    }
}

static void wait_serial(TestVm *vm, const char *text, int64_t ms)
{
    int64_t end = g_get_monotonic_time() + ms * 1000;
    const char *at;

    do {
        read_serial(vm);
        at = strstr(vm->text->str + vm->seen, text);
        if (at) {
            vm->seen = at - vm->text->str + strlen(text);
            return;
        }
        g_socket_condition_timed_wait(vm->serial, G_IO_IN, STEP_MS * 1000,
                                      NULL, NULL);
    } while (g_get_monotonic_time() < end);
    g_error("the guest did not print '%s'; since the last match: '%s'", text,
            vm->text->str + vm->seen);
}

void test_vm_wait_serial(TestVm *vm, const char *text)
{
    wait_serial(vm, text, TEST_VM_WAIT_MS);
}

void test_vm_wait_firmware(TestVm *vm, const char *text)
{
    wait_serial(vm, text, TEST_VM_FIRMWARE_MS);
}

bool test_vm_stays_silent(TestVm *vm, unsigned ms)
{
    size_t before;

    read_serial(vm);
    before = vm->text->len;
    pause_ms(ms);
    read_serial(vm);
    return vm->text->len == before;
}

void test_vm_send(TestVm *vm, char letter)
{
    g_assert_cmpint(g_socket_send(vm->serial, &letter, 1, NULL, NULL), ==, 1);
}

/* Helper */

static void read_endpoints(TestBmc *bmc, const char *path)
{
    g_autofree char *text = NULL;
    g_autoptr(JsonObject) object = NULL;
    const char *value;
    size_t len;

    g_assert_true(g_file_get_contents(path, &text, &len, NULL));
    object = json_parse_object(text, len, NULL);
    g_assert_nonnull(object);
    g_assert_cmpint(json_get_string(object, "redfish", &value), ==,
                    JSON_GET_OK);
    bmc->redfish = g_strdup(value);
    if (json_get_string(object, "ipmi", &value) == JSON_GET_OK) {
        bmc->ipmi_port = g_strdup(strrchr(value, ':') + 1);
    }
}

/* NULL when it ends instead. */
static TestBmc *start_bmc(const TestDir *dir, const char *line)
{
    TestBmc *bmc = g_new0(TestBmc, 1);
    g_autoptr(GPtrArray) argv = g_ptr_array_new_with_free_func(g_free);
    g_autofree char *endpoints = test_dir_file(dir, "run/endpoints.json");
    unsigned waited;

    unlink(endpoints);
    bmc->dir = dir;
    bmc->log = test_dir_file(dir, "bmc.log");
    add_args(argv, line);
    bmc->pid = start(argv, bmc->log);
    for (waited = 0; waited < TEST_VM_WAIT_MS; waited += STEP_MS) {
        if (g_file_test(endpoints, G_FILE_TEST_EXISTS)) {
            read_endpoints(bmc, endpoints);
            return bmc;
        }
        if (test_bmc_has_ended(bmc)) {
            print_file(bmc->log);
            test_bmc_free(bmc);
            return NULL;
        }
        pause_ms(STEP_MS);
    }
    print_file(bmc->log);
    g_error("qemu-bmc does not get ready");
}

TestBmc *test_bmc_start_program(const TestDir *dir, const char *line)
{
    TestBmc *bmc = start_bmc(dir, line);

    if (!bmc) {
        g_error("qemu-bmc has ended");
    }
    return bmc;
}

TestBmc *test_bmc_start_to_crash(const TestDir *dir, unsigned at,
                                 const char *args)
{
    g_autofree char *line = g_strdup_printf(
        "env BMC_TEST_CRASH_AT=%u %s/helper/qemu-bmc --redfish-port 0 "
        "--ipmi-port 0 --state-dir %s/state --run-dir %s/run %s", at,
        environment("TEST_BUILD"), dir->path, dir->path, args);

    return start_bmc(dir, line);
}

bool test_bmc_has_ended(TestBmc *bmc)
{
    if (bmc->pid && waitpid(bmc->pid, NULL, WNOHANG) == bmc->pid) {
        bmc->pid = 0;
    }
    return !bmc->pid;
}

TestBmc *test_bmc_start(const TestDir *dir, const char *args)
{
    g_autofree char *line = g_strdup_printf(
        "%s/helper/qemu-bmc --redfish-port 0 --ipmi-port 0 "
        "--state-dir %s/state --run-dir %s/run %s",
        environment("TEST_BUILD"), dir->path, dir->path, args ? args : "");

    return test_bmc_start_program(dir, line);
}

int test_bmc_wait_end(TestBmc *bmc)
{
    int status = reap(&bmc->pid);

    return WIFSIGNALED(status) ? 128 + WTERMSIG(status)
                               : WEXITSTATUS(status);
}

void test_bmc_stop(TestBmc *bmc)
{
    int status;

    kill(bmc->pid, SIGTERM);
    status = reap(&bmc->pid);
    if (!WIFEXITED(status) || WEXITSTATUS(status)) {
        print_file(bmc->log);
        g_error("qemu-bmc ended with wait status 0x%x", status);
    }
}

void test_bmc_kill(TestBmc *bmc)
{
    if (bmc->pid) {
        kill(bmc->pid, SIGKILL);
        reap(&bmc->pid);
    }
}

void test_bmc_free(TestBmc *bmc)
{
    if (bmc) {
        test_bmc_kill(bmc);
        g_free(bmc->redfish);
        g_free(bmc->ipmi_port);
        g_free(bmc->log);
        g_free(bmc);
    }
}

bool test_bmc_logged(const TestBmc *bmc, const char *text)
{
    g_autofree char *log = NULL;

    g_assert_true(g_file_get_contents(bmc->log, &log, NULL, NULL));
    return strstr(log, text) != NULL;
}

void test_bmc_wait_log(const TestBmc *bmc, const char *text)
{
    unsigned waited;

    for (waited = 0; waited < TEST_VM_WAIT_MS; waited += 5 * STEP_MS) {
        if (test_bmc_logged(bmc, text)) {
            return;
        }
        pause_ms(5 * STEP_MS);
    }
    print_file(bmc->log);
    g_error("'%s' does not appear in the log", text);
}

int test_bmc_redfish(const TestBmc *bmc, const char *method, const char *path,
                     const char *body, JsonObject **answer)
{
    g_autofree char *out = test_dir_file(bmc->dir, "curl.out");
    g_autofree char *data = body ? g_strdup_printf(
        "-H Content-Type:application/json -d '%s'", body) : g_strdup("");
    g_autofree char *line = g_strdup_printf(
        "curl -sS -k -m 30 -u admin:password -X %s %s -o %s "
        "-w %%{http_code} %s/redfish/v1%s", method, data, out, bmc->redfish,
        path);
    g_autofree char *status = NULL;
    g_autofree char *text = NULL;
    size_t len;

    unlink(out);
    if (test_run(&status, line) != 0) {
        print_file(bmc->log);
        g_error("%s: %s", line, status);
    }
    if (answer) {
        *answer = NULL;
        if (g_file_get_contents(out, &text, &len, NULL) && len) {
            *answer = json_parse_object(text, len, NULL);
            g_assert_nonnull(*answer);
        }
    }
    return g_ascii_strtoll(status, NULL, 10);
}

int test_bmc_reset(const TestBmc *bmc, const char *type)
{
    g_autofree char *body = g_strdup_printf("{\"ResetType\":\"%s\"}", type);
    g_autoptr(JsonObject) task = NULL;
    g_autofree char *monitor = NULL;
    int64_t end = g_get_monotonic_time() + TEST_VM_WAIT_MS * INT64_C(1000);
    int status = test_bmc_redfish(
        bmc, "POST", "/Systems/1/Actions/ComputerSystem.Reset", body, &task);

    if (status == 202) {
        monitor = g_strdup(json_object_get_string_member(task,
                                                         "TaskMonitor"));
        g_assert_true(g_str_has_prefix(monitor, "/redfish/v1/"));
    }
    while (status == 202) {
        g_assert_cmpint(g_get_monotonic_time(), <, end);
        g_usleep(50000);
        status = test_bmc_redfish(bmc, "GET",
                                  monitor + strlen("/redfish/v1"), NULL,
                                  NULL);
    }
    return status;
}

char *test_bmc_power_state(const TestBmc *bmc)
{
    g_autoptr(JsonObject) system = NULL;
    const char *state = "null";

    g_assert_cmpint(test_bmc_redfish(bmc, "GET", "/Systems/1", NULL, &system),
                    ==, 200);
    json_get_string(system, "PowerState", &state);
    return g_strdup(state);
}

void test_bmc_wait_power(const TestBmc *bmc, const char *state)
{
    g_autofree char *is = NULL;
    unsigned waited;

    for (waited = 0; waited < TEST_VM_WAIT_MS; waited += 5 * STEP_MS) {
        g_free(is);
        is = test_bmc_power_state(bmc);
        if (g_str_equal(is, state)) {
            return;
        }
        pause_ms(5 * STEP_MS);
    }
    print_file(bmc->log);
    g_error("PowerState is %s and does not become %s", is, state);
}

int test_bmc_ipmitool(const TestBmc *bmc, const char *args, char **output)
{
    g_autofree char *line = g_strdup_printf(
        "ipmitool -I lanplus -H 127.0.0.1 -p %s -U admin -P password %s",
        bmc->ipmi_port, args);

    return test_run(output, line);
}

void test_lab_start(TestLab *lab, const char *args, const char *text)
{
    g_autofree char *qmp = NULL;

    if (!lab->dir) {
        lab->dir = test_dir_new();
    }
    lab->vm = test_vm_start(lab->dir, args);
    qmp = g_strdup_printf("--qmp %s", lab->vm->qmp);
    lab->bmc = test_bmc_start(lab->dir, qmp);
    test_vm_wait_serial(lab->vm, text);
    test_bmc_wait_power(lab->bmc, "On");
}

void test_lab_end(TestLab *lab)
{
    if (lab->bmc->pid) {
        test_bmc_stop(lab->bmc);
    }
    test_bmc_free(lab->bmc);
    test_vm_free(lab->vm);
    test_dir_free(lab->dir);
}

int test_run(char **output, const char *line)
{
    g_auto(GStrv) argv = NULL;
    g_autoptr(GSubprocess) process = NULL;
    g_autoptr(GError) err = NULL;
    g_autofree char *text = NULL;

    g_assert_true(g_shell_parse_argv(line, NULL, &argv, &err));
    process = g_subprocess_newv((const char *const *)argv,
                                G_SUBPROCESS_FLAGS_STDOUT_PIPE |
                                G_SUBPROCESS_FLAGS_STDERR_MERGE, &err);
    g_assert_no_error(err);
    g_assert_true(g_subprocess_communicate_utf8(process, NULL, NULL, &text,
                                                NULL, &err));
    g_test_message("%s\n%s", line, text);
    if (output) {
        *output = g_steal_pointer(&text);
    }
    return g_subprocess_get_if_exited(process)
        ? g_subprocess_get_exit_status(process) : -1;
}
