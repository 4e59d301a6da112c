/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Changes of the machine's firmware files. QEMU reads its flash chips once,
 * at its start, and writes what the guest changes in them; so a file is only
 * changed while no QEMU runs. A change waits, and survives this process,
 * until the machine is next switched on, cycled or restarted by the BMC: then
 * QEMU is ended, the file is replaced as a whole, and another QEMU is
 * started. A restart by the guest itself does not do it. Only where we start
 * QEMU.
 *
 * What cannot be done keeps no machine off: it boots with the file as it was,
 * and the change is dropped, or tried again at the next start where that may
 * go better (the file is locked, the disk is full).
 *
 * The file as it was is kept beside the new one, with %BMC_FLASH_OLD_SUFFIX,
 * until the next change.
 */
#ifndef QEMU_BMC_BMC_FLASH_H
#define QEMU_BMC_BMC_FLASH_H

#include "bmc/bmc.h"
#include "codec/efi-edit.h"

/* How many may wait. */
#define BMC_FLASH_MAX 256
/* Signatures and certificates in them, in bytes. */
#define BMC_FLASH_DATA_MAX (256 * 1024)
/* No chip is larger. */
#define BMC_FLASH_SIZE_MAX (64 * 1024 * 1024)
/* What may be said about an image. */
#define BMC_FLASH_VERSION_MAX 255

#define BMC_FLASH_OLD_SUFFIX ".qemu-bmc-old"

/**
 * BmcFlashKind: how a file is changed.
 *
 * @BMC_FLASH_IMAGE: it becomes another one
 * @BMC_FLASH_KEYS: keys or settings of Secure Boot are changed in it,
 *                  whatever else it holds by then
 */
typedef enum BmcFlashKind {
    BMC_FLASH_IMAGE,
    BMC_FLASH_KEYS,
} BmcFlashKind;

/**
 * BmcFlashChange: a change that waits.
 *
 * @id: its number, 1 and up; none is used twice in one state directory
 * @kind: how the file is changed
 * @chip: which chip's file it is
 * @file: that file, absolute; it is an error if QEMU has another one by then
 * @when: when it was asked for, microseconds since 1970
 * @who: by whom, for people
 * @problem: (nullable): why the last attempt has failed
 * @staged: %BMC_FLASH_IMAGE: path of the new content; else NULL
 * @digest: %BMC_FLASH_IMAGE: its SHA-256, hexadecimal; else NULL
 * @size: %BMC_FLASH_IMAGE: its size
 * @version: (nullable): %BMC_FLASH_IMAGE: what it is, for people
 * @edit: %BMC_FLASH_KEYS: what is done; else NULL
 */
typedef struct BmcFlashChange {
    unsigned id;
    BmcFlashKind kind;
    MachineFlash chip;
    char *file;
    int64_t when;
    char *who;
    char *problem;
    char *staged;
    char *digest;
    uint64_t size;
    char *version;
    EfiEdit *edit;
} BmcFlashChange;

/**
 * BmcFlashNotice: the data of bmc_flash_notifiers(): how an attempt to make
 * a change went, or that it was dropped before.
 *
 * @change: the change; if it waits no longer, valid while the notifier runs
 * @error: (nullable): why it was not made; G_IO_ERROR_CANCELLED when
 *         somebody has dropped it
 * @waits: it will be tried again
 */
typedef struct BmcFlashNotice {
    const BmcFlashChange *change;
    const GError *error;
    bool waits;
} BmcFlashNotice;

/**
 * bmc_flash_can_change: whether a chip's file can be changed at all: we start
 * QEMU, and know the file. What the file system says is not looked at here.
 *
 * @bmc: the hub
 * @chip: the chip
 * @errp: BMC_ERROR_NOT_SUPPORTED, with the reason, for people
 *
 * Returns: true if so
 */
bool bmc_flash_can_change(const Bmc *bmc, MachineFlash chip, GError **errp);

/**
 * bmc_flash_stage: make an empty file for a new image, 0600, in the state
 * directory. It belongs to the caller, who writes it and hands it to
 * bmc_flash_replace_async() or deletes it; what is left when the BMC starts
 * is deleted then.
 *
 * @bmc: the hub
 * @errp: BMC_ERROR_FAILED
 *
 * Returns: (transfer full): its path, or NULL
 */
char *bmc_flash_stage(Bmc *bmc, GError **errp);

/**
 * bmc_flash_replace_async: a chip's file is to become another one. It takes
 * the place of what was waiting for that file before.
 *
 * Checked: the new file's size is that of the present one, since a chip
 * cannot grow or shrink; new variables are a variable store of EDK2's; the
 * present file is a plain one with one name, not the host's own below /usr,
 * and we may write where it is. Whether it is firmware for this machine is
 * for the caller to know.
 *
 * @bmc: the hub
 * @chip: the chip
 * @staged: a file of bmc_flash_stage(), complete; it need not be synced.
 *          Taken over, and deleted if this fails
 * @version: (nullable): what it is, for people, at most
 *           %BMC_FLASH_VERSION_MAX bytes
 * @origin: who asks
 * @cancellable: (nullable): stops waiting
 * @callback: called when the change is on disk, and waits
 * @opaque: handed to @callback
 */
void bmc_flash_replace_async(Bmc *bmc, MachineFlash chip, const char *staged,
                             const char *version, const BmcOrigin *origin,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback, void *opaque);

/**
 * bmc_flash_replace_finish: result of bmc_flash_replace_async().
 *
 * @res: as the callback got it
 * @errp: as bmc_flash_can_change(); BMC_ERROR_INVALID when the image cannot
 *        be for that chip, BMC_ERROR_PERMISSION when the present file must
 *        not or cannot be replaced, BMC_ERROR_AUTH when who asks must not
 *        reach the host (bmc_origin_may_reach_host()), BMC_ERROR_FAILED
 *
 * Returns: BmcFlashChange.id, or 0
 */
unsigned bmc_flash_replace_finish(GAsyncResult *res, GError **errp);

/**
 * bmc_flash_edit_async: keys or settings of Secure Boot are to be changed.
 * Tried on what the file holds now, with all that waits before it. Enabling
 * and disabling takes the place of the same that waits right before it.
 *
 * @bmc: the hub
 * @edit: (transfer none): what is to be done
 * @origin: who asks
 * @cancellable: (nullable): stops waiting
 * @callback: called when the change is on disk, and waits
 * @opaque: handed to @callback
 */
void bmc_flash_edit_async(Bmc *bmc, const EfiEdit *edit,
                          const BmcOrigin *origin, GCancellable *cancellable,
                          GAsyncReadyCallback callback, void *opaque);

/**
 * bmc_flash_edit_finish: result of bmc_flash_edit_async(). Nothing waits for
 * what would change nothing; that is an error only of a signature.
 *
 * @res: as the callback got it
 * @errp: as efi_edit_apply(); BMC_ERROR_EXISTS when the signature to be added
 *        is there, BMC_ERROR_NOT_FOUND when the one to be removed is not;
 *        BMC_ERROR_LIMIT when the variables have no more room in their chip;
 *        BMC_ERROR_BUSY when too much waits; as bmc_flash_replace_finish()
 *
 * Returns: true on success
 */
bool bmc_flash_edit_finish(GAsyncResult *res, GError **errp);

/**
 * bmc_flash_nth: the changes that wait, in the order in which they will be
 * made.
 *
 * @bmc: the hub
 * @n: 0 and up
 *
 * Returns: (transfer none): the change, until one is added, made or dropped;
 * NULL past the last
 */
const BmcFlashChange *bmc_flash_nth(const Bmc *bmc, unsigned n);

/**
 * bmc_flash_find: look a change that waits up.
 *
 * @bmc: the hub
 * @id: its number
 *
 * Returns: (transfer none): as bmc_flash_nth()
 */
const BmcFlashChange *bmc_flash_find(const Bmc *bmc, unsigned id);

/**
 * bmc_flash_drop: forget a change that waits.
 *
 * @bmc: the hub
 * @id: its number
 * @origin: who asks
 *
 * Returns: false if there is none, or it is just being made
 */
bool bmc_flash_drop(Bmc *bmc, unsigned id, const BmcOrigin *origin);

/**
 * bmc_flash_notifiers: called with a BmcFlashNotice. A notifier must not
 * change the list. %BMC_PART_FLASH tells of all changes of the list.
 *
 * @bmc: the hub
 *
 * Returns: (transfer none): the list
 */
NotifierList *bmc_flash_notifiers(Bmc *bmc);

#endif /* QEMU_BMC_BMC_FLASH_H */
