/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Cipher suites and what their algorithms need. */
#include "osdep.h"

#include "codec/cipher-suite.h"

#include "codec/ipmi.h"

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
