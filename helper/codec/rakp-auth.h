/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What both ends compute while a session is opened: key exchange codes,
 * session integrity key and the keys made of it (IPMI 2.0 sections 13.28,
 * 13.31 and 13.32).
 */
#ifndef QEMU_BMC_CODEC_RAKP_AUTH_H
#define QEMU_BMC_CODEC_RAKP_AUTH_H

#include "codec/cipher-suite.h"
#include "codec/ipmi.h"
#include "codec/rmcpp.h"

/**
 * RakpAuth: what goes into the computations. Fill it as the messages come
 * in; wipe it with rakp_auth_wipe().
 *
 * @suite: the session's suite; not NULL
 * @console_id: session id of the remote console (SIDm)
 * @managed_id: session id of the managed system (SIDc)
 * @console_random: random number of RAKP 1 (Rm)
 * @managed_random: random number of RAKP 2 (Rc)
 * @guid: GUID of RAKP 2 (GUIDc)
 * @role: role byte of RAKP 1 as on the wire (ROLEm)
 * @name_len: bytes of @name (ULENGTHm), at most %IPMI_NAME_MAX
 * @name: user name (UNAMEm)
 * @kuid: the user's password, zero padded
 * @kg: the BMC's key, zero padded; all zero for "one-key" login, where the
 *      user's password takes its place
 */
typedef struct RakpAuth {
    const CipherSuite *suite;
    uint32_t console_id;
    uint32_t managed_id;
    uint8_t console_random[IPMI_RANDOM_LEN];
    uint8_t managed_random[IPMI_RANDOM_LEN];
    uint8_t guid[IPMI_GUID_LEN];
    uint8_t role;
    uint8_t name_len;
    uint8_t name[IPMI_NAME_MAX];
    uint8_t kuid[IPMI_KEY_LEN];
    uint8_t kg[IPMI_KEY_LEN];
} RakpAuth;

/**
 * rakp_auth_set_password: store a password as the user's key.
 *
 * @auth: the exchange
 * @password: the password; the bytes after %IPMI_PASSWORD_MAX are refused
 * @len: its length in bytes
 *
 * Returns: false if it is too long; then the key is all zero
 */
bool rakp_auth_set_password(RakpAuth *auth, const char *password, size_t len);

/**
 * rakp_auth_code2: key exchange authentication code of RAKP 2 (section
 * 13.31, over SIDm, SIDc, Rm, Rc, GUIDc, ROLEm, ULENGTHm, UNAMEm).
 *
 * @auth: the exchange
 * @out: where to
 *
 * Returns: bytes written: 0 with RAKP-none
 */
size_t rakp_auth_code2(const RakpAuth *auth, uint8_t out[CRYPTO_DIGEST_MAX]);

/**
 * rakp_auth_code3: key exchange authentication code of RAKP 3 (section
 * 13.31, over Rc, SIDm, ROLEm, ULENGTHm, UNAMEm).
 *
 * @auth: the exchange
 * @out: where to
 *
 * Returns: bytes written: 0 with RAKP-none
 */
size_t rakp_auth_code3(const RakpAuth *auth, uint8_t out[CRYPTO_DIGEST_MAX]);

/**
 * rakp_auth_check2: verify the code of a RAKP 2, in constant time.
 *
 * @auth: the exchange
 * @code: the code that came
 * @len: its length in bytes
 *
 * Returns: true if code and length are right
 */
bool rakp_auth_check2(const RakpAuth *auth, const uint8_t *code, size_t len);

/**
 * rakp_auth_check3: verify the code of a RAKP 3, in constant time.
 *
 * @auth: the exchange
 * @code: the code that came
 * @len: its length in bytes
 *
 * Returns: true if code and length are right
 */
bool rakp_auth_check3(const RakpAuth *auth, const uint8_t *code, size_t len);

/**
 * rakp_auth_icv4: integrity check value of RAKP 4 (section 13.28.1, over Rm,
 * SIDc, GUIDc with the session integrity key), truncated as the
 * authentication algorithm has it.
 *
 * @auth: the exchange
 * @out: where to
 *
 * Returns: bytes written: 0 with RAKP-none
 */
size_t rakp_auth_icv4(const RakpAuth *auth, uint8_t out[CRYPTO_DIGEST_MAX]);

/**
 * rakp_auth_check4: verify the check value of a RAKP 4, in constant time.
 *
 * @auth: the exchange
 * @icv: the value that came
 * @len: its length in bytes
 *
 * Returns: true if value and length are right
 */
bool rakp_auth_check4(const RakpAuth *auth, const uint8_t *icv, size_t len);

/**
 * rakp_auth_sik: session integrity key (section 13.31, over Rm, Rc, ROLEm,
 * ULENGTHm, UNAMEm with Kg, or Kuid if Kg is all zero).
 *
 * @auth: the exchange
 * @out: where to; the caller wipes it
 *
 * Returns: bytes written: 0 with RAKP-none
 */
size_t rakp_auth_sik(const RakpAuth *auth, uint8_t out[CRYPTO_DIGEST_MAX]);

/**
 * rakp_auth_derive: the session's algorithms and keys (section 13.32).
 *
 * @auth: the exchange
 * @crypto: filled; the caller wipes it with rmcpp_crypto_wipe()
 */
void rakp_auth_derive(const RakpAuth *auth, RmcppCrypto *crypto);

/**
 * rakp_auth_wipe: overwrite all of it.
 *
 * @auth: the exchange
 */
void rakp_auth_wipe(RakpAuth *auth);

#endif /* QEMU_BMC_CODEC_RAKP_AUTH_H */
