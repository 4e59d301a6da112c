/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is in the logs (DSP0268 LogEntry). */
#include "osdep.h"

#include "bmc/journal.h"
#include "bmc/sel.h"
#include "bmc/sensors.h"
#include "redfish/rf-exchange.h"
#include "redfish/rf-manager-clock.h"
#include "redfish/rf-sel-values.h"

#define SEL_ENTRIES "/redfish/v1/Systems/1/LogServices/SEL/Entries"
#define JOURNAL_ENTRIES "/redfish/v1/Managers/1/LogServices/Log/Entries"

/* Times up to here count from the BMC's start (section 37). */
#define SEL_TIME_RELATIVE_MAX 0x20000000

static const char *const sel_type[] = { "SEL", NULL };
static const char *const event_type[] = { "Event", NULL };

/* Returns 0 if the text is not a number as it is printed. */
static unsigned parse_id(const char *text)
{
    char canonical[16];
    unsigned id = strtoul(text, NULL, 10);

    g_snprintf(canonical, sizeof(canonical), "%u", id);
    return g_str_equal(text, canonical) ? id : 0;
}

/* The System Event Log */

static const BmcSelEntry *sel_entry(const RfContext *ctx)
{
    unsigned id = parse_id(ctx->ids[2]);

    return id && id < SEL_ID_LAST ? bmc_sel_find(ctx->bmc, id, NULL) : NULL;
}

static SelRecord sel_record(const RfContext *ctx)
{
    SelRecord record = { 0 };

    sel_parse(sel_entry(ctx)->bytes, SEL_RECORD_LEN, &record, NULL);
    return record;
}

static bool is_event(const SelRecord *record)
{
    return sel_kind(record->type) == SEL_EVENT;
}

static bool exists_sel(const RfContext *ctx)
{
    return rf_exists_one(ctx) && g_str_equal(ctx->ids[1], "SEL");
}

static bool exists_sel_entry(const RfContext *ctx)
{
    return exists_sel(ctx) && sel_entry(ctx);
}

static bool nth_sel_entry(const RfContext *ctx, unsigned n,
                          char uri[RF_URI_MAX])
{
    const BmcSelEntry *entry = bmc_sel_nth(ctx->bmc, n);

    if (entry) {
        g_snprintf(uri, RF_URI_MAX, SEL_ENTRIES "/%u", entry->id);
    }
    return entry;
}

static bool get_name(const RfContext *ctx, RfValue *value)
{
    g_snprintf(value->buf, sizeof(value->buf), "Log Entry %s", ctx->ids[2]);
    value->text = value->buf;
    return true;
}

static bool get_sel_created(const RfContext *ctx, RfValue *value)
{
    SelRecord record = sel_record(ctx);

    if (sel_kind(record.type) == SEL_OEM_PLAIN ||
        record.timestamp <= SEL_TIME_RELATIVE_MAX ||
        record.timestamp == SEL_TIME_NONE) {
        return false;
    }
    rf_value_set_sel_time(ctx->bmc, value, record.timestamp);
    return true;
}

static bool get_sel_code(const RfContext *ctx, RfValue *value)
{
    SelRecord record = sel_record(ctx);
    int code = is_event(&record) ? rf_sel_code(&record.event) : -1;

    value->choice = code;
    return code >= 0;
}

static bool get_sel_sensor_type(const RfContext *ctx, RfValue *value)
{
    SelRecord record = sel_record(ctx);
    int type = is_event(&record)
               ? rf_sel_sensor_type(record.event.sensor_type) : -1;

    value->choice = type;
    return type >= 0;
}

static bool get_sel_sensor(const RfContext *ctx, RfValue *value)
{
    SelRecord record = sel_record(ctx);

    value->integer = record.event.sensor;
    return is_event(&record);
}

static bool get_sel_severity(const RfContext *ctx, RfValue *value)
{
    SelRecord record = sel_record(ctx);

    value->choice = rf_sel_severity(&record.event);
    return is_event(&record);
}

static bool get_sel_generator(const RfContext *ctx, RfValue *value)
{
    SelRecord record = sel_record(ctx);

    g_snprintf(value->buf, sizeof(value->buf), "0x%04X", record.generator);
    value->text = value->buf;
    return is_event(&record);
}

/* Bytes 13 to 16 of the record, as the schema wants them. */
static bool get_sel_message_id(const RfContext *ctx, RfValue *value)
{
    const uint8_t *bytes = sel_entry(ctx)->bytes;
    SelRecord record = sel_record(ctx);

    g_snprintf(value->buf, sizeof(value->buf), "0x%02X%02X%02X%02X",
               bytes[12], bytes[13], bytes[14], bytes[15]);
    value->text = value->buf;
    return is_event(&record);
}

static bool get_sel_message(const RfContext *ctx, RfValue *value)
{
    const BmcSelEntry *entry = sel_entry(ctx);
    SelRecord record = sel_record(ctx);
    GString *text;
    unsigned i;

    if (*entry->text) {
        value->text = entry->text;
        return true;
    }
    text = g_string_new(NULL);
    if (is_event(&record)) {
        g_string_append_printf(
            text, "%s, sensor %u: event type %02Xh %s, data",
            sel_sensor_type_name(record.event.sensor_type),
            record.event.sensor, record.event.event_type,
            record.event.deassert ? "deasserted" : "asserted");
    } else {
        g_string_append_printf(text, "OEM record %02Xh:", record.type);
    }
    for (i = is_event(&record) ? 13 : 3; i < SEL_RECORD_LEN; i++) {
        g_string_append_printf(text, " %02X", entry->bytes[i]);
    }
    g_strlcpy(value->buf, text->str, sizeof(value->buf));
    g_string_free(text, true);
    value->text = value->buf;
    return true;
}

static bool get_sel_origin(const RfContext *ctx, RfValue *value)
{
    SelRecord record = sel_record(ctx);
    const BmcSensor *sensor = bmc_sensor_find(ctx->bmc, record.event.sensor);

    if (!is_event(&record) || record.generator != BMC_EVENT_GENERATOR ||
        !sensor || sensor->event_only ||
        sensor->type != record.event.sensor_type) {
        return false;
    }
    g_snprintf(value->buf, sizeof(value->buf),
               "/redfish/v1/Chassis/1/Sensors/%02x", sensor->number);
    value->text = value->buf;
    return true;
}

/* It may have gone while the request waited for its turn. */
static void sel_delete(RfExchange *x)
{
    Bmc *bmc = x->context.bmc;
    unsigned id = parse_id(x->context.ids[2]);
    g_autofree char *who = bmc_origin_to_string(&x->origin);
    g_autofree char *text = NULL;

    if (bmc_sel_delete(bmc, id)) {
        text = g_strdup_printf("record %u deleted by %s", id, who);
        bmc_event_audit(bmc, text);
    }
    rf_exchange_complete_kept(x);
}

/* The BMC's own log */

static const BmcJournalEntry *journal_entry(const RfContext *ctx)
{
    return bmc_journal_find(ctx->bmc, parse_id(ctx->ids[2]));
}

static bool exists_journal(const RfContext *ctx)
{
    return rf_exists_one(ctx) && g_str_equal(ctx->ids[1], "Log");
}

static bool exists_journal_entry(const RfContext *ctx)
{
    return exists_journal(ctx) && journal_entry(ctx);
}

static bool nth_journal_entry(const RfContext *ctx, unsigned n,
                              char uri[RF_URI_MAX])
{
    const BmcJournalEntry *entry = bmc_journal_nth(ctx->bmc, n);

    if (entry) {
        g_snprintf(uri, RF_URI_MAX, JOURNAL_ENTRIES "/%u", entry->id);
    }
    return entry;
}

/*
 * Resources that show parts of the model; others have no one place. A
 * collection is none.
 */
static const char *const origins[BMC_PART__MAX] = {
    [BMC_PART_POWER] = "/redfish/v1/Systems/1",
    [BMC_PART_BOOT] = "/redfish/v1/Systems/1",
    [BMC_PART_SYSTEM] = "/redfish/v1/Systems/1",
    [BMC_PART_IDENTIFY] = "/redfish/v1/Systems/1",
    [BMC_PART_USERS] = "/redfish/v1/AccountService",
    [BMC_PART_LAN] = "/redfish/v1/Managers/1/NetworkProtocol",
    [BMC_PART_FRU] = "/redfish/v1/Chassis/1",
    [BMC_PART_SOL] = "/redfish/v1/Managers/1",
    [BMC_PART_MEDIA] = "/redfish/v1/Systems/1",
    [BMC_PART_FLASH] = "/redfish/v1/Systems/1",
};

/* Messages of the registry ResourceEvent. */
static const struct {
    const char *key;
    const char *before;
    const char *after;
} power_messages[] = {
    [BMC_POWER_STATE_ON] = {
        "ResourcePoweredOn", "The resource '", "' has powered on." },
    [BMC_POWER_STATE_OFF] = {
        "ResourcePoweredOff", "The resource '", "' has powered off." },
    [BMC_POWER_STATE_PAUSED] = {
        "ResourcePaused", "The resource '", "' was paused." },
    [BMC_POWER_STATE_POWERING_ON] = {
        "ResourcePoweringOn", "The resource '", "' is powering on." },
    [BMC_POWER_STATE_POWERING_OFF] = {
        "ResourcePoweringOff", "The resource '", "' is powering off." },
};

static bool is_power(const BmcJournalEntry *entry)
{
    return entry->part == BMC_PART_POWER;
}

static bool get_journal_created(const RfContext *ctx, RfValue *value)
{
    return rf_value_set_time(value, journal_entry(ctx)->when);
}

static bool get_journal_message_id(const RfContext *ctx, RfValue *value)
{
    const BmcJournalEntry *entry = journal_entry(ctx);

    g_snprintf(value->buf, sizeof(value->buf), "ResourceEvent.1.4.%s",
               is_power(entry) ? power_messages[entry->state].key
                               : "ResourceChanged");
    value->text = value->buf;
    /* What is told in words is no message of a registry. */
    return !entry->text;
}

static bool get_journal_message(const RfContext *ctx, RfValue *value)
{
    const BmcJournalEntry *entry = journal_entry(ctx);

    value->text = entry->text
                  ?: "One or more resource properties have changed.";
    if (is_power(entry)) {
        g_snprintf(value->buf, sizeof(value->buf), "%s%s%s",
                   power_messages[entry->state].before,
                   origins[BMC_PART_POWER],
                   power_messages[entry->state].after);
        value->text = value->buf;
    }
    return true;
}

static bool nth_journal_arg(const RfContext *ctx, unsigned n, RfValue *value)
{
    value->text = origins[BMC_PART_POWER];
    return n == 0 && is_power(journal_entry(ctx));
}

static bool get_journal_origin(const RfContext *ctx, RfValue *value)
{
    value->text = origins[journal_entry(ctx)->part];
    return value->text;
}

/* Tables */

static const RfProperty sel_links[] = {
    { "OriginOfCondition", RF_TYPE_LINK, .get = get_sel_origin },
    { NULL }
};

static const RfProperty sel_properties[] = {
    { "Id", RF_TYPE_STRING, .get = rf_get_id },
    { "Name", RF_TYPE_STRING, .get = get_name },
    { "EntryType", RF_TYPE_ENUM, .texts = sel_type, .get = rf_get_first },
    { "Created", RF_TYPE_STRING, .get = get_sel_created },
    { "Severity", RF_TYPE_ENUM, .texts = rf_sel_severities,
      .get = get_sel_severity },
    { "EntryCode", RF_TYPE_ENUM, .texts = rf_sel_codes,
      .get = get_sel_code },
    { "SensorType", RF_TYPE_ENUM, .texts = rf_sel_sensor_types,
      .get = get_sel_sensor_type },
    { "SensorNumber", RF_TYPE_INTEGER, .get = get_sel_sensor },
    { "GeneratorId", RF_TYPE_STRING, .get = get_sel_generator },
    { "Message", RF_TYPE_STRING, .get = get_sel_message },
    { "MessageId", RF_TYPE_STRING, .get = get_sel_message_id },
    { "Links", RF_TYPE_OBJECT, .members = sel_links },
    { NULL }
};

static const RfDelete sel_remove = {
    RF_PRIVILEGE_CONFIGURE_COMPONENTS, sel_delete
};

static const RfProperty sel_collection[] = {
    { "Name", RF_TYPE_STRING, .text = "System Event Log Entries" },
    { "Members", RF_TYPE_LINKS, .nth = nth_sel_entry },
    { NULL }
};

static const RfProperty journal_links[] = {
    { "OriginOfCondition", RF_TYPE_LINK, .get = get_journal_origin },
    { NULL }
};

static const RfProperty journal_properties[] = {
    { "Id", RF_TYPE_STRING, .get = rf_get_id },
    { "Name", RF_TYPE_STRING, .get = get_name },
    { "EntryType", RF_TYPE_ENUM, .texts = event_type, .get = rf_get_first },
    { "Created", RF_TYPE_STRING, .get = get_journal_created },
    { "Severity", RF_TYPE_ENUM, .texts = rf_sel_severities,
      .get = rf_get_first },
    { "Message", RF_TYPE_STRING, .get = get_journal_message },
    { "MessageId", RF_TYPE_STRING, .get = get_journal_message_id },
    { "MessageArgs", RF_TYPE_STRINGS, .item = nth_journal_arg },
    { "Links", RF_TYPE_OBJECT, .members = journal_links },
    { NULL }
};

static const RfProperty journal_collection[] = {
    { "Name", RF_TYPE_STRING, .text = "Manager Log Entries" },
    { "Members", RF_TYPE_LINKS, .nth = nth_journal_entry },
    { NULL }
};

const RfResource rf_log_entries_resources[] = {
    { .path = "/redfish/v1/Systems/{ComputerSystemId}/LogServices/"
              "{LogServiceId}/Entries",
      .type = "LogEntryCollection.LogEntryCollection",
      .properties = sel_collection,
      .read = RF_PRIVILEGE_LOGIN,
      .depends = 1 << BMC_PART_EVENTS,
      .expanded = true,
      .exists = exists_sel },
    { .path = "/redfish/v1/Systems/{ComputerSystemId}/LogServices/"
              "{LogServiceId}/Entries/{LogEntryId}",
      .type = "LogEntry.v1_21_0.LogEntry",
      .properties = sel_properties,
      .read = RF_PRIVILEGE_LOGIN,
      .depends = 1 << BMC_PART_EVENTS | 1 << BMC_PART_SENSORS,
      .exists = exists_sel_entry,
      .remove = &sel_remove },
    { .path = "/redfish/v1/Managers/{ManagerId}/LogServices/{LogServiceId}/"
              "Entries",
      .type = "LogEntryCollection.LogEntryCollection",
      .properties = journal_collection,
      .read = RF_PRIVILEGE_LOGIN,
      .depends = 1 << BMC_PART_JOURNAL,
      .expanded = true,
      .exists = exists_journal },
    { .path = "/redfish/v1/Managers/{ManagerId}/LogServices/{LogServiceId}/"
              "Entries/{LogEntryId}",
      .type = "LogEntry.v1_21_0.LogEntry",
      .properties = journal_properties,
      .read = RF_PRIVILEGE_LOGIN,
      .depends = 1 << BMC_PART_JOURNAL,
      .exists = exists_journal_entry },
    { NULL }
};
