/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * TPMs: as TrustedComponents of the chassis (DSP0268 TrustedComponent), and
 * as TrustedModules of the system, which newer versions of its schema advise
 * against, and where many clients look. QEMU does not tell which version of
 * TPM is behind an interface that several have.
 */
#include "osdep.h"

#include "redfish/rf-hardware.h"
#include "redfish/rf-system-values.h"

#define COMPONENTS "/redfish/v1/Chassis/1/TrustedComponents"

static const char *const interface_types[] = { "TPM2_0", NULL };

/* It is a device of its own, on a bus of the board. */
static const char *const component_types[] = { "Discrete", NULL };

static const MachineTpm *nth_tpm(const RfContext *ctx, unsigned n)
{
    const GPtrArray *tpms = bmc_machine(ctx->bmc)->info.tpms;

    return tpms && n < tpms->len ? tpms->pdata[n] : NULL;
}

static const MachineTpm *tpm_of(const RfContext *ctx)
{
    const MachineTpm *tpm;

    for (unsigned i = 0; (tpm = nth_tpm(ctx, i)); i++) {
        if (g_str_equal(tpm->id, ctx->ids[1])) {
            return tpm;
        }
    }
    return NULL;
}

static bool exists_component(const RfContext *ctx)
{
    return rf_exists_one(ctx) && tpm_of(ctx);
}

static bool nth_component(const RfContext *ctx, unsigned n,
                          char uri[RF_URI_MAX])
{
    const MachineTpm *tpm = nth_tpm(ctx, n);

    if (tpm) {
        g_snprintf(uri, RF_URI_MAX, COMPONENTS "/%s", tpm->id);
    }
    return tpm;
}

bool rf_nth_trusted_component(const RfContext *ctx, unsigned n,
                              char uri[RF_URI_MAX])
{
    return nth_component(ctx, n, uri);
}

bool rf_has_tpm(const RfContext *ctx, RfValue *value)
{
    return nth_tpm(ctx, 0);
}

unsigned rf_count_tpms(const RfContext *ctx)
{
    const GPtrArray *tpms = bmc_machine(ctx->bmc)->info.tpms;

    return tpms ? tpms->len : 0;
}

static bool get_interface(const RfContext *ctx, RfValue *value)
{
    value->choice = 0;
    return machine_tpm_is_2_0(nth_tpm(ctx, ctx->index));
}

static bool get_model(const RfContext *ctx, RfValue *value)
{
    value->text = tpm_of(ctx)->model;
    return true;
}

const RfProperty rf_trusted_modules[] = {
    { "InterfaceType", RF_TYPE_ENUM, .texts = interface_types,
      .get = get_interface },
    { "Status", RF_TYPE_OBJECT, .members = rf_present_status },
    { NULL }
};

static const RfProperty link_properties[] = {
    { "ComponentsProtected", RF_TYPE_LINKS,
      .texts = (const char *const[]) { "/redfish/v1/Systems/1", NULL } },
    { NULL }
};

static const RfProperty component_properties[] = {
    { "Id", RF_TYPE_STRING, .get = rf_get_id },
    { "Name", RF_TYPE_STRING, .text = "Trusted Platform Module" },
    { "TrustedComponentType", RF_TYPE_ENUM, .texts = component_types,
      .get = rf_get_first },
    { "Model", RF_TYPE_STRING, .get = get_model },
    { "Status", RF_TYPE_OBJECT, .members = rf_present_status },
    { "Links", RF_TYPE_OBJECT, .members = link_properties },
    { NULL }
};

static const RfProperty collection_properties[] = {
    { "Name", RF_TYPE_STRING, .text = "Trusted Component Collection" },
    { "Members", RF_TYPE_LINKS, .nth = nth_component },
    { NULL }
};

const RfResource rf_trusted_resources[] = {
    { .path = "/redfish/v1/Chassis/{ChassisId}/TrustedComponents",
      .type = "TrustedComponentCollection.TrustedComponentCollection",
      .properties = collection_properties,
      .read = RF_PRIVILEGE_LOGIN,
      .depends = RF_HARDWARE_PARTS,
      .exists = rf_exists_one },
    { .path = "/redfish/v1/Chassis/{ChassisId}/TrustedComponents/"
              "{TrustedComponentId}",
      .type = "TrustedComponent.v1_4_0.TrustedComponent",
      .properties = component_properties,
      .read = RF_PRIVILEGE_LOGIN,
      .depends = RF_HARDWARE_PARTS,
      .exists = exists_component },
    { NULL }
};
