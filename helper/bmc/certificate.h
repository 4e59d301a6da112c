/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The certificate that clients see over TLS, how another takes its place
 * while connections go on, and the key that waits for its certificate. Keys
 * never leave the state directory.
 */
#ifndef QEMU_BMC_BMC_CERTIFICATE_H
#define QEMU_BMC_BMC_CERTIFICATE_H

#include <gio/gio.h>

#include "bmc/bmc.h"
#include "util/tls-cert.h"

/**
 * bmc_certificate_set: tell what the services present.
 *
 * @bmc: the hub
 * @certificate: the certificate, with its key and chain
 * @fixed: it is in files of the host's administrator, so that clients cannot
 *         replace it
 */
void bmc_certificate_set(Bmc *bmc, GTlsCertificate *certificate, bool fixed);

/**
 * bmc_certificate_reload: read the files of the host's administrator again.
 * What cannot be used is logged, and the certificate stays.
 *
 * @bmc: the hub
 * @cert_path: as tls_load()
 * @key_path: as tls_load()
 */
void bmc_certificate_reload(Bmc *bmc, const char *cert_path,
                            const char *key_path);

/**
 * bmc_certificate_info: what it says.
 *
 * @bmc: the hub
 *
 * Returns: (transfer none): that, or NULL without TLS
 */
const TlsCertInfo *bmc_certificate_info(const Bmc *bmc);

/**
 * bmc_certificate_tls: the certificate for new connections; it has changed
 * when %BMC_PART_CERTIFICATE is notified of.
 *
 * @bmc: the hub
 *
 * Returns: (transfer none): the certificate, or NULL without TLS
 */
GTlsCertificate *bmc_certificate_tls(const Bmc *bmc);

/**
 * bmc_certificate_is_fixed: whether clients cannot replace it.
 *
 * @bmc: the hub
 *
 * Returns: true if it is in files of the host's administrator
 */
bool bmc_certificate_is_fixed(const Bmc *bmc);

/**
 * bmc_certificate_days_left: for how long the certificate is valid. 30, 7 and
 * 1 days before the end, and at the end, that is logged, and told as
 * %BMC_PART_EXPIRY.
 *
 * @bmc: the hub
 *
 * Returns: whole days, 0 when it has expired or there is none
 */
unsigned bmc_certificate_days_left(const Bmc *bmc);

/**
 * bmc_certificate_replace_async: present another one from now on.
 *
 * @bmc: the hub
 * @text: as tls_pair_make(); without a key in it, the key is the one of the
 *        last request or the present one
 * @origin: who asks
 * @cancellable: (nullable): stops waiting
 * @callback: called when it is on disk and in use
 * @opaque: handed to @callback
 */
void bmc_certificate_replace_async(Bmc *bmc, const char *text,
                                   const BmcOrigin *origin,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   void *opaque);

/**
 * bmc_certificate_replace_finish: result of bmc_certificate_replace_async().
 *
 * @res: as the callback got it
 * @errp: as tls_pair_make(); BMC_ERROR_NOT_SUPPORTED: it is fixed, or there
 *        is no TLS; BMC_ERROR_BUSY: another such operation is going on;
 *        BMC_ERROR_FAILED: it cannot be written
 *
 * Returns: true on success
 */
bool bmc_certificate_replace_finish(GAsyncResult *res, GError **errp);

/**
 * bmc_certificate_request_async: make a new key and a request for its
 * certificate. The key is kept until that comes, or another request is made.
 *
 * @bmc: the hub
 * @csr: what to ask for
 * @origin: who asks
 * @cancellable: (nullable): stops waiting
 * @callback: called when it is made
 * @opaque: handed to @callback
 */
void bmc_certificate_request_async(Bmc *bmc, const TlsCsr *csr,
                                   const BmcOrigin *origin,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   void *opaque);

/**
 * bmc_certificate_renew_async: the same for another certificate with the
 * names of the present one.
 *
 * @bmc: the hub
 * @key: (nullable): kind of the new key; NULL: with the present key
 * @origin: who asks
 * @cancellable: (nullable): stops waiting
 * @callback: called when it is made
 * @opaque: handed to @callback
 */
void bmc_certificate_renew_async(Bmc *bmc, const TlsKeyType *key,
                                 const BmcOrigin *origin,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback, void *opaque);

/**
 * bmc_certificate_request_finish: result of bmc_certificate_request_async()
 * and bmc_certificate_renew_async().
 *
 * @res: as the callback got it
 * @errp: as bmc_certificate_replace_finish()
 *
 * Returns: (transfer full): the request, PEM, or NULL
 */
char *bmc_certificate_request_finish(GAsyncResult *res, GError **errp);

#endif /* QEMU_BMC_BMC_CERTIFICATE_H */
