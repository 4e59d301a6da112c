/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fuzzes what tells firmware images apart. */
#include "osdep.h"

#include "codec/firmware-image.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    /* A ROM has 64 KiB at least: its end is what the input begins with. */
    g_autofree uint8_t *rom = g_malloc0(65536);
    size_t n = MIN(len, 65536);
    FirmwareImage image;

    firmware_image_identify(data, len, &image);
    g_assert(strlen(image.version) < sizeof(image.version));
    if (n) {
        memcpy(rom + 65536 - n, data, n);
    }
    firmware_image_identify(rom, 65536, &image);
    g_assert(image.kind == FIRMWARE_IMAGE_SEABIOS || !*image.version);
    g_assert(g_utf8_validate(image.version, -1, NULL));
    return 0;
}
