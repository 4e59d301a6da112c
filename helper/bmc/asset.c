/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the owner calls the machine and its BMC. */
#include "osdep.h"

#include "bmc/asset.h"

#include "bmc/bmc-priv.h"
#include "bmc/persist-read.h"
#include "util/error.h"
#include "util/log.h"

#define SECTION "asset"

/*
 * BmcAsset: both texts.
 *
 * @text: as written, terminated
 * @written: it was; else something else stands for it
 */
struct BmcAsset {
    char text[BMC_ASSET_ITEM__MAX][BMC_ASSET_MAX + 1];
    bool written[BMC_ASSET_ITEM__MAX];
};

static const struct {
    const char *key;
    const char *name;
} items[] = {
    [BMC_ASSET_TAG] = { "tag", "asset tag" },
    [BMC_ASSET_CONTROLLER] = { "controller", "controller's identifier" },
};

/* Base64, since a text that was written in part need not be UTF-8. */
static void save(Bmc *bmc)
{
    JsonObject *section = json_object_new();
    unsigned i;

    for (i = 0; i < BMC_ASSET_ITEM__MAX; i++) {
        const char *text = bmc->asset->text[i];
        g_autofree char *coded = g_base64_encode((const guchar *)text,
                                                 strlen(text));

        if (bmc->asset->written[i]) {
            json_object_set_string_member(section, items[i].key, coded);
        }
    }
    persist_set(bmc->persist, SECTION, section);
}

void bmc_asset_new(Bmc *bmc)
{
    PersistReader r;
    unsigned i;

    bmc->asset = g_new0(BmcAsset, 1);
    persist_read(&r, bmc->persist, SECTION);
    for (i = 0; i < BMC_ASSET_ITEM__MAX; i++) {
        g_autofree uint8_t *data = NULL;
        size_t len;

        data = persist_read_data(&r, items[i].key, 0, BMC_ASSET_MAX, &len);
        if (data && !memchr(data, 0, len)) {
            memcpy(bmc->asset->text[i], data, len);
            bmc->asset->written[i] = true;
        } else if (data) {
            persist_read_damaged(&r, items[i].key);
        }
    }
}

void bmc_asset_free(Bmc *bmc)
{
    g_clear_pointer(&bmc->asset, g_free);
}

const char *bmc_asset_get(const Bmc *bmc, BmcAssetItem item)
{
    char *const *smbios = bmc->machine->info.smbios;
    const char *text = item == BMC_ASSET_TAG ?
                       smbios[MACHINE_SMBIOS_CHASSIS_ASSET] : bmc->name;

    if (bmc->asset->written[item]) {
        return bmc->asset->text[item];
    }
    return text && strlen(text) <= BMC_ASSET_MAX ? text : "";
}

char *bmc_asset_text(const Bmc *bmc, BmcAssetItem item)
{
    return g_utf8_make_valid(bmc_asset_get(bmc, item), -1);
}

bool bmc_asset_written(const Bmc *bmc, BmcAssetItem item)
{
    return bmc->asset->written[item];
}

bool bmc_asset_set(Bmc *bmc, BmcAssetItem item, size_t offset,
                   const uint8_t *data, size_t len, const BmcOrigin *origin,
                   GError **errp)
{
    g_autofree char *who = bmc_origin_to_string(origin);
    g_autofree char *shown = NULL;
    char text[BMC_ASSET_MAX + 1] = { 0 };
    const char *old = bmc_asset_get(bmc, item);

    if (offset > strlen(old) || offset + len > BMC_ASSET_MAX) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_LIMIT,
                    "the %s cannot have that length", items[item].name);
        return false;
    }
    if (len && memchr(data, 0, len)) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_INVALID,
                    "there is a NUL in the %s", items[item].name);
        return false;
    }
    memcpy(text, old, offset);
    if (len) {
        memcpy(text + offset, data, len);
    }
    memcpy(bmc->asset->text[item], text, sizeof(text));
    bmc->asset->written[item] = true;
    shown = log_escape(text, -1, BMC_ASSET_MAX);
    g_info("%s set to \"%s\" by %s", items[item].name, shown, who);
    save(bmc);
    bmc_changed(bmc, BMC_PART_SYSTEM);
    return true;
}

void bmc_asset_reset(Bmc *bmc)
{
    bmc_asset_free(bmc);
    persist_remove(bmc->persist, SECTION);
    bmc_asset_new(bmc);
}
