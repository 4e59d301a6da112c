/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Configuration of Serial over LAN. */
#include "osdep.h"

#include "bmc/sol.h"

#include "bmc/bmc-priv.h"
#include "bmc/persist-read.h"
#include "util/error.h"

#define SECTION "sol"

struct BmcSol {
    BmcSolConfig config;
};

/*
 * What is typed comes back within 10 ms, and a boot loader that prints
 * letter by letter is not sent in packets of one letter each.
 */
static const BmcSolConfig defaults = {
    .enabled = true,
    .force_encryption = true,
    .force_authentication = true,
    .privilege = BMC_PRIVILEGE_OPERATOR,
    .accumulate = 2,
    .threshold = 96,
    .retries = BMC_SOL_RETRY_MAX,
    .retry_interval = 50,
    .rate = BMC_SOL_RATE_HIGHEST,
    .volatile_rate = BMC_SOL_RATE_HIGHEST,
};

static const struct {
    const char *name;
    size_t offset;
} switches[] = {
    { "enabled", offsetof(BmcSolConfig, enabled) },
    { "force-encryption", offsetof(BmcSolConfig, force_encryption) },
    { "force-authentication", offsetof(BmcSolConfig, force_authentication) },
};

static const struct {
    const char *name;
    size_t offset;
    uint8_t min;
    uint8_t max;
} numbers[] = {
    { "accumulate", offsetof(BmcSolConfig, accumulate), 1, UINT8_MAX },
    { "threshold", offsetof(BmcSolConfig, threshold), 1, UINT8_MAX },
    { "retries", offsetof(BmcSolConfig, retries), 0, BMC_SOL_RETRY_MAX },
    { "retry-interval", offsetof(BmcSolConfig, retry_interval), 0,
      UINT8_MAX },
    { "rate", offsetof(BmcSolConfig, rate), BMC_SOL_RATE_LOWEST,
      BMC_SOL_RATE_HIGHEST },
};

static bool *switch_at(BmcSolConfig *config, size_t i)
{
    return (bool *)((char *)config + switches[i].offset);
}

static uint8_t *number_at(BmcSolConfig *config, size_t i)
{
    return (uint8_t *)config + numbers[i].offset;
}

static bool is_valid(const BmcSolConfig *config)
{
    BmcSolConfig copy = *config;
    size_t i;

    for (i = 0; i < G_N_ELEMENTS(numbers); i++) {
        uint8_t value = *number_at(&copy, i);

        if (value < numbers[i].min || value > numbers[i].max) {
            return false;
        }
    }
    return config->privilege >= BMC_PRIVILEGE_USER &&
           config->privilege <= BMC_PRIVILEGE_ADMIN &&
           config->volatile_rate >= BMC_SOL_RATE_LOWEST &&
           config->volatile_rate <= BMC_SOL_RATE_HIGHEST;
}

/* Whether what is kept differs; the volatile rate is not. */
static bool differs(const BmcSolConfig *a, const BmcSolConfig *b)
{
    BmcSolConfig left = *a, right = *b;
    size_t i;

    for (i = 0; i < G_N_ELEMENTS(switches); i++) {
        if (*switch_at(&left, i) != *switch_at(&right, i)) {
            return true;
        }
    }
    for (i = 0; i < G_N_ELEMENTS(numbers); i++) {
        if (*number_at(&left, i) != *number_at(&right, i)) {
            return true;
        }
    }
    return left.privilege != right.privilege;
}

static void save(Bmc *bmc)
{
    BmcSolConfig *config = &bmc->sol->config;
    JsonObject *section = json_object_new();
    size_t i;

    for (i = 0; i < G_N_ELEMENTS(switches); i++) {
        json_object_set_boolean_member(section, switches[i].name,
                                       *switch_at(config, i));
    }
    for (i = 0; i < G_N_ELEMENTS(numbers); i++) {
        json_object_set_int_member(section, numbers[i].name,
                                   *number_at(config, i));
    }
    json_object_set_int_member(section, "privilege", config->privilege);
    persist_set(bmc->persist, SECTION, section);
}

/* A value that is missing or makes no sense is the default. */
static void load(Bmc *bmc)
{
    BmcSolConfig *config = &bmc->sol->config;
    PersistReader r;
    int64_t value;
    size_t i;

    persist_read(&r, bmc->persist, SECTION);
    for (i = 0; i < G_N_ELEMENTS(switches); i++) {
        persist_read_bool(&r, switches[i].name, switch_at(config, i));
    }
    for (i = 0; i < G_N_ELEMENTS(numbers); i++) {
        persist_read_u8(&r, numbers[i].name, numbers[i].min, numbers[i].max,
                        number_at(config, i));
    }
    if (persist_read_int(&r, "privilege", BMC_PRIVILEGE_USER,
                         BMC_PRIVILEGE_ADMIN, &value)) {
        config->privilege = value;
    }
    config->volatile_rate = config->rate;
}

void bmc_sol_new(Bmc *bmc)
{
    bmc->sol = g_new0(BmcSol, 1);
    bmc->sol->config = defaults;
    load(bmc);
}

void bmc_sol_free(Bmc *bmc)
{
    g_clear_pointer(&bmc->sol, g_free);
}

const BmcSolConfig *bmc_sol_get(const Bmc *bmc)
{
    return &bmc->sol->config;
}

bool bmc_sol_set(Bmc *bmc, const BmcSolConfig *config,
                 const BmcOrigin *origin, GError **errp)
{
    g_autofree char *who = bmc_origin_to_string(origin);
    bool to_save = differs(config, &bmc->sol->config);

    if (!is_valid(config)) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_INVALID,
                    "a value of the SOL configuration is out of range");
        return false;
    }
    if (config->enabled != bmc->sol->config.enabled) {
        g_message("SOL %s by %s", config->enabled ? "enabled" : "disabled",
                  who);
    }
    bmc->sol->config = *config;
    /* Writing back what was read leaves the state as it is. */
    if (to_save) {
        save(bmc);
    }
    bmc_changed(bmc, BMC_PART_SOL);
    return true;
}

void bmc_sol_reset(Bmc *bmc, const BmcOrigin *origin)
{
    BmcSolConfig config = defaults;

    config.volatile_rate = config.rate;
    bmc_sol_set(bmc, &config, origin, NULL);
}
