/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Authorities of the servers of images (DSP0268 VirtualMedia, Certificates),
 * below each slot of the system and of the manager.
 */
#include "osdep.h"

#include "redfish/rf-certificate.h"

#include "bmc/media-certs.h"
#include "bmc/media.h"

#define WRITE (RF_PRIVILEGE_CONFIGURE_MANAGER | \
               RF_PRIVILEGE_CONFIGURE_COMPONENTS)

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

static void start_add(RfExchange *x, const RfPatch *patch)
{
    g_autoptr(GError) err = NULL;
    unsigned id = bmc_media_cert_add(x->context.bmc, x->context.ids[1],
                                     rf_certificate_text(patch), &x->origin,
                                     &err);

    rf_certificate_added(x, id, err);
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

static const RfCreate add = {
    .properties = rf_certificate_create,
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
