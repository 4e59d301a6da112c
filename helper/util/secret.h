/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Handling of keys and passwords. */
#ifndef QEMU_BMC_UTIL_SECRET_H
#define QEMU_BMC_UTIL_SECRET_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

/**
 * secret_equal: compare in a time that depends only on the lengths.
 *
 * @a: first value
 * @a_len: its length in bytes
 * @b: second value
 * @b_len: its length in bytes
 *
 * Returns: true if both are the same
 */
bool secret_equal(const void *a, size_t a_len, const void *b, size_t b_len);

/**
 * secret_wipe: overwrite memory; never optimised away.
 *
 * @buf: the memory
 * @len: its length in bytes
 */
void secret_wipe(void *buf, size_t len);

/**
 * secret_free: wipe and free a string made by GLib.
 *
 * @secret: the string, or NULL
 */
void secret_free(char *secret);

/**
 * secret_random: fill with random bytes fit for keys; ends the process if
 * the system has none, which no peer can cause.
 *
 * @buf: where to
 * @len: how many bytes
 */
void secret_random(void *buf, size_t len);

/**
 * secret_hash: hash a password with yescrypt. Takes tens of milliseconds:
 * call it from a GTask thread.
 *
 * @password: the password
 * @errp: BMC_ERROR_FAILED when libcrypt refuses
 *
 * Returns: (transfer full): the hash as a string, or NULL
 */
char *secret_hash(const char *password, GError **errp);

/**
 * secret_hash_verify: check a password against a hash. As slow as
 * secret_hash(), also when @hash is NULL, so that an unknown user costs as
 * much as a wrong password.
 *
 * @password: the password
 * @hash: from secret_hash(), or NULL, which never matches
 *
 * Returns: true if it matches
 */
bool secret_hash_verify(const char *password, const char *hash);

#endif /* QEMU_BMC_UTIL_SECRET_H */
