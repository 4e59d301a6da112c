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

/*
 * GKeyFile complains about itself when a value has two bad escapes, and
 * still returns the first error.
 */
static GLogWriterOutput write_log(GLogLevelFlags level,
                                  const GLogField *fields, gsize n_fields,
                                  void *opaque)
{
    gsize i;

    for (i = 0; i < n_fields; i++) {
        if (g_str_equal(fields[i].key, "MESSAGE") &&
            g_str_has_prefix(fields[i].value, "GError set over the top")) {
            return G_LOG_WRITER_HANDLED;
        }
    }
    g_log_writer_default(level, fields, n_fields, opaque);
    g_assert(!(level & (G_LOG_LEVEL_WARNING | G_LOG_LEVEL_CRITICAL)));
    return G_LOG_WRITER_HANDLED;
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
        g_log_set_always_fatal(G_LOG_FATAL_MASK);
        g_log_set_writer_func(write_log, NULL, NULL);
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
