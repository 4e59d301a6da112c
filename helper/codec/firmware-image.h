/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a firmware image is, by what is in it: firmware volumes (PI 1.7 volume
 * 3, section 3.2.1) of EDK2's, or a BIOS whose last 16 bytes a PC's processor
 * begins with.
 */
#ifndef QEMU_BMC_CODEC_FIRMWARE_IMAGE_H
#define QEMU_BMC_CODEC_FIRMWARE_IMAGE_H

#include <glib.h>
#include <stddef.h>
#include <stdint.h>

#define FIRMWARE_IMAGE_VERSION_MAX 128

/**
 * FirmwareImageKind: what it is.
 *
 * @FIRMWARE_IMAGE_UNKNOWN: nothing that is known here
 * @FIRMWARE_IMAGE_BIOS: a PC's BIOS, but not SeaBIOS
 * @FIRMWARE_IMAGE_SEABIOS: SeaBIOS
 * @FIRMWARE_IMAGE_UEFI: UEFI firmware, perhaps with its variables
 * @FIRMWARE_IMAGE_VARIABLES: UEFI variables alone
 */
typedef enum FirmwareImageKind {
    FIRMWARE_IMAGE_UNKNOWN,
    FIRMWARE_IMAGE_BIOS,
    FIRMWARE_IMAGE_SEABIOS,
    FIRMWARE_IMAGE_UEFI,
    FIRMWARE_IMAGE_VARIABLES,
} FirmwareImageKind;

/**
 * FirmwareImage: what was found.
 *
 * @kind: what it is
 * @version: its version, ASCII; empty where the image does not tell
 */
typedef struct FirmwareImage {
    FirmwareImageKind kind;
    char version[FIRMWARE_IMAGE_VERSION_MAX];
} FirmwareImage;

/**
 * firmware_image_identify: look at an image.
 *
 * @data: the image
 * @len: its length
 * @image: set to what was found
 */
void firmware_image_identify(const uint8_t *data, size_t len,
                             FirmwareImage *image);

#endif /* QEMU_BMC_CODEC_FIRMWARE_IMAGE_H */
