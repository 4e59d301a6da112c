/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The run directory and the two files that tell others about us. */
#include "osdep.h"

#include "rundir.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/file.h>

#include "util/error.h"
#include "util/json.h"

static bool write_file(const char *dir, const char *name, const char *text,
                       GError **errp)
{
    g_autofree char *path = g_build_filename(dir, name, NULL);
    g_autoptr(GError) err = NULL;

    /* Others only need to see it whole; it need not survive a crash. */
    if (!g_file_set_contents_full(path, text, -1,
                                  G_FILE_SET_CONTENTS_CONSISTENT, 0600,
                                  &err)) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_FAILED, "cannot write %s: %s",
                    path, err->message);
        return false;
    }
    return true;
}

static void remove_files(const char *dir)
{
    static const char *const names[] = { "endpoints.json", "pid" };
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *path = g_build_filename(dir, names[i], NULL);

        g_unlink(path);
    }
}

/* Two helpers in one directory would take each other's sockets away. */
static int take(const char *dir, GError **errp)
{
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    g_autofree char *path = NULL;
    g_autofree char *pid = NULL;

    if (fd < 0) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_FAILED,
                    "cannot open run directory %s: %s", dir,
                    g_strerror(errno));
        return -1;
    }
    if (flock(fd, LOCK_EX | LOCK_NB) == 0) {
        return fd;
    }
    close(fd);
    path = g_build_filename(dir, "pid", NULL);
    if (g_file_get_contents(path, &pid, NULL, NULL)) {
        g_strchomp(pid);
    }
    g_set_error(errp, BMC_ERROR, BMC_ERROR_USAGE,
                "run directory %s is in use by process %s (give each BMC its "
                "own BMC_NAME or BMC_RUN_DIR)", dir, pid ? pid : "?");
    return -1;
}

int rundir_prepare(const char *dir, GError **errp)
{
    g_autofree char *pid = g_strdup_printf("%d\n", (int)getpid());
    int saved;
    int lock;

    if (g_mkdir_with_parents(dir, 0700) < 0) {
        saved = errno;
        g_set_error(errp, BMC_ERROR,
                    saved == EACCES ? BMC_ERROR_PERMISSION : BMC_ERROR_FAILED,
                    "cannot make run directory %s: %s (choose another with "
                    "BMC_RUN_DIR or --run-dir)", dir, g_strerror(saved));
        return -1;
    }
    lock = take(dir, errp);
    if (lock < 0) {
        return -1;
    }
    remove_files(dir);
    if (!write_file(dir, "pid", pid, errp)) {
        close(lock);
        return -1;
    }
    return lock;
}

bool rundir_publish(const char *dir, JsonObject *endpoints, GError **errp)
{
    g_autofree char *text = json_print(endpoints);
    g_autofree char *line = g_strconcat(text, "\n", NULL);

    return write_file(dir, "endpoints.json", line, errp);
}

void rundir_clean(const char *dir, int lock)
{
    remove_files(dir);
    close(lock);
}
