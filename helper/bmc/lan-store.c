/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is kept of the LAN configuration, and the alert destinations. */
#include "osdep.h"

#include "bmc/lan-priv.h"

#include <json-glib/json-glib.h>

#include "bmc/lockout.h"
#include "bmc/persist-read.h"
#include "bmc/users.h"

#define RETRIES_MAX 7

static char *to_hex(const uint8_t *bytes, size_t len)
{
    GString *text = g_string_sized_new(2 * len);
    size_t i;

    for (i = 0; i < len; i++) {
        g_string_append_printf(text, "%02x", bytes[i]);
    }
    return g_string_free(text, FALSE);
}

/* Reads a member of exactly @len bytes. */
static bool from_hex(const char *text, uint8_t *bytes, size_t len)
{
    size_t i;

    if (strlen(text) != 2 * len) {
        return false;
    }
    for (i = 0; i < 2 * len; i++) {
        if (!g_ascii_isxdigit(text[i])) {
            return false;
        }
    }
    for (i = 0; i < len; i++) {
        bytes[i] = g_ascii_xdigit_value(text[2 * i]) << 4 |
                   g_ascii_xdigit_value(text[2 * i + 1]);
    }
    return true;
}

static bool get_hex(PersistReader *r, const char *name, uint8_t *bytes,
                    size_t len)
{
    const char *text;

    if (!persist_read_string(r, name, &text)) {
        return false;
    }
    if (!from_hex(text, bytes, len)) {
        persist_read_damaged(r, name);
        return false;
    }
    return true;
}

static void set_hex(JsonObject *object, const char *name,
                    const uint8_t *bytes, size_t len)
{
    g_autofree char *text = to_hex(bytes, len);

    json_object_set_string_member(object, name, text);
}

static JsonObject *destination_to_json(const BmcLanDestination *d)
{
    JsonObject *object = json_object_new();

    json_object_set_boolean_member(object, "ack", d->ack);
    json_object_set_int_member(object, "timeout", d->timeout_s);
    json_object_set_int_member(object, "retries", d->retries);
    set_hex(object, "address", d->address, d->ipv6 ? 16 : 4);
    json_object_set_boolean_member(object, "backup", d->backup);
    set_hex(object, "mac", d->mac, sizeof(d->mac));
    json_object_set_boolean_member(object, "in-band", d->in_band);
    if (d->tagged) {
        json_object_set_int_member(object, "tag", d->tag);
    }
    return object;
}

/*
 * All of it or nothing: one whose mark of the guest is damaged must not
 * become one of the administrator's.
 */
static void destination_from_json(BmcLanDestination *d, PersistReader *r)
{
    BmcLanDestination read = { 0 };
    const char *address;
    int64_t timeout = 0;
    int64_t retries = 0;
    int64_t tag = 0;

    if (!persist_read_string(r, "address", &address)) {
        return;
    }
    read.ipv6 = !from_hex(address, read.address, 4);
    if (read.ipv6 && !from_hex(address, read.address, 16)) {
        persist_read_damaged(r, "address");
    }
    read.tagged = persist_read_int(r, "tag", 0, UINT16_MAX, &tag);
    persist_read_bool(r, "ack", &read.ack);
    persist_read_int(r, "timeout", 0, UINT8_MAX, &timeout);
    persist_read_int(r, "retries", 0, RETRIES_MAX, &retries);
    persist_read_bool(r, "backup", &read.backup);
    get_hex(r, "mac", read.mac, sizeof(read.mac));
    persist_read_bool(r, "in-band", &read.in_band);
    read.timeout_s = timeout;
    read.retries = retries;
    read.tag = tag;
    if (!r->damaged) {
        *d = read;
    }
}

static void save_policy(const Bmc *bmc, JsonObject *section)
{
    const BmcLockoutPolicy *policy = bmc_lockout_get(bmc);
    JsonObject *object = json_object_new();

    json_object_set_int_member(object, "threshold", policy->threshold);
    json_object_set_int_member(object, "reset", policy->reset_s);
    json_object_set_int_member(object, "lockout", policy->lockout_s);
    json_object_set_boolean_member(object, "event", policy->event);
    json_object_set_object_member(section, "bad-password", object);
}

static void load_policy(Bmc *bmc, PersistReader *section)
{
    BmcLockoutPolicy policy = { 0 };
    PersistReader r;
    int64_t threshold;
    int64_t reset;
    int64_t lockout;

    if (!persist_read_object(&r, section, "bad-password") ||
        !persist_read_int(&r, "threshold", 0, UINT8_MAX, &threshold) ||
        !persist_read_int(&r, "reset", 0, 10 * UINT16_MAX, &reset) ||
        !persist_read_int(&r, "lockout", 0, 10 * UINT16_MAX, &lockout) ||
        !persist_read_bool(&r, "event", &policy.event)) {
        return;
    }
    policy.threshold = threshold;
    policy.reset_s = reset;
    policy.lockout_s = lockout;
    bmc->lan->bad_password = true;
    bmc_lockout_set(bmc, &policy);
}

void lan_save(Bmc *bmc)
{
    BmcLan *lan = bmc->lan;
    JsonObject *section = json_object_new();
    JsonArray *destinations = json_array_new();
    JsonArray *in_band = json_array_new();
    unsigned i;

    for (i = 0; i < BMC_LAN_FIELD__MAX; i++) {
        if (lan->values[i].written) {
            set_hex(section, lan_fields[i].name, lan->values[i].value,
                    lan_fields[i].len);
        }
        if (lan->values[i].in_band) {
            json_array_add_string_element(in_band, lan_fields[i].name);
        }
    }
    json_object_set_array_member(section, "in-band", in_band);
    for (i = 1; i <= BMC_LAN_DESTINATIONS; i++) {
        json_array_add_object_element(
            destinations, destination_to_json(&lan->destinations[i]));
    }
    json_object_set_array_member(section, "destinations", destinations);
    if (lan->bad_password) {
        save_policy(bmc, section);
    }
    if (lan->uuid) {
        json_object_set_string_member(section, "system-uuid", lan->uuid);
    }
    persist_set(bmc->persist, "lan", section);
}

/* Returns false for an element that is no field's name. */
static bool mark_in_band(BmcLan *lan, JsonNode *node)
{
    unsigned i;

    for (i = 0; JSON_NODE_HOLDS_VALUE(node) && i < BMC_LAN_FIELD__MAX; i++) {
        if (!g_strcmp0(json_node_get_string(node), lan_fields[i].name)) {
            lan->values[i].in_band = true;
            return true;
        }
    }
    return false;
}

/* With damaged marks everything counts as set by the guest. */
static void load_in_band(BmcLan *lan, PersistReader *r)
{
    JsonArray *names;
    bool good;
    unsigned i;

    if (!json_object_has_member(r->object, "in-band")) {
        return;
    }
    good = persist_read_array(r, "in-band", BMC_LAN_FIELD__MAX, &names);
    for (i = 0; good && i < json_array_get_length(names); i++) {
        if (!mark_in_band(lan, json_array_get_element(names, i))) {
            persist_read_damaged(r, "in-band");
            good = false;
        }
    }
    for (i = 0; !good && i < BMC_LAN_FIELD__MAX; i++) {
        lan->values[i].in_band = lan->values[i].written;
    }
}

static void load_destinations(BmcLan *lan, PersistReader *r)
{
    PersistReader record;
    JsonArray *array;
    unsigned i;

    if (!persist_read_array(r, "destinations", BMC_LAN_DESTINATIONS,
                            &array)) {
        return;
    }
    for (i = 0; i < json_array_get_length(array); i++) {
        if (persist_read_element(&record, r, "destinations", array, i)) {
            destination_from_json(&lan->destinations[i + 1], &record);
        }
    }
}

void lan_load(Bmc *bmc)
{
    BmcLan *lan = bmc->lan;
    const char *uuid;
    PersistReader r;
    unsigned i;

    if (!persist_read(&r, bmc->persist, "lan")) {
        return;
    }
    for (i = 0; i < BMC_LAN_FIELD__MAX; i++) {
        LanValue *at = &lan->values[i];

        at->written = get_hex(&r, lan_fields[i].name, at->value,
                              lan_fields[i].len);
        if (at->written && lan_fields[i].check &&
            !lan_fields[i].check(at->value)) {
            persist_read_damaged(&r, lan_fields[i].name);
            at->written = false;
        }
    }
    load_destinations(lan, &r);
    load_in_band(lan, &r);
    load_policy(bmc, &r);
    if (persist_read_string(&r, "system-uuid", &uuid)) {
        if (g_uuid_string_is_valid(uuid)) {
            lan->uuid = g_strdup(uuid);
        } else {
            persist_read_damaged(&r, "system-uuid");
        }
    }
}

const BmcLanDestination *bmc_lan_destination(const Bmc *bmc, unsigned number)
{
    g_return_val_if_fail(number <= BMC_LAN_DESTINATIONS, NULL);
    return &bmc->lan->destinations[number];
}

static bool destination_equal(const BmcLanDestination *a,
                              const BmcLanDestination *b)
{
    return a->type == b->type && a->ack == b->ack &&
           a->timeout_s == b->timeout_s && a->retries == b->retries &&
           a->ipv6 == b->ipv6 && a->backup == b->backup &&
           a->tagged == b->tagged && a->tag == b->tag &&
           !memcmp(a->address, b->address, sizeof(a->address)) &&
           !memcmp(a->mac, b->mac, sizeof(a->mac));
}

void bmc_lan_set_destination(Bmc *bmc, unsigned number,
                             const BmcLanDestination *destination,
                             const BmcOrigin *origin)
{
    BmcLanDestination *at = &bmc->lan->destinations[number];

    bool in_band = at->in_band;

    /* Who changes the rest does not vouch for the address */
    if (at->ipv6 != destination->ipv6 ||
        memcmp(at->address, destination->address, sizeof(at->address))) {
        in_band = !bmc_origin_may_reach_host(bmc, origin);
    }
    if (!destination_equal(at, destination)) {
        *at = *destination;
        at->in_band = in_band;
        lan_changed(bmc, "an alert destination", origin);
    }
}

void bmc_lan_set_bad_password(Bmc *bmc, const BmcLockoutPolicy *policy,
                              const BmcOrigin *origin)
{
    const BmcLockoutPolicy *old = bmc_lockout_get(bmc);

    if (old->threshold == policy->threshold &&
        old->reset_s == policy->reset_s &&
        old->lockout_s == policy->lockout_s && old->event == policy->event) {
        return;
    }
    bmc_lockout_set(bmc, policy);
    bmc->lan->bad_password = true;
    lan_changed(bmc, "bad password threshold", origin);
}
