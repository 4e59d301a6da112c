/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Flash chips on QEMU's command line. */
#include "osdep.h"

#include "machine/machine-flash.h"

#include <string.h>

char *machine_opts_get(const char *opts, const char *name)
{
    const char *at = opts;

    while (*at) {
        g_autoptr(GString) item = g_string_new(NULL);

        while (*at && (*at != ',' || at[1] == ',')) {
            at += *at == ',';
            g_string_append_c(item, *at++);
        }
        at += *at == ',';
        if (g_str_has_prefix(item->str, name) &&
            item->str[strlen(name)] == '=') {
            return g_strdup(item->str + strlen(name) + 1);
        }
    }
    return NULL;
}

/* Without a unit, a drive takes the first that is free. */
static int drive_unit(const char *opts, char *files[MACHINE_FLASH__MAX])
{
    g_autofree char *unit = machine_opts_get(opts, "unit");

    if (!unit) {
        return files[MACHINE_FLASH_CODE] ? MACHINE_FLASH_VARS :
                                           MACHINE_FLASH_CODE;
    }
    return g_str_equal(unit, "0") ? MACHINE_FLASH_CODE :
           g_str_equal(unit, "1") ? MACHINE_FLASH_VARS : -1;
}

static void parse_drive(const char *opts, const char *dir,
                        char *files[MACHINE_FLASH__MAX])
{
    g_autofree char *interface = machine_opts_get(opts, "if");
    g_autofree char *format = machine_opts_get(opts, "format");
    g_autofree char *file = machine_opts_get(opts, "file");
    int unit;

    if (g_strcmp0(interface, "pflash") || !file ||
        g_strcmp0(format, "raw")) {
        return;
    }
    unit = drive_unit(opts, files);
    if (unit >= 0 && !files[unit]) {
        files[unit] = g_canonicalize_filename(file, dir);
    }
}

void machine_flash_parse(const char *const *argv, const char *dir,
                         char *files[MACHINE_FLASH__MAX])
{
    for (; argv[0] && argv[1]; argv++) {
        if (g_str_equal(argv[0], "-drive") ||
            g_str_equal(argv[0], "--drive")) {
            parse_drive(argv[1], dir, files);
        }
    }
}
