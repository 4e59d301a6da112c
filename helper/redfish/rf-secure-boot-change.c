/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Changes of UEFI Secure Boot. All of them wait for the next start or restart
 * by the BMC, which answers say; what is shown is what will be then. A QEMU
 * that others have started has read its variables, and so has the last word.
 */
#include "osdep.h"

#include "redfish/rf-secure-boot.h"

#include "bmc/flash.h"
#include "bmc/power.h"
#include "redfish/rf-exchange.h"
#include "util/error.h"
#include "util/tls-cert.h"

#define RESET_URI "/redfish/v1/Systems/1/Actions/ComputerSystem.Reset"
/* The longest type that has a length, in hexadecimal digits */
#define SIGNATURE_TEXT_MAX 512
#define GUID_TEXT_LEN 36
/* Whose signatures are that come without an owner. */
#define OWNER "7f0b3c52-6d1e-4f7a-9a35-1f6f1d0c8b2e"

static const char *const pem[] = { "PEM", NULL };
static const char *const registries[] = { "UEFI", NULL };

enum { RESET_TO_DEFAULT, RESET_DELETE_ALL, RESET_DELETE_PK };

static const char *const resets[] = {
    "ResetAllKeysToDefault", "DeleteAllKeys", "DeletePK", NULL
};
static const char *const db_resets[] = {
    "ResetAllKeysToDefault", "DeleteAllKeys", NULL
};

static char *sentence(const GError *err)
{
    char *text = g_strconcat(err->message, ".", NULL);

    text[0] = g_ascii_toupper(text[0]);
    return text;
}

static void add_refusal(RfMessages *messages, const GError *err)
{
    g_autofree char *reason = sentence(err);

    if (g_error_matches(err, BMC_ERROR, BMC_ERROR_LIMIT)) {
        rf_messages_add(messages, RF_MESSAGE_INSUFFICIENT_STORAGE, NULL,
                        reason, NULL);
    } else if (g_error_matches(err, BMC_ERROR, BMC_ERROR_AUTH)) {
        rf_messages_add(messages, RF_MESSAGE_INSUFFICIENT_PRIVILEGE, NULL,
                        reason, NULL);
    } else {
        rf_messages_add_error(messages, err);
    }
}

/* Returns NULL if nothing waits. */
static RfMessages *reset_note(const RfExchange *x)
{
    const Bmc *bmc = x->context.bmc;
    bool off = bmc_power_state(bmc) == BMC_POWER_STATE_OFF;
    RfMessages *messages;

    if (!bmc_flash_nth(bmc, 0)) {
        return NULL;
    }
    messages = rf_messages_new();
    rf_messages_add(messages, RF_MESSAGE_RESET_REQUIRED, NULL, NULL,
                    RESET_URI, off ? "On" : "ForceRestart", NULL);
    return messages;
}

static void answer(RfExchange *x)
{
    g_autoptr(RfMessages) note = reset_note(x);

    if (x->location) {
        g_autofree char *uri = g_steal_pointer(&x->location);

        x->notes = g_steal_pointer(&note);
        rf_exchange_created(x, uri, NULL, NULL);
    } else if (g_str_equal(x->request.method, "PATCH")) {
        if (!x->notes) {
            x->notes = g_steal_pointer(&note);
        }
        rf_exchange_complete(x, NULL);
    } else if (note) {
        /* Its status is 200 */
        rf_exchange_fail(x, note);
    } else {
        rf_exchange_complete(x, NULL);
    }
}

static void refreshed(GObject *source, GAsyncResult *res, void *opaque)
{
    g_autoptr(RfExchange) x = opaque;
    g_autoptr(GError) err = NULL;

    g_task_propagate_boolean(G_TASK(res), &err);
    if (!bmc_error_is_cancelled(err) &&
        !g_cancellable_is_cancelled(x->cancellable)) {
        answer(x);
    }
}

static void edited(GObject *source, GAsyncResult *res, void *opaque)
{
    g_autoptr(RfExchange) x = opaque;
    g_autoptr(RfMessages) messages = NULL;
    g_autoptr(GError) err = NULL;
    bool ok = bmc_flash_edit_finish(res, &err);

    if (g_cancellable_is_cancelled(x->cancellable)) {
        return;
    }
    if (ok) {
        bmc_secure_boot_refresh_async(x->context.bmc, refreshed,
                                      rf_exchange_ref(x));
        return;
    }
    g_clear_pointer(&x->location, g_free);
    messages = rf_messages_new();
    if (g_error_matches(err, BMC_ERROR, BMC_ERROR_EXISTS)) {
        bool certificate = g_str_has_suffix(x->context.uri, "/Certificates");
        const char *type = certificate ? "Certificate" : "Signature";
        g_autofree char *name = g_strconcat(type, "String", NULL);

        rf_messages_add(messages, RF_MESSAGE_RESOURCE_ALREADY_EXISTS, NULL,
                        NULL, type, name,
                        rf_patch_get(x->patch, NULL, name)->text, NULL);
    } else if (g_error_matches(err, BMC_ERROR, BMC_ERROR_NOT_FOUND)) {
        rf_messages_add(messages, RF_MESSAGE_RESOURCE_MISSING_AT_URI, NULL,
                        NULL, x->context.uri, NULL);
    } else {
        add_refusal(messages, err);
    }
    rf_exchange_fail(x, messages);
}

static void edit(RfExchange *x, const EfiEdit *what)
{
    bmc_flash_edit_async(x->context.bmc, what, &x->origin, x->cancellable,
                         edited, rf_exchange_ref(x));
}

/* SecureBootEnable */

static void check_enable(const RfContext *ctx, const RfPatch *patch,
                         RfMessages *messages)
{
    g_autoptr(GError) err = NULL;
    g_autofree char *reason = NULL;

    if (!bmc_flash_can_change(ctx->bmc, MACHINE_FLASH_VARS, &err)) {
        reason = sentence(err);
        rf_messages_add(messages, RF_MESSAGE_PROPERTY_NOT_WRITABLE,
                        "/SecureBootEnable", reason, "SecureBootEnable",
                        NULL);
    }
}

static void start_enable(RfExchange *x, const RfPatch *patch)
{
    const RfValue *value = rf_patch_get(patch, &rf_secure_boot_enable,
                                        "SecureBootEnable");
    const EfiEdit what = {
        .kind = EFI_EDIT_ENABLE, .enable = value->boolean,
    };

    edit(x, &what);
}

const RfSetter rf_secure_boot_enable = { check_enable, start_enable };

/* Keys */

static bool reset_allowed(const RfContext *ctx, unsigned choice)
{
    return choice != RESET_TO_DEFAULT ||
           bmc_secure_boot_has_defaults(ctx->bmc);
}

static void reset_dbs(RfExchange *x, const RfPatch *patch, unsigned dbs)
{
    const RfValue *value = rf_patch_get(patch, NULL, "ResetKeysType");
    const EfiEdit what = {
        .kind = value->choice == RESET_TO_DEFAULT ? EFI_EDIT_DEFAULT :
                                                    EFI_EDIT_CLEAR,
        .dbs = value->choice == RESET_DELETE_PK ? 1 << EFI_DB_PK : dbs,
    };

    edit(x, &what);
}

static void start_reset(RfExchange *x, const RfPatch *patch)
{
    reset_dbs(x, patch, EFI_DB_ALL);
}

static void start_db_reset(RfExchange *x, const RfPatch *patch)
{
    EfiDb db;

    if (rf_secure_boot_find_db(&x->context, &db)) {
        reset_dbs(x, patch, 1u << db);
    } else {
        rf_exchange_complete(x, NULL);
    }
}

static void refuse_value(RfExchange *x, const char *name, const char *why)
{
    g_autoptr(RfMessages) messages = rf_messages_new();
    g_autofree char *pointer = g_strconcat("/", name, NULL);

    rf_messages_add(messages, RF_MESSAGE_PROPERTY_VALUE_ERROR, pointer, why,
                    name, NULL);
    rf_exchange_fail(x, messages);
}

/* Answers if that cannot be. */
static void add_entry(RfExchange *x, const RfPatch *patch, const char *kind,
                      const EfiGuid *type, GBytes *data)
{
    const RfValue *given = rf_patch_get(patch, NULL, "UefiSignatureOwner");
    EfiEdit what = { .kind = EFI_EDIT_ADD };
    g_autofree char *id = NULL;
    EfiGuid owner;
    EfiDb db;

    if (!rf_secure_boot_find_db(&x->context, &db)) {
        rf_exchange_complete(x, NULL);
        return;
    }
    if (!efi_guid_parse(given && !given->null ? given->text : OWNER,
                        &owner)) {
        refuse_value(x, "UefiSignatureOwner", "It must be a GUID.");
        return;
    }
    if (db == EFI_DB_PK && bmc_secure_boot_nth(x->context.bmc, db, true, 0)) {
        g_autoptr(RfMessages) messages = rf_messages_new();

        rf_messages_add(messages,
                        RF_MESSAGE_CREATE_LIMIT_REACHED_FOR_RESOURCE, NULL,
                        "Delete the platform key that is there first.", NULL);
        rf_exchange_fail(x, messages);
        return;
    }
    what.dbs = 1u << db;
    what.sig = efi_sig_new(type, &owner, data);
    id = bmc_signature_id(what.sig);
    x->location = g_strdup_printf(RF_SECURE_BOOT_DATABASES "/%s/%s/%s",
                                  efi_db_names[db], kind, id);
    edit(x, &what);
    efi_sig_free(what.sig);
}

static void start_certificate(RfExchange *x, const RfPatch *patch)
{
    const RfValue *text = rf_patch_get(patch, NULL, "CertificateString");
    g_autoptr(GError) err = NULL;
    g_autoptr(GBytes) der = tls_cert_to_der(text->text, &err);

    if (!der) {
        g_autofree char *why = sentence(err);

        refuse_value(x, "CertificateString", why);
        return;
    }
    add_entry(x, patch, "Certificates", &efi_sig_types[0].guid, der);
}

static GBytes *read_hex(const char *text, size_t len)
{
    g_autofree uint8_t *data = NULL;

    if (len == 0 || strlen(text) != 2 * len) {
        return NULL;
    }
    data = g_malloc(len);
    for (size_t i = 0; i < len; i++) {
        int high = g_ascii_xdigit_value(text[2 * i]);
        int low = g_ascii_xdigit_value(text[2 * i + 1]);

        if (high < 0 || low < 0) {
            return NULL;
        }
        data[i] = high << 4 | low;
    }
    return g_bytes_new_take(g_steal_pointer(&data), len);
}

static const EfiSigType *find_type(const char *name)
{
    const EfiSigType *type = efi_sig_types + 1;

    while (type->name && !g_str_equal(type->name, name)) {
        type++;
    }
    return type->name ? type : NULL;
}

static void start_signature(RfExchange *x, const RfPatch *patch)
{
    const RfValue *text = rf_patch_get(patch, NULL, "SignatureString");
    const RfValue *name = rf_patch_get(patch, NULL, "SignatureType");
    const EfiSigType *type = find_type(name->text);
    g_autoptr(GBytes) data = type ? read_hex(text->text, type->len) : NULL;
    EfiDb db;

    if (rf_secure_boot_find_db(&x->context, &db) &&
        (db == EFI_DB_PK || db == EFI_DB_KEK)) {
        refuse_value(x, "SignatureType",
                     "This database takes certificates only.");
    } else if (!type) {
        refuse_value(x, "SignatureType", "It must be one that the UEFI "
                     "specification has, and no certificate.");
    } else if (!data) {
        refuse_value(x, "SignatureString", "It must be hexadecimal, and as "
                     "long as its type says.");
    } else {
        add_entry(x, patch, "Signatures", &type->guid, data);
    }
}

static void start_remove(RfExchange *x)
{
    bool certificate = strstr(x->context.uri, "/Certificates/");
    const BmcSignature *sig = rf_secure_boot_find(&x->context, certificate);
    EfiEdit what = { .kind = EFI_EDIT_REMOVE };
    EfiDb db;

    if (!sig || !rf_secure_boot_find_db(&x->context, &db)) {
        rf_exchange_complete(x, NULL);
        return;
    }
    what.dbs = 1u << db;
    what.sig = sig->sig;
    edit(x, &what);
}

static const RfProperty reset_parameters[] = {
    { "ResetKeysType", RF_TYPE_ENUM, .required = true, .texts = resets,
      .allowed = reset_allowed },
    { NULL }
};

static const RfProperty db_reset_parameters[] = {
    { "ResetKeysType", RF_TYPE_ENUM, .required = true, .texts = db_resets,
      .allowed = reset_allowed },
    { NULL }
};

const RfAction rf_secure_boot_actions[] = {
    { "#SecureBoot.ResetKeys", reset_parameters,
      RF_PRIVILEGE_CONFIGURE_COMPONENTS, start_reset },
    { NULL }
};

const RfAction rf_secure_boot_db_actions[] = {
    { "#SecureBootDatabase.ResetKeys", db_reset_parameters,
      RF_PRIVILEGE_CONFIGURE_COMPONENTS, start_db_reset },
    { NULL }
};

static const RfProperty certificate_properties[] = {
    { "CertificateString", RF_TYPE_STRING, .required = true, .min = 1,
      .max = TLS_PEM_MAX },
    { "CertificateType", RF_TYPE_ENUM, .required = true, .texts = pem },
    { "UefiSignatureOwner", RF_TYPE_STRING, .nullable = true, .min = 1,
      .max = GUID_TEXT_LEN },
    { NULL }
};

static const RfProperty signature_properties[] = {
    { "SignatureString", RF_TYPE_STRING, .required = true, .min = 1,
      .max = SIGNATURE_TEXT_MAX },
    { "SignatureType", RF_TYPE_STRING, .required = true, .min = 1,
      .max = GUID_TEXT_LEN },
    { "SignatureTypeRegistry", RF_TYPE_ENUM, .required = true,
      .texts = registries },
    { "UefiSignatureOwner", RF_TYPE_STRING, .nullable = true, .min = 1,
      .max = GUID_TEXT_LEN },
    { NULL }
};

const RfCreate rf_secure_boot_add_certificate = {
    .properties = certificate_properties,
    .privilege = RF_PRIVILEGE_CONFIGURE_COMPONENTS,
    .start = start_certificate,
};

const RfCreate rf_secure_boot_add_signature = {
    .properties = signature_properties,
    .privilege = RF_PRIVILEGE_CONFIGURE_COMPONENTS,
    .start = start_signature,
};

const RfDelete rf_secure_boot_remove = {
    .privilege = RF_PRIVILEGE_CONFIGURE_COMPONENTS,
    .start = start_remove,
};
