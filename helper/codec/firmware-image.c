/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Kinds of firmware images. */
#include "osdep.h"

#include "codec/firmware-image.h"

/* Offsets in the header of a firmware volume */
#define FV_GUID 16
#define FV_LENGTH 32
#define FV_SIGNATURE 40
#define FV_HEADER_LENGTH 48
#define FV_HEADER_MIN 72
#define FV_HEADER_MAX 4096

/* A BIOS is mapped in such units, and ends at 4 GiB. */
#define ROM_UNIT (64 * 1024)
#define ROM_MAX (16 * 1024 * 1024)
#define RESET_VECTOR 16
/* jmp with segment and offset, and the near one */
#define JMP_FAR 0xea
#define JMP_NEAR 0xe9

/* EFI_SYSTEM_NV_DATA_FV_GUID: UEFI variables */
static const uint8_t nv_data_guid[] = {
    0x8d, 0x2b, 0xf1, 0xff, 0x96, 0x76, 0x8b, 0x4c,
    0xa9, 0x85, 0x27, 0x47, 0x07, 0x5b, 0x4f, 0x50,
};

static uint64_t get_le(const uint8_t *at, unsigned n)
{
    uint64_t value = 0;

    while (n--) {
        value = value << 8 | at[n];
    }
    return value;
}

/* Returns the length of the volume that is at @data, or 0. */
static size_t volume_length(const uint8_t *data, size_t len)
{
    uint64_t length;
    size_t header;
    uint16_t sum = 0;
    size_t i;

    if (len < FV_HEADER_MIN || memcmp(data + FV_SIGNATURE, "_FVH", 4)) {
        return 0;
    }
    length = get_le(data + FV_LENGTH, 8);
    header = get_le(data + FV_HEADER_LENGTH, 2);
    if (header < FV_HEADER_MIN || header > FV_HEADER_MAX || header % 2 ||
        length < header || length > len) {
        return 0;
    }
    for (i = 0; i < header; i += 2) {
        sum += get_le(data + i, 2);
    }
    return sum ? 0 : length;
}

/* Whether a volume follows somewhere; they begin at multiples of a block. */
static bool has_volume(const uint8_t *data, size_t len, size_t at)
{
    for (; at < len; at += 4096) {
        if (volume_length(data + at, len - at)) {
            return true;
        }
    }
    return false;
}

static FirmwareImageKind identify_volumes(const uint8_t *data, size_t len)
{
    size_t first = volume_length(data, len);

    if (!first) {
        return FIRMWARE_IMAGE_UNKNOWN;
    }
    if (memcmp(data + FV_GUID, nv_data_guid, sizeof(nv_data_guid))) {
        return FIRMWARE_IMAGE_UEFI;
    }
    return has_volume(data, len, first) ? FIRMWARE_IMAGE_UEFI :
           FIRMWARE_IMAGE_VARIABLES;
}

static bool is_rom(const uint8_t *data, size_t len)
{
    const uint8_t *reset;

    if (!len || len > ROM_MAX || len % ROM_UNIT) {
        return false;
    }
    reset = data + len - RESET_VECTOR;
    return *reset == JMP_FAR || *reset == JMP_NEAR;
}

static bool is_printable(const uint8_t *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (text[i] < ' ' || text[i] > '~') {
            return false;
        }
    }
    return len > 0;
}

/* Text with a terminator; 0 if there is none, or it is too long or odd. */
static size_t text_length(const uint8_t *at, size_t left)
{
    const uint8_t *end = memchr(at, '\0',
                                MIN(left, FIRMWARE_IMAGE_VERSION_MAX));

    return end && is_printable(at, end - at) ? (size_t)(end - at) : 0;
}

/*
 * SeaBIOS has what it was built with, "gcc: ... binutils: ...", and its own
 * version behind that, which it shows as "SeaBIOS (version %s)".
 */
static void find_seabios_version(const uint8_t *data, size_t len,
                                 char version[FIRMWARE_IMAGE_VERSION_MAX])
{
    static const char before[] = "gcc: ";
    static const char inside[] = "binutils: ";
    const uint8_t *end = data + len;
    const uint8_t *at = data;

    while ((at = memmem(at, end - at, before, strlen(before)))) {
        const uint8_t *stop = memchr(at, '\0', MIN(end - at, 512));
        size_t n;

        if (stop && memmem(at, stop - at, inside, strlen(inside)) &&
            (n = text_length(stop + 1, end - stop - 1))) {
            memcpy(version, stop + 1, n);
            version[n] = '\0';
            return;
        }
        at += strlen(before);
    }
}

void firmware_image_identify(const uint8_t *data, size_t len,
                             FirmwareImage *image)
{
    static const char seabios[] = "SeaBIOS (version %s)";

    *image = (FirmwareImage) { 0 };
    image->kind = identify_volumes(data, len);
    if (image->kind != FIRMWARE_IMAGE_UNKNOWN || !is_rom(data, len)) {
        return;
    }
    image->kind = FIRMWARE_IMAGE_BIOS;
    if (memmem(data, len, seabios, strlen(seabios))) {
        image->kind = FIRMWARE_IMAGE_SEABIOS;
        find_seabios_version(data, len, image->version);
    }
}
