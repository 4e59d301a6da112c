/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Firmware on QEMU's command line. */
#include "osdep.h"

#include "machine/machine-firmware.h"

#include <stdlib.h>

#include "machine/machine-flash.h"

/* What a PC has when it is told nothing. */
#define PC_ROM "bios-256k.bin"

/* Where images are, seen from the folder that "bin" is in. */
static const char *const data_dirs[] = { "share/qemu", "share/seabios" };

/*
 * Options: what the command line says.
 *
 * @chip: (nullable): the -drive of the first flash chip
 * @rom: (nullable): -bios
 * @dirs: -L, in order
 * @machine: (nullable): machine type
 * @elsewhere: firmware is given in a way that we do not follow
 */
typedef struct Options {
    const char *chip;
    const char *rom;
    GPtrArray *dirs;
    char *machine;
    bool elsewhere;
} Options;

static bool has(const char *opts, const char *name)
{
    g_autofree char *value = machine_opts_get(opts, name);

    return value;
}

static bool is(const char *opts, const char *name, const char *value)
{
    g_autofree char *found = machine_opts_get(opts, name);

    return g_strcmp0(found, value) == 0;
}

/* "serial" for "-serial" and "--serial", NULL for what is no option. */
static const char *option_name(const char *arg)
{
    if (arg[0] != '-' || !arg[1]) {
        return NULL;
    }
    return arg[1] == '-' ? arg + 2 : arg + 1;
}

static void add_drive(Options *o, const char *opts)
{
    if (!is(opts, "if", "pflash") || is(opts, "unit", "1")) {
        return;
    }
    /* Without a unit, the second is the second. */
    if (o->chip && !has(opts, "unit")) {
        return;
    }
    if (o->chip || (has(opts, "unit") && !is(opts, "unit", "0"))) {
        o->elsewhere = true;
        return;
    }
    o->chip = opts;
    o->elsewhere |= !is(opts, "format", "raw") || !has(opts, "file");
}

static void add_machine(Options *o, const char *opts)
{
    size_t len = strcspn(opts, ",=");
    char *type = opts[len] == '=' ? machine_opts_get(opts, "type") :
                 g_strndup(opts, len);

    if (type && *type) {
        g_free(o->machine);
        o->machine = g_steal_pointer(&type);
    }
    g_free(type);
    o->elsewhere |= has(opts, "firmware") || has(opts, "pflash0");
}

static void add_option(Options *o, const char *name, const char *value)
{
    if (g_str_equal(name, "drive")) {
        add_drive(o, value);
    } else if (g_str_equal(name, "bios")) {
        o->rom = value;
    } else if (g_str_equal(name, "L")) {
        g_ptr_array_add(o->dirs, (char *)value);
    } else if (g_str_equal(name, "machine") || g_str_equal(name, "M")) {
        add_machine(o, value);
    } else if (g_str_equal(name, "pflash")) {
        o->elsewhere = true;
    }
}

static void read_options(Options *o, const char *const *argv)
{
    memset(o, 0, sizeof(*o));
    o->dirs = g_ptr_array_new();
    for (size_t i = 0; argv[i] && argv[i + 1]; i++) {
        const char *name = option_name(argv[i]);

        if (name) {
            add_option(o, name, argv[i + 1]);
        }
    }
}

static void clear_options(Options *o)
{
    g_ptr_array_unref(o->dirs);
    g_free(o->machine);
}

static char *existing(const char *dir, const char *name)
{
    g_autofree char *path = g_canonicalize_filename(name, dir);

    return access(path, R_OK) == 0 ? g_steal_pointer(&path) : NULL;
}

/* As QEMU looks for what comes with it. */
static char *find_rom(const Options *o, const char *dir, const char *program,
                      const char *name)
{
    g_autofree char *bin = program ? g_path_get_dirname(program) : NULL;
    g_autofree char *prefix = bin ? g_path_get_dirname(bin) : NULL;
    char *found = NULL;

    for (guint i = 0; i < o->dirs->len && !found; i++) {
        g_autofree char *from = g_canonicalize_filename(o->dirs->pdata[i],
                                                        dir);

        found = existing(from, name);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(data_dirs) && prefix && !found; i++) {
        g_autofree char *from = g_build_filename(prefix, data_dirs[i], NULL);

        found = existing(from, name);
    }
    return found;
}

static bool is_pc(const Options *o, const char *program)
{
    g_autofree char *base = g_path_get_basename(program);

    if (!g_str_has_suffix(base, "-x86_64") &&
        !g_str_has_suffix(base, "-i386") &&
        !g_str_equal(base, "qemu-kvm") && !g_str_equal(base, "kvm")) {
        return false;
    }
    return !o->machine || g_str_equal(o->machine, "pc") ||
           g_str_equal(o->machine, "q35") ||
           g_str_has_prefix(o->machine, "pc-");
}

static char *find(const Options *o, const char *dir, const char *program)
{
    g_autofree char *file = NULL;
    char *found;

    if (o->elsewhere) {
        return NULL;
    }
    if (o->chip) {
        file = machine_opts_get(o->chip, "file");
        return g_canonicalize_filename(file, dir);
    }
    if (o->rom) {
        found = existing(dir, o->rom);
        return found ? found : find_rom(o, dir, program, o->rom);
    }
    return program && is_pc(o, program) ? find_rom(o, dir, program, PC_ROM) :
           NULL;
}

char *machine_firmware_find(const char *const *argv, const char *dir,
                            const char *program, bool *rom)
{
    Options o;
    char *found;

    read_options(&o, argv);
    found = find(&o, dir, program);
    *rom = !o.chip;
    clear_options(&o);
    return found;
}

/* One of the options in @opts, which may have doubled commas. */
static char *replace_file(const char *opts, const char *file)
{
    GString *out = g_string_new(NULL);
    const char *at = opts;

    while (*at) {
        const char *start = at;

        while (*at && (*at != ',' || at[1] == ',')) {
            at += *at == ',' ? 2 : 1;
        }
        if (out->len) {
            g_string_append_c(out, ',');
        }
        if (g_str_has_prefix(start, "file=")) {
            GString *quoted = g_string_new(file);

            g_string_replace(quoted, ",", ",,", 0);
            g_string_append_printf(out, "file=%s", quoted->str);
            g_string_free(quoted, TRUE);
        } else {
            g_string_append_len(out, start, at - start);
        }
        at += *at == ',';
    }
    return g_string_free(out, FALSE);
}

char **machine_firmware_replace(const char *const *argv, const char *file)
{
    GPtrArray *out = g_ptr_array_new();
    Options o;

    read_options(&o, argv);
    for (; *argv; argv++) {
        if (*argv == o.chip) {
            g_ptr_array_add(out, replace_file(*argv, file));
        } else if (*argv == o.rom && !o.chip) {
            g_ptr_array_add(out, g_strdup(file));
        } else {
            g_ptr_array_add(out, g_strdup(*argv));
        }
    }
    if (!o.chip && !o.rom) {
        g_ptr_array_add(out, g_strdup("-bios"));
        g_ptr_array_add(out, g_strdup(file));
    }
    clear_options(&o);
    g_ptr_array_add(out, NULL);
    return (char **)g_ptr_array_free(out, FALSE);
}

char *machine_firmware_program(const char *name)
{
    g_autofree char *path = g_find_program_in_path(name);

    return path ? realpath(path, NULL) : NULL;
}
