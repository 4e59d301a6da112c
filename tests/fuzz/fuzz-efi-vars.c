/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * UEFI variables. The first byte says where the rest goes: an image as it is,
 * what is behind the headers of a good one, what fault tolerant writes have
 * left, a database of signatures, or edits and what they are made in. What is
 * accepted must come out the same when it was written and read again, and an
 * edit that was made must be found then.
 */
#include "osdep.h"

#include "codec/efi-edit.h"
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

/* Edits at the beginning: what, where, and a byte to make a signature of */
#define EDITS 4
#define EDIT_LEN 3

static void check_edit(const EfiVars *vars, const EfiEdit *edit)
{
    if (edit->kind == EFI_EDIT_ENABLE) {
        g_assert(efi_vars_secure_boot(vars) == edit->enable);
        return;
    }
    for (unsigned db = 0; db < EFI_DB__MAX; db++) {
        g_autoptr(GPtrArray) sigs = NULL;
        bool found = false;

        if (!(edit->dbs & 1u << db)) {
            continue;
        }
        sigs = efi_db_read(vars, db, NULL);
        g_assert(sigs && (edit->kind != EFI_EDIT_CLEAR || !sigs->len));
        for (unsigned i = 0; i < sigs->len && edit->sig; i++) {
            const EfiSig *sig = sigs->pdata[i];

            found |= efi_guid_equal(&sig->type, &edit->sig->type) &&
                     g_bytes_equal(sig->data, edit->sig->data);
        }
        g_assert(edit->kind != EFI_EDIT_ADD || found);
    }
}

static void make_edits(EfiVars *vars, const uint8_t *from)
{
    for (unsigned i = 0; i < EDITS; i++, from += EDIT_LEN) {
        EfiEdit edit = {
            .kind = from[0] % EFI_EDIT__MAX,
            .enable = from[1] & 1,
            .dbs = from[1] & EFI_DB_ALL,
        };
        g_autoptr(GBytes) data = g_bytes_new(from, from[2] % EDIT_LEN);
        const EfiSigType *type = &efi_sig_types[from[2] % 3];

        if (edit.kind == EFI_EDIT_ADD || edit.kind == EFI_EDIT_REMOVE) {
            edit.sig = efi_sig_new(&type->guid, &efi_guid_global, data);
        }
        if (efi_edit_apply(vars, &edit, NULL, from[2] * 1000000, NULL)) {
            check_edit(vars, &edit);
        }
        efi_sig_free(edit.sig);
    }
}

static void try_image(const uint8_t *data, size_t len, const uint8_t *edits)
{
    g_autofree uint8_t *copy = g_memdup2(data, len);
    g_autoptr(GError) err = NULL;
    g_autoptr(EfiVars) vars = efi_vars_parse(data, len, &err);
    g_autoptr(EfiVars) again = NULL;
    unsigned i;

    g_assert(!vars == !!err);
    if (vars && edits) {
        make_edits(vars, edits);
    }
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

static void try_inside(const uint8_t *data, size_t len, size_t at,
                       const uint8_t *edits)
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
    try_image(image, IMAGE_LEN, edits);
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
    switch (data[0] % 5) {
    case 0:
        try_image(data + 1, len - 1, NULL);
        break;
    case 1:
        try_inside(data + 1, len - 1, VARS_AT, NULL);
        break;
    case 2:
        try_inside(data + 1, len - 1, WORKING_AT, NULL);
        break;
    case 4:
        if (len > EDITS * EDIT_LEN) {
            try_inside(data + 1 + EDITS * EDIT_LEN,
                       len - 1 - EDITS * EDIT_LEN, VARS_AT, data + 1);
        }
        break;
    default:
        try_sigs(data + 1, len - 1);
        break;
    }
    return 0;
}
