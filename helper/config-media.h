/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the settings say about virtual media. */
#ifndef QEMU_BMC_CONFIG_MEDIA_H
#define QEMU_BMC_CONFIG_MEDIA_H

#include "config.h"

typedef struct BmcMediaConfig BmcMediaConfig;

/**
 * config_media_new: collect it.
 *
 * @config: the configuration, which must stay
 *
 * Returns: (transfer full): what the hub is told
 */
BmcMediaConfig *config_media_new(const Config *config);

/**
 * config_media_free: free it.
 *
 * @media: what config_media_new() has returned
 */
void config_media_free(BmcMediaConfig *media);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BmcMediaConfig, config_media_free)

#endif /* QEMU_BMC_CONFIG_MEDIA_H */
