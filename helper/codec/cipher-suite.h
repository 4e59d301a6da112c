/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Cipher suites (IPMI 2.0 section 22.15, table 22-20) and what their
 * algorithms need: one row each.
 */
#ifndef QEMU_BMC_CODEC_CIPHER_SUITE_H
#define QEMU_BMC_CODEC_CIPHER_SUITE_H

#include <glib.h>

#include "codec/crypto.h"
#include "util/bytes.h"

/* How many suites there are that protect at least the login. */
#define CIPHER_SUITE_LIST_MAX 11
/* Start, id and three algorithms (table 22-18). */
#define CIPHER_SUITE_RECORD_LEN 5

/**
 * CipherSuite: a suite; valid as this triple only.
 *
 * @id: suite number
 * @auth: IPMI_RAKP_*
 * @integrity: IPMI_INTEGRITY_*
 * @conf: IPMI_CONF_*
 */
typedef struct CipherSuite {
    uint8_t id;
    uint8_t auth;
    uint8_t integrity;
    uint8_t conf;
} CipherSuite;

/**
 * CipherAuth: an authentication algorithm (section 13.28.1 and following).
 *
 * @alg: IPMI_RAKP_*
 * @hash: hash function of its HMAC; meaningless if @code_len is 0
 * @code_len: bytes of key exchange code, SIK, K1 and K2; 0 with RAKP-none
 * @icv_len: bytes of RAKP 4's integrity check value; 0 with RAKP-none
 */
typedef struct CipherAuth {
    uint8_t alg;
    CryptoHash hash;
    uint8_t code_len;
    uint8_t icv_len;
} CipherAuth;

/**
 * CipherIntegrity: an integrity algorithm (section 13.28.2 and following).
 *
 * @alg: IPMI_INTEGRITY_*
 * @hash: hash function
 * @keyed_md5: MD5 over key, data and key (MD5-128) instead of an HMAC
 * @code_len: bytes of AuthCode in the session trailer; 0 without integrity
 */
typedef struct CipherIntegrity {
    uint8_t alg;
    CryptoHash hash;
    bool keyed_md5;
    uint8_t code_len;
} CipherIntegrity;

/**
 * cipher_suite_by_id: look a suite up by its number.
 *
 * @id: suite number
 *
 * Returns: (transfer none): the suite, or NULL if this codec does not have
 *          it (the xRC4 suites, reserved and OEM numbers)
 */
const CipherSuite *cipher_suite_by_id(unsigned id);

/**
 * cipher_suite_by_algs: look a suite up by its algorithms.
 *
 * @auth: IPMI_RAKP_*
 * @integrity: IPMI_INTEGRITY_*
 * @conf: IPMI_CONF_*
 *
 * Returns: (transfer none): the suite, or NULL if there is no such triple
 */
const CipherSuite *cipher_suite_by_algs(uint8_t auth, uint8_t integrity,
                                        uint8_t conf);

/**
 * cipher_suite_nth: walk through the suites in ascending order of number.
 *
 * @n: position from 0
 *
 * Returns: (transfer none): the suite, or NULL past the end
 */
const CipherSuite *cipher_suite_nth(size_t n);

/**
 * CipherSuiteList: suites to offer.
 *
 * @suites: the suites, the one that is preferred first
 * @n: how many
 */
typedef struct CipherSuiteList {
    const CipherSuite *suites[CIPHER_SUITE_LIST_MAX];
    unsigned n;
} CipherSuiteList;

/**
 * cipher_suite_parse_list: read a list of suite numbers as people write it:
 * "17,3". Suite 0, which lets everybody in, is refused.
 *
 * @text: the list
 * @list: filled
 * @errp: BMC_ERROR_USAGE: says what may be in the list
 *
 * Returns: true on success
 */
bool cipher_suite_parse_list(const char *text, CipherSuiteList *list,
                             GError **errp);

/**
 * cipher_suite_build_record: append a suite's record as Get Channel Cipher
 * Suites returns it (table 22-18).
 *
 * @w: where to; failed if it does not fit
 * @suite: the suite
 */
void cipher_suite_build_record(ByteWriter *w, const CipherSuite *suite);

/**
 * cipher_suite_auth: what an authentication algorithm needs.
 *
 * @alg: IPMI_RAKP_*
 *
 * Returns: (transfer none): its row, or NULL if unknown
 */
const CipherAuth *cipher_suite_auth(uint8_t alg);

/**
 * cipher_suite_integrity: what an integrity algorithm needs.
 *
 * @alg: IPMI_INTEGRITY_*
 *
 * Returns: (transfer none): its row, or NULL if unknown
 */
const CipherIntegrity *cipher_suite_integrity(uint8_t alg);

/**
 * cipher_suite_conf_known: whether a confidentiality algorithm is one that
 * this codec has.
 *
 * @alg: IPMI_CONF_*
 *
 * Returns: true if it is
 */
bool cipher_suite_conf_known(uint8_t alg);

#endif /* QEMU_BMC_CODEC_CIPHER_SUITE_H */
