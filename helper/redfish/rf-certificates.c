/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The certificate of HTTPS (DSP0268 CertificateService, Certificate). There
 * is one, and it can only be replaced: a service without any could not be
 * reached.
 */
#include "osdep.h"

#include "redfish/rf-service.h"

#include "bmc/certificate.h"
#include "util/error.h"

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

static const char *const certificate_types[] = { "PEM", "PEMchain", NULL };
static const char *const usage_types[] = { "Web", NULL };

/* The first ones in the order of TlsCertInfo.usage. */
static const char *const key_usages[] = {
    "DigitalSignature", "NonRepudiation", "KeyEncipherment",
    "DataEncipherment", "KeyAgreement", "KeyCertSign", "CRLSigning",
    "EncipherOnly", "DecipherOnly", "ServerAuthentication",
    "ClientAuthentication", NULL
};

enum { USAGE_SERVER = 9, USAGE_CLIENT = 10 };

static const TlsCertInfo *info_of(const RfContext *ctx)
{
    return bmc_certificate_info(ctx->bmc);
}

static bool exists_collection(const RfContext *ctx)
{
    return rf_exists_one(ctx) && info_of(ctx);
}

static bool exists_certificate(const RfContext *ctx)
{
    return exists_collection(ctx) && g_str_equal(ctx->ids[1], "1");
}

static bool nth_certificate(const RfContext *ctx, unsigned n,
                            char uri[RF_URI_MAX])
{
    g_strlcpy(uri, CERTIFICATE, RF_URI_MAX);
    return n == 0 && info_of(ctx);
}

static bool get_text(RfValue *value, const char *text)
{
    value->text = text;
    return text != NULL;
}

static bool get_pem(const RfContext *ctx, RfValue *value)
{
    return get_text(value, info_of(ctx)->pem);
}

static bool get_type(const RfContext *ctx, RfValue *value)
{
    value->choice = info_of(ctx)->n_certs > 1;
    return true;
}

static bool get_fingerprint(const RfContext *ctx, RfValue *value)
{
    return get_text(value, info_of(ctx)->fingerprint);
}

static bool get_serial(const RfContext *ctx, RfValue *value)
{
    return get_text(value, info_of(ctx)->serial);
}

static bool get_signature(const RfContext *ctx, RfValue *value)
{
    return get_text(value, info_of(ctx)->signature);
}

static bool get_not_before(const RfContext *ctx, RfValue *value)
{
    return rf_value_set_time(value, info_of(ctx)->not_before_us);
}

static bool get_not_after(const RfContext *ctx, RfValue *value)
{
    return rf_value_set_time(value, info_of(ctx)->not_after_us);
}

static bool has_usage(const TlsCertInfo *info, unsigned i)
{
    return i == USAGE_SERVER ? info->server :
           i == USAGE_CLIENT ? info->client : info->usage & 1u << i;
}

static bool nth_usage(const RfContext *ctx, unsigned n, RfValue *value)
{
    for (value->choice = 0; key_usages[value->choice]; value->choice++) {
        if (has_usage(info_of(ctx), value->choice) && n-- == 0) {
            return true;
        }
    }
    return false;
}

static bool nth_usage_type(const RfContext *ctx, unsigned n, RfValue *value)
{
    value->choice = n;
    return n == 0;
}

#define NAME_GETTER(who, part)                                              \
    static bool get_##who##_##part(const RfContext *ctx, RfValue *value)    \
    {                                                                       \
        return get_text(value, info_of(ctx)->who[TLS_NAME_##part]);         \
    }
#define NAME_GETTERS(who)                                                   \
    NAME_GETTER(who, COMMON)                                                \
    NAME_GETTER(who, ORGANIZATION)                                          \
    NAME_GETTER(who, UNIT)                                                  \
    NAME_GETTER(who, CITY)                                                  \
    NAME_GETTER(who, STATE)                                                 \
    NAME_GETTER(who, COUNTRY)                                               \
    NAME_GETTER(who, EMAIL)
#define NAME_PROPERTIES(who)                                                \
    {                                                                       \
        { "CommonName", RF_TYPE_STRING, .get = get_##who##_COMMON },        \
        { "Organization", RF_TYPE_STRING, .get = get_##who##_ORGANIZATION },\
        { "OrganizationalUnit", RF_TYPE_STRING, .get = get_##who##_UNIT },  \
        { "City", RF_TYPE_STRING, .get = get_##who##_CITY },                \
        { "State", RF_TYPE_STRING, .get = get_##who##_STATE },              \
        { "Country", RF_TYPE_STRING, .get = get_##who##_COUNTRY },          \
        { "Email", RF_TYPE_STRING, .get = get_##who##_EMAIL },              \
        { NULL }                                                            \
    }

NAME_GETTERS(subject)
NAME_GETTERS(issuer)

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

static char *sentence(const GError *err)
{
    char *text = g_strconcat(err->message, ".", NULL);

    text[0] = g_ascii_toupper(text[0]);
    return text;
}

/* Returns whether it has succeeded; if not, that is answered. */
static bool is_replaced(RfExchange *x, GAsyncResult *res)
{
    g_autoptr(RfMessages) messages = NULL;
    g_autoptr(GError) err = NULL;
    g_autofree char *why = NULL;

    if (bmc_certificate_replace_finish(res, &err)) {
        return !g_cancellable_is_cancelled(x->cancellable);
    }
    if (g_cancellable_is_cancelled(x->cancellable)) {
        return false;
    }
    messages = rf_messages_new();
    if (!g_error_matches(err, BMC_ERROR, BMC_ERROR_INVALID)) {
        rf_messages_add_error(messages, err);
        rf_exchange_fail(x, messages);
        return false;
    }
    why = sentence(err);
    if (x->route.action) {
        refuse_parameter(x, "CertificateString",
                         "CertificateService.ReplaceCertificate", why);
        return false;
    }
    rf_messages_add(messages, RF_MESSAGE_PROPERTY_VALUE_ERROR,
                    "/CertificateString", why, "CertificateString", NULL);
    rf_exchange_fail(x, messages);
    return false;
}

static void replaced(GObject *source, GAsyncResult *res, void *opaque)
{
    g_autoptr(RfExchange) x = opaque;

    if (!is_replaced(x, res)) {
        return;
    }
    if (x->route.action) {
        rf_exchange_complete(x, NULL);
    } else {
        rf_exchange_created(x, CERTIFICATE, NULL, NULL);
    }
}

static void start_replace(RfExchange *x, const RfPatch *patch)
{
    const RfValue *uri = rf_patch_get(patch, NULL, "CertificateUri");
    const RfValue *text = rf_patch_get(patch, NULL, "CertificateString");

    if (uri && !is_link(uri, CERTIFICATE)) {
        refuse_parameter(x, "CertificateUri",
                         "CertificateService.ReplaceCertificate",
                         "The certificate that can be replaced is "
                         CERTIFICATE ".");
        return;
    }
    bmc_certificate_replace_async(x->context.bmc, text->text, &x->origin,
                                  x->cancellable, replaced,
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

    if (g_cancellable_is_cancelled(x->cancellable)) {
        return;
    }
    if (!csr) {
        rf_exchange_complete(x, err);
        return;
    }
    body = json_object_new();
    link = json_object_new();
    json_object_set_string_member(link, "@odata.id", CERTIFICATES);
    json_object_set_object_member(body, "CertificateCollection", link);
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

static const RfProperty replace_parameters[] = {
    { "CertificateString", RF_TYPE_STRING, .required = true, .secret = true,
      .min = 1, .max = TLS_PEM_MAX },
    { "CertificateType", RF_TYPE_ENUM, .required = true,
      .texts = certificate_types, .allowed = rf_allow_any },
    { "CertificateUri", RF_TYPE_JSON, .required = true },
    { NULL }
};

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
    { "KeyPairAlgorithm", RF_TYPE_ENUM, .texts = algorithms,
      .allowed = rf_allow_any },
    { "KeyCurveId", RF_TYPE_ENUM, .texts = curves, .allowed = rf_allow_any },
    { "KeyBitLength", RF_TYPE_INTEGER, .min = 256, .max = 4096 },
    { NULL }
};

static bool is_replaceable(const RfContext *ctx)
{
    return info_of(ctx) && !bmc_certificate_is_fixed(ctx->bmc);
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

static const RfProperty service_properties[] = {
    { "Id", RF_TYPE_STRING, .text = "CertificateService" },
    { "Name", RF_TYPE_STRING, .text = "Certificate Service" },
    { "CertificateLocations", RF_TYPE_LINK, .text = LOCATIONS },
    { NULL }
};

static const RfProperty location_links[] = {
    { "Certificates", RF_TYPE_LINKS, .nth = nth_certificate },
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

static const RfProperty subject_properties[] = NAME_PROPERTIES(subject);
static const RfProperty issuer_properties[] = NAME_PROPERTIES(issuer);

static const RfProperty certificate_properties[] = {
    { "Id", RF_TYPE_STRING, .get = rf_get_id },
    { "Name", RF_TYPE_STRING, .text = "HTTPS Certificate" },
    { "CertificateString", RF_TYPE_STRING, .get = get_pem },
    { "CertificateType", RF_TYPE_ENUM, .texts = certificate_types,
      .get = get_type },
    { "CertificateUsageTypes", RF_TYPE_STRINGS, .texts = usage_types,
      .item = nth_usage_type },
    { "Subject", RF_TYPE_OBJECT, .members = subject_properties },
    { "Issuer", RF_TYPE_OBJECT, .members = issuer_properties },
    { "ValidNotBefore", RF_TYPE_STRING, .get = get_not_before },
    { "ValidNotAfter", RF_TYPE_STRING, .get = get_not_after },
    { "KeyUsage", RF_TYPE_STRINGS, .texts = key_usages, .item = nth_usage },
    { "SerialNumber", RF_TYPE_STRING, .get = get_serial },
    { "Fingerprint", RF_TYPE_STRING, .get = get_fingerprint },
    { "FingerprintHashAlgorithm", RF_TYPE_STRING,
      .text = "TPM_ALG_SHA256" },
    { "SignatureAlgorithm", RF_TYPE_STRING, .get = get_signature },
    { NULL }
};

static const RfProperty create_properties[] = {
    { "CertificateString", RF_TYPE_STRING, .required = true, .secret = true,
      .min = 1, .max = TLS_PEM_MAX },
    { "CertificateType", RF_TYPE_ENUM, .required = true,
      .texts = certificate_types },
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
      .depends = DEPENDS },
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
      .read = RF_PRIVILEGE_LOGIN,
      .depends = DEPENDS,
      .exists = exists_certificate },
    { NULL }
};
