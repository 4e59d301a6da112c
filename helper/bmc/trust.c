/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Authorities that are trusted to sign certificates of clients. */
#include "osdep.h"

#include "bmc/trust.h"

#include "bmc/bmc-priv.h"
#include "bmc/certificate.h"
#include "bmc/persist-read.h"
#include "bmc/sessions.h"
#include "util/error.h"
#include "util/log.h"

#define SECTION "trust"
#define VERDICT "bmc-trust"
#define LOGGED_MAX 80

typedef struct Authority {
    unsigned id;
    TlsCertInfo *info;
} Authority;

/*
 * @list: of Authority, the oldest first
 * @trust: the same, to check with
 * @generation: grows when a certificate may not be good any more
 */
struct BmcTrust {
    BmcTrustConfig config;
    GPtrArray *list;
    TlsTrust *trust;
    unsigned last_id;
    uint64_t generation;
};

/*
 * What was found out about a certificate, kept with it: that it is good,
 * and only as long as nothing that led to that has changed.
 */
typedef struct Verdict {
    uint64_t generation;
    int64_t until_us;
    char *name;
} Verdict;

static void verdict_free(void *opaque)
{
    Verdict *verdict = opaque;

    g_free(verdict->name);
    g_free(verdict);
}

static void authority_free(void *opaque)
{
    Authority *authority = opaque;

    tls_cert_info_free(authority->info);
    g_free(authority);
}

static void rebuild(Bmc *bmc)
{
    BmcTrust *trust = bmc->trust;
    unsigned i;

    tls_trust_free(trust->trust);
    trust->trust = tls_trust_new();
    trust->generation++;
    for (i = 0; i < trust->list->len; i++) {
        Authority *authority = trust->list->pdata[i];

        tls_trust_add(trust->trust, authority->info->pem);
    }
}

static void save(Bmc *bmc)
{
    BmcTrust *trust = bmc->trust;
    JsonObject *section = json_object_new();
    JsonArray *array = json_array_new();
    unsigned i;

    for (i = 0; i < trust->list->len; i++) {
        const Authority *authority = trust->list->pdata[i];
        JsonObject *object = json_object_new();

        json_object_set_int_member(object, "id", authority->id);
        json_object_set_string_member(object, "pem", authority->info->pem);
        json_array_add_object_element(array, object);
    }
    json_object_set_boolean_member(section, "enabled",
                                   trust->config.enabled);
    json_object_set_boolean_member(section, "required",
                                   trust->config.required);
    json_object_set_int_member(section, "name", trust->config.name);
    json_object_set_int_member(section, "last", trust->last_id);
    json_object_set_array_member(section, "authorities", array);
    persist_set(bmc->persist, SECTION, section);
}

static void changed(Bmc *bmc)
{
    save(bmc);
    bmc->trust->generation++;
    bmc_sessions_trust_changed(bmc);
    bmc_changed(bmc, BMC_PART_TRUST);
}

static Authority *find(const Bmc *bmc, unsigned id, unsigned *index)
{
    unsigned i;

    for (i = 0; i < bmc->trust->list->len; i++) {
        Authority *authority = bmc->trust->list->pdata[i];

        if (authority->id == id) {
            if (index) {
                *index = i;
            }
            return authority;
        }
    }
    return NULL;
}

static void append(Bmc *bmc, unsigned id, TlsCertInfo *info)
{
    Authority *authority = g_new0(Authority, 1);

    authority->id = id;
    authority->info = info;
    g_ptr_array_add(bmc->trust->list, authority);
}

static void load(Bmc *bmc)
{
    BmcTrust *trust = bmc->trust;
    PersistReader r, sub;
    int64_t last = 0;
    int64_t name = TLS_TRUST_COMMON_NAME;
    JsonArray *array;
    unsigned i;

    persist_read(&r, bmc->persist, SECTION);
    persist_read_bool(&r, "enabled", &trust->config.enabled);
    persist_read_bool(&r, "required", &trust->config.required);
    persist_read_int(&r, "name", 0, TLS_TRUST__MAX - 1, &name);
    trust->config.name = name;
    persist_read_int(&r, "last", 0, UINT_MAX - 1, &last);
    trust->last_id = last;
    if (!persist_read_array(&r, "authorities", BMC_TRUST_MAX, &array)) {
        return;
    }
    for (i = 0; i < json_array_get_length(array); i++) {
        TlsCertInfo *info = NULL;
        const char *pem;
        int64_t id;

        if (!persist_read_element(&sub, &r, "authorities", array, i) ||
            !persist_read_int(&sub, "id", 1, UINT_MAX - 1, &id) ||
            !persist_read_string(&sub, "pem", &pem)) {
            continue;
        }
        info = strlen(pem) <= TLS_CA_MAX ? tls_cert_info_new(pem, NULL)
                                         : NULL;
        if (!info || find(bmc, id, NULL)) {
            tls_cert_info_free(info);
            persist_read_damaged(&sub, "pem");
            continue;
        }
        append(bmc, id, info);
        trust->last_id = MAX(trust->last_id, id);
    }
}

void bmc_trust_new(Bmc *bmc, bool reset)
{
    bmc->trust = g_new0(BmcTrust, 1);
    bmc->trust->list = g_ptr_array_new_with_free_func(authority_free);
    if (reset) {
        persist_remove(bmc->persist, SECTION);
    } else {
        load(bmc);
    }
    rebuild(bmc);
}

void bmc_trust_free(Bmc *bmc)
{
    if (bmc->trust) {
        tls_trust_free(bmc->trust->trust);
        g_ptr_array_unref(bmc->trust->list);
        g_clear_pointer(&bmc->trust, g_free);
    }
}

void bmc_trust_reset(Bmc *bmc)
{
    bmc->trust->config = (BmcTrustConfig) { 0 };
    g_ptr_array_set_size(bmc->trust->list, 0);
    rebuild(bmc);
    changed(bmc);
}

const BmcTrustConfig *bmc_trust_config(const Bmc *bmc)
{
    return &bmc->trust->config;
}

void bmc_trust_configure(Bmc *bmc, const BmcTrustConfig *config,
                         const BmcOrigin *origin)
{
    g_autofree char *who = bmc_origin_to_string(origin);

    bmc->trust->config = *config;
    g_message("TLS: certificates of clients %s, accounts by %s, by %s",
              !config->enabled ? "switched off" :
              config->required ? "required" : "switched on",
              config->name == TLS_TRUST_PRINCIPAL ? "User Principal Name"
                                                  : "common name", who);
    changed(bmc);
}

static char *describe(const TlsCertInfo *info)
{
    g_autofree char *name = log_escape(
        info->subject[TLS_NAME_COMMON] ?: "without a name", -1, LOGGED_MAX);

    return g_strdup_printf("authority \"%s\", SHA-256 %s", name,
                           info->fingerprint);
}

unsigned bmc_trust_add(Bmc *bmc, const char *text, const BmcOrigin *origin,
                       GError **errp)
{
    g_autofree char *who = bmc_origin_to_string(origin);
    g_autofree char *pem = tls_ca_make(text, errp);
    g_autofree char *what = NULL;
    TlsCertInfo *info;
    unsigned i;

    if (!pem) {
        return 0;
    }
    for (i = 0; i < bmc->trust->list->len; i++) {
        const Authority *authority = bmc->trust->list->pdata[i];

        if (g_str_equal(authority->info->pem, pem)) {
            g_set_error(errp, BMC_ERROR, BMC_ERROR_EXISTS,
                        "that authority is trusted already, as number %u",
                        authority->id);
            return 0;
        }
    }
    if (bmc->trust->list->len >= BMC_TRUST_MAX) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_LIMIT,
                    "%u authorities are trusted already", BMC_TRUST_MAX);
        return 0;
    }
    info = tls_cert_info_new(pem, errp);
    if (!info) {
        return 0;
    }
    append(bmc, ++bmc->trust->last_id, info);
    rebuild(bmc);
    what = describe(info);
    g_message("TLS: %s trusted by %s", what, who);
    changed(bmc);
    return bmc->trust->last_id;
}

bool bmc_trust_remove(Bmc *bmc, unsigned id, const BmcOrigin *origin,
                      GError **errp)
{
    g_autofree char *who = bmc_origin_to_string(origin);
    g_autofree char *what = NULL;
    unsigned index = 0;
    const Authority *authority = find(bmc, id, &index);

    if (!authority) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_NOT_FOUND,
                    "there is no such authority");
        return false;
    }
    if (bmc->trust->list->len == 1 && bmc_trust_required(bmc)) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_STATE,
                    "certificates are required, and without this authority "
                    "nobody could have one");
        return false;
    }
    what = describe(authority->info);
    g_ptr_array_remove_index(bmc->trust->list, index);
    rebuild(bmc);
    g_message("TLS: %s not trusted any more, by %s", what, who);
    changed(bmc);
    return true;
}

unsigned bmc_trust_nth(const Bmc *bmc, unsigned n)
{
    const Authority *authority;

    if (n >= bmc->trust->list->len) {
        return 0;
    }
    authority = bmc->trust->list->pdata[n];
    return authority->id;
}

const TlsCertInfo *bmc_trust_info(const Bmc *bmc, unsigned id)
{
    const Authority *authority = find(bmc, id, NULL);

    return authority ? authority->info : NULL;
}

/* Without TLS there is no way to present one. */
static bool is_on(const Bmc *bmc)
{
    return bmc->trust->config.enabled && bmc->trust->list->len &&
           bmc_certificate_tls(bmc);
}

char *bmc_trust_pem(const Bmc *bmc)
{
    GString *text;
    unsigned i;

    if (!is_on(bmc)) {
        return NULL;
    }
    text = g_string_new(NULL);
    for (i = 0; i < bmc->trust->list->len; i++) {
        const Authority *authority = bmc->trust->list->pdata[i];

        g_string_append(text, authority->info->pem);
    }
    return g_string_free(text, false);
}

bool bmc_trust_required(const Bmc *bmc)
{
    return is_on(bmc) && bmc->trust->config.required;
}

/* Its name, if it is good now. */
static const char *check(Bmc *bmc, GTlsCertificate *certificate,
                         GError **errp)
{
    Verdict *verdict = g_object_get_data(G_OBJECT(certificate), VERDICT);
    int64_t until_us;
    char *name;

    if (verdict && verdict->generation == bmc->trust->generation &&
        g_get_real_time() < verdict->until_us) {
        return verdict->name;
    }
    g_object_set_data(G_OBJECT(certificate), VERDICT, NULL);
    name = tls_trust_check(bmc->trust->trust, certificate,
                           bmc->trust->config.name, &until_us, errp);
    if (!name) {
        return NULL;
    }
    verdict = g_new0(Verdict, 1);
    verdict->generation = bmc->trust->generation;
    verdict->until_us = until_us;
    verdict->name = name;
    g_object_set_data_full(G_OBJECT(certificate), VERDICT, verdict,
                           verdict_free);
    return name;
}

const BmcUser *bmc_trust_user(Bmc *bmc, GTlsCertificate *certificate,
                              GError **errp)
{
    const BmcUser *user;
    const char *name;

    if (!is_on(bmc)) {
        g_set_error_literal(errp, BMC_ERROR, BMC_ERROR_AUTH,
                            "certificates of clients do not count");
        return NULL;
    }
    name = check(bmc, certificate, errp);
    if (!name) {
        return NULL;
    }
    /* The anonymous user has no name, and no certificate. */
    user = *name ? bmc_users_find(bmc, name, strlen(name)) : NULL;
    if (!user || !user->enabled) {
        g_autofree char *shown = log_escape(name, -1, LOGGED_MAX);

        g_set_error(errp, BMC_ERROR, BMC_ERROR_AUTH, "%s \"%s\"",
                    user ? "disabled account" : "no account", shown);
        return NULL;
    }
    return user;
}
