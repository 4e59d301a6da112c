/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading what there is about Secure Boot; everything here may block. */
#include "osdep.h"

#include "bmc/secure-boot-read.h"

#include <fcntl.h>
#include <json-glib/json-glib.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "codec/efi-sig.h"
#include "util/error.h"
#include "util/json.h"

#define ENABLE_NAME "SecureBootEnable"
#define DESCRIPTOR_MAX (64 * 1024)
#define PEM_LINE 64

/* Where distributions describe firmware for QEMU (its firmware.json). */
static const char *const descriptor_dirs[] = {
    "/etc/qemu/firmware", "/usr/share/qemu/firmware",
};

static const struct {
    const char *name;
    const EfiGuid *guid;
} variables[BMC_SECURE_BOOT_DB__MAX] = {
    [BMC_SECURE_BOOT_PK] = { "PK", &efi_guid_global },
    [BMC_SECURE_BOOT_KEK] = { "KEK", &efi_guid_global },
    [BMC_SECURE_BOOT_DB] = { "db", &efi_guid_image_security },
    [BMC_SECURE_BOOT_DBX] = { "dbx", &efi_guid_image_security },
};

static bool same_file(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/* Whatever a path means, it must be a file of a sane size. */
static char *read_file(const char *path, size_t max, struct stat *st,
                       size_t *len, GError **errp)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    g_autofree char *data = NULL;
    ssize_t n = 1;

    if (fd < 0 || fstat(fd, st) || !S_ISREG(st->st_mode) ||
        st->st_size > (off_t)max) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_FAILED, "cannot read %s: %s",
                    path, fd < 0 ? g_strerror(errno) :
                    "it is no file of a usual size");
        if (fd >= 0) {
            close(fd);
        }
        return NULL;
    }
    data = g_malloc(st->st_size + 1);
    for (*len = 0; n > 0 && *len < (size_t)st->st_size; *len += MAX(n, 0)) {
        n = read(fd, data + *len, st->st_size - *len);
    }
    close(fd);
    data[*len] = '\0';
    return g_steal_pointer(&data);
}

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

static bool is_described(const char *path, const char *code)
{
    g_autoptr(JsonObject) root = NULL;
    g_autofree char *text = NULL;
    g_autofree char *real = NULL;
    JsonObject *mapping = NULL;
    JsonObject *executable = NULL;
    const char *name = NULL;
    struct stat st;
    size_t len;

    text = read_file(path, DESCRIPTOR_MAX, &st, &len, NULL);
    root = text ? json_parse_object(text, len, NULL) : NULL;
    if (!root ||
        json_get_object(root, "mapping", &mapping) != JSON_GET_OK ||
        json_get_object(mapping, "executable", &executable) !=
        JSON_GET_OK ||
        json_get_string(executable, "filename", &name) != JSON_GET_OK) {
        return false;
    }
    real = realpath(name, NULL);
    return real && g_str_equal(real, code) &&
           has_feature(root, "secure-boot");
}

static bool dir_describes(const char *dir, const char *code)
{
    g_autoptr(GDir) entries = g_dir_open(dir, 0, NULL);
    const char *name;

    while (entries && (name = g_dir_read_name(entries))) {
        g_autofree char *path = g_build_filename(dir, name, NULL);

        if (g_str_has_suffix(name, ".json") && is_described(path, code)) {
            return true;
        }
    }
    return false;
}

/* A build without it leaves these variables alone. */
static bool has_secure_boot(const char *code)
{
    g_autofree char *real = realpath(code, NULL);

    for (size_t i = 0; real && i < G_N_ELEMENTS(descriptor_dirs); i++) {
        if (dir_describes(descriptor_dirs[i], real)) {
            return true;
        }
    }
    return false;
}

/* In another mount namespace, the same name is another file. */
static bool process_has(int pid, const struct stat *file)
{
    g_autofree char *dir = g_strdup_printf("/proc/%d/fd", pid);
    g_autoptr(GDir) entries = g_dir_open(dir, 0, NULL);
    const char *name;

    while (entries && (name = g_dir_read_name(entries))) {
        g_autofree char *path = g_build_filename(dir, name, NULL);
        struct stat st;

        if (stat(path, &st) == 0 && same_file(&st, file)) {
            return true;
        }
    }
    return false;
}

static void signature_free(void *opaque)
{
    BmcSignature *sig = opaque;

    g_free(sig->type);
    g_free(sig->text);
    g_free(sig->owner);
    g_free(sig);
}

static char *to_pem(GBytes *der)
{
    g_autofree char *coded = g_base64_encode(g_bytes_get_data(der, NULL),
                                             g_bytes_get_size(der));
    GString *pem = g_string_new("-----BEGIN CERTIFICATE-----\n");
    size_t len = strlen(coded);

    for (size_t at = 0; at < len; at += PEM_LINE) {
        g_string_append_len(pem, coded + at, MIN(PEM_LINE, len - at));
        g_string_append_c(pem, '\n');
    }
    g_string_append(pem, "-----END CERTIFICATE-----\n");
    return g_string_free(pem, FALSE);
}

static char *to_hex(GBytes *data)
{
    size_t len;
    const uint8_t *bytes = g_bytes_get_data(data, &len);
    GString *text = g_string_sized_new(2 * len);

    for (size_t i = 0; i < len; i++) {
        g_string_append_printf(text, "%02X", bytes[i]);
    }
    return g_string_free(text, FALSE);
}

static BmcSignature *signature_new(const EfiSig *from)
{
    const EfiSigType *type = efi_sig_type_find(&from->type);
    BmcSignature *sig = g_new0(BmcSignature, 1);

    sig->certificate = type == &efi_sig_types[0];
    sig->type = type ? g_strdup(type->name) : efi_guid_to_string(&from->type);
    sig->owner = efi_guid_to_string(&from->owner);
    sig->text = sig->certificate ? to_pem(from->data) : to_hex(from->data);
    return sig;
}

static bool read_db(SecureBootState *state, const EfiVars *vars,
                    BmcSecureBootDb db, GError **errp)
{
    const EfiVar *var = efi_vars_find(vars, variables[db].name,
                                      variables[db].guid);
    g_autoptr(GPtrArray) sigs = NULL;

    state->sigs[db] = g_ptr_array_new_with_free_func(signature_free);
    if (!var) {
        return true;
    }
    sigs = efi_sigs_parse(g_bytes_get_data(var->data, NULL),
                          g_bytes_get_size(var->data), errp);
    for (guint i = 0; sigs && i < sigs->len; i++) {
        g_ptr_array_add(state->sigs[db], signature_new(sigs->pdata[i]));
    }
    return sigs;
}

static SecureBootState *read_vars(const uint8_t *data, size_t len,
                                  GError **errp)
{
    g_autoptr(SecureBootState) state = g_new0(SecureBootState, 1);
    g_autoptr(EfiVars) vars = efi_vars_parse(data, len, errp);
    const EfiVar *enable;

    if (!vars) {
        return NULL;
    }
    for (int db = 0; db < BMC_SECURE_BOOT_DB__MAX; db++) {
        if (!read_db(state, vars, db, errp)) {
            return NULL;
        }
    }
    enable = efi_vars_find(vars, ENABLE_NAME, &efi_guid_secure_boot);
    state->has_pk = efi_vars_find(vars, "PK", &efi_guid_global);
    /* Firmware makes the variable when there is a key, and sets it. */
    state->enabled = enable ? g_bytes_get_size(enable->data) &&
                     *(const uint8_t *)g_bytes_get_data(enable->data, NULL)
                     == 1 : state->has_pk;
    state->digest = g_compute_checksum_for_data(G_CHECKSUM_SHA256, data, len);
    return g_steal_pointer(&state);
}

void secure_boot_files_free(SecureBootFiles *files)
{
    if (files) {
        g_free(files->code);
        g_free(files->vars);
        g_free(files);
    }
}

void secure_boot_state_free(SecureBootState *state)
{
    if (!state) {
        return;
    }
    for (int db = 0; db < BMC_SECURE_BOOT_DB__MAX; db++) {
        g_clear_pointer(&state->sigs[db], g_ptr_array_unref);
    }
    g_free(state->digest);
    g_free(state);
}

SecureBootState *secure_boot_read(const SecureBootFiles *files,
                                  GError **errp)
{
    g_autofree char *data = NULL;
    struct stat st;
    size_t len;

    if (!has_secure_boot(files->code)) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_NOT_SUPPORTED,
                    "nothing says that %s has Secure Boot", files->code);
        return NULL;
    }
    data = read_file(files->vars, EFI_VARS_IMAGE_MAX, &st, &len, errp);
    if (!data) {
        return NULL;
    }
    if (files->pid && !process_has(files->pid, &st)) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_FAILED,
                    "%s is not the file that QEMU has open", files->vars);
        return NULL;
    }
    return read_vars((const uint8_t *)data, len, errp);
}
