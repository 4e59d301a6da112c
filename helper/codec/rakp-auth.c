/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What both ends compute while an RMCP+ session is opened. */
#include "osdep.h"

#include "codec/rakp-auth.h"

#include "util/secret.h"

/* The constants that K1 and K2 are made of: one byte, repeated. */
#define KEY_CONSTANT_LEN 20
#define K1_CONSTANT 0x01
#define K2_CONSTANT 0x02
/* The longest input is that of RAKP 2's code. */
#define INPUT_MAX \
    (2 * 4 + 2 * IPMI_RANDOM_LEN + IPMI_GUID_LEN + 2 + IPMI_NAME_MAX)

/* ROLEm, ULENGTHm and UNAMEm, which end most of the inputs. */
static void add_user(ByteWriter *w, const RakpAuth *auth)
{
    byte_writer_u8(w, auth->role);
    byte_writer_u8(w, auth->name_len);
    byte_writer_bytes(w, auth->name, auth->name_len);
}

static size_t hmac(const RakpAuth *auth, const uint8_t *key, size_t key_len,
                   const ByteWriter *input, uint8_t *out)
{
    const CipherAuth *alg = cipher_suite_auth(auth->suite->auth);

    g_assert(alg && !input->failed);
    if (!alg->code_len) {
        return 0;
    }
    crypto_hmac(alg->hash, key, key_len, input->data, input->len, out,
                alg->code_len);
    return alg->code_len;
}

static bool is_zero(const uint8_t *buf, size_t len)
{
    uint8_t any = 0;
    size_t i;

    for (i = 0; i < len; i++) {
        any |= buf[i];
    }
    return !any;
}

static void derive_key(const RakpAuth *auth, const uint8_t *sik,
                       size_t sik_len, uint8_t constant, uint8_t *out)
{
    uint8_t buf[KEY_CONSTANT_LEN];
    ByteWriter input = byte_writer(buf, sizeof(buf));

    memset(byte_writer_grow(&input, sizeof(buf)), constant, sizeof(buf));
    hmac(auth, sik, sik_len, &input, out);
}

/*
 * An expected code of no bytes (RAKP-none) matches an absent one only: the
 * suite decides what is needed, never the message.
 */
static bool check(uint8_t *expected, size_t expected_len, const uint8_t *code,
                  size_t len)
{
    bool equal = expected_len == len &&
                 secret_equal(expected, expected_len, code, len);

    secret_wipe(expected, CRYPTO_DIGEST_MAX);
    return equal;
}

bool rakp_auth_set_password(RakpAuth *auth, const char *password, size_t len)
{
    memset(auth->kuid, 0, sizeof(auth->kuid));
    if (len > IPMI_PASSWORD_MAX) {
        return false;
    }
    if (len) {
        memcpy(auth->kuid, password, len);
    }
    return true;
}

size_t rakp_auth_code2(const RakpAuth *auth, uint8_t out[CRYPTO_DIGEST_MAX])
{
    uint8_t buf[INPUT_MAX];
    ByteWriter input = byte_writer(buf, sizeof(buf));

    byte_writer_le32(&input, auth->console_id);
    byte_writer_le32(&input, auth->managed_id);
    byte_writer_bytes(&input, auth->console_random, IPMI_RANDOM_LEN);
    byte_writer_bytes(&input, auth->managed_random, IPMI_RANDOM_LEN);
    byte_writer_bytes(&input, auth->guid, IPMI_GUID_LEN);
    add_user(&input, auth);
    return hmac(auth, auth->kuid, sizeof(auth->kuid), &input, out);
}

size_t rakp_auth_code3(const RakpAuth *auth, uint8_t out[CRYPTO_DIGEST_MAX])
{
    uint8_t buf[INPUT_MAX];
    ByteWriter input = byte_writer(buf, sizeof(buf));

    byte_writer_bytes(&input, auth->managed_random, IPMI_RANDOM_LEN);
    byte_writer_le32(&input, auth->console_id);
    add_user(&input, auth);
    return hmac(auth, auth->kuid, sizeof(auth->kuid), &input, out);
}

bool rakp_auth_check2(const RakpAuth *auth, const uint8_t *code, size_t len)
{
    uint8_t expected[CRYPTO_DIGEST_MAX];
    size_t expected_len = rakp_auth_code2(auth, expected);

    return check(expected, expected_len, code, len);
}

bool rakp_auth_check3(const RakpAuth *auth, const uint8_t *code, size_t len)
{
    uint8_t expected[CRYPTO_DIGEST_MAX];
    size_t expected_len = rakp_auth_code3(auth, expected);

    return check(expected, expected_len, code, len);
}

size_t rakp_auth_icv4(const RakpAuth *auth, uint8_t out[CRYPTO_DIGEST_MAX])
{
    uint8_t sik[CRYPTO_DIGEST_MAX];
    uint8_t buf[INPUT_MAX];
    ByteWriter input = byte_writer(buf, sizeof(buf));
    size_t sik_len = rakp_auth_sik(auth, sik);

    byte_writer_bytes(&input, auth->console_random, IPMI_RANDOM_LEN);
    byte_writer_le32(&input, auth->managed_id);
    byte_writer_bytes(&input, auth->guid, IPMI_GUID_LEN);
    hmac(auth, sik, sik_len, &input, out);
    secret_wipe(sik, sizeof(sik));
    return cipher_suite_auth(auth->suite->auth)->icv_len;
}

bool rakp_auth_check4(const RakpAuth *auth, const uint8_t *icv, size_t len)
{
    uint8_t expected[CRYPTO_DIGEST_MAX];
    size_t expected_len = rakp_auth_icv4(auth, expected);

    return check(expected, expected_len, icv, len);
}

size_t rakp_auth_sik(const RakpAuth *auth, uint8_t out[CRYPTO_DIGEST_MAX])
{
    const uint8_t *key = is_zero(auth->kg, sizeof(auth->kg)) ? auth->kuid
                                                             : auth->kg;
    uint8_t buf[INPUT_MAX];
    ByteWriter input = byte_writer(buf, sizeof(buf));

    byte_writer_bytes(&input, auth->console_random, IPMI_RANDOM_LEN);
    byte_writer_bytes(&input, auth->managed_random, IPMI_RANDOM_LEN);
    add_user(&input, auth);
    return hmac(auth, key, IPMI_KEY_LEN, &input, out);
}

void rakp_auth_derive(const RakpAuth *auth, RmcppCrypto *crypto)
{
    uint8_t sik[CRYPTO_DIGEST_MAX];
    size_t sik_len = rakp_auth_sik(auth, sik);

    memset(crypto, 0, sizeof(*crypto));
    crypto->integrity = auth->suite->integrity;
    crypto->conf = auth->suite->conf;
    crypto->key_len = sik_len;
    derive_key(auth, sik, sik_len, K1_CONSTANT, crypto->k1);
    derive_key(auth, sik, sik_len, K2_CONSTANT, crypto->k2);
    memcpy(crypto->kuid, auth->kuid, sizeof(crypto->kuid));
    secret_wipe(sik, sizeof(sik));
}

void rakp_auth_wipe(RakpAuth *auth)
{
    secret_wipe(auth, sizeof(*auth));
}
