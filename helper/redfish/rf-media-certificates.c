/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Authorities of the servers of images (DSP0268 VirtualMedia, Certificates),
 * below each slot of the system and of the manager.
 */
#include "osdep.h"

#include "redfish/rf-certificate.h"
#include "redfish/rf-exchange.h"

#include "bmc/media-certs.h"
#include "bmc/media.h"
#include "util/error.h"

#define WRITE (RF_PRIVILEGE_CONFIGURE_MANAGER | \
               RF_PRIVILEGE_CONFIGURE_COMPONENTS)

static const char *const create_types[] = { "PEM", NULL };

static bool exists_collection(const RfContext *ctx)
{
    return rf_exists_one(ctx) && bmc_media_find(ctx->bmc, ctx->ids[1]);
}

static bool exists_certificate(const RfContext *ctx)
{
    return exists_collection(ctx) &&
           bmc_media_cert_info(ctx->bmc, ctx->ids[1],
                               rf_certificate_number(ctx->ids[2]));
}

static bool nth_certificate(const RfContext *ctx, unsigned n,
                            char uri[RF_URI_MAX])
{
    unsigned id = bmc_media_cert_nth(ctx->bmc, ctx->ids[1], n);

    g_snprintf(uri, RF_URI_MAX, "%s/%u", ctx->uri, id);
    return id;
}

static void added(GObject *source, GAsyncResult *res, void *opaque)
{
    g_autoptr(RfExchange) x = opaque;
    g_autoptr(GError) err = NULL;

    bmc_flush_finish(res, &err);
    if (g_cancellable_is_cancelled(x->cancellable)) {
        return;
    }
    if (err) {
        rf_exchange_complete(x, err);
    } else {
        g_autofree char *uri = g_steal_pointer(&x->location);

        rf_exchange_created(x, uri, NULL, NULL);
    }
}

static void refuse(RfExchange *x, const GError *err)
{
    g_autoptr(RfMessages) messages = rf_messages_new();
    g_autofree char *why = rf_certificate_sentence(err);

    if (g_error_matches(err, BMC_ERROR, BMC_ERROR_LIMIT)) {
        rf_messages_add(messages,
                        RF_MESSAGE_CREATE_LIMIT_REACHED_FOR_RESOURCE, NULL,
                        why, NULL);
    } else if (g_error_matches(err, BMC_ERROR, BMC_ERROR_EXISTS)) {
        rf_messages_add(messages, RF_MESSAGE_RESOURCE_ALREADY_EXISTS,
                        "/CertificateString", why, "Certificate",
                        "CertificateString", "the same", NULL);
    } else {
        rf_messages_add(messages, RF_MESSAGE_PROPERTY_VALUE_ERROR,
                        "/CertificateString", why, "CertificateString", NULL);
    }
    rf_exchange_fail(x, messages);
}

static void start_add(RfExchange *x, const RfPatch *patch)
{
    const RfValue *text = rf_patch_get(patch, NULL, "CertificateString");
    g_autoptr(GError) err = NULL;
    unsigned id = bmc_media_cert_add(x->context.bmc, x->context.ids[1],
                                     text->text, &x->origin, &err);

    if (!id) {
        refuse(x, err);
        return;
    }
    x->location = g_strdup_printf("%s/%u", x->context.uri, id);
    bmc_flush_async(x->context.bmc, x->cancellable, added,
                    rf_exchange_ref(x));
}

static void start_remove(RfExchange *x)
{
    g_autoptr(GError) err = NULL;

    if (bmc_media_cert_remove(x->context.bmc, x->context.ids[1],
                              rf_certificate_number(x->context.ids[2]),
                              &x->origin, &err)) {
        rf_exchange_complete_kept(x);
    } else {
        rf_exchange_complete(x, err);
    }
}

static const RfProperty collection_properties[] = {
    { "Name", RF_TYPE_STRING, .text = "Image Server Certificates" },
    { "Members", RF_TYPE_LINKS, .nth = nth_certificate },
    { NULL }
};

static const RfProperty certificate_properties[] = {
    { "Name", RF_TYPE_STRING, .text = "Authority of Image Servers" },
    RF_CERTIFICATE_PROPERTIES,
    { NULL }
};

static const RfProperty create_properties[] = {
    { "CertificateString", RF_TYPE_STRING, .required = true, .secret = true,
      .min = 1, .max = TLS_PEM_MAX },
    { "CertificateType", RF_TYPE_ENUM, .required = true,
      .texts = create_types },
    { NULL }
};

static const RfCreate add = {
    .properties = create_properties,
    .privilege = WRITE,
    .start = start_add,
};

static const RfDelete remove_certificate = {
    .privilege = WRITE,
    .start = start_remove,
};

#define COLLECTION                                                       \
    "/redfish/v1/Systems/{ComputerSystemId}/VirtualMedia/{VirtualMediaId}" \
    "/Certificates"

/* DMTF's schema has them below systems only; the managers' slots are these. */
const RfResource rf_media_certificates_resources[] = {
    { .path = COLLECTION,
      .type = "CertificateCollection.CertificateCollection",
      .properties = collection_properties,
      .read = RF_PRIVILEGE_LOGIN,
      .depends = 1 << BMC_PART_MEDIA,
      .exists = exists_collection,
      .create = &add },
    { .path = COLLECTION "/{CertificateId}",
      .type = "Certificate.v1_11_0.Certificate",
      .properties = certificate_properties,
      .read = RF_PRIVILEGE_LOGIN,
      .depends = 1 << BMC_PART_MEDIA,
      .exists = exists_certificate,
      .remove = &remove_certificate },
    { NULL }
};
