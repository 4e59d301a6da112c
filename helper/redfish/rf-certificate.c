/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What any certificate says (DSP0268 Certificate). */
#include "osdep.h"

#include "redfish/rf-certificate.h"

#include "bmc/certificate.h"
#include "bmc/media-certs.h"
#include "bmc/trust.h"
#include "util/error.h"

/* Of an authority there is one certificate, never a chain. */
static const char *const create_types[] = { "PEM", NULL };

const RfProperty rf_certificate_create[] = {
    RF_CERTIFICATE_STRING,
    { "CertificateType", RF_TYPE_ENUM, .required = true,
      .texts = create_types },
    { NULL }
};

const char *const rf_certificate_types[] = { "PEM", "PEMchain", NULL };

/* The first ones in the order of TlsCertInfo.usage. */
const char *const rf_certificate_usages[] = {
    "DigitalSignature", "NonRepudiation", "KeyEncipherment",
    "DataEncipherment", "KeyAgreement", "KeyCertSign", "CRLSigning",
    "EncipherOnly", "DecipherOnly", "ServerAuthentication",
    "ClientAuthentication", NULL
};

enum { USAGE_SERVER = 9, USAGE_CLIENT = 10 };

const TlsCertInfo *rf_certificate_info(const RfContext *ctx)
{
    if (g_str_has_prefix(ctx->uri, RF_CLIENT_CERTIFICATES_URI)) {
        return bmc_trust_info(ctx->bmc, rf_certificate_number(ctx->ids[0]));
    }
    if (strstr(ctx->uri, "/VirtualMedia/")) {
        return bmc_media_cert_info(ctx->bmc, ctx->ids[1],
                                   rf_certificate_number(ctx->ids[2]));
    }
    return bmc_certificate_info(ctx->bmc);
}

unsigned rf_certificate_number(const char *id)
{
    guint64 number;

    /* No sign, no zero in front: there is one URI for each. */
    if (*id == '0' ||
        !g_ascii_string_to_unsigned(id, 10, 1, UINT_MAX, &number, NULL)) {
        return 0;
    }
    return number;
}

char *rf_certificate_sentence(const GError *err)
{
    char *text = g_strconcat(err->message, ".", NULL);

    text[0] = g_ascii_toupper(text[0]);
    return text;
}

const char *rf_certificate_text(const RfPatch *patch)
{
    return rf_patch_get(patch, NULL, "CertificateString")->text;
}

void rf_certificate_refuse(RfExchange *x, const GError *err)
{
    g_autoptr(RfMessages) messages = rf_messages_new();
    g_autofree char *why = rf_certificate_sentence(err);

    if (g_error_matches(err, BMC_ERROR, BMC_ERROR_LIMIT)) {
        rf_messages_add(messages,
                        RF_MESSAGE_CREATE_LIMIT_REACHED_FOR_RESOURCE, NULL,
                        why, NULL);
    } else if (g_error_matches(err, BMC_ERROR, BMC_ERROR_EXISTS)) {
        rf_messages_add(messages, RF_MESSAGE_RESOURCE_ALREADY_EXISTS,
                        "/CertificateString", why, "Certificate",
                        "CertificateString", "the same", NULL);
    } else if (!g_error_matches(err, BMC_ERROR, BMC_ERROR_INVALID)) {
        rf_messages_add_error(messages, err);
    } else if (x->route.action) {
        rf_messages_add(messages, RF_MESSAGE_ACTION_PARAMETER_VALUE_ERROR,
                        "/CertificateString", why, "CertificateString",
                        x->route.action->name + 1, NULL);
    } else {
        rf_messages_add(messages, RF_MESSAGE_PROPERTY_VALUE_ERROR,
                        "/CertificateString", why, "CertificateString", NULL);
    }
    rf_exchange_fail(x, messages);
}

void rf_certificate_added(RfExchange *x, unsigned id, const GError *err)
{
    g_autofree char *uri = g_strdup_printf("%s/%u", x->context.uri, id);

    if (id) {
        rf_exchange_created_kept(x, uri);
    } else {
        rf_certificate_refuse(x, err);
    }
}

static bool get_text(RfValue *value, const char *text)
{
    value->text = text;
    return text != NULL;
}

bool rf_certificate_get_pem(const RfContext *ctx, RfValue *value)
{
    return get_text(value, rf_certificate_info(ctx)->pem);
}

bool rf_certificate_get_type(const RfContext *ctx, RfValue *value)
{
    value->choice = rf_certificate_info(ctx)->n_certs > 1;
    return true;
}

bool rf_certificate_get_fingerprint(const RfContext *ctx, RfValue *value)
{
    return get_text(value, rf_certificate_info(ctx)->fingerprint);
}

bool rf_certificate_get_serial(const RfContext *ctx, RfValue *value)
{
    return get_text(value, rf_certificate_info(ctx)->serial);
}

bool rf_certificate_get_signature(const RfContext *ctx, RfValue *value)
{
    return get_text(value, rf_certificate_info(ctx)->signature);
}

bool rf_certificate_get_not_before(const RfContext *ctx, RfValue *value)
{
    return rf_value_set_time(value, rf_certificate_info(ctx)->not_before_us);
}

bool rf_certificate_get_not_after(const RfContext *ctx, RfValue *value)
{
    return rf_value_set_time(value, rf_certificate_info(ctx)->not_after_us);
}

static bool has_usage(const TlsCertInfo *info, unsigned i)
{
    return i == USAGE_SERVER ? info->server :
           i == USAGE_CLIENT ? info->client : info->usage & 1u << i;
}

bool rf_certificate_nth_usage(const RfContext *ctx, unsigned n, RfValue *value)
{
    for (value->choice = 0; rf_certificate_usages[value->choice];
         value->choice++) {
        if (has_usage(rf_certificate_info(ctx), value->choice) && n-- == 0) {
            return true;
        }
    }
    return false;
}

#define NAME_GETTER(who, part)                                              \
    static bool get_##who##_##part(const RfContext *ctx, RfValue *value)    \
    {                                                                       \
        return get_text(value, rf_certificate_info(ctx)->who[TLS_NAME_##part]);         \
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

const RfProperty rf_certificate_subject[] = NAME_PROPERTIES(subject);
const RfProperty rf_certificate_issuer[] = NAME_PROPERTIES(issuer);
