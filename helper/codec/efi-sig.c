/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Signature databases of UEFI Secure Boot. */
#include "osdep.h"

#include "codec/efi-sig.h"

#include <string.h>

#include "util/bytes.h"
#include "util/error.h"

/* A list: its type, three lengths, a header that no known type has */
#define LIST_HEADER 28
#define SIGS_MAX 8192

#define GUID(a, b, c, d, e, f, g, h, i, j, k)                           \
    { { (a) & 0xff, (a) >> 8 & 0xff, (a) >> 16 & 0xff,                  \
        (uint32_t)(a) >> 24, (b) & 0xff, (b) >> 8, (c) & 0xff,          \
        (c) >> 8, d, e, f, g, h, i, j, k } }

const EfiSigType efi_sig_types[] = {
    { "EFI_CERT_X509_GUID",
      GUID(0xa5c059a1, 0x94e4, 0x4aa7, 0x87, 0xb5, 0xab, 0x15, 0x5c, 0x2b,
           0xf0, 0x72), 0 },
    { "EFI_CERT_SHA256_GUID",
      GUID(0xc1c41626, 0x504c, 0x4092, 0xac, 0xa9, 0x41, 0xf9, 0x36, 0x93,
           0x43, 0x28), 32 },
    { "EFI_CERT_RSA2048_GUID",
      GUID(0x3c5766e8, 0x269c, 0x4e34, 0xaa, 0x14, 0xed, 0x77, 0x6e, 0x85,
           0xb3, 0xb6), 256 },
    { "EFI_CERT_RSA2048_SHA256_GUID",
      GUID(0xe2b36190, 0x879b, 0x4a3d, 0xad, 0x8d, 0xf2, 0xe7, 0xbb, 0xa3,
           0x27, 0x84), 256 },
    { "EFI_CERT_SHA1_GUID",
      GUID(0x826ca512, 0xcf10, 0x4ac9, 0xb1, 0x87, 0xbe, 0x01, 0x49, 0x66,
           0x31, 0xbd), 20 },
    { "EFI_CERT_SHA224_GUID",
      GUID(0x0b6e5233, 0xa65c, 0x44c9, 0x94, 0x07, 0xd9, 0xab, 0x83, 0xbf,
           0xc8, 0xbd), 28 },
    { "EFI_CERT_SHA384_GUID",
      GUID(0xff3e5307, 0x9fd0, 0x48c9, 0x85, 0xf1, 0x8a, 0xd5, 0x6c, 0x70,
           0x1e, 0x01), 48 },
    { "EFI_CERT_SHA512_GUID",
      GUID(0x093e0fae, 0xa6c4, 0x4f50, 0x9f, 0x1b, 0xd4, 0x1e, 0x2b, 0x89,
           0xc1, 0x9a), 64 },
    { "EFI_CERT_X509_SHA256_GUID",
      GUID(0x3bd2a492, 0x96c0, 0x4079, 0xb4, 0x20, 0xfc, 0xf9, 0x8e, 0xf1,
           0x03, 0xed), 48 },
    { "EFI_CERT_X509_SHA384_GUID",
      GUID(0x7076876e, 0x80c2, 0x4ee6, 0xaa, 0xd2, 0x28, 0xb3, 0x49, 0xa6,
           0x86, 0x5b), 64 },
    { "EFI_CERT_X509_SHA512_GUID",
      GUID(0x446dbf63, 0x2502, 0x4cda, 0xbc, 0xfa, 0x24, 0x65, 0xd2, 0xb0,
           0xfe, 0x9d), 80 },
    { NULL }
};

const EfiSigType *efi_sig_type_find(const EfiGuid *guid)
{
    for (const EfiSigType *type = efi_sig_types; type->name; type++) {
        if (efi_guid_equal(&type->guid, guid)) {
            return type;
        }
    }
    return NULL;
}

EfiSig *efi_sig_new(const EfiGuid *type, const EfiGuid *owner, GBytes *data)
{
    EfiSig *sig = g_new0(EfiSig, 1);

    sig->type = *type;
    sig->owner = *owner;
    sig->data = g_bytes_ref(data);
    return sig;
}

void efi_sig_free(EfiSig *sig)
{
    if (sig) {
        g_bytes_unref(sig->data);
        g_free(sig);
    }
}

static bool invalid(GError **errp)
{
    g_set_error(errp, BMC_ERROR, BMC_ERROR_INVALID,
                "a database of UEFI Secure Boot is damaged");
    return false;
}

static bool parse_list(GPtrArray *sigs, ByteReader *r, GError **errp)
{
    const uint8_t *type = byte_reader_take(r, EFI_GUID_LEN);
    uint32_t list = byte_reader_le32(r);
    uint32_t header = byte_reader_le32(r);
    uint32_t size = byte_reader_le32(r);
    EfiGuid type_guid;

    if (r->failed || header || list < LIST_HEADER ||
        list - LIST_HEADER > byte_reader_left(r) || size <= EFI_GUID_LEN ||
        (list - LIST_HEADER) % size) {
        return invalid(errp);
    }
    memcpy(type_guid.bytes, type, EFI_GUID_LEN);
    for (list -= LIST_HEADER; list; list -= size) {
        const uint8_t *at = byte_reader_take(r, size);
        g_autoptr(GBytes) data = g_bytes_new(at + EFI_GUID_LEN,
                                             size - EFI_GUID_LEN);
        EfiGuid owner;

        if (sigs->len == SIGS_MAX) {
            return invalid(errp);
        }
        memcpy(owner.bytes, at, EFI_GUID_LEN);
        g_ptr_array_add(sigs, efi_sig_new(&type_guid, &owner, data));
    }
    return true;
}

GPtrArray *efi_sigs_parse(const uint8_t *data, size_t len, GError **errp)
{
    g_autoptr(GPtrArray) sigs =
        g_ptr_array_new_with_free_func((GDestroyNotify)efi_sig_free);
    ByteReader r = byte_reader(data, len);

    while (byte_reader_left(&r)) {
        if (!parse_list(sigs, &r, errp)) {
            return NULL;
        }
    }
    return g_steal_pointer(&sigs);
}

static void put32(GByteArray *out, uint32_t v)
{
    const uint8_t bytes[] = { v & 0xff, v >> 8 & 0xff, v >> 16 & 0xff,
                              v >> 24 };

    g_byte_array_append(out, bytes, sizeof(bytes));
}

/* Of one type and length, from @from on */
static unsigned run_length(const GPtrArray *sigs, unsigned from)
{
    const EfiSig *first = sigs->pdata[from];
    unsigned i;

    for (i = from + 1; i < sigs->len; i++) {
        const EfiSig *sig = sigs->pdata[i];

        if (!efi_guid_equal(&sig->type, &first->type) ||
            g_bytes_get_size(sig->data) != g_bytes_get_size(first->data)) {
            break;
        }
    }
    return i - from;
}

GBytes *efi_sigs_build(const GPtrArray *sigs)
{
    GByteArray *out = g_byte_array_new();
    unsigned n;

    for (unsigned i = 0; i < sigs->len; i += n) {
        const EfiSig *first = sigs->pdata[i];
        size_t size = EFI_GUID_LEN + g_bytes_get_size(first->data);

        n = run_length(sigs, i);
        g_byte_array_append(out, first->type.bytes, EFI_GUID_LEN);
        put32(out, LIST_HEADER + n * size);
        put32(out, 0);
        put32(out, size);
        for (unsigned j = i; j < i + n; j++) {
            const EfiSig *sig = sigs->pdata[j];

            g_byte_array_append(out, sig->owner.bytes, EFI_GUID_LEN);
            g_byte_array_append(out, g_bytes_get_data(sig->data, NULL),
                                g_bytes_get_size(sig->data));
        }
    }
    return g_byte_array_free_to_bytes(out);
}
