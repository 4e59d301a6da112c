/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Keys and passwords: compare, wipe, make and hash. */
#include "osdep.h"

#include "util/secret.h"

#include <crypt.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <nettle/memops.h>

#include "util/error.h"

#define SALT_BYTES 16

/* Makes the setting for a new hash, with the library's default cost. */
static bool new_setting(char setting[CRYPT_GENSALT_OUTPUT_SIZE])
{
    char salt[SALT_BYTES];

    secret_random(salt, sizeof(salt));
    return crypt_gensalt_rn("$y$", 0, salt, sizeof(salt), setting,
                            CRYPT_GENSALT_OUTPUT_SIZE);
}

/* Returns a copy of the hash, or NULL with errno set. */
static char *hash_with(const char *password, const char *setting)
{
    /* 32 KiB that the hash leaves intermediate values in */
    struct crypt_data *data = g_new0(struct crypt_data, 1);
    const char *hash = crypt_rn(password, setting, data, sizeof(*data));
    int saved_errno = errno;
    char *copy = g_strdup(hash);

    secret_wipe(data, sizeof(*data));
    g_free(data);
    errno = saved_errno;
    return copy;
}

bool secret_equal(const void *a, size_t a_len, const void *b, size_t b_len)
{
    return a_len == b_len && (!a_len || memeql_sec(a, b, a_len));
}

void secret_wipe(void *buf, size_t len)
{
    if (len) {
        gnutls_memset(buf, 0, len);
    }
}

void secret_free(char *secret)
{
    if (secret) {
        secret_wipe(secret, strlen(secret));
        g_free(secret);
    }
}

void secret_random(void *buf, size_t len)
{
    int ret = gnutls_rnd(GNUTLS_RND_KEY, buf, len);

    if (ret < 0) {
        g_error("no random numbers: %s", gnutls_strerror(ret));
    }
}

char *secret_hash(const char *password, GError **errp)
{
    char setting[CRYPT_GENSALT_OUTPUT_SIZE];
    char *hash = NULL;

    if (new_setting(setting)) {
        hash = hash_with(password, setting);
    }
    if (!hash) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_FAILED,
                    "cannot hash the password: %s", g_strerror(errno));
    }
    return hash;
}

bool secret_hash_verify(const char *password, const char *hash)
{
    char dummy[CRYPT_GENSALT_OUTPUT_SIZE];
    bool usable = hash && crypt_checksalt(hash) == CRYPT_SALT_OK;
    char *found;
    bool equal;

    if (!usable && !new_setting(dummy)) {
        return false;
    }
    found = hash_with(password, usable ? hash : dummy);
    equal = usable && found &&
            secret_equal(found, strlen(found), hash, strlen(hash));
    secret_free(found);
    return equal;
}
