/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of codec/firmware-image.h. */
#include "osdep.h"

#include "codec/firmware-image.h"

#include "test-util.h"

#define VOLUME 4096
#define ROM (64 * 1024)

static const uint8_t nv_data[] = {
    0x8d, 0x2b, 0xf1, 0xff, 0x96, 0x76, 0x8b, 0x4c,
    0xa9, 0x85, 0x27, 0x47, 0x07, 0x5b, 0x4f, 0x50,
};
static const uint8_t code[] = {
    0x78, 0xe5, 0x8c, 0x8c, 0x3d, 0x8a, 0x1c, 0x4f,
    0x99, 0x35, 0x89, 0x61, 0x85, 0xc3, 0x2d, 0xd3,
};

static void put_volume(uint8_t *at, const uint8_t *guid, uint32_t length)
{
    uint16_t sum = 0;

    memset(at, 0, 72);
    memcpy(at + 16, guid, 16);
    memcpy(at + 32, &length, sizeof(length));
    memcpy(at + 40, "_FVH", 4);
    at[48] = 72;
    for (unsigned i = 0; i < 72; i += 2) {
        sum += at[i] | at[i + 1] << 8;
    }
    sum = -sum;
    memcpy(at + 50, &sum, sizeof(sum));
}

static void check(const uint8_t *data, size_t len, FirmwareImageKind kind,
                  const char *version)
{
    FirmwareImage image;

    firmware_image_identify(data, len, &image);
    g_assert_cmpint(image.kind, ==, kind);
    g_assert_cmpstr(image.version, ==, version);
}

static void test_volumes(void)
{
    g_autofree uint8_t *data = g_malloc0(3 * VOLUME);

    put_volume(data, code, VOLUME);
    check(data, VOLUME, FIRMWARE_IMAGE_UEFI, "");
    check(data, 3 * VOLUME, FIRMWARE_IMAGE_UEFI, "");
    check(data, VOLUME - 1, FIRMWARE_IMAGE_UNKNOWN, "");
    check(data, 40, FIRMWARE_IMAGE_UNKNOWN, "");
    check(data, 0, FIRMWARE_IMAGE_UNKNOWN, "");
    put_volume(data, nv_data, VOLUME);
    check(data, VOLUME, FIRMWARE_IMAGE_VARIABLES, "");
    /* ARM's variables are followed by padding. */
    check(data, 3 * VOLUME, FIRMWARE_IMAGE_VARIABLES, "");
    put_volume(data + 2 * VOLUME, code, VOLUME);
    check(data, 3 * VOLUME, FIRMWARE_IMAGE_UEFI, "");
}

static void test_damaged_volume(void)
{
    g_autofree uint8_t *data = g_malloc0(VOLUME);

    for (unsigned at = 0; at < 72; at++) {
        put_volume(data, code, VOLUME);
        data[at] ^= 1;
        check(data, VOLUME, FIRMWARE_IMAGE_UNKNOWN, "");
    }
    put_volume(data, code, 71);
    check(data, VOLUME, FIRMWARE_IMAGE_UNKNOWN, "");
}

static void put(uint8_t *at, const char *text)
{
    memcpy(at, text, strlen(text));
}

static void test_roms(void)
{
    g_autofree uint8_t *data = g_malloc0(ROM);
    g_autofree char *line = g_strnfill(FIRMWARE_IMAGE_VERSION_MAX, 'x');

    check(data, ROM, FIRMWARE_IMAGE_UNKNOWN, "");
    data[ROM - 16] = 0xea;
    check(data, ROM, FIRMWARE_IMAGE_BIOS, "");
    check(data + 1, ROM - 1, FIRMWARE_IMAGE_UNKNOWN, "");
    put(data + 100, "SeaBIOS (version %s)\n");
    check(data, ROM, FIRMWARE_IMAGE_SEABIOS, "");
    put(data + 200, "gcc: (GCC) 12 binutils: 2.40");
    check(data, ROM, FIRMWARE_IMAGE_SEABIOS, "");
    put(data + 229, "rel-1.16.3-0-ga6ed6b701f0a-prebuilt.qemu.org");
    check(data, ROM, FIRMWARE_IMAGE_SEABIOS,
          "rel-1.16.3-0-ga6ed6b701f0a-prebuilt.qemu.org");
    data[232] = 0x80;
    check(data, ROM, FIRMWARE_IMAGE_SEABIOS, "");
    put(data + 229, line);
    check(data, ROM, FIRMWARE_IMAGE_SEABIOS, "");
}

/* What Debian has, where it is installed. */
static void check_file(const char *path, FirmwareImageKind kind,
                       const char *version)
{
    g_autofree char *data = NULL;
    FirmwareImage image;
    size_t len;

    if (!g_file_get_contents(path, &data, &len, NULL)) {
        g_test_message("no %s", path);
        return;
    }
    firmware_image_identify((uint8_t *)data, len, &image);
    g_assert_cmpint(image.kind, ==, kind);
    g_assert_true(g_pattern_match_simple(version, image.version));
}

static void test_files(void)
{
    check_file("/usr/share/OVMF/OVMF_CODE_4M.fd", FIRMWARE_IMAGE_UEFI, "");
    check_file("/usr/share/OVMF/OVMF_VARS_4M.fd", FIRMWARE_IMAGE_VARIABLES,
               "");
    check_file("/usr/share/ovmf/OVMF.fd", FIRMWARE_IMAGE_UEFI, "");
    check_file("/usr/share/seabios/bios-256k.bin", FIRMWARE_IMAGE_SEABIOS,
               "1.*");
    check_file("/usr/share/qemu/qboot.rom", FIRMWARE_IMAGE_BIOS, "");
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/firmware-image/volumes", test_volumes);
    g_test_add_func("/firmware-image/damaged-volume", test_damaged_volume);
    g_test_add_func("/firmware-image/roms", test_roms);
    g_test_add_func("/firmware-image/files", test_files);
    return g_test_run();
}
