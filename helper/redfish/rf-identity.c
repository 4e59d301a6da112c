/* SPDX-License-Identifier: GPL-2.0-or-later */
/* By what the system and its chassis are told from others. */
#include "osdep.h"

#include "redfish/rf-identity.h"

#include "bmc/fru.h"
#include "redfish/rf-exchange.h"

bool rf_get_fru(const RfContext *ctx, FruField field, FruField other,
                RfValue *value)
{
    g_auto(FruInfo) info = { 0 };
    const uint8_t *data;
    const char *text;
    size_t len;

    data = bmc_fru_data(ctx->bmc, BMC_FRU_MACHINE, &len);
    if (!data || !fru_parse(data, len, &info, NULL)) {
        return false;
    }
    text = info.text[field];
    if (!text || !*text) {
        text = info.text[other];
    }
    if (!text || !*text) {
        return false;
    }
    g_strlcpy(value->buf, text, sizeof(value->buf));
    value->text = value->buf;
    return true;
}

bool rf_get_manufacturer(const RfContext *ctx, RfValue *value)
{
    if (!rf_get_fru(ctx, FRU_PRODUCT_MANUFACTURER, FRU_BOARD_MANUFACTURER,
                    value)) {
        value->text = "QEMU";
    }
    return true;
}

bool rf_get_asset(const RfContext *ctx, RfValue *value)
{
    g_autofree char *text = bmc_asset_text(ctx->bmc, BMC_ASSET_TAG);

    if (!*text && !bmc_asset_written(ctx->bmc, BMC_ASSET_TAG) &&
        rf_get_fru(ctx, FRU_PRODUCT_ASSET, FRU_PRODUCT_ASSET, value)) {
        return true;
    }
    value->null = !*text && !bmc_asset_written(ctx->bmc, BMC_ASSET_TAG);
    g_strlcpy(value->buf, text, sizeof(value->buf));
    value->text = value->buf;
    return true;
}

static void asset_start(RfExchange *x, const RfPatch *patch)
{
    const RfValue *value = rf_patch_get(patch, &rf_asset_setter, "AssetTag");
    const char *text = value->null ? "" : value->text;
    g_autoptr(GError) err = NULL;

    if (!bmc_asset_set(x->context.bmc, BMC_ASSET_TAG, 0,
                       (const uint8_t *)text, strlen(text), &x->origin,
                       &err)) {
        rf_exchange_complete(x, err);
        return;
    }
    rf_exchange_complete_kept(x);
}

const RfSetter rf_asset_setter = { .start = asset_start };

bool rf_get_indicator(const RfContext *ctx, RfValue *value)
{
    value->boolean = bmc_identify_state(ctx->bmc) != 0;
    return true;
}

enum { LED_LIT, LED_BLINKING, LED_OFF };
const char *const rf_indicator_leds[] = {
    [LED_LIT] = "Lit", [LED_BLINKING] = "Blinking", [LED_OFF] = "Off", NULL,
};

bool rf_get_indicator_led(const RfContext *ctx, RfValue *value)
{
    value->choice = !bmc_identify_state(ctx->bmc) ? LED_OFF :
                    bmc_identify_blinks(ctx->bmc) ? LED_BLINKING : LED_LIT;
    return true;
}

static const RfValue *indicator_get(const RfPatch *patch, const char *name)
{
    return rf_patch_get(patch, &rf_indicator_setter, name);
}

static void indicator_check(const RfContext *ctx, const RfPatch *patch,
                            RfMessages *messages)
{
    const RfValue *active = indicator_get(patch, "LocationIndicatorActive");
    const RfValue *led = indicator_get(patch, "IndicatorLED");

    if (active && led && active->boolean == (led->choice == LED_OFF)) {
        rf_messages_add(messages, RF_MESSAGE_PROPERTY_VALUE_CONFLICT,
                        "/IndicatorLED", NULL, "IndicatorLED",
                        "LocationIndicatorActive", NULL);
    }
}

static void indicator_start(RfExchange *x, const RfPatch *patch)
{
    const RfValue *active = indicator_get(patch, "LocationIndicatorActive");
    const RfValue *led = indicator_get(patch, "IndicatorLED");

    if (led && led->choice == LED_BLINKING) {
        bmc_identify_blink(x->context.bmc, &x->origin);
    } else {
        bool on = led ? led->choice == LED_LIT : active->boolean;

        bmc_identify_set(x->context.bmc, on ? -1 : 0, &x->origin);
    }
    rf_exchange_complete(x, NULL);
}

const RfSetter rf_indicator_setter = {
    .check = indicator_check,
    .start = indicator_start,
};
