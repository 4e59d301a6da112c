/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What any certificate says (DSP0268 Certificate), for its resources. */
#ifndef QEMU_BMC_REDFISH_RF_CERTIFICATE_H
#define QEMU_BMC_REDFISH_RF_CERTIFICATE_H

#include "redfish/rf-exchange.h"
#include "redfish/rf-resource.h"
#include "util/tls-cert.h"

#define RF_CLIENT_CERTIFICATES_URI \
    "/redfish/v1/AccountService/MultiFactorAuth/ClientCertificate" \
    "/Certificates"

extern const char *const rf_certificate_types[];
extern const char *const rf_certificate_usages[];
extern const RfProperty rf_certificate_subject[];
extern const RfProperty rf_certificate_issuer[];

/* Body of a POST that brings one certificate of an authority. */
extern const RfProperty rf_certificate_create[];

/* AccountService.MultiFactorAuth; see rf-client-certificates.c. */
extern const RfProperty rf_multi_factor_properties[];

/* A text with a certificate; a row of a table. */
#define RF_CERTIFICATE_STRING                                               \
    { "CertificateString", RF_TYPE_STRING, .required = true,                \
      .secret = true, .min = 1, .max = TLS_PEM_MAX }

/* All but Name and what it is for; a row of a table. */
#define RF_CERTIFICATE_PROPERTIES                                           \
    { "Id", RF_TYPE_STRING, .get = rf_get_id },                             \
    { "CertificateString", RF_TYPE_STRING,                                  \
      .get = rf_certificate_get_pem },                                      \
    { "CertificateType", RF_TYPE_ENUM, .texts = rf_certificate_types,       \
      .get = rf_certificate_get_type },                                     \
    { "Subject", RF_TYPE_OBJECT, .members = rf_certificate_subject },       \
    { "Issuer", RF_TYPE_OBJECT, .members = rf_certificate_issuer },         \
    { "ValidNotBefore", RF_TYPE_STRING,                                     \
      .get = rf_certificate_get_not_before },                               \
    { "ValidNotAfter", RF_TYPE_STRING,                                      \
      .get = rf_certificate_get_not_after },                                \
    { "KeyUsage", RF_TYPE_STRINGS, .texts = rf_certificate_usages,          \
      .item = rf_certificate_nth_usage },                                   \
    { "SerialNumber", RF_TYPE_STRING, .get = rf_certificate_get_serial },   \
    { "Fingerprint", RF_TYPE_STRING,                                        \
      .get = rf_certificate_get_fingerprint },                              \
    { "FingerprintHashAlgorithm", RF_TYPE_STRING,                           \
      .text = "TPM_ALG_SHA256" },                                           \
    { "SignatureAlgorithm", RF_TYPE_STRING,                                 \
      .get = rf_certificate_get_signature }

/**
 * rf_certificate_info: which certificate a resource shows.
 *
 * @ctx: the resource
 *
 * Returns: (transfer none): what it says, or NULL
 */
const TlsCertInfo *rf_certificate_info(const RfContext *ctx);

/**
 * rf_certificate_number: read the id of one of several certificates.
 *
 * @id: as it stands in the URI
 *
 * Returns: the number, or 0
 */
unsigned rf_certificate_number(const char *id);

/**
 * rf_certificate_sentence: make a sentence of what is wrong with one.
 *
 * @err: what is wrong
 *
 * Returns: (transfer full): the sentence
 */
char *rf_certificate_sentence(const GError *err);

/**
 * rf_certificate_text: the certificate that a POST brings.
 *
 * @patch: its body, with %RF_CERTIFICATE_STRING
 *
 * Returns: (transfer none): the text
 */
const char *rf_certificate_text(const RfPatch *patch);

/**
 * rf_certificate_refuse: answer that a certificate cannot be had: as a
 * parameter of the action, if it is one, or else as a property.
 *
 * @x: the exchange
 * @err: why not
 */
void rf_certificate_refuse(RfExchange *x, const GError *err);

/**
 * rf_certificate_added: answer a POST to a collection, once the new member is
 * kept.
 *
 * @x: the exchange
 * @id: the member's number, or 0 if there is none
 * @err: why there is none
 */
void rf_certificate_added(RfExchange *x, unsigned id, const GError *err);

/**
 * rf_certificate_get_pem: RfProperty.get; so the next ones.
 *
 * @ctx: the resource
 * @value: set
 *
 * Returns: whether it has that
 */
bool rf_certificate_get_pem(const RfContext *ctx, RfValue *value);

/**
 * rf_certificate_get_type: see rf_certificate_get_pem().
 *
 * @ctx: the resource
 * @value: set
 *
 * Returns: whether it has that
 */
bool rf_certificate_get_type(const RfContext *ctx, RfValue *value);

/**
 * rf_certificate_get_fingerprint: see rf_certificate_get_pem().
 *
 * @ctx: the resource
 * @value: set
 *
 * Returns: whether it has that
 */
bool rf_certificate_get_fingerprint(const RfContext *ctx, RfValue *value);

/**
 * rf_certificate_get_serial: see rf_certificate_get_pem().
 *
 * @ctx: the resource
 * @value: set
 *
 * Returns: whether it has that
 */
bool rf_certificate_get_serial(const RfContext *ctx, RfValue *value);

/**
 * rf_certificate_get_signature: see rf_certificate_get_pem().
 *
 * @ctx: the resource
 * @value: set
 *
 * Returns: whether it has that
 */
bool rf_certificate_get_signature(const RfContext *ctx, RfValue *value);

/**
 * rf_certificate_get_not_before: see rf_certificate_get_pem().
 *
 * @ctx: the resource
 * @value: set
 *
 * Returns: whether it has that
 */
bool rf_certificate_get_not_before(const RfContext *ctx, RfValue *value);

/**
 * rf_certificate_get_not_after: see rf_certificate_get_pem().
 *
 * @ctx: the resource
 * @value: set
 *
 * Returns: whether it has that
 */
bool rf_certificate_get_not_after(const RfContext *ctx, RfValue *value);

/**
 * rf_certificate_nth_usage: RfProperty.item of KeyUsage.
 *
 * @ctx: the resource
 * @n: 0 and up
 * @value: set
 *
 * Returns: false past the end
 */
bool rf_certificate_nth_usage(const RfContext *ctx, unsigned n,
                              RfValue *value);

#endif /* QEMU_BMC_REDFISH_RF_CERTIFICATE_H */
