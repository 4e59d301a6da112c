/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The certificate of HTTPS (DSP0268 CertificateService, Certificate). There
 * is one, and it can only be replaced: a service without any could not be
 * reached.
 */
#include "osdep.h"

#include "redfish/rf-certificate.h"
#include "redfish/rf-service.h"

#include "bmc/certificate.h"
#include "bmc/media-certs.h"
#include "bmc/media.h"
#include "bmc/trust.h"

#define SERVICE "/redfish/v1/CertificateService"
#define LOCATIONS SERVICE "/CertificateLocations"
#define CERTIFICATES RF_HTTPS_CERTIFICATES_URI
#define CERTIFICATE CERTIFICATES "/1"
#define MANAGER_CERTIFICATES \
    "/redfish/v1/Managers/{ManagerId}/NetworkProtocol/HTTPS/Certificates"

#define DEPENDS (1 << BMC_PART_CERTIFICATE)
/* As RFC 5280 appendix A bounds the parts of names. */
#define COMMON_MAX 64
#define NAME_MAX_LEN 128
#define COUNTRY_LEN 2
#define ALTERNATIVES_MAX 16
#define ALTERNATIVE_MAX 253

static const char *const usage_types[] = { "Web", NULL };

static bool exists_collection(const RfContext *ctx)
{
    return rf_exists_one(ctx) && bmc_certificate_info(ctx->bmc);
}

static bool exists_certificate(const RfContext *ctx)
{
    return exists_collection(ctx) && g_str_equal(ctx->ids[1], "1");
}

static bool nth_certificate(const RfContext *ctx, unsigned n,
                            char uri[RF_URI_MAX])
{
    g_strlcpy(uri, CERTIFICATE, RF_URI_MAX);
    return n == 0 && bmc_certificate_info(ctx->bmc);
}

static bool nth_usage_type(const RfContext *ctx, unsigned n, RfValue *value)
{
    value->choice = n;
    return n == 0;
}

/* Whether a parameter is the reference that it must be. */
static bool is_link(const RfValue *value, const char *uri)
{
    JsonObject *object;
    const char *text;

    if (!JSON_NODE_HOLDS_OBJECT(value->node)) {
        return false;
    }
    object = json_node_get_object(value->node);
    if (!json_object_has_member(object, "@odata.id") ||
        !JSON_NODE_HOLDS_VALUE(json_object_get_member(object,
                                                      "@odata.id"))) {
        return false;
    }
    text = json_object_get_string_member(object, "@odata.id");
    return text && g_str_equal(text, uri);
}

static void refuse_parameter(RfExchange *x, const char *name,
                             const char *action, const char *why)
{
    g_autoptr(RfMessages) messages = rf_messages_new();
    g_autofree char *pointer = g_strconcat("/", name, NULL);

    rf_messages_add(messages, RF_MESSAGE_ACTION_PARAMETER_VALUE_ERROR,
                    pointer, why, name, action, NULL);
    rf_exchange_fail(x, messages);
}

static void replaced(GObject *source, GAsyncResult *res, void *opaque)
{
    g_autoptr(RfExchange) x = opaque;
    g_autoptr(GError) err = NULL;

    bmc_certificate_replace_finish(res, &err);
    if (g_cancellable_is_cancelled(x->cancellable)) {
        return;
    }
    if (err) {
        rf_certificate_refuse(x, err);
    } else if (x->route.action) {
        rf_exchange_complete(x, NULL);
    } else {
        rf_exchange_created(x, CERTIFICATE, NULL, NULL);
    }
}

static void start_replace(RfExchange *x, const RfPatch *patch)
{
    const RfValue *uri = rf_patch_get(patch, NULL, "CertificateUri");

    if (uri && !is_link(uri, CERTIFICATE)) {
        refuse_parameter(x, "CertificateUri",
                         "CertificateService.ReplaceCertificate",
                         "The certificate that can be replaced is "
                         CERTIFICATE ".");
        return;
    }
    bmc_certificate_replace_async(x->context.bmc, rf_certificate_text(patch),
                                  &x->origin, x->cancellable, replaced,
                                  rf_exchange_ref(x));
}

/* Parameters of GenerateCSR that are parts of the name. */
static const char *const name_parameters[TLS_NAME__MAX] = {
    [TLS_NAME_COMMON] = "CommonName",
    [TLS_NAME_ORGANIZATION] = "Organization",
    [TLS_NAME_UNIT] = "OrganizationalUnit",
    [TLS_NAME_CITY] = "City",
    [TLS_NAME_STATE] = "State",
    [TLS_NAME_COUNTRY] = "Country",
    [TLS_NAME_EMAIL] = "Email",
};

static const char *const algorithms[] = {
    "TPM_ALG_ECDSA", "TPM_ALG_RSA", NULL
};
static const char *const curves[] = {
    "TPM_ECC_NIST_P256", "TPM_ECC_NIST_P384", NULL
};

/* Returns the name of the parameter that does not fit, or NULL. */
static const char *read_key_type(const RfPatch *patch, TlsKeyType *type)
{
    const RfValue *algorithm = rf_patch_get(patch, NULL, "KeyPairAlgorithm");
    const RfValue *curve = rf_patch_get(patch, NULL, "KeyCurveId");
    const RfValue *bits = rf_patch_get(patch, NULL, "KeyBitLength");
    bool rsa = algorithm && algorithm->choice == 1;

    *type = TLS_KEY_P256;
    if (!rsa) {
        if (curve && curve->choice == 1) {
            *type = TLS_KEY_P384;
        }
        return bits && bits->integer != (*type == TLS_KEY_P384 ? 384 : 256)
               ? "KeyBitLength" : NULL;
    }
    if (curve) {
        return "KeyCurveId";
    }
    switch (bits ? bits->integer : 3072) {
    case 2048:
        *type = TLS_KEY_RSA_2048;
        break;
    case 3072:
        *type = TLS_KEY_RSA_3072;
        break;
    case 4096:
        *type = TLS_KEY_RSA_4096;
        break;
    default:
        return "KeyBitLength";
    }
    return NULL;
}

/* A DNS name or a numeric address. */
static bool is_alternative(const char *name)
{
    size_t len = strlen(name);

    return g_hostname_is_ip_address(name) ||
           (len >= 1 && len <= ALTERNATIVE_MAX &&
            strspn(name, "abcdefghijklmnopqrstuvwxyz"
                         "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._*") == len);
}

static bool read_alternatives(const RfPatch *patch, TlsCsr *csr)
{
    const RfValue *value = rf_patch_get(patch, NULL, "AlternativeNames");
    JsonArray *array;
    unsigned n, i;

    if (!value) {
        return true;
    }
    array = json_node_get_array(value->node);
    n = json_array_get_length(array);
    if (n > ALTERNATIVES_MAX) {
        return false;
    }
    csr->alternative = g_new0(char *, n + 1);
    for (i = 0; i < n; i++) {
        csr->alternative[i] = g_strdup(json_array_get_string_element(array,
                                                                     i));
        if (!is_alternative(csr->alternative[i])) {
            return false;
        }
    }
    return true;
}

static void requested(GObject *source, GAsyncResult *res, void *opaque)
{
    g_autoptr(RfExchange) x = opaque;
    g_autoptr(GError) err = NULL;
    g_autofree char *csr = bmc_certificate_request_finish(res, &err);
    g_autoptr(JsonObject) body = NULL;
    JsonObject *link;
    bool of_one;

    if (g_cancellable_is_cancelled(x->cancellable)) {
        return;
    }
    if (!csr) {
        rf_exchange_complete(x, err);
        return;
    }
    of_one = g_str_has_prefix(x->route.action->name, "#Certificate.");
    body = json_object_new();
    link = json_object_new();
    json_object_set_string_member(link, "@odata.id",
                                  of_one ? CERTIFICATE : CERTIFICATES);
    json_object_set_object_member(
        body, of_one ? "Certificate" : "CertificateCollection", link);
    json_object_set_string_member(body, "CSRString", csr);
    rf_exchange_respond(x, 200, body);
}

static void start_request(RfExchange *x, const RfPatch *patch)
{
    static const char action[] = "CertificateService.GenerateCSR";
    TlsCsr *csr = g_new0(TlsCsr, 1);
    const char *bad = read_key_type(patch, &csr->key);
    unsigned i;

    for (i = 0; i < TLS_NAME__MAX; i++) {
        const RfValue *value = rf_patch_get(patch, NULL, name_parameters[i]);

        csr->subject[i] = value ? g_strdup(value->text) : NULL;
    }
    if (!bad && !read_alternatives(patch, csr)) {
        bad = "AlternativeNames";
    }
    if (!is_link(rf_patch_get(patch, NULL, "CertificateCollection"),
                 CERTIFICATES)) {
        bad = "CertificateCollection";
    }
    if (bad) {
        refuse_parameter(x, bad, action, NULL);
    } else {
        bmc_certificate_request_async(x->context.bmc, csr, &x->origin,
                                      x->cancellable, requested,
                                      rf_exchange_ref(x));
    }
    tls_csr_free(csr);
}

static void start_renew(RfExchange *x, const RfPatch *patch)
{
    bmc_certificate_renew_async(x->context.bmc, NULL, &x->origin,
                                x->cancellable, requested,
                                rf_exchange_ref(x));
}

static void start_rekey(RfExchange *x, const RfPatch *patch)
{
    TlsKeyType type;
    const char *bad = read_key_type(patch, &type);

    if (bad) {
        refuse_parameter(x, bad, "Certificate.Rekey", NULL);
    } else {
        bmc_certificate_renew_async(x->context.bmc, &type, &x->origin,
                                    x->cancellable, requested,
                                    rf_exchange_ref(x));
    }
}

static const RfProperty replace_parameters[] = {
    RF_CERTIFICATE_STRING,
    { "CertificateType", RF_TYPE_ENUM, .required = true,
      .texts = rf_certificate_types, .allowed = rf_allow_any },
    { "CertificateUri", RF_TYPE_JSON, .required = true },
    { NULL }
};

#define KEY_PARAMETERS                                                      \
    { "KeyPairAlgorithm", RF_TYPE_ENUM, .texts = algorithms,                \
      .allowed = rf_allow_any },                                            \
    { "KeyCurveId", RF_TYPE_ENUM, .texts = curves,                          \
      .allowed = rf_allow_any },                                            \
    { "KeyBitLength", RF_TYPE_INTEGER, .min = 256, .max = 4096 }

static const RfProperty csr_parameters[] = {
    { "CertificateCollection", RF_TYPE_JSON, .required = true },
    { "CommonName", RF_TYPE_STRING, .required = true, .min = 1,
      .max = COMMON_MAX },
    { "Organization", RF_TYPE_STRING, .min = 1, .max = COMMON_MAX },
    { "OrganizationalUnit", RF_TYPE_STRING, .min = 1, .max = COMMON_MAX },
    { "City", RF_TYPE_STRING, .min = 1, .max = NAME_MAX_LEN },
    { "State", RF_TYPE_STRING, .min = 1, .max = NAME_MAX_LEN },
    { "Country", RF_TYPE_STRING, .min = COUNTRY_LEN, .max = COUNTRY_LEN + 1 },
    { "Email", RF_TYPE_STRING, .min = 1, .max = NAME_MAX_LEN },
    { "AlternativeNames", RF_TYPE_STRINGS },
    KEY_PARAMETERS,
    { NULL }
};

static const RfProperty rekey_parameters[] = {
    KEY_PARAMETERS,
    { NULL }
};

static const RfProperty no_parameters[] = { { NULL } };

static bool is_replaceable(const RfContext *ctx)
{
    return bmc_certificate_info(ctx->bmc) &&
           !bmc_certificate_is_fixed(ctx->bmc);
}

static const RfAction service_actions[] = {
    { "#CertificateService.GenerateCSR", csr_parameters,
      RF_PRIVILEGE_CONFIGURE_MANAGER, start_request,
      .exists = is_replaceable },
    { "#CertificateService.ReplaceCertificate", replace_parameters,
      RF_PRIVILEGE_CONFIGURE_MANAGER, start_replace,
      .exists = is_replaceable },
    { NULL }
};

static const RfAction certificate_actions[] = {
    { "#Certificate.Rekey", rekey_parameters, RF_PRIVILEGE_CONFIGURE_MANAGER,
      start_rekey, .exists = is_replaceable },
    { "#Certificate.Renew", no_parameters, RF_PRIVILEGE_CONFIGURE_MANAGER,
      start_renew, .exists = is_replaceable },
    { NULL }
};

static const RfProperty service_properties[] = {
    { "Id", RF_TYPE_STRING, .text = "CertificateService" },
    { "Name", RF_TYPE_STRING, .text = "Certificate Service" },
    { "CertificateLocations", RF_TYPE_LINK, .text = LOCATIONS },
    { NULL }
};

/* The authorities of clients, as long as there is TLS. */
static unsigned nth_client_authority(const RfContext *ctx, unsigned n)
{
    return bmc_certificate_tls(ctx->bmc) ? bmc_trust_nth(ctx->bmc, n) : 0;
}

/* The authorities of image servers, slot by slot. */
static bool nth_media_authority(const RfContext *ctx, unsigned n,
                                char uri[RF_URI_MAX])
{
    const BmcMediaSlot *slot;

    for (unsigned i = 0; (slot = bmc_media_get(ctx->bmc, i)); i++) {
        unsigned id;

        for (unsigned j = 0;
             (id = bmc_media_cert_nth(ctx->bmc, slot->id, j)); j++) {
            if (n-- == 0) {
                g_snprintf(uri, RF_URI_MAX, "/redfish/v1/Systems/1/"
                           "VirtualMedia/%s/Certificates/%u", slot->id, id);
                return true;
            }
        }
    }
    return false;
}

/* All that are installed: ours, and whom we trust. */
static bool nth_location(const RfContext *ctx, unsigned n,
                         char uri[RF_URI_MAX])
{
    unsigned id;

    if (bmc_certificate_info(ctx->bmc) && n-- == 0) {
        return nth_certificate(ctx, 0, uri);
    }
    for (unsigned i = 0; (id = nth_client_authority(ctx, i)); i++) {
        if (n-- == 0) {
            g_snprintf(uri, RF_URI_MAX, RF_CLIENT_CERTIFICATES_URI "/%u",
                       id);
            return true;
        }
    }
    return nth_media_authority(ctx, n, uri);
}

static const RfProperty location_links[] = {
    { "Certificates", RF_TYPE_LINKS, .nth = nth_location },
    { NULL }
};

static const RfProperty locations_properties[] = {
    { "Id", RF_TYPE_STRING, .text = "CertificateLocations" },
    { "Name", RF_TYPE_STRING, .text = "Certificate Locations" },
    { "Links", RF_TYPE_OBJECT, .members = location_links },
    { NULL }
};

static const RfProperty collection_properties[] = {
    { "Name", RF_TYPE_STRING, .text = "Certificates Collection" },
    { "Members", RF_TYPE_LINKS, .nth = nth_certificate },
    { NULL }
};

static const RfProperty certificate_properties[] = {
    { "Name", RF_TYPE_STRING, .text = "HTTPS Certificate" },
    { "CertificateUsageTypes", RF_TYPE_STRINGS, .texts = usage_types,
      .item = nth_usage_type },
    RF_CERTIFICATE_PROPERTIES,
    { NULL }
};

static const RfProperty create_properties[] = {
    RF_CERTIFICATE_STRING,
    { "CertificateType", RF_TYPE_ENUM, .required = true,
      .texts = rf_certificate_types },
    { NULL }
};

/* The one that is there makes room. */
static const RfCreate create = {
    .properties = create_properties,
    .privilege = RF_PRIVILEGE_CONFIGURE_MANAGER,
    .start = start_replace,
};

const RfResource rf_certificates_resources[] = {
    { .path = SERVICE,
      .type = "CertificateService.v1_2_1.CertificateService",
      .properties = service_properties,
      .actions = service_actions,
      .read = RF_PRIVILEGE_LOGIN,
      .depends = DEPENDS },
    { .path = LOCATIONS,
      .type = "CertificateLocations.v1_0_4.CertificateLocations",
      .properties = locations_properties,
      .read = RF_PRIVILEGE_LOGIN,
      .depends = DEPENDS | 1 << BMC_PART_TRUST | 1 << BMC_PART_MEDIA },
    { .path = MANAGER_CERTIFICATES,
      .type = "CertificateCollection.CertificateCollection",
      .properties = collection_properties,
      .read = RF_PRIVILEGE_LOGIN,
      .depends = DEPENDS,
      .exists = exists_collection,
      .create = &create },
    { .path = MANAGER_CERTIFICATES "/{CertificateId}",
      .type = "Certificate.v1_11_0.Certificate",
      .properties = certificate_properties,
      .actions = certificate_actions,
      .read = RF_PRIVILEGE_LOGIN,
      .depends = DEPENDS,
      .exists = exists_certificate },
    { NULL }
};
