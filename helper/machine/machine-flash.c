/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Flash chips on QEMU's command line. */
#include "osdep.h"

#include "machine/machine-flash.h"

#include <json-glib/json-glib.h>
#include <string.h>

#include "util/json.h"

/* How many nodes may be above each other. */
#define NODES_MAX 8

/*
 * Node: a -blockdev.
 *
 * @at: where its argument is
 * @opts: the argument
 * @json: (nullable): the same, where it is JSON
 */
typedef struct Node {
    int at;
    const char *opts;
    JsonObject *json;
} Node;

static void node_clear(Node *node)
{
    g_clear_pointer(&node->json, json_object_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Node, node_clear)

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

char *machine_opts_quote(const char *text)
{
    GString *quoted = g_string_new(text);

    g_string_replace(quoted, ",", ",,", 0);
    return g_string_free(quoted, FALSE);
}

const char *machine_option_name(const char *arg)
{
    if (arg[0] != '-' || !arg[1]) {
        return NULL;
    }
    return arg[1] == '-' ? arg + 2 : arg + 1;
}

/* -drive and -pflash */

/* Without a unit, a drive takes the first that is free. */
static int drive_unit(const char *opts, const MachineFlashChip *chips)
{
    g_autofree char *unit = machine_opts_get(opts, "unit");

    if (!unit) {
        unit = machine_opts_get(opts, "index");
    }
    if (!unit) {
        return chips[MACHINE_FLASH_CODE].form ? MACHINE_FLASH_VARS :
                                                MACHINE_FLASH_CODE;
    }
    return g_str_equal(unit, "0") ? MACHINE_FLASH_CODE :
           g_str_equal(unit, "1") ? MACHINE_FLASH_VARS : -1;
}

/* What QEMU takes as the name of a protocol ends with a colon. */
static void set_file(MachineFlashChip *chip, const char *option,
                     const char *file)
{
    const char *path = g_str_has_prefix(file, "file:") ? file + 5 : file;

    if (path == file && file[strcspn(file, ":/")] == ':') {
        chip->problem = g_strdup_printf("%s names %s, which is no local file",
                                        option, file);
    } else {
        chip->file = g_strdup(path);
    }
}

static void add_drive(const char *opts, int at, MachineFlashChip *chips)
{
    g_autofree char *interface = machine_opts_get(opts, "if");
    g_autofree char *format = machine_opts_get(opts, "format");
    g_autofree char *file = machine_opts_get(opts, "file");
    int unit = drive_unit(opts, chips);

    if (g_strcmp0(interface, "pflash") || unit < 0 || chips[unit].form) {
        return;
    }
    chips[unit].form = MACHINE_FLASH_DRIVE;
    chips[unit].at = at;
    chips[unit].key = "file";
    if (format && !g_str_equal(format, "raw")) {
        chips[unit].problem = g_strdup_printf("-drive if=pflash has format=%s "
                                              "and not raw", format);
    } else if (!file) {
        chips[unit].problem = g_strdup("-drive if=pflash has no file=");
    } else {
        set_file(&chips[unit], "-drive if=pflash", file);
    }
}

static void add_pflash(const char *file, int at, MachineFlashChip *chips)
{
    int unit = drive_unit("", chips);

    if (!chips[unit].form) {
        chips[unit].form = MACHINE_FLASH_PFLASH;
        chips[unit].at = at;
        set_file(&chips[unit], "-pflash", file);
    }
}

/* -blockdev */

/* "file.filename" is, in JSON, a member of a member. */
static JsonObject *node_object(const Node *node, const char **key)
{
    const char *dot = strchr(*key, '.');
    g_autofree char *outer = dot ? g_strndup(*key, dot - *key) : NULL;
    JsonObject *object = NULL;

    if (!dot) {
        return node->json;
    }
    *key = dot + 1;
    return json_get_object(node->json, outer, &object) == JSON_GET_OK ?
           object : NULL;
}

static char *node_get(const Node *node, const char *key)
{
    JsonObject *object;
    const char *text;

    if (!node->json) {
        return machine_opts_get(node->opts, key);
    }
    object = node_object(node, &key);
    return object && json_get_string(object, key, &text) == JSON_GET_OK ?
           g_strdup(text) : NULL;
}

static bool node_has(const Node *node, const char *key)
{
    g_autofree char *value = NULL;

    if (node->json) {
        return json_object_has_member(node->json, key);
    }
    value = machine_opts_get(node->opts, key);
    return value;
}

static Node node_read(const char *const *argv, int at)
{
    Node node = { .at = at, .opts = argv[at] };

    if (*node.opts == '{') {
        node.json = json_parse_object(node.opts, strlen(node.opts), NULL);
    }
    return node;
}

static bool node_find(const char *const *argv, const char *name, Node *node)
{
    for (int i = 0; argv[i] && argv[i + 1]; i++) {
        g_autofree char *found = NULL;

        if (g_strcmp0(machine_option_name(argv[i]), "blockdev")) {
            continue;
        }
        *node = node_read(argv, i + 1);
        found = node_get(node, "node-name");
        if (g_strcmp0(found, name) == 0) {
            return true;
        }
        node_clear(node);
    }
    return false;
}

static void use_leaf(MachineFlashChip *chip, const Node *node,
                     const char *key)
{
    chip->at = node->at;
    chip->key = key;
    chip->file = node_get(node, key);
    if (!chip->file) {
        chip->problem = g_strdup("-blockdev of driver file has no filename");
    }
}

static bool is_inline_file(const Node *node)
{
    g_autofree char *driver = node_get(node, "file.driver");

    return g_strcmp0(driver, "file") == 0;
}

/* Takes @name over. */
static void follow_node(const char *const *argv, char *name,
                        MachineFlashChip *chip, unsigned depth)
{
    g_autofree char *here = name;
    g_autofree char *driver = NULL;
    g_autofree char *child = NULL;
    g_auto(Node) node = { 0 };

    if (depth == NODES_MAX || !node_find(argv, here, &node)) {
        chip->problem = g_strdup_printf("no -blockdev that can be read has "
                                        "node-name=%s", here);
        return;
    }
    driver = node_get(&node, "driver");
    child = node_get(&node, "file");
    if (g_strcmp0(driver, "file") == 0) {
        use_leaf(chip, &node, "filename");
    } else if (g_strcmp0(driver, "raw")) {
        chip->problem = g_strdup_printf("-blockdev node-name=%s has driver %s "
                                        "and not raw or file", here,
                                        driver ? driver : "none");
    } else if (node_has(&node, "offset") || node_has(&node, "size")) {
        chip->problem = g_strdup_printf("-blockdev node-name=%s is a part of "
                                        "a file", here);
    } else if (child) {
        follow_node(argv, g_steal_pointer(&child), chip, depth + 1);
    } else if (is_inline_file(&node)) {
        use_leaf(chip, &node, "file.filename");
    } else {
        chip->problem = g_strdup_printf("-blockdev node-name=%s is on no "
                                        "file", here);
    }
}

/* The last word counts. */
static char *chip_node(const char *const *argv, const char *key)
{
    char *name = NULL;

    for (; argv[0] && argv[1]; argv++) {
        const char *option = machine_option_name(argv[0]);
        char *here = NULL;

        if (option && (g_str_equal(option, "machine") ||
                       g_str_equal(option, "M"))) {
            here = machine_opts_get(argv[1], key);
        }
        if (here) {
            g_free(name);
            name = here;
        }
    }
    return name;
}

void machine_flash_find(const char *const *argv,
                        MachineFlashChip chips[MACHINE_FLASH__MAX])
{
    static const char *const keys[MACHINE_FLASH__MAX] = {
        [MACHINE_FLASH_CODE] = "pflash0",
        [MACHINE_FLASH_VARS] = "pflash1",
    };

    memset(chips, 0, MACHINE_FLASH__MAX * sizeof(*chips));
    for (int i = 0; argv[i] && argv[i + 1]; i++) {
        const char *name = machine_option_name(argv[i]);

        if (g_strcmp0(name, "drive") == 0) {
            add_drive(argv[i + 1], i + 1, chips);
        } else if (g_strcmp0(name, "pflash") == 0) {
            add_pflash(argv[i + 1], i + 1, chips);
        }
    }
    for (int unit = 0; unit < MACHINE_FLASH__MAX; unit++) {
        char *name = chip_node(argv, keys[unit]);

        if (name && !chips[unit].form) {
            chips[unit].form = MACHINE_FLASH_BLOCKDEV;
            follow_node(argv, g_steal_pointer(&name), &chips[unit], 0);
        }
        g_free(name);
    }
}

void machine_flash_clear(MachineFlashChip chips[MACHINE_FLASH__MAX])
{
    for (int i = 0; i < MACHINE_FLASH__MAX; i++) {
        g_clear_pointer(&chips[i].file, g_free);
        g_clear_pointer(&chips[i].problem, g_free);
    }
}

/* Replacing */

/* One of the options in @opts, which may have doubled commas. */
static char *replace_option(const char *opts, const char *key,
                            const char *file)
{
    g_autofree char *quoted = machine_opts_quote(file);
    g_autofree char *start_of = g_strconcat(key, "=", NULL);
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
        if (g_str_has_prefix(start, start_of)) {
            g_string_append_printf(out, "%s%s", start_of, quoted);
        } else {
            g_string_append_len(out, start, at - start);
        }
        at += *at == ',';
    }
    return g_string_free(out, FALSE);
}

static char *replace_json(const Node *node, const char *key, const char *file)
{
    JsonObject *object = node_object(node, &key);

    json_object_set_string_member(object, key, file);
    return json_print(node->json);
}

/* Nothing is left to be guessed from what our file holds. */
static char *replace_drive(const char *opts, const char *file)
{
    g_autofree char *format = machine_opts_get(opts, "format");
    g_autofree char *out = replace_option(opts, "file", file);

    return format ? g_steal_pointer(&out) :
           g_strconcat(out, ",format=raw", NULL);
}

char **machine_flash_replace(const char *const *argv,
                             const MachineFlashChip *chip, const char *file)
{
    char **out = g_strdupv((char **)argv);
    g_autofree char *old = g_steal_pointer(&out[chip->at]);
    g_autofree char *quoted = machine_opts_quote(file);
    g_auto(Node) node = { 0 };

    switch (chip->form) {
    case MACHINE_FLASH_PFLASH:
        g_free(out[chip->at - 1]);
        out[chip->at - 1] = g_strdup("-drive");
        out[chip->at] = g_strdup_printf("if=pflash,format=raw,file=%s",
                                        quoted);
        break;
    case MACHINE_FLASH_BLOCKDEV:
        node = node_read(argv, chip->at);
        out[chip->at] = node.json ? replace_json(&node, chip->key, file) :
                        replace_option(old, chip->key, file);
        break;
    default:
        out[chip->at] = replace_drive(old, file);
        break;
    }
    return out;
}

void machine_flash_parse(const char *const *argv, const char *dir,
                         char *files[MACHINE_FLASH__MAX],
                         char *problems[MACHINE_FLASH__MAX])
{
    MachineFlashChip chips[MACHINE_FLASH__MAX];

    machine_flash_find(argv, chips);
    for (int i = 0; i < MACHINE_FLASH__MAX; i++) {
        if (chips[i].file && !files[i]) {
            files[i] = g_canonicalize_filename(chips[i].file, dir);
        }
        if (problems) {
            problems[i] = g_steal_pointer(&chips[i].problem);
        }
    }
    machine_flash_clear(chips);
}
