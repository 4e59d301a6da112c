/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Known answers: RFC 2202, RFC 4231, RFC 1321, NIST SP 800-38A. */
#include "osdep.h"

#include "codec/crypto.h"

#include "tests/lib/test-util.h"

typedef struct HmacVector {
    CryptoHash hash;
    const char *key;
    const char *data;
    const char *digest;
} HmacVector;

#define TEN_AA "aaaaaaaaaaaaaaaaaaaa"
#define AA_80 TEN_AA TEN_AA TEN_AA TEN_AA TEN_AA TEN_AA TEN_AA TEN_AA
#define TEN_DD "dddddddddddddddddddd"
#define DD_50 TEN_DD TEN_DD TEN_DD TEN_DD TEN_DD
/* "Hi There", "what do ya want for nothing?" */
#define HI_THERE "4869205468657265"
#define WHAT "7768617420646f2079612077616e7420666f72206e6f7468696e673f"
/* "Test Using Larger Than Block-Size Key - Hash Key First" */
#define LARGER "54657374205573696e67204c6172676572205468616e20426c6f636b2d" \
    "53697a65204b6579202d2048617368204b6579204669727374"

static const HmacVector hmac_vectors[] = {
    /* RFC 2202 section 2, cases 1, 2, 3, 6 */
    { CRYPTO_MD5, "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", HI_THERE,
      "9294727a3638bb1c13f48ef8158bfc9d" },
    { CRYPTO_MD5, "4a656665", WHAT, "750c783e6ab0b503eaa86e310a5db738" },
    { CRYPTO_MD5, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", DD_50,
      "56be34521d144c88dbb8c733f0e8b3f6" },
    { CRYPTO_MD5, AA_80, LARGER, "6b1ab7fe4bd7bf8f0b62e6ce61b9d0cd" },
    /* RFC 2202 section 3, cases 1, 2, 3, 6 */
    { CRYPTO_SHA1, "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", HI_THERE,
      "b617318655057264e28bc0b6fb378c8ef146be00" },
    { CRYPTO_SHA1, "4a656665", WHAT,
      "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79" },
    { CRYPTO_SHA1, TEN_AA TEN_AA, DD_50,
      "125d7342b9ac11cd91a39af48aa17b4f63f175d3" },
    { CRYPTO_SHA1, AA_80, LARGER,
      "aa4ae5e15272d00e95705637ce8a3b55ed402112" },
    /* RFC 4231 sections 4.2, 4.3, 4.4 */
    { CRYPTO_SHA256, "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", HI_THERE,
      "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7" },
    { CRYPTO_SHA256, "4a656665", WHAT,
      "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843" },
    { CRYPTO_SHA256, TEN_AA TEN_AA, DD_50,
      "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe" },
};

static void test_hmac(void)
{
    size_t i;

    for (i = 0; i < G_N_ELEMENTS(hmac_vectors); i++) {
        const HmacVector *v = &hmac_vectors[i];
        g_autoptr(GBytes) key = test_hex(v->key);
        g_autoptr(GBytes) data = test_hex(v->data);
        g_autoptr(GBytes) digest = test_hex(v->digest);
        size_t len = crypto_hash_len(v->hash);
        uint8_t out[CRYPTO_DIGEST_MAX];

        g_assert_cmpuint(len, ==, g_bytes_get_size(digest));
        crypto_hmac(v->hash, g_bytes_get_data(key, NULL),
                    g_bytes_get_size(key), g_bytes_get_data(data, NULL),
                    g_bytes_get_size(data), out, len);
        test_assert_hex_equal(out, len, v->digest);
    }
}

/* RFC 4231 section 4.6 and RFC 2202 case 5 of HMAC-SHA-1 */
static void test_hmac_truncated(void)
{
    static const char text[] = "Test With Truncation";
    uint8_t key[20];
    uint8_t out[20] = { 0 };

    memset(key, 0x0c, sizeof(key));
    crypto_hmac(CRYPTO_SHA256, key, sizeof(key), (const uint8_t *)text,
                strlen(text), out, 16);
    test_assert_hex_equal(out, sizeof(out),
                          "a3b6167473100ee06e0c796c2955552b 00000000");
    memset(out, 0, sizeof(out));
    crypto_hmac(CRYPTO_SHA1, key, sizeof(key), (const uint8_t *)text,
                strlen(text), out, 12);
    test_assert_hex_equal(out, sizeof(out),
                          "4c1a03424b55e07fe7f27be1 0000000000000000");
}

/* With an empty key it is plain MD5: RFC 1321 section A.5. */
static void test_md5_keyed(void)
{
    uint8_t out[CRYPTO_MD5_LEN];

    crypto_md5_keyed(NULL, 0, (const uint8_t *)"message digest", 14, out);
    test_assert_hex_equal(out, sizeof(out),
                          "f96b697d7cb7938d525a2f31aaf161d0");
    /* "a", "bc" and "a" again make the MD5 of "abca". */
    crypto_md5_keyed((const uint8_t *)"a", 1, (const uint8_t *)"bc", 2, out);
    test_assert_hex_equal(out, sizeof(out),
                          "95dd4c8065d82b2ac5a3a6ede5956f7c");
}

/* NIST SP 800-38A sections F.2.1 and F.2.2 */
static void test_aes(void)
{
    static const char key_hex[] = "2b7e151628aed2a6abf7158809cf4f3c";
    static const char iv_hex[] = "000102030405060708090a0b0c0d0e0f";
    static const char plain_hex[] =
        "6bc1bee22e409f96e93d7e117393172a ae2d8a571e03ac9c9eb76fac45af8e51"
        "30c81c46a35ce411e5fbc1191a0a52ef f69f2445df4f9b17ad2b417be66c3710";
    static const char cipher_hex[] =
        "7649abac8119b246cee98e9b12e9197d 5086cb9b507219ee95db113a917678b2"
        "73bed6b8e3c1743b7116e69e22229516 3ff1caa1681fac09120eca307586e1a7";
    g_autoptr(GBytes) key = test_hex(key_hex);
    g_autoptr(GBytes) iv = test_hex(iv_hex);
    g_autoptr(GBytes) plain = test_hex(plain_hex);
    uint8_t buf[64];

    g_assert_cmpuint(g_bytes_get_size(plain), ==, sizeof(buf));
    crypto_aes128_cbc_encrypt(g_bytes_get_data(key, NULL),
                              g_bytes_get_data(iv, NULL), buf,
                              g_bytes_get_data(plain, NULL), sizeof(buf));
    test_assert_hex_equal(buf, sizeof(buf), cipher_hex);
    /* in place */
    crypto_aes128_cbc_decrypt(g_bytes_get_data(key, NULL),
                              g_bytes_get_data(iv, NULL), buf, buf,
                              sizeof(buf));
    test_assert_hex_equal(buf, sizeof(buf), plain_hex);
    crypto_aes128_cbc_encrypt(g_bytes_get_data(key, NULL),
                              g_bytes_get_data(iv, NULL), buf, buf,
                              sizeof(buf));
    test_assert_hex_equal(buf, sizeof(buf), cipher_hex);
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/codec/crypto/hmac", test_hmac);
    g_test_add_func("/codec/crypto/hmac-truncated", test_hmac_truncated);
    g_test_add_func("/codec/crypto/md5-keyed", test_md5_keyed);
    g_test_add_func("/codec/crypto/aes128-cbc", test_aes);
    return g_test_run();
}
