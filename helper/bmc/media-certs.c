/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Authorities of image servers. */
#include "osdep.h"

#include "bmc/media-certs.h"

#include "bmc/bmc-priv.h"
#include "bmc/media-priv.h"
#include "util/error.h"
#include "util/tls-trust.h"

static void cert_free(void *opaque)
{
    MediaCert *cert = opaque;

    tls_cert_info_free(cert->info);
    g_free(cert);
}

static MediaCert *find(const MediaSlot *slot, unsigned id)
{
    for (guint i = 0; slot && i < slot->certs->len; i++) {
        MediaCert *cert = slot->certs->pdata[i];

        if (cert->id == id) {
            return cert;
        }
    }
    return NULL;
}

static void append(MediaSlot *slot, unsigned id, TlsCertInfo *info)
{
    MediaCert *cert = g_new0(MediaCert, 1);

    cert->id = id;
    cert->info = info;
    g_ptr_array_add(slot->certs, cert);
    slot->last_cert = MAX(slot->last_cert, id);
}

static void changed(Bmc *bmc)
{
    media_save(bmc);
    bmc_changed(bmc, BMC_PART_MEDIA);
}

GPtrArray *media_certs_new(void)
{
    return g_ptr_array_new_with_free_func(cert_free);
}

char *media_certs_pem(const MediaSlot *slot)
{
    GString *text = slot->certs->len ? g_string_new(NULL) : NULL;

    for (guint i = 0; i < slot->certs->len; i++) {
        const MediaCert *cert = slot->certs->pdata[i];

        g_string_append(text, cert->info->pem);
        g_string_append_c(text, '\n');
    }
    return text ? g_string_free(text, FALSE) : NULL;
}

void media_certs_save(const MediaSlot *slot, JsonObject *object)
{
    JsonArray *array = json_array_new();

    for (guint i = 0; i < slot->certs->len; i++) {
        const MediaCert *cert = slot->certs->pdata[i];
        JsonObject *one = json_object_new();

        json_object_set_int_member(one, "id", cert->id);
        json_object_set_string_member(one, "pem", cert->info->pem);
        json_array_add_object_element(array, one);
    }
    json_object_set_array_member(object, "certificates", array);
    json_object_set_int_member(object, "last-certificate", slot->last_cert);
}

void media_certs_load(MediaSlot *slot, PersistReader *r)
{
    PersistReader sub;
    JsonArray *array;
    int64_t last = 0;

    persist_read_int(r, "last-certificate", 0, UINT_MAX - 1, &last);
    slot->last_cert = last;
    if (!json_object_has_member(r->object, "certificates") ||
        !persist_read_array(r, "certificates", BMC_MEDIA_CERTS_MAX,
                            &array)) {
        return;
    }
    for (unsigned i = 0; i < json_array_get_length(array); i++) {
        const char *pem;
        int64_t id;
        TlsCertInfo *info;

        if (!persist_read_element(&sub, r, "certificates", array, i) ||
            !persist_read_int(&sub, "id", 1, UINT_MAX - 1, &id) ||
            !persist_read_string(&sub, "pem", &pem)) {
            continue;
        }
        info = strlen(pem) <= TLS_CA_MAX ? tls_cert_info_new(pem, NULL)
                                         : NULL;
        if (!info || find(slot, id)) {
            tls_cert_info_free(info);
            persist_read_damaged(&sub, "pem");
            continue;
        }
        append(slot, id, info);
    }
}

unsigned bmc_media_cert_add(Bmc *bmc, const char *id, const char *text,
                            const BmcOrigin *origin, GError **errp)
{
    MediaSlot *slot = media_slot_find(bmc, id);
    g_autofree char *who = bmc_origin_to_string(origin);
    g_autofree char *pem = tls_ca_make(text, errp);
    TlsCertInfo *info;

    if (!pem) {
        return 0;
    }
    if (!slot) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_NOT_FOUND,
                    "there is no drive %s", id);
        return 0;
    }
    for (guint i = 0; i < slot->certs->len; i++) {
        const MediaCert *cert = slot->certs->pdata[i];

        if (g_str_equal(cert->info->pem, pem)) {
            g_set_error(errp, BMC_ERROR, BMC_ERROR_EXISTS,
                        "that authority is there already, as number %u",
                        cert->id);
            return 0;
        }
    }
    if (slot->certs->len >= BMC_MEDIA_CERTS_MAX) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_LIMIT,
                    "there are %u authorities already",
                    BMC_MEDIA_CERTS_MAX);
        return 0;
    }
    info = tls_cert_info_new(pem, errp);
    if (!info) {
        return 0;
    }
    append(slot, slot->last_cert + 1, info);
    g_message("media: %s: authority with SHA-256 %s trusted by %s", id,
              info->fingerprint, who);
    changed(bmc);
    return slot->last_cert;
}

bool bmc_media_cert_remove(Bmc *bmc, const char *id, unsigned number,
                           const BmcOrigin *origin, GError **errp)
{
    MediaSlot *slot = media_slot_find(bmc, id);
    g_autofree char *who = bmc_origin_to_string(origin);
    MediaCert *cert = find(slot, number);

    if (!cert) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_NOT_FOUND,
                    "there is no such authority");
        return false;
    }
    g_message("media: %s: authority with SHA-256 %s not trusted any more, by "
              "%s", id, cert->info->fingerprint, who);
    g_ptr_array_remove(slot->certs, cert);
    changed(bmc);
    return true;
}

unsigned bmc_media_cert_nth(const Bmc *bmc, const char *id, unsigned n)
{
    const MediaSlot *slot = media_slot_find(bmc, id);
    const MediaCert *cert = slot && n < slot->certs->len
                            ? slot->certs->pdata[n] : NULL;

    return cert ? cert->id : 0;
}

const TlsCertInfo *bmc_media_cert_info(const Bmc *bmc, const char *id,
                                       unsigned number)
{
    const MediaCert *cert = find(media_slot_find(bmc, id), number);

    return cert ? cert->info : NULL;
}

void bmc_media_reset(Bmc *bmc)
{
    for (guint i = 0; i < bmc->media->slots->len; i++) {
        MediaSlot *slot = bmc->media->slots->pdata[i];

        slot->pub.verify = slot->verified = false;
        g_ptr_array_set_size(slot->certs, 0);
    }
    changed(bmc);
}
