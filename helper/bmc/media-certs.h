/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Authorities of image servers: where a slot of virtual media has some, the
 * certificate of a server must be from one of them, and not from one that
 * the system trusts. They survive the process.
 */
#ifndef QEMU_BMC_BMC_MEDIA_CERTS_H
#define QEMU_BMC_BMC_MEDIA_CERTS_H

#include "bmc/bmc.h"
#include "util/tls-cert.h"

#define BMC_MEDIA_CERTS_MAX 8

/**
 * bmc_media_cert_add: trust an authority, from the next insertion on.
 *
 * @bmc: the hub
 * @slot: the slot's id
 * @text: its certificate, PEM
 * @origin: who asks
 * @errp: as tls_ca_make(); BMC_ERROR_NOT_FOUND; BMC_ERROR_EXISTS;
 *        BMC_ERROR_LIMIT
 *
 * Returns: its number, or 0
 */
unsigned bmc_media_cert_add(Bmc *bmc, const char *slot, const char *text,
                            const BmcOrigin *origin, GError **errp);

/**
 * bmc_media_cert_remove: trust it no longer.
 *
 * @bmc: the hub
 * @slot: the slot's id
 * @id: its number
 * @origin: who asks
 * @errp: BMC_ERROR_NOT_FOUND
 *
 * Returns: true on success
 */
bool bmc_media_cert_remove(Bmc *bmc, const char *slot, unsigned id,
                           const BmcOrigin *origin, GError **errp);

/**
 * bmc_media_cert_nth: a slot's authorities, the oldest first.
 *
 * @bmc: the hub
 * @slot: the slot's id
 * @n: 0 and up
 *
 * Returns: its number, or 0 beyond the last
 */
unsigned bmc_media_cert_nth(const Bmc *bmc, const char *slot, unsigned n);

/**
 * bmc_media_cert_info: what the certificate of an authority says.
 *
 * @bmc: the hub
 * @slot: the slot's id
 * @id: its number
 *
 * Returns: (transfer none): that, or NULL
 */
const TlsCertInfo *bmc_media_cert_info(const Bmc *bmc, const char *slot,
                                       unsigned id);

#endif /* QEMU_BMC_BMC_MEDIA_CERTS_H */
