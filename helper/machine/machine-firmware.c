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
 * @chips: flash chips
 * @rom: (nullable): -bios
 * @dirs: -L, in order
 * @machine: (nullable): machine type
 * @elsewhere: (nullable): an option that may give firmware in a way that we
 *             do not follow
 */
typedef struct Options {
    MachineFlashChip chips[MACHINE_FLASH__MAX];
    const char *rom;
    GPtrArray *dirs;
    char *machine;
    const char *elsewhere;
} Options;

static bool has(const char *opts, const char *name)
{
    g_autofree char *value = machine_opts_get(opts, name);

    return value;
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
    if (has(opts, "firmware")) {
        o->elsewhere = "-machine firmware=";
    }
}

static void add_option(Options *o, const char *name, const char *value)
{
    if (g_str_equal(name, "bios")) {
        o->rom = value;
    } else if (g_str_equal(name, "L")) {
        g_ptr_array_add(o->dirs, (char *)value);
    } else if (g_str_equal(name, "machine") || g_str_equal(name, "M")) {
        add_machine(o, value);
    } else if (g_str_equal(name, "readconfig") && !o->elsewhere) {
        o->elsewhere = "-readconfig";
    }
}

static void read_options(Options *o, const char *const *argv)
{
    memset(o, 0, sizeof(*o));
    o->dirs = g_ptr_array_new();
    machine_flash_find(argv, o->chips);
    for (size_t i = 0; argv[i] && argv[i + 1]; i++) {
        const char *name = machine_option_name(argv[i]);

        if (name) {
            add_option(o, name, argv[i + 1]);
        }
    }
}

static void clear_options(Options *o)
{
    g_ptr_array_unref(o->dirs);
    g_free(o->machine);
    machine_flash_clear(o->chips);
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

/* @problem: set where there is none, in what cases it is known */
static char *find(const Options *o, const char *dir, const char *program,
                  char **problem)
{
    const MachineFlashChip *chip = &o->chips[MACHINE_FLASH_CODE];
    char *found = NULL;

    if (chip->form) {
        *problem = g_strdup(chip->problem);
        return chip->file ? g_canonicalize_filename(chip->file, dir) : NULL;
    }
    if (o->elsewhere && (!o->rom || strcmp(o->elsewhere, "-readconfig"))) {
        *problem = g_strdup_printf("%s may give it", o->elsewhere);
        return NULL;
    }
    if (o->rom) {
        found = existing(dir, o->rom);
        found = found ? found : find_rom(o, dir, program, o->rom);
        *problem = found ? NULL :
                   g_strdup_printf("-bios names %s, which is not found",
                                   o->rom);
    } else if (program && is_pc(o, program)) {
        found = find_rom(o, dir, program, PC_ROM);
    }
    return found;
}

char *machine_firmware_find(const char *const *argv, const char *dir,
                            const char *program, bool *rom, char **problem)
{
    g_autofree char *why = NULL;
    Options o;
    char *found;

    read_options(&o, argv);
    found = find(&o, dir, program, &why);
    *rom = !o.chips[MACHINE_FLASH_CODE].form;
    clear_options(&o);
    if (problem) {
        *problem = g_steal_pointer(&why);
    }
    return found;
}

char **machine_firmware_replace(const char *const *argv, const char *file)
{
    GPtrArray *out;
    Options o;

    read_options(&o, argv);
    if (o.chips[MACHINE_FLASH_CODE].form) {
        char **given = machine_flash_replace(
            argv, &o.chips[MACHINE_FLASH_CODE], file);

        clear_options(&o);
        return given;
    }
    out = g_ptr_array_new();
    for (; *argv; argv++) {
        g_ptr_array_add(out, g_strdup(*argv == o.rom ? file : *argv));
    }
    if (!o.rom) {
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
