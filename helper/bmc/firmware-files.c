/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What distributions say about the firmware files that they ship. */
#include "osdep.h"

#include "bmc/firmware-files.h"

#include <json-glib/json-glib.h>
#include <sys/stat.h>

#include "bmc/flash-file.h"
#include "util/json.h"

#define DESCRIPTOR_MAX (64 * 1024)

/* Where they are. */
static const char *const descriptor_dirs[] = {
    "/etc/qemu/firmware", "/usr/share/qemu/firmware",
};

static bool has_feature(JsonObject *root, const char *name)
{
    JsonArray *features = NULL;
    guint i;

    if (json_get_array(root, "features", &features) != JSON_GET_OK) {
        return false;
    }
    for (i = 0; i < json_array_get_length(features); i++) {
        JsonNode *node = json_array_get_element(features, i);

        if (JSON_NODE_HOLDS_VALUE(node) &&
            g_strcmp0(json_node_get_string(node), name) == 0) {
            return true;
        }
    }
    return false;
}

static const char *mapped_file(JsonObject *root, const char *what)
{
    JsonObject *mapping = NULL;
    JsonObject *file = NULL;
    const char *name = NULL;

    if (json_get_object(root, "mapping", &mapping) != JSON_GET_OK ||
        json_get_object(mapping, what, &file) != JSON_GET_OK ||
        json_get_string(file, "filename", &name) != JSON_GET_OK) {
        return NULL;
    }
    return name;
}

/*
 * An image that was installed for one machine is a copy, perhaps. Whatever
 * else has that name by now, it is neither waited for nor mapped: what
 * becomes shorter then would end us.
 */
static bool is_copy(const char *a, const char *b)
{
    struct stat one;
    struct stat other;
    g_autoptr(GBytes) x = NULL;
    g_autoptr(GBytes) y = NULL;

    if (stat(a, &one) || stat(b, &other) || one.st_size != other.st_size) {
        return false;
    }
    x = flash_file_read(a, NULL);
    y = x ? flash_file_read(b, NULL) : NULL;
    return y && g_bytes_equal(x, y);
}

/*
 * Returns a descriptor that is of @code, or of a file with its content, and
 * has @feature.
 */
static JsonObject *read_descriptor(const char *path, const char *code,
                                   const char *feature, bool copies)
{
    g_autoptr(GBytes) text = flash_file_read(path, NULL);
    g_autoptr(JsonObject) root = NULL;
    const char *name;
    char *real;
    bool same;

    if (!text || g_bytes_get_size(text) > DESCRIPTOR_MAX) {
        return NULL;
    }
    root = json_parse_object(g_bytes_get_data(text, NULL),
                             g_bytes_get_size(text), NULL);
    name = root ? mapped_file(root, "executable") : NULL;
    real = name ? realpath(name, NULL) : NULL;
    same = real && has_feature(root, feature) &&
           (copies ? is_copy(real, code) : g_str_equal(real, code));
    free(real);
    return same ? g_steal_pointer(&root) : NULL;
}

static JsonObject *search_dir(const char *dir, const char *code,
                              const char *feature, bool copies)
{
    g_autoptr(GDir) entries = g_dir_open(dir, 0, NULL);
    const char *name;

    while (entries && (name = g_dir_read_name(entries))) {
        g_autofree char *path = g_build_filename(dir, name, NULL);
        JsonObject *found = g_str_has_suffix(name, ".json") ?
                            read_descriptor(path, code, feature, copies) :
                            NULL;

        if (found) {
            return found;
        }
    }
    return NULL;
}

static JsonObject *search(const char *code, const char *feature)
{
    char *real = realpath(code, NULL);
    JsonObject *found = NULL;

    for (size_t i = 0;
         real && !found && i < 2 * G_N_ELEMENTS(descriptor_dirs); i++) {
        found = search_dir(descriptor_dirs[i % G_N_ELEMENTS(descriptor_dirs)],
                           real, feature, i >= G_N_ELEMENTS(descriptor_dirs));
    }
    free(real);
    return found;
}

bool firmware_has_secure_boot(const char *code)
{
    g_autoptr(JsonObject) found = search(code, "secure-boot");

    return found;
}

char *firmware_default_keys(const char *code)
{
    g_autoptr(JsonObject) found = search(code, "enrolled-keys");
    const char *name = found ? mapped_file(found, "nvram-template") : NULL;

    return name && access(name, R_OK) == 0 ? g_strdup(name) : NULL;
}
