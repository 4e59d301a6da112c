/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The computations of RAKP against answers that were made independently. */
#include "osdep.h"

#include "codec/rakp-auth.h"

#include "codec/rakp.h"
#include "tests/unit/codec/codec-test.h"
#include "tests/unit/codec/rakp-vectors.h"

static void test_vectors(void)
{
    size_t i;

    for (i = 0; i < G_N_ELEMENTS(rakp_vectors); i++) {
        const RakpVector *v = &rakp_vectors[i];
        RakpAuth auth = rakp_vector_auth(v);
        uint8_t out[CRYPTO_DIGEST_MAX];
        RmcppCrypto crypto;
        size_t len;

        len = rakp_auth_code2(&auth, out);
        test_assert_hex_equal(out, len, v->code2);
        len = rakp_auth_code3(&auth, out);
        test_assert_hex_equal(out, len, v->code3);
        len = rakp_auth_sik(&auth, out);
        test_assert_hex_equal(out, len, v->sik);
        len = rakp_auth_icv4(&auth, out);
        test_assert_hex_equal(out, len, v->icv4);
        rakp_auth_derive(&auth, &crypto);
        test_assert_hex_equal(crypto.k1, crypto.key_len, v->k1);
        test_assert_hex_equal(crypto.k2, crypto.key_len, v->k2);
        g_assert_cmpuint(crypto.integrity, ==, auth.suite->integrity);
        g_assert_cmpuint(crypto.conf, ==, auth.suite->conf);
    }
}

/* Every bit of the code counts, and so does its length. */
static void test_check(void)
{
    size_t i, byte;

    for (i = 0; i < G_N_ELEMENTS(rakp_vectors); i++) {
        RakpAuth auth = rakp_vector_auth(&rakp_vectors[i]);
        uint8_t code[CRYPTO_DIGEST_MAX + 1] = { 0 };
        size_t len = rakp_auth_code3(&auth, code);

        g_assert_true(rakp_auth_check3(&auth, code, len));
        g_assert_false(rakp_auth_check3(&auth, code, len + 1));
        for (byte = 0; byte < len; byte++) {
            g_assert_false(rakp_auth_check3(&auth, code, byte));
            code[byte] ^= 0x80;
            g_assert_false(rakp_auth_check3(&auth, code, len));
            code[byte] ^= 0x80;
        }
        len = rakp_auth_code2(&auth, code);
        g_assert_true(rakp_auth_check2(&auth, code, len));
        code[0] ^= 1;
        g_assert(rakp_auth_check2(&auth, code, len) == !len);
        len = rakp_auth_icv4(&auth, code);
        g_assert_true(rakp_auth_check4(&auth, code, len));
        code[0] ^= 1;
        g_assert(rakp_auth_check4(&auth, code, len) == !len);
    }
}

static const RakpVector *vector_of(uint8_t suite)
{
    size_t i;

    for (i = 0; i < G_N_ELEMENTS(rakp_vectors); i++) {
        if (rakp_vectors[i].suite == suite) {
            return &rakp_vectors[i];
        }
    }
    g_assert_not_reached();
}

/* Whatever goes into the codes changes them. */
static void test_inputs(void)
{
    const RakpAuth good = rakp_vector_auth(vector_of(17));
    RakpAuth bad[10];
    uint8_t code2[CRYPTO_DIGEST_MAX], icv4[CRYPTO_DIGEST_MAX];
    size_t len2 = rakp_auth_code2(&good, code2);
    size_t len4 = rakp_auth_icv4(&good, icv4);
    size_t i;

    for (i = 0; i < G_N_ELEMENTS(bad); i++) {
        bad[i] = good;
    }
    bad[0].console_id ^= 1;
    bad[1].managed_id ^= 1;
    bad[2].console_random[15] ^= 1;
    bad[3].managed_random[0] ^= 1;
    bad[4].guid[8] ^= 1;
    bad[5].role ^= RAKP_ROLE_NAME_ONLY;
    bad[6].name[0] ^= 0x20;
    bad[7].name_len--;
    bad[8].kuid[0] ^= 1;
    bad[9].kg[19] = 1;
    for (i = 0; i < G_N_ELEMENTS(bad); i++) {
        /* Kg takes no part in RAKP 2, the console's id none in RAKP 4. */
        g_assert(rakp_auth_check2(&bad[i], code2, len2) == (i == 9));
        g_assert(rakp_auth_check4(&bad[i], icv4, len4) == (i == 0));
    }
}

static void test_password(void)
{
    static const uint8_t zero[IPMI_KEY_LEN];
    RakpAuth auth = { .kuid = { 1 } };

    g_assert_true(rakp_auth_set_password(&auth, "01234567890123456789", 20));
    test_assert_bytes_equal(auth.kuid, sizeof(auth.kuid),
                            "01234567890123456789", 20);
    g_assert_true(rakp_auth_set_password(&auth, "ab", 2));
    test_assert_hex_equal(auth.kuid, sizeof(auth.kuid),
                          "6162000000000000000000000000000000000000");
    g_assert_false(rakp_auth_set_password(&auth, "012345678901234567890",
                                          21));
    test_assert_bytes_equal(auth.kuid, sizeof(auth.kuid), zero, sizeof(zero));
    g_assert_true(rakp_auth_set_password(&auth, NULL, 0));
}

static void test_wipe(void)
{
    static const RakpAuth zero_auth;
    static const RmcppCrypto zero_crypto;
    RakpAuth auth = rakp_vector_auth(vector_of(3));
    RmcppCrypto crypto;

    rakp_auth_derive(&auth, &crypto);
    rakp_auth_wipe(&auth);
    rmcpp_crypto_wipe(&crypto);
    test_assert_bytes_equal(&auth, sizeof(auth), &zero_auth, sizeof(auth));
    test_assert_bytes_equal(&crypto, sizeof(crypto), &zero_crypto,
                            sizeof(crypto));
}

/*
 * Both ends, with nothing in common but the password and what is on the
 * wire, come to the same keys.
 */
typedef struct End {
    RakpAuth auth;
    uint8_t wire[RAKP_MESSAGE_MAX];
    ByteWriter w;
} End;

static void console_sends_1(End *console, End *bmc)
{
    Rakp1 msg = {
        .tag = 1, .managed_id = console->auth.managed_id,
        .role = console->auth.role, .name_len = console->auth.name_len,
    };

    memcpy(msg.console_random, console->auth.console_random, IPMI_RANDOM_LEN);
    memcpy(msg.name, console->auth.name, msg.name_len);
    rakp_build_1(&console->w, &msg);
    memset(&msg, 0xee, sizeof(msg));
    g_assert_true(rakp_parse_1(console->wire, console->w.len, &msg, NULL));
    g_assert_cmphex(msg.status, ==, IPMI_RAKP_STATUS_OK);
    g_assert_cmphex(msg.managed_id, ==, bmc->auth.managed_id);
    memcpy(bmc->auth.console_random, msg.console_random, IPMI_RANDOM_LEN);
    memcpy(bmc->auth.name, msg.name, msg.name_len);
    bmc->auth.name_len = msg.name_len;
    bmc->auth.role = msg.role;
}

static void bmc_sends_2(End *bmc, End *console)
{
    Rakp2 msg = { .tag = 1, .console_id = bmc->auth.console_id };

    memcpy(msg.managed_random, bmc->auth.managed_random, IPMI_RANDOM_LEN);
    memcpy(msg.guid, bmc->auth.guid, IPMI_GUID_LEN);
    msg.code_len = rakp_auth_code2(&bmc->auth, msg.code);
    rakp_build_2(&bmc->w, &msg);
    memset(&msg, 0xee, sizeof(msg));
    g_assert_true(rakp_parse_2(bmc->wire, bmc->w.len, &msg, NULL));
    memcpy(console->auth.managed_random, msg.managed_random, IPMI_RANDOM_LEN);
    memcpy(console->auth.guid, msg.guid, IPMI_GUID_LEN);
    g_assert_true(rakp_auth_check2(&console->auth, msg.code, msg.code_len));
}

static void console_sends_3(End *console, End *bmc)
{
    Rakp3 msg = { .tag = 2, .managed_id = console->auth.managed_id };

    msg.code_len = rakp_auth_code3(&console->auth, msg.code);
    console->w.len = 0;
    rakp_build_3(&console->w, &msg);
    memset(&msg, 0xee, sizeof(msg));
    g_assert_true(rakp_parse_3(console->wire, console->w.len, &msg, NULL));
    g_assert_true(rakp_auth_check3(&bmc->auth, msg.code, msg.code_len));
}

static void bmc_sends_4(End *bmc, End *console)
{
    Rakp4 msg = { .tag = 2, .console_id = bmc->auth.console_id };

    msg.icv_len = rakp_auth_icv4(&bmc->auth, msg.icv);
    bmc->w.len = 0;
    rakp_build_4(&bmc->w, &msg);
    memset(&msg, 0xee, sizeof(msg));
    g_assert_true(rakp_parse_4(bmc->wire, bmc->w.len, &msg, NULL));
    g_assert_true(rakp_auth_check4(&console->auth, msg.icv, msg.icv_len));
}

static void test_handshake(void)
{
    size_t i;

    for (i = 0; i < G_N_ELEMENTS(rakp_vectors); i++) {
        const RakpVector *v = &rakp_vectors[i];
        End console = { .auth = rakp_vector_auth(v) };
        End bmc = { .auth = console.auth };
        RmcppCrypto a, b;

        console.w = byte_writer(console.wire, sizeof(console.wire));
        bmc.w = byte_writer(bmc.wire, sizeof(bmc.wire));
        memset(console.auth.managed_random, 0, IPMI_RANDOM_LEN);
        memset(console.auth.guid, 0, IPMI_GUID_LEN);
        memset(bmc.auth.console_random, 0, IPMI_RANDOM_LEN);
        memset(bmc.auth.name, 0, IPMI_NAME_MAX);
        bmc.auth.name_len = 0;
        bmc.auth.role = 0;
        console_sends_1(&console, &bmc);
        bmc_sends_2(&bmc, &console);
        console_sends_3(&console, &bmc);
        bmc_sends_4(&bmc, &console);
        rakp_auth_derive(&console.auth, &a);
        rakp_auth_derive(&bmc.auth, &b);
        test_assert_bytes_equal(&a, sizeof(a), &b, sizeof(b));
    }
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/codec/rakp-auth/vectors", test_vectors);
    g_test_add_func("/codec/rakp-auth/check", test_check);
    g_test_add_func("/codec/rakp-auth/inputs", test_inputs);
    g_test_add_func("/codec/rakp-auth/password", test_password);
    g_test_add_func("/codec/rakp-auth/wipe", test_wipe);
    g_test_add_func("/codec/rakp-auth/handshake", test_handshake);
    return g_test_run();
}
