/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The cryptography of IPMI sessions: the only file that knows nettle. */
#include "osdep.h"

#include "codec/crypto.h"

#include <nettle/aes.h>
#include <nettle/cbc.h>
#include <nettle/hmac.h>
#include <nettle/md2.h>
#include <nettle/md5.h>

#include "util/secret.h"

typedef union HmacContext {
    struct hmac_md5_ctx md5;
    struct hmac_sha1_ctx sha1;
    struct hmac_sha256_ctx sha256;
} HmacContext;

static void hmac_md5(HmacContext *ctx, const uint8_t *key, size_t key_len,
                     const uint8_t *data, size_t len, uint8_t *out,
                     size_t out_len)
{
    hmac_md5_set_key(&ctx->md5, key_len, key);
    hmac_md5_update(&ctx->md5, len, data);
    hmac_md5_digest(&ctx->md5, out_len, out);
}

static void hmac_sha1(HmacContext *ctx, const uint8_t *key, size_t key_len,
                      const uint8_t *data, size_t len, uint8_t *out,
                      size_t out_len)
{
    hmac_sha1_set_key(&ctx->sha1, key_len, key);
    hmac_sha1_update(&ctx->sha1, len, data);
    hmac_sha1_digest(&ctx->sha1, out_len, out);
}

static void hmac_sha256(HmacContext *ctx, const uint8_t *key, size_t key_len,
                        const uint8_t *data, size_t len, uint8_t *out,
                        size_t out_len)
{
    hmac_sha256_set_key(&ctx->sha256, key_len, key);
    hmac_sha256_update(&ctx->sha256, len, data);
    hmac_sha256_digest(&ctx->sha256, out_len, out);
}

static const struct {
    size_t len;
    void (*hmac)(HmacContext *ctx, const uint8_t *key, size_t key_len,
                 const uint8_t *data, size_t len, uint8_t *out,
                 size_t out_len);
} hashes[CRYPTO_HASH__MAX] = {
    [CRYPTO_MD5] = { MD5_DIGEST_SIZE, hmac_md5 },
    [CRYPTO_SHA1] = { SHA1_DIGEST_SIZE, hmac_sha1 },
    [CRYPTO_SHA256] = { SHA256_DIGEST_SIZE, hmac_sha256 },
};

G_STATIC_ASSERT(CRYPTO_DIGEST_MAX == SHA256_DIGEST_SIZE);
G_STATIC_ASSERT(CRYPTO_MD5_LEN == MD5_DIGEST_SIZE);
G_STATIC_ASSERT(CRYPTO_MD5_LEN == MD2_DIGEST_SIZE);
G_STATIC_ASSERT(CRYPTO_AES_KEY_LEN == AES128_KEY_SIZE);
G_STATIC_ASSERT(CRYPTO_AES_BLOCK == AES_BLOCK_SIZE);

size_t crypto_hash_len(CryptoHash hash)
{
    return hashes[hash].len;
}

void crypto_hmac(CryptoHash hash, const uint8_t *key, size_t key_len,
                 const uint8_t *data, size_t len, uint8_t *out,
                 size_t out_len)
{
    HmacContext ctx;

    g_assert(out_len <= hashes[hash].len);
    hashes[hash].hmac(&ctx, key, key_len, data, len, out, out_len);
    secret_wipe(&ctx, sizeof(ctx));
}

void crypto_md5_keyed(const uint8_t *key, size_t key_len, const uint8_t *data,
                      size_t len, uint8_t out[CRYPTO_MD5_LEN])
{
    struct md5_ctx ctx;

    md5_init(&ctx);
    md5_update(&ctx, key_len, key);
    md5_update(&ctx, len, data);
    md5_update(&ctx, key_len, key);
    md5_digest(&ctx, CRYPTO_MD5_LEN, out);
    secret_wipe(&ctx, sizeof(ctx));
}

void crypto_md2_keyed(const uint8_t *key, size_t key_len, const uint8_t *data,
                      size_t len, uint8_t out[CRYPTO_MD5_LEN])
{
    struct md2_ctx ctx;

    md2_init(&ctx);
    md2_update(&ctx, key_len, key);
    md2_update(&ctx, len, data);
    md2_update(&ctx, key_len, key);
    md2_digest(&ctx, CRYPTO_MD5_LEN, out);
    secret_wipe(&ctx, sizeof(ctx));
}

void crypto_aes128_cbc_encrypt(const uint8_t key[CRYPTO_AES_KEY_LEN],
                               const uint8_t iv[CRYPTO_AES_BLOCK],
                               uint8_t *out, const uint8_t *in, size_t len)
{
    struct CBC_CTX(struct aes128_ctx, AES_BLOCK_SIZE) ctx;

    g_assert(len % CRYPTO_AES_BLOCK == 0);
    aes128_set_encrypt_key(&ctx.ctx, key);
    CBC_SET_IV(&ctx, iv);
    CBC_ENCRYPT(&ctx, aes128_encrypt, len, out, in);
    secret_wipe(&ctx, sizeof(ctx));
}

void crypto_aes128_cbc_decrypt(const uint8_t key[CRYPTO_AES_KEY_LEN],
                               const uint8_t iv[CRYPTO_AES_BLOCK],
                               uint8_t *out, const uint8_t *in, size_t len)
{
    struct CBC_CTX(struct aes128_ctx, AES_BLOCK_SIZE) ctx;

    g_assert(len % CRYPTO_AES_BLOCK == 0);
    aes128_set_decrypt_key(&ctx.ctx, key);
    CBC_SET_IV(&ctx, iv);
    CBC_DECRYPT(&ctx, aes128_decrypt, len, out, in);
    secret_wipe(&ctx, sizeof(ctx));
}
