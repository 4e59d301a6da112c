/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Virtual media as Linux in the guest has it, from a web server that answers,
 * stalls and goes.
 */
#include "osdep.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <sys/prctl.h>

#include "test-guest.h"
#include "util/json.h"

#define IMAGE_BYTES (4 * 1024 * 1024)
#define CD "/Systems/1/VirtualMedia/CD1"
#define INSERT CD "/Actions/VirtualMedia.InsertMedia"
#define EJECT CD "/Actions/VirtualMedia.EjectMedia"
#define SYSTEM_RESET "/Systems/1/Actions/ComputerSystem.Reset"
#define DRIVE "-device ide-cd,id=cd0,bus=ide.0"
/*
 * What must take 2 s on an idle machine. Anything that waits for a server
 * that stalls takes 10 s at least.
 */
#define SOON_MS 8000

/* A web server with an image, and a VM with an empty CD drive. */
typedef struct MediaLab {
    TestLab lab;
    char *folder;
    char *sum;
    GSubprocess *server;
    char *port;
    char *url;
    char *cert;
    char *key;
} MediaLab;

/* It does not outlive a test that fails. */
static void die_with_parent(void *opaque)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
}

static void server_start(MediaLab *f)
{
    g_autoptr(GSubprocessLauncher) launcher = g_subprocess_launcher_new(
        G_SUBPROCESS_FLAGS_STDOUT_PIPE);
    g_autofree char *program = g_build_filename(
        g_getenv("TEST_SOURCE"), "tests/lib/media-server.py", NULL);
    g_autoptr(GError) err = NULL;
    char line[16] = "";

    g_subprocess_launcher_set_child_setup(launcher, die_with_parent, NULL,
                                          NULL);
    f->server = g_subprocess_launcher_spawn(
        launcher, &err, "/usr/bin/python3", program, f->folder,
        f->port ? f->port : "0", f->cert, f->key, NULL);
    g_assert_no_error(err);
    g_input_stream_read(g_subprocess_get_stdout_pipe(f->server), line,
                        sizeof(line) - 1, NULL, &err);
    g_assert_no_error(err);
    g_assert_cmpuint(strlen(line), >, 1);
    g_free(f->port);
    f->port = g_strdup(g_strchomp(line));
}

static void server_end(MediaLab *f)
{
    g_subprocess_force_exit(f->server);
    g_subprocess_wait(f->server, NULL, NULL);
    g_clear_object(&f->server);
}

static char *in_folder(const MediaLab *f, const char *name)
{
    return g_build_filename(f->folder, name, NULL);
}

static void make_image(MediaLab *f)
{
    g_autofree guint32 *data = g_malloc(IMAGE_BYTES);
    g_autofree char *path = in_folder(f, "a.iso");
    g_autoptr(GRand) rand = g_rand_new();

    for (unsigned i = 0; i < IMAGE_BYTES / sizeof(*data); i++) {
        data[i] = g_rand_int(rand);
    }
    g_assert_true(g_file_set_contents(path, (char *)data, IMAGE_BYTES,
                                      NULL));
    f->sum = g_compute_checksum_for_data(G_CHECKSUM_SHA256,
                                         (const guchar *)data, IMAGE_BYTES);
}

static void setup(MediaLab *f, const void *data)
{
    f->lab.dir = test_dir_new();
    f->folder = test_dir_file(f->lab.dir, "images");
    g_assert_cmpint(g_mkdir_with_parents(f->folder, 0700), ==, 0);
    make_image(f);
    server_start(f);
    f->url = g_strdup_printf("http://127.0.0.1:%s/a.iso", f->port);
    test_guest_start_linux_with(&f->lab, "isa-ipmi-kcs", DRIVE, "");
    test_guest_check(f->lab.vm, "load scsi_common scsi_mod cdrom sr_mod "
                     "libata libahci ahci && wait_for /dev/sr0", "");
}

static void teardown(MediaLab *f, const void *data)
{
    test_lab_end(&f->lab);
    server_end(f);
    g_free(f->folder);
    g_free(f->sum);
    g_free(f->port);
    g_free(f->url);
    g_free(f->cert);
    g_free(f->key);
}

static void flag(const MediaLab *f, const char *name, bool on)
{
    g_autofree char *path = in_folder(f, name);

    if (on) {
        g_assert_true(g_file_set_contents(path, "", 0, NULL));
    } else {
        g_unlink(path);
    }
}

static bool server_noted(const MediaLab *f, const char *text)
{
    g_autofree char *path = in_folder(f, "log");
    g_autofree char *log = NULL;

    return g_file_get_contents(path, &log, NULL, NULL) && strstr(log, text);
}

static void wait_noted(const MediaLab *f, const char *text)
{
    for (unsigned tries = 0; tries < 600; tries++) {
        if (server_noted(f, text)) {
            return;
        }
        g_usleep(100000);
    }
    g_error("the server was not asked: %s", text);
}

static int post(MediaLab *f, const char *path, const char *body)
{
    gint64 start = g_get_monotonic_time();
    int status = test_bmc_redfish(f->lab.bmc, "POST", path, body, NULL);

    g_test_message("%s: %d after %d ms", path, status,
                   (int)((g_get_monotonic_time() - start) / 1000));
    return status;
}

static int insert(MediaLab *f, const char *url)
{
    g_autofree char *body = g_strdup_printf("{\"Image\":\"%s\"}", url);

    return post(f, INSERT, body);
}

static bool is_inserted(MediaLab *f)
{
    g_autoptr(JsonObject) medium = NULL;

    g_assert_cmpint(test_bmc_redfish(f->lab.bmc, "GET", CD, NULL, &medium),
                    ==, 200);
    return json_object_get_boolean_member(medium, "Inserted");
}

static void wait_inserted(MediaLab *f, bool inserted)
{
    for (unsigned tries = 0; tries < 600; tries++) {
        if (is_inserted(f) == inserted) {
            return;
        }
        g_usleep(100000);
    }
    g_error("Inserted does not become %d", inserted);
}

/* The guest may look for the medium a little later than it is there. */
static void check_reads(MediaLab *f)
{
    g_autofree char *pattern = g_strdup_printf("%s*", f->sum);

    test_guest_check(f->lab.vm, "n=0; while [ $n -lt 50 ]; do "
                     "sha256sum /dev/sr0 2>/dev/null && break; "
                     "n=$((n+1)); sleep 0.2; done; [ $n -lt 50 ]", pattern);
}

static void check_there(MediaLab *f)
{
    test_guest_check(f->lab.vm, "n=0; while [ $n -lt 50 ]; do "
                     "dd if=/dev/sr0 of=/dev/null bs=2048 count=1 "
                     "2>/dev/null && break; n=$((n+1)); sleep 0.2; done; "
                     "[ $n -lt 50 ]", "");
}

static void check_empty(MediaLab *f)
{
    test_guest_check(f->lab.vm, "! dd if=/dev/sr0 of=/dev/null bs=2048 "
                     "count=1 2>/dev/null", "");
}

static void check_soon(gint64 start, const char *what)
{
    int ms = (g_get_monotonic_time() - start) / 1000;

    g_test_message("%s: %d ms", what, ms);
    g_assert_cmpint(ms, <, SOON_MS);
}

static void test_read(MediaLab *f, const void *data)
{
    check_empty(f);
    g_assert_cmpint(insert(f, f->url), ==, 204);
    g_assert_true(is_inserted(f));
    check_reads(f);
    /* There is one already */
    g_assert_cmpint(insert(f, f->url), >=, 400);
    check_reads(f);
    g_assert_cmpint(post(f, EJECT, "{}"), ==, 204);
    g_assert_false(is_inserted(f));
    check_empty(f);
    g_assert_cmpint(post(f, EJECT, "{}"), ==, 204);
    g_assert_cmpint(insert(f, f->url), ==, 204);
    check_reads(f);

    /* What is open in the guest has the tray locked. */
    test_guest_check(f->lab.vm, "{ sleep 600 < /dev/sr0 & }; sleep 1", "");
    g_assert_cmpint(post(f, EJECT, "{}"), ==, 204);
    check_empty(f);
    test_guest_check(f->lab.vm, "kill $(pidof sleep); sleep 1", "");

    g_assert_cmpint(insert(f, f->url), ==, 204);
    check_reads(f);
    test_guest_check(f->lab.vm, "eject /dev/sr0", "");
    wait_inserted(f, false);
    test_guest_check(f->lab.vm, "eject -t /dev/sr0 || true", "*");
    g_assert_cmpint(insert(f, f->url), ==, 204);
    check_reads(f);
}

/* The guest reads what the server does not give it. */
static void stall(MediaLab *f)
{
    g_autofree char *log = in_folder(f, "log");

    check_there(f);
    g_unlink(log);
    flag(f, "stall", true);
    test_guest_check(f->lab.vm, "{ dd if=/dev/sr0 of=/dev/null bs=2048 "
                     "skip=1500 count=4 2>/dev/null & }", "");
    wait_noted(f, "stalled");
}

static void test_stall(MediaLab *f, const void *data)
{
    gint64 start;

    test_guest_load_ipmi(f->lab.vm);
    g_assert_cmpint(insert(f, f->url), ==, 204);
    stall(f);
    start = g_get_monotonic_time();
    g_assert_true(is_inserted(f));
    check_soon(start, "GET");
    start = g_get_monotonic_time();
    test_guest_check(f->lab.vm, "ipmitool raw 6 1", "*");
    check_soon(start, "KCS");
    start = g_get_monotonic_time();
    g_assert_cmpint(post(f, EJECT, "{}"), ==, 204);
    check_soon(start, "EjectMedia");
    flag(f, "stall", false);
    for (unsigned i = 0; i < 3; i++) {
        g_assert_cmpint(insert(f, f->url), ==, 204);
        g_assert_cmpint(post(f, EJECT, "{}"), ==, 204);
    }
    g_assert_cmpint(insert(f, f->url), ==, 204);
    check_reads(f);
    test_guest_check(f->lab.vm, "echo 3 > /proc/sys/vm/drop_caches", "");
    stall(f);
    start = g_get_monotonic_time();
    g_assert_cmpint(post(f, SYSTEM_RESET, "{\"ResetType\":\"ForceOff\"}"),
                    ==, 204);
    check_soon(start, "ForceOff");
    flag(f, "stall", false);
    test_bmc_wait_power(f->lab.bmc, "Off");
}

/* Nothing that ends takes the medium out. */
static void test_again(MediaLab *f, const void *data)
{
    g_assert_cmpint(post(f, SYSTEM_RESET, "{\"ResetType\":\"ForceOff\"}"),
                    ==, 204);
    test_bmc_wait_power(f->lab.bmc, "Off");
    g_assert_cmpint(insert(f, f->url), ==, 204);
    g_assert_true(is_inserted(f));
    g_assert_cmpint(post(f, SYSTEM_RESET, "{\"ResetType\":\"On\"}"), ==,
                    204);
    test_guest_wait_boot(f->lab.vm);
    test_guest_check(f->lab.vm, "load scsi_common scsi_mod cdrom sr_mod "
                     "libata libahci ahci && wait_for /dev/sr0", "");
    check_reads(f);

    test_bmc_stop(f->lab.bmc);
    test_bmc_free(f->lab.bmc);
    test_guest_start_bmc(&f->lab, "");
    wait_inserted(f, true);
    check_reads(f);

    test_bmc_kill(f->lab.bmc);
    test_bmc_free(f->lab.bmc);
    test_guest_start_bmc(&f->lab, "");
    wait_inserted(f, true);
    check_reads(f);

    /* The server goes, and is there again */
    server_end(f);
    test_guest_check(f->lab.vm, "echo 3 > /proc/sys/vm/drop_caches; "
                     "! sha256sum /dev/sr0", "*");
    server_start(f);
    g_assert_true(is_inserted(f));
    check_reads(f);
    server_end(f);
    g_assert_cmpint(post(f, EJECT, "{}"), ==, 204);
    g_assert_cmpint(insert(f, f->url), >=, 400);
    g_assert_false(is_inserted(f));
    server_start(f);
    g_assert_cmpint(insert(f, f->url), ==, 204);
    check_reads(f);
}

static int insert_with(MediaLab *f, const char *path, const char *more)
{
    g_autofree char *body = g_strdup_printf(
        "{\"Image\":\"http://127.0.0.1:%s%s\"%s}", f->port, path, more);

    return post(f, INSERT, body);
}

static void check_eject(MediaLab *f)
{
    g_assert_cmpint(post(f, EJECT, "{}"), ==, 204);
    g_assert_false(is_inserted(f));
}

/* Redirections, and who gets the password. */
static void test_redirected(MediaLab *f, const void *data)
{
    static const char user[] = ",\"UserName\":\"media\","
                               "\"Password\":\"geheim\"";
    g_autofree char *log = in_folder(f, "log");
    g_autofree char *elsewhere = g_strdup_printf(
        "/to/http:%%2f%%2flocalhost:%s%%2fsecret%%2fa.iso", f->port);

    g_assert_cmpint(insert_with(f, "/to/%2fa.iso", ""), ==, 204);
    check_reads(f);
    check_eject(f);
    g_assert_cmpint(insert_with(f, "/secret/a.iso", ""), ==, 400);
    g_assert_cmpint(insert_with(f, "/to/%2fsecret%2fa.iso", user), ==, 204);
    check_reads(f);
    check_eject(f);
    g_unlink(log);
    g_assert_cmpint(insert_with(f, elsewhere, user), ==, 400);
    g_assert_true(server_noted(f, "/secret/a.iso"));
    g_assert_false(server_noted(f, "Basic"));
    g_assert_cmpint(insert_with(f, "/loop/", ""), ==, 400);
    g_assert_cmpint(insert_with(f, "/to/file:%2f%2f%2fetc%2fpasswd", ""), ==,
                    400);
    g_assert_cmpint(insert_with(f, "/to/http:%2f%2f169.254.169.254%2fx", ""),
                    ==, 400);
    g_assert_cmpint(insert_with(f, "/nothing.iso", ""), ==, 400);
    g_assert_false(is_inserted(f));
}

static unsigned cached(const MediaLab *f)
{
    g_autofree char *path = g_build_filename(f->lab.dir->path, "state",
                                             "media", NULL);
    g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
    unsigned n = 0;

    while (dir && g_dir_read_name(dir)) {
        n++;
    }
    return n;
}

static void wait_cached(const MediaLab *f, unsigned n)
{
    for (unsigned tries = 0; tries < 600 && cached(f) != n; tries++) {
        g_usleep(100000);
    }
    g_assert_cmpuint(cached(f), ==, n);
}

static char *task_state(MediaLab *f, unsigned number)
{
    g_autofree char *path = g_strdup_printf("/TaskService/Tasks/%u", number);
    g_autoptr(JsonObject) task = NULL;

    g_assert_cmpint(test_bmc_redfish(f->lab.bmc, "GET", path, NULL, &task),
                    ==, 200);
    return g_strdup(json_object_get_string_member(task, "TaskState"));
}

static void wait_task(MediaLab *f, unsigned number, const char *state)
{
    g_autofree char *is = NULL;

    for (unsigned tries = 0; tries < 600; tries++) {
        g_free(is);
        is = task_state(f, number);
        if (g_str_equal(is, state)) {
            return;
        }
        g_usleep(100000);
    }
    g_error("task %u is %s, not %s", number, is, state);
}

/* What cannot be streamed is downloaded, as a task. */
static void test_downloaded(MediaLab *f, const void *data)
{
    g_autofree char *running = NULL;

    g_assert_cmpint(insert_with(f, "/a.iso",
                                ",\"TransferMethod\":\"Upload\""), ==, 202);
    wait_task(f, 1, "Completed");
    g_assert_true(is_inserted(f));
    g_assert_cmpuint(cached(f), ==, 1);
    check_reads(f);

    test_bmc_stop(f->lab.bmc);
    test_bmc_free(f->lab.bmc);
    server_end(f);
    test_guest_start_bmc(&f->lab, "");
    wait_inserted(f, true);
    check_reads(f);
    server_start(f);
    check_eject(f);
    g_assert_cmpuint(cached(f), ==, 0);

    /* The server sends no parts */
    g_assert_cmpint(insert_with(f, "/slow/a.iso", ""), ==, 202);
    running = task_state(f, 1);
    g_assert_cmpstr(running, ==, "Running");
    g_assert_false(is_inserted(f));
    wait_cached(f, 1);
    g_assert_cmpint(test_bmc_redfish(f->lab.bmc, "DELETE",
                                     "/TaskService/TaskMonitors/1", NULL,
                                     NULL), <, 300);
    wait_cached(f, 0);
    g_assert_false(is_inserted(f));
    g_assert_cmpint(insert_with(f, "/slow/a.iso", ""), ==, 202);
    check_eject(f);
    wait_task(f, 2, "Exception");
    wait_cached(f, 0);

    /* A reset waits for it */
    g_assert_cmpint(insert_with(f, "/slow/a.iso", ""), ==, 202);
    g_assert_cmpint(post(f, SYSTEM_RESET, "{\"ResetType\":\"ForceRestart\"}"),
                    ==, 204);
    g_assert_true(is_inserted(f));
    test_guest_wait_boot(f->lab.vm);
    test_guest_check(f->lab.vm, "load scsi_common scsi_mod cdrom sr_mod "
                     "libata libahci ahci && wait_for /dev/sr0", "");
    check_reads(f);
}

static void check_limit(MediaLab *f, const char *args, const char *path,
                        const char *complaint)
{
    test_bmc_stop(f->lab.bmc);
    test_bmc_free(f->lab.bmc);
    test_guest_start_bmc(&f->lab, args);
    g_assert_cmpint(insert_with(f, path, ",\"TransferMethod\":\"Upload\""),
                    ==, 202);
    wait_task(f, 1, "Exception");
    test_bmc_wait_log(f->lab.bmc, complaint);
    g_assert_false(is_inserted(f));
    wait_cached(f, 0);
}

/* What is too large, too slow, or more than there is room for. */
static void test_limits(MediaLab *f, const void *data)
{
    check_limit(f, "--media-cache-size 1", "/a.iso",
                "a.iso not inserted: the image is larger than the 1 MiB");
    check_limit(f, "--media-cache-size 1", "/slow/a.iso",
                "larger than the 1 MiB");
    check_limit(f, "--media-timeout 1", "/slow/a.iso",
                "takes more than the 1 s");
    check_limit(f, "--media-cache-size 1000000", "/huge/",
                "there is no room for the image");
}

/* Who vouches for the server is told, streamed and downloaded, and forgotten. */
static void check_authority(MediaLab *f, const char *url)
{
    g_autofree char *pem = NULL;
    g_autofree char *escaped = NULL;
    g_autofree char *body = NULL;
    g_autofree char *upload = g_strdup_printf(
        "{\"Image\":\"%s\",\"TransferMethod\":\"Upload\"}", url);

    g_assert_true(g_file_get_contents(f->cert, &pem, NULL, NULL));
    escaped = g_strescape(pem, NULL);
    body = g_strdup_printf("{\"CertificateString\":\"%s\","
                           "\"CertificateType\":\"PEM\"}", escaped);
    g_assert_cmpint(post(f, CD "/Certificates", body), ==, 201);
    g_assert_cmpint(insert(f, url), ==, 204);
    check_reads(f);
    check_eject(f);
    g_assert_cmpint(post(f, INSERT, upload), ==, 202);
    wait_inserted(f, true);
    check_reads(f);
    check_eject(f);
    g_assert_cmpint(test_bmc_redfish(f->lab.bmc, "DELETE",
                                     CD "/Certificates/1", NULL, NULL), ==,
                    204);
    g_assert_cmpint(insert(f, url), ==, 400);
    g_assert_false(is_inserted(f));
}

/* A server whose certificate nobody vouches for. */
static void test_https(MediaLab *f, const void *data)
{
    g_autofree char *line = NULL;
    g_autofree char *url = NULL;
    g_autofree char *redirected = NULL;

    server_end(f);
    f->cert = in_folder(f, "cert.pem");
    f->key = in_folder(f, "key.pem");
    line = g_strdup_printf(
        "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj "
        "/CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1 -keyout %s "
        "-out %s", f->key, f->cert);
    g_assert_cmpint(test_run(NULL, line), ==, 0);
    server_start(f);
    url = g_strdup_printf("https://127.0.0.1:%s/a.iso", f->port);
    g_assert_cmpint(insert(f, url), ==, 204);
    check_reads(f);
    check_eject(f);
    g_assert_cmpint(test_bmc_redfish(f->lab.bmc, "PATCH", CD,
                                     "{\"VerifyCertificate\":true}", NULL),
                    <, 300);
    g_assert_cmpint(insert(f, url), ==, 400);
    g_assert_false(is_inserted(f));
    check_authority(f, url);
    g_assert_cmpint(test_bmc_redfish(f->lab.bmc, "PATCH", CD,
                                     "{\"VerifyCertificate\":false}", NULL),
                    <, 300);
    /* Not from there to what anybody can read or change on the way */
    redirected = g_strdup_printf(
        "https://127.0.0.1:%s/to/http:%%2f%%2f127.0.0.1:%s%%2fa.iso",
        f->port, f->port);
    g_assert_cmpint(insert(f, redirected), ==, 400);
    g_assert_cmpint(insert(f, url), ==, 204);
    check_reads(f);
}

static bool has_entry(MediaLab *f, const char *path, const char *text)
{
    g_autoptr(JsonObject) log = NULL;
    g_autofree char *all = NULL;
    g_autoptr(JsonNode) node = json_node_new(JSON_NODE_OBJECT);

    g_assert_cmpint(test_bmc_redfish(f->lab.bmc, "GET", path, NULL, &log),
                    ==, 200);
    json_node_set_object(node, log);
    all = json_to_string(node, FALSE);
    return strstr(all, text);
}

static void wait_entry(MediaLab *f, const char *path, const char *text)
{
    for (unsigned tries = 0; tries < 600; tries++) {
        if (has_entry(f, path, text)) {
            return;
        }
        g_usleep(100000);
    }
    g_error("%s does not tell '%s'", path, text);
}

#define LOG "/Managers/1/LogServices/Log/Entries"

/* The logs tell what was put in and taken out, and by whom. */
static void test_logged(MediaLab *f, const void *data)
{
    g_autofree char *out = NULL;

    g_assert_cmpint(insert(f, f->url), ==, 204);
    check_there(f);
    wait_entry(f, LOG, "a.iso inserted");
    check_eject(f);
    wait_entry(f, LOG, "a.iso ejected");
    g_assert_cmpint(insert(f, f->url), ==, 204);
    check_there(f);
    test_guest_check(f->lab.vm, "eject /dev/sr0", "*");
    wait_inserted(f, false);
    wait_entry(f, LOG, "a.iso ejected by the guest");
    g_assert_cmpint(insert(f, "http://127.0.0.1:1/none.iso"), ==, 400);
    wait_entry(f, LOG, "none.iso not inserted");
    g_assert_cmpint(test_bmc_ipmitool(f->lab.bmc, "sel elist", &out), ==, 0);
    g_assert_nonnull(strstr(out, "Drive Present"));
    g_assert_nonnull(strstr(out, "Deasserted"));
}

#define IMAGES "/Managers/1/Oem/QemuBmc/Images/"
#define FLOPPY_BYTES (1440 * 1024)

/* The same with a USB controller and a floppy drive. */
static void setup_all(MediaLab *f, const void *data)
{
    f->lab.dir = test_dir_new();
    f->folder = test_dir_file(f->lab.dir, "images");
    g_assert_cmpint(g_mkdir_with_parents(f->folder, 0700), ==, 0);
    make_image(f);
    server_start(f);
    test_guest_start_linux_with(&f->lab, "isa-ipmi-kcs", DRIVE
                                " -device qemu-xhci -device isa-fdc "
                                "-device floppy,unit=0", "");
}

static void upload(MediaLab *f, const char *name)
{
    g_autofree char *path = in_folder(f, name);
    g_autofree char *line = g_strdup_printf(
        "curl -sf --unix-socket %s/run/redfish.sock -T %s "
        "http://localhost/redfish/v1" IMAGES "%s",
        f->lab.dir->path, path, name);
    g_autofree char *out = NULL;

    if (test_run(&out, line)) {
        g_error("%s: %s", line, out);
    }
}

static int insert_image(MediaLab *f, const char *drive, const char *image,
                        const char *more)
{
    g_autofree char *path = g_strdup_printf(
        "/Systems/1/VirtualMedia/%s/Actions/VirtualMedia.InsertMedia",
        drive);
    g_autofree char *body = g_strdup_printf(
        "{\"Image\":\"/redfish/v1" IMAGES "%s\"%s}", image, more);

    return post(f, path, body);
}

static int eject_from(MediaLab *f, const char *drive)
{
    g_autofree char *path = g_strdup_printf(
        "/Systems/1/VirtualMedia/%s/Actions/VirtualMedia.EjectMedia", drive);

    return post(f, path, "{}");
}

/* What was uploaded, as a USB stick: read, and written. */
static void test_usb(MediaLab *f, const void *data)
{
    g_autofree char *pattern = g_strdup_printf("%s*", f->sum);
    g_autofree char *kept = NULL;
    g_autofree char *bytes = NULL;

    upload(f, "a.iso");
    test_guest_check(f->lab.vm, "load scsi_common scsi_mod crct10dif_common "
                     "crc-t10dif crc64 crc64-rocksoft t10-pi sd_mod "
                     "usb-common usbcore xhci-hcd xhci-pci usb-storage", "");
    g_assert_cmpint(insert_image(f, "USB1", "a.iso", ""), ==, 204);
    test_guest_check(f->lab.vm, "n=0; while [ $n -lt 300 ]; do "
                     "[ -e /dev/sda ] && break; n=$((n+1)); sleep 0.1; done; "
                     "sha256sum /dev/sda", pattern);
    test_guest_check(f->lab.vm, "cat /sys/block/sda/ro", "1*");
    g_assert_cmpint(eject_from(f, "USB1"), ==, 204);
    test_guest_check(f->lab.vm, "n=0; while [ $n -lt 300 ]; do "
                     "[ -e /dev/sda ] || break; n=$((n+1)); sleep 0.1; done; "
                     "[ ! -e /dev/sda ]", "");
    g_assert_cmpint(insert_image(f, "USB1", "a.iso",
                                 ",\"WriteProtected\":false"), ==, 204);
    test_guest_check(f->lab.vm, "n=0; while [ $n -lt 300 ]; do "
                     "[ -e /dev/sda ] && break; n=$((n+1)); sleep 0.1; done; "
                     "echo from-the-guest | dd of=/dev/sda bs=512 count=1 "
                     "conv=fsync 2>/dev/null", "");
    g_assert_cmpint(eject_from(f, "USB1"), ==, 204);
    kept = test_dir_file(f->lab.dir, "state/images/a.iso");
    g_assert_true(g_file_get_contents(kept, &bytes, NULL, NULL));
    g_assert_true(g_str_has_prefix(bytes, "from-the-guest\n"));
}

static void test_floppy(MediaLab *f, const void *data)
{
    g_autofree char *path = in_folder(f, "disk.img");
    g_autofree char *whole = in_folder(f, "a.iso");
    g_autofree char *bytes = NULL;
    g_autofree char *sum = NULL;
    g_autofree char *pattern = NULL;

    g_assert_true(g_file_get_contents(whole, &bytes, NULL, NULL));
    g_assert_true(g_file_set_contents(path, bytes, FLOPPY_BYTES, NULL));
    sum = g_compute_checksum_for_data(G_CHECKSUM_SHA256,
                                      (const guchar *)bytes, FLOPPY_BYTES);
    pattern = g_strdup_printf("%s*", sum);
    upload(f, "disk.img");
    g_assert_cmpint(insert_image(f, "Floppy1", "disk.img", ""), ==, 204);
    test_guest_check(f->lab.vm, "load floppy && wait_for /dev/fd0 && "
                     "dd if=/dev/fd0 bs=18432 count=80 2>/dev/null | "
                     "sha256sum", pattern);
    g_assert_cmpint(eject_from(f, "Floppy1"), ==, 204);
    test_guest_check(f->lab.vm, "! dd if=/dev/fd0 of=/dev/null bs=512 "
                     "count=1 2>/dev/null", "*");
}

/* Ends the process that reads the image, and no other. */
static void end_export(MediaLab *f)
{
    g_autofree char *line = g_strdup_printf(
        "sh -c \"kill -9 $(pgrep -P %d nbdkit)\"",
        (int)f->lab.bmc->pid);

    g_assert_cmpint(test_run(NULL, line), ==, 0);
}

/* What reads the image ends by itself, and again without a server. */
static void test_export_ends(MediaLab *f, const void *data)
{
    g_assert_cmpint(insert(f, f->url), ==, 204);
    check_reads(f);
    end_export(f);
    test_bmc_wait_log(f->lab.bmc, "inserted again");
    g_assert_true(is_inserted(f));
    check_reads(f);
    server_end(f);
    end_export(f);
    wait_inserted(f, false);
    wait_entry(f, LOG, "a.iso lost");
    test_guest_check(f->lab.vm, "! dd if=/dev/sr0 of=/dev/null bs=2048 "
                     "count=1 iflag=direct 2>/dev/null", "*");
    server_start(f);
    g_assert_cmpint(insert(f, f->url), ==, 204);
    check_reads(f);
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add("/media/read", MediaLab, NULL, setup, test_read, teardown);
    g_test_add("/media/stall", MediaLab, NULL, setup, test_stall, teardown);
    g_test_add("/media/again", MediaLab, NULL, setup, test_again, teardown);
    g_test_add("/media/redirected", MediaLab, NULL, setup, test_redirected,
               teardown);
    g_test_add("/media/downloaded", MediaLab, NULL, setup, test_downloaded,
               teardown);
    g_test_add("/media/limits", MediaLab, NULL, setup, test_limits,
               teardown);
    g_test_add("/media/https", MediaLab, NULL, setup, test_https, teardown);
    g_test_add("/media/usb", MediaLab, NULL, setup_all, test_usb, teardown);
    g_test_add("/media/floppy", MediaLab, NULL, setup_all, test_floppy,
               teardown);
    g_test_add("/media/export-ends", MediaLab, NULL, setup, test_export_ends,
               teardown);
    g_test_add("/media/logged", MediaLab, NULL, setup, test_logged,
               teardown);
    return g_test_run();
}
