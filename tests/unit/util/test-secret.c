/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Keys and passwords. */
#include "osdep.h"

#include "util/secret.h"

#include <time.h>

#include "test-util.h"
#include "util/error.h"

static void test_secret_equal(void)
{
    g_assert_true(secret_equal("abc", 3, "abc", 3));
    g_assert_false(secret_equal("abc", 3, "abd", 3));
    g_assert_false(secret_equal("abc", 3, "xbc", 3));
    g_assert_false(secret_equal("abc", 3, "abcd", 4));
    g_assert_false(secret_equal("abc", 3, "", 0));
    g_assert_true(secret_equal("", 0, "", 0));
    g_assert_true(secret_equal(NULL, 0, NULL, 0));
    g_assert_true(secret_equal("a\0b", 3, "a\0b", 3));
    g_assert_false(secret_equal("a\0b", 3, "a\0c", 3));
}

static void test_secret_wipe(void)
{
    char buf[] = "secret";

    secret_wipe(buf + 1, 3);
    test_assert_hex_equal(buf, sizeof(buf), "73 000000 65 74 00");
    secret_wipe(NULL, 0);
    secret_free(NULL);
    secret_free(g_strdup("secret"));
}

static void test_secret_random(void)
{
    uint8_t a[32] = { 0 };
    uint8_t b[32] = { 0 };

    secret_random(a, sizeof(a));
    secret_random(b, sizeof(b));
    g_assert_false(secret_equal(a, sizeof(a), b, sizeof(b)));
}

static void test_secret_hash(void)
{
    g_autoptr(GError) err = NULL;
    g_autofree char *hash = secret_hash("p\xc3\xa4ss", &err);
    g_autofree char *other = NULL;

    g_assert_no_error(err);
    g_assert_true(g_str_has_prefix(hash, "$y$"));
    g_assert_true(secret_hash_verify("p\xc3\xa4ss", hash));
    g_assert_false(secret_hash_verify("pass", hash));
    g_assert_false(secret_hash_verify("", hash));
    other = secret_hash("p\xc3\xa4ss", &err);
    g_assert_cmpstr(hash, !=, other);
}

/* A stored hash of another program, made by mkpasswd. */
static void test_secret_hash_known(void)
{
    static const char hash[] = "$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8"
        "iKwSMHWjl/O817G3uBnIFNjnQJuesI68u4OTLiBFdcbYEdFCoEOfaS35inz1";

    g_assert_true(secret_hash_verify("Hello world!", hash));
    g_assert_false(secret_hash_verify("Hello world", hash));
}

static void test_secret_hash_bad(void)
{
    static const char *const hashes[] = {
        "", "*", "*0", "!", "x", "$y$", "$y$j9T$", "$9$salt$hash", "$y$j9T$a",
    };
    g_autofree char *longer = g_strnfill(4096, 'x');
    g_autoptr(GError) err = NULL;
    size_t i;

    for (i = 0; i < G_N_ELEMENTS(hashes); i++) {
        g_assert_false(secret_hash_verify("", hashes[i]));
        g_assert_false(secret_hash_verify(hashes[i], hashes[i]));
    }
    g_assert_false(secret_hash_verify("x", NULL));
    g_assert_null(secret_hash(longer, &err));
    g_assert_error(err, BMC_ERROR, BMC_ERROR_FAILED);
    g_assert_false(secret_hash_verify(longer, NULL));
}

/* Processor time, because other programs run beside the test. */
static double verify_cost(const char *hash)
{
    clock_t start = clock();
    int i;

    for (i = 0; i < 3; i++) {
        g_assert_false(secret_hash_verify("wrong", hash));
    }
    return clock() - start;
}

static void test_secret_hash_cost(void)
{
    g_autofree char *hash = secret_hash("right", NULL);
    double known = verify_cost(hash);
    double unknown = verify_cost(NULL);
    double broken = verify_cost("!");

    g_test_message("known %.0f, unknown %.0f, broken %.0f us", known, unknown,
                   broken);
    g_assert_cmpfloat(unknown, >, known / 2);
    g_assert_cmpfloat(unknown, <, known * 2);
    g_assert_cmpfloat(broken, >, known / 2);
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/secret/equal", test_secret_equal);
    g_test_add_func("/secret/wipe", test_secret_wipe);
    g_test_add_func("/secret/random", test_secret_random);
    g_test_add_func("/secret/hash", test_secret_hash);
    g_test_add_func("/secret/hash/known", test_secret_hash_known);
    g_test_add_func("/secret/hash/bad", test_secret_hash_bad);
    g_test_add_func("/secret/hash/cost", test_secret_hash_cost);
    return g_test_run();
}
