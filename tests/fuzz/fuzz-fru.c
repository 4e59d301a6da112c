/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * FRU content as somebody may have written it, and with its checksums put
 * right. What is understood can be built again and then reads the same.
 */
#include "osdep.h"

#include "codec/fru.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void try_content(const uint8_t *data, size_t len)
{
    static uint8_t buf[8192];
    ByteWriter w = byte_writer(buf, sizeof(buf));
    g_auto(FruInfo) info = { 0 };
    g_auto(FruInfo) back = { 0 };
    g_autoptr(GError) err = NULL;
    unsigned i;

    if (!fru_parse(data, len, &info, &err)) {
        g_assert(err);
        return;
    }
    fru_build(&w, &info);
    if (w.failed) {
        return; /* hexadecimal needs more room than binary */
    }
    g_assert(fru_parse(buf, w.len, &back, NULL));
    for (i = 0; i < FRU_FIELD__MAX; i++) {
        const char *text = info.text[i];

        g_assert(!text == !back.text[i]);
        g_assert(!text || g_utf8_validate(back.text[i], -1, NULL));
    }
}

static void fix(uint8_t *data, size_t len)
{
    unsigned i;

    data[FRU_HEADER_LEN - 1] = fru_checksum(data, FRU_HEADER_LEN - 1);
    for (i = 2; i <= 4; i++) {
        size_t offset = data[i] * 8;
        size_t area;

        if (!offset || offset + 2 > len) {
            continue;
        }
        area = data[offset + 1] * 8;
        if (area && offset + area <= len) {
            data[offset + area - 1] = fru_checksum(data + offset, area - 1);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    g_autofree uint8_t *fixed = NULL;

    try_content(data, len);
    if (len >= FRU_HEADER_LEN) {
        fixed = g_memdup2(data, len);
        fix(fixed, len);
        try_content(fixed, len);
    }
    return 0;
}
