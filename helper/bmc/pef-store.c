/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is kept of PEF, and what its configuration may be. */
#include "osdep.h"

#include "bmc/pef-priv.h"

#include "bmc/lan.h"
#include "bmc/persist-read.h"

#define SECTION "pef"
#define PROGRESS "pef-progress"

#define CONTROL_MASK (BMC_PEF_ENABLED | BMC_PEF_EVENTS | \
                      BMC_PEF_STARTUP_DELAY | BMC_PEF_ALERT_DELAY)
#define KEY_SET_RESERVED 0x80

static const struct {
    const char *name;
    size_t offset;
    size_t len;
} tables[] = {
    { "filters", offsetof(BmcPefConfig, filters),
      BMC_PEF_FILTERS * PEF_FILTER_LEN },
    { "policies", offsetof(BmcPefConfig, policies),
      BMC_PEF_POLICIES * PEF_POLICY_LEN },
    { "guid", offsetof(BmcPefConfig, guid), BMC_PEF_GUID_LEN },
    { "keys", offsetof(BmcPefConfig, keys[1]), BMC_PEF_STRINGS * 2 },
    { "strings", offsetof(BmcPefConfig, strings[1]),
      BMC_PEF_STRINGS * BMC_PEF_STRING_MAX },
};

static const struct {
    const char *name;
    size_t offset;
} numbers[] = {
    { "control", offsetof(BmcPefConfig, control) },
    { "actions", offsetof(BmcPefConfig, actions) },
    { "startup-delay", offsetof(BmcPefConfig, delay_s) },
    { "alert-startup-delay", offsetof(BmcPefConfig, alert_delay_s) },
};

static const char *const progress[] = { "bmc", "software" };

/* A filter that is new matches anything, once it is enabled. */
static void set_defaults(BmcPefConfig *config)
{
    static const uint8_t filter[PEF_FILTER_LEN] = {
        [4] = 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    };
    unsigned i;

    memset(config, 0, sizeof(*config));
    for (i = 0; i < BMC_PEF_FILTERS; i++) {
        memcpy(config->filters[i], filter, PEF_FILTER_LEN);
    }
    for (i = 0; i < BMC_PEF_POLICIES; i++) {
        config->policies[i][PEF_POLICY_TARGET] = BMC_PEF_CHANNEL << 4;
    }
}

static bool load(BmcPefConfig *config, PersistReader *r)
{
    uint8_t *bytes = (uint8_t *)config;
    size_t i;

    for (i = 0; i < G_N_ELEMENTS(numbers); i++) {
        if (!persist_read_u8(r, numbers[i].name, 0, UINT8_MAX,
                             bytes + numbers[i].offset)) {
            return false;
        }
    }
    for (i = 0; i < G_N_ELEMENTS(tables); i++) {
        if (!persist_read_bytes(r, tables[i].name, bytes + tables[i].offset,
                                tables[i].len)) {
            return false;
        }
    }
    return persist_read_bool(r, "use-guid", &config->use_guid) &&
           pef_config_valid(config);
}

void pef_load(Bmc *bmc)
{
    BmcPef *pef = bmc->pef;
    PersistReader r;
    int64_t value;
    size_t i;

    set_defaults(&pef->config);
    if (persist_read(&r, bmc->persist, SECTION) && !load(&pef->config, &r)) {
        persist_read_damaged(&r, NULL);
        set_defaults(&pef->config);
    }
    persist_read(&r, bmc->persist, PROGRESS);
    for (i = 0; i < G_N_ELEMENTS(progress); i++) {
        pef->processed[i] = BMC_PEF_NO_RECORD;
        if (persist_read_int(&r, progress[i], 0, UINT16_MAX, &value)) {
            pef->processed[i] = value;
        }
    }
}

void pef_save(Bmc *bmc)
{
    const uint8_t *config = (const uint8_t *)&bmc->pef->config;
    JsonObject *section = json_object_new();
    size_t i;

    for (i = 0; i < G_N_ELEMENTS(numbers); i++) {
        json_object_set_int_member(section, numbers[i].name,
                                   config[numbers[i].offset]);
    }
    for (i = 0; i < G_N_ELEMENTS(tables); i++) {
        g_autofree char *coded = g_base64_encode(config + tables[i].offset,
                                                 tables[i].len);

        json_object_set_string_member(section, tables[i].name, coded);
    }
    json_object_set_boolean_member(section, "use-guid",
                                   bmc->pef->config.use_guid);
    persist_set(bmc->persist, SECTION, section);
}

void pef_save_progress(Bmc *bmc)
{
    JsonObject *section = json_object_new();
    size_t i;

    for (i = 0; i < G_N_ELEMENTS(progress); i++) {
        json_object_set_int_member(section, progress[i],
                                   bmc->pef->processed[i]);
    }
    persist_set(bmc->persist, PROGRESS, section);
}

bool pef_config_valid(const BmcPefConfig *config)
{
    unsigned i;

    if ((config->control & ~CONTROL_MASK) ||
        (config->actions & ~PEF_ACTIONS)) {
        return false;
    }
    for (i = 0; i < BMC_PEF_FILTERS; i++) {
        if (!pef_filter_valid(config->filters[i])) {
            return false;
        }
    }
    for (i = 0; i < BMC_PEF_POLICIES; i++) {
        if (!pef_policy_valid(config->policies[i], BMC_PEF_CHANNEL,
                              BMC_LAN_DESTINATIONS)) {
            return false;
        }
    }
    for (i = 0; i <= BMC_PEF_STRINGS; i++) {
        if (config->keys[i][0] > BMC_PEF_FILTERS ||
            (config->keys[i][1] & KEY_SET_RESERVED)) {
            return false;
        }
    }
    return true;
}

void pef_forget(Bmc *bmc)
{
    persist_remove(bmc->persist, SECTION);
}
