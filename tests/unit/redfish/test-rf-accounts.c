/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Accounts, roles, and what holds for all accounts. */
#include "osdep.h"

#include "bmc/accounts.h"
#include "bmc/lockout.h"
#include "rf-hub.h"
#include "test-util.h"

#define SERVICE "/redfish/v1/AccountService"
#define ACCOUNTS SERVICE "/Accounts"
#define OWN ACCOUNTS "/3"
#define BOB "{\"UserName\":\"bob\",\"Password\":\"bobpass\"," \
            "\"RoleId\":\"Operator\"}"
#define BY_BOB "Basic Ym9iOmJvYnBhc3M="      /* bob:bobpass */
#define BY_BOB_2 "Basic Ym9iOmJvYnBhc3My"    /* bob:bobpass2 */
#define LONG_PASSWORD "a password of more than 20 bytes"
#define NEW ACCOUNTS "/7"

static RfReply *as(RfHub *hub, const char *by, const char *method,
                   const char *path, const char *body)
{
    RfReply *reply = rf_hub_send(hub, by, method, path, body);

    g_test_message("%s %s %s: %u %s", method, path, body ?: "",
                   reply->status, reply->text ?: "");
    return reply;
}

static unsigned status(RfHub *hub, const char *by, const char *method,
                       const char *path, const char *body)
{
    g_autoptr(RfReply) reply = as(hub, by, method, path, body);

    return reply->status;
}

static void assert_error(RfHub *hub, const char *method, const char *path,
                         const char *body, const char *expected)
{
    g_autoptr(RfReply) reply = as(hub, ADMIN, method, path, body);
    g_autofree char *messages = rf_reply_messages(reply);

    g_assert_cmpstr(messages, ==, expected);
}

static char *types_of(RfHub *hub, const char *path)
{
    g_autoptr(RfReply) reply = rf_hub_get(hub, path);
    JsonNode *node = rf_reply_node(reply, "/AccountTypes");
    GString *text = g_string_new(NULL);
    unsigned i;

    for (i = 0; i < json_array_get_length(json_node_get_array(node)); i++) {
        g_string_append_printf(text, "%s ", json_array_get_string_element(
                                   json_node_get_array(node), i));
    }
    return g_string_free(text, FALSE);
}

static void assert_types(RfHub *hub, const char *path, const char *expected)
{
    g_autofree char *types = types_of(hub, path);

    g_assert_cmpstr(types, ==, expected);
}

static void test_make(void)
{
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);
    g_autoptr(RfReply) made = as(hub, ADMIN, "POST", ACCOUNTS, BOB);
    uint8_t key[BMC_IPMI_PASSWORD_MAX];
    const BmcUser *user;
    JsonNode *node;

    g_assert_cmpuint(made->status, ==, 201);
    g_assert_cmpstr(rf_reply_header(made, "Location"), ==, NEW);
    g_assert_cmpstr(rf_reply_text(made, "/UserName"), ==, "bob");
    g_assert_cmpstr(rf_reply_text(made, "/RoleId"), ==, "Operator");
    g_assert_cmpstr(rf_reply_text(made, "/Links/Role/@odata.id"), ==,
                    SERVICE "/Roles/Operator");
    node = rf_reply_node(made, "/Password");
    g_assert_true(node && JSON_NODE_HOLDS_NULL(node));
    g_assert_null(strstr(made->text, "bobpass"));
    assert_types(hub, NEW, "Redfish IPMI ");
    g_assert_cmpuint(status(hub, BY_BOB, "GET", SYSTEM, NULL), ==, 200);
    user = bmc_users_find(hub->fix.bmc, "bob", 3);
    g_assert_cmpuint(user->privilege, ==, BMC_PRIVILEGE_OPERATOR);
    g_assert_true(bmc_users_ipmi_key(hub->fix.bmc, user, key));
    g_assert_cmpstr((char *)key, ==, "bobpass");

    g_assert_cmpuint(status(hub, ADMIN, "DELETE", NEW, NULL), ==, 204);
    g_assert_cmpuint(status(hub, ADMIN, "GET", NEW, NULL), ==, 404);
    g_assert_cmpuint(status(hub, BY_BOB, "GET", SYSTEM, NULL), ==, 401);
    /* Nothing of the old account is left in the next one. */
    g_assert_cmpuint(status(hub, ADMIN, "POST", ACCOUNTS "/Members",
                            "{\"UserName\":\"eve\",\"Password\":\"evepass\","
                            "\"RoleId\":\"ReadOnly\",\"Enabled\":false}"),
                     ==, 201);
    g_assert_cmpuint(status(hub, BY_BOB, "GET", SYSTEM, NULL), ==, 401);
    user = bmc_users_find(hub->fix.bmc, "eve", 3);
    g_assert_cmpuint(user->slot, ==, 7);
    g_assert_cmpuint(user->privilege, ==, BMC_PRIVILEGE_USER);
    g_assert_false(user->enabled);
}

static void test_refused(void)
{
    static const struct {
        const char *body;
        const char *messages;
    } cases[] = {
        { "{\"UserName\":\"oper\",\"Password\":\"x\",\"RoleId\":\"Operator\"}",
          "ResourceAlreadyExists#/UserName" },
        { "{\"UserName\":\"\",\"Password\":\"x\",\"RoleId\":\"Operator\"}",
          "PropertyValueFormatError#/UserName" },
        { "{\"UserName\":\"a:b\",\"Password\":\"x\",\"RoleId\":\"Operator\"}",
          "PropertyValueFormatError#/UserName" },
        { "{\"UserName\":\"12345678901234567\",\"Password\":\"x\","
          "\"RoleId\":\"Operator\"}", "PropertyValueFormatError#/UserName" },
        { "{\"UserName\":\"bob\",\"Password\":\"\",\"RoleId\":\"Operator\"}",
          "PasswordIncorrectLength#/Password" },
        { "{\"UserName\":\"bob\",\"Password\":\"x\",\"RoleId\":\"Root\"}",
          "PropertyValueNotInList#/RoleId" },
        { "{\"UserName\":\"bob\",\"Password\":\"x\"}",
          "CreateFailedMissingReqProperties#/RoleId" },
        { "{\"UserName\":\"bob\",\"Password\":\"x\",\"RoleId\":\"Operator\","
          "\"AccountTypes\":[\"IPMI\"]}",
          "PropertyValueError#/AccountTypes" },
        { "{\"UserName\":\"bob\",\"Password\":\"" LONG_PASSWORD "\","
          "\"RoleId\":\"Operator\",\"AccountTypes\":[\"Redfish\",\"IPMI\"]}",
          "PropertyValueConflict#/AccountTypes" },
        { "{\"UserName\":\"bob\",\"Password\":true,\"RoleId\":\"Operator\"}",
          "PropertyValueTypeError#/Password" },
    };
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(cases); i++) {
        assert_error(hub, "POST", ACCOUNTS, cases[i].body,
                     cases[i].messages);
    }
    g_assert_null(bmc_users_find(hub->fix.bmc, "bob", 3));
    for (i = 7; i <= BMC_USERS_MAX; i++) {
        g_autofree char *body = g_strdup_printf(
            "{\"UserName\":\"u%u\",\"Password\":\"x\","
            "\"RoleId\":\"ReadOnly\"}", i);

        g_assert_cmpuint(status(hub, ADMIN, "POST", ACCOUNTS, body), ==, 201);
    }
    assert_error(hub, "POST", ACCOUNTS, BOB, "CreateLimitReachedForResource");
}

/* The order of Ansible's redfish_command: every step by itself. */
static void test_change(void)
{
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);
    const BmcUser *user;

    g_assert_cmpuint(status(hub, ADMIN, "POST", ACCOUNTS, BOB), ==, 201);
    user = bmc_users_get(hub->fix.bmc, 7);
    g_assert_cmpuint(status(hub, ADMIN, "PATCH", NEW,
                            "{\"RoleId\":\"Administrator\"}"), ==, 200);
    g_assert_cmpuint(user->privilege, ==, BMC_PRIVILEGE_ADMIN);
    g_assert_cmpuint(status(hub, ADMIN, "PATCH", NEW,
                            "{\"Password\":\"bobpass2\"}"), ==, 200);
    g_assert_cmpuint(status(hub, BY_BOB, "GET", SYSTEM, NULL), ==, 401);
    g_assert_cmpuint(status(hub, BY_BOB_2, "GET", SYSTEM, NULL), ==, 200);
    g_assert_cmpuint(status(hub, ADMIN, "PATCH", NEW, "{\"Enabled\":false}"),
                     ==, 200);
    g_assert_cmpuint(status(hub, BY_BOB_2, "GET", SYSTEM, NULL), ==, 401);
    g_assert_cmpuint(status(hub, ADMIN, "PATCH", NEW,
                            "{\"Enabled\":true,\"UserName\":\"rob\"}"), ==,
                     200);
    g_assert_cmpstr(user->name, ==, "rob");
    /* All or nothing. */
    assert_error(hub, "PATCH", NEW, "{\"UserName\":\"bob\","
                 "\"Enabled\":false,\"RoleId\":\"Nobody\"}",
                 "PropertyValueNotInList#/RoleId");
    assert_error(hub, "PATCH", NEW, "{\"UserName\":\"oper\","
                 "\"Enabled\":false}", "ResourceAlreadyExists#/UserName");
    assert_error(hub, "PATCH", NEW, "{\"Id\":\"8\"}",
                 "PropertyNotWritable#/Id");
    g_assert_true(user->enabled);
    g_assert_cmpstr(user->name, ==, "rob");
}

static void test_types(void)
{
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);
    static const char by[] =
        "Basic Ym9iOmEgcGFzc3dvcmQgb2YgbW9yZSB0aGFuIDIwIGJ5dGVz";

    g_assert_cmpuint(status(hub, ADMIN, "POST", ACCOUNTS,
                            "{\"UserName\":\"bob\",\"RoleId\":\"ReadOnly\","
                            "\"Password\":\"" LONG_PASSWORD "\"}"), ==, 201);
    assert_types(hub, NEW, "Redfish ");
    g_assert_cmpuint(status(hub, by, "GET", SYSTEM, NULL), ==, 200);
    assert_error(hub, "PATCH", NEW,
                 "{\"AccountTypes\":[\"Redfish\",\"IPMI\"]}",
                 "PropertyValueConflict#/AccountTypes");
    g_assert_cmpuint(status(hub, ADMIN, "PATCH", NEW,
                            "{\"AccountTypes\":[\"IPMI\",\"Redfish\"],"
                            "\"Password\":\"bobpass\"}"), ==, 200);
    assert_types(hub, NEW, "Redfish IPMI ");
    g_assert_cmpuint(status(hub, by, "GET", SYSTEM, NULL), ==, 401);
    g_assert_cmpuint(status(hub, BY_BOB, "GET", SYSTEM, NULL), ==, 200);
    g_assert_cmpuint(status(hub, ADMIN, "PATCH", NEW,
                            "{\"AccountTypes\":[\"Redfish\"],"
                            "\"Password\":\"bobpass2\"}"), ==, 200);
    assert_types(hub, NEW, "Redfish ");
    /* No account for Redfish only has a password that can be read. */
    g_assert_false(bmc_account_has_ipmi_password(hub->fix.bmc, 7));
    g_assert_cmpuint(status(hub, BY_BOB_2, "GET", SYSTEM, NULL), ==, 200);
    /* Also when it stays the same. */
    g_assert_cmpuint(status(hub, ADMIN, "PATCH", OWN,
                            "{\"AccountTypes\":[\"Redfish\"]}"), ==, 200);
    g_assert_false(bmc_account_has_ipmi_password(hub->fix.bmc, 3));
    assert_types(hub, OWN, "Redfish ");
    g_assert_cmpuint(status(hub, HUB_OPERATOR, "GET", OWN, NULL), ==, 200);
    assert_error(hub, "PATCH", NEW, "{\"AccountTypes\":[]}",
                 "PropertyValueError#/AccountTypes");
}

static void test_last_admin(void)
{
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);

    /* "gone" is an administrator too, but disabled. */
    assert_error(hub, "DELETE", ACCOUNTS "/2", NULL,
                 "ResourceCannotBeDeleted");
    assert_error(hub, "PATCH", ACCOUNTS "/2", "{\"Enabled\":false}",
                 "PropertyValueError#/Enabled");
    assert_error(hub, "PATCH", ACCOUNTS "/2", "{\"RoleId\":\"Operator\"}",
                 "PropertyValueError#/RoleId");
    g_assert_cmpuint(status(hub, ADMIN, "PATCH", OWN,
                            "{\"RoleId\":\"Administrator\"}"), ==, 200);
    g_assert_cmpuint(status(hub, ADMIN, "PATCH", ACCOUNTS "/2",
                            "{\"RoleId\":\"Operator\"}"), ==, 200);
    g_assert_cmpuint(status(hub, ADMIN, "DELETE", ACCOUNTS "/2", NULL), ==,
                     403);
    g_assert_cmpuint(status(hub, HUB_OPERATOR, "DELETE", ACCOUNTS "/2",
                            NULL), ==, 204);
}

static void test_own(void)
{
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);
    g_autofree char *token = rf_hub_login(hub, "oper", NULL);
    g_autoptr(RfReply) reply = NULL;
    static const char password[] = "{\"Password\":\"newpass\"}";
    static const char by[] = "Basic b3BlcjpuZXdwYXNz"; /* oper:newpass */

    g_assert_cmpuint(status(hub, HUB_OPERATOR, "GET", OWN, NULL), ==, 200);
    g_assert_cmpuint(status(hub, HUB_OPERATOR, "GET", ACCOUNTS "/2", NULL),
                     ==, 403);
    g_assert_cmpuint(status(hub, HUB_OPERATOR, "PATCH", ACCOUNTS "/4",
                            password), ==, 403);
    g_assert_cmpuint(status(hub, HUB_OPERATOR, "PATCH", OWN,
                            "{\"RoleId\":\"Administrator\"}"), ==, 403);
    g_assert_cmpuint(status(hub, HUB_OPERATOR, "PATCH", OWN,
                            "{\"Password\":\"x\",\"Enabled\":true}"), ==,
                     403);
    g_assert_cmpuint(status(hub, HUB_OPERATOR, "DELETE", OWN, NULL), ==, 403);
    g_assert_cmpuint(status(hub, HUB_OPERATOR, "POST", ACCOUNTS, BOB), ==,
                     403);
    g_assert_cmpuint(status(hub, HUB_OPERATOR, "PATCH", SERVICE,
                            "{\"MinPasswordLength\":2}"), ==, 403);
    g_assert_cmpuint(status(hub, HUB_OPERATOR, "PATCH", OWN, password), ==,
                     200);
    g_assert_cmpuint(status(hub, HUB_OPERATOR, "GET", OWN, NULL), ==, 401);
    g_assert_cmpuint(status(hub, by, "GET", OWN, NULL), ==, 200);
    reply = rf_hub_send_token(hub, token, NULL, "GET", OWN, NULL);
    g_assert_cmpuint(reply->status, ==, 401);
}

static void must_change(RfHub *hub, const char *by, const char *method,
                        const char *path, const char *body)
{
    g_autoptr(RfReply) reply = as(hub, by, method, path, body);
    g_autofree char *messages = rf_reply_messages(reply);

    g_assert_cmpuint(reply->status, ==, 403);
    g_assert_cmpstr(messages, ==, "PasswordChangeRequired");
    g_assert_nonnull(strstr(reply->text, NEW));
}

static void test_must_change(void)
{
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);
    g_autoptr(RfReply) login = NULL;
    g_autoptr(RfReply) changed = NULL;
    g_autofree char *session = NULL;
    static const char admin[] =
        "{\"UserName\":\"bob\",\"Password\":\"bobpass\","
        "\"RoleId\":\"Administrator\",\"PasswordChangeRequired\":true}";

    g_assert_cmpuint(status(hub, ADMIN, "POST", ACCOUNTS, admin), ==, 201);
    login = as(hub, NULL, "POST", "/redfish/v1/SessionService/Sessions",
               "{\"UserName\":\"bob\",\"Password\":\"bobpass\"}");
    g_assert_cmpuint(login->status, ==, 201);
    g_assert_nonnull(strstr(login->text, "PasswordChangeRequired"));
    g_assert_nonnull(rf_reply_header(login, "X-Auth-Token"));
    session = g_strdup(rf_reply_header(login, "Location"));
    must_change(hub, BY_BOB, "GET", "/redfish/v1/Systems/1", NULL);
    must_change(hub, BY_BOB, "GET", "/redfish/v1/nothing", NULL);
    must_change(hub, BY_BOB, "GET", "/redfish/v1?$expand=*", NULL);
    must_change(hub, BY_BOB, "GET", ACCOUNTS "/2", NULL);
    must_change(hub, BY_BOB, "GET", session, NULL);
    must_change(hub, BY_BOB, "PATCH", ACCOUNTS "/4",
                "{\"Password\":\"newpass\"}");
    must_change(hub, BY_BOB, "PATCH", NEW, "{\"Enabled\":true}");
    must_change(hub, BY_BOB, "PATCH", NEW,
                "{\"PasswordChangeRequired\":false}");
    must_change(hub, BY_BOB, "DELETE", NEW, NULL);
    must_change(hub, BY_BOB, "POST", ACCOUNTS, BOB);
    must_change(hub, BY_BOB, "POST", "/redfish/v1/Systems/1/Actions/"
                "ComputerSystem.Reset", "{\"ResetType\":\"ForceOff\"}");
    g_assert_cmpuint(status(hub, BY_BOB, "GET", NEW, NULL), ==, 200);
    g_assert_cmpuint(status(hub, BY_BOB, "DELETE", session, NULL), ==, 204);
    /* It is kept, and the new password ends it. */
    changed = as(hub, BY_BOB, "PATCH", NEW, "{\"Password\":\"bobpass2\"}");
    g_assert_cmpuint(changed->status, ==, 200);
    g_assert_nonnull(strstr(changed->text,
                            "\"PasswordChangeRequired\":false"));
    g_assert_cmpuint(status(hub, BY_BOB_2, "GET", "/redfish/v1/Systems/1",
                            NULL), ==, 200);
    /* At once, whatever is remembered of a login. */
    g_assert_cmpuint(status(hub, ADMIN, "PATCH", NEW,
                            "{\"PasswordChangeRequired\":true}"), ==, 200);
    must_change(hub, BY_BOB_2, "GET", "/redfish/v1/Systems/1", NULL);
    /* No use to whoever has it: only an administrator takes it away. */
    g_assert_cmpuint(status(hub, HUB_OPERATOR, "PATCH", OWN,
                            "{\"PasswordChangeRequired\":true}"), ==, 403);
}

static void test_must_change_kept(void)
{
    g_auto(Fixture) fix = { 0 };
    static const BmcOrigin origin = { .channel = BMC_CHANNEL_LOCAL };

    fixture_init_accounts(&fix, MACHINE_STATE_RUNNING);
    fixture_start(&fix);
    bmc_users_set_must_change(fix.bmc, FIXTURE_OPER, true, &origin);
    fixture_restart(&fix);
    g_assert_true(bmc_users_get(fix.bmc, FIXTURE_OPER)->must_change);
    g_assert_false(bmc_users_get(fix.bmc, FIXTURE_VIEWER)->must_change);
}

static void test_lock(void)
{
    static const BmcOrigin lan = { BMC_CHANNEL_LAN, "oper", "192.0.2.9" };
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);
    g_autoptr(RfReply) open = rf_hub_get(hub, OWN);
    g_autoptr(RfReply) locked = NULL;
    unsigned i;

    g_assert_false(json_node_get_boolean(rf_reply_node(open, "/Locked")));
    for (i = 0; i < 10; i++) {
        bmc_lockout_failed(hub->fix.bmc, 3, &lan);
    }
    locked = rf_hub_get(hub, OWN);
    g_assert_true(json_node_get_boolean(rf_reply_node(locked, "/Locked")));
    g_assert_cmpuint(status(hub, ADMIN, "PATCH", OWN, "{\"Locked\":false}"),
                     ==, 200);
    g_assert_true(bmc_lockout_allows(hub->fix.bmc, 3, &lan));
    assert_error(hub, "PATCH", OWN, "{\"Locked\":true}",
                 "PropertyValueNotInList#/Locked");
}

static void test_policy(void)
{
    static const struct {
        const char *body;
        const char *messages; /* NULL: it works, and this is what it sets */
        BmcLockoutPolicy policy;
    } cases[] = {
        { "{\"AccountLockoutThreshold\":3}", NULL, { 3, 60, 60 } },
        { "{\"AccountLockoutDuration\":300,"
          "\"AccountLockoutCounterResetAfter\":100}", NULL, { 3, 100, 300 } },
        { "{\"AccountLockoutCounterResetAfter\":301}",
          "PropertyValueConflict#/AccountLockoutCounterResetAfter" },
        { "{\"AccountLockoutDuration\":99}",
          "PropertyValueConflict#/AccountLockoutCounterResetAfter" },
        { "{\"AccountLockoutDuration\":0}",
          "PropertyValueOutOfRange#/AccountLockoutDuration" },
        { "{\"AccountLockoutThreshold\":256}",
          "PropertyValueOutOfRange#/AccountLockoutThreshold" },
        { "{\"AccountLockoutCounterResetEnabled\":false,"
          "\"AccountLockoutCounterResetAfter\":5}",
          "PropertyValueConflict#/AccountLockoutCounterResetEnabled" },
        { "{\"AccountLockoutCounterResetEnabled\":false}", NULL,
          { 3, 0, 0 } },
        { "{\"AccountLockoutCounterResetEnabled\":true}", NULL,
          { 3, 60, 60 } },
        { "{\"AccountLockoutDuration\":null}", NULL, { 3, 60, 0 } },
        { "{\"AccountLockoutThreshold\":0}", NULL, { 0, 60, 0 } },
        { "{\"MinPasswordLength\":17}",
          "PropertyValueOutOfRange#/MinPasswordLength" },
        { "{\"MinPasswordLength\":8}", NULL, { 0, 60, 0 } },
    };
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);
    const BmcLockoutPolicy *policy;
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(cases); i++) {
        if (cases[i].messages) {
            assert_error(hub, "PATCH", SERVICE, cases[i].body,
                         cases[i].messages);
            continue;
        }
        g_assert_cmpuint(status(hub, ADMIN, "PATCH", SERVICE, cases[i].body),
                         ==, 200);
        policy = bmc_lockout_get(hub->fix.bmc);
        g_assert_cmpuint(policy->threshold, ==, cases[i].policy.threshold);
        g_assert_cmpuint(policy->reset_s, ==, cases[i].policy.reset_s);
        g_assert_cmpuint(policy->lockout_s, ==, cases[i].policy.lockout_s);
    }
    assert_error(hub, "POST", ACCOUNTS, BOB,
                 "PasswordIncorrectLength#/Password");
    g_clear_pointer(&hub->events, rf_events_free);
    rf_service_free(g_steal_pointer(&hub->client.service));
    fixture_restart(&hub->fix);
    g_assert_cmpuint(bmc_accounts_min_password(hub->fix.bmc), ==, 8);
    g_assert_cmpuint(bmc_lockout_get(hub->fix.bmc)->threshold, ==, 0);
}

/* A hashed password is hashed once; what changes the account ends that. */
static void test_cache(void)
{
    static const char *const changes[] = {
        "{\"Password\":\"a password of more than 20 letters\"}",
        "{\"Enabled\":false}",
        "{\"UserName\":\"rob\"}",
    };
    static const char by[] =
        "Basic Ym9iOmEgcGFzc3dvcmQgb2YgbW9yZSB0aGFuIDIwIGJ5dGVz";
    const BmcUser *user;
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(changes); i++) {
        g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);
        static const BmcOrigin web = { BMC_CHANNEL_REDFISH, "bob",
                                       "192.0.2.1" };
        Bmc *bmc = hub->fix.bmc;
        unsigned n;

        g_assert_cmpuint(status(hub, ADMIN, "POST", ACCOUNTS,
                                "{\"UserName\":\"bob\","
                                "\"RoleId\":\"Operator\","
                                "\"Password\":\"" LONG_PASSWORD "\"}"), ==,
                         201);
        g_assert_false(bmc_users_verify_now(bmc, "bob", LONG_PASSWORD,
                                            &user));
        g_assert_cmpuint(status(hub, by, "GET", SYSTEM, NULL), ==, 200);
        g_assert_true(bmc_users_verify_now(bmc, "bob", LONG_PASSWORD,
                                           &user));
        g_assert_nonnull(user);
        /* A role counts at once ... */
        g_assert_cmpuint(status(hub, by, "POST", RESET,
                                "{\"ResetType\":\"Nmi\"}"), ==, 204);
        g_assert_cmpuint(status(hub, ADMIN, "PATCH", NEW,
                                "{\"RoleId\":\"ReadOnly\"}"), ==, 200);
        g_assert_cmpuint(status(hub, by, "POST", RESET,
                                "{\"ResetType\":\"Nmi\"}"), ==, 403);
        /* ... and so does a lockout. */
        for (n = 0; n < 10; n++) {
            bmc_lockout_failed(bmc, 7, &web);
        }
        g_assert_cmpuint(status(hub, by, "GET", SYSTEM, NULL), ==, 401);
        g_assert_cmpuint(status(hub, ADMIN, "PATCH", NEW,
                                "{\"Locked\":false}"), ==, 200);
        g_assert_cmpuint(status(hub, by, "GET", SYSTEM, NULL), ==, 200);
        g_assert_cmpuint(status(hub, ADMIN, "PATCH", NEW, changes[i]), ==,
                         200);
        g_assert_cmpuint(status(hub, by, "GET", SYSTEM, NULL), ==, 401);
    }
}

static void test_roles(void)
{
    static const struct {
        const char *path;
        const char *privileges;
    } cases[] = {
        { SERVICE "/Roles/Administrator",
          "[\"Login\",\"ConfigureSelf\",\"ConfigureComponents\","
          "\"ConfigureManager\",\"ConfigureUsers\"]" },
        { SERVICE "/Roles/Operator",
          "[\"Login\",\"ConfigureSelf\",\"ConfigureComponents\"]" },
        { SERVICE "/Roles/ReadOnly", "[\"Login\",\"ConfigureSelf\"]" },
    };
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(RfReply) reply = rf_hub_get(hub, cases[i].path);

        g_assert_nonnull(strstr(reply->text, cases[i].privileges));
        g_assert_cmpuint(status(hub, ADMIN, "DELETE", cases[i].path, NULL),
                         ==, 405);
        g_assert_cmpuint(status(hub, ADMIN, "PATCH", cases[i].path,
                                "{\"AssignedPrivileges\":[]}"), ==, 405);
    }
    g_assert_cmpuint(status(hub, ADMIN, "GET", SERVICE "/Roles/Root", NULL),
                     ==, 404);
}

/* A password that has expired is one that must be changed. */
static void test_expiration(void)
{
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);
    g_autoptr(RfReply) made = as(hub, ADMIN, "POST", ACCOUNTS, BOB);
    g_autoptr(RfReply) never = NULL;
    g_autoptr(RfReply) later = NULL;
    JsonNode *node = rf_reply_node(made, "/PasswordExpiration");

    g_assert_true(node && JSON_NODE_HOLDS_NULL(node));
    assert_error(hub, "PATCH", NEW, "{\"PasswordExpiration\":\"soon\"}",
                 "PropertyValueFormatError#/PasswordExpiration");
    g_assert_cmpuint(status(hub, ADMIN, "PATCH", NEW,
                            "{\"PasswordExpiration\":"
                            "\"2999-01-01T00:00:00Z\"}"), ==, 200);
    g_assert_cmpuint(status(hub, BY_BOB, "GET", SYSTEM, NULL), ==, 200);
    g_assert_cmpuint(status(hub, ADMIN, "PATCH", NEW,
                            "{\"PasswordExpiration\":"
                            "\"2001-01-01T00:00:00Z\"}"), ==, 200);
    g_assert_cmpuint(status(hub, BY_BOB, "GET", SYSTEM, NULL), ==, 403);
    g_assert_cmpuint(status(hub, BY_BOB, "GET", NEW, NULL), ==, 200);
    g_assert_cmpuint(status(hub, BY_BOB, "PATCH", NEW,
                            "{\"PasswordExpiration\":null}"), ==, 403);
    g_assert_cmpuint(status(hub, ADMIN, "PATCH", SERVICE,
                            "{\"PasswordExpirationDays\":30}"), ==, 200);
    g_assert_cmpuint(status(hub, BY_BOB, "PATCH", NEW,
                            "{\"Password\":\"bobpass2\"}"), ==, 200);
    g_assert_cmpuint(status(hub, BY_BOB_2, "GET", SYSTEM, NULL), ==, 200);
    later = rf_hub_get(hub, NEW);
    g_assert_nonnull(rf_reply_text(later, "/PasswordExpiration"));
    g_assert_cmpuint(status(hub, ADMIN, "PATCH", NEW,
                            "{\"PasswordExpiration\":null}"), ==, 200);
    never = rf_hub_get(hub, NEW);
    g_assert_null(rf_reply_text(never, "/PasswordExpiration"));
    g_assert_cmpuint(status(hub, ADMIN, "PATCH", SERVICE,
                            "{\"PasswordExpirationDays\":null}"), ==, 200);
    g_assert_cmpuint(status(hub, ADMIN, "PATCH", SERVICE,
                            "{\"PasswordExpirationDays\":0}"), ==, 400);
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/redfish/accounts/make", test_make);
    g_test_add_func("/redfish/accounts/refused", test_refused);
    g_test_add_func("/redfish/accounts/change", test_change);
    g_test_add_func("/redfish/accounts/types", test_types);
    g_test_add_func("/redfish/accounts/last-admin", test_last_admin);
    g_test_add_func("/redfish/accounts/own", test_own);
    g_test_add_func("/redfish/accounts/must-change", test_must_change);
    g_test_add_func("/redfish/accounts/must-change-kept",
                    test_must_change_kept);
    g_test_add_func("/redfish/accounts/lock", test_lock);
    g_test_add_func("/redfish/accounts/policy", test_policy);
    g_test_add_func("/redfish/accounts/cache", test_cache);
    g_test_add_func("/redfish/accounts/roles", test_roles);
    g_test_add_func("/redfish/accounts/expiration", test_expiration);
    return g_test_run();
}
