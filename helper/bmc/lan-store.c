/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is kept of the LAN configuration, and the alert destinations. */
#include "osdep.h"

#include "bmc/lan-priv.h"

#include <json-glib/json-glib.h>

#include "bmc/lockout.h"
#include "bmc/users.h"
#include "util/json.h"

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
static bool get_hex(JsonObject *object, const char *name, uint8_t *bytes,
                    size_t len)
{
    const char *text;
    size_t i;

    if (json_get_string(object, name, &text) != JSON_GET_OK ||
        strlen(text) != 2 * len) {
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

static void destination_from_json(BmcLanDestination *d, JsonObject *object)
{
    BmcLanDestination read = { 0 };
    int64_t timeout;
    int64_t retries;
    int64_t tag = 0;

    read.tagged = json_get_int(object, "tag", &tag) == JSON_GET_OK;
    if (!get_hex(object, "address", read.address, 4)) {
        read.ipv6 = get_hex(object, "address", read.address, 16);
        if (!read.ipv6) {
            return;
        }
    }
    if (json_get_bool(object, "ack", &read.ack) != JSON_GET_OK ||
        json_get_int(object, "timeout", &timeout) != JSON_GET_OK ||
        json_get_int(object, "retries", &retries) != JSON_GET_OK ||
        json_get_bool(object, "backup", &read.backup) != JSON_GET_OK ||
        !get_hex(object, "mac", read.mac, sizeof(read.mac)) ||
        timeout < 0 || timeout > UINT8_MAX || retries < 0 ||
        retries > RETRIES_MAX || tag < 0 || tag > UINT16_MAX) {
        return;
    }
    json_get_bool(object, "in-band", &read.in_band);
    read.timeout_s = timeout;
    read.retries = retries;
    read.tag = tag;
    *d = read;
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

static void load_policy(Bmc *bmc, JsonObject *section)
{
    BmcLockoutPolicy policy = { 0 };
    JsonObject *object;
    int64_t threshold;
    int64_t reset;
    int64_t lockout;

    if (json_get_object(section, "bad-password", &object) != JSON_GET_OK ||
        json_get_int(object, "threshold", &threshold) != JSON_GET_OK ||
        json_get_int(object, "reset", &reset) != JSON_GET_OK ||
        json_get_int(object, "lockout", &lockout) != JSON_GET_OK ||
        json_get_bool(object, "event", &policy.event) != JSON_GET_OK ||
        threshold < 0 || threshold > UINT8_MAX || reset < 0 ||
        reset > 10 * UINT16_MAX || lockout < 0 || lockout > 10 * UINT16_MAX) {
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

static void load_in_band(BmcLan *lan, JsonObject *section)
{
    JsonArray *names;
    unsigned i, k;

    if (json_get_array(section, "in-band", &names) != JSON_GET_OK) {
        return;
    }
    for (i = 0; i < json_array_get_length(names); i++) {
        JsonNode *node = json_array_get_element(names, i);

        for (k = 0; k < BMC_LAN_FIELD__MAX; k++) {
            if (JSON_NODE_HOLDS_VALUE(node) &&
                !g_strcmp0(json_node_get_string(node), lan_fields[k].name)) {
                lan->values[k].in_band = true;
            }
        }
    }
}

void lan_load(Bmc *bmc)
{
    BmcLan *lan = bmc->lan;
    JsonObject *section = persist_get(bmc->persist, "lan");
    JsonArray *array;
    const char *uuid;
    unsigned i;

    if (!section) {
        return;
    }
    for (i = 0; i < BMC_LAN_FIELD__MAX; i++) {
        LanValue *at = &lan->values[i];

        at->written = get_hex(section, lan_fields[i].name, at->value,
                              lan_fields[i].len) &&
                      (!lan_fields[i].check ||
                       lan_fields[i].check(at->value));
    }
    if (json_get_array(section, "destinations", &array) == JSON_GET_OK) {
        for (i = 0; i < MIN(json_array_get_length(array),
                            BMC_LAN_DESTINATIONS); i++) {
            JsonNode *node = json_array_get_element(array, i);

            if (JSON_NODE_HOLDS_OBJECT(node)) {
                destination_from_json(&lan->destinations[i + 1],
                                      json_node_get_object(node));
            }
        }
    }
    load_in_band(lan, section);
    load_policy(bmc, section);
    if (json_get_string(section, "system-uuid", &uuid) == JSON_GET_OK &&
        g_uuid_string_is_valid(uuid)) {
        lan->uuid = g_strdup(uuid);
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
