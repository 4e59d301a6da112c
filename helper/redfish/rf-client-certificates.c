/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Authorities whose certificates let TLS clients in (DSP0268 AccountService,
 * ClientCertificate).
 */
#include "osdep.h"

#include "redfish/rf-certificate.h"

#include "bmc/certificate.h"
#include "bmc/trust.h"
#include "util/error.h"

#define CERTIFICATES RF_CLIENT_CERTIFICATES_URI
#define DEPENDS (1 << BMC_PART_TRUST | 1 << BMC_PART_CERTIFICATE)

static const char *const mappings[] = {
    [TLS_TRUST_COMMON_NAME] = "CommonName",
    [TLS_TRUST_PRINCIPAL] = "UserPrincipalName",
    NULL
};

/* Without TLS there are no certificates of clients. */
static bool exists_collection(const RfContext *ctx)
{
    return bmc_certificate_tls(ctx->bmc);
}

static bool exists_certificate(const RfContext *ctx)
{
    return exists_collection(ctx) &&
           bmc_trust_info(ctx->bmc, rf_certificate_number(ctx->ids[0]));
}

static bool nth_certificate(const RfContext *ctx, unsigned n,
                            char uri[RF_URI_MAX])
{
    unsigned id = bmc_trust_nth(ctx->bmc, n);

    g_snprintf(uri, RF_URI_MAX, CERTIFICATES "/%u", id);
    return id;
}

static bool has_tls(const RfContext *ctx, RfValue *value)
{
    return exists_collection(ctx);
}

static bool get_enabled(const RfContext *ctx, RfValue *value)
{
    value->boolean = bmc_trust_config(ctx->bmc)->enabled;
    return true;
}

static bool get_responds(const RfContext *ctx, RfValue *value)
{
    value->boolean = !bmc_trust_config(ctx->bmc)->required;
    return true;
}

static bool get_mapping(const RfContext *ctx, RfValue *value)
{
    value->choice = bmc_trust_config(ctx->bmc)->name;
    return true;
}

static void check_config(const RfContext *ctx, const RfPatch *patch,
                         RfMessages *messages);
static void start_config(RfExchange *x, const RfPatch *patch);

static const RfSetter set_config = {
    .check = check_config,
    .start = start_config,
};

static BmcTrustConfig read_config(const RfContext *ctx, const RfPatch *patch)
{
    const RfValue *enabled = rf_patch_get(patch, &set_config, "Enabled");
    const RfValue *responds = rf_patch_get(
        patch, &set_config, "RespondToUnauthenticatedClients");
    const RfValue *mapping = rf_patch_get(patch, &set_config,
                                          "CertificateMappingAttribute");
    BmcTrustConfig config = *bmc_trust_config(ctx->bmc);

    if (enabled) {
        config.enabled = enabled->boolean;
    }
    if (responds) {
        config.required = !responds->boolean;
    }
    if (mapping) {
        config.name = mapping->choice;
    }
    return config;
}

/* Nobody could have a certificate: that would shut everybody out. */
static void check_config(const RfContext *ctx, const RfPatch *patch,
                         RfMessages *messages)
{
    BmcTrustConfig config = read_config(ctx, patch);

    if (config.required && config.enabled && !bmc_trust_nth(ctx->bmc, 0)) {
        rf_messages_add(messages, RF_MESSAGE_PROPERTY_VALUE_RESOURCE_CONFLICT,
                        "/MultiFactorAuth/ClientCertificate"
                        "/RespondToUnauthenticatedClients",
                        "No authority is trusted yet, so that nobody could "
                        "get an answer any more.",
                        "RespondToUnauthenticatedClients", "false",
                        CERTIFICATES, NULL);
    }
}

static void start_config(RfExchange *x, const RfPatch *patch)
{
    BmcTrustConfig config = read_config(&x->context, patch);

    bmc_trust_configure(x->context.bmc, &config, &x->origin);
    rf_exchange_complete_kept(x);
}

static void start_add(RfExchange *x, const RfPatch *patch)
{
    g_autoptr(GError) err = NULL;
    unsigned id = bmc_trust_add(x->context.bmc, rf_certificate_text(patch),
                                &x->origin, &err);

    rf_certificate_added(x, id, err);
}

static void start_remove(RfExchange *x)
{
    g_autoptr(RfMessages) messages = NULL;
    g_autoptr(GError) err = NULL;
    g_autofree char *why = NULL;

    if (bmc_trust_remove(x->context.bmc,
                         rf_certificate_number(x->context.ids[0]),
                         &x->origin, &err)) {
        rf_exchange_complete_kept(x);
    } else if (g_error_matches(err, BMC_ERROR, BMC_ERROR_STATE)) {
        messages = rf_messages_new();
        why = rf_certificate_sentence(err);
        rf_messages_add(messages, RF_MESSAGE_RESOURCE_CANNOT_BE_DELETED, NULL,
                        why, NULL);
        rf_exchange_fail(x, messages);
    } else {
        rf_exchange_complete(x, err);
    }
}

static const RfProperty client_properties[] = {
    { "Enabled", RF_TYPE_BOOL, .get = get_enabled, .setter = &set_config },
    { "RespondToUnauthenticatedClients", RF_TYPE_BOOL, .get = get_responds,
      .setter = &set_config },
    { "CertificateMappingAttribute", RF_TYPE_ENUM, .texts = mappings,
      .get = get_mapping, .allowed = rf_allow_any, .setter = &set_config },
    { "Certificates", RF_TYPE_LINK, .text = CERTIFICATES },
    { NULL }
};

const RfProperty rf_multi_factor_properties[] = {
    { "ClientCertificate", RF_TYPE_OBJECT, .get = has_tls,
      .members = client_properties },
    { NULL }
};

static const RfProperty collection_properties[] = {
    { "Name", RF_TYPE_STRING, .text = "Client CA Certificates Collection" },
    { "Members", RF_TYPE_LINKS, .nth = nth_certificate },
    { NULL }
};

static const RfProperty certificate_properties[] = {
    { "Name", RF_TYPE_STRING, .text = "Client CA Certificate" },
    RF_CERTIFICATE_PROPERTIES,
    { NULL }
};

static const RfCreate add = {
    .properties = rf_certificate_create,
    .privilege = RF_PRIVILEGE_CONFIGURE_MANAGER,
    .start = start_add,
};

static const RfDelete remove_certificate = {
    .privilege = RF_PRIVILEGE_CONFIGURE_MANAGER,
    .start = start_remove,
};

const RfResource rf_client_certificates_resources[] = {
    { .path = CERTIFICATES,
      .type = "CertificateCollection.CertificateCollection",
      .properties = collection_properties,
      .read = RF_PRIVILEGE_LOGIN,
      .depends = DEPENDS,
      .exists = exists_collection,
      .create = &add },
    { .path = CERTIFICATES "/{CertificateId}",
      .type = "Certificate.v1_11_0.Certificate",
      .properties = certificate_properties,
      .read = RF_PRIVILEGE_LOGIN,
      .depends = DEPENDS,
      .exists = exists_certificate,
      .remove = &remove_certificate },
    { NULL }
};
