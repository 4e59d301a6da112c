/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Data of the system boot options. */
#include "osdep.h"

#include "codec/bootopt.h"

#include "util/error.h"

/* First byte of parameter 5. */
#define FLAG_VALID 0x80
#define FLAG_PERSISTENT 0x40
#define FLAG_EFI 0x20
/* Second byte: bits 5 to 2. */
#define DEVICE_SHIFT 2
#define DEVICE_MASK 0x0f

#define KEEP_MASK 0x1f
#define SET_STATE_MASK 0x03

static const bool known_devices[DEVICE_MASK + 1] = {
    [BOOTOPT_DEVICE_NONE] = true,
    [BOOTOPT_DEVICE_PXE] = true,
    [BOOTOPT_DEVICE_HDD] = true,
    [BOOTOPT_DEVICE_HDD_SAFE] = true,
    [BOOTOPT_DEVICE_DIAG] = true,
    [BOOTOPT_DEVICE_CD] = true,
    [BOOTOPT_DEVICE_SETUP] = true,
    [BOOTOPT_DEVICE_REMOTE_FLOPPY] = true,
    [BOOTOPT_DEVICE_REMOTE_CD] = true,
    [BOOTOPT_DEVICE_REMOTE_MEDIA] = true,
    [BOOTOPT_DEVICE_REMOTE_HDD] = true,
    [BOOTOPT_DEVICE_FLOPPY] = true,
};

static bool check_length(int param, size_t len, size_t wanted, GError **errp)
{
    if (len != wanted) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_PROTOCOL,
                    "boot option %d with %zu bytes", param, len);
        return false;
    }
    return true;
}

bool bootopt_parse_set_in_progress(const uint8_t *data, size_t len,
                                   uint8_t *state, GError **errp)
{
    if (!check_length(BOOTOPT_SET_IN_PROGRESS, len, 1, errp)) {
        return false;
    }
    *state = data[0] & SET_STATE_MASK;
    if (*state > BOOTOPT_SET_COMMIT) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_INVALID,
                    "reserved set in progress value 0x%02x", data[0]);
        return false;
    }
    return true;
}

bool bootopt_parse_valid_clearing(const uint8_t *data, size_t len,
                                  uint8_t *keep, GError **errp)
{
    if (!check_length(BOOTOPT_VALID_CLEARING, len, 1, errp)) {
        return false;
    }
    *keep = data[0] & KEEP_MASK;
    return true;
}

bool bootopt_parse_ack(const uint8_t *data, size_t len, BootoptAck *ack,
                       GError **errp)
{
    if (!check_length(BOOTOPT_INFO_ACK, len, 2, errp)) {
        return false;
    }
    ack->mask = data[0];
    ack->data = data[1];
    return true;
}

uint8_t bootopt_apply_ack(const BootoptAck *ack, uint8_t old)
{
    return (old & ~ack->mask) | (ack->data & ack->mask);
}

bool bootopt_parse_flags(const uint8_t *data, size_t len, BootoptFlags *flags,
                         GError **errp)
{
    uint8_t device;

    memset(flags, 0, sizeof(*flags));
    if (!check_length(BOOTOPT_FLAGS, len, BOOTOPT_FLAGS_LEN, errp)) {
        return false;
    }
    device = data[1] >> DEVICE_SHIFT & DEVICE_MASK;
    if (!known_devices[device]) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_INVALID,
                    "reserved boot device 0x%x", device);
        return false;
    }
    flags->valid = data[0] & FLAG_VALID;
    flags->persistent = data[0] & FLAG_PERSISTENT;
    flags->efi = data[0] & FLAG_EFI;
    flags->device = device;
    memcpy(flags->raw, data, BOOTOPT_FLAGS_LEN);
    return true;
}

void bootopt_build_flags(const BootoptFlags *flags,
                         uint8_t out[BOOTOPT_FLAGS_LEN])
{
    uint8_t first = flags->raw[0] & ~(FLAG_VALID | FLAG_PERSISTENT | FLAG_EFI);
    uint8_t second = flags->raw[1] & ~(DEVICE_MASK << DEVICE_SHIFT);

    if (flags->valid) {
        first |= FLAG_VALID;
    }
    if (flags->persistent) {
        first |= FLAG_PERSISTENT;
    }
    if (flags->efi) {
        first |= FLAG_EFI;
    }
    second |= (flags->device & DEVICE_MASK) << DEVICE_SHIFT;
    memmove(out, flags->raw, BOOTOPT_FLAGS_LEN);
    out[0] = first;
    out[1] = second;
}
