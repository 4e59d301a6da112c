/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Authorities whose certificates let clients in over TLS without a password
 * (DSP0266 "Client certificate authentication"). The common name of such a
 * certificate, or its User Principal Name, is the name of an account. Nothing
 * about a certificate is decided for good: what is trusted, and the account,
 * are looked at again with each request.
 */
#ifndef QEMU_BMC_BMC_TRUST_H
#define QEMU_BMC_BMC_TRUST_H

#include <gio/gio.h>

#include "bmc/bmc.h"
#include "bmc/users.h"
#include "util/tls-cert.h"
#include "util/tls-trust.h"

#define BMC_TRUST_MAX 16

/**
 * BmcTrustConfig: settings. They survive the process.
 *
 * @enabled: certificates are asked for and count
 * @required: whoever comes over the network without a good one gets no
 *            answer at all; does nothing without @enabled and an authority
 * @name: which of its names is that of the account
 */
typedef struct BmcTrustConfig {
    bool enabled;
    bool required;
    TlsTrustName name;
} BmcTrustConfig;

/**
 * bmc_trust_config: the settings.
 *
 * @bmc: the hub
 *
 * Returns: (transfer none): the settings
 */
const BmcTrustConfig *bmc_trust_config(const Bmc *bmc);

/**
 * bmc_trust_configure: change the settings; kept by the next flush.
 *
 * @bmc: the hub
 * @config: the settings; copied
 * @origin: who asks
 */
void bmc_trust_configure(Bmc *bmc, const BmcTrustConfig *config,
                         const BmcOrigin *origin);

/**
 * bmc_trust_add: trust an authority from now on.
 *
 * @bmc: the hub
 * @text: its certificate, PEM
 * @origin: who asks
 * @errp: as tls_ca_make(); BMC_ERROR_EXISTS; BMC_ERROR_LIMIT
 *
 * Returns: its number, or 0
 */
unsigned bmc_trust_add(Bmc *bmc, const char *text, const BmcOrigin *origin,
                       GError **errp);

/**
 * bmc_trust_remove: trust an authority no longer. Sessions that were made
 * with its certificates end.
 *
 * @bmc: the hub
 * @id: its number
 * @origin: who asks
 * @errp: BMC_ERROR_NOT_FOUND; BMC_ERROR_STATE: it is the last one while
 *        certificates are required
 *
 * Returns: true on success
 */
bool bmc_trust_remove(Bmc *bmc, unsigned id, const BmcOrigin *origin,
                      GError **errp);

/**
 * bmc_trust_nth: all authorities, the oldest first.
 *
 * @bmc: the hub
 * @n: 0 and up
 *
 * Returns: its number, or 0 beyond the last
 */
unsigned bmc_trust_nth(const Bmc *bmc, unsigned n);

/**
 * bmc_trust_info: what the certificate of an authority says.
 *
 * @bmc: the hub
 * @id: its number
 *
 * Returns: (transfer none): that, or NULL
 */
const TlsCertInfo *bmc_trust_info(const Bmc *bmc, unsigned id);

/**
 * bmc_trust_pem: what clients are to be asked for.
 *
 * @bmc: the hub
 *
 * Returns: (transfer full): certificates of all authorities, PEM; or NULL
 *          when clients are not to be asked
 */
char *bmc_trust_pem(const Bmc *bmc);

/**
 * bmc_trust_required: whether who has no good certificate gets no answer.
 *
 * @bmc: the hub
 *
 * Returns: true if so
 */
bool bmc_trust_required(const Bmc *bmc);

/**
 * bmc_trust_user: whose certificate it is, and whether it is good now.
 *
 * @bmc: the hub
 * @certificate: what a client has presented, with its chain; it is known
 *               that the client has the key
 * @errp: (nullable): BMC_ERROR_AUTH, with the reason
 *
 * Returns: (transfer none): the account, which is enabled, valid until the
 * main loop runs; or NULL
 */
const BmcUser *bmc_trust_user(Bmc *bmc, GTlsCertificate *certificate,
                              GError **errp);

/**
 * bmc_trust_new: load whom clients' certificates may be from. For
 * helper/bmc/ only, so the next two.
 *
 * @bmc: the hub
 * @reset: forget them: the accounts are reset
 */
void bmc_trust_new(Bmc *bmc, bool reset);

/**
 * bmc_trust_free: free it.
 *
 * @bmc: the hub
 */
void bmc_trust_free(Bmc *bmc);

/**
 * bmc_trust_reset: trust nobody.
 *
 * @bmc: the hub
 */
void bmc_trust_reset(Bmc *bmc);

#endif /* QEMU_BMC_BMC_TRUST_H */
