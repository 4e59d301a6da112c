/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of the hub's images share, and the hub itself. */
#ifndef QEMU_BMC_BMC_IMAGES_PRIV_H
#define QEMU_BMC_BMC_IMAGES_PRIV_H

#include "bmc/images.h"
#include "util/clock.h"

/**
 * BmcImages: all images.
 *
 * @folder: (nullable): where they are; NULL when nothing can be uploaded
 * @quota: bytes
 * @list: array of BmcImage by name
 * @cancellable: fires when the hub goes
 * @expiry: removes what is not complete and too old
 */
typedef struct BmcImages {
    char *folder;
    uint64_t quota;
    GPtrArray *list;
    GCancellable *cancellable;
    ClockTimer *expiry;
} BmcImages;

/**
 * bmc_images_new: look for what is there.
 *
 * @bmc: the hub
 * @folder: (nullable): as BmcImages
 * @quota: bytes
 */
void bmc_images_new(Bmc *bmc, const char *folder, uint64_t quota);

/**
 * bmc_images_free: forget the images; the files stay.
 *
 * @bmc: the hub
 */
void bmc_images_free(Bmc *bmc);

/**
 * images_find: an image by its name.
 *
 * @bmc: the hub
 * @name: the name
 *
 * Returns: (transfer none): the image, or NULL
 */
BmcImage *images_find(const Bmc *bmc, const char *name);

/**
 * images_add: note an image, in the order of names.
 *
 * @bmc: the hub
 * @name: its name
 *
 * Returns: (transfer none): it, empty
 */
BmcImage *images_add(Bmc *bmc, const char *name);

/**
 * images_part_name: name of an image's file until it is complete.
 *
 * @name: the image's name
 *
 * Returns: (transfer full): the name
 */
char *images_part_name(const char *name);

/**
 * images_changed: keep what is not complete, remove what is too old, and
 * tell of a change.
 *
 * @bmc: the hub
 */
void images_changed(Bmc *bmc);

#endif /* QEMU_BMC_BMC_IMAGES_PRIV_H */
