/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * FRU information (IPMI Platform Management FRU Information Storage
 * Definition 1.0, revision 1.3): the common header and the chassis, board
 * and product areas. Internal use and multi-record areas are checked no
 * further than that they lie inside.
 */
#ifndef QEMU_BMC_CODEC_FRU_H
#define QEMU_BMC_CODEC_FRU_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/bytes.h"

#define FRU_HEADER_LEN 8
/* Most bytes of text in one field, by its 6-bit length. */
#define FRU_TEXT_MAX 63
/* Most custom fields that are kept of one area. */
#define FRU_CUSTOM_MAX 16
/* SMBIOS and FRU chassis type "other" (SMBIOS table 17). */
#define FRU_CHASSIS_OTHER 0x01

/**
 * FruArea: the areas that hold fields.
 */
typedef enum FruArea {
    FRU_CHASSIS,
    FRU_BOARD,
    FRU_PRODUCT,
    FRU_AREA__MAX,
} FruArea;

/**
 * FruField: the predefined fields, area by area and in the order in which
 * they are stored.
 */
typedef enum FruField {
    FRU_CHASSIS_PART,
    FRU_CHASSIS_SERIAL,
    FRU_BOARD_MANUFACTURER,
    FRU_BOARD_NAME,
    FRU_BOARD_SERIAL,
    FRU_BOARD_PART,
    FRU_BOARD_FILE,
    FRU_PRODUCT_MANUFACTURER,
    FRU_PRODUCT_NAME,
    FRU_PRODUCT_PART,
    FRU_PRODUCT_VERSION,
    FRU_PRODUCT_SERIAL,
    FRU_PRODUCT_ASSET,
    FRU_PRODUCT_FILE,
    FRU_FIELD__MAX,
} FruField;

/**
 * FruInfo: what a FRU device tells.
 *
 * @chassis_type: chassis type, 0 when there is no chassis area
 * @board_minutes: date of manufacture in minutes since 1996, 0 unspecified
 * @text: the fields in UTF-8; NULL or empty when there is none
 * @custom: further fields of each area
 */
typedef struct FruInfo {
    uint8_t chassis_type;
    uint32_t board_minutes;
    char *text[FRU_FIELD__MAX];
    char *custom[FRU_AREA__MAX][FRU_CUSTOM_MAX];
} FruInfo;

/**
 * fru_info_clear: free what a FruInfo holds and zero it.
 *
 * @info: the information
 */
void fru_info_clear(FruInfo *info);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(FruInfo, fru_info_clear)

/**
 * fru_add_custom: add a custom field, unless the area has as many as it may.
 *
 * @info: the information
 * @area: the area
 * @text: the text; copied
 */
void fru_add_custom(FruInfo *info, FruArea area, const char *text);

/**
 * fru_checksum: the zero checksum of the header and of each area.
 *
 * @data: the bytes without the checksum
 * @len: how many
 *
 * Returns: what makes the sum zero
 */
uint8_t fru_checksum(const uint8_t *data, size_t len);

/**
 * fru_build: the content of a FRU device. An area without any field is left
 * out. Text that has no place is cut off: characters that Latin-1 lacks
 * become '?', and a field ends at %FRU_TEXT_MAX characters.
 *
 * @w: where to; fails when it is too small
 * @info: the information
 */
void fru_build(ByteWriter *w, const FruInfo *info);

/**
 * fru_parse: read the content of a FRU device. Binary fields become
 * hexadecimal text.
 *
 * @data: the content
 * @len: its length in bytes
 * @info: filled; to be cleared by the caller, also after a failure
 * @errp: BMC_ERROR_PROTOCOL: a version that is not 1, a wrong checksum, or
 *        what reaches beyond its area
 *
 * Returns: true on success
 */
bool fru_parse(const uint8_t *data, size_t len, FruInfo *info,
               GError **errp);

#endif /* QEMU_BMC_CODEC_FRU_H */
