/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the owner calls the machine and its BMC: the asset tag and the
 * management controller's identifier string (DCMI 1.5 sections 6.4.2 and
 * 6.4.6). Both are persistent.
 */
#ifndef QEMU_BMC_BMC_ASSET_H
#define QEMU_BMC_BMC_ASSET_H

#include "bmc/bmc.h"

#define BMC_ASSET_MAX 63

/**
 * BmcAssetItem: which of the two.
 *
 * @BMC_ASSET_TAG: the machine's asset tag. Until one is written it is that
 *                 of QEMU's -smbios type=3, if there is one
 * @BMC_ASSET_CONTROLLER: the management controller's identifier string; it
 *                        is the BMC's name until one is written
 */
typedef enum BmcAssetItem {
    BMC_ASSET_TAG,
    BMC_ASSET_CONTROLLER,
    BMC_ASSET_ITEM__MAX,
} BmcAssetItem;

/**
 * bmc_asset_get: read one, as it was written. Clients write it in pieces, so
 * it may be cut within a character.
 *
 * @bmc: the hub
 * @item: which
 *
 * Returns: (transfer none): at most %BMC_ASSET_MAX bytes, terminated
 */
const char *bmc_asset_get(const Bmc *bmc, BmcAssetItem item);

/**
 * bmc_asset_text: read one as text.
 *
 * @bmc: the hub
 * @item: which
 *
 * Returns: (transfer full): UTF-8; what is not is replaced
 */
char *bmc_asset_text(const Bmc *bmc, BmcAssetItem item);

/**
 * bmc_asset_written: whether somebody has set one.
 *
 * @bmc: the hub
 * @item: which
 *
 * Returns: true if so; false if something else stands for it
 */
bool bmc_asset_written(const Bmc *bmc, BmcAssetItem item);

/**
 * bmc_asset_set: write (a piece of) one. It ends after what is written.
 *
 * @bmc: the hub
 * @item: which
 * @offset: bytes of the present one to keep
 * @data: what follows them; no NUL among it
 * @len: its length in bytes
 * @origin: who asks
 * @errp: BMC_ERROR_LIMIT when it would be too long, or @offset is beyond the
 *        present end, BMC_ERROR_INVALID when there is a NUL
 *
 * Returns: true on success
 */
bool bmc_asset_set(Bmc *bmc, BmcAssetItem item, size_t offset,
                   const uint8_t *data, size_t len, const BmcOrigin *origin,
                   GError **errp);

#endif /* QEMU_BMC_BMC_ASSET_H */
