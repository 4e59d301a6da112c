/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Retransmissions within a session. A client that has lost an answer sends
 * its request again, with a new session sequence number but the same rqSeq:
 * ipmitool does so after one second. If the command has an effect, it must
 * not be carried out a second time.
 *
 * A request is taken for a retransmission if the last request with its rqSeq
 * had the same LUN, NetFn, command and data, came at most IPMI_RETRY_MS ago,
 * and fewer than IPMI_RETRY_DISTANCE others came since. The last condition
 * tells it from a new request of a fast client whose 6-bit rqSeq has gone
 * round. Commands without effect are not remembered, but carried out again:
 * their answer is current then.
 */
#ifndef QEMU_BMC_IPMI_IPMI_RETRY_H
#define QEMU_BMC_IPMI_IPMI_RETRY_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "codec/ipmb.h"

#define IPMI_RETRY_MS 5000
#define IPMI_RETRY_DISTANCE 32

typedef struct IpmiRetry IpmiRetry;

/**
 * IpmiRetryResult: what ipmi_retry_check() found.
 *
 * @IPMI_RETRY_NEW: a new request
 * @IPMI_RETRY_RUNNING: the same one is being carried out; its answer will do
 * @IPMI_RETRY_ANSWERED: the same one was answered
 */
typedef enum IpmiRetryResult {
    IPMI_RETRY_NEW,
    IPMI_RETRY_RUNNING,
    IPMI_RETRY_ANSWERED,
} IpmiRetryResult;

/**
 * ipmi_retry_new: make the memory of one session.
 *
 * Returns: (transfer full): the memory, empty
 */
IpmiRetry *ipmi_retry_new(void);

/**
 * ipmi_retry_free: free it.
 *
 * @retry: the memory, or NULL
 */
void ipmi_retry_free(IpmiRetry *retry);

/**
 * ipmi_retry_check: look a request up, and remember it if it is new and has
 * an effect. Every request of the session has to pass here.
 *
 * @retry: the memory
 * @msg: the request
 * @changes: it has an effect
 * @now_ms: the time
 * @answer: set if answered: completion code and data
 * @len: set to the length of @answer
 *
 * Returns: what it is
 */
IpmiRetryResult ipmi_retry_check(IpmiRetry *retry, const IpmbMessage *msg,
                                 bool changes, int64_t now_ms,
                                 const uint8_t **answer, size_t *len);

/**
 * ipmi_retry_serial: which request was the last one that
 * ipmi_retry_check() saw.
 *
 * @retry: the memory
 *
 * Returns: its number, for ipmi_retry_answer()
 */
uint32_t ipmi_retry_serial(const IpmiRetry *retry);

/**
 * ipmi_retry_answer: keep the answer of a request, if it is remembered. With
 * "node busy" it is forgotten instead: it has had no effect.
 *
 * @retry: the memory
 * @seq: its rqSeq
 * @serial: its ipmi_retry_serial()
 * @cc: completion code
 * @data: data after it
 * @len: its length in bytes
 */
void ipmi_retry_answer(IpmiRetry *retry, uint8_t seq, uint32_t serial,
                       uint8_t cc, const uint8_t *data, size_t len);

#endif /* QEMU_BMC_IPMI_IPMI_RETRY_H */
