/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The cryptography of IPMI sessions, on nettle. Everything is one call; no
 * state with key material outlives it.
 */
#ifndef QEMU_BMC_CODEC_CRYPTO_H
#define QEMU_BMC_CODEC_CRYPTO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CRYPTO_DIGEST_MAX 32
#define CRYPTO_MD5_LEN 16
#define CRYPTO_AES_KEY_LEN 16
#define CRYPTO_AES_BLOCK 16

/**
 * CryptoHash: the hash functions.
 */
typedef enum CryptoHash {
    CRYPTO_MD5,
    CRYPTO_SHA1,
    CRYPTO_SHA256,
    CRYPTO_HASH__MAX,
} CryptoHash;

/**
 * crypto_hash_len: length of a hash function's digest.
 *
 * @hash: the hash function
 *
 * Returns: bytes: 16, 20 or 32
 */
size_t crypto_hash_len(CryptoHash hash);

/**
 * crypto_hmac: HMAC (RFC 2104).
 *
 * @hash: the hash function
 * @key: key
 * @key_len: its length in bytes
 * @data: what to authenticate
 * @len: its length in bytes
 * @out: where to
 * @out_len: bytes wanted; at most crypto_hash_len(), less truncates
 */
void crypto_hmac(CryptoHash hash, const uint8_t *key, size_t key_len,
                 const uint8_t *data, size_t len, uint8_t *out,
                 size_t out_len);

/**
 * crypto_md5_keyed: MD5 over key, data and the key once more, as IPMI's
 * MD5-128 (section 13.28.3) has it.
 *
 * @key: key
 * @key_len: its length in bytes
 * @data: what to authenticate
 * @len: its length in bytes
 * @out: the digest
 */
void crypto_md5_keyed(const uint8_t *key, size_t key_len, const uint8_t *data,
                      size_t len, uint8_t out[CRYPTO_MD5_LEN]);

/**
 * crypto_md2_keyed: the same with MD2 (RFC 1319), which also has 16 bytes.
 *
 * @key: key
 * @key_len: its length in bytes
 * @data: what to authenticate
 * @len: its length in bytes
 * @out: the digest
 */
void crypto_md2_keyed(const uint8_t *key, size_t key_len, const uint8_t *data,
                      size_t len, uint8_t out[CRYPTO_MD5_LEN]);

/**
 * crypto_aes128_cbc_encrypt: AES-128 in CBC mode, without padding.
 *
 * @key: 16 bytes
 * @iv: 16 bytes
 * @out: @len bytes; may be the same as @in
 * @in: plain text
 * @len: its length in bytes, a multiple of %CRYPTO_AES_BLOCK
 */
void crypto_aes128_cbc_encrypt(const uint8_t key[CRYPTO_AES_KEY_LEN],
                               const uint8_t iv[CRYPTO_AES_BLOCK],
                               uint8_t *out, const uint8_t *in, size_t len);

/**
 * crypto_aes128_cbc_decrypt: the reverse.
 *
 * @key: 16 bytes
 * @iv: 16 bytes
 * @out: @len bytes; may be the same as @in
 * @in: cipher text
 * @len: its length in bytes, a multiple of %CRYPTO_AES_BLOCK
 */
void crypto_aes128_cbc_decrypt(const uint8_t key[CRYPTO_AES_KEY_LEN],
                               const uint8_t iv[CRYPTO_AES_BLOCK],
                               uint8_t *out, const uint8_t *in, size_t len);

#endif /* QEMU_BMC_CODEC_CRYPTO_H */
