/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Cipher suites as table 22-20 has them. */
#include "osdep.h"

#include "codec/cipher-suite.h"

#include "codec/ipmi.h"
#include "tests/unit/codec/codec-test.h"

/* Rows of table 22-20: id, authentication, integrity, confidentiality. */
static const uint8_t table[][4] = {
    { 0, 0, 0, 0 }, { 1, 1, 0, 0 }, { 2, 1, 1, 0 }, { 3, 1, 1, 1 },
    { 6, 2, 0, 0 }, { 7, 2, 2, 0 }, { 8, 2, 2, 1 }, { 11, 2, 3, 0 },
    { 12, 2, 3, 1 }, { 15, 3, 0, 0 }, { 16, 3, 4, 0 }, { 17, 3, 4, 1 },
};

static void test_by_id(void)
{
    unsigned id;
    size_t n = 0;

    for (id = 0; id < 512; id++) {
        const CipherSuite *suite = cipher_suite_by_id(id);

        if (n < G_N_ELEMENTS(table) && table[n][0] == id) {
            g_assert_nonnull(suite);
            g_assert(suite == cipher_suite_nth(n));
            test_assert_bytes_equal(suite, sizeof(*suite), table[n], 4);
            n++;
        } else {
            g_assert_null(suite);
        }
    }
    g_assert_cmpuint(n, ==, G_N_ELEMENTS(table));
    g_assert_null(cipher_suite_nth(n));
}

/* Of all triples only those of the table are suites. */
static void test_by_algs(void)
{
    unsigned auth, integrity, conf, found = 0;

    for (auth = 0; auth < 64; auth++) {
        for (integrity = 0; integrity < 64; integrity++) {
            for (conf = 0; conf < 64; conf++) {
                const CipherSuite *suite =
                    cipher_suite_by_algs(auth, integrity, conf);

                found += !!suite;
                g_assert(!suite || suite == cipher_suite_by_id(suite->id));
            }
        }
    }
    g_assert_cmpuint(found, ==, G_N_ELEMENTS(table));
    g_assert_cmpuint(cipher_suite_by_algs(1, 1, 1)->id, ==, 3);
    g_assert_cmpuint(cipher_suite_by_algs(3, 4, 1)->id, ==, 17);
    g_assert_null(cipher_suite_by_algs(1, 4, 1));
}

static void build_17(ByteWriter *w)
{
    cipher_suite_build_record(w, cipher_suite_by_id(17));
}

static void test_record(void)
{
    uint8_t buf[2 * CIPHER_SUITE_RECORD_LEN];
    ByteWriter w = byte_writer(buf, sizeof(buf));

    cipher_suite_build_record(&w, cipher_suite_by_id(3));
    build_17(&w);
    g_assert_false(w.failed);
    test_assert_hex_equal(buf, w.len, "c003014181 c011034481");
    codec_test_short_buffers(build_17);
}

static void test_algs(void)
{
    unsigned alg;

    for (alg = 4; alg < 256; alg++) {
        g_assert_null(cipher_suite_auth(alg));
    }
    for (alg = 5; alg < 256; alg++) {
        g_assert_null(cipher_suite_integrity(alg));
    }
    g_assert_cmpuint(cipher_suite_auth(IPMI_RAKP_HMAC_SHA1)->icv_len, ==, 12);
    g_assert_cmpuint(cipher_suite_auth(IPMI_RAKP_HMAC_SHA256)->icv_len, ==,
                     16);
    g_assert_cmpuint(cipher_suite_auth(IPMI_RAKP_NONE)->code_len, ==, 0);
    for (alg = 1; alg < 4; alg++) {
        const CipherAuth *auth = cipher_suite_auth(alg);

        g_assert_cmpuint(auth->code_len, ==, crypto_hash_len(auth->hash));
    }
    g_assert_true(cipher_suite_conf_known(IPMI_CONF_NONE));
    g_assert_true(cipher_suite_conf_known(IPMI_CONF_AES_CBC_128));
    g_assert_false(cipher_suite_conf_known(2));
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/codec/cipher-suite/by-id", test_by_id);
    g_test_add_func("/codec/cipher-suite/by-algs", test_by_algs);
    g_test_add_func("/codec/cipher-suite/record", test_record);
    g_test_add_func("/codec/cipher-suite/algs", test_algs);
    return g_test_run();
}
