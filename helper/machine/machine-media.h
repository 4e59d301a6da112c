/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Removable media of a machine: its drives, and putting a medium in or
 * taking it out. QEMU is only ever given a local file or an NBD export on a
 * socket of ours: one that it opens itself over a network can freeze it.
 */
#ifndef QEMU_BMC_MACHINE_MACHINE_MEDIA_H
#define QEMU_BMC_MACHINE_MACHINE_MEDIA_H

#include "machine/machine.h"

/* Block nodes and devices that we have made begin with this. */
#define MACHINE_MEDIA_PREFIX "bmc-media-"
/* MachineDrive.id of the USB stick that is plugged in when it is needed. */
#define MACHINE_USB_DRIVE MACHINE_MEDIA_PREFIX "usb"

/**
 * MachineDriveKind: what a drive is.
 */
typedef enum MachineDriveKind {
    MACHINE_DRIVE_CD,
    MACHINE_DRIVE_FLOPPY,
    MACHINE_DRIVE_USB,
} MachineDriveKind;

/**
 * MachineDrive: a drive whose medium can be changed. That of kind USB is
 * there when the machine has a controller that a stick can be plugged into.
 *
 * @id: what names it to QEMU: the device's id or QOM path
 * @kind: what it is
 * @tray_open: it has a tray, and that is open
 * @locked: the guest keeps it from being opened
 * @inserted: there is a medium; the members below describe it
 * @read_only: it cannot be written
 * @ours: we have put it in
 * @file: file name or URL as QEMU has it, or NULL
 * @size: bytes, -1 when not told
 */
typedef struct MachineDrive {
    char *id;
    MachineDriveKind kind;
    bool tray_open;
    bool locked;
    bool inserted;
    bool read_only;
    bool ours;
    char *file;
    int64_t size;
} MachineDrive;

/**
 * MachineMedium: what to put into a drive.
 *
 * @nbd: @path is a unix socket on which it is exported over NBD; else a file
 * @path: absolute path
 * @fd: of a file: it is open, for reading, or for writing too if it is not
 *      @read_only, and QEMU gets this descriptor, where that is possible
 *      (not with QMP over TCP); 0 or less if not. It stays the caller's, who
 *      may close it at once
 * @read_only: it is not to be written
 */
typedef struct MachineMedium {
    bool nbd;
    const char *path;
    int fd;
    bool read_only;
} MachineMedium;

/**
 * machine_drive_free: free a drive.
 *
 * @drive: the drive, or NULL
 */
void machine_drive_free(MachineDrive *drive);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MachineDrive, machine_drive_free)

/**
 * machine_list_drives_async: ask for all drives whose medium can be changed.
 *
 * @machine: the machine
 * @cancellable: (nullable): stops waiting
 * @callback: called when it is done
 * @opaque: handed to @callback
 */
void machine_list_drives_async(Machine *machine, GCancellable *cancellable,
                               GAsyncReadyCallback callback, void *opaque);

/**
 * machine_list_drives_finish: result of machine_list_drives_async().
 *
 * @res: as the callback got it
 * @errp: as machine_run_op_finish()
 *
 * Returns: (transfer full): array of MachineDrive that frees its elements,
 * or NULL
 */
GPtrArray *machine_list_drives_finish(GAsyncResult *res, GError **errp);

/**
 * machine_insert_medium_async: put a medium into a drive, in place of the
 * one that is there. A running guest that has locked the tray is asked
 * first, and then not any more. The medium is opened before anything is
 * taken out.
 *
 * @machine: the machine
 * @drive: MachineDrive.id
 * @medium: what to put in
 * @cancellable: (nullable): stops waiting; what QEMU was told stays told
 * @callback: called when it is done
 * @opaque: handed to @callback
 */
void machine_insert_medium_async(Machine *machine, const char *drive,
                                 const MachineMedium *medium,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback, void *opaque);

/**
 * machine_insert_medium_finish: result of machine_insert_medium_async().
 *
 * @res: as the callback got it
 * @errp: as machine_run_op_finish(); BMC_ERROR_NOT_FOUND when the drive is
 *        gone
 *
 * Returns: true on success
 */
bool machine_insert_medium_finish(GAsyncResult *res, GError **errp);

/**
 * machine_eject_medium_async: take the medium out of a drive and close its
 * tray. Nothing happens when it is empty.
 *
 * @machine: the machine
 * @drive: MachineDrive.id
 * @cancellable: (nullable): stops waiting; what QEMU was told stays told
 * @callback: called when it is done
 * @opaque: handed to @callback
 */
void machine_eject_medium_async(Machine *machine, const char *drive,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback, void *opaque);

/**
 * machine_eject_medium_finish: result of machine_eject_medium_async().
 *
 * @res: as the callback got it
 * @errp: as machine_insert_medium_finish()
 *
 * Returns: true on success
 */
bool machine_eject_medium_finish(GAsyncResult *res, GError **errp);

#endif /* QEMU_BMC_MACHINE_MACHINE_MEDIA_H */
