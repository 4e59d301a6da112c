/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The IPMI command core: one table row per command, checked in one place,
 * whatever transport the request came on. A handler reads a bounds-checked
 * request, writes a bounds-checked response and returns a completion code,
 * or defers the answer, which then leaves in time in any case.
 */
#ifndef QEMU_BMC_IPMI_IPMI_CORE_H
#define QEMU_BMC_IPMI_IPMI_CORE_H

#include <gio/gio.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bmc/bmc.h"
#include "bmc/users.h"
#include "codec/ipmi.h"
#include "ipmi/ipmi-boot.h"
#include "ipmi/ipmi-msg.h"
#include "ipmi/ipmi-peer.h"
#include "util/bytes.h"
#include "util/log.h"

typedef struct IpmiCore IpmiCore;
typedef struct IpmiRequest IpmiRequest;
typedef struct IpmiSession IpmiSession;
typedef struct IpmiSessions IpmiSessions;
typedef struct IpmiSol IpmiSol;

/* The LAN channel's number; the system interface is %IPMI_CHANNEL_SYSTEM. */
#define IPMI_CHANNEL_LAN 1

/* What a handler returns when ipmi_request_finish() follows later. */
#define IPMI_DEFERRED 0x100

/* Longest response data: what fits in one message on every channel. */
#define IPMI_RESPONSE_MAX 240

/*
 * A deferred answer that has not come by then becomes "timeout" (C3h), so
 * that every answer leaves within 500 ms.
 */
#define IPMI_DEFER_MS 450

/* IpmiCommand.channels */
#define IPMI_ON_LAN 0x01
#define IPMI_ON_SYSTEM 0x02
#define IPMI_ON_ALL (IPMI_ON_LAN | IPMI_ON_SYSTEM)

/* IpmiCommand.flags: may come outside a session. */
#define IPMI_CMD_SESSIONLESS 0x01
/* IpmiCommand.flags: has an effect, so a retransmission must not repeat it. */
#define IPMI_CMD_CHANGES 0x02
/* IpmiCommand.flags: sets or tests accounts, keys and who may log in. */
#define IPMI_CMD_ACCOUNTS 0x04
/* IpmiCommand.flags: about the system interface only; never refused there. */
#define IPMI_CMD_INTERFACE 0x08
/*
 * IpmiCommand.flags: as %IPMI_CMD_CHANGES, but of no setting, or all the time,
 * or written to the event log by itself: there is no line about it in the
 * log.
 */
#define IPMI_CMD_ROUTINE (0x10 | IPMI_CMD_CHANGES)

/**
 * IpmiContext: who sends a request; valid while the handler runs.
 *
 * @channel: %IPMI_CHANNEL_LAN or %IPMI_CHANNEL_SYSTEM
 * @privilege: what the sender may do now; NONE outside a session
 * @session: (nullable): the session; NULL outside a session and in-band. For
 *           Activate Session it is the one that is to be activated
 * @peer: (nullable): the other end of the datagram; NULL in-band
 * @refused: IPMI_CMD_*: commands with one of these flags are refused
 * @origin: for the hub
 */
typedef struct IpmiContext {
    uint8_t channel;
    BmcPrivilege privilege;
    IpmiSession *session;
    const IpmiPeer *peer;
    uint8_t refused;
    BmcOrigin origin;
} IpmiContext;

/**
 * IpmiMessage: a request, free of its transport.
 *
 * @netfn: network function, even
 * @lun: logical unit
 * @cmd: command
 * @data: request data
 * @len: its length in bytes
 */
typedef struct IpmiMessage {
    uint8_t netfn;
    uint8_t lun;
    uint8_t cmd;
    const uint8_t *data;
    size_t len;
} IpmiMessage;

/**
 * IpmiHandler: carries a command out. Length, channel and privilege are
 * checked already.
 *
 * @req: the request
 * @in: request data
 * @out: response data after the completion code; sent with IPMI_CC_OK and
 *       with command-specific codes alike, empty for most failures
 *
 * Returns: a completion code, or %IPMI_DEFERRED after ipmi_request_defer()
 */
typedef int (*IpmiHandler)(IpmiRequest *req, ByteReader *in, ByteWriter *out);

/**
 * IpmiCommand: a command's row.
 *
 * @netfn: network function
 * @cmd: command
 * @min: least bytes of request data
 * @max: most bytes of request data
 * @privilege: least privilege
 * @channels: IPMI_ON_*
 * @flags: IPMI_CMD_*
 * @handler: what carries it out
 * @name: its name in the specification; NULL ends a table
 * @group: the body that defines it, for %IPMI_NETFN_GROUP: IPMI_GROUP_*. It
 *         is the first byte of request and response data and counts in @min
 *         and @max; the handler sees nothing of it
 */
typedef struct IpmiCommand {
    uint8_t netfn;
    uint8_t cmd;
    uint8_t min;
    uint8_t max;
    BmcPrivilege privilege;
    uint8_t channels;
    uint8_t flags;
    IpmiHandler handler;
    const char *name;
    uint8_t group;
} IpmiCommand;

/**
 * IpmiDoneFunc: takes an answer; called exactly once per request, possibly
 * before ipmi_core_execute() returns, and never after ipmi_request_cancel().
 *
 * @opaque: as given to ipmi_core_execute()
 * @cc: completion code
 * @data: response data after it, valid during the call
 * @len: its length in bytes
 */
typedef void (*IpmiDoneFunc)(void *opaque, uint8_t cc, const uint8_t *data,
                             size_t len);

/**
 * IpmiRequest: a request being worked on.
 *
 * @refs: references: the core's and one per ipmi_request_defer()
 * @core: the core; only valid while the answer is pending
 * @bmc: the hub, for the _finish() function of what was deferred to
 * @ctx: the sender; only valid while the handler runs
 * @command: its row; NULL for an unknown command
 * @cancellable: stops waiting for what the answer was deferred to
 * @timer: IPMI_DEFER_MS
 * @link: in the core's list of pending answers
 * @pending: not answered yet
 * @late: (nullable): it has had its effect: when time is up it is answered
 *        IPMI_CC_OK all the same, and this is logged
 * @certain: (nullable): asked when time is up: whether what was asked for
 *           will happen for certain, so that the answer is IPMI_CC_OK
 * @expired: time is up
 * @audit: (nullable): what is logged with the answer
 * @data: response data that the handler wrote before it deferred
 * @done: takes the answer
 * @opaque: handed to @done
 */
struct IpmiRequest {
    int refs;
    IpmiCore *core;
    Bmc *bmc;
    const IpmiContext *ctx;
    const IpmiCommand *command;
    GCancellable *cancellable;
    ClockTimer *timer;
    GList link;
    bool pending;
    const char *late;
    bool (*certain)(Bmc *bmc);
    bool expired;
    char *audit;
    GBytes *data;
    IpmiDoneFunc done;
    void *opaque;
};

/**
 * IpmiSelPartial: what the commands of the event log remember.
 *
 * @reservation: of a Partial Add SEL Entry that has begun, else 0
 * @id: the id that its record will have
 * @len: bytes that have come
 * @bytes: the record
 * @cleared: the reservation under which the log was last cleared
 */
typedef struct IpmiSelPartial {
    uint16_t reservation;
    uint16_t id;
    size_t len;
    uint8_t bytes[SEL_RECORD_LEN];
    uint16_t cleared;
} IpmiSelPartial;

/**
 * IpmiProgress: parameters whose "set in progress" means nothing to the hub.
 *
 * @IPMI_PROGRESS_SOL: Serial over LAN
 * @IPMI_PROGRESS_SYSTEM_INFO: system info parameters
 */
typedef enum IpmiProgress {
    IPMI_PROGRESS_SOL,
    IPMI_PROGRESS_SYSTEM_INFO,
    IPMI_PROGRESS__MAX,
} IpmiProgress;

/**
 * IpmiCore: the IPMI side of one BMC, shared by all its transports.
 *
 * @bmc: the hub
 * @clock: its clock
 * @sessions: RMCP+ sessions
 * @boot: boot option parameters that only IPMI has
 * @msg: message flags and global enables of the system interface
 * @sel: what is under way in the event log
 * @reset: on bmc_reset_notifiers()
 * @sol: Serial over LAN
 * @watchdog: on bmc_watchdog_notifiers()
 * @set_until_ms: "set in progress" until then, by IpmiProgress
 * @restart: on bmc_restart_notifiers()
 * @inside_due_ms: up to when the guest's share of durable writes is used
 * @pending: requests with deferred answers
 * @audit_limits: bound the log lines about changes, over LAN and by the
 *                guest, which cannot hide those of others that way
 */
struct IpmiCore {
    Bmc *bmc;
    Clock *clock;
    IpmiSessions *sessions;
    IpmiBoot boot;
    IpmiMsg msg;
    IpmiSelPartial sel;
    Notifier reset;
    IpmiSol *sol;
    Notifier watchdog;
    int64_t set_until_ms[IPMI_PROGRESS__MAX];
    Notifier restart;
    int64_t inside_due_ms;
    GQueue pending;
    LogLimit audit_limits[2];
};

/**
 * ipmi_core_new: make the IPMI side of a BMC.
 *
 * @bmc: the hub; must outlive the core
 *
 * Returns: (transfer full): the core
 */
IpmiCore *ipmi_core_new(Bmc *bmc);

/**
 * ipmi_core_free: close all sessions, drop pending answers, and free. The
 * transports must be gone already.
 *
 * @core: the core, or NULL
 */
void ipmi_core_free(IpmiCore *core);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IpmiCore, ipmi_core_free)

/**
 * ipmi_core_execute: check a request against its row and carry it out
 * (IPMI 2.0 section 5.2 for the codes of refusals).
 *
 * @core: the core
 * @ctx: who sends it
 * @msg: the request
 * @done: takes the answer
 * @opaque: handed to @done
 *
 * Returns: (transfer none) (nullable): the request while its answer is
 * pending, for ipmi_request_cancel(); NULL if @done has been called
 */
IpmiRequest *ipmi_core_execute(IpmiCore *core, const IpmiContext *ctx,
                               const IpmiMessage *msg, IpmiDoneFunc done,
                               void *opaque);

/**
 * ipmi_core_find: look a command up.
 *
 * @netfn: network function
 * @cmd: command
 * @group: the body that defines it; 0 unless @netfn is %IPMI_NETFN_GROUP
 *
 * Returns: (transfer none): its row, or NULL
 */
const IpmiCommand *ipmi_core_find(uint8_t netfn, uint8_t cmd, uint8_t group);

/**
 * ipmi_core_find_request: look a request's command up.
 *
 * @netfn: network function
 * @cmd: command
 * @data: request data
 * @len: its length in bytes
 *
 * Returns: (transfer none): its row, or NULL
 */
const IpmiCommand *ipmi_core_find_request(uint8_t netfn, uint8_t cmd,
                                          const uint8_t *data, size_t len);

/**
 * ipmi_core_nth: walk through all commands, family by family.
 *
 * @n: position from 0
 *
 * Returns: (transfer none): the row, or NULL past the end
 */
const IpmiCommand *ipmi_core_nth(size_t n);

/**
 * ipmi_core_dump: all commands as text, one line each with name, NetFn,
 * command, least and greatest length, privilege, channels and flags,
 * separated by tabs: for --dump-tables.
 *
 * Returns: (transfer full): the text
 */
char *ipmi_core_dump(void);

/**
 * ipmi_request_defer: for handlers: answer later. Starts the clock of
 * IPMI_DEFER_MS. Response data that the handler has written is sent with
 * success.
 *
 * @req: the request
 *
 * Returns: (transfer none): a cancellable for the operation that is awaited;
 * its callback must call ipmi_request_finish() with @req
 */
GCancellable *ipmi_request_defer(IpmiRequest *req);

/**
 * ipmi_request_finish: end what ipmi_request_defer() began: answer, unless
 * the request was answered or cancelled meanwhile. To be called exactly once
 * for each ipmi_request_defer(), even then.
 *
 * @req: the request; gone afterwards
 * @err: (nullable): why the operation failed; NULL answers IPMI_CC_OK
 */
void ipmi_request_finish(IpmiRequest *req, const GError *err);

/**
 * ipmi_request_finish_data: as ipmi_request_finish() with success and
 * response data.
 *
 * @req: the request; gone afterwards
 * @data: response data after the completion code; copied
 * @len: its length in bytes
 */
void ipmi_request_finish_data(IpmiRequest *req, const uint8_t *data,
                              size_t len);

/**
 * ipmi_request_finish_durable: for handlers: what the request asked for has
 * been done; answer IPMI_CC_OK, with the response data written so far, once
 * it is on disk. A disk that takes longer than %IPMI_DEFER_MS does not turn
 * success into a failure; that is logged. A guest that keeps the disk busy
 * waits longer, for one write that has all changes until then.
 *
 * @req: the request
 *
 * Returns: %IPMI_DEFERRED, for the handler to return
 */
int ipmi_request_finish_durable(IpmiRequest *req);

/**
 * ipmi_request_cancel: drop the answer of a pending request. What it has
 * started goes on.
 *
 * @req: the request; gone afterwards
 */
void ipmi_request_cancel(IpmiRequest *req);

/**
 * ipmi_request_channel: resolve a channel number in a request: "this
 * channel" (0Eh) is the one that it came on.
 *
 * @req: the request, in its handler
 * @number: channel number, 4 bits
 *
 * Returns: %IPMI_CHANNEL_LAN or %IPMI_CHANNEL_SYSTEM, or -1 if there is no
 * such channel
 */
int ipmi_request_channel(const IpmiRequest *req, uint8_t number);

/**
 * ipmi_guid_from_uuid: a GUID as IPMI has it: least significant byte first,
 * so the node comes first and the whole is the text form reversed (IPMI 2.0
 * section 20.8, table 20-10).
 *
 * @uuid: 36 characters, or NULL
 * @guid: where to; all zero if @uuid is NULL or not a UUID
 *
 * Returns: true if @uuid is one
 */
bool ipmi_guid_from_uuid(const char *uuid, uint8_t guid[IPMI_GUID_LEN]);

/**
 * ipmi_device_restart: NotifierFunc of bmc_restart_notifiers(): what only
 * IPMI has begins anew, and a cold reset ends sessions.
 *
 * @opaque: the IpmiCore
 * @data: a BmcRestart
 */
void ipmi_device_restart(void *opaque, const void *data);

#endif /* QEMU_BMC_IPMI_IPMI_CORE_H */
