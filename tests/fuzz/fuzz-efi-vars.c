/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * UEFI variables. The first byte says where the rest goes: an image as it is,
 * what is behind the headers of a good one, what fault tolerant writes have
 * left, or a database of signatures. What is accepted must come out the same
 * when it was written and read again.
 */
#include "osdep.h"

#include "codec/efi-sig.h"
#include "codec/efi-vars.h"

#define IMAGE_LEN 0x4000
#define STORE_AT 0x48
#define VARS_AT 0x64
#define WORKING_AT 0x2000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static const uint8_t headers[VARS_AT] = {
    [16] = 0x8d, 0x2b, 0xf1, 0xff, 0x96, 0x76, 0x8b, 0x4c,
    0xa9, 0x85, 0x27, 0x47, 0x07, 0x5b, 0x4f, 0x50,
    0, 0x40, 0, 0, 0, 0, 0, 0, '_', 'F', 'V', 'H', 0xff, 0xfe, 0x04, 0x00,
    0x48, 0, 0x34, 0x79, 0, 0, 0, 2, 4, 0, 0, 0, 0, 0x10, 0, 0,
    [STORE_AT] = 0x78, 0x2c, 0xf3, 0xaa, 0x7b, 0x94, 0x9a, 0x43,
    0xa1, 0x80, 0x2e, 0x14, 0x4e, 0xc3, 0x77, 0x92,
    0xb8, 0x1f, 0, 0, 0x5a, 0xfe,
};

static void try_image(const uint8_t *data, size_t len)
{
    g_autofree uint8_t *copy = g_memdup2(data, len);
    g_autoptr(GError) err = NULL;
    g_autoptr(EfiVars) vars = efi_vars_parse(data, len, &err);
    g_autoptr(EfiVars) again = NULL;
    unsigned i;

    g_assert(!vars == !!err);
    if (!vars || !efi_vars_write(vars, copy, len, NULL)) {
        return;
    }
    again = efi_vars_parse(copy, len, &err);
    g_assert_no_error(err);
    for (i = 0; efi_vars_nth(vars, i); i++) {
        const EfiVar *a = efi_vars_nth(vars, i);
        const EfiVar *b = efi_vars_nth(again, i);

        g_assert(b && a->name_len == b->name_len &&
                 !memcmp(a->name, b->name, a->name_len) &&
                 efi_guid_equal(&a->guid, &b->guid) &&
                 a->attributes == b->attributes &&
                 g_bytes_equal(a->data, b->data));
    }
    g_assert(!efi_vars_nth(again, i));
}

static void try_inside(const uint8_t *data, size_t len, size_t at)
{
    g_autofree uint8_t *image = g_malloc(IMAGE_LEN);
    uint16_t sum = 0;

    memset(image, 0xff, IMAGE_LEN);
    memcpy(image, headers, sizeof(headers));
    image[0x32] = image[0x33] = 0;
    for (unsigned i = 0; i < STORE_AT; i += 2) {
        sum += image[i] | image[i + 1] << 8;
    }
    image[0x32] = -sum & 0xff;
    image[0x33] = (uint16_t)-sum >> 8;
    memcpy(image + at, data, MIN(len, IMAGE_LEN - at));
    try_image(image, IMAGE_LEN);
}

static void try_sigs(const uint8_t *data, size_t len)
{
    g_autoptr(GError) err = NULL;
    g_autoptr(GPtrArray) sigs = efi_sigs_parse(data, len, &err);
    g_autoptr(GPtrArray) again = NULL;
    g_autoptr(GBytes) built = NULL;

    g_assert(!sigs == !!err);
    if (sigs) {
        built = efi_sigs_build(sigs);
        again = efi_sigs_parse(g_bytes_get_data(built, NULL),
                               g_bytes_get_size(built), &err);
        g_assert_no_error(err);
        g_assert(again->len == sigs->len);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    if (!len) {
        return 0;
    }
    switch (data[0] % 4) {
    case 0:
        try_image(data + 1, len - 1);
        break;
    case 1:
        try_inside(data + 1, len - 1, VARS_AT);
        break;
    case 2:
        try_inside(data + 1, len - 1, WORKING_AT);
        break;
    default:
        try_sigs(data + 1, len - 1);
        break;
    }
    return 0;
}
