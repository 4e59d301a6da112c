/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading what there is about Secure Boot; everything here may block. */
#include "osdep.h"

#include "bmc/secure-boot-read.h"

#include <sys/stat.h>

#include "bmc/firmware-files.h"
#include "bmc/flash-file.h"
#include "util/error.h"

#define PEM_LINE 64
/* Digits of its digest that an entry is known by */
#define ID_LEN 16

static bool same_file(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
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

    g_free(sig->id);
    g_free(sig->type);
    g_free(sig->text);
    g_free(sig->owner);
    efi_sig_free(sig->sig);
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

    sig->id = bmc_signature_id(from);
    sig->certificate = type == &efi_sig_types[0];
    sig->type = type ? g_strdup(type->name) : efi_guid_to_string(&from->type);
    sig->owner = efi_guid_to_string(&from->owner);
    sig->text = sig->certificate ? to_pem(from->data) : to_hex(from->data);
    sig->sig = efi_sig_new(&from->type, &from->owner, from->data);
    return sig;
}

static bool read_db(SecureBootState *state, const EfiVars *vars, EfiDb db,
                    GError **errp)
{
    g_autoptr(GPtrArray) sigs = efi_db_read(vars, db, errp);
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);

    state->sigs[db] = g_ptr_array_new_with_free_func(signature_free);
    for (guint i = 0; sigs && i < sigs->len; i++) {
        BmcSignature *sig = signature_new(sigs->pdata[i]);

        if (g_hash_table_add(seen, sig->id)) {
            g_ptr_array_add(state->sigs[db], sig);
        } else {
            signature_free(sig);
        }
    }
    return sigs;
}

static EfiVars *parse(GBytes *content, GError **errp)
{
    return efi_vars_parse(g_bytes_get_data(content, NULL),
                          g_bytes_get_size(content), errp);
}

/* @wanted: @content after what waits */
static SecureBootState *read_vars(GBytes *content, GBytes *wanted,
                                  GError **errp)
{
    g_autoptr(SecureBootState) state = g_new0(SecureBootState, 1);
    g_autoptr(EfiVars) now = parse(content, errp);
    g_autoptr(EfiVars) then = now ? parse(wanted, errp) : NULL;
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);

    if (!then) {
        return NULL;
    }
    for (int db = 0; db < EFI_DB__MAX; db++) {
        if (!read_db(state, then, db, errp)) {
            return NULL;
        }
    }
    state->has_pk = efi_vars_have_pk(now);
    state->in_force = state->has_pk && efi_vars_secure_boot(now);
    state->enabled = efi_vars_secure_boot(then);
    g_checksum_update(sum, g_bytes_get_data(content, NULL),
                      g_bytes_get_size(content));
    g_checksum_update(sum, g_bytes_get_data(wanted, NULL),
                      g_bytes_get_size(wanted));
    state->digest = g_strdup(g_checksum_get_string(sum));
    return g_steal_pointer(&state);
}

/* A file on a path: it might be another one in QEMU's mount namespace. */
static bool is_open(const SecureBootFiles *files)
{
    struct stat st;

    return !files->pid || (stat(files->vars, &st) == 0 &&
                           process_has(files->pid, &st));
}

char *bmc_signature_id(const EfiSig *sig)
{
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);

    g_checksum_update(sum, sig->type.bytes, EFI_GUID_LEN);
    g_checksum_update(sum, sig->owner.bytes, EFI_GUID_LEN);
    g_checksum_update(sum, g_bytes_get_data(sig->data, NULL),
                      g_bytes_get_size(sig->data));
    return g_strndup(g_checksum_get_string(sum), ID_LEN);
}

void secure_boot_files_free(SecureBootFiles *files)
{
    if (files) {
        g_free(files->code);
        g_free(files->vars);
        flash_job_free(files->pending);
        g_free(files);
    }
}

void secure_boot_state_free(SecureBootState *state)
{
    if (!state) {
        return;
    }
    for (int db = 0; db < EFI_DB__MAX; db++) {
        g_clear_pointer(&state->sigs[db], g_ptr_array_unref);
    }
    g_free(state->digest);
    g_free(state);
}

SecureBootState *secure_boot_read(const SecureBootFiles *files,
                                  GError **errp)
{
    g_autofree char *defaults = NULL;
    g_autoptr(GBytes) content = NULL;
    g_autoptr(GBytes) wanted = NULL;
    SecureBootState *state;

    if (!firmware_has_secure_boot(files->code)) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_NOT_SUPPORTED,
                    "nothing says that %s has Secure Boot", files->code);
        return NULL;
    }
    content = flash_file_read(files->vars, errp);
    if (!content) {
        return NULL;
    }
    if (!is_open(files)) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_FAILED,
                    "%s is not the file that QEMU has open", files->vars);
        return NULL;
    }
    wanted = flash_job_content(files->pending, content);
    state = read_vars(content, wanted, errp);
    if (state) {
        defaults = firmware_default_keys(files->code);
        state->has_defaults = defaults;
    }
    return state;
}
