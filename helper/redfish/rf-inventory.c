/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What software there is and in which version (DSP0268 SoftwareInventory).
 * Firmware that is staged is a member of its own, as long as it waits; what
 * is not known is left out.
 */
#include "osdep.h"

#include "redfish/rf-oem.h"
#include "redfish/rf-system-values.h"
#include "redfish/rf-update.h"
#include "util/error.h"

#define STAGED "-Staged"

static const char *const states[] = { "Enabled", NULL };
static const char *const healths[] = { "OK", NULL };

static const char *const manager_link[] = { "/redfish/v1/Managers/1", NULL };
static const char *const system_link[] = { "/redfish/v1/Systems/1", NULL };

const char *const rf_update_ids[BMC_UPDATE__MAX] = {
    [BMC_UPDATE_FIRMWARE] = "BIOS",
    [BMC_UPDATE_VARIABLES] = "UEFIVariables",
};

/* Which it is, and whether it is what is staged. */
static bool find_target(const RfContext *ctx, BmcUpdateTarget *target,
                        bool *staged)
{
    const char *id = ctx->ids[0];
    g_autofree char *base = NULL;

    *staged = g_str_has_suffix(id, STAGED);
    base = g_strndup(id, strlen(id) - (*staged ? strlen(STAGED) : 0));
    for (*target = 0; *target < BMC_UPDATE__MAX; (*target)++) {
        if (g_str_equal(rf_update_ids[*target], base)) {
            return true;
        }
    }
    return false;
}

static bool is_there(const Bmc *bmc, BmcUpdateTarget target, bool staged)
{
    return staged ? bmc_update_staged(bmc, target) != NULL :
           bmc_update_exists(bmc, target);
}

static bool exists_firmware(const RfContext *ctx)
{
    BmcUpdateTarget target;
    bool staged;

    return find_target(ctx, &target, &staged) &&
           is_there(ctx->bmc, target, staged);
}

/* What QEMU that is not there has is not known. */
static bool exists_qemu(const RfContext *ctx)
{
    return g_str_equal(ctx->ids[0], "QEMU") &&
           bmc_machine(ctx->bmc)->info.qemu_version;
}

static bool nth_software(const RfContext *ctx, unsigned n,
                         char uri[RF_URI_MAX])
{
    g_strlcpy(uri, RF_SOFTWARE_INVENTORY "/QEMU", RF_URI_MAX);
    return n == 0 && bmc_machine(ctx->bmc)->info.qemu_version;
}

static bool nth_firmware(const RfContext *ctx, unsigned n,
                         char uri[RF_URI_MAX])
{
    unsigned i;

    if (n == 0) {
        g_strlcpy(uri, RF_FIRMWARE_INVENTORY "/BMC", RF_URI_MAX);
        return true;
    }
    for (i = 0; i < 2 * BMC_UPDATE__MAX; i++) {
        BmcUpdateTarget target = i / 2;
        bool staged = i % 2;

        if (is_there(ctx->bmc, target, staged) && --n == 0) {
            g_snprintf(uri, RF_URI_MAX, RF_FIRMWARE_INVENTORY "/%s%s",
                       rf_update_ids[target], staged ? STAGED : "");
            return true;
        }
    }
    return false;
}

static bool get_qemu_version(const RfContext *ctx, RfValue *value)
{
    value->text = bmc_machine(ctx->bmc)->info.qemu_version;
    return value->text;
}

/* Firmware */

static const BmcUpdateImage *image_of(const RfContext *ctx)
{
    BmcUpdateTarget target;
    bool staged;

    if (!find_target(ctx, &target, &staged)) {
        return NULL;
    }
    return staged ? bmc_update_staged(ctx->bmc, target) :
           bmc_update_current(ctx->bmc, target);
}

static const char *kind_name(const RfContext *ctx, BmcUpdateTarget target,
                             bool staged)
{
    const BmcUpdateImage *image = image_of(ctx);

    if (target == BMC_UPDATE_VARIABLES) {
        return "UEFI variables";
    }
    if (image && image->kind == FIRMWARE_IMAGE_SEABIOS) {
        return "SeaBIOS";
    }
    if (image && image->kind == FIRMWARE_IMAGE_UEFI) {
        return "UEFI firmware";
    }
    switch (staged ? MACHINE_FIRMWARE_UNKNOWN :
            bmc_machine(ctx->bmc)->info.firmware) {
    case MACHINE_FIRMWARE_BIOS:
        return "BIOS";
    case MACHINE_FIRMWARE_UEFI:
        return "UEFI firmware";
    default:
        return "Firmware";
    }
}

static bool get_name(const RfContext *ctx, RfValue *value)
{
    BmcUpdateTarget target;
    bool staged;

    if (!find_target(ctx, &target, &staged)) {
        return false;
    }
    g_snprintf(value->buf, sizeof(value->buf), "%s%s",
               kind_name(ctx, target, staged), staged ? ", staged" : "");
    value->text = value->buf;
    return true;
}

static bool get_description(const RfContext *ctx, RfValue *value)
{
    static const char *const texts[BMC_UPDATE__MAX][2] = {
        { "What the machine boots with",
          "What the machine boots with when QEMU is next started" },
        { "Settings and keys of the machine's UEFI firmware",
          "Settings and keys when QEMU is next started" },
    };
    BmcUpdateTarget target;
    bool staged;

    if (!find_target(ctx, &target, &staged)) {
        return false;
    }
    value->text = texts[target][staged];
    return true;
}

static bool get_version(const RfContext *ctx, RfValue *value)
{
    const BmcUpdateImage *image = image_of(ctx);
    BmcUpdateTarget target;
    bool staged;

    if (!find_target(ctx, &target, &staged) ||
        target == BMC_UPDATE_VARIABLES) {
        return false;
    }
    if (!staged) {
        return rf_firmware_version(ctx->bmc, value);
    }
    value->text = image ? image->version : NULL;
    return value->text;
}

static bool get_updateable(const RfContext *ctx, RfValue *value)
{
    BmcUpdateTarget target;
    bool staged;

    value->boolean = find_target(ctx, &target, &staged) && !staged &&
                     bmc_update_possible(ctx->bmc, target, NULL);
    return true;
}

static bool get_staged(const RfContext *ctx, RfValue *value)
{
    value->boolean = g_str_has_suffix(ctx->ids[0], STAGED);
    return true;
}

static bool get_active(const RfContext *ctx, RfValue *value)
{
    value->boolean = !g_str_has_suffix(ctx->ids[0], STAGED);
    return true;
}

static bool get_size(const RfContext *ctx, RfValue *value)
{
    const BmcUpdateImage *image = image_of(ctx);

    value->integer = image ? image->size : 0;
    return value->integer;
}

static bool get_digest(const RfContext *ctx, RfValue *value)
{
    const BmcUpdateImage *image = image_of(ctx);

    value->text = image ? image->digest : NULL;
    return value->text;
}

static bool has_oem(const RfContext *ctx, RfValue *value)
{
    return get_digest(ctx, value);
}

static bool drop(const RfExchange *x, GError **errp)
{
    Bmc *bmc = x->context.bmc;
    BmcUpdateTarget target;
    bool staged;

    if (find_target(&x->context, &target, &staged)) {
        if (staged) {
            return bmc_update_drop(bmc, target, &x->origin, errp);
        }
        /* Of what is in force: the command line's is wanted again. */
        if (target == BMC_UPDATE_FIRMWARE) {
            return bmc_update_restore(bmc, &x->origin, errp);
        }
    }
    g_set_error(errp, BMC_ERROR, BMC_ERROR_STATE,
                "it is what QEMU's command line names");
    return false;
}

static void remove_firmware(RfExchange *x)
{
    g_autoptr(RfMessages) messages = NULL;
    g_autofree char *reason = NULL;
    g_autoptr(GError) err = NULL;

    if (drop(x, &err)) {
        rf_exchange_complete_kept(x);
        return;
    }
    messages = rf_messages_new();
    reason = rf_update_sentence(err);
    rf_messages_add(messages,
                    g_error_matches(err, BMC_ERROR, BMC_ERROR_PERMISSION) ?
                    RF_MESSAGE_INSUFFICIENT_PRIVILEGE :
                    RF_MESSAGE_RESOURCE_CANNOT_BE_DELETED, NULL, reason,
                    NULL);
    rf_exchange_fail(x, messages);
}

/* Tables */

static const RfDelete firmware_delete = {
    RF_PRIVILEGE_CONFIGURE_COMPONENTS, remove_firmware
};

static const RfProperty status_properties[] = {
    { "State", RF_TYPE_ENUM, .texts = states, .get = rf_get_first },
    { "Health", RF_TYPE_ENUM, .texts = healths, .get = rf_get_first },
    { NULL }
};

static const RfProperty bmc_properties[] = {
    { "Id", RF_TYPE_STRING, .text = "BMC" },
    { "Name", RF_TYPE_STRING, .text = "qemu-bmc" },
    { "Description", RF_TYPE_STRING, .text = "The manager's own program" },
    { "Version", RF_TYPE_STRING, .text = QEMU_BMC_VERSION },
    { "Updateable", RF_TYPE_BOOL, .get = rf_get_false },
    { "Status", RF_TYPE_OBJECT, .members = status_properties },
    { "RelatedItem", RF_TYPE_LINKS, .texts = manager_link },
    { NULL }
};

static const RfProperty qemu_properties[] = {
    { "Id", RF_TYPE_STRING, .get = rf_get_id },
    { "Name", RF_TYPE_STRING, .text = "QEMU" },
    { "Description", RF_TYPE_STRING, .text = "What the machine runs in" },
    { "Version", RF_TYPE_STRING, .get = get_qemu_version },
    { "Updateable", RF_TYPE_BOOL, .get = rf_get_false },
    { "Status", RF_TYPE_OBJECT, .members = status_properties },
    { "RelatedItem", RF_TYPE_LINKS, .texts = system_link },
    { NULL }
};

static const RfProperty image_properties[] = {
    RF_OEM_ODATA_TYPE("QemuBmcFirmware"),
    { "SHA256", RF_TYPE_STRING, .get = get_digest,
      .about = "Digest of the image, hexadecimal." },
    { NULL }
};

const RfOemType rf_firmware_oem = {
    "QemuBmcFirmware",
    "What else is known of a firmware image.",
    image_properties,
};

static const RfProperty oem_properties[] = {
    { "QemuBmc", RF_TYPE_OBJECT, .members = image_properties },
    { NULL }
};

static const RfProperty firmware_properties[] = {
    { "Id", RF_TYPE_STRING, .get = rf_get_id },
    { "Name", RF_TYPE_STRING, .get = get_name },
    { "Description", RF_TYPE_STRING, .get = get_description },
    { "Version", RF_TYPE_STRING, .get = get_version },
    { "Updateable", RF_TYPE_BOOL, .get = get_updateable },
    { "Active", RF_TYPE_BOOL, .get = get_active },
    { "Staged", RF_TYPE_BOOL, .get = get_staged },
    { "ResetRequiredOnUpdate", RF_TYPE_BOOL, .get = rf_get_true },
    { "SizeBytes", RF_TYPE_INTEGER, .get = get_size },
    { "Status", RF_TYPE_OBJECT, .members = status_properties },
    { "RelatedItem", RF_TYPE_LINKS, .texts = system_link },
    { "Oem", RF_TYPE_OBJECT, .members = oem_properties, .get = has_oem },
    { NULL }
};

static const RfProperty firmware_collection[] = {
    { "Name", RF_TYPE_STRING, .text = "Firmware Inventory Collection" },
    { "Members", RF_TYPE_LINKS, .nth = nth_firmware },
    { NULL }
};

static const RfProperty software_collection[] = {
    { "Name", RF_TYPE_STRING, .text = "Software Inventory Collection" },
    { "Members", RF_TYPE_LINKS, .nth = nth_software },
    { NULL }
};

#define INVENTORY_TYPE "SoftwareInventory.v1_13_0.SoftwareInventory"
#define COLLECTION_TYPE \
    "SoftwareInventoryCollection.SoftwareInventoryCollection"
#define DEPENDS \
    (1 << BMC_PART_SYSTEM | 1 << BMC_PART_UPDATE | 1 << BMC_PART_FLASH)

const RfResource rf_inventory_resources[] = {
    { .path = RF_FIRMWARE_INVENTORY,
      .type = COLLECTION_TYPE,
      .properties = firmware_collection,
      .read = RF_PRIVILEGE_LOGIN,
      .depends = DEPENDS },
    { .path = RF_FIRMWARE_INVENTORY "/BMC",
      .type = INVENTORY_TYPE,
      .properties = bmc_properties,
      .read = RF_PRIVILEGE_LOGIN },
    { .path = RF_FIRMWARE_INVENTORY "/{SoftwareInventoryId}",
      .type = INVENTORY_TYPE,
      .properties = firmware_properties,
      .read = RF_PRIVILEGE_LOGIN,
      .depends = DEPENDS,
      .exists = exists_firmware,
      .remove = &firmware_delete },
    { .path = RF_SOFTWARE_INVENTORY,
      .type = COLLECTION_TYPE,
      .properties = software_collection,
      .read = RF_PRIVILEGE_LOGIN,
      .depends = 1 << BMC_PART_SYSTEM },
    { .path = RF_SOFTWARE_INVENTORY "/{SoftwareInventoryId}",
      .type = INVENTORY_TYPE,
      .properties = qemu_properties,
      .read = RF_PRIVILEGE_LOGIN,
      .depends = 1 << BMC_PART_SYSTEM,
      .exists = exists_qemu },
    { NULL }
};
