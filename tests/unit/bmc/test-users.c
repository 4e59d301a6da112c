/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Accounts: the first administrator, persistence, passwords. */
#include "osdep.h"

#include "bmc-fixture.h"
#include "util/error.h"

#define LONG_PASSWORD "a password of more than twenty bytes"

static int verify(Fixture *fix, const char *name, const char *password)
{
    g_auto(TestSync) sync = { NULL };
    g_autoptr(GError) err = NULL;
    const BmcUser *user;

    bmc_users_verify_async(fix->bmc, name, password, "192.0.2.1", NULL,
                           test_sync_ready, &sync);
    g_assert_null(sync.result);
    user = bmc_users_verify_finish(fix->bmc, test_sync_wait(&sync), &err);
    g_assert_true(!user == !!err);
    return err ? err->code : (int)user->slot + 100;
}

static void test_first_admin(void)
{
    g_auto(Fixture) fix = { NULL };
    uint8_t key[BMC_IPMI_PASSWORD_MAX];
    const BmcUser *user;

    fixture_init(&fix, MACHINE_STATE_RUNNING);
    fixture_start(&fix);
    user = bmc_users_find(fix.bmc, "admin", 5);
    g_assert_nonnull(user);
    g_assert_cmpuint(user->slot, ==, 2);
    g_assert_true(user->enabled && user->ipmi);
    g_assert_cmpint(user->privilege, ==, BMC_PRIVILEGE_ADMIN);
    g_assert_true(bmc_users_get(fix.bmc, 2) == user);
    g_assert_true(bmc_users_ipmi_key(fix.bmc, user, key));
    test_assert_hex_equal(key, sizeof(key),
                          "736563726574 0000000000000000000000000000");
    user = bmc_users_get(fix.bmc, 1);
    g_assert_cmpstr(user->name, ==, "");
    g_assert_false(user->enabled);
    g_assert_false(bmc_users_ipmi_key(fix.bmc, user, key));
    g_assert_true(bmc_users_find(fix.bmc, "", 0) == user);
    g_assert_null(bmc_users_find(fix.bmc, "admin", 4));
    g_assert_null(bmc_users_find(fix.bmc, "admin", 6));
    g_assert_null(bmc_users_find(fix.bmc, "Admin", 5));
}

static void test_verify_retrievable(void)
{
    static const char *const wrong[] = {
        "", "secre", "secret ", "Secret", "secret12345678901234567890",
    };
    g_auto(Fixture) fix = { NULL };
    const BmcUser *user = NULL;
    unsigned i;

    fixture_init(&fix, MACHINE_STATE_RUNNING);
    fixture_start(&fix);
    g_assert_true(bmc_users_verify_now(fix.bmc, "admin", "secret", &user));
    g_assert_cmpuint(user->slot, ==, 2);
    g_assert_cmpint(verify(&fix, "admin", "secret"), ==, 102);
    for (i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_assert_true(bmc_users_verify_now(fix.bmc, "admin", wrong[i],
                                           &user));
        g_assert_null(user);
        g_assert_cmpint(verify(&fix, "admin", wrong[i]), ==,
                        BMC_ERROR_AUTH);
    }
    g_assert_true(bmc_users_verify_now(fix.bmc, "", "", &user));
    g_assert_null(user);
    g_assert_cmpint(verify(&fix, "nobody", "secret"), ==, BMC_ERROR_AUTH);
    g_assert_cmpint(verify(&fix, "", ""), ==, BMC_ERROR_AUTH);
}

/* Nobody may tell by the time whether the name exists. */
static void test_verify_hashed(void)
{
    g_auto(Fixture) fix = { NULL };
    const BmcUser *user = NULL;
    uint8_t key[BMC_IPMI_PASSWORD_MAX];

    fixture_init(&fix, MACHINE_STATE_RUNNING);
    fix.config.admin_password = LONG_PASSWORD;
    test_expect_log(G_LOG_LEVEL_MESSAGE, "*longer than 20 bytes*");
    fixture_start(&fix);
    test_assert_logged();
    user = bmc_users_find(fix.bmc, "admin", 5);
    g_assert_false(user->ipmi);
    g_assert_false(bmc_users_ipmi_key(fix.bmc, user, key));
    g_assert_false(bmc_users_verify_now(fix.bmc, "admin", LONG_PASSWORD,
                                        &user));
    g_assert_false(bmc_users_verify_now(fix.bmc, "admin", "wrong", &user));
    g_assert_false(bmc_users_verify_now(fix.bmc, "nobody", "x", &user));
    g_assert_cmpint(verify(&fix, "admin", "wrong"), ==, BMC_ERROR_AUTH);
    g_assert_cmpint(verify(&fix, "nobody", LONG_PASSWORD), ==,
                    BMC_ERROR_AUTH);
    g_assert_cmpint(verify(&fix, "admin", LONG_PASSWORD), ==, 102);
    /* Known until not used for a minute, and only this password */
    g_assert_true(bmc_users_verify_now(fix.bmc, "admin", LONG_PASSWORD,
                                       &user));
    g_assert_cmpuint(user->slot, ==, 2);
    g_assert_false(bmc_users_verify_now(fix.bmc, "admin", "wrong", &user));
    clock_advance(fix.clock, 59999);
    g_assert_true(bmc_users_verify_now(fix.bmc, "admin", LONG_PASSWORD,
                                       &user));
    clock_advance(fix.clock, 59999);
    g_assert_true(bmc_users_verify_now(fix.bmc, "admin", LONG_PASSWORD,
                                       &user));
    clock_advance(fix.clock, 60000);
    g_assert_false(bmc_users_verify_now(fix.bmc, "admin", LONG_PASSWORD,
                                        &user));
}

static void test_persistent(void)
{
    g_auto(Fixture) fix = { NULL };
    g_autofree char *uuid = NULL;

    fixture_init(&fix, MACHINE_STATE_RUNNING);
    fixture_start(&fix);
    uuid = g_strdup(bmc_uuid(fix.bmc));
    g_assert_true(g_uuid_string_is_valid(uuid));
    fix.config.admin_password = "another";
    test_expect_log(G_LOG_LEVEL_MESSAGE, "*IPMI_PASS differs*");
    fixture_restart(&fix);
    test_assert_logged();
    g_assert_cmpint(verify(&fix, "admin", "secret"), ==, 102);
    g_assert_cmpint(verify(&fix, "admin", "another"), ==, BMC_ERROR_AUTH);
    g_assert_cmpstr(bmc_uuid(fix.bmc), ==, uuid);
    fix.config.admin_user = "root";
    test_expect_log(G_LOG_LEVEL_MESSAGE, "*\"root\" is not among*");
    fixture_restart(&fix);
    test_assert_logged();
    g_assert_null(bmc_users_find(fix.bmc, "root", 4));
    fix.config.reset_accounts = true;
    fixture_restart(&fix);
    g_assert_null(bmc_users_find(fix.bmc, "admin", 5));
    g_assert_cmpint(verify(&fix, "root", "another"), ==, 102);
    g_assert_cmpstr(bmc_uuid(fix.bmc), ==, uuid);
}

static void test_hashed_persistent(void)
{
    g_auto(Fixture) fix = { NULL };
    g_autofree char *path = NULL;
    g_autofree char *text = NULL;

    fixture_init(&fix, MACHINE_STATE_RUNNING);
    fix.config.admin_password = LONG_PASSWORD;
    fixture_start(&fix);
    path = test_dir_file(fix.dir, "state.json");
    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    g_assert_null(strstr(text, LONG_PASSWORD));
    g_assert_nonnull(strstr(text, "$y$"));
    fixture_restart(&fix);
    g_assert_cmpint(verify(&fix, "admin", LONG_PASSWORD), ==, 102);
}

static void test_bad_config(void)
{
    static const struct {
        const char *user;
        const char *password;
        const char *message;
    } cases[] = {
        { "", "secret", "IPMI_USER*0 bytes*1 to 16*" },
        { "12345678901234567", "secret", "IPMI_USER*17 bytes*1 to 16*" },
        { "a:b", "secret", "IPMI_USER*colon*" },
        { "a\nb", "secret", "IPMI_USER*printable*" },
        { "\xc3\xa4", "secret", "IPMI_USER*printable*" },
        { "admin", "", "IPMI_PASS*empty*" },
        { "admin", "\xff\xff", "IPMI_PASS*UTF-8*" },
    };
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(Fixture) fix = { NULL };
        g_autoptr(GError) err = NULL;

        fixture_init(&fix, MACHINE_STATE_RUNNING);
        fix.config.admin_user = cases[i].user;
        fix.config.admin_password = cases[i].password;
        g_assert_null(bmc_new(&fix.config, mock_machine_base(fix.mock),
                              fix.clock, &err));
        g_assert_error(err, BMC_ERROR, BMC_ERROR_USAGE);
        g_assert_true(g_pattern_match_simple(cases[i].message,
                                             err->message));
    }
}

/* Records that make no sense are dropped, the others kept. */
static void test_bad_records(void)
{
    static const char text[] =
        "{\"version\":1,\"users\":{\"accounts\":["
        "{\"slot\":2,\"name\":\"admin\",\"enabled\":true,\"privilege\":4,"
        "\"password\":\"secret\"},"
        "{\"slot\":1,\"name\":\"one\",\"enabled\":true,\"privilege\":4,"
        "\"password\":\"x\"},"
        "{\"slot\":3,\"name\":\"admin\",\"enabled\":true,\"privilege\":4,"
        "\"password\":\"x\"},"
        "{\"slot\":4,\"name\":\"big\",\"enabled\":true,\"privilege\":4,"
        "\"password\":\"123456789012345678901\"},"
        "{\"slot\":5,\"name\":\"both\",\"enabled\":true,\"privilege\":4,"
        "\"password\":\"x\",\"hash\":\"y\"},"
        "{\"slot\":17,\"name\":\"far\",\"enabled\":true,\"privilege\":4,"
        "\"password\":\"x\"},"
        "{\"slot\":6,\"name\":\"off\",\"enabled\":false,\"privilege\":3,"
        "\"password\":\"x\"},"
        "7]}}";
    g_auto(Fixture) fix = { NULL };
    g_autofree char *path = NULL;
    const BmcUser *user = NULL;
    unsigned i;

    fixture_init(&fix, MACHINE_STATE_RUNNING);
    path = test_dir_file(fix.dir, "state.json");
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
    for (i = 0; i < 6; i++) {
        test_expect_log(G_LOG_LEVEL_WARNING, "*account record*dropped");
    }
    /* Slot 17, and 7 */
    test_expect_log(G_LOG_LEVEL_WARNING, "*users.slot cannot be used*");
    test_expect_log(G_LOG_LEVEL_WARNING, "*users.accounts cannot be used*");
    fixture_start(&fix);
    test_assert_logged();
    for (i = 1; i <= BMC_USERS_MAX; i++) {
        user = bmc_users_get(fix.bmc, i);
        g_assert_cmpstr(user->name, ==,
                        i == 2 ? "admin" : i == 6 ? "off" : "");
    }
    g_assert_true(bmc_users_verify_now(fix.bmc, "off", "x", &user));
    g_assert_null(user);
}

/* From so many addresses in turn, until all are bound. */
static unsigned count_limited(unsigned n, unsigned n_peers)
{
    g_auto(Fixture) fix = { NULL };
    g_autofree TestSync *syncs = g_new0(TestSync, n);
    unsigned limited = 0;
    unsigned i;

    fixture_init(&fix, MACHINE_STATE_RUNNING);
    fix.config.admin_password = LONG_PASSWORD;
    fixture_start(&fix);
    for (i = 0; i < n; i++) {
        g_autofree char *peer = g_strdup_printf("192.0.2.%u", i % n_peers);

        bmc_users_verify_async(fix.bmc, "nobody", "x", peer, NULL,
                               test_sync_ready, &syncs[i]);
    }
    /* Those that are at work or wait end with the hub */
    g_clear_pointer(&fix.bmc, bmc_free);
    for (i = 0; i < n; i++) {
        g_autoptr(GError) err = NULL;

        test_sync_wait(&syncs[i]);
        g_task_propagate_int(G_TASK(syncs[i].result), &err);
        g_assert_nonnull(err);
        if (g_error_matches(err, BMC_ERROR, BMC_ERROR_LIMIT)) {
            limited++;
        } else {
            g_assert_true(bmc_error_is_cancelled(err));
        }
        test_sync_clear(&syncs[i]);
    }
    return limited;
}

static void test_too_many(void)
{
    g_assert_cmpuint(count_limited(80, 1), ==, 80 - 48 - 2);
    g_assert_cmpuint(count_limited(80, 4), ==, 80 - 64 - 2);
}

/* One address cannot keep others from logging in, nor let them wait long. */
/* @data: whether it is one who has many addresses of IPv6. */
static void test_fair(const void *data)
{
    g_auto(Fixture) fix = { NULL };
    TestSync flood[60] = { { NULL } };
    g_auto(TestSync) good = { NULL };
    g_autoptr(GError) err = NULL;
    const BmcUser *user;
    unsigned waiting = 0;
    unsigned i;

    fixture_init(&fix, MACHINE_STATE_RUNNING);
    fix.config.admin_password = LONG_PASSWORD;
    fixture_start(&fix);
    for (i = 0; i < G_N_ELEMENTS(flood); i++) {
        g_autofree char *peer = data
            ? g_strdup_printf("2001:db8:1:2:%x::1", i + 1)
            : g_strdup("192.0.2.66");

        bmc_users_verify_async(fix.bmc, "nobody", "x", peer, NULL,
                               test_sync_ready, &flood[i]);
    }
    bmc_users_verify_async(fix.bmc, "admin", LONG_PASSWORD, "192.0.2.1",
                           NULL, test_sync_ready, &good);
    user = bmc_users_verify_finish(fix.bmc, test_sync_wait(&good), &err);
    g_assert_no_error(err);
    g_assert_cmpstr(user->name, ==, "admin");
    for (i = 0; i < G_N_ELEMENTS(flood); i++) {
        waiting += !flood[i].result;
    }
    /* Two were at work, and perhaps one more had its turn before. */
    g_assert_cmpuint(waiting, >=, 40);
    g_clear_pointer(&fix.bmc, bmc_free);
    for (i = 0; i < G_N_ELEMENTS(flood); i++) {
        test_sync_wait(&flood[i]);
        test_sync_clear(&flood[i]);
    }
}

static const BmcOrigin guest = { .channel = BMC_CHANNEL_IN_BAND };

static BmcOrigin by(const char *user)
{
    return (BmcOrigin) { .channel = BMC_CHANNEL_LAN, .user = user };
}

static int set_name(Fixture *fix, unsigned slot, const char *name,
                    const BmcOrigin *origin)
{
    g_autoptr(GError) err = NULL;
    bool ok = bmc_users_set_name(fix->bmc, slot, name, strlen(name), origin,
                                 &err);

    g_assert_true(ok == !err);
    return err ? err->code : -1;
}

static void set_password(Fixture *fix, unsigned slot, const char *password,
                         size_t size, const BmcOrigin *origin)
{
    uint8_t bytes[BMC_IPMI_PASSWORD_MAX] = { 0 };

    memcpy(bytes, password, MIN(strlen(password), sizeof(bytes)));
    bmc_users_set_password(fix->bmc, slot, bytes, size, origin);
}

static void test_change_name(void)
{
    g_auto(Fixture) fix = { NULL };
    BmcOrigin admin = by("admin");
    const BmcUser *user;

    fixture_init(&fix, MACHINE_STATE_RUNNING);
    fixture_start(&fix);
    g_assert_cmpint(set_name(&fix, 1, "", &admin), ==, -1);
    g_assert_cmpint(set_name(&fix, 1, "x", &admin), ==, BMC_ERROR_INVALID);
    g_assert_cmpint(set_name(&fix, 3, "admin", &admin), ==,
                    BMC_ERROR_EXISTS);
    g_assert_cmpint(set_name(&fix, 3, "a:b", &admin), ==, BMC_ERROR_INVALID);
    g_assert_cmpint(set_name(&fix, 3, "12345678901234567", &admin), ==,
                    BMC_ERROR_INVALID);
    g_assert_cmpint(set_name(&fix, 3, "1234567890123456", &admin), ==, -1);
    g_assert_cmpint(set_name(&fix, 2, "admin", &admin), ==, -1);
    set_password(&fix, 3, "pw", 16, &admin);
    bmc_users_set_enabled(fix.bmc, 3, true, &admin);
    user = bmc_users_get(fix.bmc, 3);
    g_assert_true(user->enabled && user->ipmi && !user->in_band);
    fixture_restart(&fix);
    user = bmc_users_get(fix.bmc, 3);
    g_assert_cmpstr(user->name, ==, "1234567890123456");
    g_assert_true(user->enabled && user->ipmi && !user->in_band);
    g_assert_cmpint(verify(&fix, "1234567890123456", "pw"), ==, 103);
    /* Without a name there is nothing left of it */
    g_assert_cmpint(set_name(&fix, 3, "", &admin), ==, -1);
    user = bmc_users_get(fix.bmc, 3);
    g_assert_false(user->enabled || user->ipmi);
    g_assert_cmpint(set_name(&fix, 3, "new", &admin), ==, -1);
    g_assert_cmpint(verify(&fix, "new", "pw"), ==, BMC_ERROR_AUTH);
}

static void test_change_password(void)
{
    static const uint8_t binary[BMC_IPMI_PASSWORD_MAX] = { 0xff, 0, 0x80 };
    static const uint8_t none[BMC_IPMI_PASSWORD_MAX] = { 0 };
    g_auto(Fixture) fix = { NULL };
    uint8_t key[BMC_IPMI_PASSWORD_MAX];
    BmcOrigin admin = by("admin");
    const BmcUser *user;

    fixture_init(&fix, MACHINE_STATE_RUNNING);
    fixture_start(&fix);
    user = bmc_users_get(fix.bmc, 2);
    /* As the configuration gave it, both forms fit */
    g_assert_cmpint(bmc_users_test_password(fix.bmc, 2,
        (const uint8_t *)"secret\0\0\0\0\0\0\0\0\0", 16, &admin), ==,
        BMC_PASSWORD_RIGHT);
    set_password(&fix, 2, "12345678901234567890", 20, &admin);
    fixture_restart(&fix);
    user = bmc_users_get(fix.bmc, 2);
    g_assert_cmpint(bmc_users_test_password(fix.bmc, 2,
        (const uint8_t *)"12345678901234567890", 20, &admin), ==,
        BMC_PASSWORD_RIGHT);
    g_assert_cmpint(bmc_users_test_password(fix.bmc, 2,
        (const uint8_t *)"12345678901234567891", 20, &admin), ==,
        BMC_PASSWORD_WRONG);
    g_assert_cmpint(bmc_users_test_password(fix.bmc, 2,
        (const uint8_t *)"12345678901234567890", 16, &admin), ==,
        BMC_PASSWORD_WRONG_SIZE);
    /* As the configuration gives it, it may still be too long for one form */
    fix.config.admin_password = "12345678901234567890";
    fix.config.reset_accounts = true;
    fixture_restart(&fix);
    fix.config.reset_accounts = false;
    g_assert_cmpint(bmc_users_test_password(fix.bmc, 2,
        (const uint8_t *)"12345678901234567890", 16, &admin), ==,
        BMC_PASSWORD_WRONG_SIZE);
    g_assert_cmpint(bmc_users_test_password(fix.bmc, 2,
        (const uint8_t *)"12345678901234567890", 20, &admin), ==,
        BMC_PASSWORD_RIGHT);
    g_assert_cmpint(verify(&fix, "admin", "12345678901234567890"), ==, 102);
    g_assert_cmpint(verify(&fix, "admin", "secret"), ==, BMC_ERROR_AUTH);
    /* Bytes that are no text are kept too */
    bmc_users_set_password(fix.bmc, 2, binary, 20, &admin);
    fixture_restart(&fix);
    user = bmc_users_get(fix.bmc, 2);
    g_assert_true(bmc_users_ipmi_key(fix.bmc, user, key));
    g_assert_cmpmem(key, 20, binary, 20);
    g_assert_cmpint(verify(&fix, "admin", "\xff"), ==, BMC_ERROR_AUTH);
    bmc_users_set_password(fix.bmc, 2, none, 20, &admin);
    g_assert_false(user->ipmi || bmc_users_ipmi_key(fix.bmc, user, key));
    g_assert_cmpint(verify(&fix, "admin", ""), ==, BMC_ERROR_AUTH);
    fixture_restart(&fix);
    user = bmc_users_get(fix.bmc, 2);
    g_assert_cmpstr(user->name, ==, "admin");
    g_assert_false(user->ipmi);
}

/* The guest is not to find out by trying what an account's password is. */
static void test_guessing(void)
{
    g_auto(Fixture) fix = { NULL };
    BmcOrigin admin = by("admin");
    uint8_t right[16] = "secret";
    uint8_t wrong[16] = "guess";
    unsigned i;

    fixture_init(&fix, MACHINE_STATE_RUNNING);
    fixture_start(&fix);
    for (i = 0; i < BMC_USERS_GUESSES_MAX; i++) {
        g_assert_cmpint(bmc_users_test_password(fix.bmc, 2, right, 16,
                                                &guest), ==,
                        BMC_PASSWORD_RIGHT);
        g_assert_cmpint(bmc_users_test_password(fix.bmc, 2, wrong, 16,
                                                &guest), ==,
                        BMC_PASSWORD_WRONG);
    }
    g_assert_cmpint(bmc_users_test_password(fix.bmc, 2, right, 16, &guest),
                    ==, BMC_PASSWORD_TOO_MANY);
    g_assert_cmpint(bmc_users_test_password(fix.bmc, 2, wrong, 16, &admin),
                    ==, BMC_PASSWORD_WRONG);
    g_assert_cmpint(bmc_users_test_password(fix.bmc, 2, right, 16, &admin),
                    ==, BMC_PASSWORD_RIGHT);
    fixture_advance(&fix, 60000);
    g_assert_cmpint(bmc_users_test_password(fix.bmc, 2, right, 16, &guest),
                    ==, BMC_PASSWORD_RIGHT);
}

/* A hash gives way to a password that IPMI can use. */
static void test_change_hashed(void)
{
    g_auto(Fixture) fix = { NULL };
    BmcOrigin admin = by("admin");

    fixture_init(&fix, MACHINE_STATE_RUNNING);
    fix.config.admin_password = LONG_PASSWORD;
    fixture_start(&fix);
    g_assert_cmpint(bmc_users_test_password(fix.bmc, 2,
        (const uint8_t *)"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16, &admin), ==,
        BMC_PASSWORD_WRONG);
    g_assert_false(bmc_users_get(fix.bmc, 2)->ipmi);
    set_password(&fix, 2, "short", 16, &admin);
    g_assert_true(bmc_users_get(fix.bmc, 2)->ipmi);
    g_assert_cmpint(verify(&fix, "admin", LONG_PASSWORD), ==,
                    BMC_ERROR_AUTH);
    g_assert_cmpint(verify(&fix, "admin", "short"), ==, 102);
}

static void test_change_access(void)
{
    static const BmcUserAccess access = {
        .privilege = BMC_PRIVILEGE_OPERATOR,
        .messaging = false,
        .link_auth = false,
        .callback_only = true,
        .session_limit = 3,
    };
    g_auto(Fixture) fix = { NULL };
    BmcOrigin admin = by("admin");
    const BmcUser *user;
    uint64_t before;

    fixture_init(&fix, MACHINE_STATE_RUNNING);
    fixture_start(&fix);
    user = bmc_users_get(fix.bmc, 2);
    g_assert_true(user->access.messaging && user->access.link_auth);
    g_assert_cmpint(user->payloads, ==, BMC_USER_PAYLOAD_SOL);
    before = bmc_generation(fix.bmc, BMC_PART_USERS);
    bmc_users_set_access(fix.bmc, 2, &access, &admin);
    bmc_users_set_payloads(fix.bmc, 2, 0, &admin);
    g_assert_cmpuint(bmc_generation(fix.bmc, BMC_PART_USERS), ==,
                     before + 2);
    /* What changes nothing is no change */
    bmc_users_set_access(fix.bmc, 2, &access, &guest);
    bmc_users_set_payloads(fix.bmc, 2, 0, &guest);
    bmc_users_set_enabled(fix.bmc, 2, true, &guest);
    g_assert_cmpuint(bmc_generation(fix.bmc, BMC_PART_USERS), ==,
                     before + 2);
    fixture_restart(&fix);
    user = bmc_users_get(fix.bmc, 2);
    g_assert_cmpmem(&user->access, sizeof(access), &access, sizeof(access));
    g_assert_cmpint(user->privilege, ==, BMC_PRIVILEGE_OPERATOR);
    g_assert_cmpint(user->payloads, ==, 0);
    g_assert_false(user->ipmi || user->in_band);
}

/* What the guest has touched never gets what reaches the host. */
static void test_in_band(void)
{
    g_auto(Fixture) fix = { NULL };
    BmcOrigin admin = by("admin");
    BmcOrigin evil = by("evil");
    BmcOrigin gone = by("gone");
    const BmcOrigin local = { .channel = BMC_CHANNEL_LOCAL };

    fixture_init(&fix, MACHINE_STATE_RUNNING);
    fixture_start(&fix);
    g_assert_false(bmc_user_may_reach_host(NULL));
    g_assert_false(bmc_origin_may_reach_host(fix.bmc, &guest));
    g_assert_false(bmc_origin_may_reach_host(fix.bmc, &gone));
    g_assert_true(bmc_origin_may_reach_host(fix.bmc, &local));
    g_assert_true(bmc_origin_may_reach_host(fix.bmc, &admin));
    g_assert_cmpint(set_name(&fix, 3, "evil", &guest), ==, -1);
    set_password(&fix, 3, "pw", 16, &guest);
    fixture_restart(&fix);
    g_assert_false(bmc_user_may_reach_host(bmc_users_get(fix.bmc, 3)));
    g_assert_false(bmc_origin_may_reach_host(fix.bmc, &evil));
    /* Not by its own hand, nor by a new account of that name */
    set_password(&fix, 3, "pw2", 16, &evil);
    g_assert_true(bmc_users_get(fix.bmc, 3)->in_band);
    g_assert_cmpint(set_name(&fix, 3, "other", &evil), ==, -1);
    g_assert_cmpint(set_name(&fix, 4, "evil", &evil), ==, -1);
    g_assert_true(bmc_users_get(fix.bmc, 4)->in_band);
    /* The administrator's neither, once it has changed that */
    set_password(&fix, 2, "secret", 16, &evil);
    g_assert_false(bmc_origin_may_reach_host(fix.bmc, &admin));
    set_password(&fix, 3, "x", 16, &admin);
    g_assert_true(bmc_users_get(fix.bmc, 3)->in_band);
    /* From outside: a new password, nothing less */
    bmc_users_set_enabled(fix.bmc, 3, true, &local);
    g_assert_true(bmc_users_get(fix.bmc, 3)->in_band);
    set_password(&fix, 2, "secret", 16, &local);
    g_assert_true(bmc_origin_may_reach_host(fix.bmc, &admin));
    set_password(&fix, 3, "x", 16, &admin);
    g_assert_true(bmc_user_may_reach_host(bmc_users_get(fix.bmc, 3)));
}

static void test_anonymous(void)
{
    g_auto(Fixture) fix = { NULL };
    BmcOrigin admin = by("admin");
    uint8_t key[BMC_IPMI_PASSWORD_MAX];
    const BmcUser *user;

    fixture_init(&fix, MACHINE_STATE_RUNNING);
    fixture_start(&fix);
    set_password(&fix, 1, "pw", 16, &admin);
    bmc_users_set_enabled(fix.bmc, 1, true, &admin);
    fixture_restart(&fix);
    user = bmc_users_find(fix.bmc, "", 0);
    g_assert_true(user->enabled && user->ipmi);
    g_assert_true(bmc_users_ipmi_key(fix.bmc, user, key));
    /* Only over IPMI */
    g_assert_cmpint(verify(&fix, "", "pw"), ==, BMC_ERROR_AUTH);
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/users/first-admin", test_first_admin);
    g_test_add_func("/users/verify/retrievable", test_verify_retrievable);
    g_test_add_func("/users/verify/hashed", test_verify_hashed);
    g_test_add_func("/users/persistent", test_persistent);
    g_test_add_func("/users/persistent/hashed", test_hashed_persistent);
    g_test_add_func("/users/bad-config", test_bad_config);
    g_test_add_func("/users/bad-records", test_bad_records);
    g_test_add_func("/users/too-many", test_too_many);
    g_test_add_data_func("/users/fair", NULL, test_fair);
    g_test_add_data_func("/users/fair/ipv6", "", test_fair);
    g_test_add_func("/users/change/name", test_change_name);
    g_test_add_func("/users/change/password", test_change_password);
    g_test_add_func("/users/change/guessing", test_guessing);
    g_test_add_func("/users/change/hashed", test_change_hashed);
    g_test_add_func("/users/change/access", test_change_access);
    g_test_add_func("/users/change/in-band", test_in_band);
    g_test_add_func("/users/anonymous", test_anonymous);
    return g_test_run();
}
