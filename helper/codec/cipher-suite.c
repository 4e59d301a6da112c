/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Cipher suites and what their algorithms need. */
#include "osdep.h"

#include "codec/cipher-suite.h"

#include "codec/ipmi.h"
#include "util/error.h"

/* Start of record of a standard suite; tags of the algorithms. */
#define RECORD_START 0xc0
#define RECORD_INTEGRITY 0x40
#define RECORD_CONF 0x80

static const CipherSuite suites[] = {
    { 0, IPMI_RAKP_NONE, IPMI_INTEGRITY_NONE, IPMI_CONF_NONE },
    { 1, IPMI_RAKP_HMAC_SHA1, IPMI_INTEGRITY_NONE, IPMI_CONF_NONE },
    { 2, IPMI_RAKP_HMAC_SHA1, IPMI_INTEGRITY_HMAC_SHA1_96, IPMI_CONF_NONE },
    { 3, IPMI_RAKP_HMAC_SHA1, IPMI_INTEGRITY_HMAC_SHA1_96,
      IPMI_CONF_AES_CBC_128 },
    { 6, IPMI_RAKP_HMAC_MD5, IPMI_INTEGRITY_NONE, IPMI_CONF_NONE },
    { 7, IPMI_RAKP_HMAC_MD5, IPMI_INTEGRITY_HMAC_MD5_128, IPMI_CONF_NONE },
    { 8, IPMI_RAKP_HMAC_MD5, IPMI_INTEGRITY_HMAC_MD5_128,
      IPMI_CONF_AES_CBC_128 },
    { 11, IPMI_RAKP_HMAC_MD5, IPMI_INTEGRITY_MD5_128, IPMI_CONF_NONE },
    { 12, IPMI_RAKP_HMAC_MD5, IPMI_INTEGRITY_MD5_128, IPMI_CONF_AES_CBC_128 },
    { 15, IPMI_RAKP_HMAC_SHA256, IPMI_INTEGRITY_NONE, IPMI_CONF_NONE },
    { 16, IPMI_RAKP_HMAC_SHA256, IPMI_INTEGRITY_HMAC_SHA256_128,
      IPMI_CONF_NONE },
    { 17, IPMI_RAKP_HMAC_SHA256, IPMI_INTEGRITY_HMAC_SHA256_128,
      IPMI_CONF_AES_CBC_128 },
};

static const CipherAuth auths[] = {
    { IPMI_RAKP_NONE, CRYPTO_SHA1, 0, 0 },
    { IPMI_RAKP_HMAC_SHA1, CRYPTO_SHA1, 20, 12 },
    { IPMI_RAKP_HMAC_MD5, CRYPTO_MD5, 16, 16 },
    { IPMI_RAKP_HMAC_SHA256, CRYPTO_SHA256, 32, 16 },
};

static const CipherIntegrity integrities[] = {
    { IPMI_INTEGRITY_NONE, CRYPTO_SHA1, false, 0 },
    { IPMI_INTEGRITY_HMAC_SHA1_96, CRYPTO_SHA1, false, 12 },
    { IPMI_INTEGRITY_HMAC_MD5_128, CRYPTO_MD5, false, 16 },
    { IPMI_INTEGRITY_MD5_128, CRYPTO_MD5, true, 16 },
    { IPMI_INTEGRITY_HMAC_SHA256_128, CRYPTO_SHA256, false, 16 },
};

const CipherSuite *cipher_suite_by_id(unsigned id)
{
    size_t i;

    for (i = 0; i < G_N_ELEMENTS(suites); i++) {
        if (suites[i].id == id) {
            return &suites[i];
        }
    }
    return NULL;
}

const CipherSuite *cipher_suite_by_algs(uint8_t auth, uint8_t integrity,
                                        uint8_t conf)
{
    size_t i;

    for (i = 0; i < G_N_ELEMENTS(suites); i++) {
        if (suites[i].auth == auth && suites[i].integrity == integrity &&
            suites[i].conf == conf) {
            return &suites[i];
        }
    }
    return NULL;
}

const CipherSuite *cipher_suite_nth(size_t n)
{
    return n < G_N_ELEMENTS(suites) ? &suites[n] : NULL;
}

static bool list_has(const CipherSuiteList *list, const CipherSuite *suite)
{
    unsigned i;

    for (i = 0; i < list->n; i++) {
        if (list->suites[i] == suite) {
            return true;
        }
    }
    return false;
}

static bool list_append(CipherSuiteList *list, const char *word,
                        GError **errp)
{
    const CipherSuite *suite = NULL;
    guint64 id;

    if (g_ascii_string_to_unsigned(word, 10, 0, 255, &id, NULL)) {
        if (id == 0) {
            g_set_error(errp, BMC_ERROR, BMC_ERROR_USAGE,
                        "cipher suite 0 is never offered: with it anybody "
                        "could log in without a password");
            return false;
        }
        suite = cipher_suite_by_id(id);
    }
    if (!suite) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_USAGE,
                    "'%s' is not a cipher suite that can be offered (1, 2, "
                    "3, 6, 7, 8, 11, 12, 15, 16 and 17 can)", word);
        return false;
    }
    if (list_has(list, suite)) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_USAGE,
                    "cipher suite %u is given twice", suite->id);
        return false;
    }
    list->suites[list->n++] = suite;
    return true;
}

bool cipher_suite_parse_list(const char *text, CipherSuiteList *list,
                             GError **errp)
{
    g_auto(GStrv) words = g_strsplit(text, ",", -1);
    unsigned i;

    list->n = 0;
    for (i = 0; words[i]; i++) {
        if (!list_append(list, g_strstrip(words[i]), errp)) {
            return false;
        }
    }
    if (list->n == 0) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_USAGE,
                    "no cipher suite is given; nobody could log in");
        return false;
    }
    return true;
}

void cipher_suite_build_record(ByteWriter *w, const CipherSuite *suite)
{
    byte_writer_u8(w, RECORD_START);
    byte_writer_u8(w, suite->id);
    byte_writer_u8(w, suite->auth);
    byte_writer_u8(w, suite->integrity | RECORD_INTEGRITY);
    byte_writer_u8(w, suite->conf | RECORD_CONF);
}

const CipherAuth *cipher_suite_auth(uint8_t alg)
{
    size_t i;

    for (i = 0; i < G_N_ELEMENTS(auths); i++) {
        if (auths[i].alg == alg) {
            return &auths[i];
        }
    }
    return NULL;
}

const CipherIntegrity *cipher_suite_integrity(uint8_t alg)
{
    size_t i;

    for (i = 0; i < G_N_ELEMENTS(integrities); i++) {
        if (integrities[i].alg == alg) {
            return &integrities[i];
        }
    }
    return NULL;
}

bool cipher_suite_conf_known(uint8_t alg)
{
    return alg == IPMI_CONF_NONE || alg == IPMI_CONF_AES_CBC_128;
}
