/* SPDX-License-Identifier: GPL-2.0-or-later */
/* FRU information. */
#include "osdep.h"

#include "codec/fru.h"

#include "util/error.h"

#define FORMAT_VERSION 0x01
#define VERSION_MASK 0x0f
#define UNIT 8 /* offsets and lengths are in units of so many bytes */
#define AREA_MAX (255 * UNIT)
#define LANGUAGE_ENGLISH 0x00

/* Type/length byte (section 13). */
#define TYPE_SHIFT 6
#define TYPE_BINARY 0
#define TYPE_BCD_PLUS 1
#define TYPE_ASCII6 2
#define TYPE_LATIN1 3
#define LENGTH_MASK 0x3f
#define END_OF_FIELDS 0xc1

/* Bytes of the common header. */
#define HEADER_INTERNAL 1
#define HEADER_MULTI 5

/*
 * What stands before the fields of each area, and which fields it has. The
 * offset is its byte in the common header.
 */
static const struct {
    uint8_t header;
    uint8_t head_len;
    FruField first;
    FruField end;
} areas[FRU_AREA__MAX] = {
    [FRU_CHASSIS] = { 2, 3, FRU_CHASSIS_PART, FRU_BOARD_MANUFACTURER },
    [FRU_BOARD] = { 3, 6, FRU_BOARD_MANUFACTURER, FRU_PRODUCT_MANUFACTURER },
    [FRU_PRODUCT] = { 4, 3, FRU_PRODUCT_MANUFACTURER, FRU_FIELD__MAX },
};

static const char bcd_plus[] = "0123456789 -.???";

void fru_info_clear(FruInfo *info)
{
    unsigned i, j;

    for (i = 0; i < FRU_FIELD__MAX; i++) {
        g_free(info->text[i]);
    }
    for (i = 0; i < FRU_AREA__MAX; i++) {
        for (j = 0; j < FRU_CUSTOM_MAX; j++) {
            g_free(info->custom[i][j]);
        }
    }
    memset(info, 0, sizeof(*info));
}

void fru_add_custom(FruInfo *info, FruArea area, const char *text)
{
    unsigned i;

    for (i = 0; i < FRU_CUSTOM_MAX; i++) {
        if (!info->custom[area][i]) {
            info->custom[area][i] = g_strdup(text);
            return;
        }
    }
}

uint8_t fru_checksum(const uint8_t *data, size_t len)
{
    uint8_t sum = 0;
    size_t i;

    for (i = 0; i < len; i++) {
        sum += data[i];
    }
    return -sum;
}

/*
 * Latin-1. A field of one character would look like the end of all fields,
 * so it gets a blank behind it.
 */
static void build_text(ByteWriter *w, const char *text)
{
    uint8_t buf[FRU_TEXT_MAX];
    size_t len = 0;

    while (text && *text && len < sizeof(buf)) {
        gunichar c = g_utf8_get_char_validated(text, -1);

        if (c == (gunichar)-1 || c == (gunichar)-2) {
            c = '?';
            text++;
        } else {
            text = g_utf8_next_char(text);
        }
        buf[len++] = c < 0x100 ? c : '?';
    }
    if (len == 1) {
        buf[len++] = ' ';
    }
    byte_writer_u8(w, TYPE_LATIN1 << TYPE_SHIFT | len);
    byte_writer_bytes(w, buf, len);
}

static bool area_is_empty(const FruInfo *info, FruArea area)
{
    FruField field;

    for (field = areas[area].first; field < areas[area].end; field++) {
        if (info->text[field] && *info->text[field]) {
            return false;
        }
    }
    return !info->custom[area][0];
}

static void build_area(ByteWriter *w, const FruInfo *info, FruArea area)
{
    size_t start = w->len;
    FruField field;
    unsigned i;

    byte_writer_u8(w, FORMAT_VERSION);
    byte_writer_u8(w, 0); /* length, below */
    if (area == FRU_CHASSIS) {
        byte_writer_u8(w, info->chassis_type);
    } else {
        byte_writer_u8(w, LANGUAGE_ENGLISH);
    }
    if (area == FRU_BOARD) {
        byte_writer_le16(w, info->board_minutes & 0xffff);
        byte_writer_u8(w, info->board_minutes >> 16 & 0xff);
    }
    for (field = areas[area].first; field < areas[area].end; field++) {
        build_text(w, info->text[field]);
    }
    for (i = 0; i < FRU_CUSTOM_MAX && info->custom[area][i]; i++) {
        build_text(w, info->custom[area][i]);
    }
    byte_writer_u8(w, END_OF_FIELDS);
    while ((w->len - start) % UNIT != UNIT - 1 && !w->failed) {
        byte_writer_u8(w, 0);
    }
    byte_writer_u8(w, 0); /* checksum, below */
    if (w->failed || w->len - start > AREA_MAX) {
        w->failed = true;
        return;
    }
    w->data[start + 1] = (w->len - start) / UNIT;
    w->data[w->len - 1] = fru_checksum(w->data + start, w->len - start - 1);
}

void fru_build(ByteWriter *w, const FruInfo *info)
{
    size_t start = w->len;
    uint8_t *header = byte_writer_grow(w, FRU_HEADER_LEN);
    FruArea area;

    if (!header) {
        return;
    }
    memset(header, 0, FRU_HEADER_LEN);
    header[0] = FORMAT_VERSION;
    for (area = 0; area < FRU_AREA__MAX; area++) {
        size_t offset = w->len - start;

        if (area_is_empty(info, area)) {
            continue;
        }
        build_area(w, info, area);
        if (w->failed || offset / UNIT > UINT8_MAX) {
            w->failed = true;
            return;
        }
        header[areas[area].header] = offset / UNIT;
    }
    header[FRU_HEADER_LEN - 1] = fru_checksum(header, FRU_HEADER_LEN - 1);
}

static char *parse_hex(const uint8_t *at, size_t len)
{
    GString *text = g_string_new(NULL);
    size_t i;

    for (i = 0; i < len; i++) {
        g_string_append_printf(text, "%02x", at[i]);
    }
    return g_string_free(text, FALSE);
}

static char *parse_bcd_plus(const uint8_t *at, size_t len)
{
    GString *text = g_string_new(NULL);
    size_t i;

    for (i = 0; i < len; i++) {
        g_string_append_c(text, bcd_plus[at[i] >> 4]);
        g_string_append_c(text, bcd_plus[at[i] & 0x0f]);
    }
    return g_string_free(text, FALSE);
}

/* Six bits each, least significant bits first, from 20h on. */
static char *parse_ascii6(const uint8_t *at, size_t len)
{
    GString *text = g_string_new(NULL);
    size_t bit;

    for (bit = 0; bit + 6 <= len * 8; bit += 6) {
        unsigned pair = at[bit / 8];

        if (bit / 8 + 1 < len) {
            pair |= at[bit / 8 + 1] << 8;
        }
        g_string_append_c(text, (pair >> bit % 8 & 0x3f) + 0x20);
    }
    return g_string_free(text, FALSE);
}

/* What cannot be printed becomes a blank: it goes to people's terminals. */
static char *parse_latin1(const uint8_t *at, size_t len)
{
    GString *text = g_string_new(NULL);
    size_t i;

    for (i = 0; i < len; i++) {
        bool control = at[i] < 0x20 || (at[i] >= 0x7f && at[i] < 0xa0);

        g_string_append_unichar(text, control ? ' ' : at[i]);
    }
    return g_string_free(text, FALSE);
}

static char *parse_text(uint8_t type, const uint8_t *at, size_t len)
{
    char *text;

    switch (type) {
    case TYPE_BCD_PLUS:
        text = parse_bcd_plus(at, len);
        break;
    case TYPE_ASCII6:
        text = parse_ascii6(at, len);
        break;
    case TYPE_LATIN1:
        text = parse_latin1(at, len);
        break;
    default:
        return parse_hex(at, len);
    }
    return g_strchomp(text);
}

static bool set_protocol_error(GError **errp, const char *text)
{
    g_set_error_literal(errp, BMC_ERROR, BMC_ERROR_PROTOCOL, text);
    return false;
}

/* The fields of an area, without its checksum. */
static bool parse_fields(ByteReader *r, FruInfo *info, FruArea area,
                         GError **errp)
{
    FruField field = areas[area].first;

    while (byte_reader_left(r)) {
        uint8_t head = byte_reader_u8(r);
        size_t len = head & LENGTH_MASK;
        const uint8_t *at;
        g_autofree char *text = NULL;

        if (head == END_OF_FIELDS) {
            return true;
        }
        at = byte_reader_take(r, len);
        if (!at) {
            break;
        }
        text = parse_text(head >> TYPE_SHIFT, at, len);
        if (field < areas[area].end) {
            info->text[field++] = *text ? g_steal_pointer(&text) : NULL;
        } else if (*text) {
            fru_add_custom(info, area, text);
        }
    }
    return set_protocol_error(errp, "FRU area without an end of its fields");
}

static bool parse_area(const uint8_t *data, size_t len, FruInfo *info,
                       FruArea area, GError **errp)
{
    ByteReader r;
    size_t area_len;

    if (len < 2 || (data[0] & VERSION_MASK) != FORMAT_VERSION) {
        return set_protocol_error(errp, "FRU area of unknown format");
    }
    area_len = data[1] * UNIT;
    if (area_len < areas[area].head_len + 1u || area_len > len) {
        return set_protocol_error(errp, "FRU area with a wrong length");
    }
    if (fru_checksum(data, area_len)) {
        return set_protocol_error(errp, "FRU area with a wrong checksum");
    }
    r = byte_reader(data, area_len - 1);
    byte_reader_take(&r, areas[area].head_len);
    if (area == FRU_CHASSIS) {
        info->chassis_type = data[2];
    } else if (area == FRU_BOARD) {
        info->board_minutes = data[3] | data[4] << 8 | data[5] << 16;
    }
    return parse_fields(&r, info, area, errp);
}

bool fru_parse(const uint8_t *data, size_t len, FruInfo *info, GError **errp)
{
    FruArea area;
    unsigned i;

    memset(info, 0, sizeof(*info));
    if (len < FRU_HEADER_LEN || (data[0] & VERSION_MASK) != FORMAT_VERSION) {
        return set_protocol_error(errp, "no FRU header");
    }
    if (fru_checksum(data, FRU_HEADER_LEN)) {
        return set_protocol_error(errp, "FRU header with a wrong checksum");
    }
    for (i = HEADER_INTERNAL; i <= HEADER_MULTI; i++) {
        if (data[i] * UNIT >= len) {
            return set_protocol_error(errp, "FRU area beyond the end");
        }
    }
    for (area = 0; area < FRU_AREA__MAX; area++) {
        size_t offset = data[areas[area].header] * UNIT;

        if (offset && !parse_area(data + offset, len - offset, info, area,
                                  errp)) {
            return false;
        }
    }
    return true;
}
