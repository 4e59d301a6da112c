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
 * @image: the image
 *
 * Returns: (transfer full): the name
 */
char *images_part_name(const BmcImage *image);

/**
 * images_has_room: whether an image may be that long.
 *
 * @bmc: the hub
 * @image: (nullable): the image, if it is there already
 * @total: bytes
 * @errp: BMC_ERROR_LIMIT
 *
 * Returns: true if so
 */
bool images_has_room(const Bmc *bmc, const BmcImage *image, uint64_t total,
                     GError **errp);

/**
 * images_discard: remove an image that nobody uses and that is not busy. It
 * is busy until it is gone.
 *
 * @bmc: the hub
 * @image: the image
 */
void images_discard(Bmc *bmc, BmcImage *image);

/**
 * images_renew_part: an image begins anew: what is there of it goes, and what
 * comes has another file. So nobody can go on with what was another's, even
 * if the helper is killed now.
 *
 * @bmc: the hub
 * @image: the image, not complete
 */
void images_renew_part(Bmc *bmc, BmcImage *image);

/**
 * images_sweep: remove what is to go, and wait for what will be the next. To
 * be called when a medium was taken out.
 *
 * @bmc: the hub, whose media are loaded
 */
void images_sweep(Bmc *bmc);

/**
 * images_changed: keep what is not complete, remove what is to go, and tell
 * of a change.
 *
 * @bmc: the hub
 */
void images_changed(Bmc *bmc);

#endif /* QEMU_BMC_BMC_IMAGES_PRIV_H */
