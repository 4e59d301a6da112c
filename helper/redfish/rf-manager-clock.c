/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The BMC's clock: DateTime and DateTimeLocalOffset. */
#include "osdep.h"

#include "redfish/rf-manager-clock.h"

#include "bmc/sel.h"
#include "redfish/rf-exchange.h"

/* As the schema has it: from -19:59 to +19:59. */
#define OFFSET_MAX_MIN (19 * 60 + 59)

static int offset_min(const Bmc *bmc)
{
    int offset = bmc_sel_utc_offset(bmc);

    return offset == BMC_SEL_UTC_OFFSET_UNSPECIFIED ? 0 :
           CLAMP(offset, -OFFSET_MAX_MIN, OFFSET_MAX_MIN);
}

static void print_offset(int minutes, char *text, size_t size)
{
    g_snprintf(text, size, "%c%02d:%02d", minutes < 0 ? '-' : '+',
               abs(minutes) / 60, abs(minutes) % 60);
}

void rf_value_set_sel_time(const Bmc *bmc, RfValue *value, uint32_t seconds)
{
    int minutes = offset_min(bmc);
    g_autoptr(GDateTime) time =
        g_date_time_new_from_unix_utc(seconds + minutes * INT64_C(60));
    g_autofree char *text = g_date_time_format(time, "%FT%T");
    char offset[8] = "Z";

    if (minutes) {
        print_offset(minutes, offset, sizeof(offset));
    }
    g_snprintf(value->buf, sizeof(value->buf), "%s%s", text, offset);
    value->text = value->buf;
}

bool rf_get_clock(const RfContext *ctx, RfValue *value)
{
    rf_value_set_sel_time(ctx->bmc, value, bmc_sel_time(ctx->bmc));
    return true;
}

bool rf_get_clock_offset(const RfContext *ctx, RfValue *value)
{
    print_offset(offset_min(ctx->bmc), value->buf, sizeof(value->buf));
    value->text = value->buf;
    return true;
}

/* Writing */

static bool is_pattern(const char *text, const char *pattern)
{
    for (; *pattern; text++, pattern++) {
        if (*pattern == '0' ? !g_ascii_isdigit(*text) : *text != *pattern) {
            return false;
        }
    }
    return true;
}

/* Returns false if it is not "+hh:mm" or "-hh:mm". */
static bool parse_offset(const char *text, int *minutes)
{
    int hours;

    if (strlen(text) != 6 || !strchr("+-", *text) ||
        !is_pattern(text + 1, "00:00")) {
        return false;
    }
    hours = g_ascii_strtoll(text + 1, NULL, 10);
    *minutes = g_ascii_strtoll(text + 4, NULL, 10);
    if (hours > 19 || *minutes > 59) {
        return false;
    }
    *minutes += hours * 60;
    *minutes *= *text == '-' ? -1 : 1;
    return true;
}

/* A zone is needed (DSP0266 "Date-Time values"). */
static bool parse_time(const char *text, uint32_t *seconds)
{
    size_t len = strlen(text);
    g_autoptr(GDateTime) time = NULL;
    int64_t unix_s;
    int minutes;

    if (len < 20 || !is_pattern(text, "0000-00-00T00:00:00") ||
        (text[len - 1] != 'Z' && !parse_offset(text + len - 6, &minutes))) {
        return false;
    }
    time = g_date_time_new_from_iso8601(text, NULL);
    unix_s = time ? g_date_time_to_unix(time) : -1;
    *seconds = unix_s;
    return unix_s >= 0 && unix_s < SEL_TIME_NONE;
}

static void complain(RfMessages *messages, const char *name,
                     const char *value, const char *advice)
{
    g_autofree char *pointer = g_strconcat("/", name, NULL);

    rf_messages_add(messages, RF_MESSAGE_PROPERTY_VALUE_FORMAT_ERROR,
                    pointer, advice, value, name, NULL);
}

static void clock_check(const RfContext *ctx, const RfPatch *patch,
                        RfMessages *messages)
{
    const RfValue *time = rf_patch_get(patch, &rf_clock_setter, "DateTime");
    const RfValue *offset = rf_patch_get(patch, &rf_clock_setter,
                                         "DateTimeLocalOffset");
    uint32_t seconds;
    int minutes;

    if (time && !parse_time(time->text, &seconds)) {
        complain(messages, "DateTime", time->text,
                 "It must be as 2026-01-31T12:00:00Z, from 1970 to 2105.");
    }
    if (offset && !parse_offset(offset->text, &minutes)) {
        complain(messages, "DateTimeLocalOffset", offset->text,
                 "It must be as +02:00, from -19:59 to +19:59.");
    }
}

static void clock_start(RfExchange *x, const RfPatch *patch)
{
    const RfValue *time = rf_patch_get(patch, &rf_clock_setter, "DateTime");
    const RfValue *offset = rf_patch_get(patch, &rf_clock_setter,
                                         "DateTimeLocalOffset");
    uint32_t seconds;
    int minutes;

    if (offset && parse_offset(offset->text, &minutes)) {
        bmc_sel_set_utc_offset(x->context.bmc, minutes);
    }
    if (time && parse_time(time->text, &seconds)) {
        bmc_sel_set_time(x->context.bmc, seconds, &x->origin);
    }
    rf_exchange_complete_kept(x);
}

const RfSetter rf_clock_setter = { clock_check, clock_start };
