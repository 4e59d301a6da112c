/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A configuration file: what is taken can be shown, and be read again. */
#include "osdep.h"

#include <glib/gstdio.h>

#include "config.h"

#include "test-util.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static const char *path;

static void remove_file(void)
{
    g_unlink(path);
}

/* Returns what --print-config shows, or NULL if the file is refused. */
static char *load(const char *text, size_t len)
{
    g_autoptr(Config) config = config_new();
    g_autoptr(GError) err = NULL;
    bool ok;

    g_assert_true(g_file_set_contents(path, text, len, NULL));
    ok = config_load_file(config, path, &err);
    g_assert_true(ok == !err);
    if (ok) {
        ok = config_complete(config, NULL);
    }
    return ok ? config_dump(config) : NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    g_autofree char *text = NULL;
    g_autofree char *again = NULL;
    g_autofree char *third = NULL;

    if (!path) {
        path = g_strdup_printf("%s/fuzz-config-%d",
                               g_access("/dev/shm", W_OK) == 0 ? "/dev/shm" :
                               g_get_tmp_dir(), (int)getpid());
        atexit(remove_file);
    }
    text = load((const char *)data, len);
    if (text) {
        /* Only where it says what comes from a file may they differ. */
        again = load(text, strlen(text));
        g_assert_nonnull(again);
        third = load(again, strlen(again));
        g_assert_cmpstr(third, ==, again);
    }
    return 0;
}
