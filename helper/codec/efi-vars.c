/* SPDX-License-Identifier: GPL-2.0-or-later */
/* UEFI variables in a flash image of EDK2's. */
#include "osdep.h"

#include "codec/efi-vars.h"

#include <string.h>

#include "util/bytes.h"
#include "util/error.h"

/* Offsets in the header of a firmware volume */
#define FV_GUID 16
#define FV_LENGTH 32
#define FV_SIGNATURE 40
#define FV_HEADER_LENGTH 48
#define FV_HEADER_MIN 72
#define FV_HEADER_MAX 4096

/* The header of the store, which comes next */
#define STORE_SIZE 16
#define STORE_FORMAT 20
#define STORE_STATE 21
#define STORE_HEADER 28
#define STORE_FORMATTED 0x5a
#define STORE_HEALTHY 0xfe

/* The header of a variable; each begins at a multiple of four */
#define VAR_HEADER 60
#define VAR_START 0x55aa
#define VAR_ADDED 0x3f
/* As long as its successor is not there */
#define VAR_ADDED_IN_TRANSITION 0x3e
#define VARS_MAX 8192

/* Fault tolerant writes: a working block, and a queue in it */
#define FTW_BLOCK 4096
#define FTW_FLAGS 20
#define FTW_QUEUE_SIZE 24
#define FTW_HEADER 32
#define FTW_WRITE_HEADER 40
#define FTW_WRITES 24
#define FTW_PRIVATE 32
#define FTW_RECORD 40
/* A flag is set by clearing its bit, which is all that flash can do. */
#define FTW_VALID 0x01
#define FTW_INVALID 0x02
#define FTW_ALLOCATED 0x01
#define FTW_WRITES_ALLOCATED 0x02
#define FTW_COMPLETE 0x04
#define FTW_SPARE_DONE 0x02
#define FTW_TARGET_DONE 0x04

const EfiGuid efi_guid_global = { {
    0x61, 0xdf, 0xe4, 0x8b, 0xca, 0x93, 0xd2, 0x11,
    0xaa, 0x0d, 0x00, 0xe0, 0x98, 0x03, 0x2b, 0x8c,
} };
const EfiGuid efi_guid_image_security = { {
    0xcb, 0xb2, 0x19, 0xd7, 0x3a, 0x3d, 0x96, 0x45,
    0xa3, 0xbc, 0xda, 0xd0, 0x0e, 0x67, 0x65, 0x6f,
} };
const EfiGuid efi_guid_secure_boot = { {
    0xc7, 0x0b, 0xa3, 0xf0, 0x08, 0xaf, 0x56, 0x45,
    0x99, 0xc4, 0x00, 0x10, 0x09, 0xc9, 0x3a, 0x44,
} };

static const EfiGuid guid_nv_data = { {
    0x8d, 0x2b, 0xf1, 0xff, 0x96, 0x76, 0x8b, 0x4c,
    0xa9, 0x85, 0x27, 0x47, 0x07, 0x5b, 0x4f, 0x50,
} };
static const EfiGuid guid_store = { {
    0x78, 0x2c, 0xf3, 0xaa, 0x7b, 0x94, 0x9a, 0x43,
    0xa1, 0x80, 0x2e, 0x14, 0x4e, 0xc3, 0x77, 0x92,
} };
static const EfiGuid guid_plain_store = { {
    0x16, 0x36, 0xcf, 0xdd, 0x75, 0x32, 0x64, 0x41,
    0x98, 0xb6, 0xfe, 0x85, 0x70, 0x7f, 0xfe, 0x7d,
} };
static const EfiGuid guid_working_block = { {
    0x2b, 0x29, 0x58, 0x9e, 0x68, 0x7c, 0x7d, 0x49,
    0xa0, 0xce, 0x65, 0x00, 0xfd, 0x9f, 0x1b, 0x95,
} };

/*
 * EfiVars: what is in an image.
 *
 * @list: array of EfiVar
 */
struct EfiVars {
    GPtrArray *list;
};

/*
 * Where things are in an image.
 *
 * @begin: the first variable
 * @end: behind the store
 * @volume_end: behind the volume
 */
typedef struct Layout {
    size_t begin;
    size_t end;
    size_t volume_end;
} Layout;

static uint32_t get32(const uint8_t *at)
{
    return at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 |
           (uint32_t)at[3] << 24;
}

static uint64_t get64(const uint8_t *at)
{
    return get32(at) | (uint64_t)get32(at + 4) << 32;
}

static bool is_guid(const uint8_t *at, const EfiGuid *guid)
{
    return memcmp(at, guid->bytes, EFI_GUID_LEN) == 0;
}

static size_t align4(size_t n)
{
    return (n + 3) & ~(size_t)3;
}

static bool invalid(GError **errp, const char *what)
{
    g_set_error(errp, BMC_ERROR, BMC_ERROR_INVALID,
                "these are no UEFI variables of EDK2's: %s", what);
    return false;
}

static bool sum_is_zero(const uint8_t *data, size_t len)
{
    uint16_t sum = 0;

    for (size_t i = 0; i + 1 < len; i += 2) {
        sum += data[i] | data[i + 1] << 8;
    }
    return sum == 0;
}

static bool find_store(const uint8_t *data, size_t len, Layout *layout,
                       GError **errp)
{
    size_t header;
    uint64_t volume;
    uint32_t size;

    if (len < FV_HEADER_MIN + STORE_HEADER || len > EFI_VARS_IMAGE_MAX) {
        return invalid(errp, "the image has a wrong size");
    }
    header = data[FV_HEADER_LENGTH] | data[FV_HEADER_LENGTH + 1] << 8;
    volume = get64(data + FV_LENGTH);
    if (memcmp(data + FV_SIGNATURE, "_FVH", 4) ||
        !is_guid(data + FV_GUID, &guid_nv_data)) {
        return invalid(errp, "there is no firmware volume for them");
    }
    if (volume > len || header < FV_HEADER_MIN || header > FV_HEADER_MAX ||
        header % 4 || header + STORE_HEADER > volume) {
        return invalid(errp, "the firmware volume has a wrong size");
    }
    if (!sum_is_zero(data, header)) {
        return invalid(errp, "the firmware volume's checksum is wrong");
    }
    data += header;
    size = get32(data + STORE_SIZE);
    if (is_guid(data, &guid_plain_store)) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_NOT_SUPPORTED,
                    "these UEFI variables have no authentication");
        return false;
    }
    if (!is_guid(data, &guid_store) || size < STORE_HEADER ||
        size > volume - header || data[STORE_FORMAT] != STORE_FORMATTED ||
        data[STORE_STATE] != STORE_HEALTHY) {
        return invalid(errp, "the header of the store is wrong");
    }
    layout->begin = header + STORE_HEADER;
    layout->end = header + size;
    layout->volume_end = volume;
    return true;
}

static void var_free(void *opaque)
{
    EfiVar *var = opaque;

    g_free(var->name);
    g_bytes_unref(var->data);
    g_free(var);
}

static EfiVar *find_raw(const EfiVars *vars, const uint8_t *name,
                        size_t name_len, const EfiGuid *guid)
{
    for (unsigned i = 0; i < vars->list->len; i++) {
        EfiVar *var = vars->list->pdata[i];

        if (var->name_len == name_len &&
            memcmp(var->name, name, name_len) == 0 &&
            efi_guid_equal(&var->guid, guid)) {
            return var;
        }
    }
    return NULL;
}

static bool name_is_good(const uint8_t *name, size_t len)
{
    return len >= 4 && len % 2 == 0 && !name[len - 1] && !name[len - 2];
}

/* @at is a header behind which there is room for name and value. */
static bool add_var(EfiVars *vars, const uint8_t *at, size_t name_len,
                    size_t data_len, GError **errp)
{
    const uint8_t *name = at + VAR_HEADER;
    EfiVar *var;

    if (!name_is_good(name, name_len)) {
        return invalid(errp, "the name of a variable is wrong");
    }
    if (vars->list->len == VARS_MAX) {
        return invalid(errp, "there are too many variables");
    }
    var = g_new0(EfiVar, 1);
    var->name = g_memdup2(name, name_len);
    var->name_len = name_len;
    var->attributes = get32(at + 4);
    var->count = get64(at + 8);
    memcpy(var->time, at + 16, EFI_TIME_LEN);
    var->key = get32(at + 32);
    memcpy(var->guid.bytes, at + 44, EFI_GUID_LEN);
    var->data = g_bytes_new(name + name_len, data_len);
    g_ptr_array_add(vars->list, var);
    return true;
}

/*
 * Those with @state. A header that was not completely written has no name
 * and no value behind it.
 */
static bool walk(EfiVars *vars, const uint8_t *data, const Layout *layout,
                 uint8_t state, GError **errp)
{
    size_t at = layout->begin;

    while (at + VAR_HEADER <= layout->end &&
           (data[at] | data[at + 1] << 8) == VAR_START) {
        size_t room = layout->end - at - VAR_HEADER;
        uint32_t name_len = get32(data + at + 36);
        uint32_t data_len = get32(data + at + 40);
        EfiGuid guid;

        if (name_len == UINT32_MAX || data_len == UINT32_MAX ||
            get32(data + at + 4) == UINT32_MAX || data[at + 2] == 0xff) {
            name_len = 0;
            data_len = 0;
        }
        if (name_len > room || data_len > room - name_len) {
            return invalid(errp, "a variable does not end in the store");
        }
        memcpy(guid.bytes, data + at + 44, EFI_GUID_LEN);
        if (data[at + 2] == state &&
            !find_raw(vars, data + at + VAR_HEADER, name_len, &guid) &&
            !add_var(vars, data + at, name_len, data_len, errp)) {
            return false;
        }
        at += align4(VAR_HEADER + name_len + data_len);
    }
    return true;
}

/*
 * Whether firmware will copy spare blocks to where they belong, at its next
 * start, before it does anything else.
 */
static bool queue_is_pending(const uint8_t *queue, size_t len)
{
    size_t at = 0;

    while (at + FTW_WRITE_HEADER <= len &&
           !(queue[at] & FTW_ALLOCATED)) {
        uint64_t writes = get64(queue + at + FTW_WRITES);
        uint64_t private = get64(queue + at + FTW_PRIVATE);
        bool complete = !(queue[at] & FTW_COMPLETE);

        if (queue[at] & FTW_WRITES_ALLOCATED) {
            writes = 0;
        }
        at += FTW_WRITE_HEADER;
        if (private > len || writes > len ||
            writes * (FTW_RECORD + private) > len - at) {
            return true;
        }
        for (uint64_t i = 0; i < writes && !complete; i++) {
            uint8_t flags = queue[at + i * (FTW_RECORD + private)];

            if (!(flags & FTW_SPARE_DONE) && (flags & FTW_TARGET_DONE)) {
                return true;
            }
        }
        at += writes * (FTW_RECORD + private);
    }
    return false;
}

static bool write_is_pending(const uint8_t *data, const Layout *layout)
{
    size_t at = layout->end / FTW_BLOCK * FTW_BLOCK;

    for (; at + FTW_BLOCK <= layout->volume_end; at += FTW_BLOCK) {
        const uint8_t *block = data + at;
        uint64_t size = get64(block + FTW_QUEUE_SIZE);

        if (at < layout->end || !is_guid(block, &guid_working_block)) {
            continue;
        }
        if ((block[FTW_FLAGS] & (FTW_VALID | FTW_INVALID)) != FTW_INVALID ||
            size > layout->volume_end - at - FTW_HEADER) {
            return true;
        }
        return queue_is_pending(block + FTW_HEADER, size);
    }
    return false;
}

bool efi_guid_equal(const EfiGuid *a, const EfiGuid *b)
{
    return memcmp(a, b, sizeof(*a)) == 0;
}

char *efi_guid_to_string(const EfiGuid *guid)
{
    const uint8_t *b = guid->bytes;

    return g_strdup_printf("%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-"
                           "%02x%02x%02x%02x%02x%02x", b[3], b[2], b[1], b[0],
                           b[5], b[4], b[7], b[6], b[8], b[9], b[10], b[11],
                           b[12], b[13], b[14], b[15]);
}

bool efi_guid_parse(const char *text, EfiGuid *guid)
{
    /* Where the first three numbers have their bytes, in order of text */
    static const uint8_t place[EFI_GUID_LEN] = {
        3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15,
    };

    if (!g_uuid_string_is_valid(text)) {
        return false;
    }
    for (unsigned i = 0; i < EFI_GUID_LEN; i++) {
        text += *text == '-';
        guid->bytes[place[i]] = g_ascii_xdigit_value(text[0]) << 4 |
                                g_ascii_xdigit_value(text[1]);
        text += 2;
    }
    return true;
}

EfiVars *efi_vars_parse(const uint8_t *data, size_t len, GError **errp)
{
    g_autoptr(EfiVars) vars = g_new0(EfiVars, 1);
    Layout layout;

    vars->list = g_ptr_array_new_with_free_func(var_free);
    if (!find_store(data, len, &layout, errp) ||
        !walk(vars, data, &layout, VAR_ADDED, errp) ||
        !walk(vars, data, &layout, VAR_ADDED_IN_TRANSITION, errp)) {
        return NULL;
    }
    return g_steal_pointer(&vars);
}

void efi_vars_free(EfiVars *vars)
{
    if (vars) {
        g_ptr_array_unref(vars->list);
        g_free(vars);
    }
}

const EfiVar *efi_vars_nth(const EfiVars *vars, unsigned n)
{
    return n < vars->list->len ? vars->list->pdata[n] : NULL;
}

static uint8_t *name_to_raw(const char *name, size_t *len)
{
    size_t n = strlen(name) + 1;
    uint8_t *raw = g_malloc0(2 * n);

    for (size_t i = 0; i < n; i++) {
        raw[2 * i] = name[i];
    }
    *len = 2 * n;
    return raw;
}

const EfiVar *efi_vars_find(const EfiVars *vars, const char *name,
                            const EfiGuid *guid)
{
    size_t len;
    g_autofree uint8_t *raw = name_to_raw(name, &len);

    return find_raw(vars, raw, len, guid);
}

void efi_vars_set(EfiVars *vars, const char *name, const EfiGuid *guid,
                  uint32_t attributes, GBytes *data)
{
    size_t len;
    g_autofree uint8_t *raw = name_to_raw(name, &len);
    EfiVar *var = find_raw(vars, raw, len, guid);

    if (!var) {
        var = g_new0(EfiVar, 1);
        var->name = g_steal_pointer(&raw);
        var->name_len = len;
        var->guid = *guid;
        var->attributes = attributes;
        g_ptr_array_add(vars->list, var);
    } else {
        g_bytes_unref(var->data);
    }
    var->data = g_bytes_ref(data);
}

/* EFI_TIME: what is behind the second is zero, and the zone is UTC. */
static void write_time(uint8_t time[EFI_TIME_LEN], int64_t now)
{
    g_autoptr(GDateTime) date = g_date_time_new_from_unix_utc(now);

    memset(time, 0, EFI_TIME_LEN);
    if (date) {
        time[0] = g_date_time_get_year(date) & 0xff;
        time[1] = g_date_time_get_year(date) >> 8;
        time[2] = g_date_time_get_month(date);
        time[3] = g_date_time_get_day_of_month(date);
        time[4] = g_date_time_get_hour(date);
        time[5] = g_date_time_get_minute(date);
        time[6] = g_date_time_get_second(date);
    }
}

static int compare_times(const uint8_t *a, const uint8_t *b)
{
    int years = (a[0] | a[1] << 8) - (b[0] | b[1] << 8);

    return years ? years : memcmp(a + 2, b + 2, 5);
}

void efi_vars_stamp(EfiVars *vars, const char *name, const EfiGuid *guid,
                    int64_t now)
{
    size_t len;
    g_autofree uint8_t *raw = name_to_raw(name, &len);
    EfiVar *var = find_raw(vars, raw, len, guid);
    uint8_t time[EFI_TIME_LEN];

    write_time(time, now);
    if (var && compare_times(time, var->time) > 0) {
        memcpy(var->time, time, EFI_TIME_LEN);
    }
}

bool efi_vars_remove(EfiVars *vars, const char *name, const EfiGuid *guid)
{
    size_t len;
    g_autofree uint8_t *raw = name_to_raw(name, &len);

    return g_ptr_array_remove(vars->list, find_raw(vars, raw, len, guid));
}

static void write_var(ByteWriter *w, const EfiVar *var)
{
    size_t data_len;
    const uint8_t *data = g_bytes_get_data(var->data, &data_len);

    byte_writer_le16(w, VAR_START);
    byte_writer_u8(w, VAR_ADDED);
    byte_writer_u8(w, 0);
    byte_writer_le32(w, var->attributes);
    byte_writer_le32(w, var->count & UINT32_MAX);
    byte_writer_le32(w, var->count >> 32);
    byte_writer_bytes(w, var->time, EFI_TIME_LEN);
    byte_writer_le32(w, var->key);
    byte_writer_le32(w, var->name_len);
    byte_writer_le32(w, data_len);
    byte_writer_bytes(w, var->guid.bytes, EFI_GUID_LEN);
    byte_writer_bytes(w, var->name, var->name_len);
    byte_writer_bytes(w, data, data_len);
    /* As in flash that was erased */
    while (!w->failed && w->len % 4) {
        byte_writer_u8(w, 0xff);
    }
}

bool efi_vars_write(const EfiVars *vars, uint8_t *data, size_t len,
                    GError **errp)
{
    g_autofree uint8_t *room = NULL;
    Layout layout;
    ByteWriter w;
    size_t size;

    if (!find_store(data, len, &layout, errp)) {
        return false;
    }
    if (write_is_pending(data, &layout)) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_STATE, "firmware was "
                    "interrupted while it wrote its variables; start the "
                    "machine once");
        return false;
    }
    size = layout.end - layout.begin;
    room = g_malloc(size);
    memset(room, 0xff, size);
    w = byte_writer(room, size);
    for (unsigned i = 0; i < vars->list->len; i++) {
        write_var(&w, vars->list->pdata[i]);
    }
    if (w.failed) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_LIMIT,
                    "the UEFI variables have no room in their flash");
        return false;
    }
    memcpy(data + layout.begin, room, size);
    return true;
}
