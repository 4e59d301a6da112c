/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * UEFI Secure Boot (DSP0268 SecureBoot, SecureBootDatabase, Certificate,
 * Signature): what the machine's variables have, and will have with what
 * waits for the next start.
 */
#include "osdep.h"

#include "redfish/rf-secure-boot.h"

#include "redfish/rf-exchange.h"
#include "util/error.h"

#define DATABASES RF_SECURE_BOOT_DATABASES
#define PATH "/redfish/v1/Systems/{ComputerSystemId}/SecureBoot"
#define DB_PATH PATH "/SecureBootDatabases/{DatabaseId}"

enum { CERTIFICATES, SIGNATURES };

static const char *const kinds[] = { "Certificates", "Signatures" };
static const char *const boots[] = { "Disabled", "Enabled", NULL };
static const char *const modes[] = { "SetupMode", "UserMode", NULL };
static const char *const pem[] = { "PEM", NULL };
static const char *const registries[] = { "UEFI", NULL };

static void refreshed(GObject *source, GAsyncResult *res, void *opaque)
{
    g_autoptr(RfExchange) x = opaque;
    g_autoptr(GError) err = NULL;

    g_task_propagate_boolean(G_TASK(res), &err);
    if (!bmc_error_is_cancelled(err) &&
        !g_cancellable_is_cancelled(x->cancellable)) {
        rf_exchange_prepared(x, NULL);
    }
}

static void prepare(RfExchange *x)
{
    bmc_secure_boot_refresh_async(x->context.bmc, refreshed,
                                  rf_exchange_ref(x));
}

static bool exists(const RfContext *ctx)
{
    return g_str_equal(ctx->ids[0], "1") && bmc_secure_boot_exists(ctx->bmc);
}

static bool get_enable(const RfContext *ctx, RfValue *value)
{
    value->boolean = bmc_secure_boot_enabled(ctx->bmc);
    return bmc_secure_boot_exists(ctx->bmc);
}

static bool get_current(const RfContext *ctx, RfValue *value)
{
    bool in_force;
    bool known = bmc_secure_boot_current(ctx->bmc, &in_force);

    value->choice = in_force;
    return known;
}

static bool get_mode(const RfContext *ctx, RfValue *value)
{
    value->choice = bmc_secure_boot_has_pk(ctx->bmc);
    return bmc_secure_boot_exists(ctx->bmc);
}

/* Databases */

bool rf_secure_boot_find_db(const RfContext *ctx, EfiDb *db)
{
    for (*db = 0; *db < EFI_DB__MAX; (*db)++) {
        if (g_str_equal(efi_db_names[*db], ctx->ids[1])) {
            return exists(ctx);
        }
    }
    return false;
}

static bool db_exists(const RfContext *ctx)
{
    EfiDb db;

    return rf_secure_boot_find_db(ctx, &db);
}

static bool nth_db(const RfContext *ctx, unsigned n, char uri[RF_URI_MAX])
{
    if (n >= EFI_DB__MAX) {
        return false;
    }
    g_snprintf(uri, RF_URI_MAX, DATABASES "/%s", efi_db_names[n]);
    return true;
}

static bool get_link(const RfContext *ctx, RfValue *value, unsigned kind)
{
    g_snprintf(value->buf, sizeof(value->buf), DATABASES "/%s/%s",
               ctx->ids[1], kinds[kind]);
    value->text = value->buf;
    return true;
}

static bool get_certificates(const RfContext *ctx, RfValue *value)
{
    return get_link(ctx, value, CERTIFICATES);
}

static bool get_signatures(const RfContext *ctx, RfValue *value)
{
    return get_link(ctx, value, SIGNATURES);
}

/* What is in them */

static bool nth_entry(const RfContext *ctx, unsigned kind, unsigned n,
                      char uri[RF_URI_MAX])
{
    const BmcSignature *sig;
    EfiDb db;

    if (!rf_secure_boot_find_db(ctx, &db)) {
        return false;
    }
    sig = bmc_secure_boot_nth(ctx->bmc, db, kind == CERTIFICATES, n);
    if (sig) {
        g_snprintf(uri, RF_URI_MAX, DATABASES "/%s/%s/%s", ctx->ids[1],
                   kinds[kind], sig->id);
    }
    return sig;
}

static bool nth_certificate(const RfContext *ctx, unsigned n,
                            char uri[RF_URI_MAX])
{
    return nth_entry(ctx, CERTIFICATES, n, uri);
}

static bool nth_signature(const RfContext *ctx, unsigned n,
                          char uri[RF_URI_MAX])
{
    return nth_entry(ctx, SIGNATURES, n, uri);
}

const BmcSignature *rf_secure_boot_find(const RfContext *ctx,
                                        bool certificate)
{
    const BmcSignature *sig;
    unsigned n = 0;
    EfiDb db;

    if (!rf_secure_boot_find_db(ctx, &db)) {
        return NULL;
    }
    do {
        sig = bmc_secure_boot_nth(ctx->bmc, db, certificate, n++);
    } while (sig && !g_str_equal(sig->id, ctx->ids[2]));
    return sig;
}

static bool certificate_exists(const RfContext *ctx)
{
    return rf_secure_boot_find(ctx, true);
}

static bool signature_exists(const RfContext *ctx)
{
    return rf_secure_boot_find(ctx, false);
}

/* An entry may have gone while the variables were read. */
static bool get_text(const BmcSignature *sig, const char *text,
                     RfValue *value)
{
    value->text = text;
    return sig;
}

static bool get_certificate_string(const RfContext *ctx, RfValue *value)
{
    const BmcSignature *sig = rf_secure_boot_find(ctx, true);

    return get_text(sig, sig ? sig->text : NULL, value);
}

static bool get_certificate_owner(const RfContext *ctx, RfValue *value)
{
    const BmcSignature *sig = rf_secure_boot_find(ctx, true);

    return get_text(sig, sig ? sig->owner : NULL, value);
}

static bool get_signature_string(const RfContext *ctx, RfValue *value)
{
    const BmcSignature *sig = rf_secure_boot_find(ctx, false);

    return get_text(sig, sig ? sig->text : NULL, value);
}

static bool get_signature_type(const RfContext *ctx, RfValue *value)
{
    const BmcSignature *sig = rf_secure_boot_find(ctx, false);

    return get_text(sig, sig ? sig->type : NULL, value);
}

static bool get_signature_owner(const RfContext *ctx, RfValue *value)
{
    const BmcSignature *sig = rf_secure_boot_find(ctx, false);

    return get_text(sig, sig ? sig->owner : NULL, value);
}

static const RfProperty secure_boot_properties[] = {
    { "Id", RF_TYPE_STRING, .text = "SecureBoot" },
    { "Name", RF_TYPE_STRING, .text = "UEFI Secure Boot" },
    { "SecureBootEnable", RF_TYPE_BOOL, .get = get_enable,
      .setter = &rf_secure_boot_enable },
    { "SecureBootCurrentBoot", RF_TYPE_ENUM, .texts = boots,
      .get = get_current },
    { "SecureBootMode", RF_TYPE_ENUM, .texts = modes, .get = get_mode },
    { "SecureBootDatabases", RF_TYPE_LINK, .text = DATABASES },
    { NULL }
};

static const RfProperty databases_properties[] = {
    { "Name", RF_TYPE_STRING, .text = "UEFI Secure Boot Databases" },
    { "Members", RF_TYPE_LINKS, .nth = nth_db },
    { NULL }
};

static const RfProperty db_properties[] = {
    { "Id", RF_TYPE_STRING, .get = rf_get_id },
    { "Name", RF_TYPE_STRING, .text = "UEFI Secure Boot Database" },
    { "DatabaseId", RF_TYPE_STRING, .get = rf_get_id },
    { "Certificates", RF_TYPE_LINK, .get = get_certificates },
    { "Signatures", RF_TYPE_LINK, .get = get_signatures },
    { NULL }
};

static const RfProperty certificates_properties[] = {
    { "Name", RF_TYPE_STRING, .text = "Certificate Collection" },
    { "Members", RF_TYPE_LINKS, .nth = nth_certificate },
    { NULL }
};

static const RfProperty signatures_properties[] = {
    { "Name", RF_TYPE_STRING, .text = "Signature Collection" },
    { "Members", RF_TYPE_LINKS, .nth = nth_signature },
    { NULL }
};

static const RfProperty certificate_properties[] = {
    { "Id", RF_TYPE_STRING, .get = rf_get_id },
    { "Name", RF_TYPE_STRING, .text = "Certificate" },
    { "CertificateString", RF_TYPE_STRING, .get = get_certificate_string },
    { "CertificateType", RF_TYPE_ENUM, .texts = pem, .get = rf_get_first },
    { "UefiSignatureOwner", RF_TYPE_STRING, .get = get_certificate_owner },
    { NULL }
};

static const RfProperty signature_properties[] = {
    { "Id", RF_TYPE_STRING, .get = rf_get_id },
    { "Name", RF_TYPE_STRING, .text = "Signature" },
    { "SignatureString", RF_TYPE_STRING, .get = get_signature_string },
    { "SignatureType", RF_TYPE_STRING, .get = get_signature_type },
    { "SignatureTypeRegistry", RF_TYPE_ENUM, .texts = registries,
      .get = rf_get_first },
    { "UefiSignatureOwner", RF_TYPE_STRING, .get = get_signature_owner },
    { NULL }
};

#define RESOURCE(where, what, table, check, ...)                        \
    { .path = where,                                                    \
      .type = what,                                                     \
      .properties = table,                                              \
      .read = RF_PRIVILEGE_LOGIN,                                       \
      .depends = 1 << BMC_PART_SECURE_BOOT | 1 << BMC_PART_FLASH,       \
      .prepare = prepare,                                               \
      .exists = check, __VA_ARGS__ }

const RfResource rf_secure_boot_resources[] = {
    RESOURCE(PATH, "SecureBoot.v1_1_2.SecureBoot", secure_boot_properties,
             exists, .write = RF_PRIVILEGE_CONFIGURE_COMPONENTS,
             .actions = rf_secure_boot_actions),
    RESOURCE(PATH "/SecureBootDatabases",
             "SecureBootDatabaseCollection.SecureBootDatabaseCollection",
             databases_properties, exists),
    RESOURCE(DB_PATH, "SecureBootDatabase.v1_0_3.SecureBootDatabase",
             db_properties, db_exists,
             .actions = rf_secure_boot_db_actions),
    RESOURCE(DB_PATH "/Certificates",
             "CertificateCollection.CertificateCollection",
             certificates_properties, db_exists,
             .create = &rf_secure_boot_add_certificate),
    RESOURCE(DB_PATH "/Certificates/{CertificateId}",
             "Certificate.v1_11_0.Certificate", certificate_properties,
             certificate_exists, .remove = &rf_secure_boot_remove),
    RESOURCE(DB_PATH "/Signatures",
             "SignatureCollection.SignatureCollection",
             signatures_properties, db_exists,
             .create = &rf_secure_boot_add_signature),
    RESOURCE(DB_PATH "/Signatures/{SignatureId}",
             "Signature.v1_0_3.Signature", signature_properties,
             signature_exists, .remove = &rf_secure_boot_remove),
    { NULL }
};
