/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Data of the system boot options (IPMI 2.0 section 28.13, table 28-14). */
#ifndef QEMU_BMC_CODEC_BOOTOPT_H
#define QEMU_BMC_CODEC_BOOTOPT_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BOOTOPT_SET_IN_PROGRESS 0
#define BOOTOPT_SERVICE_SELECTOR 1
#define BOOTOPT_SERVICE_SCAN 2
#define BOOTOPT_VALID_CLEARING 3
#define BOOTOPT_INFO_ACK 4
#define BOOTOPT_FLAGS 5
#define BOOTOPT_INITIATOR_INFO 6
#define BOOTOPT_INITIATOR_MAILBOX 7
#define BOOTOPT_FLAGS_LEN 5

/* Parameter 0, set in progress. */
#define BOOTOPT_SET_COMPLETE 0
#define BOOTOPT_SET_STARTED 1
#define BOOTOPT_SET_COMMIT 2

/* Parameter 3: what does not clear the valid bit. */
#define BOOTOPT_KEEP_ON_POWER_BUTTON 0x01
#define BOOTOPT_KEEP_ON_RESET_BUTTON 0x02
#define BOOTOPT_KEEP_ON_WATCHDOG 0x04
#define BOOTOPT_KEEP_ON_TIMEOUT 0x08
#define BOOTOPT_KEEP_ON_PEF 0x10

/**
 * BootoptDevice: boot device selector: bits 5 to 2 of the second byte of
 * parameter 5. The numbers that are not here are reserved.
 */
typedef enum BootoptDevice {
    BOOTOPT_DEVICE_NONE = 0x0,
    BOOTOPT_DEVICE_PXE = 0x1,
    BOOTOPT_DEVICE_HDD = 0x2,
    BOOTOPT_DEVICE_HDD_SAFE = 0x3,
    BOOTOPT_DEVICE_DIAG = 0x4,
    BOOTOPT_DEVICE_CD = 0x5,
    BOOTOPT_DEVICE_SETUP = 0x6,
    BOOTOPT_DEVICE_REMOTE_FLOPPY = 0x7,
    BOOTOPT_DEVICE_REMOTE_CD = 0x8,
    BOOTOPT_DEVICE_REMOTE_MEDIA = 0x9,
    BOOTOPT_DEVICE_REMOTE_HDD = 0xb,
    BOOTOPT_DEVICE_FLOPPY = 0xf,
} BootoptDevice;

/**
 * BootoptFlags: parameter 5, boot flags.
 *
 * @valid: the flags are to be used for the next boot
 * @persistent: and for all boots after it
 * @efi: boot type EFI instead of "PC compatible"
 * @device: boot device
 * @raw: the five bytes; those of their bits that are not in the fields above
 *       are kept as they came
 */
typedef struct BootoptFlags {
    bool valid;
    bool persistent;
    bool efi;
    BootoptDevice device;
    uint8_t raw[BOOTOPT_FLAGS_LEN];
} BootoptFlags;

/**
 * BootoptAck: parameter 4, boot info acknowledge.
 *
 * @mask: which bits of @data are meant; always 0 when read
 * @data: a bit for each party that has handled the boot info
 */
typedef struct BootoptAck {
    uint8_t mask;
    uint8_t data;
} BootoptAck;

/**
 * bootopt_parse_set_in_progress: parameter 0.
 *
 * @data: parameter data
 * @len: its length in bytes
 * @state: BOOTOPT_SET_*
 * @errp: BMC_ERROR_PROTOCOL if the length is wrong, BMC_ERROR_INVALID if
 *        the value is reserved
 *
 * Returns: true on success
 */
bool bootopt_parse_set_in_progress(const uint8_t *data, size_t len,
                                   uint8_t *state, GError **errp);

/**
 * bootopt_parse_valid_clearing: parameter 3.
 *
 * @data: parameter data
 * @len: its length in bytes
 * @keep: BOOTOPT_KEEP_*; reserved bits are left out
 * @errp: BMC_ERROR_PROTOCOL if the length is wrong
 *
 * Returns: true on success
 */
bool bootopt_parse_valid_clearing(const uint8_t *data, size_t len,
                                  uint8_t *keep, GError **errp);

/**
 * bootopt_parse_ack: parameter 4.
 *
 * @data: parameter data
 * @len: its length in bytes
 * @ack: filled
 * @errp: BMC_ERROR_PROTOCOL if the length is wrong
 *
 * Returns: true on success
 */
bool bootopt_parse_ack(const uint8_t *data, size_t len, BootoptAck *ack,
                       GError **errp);

/**
 * bootopt_apply_ack: what parameter 4 holds after it was written.
 *
 * @ack: what was written
 * @old: the data before
 *
 * Returns: the data after: bits outside the mask stay
 */
uint8_t bootopt_apply_ack(const BootoptAck *ack, uint8_t old);

/**
 * bootopt_parse_flags: parameter 5.
 *
 * @data: parameter data
 * @len: its length in bytes
 * @flags: filled
 * @errp: BMC_ERROR_PROTOCOL if the length is wrong, BMC_ERROR_INVALID if
 *        the device is reserved
 *
 * Returns: true on success
 */
bool bootopt_parse_flags(const uint8_t *data, size_t len, BootoptFlags *flags,
                         GError **errp);

/**
 * bootopt_build_flags: the five bytes of parameter 5: @flags->raw with the
 * other fields put in.
 *
 * @flags: the flags
 * @out: where to; may be @flags->raw
 */
void bootopt_build_flags(const BootoptFlags *flags,
                         uint8_t out[BOOTOPT_FLAGS_LEN]);

#endif /* QEMU_BMC_CODEC_BOOTOPT_H */
