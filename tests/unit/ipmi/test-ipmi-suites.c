/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Each cipher suite with right and wrong credentials and all privileges. */
#include "osdep.h"

#include "ipmi/ipmi-engine.h"

#include "engine-fixture.h"
#include "test-util.h"

#define CHASSIS IPMI_NETFN_CHASSIS
#define APP IPMI_NETFN_APP

#define ALL "17,16,15,12,11,8,7,6,3,2,1"

static const uint8_t suites[] = { 1, 2, 3, 6, 7, 8, 11, 12, 15, 16, 17 };

static void offer(EngineFixture *f, const char *list, unsigned max_active)
{
    IpmiSessionsConfig config = { .max_active = max_active };
    GError *err = NULL;

    cipher_suite_parse_list(list, &config.suites, &err);
    g_assert_no_error(err);
    ipmi_sessions_configure(f->core->sessions, &config);
}

static void offer_one(EngineFixture *f, unsigned suite)
{
    g_autofree char *list = g_strdup_printf("%u", suite);

    offer(f, list, IPMI_SESSIONS_DEFAULT);
}

static void end_sessions(EngineFixture *f)
{
    IpmiSessions *sessions = f->core->sessions;

    while (sessions->active.head) {
        ipmi_sessions_close(sessions, sessions->active.head->data);
    }
    g_assert_cmpint(g_hash_table_size(sessions->by_id), ==, 0);
}

/* What a user may do with Set Session Privilege Level, and then really. */
static void check_privileges(EngineFixture *f, unsigned suite,
                             const char *user, int limit)
{
    EngineHost host;
    int priv;

    engine_host_login(&host, f, suite, user);
    for (priv = IPMI_PRIV_USER; priv <= IPMI_PRIV_ADMIN; priv++) {
        g_autofree char *hex = g_strdup_printf("%02x", (unsigned)priv);

        if (limit == IPMI_PRIV_CALLBACK) {
            g_assert_cmphex(engine_host_command(&host, APP, 0x3b, hex), ==,
                            IPMI_CC_PRIVILEGE);
            g_assert_cmphex(engine_host_command(&host, CHASSIS, 0x01, ""), ==,
                            IPMI_CC_PRIVILEGE);
            continue;
        }
        g_assert_cmphex(engine_host_command(&host, APP, 0x3b, hex), ==,
                        priv <= limit ? 0 : 0x81);
        g_assert_cmphex(engine_host_command(&host, CHASSIS, 0x01, ""), ==, 0);
        g_assert_cmphex(engine_host_command(&host, CHASSIS, 0x02, "03"), ==,
                        MIN(priv, limit) >= IPMI_PRIV_OPERATOR ? 0 :
                        IPMI_CC_PRIVILEGE);
    }
    end_sessions(f);
}

static void test_right(EngineFixture *f, const void *opaque)
{
    size_t i;

    for (i = 0; i < G_N_ELEMENTS(suites); i++) {
        g_test_message("suite %u", suites[i]);
        offer_one(f, suites[i]);
        check_privileges(f, suites[i], "admin", IPMI_PRIV_ADMIN);
        check_privileges(f, suites[i], "oper", IPMI_PRIV_OPERATOR);
        check_privileges(f, suites[i], "viewer", IPMI_PRIV_USER);
        check_privileges(f, suites[i], "caller", IPMI_PRIV_CALLBACK);
    }
}

static void test_wrong(EngineFixture *f, const void *opaque)
{
    static const char *const passwords[] = {
        "", "Password", "passwor", "passwordx", "12345678901234567890",
    };
    static const char *const names[] = { "gone", "nobody", "", "ADMIN" };
    EngineHost host;
    size_t i, k;

    for (i = 0; i < G_N_ELEMENTS(suites); i++) {
        g_test_message("suite %u", suites[i]);
        offer_one(f, suites[i]);
        engine_host_init(&host, f, "192.0.2.1", 1000);
        for (k = 0; k < G_N_ELEMENTS(passwords); k++) {
            g_assert_cmphex(ipmi_test_client_login(&host.client, suites[i],
                                                   "admin", passwords[k]),
                            ==, IPMI_RAKP_STATUS_INVALID_ICV);
        }
        for (k = 0; k < G_N_ELEMENTS(names); k++) {
            g_assert_cmphex(ipmi_test_client_login(&host.client, suites[i],
                                                   names[k],
                                                   FIXTURE_PASSWORD),
                            ==, IPMI_RAKP_STATUS_UNAUTHORIZED_NAME);
        }
        end_sessions(f);
        /* Nobody is locked out any more. */
        fixture_advance(&f->base, 60000);
    }
}

#define TRIPLES (5 * 6 * 3)

/* All triples of known and of some unknown algorithms. */
static CipherSuite nth_triple(unsigned n)
{
    CipherSuite triple = {
        .auth = n % 5,
        .integrity = n / 5 % 6,
        .conf = n / 30,
    };

    return triple;
}

static int open_triple(EngineHost *host, const CipherSuite *triple)
{
    return ipmi_test_client_open(&host->client, triple->auth,
                                 triple->integrity, triple->conf);
}

static int refusal(const CipherSuite *suite, const CipherSuite *triple)
{
    const CipherSuite *other = cipher_suite_by_algs(
        triple->auth, triple->integrity, triple->conf);

    if (other) {
        return other == suite ? 0 : IPMI_RAKP_STATUS_NO_SUITE_MATCH;
    }
    return triple->auth != suite->auth ? IPMI_RAKP_STATUS_INVALID_AUTH_ALG :
           triple->integrity != suite->integrity ?
           IPMI_RAKP_STATUS_INVALID_INTEGRITY_ALG :
           IPMI_RAKP_STATUS_INVALID_CONF_ALG;
}

/* With each suite offered alone, each other triple there is is refused. */
static void test_exact(EngineFixture *f, const void *opaque)
{
    const CipherSuite *suite;
    CipherSuite triple;
    EngineHost host;
    unsigned i, n;

    engine_host_init(&host, f, "192.0.2.1", 1000);
    for (i = 0; i < G_N_ELEMENTS(suites); i++) {
        suite = cipher_suite_by_id(suites[i]);
        offer_one(f, suite->id);
        for (n = 0; n < TRIPLES; n++) {
            triple = nth_triple(n);
            g_assert_cmphex(open_triple(&host, &triple), ==,
                            refusal(suite, &triple));
        }
    }
}

/* Nothing is made up of two suites, whatever else is offered. */
static void test_mixed(EngineFixture *f, const void *opaque)
{
    CipherSuite triple;
    EngineHost host;
    unsigned n;
    int status;

    offer(f, ALL, IPMI_SESSIONS_DEFAULT);
    engine_host_init(&host, f, "192.0.2.1", 1000);
    for (n = 0; n < TRIPLES; n++) {
        triple = nth_triple(n);
        if (cipher_suite_by_algs(triple.auth, triple.integrity,
                                 triple.conf)) {
            /* Neither suite 0 nor one with XRC4 is ever offered. */
            status = triple.auth == 0 || triple.conf > 1 ?
                     IPMI_RAKP_STATUS_NO_SUITE_MATCH : 0;
        } else {
            status = triple.auth == 0 || triple.auth > 3 ?
                     IPMI_RAKP_STATUS_INVALID_AUTH_ALG :
                     triple.integrity > 4 ?
                     IPMI_RAKP_STATUS_INVALID_INTEGRITY_ALG :
                     triple.conf > 1 ? IPMI_RAKP_STATUS_INVALID_CONF_ALG :
                     IPMI_RAKP_STATUS_NO_SUITE_MATCH;
        }
        g_assert_cmphex(open_triple(&host, &triple), ==, status);
    }
}

static void test_listed(EngineFixture *f, const void *opaque)
{
    static const char all[] =
        "c001014080 c002014180 c003014181 c006024080 c007024280 c008024281 "
        "c00b024380 c00c024381 c00f034080 c010034480 c011034481";
    g_autoptr(GByteArray) list = g_byte_array_new();
    EngineHost host;
    unsigned i;

    offer(f, ALL, IPMI_SESSIONS_DEFAULT);
    engine_host_init(&host, f, "192.0.2.1", 1000);
    for (i = 0; i < 64; i++) {
        const uint8_t data[] = { 0x0e, 0x00, 0x80 | i };

        g_assert_cmphex(ipmi_test_client_sessionless(&host.client, false, APP,
                                                     0x54, data, 3), ==, 0);
        g_assert_cmphex(host.client.data[0], ==, IPMI_CHANNEL_LAN);
        g_byte_array_append(list, host.client.data + 1, host.client.len - 1);
        if (host.client.len < 17) {
            break;
        }
    }
    test_assert_hex_equal(list->data, list->len, all);
}

static void test_table_size(EngineFixture *f, const void *opaque)
{
    static const unsigned sizes[] = { 1, 63, 64, 254 };
    bool handles[256];
    EngineHost host;
    IpmiSession *session;
    GList *at;
    size_t i;
    unsigned n;

    for (i = 0; i < G_N_ELEMENTS(sizes); i++) {
        offer(f, "17", sizes[i]);
        memset(handles, 0, sizeof(handles));
        for (n = 0; n < sizes[i]; n++) {
            engine_host_login(&host, f, 17, "admin");
        }
        g_assert_cmphex(engine_host_command(&host, APP, 0x3d, "00"), ==, 0);
        g_assert_cmpint(host.client.data[0], ==, sizes[i]);
        g_assert_cmpint(host.client.data[1], ==, MIN(sizes[i], 63));
        g_assert_cmpint(host.client.data[2], ==, MIN(sizes[i], 63));
        for (at = f->core->sessions->active.head; at; at = at->next) {
            session = at->data;
            g_assert_cmpint(session->handle, >=, 1);
            g_assert_cmpint(session->handle, <=, 254);
            g_assert_false(handles[session->handle]);
            handles[session->handle] = true;
        }
        engine_host_init(&host, f, "192.0.2.1", 1000);
        g_assert_cmphex(ipmi_test_client_open(&host.client, 3, 4, 1), ==,
                        IPMI_RAKP_STATUS_NO_RESOURCES);
        end_sessions(f);
    }
}

#define ADD(path, func)                                   \
    g_test_add("/ipmi/suites/" path, EngineFixture, NULL, \
               engine_fixture_setup, func, engine_fixture_teardown)

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    ADD("right", test_right);
    ADD("wrong", test_wrong);
    ADD("exact", test_exact);
    ADD("mixed", test_mixed);
    ADD("listed", test_listed);
    ADD("table-size", test_table_size);
    return g_test_run();
}
