/* SPDX-License-Identifier: GPL-2.0-or-later */
/* TLS certificates of the services. */
#ifndef QEMU_BMC_UTIL_TLS_H
#define QEMU_BMC_UTIL_TLS_H

#include <gio/gio.h>
#include <glib.h>

/* In the state directory: what was made there. */
#define TLS_CERT_FILE "tls-cert.pem"
#define TLS_KEY_FILE "tls-key.pem"
/* The same, what a client has brought: certificate, chain and key. */
#define TLS_PAIR_FILE "tls-pair.pem"

/**
 * tls_load: load the certificate and key that a user has given.
 *
 * @cert_path: PEM file: the certificate, followed by its chain
 * @key_path: PEM file: the private key
 * @errp: BMC_ERROR_USAGE with the file's name and what is wrong with it;
 *        BMC_ERROR_NOT_SUPPORTED when GIO has no TLS module, saying which
 *        package to install
 *
 * Returns: (transfer full): the certificate, or NULL
 */
GTlsCertificate *tls_load(const char *cert_path, const char *key_path,
                          GError **errp);

/**
 * tls_load_or_generate: load "tls-pair.pem" of a directory, which a client
 * has brought, or else "tls-cert.pem" and "tls-key.pem"; if they are not
 * there, or have expired, make a self-signed P-256 certificate and write
 * them, the key with mode 0600.
 *
 * @dir: the directory, which must exist
 * @common_name: subject of a new certificate, e.g. "qemu-bmc vm1"
 * @hosts: names and numeric addresses for subjectAltName; NULL-terminated;
 *         "localhost", 127.0.0.1 and ::1 are always added
 * @errp: as tls_load()
 *
 * Returns: (transfer full): the certificate, or NULL
 */
GTlsCertificate *tls_load_or_generate(const char *dir,
                                      const char *common_name,
                                      const char *const *hosts,
                                      GError **errp);

/**
 * tls_database_new: make a list of authorities.
 *
 * @pem: their certificates
 * @errp: BMC_ERROR_FAILED
 *
 * Returns: (transfer full): the list, or NULL
 */
GTlsDatabase *tls_database_new(const char *pem, GError **errp);

/**
 * tls_set_server_defaults: make server connections cheap. glib-networking
 * gives each connection the system's whole CA list unless the backend's
 * default database is a smaller one (4 MB and 6 ms per connection); this
 * installs one that holds only @certificate.
 *
 * @certificate: our certificate
 * @errp: BMC_ERROR_FAILED
 *
 * Returns: true on success
 */
gboolean tls_set_server_defaults(GTlsCertificate *certificate,
                                 GError **errp);

/**
 * tls_system_database: whom the system trusts, for connections to others.
 * After tls_set_server_defaults() they would trust our own certificate, and
 * nothing else, if this were not said. May be called in any thread.
 *
 * Returns: (transfer full) (nullable): it; reading it takes 4 MB, once
 */
GTlsDatabase *tls_system_database(void);

#endif /* QEMU_BMC_UTIL_TLS_H */
