/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory of a session's requests that have an effect, by rqSeq. A request is
 * kept as a keyed digest: a constant size, and no password in it.
 */
#include "osdep.h"

#include "ipmi/ipmi-retry.h"

#include "codec/crypto.h"
#include "codec/ipmi.h"
#include "util/secret.h"

#define DIGEST_LEN 16
#define KEY_LEN 16
/* NetFn and LUN, command, data: what fits in one message. */
#define REQUEST_MAX 256

typedef struct RetryEntry {
    bool used;
    bool answered;
    uint32_t serial;
    int64_t when_ms;
    uint8_t digest[DIGEST_LEN];
    uint8_t *answer;
    size_t len;
} RetryEntry;

struct IpmiRetry {
    uint8_t key[KEY_LEN];
    uint32_t serial;
    RetryEntry entries[IPMB_SEQ_MAX + 1];
};

static void entry_clear(RetryEntry *entry)
{
    g_free(entry->answer);
    memset(entry, 0, sizeof(*entry));
}

static bool make_digest(const IpmiRetry *retry, const IpmbMessage *msg,
                        uint8_t digest[DIGEST_LEN])
{
    uint8_t buf[REQUEST_MAX];
    ByteWriter w = byte_writer(buf, sizeof(buf));

    byte_writer_u8(&w, msg->netfn << 2 | msg->to_lun);
    byte_writer_u8(&w, msg->cmd);
    byte_writer_bytes(&w, msg->data, msg->data_len);
    crypto_hmac(CRYPTO_SHA256, retry->key, KEY_LEN, buf, w.len, digest,
                DIGEST_LEN);
    secret_wipe(buf, w.len);
    return !w.failed;
}

IpmiRetry *ipmi_retry_new(void)
{
    IpmiRetry *retry = g_new0(IpmiRetry, 1);

    secret_random(retry->key, KEY_LEN);
    return retry;
}

void ipmi_retry_free(IpmiRetry *retry)
{
    size_t i;

    if (!retry) {
        return;
    }
    for (i = 0; i < G_N_ELEMENTS(retry->entries); i++) {
        entry_clear(&retry->entries[i]);
    }
    g_free(retry);
}

IpmiRetryResult ipmi_retry_check(IpmiRetry *retry, const IpmbMessage *msg,
                                 bool changes, int64_t now_ms,
                                 const uint8_t **answer, size_t *len)
{
    RetryEntry *entry = &retry->entries[msg->seq & IPMB_SEQ_MAX];
    uint8_t digest[DIGEST_LEN];

    retry->serial++;
    if (!changes || !make_digest(retry, msg, digest)) {
        entry_clear(entry);
        return IPMI_RETRY_NEW;
    }
    if (entry->used && memcmp(entry->digest, digest, DIGEST_LEN) == 0 &&
        now_ms - entry->when_ms <= IPMI_RETRY_MS &&
        retry->serial - entry->serial <= IPMI_RETRY_DISTANCE) {
        if (!entry->answered) {
            return IPMI_RETRY_RUNNING;
        }
        *answer = entry->answer;
        *len = entry->len;
        return IPMI_RETRY_ANSWERED;
    }
    entry_clear(entry);
    entry->used = true;
    entry->serial = retry->serial;
    entry->when_ms = now_ms;
    memcpy(entry->digest, digest, DIGEST_LEN);
    return IPMI_RETRY_NEW;
}

uint32_t ipmi_retry_serial(const IpmiRetry *retry)
{
    return retry->serial;
}

void ipmi_retry_answer(IpmiRetry *retry, uint8_t seq, uint32_t serial,
                       uint8_t cc, const uint8_t *data, size_t len)
{
    RetryEntry *entry = &retry->entries[seq & IPMB_SEQ_MAX];

    if (!entry->used || entry->serial != serial) {
        return;
    }
    if (cc == IPMI_CC_NODE_BUSY) {
        /* It was not carried out; to try again is what it asks for. */
        entry_clear(entry);
        return;
    }
    entry->answered = true;
    entry->len = len + 1;
    entry->answer = g_malloc(entry->len);
    entry->answer[0] = cc;
    if (len) {
        memcpy(entry->answer + 1, data, len);
    }
}
