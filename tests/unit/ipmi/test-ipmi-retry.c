/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is a retransmission and what is a new request. */
#include "osdep.h"

#include "ipmi/ipmi-retry.h"

#include "codec/ipmi.h"

#include "test-util.h"

static IpmiRetryResult check(IpmiRetry *retry, uint8_t seq, uint8_t cmd,
                             const char *data, bool changes, int64_t now)
{
    const uint8_t *answer = NULL;
    size_t len = 0;
    IpmbMessage msg = { .netfn = IPMI_NETFN_CHASSIS, .seq = seq, .cmd = cmd };
    IpmiRetryResult result;

    msg.data = (const uint8_t *)data;
    msg.data_len = strlen(data);
    result = ipmi_retry_check(retry, &msg, changes, now, &answer, &len);
    if (result == IPMI_RETRY_ANSWERED) {
        test_assert_hex_equal(answer, len, "00 61 62");
    }
    return result;
}

static void answer(IpmiRetry *retry, uint8_t seq, uint32_t serial)
{
    ipmi_retry_answer(retry, seq, serial, 0, (const uint8_t *)"ab", 2);
}

static void test_joined_then_answered(void)
{
    IpmiRetry *retry = ipmi_retry_new();
    uint32_t serial;

    g_assert_cmpint(check(retry, 1, 2, "x", true, 0), ==, IPMI_RETRY_NEW);
    serial = ipmi_retry_serial(retry);
    g_assert_cmpint(check(retry, 1, 2, "x", true, 9), ==,
                    IPMI_RETRY_RUNNING);
    answer(retry, 1, serial);
    g_assert_cmpint(check(retry, 1, 2, "x", true, 5000), ==,
                    IPMI_RETRY_ANSWERED);
    g_assert_cmpint(check(retry, 1, 2, "x", true, 5001), ==, IPMI_RETRY_NEW);
    ipmi_retry_free(retry);
}

static void test_differences(void)
{
    IpmiRetry *retry = ipmi_retry_new();

    g_assert_cmpint(check(retry, 1, 2, "x", true, 0), ==, IPMI_RETRY_NEW);
    answer(retry, 1, ipmi_retry_serial(retry));
    g_assert_cmpint(check(retry, 2, 2, "x", true, 0), ==, IPMI_RETRY_NEW);
    g_assert_cmpint(check(retry, 1, 2, "x", true, 0), ==,
                    IPMI_RETRY_ANSWERED);
    g_assert_cmpint(check(retry, 1, 2, "y", true, 0), ==, IPMI_RETRY_NEW);
    /* No longer the last one with its rqSeq. */
    g_assert_cmpint(check(retry, 1, 2, "x", true, 0), ==, IPMI_RETRY_NEW);
    g_assert_cmpint(check(retry, 1, 4, "x", true, 0), ==, IPMI_RETRY_NEW);
    ipmi_retry_free(retry);
}

/* A client whose rqSeq has gone round means it again. */
static void test_fast_client(void)
{
    IpmiRetry *retry = ipmi_retry_new();
    unsigned i;

    for (i = 0; i < 1000; i++) {
        g_assert_cmpint(check(retry, i % 64, 2, "x", true, 0), ==,
                        IPMI_RETRY_NEW);
        answer(retry, i % 64, ipmi_retry_serial(retry));
    }
    for (i = 1; i < IPMI_RETRY_DISTANCE; i++) {
        check(retry, i % 8, 1, "", false, 0);
    }
    /* The last one was number 999, so rqSeq 39: 31 others came since. */
    g_assert_cmpint(check(retry, 39, 2, "x", true, 0), ==,
                    IPMI_RETRY_ANSWERED);
    check(retry, 1, 1, "", false, 0);
    g_assert_cmpint(check(retry, 39, 2, "x", true, 0), ==, IPMI_RETRY_NEW);
    ipmi_retry_free(retry);
}

static void test_no_effect_and_busy(void)
{
    IpmiRetry *retry = ipmi_retry_new();
    uint32_t serial;

    g_assert_cmpint(check(retry, 1, 1, "", false, 0), ==, IPMI_RETRY_NEW);
    g_assert_cmpint(check(retry, 1, 1, "", false, 0), ==, IPMI_RETRY_NEW);
    g_assert_cmpint(check(retry, 1, 2, "x", true, 0), ==, IPMI_RETRY_NEW);
    g_assert_cmpint(check(retry, 1, 1, "", false, 0), ==, IPMI_RETRY_NEW);
    g_assert_cmpint(check(retry, 1, 2, "x", true, 0), ==, IPMI_RETRY_NEW);
    serial = ipmi_retry_serial(retry);
    ipmi_retry_answer(retry, 1, serial, IPMI_CC_NODE_BUSY, NULL, 0);
    g_assert_cmpint(check(retry, 1, 2, "x", true, 0), ==, IPMI_RETRY_NEW);
    /* A late answer of the one before must not be taken for this one's. */
    answer(retry, 1, serial);
    g_assert_cmpint(check(retry, 1, 2, "x", true, 0), ==,
                    IPMI_RETRY_RUNNING);
    ipmi_retry_free(retry);
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/ipmi/retry/joined", test_joined_then_answered);
    g_test_add_func("/ipmi/retry/differences", test_differences);
    g_test_add_func("/ipmi/retry/fast-client", test_fast_client);
    g_test_add_func("/ipmi/retry/no-effect", test_no_effect_and_busy);
    return g_test_run();
}
