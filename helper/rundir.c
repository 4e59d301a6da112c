/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The run directory and the two files that tell others about us. */
#include "osdep.h"

#include "rundir.h"

#include <glib/gstdio.h>

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

bool rundir_prepare(const char *dir, GError **errp)
{
    g_autofree char *pid = g_strdup_printf("%d\n", (int)getpid());
    int saved;

    if (g_mkdir_with_parents(dir, 0700) < 0) {
        saved = errno;
        g_set_error(errp, BMC_ERROR,
                    saved == EACCES ? BMC_ERROR_PERMISSION : BMC_ERROR_FAILED,
                    "cannot make run directory %s: %s (choose another with "
                    "BMC_RUN_DIR or --run-dir)", dir, g_strerror(saved));
        return false;
    }
    rundir_clean(dir);
    return write_file(dir, "pid", pid, errp);
}

bool rundir_publish(const char *dir, JsonObject *endpoints, GError **errp)
{
    g_autofree char *text = json_print(endpoints);
    g_autofree char *line = g_strconcat(text, "\n", NULL);

    return write_file(dir, "endpoints.json", line, errp);
}

void rundir_clean(const char *dir)
{
    static const char *const names[] = { "endpoints.json", "pid" };
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *path = g_build_filename(dir, names[i], NULL);

        g_unlink(path);
    }
}
