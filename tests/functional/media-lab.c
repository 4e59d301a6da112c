/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The lab of virtual media. */
#include "osdep.h"

#include "media-lab.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <sys/prctl.h>

/* It does not outlive a test that fails. */
static void die_with_parent(void *opaque)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
}

void lab_server_start(MediaLab *f)
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

void lab_server_end(MediaLab *f)
{
    g_subprocess_force_exit(f->server);
    g_subprocess_wait(f->server, NULL, NULL);
    g_clear_object(&f->server);
}

char *lab_in_folder(const MediaLab *f, const char *name)
{
    return g_build_filename(f->folder, name, NULL);
}

void lab_make_image(MediaLab *f)
{
    g_autofree guint32 *data = g_malloc(IMAGE_BYTES);
    g_autofree char *path = lab_in_folder(f, "a.iso");
    g_autoptr(GRand) rand = g_rand_new();

    for (unsigned i = 0; i < IMAGE_BYTES / sizeof(*data); i++) {
        data[i] = g_rand_int(rand);
    }
    g_assert_true(g_file_set_contents(path, (char *)data, IMAGE_BYTES,
                                      NULL));
    f->sum = g_compute_checksum_for_data(G_CHECKSUM_SHA256,
                                         (const guchar *)data, IMAGE_BYTES);
}

void lab_setup(MediaLab *f, const void *data)
{
    f->lab.dir = test_dir_new();
    f->folder = test_dir_file(f->lab.dir, "images");
    g_assert_cmpint(g_mkdir_with_parents(f->folder, 0700), ==, 0);
    lab_make_image(f);
    lab_server_start(f);
    f->url = g_strdup_printf("http://127.0.0.1:%s/a.iso", f->port);
    test_guest_start_linux_with(&f->lab, "isa-ipmi-kcs", DRIVE, "");
    test_guest_check(f->lab.vm, "load scsi_common scsi_mod cdrom sr_mod "
                     "libata libahci ahci && wait_for /dev/sr0", "");
}

void lab_teardown(MediaLab *f, const void *data)
{
    test_lab_end(&f->lab);
    lab_server_end(f);
    g_free(f->folder);
    g_free(f->sum);
    g_free(f->port);
    g_free(f->url);
    g_free(f->cert);
    g_free(f->key);
}

void lab_flag(const MediaLab *f, const char *name, bool on)
{
    g_autofree char *path = lab_in_folder(f, name);

    if (on) {
        g_assert_true(g_file_set_contents(path, "", 0, NULL));
    } else {
        g_unlink(path);
    }
}

bool lab_server_noted(const MediaLab *f, const char *text)
{
    g_autofree char *path = lab_in_folder(f, "log");
    g_autofree char *log = NULL;

    return g_file_get_contents(path, &log, NULL, NULL) && strstr(log, text);
}

void lab_wait_noted(const MediaLab *f, const char *text)
{
    for (unsigned tries = 0; tries < 600; tries++) {
        if (lab_server_noted(f, text)) {
            return;
        }
        g_usleep(100000);
    }
    g_error("the server was not asked: %s", text);
}

int lab_post(MediaLab *f, const char *path, const char *body)
{
    gint64 start = g_get_monotonic_time();
    int status = test_bmc_redfish(f->lab.bmc, "POST", path, body, NULL);

    g_test_message("%s: %d after %d ms", path, status,
                   (int)((g_get_monotonic_time() - start) / 1000));
    return status;
}

int lab_insert(MediaLab *f, const char *url)
{
    g_autofree char *body = g_strdup_printf("{\"Image\":\"%s\"}", url);

    return lab_post(f, INSERT, body);
}

bool lab_is_inserted(MediaLab *f)
{
    g_autoptr(JsonObject) medium = NULL;

    g_assert_cmpint(test_bmc_redfish(f->lab.bmc, "GET", CD, NULL, &medium),
                    ==, 200);
    return json_object_get_boolean_member(medium, "Inserted");
}

void lab_wait_inserted(MediaLab *f, bool inserted)
{
    for (unsigned tries = 0; tries < 600; tries++) {
        if (lab_is_inserted(f) == inserted) {
            return;
        }
        g_usleep(100000);
    }
    g_error("Inserted does not become %d", inserted);
}

/* The guest may look for the medium a little later than it is there. */
void lab_check_reads(MediaLab *f)
{
    g_autofree char *pattern = g_strdup_printf("%s*", f->sum);

    test_guest_check(f->lab.vm, "n=0; while [ $n -lt 50 ]; do "
                     "sha256sum /dev/sr0 2>/dev/null && break; "
                     "n=$((n+1)); sleep 0.2; done; [ $n -lt 50 ]", pattern);
}

void lab_check_there(MediaLab *f)
{
    test_guest_check(f->lab.vm, "n=0; while [ $n -lt 50 ]; do "
                     "dd if=/dev/sr0 of=/dev/null bs=2048 count=1 "
                     "2>/dev/null && break; n=$((n+1)); sleep 0.2; done; "
                     "[ $n -lt 50 ]", "");
}

void lab_check_empty(MediaLab *f)
{
    test_guest_check(f->lab.vm, "! dd if=/dev/sr0 of=/dev/null bs=2048 "
                     "count=1 2>/dev/null", "");
}
