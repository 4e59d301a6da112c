/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Changes of Secure Boot in UEFI variables. */
#include "osdep.h"

#include "codec/efi-edit.h"

#include <string.h>

#include "util/error.h"

#define ENABLE_NAME "SecureBootEnable"
#define ENABLE_ATTRIBUTES (EFI_VAR_NON_VOLATILE | EFI_VAR_BOOT_ACCESS)
#define DB_ATTRIBUTES                                                   \
    (EFI_VAR_NON_VOLATILE | EFI_VAR_BOOT_ACCESS |                       \
     EFI_VAR_RUNTIME_ACCESS | EFI_VAR_TIME_AUTHENTICATED)

const char *const efi_db_names[EFI_DB__MAX] = {
    [EFI_DB_PK] = "PK",
    [EFI_DB_KEK] = "KEK",
    [EFI_DB_DB] = "db",
    [EFI_DB_DBX] = "dbx",
};

static const EfiGuid *db_guid(EfiDb db)
{
    return db == EFI_DB_PK || db == EFI_DB_KEK ? &efi_guid_global :
                                                 &efi_guid_image_security;
}

static const EfiVar *db_var(const EfiVars *vars, EfiDb db)
{
    return efi_vars_find(vars, efi_db_names[db], db_guid(db));
}

static void set_enable(EfiVars *vars, bool enable)
{
    const uint8_t value = enable;
    g_autoptr(GBytes) data = g_bytes_new(&value, sizeof(value));

    efi_vars_set(vars, ENABLE_NAME, &efi_guid_secure_boot, ENABLE_ATTRIBUTES,
                 data);
}

static void remove_db(EfiVars *vars, EfiDb db)
{
    if (efi_vars_remove(vars, efi_db_names[db], db_guid(db)) &&
        db == EFI_DB_PK) {
        efi_vars_remove(vars, ENABLE_NAME, &efi_guid_secure_boot);
    }
}

static bool write_db(EfiVars *vars, EfiDb db, GBytes *data, int64_t now,
                     GError **errp)
{
    const char *name = efi_db_names[db];
    bool user_mode = efi_vars_have_pk(vars);

    if (g_bytes_get_size(data) == 0) {
        remove_db(vars, db);
        return true;
    }
    if (g_bytes_get_size(data) > EFI_DB_DATA_MAX) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_LIMIT,
                    "the database %s of Secure Boot has no room for more",
                    name);
        return false;
    }
    efi_vars_set(vars, name, db_guid(db), DB_ATTRIBUTES, data);
    efi_vars_stamp(vars, name, db_guid(db), now);
    if (db == EFI_DB_PK && !user_mode) {
        set_enable(vars, true);
    }
    return true;
}

static bool restore(EfiVars *vars, EfiDb db, const EfiVars *defaults,
                    int64_t now, GError **errp)
{
    const EfiVar *from = db_var(defaults, db);
    const EfiVar *have = db_var(vars, db);

    if (!from) {
        remove_db(vars, db);
        return true;
    }
    return (have && g_bytes_equal(have->data, from->data)) ||
           write_db(vars, db, from->data, now, errp);
}

static bool find_sig(const GPtrArray *sigs, const EfiSig *sig,
                     bool any_owner, guint *at)
{
    for (*at = 0; *at < sigs->len; (*at)++) {
        const EfiSig *other = sigs->pdata[*at];

        if (efi_guid_equal(&other->type, &sig->type) &&
            (any_owner || efi_guid_equal(&other->owner, &sig->owner)) &&
            g_bytes_equal(other->data, sig->data)) {
            return true;
        }
    }
    return false;
}

static bool edit_sig(EfiVars *vars, EfiDb db, const EfiEdit *edit,
                     int64_t now, GError **errp)
{
    g_autoptr(GPtrArray) sigs = efi_db_read(vars, db, errp);
    bool add = edit->kind == EFI_EDIT_ADD;
    const EfiSig *sig = edit->sig;
    g_autoptr(GBytes) data = NULL;
    guint at;

    if (!sigs) {
        return false;
    }
    if (!sig || g_bytes_get_size(sig->data) == 0) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_INVALID,
                    "the signature is empty");
        return false;
    }
    if (find_sig(sigs, sig, add, &at) == add) {
        return true;
    }
    if (!add) {
        g_ptr_array_remove_index(sigs, at);
    } else if (db == EFI_DB_PK && sigs->len) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_LIMIT,
                    "there is a platform key, and there can only be one");
        return false;
    } else {
        g_ptr_array_add(sigs, efi_sig_new(&sig->type, &sig->owner,
                                          sig->data));
    }
    data = efi_sigs_build(sigs);
    return write_db(vars, db, data, now, errp);
}

static bool edit_db(EfiVars *vars, EfiDb db, const EfiEdit *edit,
                    const EfiVars *defaults, int64_t now, GError **errp)
{
    if (edit->kind == EFI_EDIT_CLEAR) {
        remove_db(vars, db);
        return true;
    }
    if (edit->kind == EFI_EDIT_DEFAULT) {
        return restore(vars, db, defaults, now, errp);
    }
    return edit_sig(vars, db, edit, now, errp);
}

EfiEdit *efi_edit_copy(const EfiEdit *edit)
{
    EfiEdit *copy = g_memdup2(edit, sizeof(*edit));

    if (edit->sig) {
        copy->sig = efi_sig_new(&edit->sig->type, &edit->sig->owner,
                                edit->sig->data);
    }
    return copy;
}

void efi_edit_free(EfiEdit *edit)
{
    if (edit) {
        efi_sig_free(edit->sig);
        g_free(edit);
    }
}

bool efi_edit_apply(EfiVars *vars, const EfiEdit *edit,
                    const EfiVars *defaults, int64_t now, GError **errp)
{
    if (edit->kind == EFI_EDIT_ENABLE) {
        set_enable(vars, edit->enable);
        return true;
    }
    if (edit->kind == EFI_EDIT_DEFAULT && !defaults) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_NOT_SUPPORTED,
                    "there are no default keys for this firmware");
        return false;
    }
    for (int db = 0; db < EFI_DB__MAX; db++) {
        if (edit->dbs & 1u << db &&
            !edit_db(vars, db, edit, defaults, now, errp)) {
            return false;
        }
    }
    return true;
}

GPtrArray *efi_db_read(const EfiVars *vars, EfiDb db, GError **errp)
{
    const EfiVar *var = db_var(vars, db);

    if (!var) {
        return g_ptr_array_new_with_free_func((GDestroyNotify)efi_sig_free);
    }
    return efi_sigs_parse(g_bytes_get_data(var->data, NULL),
                          g_bytes_get_size(var->data), errp);
}

bool efi_vars_have_pk(const EfiVars *vars)
{
    return db_var(vars, EFI_DB_PK);
}

bool efi_vars_secure_boot(const EfiVars *vars)
{
    const EfiVar *enable = efi_vars_find(vars, ENABLE_NAME,
                                         &efi_guid_secure_boot);

    if (!enable) {
        return efi_vars_have_pk(vars);
    }
    return g_bytes_get_size(enable->data) &&
           *(const uint8_t *)g_bytes_get_data(enable->data, NULL) == 1;
}
