/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Virtual media as Linux in the guest has it, from a web server that answers,
 * stalls and goes.
 */
#include "osdep.h"

#include <glib/gstdio.h>

#include "media-lab.h"

/*
 * What must take 2 s on an idle machine. Anything that waits for a server
 * that stalls takes 10 s at least.
 */
#define SOON_MS 8000

static void check_soon(gint64 start, const char *what)
{
    int ms = (g_get_monotonic_time() - start) / 1000;

    g_test_message("%s: %d ms", what, ms);
    g_assert_cmpint(ms, <, SOON_MS);
}

static void test_read(MediaLab *f, const void *data)
{
    lab_check_empty(f);
    g_assert_cmpint(lab_insert(f, f->url), ==, 204);
    g_assert_true(lab_is_inserted(f));
    lab_check_reads(f);
    /* There is one already */
    g_assert_cmpint(lab_insert(f, f->url), >=, 400);
    lab_check_reads(f);
    g_assert_cmpint(lab_post(f, EJECT, "{}"), ==, 204);
    g_assert_false(lab_is_inserted(f));
    lab_check_empty(f);
    g_assert_cmpint(lab_post(f, EJECT, "{}"), ==, 204);
    g_assert_cmpint(lab_insert(f, f->url), ==, 204);
    lab_check_reads(f);

    /* What is open in the guest has the tray locked. */
    test_guest_check(f->lab.vm, "{ sleep 600 < /dev/sr0 & }; sleep 1", "");
    g_assert_cmpint(lab_post(f, EJECT, "{}"), ==, 204);
    lab_check_empty(f);
    test_guest_check(f->lab.vm, "kill $(pidof sleep); sleep 1", "");

    g_assert_cmpint(lab_insert(f, f->url), ==, 204);
    lab_check_reads(f);
    test_guest_check(f->lab.vm, "eject /dev/sr0", "");
    lab_wait_inserted(f, false);
    test_guest_check(f->lab.vm, "eject -t /dev/sr0 || true", "*");
    g_assert_cmpint(lab_insert(f, f->url), ==, 204);
    lab_check_reads(f);
}

/* The guest reads what the server does not give it. */
static void stall(MediaLab *f)
{
    g_autofree char *log = lab_in_folder(f, "log");

    lab_check_there(f);
    g_unlink(log);
    lab_flag(f, "stall", true);
    test_guest_check(f->lab.vm, "{ dd if=/dev/sr0 of=/dev/null bs=2048 "
                     "skip=1500 count=4 2>/dev/null & }", "");
    lab_wait_noted(f, "stalled");
}

static void test_stall(MediaLab *f, const void *data)
{
    gint64 start;

    test_guest_load_ipmi(f->lab.vm);
    g_assert_cmpint(lab_insert(f, f->url), ==, 204);
    stall(f);
    start = g_get_monotonic_time();
    g_assert_true(lab_is_inserted(f));
    check_soon(start, "GET");
    start = g_get_monotonic_time();
    test_guest_check(f->lab.vm, "ipmitool raw 6 1", "*");
    check_soon(start, "KCS");
    start = g_get_monotonic_time();
    g_assert_cmpint(lab_post(f, EJECT, "{}"), ==, 204);
    check_soon(start, "EjectMedia");
    lab_flag(f, "stall", false);
    for (unsigned i = 0; i < 3; i++) {
        g_assert_cmpint(lab_insert(f, f->url), ==, 204);
        g_assert_cmpint(lab_post(f, EJECT, "{}"), ==, 204);
    }
    g_assert_cmpint(lab_insert(f, f->url), ==, 204);
    lab_check_reads(f);
    test_guest_check(f->lab.vm, "echo 3 > /proc/sys/vm/drop_caches", "");
    stall(f);
    start = g_get_monotonic_time();
    g_assert_cmpint(test_bmc_reset(f->lab.bmc, "ForceOff"),
                    ==, 204);
    check_soon(start, "ForceOff");
    lab_flag(f, "stall", false);
    test_bmc_wait_power(f->lab.bmc, "Off");
}

/* Nothing that ends takes the medium out. */
static void test_again(MediaLab *f, const void *data)
{
    g_assert_cmpint(test_bmc_reset(f->lab.bmc, "ForceOff"),
                    ==, 204);
    test_bmc_wait_power(f->lab.bmc, "Off");
    g_assert_cmpint(lab_insert(f, f->url), ==, 204);
    g_assert_true(lab_is_inserted(f));
    g_assert_cmpint(test_bmc_reset(f->lab.bmc, "On"), ==,
                    204);
    test_guest_wait_boot(f->lab.vm);
    test_guest_check(f->lab.vm, "load scsi_common scsi_mod cdrom sr_mod "
                     "libata libahci ahci && wait_for /dev/sr0", "");
    lab_check_reads(f);

    test_bmc_stop(f->lab.bmc);
    test_bmc_free(f->lab.bmc);
    test_guest_start_bmc(&f->lab, "");
    lab_wait_inserted(f, true);
    lab_check_reads(f);

    test_bmc_kill(f->lab.bmc);
    test_bmc_free(f->lab.bmc);
    test_guest_start_bmc(&f->lab, "");
    lab_wait_inserted(f, true);
    lab_check_reads(f);

    /* The server goes, and is there again */
    lab_server_end(f);
    test_guest_check(f->lab.vm, "echo 3 > /proc/sys/vm/drop_caches; "
                     "! sha256sum /dev/sr0", "*");
    lab_server_start(f);
    g_assert_true(lab_is_inserted(f));
    lab_check_reads(f);
    lab_server_end(f);
    g_assert_cmpint(lab_post(f, EJECT, "{}"), ==, 204);
    g_assert_cmpint(lab_insert(f, f->url), >=, 400);
    g_assert_false(lab_is_inserted(f));
    lab_server_start(f);
    g_assert_cmpint(lab_insert(f, f->url), ==, 204);
    lab_check_reads(f);
}

static int insert_with(MediaLab *f, const char *path, const char *more)
{
    g_autofree char *body = g_strdup_printf(
        "{\"Image\":\"http://127.0.0.1:%s%s\"%s}", f->port, path, more);

    return lab_post(f, INSERT, body);
}

static void check_eject(MediaLab *f)
{
    g_assert_cmpint(lab_post(f, EJECT, "{}"), ==, 204);
    g_assert_false(lab_is_inserted(f));
}

/* Redirections, and who gets the password. */
static void test_redirected(MediaLab *f, const void *data)
{
    static const char user[] = ",\"UserName\":\"media\","
                               "\"Password\":\"geheim\"";
    g_autofree char *log = lab_in_folder(f, "log");
    g_autofree char *elsewhere = g_strdup_printf(
        "/to/http:%%2f%%2flocalhost:%s%%2fsecret%%2fa.iso", f->port);

    g_assert_cmpint(insert_with(f, "/to/%2fa.iso", ""), ==, 204);
    lab_check_reads(f);
    check_eject(f);
    g_assert_cmpint(insert_with(f, "/secret/a.iso", ""), ==, 400);
    g_assert_cmpint(insert_with(f, "/to/%2fsecret%2fa.iso", user), ==, 204);
    lab_check_reads(f);
    check_eject(f);
    g_unlink(log);
    g_assert_cmpint(insert_with(f, elsewhere, user), ==, 400);
    g_assert_true(lab_server_noted(f, "/secret/a.iso"));
    g_assert_false(lab_server_noted(f, "Basic"));
    g_assert_cmpint(insert_with(f, "/loop/", ""), ==, 400);
    g_assert_cmpint(insert_with(f, "/to/file:%2f%2f%2fetc%2fpasswd", ""), ==,
                    400);
    g_assert_cmpint(insert_with(f, "/to/http:%2f%2f169.254.169.254%2fx", ""),
                    ==, 400);
    g_assert_cmpint(insert_with(f, "/nothing.iso", ""), ==, 400);
    g_assert_false(lab_is_inserted(f));
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
    g_assert_true(lab_is_inserted(f));
    g_assert_cmpuint(cached(f), ==, 1);
    lab_check_reads(f);

    test_bmc_stop(f->lab.bmc);
    test_bmc_free(f->lab.bmc);
    lab_server_end(f);
    test_guest_start_bmc(&f->lab, "");
    lab_wait_inserted(f, true);
    lab_check_reads(f);
    lab_server_start(f);
    check_eject(f);
    g_assert_cmpuint(cached(f), ==, 0);

    /* The server sends no parts */
    g_assert_cmpint(insert_with(f, "/slow/a.iso", ""), ==, 202);
    running = task_state(f, 1);
    g_assert_cmpstr(running, ==, "Running");
    g_assert_false(lab_is_inserted(f));
    wait_cached(f, 1);
    g_assert_cmpint(test_bmc_redfish(f->lab.bmc, "DELETE",
                                     "/TaskService/TaskMonitors/1", NULL,
                                     NULL), <, 300);
    wait_cached(f, 0);
    g_assert_false(lab_is_inserted(f));
    g_assert_cmpint(insert_with(f, "/slow/a.iso", ""), ==, 202);
    check_eject(f);
    wait_task(f, 2, "Exception");
    wait_cached(f, 0);

    /* A reset waits for it */
    g_assert_cmpint(insert_with(f, "/slow/a.iso", ""), ==, 202);
    g_assert_cmpint(test_bmc_reset(f->lab.bmc, "ForceRestart"), ==, 204);
    test_guest_wait_boot(f->lab.vm);
    g_assert_true(lab_is_inserted(f));
    test_guest_check(f->lab.vm, "load scsi_common scsi_mod cdrom sr_mod "
                     "libata libahci ahci && wait_for /dev/sr0", "");
    lab_check_reads(f);
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
    g_assert_false(lab_is_inserted(f));
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
    g_assert_cmpint(lab_post(f, CD "/Certificates", body), ==, 201);
    g_assert_cmpint(lab_insert(f, url), ==, 204);
    lab_check_reads(f);
    check_eject(f);
    g_assert_cmpint(lab_post(f, INSERT, upload), ==, 202);
    lab_wait_inserted(f, true);
    lab_check_reads(f);
    check_eject(f);
    g_assert_cmpint(test_bmc_redfish(f->lab.bmc, "DELETE",
                                     CD "/Certificates/1", NULL, NULL), ==,
                    204);
    g_assert_cmpint(lab_insert(f, url), ==, 400);
    g_assert_false(lab_is_inserted(f));
}

/* A server whose certificate nobody vouches for. */
static void test_https(MediaLab *f, const void *data)
{
    g_autofree char *line = NULL;
    g_autofree char *url = NULL;
    g_autofree char *body = NULL;
    g_autofree char *redirected = NULL;

    lab_server_end(f);
    f->cert = lab_in_folder(f, "cert.pem");
    f->key = lab_in_folder(f, "key.pem");
    line = g_strdup_printf(
        "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj "
        "/CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1 -keyout %s "
        "-out %s", f->key, f->cert);
    g_assert_cmpint(test_run(NULL, line), ==, 0);
    lab_server_start(f);
    url = g_strdup_printf("https://127.0.0.1:%s/a.iso", f->port);
    g_assert_cmpint(lab_insert(f, url), ==, 204);
    lab_check_reads(f);
    check_eject(f);
    body = g_strdup_printf("{\"Image\":\"%s\",\"VerifyCertificate\":true}",
                           url);
    g_assert_cmpint(test_bmc_redfish(f->lab.bmc, "PATCH", CD, body, NULL),
                    ==, 400);
    g_assert_false(lab_is_inserted(f));
    g_assert_cmpint(test_bmc_redfish(f->lab.bmc, "PATCH", CD,
                                     "{\"VerifyCertificate\":true}", NULL),
                    <, 300);
    g_assert_cmpint(lab_insert(f, url), ==, 400);
    g_assert_false(lab_is_inserted(f));
    check_authority(f, url);
    g_assert_cmpint(test_bmc_redfish(f->lab.bmc, "PATCH", CD,
                                     "{\"VerifyCertificate\":false}", NULL),
                    <, 300);
    /* Not from there to what anybody can read or change on the way */
    redirected = g_strdup_printf(
        "https://127.0.0.1:%s/to/http:%%2f%%2f127.0.0.1:%s%%2fa.iso",
        f->port, f->port);
    g_assert_cmpint(lab_insert(f, redirected), ==, 400);
    g_assert_cmpint(lab_insert(f, url), ==, 204);
    lab_check_reads(f);
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

    g_assert_cmpint(lab_insert(f, f->url), ==, 204);
    lab_check_there(f);
    wait_entry(f, LOG, "a.iso inserted");
    check_eject(f);
    wait_entry(f, LOG, "a.iso ejected");
    g_assert_cmpint(lab_insert(f, f->url), ==, 204);
    lab_check_there(f);
    test_guest_check(f->lab.vm, "eject /dev/sr0", "*");
    lab_wait_inserted(f, false);
    wait_entry(f, LOG, "a.iso ejected by the guest");
    g_assert_cmpint(lab_insert(f, "http://127.0.0.1:1/none.iso"), ==, 400);
    wait_entry(f, LOG, "none.iso not inserted");
    g_assert_cmpint(test_bmc_ipmitool(f->lab.bmc, "sel elist", &out), ==, 0);
    g_assert_nonnull(strstr(out, "Drive Present"));
    g_assert_nonnull(strstr(out, "Deasserted"));
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
    g_assert_cmpint(lab_insert(f, f->url), ==, 204);
    lab_check_reads(f);
    end_export(f);
    test_bmc_wait_log(f->lab.bmc, "inserted again");
    g_assert_true(lab_is_inserted(f));
    lab_check_reads(f);
    lab_server_end(f);
    end_export(f);
    lab_wait_inserted(f, false);
    wait_entry(f, LOG, "a.iso lost");
    test_guest_check(f->lab.vm, "! dd if=/dev/sr0 of=/dev/null bs=2048 "
                     "count=1 iflag=direct 2>/dev/null", "*");
    lab_server_start(f);
    g_assert_cmpint(lab_insert(f, f->url), ==, 204);
    lab_check_reads(f);
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add("/media/read", MediaLab, NULL, lab_setup, test_read, lab_teardown);
    g_test_add("/media/stall", MediaLab, NULL, lab_setup, test_stall, lab_teardown);
    g_test_add("/media/again", MediaLab, NULL, lab_setup, test_again, lab_teardown);
    g_test_add("/media/redirected", MediaLab, NULL, lab_setup, test_redirected,
               lab_teardown);
    g_test_add("/media/downloaded", MediaLab, NULL, lab_setup, test_downloaded,
               lab_teardown);
    g_test_add("/media/limits", MediaLab, NULL, lab_setup, test_limits,
               lab_teardown);
    g_test_add("/media/https", MediaLab, NULL, lab_setup, test_https, lab_teardown);
    g_test_add("/media/export-ends", MediaLab, NULL, lab_setup, test_export_ends,
               lab_teardown);
    g_test_add("/media/logged", MediaLab, NULL, lab_setup, test_logged,
               lab_teardown);
    return g_test_run();
}
